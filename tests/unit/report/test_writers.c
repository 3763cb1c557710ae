/* SPDX-License-Identifier: MIT */
/* Machine formats byte for byte, the table by what it must contain. */
#include <stdlib.h>

#include "alloc_walk.h"
#include "wick/report.h"

enum { ROWS = 4 };

static int64_t day(int32_t d)
{
    return wick_time_from_civil(2024, 3, d, 0, 0, 0, 0);
}

/* Two trades, two orders, four days; names that CSV must quote. */
static wick_ledger *build(wick_ctx *ctx, int64_t shift)
{
    static const char *const symbols[] = {"AAA", "B\"B,C"};
    static const char *const tags[] = {"entry, first"};
    int64_t time[ROWS];
    for (int i = 0; i < ROWS; i++) time[i] = day(1 + i) + shift;
    const double equity[ROWS] = {1000.0, 1010.5, 990.1000000000001, 1012.25};
    const double cash[ROWS] = {1000.0, 500.0, 500.0, 1012.25};
    const double fees[ROWS] = {0.0, 0.25, 0.25, 0.5};
    const double longs[ROWS] = {0.0, 510.5, 490.1000000000001, 0.0};
    const double shorts[ROWS] = {0.0, 0.0, 0.0, 0.0};
    const wick_trade_rec trades[] = {{.symbol = 0,
                                      .side = 1,
                                      .reason = WICK_BY_STOP_LOSS,
                                      .bars = 2,
                                      .signal_time = time[0],
                                      .entry_time = time[1],
                                      .exit_time = time[3],
                                      .qty = 5.0,
                                      .entry_price = 100.0,
                                      .exit_price = 102.45,
                                      .pnl = 12.250000000000028,
                                      .return_pct = 2.45,
                                      .fees = 0.5,
                                      .mae = -4.0,
                                      .mfe = 2.5},
                                     {.symbol = 1,
                                      .side = -1,
                                      .reason = WICK_BY_OPEN,
                                      .bars = 1,
                                      .signal_time = time[1],
                                      .entry_time = time[2],
                                      .exit_time = WICK_NO_TIME,
                                      .qty = 0.1,
                                      .entry_price = 1e-7,
                                      .exit_price = WICK_NA,
                                      .pnl = -0.0,
                                      .return_pct = 0.0,
                                      .mae = 0.0,
                                      .mfe = 1e20}};
    const wick_order_rec orders[] = {{.id = 1,
                                      .symbol = 0,
                                      .side = 1,
                                      .type = 0,
                                      .intent = 0,
                                      .fate = WICK_FATE_FILLED,
                                      .tag = 0,
                                      .placed = time[0],
                                      .filled = time[1],
                                      .qty = 5.0,
                                      .filled_qty = 5.0,
                                      .limit = WICK_NA,
                                      .stop = WICK_NA,
                                      .price = 100.0,
                                      .fees = 0.25,
                                      .score = 1.5},
                                     {.id = 2,
                                      .symbol = 1,
                                      .side = -1,
                                      .type = 3,
                                      .intent = 1,
                                      .fate = WICK_FATE_CANCELLED,
                                      .tag = -1,
                                      .reason = WICK_BY_STOP_PROFIT,
                                      .placed = time[2],
                                      .filled = WICK_NO_TIME,
                                      .qty = 2.0,
                                      .limit = 9.5,
                                      .stop = 9.25,
                                      .price = WICK_NA,
                                      .score = WICK_NA}};
    const wick_ledger_in in = {
        .size = sizeof in,
        .n = ROWS,
        .time = time,
        .equity = equity,
        .cash = cash,
        .fees = fees,
        .long_value = longs,
        .short_value = shorts,
        .n_trades = 2,
        .trades = trades,
        .n_orders = 2,
        .orders = orders,
        .n_symbols = 2,
        .symbols = symbols,
        .n_tags = 1,
        .tags = tags,
        .cash0 = 1000.0,
        .ambiguity = {.bars = 2, .pnl_worst = -1.5, .pnl_best = 12345.5, .bounded = true}};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &in, &l));
    return l;
}

static char *text_of(wick_ctx *ctx, const char *writer, const wick_result *r)
{
    wick_buf b = {0};
    check_ok(ctx, wick_report_write(ctx, writer, r, &b));
    return b.data;
}

static void csv(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = build(ctx, 0);
    const wick_result r = {.size = sizeof r, .ledger = l, .timeframe_ms = WICK_MS_DAY};
    char *s = text_of(ctx, "trades_csv", &r);
    assert_string_equal(
        s, "symbol,side,signal_time,entry_time,exit_time,shares,entry_price,exit_price,bars,"
           "pnl,return_pct,fees,mae,mfe,exit_reason\n"
           "AAA,long,2024-03-01,2024-03-02,2024-03-04,5,100,102.45,2,12.250000000000028,2.45,0.5,"
           "-4,2.5,stop_loss\n"
           "\"B\"\"B,C\",short,2024-03-02,2024-03-03,,0.1,1e-07,,1,0,0,0,0,1e+20,open\n");
    free(s);
    s = text_of(ctx, "orders_csv", &r);
    assert_string_equal(
        s, "id,symbol,side,type,intent,tag,placed_time,filled_time,qty,filled_qty,limit,stop,"
           "price,fees,score,fate,reason\n"
           "1,AAA,buy,market,enter,\"entry, first\",2024-03-01,2024-03-02,5,5,,,100,0.25,1.5,"
           "filled,\n"
           "2,\"B\"\"B,C\",sell,stop_limit,reduce,,2024-03-03,,2,0,9.5,9.25,,0,,cancelled,"
           "take_profit\n");
    free(s);
    s = text_of(ctx, "equity_csv", &r);
    assert_string_equal(s, "time,equity,cash,fees,long_value,short_value\n"
                           "2024-03-01,1000,1000,0,0,0\n"
                           "2024-03-02,1010.5,500,0.25,510.5,0\n"
                           "2024-03-03,990.1000000000001,500,0.25,490.1000000000001,0\n"
                           "2024-03-04,1012.25,1012.25,0.5,0,0\n");
    free(s);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void clocks(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = build(ctx, 0), *shifted = build(ctx, 34200000);
    wick_result r = {.size = sizeof r, .ledger = l, .timeframe_ms = 3600000};
    char *s = text_of(ctx, "equity_csv", &r);
    assert_non_null(strstr(s, "\n2024-03-01T00:00:00Z,1000,"));
    free(s);
    r.timeframe_ms = 0; /* unknown: every stamp is a midnight */
    s = text_of(ctx, "equity_csv", &r);
    assert_non_null(strstr(s, "\n2024-03-01,1000,"));
    free(s);
    r.ledger = shifted;
    s = text_of(ctx, "equity_csv", &r);
    assert_non_null(strstr(s, "\n2024-03-01T09:30:00Z,1000,"));
    free(s);
    r.timeframe_ms = -1; /* months */
    r.ledger = l;
    s = text_of(ctx, "trades_csv", &r);
    assert_non_null(strstr(s, ",2024-03-04,"));
    free(s);
    wick_ledger_unref(l);
    wick_ledger_unref(shifted);
    wick_ctx_free(ctx);
}

static void json(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = build(ctx, 0);
    wick_scores *scores = NULL;
    check_ok(ctx, wick_score(ctx, l, NULL, NULL, 0, &scores));
    static const wick_convention how[] = {
        {"fill", "open", false}, {"slots", "10", false}, {"stop", "nan", true}};
    static const char *const names[] = {"my_metric", "my_gap"};
    const double values[] = {1.25, WICK_NA};
    const wick_result r = {.size = sizeof r,
                           .strategy = "s",
                           .profile = "wick",
                           .ledger = l,
                           .scores = scores,
                           .conventions = how,
                           .n_conventions = 3,
                           .timeframe_ms = WICK_MS_DAY,
                           .extra_names = names,
                           .extra_values = values,
                           .n_extra = 2};
    char *s = text_of(ctx, "metrics_json", &r);
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_parse(ctx, "metrics", s, -1, &doc));
    const wick_json *root = wick_json_root(doc);
    static const char *const keys[] = {"profile", "conventions", "metrics", "ambiguous"};
    assert_int_equal(wick_json_count(root), 4);
    for (int i = 0; i < 4; i++) assert_string_equal(wick_json_key(wick_json_at(root, i)), keys[i]);
    const wick_json *c = wick_json_get(root, "conventions"), *m = wick_json_get(root, "metrics");
    assert_string_equal(wick_json_string(wick_json_get(c, "fill")), "open");
    check_same(wick_json_number(wick_json_get(c, "slots")), 10.0);
    assert_string_equal(wick_json_string(wick_json_get(c, "stop")), "nan");
    assert_string_equal(wick_json_string(wick_json_get(c, "bars_per_year")), "none");
    assert_string_equal(wick_json_string(wick_json_get(c, "deviation")), "population");
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        const wick_metric_spec *spec = wick_metric_at(i);
        const wick_json *j = wick_json_get(m, spec->name);
        const double v = wick_scores_get(scores, spec->name);
        assert_non_null(j);
        if (spec->unit == WICK_M_TIME) {
            assert_string_equal(wick_json_string(j), "2024-03-03");
        } else if (isnan(v)) {
            assert_int_equal(wick_json_kind(j), WICK_JSON_NULL);
        } else {
            check_same(wick_json_number(j), v + 0.0);
        }
    }
    check_same(wick_json_number(wick_json_get(m, "my_metric")), 1.25);
    assert_int_equal(wick_json_kind(wick_json_get(m, "my_gap")), WICK_JSON_NULL);
    assert_null(strstr(s, "-0,"));
    const wick_json *a = wick_json_get(root, "ambiguous");
    check_same(wick_json_number(wick_json_get(a, "bars")), 2.0);
    check_same(wick_json_number(wick_json_get(a, "total_pnl_best")), 12345.5);
    wick_json_free(doc);
    free(s);
    wick_scores_free(scores);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void table(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = build(ctx, 0);
    wick_scores *scores = NULL;
    check_ok(ctx, wick_score(ctx, l, NULL, NULL, 0, &scores));
    static const wick_convention how[] = {{"fill", "open", false}, {"gap_fill", "level", true}};
    wick_result r = {.size = sizeof r,
                     .strategy = "my_rule",
                     .profile = "wick",
                     .ledger = l,
                     .scores = scores,
                     .conventions = how,
                     .n_conventions = 2,
                     .timeframe_ms = WICK_MS_DAY,
                     .width = 40};
    char *s = text_of(ctx, "table", &r);
    static const char *const parts[] = {
        "my_rule  profile wick  2024-03-01 .. 2024-03-04  4 bars\n",
        "\ntrade_count                              1\ninitial_market_value",
        "\nend_market_value                  1,012.25\n",
        "\ntotal_return_pct                    1.23 %\n",
        "\nmax_drawdown_date               2024-03-03\n",
        "\nsortino ",
        "\nstd_error ",
        "Deepest drawdowns (1 of 1)\n",
        "2024-03-02  2024-03-03  2024-03-04  -20.40  -2.02 %     2\n",
        "2 bars whose inner order decides a result: end less start between -1.50 (worst)",
        " (worst) and 12,345.50",
        "Conventions\nfill=open  ",
        "\n1 others at their defaults\n--format full: these, and "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strstr(s, parts[i]) == NULL) fail_msg("'%s' is missing in\n%s", parts[i], s);
    }
    assert_null(strchr(s, '\x1b'));
    /* Rows of the seed tables, in their order. */
    const char *at = s;
    for (int32_t row = 0; row < 40; row++) {
        for (int64_t i = 0; i < wick_metric_count(); i++) {
            if (wick_metric_at(i)->row != row) continue;
            char line[64];
            snprintf(line, sizeof line, "\n%s ", wick_metric_at(i)->name);
            const char *next = strstr(at, line);
            if (next == NULL) fail_msg("row %d, %s, is out of order", (int)row, line + 1);
            at = next;
        }
    }
    assert_null(strstr(s, "\nMore\n"));
    free(s);
    s = text_of(ctx, "table_full", &r);
    assert_non_null(strstr(s, "\nMore\n"));
    /* Every metric once: those of the forty rows are not said again. */
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        char line[64];
        snprintf(line, sizeof line, "\n%s ", wick_metric_at(i)->name);
        const char *said = strstr(s, line);
        if (said != NULL && strstr(said + 1, line) != NULL) fail_msg("%s twice", line + 1);
    }
    assert_non_null(strstr(s, "\nfill=open  gap_fill=level\n"));
    assert_null(strstr(s, "at their defaults"));
    free(s);
    /* Another program's result with trades has the same rows; what nobody counted is not said. */
    r.foreign = true;
    s = text_of(ctx, "table", &r);
    assert_non_null(strstr(s, "\ntrade_count "));
    assert_non_null(strstr(s, "2 bars whose inner order"));
    free(s);
    r.foreign = false;
    r.color = true;
    s = text_of(ctx, "table", &r);
    assert_non_null(strstr(s, "\x1b[31m-20.40\x1b[0m\n"));
    free(s);
    wick_scores_free(scores);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

static void registry(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = build(ctx, 0);
    const wick_result r = {.size = sizeof r, .ledger = l};
    wick_buf b = {0};
    for (int64_t i = 0; i < wick_writer_count(); i++) {
        const wick_writer_spec *w = wick_writer_at(i);
        assert_ptr_equal(wick_writer_find(w->name), w);
        assert_true(strlen(w->doc) > 8);
        if (i > 0) assert_true(strcmp(wick_writer_at(i - 1)->name, w->name) < 0);
        check_ok(ctx, wick_report_write(ctx, w->name, &r, &b)); /* without scores, too */
    }
    assert_null(wick_writer_at(-1));
    assert_null(wick_writer_at(wick_writer_count()));
    check_fails(ctx, wick_report_write(ctx, "trade_csv", &r, &b), WICK_E_ARG, "trades_csv");
    check_fails(ctx, wick_report_write(ctx, "table", NULL, &b), WICK_E_ARG, "ledger");
    wick_buf_free(&b);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

typedef struct job {
    const char *writer;
    const wick_result *r;
} job;

static wick_status write_one(wick_ctx *ctx, void *arg)
{
    const job *j = arg;
    wick_buf b = {0};
    const wick_status st = wick_report_write(ctx, j->writer, j->r, &b);
    wick_buf_free(&b);
    return st;
}

static void out_of_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = build(ctx, 0);
    wick_scores *scores = NULL;
    check_ok(ctx, wick_score(ctx, l, NULL, NULL, 0, &scores));
    const wick_result r = {.size = sizeof r, .ledger = l, .scores = scores};
    for (int64_t i = 0; i < wick_writer_count(); i++) {
        job j = {wick_writer_at(i)->name, &r};
        assert_true(alloc_walk(write_one, &j) > 0);
    }
    wick_scores_free(scores);
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(csv),      cmocka_unit_test(clocks),
                                       cmocka_unit_test(json),     cmocka_unit_test(table),
                                       cmocka_unit_test(registry), cmocka_unit_test(out_of_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
