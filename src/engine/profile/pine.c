/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

extern const wick_profile_spec wick_profile_pine;
const wick_profile_spec wick_profile_pine = {
    .name = "pine",
    .title = "TradingView's broker emulator (docs/engine.md, Pine orders)",
    .source = "TradingView lists of trades; pine_semantics.md 6-10",
    .set = {{"shortage", "allow"},
            {"trade_pnl", "net"},
            {"bankruptcy", "continue"},
            {"slip_outside", "on"},
            {"size", "units"},
            {"size_amount", "1"},
            {"margin_long", "100"},
            {"margin_short", "100"},
            {NULL, NULL}},
};
