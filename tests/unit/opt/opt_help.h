/* SPDX-License-Identifier: MIT */
/** Reading the golden files of the room opt. */
#ifndef WICK_TESTS_OPT_HELP_H
#define WICK_TESTS_OPT_HELP_H

#include <stdlib.h>

#include "support/check.h"
#include "wick/opt.h"

static inline wick_json_doc *golden(wick_ctx *ctx, const char *name)
{
    char below[128];
    snprintf(below, sizeof below, "tests/golden/opt/%s", name);
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, test_source(below), &doc));
    return doc;
}

static inline const wick_json *get(const wick_json *j, const char *key)
{
    const wick_json *v = wick_json_get(j, key);
    if (v == NULL) fail_msg("golden file without %s", key);
    return v;
}

/* Numbers JSON lacks are strings: inf, -inf, nan. */
static inline double num(const wick_json *j)
{
    if (wick_json_kind(j) != WICK_JSON_STRING) return wick_json_number(j);
    const char *s = wick_json_string(j);
    double v = 0.0;
    assert_true(wick_parse_double(s, (int64_t)strlen(s), &v));
    return v;
}

static inline double at(const wick_json *j, int64_t i)
{
    return num(wick_json_at(j, i));
}

static inline double field(const wick_json *j, const char *key)
{
    return num(get(j, key));
}

/* An array of arrays, row by row; free with free(). */
static inline double *matrix(const wick_json *j, int64_t *n, int64_t *m)
{
    *n = wick_json_count(j);
    *m = *n > 0 ? wick_json_count(wick_json_at(j, 0)) : 0;
    double *p = malloc((size_t)(*n * *m + 1) * sizeof *p);
    for (int64_t i = 0; i < *n; i++)
        for (int64_t k = 0; k < *m; k++) p[i * *m + k] = at(wick_json_at(j, i), k);
    return p;
}

/* {"name": "FloatDistribution", "attributes": {...}}; choices go to `choices`. */
static inline wick_dist dist_of(wick_ctx *ctx, const wick_json *j, wick_choice *choices)
{
    const char *name = wick_json_string(get(j, "name"));
    const wick_json *a = get(j, "attributes");
    wick_dist d = {0};
    if (strcmp(name, "CategoricalDistribution") == 0) {
        const wick_json *c = get(a, "choices");
        for (int64_t i = 0; i < wick_json_count(c); i++)
            choices[i] = (wick_choice){.kind = WICK_CHOICE_STRING,
                                       .s = wick_json_string(wick_json_at(c, i))};
        check_ok(ctx, wick_dist_categorical(ctx, choices, wick_json_count(c), &d));
        return d;
    }
    const wick_json *step = get(a, "step");
    const double s = wick_json_kind(step) == WICK_JSON_NULL ? 0.0 : num(step);
    const double low = field(a, "low"), high = field(a, "high");
    const bool log = wick_json_bool(get(a, "log"));
    if (strcmp(name, "IntDistribution") == 0) {
        check_ok(ctx, wick_dist_int(ctx, (int64_t)low, (int64_t)high, (int64_t)s, log, &d));
    } else {
        check_ok(ctx, wick_dist_float(ctx, low, high, s, log, &d));
    }
    return d;
}

#define check_rel(got, want, tol) check_rel_at((got), (want), (tol), #got, __FILE__, __LINE__)
static inline void check_rel_at(double got, double want, double tol, const char *what,
                                const char *file, int line)
{
    if (got == want || (isnan(got) && isnan(want))) return;
    if (fabs(got - want) <= tol * fabs(want)) return;
    print_error("%s: got %.17g, want %.17g\n", what, got, want);
    _fail(file, line);
}

#endif
