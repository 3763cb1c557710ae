/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_dev wick_ta_cci */
#include "../k_win.h"
#include "../roll.h"

#define ORDER_NOTE                                                                                 \
    "The deviations are added up newest first on every bar, because Pine's bits depend on it; "    \
    "sixteen bars are done side by side. "

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

/* State: the sum machine, then the window. */
static int64_t size(const double *p)
{
    return wk_sum_bytes(wk_window(p, 0)) + wk_win_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_win_init(wk_sum_init(state, wk_window(p, 0)), wk_window(p, 0));
}

/* Mean, and mean absolute deviation about it. */
static void parts(void *state, const double *p, double x, double *mean, double *dev)
{
    const int64_t w = wk_window(p, 0);
    void *window = (char *)state + wk_sum_bytes(w);
    const double *v = wk_win_push(window, x);
    *mean = wk_sum_step(state, x) / p[0];
    double s = 0.0;
    for (int64_t k = w - 1; k >= 0; k--) s += fabs(v[k] - *mean);
    *dev = w == 1 && !isnan(x) ? 0.0 : s / p[0];
}

static wick_status parts_columns(int64_t n, const double *x, const double *p, double *mean,
                                 double *dev)
{
    const int64_t w = wk_window(p, 0);
    const wk_lane l = {x, mean, w, p[0]};
    const wick_status st = wk_roll(n, &l, 1);
    if (st < 0) return st;
    wk_fill_na(w - 1 < n ? w - 1 : n, dev);
    wk_deviation_column(n, x, w, mean, dev);
    for (int64_t i = w - 1; i < n; i++) dev[i] = w == 1 && !isnan(x[i]) ? 0.0 : dev[i] / p[0];
    return WICK_OK;
}

static void dev_step(void *state, const double *p, const double *in, double *out)
{
    double mean;
    parts(state, p, in[0], &mean, out);
}

static wick_status dev_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double *mean = malloc((size_t)(n + 1) * sizeof(double));
    if (mean == NULL) return WICK_E_MEM;
    const wick_status st = parts_columns(n, in[0], p, mean, out[0]);
    free(mean);
    return st;
}

static double cci_of(double x, double mean, double dev)
{
    return dev == 0.0 ? 0.0 : (x - mean) / (0.015 * dev);
}

static void cci_step(void *state, const double *p, const double *in, double *out)
{
    double mean, dev;
    parts(state, p, in[0], &mean, &dev);
    out[0] = cci_of(in[0], mean, dev);
}

static wick_status cci_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double *mean = malloc((size_t)(n + 1) * sizeof(double));
    if (mean == NULL) return WICK_E_MEM;
    const wick_status st = parts_columns(n, in[0], p, mean, out[0]);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] = cci_of(in[0][i], mean[i], out[0][i]);
    free(mean);
    return st;
}

/* Plain reading: two passes over each window of bars. */
static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out,
                       bool cci)
{
    const int64_t w = wk_window(p, 0);
    for (int64_t i = 0; i < n; i++) {
        wick_sum s = {0.0, 0.0}, d = {0.0, 0.0};
        out[0][i] = WICK_NA;
        if (i < w - 1) continue;
        for (int64_t k = 0; k < w; k++) wick_sum_add(&s, in[0][i - k]);
        const double mean = wick_sum_get(&s) / p[0];
        for (int64_t k = 0; k < w; k++) wick_sum_add(&d, fabs(in[0][i - k] - mean));
        const double dev = wick_sum_get(&d) / p[0];
        out[0][i] = !cci ? dev : dev == 0.0 ? 0.0 : (in[0][i] - mean) / (0.015 * dev);
    }
    return WICK_OK;
}

static wick_status dev_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref(n, in, p, out, false);
}

static wick_status cci_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref(n, in, p, out, true);
}

const wick_ta_spec wick_ta_dev = {
    .name = "dev",
    .title = "mean absolute deviation",
    .formula = "mean of |src[i] - sma(src, n)| over the last n bars",
    .source = "Pine v6 ta.dev; bits by pine_semantics.md 5.3",
    .group = "volatility",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"dev", WICK_U_ANY}},
    .warmup = warmup,
    .run = dev_run,
    .ref = dev_ref,
    .state_size = size,
    .state_init = init,
    .step = dev_step,
    .tolerance = 1e-8,
    .note = ORDER_NOTE "An NA in the window gives NA.",
};

const wick_ta_spec wick_ta_cci = {
    .name = "cci",
    .title = "commodity channel index",
    .formula = "(src - sma(src, n)) / (0.015 * dev(src, n))",
    .source = "Pine v6 ta.cci; Lambert 1980; pine_semantics.md 5.2",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HLC3}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"cci", WICK_U_RATIO}},
    .warmup = warmup,
    .run = cci_run,
    .ref = cci_ref,
    .state_size = size,
    .state_init = init,
    .step = cci_step,
    .tolerance = 1e-7,
    .note = ORDER_NOTE "0 where the deviation is zero, as TA-Lib has it.",
};
