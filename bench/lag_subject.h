/* SPDX-License-Identifier: MIT */
/**
 * A strategy in C with one parameter, for the tests and the bench of tuning: it holds one bar in
 * the direction of the return `lag` bars ago. Prices either follow returns of `edge` times the
 * return PLANTED_LAG bars ago plus noise (then one lag earns and the others do not), or are pure
 * noise.
 */
#ifndef WICK_BENCH_LAG_SUBJECT_H
#define WICK_BENCH_LAG_SUBJECT_H

#include <stdlib.h>
#include <string.h>

#include "wick/flow.h"

enum { PLANTED_LAG = 7, MOST_LAG = 30 };

/** One symbol, daily from 2015-01-01. */
static inline wick_status lag_panel(wick_ctx *ctx, uint64_t seed, int64_t n, double edge,
                                    wick_panel **out)
{
    double *r = malloc((size_t)n * sizeof *r), *c = malloc((size_t)n * sizeof *c);
    int64_t *t = malloc((size_t)n * sizeof *t);
    wick_bars *bars = NULL;
    wick_status st = r && c && t ? WICK_OK : wick_fail_mem(ctx);
    wick_pcg g = wick_pcg_key(seed, "lag", 0, 0);
    double price = 100.0;
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        r[i] = 0.01 * wick_pcg_normal(&g);
        if (i >= PLANTED_LAG) r[i] += edge * r[i - PLANTED_LAG];
        price *= exp(r[i]);
        c[i] = price;
        t[i] = wick_time_from_civil(2015, 1, 1, 0, 0, 0, 0) + i * WICK_MS_DAY;
    }
    if (st >= 0) st = wick_bars_new(ctx, "LAG", n, t, c, c, c, c, NULL, NULL, &bars);
    if (st >= 0) st = wick_panel_new(ctx, &bars, 1, out);
    wick_bars_unref(bars);
    free(r);
    free(c);
    free(t);
    return st;
}

/** One slot per worker: the ledger its last verdict shows. */
typedef struct lag_workers {
    wick_ledger *ledger[8];
    int64_t runs[8];
    int64_t fail_at;  /**< lag whose run is an error; 0: none */
    int64_t bars_min; /**< fewer bars than this are a rejection */
} lag_workers;

static inline void lag_judge(const wick_ledger *l, int64_t least, wick_verdict *out)
{
    const wick_equity e = wick_ledger_equity(l);
    wick_sum sum = {0}, square = {0};
    double before = wick_ledger_cash0(l);
    *out = (wick_verdict){.ledger = l};
    for (int64_t i = 0; i < e.n; i++) {
        wick_sum_add(&sum, e.equity[i] / before - 1.0);
        before = e.equity[i];
    }
    const double mean = wick_sum_get(&sum) / (double)(e.n > 0 ? e.n : 1);
    before = wick_ledger_cash0(l);
    for (int64_t i = 0; i < e.n; i++) {
        const double d = e.equity[i] / before - 1.0 - mean;
        wick_sum_add(&square, d * d);
        before = e.equity[i];
    }
    const double dev = sqrt(wick_sum_get(&square) / (double)(e.n > 1 ? e.n : 1));
    out->value[0] = dev > 0.0 ? mean / dev : WICK_NA;
    out->value[1] = -dev;
    if (e.n >= least && dev > 0.0) return;
    out->rejected = true;
    out->by = (double)(least - e.n) > 0.0 ? (double)(least - e.n) : 1.0;
    out->value[0] = out->value[1] = WICK_NA;
    strcpy(out->reason, "too short");
}

static inline wick_status lag_run(void *user, wick_ctx *ctx, int32_t worker,
                                  const wick_backtest *job, wick_verdict *out)
{
    lag_workers *w = user;
    wick_bars *b = wick_panel_bars(job->panel, 0);
    const double *c = wick_bars_field(b, WICK_CLOSE);
    const int64_t n = wick_bars_count(b), lag = (int64_t)job->params[0];
    const int64_t from = job->has_trade_from ? wick_bars_find(b, job->trade_from) : 0;
    const double cash = job->cash > 0.0 ? job->cash : 100000.0;
    wick_ledger_unref(w->ledger[worker]);
    w->ledger[worker] = NULL;
    w->runs[worker]++;
    if (lag == w->fail_at) return wick_fail(ctx, WICK_E_SCRIPT, "lag %d is broken", (int)lag);
    double *equity = malloc((size_t)(n + 1) * sizeof *equity), level = cash;
    wick_trade_rec *trade = calloc((size_t)(n + 1), sizeof *trade);
    if (!equity || !trade) {
        free(equity);
        free(trade);
        return wick_fail_mem(ctx);
    }
    wick_ledger_in in = {.size = sizeof in, .n = n - from, .cash0 = cash};
    in.time = wick_bars_time(b) + from;
    in.equity = equity;
    in.trades = trade;
    for (int64_t i = from; i < n; i++) {
        /* Decided at the close before, so that nothing of this bar is known. */
        const double past = i - 1 - lag >= 0 ? c[i - lag] / c[i - lag - 1] - 1.0 : 0.0;
        const double side = past > 0.0 ? 1.0 : past < 0.0 ? -1.0 : 0.0;
        const double gain = i > 0 ? side * (c[i] / c[i - 1] - 1.0) : 0.0;
        if (side != 0.0)
            trade[in.n_trades++] = (wick_trade_rec){.side = (int8_t)side,
                                                    .qty = level / c[i - 1],
                                                    .entry_price = c[i - 1],
                                                    .exit_price = c[i],
                                                    .entry_time = in.time[i - from],
                                                    .exit_time = in.time[i - from],
                                                    .pnl = level * gain};
        level *= 1.0 + gain;
        equity[i - from] = level;
    }
    static const char *const name = "LAG";
    in.symbols = &name;
    in.n_symbols = 1;
    const wick_status st = wick_ledger_new(ctx, &in, &w->ledger[worker]);
    free(equity);
    free(trade);
    if (st >= 0) lag_judge(w->ledger[worker], w->bars_min, out);
    return st;
}

static inline wick_status lag_score(void *user, wick_ctx *ctx, int32_t worker,
                                    const wick_ledger *ledger, const double *params,
                                    double bars_per_year, wick_verdict *out)
{
    const lag_workers *w = user;
    (void)ctx;
    (void)worker;
    (void)params;
    (void)bars_per_year;
    lag_judge(ledger, w->bars_min, out);
    return WICK_OK;
}

static const int8_t lag_better[2] = {1, 1};
static const char *const lag_objectives[2] = {"sharpe", "calm"};

/** `param` is the caller's. */
static inline wick_subject lag_subject(lag_workers *w, wick_tune_param *param, int32_t objectives)
{
    *param =
        (wick_tune_param){.name = "lag",
                          .dist = {.kind = WICK_DIST_INT, .low = 1, .high = MOST_LAG, .step = 1},
                          .value = 3};
    return (wick_subject){.size = sizeof(wick_subject),
                          .user = w,
                          .name = "lag",
                          .run = lag_run,
                          .score = lag_score,
                          .params = param,
                          .n_params = 1,
                          .n_objectives = objectives,
                          .objectives = lag_objectives,
                          .better = lag_better};
}

static inline void lag_free(lag_workers *w)
{
    for (int i = 0; i < 8; i++) wick_ledger_unref(w->ledger[i]);
    memset(w->ledger, 0, sizeof w->ledger);
}

#endif
