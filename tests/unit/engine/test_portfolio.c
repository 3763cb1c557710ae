/* SPDX-License-Identifier: MIT */
/* Several symbols on one account, signal columns, questions, gates: who is served, who is asked,
 * and what is counted when somebody is not. */
#include "unit/engine/sim.h"

#define FLAT                                                                                       \
    {                                                                                              \
        100, 100.5, 99.5, 100                                                                      \
    }
enum { N = 6 };

static const bar4 flat[N] = {FLAT, FLAT, FLAT, FLAT, FLAT, FLAT};
static const bar4 *const three[3] = {flat, flat, flat};
static const int64_t lengths[3] = {N, N, N};

static wick_panel *panel_of(wick_ctx *ctx, int64_t symbols)
{
    return sim_panel(ctx, three, lengths, NULL, symbols, 1.0);
}

static int64_t count_fate(const wick_ledger *l, int32_t fate)
{
    return wick_ledger_fates(l)[fate];
}

/* ---- competition ---------------------------------------------------------------------------- */

static void everyone_buys(wick_run *r, const wick_cursor *at, void *arg)
{
    if (at->bar != 0) return;
    const double *scores = arg;
    const wick_order o = {.size = sizeof o,
                          .symbol = at->symbol,
                          .side = 1,
                          .intent = WICK_NET,
                          .amount = 6,
                          .size_kind = WICK_SIZE_UNITS,
                          .score = scores[at->symbol]};
    assert_true(wick_run_submit(r, &o) > 0);
}

/* Symbols whose entry was filled in full, as letters. */
static void served(const wick_ledger *l, char *to)
{
    for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
        const wick_order_rec *o = wick_ledger_order(l, i);
        if (o->fate == WICK_FATE_FILLED) *to++ = wick_ledger_symbol(l, o->symbol)[0];
    }
    *to = '\0';
}

static void expect_served(const char *settings, double cash, const char *want, int32_t fate,
                          int64_t times)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, 3);
    double scores[3] = {0.1, 0.9, 0.5};
    wick_ledger *l = sim_run(ctx, p, settings, cash, everyone_buys, scores);
    char got[8];
    served(l, got);
    if (strcmp(got, want) != 0) fail_msg("%s: %s instead of %s", settings, got, want);
    assert_int_equal(count_fate(l, fate), times);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void caps_and_cash(void **state)
{
    (void)state;
    expect_served("", 100000, "ABC", WICK_FATE_NO_SLOT, 0);
    expect_served("slots=2", 100000, "BC", WICK_FATE_NO_SLOT, 1);
    expect_served("max_long=1", 100000, "B", WICK_FATE_NO_SLOT, 2);
    expect_served("max_short=1", 100000, "ABC", WICK_FATE_NO_SLOT, 0);
    expect_served("shortage=cancel", 1250, "BC", WICK_FATE_NO_CASH, 1);
    /* Without a cap PyBroker serves in order of submission. */
    expect_served("profile=pybroker2 shortage=cancel", 1250, "AB", WICK_FATE_NO_CASH, 1);
    expect_served("profile=pybroker2 slots=2", 100000, "BC", WICK_FATE_NO_SLOT, 1);
    expect_served("phases=batch rank=score shortage=cancel", 1250, "BC", WICK_FATE_NO_CASH, 1);
}

static void everyone_sells(wick_run *r, const wick_cursor *at, void *arg)
{
    (void)arg;
    if (at->bar != 0) return;
    const wick_order o = {.size = sizeof o,
                          .symbol = at->symbol,
                          .side = -1,
                          .amount = 6,
                          .size_kind = WICK_SIZE_UNITS};
    assert_true(wick_run_submit(r, &o) > 0);
}

static void cap_on_shorts(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const char *const settings[3] = {"", "max_short=2", "max_long=2"};
    static const int64_t refused[3] = {0, 1, 0};
    for (int k = 0; k < 3; k++) {
        wick_panel *p = panel_of(ctx, 3);
        wick_ledger *l = sim_run(ctx, p, settings[k], 100000.0, everyone_sells, NULL);
        assert_int_equal(count_fate(l, WICK_FATE_NO_SLOT), refused[k]);
        wick_ledger_unref(l);
        wick_panel_unref(p);
    }
    wick_ctx_free(ctx);
}

static void limit_then_out(wick_run *r, const wick_cursor *at, void *arg)
{
    (void)arg;
    const wick_order o = {.size = sizeof o,
                          .side = 1,
                          .amount = 10,
                          .size_kind = WICK_SIZE_UNITS,
                          .type = WICK_LIMIT,
                          .limit = 99};
    if (at->bar == 0) assert_true(wick_run_submit(r, &o) > 0);
    if (at->bar == 1) assert_true(wick_run_close(r, 0, 1.0, 0) > 0);
}

/* High first: of the entry bar only its low and close come after the entry at 99. */
static void excursions(void **state)
{
    (void)state;
    static const bar4 bars[3] = {FLAT, {100, 101, 97, 100}, {99, 102, 96, 100}};
    const bar4 *const list[1] = {bars};
    const int64_t n[1] = {3};
    static const char *const settings[2] = {"", "excursions=capture"};
    static const double best[2] = {1.0, 2.0};
    wick_ctx *ctx = wick_ctx_new();
    for (int k = 0; k < 2; k++) {
        wick_panel *p = sim_panel(ctx, list, n, NULL, 1, 1.0);
        wick_ledger *l = sim_run(ctx, p, settings[k], 100000.0, limit_then_out, NULL);
        assert_int_equal(wick_ledger_trades(l), 1);
        check_same(wick_ledger_trade(l, 0)->mae, -2.0);
        check_same(wick_ledger_trade(l, 0)->mfe, best[k]);
        wick_ledger_unref(l);
        wick_panel_unref(p);
    }
    wick_ctx_free(ctx);
}

/* B covers a short on the bar on which A and C want to buy. */
static void cover_and_buy(wick_run *r, const wick_cursor *at, void *arg)
{
    (void)arg;
    wick_order o = {.size = sizeof o,
                    .symbol = at->symbol,
                    .side = 1,
                    .intent = WICK_NET,
                    .amount = 6,
                    .size_kind = WICK_SIZE_UNITS,
                    .score = at->symbol == 2 ? 0.9 : 0.1};
    if (at->bar == 0 && at->symbol == 1)
        o.side = -1, o.amount = 1;
    else if (at->bar == 1 && at->symbol == 1)
        o.intent = WICK_REDUCE, o.amount = 1;
    else if (at->bar != 1)
        return;
    assert_true(wick_run_submit(r, &o) > 0);
}

static void covers_keep_buys_unsorted(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const char *const rules[2] = {"phases=batch rank=capped max_long=1",
                                  "phases=batch rank=capped_no_cover max_long=1"};
    const char *const want[2] = {"C", "A"};
    for (int k = 0; k < 2; k++) {
        wick_panel *p = panel_of(ctx, 3);
        wick_ledger *l = sim_run(ctx, p, rules[k], 100000.0, cover_and_buy, NULL);
        const wick_order_rec *bought = NULL;
        for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
            const wick_order_rec *o = wick_ledger_order(l, i);
            if (o->fate == WICK_FATE_FILLED && o->qty == 6.0) bought = o;
        }
        assert_non_null(bought);
        assert_string_equal(wick_ledger_symbol(l, bought->symbol), want[k]);
        wick_ledger_unref(l);
        wick_panel_unref(p);
    }
    wick_ctx_free(ctx);
}

/* A falls to its stop on the first leg of the bar, B's limit is met on the second: the cash is
 * there. The other way round it is not. */
static void segments_in_order(void **state)
{
    (void)state;
    static const bar4 first[3] = {FLAT, FLAT, {100, 104, 98, 103}};
    static const bar4 early[3] = {FLAT, FLAT, {100, 104, 97, 103}};
    static const bar4 late[3] = {FLAT, FLAT, {100, 101, 97, 98}};
    const bar4 *const cases[2][2] = {{first, late}, {late, early}};
    const int64_t n[2] = {3, 3};
    wick_ctx *ctx = wick_ctx_new();
    for (int k = 0; k < 2; k++) {
        wick_panel *p = sim_panel(ctx, cases[k], n, NULL, 2, 1.0);
        wick_settings *set = sim_settings(ctx, "shortage=cancel");
        const wick_run_opts o = {
            .size = sizeof o, .settings = set, .cash = 1000.0, .ask_bar = true};
        wick_run *r = NULL;
        check_ok(ctx, wick_run_new(ctx, p, &o, &r));
        int32_t buy = 0;
        while (wick_run_step(r) > 0) {
            const wick_cursor *c = wick_run_cursor(r);
            wick_order q = {
                .size = sizeof q, .symbol = c->symbol, .side = 1, .size_kind = WICK_SIZE_UNITS};
            if (c->bar == 0 && c->symbol == 0) {
                q.amount = 10, q.stop_price = 99;
                assert_true(wick_run_submit(r, &q) > 0);
            } else if (c->bar == 1 && c->symbol == 1) {
                q.amount = 5, q.type = WICK_LIMIT, q.limit = 98.5;
                buy = wick_run_submit(r, &q);
                assert_true(buy > 0);
            }
        }
        wick_ledger *l = NULL;
        check_ok(ctx, wick_run_finish(ctx, r, &l));
        assert_int_equal(wick_ledger_order(l, buy - 1)->fate,
                         k == 0 ? WICK_FATE_FILLED : WICK_FATE_NO_CASH);
        wick_ledger_unref(l);
        wick_run_free(r);
        wick_settings_free(set);
        wick_panel_unref(p);
    }
    wick_ctx_free(ctx);
}

/* ---- ragged calendars ------------------------------------------------------------------------ */

/* A has every day, B misses days 2 and 3. */
static wick_panel *ragged(wick_ctx *ctx)
{
    static const bar4 b[4] = {FLAT, FLAT, {110, 111, 109, 110}, {120, 121, 119, 120}};
    static const int64_t days[6] = {1000 * WICK_MS_DAY, 1001 * WICK_MS_DAY, 1002 * WICK_MS_DAY,
                                    1003 * WICK_MS_DAY, 1004 * WICK_MS_DAY, 1005 * WICK_MS_DAY};
    static const int64_t fewer[4] = {1000 * WICK_MS_DAY, 1001 * WICK_MS_DAY, 1004 * WICK_MS_DAY,
                                     1005 * WICK_MS_DAY};
    const bar4 *const bars[2] = {flat, b};
    const int64_t n[2] = {6, 4};
    const int64_t *const time[2] = {days, fewer};
    return sim_panel(ctx, bars, n, time, 2, 1.0);
}

static void buy_b(wick_run *r, const wick_cursor *at, void *arg)
{
    if (at->symbol != 1 || at->bar != 0) return;
    const wick_order o = {.size = sizeof o,
                          .symbol = 1,
                          .side = 1,
                          .amount = 10,
                          .size_kind = WICK_SIZE_UNITS,
                          .hold_bars = *(const int32_t *)arg};
    assert_true(wick_run_submit(r, &o) > 0);
}

static void absent_symbols(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = ragged(ctx);
    int32_t hold = 0;
    wick_ledger *l = sim_run(ctx, p, "", 10000.0, buy_b, &hold);
    const double kept[6] = {10000, 10000, 10000, 10000, 10100, 10200};
    for (int i = 0; i < 6; i++) check_same(wick_ledger_equity(l).equity[i], kept[i]);
    wick_ledger_unref(l);
    l = sim_run(ctx, p, "last_mark=nan", 10000.0, buy_b, &hold);
    for (int i = 0; i < 6; i++) {
        check_same(wick_ledger_equity(l).equity[i], i == 2 || i == 3 ? WICK_NA : kept[i]);
    }
    wick_ledger_unref(l);
    /* Entered on day 1: two own bars later is day 5, two portfolio ticks later is day 3, on which B
     * has no bar, so that it leaves on day 4. */
    hold = 2;
    l = sim_run(ctx, p, "", 10000.0, buy_b, &hold);
    check_same(wick_ledger_trade(l, 0)->exit_price, 120.0);
    wick_ledger_unref(l);
    l = sim_run(ctx, p, "hold_clock=portfolio", 10000.0, buy_b, &hold);
    check_same(wick_ledger_trade(l, 0)->exit_price, 110.0);
    assert_int_equal(wick_ledger_trade(l, 0)->bars, 3); /* on the portfolio clock */
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* ---- signals -------------------------------------------------------------------------------- */

typedef struct plan {
    wick_signals g;
    const double *gate;
    double threshold;
    const char *settings;
    int64_t warmup;
    int64_t trade_from;
} plan;

static wick_ledger *signal_run(wick_ctx *ctx, const plan *w, double units)
{
    wick_panel *p = panel_of(ctx, 1);
    wick_settings *set = sim_settings(ctx, w->settings);
    const wick_run_opts o = {.size = sizeof o,
                             .settings = set,
                             .cash = 100000.0,
                             .warmup = w->warmup,
                             .has_trade_from = w->trade_from != 0,
                             .trade_from = w->trade_from};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    wick_signals g = w->g;
    g.size = sizeof g;
    check_ok(ctx, wick_run_set_signals(ctx, r, 0, &g));
    if (w->gate != NULL) check_ok(ctx, wick_run_set_gate(ctx, r, 0, w->gate, w->threshold));
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        assert_int_equal(step, WICK_STEP_SIZE);
        wick_run_answer(r, units);
    }
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    wick_settings_free(set);
    wick_panel_unref(p);
    return l;
}

/* Runs a plan and writes its fills: "+10@1 -10@3" is ten bought on bar 1 and sold on bar 3. */
static void expect_plan(const plan *w, double units, const char *want, int32_t fate, int64_t times)
{
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = signal_run(ctx, w, units);
    char got[256] = "";
    size_t n = 0;
    for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
        const wick_order_rec *o = wick_ledger_order(l, i);
        if (o->filled == WICK_NO_TIME) continue;
        n += (size_t)snprintf(got + n, sizeof got - n, "%s%c%g@%lld", n > 0 ? " " : "",
                              o->side > 0 ? '+' : '-', o->filled_qty,
                              (long long)(o->filled / WICK_MS_DAY - 1000));
    }
    if (strcmp(got, want) != 0) fail_msg("%s instead of %s", got, want);
    assert_int_equal(count_fate(l, fate), times);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void signals(void **state)
{
    (void)state;
    static const double on0[N] = {1, 0, 0, 0, 0, 0}, on2[N] = {0, 0, 1, 0, 0, 0},
                        na[N] = {1, WICK_NA, 0, 0, 0, 0};
    static const double stay[N] = {1, 1, 1, 1, 0, 0}, both[N] = {1, 0, 1, 0, 0, 0},
                        low[N] = {98, 98, 98, 98, 98, 98};
    static const double score[N] = {0.5, 0.5, 0.9, 0.1, 0, 0}, ten[N] = {10, 10, 20, 20, 20, 20},
                        near[N] = {99.6, 99.6, 99.6, 99.6, 99.6, 99.6};
    const wick_signals base = {
        .size_kind = WICK_SIZE_UNITS, .amount = 10, .long_entry = on0, .long_exit = on2};
    plan w = {.g = base, .settings = ""};
    expect_plan(&w, 0, "+10@1 -10@3", WICK_FATE_FILLED, 2);
    w.g.long_entry = na;
    expect_plan(&w, 0, "+10@1 -10@3", WICK_FATE_HELD, 0);
    /* A mask that stays true is refused while its side is held; on the bar of the exit the exit
     * wins. */
    w.g.long_entry = stay;
    expect_plan(&w, 0, "+10@1 -10@3 +10@4", WICK_FATE_HELD, 1);
    w.settings = "max_entries=2";
    expect_plan(&w, 0, "+10@1 +10@2 -20@3 +10@4", WICK_FATE_HELD, 0);
    w.settings = "";
    w.g.long_exit = NULL;
    expect_plan(&w, 0, "+10@1", WICK_FATE_HELD, 3);
    w.g = base;
    w.g.long_exit = NULL, w.g.short_entry = on2;
    expect_plan(&w, 0, "+10@1 -20@3", WICK_FATE_FILLED, 2);
    w.settings = "position_mode=long";
    expect_plan(&w, 0, "+10@1 -10@3", WICK_FATE_RISK, 0);
    w.settings = "";
    w.g.long_entry = w.g.short_entry = both; /* contradiction: none */
    expect_plan(&w, 0, "", WICK_FATE_FILLED, 0);
    w.g = base;
    w.g.amounts = ten, w.g.long_entry = both, w.g.long_exit = NULL, w.settings = "max_entries=none";
    expect_plan(&w, 0, "+10@1 +20@3", WICK_FATE_FILLED, 2);
    w.settings = "";
    w.g = base;
    w.g.limit = near; /* rests until the exit signal withdraws it, or fills */
    expect_plan(&w, 0, "+10@1 -10@3", WICK_FATE_CANCELLED, 0);
    w.g.limit = low;
    expect_plan(&w, 0, "", WICK_FATE_CANCELLED, 1);
    w.g.long_exit = NULL;
    expect_plan(&w, 0, "", WICK_FATE_PENDING, 1);
    w.g.expire = 2;
    expect_plan(&w, 0, "", WICK_FATE_EXPIRED, 1);
    /* An order that was good up to this bar is out of the way of this close's signal. */
    w.g.expire = 1, w.g.long_entry = stay;
    expect_plan(&w, 0, "", WICK_FATE_EXPIRED, 4);
    expect_plan(&w, 0, "", WICK_FATE_HELD, 0);
    w.g = base;
    w.g.long_exit = NULL, w.g.hold_bars = 2;
    expect_plan(&w, 0, "+10@1 -10@3", WICK_FATE_FILLED, 2);
    w.g = base;
    w.g.long_entry = stay, w.gate = score, w.threshold = 0.6;
    expect_plan(&w, 0, "", WICK_FATE_MODEL, 3); /* bars 0, 1, 3; bar 2 is the exit's */
    w.threshold = 0.4;
    expect_plan(&w, 0, "+10@1 -10@3", WICK_FATE_MODEL, 1);
    w.gate = NULL;
    w.g = base;
    w.g.size_kind = WICK_SIZE_ASK;
    expect_plan(&w, 7, "+7@1 -7@3", WICK_FATE_FILLED, 2);
    expect_plan(&w, WICK_NA, "", WICK_FATE_ZERO, 1);
    w.g = base;
    w.g.long_entry = stay, w.g.long_exit = NULL, w.warmup = 2;
    expect_plan(&w, 0, "+10@3", WICK_FATE_HELD, 1);
    w.warmup = 0, w.trade_from = 1003 * WICK_MS_DAY;
    expect_plan(&w, 0, "+10@4", WICK_FATE_HELD, 0);
}

/* ---- questions ------------------------------------------------------------------------------ */

static void questions_in_order(void **state)
{
    (void)state;
    static const double mask[N] = {0, 1, 0, 0, 0, 0}, entry[N] = {1, 0, 0, 0, 0, 0};
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, 2);
    const wick_run_opts o = {.size = sizeof o,
                             .ask_bar = true,
                             .ask_before = true,
                             .ask_after = true,
                             .ask_fill = true,
                             .has_trade_from = true,
                             .trade_from = 1000 * WICK_MS_DAY};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    int32_t a = -1, b = -1;
    check_ok(ctx, wick_run_add_trigger(ctx, r, 1, entry, &a));
    check_ok(ctx, wick_run_add_trigger(ctx, r, 1, mask, &b));
    assert_int_equal(a, 0);
    assert_int_equal(b, 1);
    const wick_signals g = {
        .size = sizeof g, .long_entry = entry, .size_kind = WICK_SIZE_UNITS, .amount = 3};
    check_ok(ctx, wick_run_set_signals(ctx, r, 0, &g));
    char got[256] = "";
    size_t n = 0;
    int32_t step;
    while ((step = wick_run_step(r)) > 0 && wick_run_cursor(r)->tick < 2) {
        const wick_cursor *c = wick_run_cursor(r);
        static const char letters[] = ".BbaTsF";
        n += (size_t)snprintf(got + n, sizeof got - n, "%c%d", letters[step], c->symbol);
        if (step == WICK_STEP_TRIGGER)
            n += (size_t)snprintf(got + n, sizeof got - n, "t%d", c->trigger);
        if (step == WICK_STEP_FILL) assert_true(c->order == 1 && c->position == 3.0);
        got[n++] = ' ';
        got[n] = '\0';
    }
    assert_string_equal(got, "b-1 B0 T1t0 B1 a-1 F0 b-1 B0 T1t1 B1 a-1 ");
    while (wick_run_step(r) > 0) {}
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    check_fails(ctx, wick_run_finish(ctx, r, &l), WICK_E_STATE, "given its results");
    wick_ledger_unref(l);
    wick_run_free(r);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static wick_status target_ten(void *self, wick_tick *t)
{
    (*(int32_t *)self)++;
    check_same(wick_tick_value(t, "mom"), wick_tick_value(t, "close") - 99.0);
    check_same(wick_tick_value(t, "nothing"), WICK_NA);
    if (wick_tick_bar(t) > 0) return WICK_OK;
    return wick_tick_target(t, wick_tick_symbol(t), 0.10);
}

static wick_status fails_late(void *self, wick_tick *t)
{
    (void)self;
    return wick_tick_bar(t) == 3 ? WICK_E_SCRIPT : WICK_OK;
}

static void strategies_in_c(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *plain = panel_of(ctx, 1);
    double mom[N];
    for (int i = 0; i < N; i++) mom[i] = 1.0;
    wick_bars *b = NULL;
    check_ok(ctx, wick_bars_with_column(ctx, wick_panel_bars(plain, 0), "mom", mom, &b));
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, &b, 1, &p));
    wick_bars_unref(b);
    wick_panel_unref(plain);
    int32_t asked = 0;
    wick_strategy s = {.size = sizeof s, .name = "ten", .self = &asked, .on_tick = target_ten};
    const wick_run_opts o = {.size = sizeof o, .cash = 20000.0};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_engine_run(ctx, p, &s, &o, &l));
    assert_int_equal(asked, N);
    check_same(wick_ledger_order(l, 0)->filled_qty, 20.0);
    wick_ledger_unref(l);
    s.on_tick = fails_late;
    check_fails(ctx, wick_engine_run(ctx, p, &s, &o, &l), WICK_E_SCRIPT,
                "while deciding at 1972-09-30");
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(caps_and_cash),     cmocka_unit_test(cap_on_shorts),
        cmocka_unit_test(excursions),        cmocka_unit_test(covers_keep_buys_unsorted),
        cmocka_unit_test(segments_in_order), cmocka_unit_test(absent_symbols),
        cmocka_unit_test(signals),           cmocka_unit_test(questions_in_order),
        cmocka_unit_test(strategies_in_c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
