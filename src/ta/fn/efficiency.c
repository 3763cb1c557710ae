/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_er wick_ta_vhf wick_ta_imi wick_ta_qstick wick_ta_accbands wick_ta_fosc */
#include "../k_parts.h"
#include "../k_ramp.h"

/* Kernels made of a few sums over a window. Parameter: n. Quotients of nothing by nothing have the
 * values TA-Lib gives them. */

static int64_t full_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t change_warmup(const double *p)
{
    return wk_window(p, 0);
}

static double ratio_or(double a, double b, double otherwise)
{
    return b == 0.0 ? otherwise : wk_finite(a / b);
}

/* ---- how straight the way was ---------------------------------------------------------------- */

/* Followed by the sum of changes, the value n bars ago, and the two extremes. */
typedef struct way_state {
    double prev;
    int64_t bars;
} way_state;

static int64_t way_size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return (int64_t)sizeof(way_state) + wk_bsum_bytes(w) + wk_delay_bytes(w) + 2 * wk_ext_bytes(w);
}

static void way_init(void *state, const double *p)
{
    way_state *k = state;
    const int64_t w = wk_window(p, 0);
    *k = (way_state){WICK_NA, 0};
    wk_ext_init(wk_ext_init(wk_delay_init(wk_bsum_init(k + 1, w), w), w), w);
}

/* The way of the last n changes; NA until there are so many. */
static double way(way_state *k, double x)
{
    const double change = fabs(x - k->prev);
    k->prev = x;
    return k->bars++ == 0 ? WICK_NA : wk_bsum_step((wk_bsum *)(void *)(k + 1), change);
}

static void er_step(void *state, const double *p, const double *in, double *out)
{
    way_state *k = state;
    wk_bsum *sum = (wk_bsum *)(void *)(k + 1);
    const double all = way(k, in[0]);
    const double far = fabs(in[0] - wk_delay_step(wk_bsum_end(sum), in[0]));
    (void)p;
    out[0] = isnan(all) ? WICK_NA : ratio_or(far, all, 1.0);
}

static void vhf_step(void *state, const double *p, const double *in, double *out)
{
    way_state *k = state;
    wk_delay *late = wk_bsum_end((wk_bsum *)(void *)(k + 1));
    wk_ext *top = wk_delay_end(late);
    const double all = way(k, in[0]);
    const double range = wk_highest_step(top, in[0]) - wk_lowest_step(wk_ext_end(top), in[0]);
    (void)p;
    out[0] = isnan(all) ? WICK_NA : ratio_or(range, all, 0.0);
}

/* ---- bodies ---------------------------------------------------------------------------------- */

static int64_t two_size(const double *p)
{
    return 2 * wk_bsum_bytes(wk_window(p, 0));
}

static void two_init(void *state, const double *p)
{
    wk_bsum_init(wk_bsum_init(state, wk_window(p, 0)), wk_window(p, 0));
}

/* open, close */
static void imi_step(void *state, const double *p, const double *in, double *out)
{
    const double body = in[1] - in[0];
    const double gain = wk_bsum_step(state, body < 0.0 ? 0.0 : body);
    const double loss = wk_bsum_step(wk_bsum_end(state), body > 0.0 ? 0.0 : -body);
    (void)p;
    out[0] = isnan(gain) ? WICK_NA : ratio_or(100.0 * gain, gain + loss, 50.0);
}

static void qstick_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = wk_bsum_step(state, in[1] - in[0]) / p[0];
}

/* ---- acceleration bands ---------------------------------------------------------------------- */

static int64_t three_size(const double *p)
{
    return 3 * wk_bsum_bytes(wk_window(p, 0));
}

static void three_init(void *state, const double *p)
{
    const int64_t w = wk_window(p, 0);
    wk_bsum_init(wk_bsum_init(wk_bsum_init(state, w), w), w);
}

/* high, low, close */
static void accbands_step(void *state, const double *p, const double *in, double *out)
{
    wk_bsum *top = state, *mid = wk_bsum_end(top), *bottom = wk_bsum_end(mid);
    const double sum = in[0] + in[1], width = sum == 0.0 ? 0.0 : 4.0 * ((in[0] - in[1]) / sum);
    out[0] = wk_bsum_step(top, in[0] * (1.0 + width)) / p[0];
    out[1] = wk_bsum_step(mid, in[2]) / p[0];
    out[2] = wk_bsum_step(bottom, in[1] * (1.0 - width)) / p[0];
}

/* ---- forecast oscillator --------------------------------------------------------------------- */

/* Followed by the window the forecast is made of. */
static int64_t fosc_size(const double *p)
{
    return (int64_t)sizeof(double) + wk_ramp_bytes(wk_window(p, 0));
}

static void fosc_init(void *state, const double *p)
{
    double *forecast = state;
    *forecast = WICK_NA;
    wk_ramp_init((wk_ramp *)(void *)(forecast + 1), wk_window(p, 0));
}

static void fosc_step(void *state, const double *p, const double *in, double *out)
{
    double *forecast = state, sum, ramp, base;
    const double w = p[0], was = *forecast, x = in[0];
    const bool full = wk_ramp_step((wk_ramp *)(void *)(forecast + 1), x, &sum, &ramp, &base);
    const double slope = 6.0 * (2.0 * ramp - (w + 1.0) * sum) / (w * (w * w - 1.0));
    *forecast = full ? wk_finite(base + (sum / w + slope * (w + 1.0) / 2.0)) : WICK_NA;
    out[0] = isnan(was) || isnan(x) ? WICK_NA : ratio_or(100.0 * (x - was), x, 0.0);
}

#define RUN(name, size, n_in, n_out)                                                               \
    static wick_status name##_run(int64_t n, const double *const *in, const double *p,             \
                                  double *const *out)                                              \
    {                                                                                              \
        return wk_run_steps(n, in, p, out, n_in, n_out, size##_size, size##_init, name##_step);    \
    }
#define FORMS(name, warm, part)                                                                    \
    .warmup = warm##_warmup, .run = name##_run, .state_size = part##_size,                         \
    .state_init = part##_init, .step = name##_step

RUN(er, way, 1, 1)
RUN(vhf, way, 1, 1)
RUN(imi, two, 2, 1)
RUN(qstick, two, 2, 1)
RUN(accbands, three, 3, 3)
RUN(fosc, fosc, 1, 1)

const wick_ta_spec wick_ta_er = {
    .name = "er",
    .title = "efficiency ratio",
    .formula = "|src - src[n]| / sum of |change(src)| over n",
    .source = "Kaufman, Smarter Trading (1995); TA-Lib ER",
    .group = "trend",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 10)},
    .out = {{"er", WICK_U_RATIO}},
    FORMS(er, change, way),
    .note = "1 where nothing moved, as in TA-Lib. An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_vhf = {
    .name = "vhf",
    .title = "vertical horizontal filter",
    .formula = "(highest(src, n) - lowest(src, n)) / sum of |change(src)| over n",
    .source = "White, Futures 20 (1991); TA-Lib VHF",
    .group = "trend",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 28)},
    .out = {{"vhf", WICK_U_RATIO}},
    FORMS(vhf, change, way),
    .note = "0 where nothing moved, as in TA-Lib. An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_imi = {
    .name = "imi",
    .title = "intraday momentum index",
    .formula = "100 * rises / (rises + falls), sums of close - open over n bars",
    .source = "Chande and Kroll, The New Technical Trader (1994); TA-Lib IMI",
    .group = "oscillator",
    .in = {WK_IN_OPEN, WK_IN_CLOSE},
    .param = {WK_BARS("n", 14)},
    .out = {{"imi", WICK_U_PERCENT}},
    FORMS(imi, full, two),
    .note = "50 where no bar has a body, as in TA-Lib.",
};

const wick_ta_spec wick_ta_qstick = {
    .name = "qstick",
    .title = "Qstick",
    .formula = "mean of close - open over n bars",
    .source = "Chande and Kroll, The New Technical Trader (1994); TA-Lib QSTICK",
    .group = "oscillator",
    .in = {WK_IN_OPEN, WK_IN_CLOSE},
    .param = {WK_BARS("n", 10)},
    .out = {{"qstick", WICK_U_PRICE}},
    FORMS(qstick, full, two),
};

const wick_ta_spec wick_ta_accbands = {
    .name = "accbands",
    .title = "acceleration bands",
    .formula =
        "means over n of high * (1 + w), close and low * (1 - w), w = 4 (high - low) / (high "
        "+ low)",
    .source = "Headley, Big Trends in Trading (2002); TA-Lib ACCBANDS",
    .group = "volatility",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 20)},
    .out = {{"upper", WICK_U_PRICE}, {"middle", WICK_U_PRICE}, {"lower", WICK_U_PRICE}},
    FORMS(accbands, full, three),
};

const wick_ta_spec wick_ta_fosc = {
    .name = "fosc",
    .title = "forecast oscillator",
    .formula = "100 * (src - linreg_forecast(src, n)[1]) / src",
    .source = "Chande and Kroll, The New Technical Trader (1994); TA-Lib FOSC",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {{"n", 5, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"fosc", WICK_U_PERCENT}},
    FORMS(fosc, change, fosc),
    .note = "0 where src is 0, as in TA-Lib.",
};
