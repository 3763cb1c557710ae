/* SPDX-License-Identifier: MIT */
/* What a fill does: the closing part first, then position rules and caps, then what cash can pay,
 * then the opening part; one fee per order, shared by quantity. */
#include "engine/cost.h"
#include "engine/hedge.h"

static wk_bill bill_of(const wick_run *r, const wk_ord *o, double qty, double closing, double price,
                       const wk_at *at)
{
    return (wk_bill){.s = o->symbol,
                     .side = o->side,
                     .type = o->type,
                     .bar = at->bar,
                     .maker = r->cost.on && wk_is_maker(r, o, at),
                     .qty = qty,
                     .closing = closing,
                     .price = price,
                     .part = &o->part};
}

/* Largest quantity whose lock and fees cash can pay; fees of the closing part come first. */
static double affordable(wick_run *r, const wk_ord *o, const wk_at *at, double cash, double closing,
                         double want, double price, double basis)
{
    const wick_settings *k = &r->set;
    const wk_feed *f = &r->feed[o->symbol];
    if (!(basis > 0.0)) return want; /* shorts that lock nothing are not limited */
    if (k->shortage == WK_SHORTAGE_CLAMP_NO_FEES) {
        double q = cash > 0.0 ? cash / basis : 0.0;
        if (k->fractional == WK_FRACTIONAL_ON && k->qty_decimals >= 0) {
            const double e = wick_pow(10.0, (double)k->qty_decimals);
            q = floor(q * e) / e;
        }
        return q < want ? q : want;
    }
    double q;
    if (r->cost.fees) {
        const wk_bill b = bill_of(r, o, closing + want, closing, price, at);
        q = wk_affordable(r, &b, cash, want, basis);
    } else {
        const double per = fabs(price) * f->point_value * (k->fee_pct / 100.0) + k->fee_unit;
        q = (cash - k->fee_order - closing * per) / (basis + per);
        if (k->fee_min > 0.0) {
            const double alt = (cash - k->fee_min) / basis;
            if (alt < q) q = alt;
        }
    }
    if (q >= want) return want;
    if (k->fractional == WK_FRACTIONAL_ON && k->qty_decimals >= 0 && q > 0.0) {
        const double e = wick_pow(10.0, (double)k->qty_decimals);
        q = floor(q * e) / e;
    }
    return q > 0.0 ? q : 0.0;
}

int32_t wk_refuse_opening(const wick_run *r, const wk_ord *o, bool reverses)
{
    const wick_settings *k = &r->set;
    const wk_sym *y = &r->sym[o->symbol];
    if (k->position_mode == (o->side > 0 ? WK_MODE_SHORT : WK_MODE_LONG)) return WICK_FATE_RISK;
    const int32_t lots = wk_hedges(r) ? wk_side_lots(r, o->symbol, o->side) : y->lots;
    if (lots > 0 && !reverses) {
        const bool counts = k->max_entries_for == WK_ENTRIES_ALL || o->from_signal;
        if (o->part.qty > 0.0) return WICK_OK; /* the rest of what was let in */
        if (o->intent == WICK_ENTER && counts && k->max_entries > 0 && lots >= k->max_entries) {
            return WICK_FATE_HELD;
        }
        return WICK_OK;
    }
    /* A reversal gives its own place back before it takes one. */
    const int32_t own = reverses ? 1 : 0;
    const int32_t cap = o->side > 0 ? k->max_long : k->max_short;
    const int32_t held = o->side > 0 ? r->n_long : r->n_short;
    if (cap > 0 && held >= cap) return WICK_FATE_NO_SLOT;
    if (k->slots > 0 && r->n_long + r->n_short - own >= k->slots) return WICK_FATE_NO_SLOT;
    return WICK_OK;
}

/* Cash after the closing part would have been done, for the rule that does all or nothing. */
static double cash_if_closed(const wick_run *r, int32_t s, double closing, double price)
{
    double cash = wk_free(r), left = closing;
    for (int32_t slot = r->sym[s].lot; slot != WK_NONE && left > 0.0;) {
        const wk_lot *l = wk_lot_at(r, slot);
        const double q = left < l->qty ? left : l->qty;
        const double pnl = l->side * (price - l->price) * q * r->feed[s].point_value;
        cash += l->full ? price * r->feed[s].point_value * q : l->basis * q + pnl;
        left -= q;
        slot = l->next;
    }
    return cash;
}

/* Splits an order's quantity into what closes and what opens. */
static void split(const wick_run *r, const wk_ord *o, double *closing, double *opening)
{
    const double pos = r->sym[o->symbol].pos;
    if (wk_hedges(r)) {
        const bool closes = o->intent == WICK_REDUCE;
        const double held = closes ? wk_tickets_held(r, o) : 0.0;
        *closing = o->close_all || o->qty > held ? held : o->qty;
        *opening = closes ? 0.0 : o->qty;
        return;
    }
    const bool opposite = pos * o->side < 0.0;
    const double held = fabs(pos);
    *closing = *opening = 0.0;
    if (o->intent == WICK_REDUCE) {
        if (opposite) *closing = o->close_all || o->qty > held ? held : o->qty;
    } else if (o->intent == WICK_ENTER) {
        if (opposite) *closing = held;
        *opening = o->qty;
    } else {
        if (opposite) *closing = o->qty < held ? o->qty : held;
        *opening = o->qty - *closing;
        if (*opening <= 1e-12 * o->qty) *opening = 0.0;
    }
}

/* Applies the run's shortage rule to the opening part; returns a fate when it refuses. */
static int32_t afford(wick_run *r, const wk_ord *o, double price, const wk_at *at, double *closing,
                      double *opening)
{
    const wick_settings *k = &r->set;
    const int32_t s = o->symbol;
    if (k->shortage == WK_SHORTAGE_ALLOW) return WICK_OK;
    bool full;
    const double basis = wk_basis(r, s, o->side, price, &full);
    const double cash = cash_if_closed(r, s, *closing, price);
    if (k->shortage == WK_SHORTAGE_CANCEL || k->shortage == WK_SHORTAGE_REJECT) {
        const wk_bill b = bill_of(r, o, *closing + *opening, *closing, price, at);
        const double need = basis * *opening + wk_fee_of(r, &b);
        if (need <= cash + 1e-11 * fabs(cash)) return WICK_OK;
        if (k->shortage == WK_SHORTAGE_REJECT) *closing = 0.0;
        *opening = 0.0;
        return WICK_FATE_NO_CASH;
    }
    const double asked = *opening;
    *opening = wk_round_qty(r, s, affordable(r, o, at, cash, *closing, asked, price, basis));
    /* The last digits of a sum that should be zero buy dust: that is nothing. */
    if (*opening > 1e-9 * asked) return WICK_OK;
    *opening = 0.0;
    return WICK_FATE_NO_CASH;
}

double wk_asked(const wick_run *r, const wk_ord *o)
{
    double closing, opening;
    if (!r->cost.slips) return 0.0;
    split(r, o, &closing, &opening);
    const double room = wk_room(r, o->symbol, r->bar_of[o->symbol]);
    return closing + opening < room ? closing + opening : room;
}

/* Leaves of both parts what the bar's volume has room for. */
static void fit_volume(const wick_run *r, const wk_ord *o, const wk_at *at, double *closing,
                       double *opening, wk_filled *f)
{
    const double asked = *closing + *opening, room = wk_room(r, o->symbol, at->bar);
    if (asked <= room) return;
    if (*closing > room) *closing = room;
    *opening = wk_round_qty(r, o->symbol, room - *closing);
    f->rest = asked - (*closing + *opening);
    if (f->rest <= 1e-9 * asked) f->rest = 0.0;
    f->full = !(*closing + *opening > 0.0);
}

double wk_close_one(wick_run *r, int32_t slot, double q, double price, const wk_at *at,
                    const wk_ord *o)
{
    wk_bill b = bill_of(r, o, q, q, price, at);
    b.part = NULL;
    const double fee = wk_pay(r, &b, NULL);
    wk_close_qty(r, o->symbol, q, price, fee / q, at, slot, o->id, o->tag, o->reason);
    return fee;
}

double wk_open_one(wick_run *r, const wk_ord *o, double q, double price, const wk_at *at)
{
    wk_bill b = bill_of(r, o, q, 0.0, price, at);
    b.part = NULL;
    const double fee = wk_pay(r, &b, NULL);
    wk_lot_open(r, o, q, price, fee, at);
    return fee;
}

/* fee_per=lot: every lot that is closed and the one that is opened pay their own. */
static double fill_by_lot(wick_run *r, const wk_ord *o, double closing, double opening,
                          double price, const wk_at *at)
{
    const wk_sym *y = &r->sym[o->symbol];
    double left = closing >= fabs(y->pos) * (1.0 - 1e-12) ? WK_INF : closing, fees = 0.0;
    if (!(closing > 0.0)) left = 0.0;
    while (left > 0.0 && y->lots > 0 && r->status >= 0) {
        const int32_t slot = r->set.lots == WK_LOTS_LIFO ? y->lot_end : y->lot;
        const double q = left < wk_lot_at(r, slot)->qty ? left : wk_lot_at(r, slot)->qty;
        left -= q;
        fees += wk_close_one(r, slot, q, price, at, o);
    }
    if (opening > 0.0 && r->status >= 0) fees += wk_open_one(r, o, opening, price, at);
    return fees;
}

wk_filled wk_fill_core(wick_run *r, const wk_ord *o, double price, const wk_at *at)
{
    const int32_t s = o->symbol;
    double closing, opening;
    split(r, o, &closing, &opening);
    wk_filled f = {.fate = WICK_FATE_CANCELLED}; /* what it should have closed is gone */
    if (closing == 0.0 && opening == 0.0) return f;
    f.fate = WICK_OK;
    if (r->cost.caps) fit_volume(r, o, at, &closing, &opening, &f);
    if (f.full) return f;
    const double asked = closing + opening;
    if (opening > 0.0) f.fate = wk_refuse_opening(r, o, closing > 0.0);
    if (f.fate != WICK_OK) opening = 0.0;
    if (opening > 0.0) f.fate = afford(r, o, price, at, &closing, &opening);
    f.qty = closing + opening;
    if (!(f.qty > 0.0)) return f;
    f.opened = opening;
    f.whole = f.fate == WICK_OK && f.qty >= asked && f.rest == 0.0;
    wk_part *part = NULL;
    if (r->cost.on) {
        part = &r->cost.part;
        *part = o->part;
        part->qty += f.qty;
        part->cash += f.qty * price;
    }
    if (r->has_fees && r->set.fee_per == WK_FEE_PER_LOT) {
        f.fee = fill_by_lot(r, o, closing, opening, price, at);
        if (part != NULL) part->paid += f.fee;
        return f;
    }
    if (part != NULL) {
        const wk_bill b = bill_of(r, o, f.qty, closing, price, at);
        f.fee = wk_pay(r, &b, part);
    } else {
        f.fee = wk_pay_plain(r, s, f.qty, price);
    }
    const double per_unit = f.fee / f.qty;
    if (closing > 0.0 && wk_hedges(r)) {
        wk_tickets_close(r, o, closing, price, per_unit, at);
    } else if (closing > 0.0) {
        /* All of it means every lot: their sum may differ from the position in its last digits. */
        const bool all = closing >= fabs(r->sym[s].pos) * (1.0 - 1e-12);
        wk_close_qty(r, s, all ? WK_INF : closing, price, per_unit, at, WK_NONE, o->id, o->tag,
                     o->reason);
    }
    if (opening > 0.0 && r->status >= 0) wk_lot_open(r, o, opening, price, per_unit * opening, at);
    return f;
}

void wk_fill_order(wick_run *r, int32_t slot, double price, const wk_at *at)
{
    /* Neither lots nor trades live in the orders' array: the slot stays where it is meanwhile. */
    const wk_filled f = wk_fill_core(r, wk_ord_at(r, slot), price, at);
    const bool keeps = r->set.volume_rest == WK_REST_KEEP;
    if ((f.full || (f.rest > 0.0 && f.qty > 0.0 && f.fate == WICK_OK)) && keeps)
        wk_ord_part(r, slot, &f, price, at);
    else if (f.full)
        wk_ord_kill(r, slot, WICK_FATE_CANCELLED);
    else if (f.qty > 0.0)
        wk_ord_filled(r, slot, f.qty, price, f.fee, at, f.whole);
    else
        wk_ord_kill(r, slot, f.fate);
}

/* An exit that no order asked for gets an order of its own, so that every fill has one. */
static int32_t exit_order(wick_run *r, int32_t s, int32_t side, int32_t reason, int32_t type,
                          double qty)
{
    const int32_t slot = wk_ord_new(r, s);
    if (slot == WK_NONE) return WK_NONE;
    wk_ord *o = wk_ord_at(r, slot);
    o->side = (int8_t)side;
    o->type = (int8_t)type;
    o->intent = WICK_REDUCE;
    o->reason = reason;
    o->qty = qty;
    o->placed_bar = r->bar_of[s];
    return slot;
}

static wk_bill exit_bill(int32_t s, int32_t side, int32_t type, double qty, double price,
                         const wk_at *at)
{
    return (wk_bill){.s = s,
                     .side = side,
                     .type = type,
                     .bar = at->bar,
                     .maker = type == WICK_LIMIT,
                     .qty = qty,
                     .closing = qty,
                     .price = price};
}

/* A stop or time exit for which there is no volume is a market order from then on. */
static void work_on(wick_run *r, int32_t slot, int32_t reason, int32_t type)
{
    wk_lot *l = wk_lot_at(r, slot);
    if (type == WICK_STOP && r->set.volume_rest == WK_REST_KEEP) l->going = (int8_t)reason;
    r->sym[l->symbol].stale = 1;
}

bool wk_exit_waits(wick_run *r, int32_t slot, int32_t reason, int32_t type, int32_t bar)
{
    if (!r->cost.caps || wk_room(r, wk_lot_at(r, slot)->symbol, bar) > 0.0) return false;
    work_on(r, slot, reason, type);
    return true;
}

void wk_exit_lot(wick_run *r, int32_t slot, int32_t reason, int32_t type, double price,
                 const wk_at *at)
{
    if (wk_exit_waits(r, slot, reason, type, at->bar)) return;
    wk_lot *l = wk_lot_at(r, slot);
    const int32_t s = l->symbol, side = -l->side, serial = l->serial;
    const double room = wk_room(r, s, at->bar), qty = l->qty < room ? l->qty : room;
    const int32_t made = exit_order(r, s, side, reason, type, qty);
    if (made == WK_NONE) return;
    const wk_ord *o = wk_ord_at(r, made);
    const int32_t id = o->id;
    double fee;
    if (r->cost.on) {
        wk_bill b = exit_bill(s, side, type, qty, price, at);
        wk_part part = l->exit;
        b.part = &part;
        fee = wk_pay(r, &b, &part);
        l->exit = part;
    } else {
        fee = wk_pay_plain(r, s, qty, price);
    }
    wk_close_qty(r, s, qty, price, fee / qty, at, slot, id, WK_NONE, reason);
    if (wk_lot_at(r, slot)->serial == serial) work_on(r, slot, reason, type);
    wk_ord_link(r, made);
    if (r->status >= 0) wk_ord_filled(r, made, qty, price, fee, at, true);
}

void wk_close_side(wick_run *r, int32_t s, int32_t side, double qty, int32_t reason, double price,
                   const wk_at *at)
{
    const double held = wk_side_units(r, s, side), q = qty < held ? qty : held;
    if (!(q > 0.0)) return;
    const int32_t made = exit_order(r, s, -side, reason, WICK_MARKET, q);
    if (made == WK_NONE) return;
    const wk_ord o = *wk_ord_at(r, made);
    const wk_bill b = exit_bill(s, -side, WICK_MARKET, q, price, at);
    const double fee = wk_pay(r, &b, NULL);
    wk_tickets_close(r, &o, q, price, fee / q, at);
    wk_ord_link(r, made);
    if (r->status >= 0) wk_ord_filled(r, made, q, price, fee, at, true);
}

void wk_close_some(wick_run *r, int32_t s, double qty, int32_t reason, double price,
                   const wk_at *at)
{
    const double pos = r->sym[s].pos;
    if (r->sym[s].lots == 0) return;
    if (wk_hedges(r)) {
        wk_close_side(r, s, 1, qty, reason, price, at);
        wk_close_side(r, s, -1, qty, reason, price, at);
        return;
    }
    const double q = qty < fabs(pos) ? qty : fabs(pos);
    const int32_t made = exit_order(r, s, pos > 0.0 ? -1 : 1, reason, WICK_MARKET, q);
    if (made == WK_NONE) return;
    const int32_t id = wk_ord_at(r, made)->id;
    double fee = 0.0;
    if (r->has_fees && r->set.fee_per == WK_FEE_PER_LOT && !(qty < fabs(pos))) {
        while (r->sym[s].lots > 0 && r->status >= 0) {
            const int32_t slot = r->sym[s].lot;
            fee += wk_close_one(r, slot, wk_lot_at(r, slot)->qty, price, at, wk_ord_at(r, made));
        }
    } else {
        const wk_bill b = exit_bill(s, pos > 0.0 ? -1 : 1, WICK_MARKET, q, price, at);
        fee = wk_pay(r, &b, NULL);
        wk_close_qty(r, s, qty, price, fee / q, at, WK_NONE, id, WK_NONE, reason);
    }
    wk_ord_link(r, made);
    if (r->status >= 0) wk_ord_filled(r, made, q, price, fee, at, true);
}

void wk_close_part(wick_run *r, int32_t slot, double qty, int32_t reason, double price,
                   const wk_at *at)
{
    const wk_lot *l = wk_lot_at(r, slot);
    const int32_t s = l->symbol, made = exit_order(r, s, -l->side, reason, WICK_MARKET, qty);
    if (made == WK_NONE) return;
    const int32_t id = wk_ord_at(r, made)->id;
    wk_close_qty(r, s, qty, price, 0.0, at, slot, id, WK_NONE, reason);
    wk_ord_link(r, made);
    if (r->status >= 0) wk_ord_filled(r, made, qty, price, 0.0, at, true);
}

void wk_liquidate(wick_run *r, int32_t s, int32_t reason, double price, const wk_at *at)
{
    wk_close_some(r, s, WK_INF, reason, price, at);
}
