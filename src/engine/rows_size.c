/* SPDX-License-Identifier: MIT */
/* phases=rows: what an order of a size fills of it (portfolio_engine.md C). Cash comes from sales
 * of any kind, shorts too, unless lock_cash keeps it; sizes are clamped to cash, not refused,
 * unless shortage says so. Numbers a billionth apart are one number, as they are to vectorbt. */
#include "engine/rows.h"

static bool close_to(double a, double b)
{
    if (!isfinite(a) || !isfinite(b)) return false;
    const double most = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    const double slack = 1e-9 * most > 1e-12 ? 1e-9 * most : 1e-12;
    return fabs(a - b) <= slack;
}

static bool below(double a, double b)
{
    return !close_to(a, b) && a < b;
}

/* a + b, nothing when the two cancel out but for rounding. */
static double sum(double a, double b)
{
    const bool zero = (a > 0.0) != (b > 0.0) ? close_to(fabs(a), fabs(b)) : close_to(a + b, 0.0);
    return zero ? 0.0 : a + b;
}

/* What the order sees of the account. */
typedef struct view {
    double cash, free, debt, pos;
    double price; /**< cash one unit is worth, slipped */
    double pct;   /**< fee as a share of the notional */
    double fixed, unit;
    bool whole_or_none;
} view;

static double snap(double v)
{
    return close_to(v, 0.0) ? 0.0 : v;
}

static view look(const wick_run *r, const wk_ord *o, double price)
{
    const wick_settings *k = &r->set;
    double owed = 0.0;
    for (int32_t i = 0; i < r->n_watch; i++) {
        const wk_sym *y = &r->sym[r->watch[i]];
        if (y->pos < 0.0) owed += y->cost * r->feed[r->watch[i]].point_value;
    }
    const wk_sym *y = &r->sym[o->symbol];
    const double pv = r->feed[o->symbol].point_value;
    const view v = {.cash = snap(r->cash),
                    .free = snap(r->cash - 2.0 * owed),
                    .debt = y->pos < 0.0 ? y->cost * pv : 0.0,
                    .pos = snap(y->pos),
                    .price = price * pv,
                    .pct = k->fee_pct / 100.0,
                    .fixed = k->fee_order,
                    .unit = k->fee_unit,
                    .whole_or_none =
                        k->shortage == WK_SHORTAGE_REJECT || k->shortage == WK_SHORTAGE_CANCEL};
    return v;
}

static double cost_of(wick_run *r, const wk_ord *o, double qty, double price)
{
    const wk_bill b = {.s = o->symbol,
                       .side = o->side,
                       .type = WICK_MARKET,
                       .bar = r->bar_of[o->symbol],
                       .qty = qty,
                       .price = price};
    return wk_fee_of(r, &b);
}

/* Whole steps of a size, of the exact quotient. */
static double stepped(const wick_run *r, int32_t s, double qty)
{
    const double step = r->feed[s].step;
    return step > 0.0 && isfinite(qty) ? wk_whole(qty, step) * step : qty;
}

static wk_row_fill refused(int32_t fate)
{
    return (wk_row_fill){.fate = fate};
}

/* The rules that come last: least size, all or nothing. */
static wk_row_fill judged(wick_run *r, const wk_ord *o, const view *v, double qty, double size,
                          double price, double fee)
{
    if (!(qty > 0.0) || close_to(qty, 0.0) || below(qty, r->set.min_size))
        return refused(WICK_FATE_ZERO);
    const bool less = isfinite(size) && below(qty, size);
    if (less && v->whole_or_none) return refused(WICK_FATE_NO_CASH);
    (void)o;
    return (wk_row_fill){.qty = qty, .price = price, .fee = fee, .whole = !less};
}

/* Cash a purchase may use. With lock_cash what shorts brought in is not there, but for what their
 * covering releases. */
static double purse(const wick_run *r, const view *v)
{
    double most = v->cash;
    if (r->set.lock_cash && v->pos >= 0.0) most = v->free;
    if (r->set.lock_cash && v->pos < 0.0) {
        const double cover = -v->pos * v->price * (1.0 + v->pct) + v->fixed;
        const double rest = sum(v->free + 2.0 * v->debt, -cover);
        if (rest > 0.0) most = v->free + 2.0 * v->debt;
        if (rest < 0.0) {
            const double per = v->price * (1.0 + v->pct);
            const double units = (v->free - v->fixed) / (per - 2.0 * v->debt / -v->pos);
            most = units * per + v->fixed;
        }
    }
    return most < v->cash ? most : v->cash;
}

/* Units that cash pays for together with their fee. */
static double paid_by(wick_run *r, const wk_ord *o, const view *v, double cash, double want,
                      double price)
{
    if (r->cost.on || r->set.fee_min > 0.0) {
        const wk_bill b = {.s = o->symbol,
                           .side = 1,
                           .type = WICK_MARKET,
                           .bar = r->bar_of[o->symbol],
                           .price = price};
        return wk_affordable(r, &b, cash, want, v->price);
    }
    return sum(cash, -v->fixed) / (v->price * (1.0 + v->pct) + v->unit);
}

static wk_row_fill buy(wick_run *r, const wk_ord *o, const view *v, double size, double share,
                       double price)
{
    double cash = purse(r, v);
    if (!isnan(share) && share * cash < cash) cash = share * cash;
    if (o->dir != WK_DIR_SHORT_ONLY && !(cash > 0.0) && r->set.shortage != WK_SHORTAGE_ALLOW)
        return refused(WICK_FATE_NO_CASH);
    double want = size;
    if (o->dir == WK_DIR_SHORT_ONLY && -v->pos < want) want = -v->pos;
    if (!(want > 0.0)) return refused(WICK_FATE_CANCELLED);
    if (r->set.max_size > 0.0 && want > r->set.max_size) {
        if (v->whole_or_none) return refused(WICK_FATE_NO_CASH);
        want = r->set.max_size;
    }
    want = stepped(r, o->symbol, want);
    double qty = want, fee = isfinite(want) ? cost_of(r, o, want, price) : WK_INF;
    const double need = want * v->price + fee;
    const bool fits = r->set.shortage == WK_SHORTAGE_ALLOW || need < cash || close_to(need, cash);
    if (!fits) {
        qty = paid_by(r, o, v, cash, want, price);
        if (!(qty > 0.0)) return refused(WICK_FATE_NO_CASH);
        qty = stepped(r, o->symbol, qty);
        fee = cost_of(r, o, qty, price);
    }
    return judged(r, o, v, qty, size, price, fee);
}

static wk_row_fill sell(wick_run *r, const wk_ord *o, const view *v, double size, double share,
                        double price)
{
    const bool locks = r->set.lock_cash != 0, all = isinf(size) && !isnan(share);
    double most = size;
    if (o->dir == WK_DIR_LONG_ONLY) {
        if (v->pos < most) most = v->pos;
        if (!(v->pos > 0.0)) return refused(WICK_FATE_CANCELLED);
    } else if (locks || all) {
        const double held = v->pos > 0.0 ? v->pos : 0.0;
        const double free = sum(v->free, held * v->price * (1.0 - v->pct));
        if (free <= 0.0 && v->pos <= 0.0) return refused(WICK_FATE_NO_CASH);
        double room = held;
        if (free > 0.0)
            room = sum(held, sum(free, -v->fixed) / (v->price * (1.0 + v->pct) + v->unit));
        if (!(room > 0.0)) return refused(WICK_FATE_NO_CASH);
        most = room;
        if (locks) {
            const double asked = all ? share * room : isnan(share) ? size : share * size;
            most = asked < room ? asked : room;
            share = WICK_NA;
        }
    }
    if (!isnan(share)) most *= share;
    if (r->set.max_size > 0.0 && most > r->set.max_size) {
        if (v->whole_or_none) return refused(WICK_FATE_NO_CASH);
        most = r->set.max_size;
    }
    const double qty = stepped(r, o->symbol, most);
    if (!(qty > 0.0)) return refused(WICK_FATE_ZERO);
    const double fee = cost_of(r, o, qty, price);
    if (sum(qty * v->price, -fee) < 0.0) return refused(WICK_FATE_NO_CASH);
    return judged(r, o, v, qty, size, price, fee);
}

wk_row_fill wk_row_size(wick_run *r, const wk_ord *o, double size, double share, double price,
                        bool slips)
{
    const int32_t s = o->symbol;
    const int32_t type = slips ? WICK_MARKET : WICK_LIMIT;
    const double at =
        wk_fill_price(r, s, r->bar_of[s], price, o->side, type, slips, isfinite(size) ? size : 0.0);
    const view v = look(r, o, at);
    return o->side > 0 ? buy(r, o, &v, size, share, at) : sell(r, o, &v, size, share, at);
}
