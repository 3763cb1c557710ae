/* SPDX-License-Identifier: MIT */
/* Pine orders: placement and withdrawal of entries, raw orders and closes (sections 6.2, 6.8). */
#include "engine/pine.h"

#include <string.h>

/* ---- numbers and records -------------------------------------------------------------------- */

int32_t wk_pine_number(wick_run *r, int32_t s, const wick_order_rec *rec, int32_t tag,
                       int32_t comment)
{
    int32_t *of = wk_vec_push(r, &r->slot_of, sizeof *of);
    wk_pinfo *info = of != NULL ? wk_vec_push(r, &r->pinfo, sizeof *info) : NULL;
    if (info == NULL) return 0;
    *of = wk_ord_over(WICK_FATE_PENDING);
    *info = (wk_pinfo){tag, comment};
    const int32_t id = ++r->last_id;
    if (r->lean) return id;
    wick_order_rec *e = wk_vec_push(r, &r->recs, sizeof *e);
    if (e == NULL) return 0;
    *e = *rec;
    e->id = id;
    e->symbol = s;
    e->tag = tag > 0 ? tag : WK_NONE;
    e->fate = WICK_FATE_PENDING;
    e->placed = r->feed[s].time[r->bar_of[s]];
    e->filled = WICK_NO_TIME;
    e->price = WICK_NA;
    return id;
}

void wk_pine_over(wick_run *r, int32_t id, int32_t fate)
{
    ((int32_t *)r->slot_of.p)[id - 1] = wk_ord_over(fate);
    r->fates[fate]++;
    if (!r->lean) wk_rec_at(r, id)->fate = (int8_t)fate;
}

void wk_pord_drop(wick_run *r, wk_pine *p, wk_pord *o, int32_t fate)
{
    if (o->kind == WK_PQ_DEAD) return;
    o->kind = WK_PQ_DEAD;
    p->n_ords--;
    wk_pine_over(r, o->id, fate);
}

void wk_leg_drop(wick_run *r, wk_pine *p, wk_leg *l, int32_t fate)
{
    if (l->state == WK_LEG_LIVE || l->state == WK_LEG_WAITING) {
        p->n_legs--;
        wk_pine_over(r, l->id, fate);
    }
    l->state = WK_LEG_DEAD;
}

void wk_pine_sweep(wk_pine *p)
{
    int32_t n = 0;
    if (p->n_ords < p->ords.n) {
        for (int32_t i = 0; i < p->ords.n; i++) {
            if (wk_pord_at(p, i)->kind == WK_PQ_DEAD) continue;
            if (n != i) *wk_pord_at(p, n) = *wk_pord_at(p, i);
            n++;
        }
        p->ords.n = n;
    }
    n = 0;
    if (p->n_legs < p->legs.n) {
        for (int32_t i = 0; i < p->legs.n; i++) {
            if (wk_leg_at(p, i)->state == WK_LEG_DEAD) continue;
            if (n != i) *wk_leg_at(p, n) = *wk_leg_at(p, i);
            n++;
        }
        p->legs.n = n;
    }
    n = 0;
    for (int32_t i = 0; i < p->binds.n; i++) {
        if (!(wk_bind_at(p, i)->bound > 0.0)) continue;
        if (n != i) *wk_bind_at(p, n) = *wk_bind_at(p, i);
        n++;
    }
    p->binds.n = n;
}

int32_t wk_pine_count(const wk_pine *p)
{
    int32_t n = 0;
    for (int32_t i = 0; i < p->binds.n; i++) n += wk_bind_at(p, i)->bound > 0.0;
    return n;
}

double wk_pine_bound(const wk_pine *p, int32_t tag)
{
    double sum = 0.0;
    for (int32_t i = 0; i < p->binds.n; i++) {
        const wk_bind *b = wk_bind_at(p, i);
        if (tag == 0 || b->tag == tag) sum += b->bound;
    }
    return sum;
}

double wk_pine_orig(const wk_pine *p, int32_t tag)
{
    double sum = 0.0;
    for (int32_t i = 0; i < p->binds.n; i++) {
        const wk_bind *b = wk_bind_at(p, i);
        if (tag == 0 || b->tag == tag) sum += b->orig;
    }
    return sum;
}

bool wk_pine_busy(const wick_run *r, int32_t s)
{
    const wk_pine *p = &r->pine[s];
    return p->n_ords > 0 || p->n_legs > 0 || p->risk.any;
}

void wk_pine_touch(wick_run *r, int32_t s)
{
    wk_sym_watch(r, s);
    wk_sym_refresh(r, s);
}

/* ---- requests ------------------------------------------------------------------------------- */

static int32_t refuse(wick_run *r, const char *why)
{
    snprintf(r->refusal, sizeof r->refusal, "%s", why);
    return WICK_E_STATE;
}

static bool tag_ok(const wick_run *r, int32_t tag)
{
    return tag >= 0 && tag <= r->tags.n;
}

int32_t wk_pine_check(wick_run *r, const wick_pine_order *q, bool needs_id)
{
    if (r->pine == NULL) return refuse(r, "Pine orders need a run of a Pine strategy");
    if (r->phase == WK_PH_START) return refuse(r, "orders are placed between steps");
    if (r->phase == WK_PH_DONE) return refuse(r, "this run is over");
    if (q->symbol < 0 || q->symbol >= r->n_sym || r->bar_of[q->symbol] < 0)
        return refuse(r, "there is no such symbol, or it has had no bar yet");
    if (!tag_ok(r, q->id) || (needs_id && q->id == 0) || !tag_ok(r, q->from) ||
        !tag_ok(r, q->comment) || !tag_ok(r, q->comment_profit) || !tag_ok(r, q->comment_loss) ||
        !tag_ok(r, q->comment_trailing) || !tag_ok(r, q->oca))
        return refuse(r, "an id or comment is no number from wick_run_tag");
    if (needs_id && q->oca_type != WK_OCA_NONE && q->oca_type != WK_OCA_CANCEL &&
        q->oca_type != WK_OCA_REDUCE)
        return refuse(r, "an oca_type is 0 none, 1 cancel or 2 reduce");
    return WICK_OK;
}

static wk_pord *find(const wk_pine *p, int32_t tag)
{
    for (int32_t i = 0; i < p->ords.n; i++) {
        wk_pord *o = wk_pord_at(p, i);
        if ((o->kind == WK_PQ_ENTRY || o->kind == WK_PQ_RAW) && o->tag == tag) return o;
    }
    return NULL;
}

/* Infinite prices are as good as none: no bar meets them, and neither does a round to the grid. */
static bool price_given(double v)
{
    return fabs(v) <= 1e15;
}

static int32_t type_of(const wick_pine_order *q)
{
    const bool limit = price_given(q->limit), stop = price_given(q->stop);
    return limit && stop ? WICK_STOP_LIMIT : limit ? WICK_LIMIT : stop ? WICK_STOP : WICK_MARKET;
}

/* Raw quantity, and the money a default-sized priced order is frozen with (section 7.2, 7.3). */
static bool size(wick_run *r, const wick_pine_order *q, wk_pord *o)
{
    const int32_t s = q->symbol;
    double amount = q->qty;
    int32_t kind = q->qty_kind;
    o->money = WICK_NA;
    o->asked_qty = wk_has(amount);
    if (!o->asked_qty) {
        kind = wk_default_kind(r);
        amount = r->set.size_amount;
    }
    if (kind == WICK_SIZE_DEFAULT || kind == WICK_SIZE_UNITS) {
        o->qty = fabs(amount) <= 1e15 ? wk_pine_floor(&r->feed[s], amount) : 0.0;
        return o->qty > 0.0;
    }
    const double money = wk_pine_default_money(r, s, kind, amount);
    double price = wk_pine_mark(r, s);
    if (o->type == WICK_MARKET)
        price = wk_pine_slip(r, s, price, o->side);
    else
        o->money = money;
    o->size_kind = (int8_t)kind;
    o->qty = wk_pine_money_qty(r, s, kind, money, price);
    return o->qty > 0.0;
}

/* Section 8.2: the close is the price of the check, also for orders that rest. */
static bool affordable(const wick_run *r, const wk_pord *o, int32_t s)
{
    const double rate = wk_pine_rate(r, o->side);
    if (rate == 0.0) return true;
    const double mark = wk_pine_mark(r, s);
    const double price = o->type == WICK_MARKET ? wk_pine_slip(r, s, mark, o->side) : mark;
    const double need = o->qty * price * r->feed[s].point_value * rate;
    const double have = wk_pine_equity(r, s, mark);
    return need <= have + 1e-11 * fabs(have);
}

/* The position as the market orders of this script run leave it, in their order: closes take what
 * they ask for, a reversing entry ends with what it opens. A priced entry is held against the cap
 * by it, and freezes what it will have to reverse (section 6.7; measured on TradingView). */
static double foreseen(const wick_run *r, const wk_pine *p, int32_t s)
{
    const bool full = r->set.max_entries > 0 && wk_pine_count(p) >= r->set.max_entries;
    double pos = r->sym[s].pos;
    for (int32_t i = 0; i < p->ords.n; i++) {
        const wk_pord *o = wk_pord_at(p, i);
        if (o->placed_bar != r->bar_of[s]) continue;
        if (o->kind == WK_PQ_CLOSE || o->kind == WK_PQ_CLOSE_ALL) {
            const double left = pos - o->held * o->qty;
            pos = left * pos > 0.0 ? wk_pine_qty(&r->feed[s], left) : 0.0;
        } else if (o->kind == WK_PQ_ENTRY && o->type == WICK_MARKET) {
            if (full && pos * o->side > 0.0) continue; /* one too many */
            const bool turns = pos * o->side < 0.0 && !o->plain;
            pos = wk_pine_qty(&r->feed[s], (turns ? 0.0 : pos) + o->side * o->qty);
        }
    }
    return pos;
}

static void update_record(wick_run *r, const wk_pord *o)
{
    ((wk_pinfo *)r->pinfo.p)[o->id - 1].comment = o->signal != o->name ? o->signal : 0;
    if (r->lean) return;
    wick_order_rec *e = wk_rec_at(r, o->id);
    e->side = o->side;
    e->type = o->type;
    e->qty = wk_pine_qty(&r->feed[e->symbol], o->qty + o->rev);
    e->limit = o->limit;
    e->stop = o->stop;
}

/* A pending order of the same id keeps its place in the queue and its number. */
static int32_t enqueue(wick_run *r, wk_pine *p, wk_pord *o, wk_pord *old, int32_t s)
{
    if (old != NULL) {
        o->id = old->id;
        *old = *o;
        update_record(r, old);
    } else {
        const wick_order_rec rec = {.side = o->side,
                                    .type = o->type,
                                    .intent = o->kind == WK_PQ_ENTRY ? WICK_ENTER
                                              : o->kind == WK_PQ_RAW ? WICK_NET
                                                                     : WICK_REDUCE,
                                    .qty = wk_pine_qty(&r->feed[s], o->qty + o->rev),
                                    .limit = o->limit,
                                    .stop = o->stop};
        o->id = wk_pine_number(r, s, &rec, o->name, o->signal != o->name ? o->signal : 0);
        wk_pord *to = o->id > 0 ? wk_vec_push(r, &p->ords, sizeof *to) : NULL;
        if (to == NULL) return r->status;
        *to = *o;
        p->n_ords++;
    }
    wk_pine_touch(r, s);
    return 1;
}

static void set_prices(const wk_feed *f, const wick_pine_order *q, wk_pord *o)
{
    o->limit = o->stop = WICK_NA;
    if (o->type == WICK_LIMIT || o->type == WICK_STOP_LIMIT)
        o->limit = wk_pine_level(f, q->limit, -o->side);
    if (o->type == WICK_STOP || o->type == WICK_STOP_LIMIT)
        o->stop = wk_pine_level(f, q->stop, o->side);
}

/* A model filter looks at entries, and at plain orders where nothing is held; one that could not be
 * added to what is held is no entry. */
static bool refused(wick_run *r, const wk_pine *p, const wk_pord *o, int32_t s)
{
    const wk_feed *f = &r->feed[s];
    const double pos = r->sym[s].pos;
    const int32_t cap = r->set.max_entries > 0 ? r->set.max_entries : WK_NEVER;
    if (f->gate == NULL || (o->kind != WK_PQ_ENTRY && pos != 0.0)) return false;
    if (pos * o->side > 0.0 && wk_pine_count(p) >= cap) return false;
    if (f->gate[r->bar_of[s]] > f->gate_threshold) return false;
    snprintf(r->refusal, sizeof r->refusal, "the model's score is not above its threshold");
    r->fates[WICK_FATE_MODEL]++;
    return true;
}

static int32_t place(wick_run *r, const wick_pine_order *q, int32_t kind)
{
    r->refusal[0] = '\0';
    const int32_t st = wk_pine_check(r, q, true);
    if (st != WICK_OK) return st;
    if (q->side != 1 && q->side != -1) return refuse(r, "the direction of an order is 1 or -1");
    const int32_t s = q->symbol;
    wk_pine *p = &r->pine[s];
    if (wk_pine_blocked(r, s)) return 0;
    wk_pord o = {.tag = q->id,
                 .name = q->id,
                 .signal = q->comment > 0 ? q->comment : q->id,
                 .oca = q->oca,
                 .placed_bar = r->bar_of[s],
                 .due = wk_pine_due(r, s),
                 .kind = (int8_t)kind,
                 .side = (int8_t)q->side,
                 .type = (int8_t)type_of(q),
                 .oca_type = (int8_t)(q->oca > 0 ? q->oca_type : WK_OCA_NONE)};
    set_prices(&r->feed[s], q, &o);
    if (refused(r, p, &o, s) || !size(r, q, &o)) return 0;
    if (r->feed[s].gate_size != NULL && (kind == WK_PQ_ENTRY || r->sym[s].pos == 0.0)) {
        const double factor = r->feed[s].gate_size[r->bar_of[s]];
        o.qty = wk_pine_floor(&r->feed[s], o.qty * factor);
        o.money *= factor; /* NA unless it is priced */
        if (!(o.qty > 0.0)) return 0;
    }
    if (kind == WK_PQ_ENTRY && !affordable(r, &o, s)) return 0;
    wk_pord *old = find(p, q->id);
    /* The same id again on its own bar changes the order and no longer adds the reversal. */
    if (old != NULL && old->placed_bar == o.placed_bar) o.plain = 1;
    if (kind == WK_PQ_ENTRY && o.type != WICK_MARKET) {
        const double pos = foreseen(r, p, s);
        const int32_t cap = r->set.max_entries > 0 ? r->set.max_entries : WK_NEVER;
        if (pos * o.side > 0.0 && wk_pine_count(p) >= cap) {
            if (old != NULL) {
                wk_pord_drop(r, p, old, WICK_FATE_CANCELLED);
                wk_pine_sweep(p);
                wk_pine_touch(r, s);
            }
            return 0;
        }
        if (!o.plain && pos * o.side < 0.0) o.rev = fabs(pos);
        o.from_flat = r->sym[s].pos == 0.0;
    }
    if (r->set.delay == 0) p->at_close = r->pine_close = true;
    return enqueue(r, p, &o, old, s);
}

wick_pine_order wick_pine_blank(int32_t symbol)
{
    return (wick_pine_order){.symbol = symbol,
                             .qty = WICK_NA,
                             .qty_percent = WICK_NA,
                             .limit = WICK_NA,
                             .stop = WICK_NA,
                             .profit = WICK_NA,
                             .loss = WICK_NA,
                             .trail_price = WICK_NA,
                             .trail_points = WICK_NA,
                             .trail_offset = WICK_NA};
}

int32_t wick_pine_entry(wick_run *r, const wick_pine_order *q)
{
    const double from = wk_meter_on(r);
    return wk_meter_off(r, from, place(r, q, WK_PQ_ENTRY));
}

int32_t wick_pine_raw(wick_run *r, const wick_pine_order *q)
{
    const double from = wk_meter_on(r);
    return wk_meter_off(r, from, place(r, q, WK_PQ_RAW));
}

static int32_t make_close_text(wick_run *r, int32_t tag)
{
    if (tag == 0) return wick_run_tag(r, "Close position order");
    char text[256];
    const char *id = ((const char *const *)r->tags.p)[tag - 1];
    snprintf(text, sizeof text, "Close entry(s) order %.200s", id);
    return wick_run_tag(r, text);
}

/* "Close entry(s) order L", made once per id. */
static int32_t close_text(wick_run *r, int32_t tag)
{
    while (r->close_names.n <= tag) {
        int32_t *to = wk_vec_push(r, &r->close_names, sizeof *to);
        if (to == NULL) return 0;
        *to = 0;
    }
    int32_t *name = (int32_t *)r->close_names.p + tag;
    if (*name == 0) *name = make_close_text(r, tag);
    return *name;
}

/* A percentage is of what is still bound, or of what the entries opened with where a close takes
 * the lots of its own entry only (both measured on TradingView). */
static double close_qty(const wick_run *r, int32_t s, const wick_pine_order *q, double bound)
{
    const wk_feed *f = &r->feed[s];
    if (wk_has(q->qty)) {
        if (q->qty >= bound) return bound;
        return q->qty > 0.0 ? wk_pine_floor(f, q->qty) : 0.0;
    }
    if (!wk_has(q->qty_percent) || q->qty_percent >= 100.0) return bound;
    const bool own = q->id > 0 && r->set.close_entries_rule == WK_CLOSE_ANY;
    const double of = own ? wk_pine_orig(&r->pine[s], q->id) : bound;
    const double part = wk_pine_share(f, of, q->qty_percent);
    return part < bound ? part : bound;
}

static int32_t place_close(wick_run *r, const wick_pine_order *q)
{
    r->refusal[0] = '\0';
    const int32_t st = wk_pine_check(r, q, false);
    if (st != WICK_OK) return st;
    const int32_t s = q->symbol;
    wk_pine *p = &r->pine[s];
    const double pos = r->sym[s].pos;
    if (pos == 0.0 || wk_pine_blocked(r, s)) return 0;
    const double bound = q->id > 0 ? wk_pine_bound(p, q->id) : fabs(pos);
    const double qty = close_qty(r, s, q, bound);
    if (!(qty > 0.0)) return 0;
    const bool now = q->immediately != 0;
    const int32_t name = close_text(r, q->id);
    wk_pord o = {.tag = q->id,
                 .name = name,
                 .signal = q->comment > 0 ? q->comment : name,
                 .placed_bar = r->bar_of[s],
                 .due = wk_pine_due(r, s),
                 .kind = q->id > 0 ? WK_PQ_CLOSE : WK_PQ_CLOSE_ALL,
                 .side = pos > 0.0 ? -1 : 1,
                 .type = WICK_MARKET,
                 .held = pos > 0.0 ? 1 : -1,
                 .at_close = now,
                 .asked_qty = 1,
                 .qty = qty,
                 .money = WICK_NA,
                 .limit = WICK_NA,
                 .stop = WICK_NA};
    if (now || r->set.delay == 0) p->at_close = r->pine_close = true;
    return enqueue(r, p, &o, NULL, s);
}

int32_t wick_pine_close(wick_run *r, const wick_pine_order *q)
{
    const double from = wk_meter_on(r);
    return wk_meter_off(r, from, place_close(r, q));
}

/* ---- withdrawal ----------------------------------------------------------------------------- */

static int32_t cancel(wick_run *r, int32_t s, int32_t tag)
{
    if (r->pine == NULL || s < 0 || s >= r->n_sym) return 0;
    wk_pine *p = &r->pine[s];
    const int32_t before = p->n_ords + p->n_legs;
    if (before == 0) return 0;
    for (int32_t i = 0; i < p->ords.n; i++) {
        wk_pord *o = wk_pord_at(p, i);
        const bool close = o->kind == WK_PQ_CLOSE || o->kind == WK_PQ_CLOSE_ALL;
        if (tag == 0 || (o->tag == tag && !close)) wk_pord_drop(r, p, o, WICK_FATE_CANCELLED);
    }
    for (int32_t i = 0; i < p->legs.n; i++) {
        wk_leg *l = wk_leg_at(p, i);
        const bool live = l->state == WK_LEG_LIVE || l->state == WK_LEG_WAITING;
        if (live && (tag == 0 || l->tag == tag)) wk_leg_drop(r, p, l, WICK_FATE_CANCELLED);
    }
    const int32_t gone = before - p->n_ords - p->n_legs;
    if (gone > 0) {
        wk_pine_sweep(p);
        r->sym[s].stale = 1;
    }
    return gone;
}

int32_t wick_pine_cancel(wick_run *r, int32_t s, int32_t tag)
{
    return tag > 0 ? cancel(r, s, tag) : 0;
}

int32_t wick_pine_cancel_all(wick_run *r, int32_t s)
{
    return cancel(r, s, 0);
}

void wk_pine_cancel_everything(wick_run *r, int32_t s)
{
    wk_pine *p = &r->pine[s];
    for (int32_t i = 0; i < p->ords.n; i++) wk_pord_drop(r, p, wk_pord_at(p, i), WICK_FATE_RISK);
    for (int32_t i = 0; i < p->legs.n; i++) wk_leg_drop(r, p, wk_leg_at(p, i), WICK_FATE_RISK);
}
