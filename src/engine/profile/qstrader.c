/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

extern const wick_profile_spec wick_profile_qstrader;
const wick_profile_spec wick_profile_qstrader = {
    .name = "qstrader",
    .title = "QSTrader: targets decided at the close, filled whole at the next open, cash may go "
             "below zero",
    .source = "recorded runs of qstrader 0.3.0",
    .set = {{"shortage", "allow"},
            {"fractional", "off"},
            {"lots", "average"},
            {"trade_unit", "position"},
            {"short_proceeds", "free"},
            {"max_entries", "none"},
            {"price_rounding", "off"},
            {"bankruptcy", "continue"},
            {"fee_rounding", "whole"},
            {"absent_fill", "last"},
            {NULL, NULL}},
};
