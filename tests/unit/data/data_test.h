/* SPDX-License-Identifier: MIT */
/** Helpers of the tests of room data. */
#ifndef WICK_DATA_TEST_H
#define WICK_DATA_TEST_H

#include <stdlib.h>

#include "alloc_walk.h"
#include "check.h"
#include "wick/data.h"

#define DAY      WICK_MS_DAY
#define COUNT(a) ((int64_t)(sizeof(a) / sizeof((a)[0])))

static inline int64_t at(const char *text)
{
    int64_t t = 0;
    assert_true(wick_time_parse(text, (int64_t)strlen(text), &t, NULL));
    return t;
}

/** n bars from `first`, `step` ms apart, all of price 10. */
static inline wick_bars *flat_bars(wick_ctx *ctx, const char *symbol, int64_t first, int64_t step,
                                   int64_t n)
{
    int64_t *t = malloc((size_t)(n + 1) * sizeof *t);
    double *p = malloc((size_t)(n + 1) * sizeof *p);
    wick_bars *b = NULL;
    assert_non_null(t);
    assert_non_null(p);
    for (int64_t i = 0; i < n; i++) {
        t[i] = first + i * step;
        p[i] = 10.0;
    }
    check_ok(ctx, wick_bars_new(ctx, symbol, n, t, p, p, p, p, NULL, NULL, &b));
    free(t);
    free(p);
    return b;
}

/** Writes `text` to dir/name and loads it with the options given (NULL: defaults). */
static inline wick_status load_text(wick_ctx *ctx, const char *dir, const char *name,
                                    const char *text, const wick_load_opts *opts, wick_panel **out)
{
    test_write(test_path(dir, name), text, -1);
    const char *paths[] = {test_path(dir, name)};
    return wick_load(ctx, paths, 1, opts, out, NULL, NULL);
}

/** Findings of dir/name after writing `text` there. */
static inline wick_defects *check_text(wick_ctx *ctx, const char *dir, const char *name,
                                       const char *text, const wick_load_opts *opts)
{
    wick_defects *d = NULL;
    test_write(test_path(dir, name), text, -1);
    check_ok(ctx, wick_check_file(ctx, test_path(dir, name), opts, &d));
    return d;
}

/** Total of a rule (0: not found); *line of its first finding. */
static inline int64_t found(const wick_defects *d, const char *rule, int64_t *line)
{
    for (int64_t i = 0; i < wick_defects_count(d); i++) {
        const wick_defect *x = wick_defects_at(d, i);
        if (strcmp(x->rule, rule) != 0) continue;
        if (line != NULL) *line = x->line;
        return x->count;
    }
    return 0;
}

#endif
