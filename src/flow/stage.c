/* SPDX-License-Identifier: MIT */
/* Work folders: artefacts and stages of a job at work. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/workdir_int.h"

/* ---- opening ------------------------------------------------------------------------------ */

static void make_id(const wick_workdir_in *in, char *out, size_t n)
{
    wick_sha256 s;
    char hex[65], seed[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)in->seed);
    wick_sha256_init(&s);
    wick_sha256_add(&s, in->pipeline, (int64_t)strlen(in->pipeline) + 1);
    wick_sha256_add(&s, in->options, (int64_t)strlen(in->options) + 1);
    wick_sha256_add(&s, seed, (int64_t)strlen(seed));
    wick_sha256_end(&s, hex);
    snprintf(out, n, "%.100s-%.12s", in->pipeline, hex);
}

static wick_status take_lock(wick_ctx *ctx, wick_workdir *w)
{
    char path[WK_PATH];
    wick_status st = wk_path_join(ctx, w->path, ".lock", path, sizeof path);
    if (st < 0) return st;
    for (;;) {
        struct stat held, there;
        w->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (w->lock < 0) return wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
        if (flock(w->lock, LOCK_EX | LOCK_NB) != 0) break;
        /* A process that left nothing behind may have removed the file between the two. */
        if (fstat(w->lock, &held) == 0 && stat(path, &there) == 0 && held.st_ino == there.st_ino)
            return WICK_OK;
        close(w->lock);
    }
    /* The folder is another's: closing this handle must not tidy it up. */
    const int why = errno;
    close(w->lock);
    w->lock = -1;
    if (why == EWOULDBLOCK)
        return wick_fail(ctx, WICK_E_STATE,
                         "%s: another process is at work in this folder; wait for it, or give this "
                         "run another one",
                         w->path);
    return wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(why));
}

/* What a killed process left beside its targets. The lock is held, so nobody is writing them. */
static void sweep(const char *dir, int depth)
{
    DIR *d = depth > 8 ? NULL : opendir(dir);
    if (!d) return;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        char path[WK_PATH];
        const size_t n = strlen(e->d_name);
        if (snprintf(path, sizeof path, "%s/%s", dir, e->d_name) >= (int)sizeof path) continue;
        if (e->d_name[0] == '.' && n > 5 && strcmp(e->d_name + n - 4, ".tmp") == 0)
            unlink(path);
        else if (e->d_name[0] != '.' && wick_path_is_dir(path))
            sweep(path, depth + 1);
    }
    closedir(d);
}

/* The folder's own name, whatever way leads to it. */
static void folder_name(const char *path, char *out, size_t n)
{
    char *real = realpath(path, NULL);
    const char *slash = real ? strrchr(real, '/') : NULL;
    snprintf(out, n, "%.200s", slash && slash[1] ? slash + 1 : "run");
    free(real);
}

static wick_status find_folder(wick_ctx *ctx, wick_workdir *w, const wick_workdir_in *in)
{
    const char *root = in->root ? in->root : "runs";
    if (in->id)
        snprintf(w->id, sizeof w->id, "%.200s", in->id);
    else if (in->in_place)
        folder_name(root, w->id, sizeof w->id);
    else
        make_id(in, w->id, sizeof w->id);
    const wick_status st = wk_workdir_name(ctx, "run", w->id);
    if (st < 0 || !in->in_place)
        return st < 0 ? st : wk_path_join(ctx, root, w->id, w->path, sizeof w->path);
    if (strlen(root) >= sizeof w->path)
        return wick_fail(ctx, WICK_E_ARG, "%.100s...: the path is too long", root);
    snprintf(w->path, sizeof w->path, "%s", root);
    for (size_t n = strlen(w->path); n > 1 && w->path[n - 1] == '/'; n--) w->path[n - 1] = '\0';
    return WICK_OK;
}

static wick_status open_folder(wick_ctx *ctx, wick_workdir *w, const wick_workdir_in *in)
{
    char path[WK_PATH];
    wick_status st = find_folder(ctx, w, in);
    if (st < 0) return st;
    w->made = !wick_path_exists(w->path);
    WICK_TRY(wk_path_join(ctx, w->path, "stages", path, sizeof path));
    WICK_TRY(wick_dir_make(ctx, path));
    WICK_TRY(take_lock(ctx, w));
    sweep(w->path, 0);
    wk_folders_mend(w);
    /* A manifest means that everything it names is there. A run that does all its work before it
     * writes anything keeps an earlier one's results until then. */
    WICK_TRY(wk_path_join(ctx, w->path, "manifest.json", path, sizeof path));
    w->old = w->fresh && wick_path_exists(path);
    if (!w->old && unlink(path) != 0 && errno != ENOENT)
        st = wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
out:
    return st;
}

wick_status wick_workdir_open(wick_ctx *ctx, const wick_workdir_in *in, wick_workdir **out)
{
    if (!in || !in->pipeline || !in->options || !in->sha256)
        return wick_fail(ctx, WICK_E_ARG,
                         "wick_workdir_open: pipeline, options and sha256 are missing");
    wick_workdir *w = calloc(1, sizeof *w);
    if (!w) return wick_fail_mem(ctx);
    w->lock = -1;
    w->seed = in->seed;
    w->fresh = in->fresh;
    w->pipeline = strdup(in->pipeline);
    w->file = strdup(in->file ? in->file : "");
    w->sha256 = strdup(in->sha256);
    w->options = strdup(in->options);
    const wick_status st = !w->pipeline || !w->file || !w->sha256 || !w->options
                               ? wick_fail_mem(ctx)
                               : open_folder(ctx, w, in);
    if (st < 0)
        wick_workdir_close(w);
    else
        *out = w;
    return st;
}

static void drop_stage(wick_workdir *w)
{
    free(w->stage);
    free(w->stage_inputs);
    w->stage = w->stage_inputs = NULL;
}

/* A job that failed before its first stage was done leaves no trace in the folder. */
static void leave_nothing(const wick_workdir *w)
{
    char path[WK_PATH];
    if (snprintf(path, sizeof path, "%s/stages", w->path) >= WK_PATH || rmdir(path) != 0) return;
    if (snprintf(path, sizeof path, "%s/.lock", w->path) < WK_PATH) unlink(path);
    if (w->made) (void)rmdir(w->path);
}

void wick_workdir_close(wick_workdir *w)
{
    if (!w) return;
    wk_folders_drop(w);
    if (w->lock >= 0) {
        if (!w->finished) leave_nothing(w);
        close(w->lock);
    }
    drop_stage(w);
    wk_lines_clear(&w->folders);
    free(w->stage_value);
    wk_pairs_clear(&w->inputs);
    wk_pairs_clear(&w->artefacts);
    wk_pairs_clear(&w->stages);
    wk_pairs_clear(&w->promotions);
    wk_lines_clear(&w->log);
    free(w->pipeline);
    free(w->file);
    free(w->sha256);
    free(w->options);
    free(w);
}

const char *wick_workdir_path(const wick_workdir *w)
{
    return w->path;
}

const char *wick_workdir_id(const wick_workdir *w)
{
    return w->id;
}

/* ---- inputs, artefacts, log --------------------------------------------------------------- */

wick_status wick_workdir_input(wick_ctx *ctx, wick_workdir *w, const char *name, const char *sha256)
{
    /* What lies in the folder is named from there: the manifest does not depend on where it is. */
    const size_t n = strlen(w->path);
    if (strncmp(name, w->path, n) == 0 && name[n] == '/') name += n + 1;
    const char *before = wk_pairs_get(&w->inputs, name);
    if (w->stage)
        return wick_fail(ctx, WICK_E_STATE,
                         "%s is read inside stage '%s': read inputs before the stage and name them "
                         "among its inputs, or a change would go unnoticed",
                         name, w->stage);
    if (!before) return wk_pairs_add(ctx, &w->inputs, name, sha256);
    if (strcmp(before, sha256) == 0) return WICK_OK;
    return wick_fail(ctx, WICK_E_STATE, "%s changed while the job was at work", name);
}

static wick_status check_artefact(wick_ctx *ctx, const wick_workdir *w, const char *name)
{
    static const char *const own[] = {"manifest.json", "environment.json", "run.log"};
    const wick_status st = wk_workdir_name(ctx, "artefact", name);
    if (st < 0) return st;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(own[i], name) == 0)
            return wick_fail(ctx, WICK_E_ARG, "artefact '%s': the run folder has this file itself",
                             name);
    if (strncmp(name, "stages/", 7) == 0)
        return wick_fail(ctx, WICK_E_ARG, "artefact '%s': stages/ belongs to the run folder", name);
    if (wk_pairs_get(&w->artefacts, name))
        return wick_fail(ctx, WICK_E_STATE, "artefact '%s' was already written by this run", name);
    return WICK_OK;
}

/* The results of an earlier run, by its manifest: what this one does not write again would be taken
 * for its own. */
static wick_status drop_old(wick_ctx *ctx, wick_workdir *w)
{
    char path[WK_PATH], manifest[WK_PATH];
    wick_json_doc *doc = NULL;
    if (!w->old) return WICK_OK;
    w->old = false;
    wick_status st = wk_path_join(ctx, w->path, "manifest.json", manifest, sizeof manifest);
    wick_ctx *scratch = st >= 0 ? wick_ctx_new() : NULL;
    if (scratch && wick_json_load(scratch, manifest, &doc) >= 0) {
        const wick_json *list = wick_json_get(wick_json_root(doc), "artefacts");
        for (int64_t i = 0; i < wick_json_count(list); i++) {
            const char *name = wick_json_key(wick_json_at(list, i));
            if (wk_workdir_name(scratch, "artefact", name) >= 0 &&
                wk_path_join(scratch, w->path, name, path, sizeof path) >= 0)
                (void)unlink(path);
        }
    }
    wick_json_free(doc);
    wick_ctx_free(scratch);
    if (st >= 0 && unlink(manifest) != 0 && errno != ENOENT)
        st = wick_fail(ctx, WICK_E_IO, "%s: %s", manifest, strerror(errno));
    return st;
}

wick_status wick_workdir_write(wick_ctx *ctx, wick_workdir *w, const char *name, const void *data,
                               int64_t n)
{
    char path[WK_PATH], hex[65];
    wick_status st = check_artefact(ctx, w, name);
    if (st >= 0) st = drop_old(ctx, w);
    if (st < 0) return st;
    WICK_TRY(wk_artefact_path(ctx, w, name, path));
    WICK_TRY(wk_make_parents(ctx, path));
    WICK_TRY(wick_file_write(ctx, path, data, n));
    WICK_TRY(wk_file_sha256(ctx, path, hex));
    st = wk_pairs_add(ctx, &w->artefacts, name, hex);
out:
    return st;
}

wick_status wick_workdir_prepare(wick_ctx *ctx, wick_workdir *w, const char *name, char *out,
                                 int64_t cap)
{
    wick_status st = check_artefact(ctx, w, name);
    if (st >= 0) st = drop_old(ctx, w);
    if (st < 0) return st;
    char path[WK_PATH];
    WICK_TRY(wk_artefact_path(ctx, w, name, path));
    if (snprintf(out, (size_t)cap, "%s", path) >= cap)
        return wick_fail(ctx, WICK_E_ARG, "%s: the path is too long", name);
    st = wk_make_parents(ctx, out);
out:
    return st;
}

wick_status wick_workdir_adopt(wick_ctx *ctx, wick_workdir *w, const char *name)
{
    char path[WK_PATH], hex[65];
    wick_status st = check_artefact(ctx, w, name);
    if (st < 0) return st;
    WICK_TRY(wk_artefact_path(ctx, w, name, path));
    WICK_TRY(wk_file_sha256(ctx, path, hex));
    st = wk_pairs_add(ctx, &w->artefacts, name, hex);
out:
    return st;
}

const char *wick_workdir_artefact(const wick_workdir *w, const char *name)
{
    return wk_pairs_get(&w->artefacts, name);
}

wick_status wick_workdir_log(wick_ctx *ctx, wick_workdir *w, const char *line)
{
    return wk_lines_add(ctx, &w->log, line);
}

wick_status wick_workdir_promote(wick_ctx *ctx, wick_workdir *w, const char *artefact,
                                 const char *as)
{
    wick_status st = wk_workdir_name(ctx, "promotion to", as);
    if (st < 0) return st;
    if (!wk_pairs_get(&w->artefacts, artefact))
        return wick_fail(ctx, WICK_E_ARG, "promote: this run wrote no artefact '%s'", artefact);
    for (int64_t i = 0; i < w->promotions.n; i++)
        if (strcmp(w->promotions.at[i].value, as) == 0)
            return wick_fail(ctx, WICK_E_ARG, "promote: '%s' is the target of two artefacts", as);
    return wk_pairs_add(ctx, &w->promotions, artefact, as);
}

/* ---- stages ------------------------------------------------------------------------------- */

static void stage_key(const wick_workdir *w, const char *name, const char *inputs, char hex[65])
{
    wick_sha256 s;
    const char *const parts[] = {wick_version(), w->sha256, name, inputs};
    wick_sha256_init(&s);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        wick_sha256_add(&s, parts[i], (int64_t)strlen(parts[i]) + 1);
    wick_sha256_end(&s, hex);
}

static wick_status record_path(wick_ctx *ctx, const wick_workdir *w, const char *name, char *out)
{
    char file[512];
    snprintf(file, sizeof file, "stages/%s.json", name);
    return wk_path_join(ctx, w->path, file, out, WK_PATH);
}

/* A record that cannot be read, or one whose files changed, is as good as none. */
static bool still_there(const wick_workdir *w, const wick_json *files)
{
    wick_ctx *scratch = wick_ctx_new();
    bool good = scratch != NULL;
    for (int64_t i = 0; good && i < wick_json_count(files); i++) {
        const wick_json *f = wick_json_at(files, i);
        char path[WK_PATH], hex[65];
        good = wick_json_string(f) &&
               wk_path_join(scratch, w->path, wick_json_key(f), path, sizeof path) >= 0 &&
               wk_file_sha256(scratch, path, hex) >= 0 && strcmp(hex, wick_json_string(f)) == 0;
    }
    wick_ctx_free(scratch);
    return good;
}

/* Names, hashes and log of a finished stage become this run's. */
static wick_status replay(wick_ctx *ctx, wick_workdir *w, const char *name, const wick_json *root)
{
    const wick_json *files = wick_json_get(root, "artefacts"), *log = wick_json_get(root, "log");
    wick_buf value = {0};
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < wick_json_count(files); i++) {
        const wick_json *f = wick_json_at(files, i);
        WICK_TRY(check_artefact(ctx, w, wick_json_key(f)));
        WICK_TRY(wk_pairs_add(ctx, &w->artefacts, wick_json_key(f), wick_json_string(f)));
    }
    for (int64_t i = 0; i < wick_json_count(log); i++) {
        const char *line = wick_json_string(wick_json_at(log, i));
        WICK_TRY(wk_lines_add(ctx, &w->log, line ? line : ""));
    }
    WICK_TRY(wk_pairs_add(ctx, &w->stages, name, w->stage_key));
    wick_json_writer jw;
    wick_jw_begin(&jw, &value, 0);
    wick_jw_node(&jw, wick_json_get(root, "value"));
    if (value.failed) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    free(w->stage_value);
    w->stage_value = value.data;
    value = (wick_buf){0};
out:
    wick_buf_free(&value);
    return st;
}

static wick_status try_record(wick_ctx *ctx, wick_workdir *w, const char *name, bool *found)
{
    char path[WK_PATH];
    wick_json_doc *doc = NULL;
    *found = false;
    wick_status st = record_path(ctx, w, name, path);
    if (st < 0) return st;
    if (w->fresh || !wick_path_exists(path)) return WICK_OK;
    wick_ctx *scratch = wick_ctx_new();
    if (!scratch) return wick_fail_mem(ctx);
    const bool read = wick_json_load(scratch, path, &doc) >= 0;
    wick_ctx_free(scratch);
    if (read) {
        const wick_json *root = wick_json_root(doc);
        const char *key = wick_json_string(wick_json_get(root, "key"));
        if (key && strcmp(key, w->stage_key) == 0 && wick_json_get(root, "value") &&
            still_there(w, wick_json_get(root, "artefacts"))) {
            st = replay(ctx, w, name, root);
            *found = st >= 0;
        }
    }
    wick_json_free(doc);
    return st;
}

wick_status wick_workdir_stage(wick_ctx *ctx, wick_workdir *w, const char *name, const char *inputs,
                               const char **value)
{
    wick_status st = wk_workdir_name(ctx, "stage", name);
    bool found = false;
    if (st < 0) return st;
    if (strchr(name, '/'))
        return wick_fail(ctx, WICK_E_ARG, "stage '%s': no '/' in the name", name);
    if (w->stage)
        return wick_fail(ctx, WICK_E_STATE, "stage '%s' begins inside stage '%s'", name, w->stage);
    if (wk_pairs_get(&w->stages, name))
        return wick_fail(ctx, WICK_E_STATE, "stage '%s' is there twice", name);
    stage_key(w, name, inputs, w->stage_key);
    st = try_record(ctx, w, name, &found);
    if (st < 0) return st;
    *value = found ? w->stage_value : NULL;
    if (found) return WICK_OK;
    w->stage = strdup(name);
    w->stage_inputs = strdup(inputs);
    w->stage_log = w->log.n;
    w->stage_artefacts = w->artefacts.n;
    if (w->stage && w->stage_inputs) return WICK_OK;
    drop_stage(w);
    return wick_fail_mem(ctx);
}

/* Copies JSON text as a member. */
static wick_status put_json(wick_ctx *ctx, wick_json_writer *jw, const char *key, const char *text)
{
    wick_json_doc *doc = NULL;
    const wick_status st = wick_json_parse(ctx, key, text, (int64_t)strlen(text), &doc);
    if (st < 0) return st;
    wick_jw_key(jw, key);
    wick_jw_node(jw, wick_json_root(doc));
    wick_json_free(doc);
    return WICK_OK;
}

wick_status wick_workdir_stage_end(wick_ctx *ctx, wick_workdir *w, const char *value)
{
    char path[WK_PATH];
    wick_buf b = {0};
    wick_json_writer jw;
    const wk_pairs own = {.at = w->artefacts.n > 0 ? w->artefacts.at + w->stage_artefacts : NULL,
                          .n = w->artefacts.n - w->stage_artefacts};
    if (!w->stage) return wick_fail(ctx, WICK_E_STATE, "no stage is at work");
    wick_status st = record_path(ctx, w, w->stage, path);
    if (st < 0) return st;
    wick_jw_begin(&jw, &b, 1);
    wick_jw_object(&jw);
    wick_jw_key(&jw, "stage");
    wick_jw_string(&jw, w->stage);
    wick_jw_key(&jw, "key");
    wick_jw_string(&jw, w->stage_key);
    WICK_TRY(put_json(ctx, &jw, "inputs", w->stage_inputs));
    wick_jw_key(&jw, "artefacts");
    WICK_TRY(wk_pairs_json(ctx, &own, &jw));
    wick_jw_key(&jw, "log");
    wick_jw_array(&jw);
    for (int64_t i = w->stage_log; i < w->log.n; i++) wick_jw_string(&jw, w->log.at[i]);
    wick_jw_end(&jw);
    WICK_TRY(put_json(ctx, &jw, "value", value));
    wick_jw_end(&jw);
    wick_buf_add(&b, "\n", 1);
    if (b.failed) {
        st = wick_fail(ctx, WICK_E_ARG, "stage '%s': its value is too deep or too large", w->stage);
        goto out;
    }
    WICK_TRY(wk_folders_show(ctx, w));
    WICK_TRY(wick_file_write(ctx, path, b.data, b.len));
    WICK_TRY(wk_pairs_add(ctx, &w->stages, w->stage, w->stage_key));
    drop_stage(w);
out:
    wick_buf_free(&b);
    return st;
}
