/* SPDX-License-Identifier: MIT */
/* Fees and slippage beyond the plain settings (portfolio_engine.md G6). A fee is that of the whole
 * order so far less what its earlier fills paid, so that fixed parts, least and most hold for the
 * order however many bars it takes. */
#include "engine/cost.h"
#include "engine/pine.h"

#include <string.h>

extern const wick_cost_spec *const wk_cost_table[];
extern const int64_t wk_cost_table_n;

enum { PER_MODEL = (int)(sizeof wk_cost_table[0]->param / sizeof wk_cost_table[0]->param[0]) };

/* ---- schedules ---------------------------------------------------------------------------- */

static bool number(const char **p, const char *stops, double *out)
{
    const size_t n = strcspn(*p, stops);
    if (n == 0 || !wick_parse_double(*p, (int64_t)n, out) || !isfinite(*out)) return false;
    *p += n;
    return true;
}

int32_t wk_tiers_parse(const char *text, double tier[WK_TIERS][3])
{
    int32_t n = 0;
    for (const char *p = text;; p++) {
        if (n == WK_TIERS) return -1;
        double *t = tier[n];
        while (*p == ' ') p++;
        if (!number(&p, ":", &t[0]) || *p++ != ':' || !number(&p, "/,", &t[1])) return -1;
        t[2] = t[1];
        if (*p == '/') {
            p++;
            if (!number(&p, ",", &t[2])) return -1;
        }
        if (t[0] < 0.0 || (n > 0 && !(t[0] > tier[n - 1][0]))) return -1;
        n++;
        if (*p == '\0') return n;
    }
}

/* ---- what a run uses ---------------------------------------------------------------------- */

static void choose_models(wick_run *r)
{
    wk_cost *c = &r->cost;
    int32_t at = 0;
    for (int64_t i = 0; i < wk_cost_table_n; i++) {
        const wick_cost_spec *m = wk_cost_table[i];
        const int32_t first = at;
        bool on = false;
        for (int j = 0; j < PER_MODEL && m->param[j].doc.key != NULL; j++, at++) {
            double def = 0.0;
            (void)wick_parse_double(m->param[j].doc.def, (int64_t)strlen(m->param[j].doc.def),
                                    &def);
            on = on || r->set.cost[at] != def;
        }
        if (!on || c->n_models == WK_COST_MODELS) continue;
        c->model[c->n_models] = m;
        c->params[c->n_models++] = first;
        if (m->fee != NULL) c->fees = true;
        if (m->slip != NULL) c->slips = true;
    }
}

/* What depends on volume needs it on every bar: a guess would be no cost model. */
static wick_status check_volume(wick_ctx *ctx, const wick_run *r)
{
    const char *who = r->cost.caps ? "volume_pct" : NULL;
    for (int32_t i = 0; i < r->cost.n_models; i++) {
        if (r->cost.model[i]->reads_volume) who = r->cost.model[i]->param[0].doc.key;
    }
    for (int32_t s = 0; who != NULL && s < r->n_sym; s++) {
        const wick_bars *b = wick_panel_bars(r->panel, s);
        const double *v = wick_bars_field(b, WICK_VOLUME);
        for (int64_t k = 0; k < wick_bars_count(b); k++) {
            if (v[k] == v[k]) continue;
            char day[WICK_TIME_TEXT];
            wick_time_format(day, wick_bars_time(b)[k], false);
            return wick_fail(
                ctx, WICK_E_DATA,
                "engine setting %s needs the volume of every bar, and %s has none at %s", who,
                wick_bars_symbol(b), day);
        }
    }
    return WICK_OK;
}

wick_status wk_cost_open(wick_ctx *ctx, wick_run *r, const wick_cost_user *user)
{
    wk_cost *c = &r->cost;
    const wick_settings *k = &r->set;
    if (user != NULL)
        memcpy(&c->user, user, user->size < sizeof c->user ? user->size : sizeof c->user);
    choose_models(r);
    if (k->fee_tiers[0] != '\0') c->n_tiers = wk_tiers_parse(k->fee_tiers, c->tier);
    if (c->n_tiers > 0 || k->fee_max > 0.0 || k->fee_max_pct > 0.0 || c->user.fee != NULL)
        c->fees = true;
    if (c->user.slip != NULL) c->slips = true;
    c->caps = k->volume_pct > 0.0;
    c->on = c->fees || c->slips || c->caps;
    if (!c->on) return WICK_OK;
    const wick_status st = check_volume(ctx, r);
    if (st < 0) return st;
    if (c->fees) r->has_fees = true;
    const int64_t n = r->n_sym > 0 ? r->n_sym : 1;
    c->drawn = wick_arena_zalloc(r->arena, n * (int64_t)sizeof *c->drawn);
    if (c->drawn == NULL) return wick_fail_mem(ctx);
    for (int32_t s = 0; s < r->n_sym; s++) c->drawn[s].bar = WK_NONE;
    return WICK_OK;
}

/* ---- traded volume ------------------------------------------------------------------------ */

/* Traded in the window before the present tick. Fills of the tick itself are not in it: what a fill
 * costs does not depend on the order in which those of one moment are served. */
static double traded(wick_run *r)
{
    wk_cost *c = &r->cost;
    const wk_traded *v = c->traded.p;
    const double window = r->set.fee_window * (double)WICK_MS_DAY;
    const int64_t now = r->clock[r->tick];
    for (; c->counted < c->traded.n && v[c->counted].tick < r->tick; c->counted++)
        wick_sum_add(&c->volume, v[c->counted].amount);
    for (; c->oldest < c->counted && (double)(now - v[c->oldest].time) > window; c->oldest++)
        wick_sum_add(&c->volume, -v[c->oldest].amount);
    if (c->oldest == c->counted) c->volume = (wick_sum){0.0, 0.0};
    return wick_sum_get(&c->volume);
}

static void count_traded(wick_run *r, const wk_bill *b)
{
    wk_cost *c = &r->cost;
    wk_traded *t = wk_vec_push(r, &c->traded, sizeof *t);
    if (t == NULL) return;
    const double pv = r->feed[b->s].point_value;
    t->tick = r->tick;
    t->time = r->clock[r->tick];
    t->amount = r->set.fee_tier_by == WK_TIER_UNITS ? b->qty : fabs(b->price) * b->qty * pv;
}

double wk_room(const wick_run *r, int32_t s, int32_t bar)
{
    if (!r->cost.caps) return WK_INF;
    const wk_drawn *d = &r->cost.drawn[s];
    const double all = r->feed[s].f[WICK_VOLUME][bar] * (r->set.volume_pct / 100.0);
    const double left = all - (d->bar == bar ? d->used : 0.0);
    return left > 1e-9 * all ? wk_round_qty(r, s, left) : 0.0;
}

/* ---- asking the models -------------------------------------------------------------------- */

static wick_cost_in facts(const wick_run *r, const wk_bill *b)
{
    const wk_feed *f = &r->feed[b->s];
    const wk_drawn *d = &r->cost.drawn[b->s];
    return (wick_cost_in){.size = sizeof(wick_cost_in),
                          .symbol = b->s,
                          .side = b->side,
                          .type = b->type,
                          .bar = b->bar,
                          .maker = b->maker,
                          .time = f->time[b->bar],
                          .qty = b->qty,
                          .closing = b->closing,
                          .price = b->price,
                          .value = fabs(b->price) * b->qty * f->point_value,
                          .tick = f->tick,
                          .point_value = f->point_value,
                          .traded = r->cost.seen,
                          .draw = (uint64_t)b->bar * 256u + (uint64_t)(d->bar == b->bar ? d->n : 0),
                          .open = f->f[WICK_OPEN],
                          .high = f->f[WICK_HIGH],
                          .low = f->f[WICK_LOW],
                          .close = f->f[WICK_CLOSE],
                          .volume = f->f[WICK_VOLUME],
                          .name = wick_bars_symbol(wick_panel_bars(r->panel, b->s))};
}

/* The run ends with the first result that is no number. */
static double sound(wick_run *r, const char *model, const char *what, const wick_cost_in *in,
                    double v)
{
    if (isfinite(v)) return v;
    if (r->status >= 0) {
        char day[WICK_TIME_TEXT];
        wick_time_format(day, in->time, false);
        snprintf(r->refusal, sizeof r->refusal, "the %s of %s for %s at %s is not a finite number",
                 what, model, in->name, day);
    }
    wk_run_fail(r, WICK_E_SCRIPT);
    return 0.0;
}

static double tier_rate(const wk_cost *c, const wick_settings *k, const wick_cost_in *in)
{
    int32_t i = c->n_tiers - 1;
    while (i >= 0 && !(in->traded >= c->tier[i][0])) i--;
    if (i < 0) return 0.0;
    const double rate = c->tier[i][in->maker ? 1 : 2];
    return k->fee_tier_by == WK_TIER_UNITS ? rate * in->qty : rate / 100.0 * in->value;
}

/* What the order's quantity costs before fixed parts and limits. */
static double variable_part(wick_run *r, wick_cost_in *in)
{
    const wick_settings *k = &r->set;
    const wk_cost *c = &r->cost;
    const double value = k->fee_rounding == WK_FEE_ROUND_WHOLE ? rint(in->value) : in->value;
    double fee = value * (k->fee_pct / 100.0) + in->qty * k->fee_unit + tier_rate(c, k, in);
    for (int32_t i = 0; i < c->n_models; i++) {
        if (c->model[i]->fee == NULL) continue;
        in->before = fee;
        fee += sound(r, c->model[i]->name, "fee", in, c->model[i]->fee(in, k->cost + c->params[i]));
    }
    return fee;
}

static double limited(const wick_settings *k, double fee, double value)
{
    fee += k->fee_order;
    if (k->fee_min > 0.0 && fee < k->fee_min) fee = k->fee_min;
    if (k->fee_max > 0.0 && fee > k->fee_max) fee = k->fee_max;
    const double most = value * (k->fee_max_pct / 100.0);
    return k->fee_max_pct > 0.0 && fee > most ? most : fee;
}

static double charge(wick_run *r, const wk_bill *b, double *raw)
{
    static const wk_part none = {0};
    const wk_part *p = b->part != NULL ? b->part : &none;
    wick_cost_in in = facts(r, b);
    *raw = p->raw + variable_part(r, &in);
    double fee = limited(&r->set, *raw, p->value + in.value) - p->paid;
    if (r->cost.user.fee == NULL) return fee;
    in.before = fee;
    fee = r->cost.user.fee(r->cost.user.self, &in);
    return sound(r, "the strategy", "fee", &in, fee);
}

double wk_fee_of(wick_run *r, const wk_bill *b)
{
    double raw;
    if (!r->has_fees) return 0.0;
    if (!r->cost.on) return wk_fee(r, b->qty, b->price, r->feed[b->s].point_value);
    r->cost.seen = traded(r);
    return charge(r, b, &raw);
}

double wk_pay(wick_run *r, const wk_bill *b, wk_part *part)
{
    double fee = 0.0, raw = 0.0;
    if (!r->cost.on) {
        if (r->has_fees) fee = wk_fee(r, b->qty, b->price, r->feed[b->s].point_value);
        if (b->pine) fee = wk_pine_round10(fee);
        r->cash -= fee;
        r->fees += fee;
        return fee;
    }
    wk_cost *c = &r->cost;
    c->seen = traded(r);
    fee = charge(r, b, &raw);
    if (b->pine) fee = wk_pine_round10(fee);
    r->cash -= fee;
    r->fees += fee;
    if (part != NULL) {
        part->raw = raw;
        part->value += fabs(b->price) * b->qty * r->feed[b->s].point_value;
        part->paid += fee;
    }
    wk_drawn *d = &c->drawn[b->s];
    if (d->bar != b->bar) *d = (wk_drawn){.bar = b->bar};
    d->n++;
    d->used += b->qty;
    count_traded(r, b);
    return fee;
}

double wk_slip_of(wick_run *r, const wk_bill *b, double before)
{
    const wk_cost *c = &r->cost;
    wick_cost_in in = facts(r, b);
    double by = before;
    for (int32_t i = 0; i < c->n_models; i++) {
        if (c->model[i]->slip == NULL) continue;
        in.before = by;
        by += sound(r, c->model[i]->name, "slippage", &in,
                    c->model[i]->slip(&in, r->set.cost + c->params[i]));
    }
    if (c->user.slip == NULL) return by;
    in.before = by;
    return sound(r, "the strategy", "slippage", &in, c->user.slip(c->user.self, &in));
}

bool wk_is_maker(const wick_run *r, const wk_ord *o, const wk_at *at)
{
    const bool limit = o->type == WICK_LIMIT || o->type == WICK_STOP_LIMIT;
    if (!limit || at->held || r->set.limit_rule != WK_LIMIT_RESTING) return false;
    /* It crossed the first price it met: where it became due, or where its stop armed it. */
    if (o->live_bar == at->bar && o->live_px == at->px) return false;
    const wk_feed *f = &r->feed[o->symbol];
    const bool opens = at->sub == 0 || at->sub == f->fine_of[2 * at->bar] + 1;
    const bool first = o->due == at->bar && opens && at->seg <= 1 && !(o->part.qty > 0.0);
    return !(first && at->px == f->f[WICK_OPEN][at->bar]);
}

/* The fee need not be a straight line in the quantity: the largest one that fits is found between
 * one that does and one that does not. Fees that fall with the quantity are taken as they come. */
double wk_affordable(wick_run *r, const wk_bill *bill, double cash, double want, double basis)
{
    wk_bill b = *bill;
    const double closing = b.closing;
    b.qty = closing + want;
    if (basis * want + wk_fee_of(r, &b) <= cash) return want;
    double lo = 0.0, hi = want;
    const double plain = cash / basis;
    if (plain < hi) hi = plain > 0.0 ? plain : 0.0;
    for (int k = 0; k < 60 && r->status >= 0; k++) {
        const double mid = lo + (hi - lo) / 2.0;
        if (!(mid > lo && mid < hi)) break;
        b.qty = closing + mid;
        if (basis * mid + wk_fee_of(r, &b) <= cash)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}
