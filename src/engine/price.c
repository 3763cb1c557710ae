/* SPDX-License-Identifier: MIT */
/* Prices of fills: kinds, slippage and spread, rounding, fees, and the path inside a bar. */
#include "engine/cost.h"

/* Half away from zero; |v| is far below 2^53 for any price in ticks. */
static double round_half_away(double v)
{
    return v < 0.0 ? -wk_floor(0.5 - v) : wk_floor(v + 0.5);
}

/* PyBroker's rounding to cents (scope.py, PriceScope): not that of the exact binary value. */
double wk_cents(double p)
{
    return round_half_away(p * 100.0) / 100.0;
}

/* As printf("%.2f"): nearest cent of the exact binary value, exact halves to even. The error term
 * of the product decides what p * 100 alone cannot. */
double wk_cents_exact(double p)
{
    const double a = fabs(p), k = a * 100.0, err = fma(a, 100.0, -k);
    double n = floor(k);
    const double rest = (k - n) - 0.5;
    const bool up = rest + err > 0.0 || (rest + err == 0.0 && fmod(n, 2.0) != 0.0);
    n += up ? 1.0 : 0.0;
    return p < 0.0 ? -n / 100.0 : n / 100.0;
}

double wk_bar_price(const wk_feed *f, int32_t bar, int32_t fill)
{
    const double h = f->f[WICK_HIGH][bar], l = f->f[WICK_LOW][bar];
    switch (fill) {
    case WICK_FILL_OPEN: return f->f[WICK_OPEN][bar];
    case WICK_FILL_MIDDLE: return l + (h - l) / 2.0;
    case WICK_FILL_AVERAGE: return (f->f[WICK_OPEN][bar] + l + h + f->f[WICK_CLOSE][bar]) / 4.0;
    case WICK_FILL_HIGH: return h;
    case WICK_FILL_LOW: return l;
    case WICK_FILL_VWAP: return (h + l + f->f[WICK_CLOSE][bar]) / 3.0;
    default: return f->f[WICK_CLOSE][bar];
    }
}

static double on_tick(const wk_feed *f, double n)
{
    return f->per_tick > 0.0 ? n / f->per_tick : n * f->tick;
}

static double to_tick(const wk_feed *f, int32_t bar, double p, int32_t side, bool is_limit)
{
    const double k = f->per_tick > 0.0 ? p * f->per_tick : p / f->tick;
    double n = round_half_away(k);
    /* A limit is never filled worse than it asked: off the grid it moves to the better side. */
    if (is_limit && fabs(k - n) > 1e-9) n = side > 0 ? wk_floor(k) : -wk_floor(-k);
    const double v = on_tick(f, n);
    const double hi = f->f[WICK_HIGH][bar], lo = f->f[WICK_LOW][bar];
    if (v >= lo && v <= hi) return v;
    /* The grid point nearest inside the bar; a bar between two grid points keeps the price. */
    const double w = on_tick(f, v > hi ? n - 1.0 : n + 1.0);
    return w >= lo && w <= hi && !is_limit ? w : p;
}

double wk_fill_price(wick_run *r, int32_t s, int32_t bar, double p, int32_t side, int32_t type,
                     bool rounded_market, double qty)
{
    const wk_feed *f = &r->feed[s];
    const wick_settings *k = &r->set;
    const bool slips = type == WICK_MARKET || type == WICK_STOP;
    const bool entries = k->spread_on == WK_SPREAD_ENTRY && k->phases == WK_PHASES_QUEUE;
    const double spread = entries ? 0.0 : k->spread;
    if (slips && (spread > 0.0 || k->slip_pct > 0.0 || k->slip_ticks > 0.0 || r->cost.slips)) {
        double by = fabs(p) * (spread / 200.0 + k->slip_pct / 100.0) + k->slip_ticks * f->tick;
        if (r->cost.slips) {
            const wk_bill b = {
                .s = s, .side = side, .type = type, .bar = bar, .qty = qty, .price = p};
            by = wk_slip_of(r, &b, by);
        }
        const double hi = f->f[WICK_HIGH][bar], lo = f->f[WICK_LOW][bar];
        const bool inside = p >= lo && p <= hi;
        p += side > 0 ? by : -by;
        if (inside && k->slip_outside == 0) p = p > hi ? hi : p < lo ? lo : p;
    }
    switch (k->price_rounding) {
    case WK_ROUND_TICK: return to_tick(f, bar, p, side, type == WICK_LIMIT);
    case WK_ROUND_CENTS: return rounded_market ? wk_cents(p) : p;
    case WK_ROUND_CENTS_EXACT: return rounded_market ? wk_cents_exact(p) : p;
    default: return p;
    }
}

double wk_fee(const wick_run *r, double qty, double price, double point_value)
{
    const wick_settings *k = &r->set;
    double value = fabs(price) * qty * point_value;
    if (k->fee_rounding == WK_FEE_ROUND_WHOLE) value = rint(value);
    const double fee = value * (k->fee_pct / 100.0) + k->fee_order + qty * k->fee_unit;
    return fee < k->fee_min ? k->fee_min : fee;
}

void wk_path(const wk_feed *f, int32_t bar, bool up_first, double pts[4])
{
    pts[0] = f->f[WICK_OPEN][bar];
    pts[1] = up_first ? f->f[WICK_HIGH][bar] : f->f[WICK_LOW][bar];
    pts[2] = up_first ? f->f[WICK_LOW][bar] : f->f[WICK_HIGH][bar];
    pts[3] = f->f[WICK_CLOSE][bar];
}

int32_t wk_path_meets(const double pts[4], double p)
{
    for (int32_t k = 1; k <= 3; k++) {
        const double a = pts[k - 1], b = pts[k];
        if (a <= b ? p >= a && p <= b : p <= a && p >= b) return k;
    }
    return 4;
}
