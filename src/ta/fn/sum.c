/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_sum wick_ta_sma */
#include "../roll.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return wk_sum_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_sum_init(state, wk_window(p, 0));
}

static void sum_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = wk_sum_step(state, in[0]);
}

static void sma_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = wk_sum_step(state, in[0]) / p[0];
}

static wick_status lanes(int64_t n, const double *const *in, int32_t count, const double *const *p,
                         double *const *const *out, bool mean)
{
    for (int32_t k = 0; k < count; k += WK_LANES) {
        wk_lane l[WK_LANES];
        const int32_t have = count - k < WK_LANES ? count - k : WK_LANES;
        for (int32_t j = 0; j < have; j++)
            l[j] =
                (wk_lane){in[0], out[k + j][0], wk_window(p[k + j], 0), mean ? p[k + j][0] : 1.0};
        const wick_status st = wk_roll(n, l, have);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status sum_many(int64_t n, const double *const *in, int32_t count,
                            const double *const *p, double *const *const *out)
{
    return lanes(n, in, count, p, out, false);
}

static wick_status sma_many(int64_t n, const double *const *in, int32_t count,
                            const double *const *p, double *const *const *out)
{
    return lanes(n, in, count, p, out, true);
}

static wick_status sum_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const wk_lane l = {in[0], out[0], wk_window(p, 0), 1.0};
    return wk_roll(n, &l, 1);
}

static wick_status sma_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const wk_lane l = {in[0], out[0], wk_window(p, 0), p[0]};
    return wk_roll(n, &l, 1);
}

/* Plain reading: the last n values that exist, added up afresh; a bar without a value shows the
 * last full result. */
static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out,
                       double div)
{
    const int64_t w = wk_window(p, 0);
    double last = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        if (!isnan(in[0][i])) {
            wick_sum s = {0.0, 0.0};
            int64_t have = 0;
            for (int64_t k = i; k >= 0 && have < w; k--) {
                if (isnan(in[0][k])) continue;
                wick_sum_add(&s, in[0][k]);
                have++;
            }
            last = have == w ? wick_sum_get(&s) / div : WICK_NA;
        }
        out[0][i] = last;
    }
    return WICK_OK;
}

static wick_status sum_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref(n, in, p, out, 1.0);
}

static wick_status sma_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref(n, in, p, out, p[0]);
}

const wick_ta_spec wick_ta_sum = {
    .name = "sum",
    .title = "rolling sum",
    .formula = "sum of the last n values that are not NA",
    .source = "Pine v6 math.sum; bits by pine_semantics.md 4.1",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"sum", WICK_U_ANY}},
    .warmup = warmup,
    .run = sum_run,
    .ref = sum_ref,
    .run_many = sum_many,
    .state_size = size,
    .state_init = init,
    .step = sum_step,
    .tolerance = 1e-11,
    .note = "On a bar without a value the last full sum is shown again, as Pine does; pandas gives "
            "NA for the whole window.",
};

const wick_ta_spec wick_ta_sma = {
    .name = "sma",
    .title = "simple moving average",
    .formula = "sum(src, n) / n",
    .source = "Pine v6 ta.sma; bits by pine_semantics.md 4.1 and 4.2",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"sma", WICK_U_ANY}},
    .warmup = warmup,
    .run = sma_run,
    .ref = sma_ref,
    .run_many = sma_many,
    .state_size = size,
    .state_init = init,
    .step = sma_step,
    .tolerance = 1e-11,
    .note =
        "On a bar without a value the last full mean is shown again, as Pine does. TA-Lib gives "
        "the same numbers up to its uncompensated rounding.",
};
