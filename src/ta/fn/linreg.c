/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_linreg wick_ta_slope */
#include "../k_ramp.h"
#include "../k_win.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

/* Windows too long for Pine's order are a ramp (k_win.h). */
static bool is_long(const double *p)
{
    return wk_window(p, 0) > WK_ORDER_MAX;
}

static int64_t size(const double *p)
{
    return is_long(p) ? wk_ramp_bytes(wk_window(p, 0)) : wk_win_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    if (is_long(p))
        wk_ramp_init(state, wk_window(p, 0));
    else
        wk_win_init(state, wk_window(p, 0));
}

static inline double from_ramp(const double *p, double sum, double ramp, double base)
{
    return wk_ramp_line(p[0], (p[0] - 1.0) / 2.0 - p[1], sum, ramp, base);
}

/* Sides of the normal equations that depend on n alone, added up one by one as Pine does. */
typedef struct abscissae {
    double w, sx, denom;
} abscissae;

static abscissae abscissae_of(int64_t w)
{
    double sx = 0.0, sxx = 0.0;
    for (int64_t i = 1; i <= w; i++) {
        const double x = (double)i;
        sx += x;
        sxx += x * x;
    }
    return (abscissae){(double)w, sx, (double)w * sxx - sx * sx};
}

/* Anchored one step short of the point asked for: the algebraically equal forms differ in bits. */
static inline double at_offset(const abscissae *a, double sy, double sxy, double offset)
{
    const double slope = (a->w * sxy - a->sx * sy) / a->denom;
    const double icpt = sy / a->w - slope * a->sx / a->w + slope;
    return icpt + slope * (a->w - 1.0 - offset);
}

static void step(void *state, const double *p, const double *in, double *out)
{
    const int64_t w = wk_window(p, 0);
    if (is_long(p)) {
        double sum, ramp, base;
        const bool full = wk_ramp_step(state, in[0], &sum, &ramp, &base);
        out[0] = full ? from_ramp(p, sum, ramp, base) : WICK_NA;
        return;
    }
    const double *y = wk_win_push(state, in[0]);
    double sy = 0.0, sxy = 0.0;
    out[0] = in[0];
    if (w == 1) return;
    const abscissae a = abscissae_of(w);
    for (int64_t k = 0; k < w; k++) {
        sy += y[k];
        sxy += y[k] * (double)(k + 1);
    }
    out[0] = at_offset(&a, sy, sxy, p[1]);
}

/* Many bars side by side: the order of each bar's own additions stays. */
WK_WIDE static void bars(int64_t n, const double *restrict y, int64_t w, const abscissae *a,
                         double offset, double *restrict out)
{
    const abscissae own = *a;
    int64_t i = w - 1;
    for (; i + WK_BLOCK <= n; i += WK_BLOCK) {
        double sy[WK_BLOCK] = {0.0}, sxy[WK_BLOCK] = {0.0}, x = 0.0;
        const double *from = y + i - w + 1;
        for (int64_t k = 0; k < w; k++) {
            x += 1.0;
            for (int b = 0; b < WK_BLOCK; b++) {
                sy[b] += from[k + b];
                sxy[b] += from[k + b] * x;
            }
        }
        for (int b = 0; b < WK_BLOCK; b++) out[i + b] = at_offset(&own, sy[b], sxy[b], offset);
    }
    for (; i < n; i++) {
        double sy = 0.0, sxy = 0.0;
        for (int64_t k = 0; k < w; k++) {
            sy += y[i - w + 1 + k];
            sxy += y[i - w + 1 + k] * (double)(k + 1);
        }
        out[i] = at_offset(&own, sy, sxy, offset);
    }
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    if (w == 1) {
        memcpy(out[0], in[0], (size_t)n * sizeof(double));
        return WICK_OK;
    }
    if (is_long(p)) {
        const double own[2] = {p[0], p[1]};
        return wk_ramp_column(n, in[0], w, from_ramp, own, out[0]);
    }
    const abscissae a = abscissae_of(w);
    wk_fill_na(w - 1 < n ? w - 1 : n, out[0]);
    bars(n, in[0], w, &a, p[1], out[0]);
    return WICK_OK;
}

/* Plain reading: least squares about the means. */
static bool fit(const double *y, int64_t i, int64_t w, double *mean, double *slope)
{
    wick_sum s = {0.0, 0.0}, xy = {0.0, 0.0}, xx = {0.0, 0.0};
    if (i < w - 1) return false;
    for (int64_t k = 0; k < w; k++) wick_sum_add(&s, y[i - k]);
    *mean = wick_sum_get(&s) / (double)w;
    for (int64_t k = 0; k < w; k++) {
        const double x = (double)(w - 1) / 2.0 - (double)k;
        wick_sum_add(&xy, x * (y[i - k] - *mean));
        wick_sum_add(&xx, x * x);
    }
    *slope = w == 1 ? 0.0 : wick_sum_get(&xy) / wick_sum_get(&xx);
    return true;
}

static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double mean, slope;
    for (int64_t i = 0; i < n; i++)
        out[0][i] = fit(in[0], i, wk_window(p, 0), &mean, &slope)
                        ? mean + slope * ((p[0] - 1.0) / 2.0 - (p[0] > 1.0 ? p[1] : 0.0))
                        : WICK_NA;
    return WICK_OK;
}

/* ---- slope ---------------------------------------------------------------------------------- */

static int64_t slope_size(const double *p)
{
    return wk_ramp_bytes(wk_window(p, 0));
}

static void slope_init(void *state, const double *p)
{
    wk_ramp_init(state, wk_window(p, 0));
}

/* With positions 1..w: sum((x - mean x) * y) = ramp - (w+1)/2 * sum, and the squares of the
 * centred positions add up to w*(w*w-1)/12. */
static inline double slope_of(const double *p, double sum, double ramp, double base)
{
    const double w = p[0];
    (void)base;
    return wk_finite((2.0 * ramp - (w + 1.0) * sum) * (6.0 / (w * (w * w - 1.0))));
}

static void slope_step(void *state, const double *p, const double *in, double *out)
{
    double sum, ramp, base;
    const bool full = wk_ramp_step(state, in[0], &sum, &ramp, &base);
    out[0] = full ? slope_of(p, sum, ramp, base) : WICK_NA;
}

static wick_status slope_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    const double own[1] = {p[0]}; /* a copy that no output can overlap */
    return wk_ramp_column(n, in[0], wk_window(p, 0), slope_of, own, out[0]);
}

static wick_status slope_ref(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    double mean, slope;
    for (int64_t i = 0; i < n; i++)
        out[0][i] = fit(in[0], i, wk_window(p, 0), &mean, &slope) ? slope : WICK_NA;
    return WICK_OK;
}

const wick_ta_spec wick_ta_linreg = {
    .name = "linreg",
    .title = "linear regression value",
    .formula = "least squares line through the last n values, read `offset` bars before the newest",
    .source = "Pine v6 ta.linreg; bits by pine_semantics.md 5.1",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}, {"offset", 0, -5000, 5000, .is_int = 1}},
    .out = {{"linreg", WICK_U_ANY}},
    .warmup = warmup,
    .run = run,
    .ref = ref,
    .state_size = size,
    .state_init = init,
    .step = step,
    .tolerance = 1e-9,
    .note =
        "Up to n = 200 with the bits of Pine, which come from adding the whole window up on every "
        "bar, so the cost grows with n; longer windows from running sums, which are nearer to "
        "the exact value. An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_slope = {
    .name = "slope",
    .title = "slope of the least squares line",
    .formula = "slope per bar of the line through the last n values",
    .source = "TA-Lib LINEARREG_SLOPE; strategies.md 2.1",
    .group = "trend",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"slope", WICK_U_ANY}},
    .warmup = warmup,
    .run = slope_run,
    .ref = slope_ref,
    .state_size = slope_size,
    .state_init = slope_init,
    .step = slope_step,
    .tolerance = 1e-9,
    .note = "An NA anywhere in the window gives NA.",
};
