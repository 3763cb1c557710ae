/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_midpoint wick_ta_midprice */
#include "../k_parts.h"

/* Middle of the highest and lowest of a window. Parameter: n. */

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return 2 * wk_ext_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_ext_init(wk_ext_init(state, wk_window(p, 0)), wk_window(p, 0));
}

static double middle(void *state, double high, double low)
{
    const double top = wk_highest_step(state, high);
    return (top + wk_lowest_step(wk_ext_end(state), low)) / 2.0;
}

static void midpoint_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = middle(state, in[0], in[0]);
}

static void midprice_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = middle(state, in[0], in[1]);
}

static wick_status columns(int64_t n, const double *high, const double *low, int64_t w, double *out)
{
    double *bottom = malloc((size_t)(n + 1) * sizeof(double));
    if (bottom == NULL) return WICK_E_MEM;
    wick_status st = wk_highest_column(n, high, w, out);
    if (st >= 0) st = wk_lowest_column(n, low, w, bottom);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[i] = (out[i] + bottom[i]) / 2.0;
    free(bottom);
    return st;
}

static wick_status midpoint_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    return columns(n, in[0], in[0], wk_window(p, 0), out[0]);
}

static wick_status midprice_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    return columns(n, in[0], in[1], wk_window(p, 0), out[0]);
}

const wick_ta_spec wick_ta_midpoint = {
    .name = "midpoint",
    .title = "midpoint of a series",
    .formula = "(highest(src, n) + lowest(src, n)) / 2",
    .source = "TA-Lib MIDPOINT",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 14)},
    .out = {{"midpoint", WICK_U_ANY}},
    .warmup = warmup,
    .run = midpoint_run,
    .state_size = size,
    .state_init = init,
    .step = midpoint_step,
    .note = "NA in the window is left out, as in highest and lowest.",
};

const wick_ta_spec wick_ta_midprice = {
    .name = "midprice",
    .title = "middle of the range of n bars",
    .formula = "(highest(high, n) + lowest(low, n)) / 2",
    .source = "TA-Lib MIDPRICE",
    .group = "average",
    .in = {WK_IN_HIGH, WK_IN_LOW},
    .param = {WK_BARS("n", 14)},
    .out = {{"midprice", WICK_U_PRICE}},
    .warmup = warmup,
    .run = midprice_run,
    .state_size = size,
    .state_init = init,
    .step = midprice_step,
    .note = "The middle line of donchian.",
};
