/* SPDX-License-Identifier: MIT */
/* The same trades in another order, or drawn again. */
#include <stdlib.h>
#include <string.h>

#include "metrics/stats_int.h"

enum { QUANTITIES = 5, CHUNK = 64 };

typedef struct monte_job {
    const wick_monte_opts *o;
    int64_t n;
    double cash;
    const double *step; /* cash, or share of the equity before */
    double *found;      /* QUANTITIES x paths */
    int32_t *rows;      /* n per worker */
} monte_job;

/* One path: where it ends, how deep it falls, how many losses follow each other. */
static void follow(const monte_job *j, const int32_t *rows, double out[QUANTITIES])
{
    double at = j->cash, peak = at, dd = 0.0, dd_pct = 0.0;
    int64_t run = 0, most = 0;
    for (int64_t i = 0; i < j->n; i++) {
        const double s = j->step[rows[i]];
        at = j->o->compound ? at * (1.0 + s) : at + s;
        peak = at > peak ? at : peak;
        const double fall = at - peak;
        dd = fall < dd ? fall : dd;
        dd_pct = fall < dd_pct * peak ? fall / peak : dd_pct;
        run = s < 0.0 ? run + 1 : 0;
        most = run > most ? run : most;
    }
    out[0] = at;
    out[1] = 100.0 * (at / j->cash - 1.0);
    out[2] = dd;
    out[3] = 100.0 * dd_pct;
    out[4] = (double)most;
}

/* Fisher-Yates, or a draw with replacement. */
static void order(const monte_job *j, int64_t path, int32_t *rows)
{
    wk_draws d = {.g = wick_pcg_key(j->o->seed, "monte carlo of trades", (uint64_t)path, 0)};
    if (j->o->resample) {
        for (int64_t i = 0; i < j->n; i++) rows[i] = wk_draw_below(&d, (uint32_t)j->n);
        return;
    }
    for (int64_t i = 0; i < j->n; i++) rows[i] = (int32_t)i;
    for (int64_t i = j->n - 1; i > 0; i--) {
        const int32_t k = wk_draw_below(&d, (uint32_t)i + 1), t = rows[i];
        rows[i] = rows[k];
        rows[k] = t;
    }
}

static wick_status paths(void *arg, int64_t task, int32_t worker, wick_ctx *ctx)
{
    const monte_job *j = arg;
    int32_t *rows = j->rows + j->n * worker;
    if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
    for (int64_t p = task * CHUNK; p < (task + 1) * CHUNK && p < j->o->paths; p++) {
        double found[QUANTITIES];
        order(j, p, rows);
        follow(j, rows, found);
        for (int k = 0; k < QUANTITIES; k++) j->found[k * j->o->paths + p] = found[k];
    }
    return WICK_OK;
}

/* Linear interpolation between order statistics. */
static double quantile(int64_t n, const double *sorted, double q)
{
    const double h = (double)(n - 1) * q;
    const int64_t i = (int64_t)h;
    const double a = sorted[i], b = sorted[i + 1 < n ? i + 1 : i];
    return a + (h - (double)i) * (b - a);
}

static wick_spread summarise(int64_t n, double *v, double actual)
{
    wick_sum s = {0};
    for (int64_t i = 0; i < n; i++) wick_sum_add(&s, v[i]);
    wk_sort_doubles(n, v);
    return (wick_spread){.actual = actual,
                         .mean = wick_sum_get(&s) / (double)n,
                         .min = v[0],
                         .q05 = quantile(n, v, 0.05),
                         .q25 = quantile(n, v, 0.25),
                         .median = quantile(n, v, 0.5),
                         .q75 = quantile(n, v, 0.75),
                         .q95 = quantile(n, v, 0.95),
                         .max = v[n - 1]};
}

/* Net pnl of the closed trades; as shares of the realised equity before each when compounding. */
static wick_status steps(wick_ctx *ctx, const wick_ledger *l, const wick_monte_opts *o, double cash,
                         double *step, int64_t *n)
{
    double at = cash;
    *n = 0;
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        if (t->reason == WICK_BY_OPEN) continue;
        const double pnl = o->pnl_net ? t->pnl : t->pnl - t->fees;
        if (o->compound && !(at > 0.0)) {
            return wick_fail(ctx, WICK_E_DATA,
                             "trade %lld comes after the account is used up; shares of equity have "
                             "no meaning there",
                             (long long)i + 1);
        }
        step[(*n)++] = o->compound ? pnl / at : pnl;
        at += pnl;
    }
    if (*n >= 2) return WICK_OK;
    return wick_fail(ctx, WICK_E_DATA, "a Monte-Carlo of %lld closed trades; at least 2 are needed",
                     (long long)*n);
}

static wick_status read_opts(wick_ctx *ctx, const wick_monte_opts *in, wick_monte_opts *o)
{
    memset(o, 0, sizeof *o);
    if (in != NULL) memcpy(o, in, in->size < sizeof *o ? in->size : sizeof *o);
    if (o->paths == 0) o->paths = 1000;
    if (o->seed == 0) o->seed = 42;
    if (o->ruin_pct == 0.0) o->ruin_pct = 50.0;
    if (o->threads <= 0) o->threads = wick_cores();
    if (o->threads > 256) o->threads = 256;
    if (o->paths < 1 || o->paths > 10000000) {
        return wick_fail(ctx, WICK_E_ARG, "paths is %lld; it must be 1 to 10000000",
                         (long long)o->paths);
    }
    if (!(o->ruin_pct > 0.0 && o->ruin_pct <= 100.0)) {
        return wick_fail(ctx, WICK_E_ARG, "ruin is %g percent; it must be above 0 and at most 100",
                         o->ruin_pct);
    }
    return WICK_OK;
}

wick_status wick_monte_eval(wick_ctx *ctx, const wick_ledger *l, const wick_monte_opts *opts,
                            wick_monte *out)
{
    wick_monte_opts o;
    if (l == NULL || out == NULL) return wick_fail(ctx, WICK_E_ARG, "no ledger or no result");
    wick_status st = read_opts(ctx, opts, &o);
    if (st < 0) return st;
    const wick_equity e = wick_ledger_equity(l);
    monte_job j = {.o = &o, .cash = wick_ledger_cash0(l)};
    if (!(j.cash > 0.0) && e.n > 0) j.cash = e.equity[0];
    if (!(j.cash > 0.0)) {
        return wick_fail(ctx, WICK_E_DATA, "the starting cash is %g; it must be above 0", j.cash);
    }
    const int64_t trades = wick_ledger_trades(l), b = o.paths;
    double *own = malloc((size_t)(trades + 1 + QUANTITIES * b) * sizeof *own), actual[QUANTITIES];
    j.rows = malloc((size_t)((trades + 1) * o.threads) * sizeof *j.rows);
    if (own == NULL || j.rows == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    j.step = own;
    j.found = own + trades + 1;
    WICK_TRY(steps(ctx, l, &o, j.cash, own, &j.n));
    for (int64_t i = 0; i < j.n; i++) j.rows[i] = (int32_t)i;
    follow(&j, j.rows, actual);
    WICK_TRY(wick_pool_run(ctx, (b + CHUNK - 1) / CHUNK, o.threads, paths, &j));
    int64_t lost = 0, ruined = 0;
    for (int64_t p = 0; p < b; p++) {
        lost += j.found[p] < j.cash;
        ruined += j.found[3 * b + p] <= -o.ruin_pct;
    }
    wick_spread s[QUANTITIES];
    for (int k = 0; k < QUANTITIES; k++) s[k] = summarise(b, j.found + k * b, actual[k]);
    *out = (wick_monte){
        b, j.n, s[0], s[1], s[2], s[3], s[4], (double)lost / (double)b, (double)ruined / (double)b};
out:
    free(own);
    free(j.rows);
    return st;
}
