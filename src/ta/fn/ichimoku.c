/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_ichimoku wick_ta_chandelier */
#include "../k_parts.h"

/*
 * Ichimoku as it can be known on the bar: the cloud that stands over this bar was made `shift` bars
 * ago, and the lagging line, which charts draw in the past, is seen from this bar as the close it
 * is drawn over.
 */

/* Middle of the range over a window: two queues. */
static int64_t middle_bytes(int64_t w)
{
    return 2 * wk_ext_bytes(w);
}

static void *middle_init(void *at, int64_t w)
{
    return wk_ext_init(wk_ext_init(at, w), w);
}

static void *middle_step(void *at, double high, double low, double *out)
{
    wk_ext *top = at, *bottom = wk_ext_end(top);
    *out = (wk_highest_step(top, high) + wk_lowest_step(bottom, low)) / 2.0;
    return wk_ext_end(bottom);
}

static int64_t ichimoku_warmup(const double *p)
{
    const double first = p[0] > p[1] ? p[0] : p[1];
    const double longest = first > p[2] ? first : p[2];
    return (int64_t)longest - 1 + wk_window(p, 3);
}

static int64_t ichimoku_size(const double *p)
{
    int64_t bytes = 3 * wk_delay_bytes(wk_window(p, 3));
    for (int k = 0; k < 3; k++) bytes += middle_bytes(wk_window(p, k));
    return bytes;
}

static void ichimoku_init(void *state, const double *p)
{
    void *at = state;
    for (int k = 0; k < 3; k++) at = middle_init(at, wk_window(p, k));
    for (int k = 0; k < 3; k++) at = wk_delay_init(at, wk_window(p, 3));
}

static void ichimoku_step(void *state, const double *p, const double *in, double *out)
{
    double slow;
    (void)p;
    void *at = middle_step(state, in[0], in[1], &out[0]);
    at = middle_step(at, in[0], in[1], &out[1]);
    wk_delay *then = middle_step(at, in[0], in[1], &slow);
    out[5] = (out[0] + out[1]) / 2.0;
    out[6] = slow;
    out[2] = wk_delay_step(then, out[5]);
    then = wk_delay_end(then);
    out[3] = wk_delay_step(then, slow);
    then = wk_delay_end(then);
    out[4] = wk_delay_step(then, in[2]);
}

WK_STEPS(ichimoku, 3, 7)

/* ---- chandelier ----------------------------------------------------------------------------- */

static int64_t chandelier_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t chandelier_size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return (int64_t)sizeof(double) + wk_avg_bytes(w) + 2 * wk_ext_bytes(w);
}

static void chandelier_init(void *state, const double *p)
{
    double *prev = state;
    const int64_t w = wk_window(p, 0);
    *prev = WICK_NA;
    wk_ext_init(wk_ext_init(wk_avg_init(prev + 1, w), w), w);
}

static void chandelier_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state;
    wk_avg *range = (wk_avg *)(void *)(prev + 1);
    wk_ext *top = wk_avg_end(range), *bottom = wk_ext_end(top);
    const double reach = p[1] * wk_rma_step(range, wk_tr(in[0], in[1], *prev));
    *prev = in[2];
    out[0] = wk_highest_step(top, in[0]) - reach;
    out[1] = wk_lowest_step(bottom, in[1]) + reach;
}

WK_STEPS(chandelier, 3, 2)

const wick_ta_spec wick_ta_ichimoku = {
    .name = "ichimoku",
    .title = "Ichimoku Kinko Hyo",
    .formula =
        "conversion, base: middle of the range of n, base_n bars; span_a, span_b: their mean "
        "and the middle of span_n bars, made shift bars ago; lagging: close[shift]; lead_a, "
        "lead_b: the spans made on this bar",
    .source = "Hosoda 1969; TradingView's built-in Ichimoku Cloud",
    .group = "trend",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 9),
              WK_BARS("base_n", 26),
              WK_BARS("span_n", 52),
              {"shift", 26, 0, WK_WINDOW_MAX, .is_int = 1, .doc = "displacement of the cloud"}},
    .out = {{"conversion", WICK_U_PRICE},
            {"base", WICK_U_PRICE},
            {"span_a", WICK_U_PRICE},
            {"span_b", WICK_U_PRICE},
            {"lagging", WICK_U_PRICE},
            {"lead_a", WICK_U_PRICE},
            {"lead_b", WICK_U_PRICE}},
    WK_FORMS(ichimoku),
    .note =
        "Nothing looks ahead: the span over this bar is an old one, and the lagging line (chikou) "
        "is above price when close > lagging. TradingView's chart counts the bar itself, so its "
        "displacement 26 is shift = 25 here.",
};

const wick_ta_spec wick_ta_chandelier = {
    .name = "chandelier",
    .title = "chandelier exit",
    .formula = "long = highest(high, n) - mult * atr(n); short = lowest(low, n) + mult * atr(n)",
    .source = "Le Beau; Elder 2002",
    .group = "trend",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 22), {"mult", 3, 0, 1000, .is_int = 0}},
    .out = {{"long", WICK_U_PRICE}, {"short", WICK_U_PRICE}},
    WK_FORMS(chandelier),
    .note = "atr is Pine's. The levels of this bar include it: lag by one for a stop that stood "
            "before it.",
};
