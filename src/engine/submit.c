/* SPDX-License-Identifier: MIT */
/* Requests of a script: checked field by field, sized with the numbers of the deciding moment, and
 * put into the book. Whatever is malformed is refused with a sentence and never reaches it. */
#include "engine/hedge.h"

#include <string.h>

enum { LARGEST_BARS = 1000000000 };
static const double LARGEST = 1e15;

static int32_t refuse(wick_run *r, const char *field, double found, const char *wants)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, found);
    snprintf(r->refusal, sizeof r->refusal, "order field %s is %s; it must be %s", field, text,
             wants);
    return WICK_E_ARG;
}

static int32_t refuse_state(wick_run *r, const char *why)
{
    snprintf(r->refusal, sizeof r->refusal, "%s", why);
    return WICK_E_STATE;
}

/* Zero and NA mean "not given" in every price and distance. */
static bool bad_price(double v, bool negative)
{
    return !isnan(v) && !(fabs(v) <= LARGEST && (v >= 0.0 || negative));
}

static int32_t check_ints(wick_run *r, const wick_order *o, bool target)
{
    if (o->symbol < 0 || o->symbol >= r->n_sym)
        return refuse(r, "symbol", o->symbol, "an index of the panel");
    if (!target && o->side != 1 && o->side != -1) return refuse(r, "side", o->side, "1 or -1");
    if (o->type < WICK_MARKET || o->type > WICK_STOP_LIMIT)
        return refuse(r, "type", o->type, "an order type");
    if (o->intent < WICK_ENTER || o->intent > WICK_NET)
        return refuse(r, "intent", o->intent, "an intent");
    if (o->size_kind < WICK_SIZE_DEFAULT || o->size_kind > WICK_SIZE_RISK_PCT) {
        return refuse(r, "size_kind", o->size_kind, "a size kind");
    }
    if (o->delay < -1 || o->delay > LARGEST_BARS)
        return refuse(r, "delay", o->delay, "-1 or a number of bars");
    if (o->expire < -1 || o->expire > LARGEST_BARS)
        return refuse(r, "expire", o->expire, "a number of bars");
    if (o->group < 0) return refuse(r, "group", o->group, "zero or a number of your own");
    if (o->group_type < WICK_GROUP_CANCEL || o->group_type > WICK_GROUP_REDUCE) {
        return refuse(r, "group_type", o->group_type, "a group type");
    }
    if (o->tag < -1 || o->tag > r->tags.n)
        return refuse(r, "tag", o->tag, "a number from wick_run_tag");
    if (o->fill < 0 || o->fill > WICK_FILL_VWAP + 1)
        return refuse(r, "fill", o->fill, "a fill price kind");
    if (o->exit_fill < 0 || o->exit_fill > WICK_FILL_VWAP + 1) {
        return refuse(r, "exit_fill", o->exit_fill, "a fill price kind");
    }
    if (o->target_fill < 0 || o->target_fill > WICK_FILL_VWAP + 1) {
        return refuse(r, "target_fill", o->target_fill, "a fill price kind");
    }
    if (o->hold_fill < 0 || o->hold_fill > WICK_FILL_VWAP + 1) {
        return refuse(r, "hold_fill", o->hold_fill, "a fill price kind");
    }
    if (o->hold_bars < 0 || o->hold_bars > LARGEST_BARS) {
        return refuse(r, "hold_bars", o->hold_bars, "a number of bars");
    }
    if (o->parent < 0 || o->parent > r->last_id)
        return refuse(r, "parent", o->parent, "the id of an order");
    return WICK_OK;
}

/* Whether a market order brings no price and no bracket at all, which is what most do. */
static bool is_bare(const wick_order *o)
{
    const double given = fabs(o->limit) + fabs(o->stop) + fabs(o->fill_price) +
                         fabs(o->stop_price) + fabs(o->stop_points) + fabs(o->stop_pct) +
                         fabs(o->target_price) + fabs(o->target_points) + fabs(o->target_pct) +
                         fabs(o->trail_points) + fabs(o->trail_pct) + fabs(o->trail_start) +
                         fabs(o->stop_limit);
    return given == 0.0 && o->type == WICK_MARKET && isfinite(o->score) && o->amount >= 0.0 &&
           o->amount <= LARGEST;
}

static int32_t check_numbers(wick_run *r, const wick_order *o, bool target)
{
    const bool negative = wick_bars_info(wick_panel_bars(r->panel, o->symbol))->allow_negative;
    if (!(fabs(o->amount) <= LARGEST)) return refuse(r, "amount", o->amount, "a finite number");
    if (!target && o->amount < 0.0) return refuse(r, "amount", o->amount, "zero or more");
    if (isinf(o->score)) return refuse(r, "score", o->score, "a finite number");
    const struct {
        const char *name;
        double v;
        bool distance;
    } f[] = {{"limit", o->limit, false},
             {"stop", o->stop, false},
             {"fill_price", o->fill_price, false},
             {"stop_price", o->stop_price, false},
             {"stop_points", o->stop_points, true},
             {"stop_pct", o->stop_pct, true},
             {"target_price", o->target_price, false},
             {"target_points", o->target_points, true},
             {"target_pct", o->target_pct, true},
             {"trail_points", o->trail_points, true},
             {"trail_pct", o->trail_pct, true},
             {"trail_start", o->trail_start, true},
             {"stop_limit", o->stop_limit, false}};
    for (size_t i = 0; i < sizeof f / sizeof f[0]; i++) {
        if (bad_price(f[i].v, negative && !f[i].distance)) {
            return refuse(r, f[i].name, f[i].v, f[i].distance ? "a distance >= 0" : "a price");
        }
    }
    const bool limit = o->type == WICK_LIMIT || o->type == WICK_STOP_LIMIT;
    const bool stop = o->type == WICK_STOP || o->type == WICK_STOP_LIMIT;
    if (limit && (o->limit == 0.0 || isnan(o->limit))) {
        return refuse(r, "limit", o->limit, "a price for an order of this type");
    }
    if (stop && (o->stop == 0.0 || isnan(o->stop))) {
        return refuse(r, "stop", o->stop, "a price for an order of this type");
    }
    return WICK_OK;
}

static int32_t check_state(wick_run *r)
{
    if (r->phase == WK_PH_START)
        return refuse_state(r, "orders are placed between steps; this run has not begun");
    if (r->phase == WK_PH_DONE) return refuse_state(r, "this run is over");
    if (r->pine != NULL) return refuse_state(r, "this run takes Pine orders only");
    if (r->dead) return refuse_state(r, "the account is bankrupt");
    return WICK_OK;
}

static int32_t check(wick_run *r, const wick_order *o, bool target, bool bare)
{
    int32_t st = check_state(r);
    const char *why = r->set.phases == WK_PHASES_CANDLE ? wk_candle_refuses(o) : NULL;
    if (st == WICK_OK && why != NULL) return refuse_state(r, why);
    if (st == WICK_OK) st = check_ints(r, o, target);
    if (st == WICK_OK && !bare) st = check_numbers(r, o, target);
    if (st != WICK_OK) return st;
    if (r->bar_of[o->symbol] < 0) return refuse_state(r, "the symbol has had no bar yet");
    if (o->delay == -1 && !r->active[o->symbol]) {
        return refuse_state(r,
                            "the symbol has no bar at this tick whose close could fill an order");
    }
    if (o->type != WICK_MARKET && r->set.phases == WK_PHASES_ROWS)
        return refuse_state(
            r,
            "phases=rows knows no limit and stop orders; `price` is what a market order fills at");
    if (target && wk_hedges(r))
        return refuse_state(r, "a target nets a position; lots=hedge opens and closes tickets");
    if (o->ticket != 0 && (!wk_hedges(r) || o->intent != WICK_REDUCE))
        return refuse_state(r, "a ticket is named by orders that reduce, under lots=hedge");
    if (o->parent != 0 && wk_ord_slot(r, o->parent) == WK_NONE) {
        const int32_t fate = wk_ord_fate(r, o->parent);
        if (fate != WICK_FATE_FILLED && fate != WICK_FATE_PARTIAL) {
            return refuse_state(r, "the parent order is over without a fill");
        }
    }
    return WICK_OK;
}

static bool copy_bracket(const wick_order *o, wk_bracket *b)
{
    *b = (wk_bracket){o->stop_price,          o->stop_points,      o->stop_pct,
                      o->target_price,        o->target_points,    o->target_pct,
                      o->trail_points,        o->trail_pct,        o->trail_start,
                      o->stop_limit,          o->hold_bars,        (int8_t)o->exit_fill,
                      (int8_t)o->target_fill, (int8_t)o->hold_fill};
    return b->stop_price != 0.0 || b->stop_points != 0.0 || b->stop_pct != 0.0 ||
           b->target_price != 0.0 || b->target_points != 0.0 || b->target_pct != 0.0 ||
           b->trail_points != 0.0 || b->trail_pct != 0.0 || b->hold_bars > 0;
}

/* What a model filter has to accept: an order that enters, or one that opens where nothing is held.
 */
static bool wants_in(const wick_run *r, const wk_ord *o, bool target)
{
    if (o->intent == WICK_ENTER) return true;
    if (o->intent == WICK_NET && wk_hedges(r)) return true;
    return (target || o->intent == WICK_NET) && r->sym[o->symbol].pos == 0.0;
}

/* phases=rows sizes an order where it fills. */
static void row_order(const wick_run *r, wk_ord *o, int32_t kind, double amount, bool target)
{
    static const int8_t dirs[] = {0, 1, 2}; /* of position_mode: rows.h */
    o->dir = dirs[r->set.position_mode];
    if (o->intent == WICK_REDUCE) o->dir = o->side > 0 ? 2 : 1;
    o->size_kind = kind;
    o->amount = amount;
    wk_row_amount(r, o);
    o->qty = target || o->amount > 0.0 ? 1.0 : 0.0;
    if (target) o->intent = WICK_NET;
}

/* Signed difference to a target, or the units of a one-sided size. */
static void size_order(wick_run *r, wk_ord *o, const wick_order *q, bool target)
{
    const int32_t s = o->symbol;
    const double ref = !isnan(o->limit) ? o->limit : !isnan(o->stop) ? o->stop : wk_mark(r, s);
    int32_t kind = q->size_kind;
    double amount = q->amount;
    if (kind == WICK_SIZE_DEFAULT) {
        kind = wk_default_kind(r);
        amount = r->set.size == WK_SIZE_SLOTS ? WK_INF : r->set.size_amount;
    }
    const wk_feed *f = &r->feed[s];
    if (f->gate_size != NULL && wants_in(r, o, target)) amount *= f->gate_size[r->bar_of[s]];
    if (r->set.phases == WK_PHASES_ROWS) {
        row_order(r, o, kind, amount, target);
        return;
    }
    const bool entry = !target && o->intent != WICK_REDUCE;
    if (entry && wk_ord_sized_later(r, o, &kind, &amount)) return;
    const double stop = o->has_bracket ? wk_stop_distance(&o->b, ref) : 0.0;
    const double units = wk_units(r, s, kind, amount, stop, ref);
    if (!target) {
        o->qty = units;
        return;
    }
    const double pos = r->sym[s].pos, diff = units - pos;
    o->side = diff < 0.0 ? -1 : 1;
    o->qty = fabs(diff);
    o->intent = WICK_NET;
    if (units == 0.0 && pos != 0.0) {
        o->intent = WICK_REDUCE;
        o->close_all = 1;
    }
}

/* `bare`: is_bare said so. */
static int32_t put(wick_run *r, const wick_order *q, bool close_all, bool target, bool bare)
{
    const int32_t slot = wk_ord_new(r, q->symbol);
    if (slot == WK_NONE) return r->status;
    wk_ord *o = wk_ord_at(r, slot);
    const int32_t id = o->id;
    o->side = (int8_t)q->side;
    o->type = (int8_t)q->type;
    o->intent = (int8_t)q->intent;
    o->close_all = close_all;
    if (q->type == WICK_LIMIT || q->type == WICK_STOP_LIMIT) o->limit = q->limit;
    if (q->type == WICK_STOP || q->type == WICK_STOP_LIMIT) o->stop = q->stop;
    o->score = isnan(q->score) ? 0.0 : q->score;
    o->group = q->group;
    o->group_type = (int8_t)q->group_type;
    o->ticket = q->ticket;
    if (q->tag > 0) o->tag = q->tag;
    o->has_bracket = (!bare || q->hold_bars > 0) && copy_bracket(q, &o->b);
    o->fill = (int8_t)q->fill;
    if (q->fill_price > 0.0) {
        o->fill = WK_FILL_FIXED;
        o->fill_price = q->fill_price;
    }
    if (close_all) {
        o->qty = wk_hedges(r) ? wk_tickets_held(r, o) : fabs(r->sym[q->symbol].pos);
        o->what = 1; /* WK_ROW_CLOSE */
        o->dir = o->side > 0 ? 2 : 1;
    } else {
        size_order(r, o, q, target);
    }
    const wk_feed *f = &r->feed[q->symbol];
    const bool enters = !close_all && wants_in(r, o, false);
    if (enters && f->gate != NULL && q->score == 0.0) o->score = f->gate[r->bar_of[q->symbol]];
    wk_ord_schedule(r, o, q->delay);
    if (q->parent != 0 && wk_ord_slot(r, q->parent) != WK_NONE) {
        o->waiting = 1;
        o->parent = q->parent;
        o->on_close = 0;
        o->last = q->expire > 0 ? q->expire : WK_NEVER;
        r->has_children = true;
    } else if (q->expire > 0) {
        wk_ord_expires(o, q->expire);
    }
    if (enters && f->gate != NULL && !(f->gate[r->bar_of[q->symbol]] > f->gate_threshold)) {
        snprintf(r->refusal, sizeof r->refusal, "the model's score is not above its threshold");
        wk_ord_refused(r, slot, WICK_FATE_MODEL);
        return 0;
    }
    if (!(o->qty > 0.0)) {
        snprintf(r->refusal, sizeof r->refusal, "the quantity rounds to zero");
        wk_ord_refused(r, slot, WICK_FATE_ZERO);
        return 0;
    }
    wk_ord_link(r, slot);
    return r->status < 0 ? r->status : id;
}

int32_t wick_run_submit(wick_run *r, const wick_order *order)
{
    if (r->walks) wick_run_catch_up(r);
    r->refusal[0] = '\0';
    if (order == NULL || order->size < offsetof(wick_order, amount) + sizeof(double)) {
        return refuse(r, "size", order != NULL ? order->size : 0.0, "sizeof(wick_order)");
    }
    wick_order full;
    const wick_order *q = order;
    if (order->size < sizeof full) { /* of a caller that knows fewer fields */
        memset(&full, 0, sizeof full);
        memcpy(&full, order, order->size);
        q = &full;
    }
    const bool target =
        q->size_kind >= WICK_SIZE_TARGET_UNITS && q->size_kind <= WICK_SIZE_TARGET_PCT;
    const bool bare = is_bare(q);
    const int32_t st = check(r, q, target, bare);
    if (st != WICK_OK) return st;
    if (r->set.exclusive && q->intent != WICK_REDUCE) wk_make_way(r, q->symbol);
    return put(r, q, false, target, bare);
}

void wk_make_way(wick_run *r, int32_t s)
{
    if (r->sym[s].ords > 0) wk_kill_all(r, s, WICK_FATE_CANCELLED);
    if (r->sym[s].lots > 0) (void)wick_run_close(r, s, 1.0, 0);
}

/* phases=queue: an order of its own for every lot, for a share of what it holds now. */
static int32_t close_lots(wick_run *r, wick_order *q, double fraction)
{
    int32_t id = 0;
    for (int32_t k = r->sym[q->symbol].lot; k != WK_NONE && id >= 0; k = wk_lot_at(r, k)->next) {
        const wk_lot *l = wk_lot_at(r, k);
        q->side = -l->side;
        q->amount = wk_part_of(r, l, fraction);
        id = put(r, q, false, false, is_bare(q));
        if (id > 0) wk_ord_at(r, wk_ord_slot(r, id))->lot = l->serial;
    }
    return id;
}

/* lots=hedge: an order for each side that holds something of the ticket. */
static int32_t close_tickets(wick_run *r, int32_t symbol, int32_t ticket, double fraction,
                             int32_t tag)
{
    int32_t id = 0;
    for (int32_t d = 1; d >= -1 && id >= 0; d -= 2) {
        const wk_ord held = {.symbol = symbol, .side = (int8_t)-d, .ticket = ticket};
        const wick_order q = {.size = sizeof q,
                              .symbol = symbol,
                              .side = -d,
                              .intent = WICK_REDUCE,
                              .size_kind = WICK_SIZE_UNITS,
                              .tag = tag,
                              .ticket = ticket,
                              .amount = wk_tickets_held(r, &held) * fraction};
        const bool bare = is_bare(&q);
        const int32_t st = check(r, &q, false, bare);
        if (st != WICK_OK) return st;
        if (!(q.amount > 0.0)) continue;
        const int32_t made = put(r, &q, fraction == 1.0, false, bare);
        if (made != 0) id = made;
    }
    if (id == 0 && r->refusal[0] == '\0')
        snprintf(r->refusal, sizeof r->refusal,
                 ticket == 0 ? "nothing is held" : "nothing of that ticket is held");
    return id;
}

int32_t wick_run_close_ticket(wick_run *r, int32_t symbol, int32_t ticket, double fraction,
                              int32_t tag)
{
    r->refusal[0] = '\0';
    if (symbol < 0 || symbol >= r->n_sym)
        return refuse(r, "symbol", symbol, "an index of the panel");
    if (!(fraction > 0.0 && fraction <= 1.0))
        return refuse(r, "fraction", fraction, "above 0 and at most 1");
    if (!wk_hedges(r)) return refuse_state(r, "tickets are closed by name under lots=hedge alone");
    return close_tickets(r, symbol, ticket, fraction, tag);
}

int32_t wick_run_close(wick_run *r, int32_t symbol, double fraction, int32_t tag)
{
    if (r->walks) wick_run_catch_up(r);
    r->refusal[0] = '\0';
    if (symbol < 0 || symbol >= r->n_sym)
        return refuse(r, "symbol", symbol, "an index of the panel");
    if (!(fraction > 0.0 && fraction <= 1.0))
        return refuse(r, "fraction", fraction, "above 0 and at most 1");
    if (wk_hedges(r) && r->set.phases != WK_PHASES_QUEUE)
        return close_tickets(r, symbol, 0, fraction, tag);
    const double pos = r->sym[symbol].pos;
    wick_order q = {.size = sizeof q,
                    .symbol = symbol,
                    .side = pos > 0.0 ? -1 : 1,
                    .intent = WICK_REDUCE,
                    .size_kind = WICK_SIZE_UNITS,
                    .tag = tag,
                    .amount = fabs(pos) * fraction};
    const bool bare = is_bare(&q);
    const int32_t st = check(r, &q, false, bare);
    if (st != WICK_OK) return st;
    if (r->sym[symbol].lots == 0) {
        snprintf(r->refusal, sizeof r->refusal, "nothing is held");
        return 0;
    }
    if (r->set.phases == WK_PHASES_QUEUE) return close_lots(r, &q, fraction);
    return put(r, &q, fraction == 1.0, false, bare);
}

const char *wick_run_refusal(const wick_run *r)
{
    return r->refusal;
}

void wick_run_answer(wick_run *r, double units)
{
    r->answer = units;
}

/* ---- withdrawing and changing -------------------------------------------------------------- */

int32_t wick_run_cancel(wick_run *r, int32_t order)
{
    if (r->walks) wick_run_catch_up(r);
    const int32_t slot = wk_ord_slot(r, order);
    if (slot == WK_NONE) return 0;
    wk_ord_kill(r, slot, WICK_FATE_CANCELLED);
    return 1;
}

static int32_t cancel_where(wick_run *r, int32_t symbol, int32_t tag)
{
    const int32_t before = r->live_ords;
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        if (symbol >= 0 && s != symbol) continue;
        for (int32_t slot = r->sym[s].ord; slot != WK_NONE;) {
            const wk_ord *o = wk_ord_at(r, slot);
            const int32_t this = slot, id = o->id;
            slot = o->next;
            if (tag >= 0 && o->tag != tag) continue;
            wk_ord_kill(r, this, WICK_FATE_CANCELLED);
            slot = wk_ord_after(r, s, id, slot);
        }
    }
    return before - r->live_ords;
}

int32_t wick_run_cancel_tag(wick_run *r, int32_t symbol, int32_t tag)
{
    if (r->walks) wick_run_catch_up(r);
    return tag > 0 ? cancel_where(r, symbol, tag) : 0;
}

int32_t wick_run_cancel_all(wick_run *r, int32_t symbol)
{
    if (r->walks) wick_run_catch_up(r);
    return cancel_where(r, symbol, -1);
}

int32_t wick_run_protect(wick_run *r, int32_t symbol, double stop, double target,
                         double trail_points)
{
    if (symbol >= 0 && symbol < r->n_sym && wk_hedges(r) && wk_side_lots(r, symbol, 1) > 0 &&
        wk_side_lots(r, symbol, -1) > 0)
        return refuse_state(r, "both directions are held: name the ticket whose levels move");
    return wick_run_protect_ticket(r, symbol, 0, stop, target, trail_points);
}

int32_t wick_run_protect_ticket(wick_run *r, int32_t symbol, int32_t ticket, double stop,
                                double target, double trail_points)
{
    if (r->walks) wick_run_catch_up(r);
    r->refusal[0] = '\0';
    if (symbol < 0 || symbol >= r->n_sym)
        return refuse(r, "symbol", symbol, "an index of the panel");
    if (r->pine != NULL) return refuse_state(r, "this run takes Pine orders only");
    const bool negative = wick_bars_info(wick_panel_bars(r->panel, symbol))->allow_negative;
    if (bad_price(stop, negative)) return refuse(r, "stop", stop, "a price, 0 or NA");
    if (bad_price(target, negative)) return refuse(r, "target", target, "a price, 0 or NA");
    if (bad_price(trail_points, false))
        return refuse(r, "trail_points", trail_points, "a distance >= 0, or NA");
    if (ticket != 0 && !wk_hedges(r))
        return refuse_state(r, "tickets have names under lots=hedge alone");
    wk_sym *y = &r->sym[symbol];
    const double mark = wk_mark(r, symbol);
    int32_t moved = 0;
    for (int32_t slot = y->lot; slot != WK_NONE; slot = wk_lot_at(r, slot)->next) {
        wk_lot *l = wk_lot_at(r, slot);
        if (!wk_is_ticket(l, ticket)) continue;
        moved++;
        if (!isnan(stop)) l->stop = stop == 0.0 ? WICK_NA : stop;
        if (!isnan(target)) l->target = target == 0.0 ? WICK_NA : target;
        if (!isnan(stop)) l->stop_key = -++r->queued;
        if (!isnan(target)) l->target_key = ++r->queued;
        if (!isnan(trail_points)) {
            l->trail_points = trail_points;
            l->trail_pct = l->trail_start = 0.0;
            l->trail = (wk_trail){WICK_NA, mark};
            wk_trail_move(l, &l->trail, mark);
        }
        wk_sym_tighten_lot(r, l);
    }
    y->stale = 1;
    return moved;
}
