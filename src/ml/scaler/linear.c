/* SPDX-License-Identifier: MIT */
/* registry: wick_scaler_standard wick_scaler_robust wick_scaler_minmax wick_scaler_maxabs */
/* Scalers of the form (x - a) / b; statistics and rules for constant columns as scikit-learn 1.2.
 */
#include <float.h>

#include "ml/ml_int.h"

static double or_one(double range)
{
    return fabs(range) < 10.0 * DBL_EPSILON ? 1.0 : range;
}

/* State: centre, scale, and what else is worth knowing behind them. */
static void apply(const wick_ml_params *p, const double *s, int64_t size, int64_t n,
                  const double *x, double *out)
{
    (void)p;
    (void)size;
    for (int64_t i = 0; i < n; i++) out[i] = (x[i] - s[0]) / s[1];
}

static void inverse(const wick_ml_params *p, const double *s, int64_t size, int64_t n,
                    const double *x, double *out)
{
    (void)p;
    (void)size;
    for (int64_t i = 0; i < n; i++) out[i] = x[i] * s[1] + s[0];
}

/* ---- standard ----------------------------------------------------------------------------- */

static int64_t three(const wick_ml_params *p, int64_t n)
{
    (void)p;
    (void)n;
    return 3;
}

static int64_t two(const wick_ml_params *p, int64_t n)
{
    (void)p;
    (void)n;
    return 2;
}

static void fit_standard(const wick_ml_params *p, int64_t n, int64_t k, const double *sorted,
                         const double *x, double *s)
{
    (void)p;
    (void)n;
    (void)sorted;
    wick_sum sum = {0}, square = {0};
    for (int64_t i = 0; i < k; i++) wick_sum_add(&sum, x[i]);
    const double mean = wick_sum_get(&sum) / (double)k;
    for (int64_t i = 0; i < k; i++) wick_sum_add(&square, (x[i] - mean) * (x[i] - mean));
    const double var = wick_sum_get(&square) / (double)k;
    const double noise = (double)k * mean * DBL_EPSILON;
    const bool constant = var <= (double)k * DBL_EPSILON * var + noise * noise;
    s[0] = mean;
    s[1] = constant ? 1.0 : sqrt(var);
    s[2] = var;
}

const wick_scaler_spec wick_scaler_standard = {
    .name = "standard",
    .title = "mean 0, deviation 1",
    .formula = "(x - mean) / population deviation",
    .source = "scikit-learn 1.2 StandardScaler",
    .size = three,
    .fit = fit_standard,
    .apply = apply,
    .inverse = inverse,
};

/* ---- robust ------------------------------------------------------------------------------- */

static void fit_robust(const wick_ml_params *p, int64_t n, int64_t k, const double *sorted,
                       const double *x, double *s)
{
    (void)n;
    (void)x;
    s[0] = wk_quantile(sorted, k, 0.5);
    s[1] =
        or_one(wk_quantile(sorted, k, p->v[1] / 100.0) - wk_quantile(sorted, k, p->v[0] / 100.0));
}

const wick_scaler_spec wick_scaler_robust = {
    .name = "robust",
    .title = "median 0, distance of two percentiles 1",
    .formula = "(x - median) / (percentile hi - percentile lo)",
    .source = "scikit-learn 1.2 RobustScaler",
    .param = {{.name = "lo", .def = 25, .lo = 0, .hi = 50},
              {.name = "hi", .def = 75, .lo = 50, .hi = 100}},
    .size = two,
    .fit = fit_robust,
    .apply = apply,
    .inverse = inverse,
};

/* ---- minmax: centre and scale express a + (x - min) (b - a) / (max - min) -------------------- */

static int64_t four(const wick_ml_params *p, int64_t n)
{
    (void)p;
    (void)n;
    return 4;
}

static void fit_minmax(const wick_ml_params *p, int64_t n, int64_t k, const double *sorted,
                       const double *x, double *s)
{
    (void)n;
    (void)x;
    const double lo = sorted[0], hi = sorted[k - 1];
    s[0] = lo;
    s[1] = hi;
    s[2] = (p->v[1] - p->v[0]) / or_one(hi - lo);
    s[3] = p->v[0] - lo * s[2];
}

static void apply_minmax(const wick_ml_params *p, const double *s, int64_t size, int64_t n,
                         const double *x, double *out)
{
    (void)size;
    const double a = fmin(p->v[0], p->v[1]), b = fmax(p->v[0], p->v[1]);
    for (int64_t i = 0; i < n; i++) {
        const double y = x[i] * s[2] + s[3];
        out[i] = p->v[2] == 0.0 || isnan(y) ? y : y < a ? a : y > b ? b : y;
    }
}

static void inverse_minmax(const wick_ml_params *p, const double *s, int64_t size, int64_t n,
                           const double *x, double *out)
{
    (void)p;
    (void)size;
    for (int64_t i = 0; i < n; i++) out[i] = (x[i] - s[3]) / s[2];
}

static const char *const no_yes[] = {"no", "yes", NULL};

const wick_scaler_spec wick_scaler_minmax = {
    .name = "minmax",
    .title = "training range onto a..b",
    .formula = "a + (x - min) (b - a) / (max - min); beyond the range it extrapolates unless clip",
    .source = "scikit-learn 1.2 MinMaxScaler",
    .param = {{.name = "a", .def = 0, .lo = -1e6, .hi = 1e6},
              {.name = "b", .def = 1, .lo = -1e6, .hi = 1e6},
              {.name = "clip", .kind = WICK_ML_CHOICE, .choice = no_yes}},
    .size = four,
    .fit = fit_minmax,
    .apply = apply_minmax,
    .inverse = inverse_minmax,
};

/* ---- maxabs ------------------------------------------------------------------------------- */

static void fit_maxabs(const wick_ml_params *p, int64_t n, int64_t k, const double *sorted,
                       const double *x, double *s)
{
    (void)p;
    (void)n;
    (void)x;
    s[0] = 0.0;
    s[1] = or_one(fmax(fabs(sorted[0]), fabs(sorted[k - 1])));
}

const wick_scaler_spec wick_scaler_maxabs = {
    .name = "maxabs",
    .title = "largest size 1",
    .formula = "x / max |x|",
    .source = "scikit-learn 1.2 MaxAbsScaler",
    .size = two,
    .fit = fit_maxabs,
    .apply = apply,
    .inverse = inverse,
};
