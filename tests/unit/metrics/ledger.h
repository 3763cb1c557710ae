/* SPDX-License-Identifier: MIT */
/** Random ledgers for the tests of metrics and reports. */
#ifndef WICK_TESTS_LEDGER_H
#define WICK_TESTS_LEDGER_H

#include <stdlib.h>

#include "support/check.h"
#include "wick/data.h"

/** n daily rows and k trades from a stream. The account is made of its trades: equity starts at
 * `start`, wanders, and ends at start + pnl - fees + open profit. */
static inline wick_ledger *random_ledger(wick_ctx *ctx, uint64_t seed, int64_t n, int64_t k,
                                         double start, double open)
{
    wick_pcg g = wick_pcg_key(seed, "test ledger", (uint64_t)n, (uint64_t)k);
    const size_t rows = (size_t)n + 1;
    int64_t *time = malloc(rows * sizeof *time);
    double *equity = malloc(rows * sizeof *equity), *fees = malloc(rows * sizeof *fees);
    double *longs = malloc(rows * sizeof *longs), *shorts = malloc(rows * sizeof *shorts);
    double *cash = malloc(rows * sizeof *cash);
    wick_trade_rec *t = calloc((size_t)k + 1, sizeof *t);
    double pnl = 0.0, paid = 0.0;
    for (int64_t i = 0; i < k; i++) {
        t[i].pnl = wick_pcg_below(&g, 12) == 0 ? 0.0 : start * 0.004 * (wick_pcg_normal(&g) + 0.2);
        t[i].return_pct = t[i].pnl * 0.01;
        t[i].bars = (int32_t)wick_pcg_below(&g, 30);
        t[i].side = wick_pcg_below(&g, 2) == 0 ? 1 : -1;
        t[i].fees = wick_pcg_uniform(&g);
        t[i].entry_time = t[i].exit_time = t[i].signal_time = 0;
        pnl += t[i].pnl;
        paid += t[i].fees;
    }
    for (int64_t i = 0; i < n; i++) {
        const double part = n > 1 ? (double)i / (double)(n - 1) : 1.0;
        const double noise = i > 0 && i + 1 < n ? start * 0.003 * wick_pcg_normal(&g) : 0.0;
        time[i] = WICK_MS_DAY * (18000 + i);
        fees[i] = i == 0 ? 0.0 : paid * part;
        equity[i] = i == 0 ? start : start + (pnl - paid + open) * part + noise;
        const bool held = wick_pcg_below(&g, 3) != 0;
        longs[i] = held ? 0.5 * start : 0.0;
        shorts[i] = held && wick_pcg_below(&g, 4) == 0 ? 0.25 * start : 0.0;
        cash[i] = equity[i] - longs[i] + shorts[i];
    }
    static const char *const symbols[] = {"AAA", "BBB"};
    const wick_ledger_in in = {.size = sizeof in,
                               .n = n,
                               .time = time,
                               .equity = equity,
                               .cash = cash,
                               .fees = fees,
                               .long_value = longs,
                               .short_value = shorts,
                               .n_trades = k,
                               .trades = t,
                               .n_symbols = 2,
                               .symbols = symbols,
                               .cash0 = start};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    free(time);
    free(equity);
    free(fees);
    free(longs);
    free(shorts);
    free(cash);
    free(t);
    return l;
}

/** A ledger of an equity column alone, one row a day. */
static inline wick_ledger *curve(wick_ctx *ctx, int64_t n, const double *equity)
{
    int64_t *time = malloc(((size_t)n + 1) * sizeof *time);
    for (int64_t i = 0; i < n; i++) time[i] = WICK_MS_DAY * i;
    const wick_ledger_in in = {.size = sizeof in, .n = n, .time = time, .equity = equity};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    free(time);
    return l;
}

#endif
