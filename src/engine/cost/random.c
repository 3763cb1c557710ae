/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "wick/engine.h"

/* One number for each fill of a symbol, from its own stream: symbols do not disturb each other. */
static double slip(const wick_cost_in *in, const double *p)
{
    if (!(p[0] > 0.0)) return 0.0;
    const uint64_t symbol = wick_hash64(in->name, (int64_t)strlen(in->name), 0);
    wick_pcg g = wick_pcg_key((uint64_t)p[1], "slip", symbol, in->draw);
    return in->price * (p[0] / 100.0) * wick_pcg_uniform(&g);
}

extern const wick_cost_spec wick_cost_random;
const wick_cost_spec wick_cost_random = {
    .name = "random",
    .title = "random slippage",
    .formula = "price * slip_random / 100 * u, u uniform in [0, 1): one PCG stream for each seed, "
               "symbol and fill",
    .source = "PyBroker 1.x, RandomSlippageModel (there of the size, here of the price)",
    .param = {{{"slip_random", "number >= 0", "0",
                "market and stop fills are worse by up to this percent of the price, drawn evenly"},
               0,
               100},
              {{"slip_seed", "number >= 0", "1", "seed of slip_random; whole"},
               0,
               9007199254740992.0}},
    .slip = slip,
};
