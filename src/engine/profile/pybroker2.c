/* SPDX-License-Identifier: MIT */
#include "engine/profile/pybroker.h"

extern const wick_profile_spec wick_profile_pybroker2;
const wick_profile_spec wick_profile_pybroker2 = {
    .name = "pybroker2",
    .title = "PyBroker 2.x",
    .source = "recorded runs of lib-pybroker 2.0.2",
    .annual = "none",
    .set = {WK_PYBROKER_COMMON, {"qty_decimals", "9"}, {NULL, NULL}},
};
