/* SPDX-License-Identifier: MIT */
/* What TPE keeps between trials is what it would build anew, and following the candidates that can
 * still win chooses the one that all densities would choose. */
#include "unit/opt/opt_help.h"

#include "opt/tpe_int.h"

enum { PARAMS = 6 };

static wick_ctx *ctx;

static wick_status suggest(wick_trial *t, int which)
{
    static const wick_choice words[] = {{.kind = WICK_CHOICE_STRING, .s = "a"},
                                        {.kind = WICK_CHOICE_STRING, .s = "b"}};
    double x = 0.0;
    int64_t i = 0;
    switch (which) {
    case 0: return wick_trial_suggest_float(ctx, t, "plain", -1, 1, 0, false, &x);
    case 1: return wick_trial_suggest_float(ctx, t, "log", 1e-4, 10, 0, true, &x);
    case 2: return wick_trial_suggest_int(ctx, t, "few", 0, 6, 1, false, &i);
    case 3: return wick_trial_suggest_float(ctx, t, "steps", 0, 100, 0.25, false, &x);
    case 4: return wick_trial_suggest_choice(ctx, t, "word", words, 2, &i);
    default: return wick_trial_suggest_int(ctx, t, "sometimes", 1, 64, 1, true, &i);
    }
}

static int32_t set_of(wick_study *s, int first, int last, wk_value *p)
{
    static const char *const names[PARAMS] = {"plain", "log", "few", "steps", "word", "sometimes"};
    int32_t n = 0;
    for (int k = first; k < last; k++) {
        const int32_t id = wk_names_find(&s->names, names[k]);
        if (id >= 0 && s->name_rec[id].first >= 0)
            p[n++] = (wk_value){id, s->name_rec[id].first, 0.0};
    }
    return n;
}

static bool is_choice(const wk_tpe_draw *w, int32_t j)
{
    return wk_dist_at(w->v->study, w->p[j].dist)->kind == WICK_DIST_CATEGORICAL;
}

static void same_side(const wk_tpe_draw *a, const wk_tpe_draw *b)
{
    assert_int_equal(a->n_below, b->n_below);
    assert_int_equal(a->n_above, b->n_above);
    for (int64_t i = 0; i <= a->n_below; i++) {
        check_same(a->below_weight[i], b->below_weight[i]);
        check_same(a->b_constant[i], b->b_constant[i]);
        for (int32_t j = 0; j < a->d; j++) {
            if (is_choice(a, j)) continue;
            check_same(a->b_mu[j][i], b->b_mu[j][i]);
            check_same(a->b_sigma[j][i], b->b_sigma[j][i]);
        }
    }
}

/* Kernels of the worse set: the classes have other numbers, what they stand for is the same. */
static void same_kernels(const wk_tpe_draw *a, const wk_tpe_draw *b)
{
    const wk_tpe_view *v = a->v, *u = b->v;
    const int64_t n = v->n + v->n_running;
    assert_int_equal(n, u->n + u->n_running);
    for (int64_t i = 0; i <= n; i++) {
        check_same(v->constant[i], u->constant[i]);
        check_same(v->weight[i], u->weight[i]);
        if (v->constant[i] <= -1e299) continue;
        for (int32_t j = 0; j < a->d; j++) {
            const wk_col *c = wk_tpe_col(v, a->p[j].name), *f = wk_tpe_col(u, b->p[j].name);
            if (a->dim_above[j].inv != NULL) {
                check_same(c->mu[i], f->mu[i]);
                check_same(c->inv[i], f->inv[i]);
            } else if (is_choice(a, j)) {
                assert_int_equal(c->cls[i], f->cls[i]);
            } else {
                check_same(c->classes.mu[c->cls[i]], f->classes.mu[f->cls[i]]);
                check_same(c->classes.sigma[c->cls[i]], f->classes.sigma[f->cls[i]]);
            }
        }
    }
}

/* One set of parameters from the view that has seen everything, and from a new one. */
static void compare(wick_study *s, wk_tpe_view *v, wk_tpe_draw *w, int first, int last,
                    const wick_trial *t, int64_t want)
{
    wk_value p[PARAMS];
    wk_tpe_view *fresh = NULL;
    wk_tpe_draw from_new = {
        .candidates = 5, .d = set_of(s, first, last, p), .p = p, .rule_b = w->rule_b};
    check_ok(ctx, wk_tpe_view_new(ctx, s, &fresh));
    check_ok(ctx, wk_tpe_catch_up(ctx, v, &s->groups[0]));
    check_ok(ctx, wk_tpe_catch_up(ctx, fresh, &s->groups[0]));
    check_ok(ctx, wk_tpe_running_in(ctx, v, t));
    check_ok(ctx, wk_tpe_running_in(ctx, fresh, t));
    if (want > v->n) want = v->n;
    w->v = v;
    w->p = p;
    w->d = from_new.d;
    from_new.v = fresh;
    check_ok(ctx, wk_tpe_build(ctx, w, v->rank, want, NULL));
    check_ok(ctx, wk_tpe_build(ctx, &from_new, fresh->rank, want, NULL));
    same_side(w, &from_new);
    same_kernels(w, &from_new);
    wk_tpe_draw_free(&from_new);
    wk_tpe_view_free(fresh);
}

static void finish(wick_study *s, wick_pcg *g)
{
    if (s->n_running == 0) return;
    const wick_trial *t = s->running[wick_pcg_below(g, (uint64_t)s->n_running)];
    const double v = floor(10.0 * wick_pcg_uniform(g));
    const int32_t state = wick_pcg_uniform(g) < 0.1   ? WICK_TRIAL_FAIL
                          : wick_pcg_uniform(g) < 0.1 ? WICK_TRIAL_PRUNED
                                                      : WICK_TRIAL_COMPLETE;
    check_ok(ctx, wick_study_tell(ctx, s, wick_trial_number(t), state, &v, 1));
}

static void test_kept_is_what_is_new(void **state)
{
    (void)state;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .sampler = "random", .seed = 8};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    wk_tpe_view *v = NULL;
    check_ok(ctx, wk_tpe_view_new(ctx, s, &v));
    wk_tpe_draw w = {.candidates = 5};
    wick_pcg g = wick_pcg_key(3, "view", 0, 0);
    for (int round = 0; round < 500; round++) {
        const double u = wick_pcg_uniform(&g);
        wick_trial *t = NULL;
        if (u < 0.5 && s->n_running < 40) {
            check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
            const int n = round % 3 == 0 ? PARAMS : PARAMS - 1;
            for (int k = 0; k < n; k++) check_ok(ctx, suggest(t, k));
        } else if (u < 0.95) {
            finish(s, &g);
        } else {
            while (s->n_running > 0) finish(s, &g);
        }
        if (s->n == 0) continue;
        if (t == NULL || round % 4 == 0) t = s->n_running > 0 ? s->running[0] : s->trials[0];
        w.rule_b = round % 50 == 17;
        compare(s, v, &w, 0, PARAMS - 1, t, 1 + round % 30);
        if (round % 7 == 0) compare(s, v, &w, 2, PARAMS, t, 5);
        if (round % 11 == 0) compare(s, v, &w, 1, 2, t, 5);
    }
    assert_true(v->n > 150);
    wk_tpe_draw_free(&w);
    wk_tpe_view_free(v);
    wick_study_free(s);
}

/* Few candidates are followed to the end; the choice is that of all ratios. */
static void test_choice_of_all_ratios(void **state)
{
    (void)state;
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .sampler = "random", .seed = 2};
    check_ok(ctx, wick_study_new(ctx, &o, &s));
    for (int i = 0; i < 1500; i++) {
        wick_trial *t = NULL;
        check_ok(ctx, wick_study_ask(ctx, s, NULL, 0, &t));
        for (int k = 0; k < 5; k++) check_ok(ctx, suggest(t, k));
        const double x = wick_trial_param(t, "plain"), y = wick_trial_param(t, "steps");
        const double value = x * x + 1e-4 * (y - 40) * (y - 40);
        check_ok(ctx,
                 wick_study_tell(ctx, s, wick_trial_number(t), WICK_TRIAL_COMPLETE, &value, 1));
    }
    wk_value p[PARAMS];
    wk_tpe_view *v = NULL;
    check_ok(ctx, wk_tpe_view_new(ctx, s, &v));
    check_ok(ctx, wk_tpe_catch_up(ctx, v, &s->groups[0]));
    wk_tpe_draw w = {.v = v, .candidates = 24, .p = p, .d = set_of(s, 0, 5, p)};
    for (int i = 0; i < 40; i++) {
        double got[PARAMS], l[24], h[24];
        wk_rng rng = wk_rng_at(s, NULL, "choice", i, 0);
        check_ok(ctx, wk_tpe_choose(ctx, &w, v->rank, 25, NULL, &rng, got));
        check_ok(ctx, wk_tpe_densities(ctx, &w, 0, l));
        check_ok(ctx, wk_tpe_densities(ctx, &w, 1, h));
        int best = 0;
        for (int k = 1; k < 24; k++)
            if (rint((l[k] - h[k]) * 1e9) > rint((l[best] - h[best]) * 1e9)) best = k;
        assert_memory_equal(got, w.cand + best * w.d, (size_t)w.d * sizeof *got);
    }
    wk_tpe_draw_free(&w);
    wk_tpe_view_free(v);
    wick_study_free(s);
}

static int setup(void **state)
{
    (void)state;
    ctx = wick_ctx_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    wick_ctx_free(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_is_what_is_new),
        cmocka_unit_test(test_choice_of_all_ratios),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
