/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_linreg_intercept wick_ta_linreg_forecast */
/* registry: wick_ta_linreg_r2 wick_ta_linreg_stderr */
#include "../k_moments.h"
#include "../k_parts.h"
#include "../k_ramp.h"

/* What the least squares line through a window has besides its end (linreg) and slope. Parameter:
 * n.
 */

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

/* Slope as in slope: positions 1..w, squares of the centred positions add up to w(w*w-1)/12. */
static double slope_of(double w, double sum, double ramp)
{
    return 6.0 * (2.0 * ramp - (w + 1.0) * sum) / (w * (w * w - 1.0));
}

/* ---- points of the line ---------------------------------------------------------------------- */

static int64_t point_size(const double *p)
{
    return wk_ramp_bytes(wk_window(p, 0));
}

static void point_init(void *state, const double *p)
{
    wk_ramp_init(state, wk_window(p, 0));
}

WK_INLINE double point(double w, double ahead, double sum, double ramp, double base)
{
    return wk_finite(wk_ramp_line(w, ahead, sum, ramp, base));
}

static inline double intercept(const double *p, double sum, double ramp, double base)
{
    return point(p[0], (1.0 - p[0]) / 2.0, sum, ramp, base);
}

static inline double forecast(const double *p, double sum, double ramp, double base)
{
    return point(p[0], (p[0] + 1.0) / 2.0, sum, ramp, base);
}

static void intercept_step(void *state, const double *p, const double *in, double *out)
{
    double sum, ramp, base;
    const bool full = wk_ramp_step(state, in[0], &sum, &ramp, &base);
    out[0] = full ? intercept(p, sum, ramp, base) : WICK_NA;
}

static void forecast_step(void *state, const double *p, const double *in, double *out)
{
    double sum, ramp, base;
    const bool full = wk_ramp_step(state, in[0], &sum, &ramp, &base);
    out[0] = full ? forecast(p, sum, ramp, base) : WICK_NA;
}

static wick_status intercept_run(int64_t n, const double *const *in, const double *p,
                                 double *const *out)
{
    const double own[1] = {p[0]};
    return wk_ramp_column(n, in[0], wk_window(p, 0), intercept, own, out[0]);
}

static wick_status forecast_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    const double own[1] = {p[0]};
    return wk_ramp_column(n, in[0], wk_window(p, 0), forecast, own, out[0]);
}

/* ---- how well it fits ------------------------------------------------------------------------ */

/* The window's moments, then its ramp. */
static int64_t fit_size(const double *p)
{
    return wk_mom_bytes(wk_window(p, 0)) + point_size(p);
}

static void fit_init(void *state, const double *p)
{
    wk_ramp_init(wk_mom_init(state, wk_window(p, 0)), wk_window(p, 0));
}

/* Sums of squares about the mean: of the values and of the line. */
WK_INLINE bool squares(void *state, const double *p, double x, double *all, double *line)
{
    const double w = p[0];
    double sum, ramp, base;
    wk_mom m;
    const bool full = wk_ramp_step(wk_mom_end(state), x, &sum, &ramp, &base);
    if (!wk_mom_step(state, x, &m) || !full) return false;
    const double slope = slope_of(w, sum, ramp);
    *all = m.m2;
    *line = slope * slope * (w * (w * w - 1.0) / 12.0);
    if (*line > *all) *line = *all;
    return true;
}

static void r2_step(void *state, const double *p, const double *in, double *out)
{
    double all, line;
    out[0] = squares(state, p, in[0], &all, &line) ? wk_finite(line / all) : WICK_NA;
}

static void stderr_step(void *state, const double *p, const double *in, double *out)
{
    double all, line;
    out[0] = WICK_NA;
    if (squares(state, p, in[0], &all, &line))
        out[0] = wk_finite(sqrt((all - line) / (p[0] - 2.0)));
}

static wick_status r2_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, fit_size, fit_init, r2_step);
}

static wick_status stderr_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, fit_size, fit_init, stderr_step);
}

#define SPEC(of, part, n_lo, u)                                                                    \
    .in = {WK_IN_SRC}, .param = {{"n", 14, n_lo, WK_WINDOW_MAX, .is_int = 1}},                     \
    .out = {{"linreg_" #of, u}}, .warmup = warmup, .run = of##_run, .state_size = part##_size,     \
    .state_init = part##_init, .step = of##_step

const wick_ta_spec wick_ta_linreg_intercept = {
    .name = "linreg_intercept",
    .title = "intercept of the least squares line",
    .formula = "the line through the last n values at the oldest of them",
    .source = "TA-Lib LINEARREG_INTERCEPT",
    .group = "trend",
    SPEC(intercept, point, 2, WICK_U_ANY),
    .note = "An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_linreg_forecast = {
    .name = "linreg_forecast",
    .title = "time series forecast (TSF)",
    .formula = "the least squares line through the last n values, one bar after the newest",
    .source = "TA-Lib TSF",
    .group = "trend",
    SPEC(forecast, point, 2, WICK_U_ANY),
    .note = "A forecast from bars that have closed. An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_linreg_r2 = {
    .name = "linreg_r2",
    .title = "R squared of the least squares line",
    .formula = "sum((line - mean)^2) / sum((src - mean)^2) over the last n values",
    .source = "the coefficient of determination; the square of the correlation with time",
    .group = "statistic",
    SPEC(r2, fit, 3, WICK_U_RATIO),
    .note = "0 to 1. Equal values give NA, and so does an NA anywhere in the window.",
};

const wick_ta_spec wick_ta_linreg_stderr = {
    .name = "linreg_stderr",
    .title = "standard error of the least squares line",
    .formula = "sqrt(sum((src - line)^2) / (n - 2)) over the last n values",
    .source = "the standard error of the estimate of a simple regression",
    .group = "statistic",
    SPEC(stderr, fit, 3, WICK_U_ANY),
    .note =
        "Divided by n - 2, the degrees of freedom of a line. An NA anywhere in the window gives "
        "NA.",
};
