/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

static double fee(const wick_cost_in *in, const double *p)
{
    return in->value * (p[in->maker ? 0 : 1] / 100.0);
}

extern const wick_cost_spec wick_cost_maker_taker;
const wick_cost_spec wick_cost_maker_taker = {
    .name = "maker_taker",
    .title = "fees by who waited",
    .formula = "value * fee_maker / 100 for limit fills, value * fee_taker / 100 for others",
    .source = "fee schedules of exchanges",
    .param =
        {{{"fee_maker", "number, percent", "0",
           "fee of limit fills in percent of the notional, besides fee_pct; negative: a rebate. A "
           "limit that its first price already crosses is no maker"},
          -100,
          100},
         {{"fee_taker", "number >= 0", "0",
           "fee of market, stop and crossing limit fills in percent of the notional, besides "
           "fee_pct"},
          0,
          100}},
    .fee = fee,
};
