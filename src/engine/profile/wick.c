/* SPDX-License-Identifier: MIT */
#include "wick/engine.h"

extern const wick_profile_spec wick_profile_wick;
const wick_profile_spec wick_profile_wick = {
    .name = "wick",
    .title =
        "the defaults: next open, open-nearer-extreme path, gaps at the open, cash that clamps",
    .source = "portfolio_engine.md G4",
    .set = {{NULL, NULL}},
};
