/* SPDX-License-Identifier: MIT */
/** Objectives that tests of studies and of batches share. */
#ifndef WICK_TESTS_OPT_SUBJECTS_H
#define WICK_TESTS_OPT_SUBJECTS_H

#include "unit/opt/opt_help.h"

/** A conditional space with reports and a constraint. */
static inline wick_status branching(void *user, wick_ctx *c, wick_trial *t, int32_t worker,
                                    double *v)
{
    (void)user;
    (void)worker;
    double x = 0.0, y = 0.0;
    int64_t n = 0, k = 0;
    static const wick_choice kinds[] = {{.kind = WICK_CHOICE_INT, .i = 3},
                                        {.kind = WICK_CHOICE_INT, .i = 5},
                                        {.kind = WICK_CHOICE_NULL}};
    wick_status st = wick_trial_suggest_float(c, t, "x", -2, 2, 0, false, &x);
    if (st >= 0) st = wick_trial_suggest_choice(c, t, "k", kinds, 3, &k);
    if (st >= 0) st = wick_trial_suggest_int(c, t, "n", 1, 40, 3, false, &n);
    if (st >= 0 && k == 1) st = wick_trial_suggest_float(c, t, "y", 1e-3, 10, 0, true, &y);
    bool prune = false;
    for (int i = 0; i < 4 && st >= 0 && !prune; i++) {
        st = wick_trial_report(c, t, i, x * x + 1.0 / (i + 1));
        if (st >= 0) st = wick_trial_should_prune(c, t, &prune);
    }
    v[0] = x * x + fabs((double)n - 13) / 10 + (double)k + y;
    if (st >= 0) st = wick_trial_set_constraint(c, t, "c", x - 1.5);
    assert_true(st < 0 || wick_trial_param(t, "x") == x);
    assert_true(wick_trial_param_at(t, 0).value == x || wick_trial_param_count(t) != 3);
    return st < 0 ? st : prune ? WICK_PRUNED : WICK_OK;
}

/** Two objectives. */
static inline wick_status several(void *user, wick_ctx *c, wick_trial *t, int32_t worker, double *v)
{
    (void)user;
    (void)worker;
    double x[3] = {0};
    for (int i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "x%d", i);
        const wick_status st = wick_trial_suggest_float(c, t, name, 0, 1, 0, false, &x[i]);
        if (st < 0) return st;
    }
    const double g = 1.0 + x[1] + x[2];
    v[0] = x[0];
    v[1] = g * (1.0 - sqrt(x[0] / g));
    return WICK_OK;
}

/** Of states, parameters and values of all trials. */
static inline uint64_t fingerprint(const wick_study *s)
{
    uint64_t h = 0;
    for (int64_t i = 0; i < wick_study_count(s); i++) {
        const wick_trial *t = wick_study_trial(s, i);
        const int32_t st = wick_trial_state_of(t);
        h = wick_hash64(&st, sizeof st, h);
        for (int64_t k = 0; k < wick_trial_param_count(t); k++) {
            const wick_param p = wick_trial_param_at(t, k);
            h = wick_hash64(p.name, (int64_t)strlen(p.name), h);
            h = wick_hash64(&p.value, sizeof p.value, h);
        }
        for (int32_t k = 0; k < wick_study_objectives(s); k++) {
            const double v = wick_trial_value(t, k);
            if (!isnan(v)) h = wick_hash64(&v, sizeof v, h);
        }
    }
    return h;
}

#endif
