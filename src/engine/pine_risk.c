/* SPDX-License-Identifier: MIT */
/* Pine orders: strategy.risk.* and the day they count in (section 9). */
#include "engine/pine.h"

#include <string.h>

enum {
    RULE_ALLOW = 1,
    RULE_MAX_SIZE,
    RULE_MAX_DRAWDOWN,
    RULE_MAX_ORDERS,
    RULE_DAY_LOSS,
    RULE_LOSS_DAYS
};

/* Rules are stated on every bar, usually alike; each call sets its rule anew. */
int32_t wick_pine_risk(wick_run *r, int32_t s, int32_t rule, double value, int32_t percent)
{
    if (r->pine == NULL || s < 0 || s >= r->n_sym) return 0;
    wk_prisk *k = &r->pine[s].risk;
    const wk_prisk before = *k;
    const double v = value > 0.0 ? value : WICK_NA;
    const int32_t count = value >= 1.0 && value < 1e9 ? (int32_t)value : 0;
    switch (rule) {
    case RULE_ALLOW: k->allow = value > 0.0 ? 1 : value < 0.0 ? -1 : 0; break;
    case RULE_MAX_SIZE: k->max_size = v; break;
    case RULE_MAX_DRAWDOWN:
        k->drawdown = v;
        k->drawdown_pct = percent != 0;
        break;
    case RULE_MAX_ORDERS: k->max_orders = count; break;
    case RULE_DAY_LOSS:
        k->day_loss = v;
        k->day_loss_pct = percent != 0;
        break;
    case RULE_LOSS_DAYS: k->max_loss_days = count; break;
    default: return 0;
    }
    k->any =
        wk_has(k->drawdown) || wk_has(k->day_loss) || k->max_loss_days > 0 || k->max_orders > 0;
    if (k->any && !before.any) {
        wk_pine_day(r, s);
        wk_pine_touch(r, s);
    }
    return 1;
}

/* Before trading may begin: the bar before the first on which something may fill places its orders,
 * and where orders fill at their own close that first bar does. */
static bool early(const wick_run *r, int32_t s)
{
    const wk_feed *f = &r->feed[s];
    const int32_t bar = r->set.delay == 0 ? r->bar_of[s] : wk_pine_due(r, s);
    if (r->gate_tick == 0 || bar >= f->n) return false;
    return (f->tick_of != NULL ? f->tick_of[bar] : bar) < r->gate_tick;
}

bool wk_pine_blocked(wick_run *r, int32_t s)
{
    const wk_pine *p = &r->pine[s];
    wk_pine_day(r, s);
    return p->halted || p->day_full || early(r, s);
}

static void close_everything(wk_pwalk *w, const char *why, double price)
{
    wick_run *r = w->r;
    wk_pine_cancel_everything(r, w->s);
    const double pos = r->sym[w->s].pos;
    if (pos == 0.0) return;
    const int32_t side = pos > 0.0 ? -1 : 1, signal = wick_run_tag(r, why);
    const wick_order_rec rec = {.side = (int8_t)side,
                                .type = WICK_MARKET,
                                .intent = WICK_REDUCE,
                                .qty = fabs(pos),
                                .limit = WICK_NA,
                                .stop = WICK_NA};
    const int32_t id = wk_pine_number(r, w->s, &rec, signal, 0);
    if (id == 0) return;
    const wk_deal d = {.side = side,
                       .id = id,
                       .signal = signal,
                       .reason = WICK_BY_RISK,
                       .type = WICK_MARKET,
                       .close = fabs(pos),
                       .price = price,
                       .shown = WICK_NA,
                       .placed_bar = w->bar};
    wk_pine_deal(w, &d);
}

static int64_t day_of(const wick_run *r, int32_t s)
{
    const wk_feed *f = &r->feed[s];
    const int64_t t = f->time[r->bar_of[s]];
    const int64_t wall = t + (f->tz != NULL ? wick_tz_offset(f->tz, t) : 0);
    return wall >= 0 ? wall / WICK_MS_DAY : (wall + 1) / WICK_MS_DAY - 1;
}

void wk_pine_day(wick_run *r, int32_t s)
{
    wk_pine *p = &r->pine[s];
    if (!p->risk.any) return;
    const int64_t day = day_of(r, s);
    if (day == p->day) return;
    /* The equity a day ends with is that of the close before this bar. */
    const double end = r->equity;
    if (p->day != INT64_MIN && p->risk.max_loss_days > 0) {
        p->loss_days = end < p->last_day_equity ? p->loss_days + 1 : 0;
        if (p->loss_days >= p->risk.max_loss_days) p->halted = true;
    }
    p->last_day_equity = p->day_equity = end;
    p->day = day;
    p->day_orders = 0;
    p->day_full = false;
}

/* The n-th fill of a day closes the position at once: at its own price, or at the bar's favourable
 * extreme when it was a stop entry inside the bar. */
void wk_pine_counted(wk_pwalk *w, const wk_deal *d)
{
    wk_pine *p = w->p;
    if (p->risk.max_orders == 0 || p->day_full) return;
    if (++p->day_orders < p->risk.max_orders) return;
    p->day_full = true;
    double price = d->price;
    if (d->intrabar_stop && w->r->sym[w->s].pos != 0.0) price = d->side > 0 ? w->high : w->low;
    close_everything(w, "Close Position (Max number of filled orders in one day)", price);
}

static bool breached(double loss, double limit, bool percent, double base)
{
    return wk_has(limit) && loss >= (percent ? base * limit / 100.0 : limit);
}

/* The largest loss of a day is watched along the path: what is held goes at the worst price of the
 * bar when that is too much, with slippage, and the day is over (measured on TradingView). */
void wk_pine_day_loss(wk_pwalk *w, double price)
{
    wk_pine *p = w->p;
    wick_run *r = w->r;
    const double pos = r->sym[w->s].pos;
    if (p->day_full || p->day_equity <= 0.0 || pos == 0.0) return;
    const double equity = wk_pine_equity(r, w->s, price);
    if (!breached(p->day_equity - equity, p->risk.day_loss, p->risk.day_loss_pct, p->day_equity))
        return;
    p->day_full = true;
    close_everything(w, "Close Position (Max intraday loss reached)",
                     wk_pine_slip(r, w->s, price, pos > 0.0 ? -1 : 1));
}

/* Too many losing days are known when the next one begins: at its open, before any order. */
void wk_pine_halted(wk_pwalk *w)
{
    close_everything(w, "Close Position (Max consecutive loss days reached)", w->open);
}

/* Looked at once per bar, at its close, before the script. */
void wk_pine_rules(wk_pwalk *w)
{
    wk_pine *p = w->p;
    wick_run *r = w->r;
    if (!p->risk.any || p->halted) return;
    const double equity = wk_pine_equity(r, w->s, w->close);
    const bool traded = p->checked < p->settled;
    p->checked = p->settled;
    if (traded && wk_has(p->risk.drawdown)) {
        const double realised = r->cash0 + wk_pine_net(r, w->s);
        if (realised > p->peak_equity) p->peak_equity = realised;
        if (breached(p->peak_equity - equity, p->risk.drawdown, p->risk.drawdown_pct,
                     p->peak_equity)) {
            p->halted = true;
            close_everything(w, "Close Position (Max drawdown reached)", w->close);
            return;
        }
    }
    if (!p->day_full && p->day_equity > 0.0 &&
        breached(p->day_equity - equity, p->risk.day_loss, p->risk.day_loss_pct, p->day_equity)) {
        p->day_full = true;
        close_everything(w, "Close Position (Max intraday loss reached)", w->close);
    }
}
