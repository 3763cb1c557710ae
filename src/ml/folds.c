/* SPDX-License-Identifier: MIT */
/* Splits that do not leak: everything is cut on moments, and training rows whose labels reach into
 * a test block leave. ml.md 11 and 12. */
#include "ml/ml_int.h"

typedef struct split {
    int32_t *train, *test;
    int64_t n_train, n_test, purged, embargoed;
} split;

struct wick_folds {
    atomic_int refs;
    int64_t n;
    split *splits;
    int32_t groups, test_groups;
};

/* What all splitters work on: the rows that take part, by moment. */
typedef struct rows_by_time {
    int64_t n, moments;
    int32_t *row;   /* rows that take part */
    int64_t *first; /* per moment: its first place in `row`; one more at the end */
    const int64_t *t0, *t1;
} rows_by_time;

/* ---- object ------------------------------------------------------------------------------- */

static wick_folds *folds_new(int64_t n)
{
    wick_folds *f = calloc(1, sizeof *f);
    if (f == NULL) return NULL;
    atomic_init(&f->refs, 1);
    f->n = n;
    f->splits = wk_zero_items(n, sizeof *f->splits);
    if (f->splits == NULL) {
        free(f);
        return NULL;
    }
    return f;
}

wick_folds *wick_folds_ref(wick_folds *f)
{
    if (f != NULL) atomic_fetch_add(&f->refs, 1);
    return f;
}

void wick_folds_unref(wick_folds *f)
{
    if (f == NULL || atomic_fetch_sub(&f->refs, 1) > 1) return;
    for (int64_t i = 0; i < f->n; i++) {
        free(f->splits[i].train);
        free(f->splits[i].test);
    }
    free(f->splits);
    free(f);
}

int64_t wick_folds_count(const wick_folds *f)
{
    return f->n;
}

const int32_t *wick_folds_train(const wick_folds *f, int64_t i, int64_t *n)
{
    const bool there = i >= 0 && i < f->n;
    if (n != NULL) *n = there ? f->splits[i].n_train : 0;
    return there ? f->splits[i].train : NULL;
}

const int32_t *wick_folds_test(const wick_folds *f, int64_t i, int64_t *n)
{
    const bool there = i >= 0 && i < f->n;
    if (n != NULL) *n = there ? f->splits[i].n_test : 0;
    return there ? f->splits[i].test : NULL;
}

int64_t wick_folds_purged(const wick_folds *f, int64_t i)
{
    return i >= 0 && i < f->n ? f->splits[i].purged : 0;
}

int64_t wick_folds_embargoed(const wick_folds *f, int64_t i)
{
    return i >= 0 && i < f->n ? f->splits[i].embargoed : 0;
}

/* ---- rows --------------------------------------------------------------------------------- */

static void rows_free(rows_by_time *r)
{
    free(r->row);
    free(r->first);
}

static wick_status rows_make(wick_ctx *ctx, int64_t n, const int64_t *t0, const int64_t *t1,
                             const double *y, rows_by_time *r)
{
    *r = (rows_by_time){.t0 = t0, .t1 = t1 != NULL ? t1 : t0};
    if (n < 0 || n > INT32_MAX || (n > 0 && t0 == NULL)) {
        return wick_fail(ctx, WICK_E_ARG, "folds need the times of their rows");
    }
    r->row = wk_items(n, sizeof *r->row);
    r->first = wk_items(n + 1, sizeof *r->first);
    if (r->row == NULL || r->first == NULL) {
        rows_free(r);
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < n; i++) {
        if ((i > 0 && t0[i] < t0[i - 1]) || r->t1[i] < t0[i]) {
            rows_free(r);
            return wick_fail(ctx, WICK_E_ARG,
                             "row %lld starts before the row above or ends before "
                             "it starts",
                             (long long)i);
        }
        if (y != NULL && isnan(y[i])) continue;
        if (r->n == 0 || t0[r->row[r->n - 1]] != t0[i]) r->first[r->moments++] = r->n;
        r->row[r->n++] = (int32_t)i;
    }
    r->first[r->moments] = r->n;
    return WICK_OK;
}

static wick_status split_room(wick_ctx *ctx, const rows_by_time *r, split *s)
{
    s->train = wk_items(r->n, sizeof *s->train);
    s->test = wk_items(r->n, sizeof *s->test);
    return s->train != NULL && s->test != NULL ? WICK_OK : wick_fail_mem(ctx);
}

/* Rows of moments [from, to) behind what is in `out` already. */
static void add_moments(const rows_by_time *r, int64_t from, int64_t to, int32_t *out, int64_t *n)
{
    for (int64_t i = r->first[from]; i < r->first[to]; i++) out[(*n)++] = r->row[i];
}

/* First moment of block b of k: the first (moments mod k) blocks are one longer. */
static int64_t block_start(int64_t moments, int64_t k, int64_t b)
{
    const int64_t longer = moments % k;
    return b * (moments / k) + (b < longer ? b : longer);
}

/* ---- kinds -------------------------------------------------------------------------------- */

static wick_status too_few(wick_ctx *ctx, int64_t moments, const char *what, int64_t need)
{
    return wick_fail(ctx, WICK_E_DATA,
                     "%lld moments with labelled rows are too few for %s; at least %lld are needed",
                     (long long)moments, what, (long long)need);
}

static wick_status time_series(wick_ctx *ctx, const rows_by_time *r, const wick_fold_opts *o,
                               wick_folds **out)
{
    const int64_t n = r->moments, k = o->k;
    const int64_t size = o->test_size > 0 ? o->test_size : n / (k + 1);
    if (size < 1 || n - o->gap - size * k <= 0) {
        return too_few(ctx, n, "these time-series folds", o->gap + (size > 0 ? size : 1) * k + 1);
    }
    wick_folds *f = folds_new(k);
    if (f == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < k; i++) {
        split *s = &f->splits[i];
        const wick_status st = split_room(ctx, r, s);
        if (st < 0) {
            wick_folds_unref(f);
            return st;
        }
        const int64_t test = n - (k - i) * size, end = test - o->gap;
        const int64_t start = o->max_train > 0 && end > o->max_train ? end - o->max_train : 0;
        add_moments(r, start, end, s->train, &s->n_train);
        add_moments(r, test, test + size, s->test, &s->n_test);
    }
    *out = f;
    return WICK_OK;
}

typedef struct block {
    int64_t lo, hi, last; /* start of the first, end of the last label, start of the last row */
} block;

static block block_of(const rows_by_time *r, int64_t from, int64_t to)
{
    const int64_t a = r->first[from], b = r->first[to];
    block k = {r->t0[r->row[a]], INT64_MIN, r->t0[r->row[b - 1]]};
    for (int64_t i = a; i < b; i++) {
        if (r->t1[r->row[i]] > k.hi) k.hi = r->t1[r->row[i]];
    }
    return k;
}

/* Test groups are chosen by `in_test`; all others train, less what leaks. */
static void purge(const rows_by_time *r, int64_t groups, const bool *in_test, const block *blocks,
                  int64_t embargo, split *s)
{
    for (int64_t g = 0; g < groups; g++) {
        const int64_t from = block_start(r->moments, groups, g);
        const int64_t to = block_start(r->moments, groups, g + 1);
        if (in_test[g]) {
            add_moments(r, from, to, s->test, &s->n_test);
            continue;
        }
        for (int64_t i = r->first[from]; i < r->first[to]; i++) {
            const int64_t t0 = r->t0[r->row[i]], t1 = r->t1[r->row[i]];
            bool overlaps = false, embargoed = false;
            for (int64_t b = 0; b < groups && !overlaps; b++) {
                if (!in_test[b]) continue;
                const block *k = &blocks[b];
                overlaps = t0 <= k->hi && t1 >= k->lo;
                embargoed = embargoed || (t0 > k->last && t0 - k->hi <= embargo);
            }
            s->purged += overlaps;
            s->embargoed += embargoed && !overlaps;
            if (!overlaps && !embargoed) s->train[s->n_train++] = r->row[i];
        }
    }
}

/* Next choice of k out of n in lexicographic order; false after the last. */
static bool next_choice(int32_t *c, int32_t k, int32_t n)
{
    int32_t i = k - 1;
    while (i >= 0 && c[i] == n - k + i) i--;
    if (i < 0) return false;
    c[i]++;
    for (int32_t j = i + 1; j < k; j++) c[j] = c[j - 1] + 1;
    return true;
}

enum { MAX_GROUPS = 32, MAX_SPLITS = 5000 };

static int64_t choose(int64_t n, int64_t k)
{
    int64_t c = 1;
    for (int64_t i = 1; i <= k && c <= MAX_SPLITS; i++) c = c * (n - k + i) / i;
    return c;
}

static wick_status combinatorial(wick_ctx *ctx, const rows_by_time *r, const wick_fold_opts *o,
                                 int32_t chosen, wick_folds **out)
{
    const int32_t groups = o->k;
    if (groups > MAX_GROUPS || choose(groups, chosen) > MAX_SPLITS) {
        return wick_fail(ctx, WICK_E_ARG,
                         "%d groups of which %d are tested are more than %d splits", (int)groups,
                         (int)chosen, MAX_SPLITS);
    }
    if (r->moments < groups) return too_few(ctx, r->moments, "the folds", groups);
    block blocks[MAX_GROUPS];
    for (int64_t g = 0; g < groups; g++) {
        blocks[g] =
            block_of(r, block_start(r->moments, groups, g), block_start(r->moments, groups, g + 1));
    }
    wick_folds *f = folds_new(choose(groups, chosen));
    if (f == NULL) return wick_fail_mem(ctx);
    f->groups = groups;
    f->test_groups = chosen;
    int32_t c[MAX_GROUPS];
    for (int32_t i = 0; i < chosen; i++) c[i] = i;
    for (int64_t i = 0; i < f->n; i++) {
        bool in_test[MAX_GROUPS] = {false};
        const wick_status st = split_room(ctx, r, &f->splits[i]);
        if (st < 0) {
            wick_folds_unref(f);
            return st;
        }
        for (int32_t g = 0; g < chosen; g++) in_test[c[g]] = true;
        purge(r, groups, in_test, blocks, o->embargo, &f->splits[i]);
        next_choice(c, chosen, groups);
    }
    *out = f;
    return WICK_OK;
}

static wick_status check(wick_ctx *ctx, wick_fold_opts *o)
{
    if (o->k == 0) o->k = 5;
    if (o->test_groups == 0) o->test_groups = 2;
    if (o->kind < WICK_FOLDS_TIME_SERIES || o->kind > WICK_FOLDS_CPCV) {
        return wick_fail(ctx, WICK_E_ARG, "fold kind %d does not exist", (int)o->kind);
    }
    if (o->k < 2 && o->kind != WICK_FOLDS_TIME_SERIES) {
        return wick_fail(ctx, WICK_E_ARG, "%d folds; at least 2 are needed", (int)o->k);
    }
    if (o->k < 1 || o->embargo < 0 || o->gap < 0 || o->test_size < 0 || o->max_train < 0) {
        return wick_fail(ctx, WICK_E_ARG, "folds, embargo, gap and sizes may not be negative");
    }
    if (o->kind == WICK_FOLDS_CPCV && (o->test_groups < 1 || o->test_groups >= o->k)) {
        return wick_fail(ctx, WICK_E_ARG, "%d test groups out of %d: it must be 1..%d",
                         (int)o->test_groups, (int)o->k, (int)o->k - 1);
    }
    return WICK_OK;
}

wick_status wick_folds_new(wick_ctx *ctx, int64_t n, const int64_t *t0, const int64_t *t1,
                           const double *y, const wick_fold_opts *opts, wick_folds **out)
{
    wick_fold_opts o = {0};
    if (opts == NULL || out == NULL) return wick_fail(ctx, WICK_E_ARG, "folds need options");
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    wick_status st = check(ctx, &o);
    if (st < 0) return st;
    rows_by_time r;
    st = rows_make(ctx, n, t0, t1, y, &r);
    if (st < 0) return st;
    if (o.kind == WICK_FOLDS_TIME_SERIES) {
        st = time_series(ctx, &r, &o, out);
    } else {
        /* k-fold is the choice of one group out of k. */
        st = combinatorial(ctx, &r, &o, o.kind == WICK_FOLDS_CPCV ? o.test_groups : 1, out);
    }
    rows_free(&r);
    return st;
}

wick_status wick_folds_of(wick_ctx *ctx, const wick_matrix *m, const wick_labels *l,
                          const wick_fold_opts *opts, wick_folds **out)
{
    if (m == NULL || l == NULL || l->n != m->index->n) {
        return wick_fail(ctx, WICK_E_ARG, "folds need a matrix and its labels");
    }
    int64_t *t0 = wk_items(2 * l->n, sizeof *t0), *t1 = t0 + l->n;
    if (t0 == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < l->n; i++) {
        t0[i] = m->index->tick[i];
        t1[i] = l->tick1[i];
    }
    const wick_status st = wick_folds_new(ctx, l->n, t0, t1, l->y, opts, out);
    free(t0);
    return st;
}

/* ---- paths -------------------------------------------------------------------------------- */

int64_t wick_folds_paths(const wick_folds *f)
{
    return f->groups > 0 ? f->n * f->test_groups / f->groups : 0;
}

int64_t wick_folds_path(const wick_folds *f, int64_t path, int32_t group)
{
    if (path < 0 || path >= wick_folds_paths(f) || group < 0 || group >= f->groups) return -1;
    int32_t c[MAX_GROUPS];
    for (int32_t i = 0; i < f->test_groups; i++) c[i] = i;
    int64_t seen = 0;
    for (int64_t i = 0; i < f->n; i++) {
        bool has = false;
        for (int32_t g = 0; g < f->test_groups; g++) has = has || c[g] == group;
        if (has && seen++ == path) return i;
        next_choice(c, f->test_groups, f->groups);
    }
    return -1;
}

/* ---- windows ------------------------------------------------------------------------------ */

wick_status wick_folds_windows(wick_ctx *ctx, int64_t n, const int64_t *t0, const int64_t *t1,
                               const double *y, const wick_window *windows, int64_t n_windows,
                               wick_folds **out)
{
    if (n_windows < 0 || (n_windows > 0 && windows == NULL) || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "no windows were given");
    }
    rows_by_time r;
    wick_status st = rows_make(ctx, n, t0, t1, y, &r);
    if (st < 0) return st;
    wick_folds *f = folds_new(n_windows);
    if (f == NULL) st = wick_fail_mem(ctx);
    for (int64_t i = 0; st == WICK_OK && i < n_windows; i++) {
        const wick_window *w = &windows[i];
        split *s = &f->splits[i];
        st = split_room(ctx, &r, s);
        for (int64_t k = 0; st == WICK_OK && k < r.n; k++) {
            const int32_t row = r.row[k];
            if (r.t0[row] >= w->test_from && r.t0[row] < w->test_to) s->test[s->n_test++] = row;
            if (r.t0[row] < w->train_from || r.t0[row] >= w->train_to) continue;
            if (w->test_from < w->test_to && r.t1[row] >= w->test_from) {
                s->purged++;
            } else {
                s->train[s->n_train++] = row;
            }
        }
    }
    rows_free(&r);
    if (st < 0) {
        wick_folds_unref(f);
        return st;
    }
    *out = f;
    return WICK_OK;
}
