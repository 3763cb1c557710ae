/* SPDX-License-Identifier: MIT */
/** What happens at the beginning of a tick before anything can fill: corporate actions, funding,
 * borrow fees, interest. A run without any of it never comes here. */
#ifndef WK_ENGINE_CARRY_H
#define WK_ENGINE_CARRY_H

#include "engine/engine_int.h"

/** Reads settings and the symbols' dated numbers. */
wick_status wk_carry_open(wick_ctx *ctx, wick_run *r) WICK_NODISCARD;
/** Phase begin of run->tick, whose bars are active already. */
void wk_begin(wick_run *r);
/** Everything received so far. */
double wk_flows(const wick_run *r);

/* actions.c */
void wk_actions(wick_run *r, int32_t s);

#endif
