/* SPDX-License-Identifier: MIT */
/** Private header of room flow. */
#ifndef WK_FLOW_INT_H
#define WK_FLOW_INT_H

#include "wick/flow.h"

extern const wick_objective_spec *const wk_objective_table[];
extern const int64_t wk_objective_table_n;

#endif
