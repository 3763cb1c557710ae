/* SPDX-License-Identifier: MIT */
/* The registry of covariance estimates. */
#include "alloc/alloc_int.h"

#include <stdlib.h>
#include <string.h>

extern const wick_cov_spec *const wk_cov_table[];
extern const int64_t wk_cov_table_n;

int64_t wick_cov_count(void)
{
    return wk_cov_table_n;
}

const wick_cov_spec *wick_cov_at(int64_t i)
{
    return i >= 0 && i < wk_cov_table_n ? wk_cov_table[i] : NULL;
}

int64_t wk_named(wick_ctx *ctx, const char *const *names, int64_t n, const char *name,
                 const char *what, const char *list)
{
    for (int64_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return i;
    const char *near = wick_nearest(name, names, n);
    (void)wick_fail(ctx, WICK_E_ARG, "no %s called '%s'%s%s%s (wick list %s)", what, name,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", list);
    return -1;
}

const wick_cov_spec *wick_cov_find(wick_ctx *ctx, const char *name)
{
    const char *names[64];
    int64_t n = 0;
    for (; n < wk_cov_table_n && n < 64; n++) names[n] = wk_cov_table[n]->name;
    return wick_cov_at(wk_named(ctx, names, n, name, "covariance is", "covariances"));
}

wick_status wick_cov_eval(wick_ctx *ctx, const wick_cov_spec *spec, int64_t t, int32_t n,
                          const double *returns, double param, double *out)
{
    if (t < 2 || n < 1)
        return wick_fail(ctx, WICK_E_ARG, "a covariance needs two rows of returns and an asset");
    if (isnan(param)) param = spec->def;
    if (spec->param != NULL && !(param >= spec->lo && param <= spec->hi))
        return wick_fail(ctx, WICK_E_ARG, "covariance '%s': %s is %g; it must be %g to %g",
                         spec->name, spec->param, param, spec->lo, spec->hi);
    for (int64_t i = 0; i < t * n; i++)
        if (!isfinite(returns[i]))
            return wick_fail(ctx, WICK_E_DATA, "return %lld of asset %d is not available",
                             (long long)(i / n) + 1, (int)(i % n) + 1);
    double *xc = malloc((size_t)(t * n) * sizeof *xc);
    if (xc == NULL) return wick_fail_mem(ctx);
    for (int32_t k = 0; k < n; k++) {
        wick_sum s = {0.0, 0.0};
        for (int64_t i = 0; i < t; i++) wick_sum_add(&s, returns[i * n + k]);
        const double mean = wick_sum_get(&s) / (double)t;
        for (int64_t i = 0; i < t; i++) xc[i * n + k] = returns[i * n + k] - mean;
    }
    spec->run(t, n, returns, xc, param, out);
    free(xc);
    return WICK_OK;
}

void wk_cov_products(int64_t t, int32_t n, const double *x, double by, double *out)
{
    memset(out, 0, (size_t)n * (size_t)n * sizeof *out);
    for (int64_t i = 0; i < t; i++) {
        const double *r = x + i * n;
        for (int32_t a = 0; a < n; a++) {
            double *row = wk_row(out, n, a);
            const double f = r[a];
            for (int32_t b = 0; b <= a; b++) row[b] += f * r[b];
        }
    }
    for (int32_t a = 0; a < n; a++) {
        for (int32_t b = 0; b <= a; b++) {
            const double v = wk_crow(out, n, a)[b] / by;
            wk_row(out, n, a)[b] = v;
            wk_row(out, n, b)[a] = v;
        }
    }
}

void wk_shrink(int32_t n, double d, double *s)
{
    double mean = 0.0;
    for (int32_t i = 0; i < n; i++) mean += wk_crow(s, n, i)[i] / (double)n;
    for (int32_t i = 0; i < n; i++) {
        double *row = wk_row(s, n, i);
        for (int32_t k = 0; k < n; k++) row[k] *= 1.0 - d;
        row[i] += d * mean;
    }
}
