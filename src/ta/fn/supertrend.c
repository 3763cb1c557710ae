/* SPDX-License-Identifier: MIT */
#include "../k_avg.h"
#include "../k_range.h"

/* Ports: high, low, close. p: factor, n. */

typedef struct trend_state {
    double prev_close; /* for the true range */
    double close, lower, upper, line, direction;
    int64_t bar;
} trend_state;

static int64_t warmup(const double *p)
{
    return wk_window(p, 1) <= 2 ? 0 : wk_window(p, 1) - 1;
}

static int64_t size(const double *p)
{
    return (int64_t)sizeof(trend_state) + wk_avg_bytes(wk_window(p, 1));
}

static void trend_init(trend_state *k)
{
    *k = (trend_state){WICK_NA, WICK_NA, WICK_NA, WICK_NA, WICK_NA, WICK_NA, 0};
}

static void init(void *state, const double *p)
{
    trend_state *k = state;
    trend_init(k);
    wk_avg_init(k + 1, wk_window(p, 1));
}

/* Everything but the average: bands that only tighten while price stays on their side, and a line
 * that is the lower one in an uptrend (direction -1) and the upper one in a downtrend (1). */
WK_INLINE void trend_step(trend_state *k, double factor, double high, double low, double close,
                          double atr, double *out)
{
    const double mid = (high + low) / 2.0;
    out[0] = WICK_NA;
    out[1] = isnan(k->direction) ? 1.0 : k->direction;
    if (k->bar++ == 0) {
        out[0] = 0.0; /* as observed on TradingView */
        return;
    }
    if (isnan(mid) || isnan(atr)) return;
    double upper = mid + factor * atr, lower = mid - factor * atr;
    if (isnan(k->direction)) {
        k->direction = 1.0;
    } else {
        if (!(lower > k->lower || k->close < k->lower)) lower = k->lower;
        if (!(upper < k->upper || k->close > k->upper)) upper = k->upper;
        if (k->line == k->upper)
            k->direction = close > upper ? -1.0 : 1.0;
        else
            k->direction = close < lower ? 1.0 : -1.0;
    }
    k->lower = lower;
    k->upper = upper;
    k->close = close;
    k->line = k->direction > 0.0 ? upper : lower;
    out[0] = k->line;
    out[1] = k->direction;
}

static void step(void *state, const double *p, const double *in, double *out)
{
    trend_state *k = state;
    wk_avg *avg = (wk_avg *)(void *)(k + 1);
    const double atr = wk_rma_step(avg, wk_tr(in[0], in[1], k->prev_close));
    k->prev_close = in[2];
    trend_step(k, p[0], in[0], in[1], in[2], atr, out);
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    trend_state k;
    double *tr = malloc((size_t)(n + 1) * sizeof(double));
    if (tr == NULL) return WICK_E_MEM;
    trend_init(&k);
    wk_tr_column(n, in[0], in[1], in[2], true, tr);
    const wick_status st = wk_rma_column(n, tr, wk_window(p, 1), out[0]);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        double y[2];
        trend_step(&k, p[0], in[0][i], in[1][i], in[2][i], out[0][i], y);
        out[0][i] = y[0];
        out[1][i] = y[1];
    }
    free(tr);
    return st;
}

const wick_ta_spec wick_ta_supertrend = {
    .name = "supertrend",
    .title = "supertrend",
    .formula =
        "hl2 +- factor * atr(n), each band kept until it tightens or price has passed it; the "
        "line is the band price is on the inner side of",
    .source = "Pine v6 ta.supertrend; pine_semantics.md 5.3",
    .group = "trend",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .param = {{"factor", 3, 0, 1000, .is_int = 0}, {"n", 10, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"line", WICK_U_PRICE}, {"direction", WICK_U_RATIO}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note =
        "Direction -1 is an uptrend, as in Pine. The line is 0 on the very first bar and NA from "
        "there to bar n-1, also as in Pine.",
};
