/* SPDX-License-Identifier: MIT */
/* Time of the statistics of stats.h: 1 000 bootstrap replicates (BCa: with the jackknife) of forty
 * metrics of 1 255 bar returns and 200 trades, and the overfitting tests of 500 trials over 1 255
 * days. bench/stats_peers.py is the same with PyBroker's kernels and with numpy. */
#include <stdlib.h>

#include "wick/stats.h"

enum { ROWS = 1256, TRADES = 200, TRIALS = 500, METRICS = 40, REPEAT = 5 };

typedef struct feed {
    int64_t time[ROWS];
    double equity[ROWS], longs[ROWS], fees[ROWS];
    wick_trade_rec trades[TRADES];
} feed;

static wick_ledger *make(wick_ctx *ctx, feed *f)
{
    wick_pcg g = wick_pcg_key(1, "bench stats", 0, 0);
    double equity = 100000.0;
    for (int i = 0; i < ROWS; i++) {
        if (i > 0) equity *= 1.0 + 0.0004 + 0.01 * wick_pcg_normal(&g);
        f->time[i] = WICK_MS_DAY * (18000 + i);
        f->equity[i] = equity;
        f->longs[i] = 0.9 * equity;
        f->fees[i] = (double)(i / 6);
    }
    for (int i = 0; i < TRADES; i++) {
        f->trades[i] = (wick_trade_rec){.side = 1,
                                        .pnl = 300.0 * wick_pcg_normal(&g),
                                        .return_pct = wick_pcg_normal(&g),
                                        .bars = 1 + i % 30};
    }
    const char *const symbol = "SYN01";
    const wick_ledger_in in = {.size = sizeof in,
                               .n = ROWS,
                               .time = f->time,
                               .equity = f->equity,
                               .fees = f->fees,
                               .long_value = f->longs,
                               .n_trades = TRADES,
                               .trades = f->trades,
                               .n_symbols = 1,
                               .symbols = &symbol,
                               .cash0 = 100000.0};
    wick_ledger *l = NULL;
    return wick_ledger_new(ctx, &in, &l) < 0 ? NULL : l;
}

static void show(const char *what, double seconds)
{
    printf("%-64s %9.2f ms\n", what, 1e3 * seconds);
}

static bool boot(wick_ctx *ctx, const wick_ledger *l, int32_t kind, int32_t threads)
{
    const wick_metric_spec *specs[METRICS];
    wick_interval r[METRICS];
    int64_t n = 0;
    double best = 1e9;
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        const wick_metric_spec *s = wick_metric_at(i);
        if (s->row >= 0 && n < METRICS) specs[n++] = s;
    }
    const wick_boot_opts o = {.size = sizeof o, .interval = kind, .threads = threads};
    for (int i = 0; i < REPEAT; i++) {
        const double start = wick_now();
        if (wick_boot_ledger(ctx, l, NULL, specs, n, NULL, NULL, 0, &o, r) < 0) return false;
        const double took = wick_now() - start;
        best = took < best ? took : best;
    }
    char text[100];
    snprintf(text, sizeof text, "1000 replicates of %d metrics, %s, %d thread%s", (int)n,
             wick_interval_name(kind), (int)threads, threads == 1 ? "" : "s");
    show(text, best);
    return true;
}

static bool selection(wick_ctx *ctx, int32_t threads)
{
    static double *column[TRIALS];
    for (int k = 0; k < TRIALS; k++) {
        wick_pcg g = wick_pcg_key(2, "bench stats", (uint64_t)k, 0);
        if (column[k] == NULL) column[k] = malloc((ROWS - 1) * sizeof *column[k]);
        if (column[k] == NULL) return false;
        for (int i = 0; i < ROWS - 1; i++) column[k][i] = 0.01 * wick_pcg_normal(&g);
    }
    const wick_trials t = {ROWS - 1, TRIALS, (const double *const *)column};
    const wick_pbo_opts o = {.size = sizeof o, .blocks = 16, .threads = threads};
    const wick_spa_opts so = {.size = sizeof so, .threads = threads};
    wick_pbo p;
    wick_spa s;
    wick_trial_count c;
    double start = wick_now();
    if (wick_pbo_eval(ctx, &t, &o, &p) < 0) return false;
    printf("PBO %.4f of %lld combinations\n", p.pbo, (long long)p.combinations);
    char text[100];
    snprintf(text, sizeof text, "PBO, 500 trials x 1255 days, 16 blocks, %d thread%s", (int)threads,
             threads == 1 ? "" : "s");
    show(text, wick_now() - start);
    start = wick_now();
    if (wick_spa_eval(ctx, &t, &so, &s) < 0) return false;
    show("Reality Check, SPA and stepwise test, 1000 resamples", wick_now() - start);
    start = wick_now();
    if (wick_trials_count(ctx, &t, 0, &c) < 0) return false;
    show("number of independent trials, with clusters", wick_now() - start);
    return true;
}

int main(void)
{
    static feed f;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = ctx == NULL ? NULL : make(ctx, &f);
    bool good = l != NULL;
    for (int32_t threads = 1; good && threads <= wick_cores(); threads += wick_cores()) {
        good = boot(ctx, l, WICK_INTERVAL_PERCENTILE, threads) &&
               boot(ctx, l, WICK_INTERVAL_BCA, threads) && selection(ctx, threads);
    }
    good = good && boot(ctx, l, WICK_INTERVAL_BCA, wick_cores()) && selection(ctx, wick_cores());
    if (!good) fprintf(stderr, "%s\n", ctx == NULL ? "no memory" : wick_ctx_error(ctx));
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
    return good ? 0 : 1;
}
