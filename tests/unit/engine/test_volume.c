/* SPDX-License-Identifier: MIT */
/* Slippage models, and how much of a bar's volume an account may fill. Worked out by hand. */
#include <math.h>

#include "unit/engine/sim.h"

enum { BARS = 10 };

typedef struct scene {
    bar4 bar[BARS];
    double volume[BARS];
    const char *settings;
    const sim_ask *at;
    int n;
    double step;
} scene;

static wick_panel *panel_of(wick_ctx *ctx, const scene *s)
{
    double f[4][BARS];
    int64_t t[BARS];
    for (int i = 0; i < BARS; i++) {
        t[i] = (1000 + i) * WICK_MS_DAY;
        f[0][i] = s->bar[i].o;
        f[1][i] = s->bar[i].h;
        f[2][i] = s->bar[i].l;
        f[3][i] = s->bar[i].c;
    }
    const wick_symbol_info info = {.symbol = "A",
                                   .tick = 0.01,
                                   .point_value = 1.0,
                                   .qty_step = s->step > 0.0 ? s->step : 1.0,
                                   .timeframe_ms = WICK_MS_DAY};
    wick_bars *b = NULL;
    wick_panel *p = NULL;
    check_ok(ctx, wick_bars_new(ctx, "A", BARS, t, f[0], f[1], f[2], f[3], s->volume, &info, &b));
    check_ok(ctx, wick_panel_new(ctx, &b, 1, &p));
    wick_bars_unref(b);
    return p;
}

static wick_ledger *play(wick_ctx *ctx, const scene *s)
{
    wick_panel *p = panel_of(ctx, s);
    wick_settings *set = sim_settings(ctx, s->settings);
    const wick_run_opts o = {.size = sizeof o, .settings = set, .cash = 1e6, .ask_bar = true};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    int32_t step;
    while ((step = wick_run_step(r)) > 0) sim_place(r, wick_run_cursor(r), s->at, s->n);
    assert_int_equal(step, WICK_STEP_DONE);
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    wick_settings_free(set);
    wick_panel_unref(p);
    return l;
}

/* Opens at 100, 101, 102 ..., a range of two points each way, 400 units a bar. */
static scene rising(const char *settings, const sim_ask *a, int n)
{
    scene s = {.settings = settings, .at = a, .n = n};
    for (int i = 0; i < BARS; i++) {
        const double p = 100.0 + i;
        s.bar[i] = (bar4){p, p + 2.0, p - 2.0, p};
        s.volume[i] = 400.0;
    }
    return s;
}

static void order_is(const wick_ledger *l, int64_t i, int32_t fate, double qty, double price)
{
    const wick_order_rec *o = wick_ledger_order(l, i);
    assert_non_null(o);
    assert_int_equal(o->fate, fate);
    check_close(o->filled_qty, qty, 1e-9);
    check_close(o->price, price, 1e-9);
}

static void market_orders_take_their_time(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const sim_ask a[] = {{0, 1, WICK_MARKET, WICK_ENTER, 100, 0, 0, 0},
                         {5, -1, WICK_MARKET, WICK_REDUCE, 90, 0, 0, 0}};
    scene s = rising("volume_pct=10 fee_order=1 fee_min=2 fee_pct=0.1", a, 2);
    wick_ledger *l = play(ctx, &s);
    order_is(l, 0, WICK_FATE_FILLED, 100, (40 * 101.0 + 40 * 102.0 + 20 * 103.0) / 100.0);
    order_is(l, 1, WICK_FATE_FILLED, 90, (40 * 106.0 + 40 * 107.0 + 10 * 108.0) / 90.0);
    /* One order, one fixed fee: it is not charged again for the later fills. */
    check_close(wick_ledger_order(l, 0)->fees, 1.0 + 0.001 * (4040.0 + 4080.0 + 2060.0), 1e-9);
    const wick_equity e = wick_ledger_equity(l);
    check_close(e.long_value[1], 40 * 101.0, 1e-9);
    check_close(e.long_value[2], 80 * 102.0, 1e-9);
    check_close(e.long_value[3], 100 * 103.0, 1e-9);
    wick_ledger_unref(l);
    s.settings = "volume_pct=10 volume_rest=cancel";
    l = play(ctx, &s);
    order_is(l, 0, WICK_FATE_PARTIAL, 40, 101.0);
    order_is(l, 1, WICK_FATE_FILLED, 40, 106.0); /* all there is to close */
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void one_bar_is_shared(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    /* Closing comes first; the entry gets what is left, and the rest on the next bar. */
    const sim_ask a[] = {{0, 1, WICK_MARKET, WICK_NET, 30, 0, 0, 0},
                         {2, 1, WICK_MARKET, WICK_NET, 50, 0, 0, 0},
                         {2, -1, WICK_MARKET, WICK_REDUCE, 30, 0, 0, 0}};
    scene s = rising("volume_pct=10 max_entries=none", a, 3);
    wick_ledger *l = play(ctx, &s);
    order_is(l, 2, WICK_FATE_FILLED, 30, 103.0);
    order_is(l, 1, WICK_FATE_FILLED, 50, (10 * 103.0 + 40 * 104.0) / 50.0);
    wick_ledger_unref(l);
    /* A small rest of a bar's volume is used too. */
    const sim_ask rest[] = {{0, 1, WICK_MARKET, WICK_NET, 38, 0, 0, 0},
                            {0, 1, WICK_MARKET, WICK_NET, 10, 0, 0, 0}};
    s = rising("volume_pct=10 max_entries=none", rest, 2);
    l = play(ctx, &s);
    order_is(l, 0, WICK_FATE_FILLED, 38, 101.0);
    order_is(l, 1, WICK_FATE_FILLED, 10, (2 * 101.0 + 8 * 102.0) / 10.0);
    wick_ledger_unref(l);
    /* A reversal: 30 are closed and 10 opened on one bar, the other 40 on the next. */
    const sim_ask turn[] = {{0, 1, WICK_MARKET, WICK_ENTER, 30, 0, 0, 0},
                            {2, -1, WICK_MARKET, WICK_ENTER, 50, 0, 0, 0}};
    s = rising("volume_pct=10", turn, 2);
    l = play(ctx, &s);
    order_is(l, 1, WICK_FATE_FILLED, 80, (40 * 103.0 + 40 * 104.0) / 80.0);
    assert_int_equal(wick_ledger_trades(l), 1);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void limits_and_expiry(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const sim_ask a[] = {{0, 1, WICK_LIMIT, WICK_ENTER, 100, 100.5, 0, 0},
                         {0, 1, WICK_MARKET, WICK_NET, 1000, 0, 0, 2}};
    scene s = rising("volume_pct=10", a, 1);
    s.volume[1] = 0.0; /* nothing trades: nothing fills */
    wick_ledger *l = play(ctx, &s);
    order_is(l, 0, WICK_FATE_PARTIAL, 40, 100.5); /* bar 2 alone comes down to it again */
    wick_ledger_unref(l);
    s = rising("volume_pct=10", &a[1], 1);
    l = play(ctx, &s);
    order_is(l, 0, WICK_FATE_PARTIAL, 80, (101.0 + 102.0) / 2.0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* A stop that was met is a market order for what it could not fill, even when the price recovers.
 */
static void stops_work_on(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const sim_ask a[] = {{0, 1, WICK_MARKET, WICK_ENTER, 100, 0, 3.0, 0}};
    scene s = rising("volume_pct=10 fee_order=1", a, 1);
    s.volume[1] = 1000.0;
    s.bar[3] = (bar4){103, 103, 90, 102};
    s.bar[4] = (bar4){120, 121, 119, 120};
    s.bar[5] = (bar4){125, 126, 124, 125};
    wick_ledger *l = play(ctx, &s);
    assert_int_equal(wick_ledger_trades(l), 3);
    const double price[] = {98.0, 120.0, 125.0}, units[] = {40, 40, 20};
    double fees = 0.0;
    for (int i = 0; i < 3; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        check_close(t->exit_price, price[i], 1e-9);
        check_close(t->qty, units[i], 1e-9);
        assert_int_equal(t->reason, WICK_BY_STOP_LOSS);
        fees += t->fees;
    }
    check_close(fees, 2.0, 1e-9); /* one entry, one exit */
    wick_ledger_unref(l);
    s.settings = "volume_pct=10 volume_rest=cancel"; /* the stop stays at its level */
    l = play(ctx, &s);
    assert_int_equal(wick_ledger_trades(l), 1);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void volume_is_needed(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const char *const with[] = {"volume_pct=10", "slip_volume=1"};
    for (int i = 0; i < 2; i++) {
        scene s = rising(with[i], NULL, 0);
        s.volume[4] = WICK_NA;
        wick_panel *p = panel_of(ctx, &s);
        wick_settings *set = sim_settings(ctx, s.settings);
        const wick_run_opts o = {.size = sizeof o, .settings = set};
        wick_run *r = NULL;
        check_fails(ctx, wick_run_new(ctx, p, &o, &r), WICK_E_DATA, "A has none at 1972-10-01");
        wick_settings_free(set);
        wick_panel_unref(p);
    }
    wick_ctx_free(ctx);
}

static double slipped(wick_ctx *ctx, const char *settings, double units)
{
    const sim_ask a[] = {{4, 1, WICK_MARKET, WICK_ENTER, 0, 0, 0, 0}};
    sim_ask own[1];
    own[0] = a[0];
    own[0].units = units;
    char text[200];
    snprintf(text, sizeof text, "price_rounding=off slip_outside=on %s", settings);
    scene s = rising(text, own, 1);
    wick_ledger *l = play(ctx, &s);
    const double by = wick_ledger_order(l, 0)->price - 105.0;
    wick_ledger_unref(l);
    return by;
}

static void models(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    check_close(slipped(ctx, "slip_ticks=3", 100), 0.03, 1e-9);
    check_close(slipped(ctx, "slip_pct=0.2", 100), 0.21, 1e-9);
    check_close(slipped(ctx, "slip_atr=0.5", 100), 2.0, 1e-9); /* ranges of 4 */
    check_close(slipped(ctx, "slip_atr=0.5 slip_atr_n=2 slip_ticks=3", 100), 2.03, 1e-9);
    check_close(slipped(ctx, "slip_volume=1", 100), 1.05 * sqrt(0.25), 1e-9);
    check_close(slipped(ctx, "slip_volume=1 slip_volume_power=1", 100), 1.05 * 0.25, 1e-9);
    check_close(slipped(ctx, "slip_volume=10 slip_volume_power=2", 100), 10.5 * 0.0625, 1e-9);
    /* The first fill is of the 40 units there are. */
    const double part = 0.1,
                 all = slipped(ctx, "slip_volume=1 volume_pct=10 volume_rest=cancel", 100);
    check_close(all, 1.05 * sqrt(part), 1e-9);
    const double once = slipped(ctx, "slip_random=1", 100);
    assert_true(once > 0.0 && once < 1.05);
    check_same(slipped(ctx, "slip_random=1", 50), once);
    assert_true(fabs(slipped(ctx, "slip_random=1 slip_seed=2", 100) - once) > 1e-6);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(market_orders_take_their_time),
        cmocka_unit_test(one_bar_is_shared),
        cmocka_unit_test(limits_and_expiry),
        cmocka_unit_test(stops_work_on),
        cmocka_unit_test(volume_is_needed),
        cmocka_unit_test(models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
