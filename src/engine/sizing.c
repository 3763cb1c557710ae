/* SPDX-License-Identifier: MIT */
/* Amounts into units (portfolio_engine.md G5): percent sizes use equity at decision time, so that
 * all symbols decided at one tick are sized from the same number; rounding is toward zero. */
#include "engine/engine_int.h"

double wk_floor_step(double qty, double step, double per_step)
{
    if (!(step > 0.0)) return qty;
    double n = wk_floor(per_step > 0.0 ? qty * per_step : qty / step);
    /* Division may fall just below a multiple that is there: 0.29 / 0.01 is 28.999999999999996. */
    const double up = per_step > 0.0 ? (n + 1.0) / per_step : (n + 1.0) * step;
    if (up <= qty) n += 1.0;
    return per_step > 0.0 ? n / per_step : n * step;
}

double wk_whole(double x, double y)
{
    const double rest = fmod(x, y);
    return wk_floor((x - rest) / y + 0.5);
}

double wk_round_qty(const wick_run *r, int32_t s, double qty)
{
    const wk_feed *f = &r->feed[s];
    return qty < 0.0 ? -wk_floor_step(-qty, f->step, f->per_step)
                     : wk_floor_step(qty, f->step, f->per_step);
}

double wk_stop_distance(const wk_bracket *b, double ref)
{
    if (wk_given_price(b->stop_price)) return fabs(ref - b->stop_price);
    if (wk_given(b->stop_points)) return b->stop_points;
    if (wk_given(b->stop_pct)) return ref * b->stop_pct / 100.0;
    if (wk_given(b->trail_points)) return b->trail_points;
    if (wk_given(b->trail_pct)) return ref * b->trail_pct / 100.0;
    return 0.0;
}

double wk_units(const wick_run *r, int32_t s, int32_t kind, double amount, double stop, double ref)
{
    const double unit = ref * r->feed[s].point_value;
    const double free = r->member ? r->share * wk_free(r) : r->cash;
    double q;
    switch (kind) {
    case WICK_SIZE_CASH: q = amount / unit; break;
    case WICK_SIZE_PCT_EQUITY: q = wk_base(r) * amount / 100.0 / unit; break;
    case WICK_SIZE_PCT_CASH:
        /* What is left after spending all of it is rounding, not cash. */
        q = free > 1e-9 * fabs(r->equity) ? free * amount / 100.0 / unit : 0.0;
        break;
    case WICK_SIZE_RISK_PCT:
        q = stop > 0.0 ? wk_base(r) * (amount / 100.0) / (stop * r->feed[s].point_value) : 0.0;
        break;
    case WICK_SIZE_TARGET_CASH: return wk_round_qty(r, s, amount / unit);
    case WICK_SIZE_TARGET_PCT: return wk_round_qty(r, s, wk_base(r) * amount / 100.0 / unit);
    case WICK_SIZE_TARGET_UNITS: return wk_round_qty(r, s, amount);
    default: q = amount; break;
    }
    /* Equity or a price at or below zero buys nothing; the comparison also refuses NA. */
    return q > 0.0 && q <= 1e300 ? wk_round_qty(r, s, q) : 0.0;
}
