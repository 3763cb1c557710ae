/* SPDX-License-Identifier: MIT */
/* Pine orders: target figures of sizing, costs and margin (sections 7 and 8 of the semantics), and
 * what strategy.* answers (section 15). */
#include <stdlib.h>

#include "alloc_walk.h"

#include "engine/pine.h"
#include "unit/engine/pine_case.h"

#define B0   "100 101 99 100;"
#define FLAT "100 100.5 99.5 100;"
#define PCT  "size=pct_equity size_amount="

/* clang-format off */
static const pine_case sizing[] = {
    {"fixed", "size=units size_amount=3", B0 FLAT, "0 entry L long", "L 3 1@100 open"},
    {"cash", "size=cash size_amount=50000", B0 FLAT, "0 entry L long", "L 500 1@100 open"},
    {"cash, at the price a market order expects", "size=cash size_amount=50000 slip_ticks=2", B0 FLAT, "0 entry L long", "L 499.9 1@100.02 open"},
    {"cash of a point's value", "size=cash size_amount=50000", B0 FLAT, "0 entry L long", "L 100 1@100 open", .point = 5},
    {"percent of equity", PCT "25", B0 FLAT, "0 entry L long", "L 25 1@100 open", .cash = 10000},
    {"percent with a percent fee", PCT "25 fee_pct=0.1", B0 FLAT, "0 entry L long", "L 24.975 1@100 open", .cash = 10000},
    {"percent with a fee per contract", PCT "25 fee_unit=0.05", B0 FLAT, "0 entry L long", "L 24.9875 1@100 open", .cash = 10000},
    {"percent with a fee per order", PCT "25 fee_order=1.5", B0 FLAT, "0 entry L long", "L 24.98 1@100 open", .cash = 10000, .step = 0.01},
    {"percent of equity with open profit", PCT "25 max_entries=2 margin_long=50", B0 FLAT "100 110 100 110; 110 110 110 110", "0 entry A long 100; 2 entry B long", "L 100 1@100 open; L 25 3@110 open", .cash = 10000, .equity = "11000"},
    {"market sizes are frozen: a gap changes nothing", PCT "25", B0 "102 103 101 102", "0 entry L long", "L 25 1@102 open", .cash = 10000},
    {"priced sizes: frozen money at the fill price", PCT "25", B0 "100 100 89 90", "0 entry L long limit=90", "L 27.7777 1@90 open", .cash = 10000},
    {"priced sizes at a gap", PCT "25", B0 "88 89 87 88", "0 entry L long limit=90", "L 28.409 1@88 open", .cash = 10000},
    {"priced sizes: the money is that of the placement", PCT "25 max_entries=2", B0 FLAT "100 100 89 90", "0 entry A long 10; 1 entry B long limit=90", "L 10 1@100 open; L 27.7777 2@90 open", .cash = 10000},
    {"money has ten digits", PCT "25", "1 1 1 1; 1 1 1 1", "0 entry L long", "L 1234568 1@1 open", .cash = 4938271.9999984, .step = 1},
    {"... all of them from ten million on", PCT "25", "1 1 1 1; 1 1 1 1", "0 entry L long", "L 12345678 1@1 open", .cash = 49382715.99999, .step = 1},
    {"sums of lots are whole lots", "", B0 FLAT FLAT FLAT, "0 order A long 0.1; 1 order B long 0.2; 2 order C short 0.3", "L 0.1 1@100 3@100 C; L 0.2 2@100 3@100 C"},
    {"lots are floored", "", B0 FLAT, "0 entry L long 1.23456789", "L 1.2345 1@100 open"},
    {"whole lots", "", B0 FLAT, "0 entry L long 2.9", "L 2 1@100 open", .step = 1},
};

static const pine_case costs[] = {
    {"percent of each side", "fee_pct=0.1", B0 FLAT "110 110 110 110; 110 110 110 110", "0 entry L long 10; 1 close L", "L 10 1@100 2@110 Close entry(s) order L", .cash = 10000, .equity = "10097.9"},
    {"cash per contract", "fee_unit=0.5", B0 FLAT "110 110 110 110; 110 110 110 110", "0 entry L long 10; 1 close L", "L 10 1@100 2@110 Close entry(s) order L", .cash = 10000, .equity = "10090"},
    {"cash per order", "fee_order=7", B0 FLAT "110 110 110 110; 110 110 110 110", "0 entry L long 10; 1 close L", "L 10 1@100 2@110 Close entry(s) order L", .cash = 10000, .equity = "10086"},
    {"the entry's fee lowers equity at once", "fee_order=7", B0 FLAT, "0 entry L long 10", "L 10 1@100 open", .cash = 10000, .equity = "9993"},
    {"points have a value", "", B0 FLAT "110 110 110 110; 110 110 110 110", "0 entry L long 10; 1 close L", "L 10 1@100 2@110 Close entry(s) order L", .cash = 10000, .point = 5, .equity = "10500"},
};

static const pine_case margin[] = {
    {"placement: more than equity is dropped", "", B0 "90 91 89 90", "0 entry L long 10.5", "", .cash = 1000},
    {"placement: at the close, also for orders that rest", "", B0 "100 100 49 50", "0 entry L long 15 limit=50", "", .cash = 1000},
    {"placement: raw orders are not looked at", "", B0 FLAT, "0 order A long 10.5", "L 2 1@100 1@100 Margin call; L 8.5 1@100 open", .cash = 1000},
    {"placement: a lower rate lets it pass", "margin_long=50", B0 FLAT, "0 entry L long 10.5", "L 10.5 1@100 open", .cash = 1000},
    {"placement: zero is no check", "margin_long=0", B0 FLAT, "0 entry L long 1000", "L 1000 1@100 open", .cash = 1000},
    {"placement: at the slipped close for market orders", "slip_ticks=100", B0 "98 99 97 98", "0 entry L long 10", "", .cash = 1000},
    {"placement: the reversal is not counted", "", B0 FLAT FLAT, "0 entry S short 6; 1 entry L long 6", "S 6 1@100 2@100 L; L 6 2@100 open", .cash = 1000},
    {"fill: rejected, not trimmed", "", B0 "101 102 100 101", "0 entry L long 10", "", .cash = 1000},
    {"fill: all in by default size, the same", PCT "100", B0 "100.01 102 100 101", "0 entry L long", "", .cash = 1000},
    {"fill: all in at a price no worse", PCT "100", B0 "99.9 102 99 101", "0 entry L long", "L 10 1@99.9 open", .cash = 1000},
    {"reversal: the closing leg frees its margin", PCT "100", B0 "100 100 100 100; 100 100 100 100", "0 entry S short; 1 entry L long", "S 10 1@100 2@100 L; L 10 2@100 open", .cash = 1000},
    {"reversal: a tick too much and nothing happens", PCT "100 margin_short=20", B0 FLAT "100.01 101 100 100", "0 entry S short; 1 entry L long", "S 10 1@100 open", .cash = 1000},
    {"a pair at one open is charged gross", "", B0 FLAT, "0 entry L long 6; 0 entry S short 6", "L 6 1@100 open", .cash = 1000},
    {"a smaller pair fits", "", B0 FLAT, "0 entry L long 4; 0 entry S short 4", "L 4 1@100 1@100 S; S 4 1@100 open", .cash = 1000},
    {"the second of two entries is filled and trimmed", "max_entries=2", B0 "100 101 99.9 100", "0 entry A long 6; 0 entry B long 6",
     "L 6 1@100 1@100 Margin call; L 2 1@100 1@100 Margin call; L 4 1@100 open", .cash = 1000},
    {"what follows a close is filled and trimmed", "", B0 "100 100 100 100; 101 101 101 101", "0 entry S short 10; 1 close S; 1 entry L long 10",
     "S 10 1@100 2@101 Close entry(s) order S; L 0.792 2@101 2@101 Margin call; L 9.208 2@101 open", .cash = 1000},
    {"stop entries are checked at the open of their bar", "", "98 98 98 98; 100 100 94 94.5", "0 entry S short 10.2 stop=95", "", .cash = 1000},
    {"and not at their price", "margin_long=50", B0 "100 105 100 105", "0 entry L long 20 stop=105", "L 3.8092 1@105 1@105 Margin call; L 16.1908 1@105 open", .cash = 1000},
    {"sweep: what the close makes too dear is withdrawn", "", B0 "100 120 100 120; 120 120 40 45", "0 entry L long 9 limit=50", "", .cash = 1000},
    {"sweep: before, it would have filled", "", B0 "100 110 100 110; 110 110 40 45", "0 entry L long 9 limit=50", "L 9 2@50 open", .cash = 1000},
    {"call: four times what is short, at the extreme", "margin_long=50", B0 "100 100 80 90", "0 entry L long 18", "L 8 1@100 1@80 Margin call; L 10 1@100 open", .cash = 1000},
    {"call: a point's value counts", "margin_long=50", B0 "100 100 80 90", "0 entry L long 9", "L 4 1@100 1@80 Margin call; L 5 1@100 open", .cash = 1000, .point = 2},
    {"call: at the close after the script", "fill=close delay=0", B0 "100 100 100 100", "0 order A long 10.5", "L 2 0@100 0@100 Margin call; L 8.5 0@100 open", .cash = 1000},
    {"call: floored before it is taken four times", "margin_long=50", B0 "100 100 83 90", "0 entry L long 18", "L 4 1@100 1@83 Margin call; L 14 1@100 open", .cash = 1000, .step = 1},
    {"call: less than a step is one contract", "margin_long=50", B0 "100 100 87 90", "0 entry L long 18", "L 1 1@100 1@87 Margin call; L 17 1@100 open", .cash = 1000, .step = 1},
    {"call: no more than is open", "margin_long=50", B0 "100 100 51 60", "0 entry L long 19.9", "L 19.9 1@100 1@51 Margin call", .cash = 1000},
    {"call: shorts at the high", "margin_short=50", B0 "100 120 100 110", "0 entry S short 15", "S 13.3332 1@100 1@120 Margin call; S 1.6668 1@100 open", .cash = 1000},
    {"call: before exits the path reaches later", "margin_long=50", B0 FLAT "100 125 80 120", "0 entry L long 18; 1 exit X L limit=110", "L 8 1@100 2@80 Margin call; L 10 1@100 2@110 X", .cash = 1000},
    {"call: after exits the path reaches before", "margin_long=50", B0 FLAT "100 125 80 120", "0 entry L long 18; 1 exit X L stop=90", "L 18 1@100 2@90 X", .cash = 1000},
    {"call: slipped", "margin_long=50 slip_ticks=10", B0 "99.9 99.9 80 90", "0 entry L long 18", "L 8 1@100 1@79.9 Margin call; L 10 1@100 open", .cash = 1000},
    {"a declined reversal puts brackets to sleep", PCT "100 margin_short=20", B0 FLAT "101 103 100 101; 101 103 100 101; 101 103 100 101",
     "0 entry S short; 0 exit X S stop=102; 1 entry L long; 3 exit X S stop=102.5", "S 10 1@100 4@102.5 X", .cash = 1000},
    {"... until margin is called", PCT "100 margin_short=50", B0 FLAT "100.01 100.01 100 100; 100 120 99 110; 116 117 115 116",
     "0 entry S short 15; 0 exit X S stop=115; 1 entry L long 10", "S 13.3332 1@100 3@120 Margin call; S 1.6668 1@100 4@116 X", .cash = 1000},
    {"a declined reversal takes the close of its run along", PCT "100 margin_short=20", B0 FLAT "101 101 100 101", "0 entry S short; 1 entry L long; 1 close S", "S 10 1@100 open", .cash = 1000},
};
/* clang-format on */

#define TABLE(name)                                                                                \
    static void rules_##name(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        PINE_CHECK_ALL(name);                                                                      \
    }
TABLE(sizing)
TABLE(costs)
TABLE(margin)

static void lots(void **state)
{
    (void)state;
    const wk_feed f = {.step = 1e-5, .per_step = 1e5, .tick = 0.01, .per_tick = 100.0};
    check_same(wk_pine_floor(&f, (0.0109 / 100.0) * 10.0), 0.00108);
    check_same(wk_pine_floor(&f, 0.00109), 0.00109);
    const wk_feed c = {.step = 0.01, .per_step = 100.0, .tick = 0.01, .per_tick = 100.0};
    check_same(wk_pine_floor(&c, 0.29), 0.29);
    check_same(wk_pine_floor(&c, nextafter(0.29, 0.0)), 0.28);
    check_same(wk_pine_qty(&c, 0.3 - 0.1), 0.2);
    check_same(wk_pine_round10(1.23456789050), 1.234567891);
    check_same(wk_pine_round10(123456.789049), 123456.789);
    check_same(wk_pine_round10(-2.5e-7), -2.5e-7);
    check_same(wk_pine_grid(&c, 1.0051), 1.01);
    check_same(wk_pine_level(&c, 100.001, 1), 100.01);
    check_same(wk_pine_level(&c, 100.009, -1), 100.0);
    check_same(wk_pine_level(&c, 100.0000009, 1), 100.0);
}

/* A fee per order of 10 and two reversals: 15, 10, 15. */
static void shared_fees(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "fee_order=10",
                         .bars = B0 FLAT FLAT FLAT FLAT,
                         .calls =
                             "0 entry L long 1; 1 entry S short 1; 2 entry L long 1; 3 close L"};
    wick_ledger *l = pine_run(ctx, &k, NULL);
    assert_int_equal(wick_ledger_trades(l), 3);
    check_same(wick_ledger_trade(l, 0)->fees, 15.0);
    check_same(wick_ledger_trade(l, 1)->fees, 10.0);
    check_same(wick_ledger_trade(l, 2)->fees, 15.0);
    check_same(wick_ledger_trade(l, 2)->pnl, -15.0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* 0.0333 percent: 1.2347 at 100.07, turned at 101.13 into 2.3459 short, closed at 100.07. Every fee
 * and every share of one has ten digits; the figures are those of decimal arithmetic. */
static void rounded_fees(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "fee_pct=0.0333",
                         .bars = B0 "100.07 101 100 101; 101.13 102 101 101; 100.07 101 100 100",
                         .calls = "0 entry L long 1.2347; 1 entry S short 2.3459; 2 close S"};
    wick_ledger *l = pine_run(ctx, &k, NULL);
    assert_int_equal(wick_ledger_trades(l), 2);
    check_close(wick_ledger_trade(l, 0)->fees, 0.08272440613, 1e-14);
    check_close(wick_ledger_trade(l, 0)->entry_fees, 0.04114429086, 1e-14);
    check_close(wick_ledger_trade(l, 1)->fees, 0.15717436166, 1e-14);
    check_close(wick_ledger_trade(l, 1)->entry_fees, 0.07900120873, 1e-14);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* A fee per order of 8: a quarter takes 2 of the entry's, the rest 6. */
static void partial_fees(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "fee_order=8",
                         .bars = B0 FLAT FLAT FLAT,
                         .calls = "0 entry L long 4; 1 close L qty=1; 2 close L"};
    wick_ledger *l = pine_run(ctx, &k, NULL);
    assert_int_equal(wick_ledger_trades(l), 2);
    check_same(wick_ledger_trade(l, 0)->entry_fees, 2.0);
    check_same(wick_ledger_trade(l, 0)->fees, 10.0);
    check_same(wick_ledger_trade(l, 1)->entry_fees, 6.0);
    check_same(wick_ledger_trade(l, 1)->fees, 14.0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static double value(wick_run *run, int32_t what);

static void look_even(wick_run *run, int64_t bar)
{
    if (bar != 6) return;
    check_same(value(run, WICK_PINE_EVENS), 1.0);
    check_same(value(run, WICK_PINE_LOSSES), 1.0);
    check_same(value(run, WICK_PINE_WINS), 1.0);
    check_same(value(run, WICK_PINE_GROSSPROFIT), 1.0);
    check_same(value(run, WICK_PINE_GROSSLOSS), 0.5);
}

/* Gains of 1, 0.5 and 2 before fees of 1. */
static void won_lost_even(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "fee_order=0.5",
                         .bars = B0 FLAT "101 101 101 101;" FLAT "100.5 100.5 100.5 100.5;" FLAT
                                         "102 102 102 102",
                         .calls = "0 entry L long 1; 1 close L; 2 entry L long 1; 3 close L; "
                                  "4 entry L long 1; 5 close L"};
    wick_ledger_unref(pine_run(ctx, &k, look_even));
    wick_ctx_free(ctx);
}

/* ---- what strategy.* answers ---------------------------------------------------------------- */

static double value(wick_run *run, int32_t what)
{
    return wick_pine_value(run, 0, what);
}

static const char *text(wick_run *run, int32_t open, int32_t field, double i)
{
    return wick_run_text(run, (int32_t)wick_pine_trade(run, 0, open, field, i));
}

static void look(wick_run *run, int64_t bar)
{
    if (bar == 0) {
        check_same(value(run, WICK_PINE_POSITION), 0.0);
        check_same(value(run, WICK_PINE_AVG_PRICE), WICK_NA);
        check_same(value(run, WICK_PINE_EQUITY), 10000.0);
        check_same(value(run, WICK_PINE_LIQUIDATION), WICK_NA);
        check_same(wick_pine_trade(run, 0, 0, WICK_PINE_F_PROFIT, 0.0), WICK_NA);
        check_same(wick_pine_trade(run, 0, 0, WICK_PINE_F_SIZE, -1.0), 0.0);
    } else if (bar == 2) { /* two entries of 10 at 100 and 5 at 110, close 112, fee 1 each */
        check_same(value(run, WICK_PINE_POSITION), 15.0);
        check_close(value(run, WICK_PINE_AVG_PRICE), 1550.0 / 15.0, 1e-14);
        check_close(value(run, WICK_PINE_OPENPROFIT), 130.0, 1e-12);
        check_close(value(run, WICK_PINE_NETPROFIT), -2.0, 1e-12);
        check_close(value(run, WICK_PINE_EQUITY), 10128.0, 1e-13);
        check_same(value(run, WICK_PINE_OPENTRADES), 2.0);
        check_same(value(run, WICK_PINE_HELD_ALL), 15.0);
        check_same(wick_pine_trade(run, 0, 1, WICK_PINE_F_ENTRY_PRICE, 1.0), 110.0);
        check_same(wick_pine_trade(run, 0, 1, WICK_PINE_F_ENTRY_BAR, 1.0), 2.0);
        check_same(wick_pine_trade(run, 0, 1, WICK_PINE_F_SIZE, 1.0), 5.0);
        check_close(wick_pine_trade(run, 0, 1, WICK_PINE_F_MAX_RUNUP, 0.0), 149.0, 1e-12);
        assert_string_equal(text(run, 1, WICK_PINE_F_ENTRY_ID, 0.0), "A");
        assert_string_equal(text(run, 1, WICK_PINE_F_ENTRY_COMMENT, 0.0), "first");
        assert_string_equal(text(run, 1, WICK_PINE_F_ENTRY_COMMENT, 1.0), "");
        assert_string_equal(wick_run_text(run, (int32_t)value(run, WICK_PINE_ENTRY_NAME)), "A");
    } else if (bar == 4) { /* all closed at 105 */
        check_same(value(run, WICK_PINE_POSITION), 0.0);
        check_same(value(run, WICK_PINE_CLOSEDTRADES), 2.0);
        check_same(value(run, WICK_PINE_WINS), 1.0);
        check_same(value(run, WICK_PINE_LOSSES), 1.0);
        check_same(value(run, WICK_PINE_EVENS), 0.0);
        check_close(value(run, WICK_PINE_GROSSPROFIT), 50.0 - 1.0 - 1.0 * 10.0 / 15.0, 1e-9);
        check_close(value(run, WICK_PINE_GROSSLOSS), 25.0 + 1.0 + 1.0 * 5.0 / 15.0, 1e-9);
        check_close(value(run, WICK_PINE_NETPROFIT), 22.0, 1e-9);
        check_same(wick_pine_trade(run, 0, 0, WICK_PINE_F_EXIT_PRICE, 0.0), 105.0);
        check_same(wick_pine_trade(run, 0, 0, WICK_PINE_F_EXIT_BAR, 0.0), 4.0);
        check_close(wick_pine_trade(run, 0, 0, WICK_PINE_F_PROFIT, 0.0), 50.0 - 1.0 - 2.0 / 3.0,
                    1e-9);
        check_close(wick_pine_trade(run, 0, 0, WICK_PINE_F_PROFIT_PCT, 0.0), 4.83333333333, 1e-9);
        assert_string_equal(text(run, 0, WICK_PINE_F_EXIT_COMMENT, 1.0), "out");
        check_same(wick_pine_trade(run, 0, 0, WICK_PINE_F_PROFIT, 2.0), WICK_NA);
        check_same(wick_pine_trade(run, 0, 0, WICK_PINE_F_EXIT_TIME, 1.0),
                   (double)(INT64_C(1743379200000) + 4 * INT64_C(14400000)));
    }
}

static void accessors(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {
        .settings = "fee_order=1 max_entries=2",
        .bars = B0 "100 102 99 101; 110 115 109 112; 112 113 104 105; 105 106 104 105",
        .calls = "0 entry A long 10 comment=first; 1 entry B long 5; 3 close_all comment=out",
        .cash = 10000};
    wick_ledger_unref(pine_run(ctx, &k, look));
    wick_ctx_free(ctx);
}

static void look_margin(wick_run *run, int64_t bar)
{
    if (bar == 1) check_same(value(run, WICK_PINE_LIQUIDATION), 88.88);
    if (bar == 2) check_same(value(run, WICK_PINE_LIQUIDATION), WICK_NA);
    if (bar == 3) check_same(value(run, WICK_PINE_LIQUIDATION), 134.29); /* (1180 / 7 + 100) / 2 */
}

static void look_paid(wick_run *run, int64_t bar)
{
    if (bar == 1) check_same(value(run, WICK_PINE_POSITION), 5.0);
    check_same(value(run, WICK_PINE_LIQUIDATION), WICK_NA);
}

static void liquidation_price(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "margin_long=50 margin_short=100",
                         .bars = B0 FLAT "110 110 110 110;" FLAT,
                         .calls = "0 entry L long 18; 1 close L; 2 entry S short 7",
                         .cash = 1000};
    wick_ledger_unref(pine_run(ctx, &k, look_margin));
    const pine_case paid = {
        .settings = "", .bars = B0 FLAT, .calls = "0 entry L long 5", .cash = 1000};
    wick_ledger_unref(pine_run(ctx, &paid, look_paid));
    wick_ctx_free(ctx);
}

/* On the entry bar what the path meets before the fill does not count, on the exit bar what it
 * meets after (section 10.2). */
static void excursions(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "",
                         .bars = B0 "100 106 98 105; 105 120 104 111; 111 115 90 91",
                         .calls = "0 entry L long 2 stop=102; 0 exit X L stop=100"};
    wick_ledger *l = pine_run(ctx, &k, NULL);
    const wick_trade_rec *t = wick_ledger_trade(l, 0);
    check_same(t->entry_price, 102.0);
    check_same(t->exit_price, 100.0);
    check_same(t->mae, -2.0);
    check_same(t->mfe, 18.0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void look_slices(wick_run *run, int64_t bar)
{
    if (bar != 4) return; /* two of eight closed, an entry fee of 4 */
    check_same(wick_pine_trade(run, 0, 0, WICK_PINE_F_MAX_RUNUP, 0.0), 2.0 * 6.0 - 1.0);
    check_same(wick_pine_trade(run, 0, 0, WICK_PINE_F_MAX_DRAWDOWN, 0.0), 2.0 * 1.0 + 1.0);
    check_same(wick_pine_trade(run, 0, 1, WICK_PINE_F_MAX_RUNUP, 0.0), 6.0 * 6.0 - 3.0);
    check_same(wick_pine_trade(run, 0, 1, WICK_PINE_F_MAX_DRAWDOWN, 0.0), 6.0 * 1.0 + 3.0);
}

/* A slice has its share, and the entry's fee lowers both excursions. */
static void excursions_of_slices(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "fee_order=4",
                         .bars =
                             B0 "100 106 99 105; 105 105 104 105; 105 105 104 105; 104 104 104 104",
                         .calls = "0 entry L long 8; 2 close L qty=2"};
    wick_ledger_unref(pine_run(ctx, &k, look_slices));
    wick_ctx_free(ctx);
}

/* What a trail gives back was had: the best price is the one it followed. */
static void excursion_of_a_trail(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.settings = "",
                         .bars = B0 "100 106 99.5 105; 105 109 100 101",
                         .calls = "0 entry L long 1; 0 exit X L points=200 offset=150"};
    wick_ledger *l = pine_run(ctx, &k, NULL);
    const wick_trade_rec *t = wick_ledger_trade(l, 0);
    check_same(t->exit_price, 107.5);
    check_same(t->mfe, 9.0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

/* Settings of the other order book that Pine orders cannot follow, and calls that are malformed. */
static void refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.bars = B0 FLAT};
    wick_panel *p = pine_panel(ctx, &k);
    static const char *const bad[] = {
        "profile=pine phases=batch", "profile=pine lots=lifo",     "profile=pine trade_unit=exit",
        "profile=pine fill=middle",  "profile=pine size=risk_pct", "profile=pine gap_fill=level"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        wick_settings *s = sim_settings(ctx, bad[i]);
        const wick_run_opts o = {.size = sizeof o, .settings = s, .ask_bar = true, .pine = true};
        wick_run *run = NULL;
        check_fails(ctx, wick_run_new(ctx, p, &o, &run), WICK_E_ARG, "a Pine strategy needs");
        wick_settings_free(s);
    }
    wick_settings *s = sim_settings(ctx, "profile=pine");
    const wick_run_opts o = {.size = sizeof o, .settings = s, .ask_bar = true, .pine = true};
    wick_run *run = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &run));
    wick_pine_order q = wick_pine_blank(0);
    assert_true(wick_pine_entry(run, &q) < 0); /* not begun */
    assert_int_equal(wick_run_step(run), WICK_STEP_BAR);
    assert_true(wick_pine_entry(run, &q) < 0); /* no id */
    q.id = 7;
    assert_true(wick_pine_entry(run, &q) < 0); /* no tag of this run */
    q.id = wick_run_tag(run, "L");
    assert_true(wick_pine_entry(run, &q) < 0); /* no direction */
    q.side = 1;
    q.qty = HUGE_VAL;
    assert_int_equal(wick_pine_entry(run, &q), 0);
    q.qty = -1.0;
    assert_int_equal(wick_pine_entry(run, &q), 0);
    q.qty = WICK_NA;
    q.limit = -HUGE_VAL;
    assert_int_equal(wick_pine_entry(run, &q), 1);
    const wick_order w = {.size = sizeof w, .side = 1, .size_kind = WICK_SIZE_UNITS, .amount = 1};
    assert_true(wick_run_submit(run, &w) < 0);
    assert_non_null(strstr(wick_run_refusal(run), "Pine orders only"));
    check_same(wick_pine_value(run, 3, WICK_PINE_EQUITY), WICK_NA);
    wick_run_free(run);
    wick_settings_free(s);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* ---- memory that runs out ------------------------------------------------------------------ */

static wick_status whole_run(wick_ctx *ctx, void *arg)
{
    wick_panel *p = arg;
    const wick_run_opts o = {.size = sizeof o, .cash = 1e6, .ask_bar = true, .pine = true};
    wick_run *run = NULL;
    wick_ledger *l = NULL;
    wick_status st = wick_run_new(ctx, p, &o, &run);
    if (st < 0) return st;
    int32_t step;
    while ((step = wick_run_step(run)) > 0) {
        wick_pine_order q = wick_pine_blank(0);
        q.id = wick_run_tag(run, "L");
        q.side = 1;
        (void)wick_pine_entry(run, &q);
        q.from = q.id;
        q.id = wick_run_tag(run, "X");
        q.stop = 99.8;
        (void)wick_pine_exit(run, &q);
        q.id = q.from;
        (void)wick_pine_close(run, &q);
    }
    st = step < 0 ? wick_run_error(ctx, run) : WICK_OK;
    if (st >= 0) st = wick_run_finish(ctx, run, &l);
    wick_ledger_unref(l);
    wick_run_free(run);
    return st;
}

static void failing_allocator(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.bars = B0 FLAT FLAT FLAT FLAT};
    wick_panel *p = pine_panel(ctx, &k);
    assert_true(alloc_walk(whole_run, p) > 1);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_sizing),         cmocka_unit_test(rules_costs),
        cmocka_unit_test(rules_margin),         cmocka_unit_test(lots),
        cmocka_unit_test(shared_fees),          cmocka_unit_test(accessors),
        cmocka_unit_test(rounded_fees),         cmocka_unit_test(won_lost_even),
        cmocka_unit_test(partial_fees),         cmocka_unit_test(excursions_of_slices),
        cmocka_unit_test(excursion_of_a_trail), cmocka_unit_test(liquidation_price),
        cmocka_unit_test(excursions),           cmocka_unit_test(refusals),
        cmocka_unit_test(failing_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
