/* SPDX-License-Identifier: MIT */
/* Models: registry, what every fit checks, predicting, keeping. The kinds are in model/. */
#include "ml/ml_int.h"

int64_t wick_model_count(void)
{
    return wk_model_table_n;
}

const wick_model_spec *wick_model_at(int64_t i)
{
    return i >= 0 && i < wk_model_table_n ? wk_model_table[i] : NULL;
}

const wick_model_spec *wick_model_find(const char *name)
{
    for (int64_t i = 0; name != NULL && i < wk_model_table_n; i++) {
        if (strcmp(wk_model_table[i]->name, name) == 0) return wk_model_table[i];
    }
    return NULL;
}

static wick_status find(wick_ctx *ctx, const char *name, const wick_model_spec **out)
{
    enum { MOST = 64 };
    const char *names[MOST];
    *out = wick_model_find(name);
    if (*out != NULL) return WICK_OK;
    const int64_t n = wk_model_table_n < MOST ? wk_model_table_n : MOST;
    for (int64_t i = 0; i < n; i++) names[i] = wk_model_table[i]->name;
    const char *near = name != NULL ? wick_nearest(name, names, n) : NULL;
    if (near == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "unknown model '%s'", name != NULL ? name : "");
    }
    return wick_fail(ctx, WICK_E_ARG, "unknown model '%s'; did you mean '%s'?", name, near);
}

static wick_status read_params(wick_ctx *ctx, const wick_model_spec *spec, const wick_ml_arg *args,
                               int32_t n_args, wick_ml_params *p)
{
    char what[64];
    snprintf(what, sizeof what, "model %s", spec->name);
    return wk_params_read(ctx, what, spec->param, args, n_args, p);
}

wick_status wick_model_check(wick_ctx *ctx, const char *name, const wick_ml_arg *args,
                             int32_t n_args)
{
    const wick_model_spec *spec = NULL;
    wick_ml_params p;
    const wick_status st = find(ctx, name, &spec);
    return st < 0 ? st : read_params(ctx, spec, args, n_args, &p);
}

/* ---- object ------------------------------------------------------------------------------- */

static wick_model *model_new(const wick_model_spec *spec, const wick_ml_params *p,
                             const char *const *names, int32_t n)
{
    wick_model *m = calloc(1, sizeof *m);
    if (m == NULL) return NULL;
    atomic_init(&m->refs, 1);
    m->spec = spec;
    m->p = *p;
    m->n_features = n;
    m->outputs = 1;
    m->best_iteration = m->best_score = m->rounds_built = WICK_NA;
    m->names = wk_names_copy(names, n);
    bool good = m->names != NULL;
    for (int i = 0; i < WICK_ML_MAX_PARAM && good; i++) {
        m->p.text[i] = "";
        if (p->text[i] == NULL || p->text[i][0] == '\0') continue;
        m->texts[i] = strdup(p->text[i]);
        good = m->texts[i] != NULL;
        m->p.text[i] = m->texts[i];
    }
    if (good) return m;
    wick_model_unref(m);
    return NULL;
}

wick_model *wick_model_ref(wick_model *m)
{
    if (m != NULL) atomic_fetch_add(&m->refs, 1);
    return m;
}

void wick_model_unref(wick_model *m)
{
    if (m == NULL || atomic_fetch_sub(&m->refs, 1) > 1) return;
    if (m->state != NULL && m->spec->free != NULL) m->spec->free(m->state);
    for (int i = 0; i < WICK_ML_MAX_PARAM; i++) free(m->texts[i]);
    free(m->names);
    free(m);
}

/* ---- fitting ------------------------------------------------------------------------------ */

enum { LEAST_ROWS = 30, LEAST_PER_CLASS = 10, MOST_CLASSES = 64 };

wick_status wk_check_classes(wick_ctx *ctx, wick_model *m, const wick_fit_in *in, bool many)
{
    int64_t count[MOST_CLASSES] = {0};
    int32_t classes = 2;
    for (int64_t i = 0; i < in->n_rows; i++) {
        const double y = in->y[in->rows[i]];
        if (!(y >= 0.0 && y < MOST_CLASSES) || y != floor(y)) {
            return wick_fail(ctx, WICK_E_DATA,
                             "model %s learns classes 0, 1, 2 ...; the label of row %d is %g",
                             m->spec->name, (int)in->rows[i], y);
        }
        count[(int)y]++;
        if ((int32_t)y + 1 > classes) classes = (int32_t)y + 1;
    }
    if (classes > 2 && !many) {
        return wick_fail(ctx, WICK_E_DATA, "model %s learns two classes here and there are %d",
                         m->spec->name, (int)classes);
    }
    for (int32_t c = 0; c < classes; c++) {
        if (count[c] >= LEAST_PER_CLASS) continue;
        return wick_fail(ctx, WICK_E_DATA,
                         "%s: %lld of %lld training rows have label %d; at least %d of each class "
                         "are needed",
                         count[c] == 0 ? (c == 1 ? "no positive label" : "a class is missing")
                                       : "too few of a class",
                         (long long)count[c], (long long)in->n_rows, (int)c, (int)LEAST_PER_CLASS);
    }
    m->outputs = classes > 2 ? classes : 1;
    m->positives = count[1];
    return WICK_OK;
}

static wick_status check_features(wick_ctx *ctx, const wick_model *m, const wick_fit_in *in)
{
    const bool takes = (m->spec->flags & WICK_MODEL_NA) != 0;
    for (int32_t j = 0; j < in->x->p; j++) {
        const double *v = in->x->columns[j]->v;
        int64_t there = 0, first = -1;
        for (int64_t i = 0; i < in->n_rows; i++) {
            if (isnan(v[in->rows[i]])) {
                if (first < 0) first = in->rows[i];
            } else {
                there++;
            }
        }
        if (there == 0) {
            return wick_fail(ctx, WICK_E_DATA, "feature '%s' has no value in any training row",
                             in->x->names[j]);
        }
        if (first >= 0 && !takes) {
            return wick_fail(ctx, WICK_E_DATA,
                             "feature '%s' is missing at row %lld and model %s takes no missing "
                             "values; choose an imputer (drop, median, mean or zero)",
                             in->x->names[j], (long long)first, m->spec->name);
        }
    }
    return WICK_OK;
}

/* Labelled rows with a weight above 0. */
static wick_status pick_rows(wick_ctx *ctx, const wick_fit_in *in, int32_t *rows, int64_t *n)
{
    *n = 0;
    for (int64_t i = 0; i < in->n_rows; i++) {
        const int64_t r = wk_row(in->rows, i);
        const double w = in->w != NULL ? in->w[r] : 1.0;
        if (!(w >= 0.0) || isinf(w)) {
            return wick_fail(ctx, WICK_E_ARG, "the weight of row %lld is %g; it must be 0 or more",
                             (long long)r, w);
        }
        if (isinf(in->y[r])) {
            return wick_fail(ctx, WICK_E_DATA, "the label of row %lld is infinite", (long long)r);
        }
        if (!isnan(in->y[r]) && w > 0.0) rows[(*n)++] = (int32_t)r;
    }
    return WICK_OK;
}

static wick_status fit_checked(wick_ctx *ctx, wick_model *m, wick_fit_in *in)
{
    int32_t *rows = NULL;
    wick_status st = WICK_OK;
    if (in->x == NULL) return wick_fail(ctx, WICK_E_ARG, "a fit needs a matrix");
    if ((m->spec->flags & WICK_MODEL_NO_FIT) != 0) return m->spec->fit(ctx, m, in);
    if (in->y == NULL) return wick_fail(ctx, WICK_E_ARG, "a fit needs labels");
    if (in->labels != NULL && in->labels->n != in->x->index->n) {
        return wick_fail(ctx, WICK_E_ARG, "the labels belong to another matrix");
    }
    if (in->rows == NULL) in->n_rows = in->x->index->n;
    WICK_TRY(wk_rows_check(ctx, in->x, in->rows, in->n_rows));
    if (in->valid != NULL) WICK_TRY(wk_rows_check(ctx, in->x, in->valid, in->n_valid));
    rows = wk_items(in->n_rows, sizeof *rows);
    if (rows == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    int64_t n = 0;
    WICK_TRY(pick_rows(ctx, in, rows, &n));
    m->rows = n;
    m->dropped = in->n_rows - n;
    in->rows = rows;
    in->n_rows = n;
    if (n < LEAST_ROWS) {
        st = wick_fail(ctx, WICK_E_DATA, "%lld labelled training rows; model %s needs at least %d",
                       (long long)n, m->spec->name, (int)LEAST_ROWS);
        goto out;
    }
    if ((m->spec->flags & WICK_MODEL_CLASSES) != 0 &&
        (m->spec->flags & WICK_MODEL_REGRESSION) == 0) {
        WICK_TRY(wk_check_classes(ctx, m, in, (m->spec->flags & WICK_MODEL_MANY) != 0));
    }
    WICK_TRY(check_features(ctx, m, in));
    WICK_TRY(m->spec->fit(ctx, m, in));
out:
    free(rows);
    return st;
}

wick_status wk_model_fit_params(wick_ctx *ctx, const wick_model_spec *spec, const wick_ml_params *p,
                                const wick_fit_in *given, wick_model **out)
{
    wick_fit_in in = {0};
    memcpy(&in, given, given->size < sizeof in ? given->size : sizeof in);
    if (in.x == NULL) return wick_fail(ctx, WICK_E_ARG, "a fit needs a matrix");
    wick_model *m = model_new(spec, p, (const char *const *)in.x->names, in.x->p);
    if (m == NULL) return wick_fail_mem(ctx);
    m->seed = in.seed;
    const wick_status st = fit_checked(ctx, m, &in);
    if (st < 0) {
        wick_model_unref(m);
        return wick_note(ctx, "while fitting model %s", spec->name);
    }
    *out = m;
    return WICK_OK;
}

wick_status wick_model_fit(wick_ctx *ctx, const char *name, const wick_ml_arg *args, int32_t n_args,
                           const wick_fit_in *in, wick_model **out)
{
    const wick_model_spec *spec = NULL;
    wick_ml_params p;
    if (in == NULL || out == NULL) return wick_fail(ctx, WICK_E_ARG, "a fit needs its inputs");
    wick_status st = find(ctx, name, &spec);
    if (st == WICK_OK) st = read_params(ctx, spec, args, n_args, &p);
    if (st < 0) return st;
    return wk_model_fit_params(ctx, spec, &p, in, out);
}

/* ---- predicting --------------------------------------------------------------------------- */

static wick_status predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                           const int32_t *rows, int64_t n, bool margin, double *out)
{
    if (m == NULL || x == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "a prediction needs a model, a matrix and room");
    }
    wick_status st = WICK_OK;
    if ((m->spec->flags & WICK_MODEL_NO_FIT) == 0) {
        st = wk_names_match(ctx, "the model", x, m->names, m->n_features);
    }
    if (st == WICK_OK) st = wk_rows_check(ctx, x, rows, n);
    if (st == WICK_OK) st = m->spec->predict(ctx, m, x, rows, n, margin, out);
    if (st < 0 || (m->spec->flags & (WICK_MODEL_NA | WICK_MODEL_NO_FIT)) != 0) return st;
    for (int32_t j = 0; j < x->p; j++) {
        const double *v = x->columns[j]->v;
        for (int64_t i = 0; i < n; i++) {
            if (!isnan(v[wk_row(rows, i)])) continue;
            for (int32_t k = 0; k < m->outputs; k++) out[i * m->outputs + k] = WICK_NA;
        }
    }
    return WICK_OK;
}

wick_status wick_model_predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                               const int32_t *rows, int64_t n, double *out)
{
    return predict(ctx, m, x, rows, n, false, out);
}

wick_status wick_model_margin(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                              const int32_t *rows, int64_t n, double *out)
{
    return predict(ctx, m, x, rows, n, true, out);
}

const wick_model_spec *wick_model_spec_of(const wick_model *m)
{
    return m->spec;
}

int32_t wick_model_outputs(const wick_model *m)
{
    return m->outputs;
}

/* ---- keeping ------------------------------------------------------------------------------ */

void wk_model_save(const wick_model *m, wick_json_writer *w)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)m->seed);
    wick_jw_object(w);
    wick_jw_key(w, "name");
    wick_jw_string(w, m->spec->name);
    wick_jw_key(w, "params");
    wk_params_write(w, m->spec->param, &m->p);
    wick_jw_key(w, "seed");
    wick_jw_string(w, seed);
    wick_jw_key(w, "outputs");
    wick_jw_int(w, m->outputs);
    const int64_t counts[] = {m->rows, m->dropped, m->positives};
    static const char *const count_names[] = {"rows", "dropped", "positives"};
    for (int i = 0; i < 3; i++) {
        wick_jw_key(w, count_names[i]);
        wick_jw_int(w, counts[i]);
    }
    const double facts[] = {m->best_iteration, m->best_score, m->rounds_built};
    wk_json_write_doubles(w, "stopping", facts, 3);
    wick_jw_key(w, "state");
    if (m->spec->save != NULL) {
        m->spec->save(m, w);
    } else {
        wick_jw_null(w);
    }
    wick_jw_end(w);
}

static bool parse_seed(const char *s, uint64_t *out)
{
    uint64_t v = 0;
    if (s == NULL || s[0] == '\0' || strlen(s) > 20) return false;
    for (; *s != '\0'; s++) {
        if (*s < '0' || *s > '9') return false;
        v = v * 10u + (uint64_t)(*s - '0');
    }
    *out = v;
    return true;
}

wick_status wk_model_load(wick_ctx *ctx, const wick_json *j, char *const *names, int32_t n,
                          wick_model **out)
{
    const wick_model_spec *spec = NULL;
    wick_ml_params p;
    wick_model *m = NULL;
    double *facts = NULL;
    int64_t outputs = 1;
    wick_status st = WICK_OK;
    WICK_TRY(find(ctx, wick_json_string(wick_json_get(j, "name")), &spec));
    WICK_TRY(wk_params_from_json(ctx, spec->name, spec->param, wick_json_get(j, "params"), &p));
    WICK_TRY(wk_json_read_doubles(ctx, j, "stopping", 3, &facts, NULL));
    m = model_new(spec, &p, (const char *const *)names, n);
    if (m == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    if (!parse_seed(wick_json_string(wick_json_get(j, "seed")), &m->seed)) {
        st = wick_fail(ctx, WICK_E_PARSE, "'seed' must be a number in quotes");
        goto out;
    }
    WICK_TRY(wk_json_read_int(ctx, j, "outputs", 1, MOST_CLASSES, &outputs));
    WICK_TRY(wk_json_read_int(ctx, j, "rows", 0, INT32_MAX, &m->rows));
    WICK_TRY(wk_json_read_int(ctx, j, "dropped", 0, INT32_MAX, &m->dropped));
    WICK_TRY(wk_json_read_int(ctx, j, "positives", 0, INT32_MAX, &m->positives));
    m->outputs = (int32_t)outputs;
    m->best_iteration = facts[0];
    m->best_score = facts[1];
    m->rounds_built = facts[2];
    if (spec->load != NULL) WICK_TRY(spec->load(ctx, m, wick_json_get(j, "state")));
    *out = m;
    m = NULL;
out:
    wick_model_unref(m);
    free(facts);
    return st;
}

/* ---- tail --------------------------------------------------------------------------------- */

wick_status wk_split_tail(wick_ctx *ctx, const wick_fit_in *in, double share, int32_t **fit,
                          int64_t *n_fit, int32_t **valid, int64_t *n_valid)
{
    const int32_t *tick = in->x->index->tick;
    int64_t moments = 0;
    for (int64_t i = 0; i < in->n_rows; i++) {
        moments += i == 0 || tick[in->rows[i]] != tick[in->rows[i - 1]];
    }
    const int64_t keep = moments - (int64_t)ceil(share * (double)moments);
    int64_t seen = 0, cut = 0;
    for (; cut < in->n_rows; cut++) {
        seen += cut == 0 || tick[in->rows[cut]] != tick[in->rows[cut - 1]];
        if (seen > keep) break;
    }
    *fit = wk_items(in->n_rows, sizeof **fit);
    *valid = wk_items(in->n_rows, sizeof **valid);
    *n_fit = *n_valid = 0;
    if (*fit == NULL || *valid == NULL) {
        free(*fit);
        free(*valid);
        *fit = *valid = NULL;
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < in->n_rows; i++) {
        const int32_t r = in->rows[i];
        if (i >= cut) {
            (*valid)[(*n_valid)++] = r;
        } else if (in->labels == NULL || in->labels->tick1[r] < tick[in->rows[cut]]) {
            (*fit)[(*n_fit)++] = r;
        }
    }
    return WICK_OK;
}
