/* SPDX-License-Identifier: MIT */
/* Saving and loading: the run's own figures, its arrays one block each, its rows so far. */
#include "engine/carry.h"
#include "engine/state_int.h"

#include <string.h>

/* ---- saving -------------------------------------------------------------------------------- */

/* What nobody reads any more is zero: slots that are free, brackets of orders without one, the way
 * through a bar that is over and through the entry bar of a lot that was opened at its close. */
static void blank_unused(wick_run *r)
{
    r->cost.part = (wk_part){.qty = 0.0};
    for (int32_t i = 0; i < r->ords.n; i++) {
        wk_ord *o = wk_ord_at(r, i);
        const int32_t next = o->next;
        if (o->id == 0) *o = (wk_ord){.next = next};
        if (!o->has_bracket) o->b = (wk_bracket){.hold_bars = 0};
    }
    for (int32_t i = 0; i < r->lots.n; i++) {
        wk_lot *l = wk_lot_at(r, i);
        const int32_t next = l->next;
        if (l->serial == 0) *l = (wk_lot){.next = next};
        if (l->seg >= 4) l->up_first = 0;
    }
    for (int32_t s = 0; r->piles != NULL && s < r->n_sym; s++) {
        if (r->piles[s].count == 0) r->piles[s] = (wk_pile){.count = 0};
    }
}

/* Lists that are not in the middle of anything, so that a run that was saved and one that was not
 * have the same bytes at the next stop. */
static void settle(wick_run *r)
{
    blank_unused(r);
    for (int32_t s = 0; s < r->n_sym; s++) r->sym[s].up_first = 0;
    for (int32_t i = r->n_watch - 1; i >= 0; i--) {
        const int32_t s = r->watch[i];
        wk_sym_refresh(r, s);
    }
    for (int32_t s = 0; s < r->n_sym; s++) wk_signal_next(r, s, r->bar_of[s] + 1);
}

static void save_vec(wick_buf *b, const char *name, const wk_rows *rows, const wk_vec *v)
{
    wk_pack_block(b, name, rows, v->p, v->n);
}

static void save_tags(const wick_run *r, wick_buf *b)
{
    wk_pack_u32(b, (uint32_t)r->tags.n);
    for (int32_t i = 0; i < r->tags.n; i++) {
        const char *text = ((const char *const *)r->tags.p)[i];
        wk_pack_text(b, text, (int64_t)strlen(text));
    }
}

static void save_pine(const wick_run *r, wick_buf *b)
{
    for (int32_t s = 0; s < r->n_sym; s++) {
        const wk_pine *p = &r->pine[s];
        wk_pack_block(b, "pine", &wk_rows_pine, p, 1);
        save_vec(b, "pine.orders", &wk_rows_pord, &p->ords);
        save_vec(b, "pine.exits", &wk_rows_leg, &p->legs);
        save_vec(b, "pine.entries", &wk_rows_bind, &p->binds);
        save_vec(b, "pine.trades", &wk_rows_i32, &p->trades);
    }
    save_vec(b, "pine.names", &wk_rows_pinfo, &r->pinfo);
    save_vec(b, "pine.close_names", &wk_rows_i32, &r->close_names);
}

/* Columns that are there; a missing one reads as zeros. */
static void save_column(wick_buf *b, const char *name, const double *col, int64_t n)
{
    wk_pack_block(b, name, &wk_rows_f64, col, col != NULL ? n : 0);
}

static void save_arrays(const wick_run *r, wick_buf *b)
{
    const int64_t rows = r->tick - r->first_tick + 1;
    wk_pack_block(b, "run", &wk_rows_run, r, 1);
    wk_pack_block(b, "symbols", &wk_rows_sym, r->sym, r->n_sym);
    wk_pack_block(b, "bars", &wk_rows_i32, r->bar_of, r->n_sym);
    wk_pack_block(b, "active", &wk_rows_u8, r->active, r->n_sym);
    save_tags(r, b);
    save_vec(b, "pending", &wk_rows_ord, &r->ords);
    save_vec(b, "lots", &wk_rows_lot, &r->lots);
    save_vec(b, "trades", &wk_rows_trade, &r->trades);
    save_vec(b, "orders", &wk_rows_rec, &r->recs);
    save_vec(b, "places", &wk_rows_i32, &r->slot_of);
    wk_pack_block(b, "fills", &wk_rows_i32, r->fills.p, 2 * (int64_t)r->fills.n);
    wk_pack_block(b, "piles", &wk_rows_pile, r->piles, r->piles != NULL ? r->n_sym : 0);
    save_vec(b, "traded", &wk_rows_traded, &r->cost.traded);
    wk_pack_block(b, "drawn", &wk_rows_drawn, r->cost.drawn, r->cost.drawn != NULL ? r->n_sym : 0);
    wk_pack_block(b, "targets", &wk_rows_f64, r->target, r->target != NULL ? r->n_sym : 0);
    wk_pack_block(b, "target_orders", &wk_rows_i32, r->target_ord,
                  r->target != NULL ? r->n_sym : 0);
    if (r->pine != NULL) save_pine(r, b);
    save_column(b, "equity", r->col_equity, rows);
    save_column(b, "cash", r->col_cash, rows);
    save_column(b, "fees", r->col_fees, rows);
    save_column(b, "long_value", r->col_long, rows);
    save_column(b, "short_value", r->col_short, rows);
    for (int k = 0; k < WICK_FLOWS; k++) save_column(b, wick_flow_name(k), r->col_flow[k], rows);
}

wick_status wick_run_save(wick_ctx *ctx, wick_run *r, wick_state **out)
{
    if (r->status < 0) return wick_run_error(ctx, r);
    if (r->member)
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "a run that shares its account with others cannot be saved");
    if (!wick_run_waits(r))
        return wick_fail(ctx, WICK_E_STATE,
                         "a run is saved where it waits: wick_run_until, then step until DONE");
    settle(r);
    if (r->status < 0) return wick_run_error(ctx, r);
    wick_state *s = NULL;
    wick_buf b = {0};
    wick_status st = wk_state_new(ctx, &s);
    if (st < 0) return st;
    char text[WICK_TIME_TEXT] = "before the first bar";
    if (r->tick >= 0) wick_time_format(text, r->clock[r->tick], false);
    WICK_TRY(wick_state_note(ctx, s, "wick", wick_version()));
    WICK_TRY(wick_state_note(ctx, s, "profile", wick_settings_profile_name(&r->set)));
    WICK_TRY(wick_state_note(ctx, s, "time", text));
    WICK_TRY(wk_state_write_ties(ctx, r, s));
    save_arrays(r, &b);
    WICK_TRY(b.failed ? wick_fail_mem(ctx) : WICK_OK);
    WICK_TRY(wick_state_put(ctx, s, "engine.run", b.data, b.len));
    *out = s;
    s = NULL;
out:
    wick_buf_free(&b);
    wick_state_unref(s);
    return st;
}

/* ---- loading ------------------------------------------------------------------------------- */

/* A list of structs; what rows leave out is zero. */
static void load_vec(wk_unpack *u, wick_run *r, const char *name, const wk_rows *rows, wk_vec *v)
{
    const int64_t n = wk_take_block(u, name, rows);
    if (n < 0) return;
    if (n > INT32_MAX / 4 || !wk_vec_reserve(r, v, (int32_t)n, rows->size)) {
        u->st = wick_fail(u->ctx, WICK_E_MEM, "the state's %lld %s do not fit in the run's memory",
                          (long long)n, name);
        return;
    }
    if (n > 0) memset(v->p, 0, (size_t)n * rows->size);
    v->n = (int32_t)n;
    (void)wk_take_structs(u, rows, v->p, n);
}

static void load_fixed(wk_unpack *u, const char *name, const wk_rows *rows, void *p, int64_t n)
{
    const int64_t have = wk_take_block(u, name, rows);
    if (have < 0) return;
    if (have != n)
        (void)wk_unpack_fail(u, "the state has %lld of '%s' where this run has %lld",
                             (long long)have, name, (long long)n);
    else
        (void)wk_take_structs(u, rows, p, n);
}

/* The texts a run has interned before its first step come first, and in the same order. */
static void load_tags(wk_unpack *u, wick_run *r)
{
    const uint32_t n = wk_take_u32(u);
    const int32_t before = r->tags.n;
    if (u->st >= 0 && n < (uint32_t)before)
        (void)wk_unpack_fail(u, "the state has fewer order names than the script declares");
    for (uint32_t i = 0; i < n && u->st >= 0; i++) {
        int64_t len = 0;
        const char *text = wk_take_text(u, &len);
        wick_buf b = {0};
        wick_buf_add(&b, text, len);
        const int32_t tag = u->st < 0 || b.failed ? 0 : wick_run_tag(r, len > 0 ? b.data : "");
        if (b.failed || r->status < 0)
            u->st = wick_fail_mem(u->ctx);
        else if (len > 0 && memchr(text, '\0', (size_t)len) != NULL)
            (void)wk_unpack_fail(u, "the state's order name %u is no text", i + 1);
        else if (u->st >= 0 && tag != (int32_t)i + 1)
            (void)wk_unpack_fail(
                u,
                "order name %u is '%.*s' in the state and another one in this run: "
                "the script names its orders otherwise",
                i + 1, (int)(len < 60 ? len : 60), text);
        wick_buf_free(&b);
    }
}

static void load_column(wk_unpack *u, wick_run *r, const char *name, double **col, bool wanted)
{
    const int64_t rows = r->tick - r->first_tick + 1;
    const int64_t n = wk_take_block(u, name, &wk_rows_f64);
    if (n < 0) return;
    if (n != 0 && n != rows) {
        (void)wk_unpack_fail(u, "the state has %lld rows of %s for %lld ticks", (long long)n, name,
                             (long long)rows);
        return;
    }
    if (n > 0 && *col == NULL && wk_side_column(r, col) == NULL) {
        u->st = wick_fail_mem(u->ctx);
        return;
    }
    if (n > 0)
        (void)wk_take_structs(u, &wk_rows_f64, *col, n);
    else if (wanted && *col != NULL)
        for (int64_t i = 0; i < rows; i++) (*col)[i] = 0.0; /* fees of a what-if begin here */
}

static void load_pine(wk_unpack *u, wick_run *r)
{
    for (int32_t s = 0; s < r->n_sym && u->st >= 0; s++) {
        wk_pine *p = &r->pine[s];
        load_fixed(u, "pine", &wk_rows_pine, p, 1);
        load_vec(u, r, "pine.orders", &wk_rows_pord, &p->ords);
        load_vec(u, r, "pine.exits", &wk_rows_leg, &p->legs);
        load_vec(u, r, "pine.entries", &wk_rows_bind, &p->binds);
        load_vec(u, r, "pine.trades", &wk_rows_i32, &p->trades);
    }
    load_vec(u, r, "pine.names", &wk_rows_pinfo, &r->pinfo);
    load_vec(u, r, "pine.close_names", &wk_rows_i32, &r->close_names);
}

/* Structs per symbol that some settings need and others do not. A what-if that needs them begins
 * without what was under way; one that does not passes over it. */
static void load_spare(wk_unpack *u, const wick_run *r, const char *name, const wk_rows *rows,
                       void *to)
{
    const int64_t n = wk_take_block(u, name, rows);
    if (n < 0) return;
    if (n != 0 && n != r->n_sym) {
        (void)wk_unpack_fail(u, "the state has %lld of '%s' for %d symbols", (long long)n, name,
                             (int)r->n_sym);
        return;
    }
    if (to != NULL)
        (void)wk_take_structs(u, rows, to, n);
    else
        wk_skip_structs(u, rows, n);
}

static void load_fills(wk_unpack *u, wick_run *r)
{
    const int64_t n = wk_take_block(u, "fills", &wk_rows_i32);
    if (n < 0) return;
    if (n % 2 != 0 || n / 2 > INT32_MAX / 4 ||
        !wk_vec_reserve(r, &r->fills, (int32_t)(n / 2), 2 * sizeof(int32_t))) {
        (void)wk_unpack_fail(u, "the state's list of fills is no list of pairs");
        return;
    }
    r->fills.n = (int32_t)(n / 2);
    (void)wk_take_structs(u, &wk_rows_i32, r->fills.p, n);
}

/* Both blocks are empty until a run has been given targets. */
static void load_targets(wk_unpack *u, wick_run *r)
{
    const int64_t n = wk_take_block(u, "targets", &wk_rows_f64);
    if (n > 0 && (n != r->n_sym || !wk_target_room(r))) {
        (void)wk_unpack_fail(u, "the state has %lld targets for %d symbols", (long long)n,
                             (int)r->n_sym);
        return;
    }
    if (n > 0) (void)wk_take_structs(u, &wk_rows_f64, r->target, n);
    const int64_t m = wk_take_block(u, "target_orders", &wk_rows_i32);
    if (m >= 0 && m != n)
        (void)wk_unpack_fail(u, "the state's targets and their orders differ in number");
    else if (m > 0)
        (void)wk_take_structs(u, &wk_rows_i32, r->target_ord, m);
}

static void load_arrays(wk_unpack *u, wick_run *r, int32_t tick)
{
    load_fixed(u, "run", &wk_rows_run, r, 1);
    if (u->st >= 0 && r->tick != tick)
        (void)wk_unpack_fail(u, "the state's sections stand at different ticks");
    load_fixed(u, "symbols", &wk_rows_sym, r->sym, r->n_sym);
    load_fixed(u, "bars", &wk_rows_i32, r->bar_of, r->n_sym);
    load_fixed(u, "active", &wk_rows_u8, r->active, r->n_sym);
    load_tags(u, r);
    load_vec(u, r, "pending", &wk_rows_ord, &r->ords);
    load_vec(u, r, "lots", &wk_rows_lot, &r->lots);
    load_vec(u, r, "trades", &wk_rows_trade, &r->trades);
    load_vec(u, r, "orders", &wk_rows_rec, &r->recs);
    load_vec(u, r, "places", &wk_rows_i32, &r->slot_of);
    load_fills(u, r);
    load_spare(u, r, "piles", &wk_rows_pile, r->piles);
    load_vec(u, r, "traded", &wk_rows_traded, &r->cost.traded);
    load_spare(u, r, "drawn", &wk_rows_drawn, r->cost.drawn);
    load_targets(u, r);
    if (r->pine != NULL) load_pine(u, r);
    load_column(u, r, "equity", &r->col_equity, true);
    load_column(u, r, "cash", &r->col_cash, true);
    load_column(u, r, "fees", &r->col_fees, true);
    load_column(u, r, "long_value", &r->col_long, false);
    load_column(u, r, "short_value", &r->col_short, false);
    for (int k = 0; k < WICK_FLOWS; k++)
        load_column(u, r, wick_flow_name(k), &r->col_flow[k], true);
    if (u->st >= 0 && u->p != u->end) (void)wk_unpack_fail(u, "section engine.run is too long");
}

/* What is watched follows from what is there. */
static void watch_all(wick_run *r)
{
    r->n_watch = 0;
    for (int32_t s = 0; s < r->n_sym; s++) {
        wk_sym *y = &r->sym[s];
        y->watched = y->stale = 0;
        if (y->lots > 0 || y->ords > 0 || (r->pine != NULL && wk_pine_busy(r, s)))
            wk_sym_watch(r, s);
    }
}

static wick_status load_state(wick_ctx *ctx, wick_run *r, const wick_state *s,
                              const wick_resume_opts *o)
{
    int32_t tick = 0;
    wick_status st = wk_state_check_ties(ctx, r, s, o, &tick);
    if (st < 0) return st;
    if (r->waits && tick >= r->ticks)
        return wick_fail(ctx, WICK_E_ARG, "the stop of this run is before the state's own tick");
    int64_t n = 0;
    const uint8_t *p = wick_state_get(s, "engine.run", &n);
    if (p == NULL) return wick_fail(ctx, WICK_E_DATA, "the state has no section engine.run");
    const bool open_end = r->open_end;
    wk_start(r);
    wk_unpack u = {.ctx = ctx, .p = p, .end = p + n, .st = r->status};
    if (u.st < 0) return wick_run_error(ctx, r);
    load_arrays(&u, r, tick);
    if (u.st < 0) return u.st;
    wk_rates_resume(r);
    const char *bad = wk_state_bad(r);
    if (bad != NULL) return wk_unpack_fail(&u, "the state is not sound: %s", bad);
    watch_all(r);
    const bool was_open = r->open_end; /* of the state */
    r->open_end = open_end;
    wk_horizon_open(r, was_open);
    return r->status < 0 ? wick_run_error(ctx, r) : WICK_OK;
}

wick_status wick_run_load(wick_ctx *ctx, wick_run *r, const wick_state *s,
                          const wick_resume_opts *opts)
{
    wick_resume_opts o = {.size = sizeof o};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if (r->phase != WK_PH_START || r->status < 0)
        return wick_fail(ctx, WICK_E_STATE, "a state is loaded into a run that has not begun");
    const wick_status st = load_state(ctx, r, s, &o);
    if (st < 0) (void)wk_run_fail(r, st);
    return st;
}
