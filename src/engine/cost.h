/* SPDX-License-Identifier: MIT */
/** What fills cost beyond the plain settings: fee schedules, cost models, functions of the caller,
 * and how much of a bar's volume they may take. A run without any of it never comes here. */
#ifndef WK_ENGINE_COST_H
#define WK_ENGINE_COST_H

#include "engine/engine_int.h"

/** A fill to be charged. */
typedef struct wk_bill {
    int32_t s, side, type, bar;
    bool maker, pine; /**< pine: fees have ten digits */
    double qty, closing, price;
    const wk_part *part; /**< earlier fills of the same order; NULL: none */
} wk_bill;

/** Reads the settings into r->cost; false: the run is in error. */
wick_status wk_cost_open(wick_ctx *ctx, wick_run *r, const wick_cost_user *user) WICK_NODISCARD;
/** Fee of a fill, without booking it. */
double wk_fee_of(wick_run *r, const wk_bill *b);
/** Books the fee of a fill and what it adds to the traded volume; `part` (NULL: none) is brought up
 * to date. Returns the fee. */
double wk_pay(wick_run *r, const wk_bill *b, wk_part *part);
/** The same for a run without costs of that kind. */
static inline double wk_pay_plain(wick_run *r, int32_t s, double qty, double price)
{
    const double fee = r->has_fees ? wk_fee(r, qty, price, r->feed[s].point_value) : 0.0;
    r->cash -= fee;
    r->fees += fee;
    return fee;
}
/** Points by which a fill is worse, after `before` of the plain settings. */
double wk_slip_of(wick_run *r, const wk_bill *b, double before);
/** Whether a resting limit gave liquidity where it fills. */
bool wk_is_maker(const wick_run *r, const wk_ord *o, const wk_at *at);
/** Largest quantity in [0, want] whose lock `basis` and fee `cash` can pay, `closing` units of the
 * same order being charged too. */
double wk_affordable(wick_run *r, const wk_bill *b, double cash, double want, double basis);
/** What the account may still fill of a symbol's bar, in steps; infinite without a cap. */
double wk_room(const wick_run *r, int32_t s, int32_t bar);

#endif
