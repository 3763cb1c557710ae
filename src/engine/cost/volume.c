/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

/* A bar without volume cannot absorb anything: the whole of slip_volume. */
static double slip(const wick_cost_in *in, const double *p)
{
    if (!(p[0] > 0.0)) return 0.0;
    const double all = in->volume[in->bar];
    const double part = all > 0.0 ? in->qty / all : 1.0;
    const double power = p[1] == 0.5 ? sqrt(part) : p[1] == 1.0 ? part : wick_pow(part, p[1]);
    return in->price * (p[0] / 100.0) * power;
}

extern const wick_cost_spec wick_cost_volume;
const wick_cost_spec wick_cost_volume = {
    .name = "volume",
    .title = "market impact by share of the bar's volume",
    .formula = "price * slip_volume / 100 * (units / volume of the bar)^slip_volume_power",
    .source = "square-root law of market impact; power 1: linear, 2: PyBroker 2.0",
    .param = {{{"slip_volume", "number >= 0", "0",
                "slippage in percent of the price of a market or stop fill as large as its bar's "
                "volume; units are what the order asks for and volume_pct allows"},
               0,
               1e4},
              {{"slip_volume_power", "number >= 0", "0.5",
                "how slip_volume grows with the share of the volume: 0.5 square root, 1 linear"},
               0,
               10}},
    .reads_volume = true,
    .slip = slip,
};
