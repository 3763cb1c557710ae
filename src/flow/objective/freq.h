/* SPDX-License-Identifier: MIT */
/** What the losses named after Freqtrade's share. Trades are taken after fees, in the order of
 * their exits; days are those of the equity rows. */
#ifndef WK_FLOW_FREQ_H
#define WK_FLOW_FREQ_H

#include "flow/flow_int.h"

typedef struct wk_freq {
    int64_t n;
    double profit;       /**< sum, cash */
    double wins, losses; /**< sums, losses >= 0 */
    int64_t n_wins, n_losses;
    double drawdown;       /**< deepest of the closed profits, cash, >= 0 */
    double drawdown_share; /**< there, of the starting cash plus the peak */
    double deepest_share;  /**< the deepest by that measure */
    double cash;
    int64_t days; /**< between first and last row, at least 1 */
} wk_freq;

/** Profit of a trade after fees, and as a share of what it cost. */
double wk_freq_profit(const wick_objective_in *in, const wick_trade_rec *t);
double wk_freq_ratio(const wick_objective_in *in, const wick_trade_rec *t);
/** `symbol` < 0: all of them. */
wk_freq wk_freq_of(const wick_objective_in *in, int32_t symbol);
/** Daily sums of the ratios less `slip` each, by day of exit, from the first to the last day: their
 * mean, sample deviation, and root mean square of the negative ones. Returns the number of days. */
int64_t wk_freq_daily(const wick_objective_in *in, double slip, double *mean, double *deviation,
                      double *downside);

#endif
