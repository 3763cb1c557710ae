/* SPDX-License-Identifier: MIT */
/* The manifest of a finished job: written, read back, compared, and its promotions carried out. */
#include <stdlib.h>
#include <string.h>

#include "flow/workdir_int.h"

static wick_status write_log(wick_ctx *ctx, const wick_workdir *w)
{
    char path[WK_PATH];
    wick_buf b = {0};
    wick_status st = wk_path_join(ctx, w->path, "run.log", path, sizeof path);
    if (st < 0) return st;
    for (int64_t i = 0; i < w->log.n; i++) wick_buf_addf(&b, "%s\n", w->log.at[i]);
    st = b.failed ? wick_fail_mem(ctx) : wick_file_write(ctx, path, b.data ? b.data : "", b.len);
    wick_buf_free(&b);
    return st;
}

static wick_status write_json(wick_ctx *ctx, const wick_workdir *w, const char *name, wick_buf *b)
{
    char path[WK_PATH];
    wick_buf_add(b, "\n", 1);
    if (b->failed) return wick_fail_mem(ctx);
    const wick_status st = wk_path_join(ctx, w->path, name, path, sizeof path);
    return st < 0 ? st : wick_file_write(ctx, path, b->data, b->len);
}

static wick_status write_environment(wick_ctx *ctx, const wick_workdir *w, const char *text)
{
    wick_json_doc *doc = NULL;
    wick_buf b = {0};
    wick_json_writer jw;
    wick_status st = wick_json_parse(ctx, "environment", text, (int64_t)strlen(text), &doc);
    if (st < 0) return st;
    wick_jw_begin(&jw, &b, 2);
    wick_jw_node(&jw, wick_json_root(doc));
    st = write_json(ctx, w, "environment.json", &b);
    wick_json_free(doc);
    wick_buf_free(&b);
    return st;
}

static void put_text(wick_json_writer *jw, const char *key, const char *text)
{
    wick_jw_key(jw, key);
    wick_jw_string(jw, text);
}

static void put_head(wick_json_writer *jw, const wick_workdir *w)
{
    put_text(jw, "format", "wick-run");
    wick_jw_key(jw, "format_version");
    wick_jw_int(jw, 1);
    put_text(jw, "wick", wick_version());
    put_text(jw, "id", w->id);
    wick_jw_key(jw, "pipeline");
    wick_jw_object(jw);
    put_text(jw, "name", w->pipeline);
    put_text(jw, "file", w->file);
    put_text(jw, "sha256", w->sha256);
    wick_jw_end(jw);
    wick_jw_key(jw, "seed");
    wick_jw_int(jw, (int64_t)w->seed);
}

static void put_lists(wick_json_writer *jw, const wick_workdir *w, int32_t exit_code)
{
    wick_jw_key(jw, "stages");
    wick_jw_array(jw);
    for (int64_t i = 0; i < w->stages.n; i++) {
        wick_jw_object(jw);
        put_text(jw, "name", w->stages.at[i].name);
        put_text(jw, "key", w->stages.at[i].value);
        wick_jw_end(jw);
    }
    wick_jw_end(jw);
    wick_jw_key(jw, "promotions");
    wick_jw_array(jw);
    for (int64_t i = 0; i < w->promotions.n; i++) {
        wick_jw_object(jw);
        put_text(jw, "artefact", w->promotions.at[i].name);
        put_text(jw, "as", w->promotions.at[i].value);
        wick_jw_end(jw);
    }
    wick_jw_end(jw);
    wick_jw_key(jw, "exit");
    wick_jw_int(jw, exit_code);
}

wick_status wick_workdir_finish(wick_ctx *ctx, wick_workdir *w, int32_t exit_code,
                                const char *environment)
{
    wick_buf b = {0};
    wick_json_writer jw;
    wick_json_doc *options = NULL;
    if (w->stage) return wick_fail(ctx, WICK_E_STATE, "stage '%s' was not ended", w->stage);
    wick_status st =
        wick_json_parse(ctx, "options", w->options, (int64_t)strlen(w->options), &options);
    if (st < 0) return st;
    wick_jw_begin(&jw, &b, 2);
    wick_jw_object(&jw);
    put_head(&jw, w);
    wick_jw_key(&jw, "options");
    wick_jw_node(&jw, wick_json_root(options));
    wick_jw_key(&jw, "inputs");
    WICK_TRY(wk_pairs_json(ctx, &w->inputs, &jw));
    wick_jw_key(&jw, "artefacts");
    WICK_TRY(wk_pairs_json(ctx, &w->artefacts, &jw));
    put_lists(&jw, w, exit_code);
    wick_jw_end(&jw);
    WICK_TRY(write_log(ctx, w));
    WICK_TRY(write_environment(ctx, w, environment));
    st = write_json(ctx, w, "manifest.json", &b);
    w->finished = st >= 0;
out:
    wick_json_free(options);
    wick_buf_free(&b);
    return st;
}

/* ---- read back ---------------------------------------------------------------------------- */

struct wick_manifest {
    wick_json_doc *doc;
    const wick_json *root;
    char dir[WK_PATH];
};

wick_status wick_manifest_load(wick_ctx *ctx, const char *dir, wick_manifest **out)
{
    char path[WK_PATH];
    wick_manifest *m = calloc(1, sizeof *m);
    if (!m) return wick_fail_mem(ctx);
    wick_status st;
    snprintf(m->dir, sizeof m->dir, "%.1000s", dir);
    for (size_t n = strlen(m->dir); n > 1 && m->dir[n - 1] == '/'; n--) m->dir[n - 1] = '\0';
    WICK_TRY(wk_path_join(ctx, m->dir, "manifest.json", path, sizeof path));
    if (!wick_path_exists(path)) {
        st = wick_path_is_dir(m->dir)
                 ? wick_fail(ctx, WICK_E_STATE,
                             "%s: no manifest.json: the run was not finished (the same command "
                             "resumes it), or this is no run folder",
                             m->dir)
                 : wick_fail(ctx, WICK_E_IO, "%s: no such folder", m->dir);
        goto out;
    }
    WICK_TRY(wick_json_load(ctx, path, &m->doc));
    m->root = wick_json_root(m->doc);
    const char *format = wick_json_string(wick_json_get(m->root, "format"));
    if (!format || strcmp(format, "wick-run") != 0 ||
        wick_json_number(wick_json_get(m->root, "format_version")) != 1.0) {
        st = wick_fail(ctx, WICK_E_PARSE, "%s: not a manifest this wick knows (format wick-run, 1)",
                       path);
        goto out;
    }
    *out = m;
    return WICK_OK;
out:
    wick_manifest_free(m);
    return st;
}

void wick_manifest_free(wick_manifest *m)
{
    if (!m) return;
    wick_json_free(m->doc);
    free(m);
}

static const char *pipeline_text(const wick_manifest *m, const char *key)
{
    const char *s = wick_json_string(wick_json_get(wick_json_get(m->root, "pipeline"), key));
    return s ? s : "";
}

const char *wick_manifest_file(const wick_manifest *m)
{
    return pipeline_text(m, "file");
}

const char *wick_manifest_sha256(const wick_manifest *m)
{
    return pipeline_text(m, "sha256");
}

const wick_json *wick_manifest_options(const wick_manifest *m)
{
    return wick_json_get(m->root, "options");
}

uint64_t wick_manifest_seed(const wick_manifest *m)
{
    const double v = wick_json_number(wick_json_get(m->root, "seed"));
    return v >= 0 ? (uint64_t)v : 0;
}

int32_t wick_manifest_exit(const wick_manifest *m)
{
    const double v = wick_json_number(wick_json_get(m->root, "exit"));
    return v >= 0 && v < 256 ? (int32_t)v : 0;
}

static const wick_json *artefacts(const wick_manifest *m)
{
    return wick_json_get(m->root, "artefacts");
}

/* Inputs first: when they differ, so may everything else. */
static void compare_part(const wick_manifest *a, const wick_manifest *b, const char *part,
                         wick_buf *report, int64_t *same, int64_t *different)
{
    const wick_json *x = wick_json_get(a->root, part), *y = wick_json_get(b->root, part);
    for (int64_t i = 0; i < wick_json_count(x); i++) {
        const wick_json *one = wick_json_at(x, i), *two = wick_json_get(y, wick_json_key(one));
        const char *p = wick_json_string(one), *q = two ? wick_json_string(two) : NULL;
        if (p && q && strcmp(p, q) == 0) {
            (*same)++;
            continue;
        }
        (*different)++;
        wick_buf_addf(report, "%s %s: %s\n", part, wick_json_key(one),
                      q ? "differs" : "is missing");
    }
    for (int64_t i = 0; i < wick_json_count(y); i++) {
        const char *key = wick_json_key(wick_json_at(y, i));
        if (wick_json_get(x, key)) continue;
        (*different)++;
        wick_buf_addf(report, "%s %s: is new\n", part, key);
    }
}

wick_status wick_manifest_compare(wick_ctx *ctx, const wick_manifest *a, const wick_manifest *b,
                                  wick_buf *report, int64_t *same, int64_t *different)
{
    *same = *different = 0;
    compare_part(a, b, "inputs", report, same, different);
    compare_part(a, b, "artefacts", report, same, different);
    if (wick_manifest_exit(a) != wick_manifest_exit(b)) {
        (*different)++;
        wick_buf_addf(report, "exit code: %d, was %d\n", wick_manifest_exit(b),
                      wick_manifest_exit(a));
    }
    return report->failed ? wick_fail_mem(ctx) : WICK_OK;
}

/* ---- promotion ---------------------------------------------------------------------------- */

static wick_status promote_one(wick_ctx *ctx, const wick_manifest *m, const wick_json *p,
                               const char *configs, wick_file_set *set, wick_buf *report)
{
    const char *name = wick_json_string(wick_json_get(p, "artefact"));
    const char *as = wick_json_string(wick_json_get(p, "as"));
    char from[WK_PATH], to[WK_PATH], hex[65], old[65] = "nothing";
    char *data = NULL;
    int64_t n = 0;
    wick_status st = wk_workdir_name(ctx, "promotion of", name);
    if (st < 0) return st;
    WICK_TRY(wk_workdir_name(ctx, "promotion to", as));
    WICK_TRY(wk_path_join(ctx, m->dir, name, from, sizeof from));
    WICK_TRY(wk_path_join(ctx, configs, as, to, sizeof to));
    WICK_TRY(wk_file_sha256(ctx, from, hex));
    const char *want = wick_json_string(wick_json_get(artefacts(m), name));
    if (!want || strcmp(want, hex) != 0) {
        st = wick_fail(ctx, WICK_E_STATE, "%s is not the file its manifest describes", from);
        goto out;
    }
    if (wick_path_exists(to)) WICK_TRY(wk_file_sha256(ctx, to, old));
    WICK_TRY(wk_make_parents(ctx, to));
    WICK_TRY(wick_file_read(ctx, from, 0, &data, &n));
    WICK_TRY(wick_file_set_add(ctx, set, to, data, n));
    wick_buf_addf(report, "%s sha256 %s replaces %s from %s/%s\n", to, hex, old, m->dir, name);
out:
    free(data);
    return st;
}

wick_status wick_manifest_promote(wick_ctx *ctx, const wick_manifest *m, const char *configs,
                                  wick_buf *report)
{
    const wick_json *list = wick_json_get(m->root, "promotions");
    char path[WK_PATH], *before = NULL;
    int64_t n = 0;
    wick_buf log = {0};
    if (wick_json_count(list) == 0)
        return wick_fail(ctx, WICK_E_STATE, "%s: this run declared nothing to promote", m->dir);
    wick_file_set *set = wick_file_set_new();
    if (!set) return wick_fail_mem(ctx);
    wick_status st;
    WICK_TRY(wick_dir_make(ctx, configs));
    for (int64_t i = 0; i < wick_json_count(list); i++)
        WICK_TRY(promote_one(ctx, m, wick_json_at(list, i), configs, set, report));
    WICK_TRY(wk_path_join(ctx, configs, "promoted.log", path, sizeof path));
    if (wick_path_exists(path)) {
        WICK_TRY(wick_file_read(ctx, path, 0, &before, &n));
        wick_buf_add(&log, before, n);
    }
    wick_buf_add(&log, report->data ? report->data : "", report->len);
    if (log.failed || report->failed) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(wick_file_set_add(ctx, set, path, log.data ? log.data : "", log.len));
    st = wick_file_set_commit(ctx, set);
out:
    wick_file_set_free(set);
    wick_buf_free(&log);
    free(before);
    return st;
}
