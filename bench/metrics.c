/* SPDX-License-Identifier: MIT */
/* Time of scoring and writing one result: 53,929 equity rows (a year and a half of 15-minute bars)
 * and 200 trades from a fixed stream. Best of many runs. bench/metrics_numpy.py is what the equity
 * rows among them cost in numpy. */
#include <stdlib.h>
#include <string.h>

#include "wick/metrics.h"
#include "wick/report.h"

enum { ROWS = 53929, TRADES = 200, REPEAT = 300 };

typedef struct feed {
    int64_t time[ROWS];
    double equity[ROWS], cash[ROWS], fees[ROWS], longs[ROWS], shorts[ROWS];
    wick_trade_rec trades[TRADES];
} feed;

/* `idle` is the share of bars without a position, where equity stands still. */
static wick_ledger *make(wick_ctx *ctx, feed *f, double idle)
{
    wick_pcg g = wick_pcg_key(1, "bench metrics", 0, 0);
    memset(f, 0, sizeof *f);
    double equity = 100000.0;
    bool flat = false;
    for (int i = 0; i < ROWS; i++) {
        if (i % 140 == 0) flat = wick_pcg_uniform(&g) < idle;
        if (i > 0 && !flat) equity *= 1.0 + 0.00001 + 0.002 * wick_pcg_normal(&g);
        f->time[i] = (int64_t)i * 900000;
        f->equity[i] = equity;
        f->longs[i] = flat ? 0.0 : 0.95 * equity;
        f->cash[i] = equity - f->longs[i];
        f->fees[i] = (double)(i / 270);
    }
    for (int i = 0; i < TRADES; i++) {
        f->trades[i] = (wick_trade_rec){.side = 1,
                                        .pnl = 300.0 * wick_pcg_normal(&g),
                                        .return_pct = wick_pcg_normal(&g),
                                        .bars = 100 + i,
                                        .qty = 10.5,
                                        .entry_price = 100.01,
                                        .exit_price = 101.7,
                                        .exit_time = f->time[i * 260]};
    }
    const char *const symbol = "ETH";
    const wick_ledger_in in = {.size = sizeof in,
                               .n = ROWS,
                               .time = f->time,
                               .equity = f->equity,
                               .cash = f->cash,
                               .fees = f->fees,
                               .long_value = f->longs,
                               .short_value = f->shorts,
                               .n_trades = TRADES,
                               .trades = f->trades,
                               .n_symbols = 1,
                               .symbols = &symbol,
                               .cash0 = 100000.0};
    wick_ledger *l = NULL;
    if (wick_ledger_new(ctx, &in, &l) < 0) return NULL;
    return l;
}

static wick_status score(wick_ctx *ctx, const wick_ledger *l, const char *title,
                         const wick_metric_opts *o, const wick_metric_spec *const *specs, int64_t n)
{
    wick_score_scratch *scratch = wick_score_scratch_new();
    double best = 1e9, *out = malloc((size_t)(n + 1) * sizeof *out);
    wick_status st = scratch == NULL || out == NULL ? wick_fail_mem(ctx) : WICK_OK;
    for (int i = 0; i < REPEAT && st == WICK_OK; i++) {
        const double from = wick_now();
        st = wick_score_into(ctx, l, o, specs, n, scratch, out);
        const double took = wick_now() - from;
        best = took < best ? took : best;
    }
    if (st == WICK_OK) printf("%-52s %9.1f us\n", title, best * 1e6);
    wick_score_scratch_free(scratch);
    free(out);
    return st;
}

static wick_status write(wick_ctx *ctx, const wick_ledger *l, const char *writer)
{
    wick_scores *s = NULL;
    wick_status st = wick_score(ctx, l, NULL, NULL, 0, &s);
    const wick_result r = {.size = sizeof r, .ledger = l, .scores = s, .timeframe_ms = 900000};
    double best = 1e9;
    for (int i = 0; i < 10 && st == WICK_OK; i++) {
        wick_buf b = {0};
        const double from = wick_now();
        st = wick_report_write(ctx, writer, &r, &b);
        const double took = wick_now() - from;
        best = took < best ? took : best;
        wick_buf_free(&b);
    }
    if (st == WICK_OK) printf("%-52s %9.1f us\n", writer, best * 1e6);
    wick_scores_free(s);
    return st;
}

static wick_status run(wick_ctx *ctx, const wick_ledger *busy, const wick_ledger *sparse)
{
    static const char *const sweep_names[] = {"sharpe", "total_return_pct", "max_drawdown_pct"};
    const wick_metric_spec *rows[40], *all[256], *sweep[3];
    int64_t n = 0, n_all = 0;
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < wick_metric_count() && i < 256; i++) {
        const wick_metric_spec *s = wick_metric_at(i);
        all[n_all++] = s;
        if (s->row >= 0) rows[n++] = s;
    }
    for (int i = 0; i < 3; i++) sweep[i] = wick_metric_find(sweep_names[i]);
    const wick_metric_opts honest = {.size = sizeof honest, .bars_per_year = 35040.0};
    const wick_metric_opts old = {
        .size = sizeof old, .profile = WICK_METRICS_PYBROKER1, .bars_per_year = 35040.0};
    const wick_metric_opts cents = {.size = sizeof cents,
                                    .profile = WICK_METRICS_PYBROKER2,
                                    .bars_per_year = 35040.0,
                                    .round_places = 2};
    printf("%d equity rows, %d trades, best of %d\n", ROWS, TRADES, REPEAT);
    WICK_TRY(score(ctx, busy, "forty rows", &honest, rows, n));
    WICK_TRY(score(ctx, sparse, "forty rows, in the market half the time", &honest, rows, n));
    WICK_TRY(score(ctx, busy, "every metric", &honest, all, n_all));
    WICK_TRY(score(ctx, busy, "sharpe, total return, drawdown (a sweep)", &honest, sweep, 3));
    WICK_TRY(score(ctx, busy, "total return alone", &honest, sweep + 1, 1));
    WICK_TRY(score(ctx, busy, "forty rows, profile pybroker1", &old, rows, n));
    WICK_TRY(score(ctx, busy, "forty rows, profile pybroker2, rounded to cents", &cents, rows, n));
    WICK_TRY(write(ctx, busy, "equity_csv"));
    WICK_TRY(write(ctx, busy, "trades_csv"));
    WICK_TRY(write(ctx, busy, "metrics_json"));
    WICK_TRY(write(ctx, busy, "table"));
out:
    return st;
}

int main(void)
{
    wick_ctx *ctx = wick_ctx_new();
    feed *f = malloc(sizeof *f);
    if (ctx == NULL || f == NULL) return 1;
    wick_ledger *busy = make(ctx, f, 0.0), *sparse = make(ctx, f, 0.5);
    wick_status st = WICK_E_MEM;
    if (busy != NULL && sparse != NULL) st = run(ctx, busy, sparse);
    if (st < 0) fprintf(stderr, "%s\n", wick_ctx_error(ctx));
    wick_ledger_unref(busy);
    wick_ledger_unref(sparse);
    free(f);
    wick_ctx_free(ctx);
    return st < 0;
}
