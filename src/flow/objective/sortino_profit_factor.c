/* SPDX-License-Identifier: MIT */
#include "flow/flow_int.h"

static double eval(const wick_objective_in *in)
{
    return in->metric[0] * in->metric[1];
}

const wick_objective_spec wick_objective_sortino_profit_factor = {
    .name = "sortino_profit_factor",
    .title = "Sortino ratio times profit factor",
    .formula = "sortino * profit_factor, both per bar",
    .source = "the objective commonly used with PyBroker's bar metrics",
    .better = 1,
    .metrics = {"sortino", "profit_factor"},
    .eval = eval,
};
