/* SPDX-License-Identifier: MIT */
/* The forty rows and the annual ones against PyBroker itself: the twins in tests/golden/metrics,
 * and the shared golden files when they are there. */
#include <stdlib.h>

#include "support/check.h"
#include "wick/metrics.h"

static const double TOLERANCE = 1e-9;

/* Strings stand for numbers JSON lacks; null and a missing key for "none". */
static double number(const wick_json *j)
{
    if (j == NULL || wick_json_kind(j) == WICK_JSON_NULL) return WICK_NA;
    if (wick_json_kind(j) != WICK_JSON_STRING) return wick_json_number(j);
    double v = WICK_NA;
    const char *s = wick_json_string(j);
    assert_true(wick_parse_double(s, (int64_t)strlen(s), &v));
    return v;
}

static wick_ledger *build(wick_ctx *ctx, const wick_json *in)
{
    const wick_json *equity = wick_json_get(in, "equity"), *fees = wick_json_get(in, "fees");
    const wick_json *dates = wick_json_get(in, "dates"), *trades = wick_json_get(in, "trades");
    const int64_t n = wick_json_count(equity), k = wick_json_count(trades);
    int64_t *time = malloc((size_t)(n + 1) * sizeof *time);
    double *e = malloc((size_t)(n + 1) * sizeof *e), *f = malloc((size_t)(n + 1) * sizeof *f);
    wick_trade_rec *t = calloc((size_t)k + 1, sizeof *t);
    for (int64_t i = 0; i < n; i++) {
        e[i] = number(wick_json_at(equity, i));
        f[i] = number(wick_json_at(fees, i));
        time[i] = wick_time_from_civil(2020, 1, 1 + (int32_t)i, 0, 0, 0, 0);
        if (dates != NULL) {
            const char *s = wick_json_string(wick_json_at(dates, i));
            assert_true(wick_time_parse(s, (int64_t)strlen(s), &time[i], NULL));
        }
    }
    for (int64_t i = 0; i < k; i++) {
        const wick_json *j = wick_json_at(trades, i);
        t[i].pnl = wick_json_number(wick_json_get(j, "pnl"));
        t[i].return_pct = wick_json_number(wick_json_get(j, "return_pct"));
        t[i].bars = (int32_t)wick_json_number(wick_json_get(j, "bars"));
    }
    const wick_ledger_in spec = {.size = sizeof spec,
                                 .n = n,
                                 .time = time,
                                 .equity = e,
                                 .fees = f,
                                 .n_trades = k,
                                 .trades = t};
    wick_ledger *l = NULL;
    check_ok(ctx, wick_ledger_new(ctx, &spec, &l));
    free(time);
    free(e);
    free(f);
    free(t);
    return l;
}

/* PyBroker prints days; the drawdown must fall on the same one. */
static void check_date(const char *where, const wick_json *want, double got)
{
    const char *s = want == NULL ? NULL : wick_json_string(want);
    char text[WICK_TIME_TEXT] = "";
    if (!isnan(got)) wick_time_format(text, (int64_t)got, false);
    if (s == NULL ? isnan(got) : strncmp(s, text, 10) == 0) return;
    fail_msg("%s max_drawdown_date: got '%s', want '%s'", where, text, s == NULL ? "none" : s);
}

static int check_block(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                       const char *where, const wick_json *want)
{
    if (wick_json_get(want, "error") != NULL) return 0;
    wick_scores *s = NULL;
    check_ok(ctx, wick_score(ctx, l, o, NULL, 0, &s));
    int compared = 0;
    for (int64_t i = 0; i < wick_json_count(want); i++, compared++) {
        const wick_json *j = wick_json_at(want, i);
        const char *key = wick_json_key(j);
        const double got = wick_scores_get(s, key);
        assert_non_null(wick_metric_find(key));
        if (strcmp(key, "max_drawdown_date") == 0) {
            check_date(where, j, got);
            continue;
        }
        const double v = number(j);
        const bool same = isnan(v) ? isnan(got) : got == v;
        if (!same && !(fabs(got - v) <= TOLERANCE * fabs(v))) {
            fail_msg("%s %s: got %.17g, want %.17g", where, key, got, v);
        }
    }
    wick_scores_free(s);
    return compared;
}

static int check_case(wick_ctx *ctx, const wick_json *doc)
{
    static const struct {
        const char *key;
        int32_t profile;
    } versions[] = {{"pybroker_1_2_14", WICK_METRICS_PYBROKER1},
                    {"pybroker_2_0_0", WICK_METRICS_PYBROKER2}};
    const wick_json *in = wick_json_get(doc, "inputs"), *out = wick_json_get(doc, "outputs");
    if (out == NULL || wick_json_get(out, "pybroker_2_0_0") == NULL) return 0;
    wick_ledger *l = build(ctx, in);
    int compared = 0;
    for (int v = 0; v < 2; v++) {
        const wick_json *block = wick_json_get(out, versions[v].key);
        wick_metric_opts o = {.size = sizeof o, .profile = versions[v].profile, .round_places = 2};
        char where[200];
        snprintf(where, sizeof where, "%s %s", wick_json_string(wick_json_get(doc, "name")),
                 versions[v].key);
        compared += check_block(ctx, l, &o, where, wick_json_get(block, "per_bar"));
        o.bars_per_year = wick_json_number(wick_json_get(in, "bars_per_year"));
        compared += check_block(ctx, l, &o, where, wick_json_get(block, "annualised"));
    }
    wick_ledger_unref(l);
    return compared;
}

static int check_file(wick_ctx *ctx, const char *path)
{
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    const wick_json *root = wick_json_root(doc);
    int compared = 0;
    if (wick_json_kind(root) == WICK_JSON_ARRAY) {
        for (int64_t i = 0; i < wick_json_count(root); i++) {
            compared += check_case(ctx, wick_json_at(root, i));
        }
    } else {
        compared = check_case(ctx, root);
    }
    wick_json_free(doc);
    return compared;
}

static void twins(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int n = check_file(ctx, test_source("tests/golden/metrics/pybroker.json"));
    print_message("%d values compared\n", n);
    assert_true(n > 6000);
    wick_ctx_free(ctx);
}

static void shared(void **state)
{
    (void)state;
    static const char *const files[] = {
        "edge_cases",        "eth15m_donchian",    "goog_sma_long",     "eurusd_long_short_stops",
        "goog_sma_oos_half", "goog_sma_exit_last", "multi3_rank_ragged"};
    wick_ctx *ctx = wick_ctx_new();
    int n = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char below[100];
        snprintf(below, sizeof below, "spec/golden/metrics_%s.json", files[i]);
        n += check_file(ctx, test_shared_or_skip(below));
    }
    print_message("%d values compared\n", n);
    assert_true(n > 2000);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(twins), cmocka_unit_test(shared)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
