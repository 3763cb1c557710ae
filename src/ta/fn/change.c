/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_change wick_ta_mom wick_ta_roc */
#include "../ta_int.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0);
}

/* Ring of the last n values; `at` is the oldest. */
typedef struct lag_state {
    int64_t n, at;
} lag_state;

static int64_t size(const double *p)
{
    return (int64_t)sizeof(lag_state) + wk_window(p, 0) * (int64_t)sizeof(double);
}

static void init(void *state, const double *p)
{
    lag_state *k = state;
    k->n = wk_window(p, 0);
    k->at = 0;
    wk_fill_na(k->n, (double *)(void *)(k + 1));
}

static double swap(lag_state *k, double x)
{
    double *ring = (double *)(void *)(k + 1);
    const double old = ring[k->at];
    ring[k->at] = x;
    k->at = k->at + 1 == k->n ? 0 : k->at + 1;
    return old;
}

static void change_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = in[0] - swap(state, in[0]);
}

static double rate(double x, double old)
{
    return wk_finite(100.0 * (x - old) / old);
}

static void roc_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = rate(in[0], swap(state, in[0]));
}

static wick_status change_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    const int64_t k = wk_window(p, 0);
    const double *x = in[0];
    wk_fill_na(k < n ? k : n, out[0]);
    for (int64_t i = k; i < n; i++) out[0][i] = x[i] - x[i - k];
    return WICK_OK;
}

static wick_status roc_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t k = wk_window(p, 0);
    const double *x = in[0];
    wk_fill_na(k < n ? k : n, out[0]);
    for (int64_t i = k; i < n; i++) out[0][i] = rate(x[i], x[i - k]);
    return WICK_OK;
}

const wick_ta_spec wick_ta_change = {
    .name = "change",
    .title = "change over n bars",
    .formula = "src - src[n]",
    .source = "Pine v6 ta.change; pine_semantics.md 4.8",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 1, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"change", WICK_U_ANY}},
    .warmup = warmup,
    .run = change_run,
    .state_size = size,
    .state_init = init,
    .step = change_step,
};

const wick_ta_spec wick_ta_mom = {
    .name = "mom",
    .title = "momentum",
    .formula = "src - src[n]",
    .source = "Pine v6 ta.mom; TA-Lib MOM; pine_semantics.md 4.8",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 10, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"mom", WICK_U_ANY}},
    .warmup = warmup,
    .run = change_run,
    .state_size = size,
    .state_init = init,
    .step = change_step,
};

const wick_ta_spec wick_ta_roc = {
    .name = "roc",
    .title = "rate of change",
    .formula = "100 * (src - src[n]) / src[n]",
    .source = "Pine v6 ta.roc; pine_semantics.md 4.8",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 10, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"roc", WICK_U_PERCENT}},
    .warmup = warmup,
    .run = roc_run,
    .state_size = size,
    .state_init = init,
    .step = roc_step,
    .note = "A base of zero gives NA.",
};
