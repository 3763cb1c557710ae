/* SPDX-License-Identifier: MIT */
/* Studies in a log file as a whole: found, made, listed, deleted. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/journal_int.h"

static const double patience = 60.0;

wick_status wk_journal_check(wick_ctx *ctx, const char *path, bool make)
{
    const int fd = open(path, make ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0666);
    if (fd < 0)
        return errno == ENOENT && !make
                   ? wick_fail(ctx, WICK_E_IO, "%s: no such file", path)
                   : wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
    close(fd);
    wk_journal j;
    wick_status st = wk_journal_open(ctx, &j, path);
    if (st >= 0) st = wk_journal_read(ctx, &j);
    wk_journal_close(&j);
    return st;
}

wick_status wk_journal_list(wick_ctx *ctx, const char *path, wk_infos *out)
{
    wk_journal j;
    wick_status st = wk_journal_open(ctx, &j, path);
    if (st >= 0) st = wk_journal_read(ctx, &j);
    for (int64_t i = 0; i < j.n_studies && st >= 0; i++) {
        const wk_jstudy *s = &j.study[i];
        if (!s->alive) continue;
        wick_study_info *info = NULL;
        st = wk_infos_add(ctx, out, i, s->name, &info);
        if (st < 0) break;
        info->n_objectives = s->m;
        memcpy(info->directions, s->directions, sizeof s->directions);
        memcpy(info->n_state, s->n_state, sizeof s->n_state);
        info->started = s->started;
        info->completed = s->completed;
    }
    wk_journal_close(&j);
    return st;
}

wick_status wk_journal_find(wick_ctx *ctx, const char *path, const char *name, wk_study_row *out)
{
    wk_journal j;
    *out = (wk_study_row){0};
    wick_status st = wk_journal_open(ctx, &j, path);
    if (st >= 0) st = wk_journal_read(ctx, &j);
    const int64_t id = st >= 0 ? wk_journal_study(&j, name) : -1;
    if (id >= 0) {
        out->found = true;
        out->id = id;
        out->m = j.study[id].m;
        memcpy(out->directions, j.study[id].directions, sizeof out->directions);
    }
    wk_journal_close(&j);
    return st;
}

static wick_status append_one(wick_ctx *ctx, const char *path, wick_buf *line)
{
    wick_status st = wk_journal_lock(ctx, path, patience);
    if (st >= 0) {
        st = wk_journal_append(ctx, path, line);
        wk_journal_unlock(path);
    }
    wick_buf_free(line);
    return st;
}

wick_status wk_journal_make(wick_ctx *ctx, const char *path, const char *name, int32_t m,
                            const int32_t *directions, bool *made)
{
    char worker[37];
    wk_uuid(worker);
    wick_buf b = {0};
    wk_jline_begin(&b, WK_J_STUDY, worker);
    wk_jline_text(&b, "study_name", name);
    wick_buf_add(&b, ",\"directions\":[", -1);
    for (int32_t i = 0; i < m; i++)
        wick_buf_addf(&b, "%s%d", i > 0 ? "," : "", directions[i] == WICK_MAXIMIZE ? 2 : 1);
    wick_buf_add(&b, "]", 1);
    wk_jline_end(&b);
    /* Under the lock the name is looked for again: two workers may start at once. */
    wick_status st = wk_journal_lock(ctx, path, patience);
    if (st >= 0) {
        wk_study_row row;
        st = wk_journal_find(ctx, path, name, &row);
        *made = st >= 0 && !row.found;
        if (*made) st = wk_journal_append(ctx, path, &b);
        wk_journal_unlock(path);
    }
    wick_buf_free(&b);
    return st;
}

wick_status wk_journal_delete(wick_ctx *ctx, const char *path, int64_t id)
{
    char worker[37];
    wk_uuid(worker);
    wick_buf b = {0};
    wk_jline_begin(&b, WK_J_DELETE, worker);
    wk_jline_int(&b, "study_id", id);
    wk_jline_end(&b);
    return append_one(ctx, path, &b);
}
