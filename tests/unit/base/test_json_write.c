/* SPDX-License-Identifier: MIT */
#include "alloc_walk.h"

static void sample(wick_json_writer *w)
{
    wick_jw_object(w);
    wick_jw_key(w, "profile");
    wick_jw_string(w, "pybroker1");
    wick_jw_key(w, "metrics");
    wick_jw_object(w);
    wick_jw_key(w, "pnl");
    wick_jw_double(w, 0.1);
    wick_jw_key(w, "sharpe");
    wick_jw_double(w, WICK_NA);
    wick_jw_key(w, "trade_count");
    wick_jw_int(w, -42);
    wick_jw_end(w);
    wick_jw_key(w, "list");
    wick_jw_array(w);
    wick_jw_bool(w, true);
    wick_jw_bool(w, false);
    wick_jw_null(w);
    wick_jw_string(w, NULL);
    wick_jw_array(w);
    wick_jw_end(w);
    wick_jw_object(w);
    wick_jw_end(w);
    wick_jw_end(w);
    wick_jw_end(w);
}

static void one_line(void **state)
{
    (void)state;
    wick_buf b = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &b, 0);
    sample(&w);
    assert_string_equal(b.data, "{\"profile\":\"pybroker1\",\"metrics\":{\"pnl\":0.1,\"sharpe\":null,"
                                "\"trade_count\":-42},\"list\":[true,false,null,null,[],{}]}");
    wick_buf_free(&b);
}

static void indented(void **state)
{
    (void)state;
    wick_buf b = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &b, 2);
    sample(&w);
    assert_string_equal(b.data, "{\n  \"profile\": \"pybroker1\",\n  \"metrics\": {\n    \"pnl\": 0.1,\n"
                                "    \"sharpe\": null,\n    \"trade_count\": -42\n  },\n  \"list\": [\n"
                                "    true,\n    false,\n    null,\n    null,\n    [],\n    {}\n  ]\n}");
    wick_buf_free(&b);
}

static void escapes(void **state)
{
    (void)state;
    wick_buf b = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &b, 0);
    wick_jw_string(&w, "a\"b\\c\n\t\r\b\f\x01\x1f/\x7f \xE2\x82\xAC \xF0\x9F\x98\x80 \xFF \xC3");
    assert_string_equal(b.data, "\"a\\\"b\\\\c\\n\\t\\r\\b\\f\\u0001\\u001f/\x7f \xE2\x82\xAC "
                                "\xF0\x9F\x98\x80 \xEF\xBF\xBD \xEF\xBF\xBD\"");
    wick_buf_free(&b);
}

/* Any text that can be written is read back as it was. */
static void texts_round_trip(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(11, "json", 0, 0);
    static const char *const parts[] = {"a", "\"", "\\", "\n", "\x01", "/", "\xC3\xA9", "\xE2\x82\xAC",
                                        "\xF0\x9F\x98\x80", "{", ":", "\x7f", " ", "\\u0041"};
    for (int i = 0; i < 2000; i++) {
        char text[256] = "";
        for (uint64_t k = wick_pcg_below(&g, 40); k > 0; k--) strcat(text, parts[wick_pcg_below(&g, 14)]);
        wick_buf b = {0};
        wick_json_writer w;
        wick_jw_begin(&w, &b, 0);
        wick_jw_object(&w);
        wick_jw_key(&w, text);
        wick_jw_string(&w, text);
        wick_jw_end(&w);
        wick_json_doc *doc = NULL;
        check_ok(ctx, wick_json_parse(ctx, "t", b.data, b.len, &doc));
        const wick_json *m = wick_json_at(wick_json_root(doc), 0);
        assert_string_equal(wick_json_string(m), text);
        assert_string_equal(wick_json_key(m), text);
        wick_json_free(doc);
        wick_buf_free(&b);
    }
    wick_ctx_free(ctx);
}

static void nodes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const char *const texts[] = {"{\"a\":[1,2.5,{\"b\":null}],\"c\":\"x\\ny\",\"d\":true}", "[]",
                                        "-1e-07", "\"\""};
    for (size_t i = 0; i < 4; i++) {
        wick_json_doc *doc = NULL;
        check_ok(ctx, wick_json_parse(ctx, "t", texts[i], -1, &doc));
        wick_buf b = {0};
        wick_json_writer w;
        wick_jw_begin(&w, &b, 0);
        wick_jw_node(&w, wick_json_root(doc));
        assert_string_equal(b.data, texts[i]);
        wick_buf_free(&b);
        wick_json_free(doc);
    }
    /* 63 levels can be written; more fails the buffer and not the text's form. */
    for (int levels = 63; levels <= 64; levels++) {
        char text[200];
        memset(text, '[', (size_t)levels);
        memset(text + levels, ']', (size_t)levels);
        wick_json_doc *doc = NULL;
        check_ok(ctx, wick_json_parse(ctx, "t", text, 2 * levels, &doc));
        wick_buf b = {0};
        wick_json_writer w;
        wick_jw_begin(&w, &b, 0);
        wick_jw_node(&w, wick_json_root(doc));
        assert_int_equal(b.failed, levels > 63);
        wick_buf_free(&b);
        wick_json_free(doc);
    }
    wick_ctx_free(ctx);
}

static void no_memory(void **state)
{
    (void)state;
    wick_buf b = {0};
    wick_json_writer w;
    wick_jw_begin(&w, &b, 2);
    alloc_refuse(1);
    sample(&w);
    alloc_refuse(0);
    assert_true(b.failed);
    wick_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line),         cmocka_unit_test(indented), cmocka_unit_test(escapes),
        cmocka_unit_test(texts_round_trip), cmocka_unit_test(nodes),    cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
