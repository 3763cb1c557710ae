/* SPDX-License-Identifier: MIT */
/* Pine orders: what strategy.* answers (section 15). All of it is the state after the bar's fills;
 * equity is the account's, the rest the symbol's own. */
#include "engine/carry.h"
#include "engine/pine.h"

#include <string.h>

static void largest(double *v, double candidate)
{
    if (candidate > *v) *v = candidate;
}

/* Largest fall and rise of equity: from the highest realised equity down to what the position is
 * worth at a bar's worst price, from the account at the cheapest entry up to its best price. A bar
 * counts with what is held after its fills, so this is called before they change the position, for
 * the bars until then, and when somebody asks. Percentages are of the higher end (measured on
 * TradingView). */
void wk_pine_ranges(wick_run *r, int32_t s, int32_t to)
{
    wk_pine *p = &r->pine[s];
    const wk_sym *y = &r->sym[s];
    const wk_feed *f = &r->feed[s];
    if (to <= p->ranged) return;
    const double realised = r->cash0 + wk_pine_net(r, s);
    const double cost = y->pos > 0.0 ? y->cost : -y->cost;
    double down = 0.0, up = 0.0;
    for (int32_t i = p->ranged + 1; y->lots > 0 && i <= to; i++) {
        const double at_low = y->pos * f->f[WICK_LOW][i] - cost;
        const double at_high = y->pos * f->f[WICK_HIGH][i] - cost;
        largest(&down, -at_low);
        largest(&down, -at_high);
        largest(&up, at_low);
        largest(&up, at_high);
    }
    largest(&p->top, realised);
    const double fall = p->top - realised + down * f->point_value;
    const double rise = realised + up * f->point_value - p->bottom;
    largest(&p->max_drawdown, fall);
    largest(&p->max_runup, rise);
    if (p->top > 0.0) largest(&p->max_drawdown_pct, fall / p->top * 100.0);
    if (p->bottom + rise > 0.0) largest(&p->max_runup_pct, rise / (p->bottom + rise) * 100.0);
    p->ranged = to;
}

/* The account as an entry finds it: its own fee is paid, a gain of what is held already counts. */
void wk_pine_anchor(wick_run *r, int32_t s, double gain)
{
    wk_pine *p = &r->pine[s];
    const double mark = r->cash0 + wk_pine_net(r, s) + (gain > 0.0 ? gain : 0.0);
    if (mark < p->bottom) p->bottom = mark;
}

static double liquidation(const wick_run *r, int32_t s)
{
    const wk_sym *y = &r->sym[s];
    if (y->lots == 0) return WICK_NA;
    const wk_feed *f = &r->feed[s];
    const int32_t dir = y->pos > 0.0 ? 1 : -1;
    const double held = fabs(y->pos), rate = wk_pine_rate(r, dir), below = rate - dir;
    if (below == 0.0 || rate == 0.0) return WICK_NA;
    const double cash = (r->cash0 + wk_pine_net(r, s)) / (f->point_value * held);
    return wk_pine_level(f, (cash - dir * (y->cost / held)) / below, -dir);
}

static int32_t closed_count(const wick_run *r, int32_t s)
{
    return r->solo ? r->trades.n : r->pine[s].trades.n;
}

static double ratio(double v, double of)
{
    return of != 0.0 ? v / of : WICK_NA;
}

static double open_pnl(const wick_run *r, int32_t s)
{
    const wk_sym *y = &r->sym[s];
    if (y->lots == 0) return 0.0;
    const double side = y->pos > 0.0 ? 1.0 : -1.0;
    return (y->pos * wk_pine_mark(r, s) - side * y->cost) * r->feed[s].point_value;
}

double wick_pine_value(wick_run *r, int32_t s, int32_t what)
{
    if (r->pine == NULL || s < 0 || s >= r->n_sym) return WICK_NA;
    const wk_pine *p = &r->pine[s];
    const wk_sym *y = &r->sym[s];
    const double closed = closed_count(r, s), net = wk_pine_net(r, s), start = r->cash0;
    switch (what) {
    case WICK_PINE_POSITION: return y->pos;
    case WICK_PINE_AVG_PRICE: return y->lots > 0 ? y->cost / fabs(y->pos) : WICK_NA;
    case WICK_PINE_EQUITY: return wk_pine_equity(r, s, wk_pine_mark(r, s));
    case WICK_PINE_NETPROFIT: return net;
    case WICK_PINE_OPENPROFIT: return open_pnl(r, s);
    case WICK_PINE_GROSSPROFIT: return p->gross_profit;
    case WICK_PINE_GROSSLOSS: return p->gross_loss;
    case WICK_PINE_INITIAL: return start;
    case WICK_PINE_OPENTRADES: return y->lots;
    case WICK_PINE_CLOSEDTRADES: return closed;
    case WICK_PINE_WINS: return p->wins;
    case WICK_PINE_LOSSES: return p->losses;
    case WICK_PINE_EVENS: return p->evens;
    case WICK_PINE_HELD_ALL: return p->max_held;
    case WICK_PINE_HELD_LONG: return p->max_long;
    case WICK_PINE_HELD_SHORT: return p->max_short;
    case WICK_PINE_NETPROFIT_PCT: return net / start * 100.0;
    case WICK_PINE_OPENPROFIT_PCT: return ratio(open_pnl(r, s), start + net) * 100.0;
    case WICK_PINE_GROSSPROFIT_PCT: return p->gross_profit / start * 100.0;
    case WICK_PINE_GROSSLOSS_PCT: return p->gross_loss / start * 100.0;
    case WICK_PINE_LIQUIDATION: return liquidation(r, s);
    case WICK_PINE_AVG_TRADE: return ratio(p->gross_profit - p->gross_loss, closed);
    case WICK_PINE_AVG_WIN: return ratio(p->gross_profit, p->wins);
    case WICK_PINE_AVG_LOSS: return ratio(p->gross_loss, p->losses);
    case WICK_PINE_AVG_TRADE_PCT: return ratio(p->pct_wins + p->pct_losses, closed);
    case WICK_PINE_AVG_WIN_PCT: return ratio(p->pct_wins, p->wins);
    case WICK_PINE_AVG_LOSS_PCT: return ratio(-p->pct_losses, p->losses);
    case WICK_PINE_ENTRY_NAME:
        return y->lots > 0 ? ((const wk_pinfo *)r->pinfo.p)[wk_lot_at(r, y->lot)->order - 1].tag
                           : 0;
    case WICK_PINE_CAPITAL_HELD:
        /* What the open trades were bought for, whatever the margin; without any margin, none. */
        if (wk_pine_rate(r, 1) == 0.0 && wk_pine_rate(r, -1) == 0.0) return WICK_NA;
        return y->lots > 0 ? fabs(y->cost) * r->feed[s].point_value : 0.0;
    default: break;
    }
    wk_pine_ranges(r, s, r->bar_of[s]);
    switch (what) {
    case WICK_PINE_MAX_DRAWDOWN: return p->max_drawdown;
    case WICK_PINE_MAX_RUNUP: return p->max_runup;
    case WICK_PINE_MAX_DRAWDOWN_PCT: return p->max_drawdown_pct;
    case WICK_PINE_MAX_RUNUP_PCT: return p->max_runup_pct;
    default: return WICK_NA;
    }
}

int64_t wick_pine_fills(const wick_run *r)
{
    return r->deals;
}

static int32_t tag_of(const wick_run *r, int32_t order, bool comment)
{
    if (order < 1 || order > r->pinfo.n) return 0;
    const wk_pinfo *i = (const wk_pinfo *)r->pinfo.p + (order - 1);
    return comment ? i->comment : i->tag;
}

/* An open trade looks like a closed one without an end. */
static bool open_trade(const wick_run *r, int32_t s, int32_t i, wick_trade_rec *t)
{
    int32_t k = r->sym[s].lot;
    while (k != WK_NONE && i-- > 0) k = wk_lot_at(r, k)->next;
    if (k == WK_NONE) return false;
    const wk_lot *l = wk_lot_at(r, k);
    const wk_feed *f = &r->feed[s];
    *t = (wick_trade_rec){.symbol = s,
                          .side = l->side,
                          .entry_order = l->order,
                          .entry_bar = l->bar,
                          .exit_bar = -1,
                          .entry_time = f->time[l->bar],
                          .qty = l->qty,
                          .entry_price = l->price,
                          .exit_price = WICK_NA,
                          .fees = l->fee,
                          .entry_fees = l->fee};
    t->pnl = l->side * (wk_pine_mark(r, s) - l->price) * l->qty * f->point_value;
    if (r->set.trade_pnl == WK_PNL_NET) t->pnl -= l->fee;
    wk_lot_excursion(r, l, r->bar_of[s], &t->mae, &t->mfe);
    return true;
}

static double field_of(const wick_run *r, const wick_trade_rec *t, bool open, int32_t field)
{
    const double pv = wk_point_at(r, t->symbol, open ? r->bar_of[t->symbol] : t->exit_bar);
    const double cost = t->entry_price * t->qty * pv;
    const double net = r->set.trade_pnl == WK_PNL_NET ? t->pnl : t->pnl - t->fees;
    /* The entry's fee lowers both excursions; the exit's is paid when they are over. */
    const double up = t->mfe * t->qty * pv - t->entry_fees;
    const double down = -t->mae * t->qty * pv + t->entry_fees;
    switch (field) {
    case WICK_PINE_F_ENTRY_PRICE: return t->entry_price;
    case WICK_PINE_F_EXIT_PRICE: return t->exit_price;
    case WICK_PINE_F_ENTRY_BAR: return t->entry_bar;
    case WICK_PINE_F_EXIT_BAR: return open ? WICK_NA : t->exit_bar;
    case WICK_PINE_F_ENTRY_TIME: return (double)t->entry_time;
    case WICK_PINE_F_EXIT_TIME: return open ? WICK_NA : (double)t->exit_time;
    case WICK_PINE_F_ENTRY_ID: return tag_of(r, t->entry_order, false);
    case WICK_PINE_F_EXIT_ID: return open ? 0 : tag_of(r, t->exit_order, false);
    case WICK_PINE_F_ENTRY_COMMENT: return tag_of(r, t->entry_order, true);
    case WICK_PINE_F_EXIT_COMMENT: return open ? 0 : tag_of(r, t->exit_order, true);
    case WICK_PINE_F_SIZE: return t->side * t->qty;
    case WICK_PINE_F_PROFIT: return net;
    case WICK_PINE_F_PROFIT_PCT: return net / cost * 100.0;
    case WICK_PINE_F_COMMISSION: return t->fees;
    case WICK_PINE_F_MAX_RUNUP: return up > 0.0 ? up : 0.0;
    case WICK_PINE_F_MAX_DRAWDOWN: return down > 0.0 ? down : 0.0;
    case WICK_PINE_F_MAX_RUNUP_PCT: return up > 0.0 ? up / cost * 100.0 : 0.0;
    case WICK_PINE_F_MAX_DRAWDOWN_PCT: return down > 0.0 ? down / cost * 100.0 : 0.0;
    default: return WICK_NA;
    }
}

double wick_pine_trade(const wick_run *r, int32_t s, int32_t open, int32_t field, double i)
{
    if (r->pine == NULL || s < 0 || s >= r->n_sym) return WICK_NA;
    const bool text = field >= WICK_PINE_F_ENTRY_ID && field <= WICK_PINE_F_EXIT_COMMENT;
    const double none = text ? 0.0 : field == WICK_PINE_F_SIZE && i < 0.0 ? 0.0 : WICK_NA;
    if (!(i >= 0.0 && i < 2e9)) return none;
    const int32_t at = (int32_t)i;
    wick_trade_rec t;
    if (open) {
        if (at >= r->sym[s].lots || !open_trade(r, s, at, &t)) return none;
    } else {
        if (at >= closed_count(r, s)) return none;
        const int32_t k = r->solo ? at : ((const int32_t *)r->pine[s].trades.p)[at];
        t = ((const wick_trade_rec *)r->trades.p)[k];
    }
    return field_of(r, &t, open != 0, field);
}
