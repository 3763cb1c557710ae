/* SPDX-License-Identifier: MIT */
#include "ml/ml_int.h"

/* State: per class (of `classes`): log prior, then p means, then p variances. */
static int64_t classes_of(const wick_model *m)
{
    return m->outputs > 1 ? m->outputs : 2;
}

static int64_t stride(const wick_model *m)
{
    return 1 + 2 * (int64_t)m->n_features;
}

static wick_status read_priors(wick_ctx *ctx, const wick_model *m, double *prior)
{
    const char *s = m->p.text[1];
    const int64_t k = classes_of(m);
    double sum = 0.0;
    for (int64_t c = 0; c < k; c++) {
        const char *comma = strchr(s, ',');
        const int64_t n = comma != NULL ? comma - s : (int64_t)strlen(s);
        if (!wick_parse_double(s, n, &prior[c]) || !(prior[c] > 0.0) ||
            (comma == NULL && c + 1 < k)) {
            return wick_fail(ctx, WICK_E_ARG, "priors '%s': %lld chances above 0 are needed",
                             m->p.text[1], (long long)k);
        }
        sum += prior[c];
        s = comma != NULL ? comma + 1 : s + n;
    }
    if (*s != '\0' || fabs(sum - 1.0) > 1e-9) {
        return wick_fail(ctx, WICK_E_ARG, "priors '%s' must be %lld chances that sum to 1",
                         m->p.text[1], (long long)k);
    }
    return WICK_OK;
}

/* Largest variance of a feature over all rows, weights aside: the unit of the smoothing. */
static double largest_variance(const wick_fit_in *in)
{
    double most = 0.0;
    for (int32_t j = 0; j < in->x->p; j++) {
        const double *v = in->x->columns[j]->v;
        wick_sum s = {0}, q = {0};
        for (int64_t i = 0; i < in->n_rows; i++) wick_sum_add(&s, v[in->rows[i]]);
        const double mean = wick_sum_get(&s) / (double)in->n_rows;
        for (int64_t i = 0; i < in->n_rows; i++) {
            const double d = v[in->rows[i]] - mean;
            wick_sum_add(&q, d * d);
        }
        most = fmax(most, wick_sum_get(&q) / (double)in->n_rows);
    }
    return most;
}

static void one_class(const wick_fit_in *in, double c, double floor, double *state, double *weight)
{
    const int64_t p = in->x->p;
    double *mean = state + 1, *var = mean + p;
    for (int64_t j = 0; j < p; j++) {
        const double *v = in->x->columns[j]->v;
        wick_sum s = {0}, q = {0}, total = {0};
        for (int64_t i = 0; i < in->n_rows; i++) {
            const int32_t r = in->rows[i];
            const double w = in->w != NULL ? in->w[r] : 1.0;
            if (in->y[r] != c) continue;
            wick_sum_add(&s, w * v[r]);
            wick_sum_add(&total, w);
        }
        *weight = wick_sum_get(&total);
        mean[j] = wick_sum_get(&s) / *weight;
        for (int64_t i = 0; i < in->n_rows; i++) {
            const int32_t r = in->rows[i];
            const double w = in->w != NULL ? in->w[r] : 1.0, d = v[r] - mean[j];
            if (in->y[r] == c) wick_sum_add(&q, w * d * d);
        }
        var[j] = wick_sum_get(&q) / *weight + floor;
    }
}

static wick_status fit(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    enum { MOST = 64 };
    const int64_t k = classes_of(m), step = stride(m);
    double prior[MOST], total = 0.0;
    const double floor = wk_p(m, 0) * largest_variance(in);
    if (in->x->p == 0) return wick_fail(ctx, WICK_E_DATA, "there are no features");
    if (!(floor > 0.0)) {
        return wick_fail(ctx, WICK_E_DATA, "all features are constant in the training rows");
    }
    double *state = wk_zero_items(k * step, sizeof *state);
    if (state == NULL) return wick_fail_mem(ctx);
    for (int64_t c = 0; c < k; c++) {
        one_class(in, (double)c, floor, state + c * step, &prior[c]);
        total += prior[c];
    }
    for (int64_t c = 0; c < k; c++) prior[c] /= total;
    const wick_status st = m->p.text[1][0] != '\0' ? read_priors(ctx, m, prior) : WICK_OK;
    for (int64_t c = 0; c < k; c++) state[c * step] = log(prior[c]);
    m->state = state;
    return st;
}

static wick_status predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                           const int32_t *rows, int64_t n, bool margin, double *out)
{
    enum { MOST = 64 };
    (void)ctx;
    const int64_t k = classes_of(m), p = m->n_features;
    const double log2pi = 1.8378770664093453;
    for (int64_t i = 0; i < n; i++) {
        const int64_t r = wk_row(rows, i);
        double joint[MOST], top = -(double)INFINITY, sum = 0.0;
        for (int64_t c = 0; c < k; c++) {
            const double *s = (const double *)m->state + c * stride(m);
            double l = s[0];
            for (int64_t j = 0; j < p; j++) {
                const double d = x->columns[j]->v[r] - s[1 + j], v = s[1 + p + j];
                l -= 0.5 * (log2pi + log(v) + d * d / v);
            }
            joint[c] = l;
            top = fmax(top, l);
        }
        for (int64_t c = 0; c < k; c++) sum += exp(joint[c] - top);
        const double norm = top + log(sum);
        if (m->outputs == 1) {
            out[i] = margin ? joint[1] - joint[0] : exp(joint[1] - norm);
        } else {
            for (int64_t c = 0; c < k; c++) {
                out[i * k + c] = margin ? joint[c] - norm : exp(joint[c] - norm);
            }
        }
    }
    return WICK_OK;
}

static void save(const wick_model *m, wick_json_writer *w)
{
    wk_json_write_doubles(w, NULL, m->state, classes_of(m) * stride(m));
}

static wick_status load(wick_ctx *ctx, wick_model *m, const wick_json *j)
{
    double *v = NULL;
    const wick_status st = wk_json_read_doubles(ctx, j, NULL, classes_of(m) * stride(m), &v, NULL);
    m->state = v;
    return st;
}

const wick_model_spec wick_model_gaussian_nb = {
    .name = "gaussian_nb",
    .title = "Gaussian naive Bayes",
    .formula = "prior times a normal density per feature and class; variance plus var_smoothing "
               "times the largest variance",
    .source = "scikit-learn 1.2 GaussianNB",
    .flags = WICK_MODEL_CLASSES | WICK_MODEL_MANY,
    .param = {{.name = "var_smoothing", .def = 1e-9, .lo = 1e-15, .hi = 10},
              {.name = "priors",
               .kind = WICK_ML_TEXT,
               .doc = "chances of the classes, \"0.5,0.5\"; "
                      "empty: those of the training rows"}},
    .fit = fit,
    .predict = predict,
    .save = save,
    .load = load,
    .free = free,
};
