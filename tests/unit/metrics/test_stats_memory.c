/* SPDX-License-Identifier: MIT */
/* Every allocation of the statistics refused in turn. */
#include <stdlib.h>

#include "support/alloc_walk.h"
#include "unit/metrics/ledger.h"
#include "wick/sheets.h"
#include "wick/stats.h"

static wick_status tests_of_trials(wick_ctx *ctx, void *arg)
{
    static double noise[6][64];
    const double *column[6];
    (void)arg;
    for (int k = 0; k < 6; k++) {
        wick_pcg g = wick_pcg_key(1, "memory", (uint64_t)k, 0);
        for (int i = 0; i < 64; i++) noise[k][i] = wick_pcg_normal(&g);
        column[k] = noise[k];
    }
    const wick_trials t = {64, 6, column};
    const wick_pbo_opts po = {.size = sizeof po, .blocks = 4, .threads = 1};
    const wick_spa_opts so = {.size = sizeof so, .replicates = 5, .threads = 1};
    wick_pbo p;
    wick_spa s;
    wick_trial_count c;
    wick_status st = wick_pbo_eval(ctx, &t, &po, &p);
    if (st == WICK_OK) st = wick_spa_eval(ctx, &t, &so, &s);
    if (st == WICK_OK) st = wick_trials_count(ctx, &t, 1, &c);
    return st;
}

static wick_status of_ledger(wick_ctx *ctx, void *arg)
{
    const wick_ledger *l = arg;
    const wick_metric_spec *specs[] = {wick_metric_find("sharpe"), wick_metric_find("skew"),
                                       wick_metric_find("avg_pnl")};
    const wick_boot_opts o = {.size = sizeof o, .replicates = 5, .block = 2.0, .threads = 1};
    const wick_boot_opts po = {.size = sizeof po, .replicates = 20, .block = 1.0, .threads = 1};
    const wick_monte_opts mo = {.size = sizeof mo, .paths = 5, .threads = 1};
    wick_interval r[3];
    wick_monte m;
    wick_pybroker_boot p;
    wick_status st = wick_boot_ledger(ctx, l, NULL, specs, 3, NULL, NULL, 0, &o, r);
    if (st == WICK_OK) st = wick_monte_eval(ctx, l, &mo, &m);
    if (st == WICK_OK) st = wick_boot_pybroker(ctx, l, NULL, &po, &p);
    return st;
}

static wick_status sheets(wick_ctx *ctx, void *arg)
{
    wick_status st = WICK_OK;
    for (int64_t i = 0; st == WICK_OK && i < wick_sheet_count(); i++) {
        wick_sheet *t = NULL;
        /* The gate counts one thread's allocations; wick_boot_pybroker is walked above. */
        if (strcmp(wick_sheet_at(i)->name, "pybroker_bootstrap") == 0) continue;
        st = wick_sheet_build(ctx, wick_sheet_at(i)->name, arg, NULL, &t);
        wick_sheet_free(t);
    }
    return st;
}

static wick_status foreign(wick_ctx *ctx, void *arg)
{
    wick_ledger *l = NULL;
    const char *const path = arg;
    const wick_status st = wick_foreign_load(ctx, &path, 1, NULL, &l, NULL);
    wick_ledger_unref(l);
    return st;
}

static void memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_ledger *l = random_ledger(ctx, 3, 40, 8, 1000.0, 0.0);
    alloc_walk(tests_of_trials, NULL);
    alloc_walk(of_ledger, l);
    alloc_walk(sheets, l);
    wick_ledger_unref(l);
    char *dir = test_dir_new();
    static const char trades[] = "symbol,side,entry_date,exit_date,entry,exit,shares,pnl\n"
                                 "A,long,2024-01-02,2024-01-04,10,11,5,5\n"
                                 "B,short,2024-01-03,2024-01-05,10,11,5,-5\n";
    test_write(test_path(dir, "t.csv"), trades, -1);
    test_write(test_path(dir, "r.csv"), "date,returns\n2024-01-02,0.1\n2024-01-03,-0.1\n", -1);
    alloc_walk(foreign, (void *)(uintptr_t)test_path(dir, "t.csv"));
    alloc_walk(foreign, (void *)(uintptr_t)test_path(dir, "r.csv"));
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

/* Whatever bytes a file has, reading it ends with a ledger or an error. */
static void any_bytes(void **state)
{
    (void)state;
    static const char *const seeds[] = {"symbol,side,entry_date,exit_date,entry,exit,shares,pnl\nA,"
                                        "long,2024-01-02,2024-01-04,1,2,5,5\n",
                                        "Trade #,Type,Date/Time,Price,Profit\n1,Entry "
                                        "Long,2024-01-02,5,1\n1,Exit Long,2024-01-03,6,1\n",
                                        "date;equity\n2024-01-02;1,5\n2024-01-03;\"2\"\n",
                                        "date,returns\n2024-01-02,0.1\n"};
    static const char pool[] = ",;\"\n\r\t -.e9%\xe2\x88\x92N\xef\xbb\xbf";
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_pcg g = wick_pcg_key(11, "any bytes", 0, 0);
    int read = 0;
    for (int round = 0; round < 1500; round++) {
        char text[256];
        snprintf(text, sizeof text, "%s", seeds[round % 4]);
        const size_t n = strlen(text);
        const uint64_t changes = wick_pcg_below(&g, 4);
        for (uint64_t k = 0; k < changes; k++) {
            text[wick_pcg_below(&g, n)] = pool[wick_pcg_below(&g, sizeof pool - 1)];
        }
        const char *const path = test_path(dir, "x.csv");
        test_write(path, text, (int64_t)n);
        wick_ledger *l = NULL;
        const wick_status st = wick_foreign_load(ctx, &path, 1, NULL, &l, NULL);
        if (st == WICK_OK) {
            read++;
            assert_true(wick_ledger_equity(l).n > 0);
            for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
                const wick_trade_rec *t = wick_ledger_trade(l, i);
                assert_true(isfinite(t->pnl) && t->exit_time >= t->entry_time);
            }
        } else {
            assert_true(strlen(wick_ctx_error(ctx)) > 0);
        }
        wick_ledger_unref(l);
        wick_ctx_clear(ctx);
    }
    assert_in_range(read, 300, 1499);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory), cmocka_unit_test(any_bytes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
