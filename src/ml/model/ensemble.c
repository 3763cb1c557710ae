/* SPDX-License-Identifier: MIT */
/* registry: wick_model_average wick_model_stack */
/* Several models as one: the mean of their chances, or a logistic regression over the log odds they
 * gave to rows they had not seen (purged folds). */
#include "ml/ml_int.h"

enum { MODELS, FOLDS, EMBARGO, META_C };
enum { MOST = 16 };

typedef struct team {
    int32_t n;
    wick_model *member[MOST];
    double meta[MOST + 1]; /* stack: a weight per member, then the intercept */
} team;

static void team_free(void *state)
{
    team *t = state;
    for (int32_t i = 0; i < t->n; i++) wick_model_unref(t->member[i]);
    free(t);
}

/* One entry of "logistic(C=0.1, penalty=l1) xgboost(rounds=100)". Copies into `word`. */
typedef struct entry {
    const wick_model_spec *spec;
    wick_ml_params p;
    char text[512]; /* what argument names and texts point into */
} entry;

static wick_status parse_args(wick_ctx *ctx, entry *e)
{
    wick_ml_arg args[WICK_ML_MAX_PARAM];
    char what[64];
    int32_t n = 0;
    for (char *s = e->text; *s != '\0';) {
        char *end = s + strcspn(s, ";"), *next = *end != '\0' ? end + 1 : end;
        *end = '\0';
        while (*s == ' ') s++;
        char *eq = strchr(s, '=');
        if (eq == NULL || n == WICK_ML_MAX_PARAM) {
            return wick_fail(ctx, WICK_E_ARG, "'%s' of model %s is not NAME=VALUE", s,
                             e->spec->name);
        }
        *eq = '\0';
        char *name_end = eq;
        while (name_end > s && name_end[-1] == ' ') *--name_end = '\0';
        args[n] = (wick_ml_arg){.name = s, .text = eq + 1};
        double v;
        if (wick_parse_double(eq + 1, (int64_t)strlen(eq + 1), &v)) {
            args[n] = (wick_ml_arg){.name = s, .number = v};
        }
        n++;
        s = next;
    }
    snprintf(what, sizeof what, "model %s", e->spec->name);
    return wk_params_read(ctx, what, e->spec->param, args, n, &e->p);
}

static wick_status parse_one(wick_ctx *ctx, const wick_model *m, const char **at, entry *e)
{
    char name[64];
    const char *s = *at;
    const size_t n = strcspn(s, " ,(");
    if (n >= sizeof name) return wick_fail(ctx, WICK_E_ARG, "'%.20s...' names no model", s);
    memcpy(name, s, n);
    name[n] = '\0';
    wick_status st = wick_model_check(ctx, name, NULL, 0);
    if (st < 0) return st;
    e->spec = wick_model_find(name);
    if (e->spec->free == team_free || (e->spec->flags & WICK_MODEL_CLASSES) == 0) {
        return wick_fail(ctx, WICK_E_ARG, "model %s cannot be a member of %s", name, m->spec->name);
    }
    s += n;
    e->text[0] = '\0';
    if (*s == '(') {
        const size_t k = strcspn(s + 1, ")");
        if (s[1 + k] != ')' || k >= sizeof e->text) {
            return wick_fail(ctx, WICK_E_ARG, "the parameters of %s have no end (or are too long)",
                             name);
        }
        memcpy(e->text, s + 1, k);
        e->text[k] = '\0';
        s += k + 2;
    }
    *at = s;
    return parse_args(ctx, e);
}

static wick_status parse(wick_ctx *ctx, const wick_model *m, entry *list, int32_t *n)
{
    const char *s = m->p.text[MODELS];
    *n = 0;
    for (;;) {
        s += strspn(s, " ,");
        if (*s == '\0') break;
        if (*n == MOST) return wick_fail(ctx, WICK_E_ARG, "more than %d models", MOST);
        const wick_status st = parse_one(ctx, m, &s, &list[*n]);
        if (st < 0) return st;
        (*n)++;
    }
    if (*n == 0) {
        return wick_fail(ctx, WICK_E_ARG, "model %s needs models, e.g. \"logistic(C=0.1) mlp\"",
                         m->spec->name);
    }
    return WICK_OK;
}

static wick_status fit_members(wick_ctx *ctx, const entry *list, int32_t n, const wick_fit_in *in,
                               team *t)
{
    for (t->n = 0; t->n < n; t->n++) {
        wick_fit_in one = *in;
        one.size = sizeof one;
        one.seed = wick_hash64(&in->seed, sizeof in->seed, (uint64_t)t->n);
        const wick_status st =
            wk_model_fit_params(ctx, list[t->n].spec, &list[t->n].p, &one, &t->member[t->n]);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status fit_average(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    entry *list = wk_items(MOST, sizeof *list);
    team *t = calloc(1, sizeof *t);
    int32_t n = 0;
    wick_status st = WICK_OK;
    m->state = t;
    if (list == NULL || t == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(parse(ctx, m, list, &n));
    WICK_TRY(fit_members(ctx, list, n, in, t));
out:
    free(list);
    return st;
}

static double log_odds(double p)
{
    const double q = p < 1e-9 ? 1e-9 : p > 1.0 - 1e-9 ? 1.0 - 1e-9 : p;
    return log(q / (1.0 - q));
}

/* ---- stack -------------------------------------------------------------------------------- */

/* Log odds of every member for the training rows by folds whose training rows do not know them. */
static wick_status out_of_fold(wick_ctx *ctx, const wick_model *m, const entry *list, int32_t n,
                               const wick_fit_in *in, double *const *odds)
{
    const int64_t rows = in->x->index->n;
    const wick_fold_opts o = {.size = sizeof o,
                              .kind = WICK_FOLDS_PURGED,
                              .k = (int32_t)wk_p(m, FOLDS),
                              .embargo = (int64_t)wk_p(m, EMBARGO)};
    double *y = wk_items(rows, sizeof *y), *p = wk_items(rows, sizeof *p);
    int64_t *t0 = wk_items(2 * rows, sizeof *t0);
    wick_folds *f = NULL;
    wick_status st = y != NULL && p != NULL && t0 != NULL ? WICK_OK : wick_fail_mem(ctx);
    if (st < 0) goto out;
    for (int64_t i = 0; i < rows; i++) {
        y[i] = WICK_NA;
        t0[i] = in->x->index->tick[i];
        t0[rows + i] = in->labels != NULL ? in->labels->tick1[i] : t0[i];
    }
    for (int64_t i = 0; i < in->n_rows; i++) y[in->rows[i]] = in->y[in->rows[i]];
    WICK_TRY(wick_folds_new(ctx, rows, t0, t0 + rows, y, &o, &f));
    for (int64_t k = 0; k < wick_folds_count(f); k++) {
        team t = {0};
        wick_fit_in part = *in;
        int64_t n_test = 0;
        const int32_t *test = wick_folds_test(f, k, &n_test);
        part.rows = wick_folds_train(f, k, &part.n_rows);
        part.valid = NULL;
        st = fit_members(ctx, list, n, &part, &t);
        for (int32_t i = 0; st == WICK_OK && i < n; i++) {
            st = wick_model_predict(ctx, t.member[i], in->x, test, n_test, p);
            for (int64_t r = 0; st == WICK_OK && r < n_test; r++) odds[i][test[r]] = log_odds(p[r]);
        }
        for (int32_t i = 0; i < t.n; i++) wick_model_unref(t.member[i]);
        if (st < 0) {
            wick_note(ctx, "in fold %lld of the stack", (long long)k + 1);
            goto out;
        }
    }
out:
    wick_folds_unref(f);
    free(y);
    free(p);
    free(t0);
    return st;
}

static wick_status fit_meta(wick_ctx *ctx, const wick_model *m, const wick_fit_in *in, int32_t n,
                            double *const *odds, double *meta)
{
    char names[MOST][32];
    const char *list[MOST];
    for (int32_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "member_%d", (int)i + 1);
        list[i] = names[i];
    }
    const wick_matrix_in x = {.size = sizeof x,
                              .n = in->x->index->n,
                              .p = n,
                              .names = list,
                              .columns = (const double *const *)odds};
    const wick_ml_arg c = {.name = "C", .number = wk_p(m, META_C)};
    wick_matrix *mx = NULL;
    wick_model *model = NULL;
    wick_status st = wick_matrix_new(ctx, &x, &mx);
    if (st < 0) return st;
    wick_fit_in meta_in = *in;
    meta_in.x = mx;
    meta_in.labels = NULL;
    st = wick_model_fit(ctx, "logistic", &c, 1, &meta_in, &model);
    if (st == WICK_OK) memcpy(meta, model->state, (size_t)(n + 1) * sizeof *meta);
    wick_model_unref(model);
    wick_matrix_unref(mx);
    return st;
}

static wick_status fit_stack(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    const int64_t rows = in->x->index->n;
    double *odds[MOST] = {NULL}, *block = NULL;
    entry *list = wk_items(MOST, sizeof *list);
    team *t = calloc(1, sizeof *t);
    int32_t n = 0;
    wick_status st = WICK_OK;
    m->state = t;
    if (list == NULL || t == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(parse(ctx, m, list, &n));
    block = wk_zero_items(n * rows, sizeof *block);
    if (block == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int32_t i = 0; i < n; i++) odds[i] = block + i * rows;
    WICK_TRY(out_of_fold(ctx, m, list, n, in, odds));
    WICK_TRY(fit_meta(ctx, m, in, n, odds, t->meta));
    WICK_TRY(fit_members(ctx, list, n, in, t));
out:
    free(list);
    free(block);
    return st;
}

/* ---- the same for both -------------------------------------------------------------------- */

static wick_status predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                           const int32_t *rows, int64_t n, bool margin, double *out)
{
    const team *t = m->state;
    const bool stack = strcmp(m->spec->name, "stack") == 0;
    if (margin && !stack) {
        return wick_fail(ctx, WICK_E_UNSUPPORTED, "model %s has no margin", m->spec->name);
    }
    double *p = wk_items(n, sizeof *p);
    if (p == NULL) return wick_fail_mem(ctx);
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < n; i++) out[i] = stack ? t->meta[t->n] : 0.0;
    for (int32_t k = 0; k < t->n && st == WICK_OK; k++) {
        st = wick_model_predict(ctx, t->member[k], x, rows, n, p);
        for (int64_t i = 0; st == WICK_OK && i < n; i++) {
            out[i] += stack ? t->meta[k] * log_odds(p[i]) : p[i] / (double)t->n;
        }
    }
    for (int64_t i = 0; i < n && stack && !margin; i++) out[i] = wk_sigmoid(out[i]);
    free(p);
    return st;
}

static void save(const wick_model *m, wick_json_writer *w)
{
    const team *t = m->state;
    wick_jw_object(w);
    wk_json_write_doubles(w, "meta", t->meta, t->n + 1);
    wick_jw_key(w, "members");
    wick_jw_array(w);
    for (int32_t i = 0; i < t->n; i++) wk_model_save(t->member[i], w);
    wick_jw_end(w);
    wick_jw_key(w, "xgboost");
    wick_jw_array(w);
    for (int32_t i = 0; i < t->n; i++) {
        int64_t n = 0;
        wick_jw_string(w, wk_xgboost_text(t->member[i], &n));
    }
    wick_jw_end(w);
    wick_jw_end(w);
}

static wick_status load(wick_ctx *ctx, wick_model *m, const wick_json *j)
{
    const wick_json *members = wick_json_get(j, "members"), *texts = wick_json_get(j, "xgboost");
    const int64_t n = wick_json_count(members);
    double *meta = NULL;
    if (n < 1 || n > MOST || wick_json_count(texts) != n) {
        return wick_fail(ctx, WICK_E_PARSE, "model %s has no members", m->spec->name);
    }
    team *t = calloc(1, sizeof *t);
    if (t == NULL) return wick_fail_mem(ctx);
    m->state = t;
    wick_status st = wk_json_read_doubles(ctx, j, "meta", n + 1, &meta, NULL);
    if (st < 0) return st;
    memcpy(t->meta, meta, (size_t)(n + 1) * sizeof *meta);
    free(meta);
    for (; t->n < n && st == WICK_OK; t->n++) {
        wick_model **k = &t->member[t->n];
        const char *text = wick_json_string(wick_json_at(texts, t->n));
        st = wk_model_load(ctx, wick_json_at(members, t->n), m->names, m->n_features, k);
        if (st == WICK_OK && text != NULL) {
            st = wk_xgboost_set_text(ctx, *k, text, (int64_t)strlen(text));
        }
        if (st == WICK_OK && (*k)->state == NULL && (*k)->spec->free != NULL) {
            st = wick_fail(ctx, WICK_E_PARSE, "member %d has no trees", (int)t->n + 1);
        }
    }
    return st;
}

#define TEXT_PARAM                                                                                 \
    {                                                                                              \
        .name = "models", .kind = WICK_ML_TEXT,                                                    \
        .doc =                                                                                     \
            "names, each with its parameters: \"logistic(C=0.1; penalty=l1) xgboost(rounds=50)\""  \
    }

const wick_model_spec wick_model_average = {
    .name = "average",
    .title = "mean of several models",
    .formula = "mean of the members' chances",
    .source = "scikit-learn 1.2 VotingClassifier, voting soft",
    .flags = WICK_MODEL_NA | WICK_MODEL_CLASSES,
    .param = {TEXT_PARAM},
    .fit = fit_average,
    .predict = predict,
    .save = save,
    .load = load,
    .free = team_free,
};

const wick_model_spec wick_model_stack = {
    .name = "stack",
    .title = "logistic regression over several models",
    .formula = "logistic regression on the log odds the members give out of fold (purged)",
    .source = "Wolpert 1992",
    .flags = WICK_MODEL_NA | WICK_MODEL_CLASSES,
    .param =
        {TEXT_PARAM,
         {.name = "folds", .kind = WICK_ML_INT, .def = 5, .lo = 2, .hi = 32},
         {.name = "embargo", .kind = WICK_ML_INT, .def = 0, .lo = 0, .hi = 100000, .doc = "bars"},
         {.name = "C", .def = 1, .lo = 1e-9, .hi = 1e9, .doc = "of the logistic regression"}},
    .fit = fit_stack,
    .predict = predict,
    .save = save,
    .load = load,
    .free = team_free,
};
