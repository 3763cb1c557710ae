/* SPDX-License-Identifier: MIT */
/** What the tests of the room store share: the storages to test, one objective, one fingerprint. */
#ifndef WICK_TESTS_STORE_HELP_H
#define WICK_TESTS_STORE_HELP_H

#include <stdlib.h>

#include "support/check.h"
#include "wick/store.h"

enum { KINDS = 3 };

/** URL of a storage of kind 0 (SQLite), 1 (journal), 2 (PostgreSQL: the empty database that the
 * script tests/e2e/store_pg.sh names in WICK_TEST_PG); NULL when this run has none. */
static inline const char *url_of(int kind, const char *dir, char out[512])
{
    bool sqlite = false;
    int64_t n = 0;
    const wick_feature *f = wick_features(&n);
    for (int64_t i = 0; i < n; i++)
        if (strcmp(f[i].name, "sqlite") == 0) sqlite = f[i].present;
    if (kind == 0) {
        snprintf(out, 512, "sqlite:///%s/s.db", dir);
        return sqlite ? out : NULL;
    }
    if (kind == 1) {
        snprintf(out, 512, "journal:%s/s.log", dir);
        return out;
    }
    const char *pg = getenv("WICK_TEST_PG");
    if (pg != NULL) snprintf(out, 512, "%s", pg);
    return pg != NULL ? out : NULL;
}

/** Everything there is: log and stepped ranges, choices of all kinds, a branch, reports, pruning,
 * failures, infinities, constraints, attributes. */
static inline wick_status objective(void *user, wick_ctx *ctx, wick_trial *t, int32_t worker,
                                    double *v)
{
    (void)user;
    (void)worker;
    static const wick_choice c[] = {{.kind = WICK_CHOICE_STRING, .s = "sm\xc3\xa4 \"x\""},
                                    {.kind = WICK_CHOICE_NULL},
                                    {.kind = WICK_CHOICE_BOOL, .i = 1},
                                    {.kind = WICK_CHOICE_INT, .i = 3},
                                    {.kind = WICK_CHOICE_FLOAT, .d = 2.5}};
    const int64_t number = wick_trial_number(t);
    double x, l, g;
    int64_t n, k;
    wick_status st;
    WICK_TRY(wick_trial_suggest_float(ctx, t, "x", -3, 3, 0, false, &x));
    WICK_TRY(wick_trial_suggest_float(ctx, t, "l", 1e-5, 1, 0, true, &l));
    WICK_TRY(wick_trial_suggest_float(ctx, t, "g", 0, 1, 0.3, false, &g));
    WICK_TRY(wick_trial_suggest_int(ctx, t, "n", 5, 100, 5, false, &n));
    WICK_TRY(wick_trial_suggest_choice(ctx, t, "c", c, 5, &k));
    if (k == 3) WICK_TRY(wick_trial_suggest_float(ctx, t, "only3", 0, 1, 0, false, &g));
    WICK_TRY(wick_trial_set_attr(ctx, t, "note", "{\"a\": [1, 2.5, \"\\u00e4\"]}"));
    WICK_TRY(wick_trial_set_constraint(ctx, t, "small x", x - 2.5));
    if (number % 2 == 0) WICK_TRY(wick_trial_set_constraint(ctx, t, "n", (double)n - 90.0));
    for (int64_t i = 0; i < 3; i++) {
        bool prune = false;
        WICK_TRY(wick_trial_report(ctx, t, i, x * x + (double)i));
        WICK_TRY(wick_trial_should_prune(ctx, t, &prune));
        if (prune) return WICK_PRUNED;
    }
    if (number % 11 == 7) return wick_fail(ctx, WICK_E_SCRIPT, "this one fails");
    *v = number % 13 == 5 ? (double)INFINITY : x * x + fabs(log10(l)) + g + (double)k;
    return WICK_OK;
out:
    return st;
}

static inline uint64_t mix_in(uint64_t h, const void *p, size_t n)
{
    return wick_hash64(p, (int64_t)n, h);
}

/** Everything about a study's trials but times and the marks of a request. */
static inline uint64_t fingerprint(const wick_study *s)
{
    uint64_t h = 1;
    for (int64_t i = 0; i < wick_study_count(s); i++) {
        const wick_trial *t = wick_study_trial(s, i);
        const int32_t state = wick_trial_state_of(t);
        h = mix_in(h, &state, sizeof state);
        for (int32_t k = 0; k < wick_study_objectives(s); k++) {
            const double v = wick_trial_value(t, k);
            if (!isnan(v)) h = mix_in(h, &v, sizeof v);
        }
        for (int64_t k = 0; k < wick_trial_param_count(t); k++) {
            const wick_param p = wick_trial_param_at(t, k);
            h = mix_in(h, p.name, strlen(p.name));
            h = mix_in(h, &p.value, sizeof p.value);
            h = mix_in(h, &p.dist->low, sizeof p.dist->low);
            h = mix_in(h, &p.dist->high, sizeof p.dist->high);
            h = mix_in(h, &p.dist->step, sizeof p.dist->step);
        }
        for (int64_t k = 0; k < wick_trial_report_count(t); k++) {
            int64_t step = 0;
            const double v = wick_trial_report_at(t, k, &step);
            h = mix_in(h, &step, sizeof step);
            h = mix_in(h, &v, sizeof v);
        }
        const double violation = wick_trial_violation(t);
        h = mix_in(h, &violation, sizeof violation);
        const char *note = wick_trial_attr(t, "note");
        if (note != NULL) h = mix_in(h, note, strlen(note));
    }
    return h;
}

#endif
