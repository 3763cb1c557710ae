/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_total_borrow wick_metric_total_interest wick_metric_total_funding */
/* registry: wick_metric_total_dividends wick_metric_total_carry */
/* Cash that positions brought or cost by being held. */
#include "metrics/metrics_int.h"

#define FLOW(word, which, words, sense)                                                            \
    static double total_##word(const wick_facts *f, const wick_metric_opts *o)                     \
    {                                                                                              \
        (void)o;                                                                                   \
        return f->flow[which];                                                                     \
    }                                                                                              \
    const wick_metric_spec wick_metric_total_##word = {                                            \
        .name = "total_" #word,                                                                    \
        .title = words,                                                                            \
        .formula = "last value of the cumulative " #word                                           \
                   " column, received above zero; undefined for a run that knew none" sense,       \
        .source = "docs/costs.md",                                                                 \
        .unit = WICK_M_CASH,                                                                       \
        .better = 1,                                                                               \
        .needs = WICK_NEED_EQUITY,                                                                 \
        .row = -1,                                                                                 \
        .eval = total_##word,                                                                      \
    }

FLOW(borrow, WICK_FLOW_BORROW, "borrow fees of shorts", ", zero or less");
FLOW(interest, WICK_FLOW_INTEREST, "interest on cash and for loans", "");
FLOW(funding, WICK_FLOW_FUNDING, "funding of perpetual contracts", "");
FLOW(dividends, WICK_FLOW_DIVIDENDS, "dividends received less paid on shorts", "");

static double total_carry(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    double sum = 0.0;
    bool any = false;
    for (int k = 0; k < WICK_FLOWS; k++) {
        if (isnan(f->flow[k])) continue;
        sum += f->flow[k];
        any = true;
    }
    return any ? sum : WICK_NA;
}

const wick_metric_spec wick_metric_total_carry = {
    .name = "total_carry",
    .title = "cash that holding brought or cost",
    .formula = "sum of borrow, interest, funding and dividends; undefined for a run that knew none",
    .source = "docs/costs.md",
    .unit = WICK_M_CASH,
    .better = 1,
    .needs = WICK_NEED_EQUITY,
    .row = -1,
    .eval = total_carry,
};
