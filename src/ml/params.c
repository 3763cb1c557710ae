/* SPDX-License-Identifier: MIT */
/* Parameter lists of scalers and models: reading, checking, writing. Nothing unknown passes. */
#include "ml/ml_int.h"

static int64_t length(const wick_ml_param *list)
{
    int64_t n = 0;
    while (list[n].name != NULL) n++;
    return n;
}

static wick_status unknown(wick_ctx *ctx, const char *what, const wick_ml_param *list,
                           const char *name)
{
    const char *names[WICK_ML_MAX_PARAM + 1];
    const int64_t n = length(list);
    for (int64_t i = 0; i < n; i++) names[i] = list[i].name;
    const char *near = wick_nearest(name, names, n);
    if (near != NULL) {
        return wick_fail(ctx, WICK_E_ARG, "%s has no parameter '%s'; did you mean '%s'?", what,
                         name, near);
    }
    if (n == 0) return wick_fail(ctx, WICK_E_ARG, "%s has no parameters, so no '%s'", what, name);
    wick_buf b = {0};
    for (int64_t i = 0; i < n; i++) wick_buf_addf(&b, "%s%s", i > 0 ? ", " : "", names[i]);
    const wick_status st = wick_fail(ctx, WICK_E_ARG, "%s has no parameter '%s'; it has %s", what,
                                     name, b.failed ? "others" : b.data);
    wick_buf_free(&b);
    return st;
}

static wick_status read_choice(wick_ctx *ctx, const char *what, const wick_ml_param *q,
                               const wick_ml_arg *a, double *out)
{
    int64_t n = 0;
    while (q->choice[n] != NULL) n++;
    if (a->text == NULL) {
        if (!(a->number >= 0.0 && a->number < (double)n) || a->number != floor(a->number)) {
            return wick_fail(ctx, WICK_E_ARG, "%s: %s is %g; it must be one of %lld names", what,
                             q->name, a->number, (long long)n);
        }
        *out = a->number;
        return WICK_OK;
    }
    for (int64_t i = 0; i < n; i++) {
        if (strcmp(q->choice[i], a->text) == 0) {
            *out = (double)i;
            return WICK_OK;
        }
    }
    const char *near = wick_nearest(a->text, q->choice, n);
    return wick_fail(ctx, WICK_E_ARG, "%s: %s cannot be '%s'; %s '%s'", what, q->name, a->text,
                     near != NULL ? "did you mean" : "the first of its names is",
                     near != NULL ? near : q->choice[0]);
}

static wick_status read_number(wick_ctx *ctx, const char *what, const wick_ml_param *q,
                               const wick_ml_arg *a, double *out)
{
    if (a->text != NULL) {
        return wick_fail(ctx, WICK_E_ARG, "%s: %s is a number, not '%s'", what, q->name, a->text);
    }
    const double v = a->number;
    if (!(v >= q->lo && v <= q->hi) || (q->kind == WICK_ML_INT && v != floor(v))) {
        return wick_fail(ctx, WICK_E_ARG, "%s: %s is %g; it must be %s%g..%g", what, q->name, v,
                         q->kind == WICK_ML_INT ? "a whole number " : "", q->lo, q->hi);
    }
    *out = v;
    return WICK_OK;
}

wick_status wk_params_read(wick_ctx *ctx, const char *what, const wick_ml_param *list,
                           const wick_ml_arg *args, int32_t n_args, wick_ml_params *out)
{
    bool given[WICK_ML_MAX_PARAM] = {false};
    memset(out, 0, sizeof *out);
    const int64_t n = length(list);
    for (int64_t i = 0; i < WICK_ML_MAX_PARAM; i++) out->text[i] = "";
    for (int64_t i = 0; i < n; i++) out->v[i] = list[i].def;
    if (n_args < 0 || (n_args > 0 && args == NULL)) {
        return wick_fail(ctx, WICK_E_ARG, "%s: no arguments were given", what);
    }
    for (int32_t a = 0; a < n_args; a++) {
        int64_t i = 0;
        while (i < n && args[a].name != NULL && strcmp(list[i].name, args[a].name) != 0) i++;
        if (i == n || args[a].name == NULL) {
            return unknown(ctx, what, list, args[a].name != NULL ? args[a].name : "");
        }
        if (given[i]) {
            return wick_fail(ctx, WICK_E_ARG, "%s: %s is given twice", what, list[i].name);
        }
        given[i] = true;
        wick_status st = WICK_OK;
        if (list[i].kind == WICK_ML_TEXT) {
            if (args[a].text == NULL) {
                return wick_fail(ctx, WICK_E_ARG, "%s: %s is a text, not %g", what, list[i].name,
                                 args[a].number);
            }
            out->text[i] = args[a].text;
        } else if (list[i].kind == WICK_ML_CHOICE) {
            st = read_choice(ctx, what, &list[i], &args[a], &out->v[i]);
        } else {
            st = read_number(ctx, what, &list[i], &args[a], &out->v[i]);
        }
        if (st < 0) return st;
    }
    return WICK_OK;
}

void wk_params_write(wick_json_writer *w, const wick_ml_param *list, const wick_ml_params *p)
{
    wick_jw_object(w);
    for (int64_t i = 0; list[i].name != NULL; i++) {
        wick_jw_key(w, list[i].name);
        if (list[i].kind == WICK_ML_TEXT) {
            wick_jw_string(w, p->text[i]);
        } else if (list[i].kind == WICK_ML_CHOICE) {
            wick_jw_string(w, list[i].choice[(int)p->v[i]]);
        } else {
            wick_jw_double(w, p->v[i]);
        }
    }
    wick_jw_end(w);
}

wick_status wk_params_from_json(wick_ctx *ctx, const char *what, const wick_ml_param *list,
                                const wick_json *j, wick_ml_params *out)
{
    wick_ml_arg args[WICK_ML_MAX_PARAM];
    const int64_t n = wick_json_count(j);
    if (j == NULL || wick_json_kind(j) != WICK_JSON_OBJECT || n > WICK_ML_MAX_PARAM) {
        return wick_fail(ctx, WICK_E_PARSE, "%s: its parameters are not an object", what);
    }
    for (int64_t i = 0; i < n; i++) {
        const wick_json *v = wick_json_at(j, i);
        args[i] = (wick_ml_arg){
            .name = wick_json_key(v), .number = wick_json_number(v), .text = wick_json_string(v)};
    }
    return wk_params_read(ctx, what, list, args, (int32_t)n, out);
}

/* ---- numbers in JSON ---------------------------------------------------------------------- */

void wk_json_write_doubles(wick_json_writer *w, const char *key, const double *v, int64_t n)
{
    if (key != NULL) wick_jw_key(w, key);
    wick_jw_array(w);
    for (int64_t i = 0; i < n; i++) wick_jw_double(w, v[i]);
    wick_jw_end(w);
}

wick_status wk_json_read_doubles(wick_ctx *ctx, const wick_json *j, const char *key, int64_t n,
                                 double **out, int64_t *got)
{
    const wick_json *a = key != NULL ? wick_json_get(j, key) : j;
    const int64_t k = wick_json_count(a);
    if (a == NULL || wick_json_kind(a) != WICK_JSON_ARRAY || (n >= 0 && k != n)) {
        return wick_fail(ctx, WICK_E_PARSE, "'%s' must be an array of %s%lld numbers",
                         key != NULL ? key : "state", n >= 0 ? "" : "at least ",
                         (long long)(n >= 0 ? n : 0));
    }
    double *v = wk_items(k, sizeof *v);
    if (v == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < k; i++) {
        const wick_json *e = wick_json_at(a, i);
        v[i] = wick_json_number(e);
        const wick_json_type kind = wick_json_kind(e);
        if (kind != WICK_JSON_NUMBER && kind != WICK_JSON_NULL) {
            free(v);
            return wick_fail(ctx, WICK_E_PARSE, "'%s' holds something that is no number",
                             key != NULL ? key : "state");
        }
    }
    *out = v;
    if (got != NULL) *got = k;
    return WICK_OK;
}

wick_status wk_json_read_int(wick_ctx *ctx, const wick_json *j, const char *key, int64_t lo,
                             int64_t hi, int64_t *out)
{
    const double v = wick_json_number(wick_json_get(j, key));
    if (!(v >= (double)lo && v <= (double)hi) || v != floor(v)) {
        return wick_fail(ctx, WICK_E_PARSE, "'%s' must be a whole number %lld..%lld", key,
                         (long long)lo, (long long)hi);
    }
    *out = (int64_t)v;
    return WICK_OK;
}
