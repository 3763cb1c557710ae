/* SPDX-License-Identifier: MIT */
/* When to stop: rules that look at the finished trials of a study. Sources: Makarova et al. 2022
 * for the regret bound, Ishibashi et al. 2023 for EMMR; details as in Optuna (optimizer.md section
 * 12 and A.4). */
#include <stdlib.h>
#include <string.h>

#include "opt/gp_int.h"

enum { SAMPLES = 2048, INITIAL = 20, WARM_UP = 10 };

typedef struct rule {
    const char *name, *title, *source;
    wick_opt_param param[3];
} rule;

static const rule rules[] = {
    {"emmr",
     "expected minimum model regret has fallen to a share of what it was",
     "Ishibashi et al. 2023; Optuna EMMREvaluator",
     {{"min", WICK_OPT_INT, 30, 30, 1e6, NULL, "complete trials before the first look"},
      {"share", WICK_OPT_NUMBER, 0.01, 1e-9, 1, NULL, "of the median of the first twenty"}}},
    {"max_trials",
     "so many trials are complete",
     "Optuna MaxTrialsCallback",
     {{"n", WICK_OPT_INT, 100, 1, 1e12, NULL, "complete trials"}}},
    {"regret",
     "what could still be gained is below the error of the best trial's folds",
     "Makarova et al. 2022; Optuna RegretBoundEvaluator",
     {{"min", WICK_OPT_INT, 20, 20, 1e6, NULL, "complete trials before the first look"},
      {"top", WICK_OPT_NUMBER, 0.5, 0.01, 1, NULL, "share of the trials the model is fitted to"}}},
    {"stagnation",
     "no better trial for a while",
     "Optuna BestValueStagnationEvaluator",
     {{"n", WICK_OPT_INT, 30, 1, 1e12, NULL, "complete trials since the best one"}}},
};
enum { RULES = sizeof rules / sizeof *rules };

struct wick_terminator {
    wick_study *study;
    const rule *rule;
    double a, b; /* the rule's options in their order */
    double threshold;
    bool has_threshold;
    char why[256];
};

int64_t wick_terminator_count(void)
{
    return RULES;
}

const char *wick_terminator_name(int64_t i, const char **title)
{
    if (i < 0 || i >= RULES) return NULL;
    if (title != NULL) *title = rules[i].title;
    return rules[i].name;
}

const wick_opt_param *wick_terminator_params(int64_t i, const char **source)
{
    if (i < 0 || i >= RULES) return NULL;
    if (source != NULL) *source = rules[i].source;
    return rules[i].param;
}

wick_status wick_terminator_new(wick_ctx *ctx, wick_study *study, const char *text,
                                wick_terminator **out)
{
    char *name, *options;
    wick_opt_args args;
    wick_terminator *t = NULL;
    wick_status st = wk_spec_split(ctx, text, &name, &options);
    if (st < 0) return st;
    const rule *r = NULL;
    const char *names[RULES];
    for (int i = 0; i < RULES; i++) {
        names[i] = rules[i].name;
        if (strcmp(rules[i].name, name) == 0) r = &rules[i];
    }
    if (r == NULL) {
        const char *near = wick_nearest(name, names, RULES);
        st = near != NULL
                 ? wick_fail(ctx, WICK_E_ARG, "no terminator is called '%s'; did you mean '%s'?",
                             name, near)
                 : wick_fail(ctx, WICK_E_ARG,
                             "no terminator is called '%s'; there are emmr, max_trials, "
                             "regret and stagnation",
                             name);
    } else if (study->m > 1 && strcmp(r->name, "max_trials") != 0) {
        st = wick_fail(ctx, WICK_E_ARG, "terminator %s is for one objective, the study has %d",
                       r->name, (int)study->m);
    } else if ((st = wk_args_read(ctx, name, r->param, options, &args)) >= 0) {
        t = calloc(1, sizeof *t);
        if (t == NULL) {
            st = wick_fail_mem(ctx);
        } else {
            t->study = study;
            t->rule = r;
            t->a = args.number[0];
            t->b = args.number[1];
        }
        wk_args_free(&args);
    }
    free(name);
    free(options);
    *out = t;
    return st;
}

void wick_terminator_free(wick_terminator *t)
{
    free(t);
}

const char *wick_terminator_why(const wick_terminator *t)
{
    return t->why;
}

/* ---- the model ------------------------------------------------------------------------------ */

typedef struct model {
    const wick_study *s;
    wk_space space;
    int32_t d;
    bool categorical[WK_GP_DIMS];
    const wick_trial **trial; /* complete ones by number */
    int64_t n;
    double *x, *y; /* y standardised, larger is better */
    double std;
} model;

static void model_free(model *m)
{
    free(m->space.p);
    free((void *)m->trial);
    free(m->x);
    free(m->y);
}

static double goodness(const wick_trial *t)
{
    return -wk_sign(t->study, 0) * t->values[0];
}

static int best_first(const void *a, const void *b)
{
    const wick_trial *x = *(wick_trial *const *)a, *y = *(wick_trial *const *)b;
    const double u = goodness(x), v = goodness(y);
    return u != v ? (u < v) - (u > v) : (x->number > y->number) - (x->number < y->number);
}

static void standardise(model *m)
{
    double mean = 0.0, var = 0.0;
    for (int64_t i = 0; i < m->n; i++) mean += m->y[i] = goodness(m->trial[i]);
    mean /= (double)m->n;
    for (int64_t i = 0; i < m->n; i++) var += (m->y[i] - mean) * (m->y[i] - mean);
    m->std = sqrt(var / (double)m->n);
    if (!(m->std > 0.0)) m->std = 1.0;
    for (int64_t i = 0; i < m->n; i++) m->y[i] = (m->y[i] - mean) / m->std;
}

static wick_status load(wick_ctx *ctx, wick_study *s, int64_t most, model *m)
{
    m->s = s;
    wick_status st = WICK_OK;
    for (int32_t g = 0; g < s->n_groups && st >= 0; g++) {
        m->space.seen = 0; /* every group in turn narrows one space */
        st = wk_space_update(ctx, s, &s->groups[g], &m->space);
    }
    if (st < 0) return st;
    m->d = (int32_t)m->space.n;
    if (m->d == 0 || m->d > WK_GP_DIMS)
        return wick_fail(ctx, WICK_E_STATE,
                         "the terminator's model needs 1 to %d parameters that all trials share, "
                         "there are %d",
                         WK_GP_DIMS, (int)m->d);
    m->trial = malloc((size_t)(s->n + 1) * sizeof *m->trial);
    if (m->trial == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < s->n; i++)
        if (s->trials[i]->state == WICK_TRIAL_COMPLETE && isfinite(s->trials[i]->values[0]))
            m->trial[m->n++] = s->trials[i];
    if (m->n > most) m->n = most;
    return WICK_OK;
}

static wick_status rows(wick_ctx *ctx, model *m)
{
    m->x = malloc((size_t)(m->n * m->d + 1) * sizeof *m->x);
    m->y = malloc((size_t)(m->n + 1) * sizeof *m->y);
    if (m->x == NULL || m->y == NULL) return wick_fail_mem(ctx);
    for (int32_t j = 0; j < m->d; j++) {
        const wick_dist *d = wk_dist_at(m->s, m->space.p[j].dist);
        m->categorical[j] = d->kind == WICK_DIST_CATEGORICAL;
        for (int64_t i = 0; i < m->n; i++) {
            const double v = wk_param_of(m->trial[i], m->space.p[j].name)->v;
            m->x[i * m->d + j] = m->categorical[j] ? v : wk_to_unit(d, v);
        }
    }
    standardise(m);
    return WICK_OK;
}

static wick_status fit(wick_ctx *ctx, const model *m, int64_t n, wk_gp *g)
{
    g->d = m->d;
    g->categorical = m->categorical;
    g->n = n;
    g->x = m->x;
    if (!(g->scale > 0.0)) {
        g->scale = g->noise = 1.0;
        for (int32_t j = 0; j < m->d; j++) g->w[j] = 1.0;
    }
    const wick_status st = wk_gp_reserve(ctx, g, n, 1);
    if (st < 0) return st;
    (void)wk_gp_fit(g, m->y, false, NULL);
    while (!wk_gp_solve(g, m->y, 1) && g->noise < 1.0) g->noise *= 10.0;
    return WICK_OK;
}

/* Largest upper bound anywhere less the largest lower bound at the points seen. */
static wick_status regret_bound(wick_ctx *ctx, const model *m, const wk_gp *g, double *out)
{
    const int64_t rows_all = g->n + SAMPLES;
    double *x = malloc((size_t)(rows_all * (m->d + 2) + wk_gp_many_work(g, rows_all)) * sizeof *x);
    double u[WK_GP_DIMS], upper = -WK_INF, lower = -WK_INF;
    if (x == NULL) return wick_fail_mem(ctx);
    memcpy(x, g->x, (size_t)(g->n * m->d) * sizeof *x);
    for (int64_t i = 0; i < SAMPLES; i++) {
        wk_sobol(m->d, i, NULL, u);
        for (int32_t j = 0; j < m->d; j++) {
            const wick_dist *d = wk_dist_at(m->s, m->space.p[j].dist);
            x[(g->n + i) * m->d + j] =
                m->categorical[j] ? floor(u[j] * (double)d->n_choices) : u[j];
        }
    }
    double *mean = x + rows_all * m->d, *var = mean + rows_all;
    wk_gp_many(g, x, rows_all, mean, var, var + rows_all);
    const double n = (double)g->n, pi = 3.14159265358979323846;
    const double beta = 2.0 * log((double)m->d * n * n * pi * pi / 6.0 / 0.1) / 5.0;
    for (int64_t i = 0; i < rows_all; i++) {
        const double by = sqrt(beta * var[i]);
        if (mean[i] + by > upper) upper = mean[i] + by;
        if (i < g->n && mean[i] - by > lower) lower = mean[i] - by;
    }
    free(x);
    *out = upper - lower;
    return WICK_OK;
}

/* ---- regret --------------------------------------------------------------------------------- */

static bool more_score(const wick_json *j, double *sum, double *square)
{
    const double v = wick_json_number(j);
    *sum += v;
    *square += v * v;
    return isfinite(v);
}

/* Standard error of the best trial's folds: the scores it was given as "terminator:cv_scores", else
 * the values it reported step by step. */
static wick_status fold_error(wick_ctx *ctx, const wick_study *s, double *out)
{
    const wick_trial *best = wick_study_best(s);
    const char *text = best != NULL ? wk_system_text(best, "terminator:cv_scores") : NULL;
    double sum = 0.0, square = 0.0;
    int64_t k = 0;
    if (text != NULL) {
        wick_json_doc *doc = NULL;
        const wick_status st =
            wick_json_parse(ctx, "terminator:cv_scores", text, (int64_t)strlen(text), &doc);
        if (st < 0) return st;
        const wick_json *list = wick_json_root(doc);
        while (k < wick_json_count(list) && more_score(wick_json_at(list, k), &sum, &square)) k++;
        wick_json_free(doc);
    }
    for (int32_t i = 0; text == NULL && best != NULL && i < best->n_rep; i++) {
        sum += best->rep[i].v;
        square += best->rep[i].v * best->rep[i].v;
        k++;
    }
    if (k < 2)
        return wick_fail(ctx, WICK_E_STATE,
                         "terminator regret needs the scores of at least two folds of the best "
                         "trial: report them, or set the attribute terminator:cv_scores");
    const double n = (double)k, var = square / n - (sum / n) * (sum / n);
    *out = sqrt((1.0 / n + 1.0 / (n - 1.0)) * (var > 0.0 ? var : 0.0));
    return WICK_OK;
}

static wick_status check_regret(wick_ctx *ctx, wick_terminator *t, bool *stop)
{
    model m = {0};
    wk_gp g = {0};
    double bound = 0.0, error = 0.0;
    wick_status st = load(ctx, t->study, INT64_MAX, &m);
    if (st >= 0 && (double)m.n >= t->a) {
        qsort((void *)m.trial, (size_t)m.n, sizeof *m.trial, best_first);
        const int64_t top = (int64_t)((double)m.n * t->b);
        m.n = top > (int64_t)t->a ? top : (int64_t)t->a;
        st = rows(ctx, &m);
        if (st >= 0) st = fit(ctx, &m, m.n, &g);
        if (st >= 0) st = regret_bound(ctx, &m, &g, &bound);
        if (st >= 0) st = fold_error(ctx, t->study, &error);
        bound *= m.std;
        *stop = st >= 0 && bound < error;
        if (*stop)
            snprintf(t->why, sizeof t->why,
                     "regret: at most %.4g could still be gained, the best trial's folds leave an "
                     "error of %.4g",
                     bound, error);
    }
    wk_gp_free(&g);
    model_free(&m);
    return st;
}

/* ---- EMMR ----------------------------------------------------------------------------------- */

static void posterior(const wk_gp *g, const double *x, double *work, double *mean, double *var)
{
    double *k = work, *z = work + g->n;
    wk_gp_cross(g, x, k, NULL);
    memcpy(z, k, (size_t)g->n * sizeof *z);
    wk_gp_solve_one(g, z);
    *mean = 0.0;
    *var = g->scale;
    for (int64_t i = 0; i < g->n; i++) {
        *mean += k[i] * g->alpha[i];
        *var -= k[i] * z[i];
    }
    if (*var < 0.0) *var = 0.0;
}

static double covariance(const wk_gp *g, const double *a, const double *b, double *work)
{
    double *k = work, *z = work + g->n, v = wk_gp_covariance(g, a, b);
    wk_gp_cross(g, a, k, NULL);
    wk_gp_cross(g, b, z, NULL);
    wk_gp_solve_one(g, z);
    for (int64_t i = 0; i < g->n; i++) v -= k[i] * z[i];
    return v;
}

static int64_t arg_best(const double *y, int64_t n)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (y[i] > y[best]) best = i;
    return best;
}

/* Of the first n trials. */
static wick_status emmr(wick_ctx *ctx, model *m, int64_t n, double *out)
{
    wk_gp before = {0}, now = {0};
    double kappa = 0.0, mu_a, var_a, mu_b, var_b, mu_last, s2, ignored;
    const int64_t keep = m->n;
    m->n = n;
    standardise(m);
    wick_status st = fit(ctx, m, n, &now);
    if (st >= 0) {
        memcpy(before.w, now.w, sizeof before.w);
        before.scale = now.scale;
        before.noise = now.noise;
        st = fit(ctx, m, n - 1, &before);
    }
    if (st >= 0) st = regret_bound(ctx, m, &before, &kappa);
    double *work = malloc((size_t)(2 * n) * sizeof *work);
    if (st >= 0 && work == NULL) st = wick_fail_mem(ctx);
    if (st >= 0) {
        const double *a = m->x + arg_best(m->y, n) * m->d;
        const double *b = m->x + arg_best(m->y, n - 1) * m->d, y = m->y[n - 1], lam = 1e6;
        posterior(&now, a, work, &mu_a, &var_a);
        posterior(&now, b, work, &ignored, &var_b);
        posterior(&before, b, work, &mu_b, &ignored);
        posterior(&now, m->x + (n - 1) * m->d, work, &mu_last, &s2);
        double v = var_a - 2.0 * covariance(&now, a, b, work) + var_b;
        v = sqrt(v > 1e-10 ? v : 1e-10);
        const double g = (mu_a - mu_b) / v, r = s2 + 1.0 / lam;
        double d = 0.5 * log(1.0 + lam * s2) - 0.5 * s2 / r +
                   0.5 * s2 * (y - mu_last) * (y - mu_last) / (r * r);
        if (d < 0.0) d = 0.0;
        const double phi = exp(-0.5 * g * g) * 0.39894228040143267794;
        *out = (mu_b - mu_a) + v * phi + v * g * wk_norm_cdf(g) + kappa * sqrt(0.5 * d);
    }
    free(work);
    wk_gp_free(&before);
    wk_gp_free(&now);
    m->n = keep;
    return st;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static wick_status check_emmr(wick_ctx *ctx, wick_terminator *t, bool *stop)
{
    model m = {0};
    double v = 0.0, first[INITIAL];
    wick_status st = load(ctx, t->study, INT64_MAX, &m);
    if (st >= 0 && (double)m.n >= t->a) {
        st = rows(ctx, &m);
        if (st >= 0 && !t->has_threshold) {
            for (int i = 0; i < INITIAL && st >= 0; i++)
                st = emmr(ctx, &m, WARM_UP + i + 1, &first[i]);
            if (st >= 0) {
                qsort(first, INITIAL, sizeof *first, ascending);
                t->threshold = t->b * 0.5 * (first[INITIAL / 2 - 1] + first[INITIAL / 2]);
                t->has_threshold = true;
            }
        }
        if (st >= 0) st = emmr(ctx, &m, m.n, &v);
        *stop = st >= 0 && v < t->threshold;
        if (*stop)
            snprintf(t->why, sizeof t->why, "emmr: the expected regret %.4g is below %.4g", v,
                     t->threshold);
    }
    model_free(&m);
    return st;
}

/* ---- counts --------------------------------------------------------------------------------- */

static void check_stagnation(wick_terminator *t, bool *stop)
{
    const wick_study *s = t->study;
    const wick_trial *best = wick_study_best(s);
    int64_t since = 0;
    if (best == NULL) return;
    for (int64_t i = best->number + 1; i < s->n; i++)
        since += s->trials[i]->state == WICK_TRIAL_COMPLETE;
    *stop = (double)since >= t->a;
    if (*stop)
        snprintf(t->why, sizeof t->why, "stagnation: trial %lld is the best since %lld trials",
                 (long long)best->number, (long long)since);
}

wick_status wick_terminator_check(wick_ctx *ctx, wick_terminator *t, bool *stop)
{
    const int64_t complete = wick_study_count_state(t->study, WICK_TRIAL_COMPLETE);
    *stop = false;
    switch (t->rule - rules) {
    case 0: return check_emmr(ctx, t, stop);
    case 1:
        *stop = (double)complete >= t->a;
        if (*stop)
            snprintf(t->why, sizeof t->why, "max_trials: %lld are complete", (long long)complete);
        return WICK_OK;
    case 2: return check_regret(ctx, t, stop);
    default: check_stagnation(t, stop); return WICK_OK;
    }
}
