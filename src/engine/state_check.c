/* SPDX-License-Identifier: MIT */
/* A state behind a good checksum may still have been written by somebody else. Everything a run
 * indexes with, counts with or switches on is checked here before the run goes on with it. */
#include "engine/state_int.h"

#include <string.h>

static bool within(int64_t v, int64_t lo, int64_t hi)
{
    return v >= lo && v <= hi;
}

static bool is_side(int32_t v)
{
    return v == 1 || v == -1;
}

static bool is_tag(const wick_run *r, int32_t v)
{
    return within(v, WK_NONE, r->tags.n);
}

static bool is_symbol(const wick_run *r, int32_t v)
{
    return within(v, 0, r->n_sym - 1);
}

static bool is_flag(int32_t v)
{
    return v == 0 || v == 1;
}

/* ---- the account --------------------------------------------------------------------------- */

static const char *check_clock(const wick_run *r)
{
    if (!within(r->last_id, 0, WK_NEVER - 1) || r->last_id != r->slot_of.n) return "last_id";
    if (!within(r->lot_serial, 0, WK_NEVER - 1)) return "lot_serial";
    if (!within(r->queued, 0, WK_NEVER / 2) || !isfinite(r->forgiven)) return "queued";
    if (!r->lean && r->recs.n != r->last_id) return "orders";
    if (r->lean && r->recs.n != 0) return "orders";
    /* phases=rows looks at every close anyway and leaves the mark standing. */
    if ((r->on_close_pending && r->set.phases != WK_PHASES_ROWS) || r->pine_close)
        return "on_close_pending";
    if (!within(r->fill_seen, 0, r->fills.n)) return "fill_seen";
    if (!r->ask_fill && r->fills.n > 0) return "fills";
    if (!isfinite(r->cash) || !isfinite(r->fees) || !isfinite(r->realized) ||
        !isfinite(r->equity) || !isfinite(r->turnover))
        return "cash";
    for (int k = 0; k < WICK_FLOWS; k++)
        if (!isfinite(r->flow[k])) return "flow";
    if (!within(r->cur.step, 0, WICK_STEP_FILL) || !within(r->cur.symbol, -1, r->n_sym - 1))
        return "cur";
    for (int32_t i = 0; i < WICK_FATES; i++) {
        if (r->fates[i] < 0 || r->fates[i] > INT64_MAX / 2) return "fates";
    }
    if (r->amb.bars < 0 || r->amb.bars > INT64_MAX / 2) return "amb.bars";
    for (int32_t i = 0; i < r->fills.n; i++) {
        const int32_t *f = (const int32_t *)r->fills.p + (ptrdiff_t)2 * i;
        if (!within(f[0], 1, r->last_id) || !is_symbol(r, f[1]) || r->bar_of[f[1]] < 0)
            return "fills";
    }
    return NULL;
}

static const char *check_costs(const wick_run *r)
{
    const wk_cost *c = &r->cost;
    if (!within(c->oldest, 0, c->counted) || !within(c->counted, 0, c->traded.n))
        return "cost.oldest";
    for (int32_t i = 0; i < c->traded.n; i++) {
        const wk_traded *t = (const wk_traded *)c->traded.p + i;
        if (!within(t->tick, i > 0 ? t[-1].tick : 0, r->tick)) return "traded.tick";
    }
    for (int32_t s = 0; c->drawn != NULL && s < r->n_sym; s++) {
        if (!within(c->drawn[s].bar, -1, r->bar_of[s]) || !within(c->drawn[s].n, 0, WK_NEVER - 1))
            return "drawn.bar";
    }
    return NULL;
}

/* Bars stand where the clock says. */
static const char *check_bars(const wick_run *r)
{
    for (int32_t s = 0; s < r->n_sym; s++) {
        const wk_feed *f = &r->feed[s];
        const int32_t bar = r->bar_of[s];
        if (!within(bar, -1, f->all - 1)) return "bars";
        const int32_t at = bar < 0 ? -1 : f->tick_of != NULL ? f->tick_of[bar] : bar;
        const int32_t next = bar + 1 >= f->all    ? WK_NEVER
                             : f->tick_of != NULL ? f->tick_of[bar + 1]
                                                  : bar + 1;
        if (at > r->tick || next <= r->tick) return "bars";
        if (r->active[s] != (r->tick >= r->first_tick && at == r->tick)) return "active";
    }
    return NULL;
}

static const char *check_symbol(const wick_run *r, int32_t s)
{
    const wk_sym *y = &r->sym[s];
    if (!isfinite(y->pos) || !isfinite(y->cost) || !isfinite(y->a) || !isfinite(y->b))
        return "symbols.pos";
    if (!within(y->lots, 0, r->lots.n) || !within(y->ords, 0, r->ords.n)) return "symbols.lots";
    if (!within(y->lot, WK_NONE, r->lots.n - 1) || !within(y->lot_end, WK_NONE, r->lots.n - 1))
        return "symbols.lot";
    if (!within(y->ord, WK_NONE, r->ords.n - 1) || !within(y->ord_end, WK_NONE, r->ords.n - 1))
        return "symbols.ord";
    if (!within(y->sig_from, 0, r->bar_of[s] + 1) && r->feed[s].signals != NULL &&
        !within(y->sig_from, 0, r->feed[s].all))
        return "symbols.sig_from";
    for (int k = 0; k < WICK_DATED; k++)
        if (!within(y->dated_at[k], 0, r->feed[s].dated[k].n)) return "symbols.dated_at";
    if (!within(y->sig_state, -1, 1) || !is_flag(y->up_first)) return "symbols.sig_state";
    return y->sig_from < 0 ? "symbols.sig_from" : NULL;
}

/* ---- lists --------------------------------------------------------------------------------- */

static const char *check_ord(const wick_run *r, const wk_ord *o)
{
    if (!is_symbol(r, o->symbol)) return "pending.symbol";
    const int32_t bar = r->bar_of[o->symbol];
    if (!within(o->id, 1, r->last_id)) return "pending.id";
    if (!is_side(o->side) || !within(o->type, WICK_MARKET, WICK_STOP_LIMIT)) return "pending.type";
    if (!within(o->intent, WICK_ENTER, WICK_NET)) return "pending.intent";
    if (!within(o->fill, 0, WICK_FILL_VWAP) && o->fill != WK_FILL_FIXED) return "pending.fill";
    if (!within(o->group_type, WICK_GROUP_CANCEL, WICK_GROUP_REDUCE)) return "pending.group_type";
    if (!is_flag(o->waiting) || !is_flag(o->armed) || !is_flag(o->on_close) ||
        (o->on_close && r->set.phases != WK_PHASES_ROWS) || !is_flag(o->from_signal) ||
        !is_flag(o->has_bracket) || !is_flag(o->close_all))
        return "pending.waiting";
    if (!within(o->live_seg, 0, 4) || !within(o->live_bar, 0, WK_NEVER)) return "pending.live_bar";
    if (!within(o->due, 0, WK_NEVER) || !within(o->last, 0, WK_NEVER)) return "pending.due";
    if (o->group < 0 || !within(o->parent, 0, r->last_id)) return "pending.parent";
    if (!is_tag(r, o->tag) || !within(o->reason, 0, WICK_BY_SPLIT)) return "pending.tag";
    if (!within(o->placed_bar, 0, bar)) return "pending.placed_bar";
    if (!isfinite(o->qty) || !is_flag(o->late)) return "pending.qty";
    if (!is_flag(o->keeps) || !within(o->dir, 0, 2) || !within(o->what, 0, 2) ||
        !isfinite(o->amount))
        return "pending.what";
    if (!within(o->size_kind, WICK_SIZE_DEFAULT, WICK_SIZE_ASK)) return "pending.size_kind";
    if (!within(o->lot, 0, r->lot_serial)) return "pending.lot";
    if (o->has_bracket && (!within(o->b.exit_fill, 0, WICK_FILL_VWAP + 1) ||
                           !within(o->b.target_fill, 0, WICK_FILL_VWAP + 1) ||
                           !within(o->b.hold_fill, 0, WICK_FILL_VWAP + 1) || o->b.hold_bars < 0))
        return "pending.b";
    return NULL;
}

static const char *check_lot(const wick_run *r, const wk_lot *l, int32_t s)
{
    const int32_t bar = r->bar_of[s];
    if (l->symbol != s || !within(l->serial, 1, r->lot_serial)) return "lots.serial";
    if (!within(l->order, 1, r->last_id) || !is_tag(r, l->tag)) return "lots.order";
    if (!within(l->signal_bar, 0, bar) || !within(l->bar, 0, bar)) return "lots.bar";
    if (!within(l->tick, 0, r->tick)) return "lots.tick";
    if (!is_side(l->side) || !within(l->seg, 0, 4) || !is_flag(l->up_first)) return "lots.seg";
    if (!within(l->live_seg, 0, 4) || !within(l->live_bar, 0, WK_NEVER)) return "lots.live_bar";
    if (!within(l->exit_fill, 0, WICK_FILL_VWAP + 1) ||
        !within(l->target_fill, 0, WICK_FILL_VWAP + 1) ||
        !within(l->hold_fill, 0, WICK_FILL_VWAP + 1))
        return "lots.exit_fill";
    if (!within(l->entry_type, WICK_MARKET, WICK_STOP_LIMIT) || !is_flag(l->full))
        return "lots.entry_type";
    if (!within(l->hold_bar, 0, WK_NEVER) || !within(l->hold_tick, 0, WK_NEVER))
        return "lots.hold_bar";
    if (!within(l->going, -1, WICK_BY_OPEN)) return "lots.going";
    if (!(l->qty > 0.0 && l->qty <= 1e300)) return "lots.qty";
    return isfinite(l->price) && isfinite(l->basis) && isfinite(l->fee) ? NULL : "lots.price";
}

static const char *walk_orders(const wick_run *r, int32_t s, int32_t *seen)
{
    const wk_sym *y = &r->sym[s];
    int32_t before = WK_NONE, id = 0, n = 0;
    for (int32_t slot = y->ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
        if (!within(slot, 0, r->ords.n - 1) || ++n > y->ords) return "pending.next";
        const wk_ord *o = wk_ord_at(r, slot);
        const char *bad = check_ord(r, o);
        if (bad != NULL) return bad;
        if (o->symbol != s || o->prev != before || o->id <= id) return "pending.prev";
        if (((const int32_t *)r->slot_of.p)[o->id - 1] != slot) return "places";
        before = slot;
        id = o->id;
    }
    *seen += n;
    return n == y->ords && before == y->ord_end ? NULL : "symbols.ords";
}

static const char *walk_lots(const wick_run *r, int32_t s, int32_t *seen)
{
    const wk_sym *y = &r->sym[s];
    const bool hedges = r->set.lots == WK_LOTS_HEDGE;
    int32_t last = WK_NONE, n = 0, side = 0;
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        if (!within(slot, 0, r->lots.n - 1) || ++n > y->lots) return "lots.next";
        const wk_lot *l = wk_lot_at(r, slot);
        const char *bad = check_lot(r, l, s);
        if (bad != NULL) return bad;
        if (side != 0 && l->side != side && !hedges) return "lots.side";
        side = l->side;
        last = slot;
    }
    if (n != y->lots || (n > 0 && last != y->lot_end)) return "symbols.lots";
    if (n > 0 && !hedges && !(y->pos * side > 0.0)) return "symbols.pos";
    *seen += n;
    return NULL;
}

/* Slots that are free hang together, and with those in use they are all there are. */
static const char *walk_free(const wick_run *r, int32_t ords, int32_t lots)
{
    int32_t n = 0;
    for (int32_t k = r->free_ord; k != WK_NONE; k = wk_ord_at(r, k)->next) {
        if (!within(k, 0, r->ords.n - 1) || ++n > r->ords.n || wk_ord_at(r, k)->id != 0)
            return "free_ord";
    }
    if (n + ords != r->ords.n) return "free_ord";
    n = 0;
    for (int32_t k = r->free_lot; k != WK_NONE; k = wk_lot_at(r, k)->next) {
        if (!within(k, 0, r->lots.n - 1) || ++n > r->lots.n || wk_lot_at(r, k)->serial != 0)
            return "free_lot";
    }
    return n + lots == r->lots.n ? NULL : "free_lot";
}

/* ---- records ------------------------------------------------------------------------------- */

static const char *check_trade(const wick_run *r, const wick_trade_rec *t)
{
    if (!is_symbol(r, t->symbol)) return "trades.symbol";
    const int32_t bar = r->bar_of[t->symbol];
    if (!is_side(t->side) || !within(t->reason, 0, WICK_BY_SPLIT)) return "trades.reason";
    if (!within(t->entry_order, -1, r->last_id) || !within(t->exit_order, -1, r->last_id))
        return "trades.entry_order";
    if (!is_tag(r, t->entry_tag) || !is_tag(r, t->exit_tag)) return "trades.entry_tag";
    if (!within(t->entry_bar, 0, bar) || !within(t->exit_bar, 0, bar)) return "trades.entry_bar";
    if (!within(t->entry_tick, 0, r->tick) || !within(t->exit_tick, 0, r->tick))
        return "trades.entry_tick";
    return within(t->bars, -r->tick - 1, (int64_t)r->tick + 1) ? NULL : "trades.bars";
}

static const char *check_records(const wick_run *r)
{
    for (int32_t i = 0; i < r->trades.n; i++) {
        const char *bad = check_trade(r, (const wick_trade_rec *)r->trades.p + i);
        if (bad != NULL) return bad;
    }
    for (int32_t i = 0; i < r->recs.n; i++) {
        const wick_order_rec *e = (const wick_order_rec *)r->recs.p + i;
        if (e->id != i + 1 || !is_symbol(r, e->symbol)) return "orders.id";
        if (!within(e->fate, 0, WICK_FATES - 1) || !within(e->reason, 0, WICK_BY_SPLIT))
            return "orders.fate";
        if (!within(e->type, WICK_MARKET, WICK_STOP_LIMIT) ||
            !within(e->intent, WICK_ENTER, WICK_NET) || !is_tag(r, e->tag))
            return "orders.type";
    }
    for (int32_t i = 0; i < r->slot_of.n; i++) {
        const int32_t v = ((const int32_t *)r->slot_of.p)[i];
        if (v >= r->ords.n || v < -1 - WICK_FATES) return "places";
        if (v >= 0 && wk_ord_at(r, v)->id != i + 1) return "places";
    }
    for (int32_t s = 0; r->piles != NULL && s < r->n_sym; s++) {
        const wk_pile *p = &r->piles[s];
        if (p->count < 0 || p->count == WK_NEVER) return "piles.count";
        if (p->count == 0) continue;
        const char *bad = p->first.symbol != s ? "piles.first" : check_trade(r, &p->first);
        if (bad != NULL) return bad;
    }
    return NULL;
}

/* ---- Pine ---------------------------------------------------------------------------------- */

static bool pine_tag(const wick_run *r, int32_t v)
{
    return within(v, 0, r->tags.n);
}

static const char *check_pord(const wick_run *r, const wk_pord *o, int32_t bar)
{
    if (!within(o->kind, WK_PQ_DEAD, WK_PQ_CLOSE_ALL) || !within(o->id, 1, r->last_id))
        return "pine.orders.kind";
    if (!pine_tag(r, o->tag) || !pine_tag(r, o->signal) || !pine_tag(r, o->oca) ||
        !pine_tag(r, o->name))
        return "pine.orders.tag";
    if (!within(o->placed_bar, 0, bar) || !within(o->due, 0, WK_NEVER)) return "pine.orders.due";
    if (!within(o->side, -1, 1) || !within(o->type, WICK_MARKET, WICK_STOP_LIMIT))
        return "pine.orders.type";
    if (!within(o->oca_type, WK_OCA_NONE, WK_OCA_REDUCE) || !within(o->held, -1, 1) ||
        !within(o->size_kind, WICK_SIZE_DEFAULT, WICK_SIZE_ASK))
        return "pine.orders.oca_type";
    return NULL;
}

static const char *check_leg(const wick_run *r, const wk_leg *l, int32_t bar)
{
    if (!within(l->state, WK_LEG_DEAD, WK_LEG_SPENT) || !within(l->id, 1, r->last_id))
        return "pine.exits.state";
    if (!pine_tag(r, l->tag) || !pine_tag(r, l->entry)) return "pine.exits.tag";
    if (!within(l->issued, 0, bar) || !within(l->live_bar, -1, WK_NEVER))
        return "pine.exits.live_bar";
    if (!within(l->side, -1, 1) || !within(l->skip, 0, 3)) return "pine.exits.side";
    if (!pine_tag(r, l->ask.comment) || !pine_tag(r, l->ask.comment_profit) ||
        !pine_tag(r, l->ask.comment_loss) || !pine_tag(r, l->ask.comment_trailing) ||
        !pine_tag(r, l->ask.oca) || !within(l->ask.qty_kind, WK_QTY_REST, WK_QTY_PCT))
        return "pine.exits.ask";
    return NULL;
}

static const char *check_pine(const wick_run *r, int32_t s)
{
    const wk_pine *p = &r->pine[s];
    const int32_t bar = r->bar_of[s];
    int32_t ords = 0, legs = 0;
    for (int32_t i = 0; i < p->ords.n; i++) {
        const char *bad = check_pord(r, wk_pord_at(p, i), bar);
        if (bad != NULL) return bad;
        ords += wk_pord_at(p, i)->kind != WK_PQ_DEAD;
    }
    for (int32_t i = 0; i < p->legs.n; i++) {
        const wk_leg *l = wk_leg_at(p, i);
        const char *bad = check_leg(r, l, bar);
        if (bad != NULL) return bad;
        legs += l->state == WK_LEG_LIVE || l->state == WK_LEG_WAITING;
    }
    if (ords != p->n_ords || legs != p->n_legs) return "pine.n_ords";
    for (int32_t i = 0; i < p->binds.n; i++) {
        const wk_bind *b = wk_bind_at(p, i);
        if (!pine_tag(r, b->tag) || !within(b->serial, 1, r->last_id)) return "pine.entries.tag";
    }
    for (int32_t i = 0; i < p->trades.n; i++) {
        if (!within(((const int32_t *)p->trades.p)[i], 0, r->trades.n - 1)) return "pine.trades";
    }
    if (!within(p->serial, 0, WK_NEVER - 1) || !within(p->filled, -1, (int64_t)bar + 1))
        return "pine.serial";
    if (!within(p->settled, 0, r->trades.n) || !within(p->checked, 0, r->trades.n))
        return "pine.settled";
    if (!within(p->ranged, -1, bar) || p->at_close) return "pine.ranged";
    if (!within(p->day_orders, 0, WK_NEVER - 1) || !within(p->loss_days, 0, WK_NEVER - 1) ||
        !within(p->wins, 0, WK_NEVER - 1) || !within(p->losses, 0, WK_NEVER - 1) ||
        !within(p->evens, 0, WK_NEVER - 1))
        return "pine.day_orders";
    return NULL;
}

static const char *check_names(const wick_run *r)
{
    if (r->pine == NULL) return NULL;
    if (r->pinfo.n != r->last_id) return "pine.names";
    for (int32_t i = 0; i < r->pinfo.n; i++) {
        const wk_pinfo *p = (const wk_pinfo *)r->pinfo.p + i;
        if (!pine_tag(r, p->tag) || !pine_tag(r, p->comment)) return "pine.names.tag";
    }
    for (int32_t i = 0; i < r->close_names.n; i++) {
        if (!pine_tag(r, ((const int32_t *)r->close_names.p)[i])) return "pine.close_names";
    }
    return NULL;
}

const char *wk_state_bad(const wick_run *r)
{
    int32_t ords = 0, lots = 0;
    const char *bad = check_bars(r);
    if (bad == NULL) bad = check_clock(r);
    if (bad == NULL) bad = check_costs(r);
    for (int32_t s = 0; bad == NULL && s < r->n_sym; s++) {
        bad = check_symbol(r, s);
        if (bad == NULL) bad = walk_orders(r, s, &ords);
        if (bad == NULL) bad = walk_lots(r, s, &lots);
        if (bad == NULL && r->pine != NULL) bad = check_pine(r, s);
    }
    if (bad == NULL && ords != r->live_ords) bad = "live_ords";
    if (bad == NULL) bad = walk_free(r, ords, lots);
    if (bad == NULL) bad = check_records(r);
    return bad != NULL ? bad : check_names(r);
}
