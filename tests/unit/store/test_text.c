/* SPDX-License-Identifier: MIT */
/* Optuna's texts: numbers, strings, distributions, times, constraints. */
#include "store/journal_int.h"
#include <stdlib.h>

#include "support/check.h"

static wick_ctx *ctx;

static void check_buf(wick_buf *b, const char *want)
{
    assert_false(b->failed);
    assert_string_equal(b->data, want);
    wick_buf_free(b);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } at[] = {{1, "1.0"},
              {-0.5, "-0.5"},
              {1e-5, "1e-05"},
              {1e16, "1e+16"},
              {1e22, "1e+22"},
              {123456, "123456.0"},
              {0.1, "0.1"},
              {0.0001, "0.0001"},
              {WICK_NA, "NaN"},
              {(double)INFINITY, "Infinity"},
              {-(double)INFINITY, "-Infinity"}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        wick_buf b = {0};
        wk_py_double(&b, at[i].v);
        check_buf(&b, at[i].text);
    }
}

static void test_strings(void **state)
{
    (void)state;
    wick_buf b = {0};
    wk_py_string(&b, "a\"\\\n\t\x01 \xc3\xa4 \xf0\x9f\x93\x88 \xff");
    check_buf(&b, "\"a\\\"\\\\\\n\\t\\u0001 \\u00e4 \\ud83d\\udcc8 \\ufffd\"");
}

static void round_trip(const char *json)
{
    wick_arena *a = wick_arena_new(0);
    wick_dist d;
    check_ok(ctx, wk_dist_read(ctx, a, "p", json, &d));
    wick_buf b = {0};
    wk_dist_json(&b, &d);
    check_buf(&b, json);
    wick_arena_free(a);
}

static void test_distributions(void **state)
{
    (void)state;
    round_trip("{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": 1e-05, "
               "\"high\": 1.0, \"log\": true}}");
    round_trip("{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": 0.25, \"low\": -1.0, "
               "\"high\": 1.0, \"log\": false}}");
    round_trip("{\"name\": \"IntDistribution\", \"attributes\": {\"log\": false, \"step\": 5, "
               "\"low\": 5, \"high\": 100}}");
    round_trip("{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [\"sma\", "
               "\"\\u00e4\", null, true, 3, 2.5]}}");
    wick_arena *a = wick_arena_new(0);
    wick_dist d;
    check_ok(ctx, wk_dist_read(ctx, a, "p", "{\"type\": \"int\", \"low\": 1, \"high\": 9}", &d));
    assert_int_equal(d.kind, WICK_DIST_INT);
    check_same(d.step, 1.0);
    check_ok(ctx, wk_dist_read(ctx, a, "p",
                               "{\"name\": \"IntLogUniformDistribution\", \"attributes\": "
                               "{\"low\": 1, \"high\": 64, \"step\": 1}}",
                               &d));
    assert_true(d.log);
    static const struct {
        const char *json, *part;
    } bad[] = {
        {"{\"name\": \"NormalDistribution\", \"attributes\": {}}", "NormalDistribution"},
        {"{\"name\": \"FloatDistribution\", \"attributes\": {\"low\": 2, \"high\": 1}}", "range"},
        {"{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [[1]]}}", "list"},
        {"[]", "kind"},
        {"{\"name\": \"Float", "p"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_true(wk_dist_read(ctx, a, "p", bad[i].json, &d) < 0 &&
                    strstr(wick_ctx_error(ctx), bad[i].part) != NULL);
    wick_arena_free(a);
}

static void test_times(void **state)
{
    (void)state;
    char text[WK_STAMP_TEXT];
    const int64_t t = wick_time_from_civil(2026, 8, 15, 9, 5, 7, 42);
    assert_string_equal(wk_stamp(text, t, false), "2026-08-15 09:05:07.042000");
    assert_int_equal(wk_stamp_read(text), t);
    assert_string_equal(wk_stamp(text, t, true), "2026-08-15T09:05:07.042000+00:00");
    assert_int_equal(wk_stamp_read(text), t);
    assert_int_equal(wk_stamp_read("2026-08-15 09:05:07"), t - 42);
    assert_null(wk_stamp(text, WICK_NO_TIME, false));
    assert_true(wk_stamp_read(NULL) == WICK_NO_TIME && wk_stamp_read("soon") == WICK_NO_TIME);
}

static void test_constraints(void **state)
{
    (void)state;
    const wk_con_value c[] = {{"b", -1.5}, {"c \"x\"", 2}};
    wick_buf names = {0}, list = {0};
    bool more = false;
    check_ok(ctx, wk_con_names(ctx, "[\"a\", \"b\"]", c, 2, &names, &more));
    assert_true(more);
    check_ok(ctx, wk_con_list(ctx, names.data, c, 2, &list));
    check_buf(&list, "[0.0, -1.5, 2.0]");
    check_ok(ctx, wk_con_list(ctx, names.data, c, 1, &list));
    check_buf(&list, "[0.0, -1.5]");
    check_buf(&names, "[\"a\", \"b\", \"c \\\"x\\\"\"]");
    check_ok(ctx, wk_con_names(ctx, NULL, c, 1, &names, &more));
    check_buf(&names, "[\"b\"]");
    int64_t length = 0;
    wick_buf h = {0};
    check_ok(ctx, wk_history_add(ctx, "[3, 8]", 12, &h, &length));
    assert_int_equal(length, 3);
    check_buf(&h, "[3, 8, 12]");
}

static wk_span span(const char *s)
{
    return (wk_span){s, (int64_t)strlen(s)};
}

static void test_spans(void **state)
{
    (void)state;
    const wk_span o = span(
        "{\"a\":1,\"b\":{\"c\":[1,\"}\\\"\",{}]},\"d\":null,\"e\":-Infinity,\"f\":\"\\u00e4\"}");
    check_same(wk_span_number(wk_span_get(o, "a")), 1.0);
    assert_int_equal(wk_span_get(o, "b").n, 18);
    assert_true(wk_span_null(wk_span_get(o, "d")) && wk_span_null(wk_span_get(o, "zz")));
    check_same(wk_span_number(wk_span_get(o, "e")), -(double)INFINITY);
    char *f = NULL;
    check_ok(ctx, wk_span_string(ctx, wk_span_get(o, "f"), &f));
    assert_string_equal(f, "\xc3\xa4");
    free(f);
    /* Broken lines give nothing, and never read beyond their end. */
    static const char *const broken[] = {
        "", "{", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":\"x", "[[", "{]", "}"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_true(wk_span_get(span(broken[i]), "a").n == 0);
}

static void append_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* What Optuna's replay ignores is ignored; a half line goes with the next writing; a broken line is
 * an error with its number. */
static void test_journal_lines(void **state)
{
    (void)state;
    char *dir = test_dir_new();
    char path[256], url[300];
    snprintf(path, sizeof path, "%s", test_path(dir, "j.log"));
    snprintf(url, sizeof url, "journal:%s", path);
    append_text(
        path,
        "{\"op_code\":0,\"worker_id\":\"w\",\"study_name\":\"s\",\"directions\":[1]}\n"
        "{\"op_code\":0,\"worker_id\":\"w\",\"study_name\":\"s\",\"directions\":[2]}\n"
        "{\"op_code\":4,\"worker_id\":\"w\",\"study_id\":7,\"datetime_start\":null}\n"
        "{\"op_code\":4,\"worker_id\":\"w\",\"study_id\":0,\"datetime_start\":\"2026-01-02T03:04:"
        "05\"}\n"
        "{\"op_code\":5,\"worker_id\":\"w\",\"trial_id\":0,\"param_name\":\"x\","
        "\"param_value_internal\":0.5,\"distribution\":\"{\\\"name\\\": \\\"FloatDistribution\\\", "
        "\\\"attributes\\\": {\\\"step\\\": null, \\\"low\\\": 0.0, \\\"high\\\": 1.0, "
        "\\\"log\\\": "
        "false}}\"}\n"
        "{\"op_code\":6,\"worker_id\":\"w\",\"trial_id\":0,\"state\":1,\"values\":[-Infinity],"
        "\"datetime_complete\":\"2026-01-02T03:04:06\"}\n"
        "{\"op_code\":6,\"worker_id\":\"v\",\"trial_id\":0,\"state\":3,\"values\":null,"
        "\"datetime_complete\":\"2026-01-02T03:04:07\"}\n"
        "{\"op_code\":8,\"worker_id\":\"w\",\"trial_id\":5,\"user_attr\":{\"a\":1}}\n"
        "{\"op_code\":10,\"worker_id\":\"w\"}\n"
        "{\"op_code\":4,\"worker_id\":\"w\",\"study_id\":0,\"datetime_start\":null,\"state\":4}\n"
        "{\"op_code\":5,\"worker_id\":\"w\",\"trial_id\":1,\"param_name\":\"x\","
        "\"param_value_internal\":1,\"distribution\":\"{\\\"name\\\": "
        "\\\"CategoricalDistribution\\\", \\\"attributes\\\": {\\\"choices\\\": [1, 2]}}\"}\n"
        "{\"op_code\":6,\"worker_id\":\"kil");
    wick_storage *at = NULL;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .name = "s", .sampler = "random"};
    check_ok(ctx, wick_storage_open(ctx, url, NULL, &at));
    check_ok(ctx, wick_storage_study(ctx, at, &o, WICK_STUDY_LOAD, &s));
    assert_int_equal(wick_study_direction(s, 0), WICK_MINIMIZE);
    assert_int_equal(wick_study_count(s), 2);
    assert_int_equal(wick_trial_state_of(wick_study_trial(s, 0)), WICK_TRIAL_COMPLETE);
    check_same(wick_trial_value(wick_study_trial(s, 0), 0), -(double)INFINITY);
    check_same(wick_trial_param(wick_study_trial(s, 0), "x"), 0.5);
    assert_int_equal(wick_trial_param_count(wick_study_trial(s, 1)), 0);
    wick_trial *t = NULL;
    check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
    assert_int_equal(wick_trial_number(t), 1);
    const double v = 3.0;
    check_ok(ctx, wick_study_tell(ctx, s, 1, WICK_TRIAL_COMPLETE, &v, 1));
    wick_study_free(s);
    char *text = test_read(path, NULL);
    assert_null(strstr(text, "kil"));
    free(text);
    append_text(path, "{\"op_code\":\n");
    check_fails(ctx, wick_storage_study(ctx, at, &o, WICK_STUDY_LOAD, &s), WICK_E_DATA, "line 1");
    wick_storage_close(at);
    test_dir_remove(dir);
}

static int setup(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    return ctx == NULL;
}

static int teardown(void **state)
{
    (void)state;
    wick_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),       cmocka_unit_test(test_strings),
        cmocka_unit_test(test_distributions), cmocka_unit_test(test_times),
        cmocka_unit_test(test_constraints),   cmocka_unit_test(test_spans),
        cmocka_unit_test(test_journal_lines),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
