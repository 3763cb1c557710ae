/* SPDX-License-Identifier: MIT */
/** What both generations of PyBroker have in common. */
#ifndef WK_ENGINE_PROFILE_PYBROKER_H
#define WK_ENGINE_PROFILE_PYBROKER_H

#include "wick/engine.h"

/* clang-format off */
#define WK_PYBROKER_COMMON                                                                         \
    {"fill", "middle"}, {"phases", "batch"}, {"intrabar", "worst"}, {"gap_fill", "level"},         \
    {"stop_from", "next_bar"}, {"trail_update", "after_test"}, {"limit_rule", "filter_timeout"},   \
    {"shortage", "clamp_no_fees"}, {"fractional", "off"}, {"max_entries_for", "signals"},          \
    {"rank", "capped"}, {"end_fill", "middle"}, {"hold_fill", "middle"},                           \
    {"price_rounding", "cents"}, {"stop_rounding", "cents"}, {"report_rounding", "cents"},         \
    {"excursions", "capture"}, {"bankruptcy", "continue"}
/* clang-format on */

#endif
