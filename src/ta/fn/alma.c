/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_alma wick_ta_swma */
#include "../k_win.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

/* Each weight is divided by their sum up front, and there is no division afterwards: this is the
 * form whose bits match. */
static void weights(const double *p, double *weight)
{
    const int64_t w = wk_window(p, 0);
    double m = p[1] * (p[0] - 1.0), sum = 0.0;
    if (p[3] != 0.0) m = floor(m);
    const double s = p[0] / p[2];
    for (int64_t i = 0; i < w; i++) {
        const double d = (double)i - m;
        weight[i] = exp(-1.0 * (d * d) / (2.0 * (s * s)));
        sum += weight[i];
    }
    for (int64_t i = 0; i < w; i++) weight[i] /= sum;
}

/* State: weights, then the window. */
static int64_t size(const double *p)
{
    return wk_window(p, 0) * (int64_t)sizeof(double) + wk_win_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    double *weight = state;
    weights(p, weight);
    wk_win_init(weight + wk_window(p, 0), wk_window(p, 0));
}

static void step(void *state, const double *p, const double *in, double *out)
{
    const int64_t w = wk_window(p, 0);
    const double *weight = state;
    const double *x = wk_win_push((wk_win *)(void *)((double *)state + w), in[0]);
    double s = 0.0;
    for (int64_t k = 0; k < w; k++) s += x[k] * weight[k];
    out[0] = s;
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    double *weight = malloc((size_t)w * sizeof(double));
    if (weight == NULL) return WICK_E_MEM;
    weights(p, weight);
    wk_fill_na(w - 1 < n ? w - 1 : n, out[0]);
    wk_dot_column(n, in[0], w, weight, out[0]);
    free(weight);
    return WICK_OK;
}

/* Plain reading: sum of products over sum of weights. */
static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    const double m = p[3] != 0.0 ? floor(p[1] * (p[0] - 1.0)) : p[1] * (p[0] - 1.0);
    const double s = p[0] / p[2];
    for (int64_t i = 0; i < n; i++) {
        wick_sum top = {0.0, 0.0}, norm = {0.0, 0.0};
        for (int64_t k = 0; k < w && i >= w - 1; k++) {
            const double g = exp(-(((double)k - m) * ((double)k - m)) / (2.0 * s * s));
            wick_sum_add(&top, g * in[0][i - w + 1 + k]);
            wick_sum_add(&norm, g);
        }
        out[0][i] = i < w - 1 ? WICK_NA : wick_sum_get(&top) / wick_sum_get(&norm);
    }
    return WICK_OK;
}

/* ---- swma ----------------------------------------------------------------------------------- */

static int64_t swma_warmup(const double *p)
{
    (void)p;
    return 3;
}

static int64_t swma_size(const double *p)
{
    (void)p;
    return 3 * (int64_t)sizeof(double);
}

static void swma_init(void *state, const double *p)
{
    (void)p;
    wk_fill_na(3, state);
}

static void swma_step(void *state, const double *p, const double *in, double *out)
{
    double *x = state;
    (void)p;
    out[0] = (in[0] + 2.0 * x[0] + 2.0 * x[1] + x[2]) / 6.0;
    x[2] = x[1];
    x[1] = x[0];
    x[0] = in[0];
}

static wick_status swma_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const double *x = in[0];
    (void)p;
    wk_fill_na(n < 3 ? n : 3, out[0]);
    for (int64_t i = 3; i < n; i++)
        out[0][i] = (x[i] + 2.0 * x[i - 1] + 2.0 * x[i - 2] + x[i - 3]) / 6.0;
    return WICK_OK;
}

const wick_ta_spec wick_ta_alma = {
    .name = "alma",
    .title = "Arnaud Legoux moving average",
    .formula =
        "weights exp(-(i-m)^2 / (2 s^2)), m = offset*(n-1), s = n/sigma, i = 0 for the oldest, "
        "divided by their sum",
    .source = "Pine v6 ta.alma; pine_semantics.md 5.1",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 9, 1, WK_WINDOW_MAX, .is_int = 1},
              {"offset", 0.85, 0, 1, .is_int = 0},
              {"sigma", 6, 1e-3, 1000, .is_int = 0},
              {"floor", 0, 0, 1, .is_int = 1, .doc = "1: the centre m is rounded down"}},
    .out = {{"alma", WICK_U_ANY}},
    .warmup = warmup,
    .run = run,
    .ref = ref,
    .state_size = size,
    .state_init = init,
    .step = step,
    .tolerance = 1e-11,
    .note =
        "Weights are arbitrary, so every bar reads its whole window; sixteen bars are done side "
        "by side. An NA in the window gives NA.",
};

const wick_ta_spec wick_ta_swma = {
    .name = "swma",
    .title = "symmetrically weighted moving average",
    .formula = "(src + 2*src[1] + 2*src[2] + src[3]) / 6",
    .source = "Pine v6 ta.swma; pine_semantics.md 5.1",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .out = {{"swma", WICK_U_ANY}},
    .warmup = swma_warmup,
    .run = swma_run,
    .state_size = swma_size,
    .state_init = swma_init,
    .step = swma_step,
};
