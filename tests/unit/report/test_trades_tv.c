/* SPDX-License-Identifier: MIT */
/* TradingView's list of trades, row by row (section 10 of the semantics): a run of Pine orders
 * whose figures are small enough to add up by hand. */
#include "unit/engine/pine_case.h"
#include "wick/report.h"

#define B0   "100 101 99 100;"
#define FLAT "100 100.5 99.5 100;"

static char *list_of(wick_ctx *ctx, const pine_case *k)
{
    static const wick_convention net = {.key = "trade_pnl", .value = "net"};
    wick_ledger *l = pine_run(ctx, k, NULL);
    wick_panel *p = pine_panel(ctx, k);
    const wick_result r = {
        .size = sizeof r, .ledger = l, .conventions = &net, .n_conventions = 1, .panel = p};
    wick_buf b = {0};
    check_ok(ctx, wick_report_write(ctx, "trades_tv", &r, &b));
    wick_panel_unref(p);
    wick_ledger_unref(l);
    return b.data;
}

static void expect_rows(const char *list, const char *const *want, size_t n)
{
    const char *at = strchr(list, '\n');
    for (size_t i = 0; i < n; i++) {
        assert_non_null(at);
        at++;
        const char *end = strchr(at, '\n');
        assert_non_null(end);
        if (strlen(want[i]) != (size_t)(end - at) || strncmp(at, want[i], strlen(want[i])) != 0)
            fail_msg("row %d is %.*s\n  not %s", (int)i + 1, (int)(end - at), at, want[i]);
        at = end;
    }
    assert_string_equal(at, "\n");
}

/* Two entries; a target takes a quarter of the first, a close the second's size from the oldest
 * lots (so that it makes two trades), a reversal the rest. A fee of 1 per order. */
static void rows(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const pine_case k = {
        .settings = "max_entries=2 fee_order=1",
        .bars = B0 FLAT FLAT "100 106 99 105; 104 104 104 104; 102 103 101 101; 100 100 99 99",
        .calls = "0 entry A long 4 comment=in; 1 entry B long 4; "
                 "2 exit X A qty=1 limit=103 comment=out profit_comment=tp; 3 close B; "
                 "4 entry S short 2",
        .cash = 10000};
    static const char *const want[] = {
        "1,Exit long,2025-03-31 12:00,tp,103,1,100,1.75,1.75,2.75,2.75,-1.25,-1.25,1.75,0.02,1",
        "1,Entry long,2025-03-31 04:00,in,100,1,100,1.75,1.75,2.75,2.75,-1.25,-1.25,1.75,0.02,1",
        "2,Exit long,2025-03-31 16:00,Close entry(s) order B,104,3,300,10.5,3.5,17.25,5.75,-3.75,"
        "-1.25,12.25,0.12,1",
        "2,Entry long,2025-03-31 04:00,in,100,3,300,10.5,3.5,17.25,5.75,-3.75,-1.25,12.25,0.12,1",
        "3,Exit long,2025-03-31 16:00,Close entry(s) order B,104,1,100,3.5,3.5,5.75,5.75,-1.25,"
        "-1.25,15.75,0.16,2",
        "3,Entry long,2025-03-31 08:00,B,100,1,100,3.5,3.5,5.75,5.75,-1.25,-1.25,15.75,0.16,2",
        "4,Exit long,2025-03-31 20:00,S,102,3,300,4.65,1.55,17.25,5.75,-3.75,-1.25,20.4,0.2,2",
        "4,Entry long,2025-03-31 08:00,B,100,3,300,4.65,1.55,17.25,5.75,-3.75,-1.25,20.4,0.2,2",
        "5,Exit short,2025-04-01 00:00,Open,99,2,204,5.6,2.75,5.6,2.75,-2.4,-1.18,26,0.26,5",
        "5,Entry short,2025-03-31 20:00,S,102,2,204,5.6,2.75,5.6,2.75,-2.4,-1.18,26,0.26,5"};
    char *list = list_of(ctx, &k);
    expect_rows(list, want, sizeof want / sizeof want[0]);
    free(list);
    wick_ctx_free(ctx);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
