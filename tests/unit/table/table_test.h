/* SPDX-License-Identifier: MIT */
/** Shared by the tests of room table. */
#ifndef WICK_TESTS_TABLE_TEST_H
#define WICK_TESTS_TABLE_TEST_H

#include <stdlib.h>

#include "alloc_walk.h"
#include "wick/table.h"

static inline wick_table *parse(wick_ctx *ctx, const char *text)
{
    wick_table *t = NULL;
    check_ok(ctx, wick_table_parse_csv(ctx, "t.csv", text, -1, NULL, &t));
    return t;
}

/** The table as CSV is exactly `want`. */
static inline void check_csv(wick_ctx *ctx, const wick_table *t, const char *want)
{
    wick_buf b = {0};
    check_ok(ctx, wick_table_csv(ctx, t, &b));
    assert_string_equal(b.data ? b.data : "", want);
    wick_buf_free(&b);
}

#endif
