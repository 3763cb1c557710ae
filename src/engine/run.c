/* SPDX-License-Identifier: MIT */
/* Life of a run: its inputs, its one arena, and the ledger it becomes. */
#include "engine/carry.h"
#include "engine/cost.h"
#include "engine/hedge.h"
#include "engine/pine.h"

#include <stdlib.h>
#include <string.h>

wick_status wk_run_fail(wick_run *r, wick_status code)
{
    if (r->status >= 0) r->status = code;
    return r->status;
}

bool wk_vec_reserve(wick_run *r, wk_vec *v, int32_t n, size_t size)
{
    if (n <= v->cap) return true;
    int64_t cap = v->cap > 0 ? (int64_t)v->cap * 2 : n > 64 ? n : 64;
    while (cap < n) cap *= 2;
    if (cap > INT32_MAX) cap = INT32_MAX;
    void *p = cap >= n ? wick_arena_alloc(r->arena, cap * (int64_t)size) : NULL;
    if (p == NULL) {
        wk_run_fail(r, WICK_E_MEM);
        return false;
    }
    if (v->n > 0) memcpy(p, v->p, (size_t)v->n * size);
    v->p = p;
    v->cap = (int32_t)cap;
    return true;
}

/* Whole number of steps per unit, 0 when there is none: 0.01 -> 100. */
static double whole_inverse(double step)
{
    const double k = floor(1.0 / step + 0.5);
    return k >= 1.0 && k < 1e15 && fabs(k * step - 1.0) < 1e-9 ? k : 0.0;
}

static void set_feed(wick_run *r, int32_t s)
{
    wk_feed *f = &r->feed[s];
    const wick_bars *b = wick_panel_bars(r->panel, s);
    const wick_symbol_info *info = wick_bars_info(b);
    for (int k = 0; k < WICK_FIELDS; k++) f->f[k] = wick_bars_field(b, (wick_field)k);
    f->time = wick_bars_time(b);
    f->tick_of = wick_panel_tick_of(r->panel, s);
    f->n = f->all = (int32_t)wick_bars_count(b);
    f->end = f->n - 1;
    f->tick = info->tick > 0.0 ? info->tick : 1e-8;
    f->per_tick = whole_inverse(f->tick);
    f->own_point = f->point_value = info->point_value > 0.0 ? info->point_value : 1.0;
    double step = r->set.qty_step;
    if (!(step > 0.0)) {
        step = r->set.fractional == WK_FRACTIONAL_ON    ? 0.0
               : r->set.fractional == WK_FRACTIONAL_OFF ? 1.0
                                                        : info->qty_step;
    }
    f->step = step > 0.0 ? step : 0.0;
    f->per_step = f->step > 0.0 ? whole_inverse(f->step) : 0.0;
}

static void init_sym(wk_sym *y)
{
    y->lo = -WK_INF;
    y->hi = WK_INF;
    y->due = WK_NEVER;
    y->lot = y->lot_end = y->ord = y->ord_end = WK_NONE;
    y->amb_bar = WK_NONE;
    for (int k = 0; k < 4; k++) y->wake_at[k] = WK_NONE;
}

double *wk_side_column(wick_run *r, double **col)
{
    if (*col != NULL) return *col;
    *col = wick_arena_zalloc(r->arena, (int64_t)r->rows * (int64_t)sizeof **col);
    if (*col == NULL) wk_run_fail(r, WICK_E_MEM);
    return *col;
}

static bool allocate(wick_run *r)
{
    wick_arena *a = r->arena;
    const int64_t n = r->n_sym > 0 ? r->n_sym : 1, rows = r->rows > 0 ? r->rows : 1;
    const int64_t d = (int64_t)sizeof(double);
    r->feed = wick_arena_zalloc(a, n * (int64_t)sizeof *r->feed);
    r->sym = wick_arena_zalloc(a, n * (int64_t)sizeof *r->sym);
    r->bar_of = wick_arena_alloc(a, n * (int64_t)sizeof *r->bar_of);
    r->next_tick = wick_arena_alloc(a, n * (int64_t)sizeof *r->next_tick);
    r->event = wick_arena_alloc(a, n * (int64_t)sizeof *r->event);
    r->active = wick_arena_zalloc(a, n);
    r->watch = wick_arena_alloc(a, n * (int64_t)sizeof *r->watch);
    r->hot = wick_arena_alloc(a, n * (int64_t)sizeof *r->hot);
    r->evs = wick_arena_alloc(a, n * (int64_t)sizeof *r->evs);
    r->col_equity = wick_arena_alloc(a, rows * d);
    if (r->set.trade_unit != WK_UNIT_LOT) {
        r->piles = wick_arena_zalloc(a, n * (int64_t)sizeof *r->piles);
        if (r->piles == NULL) return false;
    }
    /* The values of longs and shorts get their columns when there is something to show: most
     * strategies know one side only, and a missing column reads as zeros. */
    if (r->has_fees) {
        r->col_fees = wick_arena_alloc(a, rows * d);
        if (r->col_fees == NULL) return false;
    }
    if (!r->lean) {
        r->col_cash = wick_arena_alloc(a, rows * d);
        if (r->col_cash == NULL) return false;
    }
    return r->feed != NULL && r->sym != NULL && r->bar_of != NULL && r->next_tick != NULL &&
           r->event != NULL && r->active != NULL && r->watch != NULL && r->hot != NULL &&
           r->evs != NULL && r->col_equity != NULL;
}

static wick_status check_opts(wick_ctx *ctx, const wick_run_opts *o, const wick_settings *k)
{
    if (!(o->cash >= 0.0 && o->cash <= 1e300)) {
        return wick_fail(ctx, WICK_E_ARG, "starting cash %g is not a positive amount", o->cash);
    }
    if (o->warmup < 0)
        return wick_fail(ctx, WICK_E_ARG, "warm-up of %lld bars", (long long)o->warmup);
    const bool zero = k->delay == 0 && (k->buy_delay == 0 || k->sell_delay == 0);
    if (zero && k->fill != WICK_FILL_CLOSE) {
        return wick_fail(ctx, WICK_E_ARG,
                         "engine setting delay=0 fills at the deciding close and needs fill=close");
    }
    const wick_status hedge = wk_hedge_check(ctx, k);
    if (hedge < 0) return hedge;
    if (k->volume_pct > 0.0 && k->phases != WK_PHASES_PATH && k->phases != WK_PHASES_BATCH) {
        return wick_fail(ctx, WICK_E_ARG,
                         "engine setting volume_pct needs phases=path or phases=batch");
    }
    return WICK_OK;
}

static void set_clock(wick_run *r, const wick_run_opts *o)
{
    r->clock = wick_panel_clock(r->panel);
    r->ticks = r->all_ticks = (int32_t)wick_panel_ticks(r->panel);
    int32_t lo = 0, hi = o->has_trade_from ? r->ticks : 0;
    while (lo < hi) {
        const int32_t mid = lo + (hi - lo) / 2;
        if (r->clock[mid] < o->trade_from)
            lo = mid + 1;
        else
            hi = mid;
    }
    /* A Pine script sees the bars before: its own variables warm up as indicators do. */
    const bool shown = o->pine && !o->cold;
    r->gate_tick = shown ? lo : 0;
    r->first_tick = shown ? 0 : lo;
    r->rows = r->ticks - r->first_tick; /* of all ticks, wherever the run may stop */
}

static void set_options(wick_run *r, const wick_run_opts *o)
{
    const wick_settings *k = &r->set;
    r->lean = o->lean;
    r->ask_bar = o->ask_bar;
    r->metered = o->metered;
    r->ahead = o->ahead;
    r->ask_before = o->ask_before;
    r->ask_after = o->ask_after;
    r->ask_fill = o->ask_fill;
    r->ask_any = o->ask_bar || o->ask_before || o->ask_after;
    r->warmup = o->warmup;
    r->n_sym = (int32_t)wick_panel_count(r->panel);
    r->solo = r->n_sym == 1;
    r->quick = r->solo && k->phases != WK_PHASES_CANDLE && o->ask_bar && !o->ask_before &&
               !o->ask_after && !o->ask_fill;
    r->cash0 = r->cash = r->equity = o->cash;
    r->free_ord = r->free_lot = WK_NONE;
    r->amb.bounded = true;
    r->has_fees = k->fee_pct > 0.0 || k->fee_order > 0.0 || k->fee_unit > 0.0 || k->fee_min > 0.0;
    r->cur.symbol = -1;
    r->cur.avg_price = WICK_NA;
    r->cur.cash = r->cur.equity = o->cash;
    set_clock(r, o);
}

wick_status wick_run_new(wick_ctx *ctx, wick_panel *panel, const wick_run_opts *opts,
                         wick_run **out)
{
    wick_run_opts o = {.size = sizeof o};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if (panel == NULL) return wick_fail(ctx, WICK_E_ARG, "a run needs a panel");
    if (o.cash == 0.0) o.cash = 100000.0;
    wick_run *r = calloc(1, sizeof *r);
    if (r == NULL) return wick_fail_mem(ctx);
    wick_settings *def = o.settings == NULL ? wick_settings_new() : NULL;
    wick_status st = WICK_OK;
    if (o.settings == NULL && def == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    r->set = o.settings != NULL ? *o.settings : *def;
    WICK_TRY(check_opts(ctx, &o, &r->set));
    r->panel = wick_panel_ref(panel);
    r->own_arena = o.arena == NULL;
    r->arena = o.arena != NULL ? o.arena
                               : wick_arena_new(o.memory_cap > 0 ? o.memory_cap : INT64_C(1) << 31);
    if (r->arena == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    set_options(r, &o);
    WICK_TRY(wk_cost_open(ctx, r, o.cost));
    if (!allocate(r)) {
        st = wick_fail(ctx, WICK_E_MEM,
                       "a run over %lld ticks and %d symbols does not fit in its memory",
                       (long long)r->ticks, (int)r->n_sym);
        goto out;
    }
    for (int32_t s = 0; s < r->n_sym; s++) {
        set_feed(r, s);
        init_sym(&r->sym[s]);
        r->bar_of[s] = -1;
        r->event[s] = WK_NEVER;
    }
    r->cur.bar_of = r->bar_of;
    r->cur.active = r->active;
    r->calls = r->set.margin_call != WK_CALL_OFF;
    r->every_tick = r->calls || wk_hedges(r) || r->set.absent_fill == WK_ABSENT_LAST;
    WICK_TRY(wk_carry_open(ctx, r));
    if (r->every_tick) r->quick = false;
    if (o.pine) WICK_TRY(wk_pine_open(ctx, r));
    if (!o.pine && r->set.calc_on_order_fills != 0) {
        st = wick_fail(ctx, WICK_E_ARG,
                       "engine setting calc_on_order_fills is for Pine strategies");
        goto out;
    }
    WICK_TRY(wk_candle_open(ctx, r));
    wick_settings_free(def);
    *out = r;
    return WICK_OK;
out:
    wick_settings_free(def);
    wick_run_free(r);
    return st;
}

void wick_run_free(wick_run *r)
{
    if (r == NULL) return;
    if (!r->finished) wk_pine_free(r);
    wick_panel_unref(r->panel);
    if (r->own_arena) wick_arena_free(r->arena); /* NULL once a ledger has it */
    free(r);
}

wick_meter wick_run_meter(const wick_run *r)
{
    return r->meter;
}

bool wick_run_refills(const wick_run *r)
{
    return r->refill != NULL;
}

const wick_settings *wick_run_settings(const wick_run *r)
{
    return &r->set;
}

wick_panel *wick_run_panel(const wick_run *r)
{
    return r->panel;
}

/* ---- inputs before the first step ---------------------------------------------------------- */

static wick_status check_input(wick_ctx *ctx, const wick_run *r, int32_t symbol, const char *what)
{
    if (r->phase != WK_PH_START) {
        return wick_fail(ctx, WICK_E_STATE, "%s must be given before the first step", what);
    }
    if (symbol < 0 || symbol >= r->n_sym) {
        return wick_fail(ctx, WICK_E_ARG, "%s: there is no symbol %d in a panel of %d", what,
                         (int)symbol, (int)r->n_sym);
    }
    return WICK_OK;
}

static const uint64_t *pack(wick_run *r, int32_t symbol, const double *column)
{
    const int64_t n = r->feed[symbol].all;
    uint64_t *bits = wick_arena_alloc(r->arena, (wick_mask_words(n) + 1) * (int64_t)sizeof *bits);
    if (bits != NULL) wick_mask_pack(n, column, bits);
    return bits;
}

/* Masks that came as columns get their bits; a column given twice (`flat` leaves either side) is
 * packed once. */
static bool pack_signals(wick_run *r, int32_t symbol, wick_signals *g)
{
    const double *column[] = {g->long_entry, g->long_exit, g->short_entry, g->short_exit};
    const uint64_t **bits[] = {&g->long_entry_bits, &g->long_exit_bits, &g->short_entry_bits,
                               &g->short_exit_bits};
    for (int k = 0; k < 4; k++) {
        if (*bits[k] != NULL || column[k] == NULL) continue;
        for (int i = 0; i < k; i++)
            if (column[i] == column[k]) *bits[k] = *bits[i];
        if (*bits[k] == NULL) *bits[k] = pack(r, symbol, column[k]);
        if (*bits[k] == NULL) return false;
    }
    return true;
}

wick_status wick_run_set_signals(wick_ctx *ctx, wick_run *r, int32_t symbol, const wick_signals *s)
{
    const wick_status st = check_input(ctx, r, symbol, "signals");
    if (st < 0) return st;
    if (s->size_kind < WICK_SIZE_DEFAULT || s->size_kind > WICK_SIZE_ASK ||
        (s->size_kind >= WICK_SIZE_TARGET_UNITS && s->size_kind <= WICK_SIZE_TARGET_PCT)) {
        return wick_fail(ctx, WICK_E_ARG, "signals: size kind %d is not one of an entry",
                         (int)s->size_kind);
    }
    if (wk_hedges(r)) {
        return wick_fail(ctx, WICK_E_ARG,
                         "signals net a position; engine setting lots=hedge is for orders");
    }
    if (r->set.phases == WK_PHASES_CANDLE) {
        const wick_order like = {.stop = s->stop != NULL, .size_kind = s->size_kind};
        const char *why = wk_candle_refuses(&like);
        if (why != NULL) return wick_fail(ctx, WICK_E_ARG, "signals: %s", why);
    }
    if (s->exit_limit != NULL && r->set.phases != WK_PHASES_CANDLE)
        return wick_fail(ctx, WICK_E_ARG, "signals: exit_limit needs phases=candle");
    if (r->set.phases == WK_PHASES_ROWS && (s->limit != NULL || s->stop != NULL)) {
        return wick_fail(ctx, WICK_E_ARG,
                         "signals: phases=rows knows no limit and stop entries; `price` is what a "
                         "market entry fills at");
    }
    if (s->hold_bars < 0 || s->expire < 0) {
        return wick_fail(ctx, WICK_E_ARG, "signals: hold_bars and expire count bars from zero");
    }
    wick_signals *own = wick_arena_zalloc(r->arena, (int64_t)sizeof *own);
    if (own == NULL) return wick_fail_mem(ctx);
    memcpy(own, s, s->size < sizeof *own ? s->size : sizeof *own);
    if (!pack_signals(r, symbol, own)) return wick_fail_mem(ctx);
    r->feed[symbol].signals = own;
    return WICK_OK;
}

wick_status wick_run_add_trigger_bits(wick_ctx *ctx, wick_run *r, int32_t symbol,
                                      const uint64_t *mask, int32_t *trigger)
{
    const wick_status st = check_input(ctx, r, symbol, "triggers");
    if (st < 0) return st;
    wk_feed *f = &r->feed[symbol];
    const uint64_t **list = wick_arena_alloc(r->arena, (f->n_triggers + 1) * (int64_t)sizeof *list);
    if (list == NULL) return wick_fail_mem(ctx);
    for (int32_t i = 0; i < f->n_triggers; i++) list[i] = f->triggers[i];
    list[f->n_triggers] = mask;
    f->triggers = list;
    *trigger = f->n_triggers++;
    return WICK_OK;
}

wick_status wick_run_add_trigger(wick_ctx *ctx, wick_run *r, int32_t symbol, const double *mask,
                                 int32_t *trigger)
{
    const wick_status st = check_input(ctx, r, symbol, "triggers");
    if (st < 0) return st;
    const uint64_t *bits = pack(r, symbol, mask);
    if (bits == NULL) return wick_fail_mem(ctx);
    return wick_run_add_trigger_bits(ctx, r, symbol, bits, trigger);
}

wick_status wick_run_set_wake(wick_ctx *ctx, wick_run *r, int32_t symbol, const wick_wake *wake)
{
    const wick_status st = check_input(ctx, r, symbol, "what wakes the script");
    if (st < 0) return st;
    wick_wake *own = wick_arena_zalloc(r->arena, (int64_t)sizeof *own);
    if (own == NULL) return wick_fail_mem(ctx);
    memcpy(own, wake, wake->size < sizeof *own ? wake->size : sizeof *own);
    r->feed[symbol].wake = own;
    for (int32_t s = 0; s < r->n_sym; s++) {
        if (r->feed[s].wake == NULL) return WICK_OK;
    }
    r->ask_bar = r->quick = false; /* nobody asks for every bar any more */
    r->ask_any = r->ask_before || r->ask_after || r->rebalances;
    return WICK_OK;
}

wick_status wick_run_set_gate(wick_ctx *ctx, wick_run *r, int32_t symbol, const double *score,
                              double threshold)
{
    const wick_status st = check_input(ctx, r, symbol, "a gate");
    if (st < 0) return st;
    r->feed[symbol].gate = score;
    r->feed[symbol].gate_threshold = threshold;
    return WICK_OK;
}

wick_status wick_run_set_gate_size(wick_ctx *ctx, wick_run *r, int32_t symbol, const double *factor)
{
    const wick_status st = check_input(ctx, r, symbol, "a gate");
    if (st < 0) return st;
    r->feed[symbol].gate_size = factor;
    return WICK_OK;
}

static uint32_t hash_text(const char *text)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (; *text != '\0'; text++) h = (h ^ (uint8_t)*text) * 16777619u;
    return h;
}

/* Twice the table: scripts that name every order afresh make a tag per trade. */
static bool grow_tags(wick_run *r)
{
    const int32_t cap = r->tag_cap > 0 ? 2 * r->tag_cap : 64;
    int32_t *slots = wick_arena_zalloc(r->arena, cap * (int64_t)sizeof *slots);
    if (slots == NULL) return false;
    for (int32_t i = 0; i < r->tags.n; i++) {
        uint32_t k = hash_text(((const char *const *)r->tags.p)[i]) & (uint32_t)(cap - 1);
        while (slots[k] != 0) k = (k + 1) & (uint32_t)(cap - 1);
        slots[k] = i + 1;
    }
    r->tag_slots = slots;
    r->tag_cap = cap;
    return true;
}

int32_t wick_run_tag(wick_run *r, const char *text)
{
    if (2 * (r->tags.n + 1) > r->tag_cap && !grow_tags(r)) {
        wk_run_fail(r, WICK_E_MEM);
        return 0;
    }
    uint32_t k = hash_text(text) & (uint32_t)(r->tag_cap - 1);
    for (; r->tag_slots[k] != 0; k = (k + 1) & (uint32_t)(r->tag_cap - 1)) {
        if (strcmp(((const char *const *)r->tags.p)[r->tag_slots[k] - 1], text) == 0)
            return r->tag_slots[k];
    }
    char *copy = wick_arena_strdup(r->arena, text);
    const char **to = copy != NULL ? wk_vec_push(r, &r->tags, sizeof *to) : NULL;
    if (to == NULL) {
        wk_run_fail(r, WICK_E_MEM);
        return 0;
    }
    *to = copy;
    r->tag_slots[k] = r->tags.n;
    return r->tags.n;
}

const char *wick_run_text(const wick_run *r, int32_t tag)
{
    return tag > 0 && tag <= r->tags.n ? ((const char *const *)r->tags.p)[tag - 1] : "";
}

/* ---- results ------------------------------------------------------------------------------ */

wick_status wick_run_error(wick_ctx *ctx, const wick_run *r)
{
    if (r->status >= 0) return WICK_OK;
    if (r->status == WICK_E_MEM) {
        return wick_fail(ctx, WICK_E_MEM, "the run is over its memory cap at tick %d of %d",
                         (int)r->tick, (int)r->ticks);
    }
    return wick_fail(ctx, r->status, "%s", r->refusal[0] != '\0' ? r->refusal : "the run failed");
}

/* Orders still there at the end: those due after the last bar never had one. */
static void settle_pending(wick_run *r)
{
    for (int32_t i = 0; i < r->n_watch; i++) {
        const int32_t s = r->watch[i];
        for (int32_t slot = r->sym[s].ord; slot != WK_NONE; slot = wk_ord_at(r, slot)->next) {
            const wk_ord *o = wk_ord_at(r, slot);
            const int32_t fate = o->part.qty > 0.0        ? WICK_FATE_PARTIAL
                                 : o->due >= r->feed[s].n ? WICK_FATE_NO_BAR
                                                          : WICK_FATE_PENDING;
            r->fates[fate]++;
            if (!r->lean) wk_rec_at(r, o->id)->fate = (int8_t)fate;
        }
    }
}

static bool names_of(wick_run *r, const char ***symbols, const char ***tags)
{
    *symbols = wick_arena_alloc(r->arena, (r->n_sym + 1) * (int64_t)sizeof **symbols);
    *tags = wick_arena_alloc(r->arena, (r->tags.n + 1) * (int64_t)sizeof **tags);
    if (*symbols == NULL || *tags == NULL) return false;
    for (int32_t s = 0; s < r->n_sym; s++) {
        (*symbols)[s] = wick_arena_strdup(r->arena, wick_bars_symbol(wick_panel_bars(r->panel, s)));
        if ((*symbols)[s] == NULL) return false;
    }
    (*tags)[0] = ""; /* tags count from 1 */
    for (int32_t i = 0; i < r->tags.n; i++) (*tags)[i + 1] = ((const char *const *)r->tags.p)[i];
    return true;
}

/* Rows of the ledger begin where trading may. */
static const double *from_gate(const wick_run *r, const double *column)
{
    return column != NULL ? column + r->gate_tick : NULL;
}

wick_status wick_run_finish(wick_ctx *ctx, wick_run *r, wick_ledger **out)
{
    if (r->status < 0) return wick_run_error(ctx, r);
    if (r->waits && r->phase == WK_PH_DONE)
        return wick_fail(ctx, WICK_E_STATE, "this run waits at a stop: wick_run_go_on comes first");
    if (r->phase != WK_PH_DONE || r->finished) {
        return wick_fail(ctx, WICK_E_STATE,
                         r->finished ? "this run has given its results already"
                                     : "this run is not over yet");
    }
    for (int32_t s = 0; s < r->n_sym; s++) {
        wk_pile_flush(r, s);
        wk_signal_end(r, s);
    }
    if (r->pine != NULL) wk_pine_finish(r);
    settle_pending(r);
    const char **symbols = NULL, **tags = NULL;
    int64_t *fates = NULL;
    wk_finer_count(r, &r->amb);
    if (r->status < 0 || !names_of(r, &symbols, &tags)) return wick_fail_mem(ctx);
    fates = wick_arena_alloc(r->arena, (int64_t)sizeof r->fates);
    if (fates == NULL) return wick_fail_mem(ctx);
    memcpy(fates, r->fates, sizeof r->fates);
    const double total = r->equity - r->cash0;
    const wick_ledger_in in = {
        .size = sizeof in,
        .n = r->rows - r->gate_tick,
        .time = r->clock + r->first_tick + r->gate_tick, /* the panel's own */
        .equity = from_gate(r, r->col_equity),
        .cash = from_gate(r, r->col_cash),
        .fees = from_gate(r, r->col_fees),
        .long_value = from_gate(r, r->col_long),
        .short_value = from_gate(r, r->col_short),
        .flow = {from_gate(r, r->col_flow[0]), from_gate(r, r->col_flow[1]),
                 from_gate(r, r->col_flow[2]), from_gate(r, r->col_flow[3])},
        .n_trades = r->trades.n,
        .trades = r->trades.p,
        .n_orders = r->recs.n,
        .orders = r->recs.p,
        .n_symbols = r->n_sym,
        .symbols = symbols,
        .n_tags = r->tags.n + 1,
        .tags = tags,
        .cash0 = r->cash0,
        .ambiguity = {.bars = r->amb.bars,
                      .pnl_worst = total + r->amb.pnl_worst,
                      .pnl_best = total + r->amb.pnl_best,
                      .bounded = true,
                      .finer = r->amb.finer,
                      .coarse = r->amb.coarse,
                      .misfit = r->amb.misfit},
        .fates = fates,
        .borrowed = !r->own_arena,
        .panel = r->panel,
        .rate = wk_rates_list(r),
    };
    r->finished = true;
    wick_arena *arena = r->arena;
    if (r->own_arena) r->arena = NULL; /* the ledger's from here on, also on failure */
    return wick_ledger_take(ctx, &in, arena, out);
}
