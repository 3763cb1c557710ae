/* SPDX-License-Identifier: MIT */
/* Laws of the optimisers over random covariances (singular ones too) and random limits: limits are
 * kept, and no exchange between two assets that the limits allow does better. */
#include <math.h>
#include <stdlib.h>

#include "support/check.h"
#include "wick/alloc.h"

enum { MOST = 40, GROUPS = 3 };

typedef struct trial {
    int32_t n;
    double cov[MOST * MOST], mean[MOST], w[MOST], caps[GROUPS];
    int32_t group[MOST];
    wick_limits limits;
} trial;

static void draw(wick_pcg *g, trial *t)
{
    t->n = 2 + (int32_t)wick_pcg_below(g, MOST - 2);
    const int32_t rows = 3 + (int32_t)wick_pcg_below(g, 60); /* often fewer than assets */
    double x[64 * MOST];
    for (int32_t i = 0; i < rows; i++) {
        const double f = 0.01 * wick_pcg_normal(g);
        for (int32_t k = 0; k < t->n; k++)
            x[i * t->n + k] = f + 0.01 * (1.0 + k % 5) * wick_pcg_normal(g);
    }
    wick_ctx *ctx = wick_ctx_new();
    check_ok(ctx, wick_cov_eval(ctx, wick_cov_find(ctx, "sample"), rows, t->n, x, WICK_NA, t->cov));
    wick_ctx_free(ctx);
    for (int32_t k = 0; k < t->n; k++) {
        t->mean[k] = 0.001 * wick_pcg_normal(g);
        t->group[k] = (int32_t)wick_pcg_below(g, GROUPS + 1) - 1;
    }
    const bool grouped = wick_pcg_below(g, 2) == 0;
    for (int32_t k = 0; k < GROUPS; k++) t->caps[k] = 0.2 + 0.5 * wick_pcg_uniform(g);
    t->limits = (wick_limits){
        .size = sizeof t->limits,
        .hi = wick_pcg_below(g, 2) == 0 ? 0.0 : 1.5 / t->n + 0.3 * wick_pcg_uniform(g),
        .group = grouped ? t->group : NULL,
        .groups = grouped ? GROUPS : 0,
        .group_cap = grouped ? t->caps : NULL};
}

static double group_sum(const trial *t, int32_t g)
{
    double s = 0.0;
    for (int32_t i = 0; i < t->n; i++) s += t->group[i] == g ? t->w[i] : 0.0;
    return s;
}

/* Moving weight from i to j is allowed, so it must not pay. */
static void check_exchanges(const trial *t, double aversion)
{
    double slope[MOST], scale = 0.0, variance = 0.0;
    const double hi = t->limits.hi > 0.0 ? t->limits.hi : 1.0;
    for (int32_t i = 0; i < t->n; i++) {
        slope[i] = aversion > 0.0 ? -t->mean[i] : 0.0;
        for (int32_t k = 0; k < t->n; k++)
            slope[i] += (aversion > 0.0 ? aversion : 1.0) * t->cov[i * t->n + k] * t->w[k];
        scale = fmax(scale, fabs(slope[i]));
        variance = fmax(variance, t->cov[i * t->n + i]);
    }
    for (int32_t i = 0; i < t->n; i++) {
        for (int32_t j = 0; j < t->n; j++) {
            const int32_t g = t->limits.group != NULL ? t->group[j] : -1;
            const bool fits = g < 0 || t->group[i] == g || group_sum(t, g) < t->caps[g] - 1e-7;
            if (i == j || !fits || t->w[i] < 1e-7 || t->w[j] > hi - 1e-7) continue;
            /* A singular covariance is optimised with 1e-6 of the mean variance added. */
            if (slope[i] >
                slope[j] + 1e-6 * scale + 1e-5 * variance * (aversion > 0.0 ? aversion : 1.0))
                fail_msg("%d assets: from %d to %d would pay %g of %g", (int)t->n, (int)i, (int)j,
                         slope[i] - slope[j], scale);
        }
    }
}

static void check_limits(const trial *t, bool whole)
{
    double sum = 0.0, most = 0.0;
    const double hi = t->limits.hi > 0.0 ? t->limits.hi : 1.0;
    for (int32_t i = 0; i < t->n; i++) {
        assert_true(t->w[i] >= -1e-10 && t->w[i] <= hi + 1e-10);
        sum += t->w[i];
    }
    for (int32_t g = -1; g < GROUPS; g++) {
        double can = 0.0;
        for (int32_t i = 0; i < t->n; i++)
            can += (t->limits.group != NULL ? t->group[i] : -1) == g ? hi : 0.0;
        if (g >= 0 && t->limits.group != NULL) {
            assert_true(group_sum(t, g) <= t->caps[g] + 1e-9);
            can = fmin(can, t->caps[g]);
        }
        most += can;
    }
    if (whole) check_close(sum, fmin(1.0, most), 1e-9);
}

static void optimal(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(3, "weights", 0, 0);
    for (int round = 0; round < 400; round++) {
        static trial t;
        draw(&g, &t);
        wick_weigh_in in = {.size = sizeof in,
                            .n = t.n,
                            .cov = t.cov,
                            .mean = t.mean,
                            .limits = &t.limits,
                            .param = {WICK_NA, WICK_NA, WICK_NA, WICK_NA}};
        check_ok(ctx, wick_weigh(ctx, wick_weigh_find(ctx, "min_variance"), &in, t.w));
        check_limits(&t, true);
        check_exchanges(&t, 0.0);
        in.param[0] = 1.0 + 20.0 * wick_pcg_uniform(&g);
        check_ok(ctx, wick_weigh(ctx, wick_weigh_find(ctx, "mean_variance"), &in, t.w));
        check_limits(&t, true);
        check_exchanges(&t, in.param[0]);
        in.param[0] = WICK_NA;
        static const char *const others[] = {
            "equal", "inverse_vol", "inverse_variance", "risk_parity", "max_diversification",
            "hrp",   "score",       "max_sharpe"};
        for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
            check_ok(ctx, wick_weigh(ctx, wick_weigh_find(ctx, others[k]), &in, t.w));
            check_limits(&t, false);
        }
    }
    wick_ctx_free(ctx);
}

/* Long-short: bounds, gross and budget are kept whatever they are. */
static void signed_limits(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(4, "weights", 0, 0);
    for (int round = 0; round < 300; round++) {
        static trial t;
        draw(&g, &t);
        const double side = 0.3 + 0.7 * wick_pcg_uniform(&g),
                     gross = 1.0 + 1.5 * wick_pcg_uniform(&g);
        const wick_limits l = {.size = sizeof l, .lo = -side, .hi = 1.0, .gross = gross};
        wick_weigh_in in = {.size = sizeof in,
                            .n = t.n,
                            .cov = t.cov,
                            .mean = t.mean,
                            .limits = &l,
                            .param = {5.0, WICK_NA, WICK_NA, WICK_NA}};
        check_ok(ctx, wick_weigh(ctx, wick_weigh_find(ctx, "mean_variance"), &in, t.w));
        double sum = 0.0, all = 0.0;
        for (int32_t i = 0; i < t.n; i++) {
            assert_true(t.w[i] >= -side - 1e-9 && t.w[i] <= 1.0 + 1e-9);
            sum += t.w[i];
            all += fabs(t.w[i]);
        }
        check_close(sum, 1.0, 1e-9);
        assert_true(all <= gross + 1e-9);
    }
    wick_ctx_free(ctx);
}

/* Prices times four change no return; returns times two change risk weights by nothing. */
static void scale_law(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(5, "weights", 0, 0);
    static trial t;
    for (int round = 0; round < 50; round++) {
        double v[MOST], cov4[MOST * MOST];
        draw(&g, &t);
        t.limits = (wick_limits){.size = sizeof t.limits};
        for (int32_t i = 0; i < t.n * t.n; i++) cov4[i] = 4.0 * t.cov[i];
        static const char *const names[] = {"min_variance", "risk_parity", "inverse_vol"};
        for (int k = 0; k < 3; k++) {
            wick_weigh_in in = {.size = sizeof in, .n = t.n, .cov = t.cov, .limits = &t.limits};
            check_ok(ctx, wick_weigh(ctx, wick_weigh_find(ctx, names[k]), &in, t.w));
            in.cov = cov4;
            check_ok(ctx, wick_weigh(ctx, wick_weigh_find(ctx, names[k]), &in, v));
            for (int32_t i = 0; i < t.n; i++) check_close(v[i], t.w[i], 1e-9);
        }
    }
    wick_ctx_free(ctx);
}

/* A cap on the gross leaves the rest of the budget in cash, in every method. */
static void gross(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double cov[9] = {4, 1, 0, 1, 3, 0, 0, 0, 1}, mean[3] = {0.1, 0.2, 0.3};
    const wick_limits half = {.size = sizeof half, .gross = 0.5},
                      budget = {.size = sizeof budget, .gross = 0.5, .budget = 0.4};
    for (int64_t k = 0; k < wick_weigh_count(); k++) {
        const wick_weigh_spec *m = wick_weigh_at(k);
        if (strcmp(m->name, "fixed") == 0) continue; /* weights as they are given */
        double w[3];
        wick_weigh_in in = {.size = sizeof in,
                            .n = 3,
                            .cov = cov,
                            .mean = mean,
                            .score = mean,
                            .limits = &half,
                            .param = {WICK_NA, WICK_NA, WICK_NA, WICK_NA}};
        check_ok(ctx, wick_weigh(ctx, m, &in, w));
        check_close(w[0] + w[1] + w[2], 0.5, 1e-9);
        in.limits = &budget;
        check_ok(ctx, wick_weigh(ctx, m, &in, w));
        check_close(w[0] + w[1] + w[2], 0.4, 1e-9);
    }
    /* Leverage towards a target of risk stops at the gross. */
    double w[3] = {0.5, -0.3, 0.2};
    wick_weigh_to_risk(3, cov, 100.0, 1.5, w);
    check_close(fabs(w[0]) + fabs(w[1]) + fabs(w[2]), 1.5, 1e-12);
    wick_weigh_to_risk(3, cov, 0.01, 1.5, w);
    check_close(wick_weigh_risk(3, cov, w), 0.01, 1e-12);
    wick_weigh_to_risk(3, cov, 1.0, 0.0, w);
    check_close(wick_weigh_risk(3, cov, w), 1.0, 1e-12);
    wick_ctx_free(ctx);
}

/* QSTrader's sizers divide by the sum of weights unless there is none. */
static void sizers(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double price[2] = {10.0, 20.0}, small[2] = {1e-3, 3e-3}, none[2] = {1e-9, 2e-9};
    double units[2];
    const wick_sizer longs = {.size = sizeof longs, .kind = WICK_SIZER_LONG_ONLY, .buffer = 0.1};
    check_ok(ctx, wick_sizer_units(ctx, &longs, 2, 10000.0, small, price, units));
    check_close(units[0], 225.0, 0.0); /* a quarter of 9,000 */
    check_close(units[1], 337.0, 0.0); /* whole units down */
    check_ok(ctx, wick_sizer_units(ctx, &longs, 2, 10000.0, none, price, units));
    check_close(units[0] + units[1], 0.0, 0.0);
    const wick_sizer both = {.size = sizeof both, .kind = WICK_SIZER_LONG_SHORT, .gross = 2.0};
    const double pair[2] = {2e-3, -2e-3};
    check_ok(ctx, wick_sizer_units(ctx, &both, 2, 10000.0, pair, price, units));
    check_close(units[0], 1000.0, 0.0);
    check_close(units[1], -500.0, 0.0);
    const double below[2] = {0.5, -0.1};
    check_fails(ctx, wick_sizer_units(ctx, &longs, 2, 1.0, below, price, units), WICK_E_ARG,
                "weight 2 is -0.1");
    wick_ctx_free(ctx);
}

static void covariance_refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double x[4] = {0.1, 0.2, 0.3, 0.5};
    double out[4];
    const wick_cov_spec *ewma = wick_cov_find(ctx, "ewma");
    check_fails(ctx, wick_cov_eval(ctx, ewma, 1, 2, x, WICK_NA, out), WICK_E_ARG, "two rows");
    check_fails(ctx, wick_cov_eval(ctx, ewma, 2, 2, x, 1.5, out), WICK_E_ARG, "decay is 1.5");
    check_fails(ctx, wick_cov_eval(ctx, ewma, 2, 2, x, -0.5, out), WICK_E_ARG, "decay is -0.5");
    check_ok(ctx, wick_cov_eval(ctx, ewma, 2, 2, x, WICK_NA, out));
    assert_null(wick_cov_find(ctx, "ewmaa"));
    assert_non_null(strstr(wick_ctx_error(ctx), "did you mean 'ewma'"));
    wick_ctx_free(ctx);
}

static void refusals(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const double cov[4] = {1, 0, 0, 1}, gap[4] = {1, WICK_NA, WICK_NA, 1}, flat[4] = {0, 0, 0, 0};
    double w[2];
    wick_weigh_in in = {.size = sizeof in, .n = 2, .cov = cov};
    const wick_weigh_spec *min = wick_weigh_find(ctx, "min_variance");
    assert_null(wick_weigh_find(ctx, "min_varaince"));
    assert_non_null(strstr(wick_ctx_error(ctx), "min_variance"));
    const wick_limits apart = {.size = sizeof apart, .lo = -0.2, .hi = 0.4, .gross = 0.1};
    in.limits = &apart;
    check_ok(ctx, wick_weigh(ctx, min, &in, w)); /* gross below the budget: cash */
    check_close(w[0] + w[1], 0.1, 1e-9);
    const wick_limits crossed = {.size = sizeof crossed, .lo = 0.5, .hi = 0.2};
    in.limits = &crossed;
    check_fails(ctx, wick_weigh(ctx, min, &in, w), WICK_E_ARG, "above its greatest");
    const wick_limits much = {.size = sizeof much, .lo = 0.8, .hi = 1.0};
    in.limits = &much;
    check_fails(ctx, wick_weigh(ctx, min, &in, w), WICK_E_ARG, "contradict");
    in.limits = NULL;
    in.cov = gap;
    check_fails(ctx, wick_weigh(ctx, min, &in, w), WICK_E_ARG, "gap");
    in.cov = flat;
    check_fails(ctx, wick_weigh(ctx, min, &in, w), WICK_E_ARG, "positive variance");
    in.cov = NULL;
    check_fails(ctx, wick_weigh(ctx, min, &in, w), WICK_E_ARG, "need a covariance");
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(optimal),
                                       cmocka_unit_test(signed_limits),
                                       cmocka_unit_test(scale_law),
                                       cmocka_unit_test(refusals),
                                       cmocka_unit_test(gross),
                                       cmocka_unit_test(sizers),
                                       cmocka_unit_test(covariance_refusals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
