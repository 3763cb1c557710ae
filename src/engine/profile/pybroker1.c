/* SPDX-License-Identifier: MIT */
#include "engine/profile/pybroker.h"

extern const wick_profile_spec wick_profile_pybroker1;
const wick_profile_spec wick_profile_pybroker1 = {
    .name = "pybroker1",
    .title = "PyBroker 1.x",
    .source = "recorded runs of lib-pybroker 1.2.14",
    .annual = "none",
    .set = {WK_PYBROKER_COMMON,
            {"limit_rule", "filter"},
            {"short_proceeds", "none"},
            {"hold_clock", "portfolio"},
            {"rank", "capped_no_cover"},
            {NULL, NULL}},
};
