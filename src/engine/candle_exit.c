/* SPDX-License-Identifier: MIT */
/* The exits of phases=candle: freqtrade's should_exit, ft_stoploss_adjust, min_roi_reached and
 * _get_close_rate. All are looked at against the whole candle, in the order signal, stop or
 * liquidation, roi, trailing stop; the first that has a price acts. */
#include "engine/candle.h"

/* ---- numbers ------------------------------------------------------------------------------ */

/* The nearest decimal of eight places, as Python's round: the error of the product decides what it
 * alone cannot. */
static double round8(double v)
{
    const double a = fabs(v), k = a * 1e8, err = fma(a, 1e8, -k);
    if (!(k < 4503599627370496.0)) return v;
    double n = wk_floor(k);
    const double rest = (k - n) - 0.5;
    if (rest + err > 0.0 || (rest + err == 0.0 && fmod(n, 2.0) != 0.0)) n += 1.0;
    return v < 0.0 ? -n / 1e8 : n / 1e8;
}

static double value(const wick_run *r, double qty, double rate, int32_t sign)
{
    return qty * rate * (1.0 + sign * (r->set.fee_pct / 100.0));
}

double wk_candle_profit(const wick_run *r, const wk_lot *l, double rate)
{
    const double in = value(r, l->qty, l->price, l->side), out = value(r, l->qty, rate, -l->side);
    if (in == 0.0) return 0.0;
    return round8((l->side > 0 ? out / in - 1.0 : 1.0 - out / in) * r->set.leverage);
}

/* calc_close_rate_for_roi */
static double rate_for(const wick_run *r, const wk_lot *l, double roi)
{
    const double want = 1.0 + l->side * (roi / r->set.leverage);
    return want * value(r, l->qty, l->price, l->side) / value(r, l->qty, 1.0, -l->side);
}

/* A stop off the price grid moves towards the position: up for longs, down for shorts. */
static double on_grid(const wick_run *r, int32_t s, int32_t side, double p)
{
    const wk_feed *f = &r->feed[s];
    if (r->set.price_rounding != WK_ROUND_TICK || !(f->tick > 0.0)) return p;
    const bool whole = f->per_tick > 0.0;
    const double n = wk_floor((whole ? p * f->per_tick : p / f->tick) + 0.5);
    for (int32_t k = -1; k <= 1; k++) {
        const double m = side > 0 ? n + k : n - k;
        const double v = whole ? m / f->per_tick : m * f->tick;
        if (side > 0 ? v >= p : v <= p) return v;
    }
    return p;
}

static double minutes(const wick_run *r, const wk_lot *l, int64_t time)
{
    const int64_t from = wk_candle_time(&r->feed[l->symbol], l->live_bar, l->live_sub);
    return floor((double)(time - from) / 60000.0);
}

/* ---- stops -------------------------------------------------------------------------------- */

/* adjust_stop_loss: level at this distance from a price. */
static double level_at(const wick_run *r, const wk_lot *l, double price, double distance)
{
    const double share = fabs(distance / r->set.leverage);
    return on_grid(r, l->symbol, l->side, price * (1.0 - l->side * share));
}

/* Distance of a trailing stop that the entry brought, from this price; 0: none. */
static double own_trail(const wk_lot *l, double price)
{
    return l->trail_points > 0.0 ? l->trail_points : price * l->trail_pct / 100.0;
}

/* A stop that has moved has a level of its own in `trail`, beside which the distance in force is
 * kept, as a ratio of profit. */
static void move_stop(wk_lot *l, double level, double distance)
{
    if (l->side * (level - l->stop) <= 0.0) return;
    l->stop = l->trail.level = level;
    l->trail.extreme = distance;
}

void wk_candle_stop(const wick_run *r, wk_lot *l)
{
    l->trail.level = WICK_NA;
    l->trail.extreme = fabs(r->set.stoploss);
    if (isnan(l->stop) && r->set.stoploss != 0.0)
        l->stop = level_at(r, l, l->price, r->set.stoploss);
    const double by = own_trail(l, l->price);
    if (!(by > 0.0) || l->trail_start > 0.0) return;
    const double level = on_grid(r, l->symbol, l->side, l->price - l->side * by);
    if (isnan(l->stop) || l->side * (level - l->stop) > 0.0) l->stop = level;
}

/* ft_stoploss_adjust: the stop follows the candle's best price unless the candle has reached it. */
static void adjust(const wick_run *r, wk_lot *l, const wk_candle *c, double best)
{
    const wick_settings *k = &r->set;
    const double worst = l->side > 0 ? c->low : c->high, bound = l->side > 0 ? c->high : c->low;
    if (l->side * (worst - l->stop) <= 0.0) return;
    const double by = own_trail(l, bound);
    if (by > 0.0 && l->side * (bound - l->price) >= l->trail_start)
        move_stop(l, on_grid(r, l->symbol, l->side, bound - l->side * by),
                  by / bound * k->leverage);
    if (!k->trailing_stop) return;
    if (k->trailing_only_offset_is_reached && best < k->trailing_stop_positive_offset) return;
    double distance = fabs(k->stoploss);
    if (k->trailing_stop_positive > 0.0 && best > k->trailing_stop_positive_offset)
        distance = k->trailing_stop_positive;
    move_stop(l, level_at(r, l, bound, distance), distance);
}

/* Buffered price at which the margin is used up; NA: never. */
static double liquidation(const wick_run *r, const wk_lot *l)
{
    const wick_settings *k = &r->set;
    if (!(k->isolated_maintenance > 0.0)) return WICK_NA;
    const double keep = k->isolated_maintenance + k->fee_pct / 100.0, d = l->side;
    const double stake = l->price / k->leverage;
    const double p = (l->price - d * stake) / (1.0 - d * keep);
    const double q = p + d * (fabs(l->price - p) * k->liquidation_buffer);
    return q > 0.0 ? q : 0.0;
}

/* _get_close_rate_for_stoploss */
static double stop_rate(const wick_run *r, const wk_lot *l, const wk_candle *c, double level,
                        bool trailing)
{
    const wick_settings *k = &r->set;
    const double d = l->side;
    if (d > 0 ? level > c->high : level < c->low) return c->open; /* the whole candle is beyond */
    if (!trailing || minutes(r, l, c->time) > 0.0) return level;
    /* Moved on the candle of the entry: just as far as it takes, then straight down to it. */
    double p;
    if (k->trailing_only_offset_is_reached && k->trailing_stop_positive > 0.0)
        p = c->open * (1.0 + d * k->trailing_stop_positive_offset -
                       d * (k->trailing_stop_positive / k->leverage));
    else
        p = c->open * (1.0 - d * (l->trail.extreme / k->leverage));
    return d > 0 ? (p > c->low ? p : c->low) : p < c->high ? p : c->high;
}

/* ---- roi ---------------------------------------------------------------------------------- */

/* The row of minimal_roi in force; false: none yet. */
static bool roi_row(const wick_run *r, double held, double *from, double *roi)
{
    int32_t i = r->roi.n - 1;
    while (i >= 0 && r->roi.at[i][0] > held) i--;
    if (i < 0) return false;
    *from = r->roi.at[i][0];
    *roi = r->roi.at[i][1];
    return true;
}

/* _get_close_rate_for_roi; NA: not on this candle. */
static double roi_rate(const wick_run *r, const wk_lot *l, const wk_candle *c)
{
    const double frame =
        (double)wick_bars_info(wick_panel_bars(r->panel, l->symbol))->timeframe_ms / 60000.0;
    const double held = minutes(r, l, c->time), d = l->side;
    double from = 0.0, roi = 0.0;
    if (!roi_row(r, held, &from, &roi)) return c->open;
    const bool on_open = fmod(from, frame) == 0.0;
    if (roi == -1.0 && on_open) return c->open;
    const double rate = rate_for(r, l, roi);
    if (held > 0.0 && held == from && on_open && d * (c->open - rate) > 0.0) return c->open;
    /* On the candle of an entry below its open: a candle that ends against the position may have
     * had its extreme before the entry. */
    if (held == 0.0 && d * (c->open - c->close) > 0.0 && d * (c->open - l->price) > 0.0 &&
        d * (rate - c->close) > 0.0)
        return WICK_NA;
    const double p = rate > c->low ? rate : c->low;
    return p < c->high ? p : c->high;
}

/* ---- exits -------------------------------------------------------------------------------- */

/* Places an exit at a rate; what does not lie inside the candle stays open as an order. False:
 * there is such an order already, and the next reason has its turn. */
static bool leave(wick_run *r, int32_t slot, const wk_candle *c, double rate, int32_t reason,
                  int32_t type)
{
    const wk_lot *l = wk_lot_at(r, slot);
    const int32_t old = wk_candle_pending(r, c->s, false), side = -l->side;
    const double price = wk_candle_rate(r, c, rate, side, type);
    const int32_t own = reason == WICK_BY_SIGNAL ? c->exit : WK_NONE;
    if (old != WK_NONE) {
        if (wk_ord_at(r, old)->limit == price) return false;
        wk_ord_kill(r, old, WICK_FATE_CANCELLED);
    }
    int32_t made = own;
    if (own == WK_NONE) {
        made = wk_ord_new(r, c->s);
        if (made == WK_NONE) return true; /* the run is in error */
        wk_ord *o = wk_ord_at(r, made);
        o->side = (int8_t)side;
        o->intent = WICK_REDUCE;
        o->type = (int8_t)type;
        o->reason = reason;
        o->close_all = 1;
        o->qty = wk_lot_at(r, slot)->qty;
        o->placed_bar = o->due = c->bar;
        wk_ord_link(r, made);
    }
    wk_ord *o = wk_ord_at(r, made);
    const wick_signals *g = r->feed[c->s].signals;
    if (own == WK_NONE && g != NULL && g->expire > 0) wk_ord_expires(o, g->expire);
    o->armed = 1;
    o->live_bar = c->bar;
    o->live_sub = c->sub;
    o->limit = price;
    return true;
}

/* Price of an exit by signal: the open, or what the script's order asks for (custom_exit_price). */
static double signal_rate(const wick_run *r, const wk_lot *l, const wk_candle *c, int32_t *type)
{
    const wick_signals *g = r->feed[c->s].signals;
    double p = c->open, asked = WICK_NA;
    if (c->exit != WK_NONE)
        asked = wk_ord_at(r, c->exit)->limit;
    else if (g != NULL && g->exit_limit != NULL && c->bar > 0)
        asked = g->exit_limit[c->bar - 1];
    if (wk_given_price(asked)) p = asked;
    *type = wk_given_price(asked) ? WICK_LIMIT : WICK_MARKET;
    return l->side > 0 ? (p > c->low ? p : c->low) : p < c->high ? p : c->high;
}

/* A time exit that the entry brought: at its price of the bar (hold_fill), after everything else.
 */
static bool time_is_up(const wick_run *r, const wk_lot *l, const wk_candle *c)
{
    const wk_feed *f = &r->feed[c->s];
    return l->hold_bar <= c->bar && (c->sub == 0 || c->sub == f->fine_of[2 * c->bar + 1]);
}

static double hold_rate(const wick_run *r, const wk_lot *l, const wk_candle *c)
{
    const int32_t kind = l->hold_fill > 0 ? l->hold_fill - 1 : r->set.hold_fill;
    const double p = c->sub > 0 ? c->close : wk_bar_price(&r->feed[c->s], c->bar, kind);
    return p < c->low ? c->low : p > c->high ? c->high : p;
}

bool wk_candle_exit(wick_run *r, int32_t slot, const wk_candle *c)
{
    const wick_settings *k = &r->set;
    wk_lot *l = wk_lot_at(r, slot);
    const bool is_long = l->side > 0;
    const bool enter = is_long ? c->enter_long : c->enter_short;
    const bool exit = is_long ? c->exit_long : c->exit_short;
    const double worst = is_long ? c->low : c->high;
    const double now = wk_candle_profit(r, l, c->open);
    const double best = wk_candle_profit(r, l, is_long ? c->high : c->low);
    adjust(r, l, c, best);
    const double liq = liquidation(r, l);
    const bool stop = l->side * (l->stop - worst) >= 0.0;
    const bool trailing = stop && !isnan(l->trail.level);
    if (k->use_exit_signal && exit && !enter &&
        (!k->exit_profit_only || now > k->exit_profit_offset)) {
        int32_t type;
        const double p = signal_rate(r, l, c, &type);
        if (leave(r, slot, c, p, WICK_BY_SIGNAL, type)) return true;
    }
    if (stop && !trailing &&
        leave(r, slot, c, stop_rate(r, l, c, l->stop, false), WICK_BY_STOP_LOSS, WICK_STOP))
        return true;
    if (!stop && l->side * (liq - worst) >= 0.0 &&
        leave(r, slot, c, stop_rate(r, l, c, liq, false), WICK_BY_MARGIN, WICK_STOP))
        return true;
    double from, roi;
    if (!(enter && k->ignore_roi_if_entry_signal) &&
        roi_row(r, minutes(r, l, c->time), &from, &roi) && best > roi) {
        const double p = roi_rate(r, l, c);
        if (!isnan(p) && leave(r, slot, c, p, WICK_BY_STOP_PROFIT, WICK_LIMIT)) return true;
    }
    /* A target that the entry brought, in the place of a roi of its own. */
    const double good = is_long ? c->high : c->low;
    if (l->side * (good - l->target) >= 0.0) {
        const bool gap = l->side * (c->open - l->target) >= 0.0;
        const double p = gap ? c->open : l->target;
        if (leave(r, slot, c, p, WICK_BY_STOP_PROFIT, WICK_LIMIT)) return true;
    }
    if (trailing &&
        leave(r, slot, c, stop_rate(r, l, c, l->stop, true), WICK_BY_STOP_TRAILING, WICK_STOP))
        return true;
    return time_is_up(r, l, c) && leave(r, slot, c, hold_rate(r, l, c), WICK_BY_BARS, WICK_MARKET);
}
