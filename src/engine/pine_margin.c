/* SPDX-License-Identifier: MIT */
/* Pine orders: margin at fills, margin calls, and the prices at which one may be due (section 8).
 */
#include "engine/pine.h"

static const double HAIR = 1e-11;

bool wk_pine_fits(const wk_pwalk *w, const wk_pord *o, double closing, double opening, double price)
{
    const wick_run *r = w->r;
    const double rate = wk_pine_rate(r, o->side), pos = r->sym[w->s].pos;
    if (rate == 0.0) return true;
    const bool market = o->type == WICK_MARKET;
    /* What follows a close, or another entry of its direction, at one open is filled and trimmed by
     * the margin call there. */
    if (market && w->at_open && (w->closed == -o->side || w->opened == o->side)) return true;
    double size = opening + (pos * o->side > 0.0 ? fabs(pos) : 0.0);
    if (market && w->at_open && w->opened == -o->side && closing > 0.0) size += w->opened_qty;
    const double at = o->type == WICK_STOP && !w->closing ? w->open : price;
    const double need = size * at * w->f->point_value * rate + wk_pine_others(r, w->s);
    const double have = wk_pine_equity(r, w->s, at);
    return need <= have + HAIR * fabs(have);
}

void wk_pine_call(wk_pwalk *w, double price)
{
    wick_run *r = w->r;
    const double pos = r->sym[w->s].pos, held = fabs(pos);
    const int32_t side = pos > 0.0 ? 1 : -1;
    const double rate = wk_pine_rate(r, side);
    if (held == 0.0 || rate == 0.0) return;
    const double unit = price * w->f->point_value;
    const double need = held * unit * rate + wk_pine_others(r, w->s);
    const double have = wk_pine_equity(r, w->s, price);
    if (have >= need - HAIR * fabs(need)) return;
    /* Floored before it is taken four times; less than a step is one contract. */
    double q = 4.0 * wk_floor_step((need - have) / rate / unit, w->f->step, w->f->per_step);
    if (!(q > 0.0)) q = 1.0;
    q = q < held ? wk_pine_qty(w->f, q) : held;
    const wick_order_rec rec = {.side = (int8_t)-side,
                                .type = WICK_MARKET,
                                .intent = WICK_REDUCE,
                                .qty = q,
                                .limit = WICK_NA,
                                .stop = WICK_NA};
    const int32_t signal = wick_run_tag(r, "Margin call");
    const int32_t id = wk_pine_number(r, w->s, &rec, signal, 0);
    if (id == 0) return;
    const wk_deal d = {.side = -side,
                       .id = id,
                       .signal = signal,
                       .reason = WICK_BY_MARGIN,
                       .type = WICK_MARKET,
                       .close = q,
                       .price = wk_pine_slip(r, w->s, price, -side),
                       .shown = WICK_NA,
                       .placed_bar = w->bar};
    wk_pine_deal(w, &d);
    for (int32_t i = 0; i < w->p->legs.n; i++) wk_leg_at(w->p, i)->dormant = 0;
}

/* Equity less margin is a straight line in the price: its ends tell. */
bool wk_pine_safe(const wk_pwalk *w, double low, double high)
{
    const wick_run *r = w->r;
    const double pos = r->sym[w->s].pos;
    const double rate = wk_pine_rate(r, pos > 0.0 ? 1 : -1);
    if (pos == 0.0 || rate == 0.0) return true;
    if (!r->solo) return false;
    const double unit = fabs(pos) * w->f->point_value * rate;
    const double at_low = wk_pine_equity(r, w->s, low) - unit * low;
    const double at_high = at_low + (pos * w->f->point_value - unit) * (high - low);
    const double hair = 1e-9 * unit * high;
    return at_low > hair && at_high > hair;
}

/* f(p) = a + k p falls below zero beyond one price: that price. */
static void below_zero(double a, double k, double *lo, double *hi, bool *now)
{
    if (k > 0.0) {
        const double at = -a / k;
        if (at > *lo) *lo = at;
    } else if (k < 0.0) {
        const double at = a / -k;
        if (at < *hi) *hi = at;
    } else if (a < 0.0) {
        *now = true;
    }
}

/* With several symbols equity depends on all of them: then every bar is looked at. */
void wk_pine_margin_bounds(const wick_run *r, int32_t s, double *lo, double *hi, bool *now)
{
    const wk_pine *p = &r->pine[s];
    const double pos = r->sym[s].pos, pv = r->feed[s].point_value, mark = wk_mark(r, s);
    const double own = wk_pine_rate(r, pos > 0.0 ? 1 : -1);
    const double cash = wk_pine_equity(r, s, mark) - pos * pv * mark;
    const double slack = 1e-9 * (fabs(cash) + fabs(pos * pv * mark));
    if (pos != 0.0 && own > 0.0) {
        if (!r->solo) *now = true;
        const double k = pos * pv - fabs(pos) * pv * own;
        /* All paid: equity less margin does not depend on the price. */
        if (fabs(k) > 1e-12 * fabs(pos) * pv)
            below_zero(cash - slack, k, lo, hi, now);
        else if (cash < -slack)
            *now = true;
    }
    for (int32_t i = 0; i < p->ords.n; i++) {
        const wk_pord *o = wk_pord_at(p, i);
        const double rate = wk_pine_rate(r, o->side);
        if (o->kind != WK_PQ_ENTRY || o->type == WICK_MARKET || rate == 0.0) continue;
        if (!r->solo) *now = true;
        const double size = fabs(pos + o->side * (o->qty + o->rev));
        below_zero(cash - slack, pos * pv - size * pv * rate, lo, hi, now);
    }
}
