/* SPDX-License-Identifier: MIT */
/* Several runs on one account. Each member is an ordinary run with a book of its own: positions,
 * lots, orders, trades, and the cash its own dealings have moved. What it shares is what its orders
 * may spend (everybody's free cash) and what its percent sizes are percent of (its share of the
 * account's equity). The members know of each other by three numbers only, told between steps. */
#include "engine/engine_int.h"

wick_status wick_run_join(wick_ctx *ctx, wick_run *r, double share)
{
    if (r->phase != WK_PH_START)
        return wick_fail(ctx, WICK_E_STATE, "a run joins an account before its first step");
    if (r->calls)
        return wick_fail(ctx, WICK_E_ARG,
                         "engine setting margin_call looks at one strategy's book; it cannot watch "
                         "an account of several");
    if (!(share > 0.0 && share <= 1e6))
        return wick_fail(ctx, WICK_E_ARG, "a share of %g of the account; it must be above 0",
                         share);
    r->member = true;
    r->share = share;
    r->account = r->cash0 / share;
    /* Every tick is walked, so that all members stand at the same one. */
    r->ask_any = true;
    r->quick = false;
    return WICK_OK;
}

double wick_runs_sync(wick_run *const *runs, int32_t n, double idle, bool fills_done)
{
    wick_sum cash = {idle, 0.0}, equity = {idle, 0.0};
    for (int32_t k = 0; k < n; k++) {
        wick_sum_add(&cash, runs[k]->cash);
        wick_sum_add(&equity, runs[k]->equity);
    }
    for (int32_t k = 0; k < n; k++) {
        runs[k]->pool = wick_sum_get(&cash) - runs[k]->cash;
        if (fills_done) runs[k]->account = wick_sum_get(&equity);
    }
    return wick_sum_get(&equity);
}

void wick_run_close_out(wick_run *r)
{
    if (!r->dead && r->status >= 0) wk_go_bankrupt(r);
}
