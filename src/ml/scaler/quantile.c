/* SPDX-License-Identifier: MIT */
#include "ml/ml_int.h"

enum { N, OUT };

static int64_t size(const wick_ml_params *p, int64_t n)
{
    return p->v[N] < (double)n ? (int64_t)p->v[N] : n;
}

static void fit(const wick_ml_params *p, int64_t n, int64_t k, const double *sorted,
                const double *x, double *q)
{
    (void)x;
    const int64_t m = size(p, n);
    for (int64_t i = 0; i < m; i++) {
        q[i] = wk_quantile(sorted, k, m > 1 ? (double)i / (double)(m - 1) : 0.0);
        /* Interpolation may go down by a last digit; quantiles may not. */
        if (i > 0 && q[i] < q[i - 1]) q[i] = q[i - 1];
    }
}

/* Piecewise linear from the last of equal quantiles onwards (ties: the highest place), the rule of
 * numpy's interp; `sign` -1 reads the table backwards and gives the lowest place. */
static double place(const double *q, int64_t m, double x, int sign)
{
    const double t = sign > 0 ? x : -x;
    const double lowest = sign > 0 ? q[0] : -q[m - 1], highest = sign > 0 ? q[m - 1] : -q[0];
    const double last = (double)(m - 1);
    if (t < lowest) return sign > 0 ? 0.0 : -1.0;
    if (t >= highest) return sign > 0 ? 1.0 : -0.0;
    int64_t lo = 0, hi = m - 1; /* q[lo] <= t < q[hi] in the direction of reading */
    while (hi - lo > 1) {
        const int64_t mid = lo + (hi - lo) / 2;
        const double v = sign > 0 ? q[mid] : -q[m - 1 - mid];
        if (v <= t) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    const double a = sign > 0 ? q[lo] : -q[m - 1 - lo], b = sign > 0 ? q[hi] : -q[m - 1 - hi];
    const double ra = sign > 0 ? (double)lo / last : -(double)(m - 1 - lo) / last;
    const double rb = sign > 0 ? (double)hi / last : -(double)(m - 1 - hi) / last;
    return ra + (rb - ra) / (b - a) * (t - a);
}

/* The mean of both readings puts a value that fills several quantiles into their middle. */
static void apply(const wick_ml_params *p, const double *q, int64_t m, int64_t n, const double *x,
                  double *out)
{
    const bool normal = p->v[OUT] == 1.0;
    const double margin = normal ? 1e-7 : 0.0;
    const double tail = 1e-7 - 0x1p-52;
    const double lo = wick_normal_quantile(tail), hi = wick_normal_quantile(1.0 - tail);
    for (int64_t i = 0; i < n; i++) {
        if (isnan(x[i])) {
            out[i] = WICK_NA;
            continue;
        }
        double y = m > 1 ? 0.5 * (place(q, m, x[i], 1) - place(q, m, x[i], -1)) : 0.0;
        /* The lower end is looked at last: a constant column is 0 throughout. */
        if (normal ? x[i] + margin > q[m - 1] : x[i] == q[m - 1]) y = 1.0;
        if (x[i] > q[m - 1]) y = 1.0;
        if (normal ? x[i] - margin < q[0] : x[i] <= q[0]) y = 0.0;
        if (normal) {
            y = y <= 0.0 ? lo : y >= 1.0 ? hi : wick_normal_quantile(y);
            y = y < lo ? lo : y > hi ? hi : y;
        }
        out[i] = y;
    }
}

static const char *const outs[] = {"uniform", "normal", NULL};

const wick_scaler_spec wick_scaler_quantile = {
    .name = "quantile",
    .title = "place among the training values",
    .formula = "mean of both readings of the piecewise linear distribution function through "
               "min(n, rows) quantiles; normal: inverse normal of it, cut at 1e-7",
    .source = "scikit-learn 1.2 QuantileTransformer without subsampling",
    .param = {{.name = "n", .kind = WICK_ML_INT, .def = 1000, .lo = 2, .hi = 100000},
              {.name = "out", .kind = WICK_ML_CHOICE, .choice = outs}},
    .size = size,
    .fit = fit,
    .apply = apply,
};
