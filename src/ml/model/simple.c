/* SPDX-License-Identifier: MIT */
/* registry: wick_model_passthrough wick_model_random wick_model_constant */
/* Models that learn nothing, or next to it: what the others are compared with. */
#include "ml/ml_int.h"

static wick_status no_fit(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    (void)ctx;
    (void)m;
    (void)in;
    return WICK_OK;
}

static wick_status no_margin(wick_ctx *ctx, const wick_model *m)
{
    return wick_fail(ctx, WICK_E_UNSUPPORTED, "model %s has no margin", m->spec->name);
}

static wick_status yes(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                       const int32_t *rows, int64_t n, bool margin, double *out)
{
    (void)x;
    (void)rows;
    if (margin) return no_margin(ctx, m);
    for (int64_t i = 0; i < n; i++) out[i] = 1.0;
    return WICK_OK;
}

const wick_model_spec wick_model_passthrough = {
    .name = "passthrough",
    .title = "says yes to everything",
    .formula = "1",
    .source = "the control of a model filter: a backtest without one",
    .flags = WICK_MODEL_NO_FIT | WICK_MODEL_NA,
    .fit = no_fit,
    .predict = yes,
};

/* The toss of a row depends on its symbol and bar alone: other rows, and their order, do not move
 * it. */
static wick_status toss(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                        const int32_t *rows, int64_t n, bool margin, double *out)
{
    if (margin) return no_margin(ctx, m);
    const wk_index *index = x->index;
    for (int64_t i = 0; i < n; i++) {
        const int64_t r = wk_row(rows, i);
        const char *symbol = index->symbols[index->symbol[r]];
        wick_pcg g =
            wick_pcg_key(m->seed, "model random", wick_hash64(symbol, (int64_t)strlen(symbol), 0),
                         (uint64_t)index->stamp[r]);
        out[i] = wick_pcg_uniform(&g) < wk_p(m, 0) ? 1.0 : 0.0;
    }
    return WICK_OK;
}

const wick_model_spec wick_model_random = {
    .name = "random",
    .title = "accepts a share at random",
    .formula = "1 with probability rate, else 0, by (seed, symbol, bar)",
    .source = "the control of a model filter: chance at the same rate",
    .flags = WICK_MODEL_NO_FIT | WICK_MODEL_NA,
    .param = {{.name = "rate", .def = 0.5, .lo = 0, .hi = 1, .doc = "share that is accepted"}},
    .fit = no_fit,
    .predict = toss,
};

/* ---- constant ----------------------------------------------------------------------------- */

static wick_status fit_constant(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    double *mean = malloc(sizeof *mean);
    if (mean == NULL) return wick_fail_mem(ctx);
    wick_sum s = {0}, total = {0};
    for (int64_t i = 0; i < in->n_rows; i++) {
        const double w = in->w != NULL ? in->w[in->rows[i]] : 1.0;
        wick_sum_add(&s, w * in->y[in->rows[i]]);
        wick_sum_add(&total, w);
    }
    *mean = wick_sum_get(&s) / wick_sum_get(&total);
    m->state = mean;
    return WICK_OK;
}

static wick_status predict_constant(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                                    const int32_t *rows, int64_t n, bool margin, double *out)
{
    (void)x;
    (void)rows;
    if (margin) return no_margin(ctx, m);
    for (int64_t i = 0; i < n; i++) out[i] = *(const double *)m->state;
    return WICK_OK;
}

static void save_constant(const wick_model *m, wick_json_writer *w)
{
    wk_json_write_doubles(w, NULL, m->state, 1);
}

static wick_status load_constant(wick_ctx *ctx, wick_model *m, const wick_json *j)
{
    double *v = NULL;
    const wick_status st = wk_json_read_doubles(ctx, j, NULL, 1, &v, NULL);
    m->state = v;
    return st;
}

const wick_model_spec wick_model_constant = {
    .name = "constant",
    .title = "the mean of the training labels",
    .formula = "weighted mean of y: the base rate for classes",
    .source = "scikit-learn 1.2 DummyClassifier, strategy prior, and DummyRegressor, strategy mean",
    .flags = WICK_MODEL_NA | WICK_MODEL_CLASSES | WICK_MODEL_REGRESSION,
    .fit = fit_constant,
    .predict = predict_constant,
    .save = save_constant,
    .load = load_constant,
    .free = free,
};
