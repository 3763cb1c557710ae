/* SPDX-License-Identifier: MIT */
/* Lists, paths and hashes that work folders are made of. */
#include <stdlib.h>
#include <string.h>

#include "flow/workdir_int.h"

wick_status wk_pairs_add(wick_ctx *ctx, wk_pairs *p, const char *name, const char *value)
{
    if (p->n == p->cap) {
        const int64_t cap = p->cap ? 2 * p->cap : 16;
        wk_pair *grown = realloc(p->at, (size_t)cap * sizeof *grown);
        if (!grown) return wick_fail_mem(ctx);
        p->at = grown;
        p->cap = cap;
    }
    wk_pair e = {strdup(name), strdup(value)};
    if (!e.name || !e.value) {
        free(e.name);
        free(e.value);
        return wick_fail_mem(ctx);
    }
    p->at[p->n++] = e;
    return WICK_OK;
}

const char *wk_pairs_get(const wk_pairs *p, const char *name)
{
    for (int64_t i = 0; i < p->n; i++)
        if (strcmp(p->at[i].name, name) == 0) return p->at[i].value;
    return NULL;
}

void wk_pairs_clear(wk_pairs *p)
{
    for (int64_t i = 0; i < p->n; i++) {
        free(p->at[i].name);
        free(p->at[i].value);
    }
    free(p->at);
    *p = (wk_pairs){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const wk_pair *const *)a)->name, (*(const wk_pair *const *)b)->name);
}

wick_status wk_pairs_json(wick_ctx *ctx, const wk_pairs *p, wick_json_writer *w)
{
    const wk_pair **order = calloc((size_t)p->n + 1, sizeof *order);
    if (!order) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < p->n; i++) order[i] = &p->at[i];
    if (p->n > 1) qsort(order, (size_t)p->n, sizeof *order, by_name);
    wick_jw_object(w);
    for (int64_t i = 0; i < p->n; i++) {
        wick_jw_key(w, order[i]->name);
        wick_jw_string(w, order[i]->value);
    }
    wick_jw_end(w);
    free(order);
    return WICK_OK;
}

wick_status wk_lines_add(wick_ctx *ctx, wk_lines *l, const char *line)
{
    if (l->n == l->cap) {
        const int64_t cap = l->cap ? 2 * l->cap : 16;
        char **grown = realloc(l->at, (size_t)cap * sizeof *grown);
        if (!grown) return wick_fail_mem(ctx);
        l->at = grown;
        l->cap = cap;
    }
    char *copy = strdup(line);
    if (!copy) return wick_fail_mem(ctx);
    l->at[l->n++] = copy;
    return WICK_OK;
}

void wk_lines_clear(wk_lines *l)
{
    for (int64_t i = 0; i < l->n; i++) free(l->at[i]);
    free(l->at);
    *l = (wk_lines){0};
}

static bool good_part(const char *s, size_t n)
{
    if (n == 0 || s[0] == '.') return false;
    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)s[i];
        if (c < 0x20 || c == 0x7f || c == '\\') return false;
    }
    return true;
}

wick_status wk_workdir_name(wick_ctx *ctx, const char *what, const char *name)
{
    if (!name || !*name) return wick_fail(ctx, WICK_E_ARG, "%s has no name", what);
    if (strlen(name) > 400) return wick_fail(ctx, WICK_E_ARG, "%s: the name is too long", what);
    for (const char *p = name;; p++) {
        const size_t n = strcspn(p, "/");
        if (!good_part(p, n))
            return wick_fail(ctx, WICK_E_ARG,
                             "%s '%s': a relative path is expected, without '..', empty parts, "
                             "names that begin with a dot, and control characters",
                             what, name);
        p += n;
        if (!*p) return WICK_OK;
    }
}

wick_status wk_path_join(wick_ctx *ctx, const char *dir, const char *name, char *out, size_t n)
{
    const int used = snprintf(out, n, "%s/%s", dir, name);
    if (used >= 0 && (size_t)used < n) return WICK_OK;
    return wick_fail(ctx, WICK_E_ARG, "%s/%s: the path is too long", dir, name);
}

wick_status wk_make_parents(wick_ctx *ctx, const char *file)
{
    char dir[WK_PATH];
    const char *slash = strrchr(file, '/');
    if (!slash || slash == file) return WICK_OK;
    const size_t n = (size_t)(slash - file);
    if (n >= sizeof dir) return wick_fail(ctx, WICK_E_ARG, "%s: the path is too long", file);
    memcpy(dir, file, n);
    dir[n] = '\0';
    return wick_dir_make(ctx, dir);
}

wick_status wk_file_sha256(wick_ctx *ctx, const char *path, char hex[65])
{
    wick_map m;
    const wick_status st = wick_map_open(ctx, path, &m);
    if (st < 0) return st;
    wick_sha256 s;
    wick_sha256_init(&s);
    wick_sha256_add(&s, m.data, m.n);
    wick_sha256_end(&s, hex);
    wick_map_close(&m);
    return WICK_OK;
}
