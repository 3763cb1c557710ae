/* SPDX-License-Identifier: MIT */
/* Cash for holding: borrow fees, interest, funding, dividends; splits of what is held and rests;
 * margin calls and liquidation prices. Worked out by hand. */
#include <math.h>

#include "unit/engine/sim.h"

enum { BARS = 8 };
#define DAY(i) ((1000 + (i)) * WICK_MS_DAY)

typedef struct ask {
    int64_t bar;
    int32_t symbol, side, type, intent;
    double units, price, stop_points, target_points;
} ask;

typedef struct scene {
    const bar4 *bars[2];
    int32_t symbols;
    wick_dates *dates[2];
    const char *settings;
    const ask *at;
    int n;
    double cash, step;
    double seen[BARS]; /* liquidation price of symbol 0 after each bar */
} scene;

static wick_panel *panel_of(wick_ctx *ctx, const scene *s)
{
    wick_bars *list[2];
    wick_panel *p = NULL;
    for (int32_t i = 0; i < s->symbols; i++) {
        const char name[2] = {(char)('A' + i), '\0'};
        const wick_symbol_info info = {.symbol = name,
                                       .tick = 0.01,
                                       .point_value = 1.0,
                                       .qty_step = s->step,
                                       .timeframe_ms = WICK_MS_DAY};
        list[i] = sim_bars(ctx, name, s->bars[i], BARS, NULL, &info);
        wick_bars *made = NULL;
        check_ok(ctx, wick_bars_with_dates(ctx, list[i], s->dates[i], &made));
        wick_bars_unref(list[i]);
        list[i] = made;
    }
    check_ok(ctx, wick_panel_new(ctx, list, s->symbols, &p));
    for (int32_t i = 0; i < s->symbols; i++) wick_bars_unref(list[i]);
    return p;
}

static wick_ledger *play(wick_ctx *ctx, scene *s)
{
    wick_panel *p = panel_of(ctx, s);
    wick_settings *set = sim_settings(ctx, s->settings);
    const wick_run_opts o = {.size = sizeof o, .settings = set, .cash = s->cash, .ask_bar = true};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        const wick_cursor *at = wick_run_cursor(r);
        if (at->symbol == 0) s->seen[at->bar] = wick_run_liquidation(r, 0);
        for (int i = 0; i < s->n; i++) {
            const ask *a = &s->at[i];
            if (a->bar != at->bar || a->symbol != at->symbol) continue;
            const wick_order q = {.size = sizeof q,
                                  .symbol = a->symbol,
                                  .side = a->side,
                                  .type = a->type,
                                  .intent = a->intent,
                                  .size_kind = WICK_SIZE_UNITS,
                                  .amount = a->units,
                                  .limit = a->price,
                                  .stop_points = a->stop_points,
                                  .target_points = a->target_points};
            assert_true(wick_run_submit(r, &q) > 0);
        }
    }
    assert_int_equal(step, WICK_STEP_DONE);
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    wick_settings_free(set);
    wick_panel_unref(p);
    return l;
}

static wick_dates *dates(wick_ctx *ctx, wick_dates *from, int32_t kind, int64_t n,
                         const int64_t *time, const double *value)
{
    wick_dates *d = NULL;
    check_ok(ctx, wick_dates_new(ctx, from, kind, n, time, value, &d));
    wick_dates_unref(from);
    return d;
}

static double last(const double *v)
{
    assert_non_null(v);
    return v[BARS - 1];
}

static const bar4 steady[BARS] = {{100, 101, 99, 100}, {100, 101, 99, 100}, {100, 101, 99, 100},
                                  {100, 101, 99, 100}, {100, 101, 99, 100}, {100, 101, 99, 100},
                                  {100, 101, 99, 100}, {100, 101, 99, 100}};

static void rates(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const ask sell[] = {{0, 0, -1, WICK_MARKET, WICK_ENTER, 10, 0, 0, 0}};
    scene s = {.bars = {steady},
               .symbols = 1,
               .at = sell,
               .n = 1,
               .cash = 10000,
               .step = 1,
               .settings = "borrow_rate=3.65"};
    /* Short from bar 1 to bar 7: six days of 1,000 at 0.01 % a day. */
    wick_ledger *l = play(ctx, &s);
    wick_equity e = wick_ledger_equity(l);
    check_close(last(e.flow[WICK_FLOW_BORROW]), -0.6, 1e-9);
    check_close(e.flow[WICK_FLOW_BORROW][1], 0.0, 0.0);
    check_close(last(e.equity), 10000 - 0.6, 1e-9);
    assert_null(e.flow[WICK_FLOW_INTEREST]);
    wick_ledger_unref(l);
    /* The symbol's own rate from day 4 on: three days more at ten times that. */
    const int64_t from[] = {DAY(4)};
    const double rate[] = {36.5};
    s.dates[0] = dates(ctx, NULL, WICK_BORROW, 1, from, rate);
    l = play(ctx, &s);
    check_close(last(wick_ledger_equity(l).flow[WICK_FLOW_BORROW]), -(0.3 + 3.0), 1e-9);
    wick_ledger_unref(l);
    wick_dates_unref(s.dates[0]);
    s.dates[0] = NULL;
    /* Interest: on 10,000 for a day, then on what is not in the long; a loan costs. */
    const ask buy[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 60, 0, 0, 0}};
    s.at = buy;
    s.settings = "cash_rate=3.65";
    l = play(ctx, &s);
    e = wick_ledger_equity(l);
    check_close(e.flow[WICK_FLOW_INTEREST][1], 1.0, 1e-9);
    check_close(e.flow[WICK_FLOW_INTEREST][2], 1.0 + 4001.0 * 1e-4, 1e-9);
    wick_ledger_unref(l);
    const ask lever[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 300, 0, 0, 0}};
    s.at = lever;
    s.settings = "leverage=4 loan_rate=7.3";
    l = play(ctx, &s);
    e = wick_ledger_equity(l);
    check_close(e.flow[WICK_FLOW_INTEREST][1], 0.0, 0.0);
    check_close(e.flow[WICK_FLOW_INTEREST][2], -20000.0 * 2e-4, 1e-9);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void funding(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const bar4 bars[BARS] = {{100, 101, 99, 100}, {100, 121, 99, 120}, {120, 121, 109, 110},
                                    {110, 111, 99, 100}, {100, 101, 99, 100}, {100, 101, 99, 100},
                                    {100, 101, 99, 100}, {100, 101, 99, 100}};
    const ask a[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 10, 0, 0, 0},
                     {2, 0, -1, WICK_MARKET, WICK_ENTER, 10, 0, 0, 0}};
    /* Day 1 is paid before the entry of its bar; day 1 and a half on bar 2's open, together with
     * day 2; day 3 by the long that its open turns round; day 5 is received by the short. */
    const int64_t time[] = {DAY(1), DAY(1) + WICK_MS_DAY / 2, DAY(2), DAY(3), DAY(5)};
    const double rate[] = {0.01, 0.002, 0.001, 0.01, 0.004};
    scene s = {.bars = {bars},
               .symbols = 1,
               .at = a,
               .n = 2,
               .cash = 10000,
               .step = 1,
               .settings = "fill=open",
               .dates = {dates(ctx, NULL, WICK_FUNDING, 5, time, rate)}};
    wick_ledger *l = play(ctx, &s);
    const wick_equity e = wick_ledger_equity(l);
    const double *f = e.flow[WICK_FLOW_FUNDING];
    check_close(f[1], 0.0, 0.0);
    check_close(f[2], -0.003 * 1200, 1e-9);
    check_close(f[3], -0.003 * 1200 - 0.01 * 1100, 1e-9);
    check_close(last(f), -0.003 * 1200 - 0.01 * 1100 + 0.004 * 1000, 1e-9);
    assert_int_equal(wick_ledger_trades(l), 1);
    check_close(wick_ledger_trade(l, 0)->carry, -14.6, 1e-9);
    check_close(last(e.equity), 10000 + 100 - 14.6 + 4.0 + 100.0, 1e-9);
    wick_ledger_unref(l);
    wick_dates_unref(s.dates[0]);
    wick_ctx_free(ctx);
}

/* Raw bars with a two-for-one split and a dividend give what adjusted bars give. */
static void actions(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const bar4 raw[BARS] = {{100, 102, 98, 100}, {100, 104, 99, 102}, {102, 106, 100, 104},
                                   {52, 54, 51, 53},    {53, 55, 52, 54},    {54, 57, 53, 56},
                                   {55, 58, 54, 57},    {57, 58, 50, 52}};
    const int64_t split_day[] = {DAY(3)}, paid[] = {DAY(5)};
    const double ratio[] = {2.0}, cash[] = {0.5};
    const ask a[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 10, 0, 12, 16},
                     {1, 0, 1, WICK_LIMIT, WICK_NET, 5, 103, 0, 0},
                     {1, 0, 1, WICK_LIMIT, WICK_NET, 7, 100.5, 0, 0}};
    wick_dates *d = dates(ctx, NULL, WICK_SPLIT, 1, split_day, ratio);
    d = dates(ctx, d, WICK_DIVIDEND, 1, paid, cash);
    scene s = {.bars = {raw},
               .symbols = 1,
               .at = a,
               .n = 1,
               .cash = 10000,
               .step = 1,
               .settings = "max_entries=none",
               .dates = {d}};
    wick_ledger *l = play(ctx, &s);
    wick_equity e = wick_ledger_equity(l);
    /* 10 at 100 become 20 at 50; the target at 116 becomes 58, met on bar 6. */
    check_close(e.equity[2], 10040.0, 1e-9);
    check_close(e.equity[3], 10000 + 20 * 3.0, 1e-9);
    check_close(e.flow[WICK_FLOW_DIVIDENDS][4], 0.0, 0.0);
    check_close(e.flow[WICK_FLOW_DIVIDENDS][5], 10.0, 1e-12);
    assert_int_equal(wick_ledger_trades(l), 1);
    const wick_trade_rec *t = wick_ledger_trade(l, 0);
    check_close(t->qty, 20, 1e-12);
    check_close(t->entry_price, 50, 1e-12);
    check_close(t->exit_price, 58, 1e-12);
    check_close(t->pnl, 160, 1e-9);
    check_close(t->carry, 10, 1e-9);
    check_close(t->mae, -0.5, 1e-9); /* 99 before the split */
    check_close(t->mfe, 8, 1e-9);
    check_close(last(e.equity), 10170, 1e-9);
    wick_ledger_unref(l);
    /* Shorts pay; resting orders are restated: 7 at 100.5 are 14 at 50.25, and never fill. */
    const ask b[] = {{0, 0, -1, WICK_MARKET, WICK_NET, 10, 0, 0, 0},
                     {2, 0, 1, WICK_LIMIT, WICK_NET, 5, 105, 0, 0},
                     {2, 0, 1, WICK_LIMIT, WICK_NET, 3, 101, 0, 0}};
    s.at = b;
    s.n = 3;
    l = play(ctx, &s);
    e = wick_ledger_equity(l);
    check_close(last(e.flow[WICK_FLOW_DIVIDENDS]), -0.5 * (20 - 10), 1e-9);
    const wick_order_rec *o = wick_ledger_order(l, 1);
    check_close(o->filled_qty, 10, 0.0); /* better than 52.5 at the open of the split */
    check_close(o->price, 52.0, 1e-9);
    o = wick_ledger_order(l, 2);
    check_close(o->filled_qty, 6, 0.0);
    check_close(o->price, 50.5, 1e-9);
    wick_ledger_unref(l);
    wick_dates_unref(d);
    /* Of one day: the split first, a dividend of that day is a new unit's. */
    d = dates(ctx, NULL, WICK_SPLIT, 1, split_day, ratio);
    d = dates(ctx, d, WICK_DIVIDEND, 1, split_day, cash);
    s.dates[0] = d;
    s.at = a;
    s.n = 1;
    l = play(ctx, &s);
    e = wick_ledger_equity(l);
    check_close(e.flow[WICK_FLOW_DIVIDENDS][3], 0.5 * 20, 1e-12);
    wick_ledger_unref(l);
    wick_dates_unref(d);
    /* Three for two of five shares on whole steps: the half is settled at the open. */
    const double third[] = {1.5};
    const ask c[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 5, 0, 0, 0}};
    s.dates[0] = dates(ctx, NULL, WICK_SPLIT, 1, split_day, third);
    s.at = c;
    s.n = 1;
    l = play(ctx, &s);
    assert_int_equal(wick_ledger_trades(l), 1);
    t = wick_ledger_trade(l, 0);
    assert_string_equal(wick_reason_name(t->reason), "split");
    check_close(t->qty, 0.5, 1e-12);
    check_close(t->exit_price, 52.0, 1e-12);
    e = wick_ledger_equity(l);
    check_close(e.cash[3], 10000 - 500 + 26, 1e-9);
    check_close(e.long_value[3], 7 * 53.0, 1e-9);
    wick_ledger_unref(l);
    wick_dates_unref(s.dates[0]);
    wick_ctx_free(ctx);
}

static const bar4 falling[BARS] = {{100, 101, 99, 100}, {100, 101, 99, 100}, {100, 101, 94, 95},
                                   {95, 96, 70, 72},    {72, 73, 70, 71},    {71, 72, 70, 71},
                                   {71, 72, 70, 71},    {71, 72, 70, 71}};

static void margin(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const ask a[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 300, 0, 0, 0}};
    scene s = {.bars = {falling},
               .symbols = 1,
               .at = a,
               .n = 1,
               .cash = 10000,
               .step = 1,
               .settings = "leverage=4 margin_maintenance=10 margin_call=whole"};
    /* 10,000 - 300 (100 - p) = 0.1 * 300 p at 20,000 / 270. */
    wick_ledger *l = play(ctx, &s);
    assert_int_equal(wick_ledger_trades(l), 1);
    const wick_trade_rec *t = wick_ledger_trade(l, 0);
    assert_int_equal(t->reason, WICK_BY_MARGIN);
    check_close(t->exit_price, 74.07, 1e-9);
    check_close(t->liquidation, 20000.0 / 270.0, 1e-9);
    check_close(s.seen[2], 20000.0 / 270.0, 1e-9);
    check_same(s.seen[4], WICK_NA);
    check_same(s.seen[0], WICK_NA);
    wick_ledger_unref(l);
    /* At the low of 70: 1,000 of equity against 2,100: 158 close (157.14), then enough is left. */
    s.settings = "leverage=4 margin_maintenance=10 margin_call=least";
    l = play(ctx, &s);
    t = wick_ledger_trade(l, 0);
    check_close(t->exit_price, 70.0, 1e-9);
    check_close(t->qty, 158.0, 1e-9);
    assert_int_equal(wick_ledger_trades(l), 1);
    wick_ledger_unref(l);
    /* Four times 157 is more than there is. */
    s.settings = "leverage=4 margin_maintenance=10 margin_call=tv";
    l = play(ctx, &s);
    check_close(wick_ledger_trade(l, 0)->qty, 300.0, 1e-9);
    wick_ledger_unref(l);
    /* A stop above the liquidation price acts first, one below it never. */
    const ask with[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 300, 0, 10, 0}};
    const ask below[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 300, 0, 28, 0}};
    s.settings = "leverage=4 margin_maintenance=10 margin_call=whole";
    s.at = with;
    l = play(ctx, &s);
    assert_int_equal(wick_ledger_trade(l, 0)->reason, WICK_BY_STOP_LOSS);
    wick_ledger_unref(l);
    s.at = below;
    l = play(ctx, &s);
    assert_int_equal(wick_ledger_trade(l, 0)->reason, WICK_BY_MARGIN);
    wick_ledger_unref(l);
    /* A gap through it is settled at the open. */
    const ask late[] = {{2, 0, 1, WICK_MARKET, WICK_ENTER, 400, 0, 0, 0}};
    static bar4 gap[BARS];
    for (int i = 0; i < BARS; i++) gap[i] = falling[i];
    gap[3] = (bar4){95, 96, 94, 95};
    s.bars[0] = gap;
    s.at = late;
    l = play(ctx, &s);
    check_close(wick_ledger_trade(l, 0)->exit_price, 72.0, 1e-9);
    wick_ledger_unref(l);
    /* Two symbols share one margin: what the one loses takes the other along. */
    const ask two[] = {{0, 0, 1, WICK_MARKET, WICK_ENTER, 150, 0, 0, 0},
                       {0, 1, 1, WICK_MARKET, WICK_ENTER, 150, 0, 0, 0}};
    scene pair = {.bars = {falling, steady},
                  .symbols = 2,
                  .at = two,
                  .n = 2,
                  .cash = 7510,
                  .step = 1,
                  .settings = "leverage=4 margin_maintenance=20 margin_call=whole"};
    l = play(ctx, &pair);
    assert_int_equal(wick_ledger_trades(l), 2);
    for (int i = 0; i < 2; i++) assert_int_equal(wick_ledger_trade(l, i)->reason, WICK_BY_MARGIN);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void several_strategies(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    scene s = {.bars = {steady},
               .symbols = 1,
               .cash = 10000,
               .step = 1,
               .settings = "margin_call=whole margin_maintenance=10"};
    wick_panel *p = panel_of(ctx, &s);
    wick_settings *set = sim_settings(ctx, s.settings);
    const wick_run_opts o = {.size = sizeof o, .settings = set};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    check_fails(ctx, wick_run_join(ctx, r, 0.5), WICK_E_ARG, "margin_call looks at one");
    wick_run_free(r);
    wick_settings_free(set);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void dated_numbers(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t t[] = {DAY(1), DAY(1)};
    const double v[] = {1.0, WICK_NA};
    wick_dates *d = NULL;
    check_fails(ctx, wick_dates_new(ctx, NULL, WICK_FUNDING, 2, t, v, &d), WICK_E_DATA,
                "does not come");
    check_fails(ctx, wick_dates_new(ctx, NULL, WICK_FUNDING, 1, t, v + 1, &d), WICK_E_DATA,
                "finite");
    const double minus = -1.0, zero = 0.0;
    check_fails(ctx, wick_dates_new(ctx, NULL, WICK_DIVIDEND, 1, t, &minus, &d), WICK_E_DATA,
                "zero or");
    check_fails(ctx, wick_dates_new(ctx, NULL, WICK_SPLIT, 1, t, &zero, &d), WICK_E_DATA,
                "above zero");
    check_ok(ctx, wick_dates_new(ctx, NULL, WICK_FUNDING, 1, t, v, &d));
    wick_bars *b = sim_bars(ctx, "A", steady, BARS, NULL, NULL), *with = NULL, *part = NULL;
    char plain[65], dressed[65];
    check_ok(ctx, wick_bars_with_dates(ctx, b, d, &with));
    wick_dates_unref(d);
    wick_bars_digest(b, plain);
    wick_bars_digest(with, dressed);
    assert_string_not_equal(plain, dressed);
    wick_bars_unref(b);
    check_ok(ctx, wick_bars_slice(ctx, with, 2, 6, &part));
    wick_bars_unref(with);
    const int64_t *time = NULL;
    const double *value = NULL;
    assert_int_equal(wick_dates_get(wick_bars_info(part)->dates, WICK_FUNDING, &time, &value), 1);
    assert_int_equal(time[0], DAY(1));
    wick_bars_unref(part);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates),         cmocka_unit_test(funding),
        cmocka_unit_test(actions),       cmocka_unit_test(margin),
        cmocka_unit_test(dated_numbers), cmocka_unit_test(several_strategies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
