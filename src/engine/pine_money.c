/* SPDX-License-Identifier: MIT */
/* Pine orders: the price grid, whole lots, default sizes, fees and equity (sections 6.3, 7). */
#include <float.h>

#include "engine/carry.h"
#include "engine/pine.h"

/* ---- prices ------------------------------------------------------------------------------- */

static double to_ticks(const wk_feed *f, double price)
{
    return f->per_tick > 0.0 ? price * f->per_tick : price / f->tick;
}

static double of_ticks(const wk_feed *f, double n)
{
    return f->per_tick > 0.0 ? n / f->per_tick : n * f->tick;
}

double wk_pine_grid(const wk_feed *f, double price)
{
    return of_ticks(f, wk_floor(to_ticks(f, price) + 0.5));
}

/* A level within 1e-4 of a tick counts as on the grid (measured on TradingView). */
double wk_pine_level(const wk_feed *f, double price, int32_t up)
{
    const double k = to_ticks(f, price), n = wk_floor(k + 0.5);
    if (fabs(k - n) < 1e-4) return of_ticks(f, n);
    return of_ticks(f, up > 0 ? -wk_floor(-k) : wk_floor(k));
}

double wk_pine_slip(const wick_run *r, int32_t s, double price, int32_t side)
{
    const wick_settings *k = &r->set;
    const double by =
        fabs(price) * (k->spread / 200.0 + k->slip_pct / 100.0) + k->slip_ticks * r->feed[s].tick;
    return wk_pine_grid(&r->feed[s], price + side * by);
}

/* ---- quantities --------------------------------------------------------------------------- */

static double steps(const wk_feed *f, double n)
{
    return f->per_step > 0.0 ? n / f->per_step : n * f->step;
}

/* Whole units are whole steps wherever a unit is. */
static bool whole(const wk_feed *f, double qty)
{
    return f->per_step > 0.0 && fabs(qty) < 1e9 && qty == (double)(int32_t)qty;
}

double wk_pine_qty(const wk_feed *f, double qty)
{
    if (whole(f, qty)) return qty;
    if (!(f->step > 0.0)) return fabs(qty) < 1e-12 ? 0.0 : qty;
    const double n = f->per_step > 0.0 ? qty * f->per_step : qty / f->step;
    return steps(f, wk_floor(n + 0.5));
}

/* The shortest decimal of the double decides, not the quotient's last bit: 0.29 on a step of 0.01
 * is 29 steps, and the double below 0.29 is 28. */
double wk_pine_floor(const wk_feed *f, double qty)
{
    if (!(f->step > 0.0) || (qty >= 0.0 && whole(f, qty))) return qty;
    double n = wk_floor(qty / f->step + 0.5);
    while (n > 0.0 && steps(f, n) > qty) n -= 1.0;
    return n > 0.0 ? steps(f, n) : 0.0;
}

/* Whole steps of a quantity that was computed: a whole number of steps may come out a few ulps
 * below itself, and is one all the same. */
static double whole_steps(const wk_feed *f, double qty)
{
    const double n = f->per_step > 0.0 ? qty * f->per_step : qty / f->step;
    const double near = wk_floor(n + 0.5);
    const double slack = 8.0 * DBL_EPSILON * n + 1e-9;
    return n - near <= slack && near - n <= slack ? near : wk_floor(n);
}

double wk_pine_room(const wk_feed *f, double qty)
{
    if (!(qty > 0.0)) return 0.0;
    return f->step > 0.0 ? steps(f, whole_steps(f, qty)) : qty;
}

/* A share below one step is one step (measured on TradingView for close and exit, both sides). */
double wk_pine_share(const wk_feed *f, double qty, double percent)
{
    const double part = qty * (percent * 0.01);
    if (!(f->step > 0.0) || !(part > 0.0)) return part > 0.0 ? part : 0.0;
    const double n = whole_steps(f, part);
    if (n < 1.0) return whole_steps(f, qty) >= 1.0 ? steps(f, 1.0) : 0.0;
    return steps(f, n);
}

/* ---- money -------------------------------------------------------------------------------- */

/* Half up to ten significant digits. */
double wk_pine_round10(double v)
{
    const double a = fabs(v);
    if (!(a > 1e-300 && a < 1e300)) return v;
    double top = 1.0, scale = 1e9;
    while (a >= top * 10.0) {
        top *= 10.0;
        scale /= 10.0;
    }
    while (a < top) {
        top /= 10.0;
        scale *= 10.0;
    }
    const double by = scale >= 1.0 ? floor(scale + 0.5) : floor(1.0 / scale + 0.5);
    const double k = floor((scale >= 1.0 ? a * by : a / by) + 0.5);
    const double w = scale >= 1.0 ? k / by : k * by;
    return v < 0.0 ? -w : w;
}

double wk_pine_net(const wick_run *r, int32_t s)
{
    const wk_pine *p = &r->pine[s];
    return p->gross_profit - p->gross_loss - p->open_fees;
}

static double open_profit(const wick_run *r, int32_t s, double price)
{
    const wk_sym *y = &r->sym[s];
    if (y->lots == 0) return 0.0;
    const double side = y->pos > 0.0 ? 1.0 : -1.0;
    return (y->pos * price - side * y->cost) * r->feed[s].point_value;
}

double wk_pine_equity(const wick_run *r, int32_t s, double price)
{
    double sum = r->cash0 + wk_pine_net(r, s) + open_profit(r, s, price);
    if (r->begins) sum += wk_flows(r);
    for (int32_t k = 0; !r->solo && k < r->n_sym; k++) {
        if (k != s) sum += wk_pine_net(r, k) + open_profit(r, k, wk_mark(r, k));
    }
    return sum;
}

double wk_pine_rate(const wick_run *r, int32_t side)
{
    return (side > 0 ? r->set.margin_long : r->set.margin_short) / 100.0;
}

double wk_pine_others(const wick_run *r, int32_t s)
{
    double sum = 0.0;
    for (int32_t k = 0; !r->solo && k < r->n_sym; k++) {
        const wk_sym *y = &r->sym[k];
        if (k == s || y->lots == 0) continue;
        sum += fabs(y->pos) * wk_mark(r, k) * r->feed[k].point_value *
               wk_pine_rate(r, y->pos > 0.0 ? 1 : -1);
    }
    return sum;
}

double wk_pine_default_money(const wick_run *r, int32_t s, int32_t kind, double amount)
{
    if (kind == WICK_SIZE_CASH) return amount;
    const double of =
        kind == WICK_SIZE_PCT_CASH ? r->cash : wk_pine_equity(r, s, wk_pine_mark(r, s));
    const double money = of * amount / 100.0;
    return (money < 1e7 ? wk_pine_round10(money) : money) - r->set.fee_order;
}

double wk_pine_money_qty(const wick_run *r, int32_t s, int32_t kind, double money, double price)
{
    const wk_feed *f = &r->feed[s];
    double unit = price * f->point_value;
    if (kind != WICK_SIZE_CASH) unit = unit * (1.0 + r->set.fee_pct / 100.0) + r->set.fee_unit;
    const double q = money / unit;
    if (!(q > 0.0 && q < 1e300)) return 0.0;
    return wk_pine_room(f, q);
}

double wick_pine_default_qty(const wick_run *r, int32_t s, double price)
{
    if (r->pine == NULL || s < 0 || s >= r->n_sym || r->bar_of[s] < 0) return WICK_NA;
    const int32_t kind = wk_default_kind(r);
    const double amount = r->set.size_amount;
    if (kind == WICK_SIZE_DEFAULT || kind == WICK_SIZE_UNITS)
        return wk_pine_floor(&r->feed[s], amount);
    if (!(price > 0.0)) return WICK_NA;
    return wk_pine_money_qty(r, s, kind, wk_pine_default_money(r, s, kind, amount), price);
}

/* Results are counted by what is left after fees; even is exactly zero. */
void wk_pine_settle(wick_run *r, int32_t s)
{
    wk_pine *p = &r->pine[s];
    const wk_sym *y = &r->sym[s];
    for (; p->settled < r->trades.n; p->settled++) {
        const wick_trade_rec *t = (const wick_trade_rec *)r->trades.p + p->settled;
        if (t->symbol != s) continue;
        if (!r->solo) {
            int32_t *to = wk_vec_push(r, &p->trades, sizeof *to);
            if (to == NULL) return;
            *to = p->settled;
        }
        const double net = r->set.trade_pnl == WK_PNL_NET ? t->pnl : t->pnl - t->fees;
        const double pct = net / (t->entry_price * t->qty * r->feed[s].point_value) * 100.0;
        p->commission += t->fees;
        if (net > 0.0)
            p->pct_wins += pct;
        else
            p->pct_losses += pct;
        if (net > 0.0) {
            p->gross_profit += net;
            p->wins++;
        } else if (net < 0.0) {
            p->gross_loss -= net;
            p->losses++;
        } else {
            p->evens++;
        }
    }
    p->open_fees = 0.0;
    if (r->has_fees) {
        for (int32_t l = y->lot; l != WK_NONE; l = wk_lot_at(r, l)->next)
            p->open_fees += wk_lot_at(r, l)->fee;
    }
    const double held = fabs(y->pos);
    if (held > p->max_held) p->max_held = held;
    if (y->pos > p->max_long) p->max_long = y->pos;
    if (-y->pos > p->max_short) p->max_short = -y->pos;
}
