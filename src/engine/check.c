/* SPDX-License-Identifier: MIT */
/* The account's identities (portfolio_engine.md G8), from the lots up. Debug builds run this after
 * every tick; the property tests do the same from outside, on the ledger. */
#include "engine/carry.h"
#include "engine/hedge.h"
#include "engine/pine.h"

static bool apart(double a, double b, double scale)
{
    return !(fabs(a - b) <= 1e-9 * (1.0 + scale));
}

typedef struct sums {
    double equity, open, gross;
    int32_t longs, shorts, orders;
} sums;

static const char *check_symbol(const wick_run *r, int32_t s, sums *t)
{
    const wk_sym *y = &r->sym[s];
    const double pv = r->feed[s].point_value, mark = wk_mark(r, s);
    double pos = 0.0, cost = 0.0, gross = 0.0;
    int32_t lots = 0, orders = 0;
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next, lots++) {
        const wk_lot *l = wk_lot_at(r, slot);
        if (!(l->qty > 0.0)) return "a lot without a quantity";
        if (lots > 0 && l->side * pos < 0.0 && !wk_hedges(r)) return "lots of both directions in one symbol";
        const double pnl = l->side * (mark - l->price) * l->qty * pv;
        pos += l->side * l->qty;
        cost += l->qty * l->price;
        gross += l->qty * fabs(l->price);
        t->open += pnl;
        t->equity += l->basis * l->qty + pnl;
        t->gross += l->qty * pv * (fabs(mark) + fabs(l->price));
        if ((l->side > 0 ? l->stop > y->lo : l->stop < y->hi) && !y->stale)
            return "a stop nobody watches";
        if ((l->side > 0 ? l->target < y->hi : l->target > y->lo) && !y->stale)
            return "a target nobody watches";
    }
    for (int32_t slot = y->ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) orders++;
    if (lots != y->lots || orders != y->ords) return "a list that lost count";
    if ((lots > 0 || orders > 0) && !y->watched) return "a symbol nobody watches";
    if (apart(pos, y->pos, fabs(pos))) return "lots do not add up to the position";
    if (apart(cost, y->cost, gross)) return "lots do not add up to the cost";
    if (lots == 0 && (y->pos != 0.0 || y->a != 0.0 || y->b != 0.0))
        return "a flat symbol with a value";
    if (wk_hedges(r)) {
        t->longs += wk_side_lots(r, s, 1) > 0;
        t->shorts += wk_side_lots(r, s, -1) > 0;
    } else if (lots > 0) {
        t->longs += pos > 0.0;
        t->shorts += pos < 0.0;
    }
    t->orders += orders;
    return NULL;
}

/* What exits settle against is the position, and every leg's entry is there. */
static const char *check_pine(const wick_run *r, int32_t s)
{
    const wk_pine *p = &r->pine[s];
    double bound = 0.0;
    int32_t ords = 0, legs = 0;
    for (int32_t i = 0; i < p->binds.n; i++) {
        const wk_bind *b = wk_bind_at(p, i);
        if (b->bound > b->orig) return "an entry holds more than it bought";
        bound += b->bound;
    }
    for (int32_t i = 0; i < p->ords.n; i++) ords += wk_pord_at(p, i)->kind != WK_PQ_DEAD;
    for (int32_t i = 0; i < p->legs.n; i++) {
        const wk_leg *l = wk_leg_at(p, i);
        legs += l->state == WK_LEG_LIVE || l->state == WK_LEG_WAITING;
        bool found = l->state != WK_LEG_LIVE;
        for (int32_t k = 0; k < p->binds.n && !found; k++) {
            const wk_bind *b = wk_bind_at(p, k);
            found = b->serial == l->bind && b->bound > 0.0 && l->qty <= b->orig;
        }
        if (!found) return "an exit without its entry";
    }
    if (ords != p->n_ords || legs != p->n_legs) return "a Pine list that lost count";
    if (apart(bound, fabs(r->sym[s].pos), bound)) return "entries do not add up to the position";
    return NULL;
}

const char *wk_check(const wick_run *r)
{
    /* Every fill leaves the rounding of its notional behind, also when nothing is held any more. */
    sums t = {.equity = r->cash, .gross = fabs(r->cash) + fabs(r->realized) + 1e-5 * r->turnover};
    for (int32_t s = 0; s < r->n_sym; s++) {
        const char *bad = check_symbol(r, s, &t);
        if (bad == NULL && r->pine != NULL) bad = check_pine(r, s);
        if (bad != NULL) return bad;
    }
    if (t.longs != r->n_long || t.shorts != r->n_short || t.orders != r->live_ords) {
        return "counts of positions or orders are wrong";
    }
    if (apart(t.equity, wk_equity_now(r), t.gross)) return "cash and positions are not the equity";
    const double gain = r->realized + t.open - r->fees + r->forgiven + wk_flows(r);
    if (apart(t.equity, r->cash0 + gain, t.gross + r->cash0 + fabs(r->fees))) {
        return "closed and open results less fees are not the gain";
    }
    const wick_settings *k = &r->set;
    if ((k->max_long > 0 && r->n_long > k->max_long) ||
        (k->max_short > 0 && r->n_short > k->max_short) ||
        (k->slots > 0 && r->n_long + r->n_short > k->slots)) {
        return "more positions than allowed";
    }
    return NULL;
}
