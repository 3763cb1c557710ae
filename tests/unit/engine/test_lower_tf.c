/* SPDX-License-Identifier: MIT */
/* intrabar=lower_tf: the same orders on finer bars themselves are the reference. Bars of five finer
 * ones each, decisions at the closes of the coarse ones: a run over the coarse bars with the finer
 * inside has to fill, close and lose exactly what a run over the finer bars does. */
#include "unit/engine/sim.h"

enum { SUBS = 5, BARS = 160, FINE = SUBS * BARS, SYMS = 2 };
#define FINE_MS (WICK_MS_DAY / SUBS)

static double grid(double v)
{
    return floor(v * 100.0 + 0.5) / 100.0;
}

/* A walk with gaps between bars, on the grid of cents. */
static void make_fine(uint64_t seed, int sym, bar4 *b)
{
    wick_pcg g = wick_pcg_key(seed, "lower_tf", (uint64_t)sym, 0);
    double p = 100.0;
    for (int i = 0; i < FINE; i++) {
        const double gap = wick_pcg_uniform(&g) < 0.3 ? 2.0 * wick_pcg_normal(&g) : 0.0;
        const double o = grid(fmax(5.0, p + gap)), c = grid(fmax(5.0, o + wick_pcg_normal(&g)));
        const double up = fabs(wick_pcg_normal(&g)), down = fabs(wick_pcg_normal(&g));
        b[i] = (bar4){o, grid(fmax(o, c) + up), grid(fmax(1.0, fmin(o, c) - down)), c};
        p = c;
    }
}

static wick_bars *bars_of(wick_ctx *ctx, const char *name, const bar4 *b, int64_t n, int64_t frame)
{
    int64_t *t = malloc((size_t)(n + 1) * sizeof *t);
    for (int64_t i = 0; i < n; i++) t[i] = 1000 * WICK_MS_DAY + i * frame;
    const wick_symbol_info info = {
        .symbol = name, .tick = 0.01, .point_value = 1.0, .qty_step = 1.0, .timeframe_ms = frame};
    wick_bars *out = sim_bars(ctx, name, b, n, t, &info);
    free(t);
    return out;
}

static void coarse_of(const bar4 *fine, bar4 *b)
{
    for (int i = 0; i < BARS; i++) {
        const bar4 *f = &fine[i * SUBS];
        b[i] = (bar4){f[0].o, f[0].h, f[0].l, f[SUBS - 1].c};
        for (int k = 1; k < SUBS; k++) {
            b[i].h = fmax(b[i].h, f[k].h);
            b[i].l = fmin(b[i].l, f[k].l);
        }
    }
}

typedef struct world {
    wick_bars *fine[SYMS], *coarse[SYMS];
    wick_panel *fine_panel, *coarse_panel;
    uint64_t seed;
    int subs; /* finer bars per decision of the run: SUBS or 1 */
} world;

static void make_world(wick_ctx *ctx, uint64_t seed, world *w)
{
    static bar4 fine[FINE], coarse[BARS];
    static const char *const names[SYMS] = {"A", "B"};
    for (int s = 0; s < SYMS; s++) {
        make_fine(seed, s, fine);
        coarse_of(fine, coarse);
        w->fine[s] = bars_of(ctx, names[s], fine, FINE, FINE_MS);
        w->coarse[s] = bars_of(ctx, names[s], coarse, BARS, WICK_MS_DAY);
    }
    check_ok(ctx, wick_panel_new(ctx, w->fine, SYMS, &w->fine_panel));
    check_ok(ctx, wick_panel_new(ctx, w->coarse, SYMS, &w->coarse_panel));
    w->seed = seed;
}

static void free_world(world *w)
{
    wick_panel_unref(w->fine_panel);
    wick_panel_unref(w->coarse_panel);
    for (int s = 0; s < SYMS; s++) {
        wick_bars_unref(w->fine[s]);
        wick_bars_unref(w->coarse[s]);
    }
}

/* Orders that depend on nothing but seed, coarse bar and symbol. */
static void place(wick_run *r, const wick_cursor *c, const world *w, int64_t bar, double close)
{
    wick_pcg g = wick_pcg_key(w->seed, "orders", (uint64_t)bar, (uint64_t)c->symbol);
    const double what = wick_pcg_uniform(&g);
    if (what < 0.1) wick_run_cancel_all(r, c->symbol);
    if (what > 0.6) return;
    wick_order o = {.size = sizeof o,
                    .symbol = c->symbol,
                    .side = wick_pcg_uniform(&g) < 0.5 ? 1 : -1,
                    .type = (int32_t)wick_pcg_below(&g, 4),
                    .intent = (int32_t)wick_pcg_below(&g, 3),
                    .size_kind = WICK_SIZE_UNITS,
                    .amount = 1.0 + (double)wick_pcg_below(&g, 9)};
    const double by = 0.5 + 3.0 * wick_pcg_uniform(&g), d = o.side;
    if (o.type == WICK_LIMIT) o.limit = grid(close - d * by);
    if (o.type == WICK_STOP || o.type == WICK_STOP_LIMIT) o.stop = grid(close + d * by);
    if (o.type == WICK_STOP_LIMIT) o.limit = grid(o.stop - d * 0.5);
    if (wick_pcg_uniform(&g) < 0.7) o.stop_points = grid(0.5 + 3.0 * wick_pcg_uniform(&g));
    if (wick_pcg_uniform(&g) < 0.6) o.target_points = grid(0.5 + 4.0 * wick_pcg_uniform(&g));
    if (wick_pcg_uniform(&g) < 0.5) o.trail_points = grid(0.5 + 3.0 * wick_pcg_uniform(&g));
    if (wick_pcg_uniform(&g) < 0.3) o.trail_start = grid(2.0 * wick_pcg_uniform(&g));
    if (wick_pcg_uniform(&g) < 0.3) o.group = 1 + (int32_t)(bar % 3);
    const int32_t id = wick_run_submit(r, &o);
    assert_true(id >= 0);
    if (id == 0 || wick_pcg_uniform(&g) > 0.2) return;
    wick_order child = {.size = sizeof child,
                        .symbol = c->symbol,
                        .side = -o.side,
                        .type = WICK_LIMIT,
                        .intent = WICK_REDUCE,
                        .size_kind = WICK_SIZE_UNITS,
                        .amount = o.amount,
                        .limit = grid(close + d * (by + 1.5)),
                        .parent = id};
    assert_true(wick_run_submit(r, &child) >= 0);
}

static wick_ledger *run(wick_ctx *ctx, wick_panel *p, const world *w, const char *settings,
                        int subs, wick_bars *const fine[SYMS])
{
    wick_settings *s = sim_settings(ctx, settings);
    const wick_run_opts o = {.size = sizeof o, .settings = s, .cash = 20000.0, .ask_bar = true};
    wick_run *r = NULL;
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    wick_settings_free(s);
    for (int i = 0; fine != NULL && i < SYMS; i++)
        check_ok(ctx, wick_run_set_magnifier(ctx, r, i, fine[i]));
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        const wick_cursor *c = wick_run_cursor(r);
        const wick_bars *b = wick_panel_bars(p, c->symbol);
        if (step != WICK_STEP_BAR || (c->bar + 1) % subs != 0) continue;
        place(r, c, w, c->bar / subs, wick_bars_field(b, WICK_CLOSE)[c->bar]);
    }
    assert_int_equal(step, WICK_STEP_DONE);
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    return l;
}

static int64_t day_of(int64_t t)
{
    return t / WICK_MS_DAY * WICK_MS_DAY;
}

static void same_trades(const wick_ledger *fine, const wick_ledger *coarse, int64_t upto)
{
    const int64_t n = wick_ledger_trades(coarse);
    if (upto == INT64_MAX) assert_int_equal(wick_ledger_trades(fine), n);
    for (int64_t i = 0; i < n; i++) {
        const wick_trade_rec *a = wick_ledger_trade(fine, i), *b = wick_ledger_trade(coarse, i);
        if (b->exit_time > upto) break;
        assert_int_equal(a->symbol, b->symbol);
        assert_int_equal(a->side, b->side);
        assert_int_equal(a->reason, b->reason);
        assert_true(day_of(a->entry_time) == b->entry_time);
        assert_true(day_of(a->exit_time) == b->exit_time);
        check_close(a->qty, b->qty, 0.0);
        check_close(a->entry_price, b->entry_price, 0.0);
        check_close(a->exit_price, b->exit_price, 0.0);
        check_close(a->pnl, b->pnl, 1e-9);
        check_close(a->fees, b->fees, 1e-9);
        check_close(a->mae, b->mae, 0.0);
        check_close(a->mfe, b->mfe, 0.0);
    }
}

#define LAW "shortage=clamp max_entries=3 fee_pct=0.1 bankruptcy=continue"

static void finer_run_is_the_reference(void **state)
{
    wick_ctx *ctx = *state;
    int64_t trades = 0, same_bar = 0;
    for (uint64_t seed = 1; seed <= 25; seed++) {
        world w;
        make_world(ctx, seed, &w);
        for (int k = 0; k < 3; k++) {
            static const char *const more[] = {
                "", " gap_fill=level",
                " lots=lifo slip_pct=0.05 slip_outside=on price_rounding=off"};
            char fine[240], coarse[240];
            snprintf(fine, sizeof fine, "%s%s", LAW, more[k]);
            snprintf(coarse, sizeof coarse, "%s%s intrabar=lower_tf", LAW, more[k]);
            wick_ledger *a = run(ctx, w.fine_panel, &w, fine, SUBS, NULL);
            wick_ledger *b = run(ctx, w.coarse_panel, &w, coarse, 1, w.fine);
            same_trades(a, b, INT64_MAX);
            const wick_ambiguity x = wick_ledger_ambiguity(a), y = wick_ledger_ambiguity(b);
            check_close(x.pnl_worst, y.pnl_worst, 1e-6);
            check_close(x.pnl_best, y.pnl_best, 1e-6);
            assert_int_equal(y.finer, BARS * SYMS);
            assert_int_equal(y.coarse, 0);
            assert_int_equal(x.finer, 0);
            trades += wick_ledger_trades(b);
            for (int64_t i = 0; i < wick_ledger_trades(b); i++)
                same_bar += wick_ledger_trade(b, i)->entry_bar == wick_ledger_trade(b, i)->exit_bar;
            wick_ledger_unref(a);
            wick_ledger_unref(b);
        }
        free_world(&w);
    }
    assert_true(trades > 3000);
    assert_true(same_bar > 300); /* the order inside a bar was put to use */
}

/* What a bar's finer bars say is known only when they have been: the past of a shorter history. */
static void prefix(void **state)
{
    wick_ctx *ctx = *state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        world w;
        make_world(ctx, seed, &w);
        static bar4 fine[FINE], coarse[BARS];
        wick_ledger *all = run(ctx, w.coarse_panel, &w, LAW " intrabar=lower_tf", 1, w.fine);
        for (int cut = 20; cut < BARS; cut += 47) {
            world c = {.seed = w.seed};
            static const char *const names[SYMS] = {"A", "B"};
            for (int s = 0; s < SYMS; s++) {
                make_fine(seed, s, fine);
                coarse_of(fine, coarse);
                c.fine[s] = bars_of(ctx, names[s], fine, cut * SUBS, FINE_MS);
                c.coarse[s] = bars_of(ctx, names[s], coarse, cut, WICK_MS_DAY);
            }
            check_ok(ctx, wick_panel_new(ctx, c.coarse, SYMS, &c.coarse_panel));
            wick_ledger *part = run(ctx, c.coarse_panel, &c, LAW " intrabar=lower_tf", 1, c.fine);
            assert_true(wick_ledger_trades(part) > 0);
            same_trades(all, part, (1000 + cut) * WICK_MS_DAY);
            wick_ledger_unref(part);
            free_world(&c);
        }
        wick_ledger_unref(all);
        free_world(&w);
    }
}

static void enter_once(wick_run *r, const wick_cursor *c, void *arg)
{
    (void)arg;
    if (c->bar != 0) return;
    const wick_order o = {.size = sizeof o,
                          .symbol = 0,
                          .side = 1,
                          .size_kind = WICK_SIZE_UNITS,
                          .amount = 1,
                          .stop_points = 2,
                          .target_points = 2};
    assert_true(wick_run_submit(r, &o) > 0);
}

static void run_three(wick_ctx *ctx, const bar4 *fine, int64_t n, const int64_t *time,
                      const char *settings, wick_ledger **out)
{
    static const bar4 bars[3] = {{10, 10, 10, 10}, {10, 13, 7, 10}, {10, 10, 10, 10}};
    wick_bars *b = bars_of(ctx, "A", bars, 3, WICK_MS_DAY), *f = NULL;
    wick_panel *p = NULL;
    const wick_symbol_info info = {.symbol = "A",
                                   .tick = 0.01,
                                   .point_value = 1.0,
                                   .qty_step = 1.0,
                                   .timeframe_ms = WICK_MS_DAY / 4};
    check_ok(ctx, wick_panel_new(ctx, &b, 1, &p));
    wick_settings *s = sim_settings(ctx, settings);
    const wick_run_opts o = {.size = sizeof o, .settings = s, .cash = 1000, .ask_bar = true};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    if (n > 0) {
        f = sim_bars(ctx, "A", fine, n, time, &info);
        check_ok(ctx, wick_run_set_magnifier(ctx, r, 0, f));
    }
    int32_t step;
    while ((step = wick_run_step(r)) > 0) enter_once(r, wick_run_cursor(r), NULL);
    check_ok(ctx, wick_run_finish(ctx, r, out));
    wick_run_free(r);
    wick_settings_free(s);
    wick_panel_unref(p);
    wick_bars_unref(b);
    wick_bars_unref(f);
}

/* Stop and target in one bar: the four points say stop (ties go low first), the finer bars target.
 */
static void finer_bars_decide(void **state)
{
    wick_ctx *ctx = *state;
    const int64_t q = WICK_MS_DAY / 4, day = 1001 * WICK_MS_DAY;
    const int64_t time[4] = {day, day + q, day + 2 * q, day + 3 * q};
    const bar4 fine[4] = {{10, 11, 9, 11}, {11, 13, 11, 12}, {12, 12, 7, 8}, {8, 10, 8, 10}};
    bar4 off[4];
    wick_ledger *l = NULL;
    run_three(ctx, fine, 4, time, "intrabar=ohlc", &l);
    check_close(wick_ledger_trade(l, 0)->exit_price, 8.0, 0.0);
    assert_int_equal(wick_ledger_ambiguity(l).bars, 1);
    wick_ledger_unref(l);
    run_three(ctx, fine, 4, time, "intrabar=lower_tf", &l);
    check_close(wick_ledger_trade(l, 0)->exit_price, 12.0, 0.0);
    check_close(wick_ledger_trade(l, 0)->mae, -1.0, 0.0);
    assert_int_equal(wick_ledger_ambiguity(l).bars, 0);
    assert_int_equal(wick_ledger_ambiguity(l).finer, 1);
    assert_int_equal(wick_ledger_ambiguity(l).coarse, 2);
    wick_ledger_unref(l);
    /* Finer bars of another market are not believed: each of the four prices has to agree. */
    for (int k = 0; k < 4; k++) {
        memcpy(off, fine, sizeof off);
        if (k == 0) off[0].o = 10.5;
        if (k == 1) off[1].h = 12.5;
        if (k == 2) off[2].l = 7.5;
        if (k == 3) off[3].c = 9.5;
        run_three(ctx, off, 4, time, "intrabar=lower_tf", &l);
        check_close(wick_ledger_trade(l, 0)->exit_price, 8.0, 0.0);
        assert_int_equal(wick_ledger_ambiguity(l).coarse, 3);
        wick_ledger_unref(l);
    }
    run_three(ctx, fine, 0, time, "intrabar=lower_tf", &l);
    check_close(wick_ledger_trade(l, 0)->exit_price, 8.0, 0.0);
    assert_int_equal(wick_ledger_ambiguity(l).coarse, 3);
    wick_ledger_unref(l);
}

/* Without finer bars it is ohlc, byte for byte. */
static void without_finer_bars(void **state)
{
    wick_ctx *ctx = *state;
    world w;
    make_world(ctx, 3, &w);
    wick_ledger *a = run(ctx, w.coarse_panel, &w, LAW, 1, NULL);
    wick_ledger *b = run(ctx, w.coarse_panel, &w, LAW " intrabar=lower_tf", 1, NULL);
    same_trades(a, b, INT64_MAX);
    assert_int_equal(wick_ledger_ambiguity(b).coarse, BARS * SYMS);
    wick_ledger_unref(a);
    wick_ledger_unref(b);
    free_world(&w);
}

int main(void)
{
    wick_ctx *ctx = wick_ctx_new();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(finer_run_is_the_reference, ctx),
        cmocka_unit_test_prestate(prefix, ctx),
        cmocka_unit_test_prestate(finer_bars_decide, ctx),
        cmocka_unit_test_prestate(without_finer_bars, ctx),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    wick_ctx_free(ctx);
    return failed;
}
