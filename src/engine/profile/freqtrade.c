/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

extern const wick_profile_spec wick_profile_freqtrade;
const wick_profile_spec wick_profile_freqtrade = {
    .name = "freqtrade",
    .title = "freqtrade's backtester: slots of equal stakes, roi table, stop before trailing stop",
    .source = "recorded runs of freqtrade 2026.9",
    .set = {{"phases", "candle"},
            {"size", "slots"},
            {"size_at", "fill"},
            {"slots", "3"},
            {"tradable_balance_ratio", "0.99"},
            {"shortage", "reject"},
            {"position_mode", "long"},
            {"trade_pnl", "net"},
            {"trade_return", "cost"},
            {"close_at_end", "run_end"},
            {"end_fill", "open"},
            {"bankruptcy", "continue"},
            {NULL, NULL}},
};
