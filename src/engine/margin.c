/* SPDX-License-Identifier: MIT */
/* Margin calls (portfolio_engine.md G2 phase close, G4): equity is held against margin_maintenance
 * percent of the value of all positions, at the open, at every point of the path and at the close.
 * Under margin_call=whole the price itself is watched between two points. */
#include "engine/hedge.h"
#include "engine/margin.h"

typedef struct standing {
    double equity, need;
} standing;

static double rate(const wick_run *r)
{
    return r->set.margin_maintenance / 100.0;
}

/* Where symbol s stands now: on its path while bars are walked, at its last close otherwise. */
static double price_now(const wick_run *r, int32_t s)
{
    return r->walking && r->active[s] ? r->sym[s].px : wk_mark(r, s);
}

static double gross_units(const wick_run *r, int32_t s)
{
    double sum = 0.0;
    for (int32_t slot = r->sym[s].lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next)
        sum += wk_lot_at(r, slot)->qty;
    return sum;
}

static standing look(const wick_run *r)
{
    wick_sum e = {r->cash, 0.0}, v = {0.0, 0.0};
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        const wk_sym *y = &r->sym[s];
        if (y->lots == 0) continue;
        const double p = price_now(r, s);
        wick_sum_add(&e, y->a + y->b * p);
        wick_sum_add(&v, gross_units(r, s) * fabs(p) * r->feed[s].point_value);
    }
    return (standing){wick_sum_get(&e), rate(r) * wick_sum_get(&v)};
}

static bool is_short(const standing *k)
{
    return k->equity < k->need - 1e-11 * (fabs(k->equity) + k->need);
}

/* equity(p) - need(p) is a straight line in the price of one symbol. */
static double met_at(const wick_run *r, int32_t s, const standing *k)
{
    const wk_sym *y = &r->sym[s];
    const double now = price_now(r, s), units = gross_units(r, s) * r->feed[s].point_value;
    const double slope = y->b - rate(r) * units;
    if (y->lots == 0 || !(now > 0.0) || slope == 0.0) return WICK_NA;
    const double p = now - (k->equity - k->need) / slope;
    return p > 0.0 && isfinite(p) ? p : WICK_NA;
}

double wk_liquidation_price(const wick_run *r, int32_t s)
{
    if (r->set.margin_call == WK_CALL_OFF || r->sym[s].lots == 0) return WICK_NA;
    const standing k = look(r);
    return met_at(r, s, &k);
}

bool wk_margin_meets(const wick_run *r, int32_t s, double to, double *px)
{
    const wk_sym *y = &r->sym[s];
    if (r->set.margin_call != WK_CALL_WHOLE || y->lots == 0) return false;
    const standing k = look(r);
    if (is_short(&k)) {
        *px = y->px;
        return true;
    }
    const double p = met_at(r, s, &k);
    const bool down = y->b - rate(r) * gross_units(r, s) * r->feed[s].point_value > 0.0;
    if (isnan(p) || (down ? to > p || p > y->px : to < p || p < y->px)) return false;
    *px = p;
    return true;
}

static void call(wick_run *r, int32_t s, double qty, int32_t seg)
{
    const int32_t bar = r->bar_of[s], side = r->sym[s].pos > 0.0 ? -1 : 1;
    const double px = price_now(r, s), held = gross_units(r, s);
    const bool all = !(qty < held);
    const int32_t sub = seg < 4 ? r->sym[s].sub : 0;
    const wk_at at = {.bar = bar, .sub = sub, .seg = (int8_t)seg, .next = seg >= 4, .px = px};
    if (!wk_hedges(r)) {
        wk_close_some(r, s, qty, WICK_BY_MARGIN,
                      wk_fill_price(r, s, bar, px, side, WICK_MARKET, true, all ? held : qty), &at);
        return;
    }
    /* The larger side first; all of it is both. */
    for (int k = 0; k < (all ? 2 : 1) && r->status >= 0; k++) {
        const double longs = wk_side_units(r, s, 1), shorts = wk_side_units(r, s, -1);
        const int32_t d = longs >= shorts ? 1 : -1;
        const double units = d > 0 ? longs : shorts, q = qty < units ? qty : units;
        if (units > 0.0)
            wk_close_side(r, s, d, q, WICK_BY_MARGIN,
                          wk_fill_price(r, s, bar, px, -d, WICK_MARKET, true, q), &at);
    }
}

void wk_margin_whole(wick_run *r, int32_t seg)
{
    for (int32_t i = 0; i < r->n_watch && r->status >= 0; i++) {
        const int32_t s = r->watch[i];
        if (r->active[s] && r->sym[s].lots > 0) call(r, s, WK_INF, seg);
    }
}

/* Of the positions that can be traded now the one that needs most margin, ties by symbol. */
static int32_t heaviest(const wick_run *r)
{
    int32_t best = WK_NONE;
    double most = 0.0;
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        if (!r->active[s] || r->sym[s].lots == 0) continue;
        const double v = gross_units(r, s) * fabs(price_now(r, s)) * r->feed[s].point_value;
        if (v > most) {
            most = v;
            best = s;
        }
    }
    return best;
}

/* Units whose closing frees what is missing, whole steps upwards. */
static double least_units(const wick_run *r, int32_t s, double missing)
{
    const wk_feed *f = &r->feed[s];
    const double unit = fabs(price_now(r, s)) * f->point_value * rate(r);
    const double want = missing / unit, down = wk_round_qty(r, s, want);
    if (!(f->step > 0.0) || down == want) return want;
    return wk_round_qty(r, s, down + f->step * 1.5);
}

/* TradingView's rule: what is missing, floored to whole steps, four times. */
static double four_units(const wick_run *r, int32_t s, double missing)
{
    const wk_feed *f = &r->feed[s];
    const double q =
        4.0 * wk_round_qty(r, s, missing / rate(r) / (fabs(price_now(r, s)) * f->point_value));
    return q > 0.0 ? q : f->step > 0.0 ? f->step : 1.0;
}

void wk_margin_point(wick_run *r, int32_t seg)
{
    const bool whole = r->set.margin_call == WK_CALL_WHOLE || !(rate(r) > 0.0);
    /* Fees and slippage of a call may make another one due; each closes at least a step. */
    for (int k = 0; k < 64 && r->status >= 0; k++) {
        const standing now = look(r);
        if (!is_short(&now)) return;
        if (whole) {
            wk_margin_whole(r, seg);
            return;
        }
        const int32_t s = heaviest(r);
        if (s == WK_NONE) return;
        const double missing = now.need - now.equity, held = gross_units(r, s);
        const bool tv = r->set.margin_call == WK_CALL_TV;
        const double q = tv ? four_units(r, s, missing) : least_units(r, s, missing);
        call(r, s, q < held ? q : WK_INF, seg);
        if (tv) return;
    }
}
