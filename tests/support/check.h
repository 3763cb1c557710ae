/* SPDX-License-Identifier: MIT */
/**
 * Shared helpers of the C tests. Include this instead of cmocka.h: it brings what cmocka needs.
 */
#ifndef WICK_TESTS_CHECK_H
#define WICK_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wick/base.h"

/** |got - want| <= tol * max(1, |want|); NaN equals NaN and nothing else. cmocka's own comparison
 * of doubles goes through float. */
#define check_close(got, want, tol) check_close_at((got), (want), (tol), #got, __FILE__, __LINE__)
void check_close_at(double got, double want, double tol, const char *what, const char *file,
                    int line);

/** Same bits, except that any NaN equals any NaN. */
#define check_same(got, want) check_same_at((got), (want), #got, __FILE__, __LINE__)
void check_same_at(double got, double want, const char *what, const char *file, int line);

/** Status good, else the context's error is printed with the failure. */
#define check_ok(ctx, status) check_ok_at((ctx), (status), #status, __FILE__, __LINE__)
void check_ok_at(const wick_ctx *ctx, wick_status st, const char *what, const char *file, int line);

/** The status is `code` and the message contains `part` (NULL: any message, but not none). */
#define check_fails(ctx, status, code, part)                                                       \
    check_fails_at((ctx), (status), (code), (part), #status, __FILE__, __LINE__)
void check_fails_at(const wick_ctx *ctx, wick_status st, wick_status code, const char *part,
                    const char *what, const char *file, int line);

/** A fresh directory; `test_dir_remove` deletes it with everything inside. Free with free(). */
char *test_dir_new(void);
void test_dir_remove(char *dir);
/** dir "/" name, in one of eight static buffers. */
const char *test_path(const char *dir, const char *name);
/** Writes a file; fails the test when it cannot. n < 0: strlen. */
void test_write(const char *path, const void *data, int64_t n);
/** Whole file, NUL-terminated; NULL when it does not exist. Free with free(). */
char *test_read(const char *path, int64_t *n);

/** The folder of shared specifications and data: WICK_SHARED, else ../shared beside the sources;
 * NULL when absent. Tests that need it print why and call skip(). */
const char *test_shared(void);
/** Path below test_shared(), or skips the test with a line that says what is missing. Call it before
 * anything is allocated: skipping leaves the test at once. */
const char *test_shared_or_skip(const char *below);
/** Path below the source folder ("tests/golden/x.csv"). */
const char *test_source(const char *below);

#endif
