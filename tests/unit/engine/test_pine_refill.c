/* SPDX-License-Identifier: MIT */
/* Pine orders: calc_on_order_fills (section 13.2 of the semantics), rule by rule. The paths of the
 * bars: an open nearer to the high goes there first. */
#include <stdlib.h>

#include "unit/engine/pine_case.h"

#define ON   "calc_on_order_fills=on"
#define B0   "100 101 99 100;"
#define FLAT "100 100.5 99.5 100;"
/* open 100, high 102, low 95, close 97 */
#define UP_FIRST "100 102 95 97;"
/* open 100, low 98, high 105, close 103 */
#define DOWN_FIRST "100 105 98 103;"

/* clang-format off */
static const pine_case nodes[] = {
    {"market orders fill at the open, the nearer extreme and the other one", ON " max_entries=9", B0 UP_FIRST FLAT,
     "0 entry A long 1; 1/1 entry B long 1; 1/2 entry C long 1; 1/3 entry D long 1; 1 entry E long 1",
     "L 1 1@100 open; L 1 1@100 open; L 1 1@102 open; L 1 1@95 open; L 1 2@100 open"},
    {"... the low first when it is nearer", ON " max_entries=9", B0 DOWN_FIRST FLAT,
     "0 entry A long 1; 1/1 entry B long 1; 1/2 entry C long 1; 1/3 entry D long 1",
     "L 1 1@100 open; L 1 1@100 open; L 1 1@98 open; L 1 1@105 open"},
    {"four runs a bar and no more", ON " max_entries=9", B0 UP_FIRST FLAT,
     "0 entry A long 1; 1/1 entry B long 1; 1/2 entry C long 1; 1/3 entry D long 1; 1/4 entry X long 1",
     "L 1 1@100 open; L 1 1@100 open; L 1 1@102 open; L 1 1@95 open"},
    {"a run stands at the end of the stretch on which something filled", ON " max_entries=9", B0 DOWN_FIRST FLAT,
     "0 entry A long 1 limit=99; 1/1 entry B long 1; 1/2 entry C long 1",
     "L 1 1@99 open; L 1 1@98 open; L 1 1@105 open"},
    {"a fill on the way to the close brings no run of its own", ON " max_entries=9", B0 UP_FIRST FLAT,
     "0 entry A long 1 limit=96; 1/1 entry B long 1 stop=96.5; 1/2 entry C long 1", "L 1 1@96 open; L 1 1@96.5 open"},
    {"nothing is asked again without a fill", ON " max_entries=9", B0 UP_FIRST FLAT, "0 entry A long 1 limit=90; 1/1 entry B long 1", ""},
    {"off: the script runs once", "max_entries=9", B0 UP_FIRST FLAT, "0 entry A long 1; 1/1 entry B long 1; 1 entry C long 1", "L 1 1@100 open; L 1 2@100 open"},
    {"process_orders_on_close puts it out of force", ON " delay=0 fill=close max_entries=9", B0 UP_FIRST FLAT,
     "0 entry A long 1; 1/1 entry B long 1; 1 entry C long 1", "L 1 0@100 open; L 1 1@97 open"},
};

static const pine_case orders[] = {
    {"an exit of a run acts from where the path stands", ON, B0 UP_FIRST, "0 entry A long 1; 1/1 exit X A stop=96", "L 1 1@100 1@96 X"},
    {"... and no sooner: what the path has passed is past", ON, B0 DOWN_FIRST FLAT,
     "0 entry A long 1 stop=101; 1/1 exit X A stop=98.5", "L 1 1@101 open"},
    {"... the way back from an extreme begins there, not at the open", ON, B0 "100 102 95 97;" FLAT,
     "0 entry A short 1 stop=99 limit=101; 0 entry B short 1 limit=101.5; 1/1 exit X B limit=101", "S 1 1@101.5 1@101 X"},
    {"a level that is passed where the path stands fills there", ON, B0 UP_FIRST, "0 entry A long 1 stop=101; 1/1 exit X A limit=101.5", "L 1 1@101 1@102 X"},
    {"a stop too", ON, B0 DOWN_FIRST, "0 entry A long 1 limit=99; 1/1 exit X A stop=98.5", "L 1 1@99 1@98 X"},
    {"a close and an entry of one run", ON, B0 UP_FIRST FLAT, "0 entry A long 1; 1/1 close A; 1/1 entry B long 2", "L 1 1@100 1@100 Close entry(s) order A; L 2 1@100 open"},
    {"a reversal", ON, B0 UP_FIRST FLAT, "0 entry A long 1; 1/1 entry B short 1", "L 1 1@100 1@100 B; S 1 1@100 open"},
    {"slippage is that of a market order", ON " slip_ticks=10 max_entries=9", B0 UP_FIRST FLAT, "0 entry A long 1; 1/1 entry B long 1; 1/2 close_all",
     "L 1 1@100.1 1@101.9 Close position order; L 1 1@100.1 1@101.9 Close position order"},
    {"an order that is left over rests for the bars to come", ON, B0 UP_FIRST "97 99 96 98;" "98 104 97 103;", "0 entry A long 1; 1/1 exit X A limit=103", "L 1 1@100 3@103 X"},
    {"a run may cancel", ON " max_entries=9", B0 DOWN_FIRST FLAT, "0 entry A long 1; 0 entry B long 1 stop=104; 1/1 cancel B", "L 1 1@100 open"},
    {"a close with immediately waits for the run that counts", ON, B0 UP_FIRST FLAT, "0 entry A long 1; 1/1 close A now=1", "L 1 1@100 open"},
    {"... which gives its own", ON, B0 UP_FIRST FLAT, "0 entry A long 1; 1/1 close A now=1; 1 close A now=1", "L 1 1@100 1@97 Close entry(s) order A"},
    {"a default size is of the price where the path stands", ON " size=cash size_amount=1020 max_entries=9", B0 UP_FIRST FLAT,
     "0 entry A long; 1/1 entry B long; 1/2 entry C long", "L 10.2 1@100 open; L 10.2 1@100 open; L 10 1@102 open"},
    {"what cannot be paid there is refused", ON " max_entries=9", B0 UP_FIRST FLAT, "0 entry A long 1; 1/1 entry B long 9900; 1/2 entry C long 9900", "L 1 1@100 open; L 9900 1@100 open"},
};

/* Two legs with one level that is the extreme itself: both are met, whichever is looked at first. */
static const pine_case extremes[] = {
    {"two stops at the low", "max_entries=2", B0 FLAT DOWN_FIRST FLAT, "0 entry A long 1; 0 entry B long 1; 1 exit X A stop=98; 1 exit Y B stop=98", "L 1 1@100 2@98 X; L 1 1@100 2@98 Y"},
    {"two targets at the high", "max_entries=2", B0 FLAT DOWN_FIRST FLAT, "0 entry A long 1; 0 entry B long 1; 1 exit X A limit=105; 1 exit Y B limit=105", "L 1 1@100 2@105 X; L 1 1@100 2@105 Y"},
};

/* Each finer bar is a path of its own, whose close is one more place. */
static const pine_case finer[] = {
    {"finer bars have places of their own", ON " magnifier=on max_entries=9", B0 "100 104 98 103;" FLAT,
     "0 entry A long 1; 1/1 entry B long 1; 1/2 entry C long 1; 1/3 entry D long 1; 1/4 entry E long 1; 1/5 entry F long 1; 1/6 entry G long 1",
     "L 1 1@100 open; L 1 1@100 open; L 1 1@99 open; L 1 1@101 open; L 1 1@99.5 open; L 1 1@99 open; L 1 1@98 open",
     .sub = "100 101 99 100; 100 101 99 100; 100 101 99 100; 100 101 99 100;"
            "100 101 99 99.5; 99 102 98 101; 101 104 100.5 103.5; 103.5 103.8 102.8 103;"
            "100 100.5 99.5 100; 100 100.5 99.5 100; 100 100.5 99.5 100; 100 100.5 99.5 100"},
};
/* clang-format on */

static void test_nodes(void **state)
{
    (void)state;
    PINE_CHECK_ALL(nodes);
}

static void test_orders(void **state)
{
    (void)state;
    PINE_CHECK_ALL(orders);
}

static void test_extremes(void **state)
{
    (void)state;
    PINE_CHECK_ALL(extremes);
}

static void test_finer(void **state)
{
    (void)state;
    PINE_CHECK_ALL(finer);
}

static double seen[8];
static int n_seen;

static void look_equity(wick_run *run, int64_t bar)
{
    if (bar == 1 && n_seen < 8) seen[n_seen++] = wick_pine_value(run, 0, WICK_PINE_EQUITY);
}

/* A run reads its account where the path stands. */
static void test_equity(void **state)
{
    (void)state;
    const pine_case k = {"equity",
                         ON " max_entries=9",
                         B0 UP_FIRST FLAT,
                         "0 entry A long 2; 1/1 entry B long 1; 1/2 entry C long 1",
                         "",
                         .cash = 1000};
    wick_ctx *ctx = wick_ctx_new();
    n_seen = 0;
    wick_ledger *l = pine_run(ctx, &k, look_equity);
    assert_int_equal(n_seen, 4);
    assert_true(seen[0] == 1000.0); /* at the open */
    assert_true(seen[1] == 1006.0); /* three units at the high */
    assert_true(seen[2] == 1006.0 - 4.0 * 7.0);
    assert_true(seen[3] == 1006.0 - 4.0 * 5.0);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void test_refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {.bars = B0 FLAT};
    wick_panel *panel = pine_panel(ctx, &k);
    wick_settings *s = sim_settings(ctx, "calc_on_order_fills=on");
    const wick_run_opts opts = {.size = sizeof opts, .settings = s, .ask_bar = true};
    wick_run *run = NULL;
    assert_int_equal(wick_run_new(ctx, panel, &opts, &run), WICK_E_ARG);
    assert_non_null(strstr(wick_ctx_error(ctx), "calc_on_order_fills is for Pine strategies"));
    wick_settings_free(s);
    wick_panel_unref(panel);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nodes),    cmocka_unit_test(test_orders),
        cmocka_unit_test(test_extremes), cmocka_unit_test(test_finer),
        cmocka_unit_test(test_equity),   cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
