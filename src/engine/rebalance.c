/* SPDX-License-Identifier: MIT */
/* Rebalancing: when a run asks for it, and how target shares become orders. Which ticks are due is
 * the caller's (room alloc makes them); how far the account has drifted only the engine knows. */
#include "engine/engine_int.h"

#include <string.h>

bool wk_target_room(wick_run *r)
{
    if (r->target != NULL) return true;
    double *target = wick_arena_alloc(r->arena, (r->n_sym + 1) * (int64_t)sizeof *target);
    int32_t *ord = wick_arena_zalloc(r->arena, (r->n_sym + 1) * (int64_t)sizeof *ord);
    int32_t *listed = wick_arena_zalloc(r->arena, (r->n_sym + 1) * (int64_t)sizeof *listed);
    if (target == NULL || ord == NULL || listed == NULL) {
        wk_run_fail(r, WICK_E_MEM);
        return false;
    }
    for (int32_t s = 0; s < r->n_sym; s++) target[s] = WICK_NA;
    r->target = target;
    r->target_ord = ord;
    r->listed = listed;
    return true;
}

wick_status wick_run_set_rebalance(wick_ctx *ctx, wick_run *r, const wick_rebalance *rebalance)
{
    wick_rebalance q = {.size = sizeof q};
    memcpy(&q, rebalance, rebalance->size < sizeof q ? rebalance->size : sizeof q);
    if (r->phase != WK_PH_START)
        return wick_fail(ctx, WICK_E_STATE,
                         "a rebalance schedule must be given before the first step");
    if (!(q.drift >= 0.0 && q.drift <= 1e6))
        return wick_fail(ctx, WICK_E_ARG, "rebalance drift %g is no share of equity (0.05 is 5 %%)",
                         q.drift);
    r->due = q.ticks;
    r->drift = q.drift;
    r->due_again = q.again;
    r->rebalances = q.ticks != NULL || q.drift > 0.0;
    if (!r->rebalances) return WICK_OK;
    r->ask_any = true;
    r->quick = false;
    return wk_target_room(r) ? WICK_OK : wick_fail_mem(ctx);
}

double wick_run_target(const wick_run *r, int32_t s)
{
    return r->target != NULL && s >= 0 && s < r->n_sym ? r->target[s] : WICK_NA;
}

double wick_run_share(const wick_run *r, int32_t s)
{
    if (s < 0 || s >= r->n_sym || r->sym[s].pos == 0.0) return 0.0;
    return r->sym[s].pos * wk_mark(r, s) * r->feed[s].point_value / wk_base(r);
}

/* Symbols without a bar now cannot be put right; they are judged when they have one. */
static bool drifted(const wick_run *r)
{
    for (int32_t s = 0; s < r->n_sym; s++) {
        if (!r->active[s] || isnan(r->target[s]) || r->sym[s].ords > 0) continue;
        if (fabs(wick_run_share(r, s) - r->target[s]) > r->drift) return true;
    }
    return false;
}

bool wk_rebalance_due(wick_run *r, int32_t *why)
{
    if (r->tick < r->warmup) return false;
    if (r->waiting && r->targeted) r->waiting = false;
    const bool marked = r->due != NULL && r->due[r->tick];
    *why = WICK_REBALANCE_SCHEDULE;
    if (marked || r->waiting) {
        r->waiting = r->due_again;
        r->targeted = false;
        return true;
    }
    *why = WICK_REBALANCE_DRIFT;
    return r->drift > 0.0 && drifted(r);
}

/* ---- targets ------------------------------------------------------------------------------ */

static int32_t refuse(wick_run *r, const char *why, double found)
{
    snprintf(r->refusal, sizeof r->refusal, why, found);
    return WICK_E_ARG;
}

static int32_t check(wick_run *r, const wick_targets *t)
{
    if (t->n < 0 || (t->n > 0 && (t->symbol == NULL || (t->weight == NULL && t->units == NULL))))
        return refuse(r, "targets: %g symbols without a list", t->n);
    if (!(t->band >= 0.0))
        return refuse(r, "targets: the band is %g; it must be 0 or more", t->band);
    for (int32_t k = 0; k < t->n; k++) {
        const int32_t s = t->symbol[k];
        if (s < 0 || s >= r->n_sym) return refuse(r, "targets: there is no symbol %g", s);
        if (t->weight != NULL && isinf(t->weight[k]))
            return refuse(r, "targets: weight %g is not finite", k + 1);
        if (t->units != NULL && !(fabs(t->units[k]) <= 1e15) && !isnan(t->units[k]))
            return refuse(r, "targets: units %g are not finite", k + 1);
    }
    return WICK_OK;
}

static void withdraw(wick_run *r, int32_t s)
{
    if (r->target_ord[s] > 0) (void)wick_run_cancel(r, r->target_ord[s]);
    r->target_ord[s] = 0;
}

static double score_of(const wick_targets *t, int32_t k)
{
    return t->score != NULL && isfinite(t->score[k]) ? t->score[k] : 0.0;
}

static int32_t close_one(wick_run *r, int32_t s, double score)
{
    withdraw(r, s);
    r->target[s] = 0.0;
    if (r->sym[s].pos == 0.0) return 0;
    const wick_order o = {.size = sizeof o,
                          .symbol = s,
                          .intent = WICK_NET,
                          .size_kind = WICK_SIZE_TARGET_UNITS,
                          .score = score};
    const int32_t id = wick_run_submit(r, &o);
    r->target_ord[s] = id > 0 ? id : 0;
    return id;
}

/* Orders the difference of one symbol; 0 when nothing has to be done. */
static int32_t put_right(wick_run *r, const wick_targets *t, int32_t k)
{
    const int32_t s = t->symbol[k];
    const double w = t->weight != NULL ? t->weight[k] : WICK_NA;
    withdraw(r, s);
    if (t->units != NULL) {
        const double units = wk_units(r, s, WICK_SIZE_TARGET_UNITS, t->units[k], 0.0, 1.0);
        const double unit = wk_mark(r, s) * r->feed[s].point_value;
        r->target[s] = isnan(w) ? t->units[k] * unit / wk_base(r) : w;
        if (units == r->sym[s].pos) return 0;
    } else {
        r->target[s] = w;
        if (r->bar_of[s] >= 0 &&
            wk_units(r, s, WICK_SIZE_TARGET_PCT, 100.0 * w, 0.0, wk_mark(r, s)) == r->sym[s].pos)
            return 0;
    }
    if (t->band > 0.0 && r->sym[s].pos != 0.0 &&
        fabs(wick_run_share(r, s) - r->target[s]) <= t->band)
        return 0;
    const wick_order o = {.size = sizeof o,
                          .symbol = s,
                          .side = 1,
                          .intent = WICK_NET,
                          .score = score_of(t, k),
                          .size_kind =
                              t->units != NULL ? WICK_SIZE_TARGET_UNITS : WICK_SIZE_TARGET_PCT,
                          .amount = t->units != NULL ? t->units[k] : 100.0 * w};
    const int32_t id = wick_run_submit(r, &o);
    if (id > 0) r->target_ord[s] = id;
    return id;
}

static bool is_zero(const wick_targets *t, int32_t k)
{
    return t->units != NULL ? t->units[k] == 0.0 : t->weight[k] == 0.0;
}

static bool is_left(const wick_targets *t, int32_t k)
{
    return isnan(t->units != NULL ? t->units[k] : t->weight[k]);
}

int32_t wick_run_set_targets(wick_run *r, const wick_targets *targets)
{
    wick_targets t = {.size = sizeof t};
    memcpy(&t, targets, targets->size < sizeof t ? targets->size : sizeof t);
    r->refusal[0] = '\0';
    int32_t st = check(r, &t), placed = 0;
    if (st < 0) return st;
    if (!wk_target_room(r)) return r->status;
    int32_t *listed = r->listed; /* place in the list from 1; below zero: to be closed */
    memset(listed, 0, (size_t)r->n_sym * sizeof *listed);
    for (int32_t k = 0; k < t.n; k++) {
        if (listed[t.symbol[k]] != 0)
            return refuse(r, "targets: symbol %g is listed twice", t.symbol[k]);
        listed[t.symbol[k]] = is_zero(&t, k) ? -(k + 1) : k + 1;
    }
    r->targeted = true;
    for (int32_t s = 0; s < r->n_sym && st >= 0; s++) {
        if (listed[s] > 0 || (listed[s] == 0 && t.keep_others)) continue;
        st = close_one(r, s, listed[s] < 0 ? score_of(&t, -listed[s] - 1) : 0.0);
        placed += st > 0;
    }
    for (int32_t k = 0; k < t.n && st >= 0; k++) {
        if (is_zero(&t, k) || is_left(&t, k)) continue;
        st = put_right(r, &t, k);
        placed += st > 0;
    }
    return st < 0 ? st : placed;
}
