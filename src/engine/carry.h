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

/* currency.c */
void wk_convert(wick_run *r, int32_t s); /**< the rate of the present bar is in force */
double wk_point_at(const wick_run *r, int32_t s, int32_t bar); /**< value of a point on a bar */
const double *const *wk_rates_list(const wick_run *r); /**< per symbol; NULL: no rates */
void wk_rates_resume(wick_run *r); /**< after a state has been loaded */

/* actions.c */
void wk_actions(wick_run *r, int32_t s);

#endif
