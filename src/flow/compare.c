/* SPDX-License-Identifier: MIT */
/* Paired block bootstrap of two results: the same days for both, everything computed afresh. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wick/work.h"

/* One of the two results, taken apart by days. */
typedef struct side {
    const wick_ledger *l;
    wick_equity e;
    int64_t m;              /* days with a return: rows less one */
    double *factor;         /* E[i+1] / E[i] */
    double *share[3];       /* cash, longs, shorts over equity, per row */
    double *fee;            /* fees of the day over equity */
    int32_t *first, *order; /* trades by the day they were closed on */
    int64_t trades;
} side;

typedef struct worker {
    double *column[5]; /* equity, cash, longs, shorts, fees */
    wick_trade_rec *trades;
    int64_t cap;
    wick_score_scratch *scratch;
    wick_ctx *ctx;
    wick_arena *arena;
    double *score;
} worker;

typedef struct job {
    const wick_pair_in *in;
    side side[2];
    worker *workers;
    int32_t n_workers;

} job;

static void free_side(side *s)
{
    free(s->factor);
    free(s->first);
}

static int64_t row_at(const wick_equity *e, int64_t time)
{
    int64_t lo = 0, hi = e->n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (e->time[mid] < time)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < e->n ? lo : e->n - 1;
}

/* Trades in the order of their days; those of one day keep theirs. */
static bool read_trades(side *s)
{
    const int64_t all = wick_ledger_trades(s->l);
    s->first = calloc((size_t)(s->m + 2 + 2 * all), sizeof *s->first);
    if (!s->first) return false;
    s->order = s->first + s->m + 2;
    int32_t *day = s->order + all;
    for (int64_t i = 0; i < all; i++) {
        const wick_trade_rec *t = wick_ledger_trade(s->l, i);
        const int64_t row = row_at(&s->e, t->exit_time);
        day[i] = (int32_t)(row > 0 ? row - 1 : 0);
        s->first[day[i] + 1]++;
    }
    for (int64_t d = 0; d <= s->m; d++) s->first[d + 1] += s->first[d];
    for (int64_t i = all - 1; i >= 0; i--) s->order[--s->first[day[i] + 1]] = (int32_t)i;
    /* first[d + 1] has moved to where day d begins. */
    memmove(s->first, s->first + 1, (size_t)(s->m + 1) * sizeof *s->first);
    s->first[s->m] = (int32_t)all;
    s->trades = all;
    return true;
}

static wick_status read_side(wick_ctx *ctx, const wick_ledger *l, side *s)
{
    s->l = l;
    s->e = wick_ledger_equity(l);
    s->m = s->e.n - 1;
    if (s->m < 2) return wick_fail(ctx, WICK_E_DATA, "a comparison needs three days or more");
    s->factor = malloc((size_t)(5 * (s->m + 1)) * sizeof *s->factor);
    if (!s->factor) return wick_fail_mem(ctx);
    for (int k = 0; k < 3; k++) s->share[k] = s->factor + (k + 1) * (s->m + 1);
    s->fee = s->factor + 4 * (s->m + 1);
    for (int64_t i = 0; i <= s->m; i++) {
        const double e = s->e.equity[i];
        if (!(e > 0.0))
            return wick_fail(ctx, WICK_E_DATA,
                             "a comparison needs equity above zero, it is %g on day %lld", e,
                             (long long)i + 1);
        s->share[0][i] = s->e.cash[i] / e;
        s->share[1][i] = s->e.long_value[i] / e;
        s->share[2][i] = s->e.short_value[i] / e;
        if (i == 0) continue;
        s->factor[i - 1] = e / s->e.equity[i - 1];
        s->fee[i - 1] = (s->e.fees[i] - s->e.fees[i - 1]) / e;
    }
    return read_trades(s) ? WICK_OK : wick_fail_mem(ctx);
}

/* ---- one resample ------------------------------------------------------------------------- */

static bool room(worker *w, int64_t n)
{
    if (n <= w->cap) return true;
    wick_trade_rec *grown = realloc(w->trades, (size_t)(2 * n) * sizeof *grown);
    if (!grown) return false;
    w->trades = grown;
    w->cap = 2 * n;
    return true;
}

static int64_t draw_trades(const side *s, worker *w, int64_t n, const int32_t *rows)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        const int32_t from = s->first[rows[i]], to = s->first[rows[i] + 1];
        if (!room(w, k + to - from)) return -1;
        for (int32_t at = from; at < to; at++) {
            wick_trade_rec t = *wick_ledger_trade(s->l, s->order[at]);
            t.exit_tick = (int32_t)i + 1;
            t.entry_tick = t.exit_tick > t.bars ? t.exit_tick - t.bars : 0;
            w->trades[k++] = t;
        }
    }
    return k;
}

static wick_status score_one(const job *j, const side *s, worker *w, int64_t n, const int32_t *rows,
                             double *out)
{
    double *const *c = w->column;
    const int64_t trades = draw_trades(s, w, n, rows);
    if (trades < 0) return wick_fail_mem(w->ctx);
    for (int k = 0; k < 4; k++) c[k][0] = s->e.equity[0] * (k ? s->share[k - 1][0] : 1.0);
    c[4][0] = s->e.fees[0];
    for (int64_t i = 0; i < n; i++) {
        const int32_t r = rows[i];
        const double e = c[0][i] * s->factor[r];
        c[0][i + 1] = e;
        for (int k = 0; k < 3; k++) c[k + 1][i + 1] = e * s->share[k][r + 1];
        c[4][i + 1] = c[4][i] + e * s->fee[r];
    }
    const wick_ledger_in in = {.size = sizeof in,
                               .n = n + 1,
                               .time = s->e.time,
                               .equity = c[0],
                               .cash = c[1],
                               .fees = c[4],
                               .long_value = c[2],
                               .short_value = c[3],
                               .n_trades = trades,
                               .trades = w->trades,
                               .cash0 = wick_ledger_cash0(s->l),
                               .fates = wick_ledger_fates(s->l),
                               .borrowed = true};
    wick_ledger *l = NULL;
    wick_arena_reset(w->arena);
    wick_status st = wick_ledger_take(w->ctx, &in, w->arena, &l);
    if (st >= 0)
        st = wick_score_into(w->ctx, l, &j->in->metric, j->in->specs, j->in->n, w->scratch, out);
    wick_ledger_unref(l);
    return st;
}

static void statistics(void *user, int32_t number, int64_t n, const int32_t *rows, double *out)
{
    job *j = user;
    worker *w = &j->workers[number];
    const int64_t k = j->in->n;
    const bool good = score_one(j, &j->side[0], w, n, rows, out) >= 0 &&
                      score_one(j, &j->side[1], w, n, rows, w->score) >= 0;
    for (int64_t i = 0; i < k; i++) out[i] = good ? out[i] - w->score[i] : WICK_NA;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static void free_workers(job *j)
{
    for (int32_t i = 0; j->workers && i < j->n_workers; i++) {
        worker *w = &j->workers[i];
        free(w->column[0]);
        free(w->trades);
        free(w->score);
        wick_score_scratch_free(w->scratch);
        wick_ctx_free(w->ctx);
        wick_arena_free(w->arena);
    }
    free(j->workers);
}

static bool make_workers(job *j)
{
    const int64_t rows = j->side[0].e.n;
    j->workers = calloc((size_t)j->n_workers, sizeof *j->workers);
    if (!j->workers) return false;
    for (int32_t i = 0; i < j->n_workers; i++) {
        worker *w = &j->workers[i];
        w->column[0] = malloc((size_t)(5 * rows) * sizeof(double));
        w->score = malloc((size_t)(j->in->n + 1) * sizeof(double));
        w->scratch = wick_score_scratch_new();
        w->ctx = wick_ctx_new();
        w->arena = wick_arena_new(0);
        if (!w->column[0] || !w->score || !w->scratch || !w->ctx || !w->arena) return false;
        for (int k = 1; k < 5; k++) w->column[k] = w->column[0] + k * rows;
    }
    return true;
}

static wick_status same_clock(wick_ctx *ctx, const side *a, const side *b)
{
    bool same = a->e.n == b->e.n;
    for (int64_t i = 0; same && i < a->e.n; i++) same = a->e.time[i] == b->e.time[i];
    return same ? WICK_OK
                : wick_fail(ctx, WICK_E_ARG, "two results of different days cannot be paired");
}

/* Length of blocks from the difference of the bar returns. */
static double block_length(const job *j)
{
    const int64_t m = j->side[0].m;
    double *d = malloc((size_t)m * sizeof *d);
    if (!d) return 0.0;
    bool any = false;
    for (int64_t i = 0; i < m; i++) {
        d[i] = j->side[0].factor[i] - j->side[1].factor[i];
        any = any || d[i] != 0.0;
    }
    const double length = any ? wick_block_length(m, d, WICK_RESAMPLE_STATIONARY) : 1.0;
    free(d);
    return length;
}

/* What the metrics say of the results as they are, not of what was taken apart and put together. */
static wick_status estimates(wick_ctx *ctx, const job *j, wick_interval *out)
{
    const int64_t n = j->in->n;
    worker *w = &j->workers[0];
    double *a = malloc((size_t)(n + 1) * sizeof *a);
    if (!a) return wick_fail_mem(ctx);
    wick_status st = wick_score_into(ctx, j->in->a, &j->in->metric, j->in->specs, n, w->scratch, a);
    if (st >= 0)
        st = wick_score_into(ctx, j->in->b, &j->in->metric, j->in->specs, n, w->scratch, w->score);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        out[i].estimate = a[i] - w->score[i];
        const bool moment = j->in->specs[i]->unit == WICK_M_TIME;
        if (moment || isnan(out[i].estimate)) out[i].low = out[i].high = WICK_NA;
        if (moment) out[i].estimate = WICK_NA;
    }
    free(a);
    return st;
}

wick_status wick_pair_compare(wick_ctx *ctx, const wick_pair_in *given, wick_interval *out,
                              double *block)
{
    wick_pair_in in = {0};
    if (!given || !given->a || !given->b || !given->specs || given->n < 1 || !out)
        return wick_fail(ctx, WICK_E_ARG, "a comparison needs two results and metrics");
    memcpy(&in, given, given->size < sizeof in ? given->size : sizeof in);
    job j = {.in = &in, .n_workers = in.threads > 0 ? in.threads : wick_cores()};
    wick_status st;
    WICK_TRY(read_side(ctx, in.a, &j.side[0]));
    WICK_TRY(read_side(ctx, in.b, &j.side[1]));
    WICK_TRY(same_clock(ctx, &j.side[0], &j.side[1]));
    if (!make_workers(&j)) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    const wick_boot_opts o = {.size = sizeof o,
                              .resample = WICK_RESAMPLE_STATIONARY,
                              .interval = WICK_INTERVAL_PERCENTILE,
                              .replicates = in.replicates,
                              .level = in.level,
                              .block = block_length(&j),
                              .seed = in.seed,
                              .threads = j.n_workers};
    if (block) *block = o.block;
    WICK_TRY(wick_boot_rows(ctx, j.side[0].m, in.n, statistics, &j, &o, NULL, out));
    st = estimates(ctx, &j, out);
out:
    free_workers(&j);
    free_side(&j.side[0]);
    free_side(&j.side[1]);
    return st;
}
