/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

extern const wick_profile_spec wick_profile_vectorbt;
const wick_profile_spec wick_profile_vectorbt = {
    .name = "vectorbt",
    .title = "vectorbt: one order per symbol and bar at its close, all in, cash of shorts is free",
    .source = "recorded runs of vectorbt 1.2.0",
    .annual = "calendar",
    .sheet = "vectorbt",
    .set = {{"fill", "close"},         {"delay", "0"},
            {"phases", "rows"},        {"intrabar", "worst"},
            {"stop_from", "next_bar"}, {"trail_update", "after_test"},
            {"fractional", "on"},      {"lots", "average"},
            {"trade_unit", "exit"},    {"trade_pnl", "net"},
            {"trade_return", "cost"},  {"short_proceeds", "free"},
            {"max_entries", "none"},   {"price_rounding", "off"},
            {"slip_outside", "on"},    {"bankruptcy", "continue"},
            {"size", "pct_cash"},      {"size_at", "fill"},
            {"entry_against", "net"},  {NULL, NULL}},
};
