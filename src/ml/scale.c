/* SPDX-License-Identifier: MIT */
/* Scalers: fitting column by column, applying, keeping. The kinds are in scaler/. */
#include "ml/ml_int.h"

struct wick_scaler {
    atomic_int refs;
    const wick_scaler_spec *spec;
    wick_ml_params p;
    int32_t columns;
    char **names;
    int64_t size;  /* numbers per column */
    double *state; /* columns x size */
    bool *empty;   /* no value in the training rows: passes unchanged */
};

int64_t wick_scaler_count(void)
{
    return wk_scaler_table_n;
}

const wick_scaler_spec *wick_scaler_at(int64_t i)
{
    return i >= 0 && i < wk_scaler_table_n ? wk_scaler_table[i] : NULL;
}

const wick_scaler_spec *wick_scaler_find(const char *name)
{
    for (int64_t i = 0; name != NULL && i < wk_scaler_table_n; i++) {
        if (strcmp(wk_scaler_table[i]->name, name) == 0) return wk_scaler_table[i];
    }
    return NULL;
}

static wick_status find(wick_ctx *ctx, const char *name, const wick_scaler_spec **out)
{
    enum { MOST = 64 };
    const char *names[MOST];
    *out = wick_scaler_find(name);
    if (*out != NULL) return WICK_OK;
    for (int64_t i = 0; i < wk_scaler_table_n && i < MOST; i++) names[i] = wk_scaler_table[i]->name;
    const char *near =
        wick_nearest(name, names, wk_scaler_table_n < MOST ? wk_scaler_table_n : MOST);
    if (near == NULL) return wick_fail(ctx, WICK_E_ARG, "unknown scaler '%s'", name);
    return wick_fail(ctx, WICK_E_ARG, "unknown scaler '%s'; did you mean '%s'?", name, near);
}

static wick_status scaler_new(wick_ctx *ctx, const wick_scaler_spec *spec, const wick_ml_params *p,
                              const char *const *names, int32_t columns, int64_t size,
                              wick_scaler **out)
{
    wick_scaler *s = calloc(1, sizeof *s);
    if (s == NULL) return wick_fail_mem(ctx);
    atomic_init(&s->refs, 1);
    s->spec = spec;
    s->p = *p;
    s->columns = columns;
    s->size = size;
    s->names = wk_names_copy(names, columns);
    s->state = wk_zero_items(columns * size, sizeof *s->state);
    s->empty = wk_zero_items(columns, sizeof *s->empty);
    if (s->names == NULL || s->state == NULL || s->empty == NULL) {
        wick_scaler_unref(s);
        return wick_fail_mem(ctx);
    }
    *out = s;
    return WICK_OK;
}

wick_status wick_scaler_fit(wick_ctx *ctx, const char *name, const wick_ml_arg *args,
                            int32_t n_args, const wick_matrix *m, const int32_t *rows,
                            int64_t n_rows, wick_scaler **out)
{
    const wick_scaler_spec *spec = NULL;
    wick_ml_params p;
    wick_scaler *s = NULL;
    double *x = NULL, *sorted = NULL, *tmp = NULL;
    char what[64];
    if (m == NULL || out == NULL) return wick_fail(ctx, WICK_E_ARG, "a scaler needs a matrix");
    if (rows == NULL) n_rows = m->index->n;
    wick_status st = WICK_OK;
    WICK_TRY(find(ctx, name != NULL ? name : "none", &spec));
    snprintf(what, sizeof what, "scaler %s", spec->name);
    WICK_TRY(wk_params_read(ctx, what, spec->param, args, n_args, &p));
    WICK_TRY(wk_rows_check(ctx, m, rows, n_rows));
    if (n_rows == 0) {
        st = wick_fail(ctx, WICK_E_DATA, "%s has no rows to be fitted on", what);
        goto out;
    }
    WICK_TRY(
        scaler_new(ctx, spec, &p, (const char *const *)m->names, m->p, spec->size(&p, n_rows), &s));
    x = wk_items(n_rows, sizeof *x);
    sorted = wk_items(n_rows, sizeof *sorted);
    tmp = wk_items(n_rows, sizeof *tmp);
    if (x == NULL || sorted == NULL || tmp == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int32_t j = 0; j < m->p && s->size > 0; j++) {
        int64_t k = 0;
        for (int64_t i = 0; i < n_rows; i++) {
            const double v = m->columns[j]->v[wk_row(rows, i)];
            if (!isnan(v)) x[k++] = v;
        }
        s->empty[j] = k == 0;
        if (k == 0) continue;
        memcpy(sorted, x, (size_t)k * sizeof *x);
        wk_sort(sorted, tmp, k);
        spec->fit(&p, n_rows, k, sorted, x, s->state + j * s->size);
    }
    *out = s;
    s = NULL;
out:
    wick_scaler_unref(s);
    free(x);
    free(sorted);
    free(tmp);
    return st;
}

wick_status wk_scaler_none(wick_ctx *ctx, const wick_matrix *m, wick_scaler **out)
{
    const wick_ml_params p = {0};
    return scaler_new(ctx, wick_scaler_find("none"), &p, (const char *const *)m->names, m->p, 0,
                      out);
}

typedef void (*way_fn)(const wick_ml_params *p, const double *state, int64_t size, int64_t n,
                       const double *x, double *out);

static wick_status way(wick_ctx *ctx, const wick_scaler *s, const wick_matrix *m, way_fn fn,
                       wick_matrix **out)
{
    const wick_status st = wk_names_match(ctx, "the scaler", m, s->names, s->columns);
    if (st < 0) return st;
    if (s->size == 0) {
        *out = wick_matrix_ref((wick_matrix *)(uintptr_t)m);
        return WICK_OK;
    }
    wick_matrix *x = wk_matrix_like(m);
    if (x == NULL) return wick_fail_mem(ctx);
    const int64_t n = m->index->n;
    for (int32_t j = 0; j < m->p; j++) {
        if (s->empty[j]) {
            memcpy(x->columns[j]->v, m->columns[j]->v, (size_t)n * sizeof(double));
        } else {
            fn(&s->p, s->state + j * s->size, s->size, n, m->columns[j]->v, x->columns[j]->v);
        }
    }
    *out = x;
    return WICK_OK;
}

wick_status wick_scaler_apply(wick_ctx *ctx, const wick_scaler *s, const wick_matrix *m,
                              wick_matrix **out)
{
    return way(ctx, s, m, s->spec->apply, out);
}

wick_status wick_scaler_inverse(wick_ctx *ctx, const wick_scaler *s, const wick_matrix *m,
                                wick_matrix **out)
{
    if (s->spec->inverse == NULL) {
        return wick_fail(ctx, WICK_E_UNSUPPORTED, "scaler %s has no way back", s->spec->name);
    }
    return way(ctx, s, m, s->spec->inverse, out);
}

const wick_scaler_spec *wick_scaler_spec_of(const wick_scaler *s)
{
    return s->spec;
}

const double *wick_scaler_state(const wick_scaler *s, int32_t column, int64_t *n)
{
    const bool there = column >= 0 && column < s->columns && !s->empty[column];
    if (n != NULL) *n = there ? s->size : 0;
    return there ? s->state + column * s->size : NULL;
}

wick_scaler *wick_scaler_ref(wick_scaler *s)
{
    if (s != NULL) atomic_fetch_add(&s->refs, 1);
    return s;
}

void wick_scaler_unref(wick_scaler *s)
{
    if (s == NULL || atomic_fetch_sub(&s->refs, 1) > 1) return;
    free(s->names);
    free(s->state);
    free(s->empty);
    free(s);
}

/* ---- keeping ------------------------------------------------------------------------------ */

void wk_scaler_save(const wick_scaler *s, wick_json_writer *w)
{
    wick_jw_object(w);
    wick_jw_key(w, "name");
    wick_jw_string(w, s->spec->name);
    wick_jw_key(w, "params");
    wk_params_write(w, s->spec->param, &s->p);
    wick_jw_key(w, "state");
    wick_jw_array(w);
    for (int32_t j = 0; j < s->columns; j++) {
        wk_json_write_doubles(w, NULL, s->state + j * s->size, s->empty[j] ? 0 : s->size);
    }
    wick_jw_end(w);
    wick_jw_end(w);
}

wick_status wk_scaler_load(wick_ctx *ctx, const wick_json *j, const char *const *names, int32_t p,
                           wick_scaler **out)
{
    const wick_scaler_spec *spec = NULL;
    wick_ml_params params;
    wick_scaler *s = NULL;
    const char *name = wick_json_string(wick_json_get(j, "name"));
    const wick_json *state = wick_json_get(j, "state");
    int64_t size = 0;
    wick_status st = WICK_OK;
    WICK_TRY(find(ctx, name != NULL ? name : "", &spec));
    WICK_TRY(wk_params_from_json(ctx, "scaler", spec->param, wick_json_get(j, "params"), &params));
    if (wick_json_count(state) != p) {
        return wick_fail(ctx, WICK_E_PARSE, "the scaler has another number of columns");
    }
    for (int32_t k = 0; k < p; k++) {
        const int64_t n = wick_json_count(wick_json_at(state, k));
        size = n > size ? n : size;
    }
    if (size != spec->size(&params, size)) {
        return wick_fail(ctx, WICK_E_PARSE, "scaler %s cannot have %lld numbers a column", name,
                         (long long)size);
    }
    WICK_TRY(scaler_new(ctx, spec, &params, names, p, size, &s));
    for (int32_t k = 0; k < p; k++) {
        const wick_json *row = wick_json_at(state, k);
        double *v = NULL;
        s->empty[k] = wick_json_count(row) == 0 && size > 0;
        if (s->empty[k]) continue;
        WICK_TRY(wk_json_read_doubles(ctx, row, NULL, size, &v, NULL));
        memcpy(s->state + k * size, v, (size_t)size * sizeof *v);
        free(v);
    }
    *out = s;
    s = NULL;
out:
    wick_scaler_unref(s);
    return st;
}
