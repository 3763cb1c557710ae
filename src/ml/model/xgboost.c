/* SPDX-License-Identifier: MIT */
/* registry: wick_model_xgboost wick_model_random_forest */
/* Boosted trees and random forests by XGBoost; fitting is theirs, early stopping and prediction are
 * ours. One thread always: same bytes, and workers of a study may fork and fit side by side. */
#include <float.h>

#include "ml/xgb.h"

typedef struct trees {
    char *text; /* XGBoost's JSON */
    int64_t n;
    wk_forest *forest;
} trees;

static void trees_free(void *state)
{
    trees *t = state;
    wk_forest_free(t->forest);
    free(t->text);
    free(t);
}

static double param(const wick_model *m, const char *name, double missing)
{
    for (int i = 0; m->spec->param[i].name != NULL; i++) {
        if (strcmp(m->spec->param[i].name, name) == 0) return m->p.v[i];
    }
    return missing;
}

static const char *choice(const wick_model *m, const char *name, const char *missing)
{
    for (int i = 0; m->spec->param[i].name != NULL; i++) {
        if (strcmp(m->spec->param[i].name, name) == 0)
            return m->spec->param[i].choice[(int)m->p.v[i]];
    }
    return missing;
}

static wick_status failed(wick_ctx *ctx, const wk_xgb_api *api, const char *what)
{
    /* Its message has a stack of calls below the first line. */
    const char *message = api->last_error();
    return wick_fail(ctx, WICK_E_DATA, "XGBoost refused to %s: %.*s", what,
                     (int)strcspn(message, "\n"), message);
}

#define XGB(call, what)                                                                            \
    do {                                                                                           \
        if ((call) != 0) {                                                                         \
            st = failed(ctx, api, what);                                                           \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

/* ---- data --------------------------------------------------------------------------------- */

static wick_status floats(wick_ctx *ctx, const wick_matrix *x, const int32_t *rows, int64_t n,
                          float *to)
{
    for (int32_t j = 0; j < x->p; j++) {
        const double *v = x->columns[j]->v;
        for (int64_t i = 0; i < n; i++) {
            const double d = v[wk_row(rows, i)];
            if (fabs(d) > (double)FLT_MAX) {
                return wick_fail(ctx, WICK_E_DATA,
                                 "feature '%s' is %g at row %lld, beyond what XGBoost can hold",
                                 x->names[j], d, (long long)wk_row(rows, i));
            }
            to[i * x->p + j] = (float)d;
        }
    }
    return WICK_OK;
}

static wick_status info(wick_ctx *ctx, const wk_xgb_api *api, void *d, const char *field,
                        const double *v, const int32_t *rows, int64_t n, float *scratch)
{
    for (int64_t i = 0; i < n; i++) scratch[i] = (float)v[rows[i]];
    return api->dmatrix_floats(d, field, scratch, (uint64_t)n) == 0
               ? WICK_OK
               : failed(ctx, api, "take a column");
}

/* `y` NULL: features only. */
static wick_status dmatrix(wick_ctx *ctx, const wk_xgb_api *api, const wick_matrix *x,
                           const double *y, const double *w, const int32_t *rows, int64_t n,
                           void **out)
{
    wick_status st = WICK_OK;
    void *d = NULL;
    char array[160];
    float *v = wk_items(n * x->p, sizeof *v), *one = wk_items(n, sizeof *one);
    if (v == NULL || one == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(floats(ctx, x, rows, n, v));
    snprintf(array, sizeof array,
             "{\"data\":[%llu,true],\"shape\":[%lld,%d],\"typestr\":\"<f4\",\"version\":3}",
             (unsigned long long)(uintptr_t)v, (long long)n, (int)x->p);
    XGB(api->set_global("{\"verbosity\":0}"), "be silent");
    XGB(api->dmatrix_dense(array, "{\"missing\":NaN,\"nthread\":1}", &d), "read the features");
    XGB(api->dmatrix_texts(d, "feature_name", (const char **)x->names, (uint64_t)x->p),
        "take the feature names");
    if (y != NULL) WICK_TRY(info(ctx, api, d, "label", y, rows, n, one));
    if (y != NULL && w != NULL) WICK_TRY(info(ctx, api, d, "weight", w, rows, n, one));
    *out = d;
    d = NULL;
out:
    if (d != NULL) api->dmatrix_free(d);
    free(v);
    free(one);
    return st;
}

/* ---- training ----------------------------------------------------------------------------- */

static const char *metric_of(const wick_model *m, const char *objective)
{
    const char *given = choice(m, "eval_metric", "auto");
    if (strcmp(given, "auto") != 0) return given;
    if (strcmp(objective, "multi:softprob") == 0) return "mlogloss";
    if (strcmp(objective, "count:poisson") == 0) return "poisson-nloglik";
    return strcmp(objective, "binary:logistic") == 0 ? "logloss" : "rmse";
}

static bool higher_is_better(const char *metric)
{
    return strcmp(metric, "auc") == 0 || strcmp(metric, "aucpr") == 0;
}

static wick_status set_number(wick_ctx *ctx, const wk_xgb_api *api, void *b, const char *name,
                              double v)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, v);
    return api->booster_param(b, name, text) == 0 ? WICK_OK : failed(ctx, api, name);
}

static wick_status set_params(wick_ctx *ctx, const wk_xgb_api *api, const wick_model *m, void *b)
{
    static const char *const numbers[] = {"eta",
                                          "max_depth",
                                          "min_child_weight",
                                          "subsample",
                                          "colsample_bytree",
                                          "reg_lambda",
                                          "reg_alpha",
                                          "gamma",
                                          "colsample_bylevel",
                                          "max_bin",
                                          "max_leaves",
                                          "max_delta_step",
                                          "scale_pos_weight",
                                          "base_score",
                                          "num_parallel_tree"};
    static const char *const texts[] = {"monotone_constraints", "interaction_constraints"};
    const char *objective = choice(m, "objective", "binary:logistic");
    wick_status st = WICK_OK;
    XGB(api->booster_param(b, "objective", objective), "set the objective");
    XGB(api->booster_param(b, "tree_method", choice(m, "tree_method", "hist")), "set tree_method");
    XGB(api->booster_param(b, "grow_policy", choice(m, "grow_policy", "depthwise")),
        "set grow_policy");
    XGB(api->booster_param(b, "eval_metric", metric_of(m, objective)), "set eval_metric");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const double v = param(m, numbers[i], WICK_NA);
        if (!isnan(v)) WICK_TRY(set_number(ctx, api, b, numbers[i], v));
    }
    /* 0 means by the number of features, as forests have it; boosting takes them all. */
    const double p = m->n_features, node = param(m, "colsample_bynode", 1.0);
    WICK_TRY(set_number(ctx, api, b, "colsample_bynode", node > 0.0 ? node : sqrt(p) / p));
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        for (int k = 0; m->spec->param[k].name != NULL; k++) {
            if (strcmp(m->spec->param[k].name, texts[i]) == 0 && m->p.text[k][0] != '\0') {
                XGB(api->booster_param(b, texts[i], m->p.text[k]), texts[i]);
            }
        }
    }
    if (m->outputs > 1) WICK_TRY(set_number(ctx, api, b, "num_class", m->outputs));
    WICK_TRY(set_number(ctx, api, b, "seed", (double)(m->seed & 0x7fffffffu)));
    WICK_TRY(set_number(ctx, api, b, "nthread", 1.0));
    if (strcmp(m->spec->name, "random_forest") == 0) {
        WICK_TRY(set_number(ctx, api, b, "eta", 1.0));
        WICK_TRY(set_number(ctx, api, b, "num_parallel_tree", param(m, "trees", 1.0)));
    }
out:
    return st;
}

/* "[3]\tvalid-logloss:0.53": what follows the last colon. */
static bool eval_value(const char *text, double *out)
{
    const char *colon = strrchr(text, ':');
    return colon != NULL && wick_parse_double(colon + 1, (int64_t)strlen(colon + 1), out);
}

typedef struct stopping {
    int64_t rounds, built, best;
    double score;
} stopping;

static wick_status boost(wick_ctx *ctx, const wk_xgb_api *api, const wick_model *m, void *b,
                         void *dtrain, void *dvalid, stopping *s)
{
    const char *metric = metric_of(m, choice(m, "objective", "binary:logistic"));
    const double sign = higher_is_better(metric) ? -1.0 : 1.0;
    const int64_t patience = (int64_t)param(m, "early_stopping", 0.0);
    const double least = param(m, "min_delta", 0.0);
    wick_status st = WICK_OK;
    s->best = -1;
    for (s->built = 0; s->built < s->rounds; s->built++) {
        const int i = (int)s->built;
        if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        XGB(api->update(b, i, dtrain), "add a tree");
        if (dvalid == NULL) continue;
        const char *name = "valid", *text = NULL;
        double v = WICK_NA;
        XGB(api->eval(b, i, &dvalid, &name, 1, &text), "evaluate");
        if (!eval_value(text, &v)) {
            return wick_fail(ctx, WICK_E_INTERNAL, "XGBoost's evaluation reads '%s'", text);
        }
        if (s->best < 0 || sign * (s->score - v) > least) {
            s->best = i;
            s->score = v;
        }
        if (i - s->best >= patience) {
            s->built++;
            break;
        }
    }
out:
    return st;
}

static wick_status new_booster(wick_ctx *ctx, const wk_xgb_api *api, const wick_model *m,
                               void *const *d, uint64_t n, void **out)
{
    void *b = NULL;
    if (api->booster_new(d, n, &b) != 0) return failed(ctx, api, "make a model");
    const wick_status st = set_params(ctx, api, m, b);
    if (st < 0) {
        api->booster_free(b);
        return st;
    }
    *out = b;
    return WICK_OK;
}

static wick_status keep(wick_ctx *ctx, const wk_xgb_api *api, wick_model *m, void *b)
{
    uint64_t n = 0;
    const char *text = NULL;
    wick_status st = WICK_OK;
    if (!isnan(m->best_iteration)) {
        char best[32];
        snprintf(best, sizeof best, "%lld", (long long)m->best_iteration);
        XGB(api->booster_attr(b, "best_iteration", best), "note the best iteration");
    }
    /* Cutting a model loses the names. */
    XGB(api->booster_texts(b, "feature_name", (const char **)m->names, (uint64_t)m->n_features),
        "keep the feature names");
    XGB(api->save(b, "{\"format\":\"json\"}", &n, &text), "write the model");
    st = wk_xgboost_set_text(ctx, m, text, (int64_t)n);
out:
    return st;
}

/* What a fit holds on to. */
typedef struct job {
    int32_t *fit_rows, *valid_rows;
    void *dtrain, *dvalid, *booster, *sliced;
} job;

static void job_free(const wk_xgb_api *api, job *j)
{
    free(j->fit_rows);
    free(j->valid_rows);
    if (j->booster != NULL) api->booster_free(j->booster);
    if (j->sliced != NULL) api->booster_free(j->sliced);
    if (j->dtrain != NULL) api->dmatrix_free(j->dtrain);
    if (j->dvalid != NULL) api->dmatrix_free(j->dvalid);
}

/* Rows for early stopping: given ones, or the end of the training rows. */
static wick_status validation(wick_ctx *ctx, const wick_model *m, const wick_fit_in *in, job *j,
                              const int32_t **rows, int64_t *n, int64_t *n_valid)
{
    if (in->valid != NULL) {
        j->valid_rows = wk_items(in->n_valid, sizeof *j->valid_rows);
        if (j->valid_rows == NULL) return wick_fail_mem(ctx);
        for (int64_t i = 0; i < in->n_valid; i++) {
            if (!isnan(in->y[in->valid[i]])) j->valid_rows[(*n_valid)++] = in->valid[i];
        }
    } else {
        const wick_status st = wk_split_tail(ctx, in, param(m, "valid_fraction", 0.2), &j->fit_rows,
                                             n, &j->valid_rows, n_valid);
        if (st < 0) return st;
        *rows = j->fit_rows;
    }
    if (*n_valid == 0 || *n == 0) {
        return wick_fail(ctx, WICK_E_DATA,
                         "no rows for early stopping (or none left to train on); "
                         "set early_stopping to 0");
    }
    return WICK_OK;
}

static wick_status refit(wick_ctx *ctx, const wk_xgb_api *api, wick_model *m, const wick_fit_in *in,
                         int64_t n_fit, stopping *s, job *j)
{
    const double more = (double)in->n_rows / (double)n_fit;
    stopping again = {.rounds = (int64_t)floor((double)(s->best + 1) * more + 0.5)};
    api->booster_free(j->booster);
    api->dmatrix_free(j->dtrain);
    j->booster = j->dtrain = NULL;
    wick_status st = dmatrix(ctx, api, in->x, in->y, in->w, in->rows, in->n_rows, &j->dtrain);
    if (st == WICK_OK) st = new_booster(ctx, api, m, &j->dtrain, 1, &j->booster);
    if (st == WICK_OK) st = boost(ctx, api, m, j->booster, j->dtrain, NULL, &again);
    return st;
}

static wick_status fit(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    const wk_xgb_api *api = NULL;
    const char *objective = choice(m, "objective", "binary:logistic");
    job j = {0};
    stopping s = {.rounds = (int64_t)param(m, "rounds", 1.0)};
    const int32_t *rows = in->rows;
    int64_t n = in->n_rows, n_valid = 0;
    wick_status st = wk_xgb(ctx, &api);
    if (st < 0) return st;
    if (strcmp(objective, "binary:logistic") == 0) WICK_TRY(wk_check_classes(ctx, m, in, false));
    if (strcmp(objective, "multi:softprob") == 0) {
        WICK_TRY(wk_check_classes(ctx, m, in, true));
        if (m->outputs == 1) m->outputs = 2;
    }
    if (param(m, "early_stopping", 0.0) > 0.0) {
        WICK_TRY(validation(ctx, m, in, &j, &rows, &n, &n_valid));
        WICK_TRY(dmatrix(ctx, api, in->x, in->y, in->w, j.valid_rows, n_valid, &j.dvalid));
    }
    WICK_TRY(dmatrix(ctx, api, in->x, in->y, in->w, rows, n, &j.dtrain));
    void *const both[] = {j.dtrain, j.dvalid};
    WICK_TRY(new_booster(ctx, api, m, both, j.dvalid != NULL ? 2 : 1, &j.booster));
    WICK_TRY(boost(ctx, api, m, j.booster, j.dtrain, j.dvalid, &s));
    m->rounds_built = (double)s.built;
    if (s.best >= 0) {
        m->best_iteration = (double)s.best;
        m->best_score = s.score;
    }
    if (s.best >= 0 && param(m, "refit", 0.0) == 1.0) {
        WICK_TRY(refit(ctx, api, m, in, n, &s, &j));
    } else if (s.best >= 0 && s.best + 1 < s.built) {
        /* The trees after the best one leave the model: any reader then predicts with the best. */
        XGB(api->booster_slice(j.booster, 0, (int)s.best + 1, 1, &j.sliced), "cut the model");
    }
    WICK_TRY(keep(ctx, api, m, j.sliced != NULL ? j.sliced : j.booster));
out:
    job_free(api, &j);
    return st;
}

/* ---- predicting, explaining --------------------------------------------------------------- */

static wick_status predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                           const int32_t *rows, int64_t n, bool margin, double *out)
{
    return wk_forest_predict(ctx, ((const trees *)m->state)->forest, x, rows, n, margin, out);
}

static wick_status revived(wick_ctx *ctx, const wk_xgb_api *api, const wick_model *m, void **out)
{
    const trees *t = m->state;
    void *b = NULL;
    wick_status st = WICK_OK;
    XGB(api->set_global("{\"verbosity\":0}"), "be silent");
    XGB(api->booster_new(NULL, 0, &b), "make a model");
    XGB(api->booster_param(b, "nthread", "1"), "use one thread");
    XGB(api->load(b, t->text, (uint64_t)t->n), "read the model");
    *out = b;
    return WICK_OK;
out:
    if (b != NULL) api->booster_free(b);
    return st;
}

static wick_status gain(wick_ctx *ctx, const wick_model *m, double *out)
{
    const wk_xgb_api *api = NULL;
    void *b = NULL;
    wick_status st = WICK_OK;
    WICK_TRY(wk_xgb(ctx, &api));
    WICK_TRY(revived(ctx, api, m, &b));
    uint64_t n = 0, dim = 0;
    const char **names = NULL;
    const uint64_t *shape = NULL;
    const float *score = NULL;
    XGB(api->score(b, "{\"importance_type\":\"gain\"}", &n, &names, &dim, &shape, &score),
        "weigh the features");
    for (int32_t j = 0; j < m->n_features; j++) out[j] = 0.0; /* a feature never used is absent */
    for (uint64_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < m->n_features; j++) {
            if (strcmp(m->names[j], names[i]) == 0) out[j] = (double)score[i];
        }
    }
out:
    if (b != NULL) api->booster_free(b);
    return st;
}

static wick_status explain(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                           const int32_t *rows, int64_t n, double *out)
{
    const wk_xgb_api *api = NULL;
    void *b = NULL, *d = NULL;
    const uint64_t *shape = NULL;
    const float *v = NULL;
    uint64_t dim = 0;
    wick_status st = WICK_OK;
    if (m->outputs > 1) {
        return wick_fail(ctx, WICK_E_UNSUPPORTED, "contributions of more than two classes");
    }
    WICK_TRY(wk_xgb(ctx, &api));
    WICK_TRY(revived(ctx, api, m, &b));
    WICK_TRY(dmatrix(ctx, api, x, NULL, NULL, rows, n, &d));
    XGB(api->predict(b, d,
                     "{\"type\":2,\"training\":false,\"iteration_begin\":0,\"iteration_end\":0,"
                     "\"strict_shape\":true}",
                     &shape, &dim, &v),
        "explain the predictions");
    for (int64_t i = 0; i < n * (m->n_features + 1); i++) out[i] = (double)v[i];
out:
    if (d != NULL) api->dmatrix_free(d);
    if (b != NULL) api->booster_free(b);
    return st;
}

/* ---- keeping ------------------------------------------------------------------------------ */

const char *wk_xgboost_text(const wick_model *m, int64_t *n)
{
    if (m->spec->predict != predict || m->state == NULL) return NULL;
    const trees *t = m->state;
    *n = t->n;
    return t->text;
}

wick_status wk_xgboost_set_text(wick_ctx *ctx, wick_model *m, const char *text, int64_t n)
{
    if (m->spec->predict != predict) {
        return wick_fail(ctx, WICK_E_PARSE, "model %s has no trees", m->spec->name);
    }
    trees *t = calloc(1, sizeof *t);
    if (t == NULL) return wick_fail_mem(ctx);
    t->text = malloc((size_t)n + 1);
    t->n = n;
    wick_status st = t->text != NULL ? WICK_OK : wick_fail_mem(ctx);
    if (st == WICK_OK) {
        memcpy(t->text, text, (size_t)n);
        t->text[n] = '\0';
        st = wk_forest_parse(ctx, text, n, &t->forest);
    }
    if (st == WICK_OK && (wk_forest_groups(t->forest) != m->outputs ||
                          wk_forest_features(t->forest) != m->n_features)) {
        st = wick_fail(ctx, WICK_E_PARSE, "the trees are of another number of features or classes");
    }
    if (st < 0) {
        trees_free(t);
        return st;
    }
    if (m->state != NULL) trees_free(m->state);
    m->state = t;
    return WICK_OK;
}

/* ---- registry ----------------------------------------------------------------------------- */

static const char *const objectives[] = {"binary:logistic",      "reg:squarederror",
                                         "reg:pseudohubererror", "multi:softprob",
                                         "count:poisson",        NULL};
static const char *const methods[] = {"hist", "exact", "approx", NULL};
static const char *const policies[] = {"depthwise", "lossguide", NULL};
static const char *const metrics[] = {"auto", "logloss", "auc",      "aucpr", "error",
                                      "rmse", "mae",     "mlogloss", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};

#define TREE_FLAGS (WICK_MODEL_NA | WICK_MODEL_CLASSES | WICK_MODEL_MANY | WICK_MODEL_REGRESSION)
#define NUMBER(n, d, l, h)                                                                         \
    {                                                                                              \
        .name = n, .def = d, .lo = l, .hi = h                                                      \
    }
#define WHOLE(n, d, l, h)                                                                          \
    {                                                                                              \
        .name = n, .kind = WICK_ML_INT, .def = d, .lo = l, .hi = h                                 \
    }
#define CHOICE(n, c)                                                                               \
    {                                                                                              \
        .name = n, .kind = WICK_ML_CHOICE, .choice = c                                             \
    }

const wick_model_spec wick_model_xgboost = {
    .name = "xgboost",
    .title = "gradient-boosted trees",
    .formula = "sum of trees, each fitted to the gradient of the ones before it; early stopping on "
               "the end of the training rows",
    .source = "XGBoost 1.7",
    .flags = TREE_FLAGS,
    .param = {CHOICE("objective", objectives),
              WHOLE("rounds", 600, 1, 100000),
              {.name = "early_stopping",
               .kind = WICK_ML_INT,
               .def = 50,
               .lo = 0,
               .hi = 100000,
               .doc = "rounds without improvement before it ends; 0: all rounds"},
              NUMBER("min_delta", 0, 0, 1e9),
              {.name = "valid_fraction",
               .def = 0.2,
               .lo = 0.01,
               .hi = 0.9,
               .doc = "share of the training moments, from their end, for early stopping"},
              {.name = "refit",
               .kind = WICK_ML_CHOICE,
               .choice = no_yes,
               .doc = "train again on all rows, rounds scaled by their number"},
              CHOICE("eval_metric", metrics),
              NUMBER("eta", 0.05, 1e-6, 1),
              WHOLE("max_depth", 4, 0, 64),
              NUMBER("min_child_weight", 5, 0, 1e9),
              NUMBER("subsample", 0.8, 0.01, 1),
              NUMBER("colsample_bytree", 0.8, 0.01, 1),
              NUMBER("colsample_bylevel", 1, 0.01, 1),
              NUMBER("colsample_bynode", 1, 0.01, 1),
              NUMBER("reg_lambda", 1, 0, 1e9),
              NUMBER("reg_alpha", 0, 0, 1e9),
              NUMBER("gamma", 0, 0, 1e9),
              WHOLE("max_bin", 256, 2, 65536),
              WHOLE("max_leaves", 0, 0, 1000000),
              CHOICE("grow_policy", policies),
              NUMBER("max_delta_step", 0, 0, 1e9),
              NUMBER("scale_pos_weight", 1, 1e-6, 1e6),
              NUMBER("base_score", 0.5, -1e9, 1e9),
              WHOLE("num_parallel_tree", 1, 1, 10000),
              CHOICE("tree_method", methods),
              {.name = "monotone_constraints",
               .kind = WICK_ML_TEXT,
               .doc = "\"(1,-1,0)\", one per feature"},
              {.name = "interaction_constraints",
               .kind = WICK_ML_TEXT,
               .doc = "\"[[0,1],[2,3]]\""}},
    .fit = fit,
    .predict = predict,
    .free = trees_free,
    .gain = gain,
    .explain = explain,
};

const wick_model_spec wick_model_random_forest = {
    .name = "random_forest",
    .title = "random forest",
    .formula =
        "mean of trees grown side by side on shares of rows (without replacement) and features",
    .source = "XGBoost 1.7 with num_parallel_tree and eta 1",
    .flags = TREE_FLAGS,
    .param = {CHOICE("objective", objectives),
              WHOLE("trees", 300, 1, 10000),
              WHOLE("max_depth", 8, 1, 64),
              NUMBER("min_child_weight", 5, 0, 1e9),
              NUMBER("subsample", 0.8, 0.01, 1),
              {.name = "colsample_bynode",
               .def = 0,
               .lo = 0,
               .hi = 1,
               .doc = "share of features per split; 0: the square root of their number"},
              NUMBER("reg_lambda", 1e-5, 0, 1e9),
              WHOLE("max_bin", 256, 2, 65536),
              NUMBER("scale_pos_weight", 1, 1e-6, 1e6),
              NUMBER("base_score", 0.5, -1e9, 1e9),
              CHOICE("tree_method", methods)},
    .fit = fit,
    .predict = predict,
    .free = trees_free,
    .gain = gain,
    .explain = explain,
};
