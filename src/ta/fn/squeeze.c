/* SPDX-License-Identifier: MIT */
#include "../k_parts.h"
#include "../k_ramp.h"
#include "../k_sums.h"

/* p: n, bb_mult, kc_mult. State: the close before, sum of true ranges, moments of src, the two
 * extremes, the line. */

static int64_t squeeze_warmup(const double *p)
{
    return 2 * (wk_window(p, 0) - 1);
}

static int64_t squeeze_size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return (int64_t)sizeof(double) + wk_bsum_bytes(w) + wk_moments_bytes(w) + 2 * wk_ext_bytes(w) +
           wk_ramp_bytes(w);
}

static void squeeze_init(void *state, const double *p)
{
    double *prev = state;
    const int64_t w = wk_window(p, 0);
    char *moments = wk_bsum_init(prev + 1, w);
    *prev = WICK_NA;
    wk_moments_init(moments, w);
    wk_ramp_init(wk_ext_init(wk_ext_init(moments + wk_moments_bytes(w), w), w), w);
}

/* End of the line of least squares through the last w values of x. */
static double line_end(wk_ramp *k, double x)
{
    const double w = (double)k->w;
    double sum, ramp, base;
    if (!wk_ramp_step(k, x, &sum, &ramp, &base)) return WICK_NA;
    if (k->w == 1) return x;
    const double slope = (12.0 * ramp - 6.0 * (w + 1.0) * sum) / (w * (w * w - 1.0));
    return base + (sum / w + slope * (w - 1.0) / 2.0);
}

/* src, high, low, close */
static void squeeze_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state, sum, squares;
    const int64_t w = wk_window(p, 0);
    wk_bsum *ranges = (wk_bsum *)(void *)(prev + 1);
    char *moments = wk_bsum_end(ranges);
    wk_ext *top = (wk_ext *)(void *)(moments + wk_moments_bytes(w)), *bottom = wk_ext_end(top);
    const double range = wk_bsum_step(ranges, wk_tr(in[1], in[2], *prev)) / p[0];
    *prev = in[3];
    wk_moments_step(moments, w, in[0], &sum, &squares);
    const double bands = p[1] * sqrt(wk_variance(sum, squares, p[0], true));
    const double channel = p[2] * range;
    const double middle = (wk_highest_step(top, in[1]) + wk_lowest_step(bottom, in[2])) / 2.0;
    const bool na = isnan(bands) || isnan(channel);
    out[0] = WICK_NA;
    if (ranges->full) out[0] = line_end(wk_ext_end(bottom), in[0] - (middle + sum / p[0]) / 2.0);
    out[1] = na ? WICK_NA : bands < channel ? 1.0 : 0.0;
    out[2] = na ? WICK_NA : bands > channel ? 1.0 : 0.0;
}

WK_STEPS(squeeze, 4, 3)

const wick_ta_spec wick_ta_squeeze = {
    .name = "squeeze",
    .title = "TTM squeeze",
    .formula = "on: bb_mult * stdev(src, n) < kc_mult * sma(tr, n), off: the reverse; momentum = "
               "linreg(src - ((highest(high, n) + lowest(low, n))/2 + sma(src, n))/2, n, 0)",
    .source = "Carter 2005; the form of LazyBear's Squeeze Momentum",
    .group = "volatility",
    .in = {WK_IN_SRC, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 20),
              {"bb_mult", 2, 0.01, 100, .is_int = 0},
              {"kc_mult", 1.5, 0.01, 100, .is_int = 0}},
    .out = {{"momentum", WICK_U_ANY}, {"on", WICK_U_MASK}, {"off", WICK_U_MASK}},
    WK_FORMS(squeeze),
    .note = "Bands and channel have one middle, so comparing widths is comparing edges. Published "
            "copies of LazyBear's script multiply the deviation by kc_mult instead of bb_mult.",
};
