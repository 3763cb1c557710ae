/* SPDX-License-Identifier: MIT */
/* Laws of portfolio_engine.md G8 under random order streams: every case draws bars, settings and
 * orders from a PCG stream whose seed is printed when it fails. */
#include "prop/random_market.h"

/* ---- laws on one run ------------------------------------------------------------------------ */

/* One symbol, idle on most bars. */
static void decide_little(wick_run *r, const wick_cursor *at, const stream *s)
{
    wick_pcg g = wick_pcg_key(s->seed, "few", (uint64_t)at->step, (uint64_t)at->bar);
    const uint64_t what = wick_pcg_below(&g, 16);
    wick_order o = {.size = sizeof o, .side = what & 1 ? 1 : -1, .size_kind = WICK_SIZE_PCT_EQUITY};
    o.amount = 20.0 + 70.0 * wick_pcg_uniform(&g);
    if (what < 2 || at->equity < 100.0) (void)wick_run_close(r, 0, 1.0, 0);
    if (what < 5) (void)wick_run_submit(r, &o);
    if (what == 5) o.stop_points = 2.0, (void)wick_run_submit(r, &o);
    if (what == 6) (void)wick_run_protect(r, 0, WICK_NA, WICK_NA, 1.5);
}

/* Walks as far as the cursor allows; true when there is a bar to decide on. */
static bool walk_ahead(const wick_run *r)
{
    wick_cursor *c = (wick_cursor *)(uintptr_t)wick_run_cursor(r);
    if (c->ahead >= c->free) return false;
    c->ahead++;
    c->bar = ++*(int32_t *)(uintptr_t)c->bar_of;
    return true;
}

static int32_t next_question(wick_run *r, const stream *s)
{
    if (s->ahead && walk_ahead(r)) return WICK_STEP_BAR;
    return wick_run_step(r);
}

static void add_triggers(wick_ctx *ctx, wick_run *r, const stream *s)
{
    static double mask[2][MAX_BARS];
    wick_pcg g = wick_pcg_key(s->seed, "triggers", 0, 0);
    for (int k = 0; k < 2; k++) {
        int32_t index;
        for (int64_t i = 0; i < s->m->n[0]; i++) mask[k][i] = wick_pcg_below(&g, 5) == 0;
        check_ok(ctx, wick_run_add_trigger(ctx, r, 0, mask[k], &index));
    }
}

typedef struct outcome {
    wick_ledger *l;
    double open_pnl, fees, realized, equity;
} outcome;

static outcome run_once(wick_ctx *ctx, const market *m, const char *text, double cash, stream *s)
{
    wick_panel *p = make_panel(ctx, m, s->v);
    wick_settings *set = sim_settings(ctx, text);
    const wick_run_opts o = {.size = sizeof o,
                             .settings = set,
                             .cash = cash,
                             .ask_bar = !s->triggers,
                             .ahead = s->ahead};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    r->thorough = s->thorough;
    if (s->triggers) add_triggers(ctx, r, s);
    int32_t step;
    s->placed = 0;
    while ((step = next_question(r, s)) > 0) {
        if (s->few)
            decide_little(r, wick_run_cursor(r), s);
        else
            decide(r, wick_run_cursor(r), s);
    }
    if (step < 0) check_ok(ctx, wick_run_error(ctx, r));
    outcome out = {.fees = wick_run_fees(r), .realized = wick_run_realized(r)};
    for (int32_t i = 0; i < m->symbols; i++) out.open_pnl += wick_run_open_pnl(r, i);
    check_ok(ctx, wick_run_finish(ctx, r, &out.l));
    const wick_equity e = wick_ledger_equity(out.l);
    out.equity = e.equity[e.n - 1];
    wick_run_free(r);
    wick_settings_free(set);
    wick_panel_unref(p);
    return out;
}

static void check_books(const outcome *x, double cash)
{
    const wick_equity e = wick_ledger_equity(x->l);
    double gross = cash;
    for (int64_t i = 0; i < wick_ledger_trades(x->l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(x->l, i);
        gross += fabs(t->pnl) + t->qty * t->entry_price;
        assert_true(t->qty > 0.0 && t->mae <= 0.0 && t->mfe >= 0.0 &&
                    t->exit_tick >= t->entry_tick);
    }
    double pnl = 0.0;
    for (int64_t i = 0; i < wick_ledger_trades(x->l); i++) pnl += wick_ledger_trade(x->l, i)->pnl;
    check_close((pnl - x->realized) / gross, 0.0, 1e-9);
    check_close((pnl + x->open_pnl - x->fees - (x->equity - cash)) / gross, 0.0, 1e-9);
    double fees = 0.0;
    for (int64_t i = 0; i < wick_ledger_orders(x->l); i++) fees += wick_ledger_order(x->l, i)->fees;
    check_close(fees, x->fees, 1e-9);
    for (int64_t i = 0; i < e.n; i++)
        assert_true(e.long_value[i] >= 0.0 && e.short_value[i] >= 0.0);
}

/* Law 3: inside the bar's range, not before the bar after the decision. */
static void check_fills(const outcome *x, const market *m, const view *v, bool on_close)
{
    for (int64_t i = 0; i < wick_ledger_orders(x->l); i++) {
        const wick_order_rec *o = wick_ledger_order(x->l, i);
        if (o->filled == WICK_NO_TIME) continue;
        int32_t s = 0;
        while (v->order[s] != o->symbol) s++;
        int64_t k = 0;
        while (m->time[s][k] != o->filled) k++;
        const bar4 *b = &m->bars[s][k];
        if (!(o->price >= b->l && o->price <= b->h)) {
            fail_msg("order %d (type %d, reason %d) filled at %.17g outside [%.17g, %.17g]", o->id,
                     o->type, o->reason, o->price, b->l, b->h);
        }
        assert_true(o->filled_qty > 0.0);
        if (o->reason == WICK_BY_SIGNAL && !on_close) assert_true(o->filled > o->placed);
    }
}

static void same_ledgers(const wick_ledger *a, const wick_ledger *b)
{
    const wick_equity x = wick_ledger_equity(a), y = wick_ledger_equity(b);
    assert_int_equal(x.n, y.n);
    assert_memory_equal(x.equity, y.equity, (size_t)x.n * sizeof *x.equity);
    assert_int_equal(wick_ledger_trades(a), wick_ledger_trades(b));
    assert_int_equal(wick_ledger_orders(a), wick_ledger_orders(b));
    for (int64_t i = 0; i < wick_ledger_orders(a); i++) {
        const wick_order_rec *o = wick_ledger_order(a, i), *q = wick_ledger_order(b, i);
        assert_true(o->id == q->id && o->side == q->side && o->type == q->type &&
                    o->intent == q->intent && o->fate == q->fate && o->placed == q->placed &&
                    o->filled == q->filled && o->tag == q->tag);
        check_same(o->qty, q->qty);
        check_same(o->filled_qty, q->filled_qty);
        check_same(o->price, q->price);
        check_same(o->fees, q->fees);
        check_same(o->score, q->score);
    }
    for (int64_t i = 0; i < wick_ledger_trades(a); i++) {
        const wick_trade_rec *t = wick_ledger_trade(a, i), *u = wick_ledger_trade(b, i);
        assert_true(t->symbol == u->symbol && t->side == u->side && t->reason == u->reason &&
                    t->entry_order == u->entry_order && t->exit_order == u->exit_order &&
                    t->entry_bar == u->entry_bar && t->exit_bar == u->exit_bar &&
                    t->entry_tick == u->entry_tick && t->exit_tick == u->exit_tick &&
                    t->bars == u->bars && t->signal_time == u->signal_time);
        check_same(t->qty, u->qty);
        check_same(t->entry_price, u->entry_price);
        check_same(t->exit_price, u->exit_price);
        check_same(t->pnl, u->pnl);
        check_same(t->fees, u->fees);
        check_same(t->mae, u->mae);
        check_same(t->mfe, u->mfe);
    }
}

/* Prices of every kind against signal columns, nobody asked. */
static outcome run_signals(wick_ctx *ctx, const market *m, const char *text, stream *s)
{
    wick_panel *p = make_panel(ctx, m, s->v);
    wick_settings *set = sim_settings(ctx, text);
    const wick_run_opts o = {.size = sizeof o, .settings = set, .cash = 20000.0};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    r->thorough = s->thorough;
    static double col[MAX_SYMBOLS][7][MAX_BARS];
    wick_pcg g = wick_pcg_key(s->seed, "signals", 0, 0);
    const bool rows = strstr(text, "phases=rows") != NULL; /* knows no priced entries */
    for (int32_t i = 0; i < m->symbols; i++) {
        for (int64_t k = 0; k < m->n[i]; k++) {
            for (int c = 0; c < 4; c++) col[i][c][k] = wick_pcg_below(&g, 6) == 0;
            col[i][4][k] = wick_pcg_uniform(&g);
            col[i][5][k] = 0.5 + 4.0 * wick_pcg_uniform(&g);
            col[i][6][k] = m->bars[i][k].c + wick_pcg_normal(&g);
        }
        wick_signals q = {.size = sizeof q,
                          .long_entry = col[i][0],
                          .long_exit = col[i][1],
                          .score = col[i][4],
                          .size_kind = WICK_SIZE_PCT_EQUITY,
                          .amount = 30.0};
        if (wick_pcg_below(&g, 2)) q.short_entry = col[i][2], q.short_exit = col[i][3];
        if (wick_pcg_below(&g, 2)) { /* the plainest kind, which takes a short way */
            check_ok(ctx, wick_run_set_signals(ctx, r, i, &q));
            continue;
        }
        if (wick_pcg_below(&g, 2)) q.stop_points = col[i][5];
        if (wick_pcg_below(&g, 2)) q.trail_points = col[i][5];
        if (wick_pcg_below(&g, 3) == 0) q.target_points = col[i][5];
        if (wick_pcg_below(&g, 3) == 0 && !rows) q.limit = col[i][6], q.expire = 2;
        if (wick_pcg_below(&g, 3) == 0 && !rows) q.stop = col[i][6], q.expire = 3;
        if (wick_pcg_below(&g, 4) == 0) q.hold_bars = 5;
        if (strstr(text, "phases=rows") != NULL) q.limit = q.stop = NULL; /* refused there */
        check_ok(ctx, wick_run_set_signals(ctx, r, i, &q));
    }
    const int32_t step = wick_run_step(r);
    if (step < 0) check_ok(ctx, wick_run_error(ctx, r));
    assert_int_equal(step, WICK_STEP_DONE);
    outcome out = {.fees = wick_run_fees(r), .realized = wick_run_realized(r)};
    for (int32_t i = 0; i < m->symbols; i++) out.open_pnl += wick_run_open_pnl(r, i);
    check_ok(ctx, wick_run_finish(ctx, r, &out.l));
    const wick_equity e = wick_ledger_equity(out.l);
    out.equity = e.equity[e.n - 1];
    wick_run_free(r);
    wick_settings_free(set);
    wick_panel_unref(p);
    return out;
}

static const view plain = {1.0, 0.0, {0, 1, 2, 3}};

static void books_and_fills(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t trades = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        static market m;
        wick_pcg g = wick_pcg_key(seed, "books", 0, 0);
        draw_market(&g, &m, wick_pcg_below(&g, 2));
        stream s = {.seed = seed, .m = &m, .v = &plain, .scores = true};
        char text[512];
        draw_settings(&g, text, sizeof text, &s, true);
        print_message("seed %llu %s\n", (unsigned long long)seed, text);
        outcome a = run_once(ctx, &m, text, 20000.0, &s);
        outcome b = run_once(ctx, &m, text, 20000.0, &s);
        check_books(&a, 20000.0);
        check_fills(&a, &m, &plain, true);
        same_ledgers(a.l, b.l);
        trades += wick_ledger_trades(a.l);
        wick_ledger_unref(a.l);
        wick_ledger_unref(b.l);
    }
    assert_true(trades > 20 * CASES); /* the streams must really trade */
    wick_ctx_free(ctx);
}

/* What is skipped because nothing can happen is nothing: walking every bar gives the same bytes. */
static void shortcuts(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t trades = 0;
    for (uint64_t seed = 1; seed <= 2 * CASES; seed++) {
        static market m;
        wick_pcg g = wick_pcg_key(seed, "shortcuts", 0, 0);
        draw_market(&g, &m, wick_pcg_below(&g, 2));
        if (wick_pcg_below(&g, 3) == 0) m.symbols = 1;
        stream s = {.seed = seed, .m = &m, .v = &plain, .scores = true}, t = s;
        t.thorough = true;
        char text[512];
        draw_settings(&g, text, sizeof text, &s, true);
        t.slots = s.slots;
        if (wick_pcg_below(&g, 2)) memcpy(strstr(text, "max_entries=none"), "max_entries=2   ", 16);
        if (wick_pcg_below(&g, 2)) {
            m.symbols = 1;
            snprintf(text, sizeof text,
                     "max_entries=%s fee_order=%s shortage=%s leverage=%s price_rounding=%s "
                     "short_proceeds=%s close_at_end=%s position_mode=%s slip_ticks=%s",
                     wick_pcg_below(&g, 4) ? "1" : "2", wick_pcg_below(&g, 2) ? "0" : "3",
                     wick_pcg_below(&g, 2) ? "clamp" : "reject", wick_pcg_below(&g, 2) ? "1" : "5",
                     wick_pcg_below(&g, 2) ? "tick" : "off",
                     wick_pcg_below(&g, 2) ? "locked" : "free",
                     wick_pcg_below(&g, 2) ? "off" : "close",
                     wick_pcg_below(&g, 4) ? "both" : "long", wick_pcg_below(&g, 2) ? "0" : "3");
            s.slots = t.slots = 0;
        }
        print_message("seed %llu %s\n", (unsigned long long)seed, text);
        outcome a = run_once(ctx, &m, text, 20000.0, &s), b = run_once(ctx, &m, text, 20000.0, &t);
        same_ledgers(a.l, b.l);
        assert_int_equal(wick_ledger_ambiguity(a.l).bars, wick_ledger_ambiguity(b.l).bars);
        wick_ledger_unref(a.l);
        wick_ledger_unref(b.l);
        a = run_signals(ctx, &m, text, &s), b = run_signals(ctx, &m, text, &t);
        check_books(&a, 20000.0);
        check_fills(&a, &m, &plain, true);
        same_ledgers(a.l, b.l);
        for (int i = 0; i < WICK_FATES; i++) {
            if (wick_ledger_fates(a.l)[i] != wick_ledger_fates(b.l)[i]) {
                fail_msg("%s: %lld against %lld", wick_fate_name(i),
                         (long long)wick_ledger_fates(a.l)[i],
                         (long long)wick_ledger_fates(b.l)[i]);
            }
        }
        trades += wick_ledger_trades(a.l);
        wick_ledger_unref(a.l);
        wick_ledger_unref(b.l);
    }
    assert_true(trades > 10 * CASES);
    wick_ctx_free(ctx);
}

/* Runs of one symbol go from question to question by a way of their own, over bars the caller may
 * walk: the bytes are those of walking every bar. */
static void short_ways_of_one_symbol(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t trades = 0;
    for (uint64_t seed = 1; seed <= 2 * CASES; seed++) {
        static market m;
        wick_pcg g = wick_pcg_key(seed, "one", 0, 0);
        draw_market(&g, &m, false);
        m.symbols = 1;
        const bool triggers = wick_pcg_below(&g, 2) == 0, few = wick_pcg_below(&g, 4) != 0;
        const stream s = {.seed = seed, .m = &m, .v = &plain, .few = few, .triggers = triggers};
        stream kinds[3] = {s, s, s};
        kinds[1].thorough = true;
        kinds[2].ahead = true;
        char text[256];
        snprintf(text, sizeof text, "fee_order=%s shortage=%s leverage=%s close_at_end=%s delay=%s",
                 wick_pcg_below(&g, 2) ? "0" : "3", wick_pcg_below(&g, 2) ? "clamp" : "reject",
                 wick_pcg_below(&g, 2) ? "1" : "5", wick_pcg_below(&g, 2) ? "off" : "close",
                 wick_pcg_below(&g, 4) ? "1" : "2");
        print_message("seed %llu %s%s\n", (unsigned long long)seed, text,
                      triggers ? ", triggers" : "");
        outcome x[3];
        for (int k = 0; k < 3; k++) {
            x[k] = run_once(ctx, &m, text, 20000.0, &kinds[k]);
            check_books(&x[k], 20000.0);
            same_ledgers(x[0].l, x[k].l);
        }
        trades += wick_ledger_trades(x[0].l);
        for (int k = 0; k < 3; k++) wick_ledger_unref(x[k].l);
    }
    assert_true(trades > 2 * CASES);
    wick_ctx_free(ctx);
}

/* Law 4: with fees reserved and longs only, cash never goes below zero. */
static void cash_is_enough(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (uint64_t seed = 1; seed <= CASES / 2; seed++) {
        static market m;
        wick_pcg g = wick_pcg_key(seed, "cash", 0, 0);
        draw_market(&g, &m, true);
        stream s = {.seed = seed, .m = &m, .v = &plain, .no_shorts = true};
        print_message("seed %llu\n", (unsigned long long)seed);
        outcome a =
            run_once(ctx, &m,
                     "fractional=on max_entries=none price_rounding=off fee_pct=0.2 fee_min=1 "
                     "position_mode=long",
                     3000.0, &s);
        const wick_equity e = wick_ledger_equity(a.l);
        for (int64_t i = 0; i < e.n; i++) {
            /* Exits pay their fee out of what they bring; a small lot may bring less than that. */
            if (e.cash[i] < -1e-9) assert_true(e.cash[i] > -60.0 && e.fees[i] > 0.0);
        }
        wick_ledger_unref(a.l);
    }
    wick_ctx_free(ctx);
}

/* Law 5: the place of a symbol in the panel does not matter when scores differ. Only of
 * path phases: orders of a batch that try again are served by age, a queue and rows go symbol by
 * symbol, as in the peers they reproduce. */
static void permutation(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        static market m;
        wick_pcg g = wick_pcg_key(seed, "permute", 0, 0);
        draw_market(&g, &m, true);
        view turned = plain;
        for (int32_t i = 0; i < m.symbols; i++) turned.order[i] = m.symbols - 1 - i;
        stream s = {.seed = seed, .m = &m, .v = &plain, .scores = true}, t = s;
        t.v = &turned;
        char text[512];
        draw_settings(&g, text, sizeof text, &s, true);
        char *phases = strstr(text, "phases=");
        memcpy(phases, "phases=path ", 12);
        for (char *c = phases + 11; *c != ' ' || c[1] == ' '; c++) *c = ' ';
        print_message("seed %llu %s\n", (unsigned long long)seed, text);
        outcome a = run_once(ctx, &m, text, 5000.0, &s), b = run_once(ctx, &m, text, 5000.0, &t);
        assert_int_equal(wick_ledger_trades(a.l), wick_ledger_trades(b.l));
        const wick_equity x = wick_ledger_equity(a.l), y = wick_ledger_equity(b.l);
        for (int64_t i = 0; i < x.n; i++) check_close(y.equity[i], x.equity[i], 1e-7);
        wick_ledger_unref(a.l);
        wick_ledger_unref(b.l);
    }
    wick_ctx_free(ctx);
}

/* Law 7: prices and cash times a power of two give everything times that, to the bit. */
static void scaling(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (uint64_t seed = 1; seed <= CASES / 2; seed++) {
        static market m;
        wick_pcg g = wick_pcg_key(seed, "scale", 0, 0);
        draw_market(&g, &m, true);
        view big = plain;
        big.scale = 16.0;
        stream s = {.seed = seed, .m = &m, .v = &plain, .scores = true}, t = s;
        t.v = &big;
        char text[512];
        draw_settings(&g, text, sizeof text, &s, true);
        char *order_fee = strstr(text, "fee_order=1.5"); /* cash per order does not scale */
        if (order_fee != NULL) memcpy(order_fee, "fee_order=0.0", 13);
        print_message("seed %llu %s\n", (unsigned long long)seed, text);
        outcome a = run_once(ctx, &m, text, 20000.0, &s), b = run_once(ctx, &m, text, 320000.0, &t);
        const wick_equity x = wick_ledger_equity(a.l), y = wick_ledger_equity(b.l);
        for (int64_t i = 0; i < x.n; i++) check_same(y.equity[i], 16.0 * x.equity[i]);
        assert_int_equal(wick_ledger_trades(a.l), wick_ledger_trades(b.l));
        for (int64_t i = 0; i < wick_ledger_trades(a.l); i++) {
            check_same(wick_ledger_trade(b.l, i)->pnl, 16.0 * wick_ledger_trade(a.l, i)->pnl);
            check_same(wick_ledger_trade(b.l, i)->qty, wick_ledger_trade(a.l, i)->qty);
        }
        wick_ledger_unref(a.l);
        wick_ledger_unref(b.l);
    }
    wick_ctx_free(ctx);
}

/* Law 8: prices mirrored around a constant and orders turned round give the same results. */
static void mirroring(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t trades = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        static market m;
        wick_pcg g = wick_pcg_key(seed, "mirror", 0, 0);
        draw_market(&g, &m, true);
        view turned = plain;
        turned.mirror = 1024.0;
        stream s = {.seed = seed,
                    .m = &m,
                    .v = &plain,
                    .scores = true,
                    .points_only = true,
                    .units_only = true},
               t = s;
        t.v = &turned;
        char text[512];
        draw_settings(&g, text, sizeof text, &s, false);
        print_message("seed %llu %s\n", (unsigned long long)seed, text);
        outcome a = run_once(ctx, &m, text, 20000.0, &s), b = run_once(ctx, &m, text, 20000.0, &t);
        const wick_equity x = wick_ledger_equity(a.l), y = wick_ledger_equity(b.l);
        for (int64_t i = 0; i < x.n; i++) check_close(y.equity[i], x.equity[i], 1e-6);
        assert_int_equal(wick_ledger_trades(a.l), wick_ledger_trades(b.l));
        trades += wick_ledger_trades(a.l);
        wick_ledger_unref(a.l);
        wick_ledger_unref(b.l);
    }
    assert_true(trades > 10 * CASES);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(books_and_fills),
        cmocka_unit_test(shortcuts),
        cmocka_unit_test(short_ways_of_one_symbol),
        cmocka_unit_test(cash_is_enough),
        cmocka_unit_test(permutation),
        cmocka_unit_test(scaling),
        cmocka_unit_test(mirroring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
