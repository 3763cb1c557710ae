/* SPDX-License-Identifier: MIT */
#include "../k_parts.h"

/* The last four values of move, range and line; then the sums of smoothed move and range. */
typedef struct rvgi_state {
    double last[3][3];
    int64_t bars;
} rvgi_state;

static int64_t rvgi_warmup(const double *p)
{
    return wk_window(p, 0) + 5;
}

static int64_t rvgi_size(const double *p)
{
    return (int64_t)sizeof(rvgi_state) + 2 * wk_bsum_bytes(wk_window(p, 0));
}

static void rvgi_init(void *state, const double *p)
{
    rvgi_state *k = state;
    k->bars = 0;
    wk_fill_na(9, &k->last[0][0]);
    wk_bsum_init(wk_bsum_init(k + 1, wk_window(p, 0)), wk_window(p, 0));
}

/* Weights 1 2 2 1 over the last four. */
static double smooth(double last[3], double x)
{
    const double y = (x + 2.0 * last[0] + 2.0 * last[1] + last[2]) / 6.0;
    last[2] = last[1];
    last[1] = last[0];
    last[0] = x;
    return y;
}

static void rvgi_step(void *state, const double *p, const double *in, double *out)
{
    rvgi_state *k = state;
    wk_bsum *moves = (wk_bsum *)(void *)(k + 1), *ranges = wk_bsum_end(moves);
    const double move = smooth(k->last[0], in[3] - in[0]);
    const double range = smooth(k->last[1], in[1] - in[2]);
    (void)p;
    out[0] = WICK_NA;
    if (k->bars++ >= 3) {
        const double sum = wk_bsum_step(moves, move);
        out[0] = wk_finite(sum / wk_bsum_step(ranges, range));
    }
    out[1] = smooth(k->last[2], out[0]);
}

WK_STEPS(rvgi, 4, 2)

const wick_ta_spec wick_ta_rvgi = {
    .name = "rvgi",
    .title = "relative vigor index",
    .formula = "line = sum over n of swma(close - open) / sum over n of swma(high - low), signal = "
               "swma(line)",
    .source = "Ehlers 2002; TradingView's built-in Relative Vigor Index",
    .group = "oscillator",
    .in = {WK_IN_OPEN, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 10)},
    .out = {{"line", WICK_U_RATIO}, {"signal", WICK_U_RATIO}},
    WK_FORMS(rvgi),
    .note = "NA in a window without range.",
};
