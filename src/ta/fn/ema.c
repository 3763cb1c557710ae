/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_ema wick_ta_rma */
#include "../k_avg.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return wk_avg_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_avg_init(state, wk_window(p, 0));
}

static void ema_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = wk_ema_step(state, in[0]);
}

static void rma_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = wk_rma_step(state, in[0]);
}

static wick_status many(int64_t n, const double *const *in, int32_t count, const double *const *p,
                        double *const *const *out,
                        wick_status (*columns)(int64_t, const wk_avg_lane *, int32_t))
{
    for (int32_t k = 0; k < count; k += WK_LANES) {
        wk_avg_lane l[WK_LANES];
        const int32_t have = count - k < WK_LANES ? count - k : WK_LANES;
        for (int32_t j = 0; j < have; j++)
            l[j] = (wk_avg_lane){in[0], out[k + j][0], wk_window(p[k + j], 0)};
        const wick_status st = columns(n, l, have);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status ema_many(int64_t n, const double *const *in, int32_t count,
                            const double *const *p, double *const *const *out)
{
    return many(n, in, count, p, out, wk_ema_columns);
}

static wick_status rma_many(int64_t n, const double *const *in, int32_t count,
                            const double *const *p, double *const *const *out)
{
    return many(n, in, count, p, out, wk_rma_columns);
}

static wick_status ema_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_ema_column(n, in[0], wk_window(p, 0), out[0]);
}

static wick_status rma_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_rma_column(n, in[0], wk_window(p, 0), out[0]);
}

/* Plain reading: weight every value by its own power, seed included. */
static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out,
                       double alpha)
{
    const int64_t w = wk_window(p, 0);
    wick_sum seed = {0.0, 0.0};
    int64_t have = 0;
    double e = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        const double x = in[0][i];
        out[0][i] = WICK_NA;
        if (isnan(x)) continue;
        if (++have <= w) {
            wick_sum_add(&seed, x);
            if (have == w) e = wick_sum_get(&seed) / (double)w;
        } else {
            e = alpha * x + (1.0 - alpha) * e;
        }
        if (have >= w) out[0][i] = e;
    }
    return WICK_OK;
}

static wick_status ema_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref(n, in, p, out, 2.0 / (p[0] + 1.0));
}

static wick_status rma_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref(n, in, p, out, 1.0 / p[0]);
}

const wick_ta_spec wick_ta_ema = {
    .name = "ema",
    .title = "exponential moving average",
    .formula = "e + 2/(n+1) * (src - e), seeded with sma(src, n)",
    .source = "Pine v6 ta.ema; seed, operand order and NA rule by pine_semantics.md 4.3",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"ema", WICK_U_ANY}},
    .warmup = warmup,
    .run = ema_run,
    .ref = ema_ref,
    .run_many = ema_many,
    .state_size = size,
    .state_init = init,
    .step = ema_step,
    .tolerance = 1e-11,
    .note = "Seeded with the mean of the first n values as Pine and TA-Lib do; pandas (and the "
            "sketch in Pine's manual) start from the first value.",
};

const wick_ta_spec wick_ta_rma = {
    .name = "rma",
    .title = "Wilder's moving average",
    .formula = "(r * (n-1) + src) / n, seeded with sma(src, n)",
    .source = "Pine v6 ta.rma; Wilder 1978; pine_semantics.md 4.4",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"rma", WICK_U_ANY}},
    .warmup = warmup,
    .run = rma_run,
    .ref = rma_ref,
    .run_many = rma_many,
    .state_size = size,
    .state_init = init,
    .step = rma_step,
    .tolerance = 1e-11,
};
