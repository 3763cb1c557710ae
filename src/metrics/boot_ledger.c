/* SPDX-License-Identifier: MIT */
/* Bootstrap of a ledger: bars and trades are drawn again, the equity is rebuilt, every metric is
 * computed as of any other ledger. */
#include <stdlib.h>
#include <string.h>

#include "metrics/sheet_int.h"

enum { CHUNK = 16 };

/* One replicate under construction. Ledgers read the buffers in place: of all rows, of a row less,
 * of a trade less. */
typedef struct boot_worker {
    wick_arena *arena;
    double *equity, *longs, *shorts, *fees, *benchmark;
    wick_metric_opts mo; /**< with the resampled benchmark */
    wick_trade_rec *trades;
    int32_t *rows, *trade_rows;
    wick_ledger *full, *less_row, *less_trade;
    wick_score_scratch *scratch;
    double *scored; /* one per spec, in the order of their groups */
} boot_worker;

typedef struct boot_job {
    const wick_ledger *l;
    wick_equity e;
    int64_t m; /* bar returns */
    int64_t t; /* closed trades */
    const wick_trade_rec **closed;
    double *factor;                            /* E[i+1] / E[i], or the change when `adds` */
    double *long_part, *short_part, *fee_part; /* over equity; NULL: not kept by the run */
    double *other;                             /* b[i+1] / b[i] of the benchmark; NULL: none */
    bool adds;
    wick_metric_opts mo;
    const wick_metric_spec **specs; /* trades only first, then mixed, then bars only */
    int64_t *place;                 /* of each in the caller's list */
    int64_t n, n_trades_only, n_mixed;
    wick_boot_extra_fn extra;
    void *user;
    int64_t n_extra, k; /* k = n + n_extra */
    const wick_boot_opts *o;
    double *values, *jack_rows, *jack_trades; /* x k */
    int64_t chunks, row_chunks;
    boot_worker *workers;
} boot_job;

/* ---- setup -------------------------------------------------------------------------------- */

static double ratio(double a, double b)
{
    return b != 0.0 ? a / b : 0.0;
}

static bool read_rows(boot_job *j)
{
    const wick_equity *e = &j->e;
    const bool held = !wk_column_missing(e, e->long_value), paid = !wk_column_missing(e, e->fees);
    const int64_t m = j->m;
    double *own = malloc((size_t)(5 * m) * sizeof *own);
    if (own == NULL) return false;
    j->factor = own;
    j->long_part = held ? own + m : NULL;
    j->short_part = held ? own + 2 * m : NULL;
    j->fee_part = paid ? own + 3 * m : NULL;
    const double *b = j->mo.benchmark;
    bool whole = b != NULL && j->mo.n_benchmark == m + 1;
    for (int64_t i = 0; whole && i <= m; i++) whole = b[i] > 0.0 && isfinite(b[i]);
    /* A benchmark that begins later has no value for every row that may be drawn. */
    j->other = whole ? own + 4 * m : NULL;
    for (int64_t i = 0; whole && i < m; i++) j->other[i] = b[i + 1] / b[i];
    for (int64_t i = 0; i <= m; i++) j->adds = j->adds || !(e->equity[i] > 0.0);
    for (int64_t i = 0; i < m; i++) {
        const double was = e->equity[i], now = e->equity[i + 1], scale = j->adds ? 1.0 : now;
        j->factor[i] = j->adds ? now - was : now / was;
        if (held) {
            own[m + i] = ratio(e->long_value[i + 1], scale);
            own[2 * m + i] = ratio(e->short_value[i + 1], scale);
        }
        if (paid) own[3 * m + i] = ratio(e->fees[i + 1] - e->fees[i], scale);
    }
    return true;
}

static bool read_trades(boot_job *j)
{
    const int64_t all = wick_ledger_trades(j->l);
    j->closed = malloc((size_t)(all + 1) * sizeof *j->closed);
    if (j->closed == NULL) return false;
    for (int64_t i = 0; i < all; i++) {
        const wick_trade_rec *t = wick_ledger_trade(j->l, i);
        if (t->reason != WICK_BY_OPEN) j->closed[j->t++] = t;
    }
    return true;
}

/* Metrics sorted by what moves them: a deleted trade does not change a metric of bars. */
static bool sort_specs(boot_job *j, const wick_metric_spec *const *specs)
{
    const uint32_t of_trades = WICK_NEED_TRADES | WICK_NEED_EQUITY | WICK_NEED_SIDES;
    j->specs = malloc((size_t)(j->n + 1) * sizeof *j->specs);
    j->place = malloc((size_t)(j->n + 1) * sizeof *j->place);
    if (j->specs == NULL || j->place == NULL) return false;
    int64_t at = 0;
    for (int group = 0; group < 3; group++) {
        for (int64_t i = 0; i < j->n; i++) {
            const uint32_t needs = specs[i]->needs;
            const int own = (needs & ~(uint32_t)(WICK_NEED_TRADES | WICK_NEED_SIDES)) == 0 ? 0
                            : (needs & of_trades) != 0                                     ? 1
                                                                                           : 2;
            if (own != group) continue;
            j->specs[at] = specs[i];
            j->place[at++] = i;
        }
        if (group == 0) j->n_trades_only = at;
        if (group == 1) j->n_mixed = at - j->n_trades_only;
    }
    return true;
}

/* A view of the worker's buffers with so many rows and trades. */
static wick_status view(wick_ctx *ctx, const boot_job *j, boot_worker *w, int64_t rows,
                        int64_t trades, wick_ledger **out)
{
    const char **names = wick_arena_zalloc(w->arena, (int64_t)sizeof *names);
    if (names == NULL) return wick_fail_mem(ctx);
    names[0] = "resampled";
    const wick_ledger_in in = {.size = sizeof in,
                               .n = rows,
                               .time = j->e.time,
                               .equity = w->equity,
                               .fees = j->fee_part != NULL ? w->fees : NULL,
                               .long_value = j->long_part != NULL ? w->longs : NULL,
                               .short_value = j->long_part != NULL ? w->shorts : NULL,
                               .n_trades = trades,
                               .trades = w->trades,
                               .n_symbols = 1,
                               .symbols = names,
                               .cash0 = wick_ledger_cash0(j->l),
                               .borrowed = true};
    return wick_ledger_take(ctx, &in, w->arena, out);
}

static wick_status worker_open(wick_ctx *ctx, const boot_job *j, boot_worker *w)
{
    const int64_t rows = j->m + 1, trades = j->t + 1, d = (int64_t)sizeof(double);
    w->arena = wick_arena_new(0);
    w->scratch = wick_score_scratch_new();
    if (w->arena == NULL || w->scratch == NULL) return wick_fail_mem(ctx);
    w->equity = wick_arena_zalloc(w->arena, rows * d);
    w->longs = wick_arena_zalloc(w->arena, rows * d);
    w->shorts = wick_arena_zalloc(w->arena, rows * d);
    w->fees = wick_arena_zalloc(w->arena, rows * d);
    w->benchmark = wick_arena_zalloc(w->arena, rows * d);
    w->scored = wick_arena_zalloc(w->arena, (j->k + 1) * d);
    w->trades = wick_arena_zalloc(w->arena, trades * (int64_t)sizeof *w->trades);
    w->rows = wick_arena_zalloc(w->arena, rows * (int64_t)sizeof *w->rows);
    w->trade_rows = wick_arena_zalloc(w->arena, trades * (int64_t)sizeof *w->trade_rows);
    w->mo = j->mo;
    w->mo.benchmark = j->other != NULL ? w->benchmark : NULL;
    if (!w->equity || !w->longs || !w->shorts || !w->fees || !w->benchmark || !w->scored ||
        !w->trades || !w->rows || !w->trade_rows) {
        return wick_fail_mem(ctx);
    }
    wick_status st = view(ctx, j, w, rows, j->t, &w->full);
    if (st == WICK_OK) st = view(ctx, j, w, rows - 1, j->t, &w->less_row);
    if (st == WICK_OK) st = view(ctx, j, w, rows, j->t > 0 ? j->t - 1 : 0, &w->less_trade);
    return st;
}

static void worker_close(boot_worker *w)
{
    wick_ledger_unref(w->full);
    wick_ledger_unref(w->less_row);
    wick_ledger_unref(w->less_trade);
    wick_score_scratch_free(w->scratch);
    wick_arena_free(w->arena);
}

/* ---- one replicate ------------------------------------------------------------------------ */

static void build_equity(const boot_job *j, boot_worker *w, int64_t n)
{
    double at = j->e.equity[0];
    w->equity[0] = at;
    if (j->adds) {
        for (int64_t i = 0; i < n; i++) w->equity[i + 1] = at += j->factor[w->rows[i]];
    } else {
        for (int64_t i = 0; i < n; i++) w->equity[i + 1] = at *= j->factor[w->rows[i]];
    }
    if (j->long_part != NULL) {
        w->longs[0] = j->e.long_value[0];
        w->shorts[0] = j->e.short_value[0];
        for (int64_t i = 0; i < n; i++) {
            const double scale = j->adds ? 1.0 : w->equity[i + 1];
            w->longs[i + 1] = scale * j->long_part[w->rows[i]];
            w->shorts[i + 1] = scale * j->short_part[w->rows[i]];
        }
    }
    if (j->fee_part != NULL) {
        w->fees[0] = at = j->e.fees[0];
        for (int64_t i = 0; i < n; i++) {
            const double scale = j->adds ? 1.0 : w->equity[i + 1];
            w->fees[i + 1] = at += scale * j->fee_part[w->rows[i]];
        }
    }
    if (j->other != NULL) {
        w->benchmark[0] = at = j->mo.benchmark[0];
        for (int64_t i = 0; i < n; i++) w->benchmark[i + 1] = at *= j->other[w->rows[i]];
    }
}

static void build_trades(const boot_job *j, boot_worker *w, int64_t n)
{
    for (int64_t i = 0; i < n; i++) w->trades[i] = *j->closed[w->trade_rows[i]];
}

/* Values of specs [from, to) and of the extra statistics, at their places in `out`. */
static wick_status score(wick_ctx *ctx, const boot_job *j, boot_worker *w, const wick_ledger *l,
                         int64_t from, int64_t to, double *out)
{
    if (l != j->l) w->mo.n_benchmark = wick_ledger_equity(l).n;
    wick_status st = wick_score_into(ctx, l, l == j->l ? &j->mo : &w->mo, j->specs + from,
                                     to - from, w->scratch, w->scored);
    if (st < 0) return st;
    for (int64_t i = from; i < to; i++) out[j->place[i]] = w->scored[i - from];
    return j->extra != NULL ? j->extra(j->user, ctx, l, out + j->n) : WICK_OK;
}

static void draw(const boot_job *j, boot_worker *w, int64_t b)
{
    if (j->o->index_rows != NULL) {
        memcpy(w->rows, j->o->index_rows + b * j->m, (size_t)j->m * sizeof *w->rows);
    } else {
        wick_resample_into(j->o->seed, b, j->o->resample, j->o->block, j->m, w->rows);
    }
    wk_draws d = {.g = wick_pcg_key(j->o->seed, "bootstrap trades", (uint64_t)b, 0)};
    for (int64_t i = 0; i < j->t; i++) w->trade_rows[i] = wk_draw_below(&d, (uint32_t)j->t);
    build_equity(j, w, j->m);
    build_trades(j, w, j->t);
}

/* All rows but one, or all trades but one; -1 leaves none out. */
static void leave_out(const boot_job *j, boot_worker *w, int64_t row, int64_t trade)
{
    int64_t n = 0;
    for (int64_t i = 0; i < j->m; i++) {
        if (i != row) w->rows[n++] = (int32_t)i;
    }
    build_equity(j, w, n);
    n = 0;
    for (int64_t i = 0; i < j->t; i++) {
        if (i != trade) w->trade_rows[n++] = (int32_t)i;
    }
    build_trades(j, w, n);
}

static wick_status replicate_task(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    const boot_job *j = arg;
    boot_worker *w = &j->workers[worker];
    wick_status st = WICK_OK;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    if (w->arena == NULL && (st = worker_open(ctx, j, w)) < 0) return st;
    if (task < j->chunks) {
        const int64_t first = task * CHUNK;
        for (int64_t b = first; st == WICK_OK && b < first + CHUNK && b < j->o->replicates; b++) {
            draw(j, w, b);
            st = score(ctx, j, w, w->full, 0, j->n, j->values + b * j->k);
        }
    } else if (task < j->chunks + j->row_chunks) {
        const int64_t first = (task - j->chunks) * CHUNK;
        for (int64_t i = first; st == WICK_OK && i < first + CHUNK && i < j->m; i++) {
            leave_out(j, w, i, -1);
            st = score(ctx, j, w, w->less_row, j->n_trades_only, j->n, j->jack_rows + i * j->k);
        }
    } else {
        const int64_t first = (task - j->chunks - j->row_chunks) * CHUNK;
        for (int64_t i = first; st == WICK_OK && i < first + CHUNK && i < j->t; i++) {
            leave_out(j, w, -1, i);
            st = score(ctx, j, w, w->less_trade, 0, j->n_trades_only + j->n_mixed,
                       j->jack_trades + i * j->k);
        }
    }
    return st;
}

/* ---- together ----------------------------------------------------------------------------- */

static double acceleration(const boot_job *j, int64_t s, double *column)
{
    const int64_t n[2] = {j->m, j->t};
    const double *const groups[2] = {column, column + j->m};
    for (int64_t i = 0; i < j->m; i++) column[i] = j->jack_rows[i * j->k + s];
    for (int64_t i = 0; i < j->t; i++) column[j->m + i] = j->jack_trades[i * j->k + s];
    return wk_acceleration(2, n, groups);
}

static void intervals(const boot_job *j, const double *estimate, double *column, wick_interval *out)
{
    const int64_t b = j->o->replicates;
    const bool bca = j->o->interval == WICK_INTERVAL_BCA;
    for (int64_t s = 0; s < j->k; s++) {
        const double a = bca ? acceleration(j, s, column) : 0.0;
        for (int64_t i = 0; i < b; i++) column[i] = j->values[i * j->k + s];
        out[s] = wk_interval_of(estimate[s], b, column, a, j->o->interval, j->o->level,
                                j->o->pybroker_normal);
    }
}

static wick_status run(wick_ctx *ctx, boot_job *j, wick_interval *out)
{
    const bool bca = j->o->interval == WICK_INTERVAL_BCA;
    const int64_t b = j->o->replicates, jack = j->m + j->t, k = j->k;
    const int64_t longest = b > jack ? b : jack;
    wick_status st = WICK_OK;
    double *own = malloc((size_t)(k + longest + k * (b + (bca ? jack : 0))) * sizeof *own);
    j->workers = calloc((size_t)j->o->threads, sizeof *j->workers);
    if (own == NULL || j->workers == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    j->values = own + k + longest;
    j->jack_rows = j->values + k * b;
    j->jack_trades = j->jack_rows + k * j->m;
    /* What a task does not fill stays NA and has no influence. */
    for (int64_t i = 0; i < (bca ? k * jack : 0); i++) j->jack_rows[i] = WICK_NA;
    WICK_TRY(worker_open(ctx, j, &j->workers[0]));
    WICK_TRY(score(ctx, j, &j->workers[0], j->l, 0, j->n, own));
    j->chunks = (b + CHUNK - 1) / CHUNK;
    j->row_chunks = bca ? (j->m + CHUNK - 1) / CHUNK : 0;
    const int64_t trade_chunks = bca ? (j->t + CHUNK - 1) / CHUNK : 0;
    WICK_TRY(wick_pool_run(ctx, j->chunks + j->row_chunks + trade_chunks, j->o->threads,
                           replicate_task, j));
    intervals(j, own, own + k, out);
out:
    for (int32_t i = 0; j->workers != NULL && i < j->o->threads; i++) worker_close(&j->workers[i]);
    free(j->workers);
    free(own);
    return st;
}

wick_status wick_boot_ledger(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *mopts,
                             const wick_metric_spec *const *specs, int64_t n,
                             wick_boot_extra_fn extra, void *user, int64_t n_extra,
                             const wick_boot_opts *opts, wick_interval *out)
{
    if (l == NULL || out == NULL || n < 0 || (n > 0 && specs == NULL) || n_extra < 0) {
        return wick_fail(ctx, WICK_E_ARG,
                         "a bootstrap needs a ledger, metrics and their intervals");
    }
    boot_job j = {.l = l,
                  .e = wick_ledger_equity(l),
                  .n = n,
                  .extra = n_extra > 0 ? extra : NULL,
                  .user = user,
                  .n_extra = n_extra,
                  .k = n + n_extra};
    wick_boot_opts o;
    wick_status st = wk_metric_options(ctx, mopts, &j.mo);
    if (st < 0) return st;
    double *r = malloc((size_t)(j.e.n + 1) * sizeof *r);
    j.m = j.e.n > 0 ? j.e.n - 1 : 0;
    if (r == NULL) return wick_fail_mem(ctx);
    wick_returns_into(j.e.n, j.e.equity, r);
    WICK_TRY(wk_boot_options(ctx, opts, j.m, r, &o));
    if (j.extra != NULL) o.threads = 1; /* one call at a time */
    j.o = &o;
    if (!read_rows(&j) || !read_trades(&j) || !sort_specs(&j, specs)) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(run(ctx, &j, out));
out:
    free(r);
    free(j.factor);
    free(j.closed);
    free(j.specs);
    free(j.place);
    return st;
}
