/* SPDX-License-Identifier: MIT */
#include "alloc_walk.h"

static void message_and_notes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    assert_string_equal(wick_ctx_error(ctx), "");
    assert_int_equal(wick_ctx_code(ctx), WICK_OK);
    assert_int_equal(wick_fail(ctx, WICK_E_DATA, "%s:%d: low above high", "A.csv", 7), WICK_E_DATA);
    assert_int_equal(wick_note(ctx, "while reading %s", "A.csv"), WICK_E_DATA);
    assert_int_equal(wick_note(ctx, "while loading the panel"), WICK_E_DATA);
    assert_string_equal(wick_ctx_error(ctx),
                        "A.csv:7: low above high\nwhile reading A.csv\nwhile loading the panel");
    assert_int_equal(wick_fail(ctx, WICK_E_IO, "other"), WICK_E_IO);
    assert_string_equal(wick_ctx_error(ctx), "other");
    wick_ctx_clear(ctx);
    assert_int_equal(wick_ctx_code(ctx), WICK_OK);
    assert_string_equal(wick_ctx_error(ctx), "");
    assert_int_equal(wick_note(ctx, "while nothing"), WICK_OK);
    assert_string_equal(wick_ctx_error(ctx), "");
    wick_ctx_free(ctx);
}

/* A long message leaves room for notes and is cut between characters. */
static void long_text(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    for (int shift = 0; shift < 4; shift++) {
        char text[6000];
        memset(text, 'x', 8);
        int n = shift;
        while (n + 3 < (int)sizeof text) memcpy(text + n, "\xE2\x82\xAC", 3), n += 3;
        text[n] = '\0';
        wick_fail(ctx, WICK_E_ARG, "%s", text);
        const char *got = wick_ctx_error(ctx);
        const size_t length = strlen(got);
        assert_in_range(length, 1500, 4000);
        assert_int_equal((int)(length - (size_t)shift) % 3, 0);
        wick_note(ctx, "while here");
        assert_string_equal(wick_ctx_error(ctx) + length, "\nwhile here");
        for (int i = 0; i < 1000; i++) wick_note(ctx, "while %s", text);
        assert_true(strlen(wick_ctx_error(ctx)) < 4096);
    }
    wick_ctx_free(ctx);
}

static void copies(void **state)
{
    (void)state;
    wick_ctx *a = wick_ctx_new(), *b = wick_ctx_new();
    wick_fail(a, WICK_E_SCRIPT, "line 3");
    wick_note(a, "while trying");
    wick_ctx_copy(b, a);
    assert_string_equal(wick_ctx_error(b), "line 3\nwhile trying");
    assert_int_equal(wick_ctx_code(b), WICK_E_SCRIPT);
    wick_ctx_free(a);
    wick_note(b, "while joining");
    assert_string_equal(wick_ctx_error(b), "line 3\nwhile trying\nwhile joining");
    wick_ctx_free(b);
}

static void null_is_tolerated(void **state)
{
    (void)state;
    assert_int_equal(wick_fail(NULL, WICK_E_IO, "x"), WICK_E_IO);
    assert_string_equal(wick_ctx_error(NULL), "");
    wick_ctx_clear(NULL);
    wick_ctx_free(NULL);
    wick_log(NULL, "x");
}

static void memory_error_allocates_nothing(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    alloc_refuse(1);
    assert_int_equal(wick_fail_mem(ctx), WICK_E_MEM);
    assert_int_equal(alloc_asked(), 0);
    assert_null(wick_ctx_new());
    alloc_refuse(0);
    assert_string_equal(wick_ctx_error(ctx), "out of memory");
    wick_ctx_free(ctx);
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(wick_status_name(WICK_OK), "ok");
    assert_string_equal(wick_status_name(WICK_E_INTERNAL), "internal");
    for (int a = 0; a >= WICK_E_INTERNAL; a--)
        for (int b = 0; b > a; b--)
            assert_string_not_equal(wick_status_name(a), wick_status_name(b));
    assert_string_equal(wick_status_name(-99), "unknown");
    assert_string_equal(wick_status_name(1), "unknown");
    assert_string_equal(wick_status_name(INT32_MIN), "unknown");
}

static void collect(void *user, const char *message)
{
    strcat(user, message);
    strcat(user, ";");
}

static void log_sink(void **state)
{
    (void)state;
    char got[8192] = "";
    wick_ctx *ctx = wick_ctx_new();
    wick_log(ctx, "nobody listens");
    wick_ctx_set_log(ctx, collect, got);
    wick_log(ctx, "tick %g", 0.01);
    wick_log(ctx, "%d rows", 3);
    assert_string_equal(got, "tick 0.01;3 rows;");
    assert_int_equal(wick_ctx_code(ctx), WICK_OK);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_and_notes), cmocka_unit_test(long_text),
        cmocka_unit_test(copies),            cmocka_unit_test(null_is_tolerated),
        cmocka_unit_test(memory_error_allocates_nothing),
        cmocka_unit_test(names),             cmocka_unit_test(log_sink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
