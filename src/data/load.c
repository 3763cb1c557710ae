/* SPDX-License-Identifier: MIT */
/* From paths to a panel: which files to read, reading them in parallel, putting them together in
 * an order that does not depend on timing. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

typedef struct loader {
    wick_ctx *ctx;
    wick_load_opts o;
    bool reported;
    int64_t tf; /**< asked for, 0: as found */
    wk_file *files;
    int64_t n, cap;
    struct {
        char *path;
        wick_json_doc *doc;
    } * info;
    int64_t n_info;
    bool *seen; /**< per symbol asked for: a file name matches */
} loader;

static void loader_free(loader *l)
{
    for (int64_t i = 0; i < l->n; i++) wk_file_free(&l->files[i]);
    free(l->files);
    for (int64_t i = 0; i < l->n_info; i++) {
        free(l->info[i].path);
        wick_json_free(l->info[i].doc);
    }
    free(l->info);
    free(l->seen);
}

/* ---- which files -------------------------------------------------------------------------- */

static int64_t asked_for(const loader *l, const char *symbol)
{
    for (int64_t i = 0; i < l->o.n_symbols; i++) {
        if (strcmp(l->o.symbols[i], symbol) == 0) return i;
    }
    return -1;
}

static wick_status add_file(loader *l, const char *dir, const char *name)
{
    if (l->n == l->cap) {
        const int64_t cap = l->cap > 0 ? l->cap * 2 : 16;
        wk_file *p = realloc(l->files, (size_t)cap * sizeof *p);
        if (p == NULL) return wick_fail_mem(l->ctx);
        l->files = p;
        l->cap = cap;
    }
    wk_file *f = &l->files[l->n];
    memset(f, 0, sizeof *f);
    wick_buf path = {0};
    if (dir != NULL) {
        const size_t n = strlen(dir);
        wick_buf_addf(&path, "%s%s%s", dir, n > 0 && dir[n - 1] == '/' ? "" : "/", name);
    } else {
        wick_buf_add(&path, name, -1);
    }
    if (path.failed || path.data == NULL) return wick_fail_mem(l->ctx);
    f->path = path.data;
    wk_name_of_file(name, f->symbol, sizeof f->symbol, &f->timeframe_ms);
    const int64_t k = asked_for(l, f->symbol);
    f->by_name_wanted = l->o.n_symbols == 0 || k >= 0;
    if (k >= 0) l->seen[k] = true;
    l->n++;
    return WICK_OK;
}

static wick_status add_path(loader *l, const char *path)
{
    if (strcmp(path, "-") != 0 && !wick_path_exists(path)) {
        return wick_fail(l->ctx, WICK_E_IO, "%s: no such file or directory", path);
    }
    if (!wick_path_is_dir(path)) return add_file(l, NULL, path);
    char **names = NULL;
    int64_t n = 0, used = 0;
    wick_status st = wick_dir_list(l->ctx, path, &names, &n);
    if (st < 0) return st;
    for (int64_t i = 0; i < n && st == WICK_OK; i++) {
        if (!wk_is_data_file(names[i])) continue;
        st = add_file(l, path, names[i]);
        used++;
    }
    wick_dir_list_free(names, n);
    if (st == WICK_OK && used == 0) {
        st = wick_fail(l->ctx, WICK_E_DATA,
                       "%s: no data file here (.csv, .csv.gz, .csv.zst, .txt, .tsv, .wick)", path);
    }
    return st;
}

static void drop_file(loader *l, int64_t i)
{
    wk_file_free(&l->files[i]);
    memmove(&l->files[i], &l->files[i + 1], (size_t)(l->n - i - 1) * sizeof *l->files);
    l->n--;
}

/* When every symbol asked for has a file of its name, the others need not be opened. */
static void drop_unneeded(loader *l)
{
    if (l->o.n_symbols == 0) return;
    for (int64_t i = 0; i < l->o.n_symbols; i++) {
        if (!l->seen[i]) return;
    }
    for (int64_t i = l->n - 1; i >= 0; i--) {
        if (!l->files[i].by_name_wanted) drop_file(l, i);
    }
}

static bool can_make(int64_t from, int64_t to)
{
    if (from == to) return true;
    return from > 0 && to > 0 ? from < to && to % from == 0 : from > 0 && to < 0;
}

/* Several files of one symbol whose names tell their timeframes: the one asked for, else the
 * coarsest it can be made from. */
static void choose_timeframes(loader *l)
{
    for (int64_t i = 0; i < l->n && l->tf != 0; i++) {
        const wk_file *a = &l->files[i];
        for (int64_t k = l->n - 1; k > i; k--) {
            const wk_file *b = &l->files[k];
            if (strcmp(a->symbol, b->symbol) != 0 || a->timeframe_ms == 0 || b->timeframe_ms == 0 ||
                a->timeframe_ms == b->timeframe_ms) {
                continue;
            }
            const bool x = can_make(a->timeframe_ms, l->tf), y = can_make(b->timeframe_ms, l->tf);
            const bool keep_a = x && (!y || a->timeframe_ms > b->timeframe_ms);
            if (keep_a) {
                drop_file(l, k);
            } else if (y) {
                const wk_file t = l->files[i];
                l->files[i] = l->files[k];
                l->files[k] = t;
                drop_file(l, k);
                k = l->n;
            }
        }
    }
}

static wick_status same_symbol_twice(loader *l)
{
    for (int64_t i = 0; i < l->n; i++) {
        for (int64_t k = i + 1; k < l->n; k++) {
            const wk_file *a = &l->files[i], *b = &l->files[k];
            if (strcmp(a->symbol, b->symbol) != 0 || !a->by_name_wanted) continue;
            if (a->timeframe_ms != b->timeframe_ms) {
                char x[16];
                wick_timeframe_format(x, a->timeframe_ms != 0 ? a->timeframe_ms : b->timeframe_ms);
                return wick_fail(l->ctx, WICK_E_DATA,
                                 "%s and %s are both %s; choose one with --timeframe %s, or name "
                                 "one of the files",
                                 a->path, b->path, a->symbol, x);
            }
            return wick_fail(l->ctx, WICK_E_DATA, "%s and %s are both %s; name one of them",
                             a->path, b->path, a->symbol);
        }
    }
    return WICK_OK;
}

/* ---- symbol facts ------------------------------------------------------------------------- */

static wick_status open_info(loader *l, const char *path, bool must, int64_t *index)
{
    *index = -1;
    for (int64_t i = 0; i < l->n_info; i++) {
        if (strcmp(l->info[i].path, path) != 0) continue;
        *index = l->info[i].doc != NULL ? i : -1;
        return WICK_OK;
    }
    void *p = realloc(l->info, (size_t)(l->n_info + 1) * sizeof *l->info);
    if (p == NULL) return wick_fail_mem(l->ctx);
    l->info = p;
    char *own = malloc(strlen(path) + 1);
    if (own == NULL) return wick_fail_mem(l->ctx);
    memcpy(own, path, strlen(path) + 1);
    const int64_t i = l->n_info++;
    l->info[i].path = own;
    l->info[i].doc = NULL;
    if (!must && !wick_path_exists(path)) return WICK_OK;
    const wick_status st = wick_json_load(l->ctx, path, &l->info[i].doc);
    if (st < 0) return st;
    *index = i;
    return WICK_OK;
}

static wick_status attach_info(loader *l)
{
    for (int64_t i = 0; i < l->n; i++) {
        wk_file *f = &l->files[i];
        wick_buf beside = {0};
        int64_t at = -1;
        const char *slash = strrchr(f->path, '/');
        if (slash != NULL) wick_buf_add(&beside, f->path, slash - f->path + 1);
        wick_buf_add(&beside, "symbol_info.json", -1);
        const bool given = l->o.symbol_info != NULL;
        wick_status st = beside.failed ? wick_fail_mem(l->ctx) : WICK_OK;
        if (st == WICK_OK) {
            st = open_info(l, given ? l->o.symbol_info : beside.data, given, &at);
        }
        wick_buf_free(&beside);
        if (st < 0) return st;
        if (at >= 0) {
            f->info = l->info[at].doc;
            f->info_name = l->info[at].path;
        }
    }
    return WICK_OK;
}

/* ---- reading ------------------------------------------------------------------------------ */

static wick_status read_task(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    loader *l = arg;
    (void)worker;
    wk_file *f = &l->files[task];
    wick_status st = wk_file_load(ctx, &l->o, l->reported, false, f);
    for (int64_t i = 0; i < f->n && l->tf != 0 && st == WICK_OK; i++) {
        wick_bars *b = f->bars[i], *coarse = NULL;
        if (b->info.timeframe_ms == l->tf) continue;
        st = wick_bars_resample(ctx, b, l->tf, false, &coarse);
        if (st < 0) return wick_note(ctx, "while resampling %s", f->path);
        wick_bars_unref(b);
        f->bars[i] = coarse;
    }
    return st;
}

/* Notes name the file. Many files with the same thing to say are one line. */
static void log_notes(loader *l)
{
    int64_t silent = 0;
    for (int64_t i = 0; i < l->n; i++) {
        wick_buf *b = &l->files[i].notes;
        for (char *s = b->data, *e; s != NULL && (e = strchr(s, '\n')) != NULL; s = e + 1) {
            bool told = false;
            for (int64_t k = 0; k < i && !told; k++) {
                const wick_buf *before = &l->files[k].notes;
                told = before->data != NULL && before->len >= e - s + 1 &&
                       memcmp(before->data, s, (size_t)(e - s + 1)) == 0;
            }
            silent += told;
            if (!told) wick_log(l->ctx, "%s: %.*s", l->files[i].path, (int)(e - s), s);
        }
    }
    if (silent > 0) wick_log(l->ctx, "and the same for %lld more files", (long long)silent);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A symbol asked for that no file carries: say so with the nearest one that is there. */
static wick_status check_symbols(loader *l, wick_bars *const *bars, int64_t n)
{
    for (int64_t i = 0; i < l->o.n_symbols; i++) {
        bool found = false;
        for (int64_t k = 0; k < n && !found; k++) {
            found = strcmp(bars[k]->info.symbol, l->o.symbols[i]) == 0;
        }
        if (found || (l->o.skip_empty && l->seen[i] && n > 0)) continue;
        const char **names = malloc((size_t)(l->n + n + 1) * sizeof *names);
        if (names == NULL) return wick_fail_mem(l->ctx);
        int64_t count = 0;
        for (int64_t k = 0; k < l->n; k++) names[count++] = l->files[k].symbol;
        for (int64_t k = 0; k < n; k++) names[count++] = bars[k]->info.symbol;
        qsort(names, (size_t)count, sizeof *names, by_text);
        const char *near = wick_nearest(l->o.symbols[i], names, count);
        wick_status st;
        if (l->seen[i]) {
            st = wick_fail(l->ctx, WICK_E_DATA, "%s has no bar in the range asked for",
                           l->o.symbols[i]);
        } else {
            st = wick_fail(l->ctx, WICK_E_DATA, "no data for the symbol %s%s%s%s", l->o.symbols[i],
                           near != NULL ? "; did you mean " : "", near != NULL ? near : "",
                           near != NULL ? "?" : "");
        }
        free(names);
        return st;
    }
    return WICK_OK;
}

/* Rates and actions that belong to the bars. */
static wick_status add_dates(loader *l, wick_panel **panel)
{
    const struct {
        const char *what, *path;
    } files[] = {
        {"funding", l->o.funding}, {"borrow", l->o.borrow}, {"actions", l->o.actions}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        wick_panel *dressed = NULL;
        if (files[i].path == NULL) continue;
        const wick_status st =
            wick_panel_with_dates(l->ctx, *panel, files[i].what, files[i].path, &dressed);
        if (st < 0) return st;
        wick_panel_unref(*panel);
        *panel = dressed;
    }
    return WICK_OK;
}

static wick_status add_rates(loader *l, wick_panel **panel)
{
    const wick_load_opts o = {.size = sizeof o, .threads = l->o.threads};
    wick_panel *pairs = NULL, *dressed = NULL;
    if (l->o.rates == NULL) return WICK_OK;
    wick_status st = wick_load(l->ctx, &l->o.rates, 1, &o, &pairs, NULL, NULL);
    if (st >= 0) st = wick_panel_with_rates(l->ctx, *panel, pairs, &dressed);
    wick_panel_unref(pairs);
    if (st < 0) return st;
    wick_panel_unref(*panel);
    *panel = dressed;
    return WICK_OK;
}

static wick_status assemble(loader *l, wick_panel **out)
{
    int64_t n = 0;
    for (int64_t i = 0; i < l->n; i++) n += l->files[i].n;
    wick_bars **all = malloc((size_t)(n + 1) * sizeof(wick_bars *));
    if (all == NULL) return wick_fail_mem(l->ctx);
    n = 0;
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < l->n; i++) {
        for (int64_t k = 0; k < l->files[i].n; k++) {
            wick_bars *b = l->files[i].bars[k];
            if (l->o.n_symbols > 0 && asked_for(l, b->info.symbol) < 0) continue;
            if (wick_bars_count(b) > 0) all[n++] = b;
        }
    }
    WICK_TRY(check_symbols(l, all, n));
    if (n == 0) {
        st = wick_fail(l->ctx, WICK_E_DATA, "no bar in %s%s", l->n > 0 ? l->files[0].path : "",
                       l->o.has_from || l->o.has_to ? " in the range asked for" : "");
        goto out;
    }
    wick_panel *panel = NULL;
    WICK_TRY(wick_panel_new(l->ctx, all, n, &panel));
    st = add_dates(l, &panel);
    if (st >= 0) st = add_rates(l, &panel);
    if (st < 0)
        wick_panel_unref(panel);
    else
        *out = panel;
out:
    free(all);
    return st;
}

/* Hands the findings over, one entry per file that has any. */
static wick_status hand_over(loader *l, wick_defects ***out, int64_t *n)
{
    wick_defects **list = malloc((size_t)(l->n + 1) * sizeof(wick_defects *));
    if (list == NULL) return wick_fail_mem(l->ctx);
    int64_t count = 0;
    for (int64_t i = 0; i < l->n; i++) {
        wk_file *f = &l->files[i];
        if (f->defects == NULL) continue;
        if (wick_defects_count(f->defects) == 0 && !l->o.keep_defects) continue;
        list[count++] = f->defects;
        f->defects = NULL;
    }
    *out = list;
    *n = count;
    return WICK_OK;
}

static wick_status prepare(loader *l, const char *const *paths, int64_t n_paths)
{
    wick_status st = WICK_OK;
    if (l->o.timeframe != NULL && !wick_timeframe_parse(l->o.timeframe, &l->tf)) {
        return wick_fail(l->ctx, WICK_E_ARG, "\"%s\" is no timeframe; try 1m, 15m, 1h, 4h, 1d, 1w",
                         l->o.timeframe);
    }
    l->seen = calloc((size_t)l->o.n_symbols + 1, sizeof *l->seen);
    if (l->seen == NULL) return wick_fail_mem(l->ctx);
    for (int64_t i = 0; i < n_paths; i++) WICK_TRY(add_path(l, paths[i]));
    drop_unneeded(l);
    choose_timeframes(l);
    WICK_TRY(same_symbol_twice(l));
    WICK_TRY(attach_info(l));
out:
    return st;
}

wick_status wick_load(wick_ctx *ctx, const char *const *paths, int64_t n_paths,
                      const wick_load_opts *opts, wick_panel **out, wick_defects ***defects,
                      int64_t *n_defects)
{
    loader l = {.ctx = ctx, .o = wk_load_opts(opts), .reported = defects != NULL};
    wick_status st = WICK_OK;
    if (defects != NULL) {
        *defects = NULL;
        *n_defects = 0;
    }
    if (n_paths <= 0 || paths == NULL) return wick_fail(ctx, WICK_E_ARG, "no data path given");
    WICK_TRY(prepare(&l, paths, n_paths));
    st = wick_pool_run(ctx, l.n, l.o.threads, read_task, &l);
    if (st == WICK_OK) {
        log_notes(&l);
        st = assemble(&l, out);
    }
    if (defects != NULL) {
        const wick_status handed = hand_over(&l, defects, n_defects);
        if (st == WICK_OK && handed < 0) {
            wick_panel_unref(*out);
            *out = NULL;
            st = handed;
        }
    }
out:
    loader_free(&l);
    return st;
}

wick_status wk_load_one(wick_ctx *ctx, const char *path, const wick_load_opts *opts, wk_file *out)
{
    loader l = {.ctx = ctx, .o = wk_load_opts(opts)};
    wick_status st = WICK_OK;
    memset(out, 0, sizeof *out);
    if (wick_path_is_dir(path)) {
        return wick_fail(ctx, WICK_E_ARG, "%s is a directory; name one file", path);
    }
    const char *one[] = {path};
    WICK_TRY(prepare(&l, one, 1));
    st = wk_file_load(ctx, &l.o, true, true, &l.files[0]);
    *out = l.files[0]; /* with everything it owns, whatever the status */
    out->info = NULL;
    l.n = 0;
out:
    loader_free(&l);
    return st;
}
