/* SPDX-License-Identifier: MIT */
#include "../k_parts.h"

/* Two queues over n + 1 bars; of equal extremes the newest counts, as in TA-Lib. */

static int64_t width(const double *p)
{
    return wk_window(p, 0) + 1;
}

static int64_t aroon_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t aroon_size(const double *p)
{
    return 2 * wk_ext_bytes(width(p));
}

static void aroon_init(void *state, const double *p)
{
    wk_ext_init(wk_ext_init(state, width(p)), width(p));
}

static void aroon_step(void *state, const double *p, const double *in, double *out)
{
    wk_ext *top = state, *bottom = wk_ext_end(top);
    double up, down;
    wk_ext_step_of(top, in[0], true, true, &up);
    wk_ext_step_of(bottom, in[1], false, true, &down);
    out[0] = 100.0 * (p[0] + up) / p[0];
    out[1] = 100.0 * (p[0] + down) / p[0];
    out[2] = out[0] - out[1];
}

WK_STEPS(aroon, 2, 3)

const wick_ta_spec wick_ta_aroon = {
    .name = "aroon",
    .title = "Aroon",
    .formula = "up = 100 * (n - bars since the highest high of n+1 bars) / n; down alike with the "
               "lowest low; osc = up - down",
    .source = "TA-Lib AROON and AROONOSC; Chande 1995",
    .group = "trend",
    .in = {WK_IN_HIGH, WK_IN_LOW},
    .param = {WK_BARS("n", 14)},
    .out = {{"up", WICK_U_PERCENT}, {"down", WICK_U_PERCENT}, {"osc", WICK_U_PERCENT}},
    WK_FORMS(aroon),
    .note = "Of equal extremes the newest counts, as in TA-Lib; on TradingView the oldest does.",
};
