/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

/* Mean of the true ranges of the n bars before the fill's (of fewer at the start). */
static double mean_range(const wick_cost_in *in, int32_t n)
{
    double sum = 0.0;
    int32_t k = in->bar - 1, count = 0;
    for (; k >= 0 && count < n; k--, count++) {
        double hi = in->high[k], lo = in->low[k];
        if (k > 0 && in->close[k - 1] > hi) hi = in->close[k - 1];
        if (k > 0 && in->close[k - 1] < lo) lo = in->close[k - 1];
        sum += hi - lo;
    }
    return count > 0 ? sum / count : 0.0;
}

static double slip(const wick_cost_in *in, const double *p)
{
    return p[0] > 0.0 ? p[0] * mean_range(in, (int32_t)p[1]) : 0.0;
}

extern const wick_cost_spec wick_cost_atr;
const wick_cost_spec wick_cost_atr = {
    .name = "atr",
    .title = "slippage in average true ranges",
    .formula = "slip_atr * mean true range of the slip_atr_n bars before the bar of the fill",
    .source = "PyBroker 2.0, ATR-scaled slippage (period 14, scale 0.1)",
    .param = {{{"slip_atr", "number >= 0", "0",
                "slippage of market and stop fills in mean true ranges of the bars before"},
               0,
               1e6},
              {{"slip_atr_n", "number >= 1", "14", "bars of slip_atr"}, 1, 1e6}},
    .slip = slip,
};
