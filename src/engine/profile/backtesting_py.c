/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

extern const wick_profile_spec wick_profile_backtesting_py;
const wick_profile_spec wick_profile_backtesting_py = {
    .name = "backtesting.py",
    .title = "backtesting.py: a list of orders gone through once a bar, whole units, no clamping",
    .source = "recorded runs of backtesting.py 0.6.6",
    .annual = "trading",
    .sheet = "backtesting.py",
    .set = {{"phases", "queue"},          {"intrabar", "worst"},
            {"stop_from", "market_only"}, {"trail_update", "close"},
            {"shortage", "cancel"},       {"fractional", "off"},
            {"size", "pct_cash"},         {"size_amount", "99.99999999999999"},
            {"size_at", "fill"},          {"small_units", "share"},
            {"buying_power", "marked"},   {"spread_on", "entry"},
            {"fee_per", "lot"},           {"entry_against", "net"},
            {"max_entries", "none"},      {"trade_pnl", "net"},
            {"trade_return", "cost"},     {"price_rounding", "off"},
            {"slip_outside", "on"},       {"end_fill", "open"},
            {"bankruptcy", "zero"},       {NULL, NULL}},
};
