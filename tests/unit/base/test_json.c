/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "alloc_walk.h"

static void reads(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    const char *text = "\xEF\xBB\xBF {\"b\": [1, -2.5e3, true, false, null, \"x\\n\\u00e9\\ud83d\\ude00\"],\n"
                       " \"a\": {\"deep\": {\"n\": 0.1}}, \"empty\": {}, \"none\": []} \n";
    check_ok(ctx, wick_json_parse(ctx, "t", text, -1, &doc));
    const wick_json *root = wick_json_root(doc);
    assert_int_equal(wick_json_kind(root), WICK_JSON_OBJECT);
    assert_int_equal(wick_json_count(root), 4);
    assert_null(wick_json_key(root));
    assert_string_equal(wick_json_key(wick_json_at(root, 0)), "b"); /* file order */
    assert_string_equal(wick_json_key(wick_json_at(root, 1)), "a");
    const wick_json *b = wick_json_get(root, "b");
    assert_int_equal(wick_json_kind(b), WICK_JSON_ARRAY);
    assert_int_equal(wick_json_count(b), 6);
    check_same(wick_json_number(wick_json_at(b, 0)), 1.0);
    check_same(wick_json_number(wick_json_at(b, 1)), -2500.0);
    assert_true(wick_json_bool(wick_json_at(b, 2)));
    assert_int_equal(wick_json_kind(wick_json_at(b, 2)), WICK_JSON_BOOL);
    assert_false(wick_json_bool(wick_json_at(b, 3)));
    assert_int_equal(wick_json_kind(wick_json_at(b, 3)), WICK_JSON_BOOL);
    assert_int_equal(wick_json_kind(wick_json_at(b, 4)), WICK_JSON_NULL);
    assert_string_equal(wick_json_string(wick_json_at(b, 5)), "x\n\xC3\xA9\xF0\x9F\x98\x80");
    check_same(wick_json_number(wick_json_get(wick_json_get(wick_json_get(root, "a"), "deep"), "n")),
               0.1);
    assert_int_equal(wick_json_count(wick_json_get(root, "empty")), 0);
    assert_int_equal(wick_json_count(wick_json_get(root, "none")), 0);

    /* Asking for what is not there is answered, not punished. */
    assert_null(wick_json_get(root, "zzz"));
    assert_null(wick_json_get(b, "x"));
    assert_null(wick_json_get(NULL, "x"));
    assert_null(wick_json_get(root, NULL));
    assert_null(wick_json_at(b, 6));
    assert_null(wick_json_at(b, -1));
    check_same(wick_json_number(b), WICK_NA);
    assert_null(wick_json_string(b));
    assert_int_equal(wick_json_count(NULL), 0);
    assert_int_equal(wick_json_kind(NULL), WICK_JSON_NULL);
    assert_null(wick_json_root(NULL));
    wick_json_free(doc);
    wick_json_free(NULL);
    wick_ctx_free(ctx);
}

static void scalars(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const char *const texts[] = {"1", "\"a\"", "null", " true ", "-0", "1.7976931348623157e308",
                                        "[]", "\"\""};
    for (size_t i = 0; i < 8; i++) {
        wick_json_doc *doc = NULL;
        check_ok(ctx, wick_json_parse(ctx, "t", texts[i], -1, &doc));
        wick_json_free(doc);
    }
    wick_ctx_free(ctx);
}

static void refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const struct {
        const char *text, *want;
    } cases[] = {
        {"", "t:1: empty"},
        {" \n ", "empty"},
        {"{\n\"a\": 1,\n\"a\": 2}", "t:3: key \"a\" is given twice"},
        {"{\"x\": {\"b\":1,\n\"c\":2,\n\"c\":3}, \"y\": 1}", "t:3: key \"c\" is given twice"},
        {"{\"a\":1,\n\"\\u0061\":2}", "t:2: key \"a\" is given twice"},
        {"{\"a\": 1,}", "t:1:"},
        {"[1,\n2\n3]", "t:"},
        {"{\"a\" 1}", "t:1:"},
        {"{a: 1}", "t:1:"},
        {"[1, 2", "t:1:"},
        {"{\n\"a\": 1}\n x", "t:3: something follows"},
        {"1 2", "something follows"},
        {"{} // note", "comments"},
        {"/* note */ {}", "comments"},
        {"# note\n{}", "comments"},
        {"[01]", "not a JSON number"},
        {"[1.]", "decimal point"},
        {"[1e]", "exponent"},
        {"[-]", "not a JSON number"},
        {"[+1]", "unexpected character"},
        {"[.5]", "unexpected character"},
        {"[NaN]", "unexpected character"},
        {"[nan]", "t:1:"},
        {"'a'", "unexpected character"},
        {"\"a\nb\"", "control character"},
        {"\"a", "string without an end"},
        {"\"\\x\"", "unknown escape"},
        {"\"\\u12g4\"", "four hexadecimal"},
        {"\"\\u0000\"", "u0000"},
        {"\"\\ud800\"", "t:1:"},
        {"\"\xFF\"", "UTF-8"},
        {"\"\xC0\xAF\"", "UTF-8"},
        {"\"\xED\xA0\x80\"", "UTF-8"},
        {"\"\xE2\x82\"", "UTF-8"},
        {"tru", "t:1:"},
        {"]", "t:1:"},
        {"[1234567890123456789012345678901234567890123456789012345678901234567890]", "60 characters"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wick_json_doc *doc = NULL;
        print_message("%s\n", cases[i].text);
        check_fails(ctx, wick_json_parse(ctx, "t", cases[i].text, -1, &doc), WICK_E_PARSE,
                    cases[i].want);
        assert_null(doc);
    }
    wick_json_doc *doc = NULL;
    check_fails(ctx, wick_json_parse(ctx, "t", "[1,\n\0]", 6, &doc), WICK_E_PARSE, "t:2: NUL byte");
    check_fails(ctx, wick_json_parse(ctx, "t", "\"a\0b\"", 5, &doc), WICK_E_PARSE, "control");
    check_fails(ctx, wick_json_parse(ctx, "t", NULL, 0, &doc), WICK_E_ARG, "no text");
    wick_ctx_free(ctx);
}

static void depth(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char text[3000];
    for (int levels = 127; levels <= 129; levels++) {
        memset(text, '[', (size_t)levels);
        memset(text + levels, ']', (size_t)levels);
        wick_json_doc *doc = NULL;
        const wick_status st = wick_json_parse(ctx, "t", text, 2 * levels, &doc);
        if (levels <= 128) check_ok(ctx, st);
        else check_fails(ctx, st, WICK_E_PARSE, "128 deep");
        wick_json_free(doc);
    }
    /* A bomb of brackets inside a string is just text. */
    memset(text, '[', sizeof text);
    text[0] = text[sizeof text - 1] = '"';
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_parse(ctx, "t", text, sizeof text, &doc));
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

/* The text need not end with NUL, and nothing behind its length is looked at. */
static void exact_length(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static const char *const texts[] = {"{\"a\":12}", "12", "true", "\"ab\"", "[1,2"};
    for (size_t i = 0; i < 5; i++) {
        const size_t n = strlen(texts[i]);
        char *tight = malloc(n);
        memcpy(tight, texts[i], n);
        wick_json_doc *doc = NULL;
        const wick_status st = wick_json_parse(ctx, "t", tight, (int64_t)n, &doc);
        assert_int_equal(st < 0, i == 4);
        wick_json_free(doc);
        free(tight);
    }
    wick_ctx_free(ctx);
}

static void many_members(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_buf b = {0};
    wick_buf_add(&b, "{", 1);
    for (int i = 0; i < 20000; i++) wick_buf_addf(&b, "%s\n\"k%d\":%d", i ? "," : "", i, i);
    const int64_t before = b.len;
    wick_buf_add(&b, "}", 1);
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_parse(ctx, "t", b.data, b.len, &doc));
    assert_int_equal(wick_json_count(wick_json_root(doc)), 20000);
    check_same(wick_json_number(wick_json_at(wick_json_root(doc), 12345)), 12345.0);
    wick_json_free(doc);
    b.len = before;
    wick_buf_add(&b, ",\n\"k777\":1}", -1);
    check_fails(ctx, wick_json_parse(ctx, "t", b.data, b.len, &doc), WICK_E_PARSE,
                "t:20002: key \"k777\" is given twice");
    wick_buf_free(&b);
    wick_ctx_free(ctx);
}

static void from_file(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    const char *path = test_path(dir, "c.json");
    test_write(path, "{\"slots\":\n10", -1);
    wick_json_doc *doc = NULL;
    char where[4200];
    snprintf(where, sizeof where, "%s:2:", path);
    check_fails(ctx, wick_json_load(ctx, path, &doc), WICK_E_PARSE, where);
    test_write(path, "{\"slots\":\n10}", -1);
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    check_same(wick_json_number(wick_json_get(wick_json_root(doc), "slots")), 10.0);
    wick_json_free(doc);
    check_fails(ctx, wick_json_load(ctx, test_path(dir, "no.json"), &doc), WICK_E_IO, "no.json");
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static wick_status make(wick_ctx *ctx, void *arg)
{
    wick_json_doc *doc = NULL;
    const wick_status st = wick_json_parse(ctx, "t", arg, -1, &doc);
    wick_json_free(doc);
    return st;
}

static void refused_memory(void **state)
{
    (void)state;
    assert_true(alloc_walk(make, "{\"a\":[1,{\"b\":\"c\"}],\"d\":{\"e\":2,\"f\":3}}") >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),        cmocka_unit_test(scalars),
        cmocka_unit_test(refusals),     cmocka_unit_test(depth),
        cmocka_unit_test(exact_length), cmocka_unit_test(many_members),
        cmocka_unit_test(from_file),    cmocka_unit_test(refused_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
