/* SPDX-License-Identifier: MIT */
/** The registry of indicators: finding them, checking their parameters, running one by name. */
#include "ta_int.h"

int64_t wick_ta_count(void)
{
    return wk_ta_table_n;
}

const wick_ta_spec *wick_ta_at(int64_t i)
{
    return i >= 0 && i < wk_ta_table_n ? wk_ta_table[i] : NULL;
}

const wick_ta_spec *wick_ta_find(const char *name)
{
    int64_t lo = 0, hi = wk_ta_table_n;
    if (name == NULL) return NULL;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        const int order = strcmp(wk_ta_table[mid]->name, name);
        if (order == 0) return wk_ta_table[mid];
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

int32_t wick_ta_inputs(const wick_ta_spec *s)
{
    int32_t k = 0;
    while (s->in[k].name != NULL) k++;
    return k;
}

int32_t wick_ta_given(const wick_ta_spec *s)
{
    int32_t k = 0;
    while (s->in[k].name != NULL && s->in[k].given) k++;
    return k;
}

int32_t wick_ta_params(const wick_ta_spec *s)
{
    int32_t k = 0;
    while (s->param[k].name != NULL) k++;
    return k;
}

int32_t wick_ta_outputs(const wick_ta_spec *s)
{
    int32_t k = 0;
    while (s->out[k].name != NULL) k++;
    return k;
}

static wick_status fail_choice(wick_ctx *ctx, const wick_ta_spec *s, const wick_ta_param *d,
                               double v)
{
    wick_buf names = {0};
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, v);
    for (int64_t k = 0; d->choice[k] != NULL; k++)
        wick_buf_addf(&names, "%s\"%s\" (%lld)", k == 0 ? "" : ", ", d->choice[k], (long long)k);
    const wick_status st =
        names.failed ? wick_fail_mem(ctx)
                     : wick_fail(ctx, WICK_E_ARG, "ta.%s: parameter %s is %s; it is one of %s",
                                 s->name, d->name, text, names.data);
    wick_buf_free(&names);
    return st;
}

static wick_status fail_range(wick_ctx *ctx, const wick_ta_spec *s, const wick_ta_param *d,
                              double v)
{
    char text[WICK_DOUBLE_TEXT], lo[WICK_DOUBLE_TEXT], hi[WICK_DOUBLE_TEXT];
    if (d->choice != NULL) return fail_choice(ctx, s, d, v);
    wick_format_double(lo, d->lo);
    wick_format_double(hi, d->hi);
    if (isnan(v))
        return wick_fail(ctx, WICK_E_ARG,
                         "ta.%s: parameter %s is not a number; it goes from %s to %s", s->name,
                         d->name, lo, hi);
    wick_format_double(text, v);
    return wick_fail(ctx, WICK_E_ARG, "ta.%s: parameter %s is %s; it goes from %s to %s%s", s->name,
                     d->name, text, lo, hi, d->is_int ? ", whole" : "");
}

wick_status wick_ta_check(wick_ctx *ctx, const wick_ta_spec *s, double *p)
{
    for (int32_t k = 0; s->param[k].name != NULL; k++) {
        const wick_ta_param *d = &s->param[k];
        const double v = d->is_int ? trunc(p[k]) : p[k];
        if (!(v >= d->lo && v <= d->hi)) return fail_range(ctx, s, d, p[k]);
        p[k] = v;
    }
    return WICK_OK;
}

static wick_status fail_unknown(wick_ctx *ctx, const char *name)
{
    const char **names = malloc((size_t)(wk_ta_table_n + 1) * sizeof *names);
    if (names == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < wk_ta_table_n; i++) names[i] = wk_ta_table[i]->name;
    const char *near = wick_nearest(name, names, wk_ta_table_n);
    const wick_status st =
        near != NULL ? wick_fail(ctx, WICK_E_ARG,
                                 "no indicator is called \"%s\"; did you mean \"%s\"?", name, near)
                     : wick_fail(ctx, WICK_E_ARG, "no indicator is called \"%s\"", name);
    free(names);
    return st;
}

wick_status wick_ta_run(wick_ctx *ctx, const char *name, int64_t n, const double *const *in,
                        const double *params, int32_t n_params, double *const *out)
{
    if (name == NULL || n < 0 || n_params < 0)
        return wick_fail(ctx, WICK_E_ARG, "ta: a name, n >= 0 and n_params >= 0 are needed");
    const wick_ta_spec *s = wick_ta_find(name);
    if (s == NULL) return fail_unknown(ctx, name);
    const int32_t all = wick_ta_params(s);
    double p[WICK_TA_MAX_PARAM + 1] = {0};
    if (n_params > all)
        return wick_fail(ctx, WICK_E_ARG, "ta.%s takes %d parameter%s, got %d", s->name, (int)all,
                         all == 1 ? "" : "s", (int)n_params);
    for (int32_t k = 0; k < all; k++) {
        if (k >= n_params && s->param[k].required)
            return wick_fail(ctx, WICK_E_ARG, "ta.%s: parameter %s is missing", s->name,
                             s->param[k].name);
        p[k] = k < n_params ? params[k] : s->param[k].def;
    }
    for (int32_t k = 0; s->in[k].name != NULL; k++)
        if (in == NULL || in[k] == NULL)
            return wick_fail(ctx, WICK_E_ARG, "ta.%s: input %s is missing", s->name, s->in[k].name);
    for (int32_t k = 0; s->out[k].name != NULL; k++)
        if (out == NULL || out[k] == NULL)
            return wick_fail(ctx, WICK_E_ARG, "ta.%s: output %s has no column", s->name,
                             s->out[k].name);
    const wick_status st = wick_ta_check(ctx, s, p);
    if (st < 0) return st;
    return s->run(n, in, p, out) < 0 ? wick_fail_mem(ctx) : WICK_OK;
}
