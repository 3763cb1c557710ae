/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_ema wick_ta_rma */
#include "../k_seed.h"

static const char *const seeds[] = {"sma", "first", "weighted", NULL};

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return p[1] == 0.0 ? wk_avg_bytes(wk_window(p, 0)) : (int64_t)sizeof(wk_seeded);
}

static void init(void *state, const double *p)
{
    if (p[1] == 0.0)
        wk_avg_init(state, wk_window(p, 0));
    else
        memset(state, 0, sizeof(wk_seeded));
}

static double alpha_of(const double *p, bool rma)
{
    return rma ? 1.0 / p[0] : wk_ema_alpha(wk_window(p, 0));
}

static void ema_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = p[1] == 0.0
                 ? wk_ema_step(state, in[0])
                 : wk_seeded_step(state, wk_window(p, 0), alpha_of(p, false), (int)p[1], in[0]);
}

static void rma_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = p[1] == 0.0
                 ? wk_rma_step(state, in[0])
                 : wk_seeded_step(state, wk_window(p, 0), alpha_of(p, true), (int)p[1], in[0]);
}

/* Those that begin with a mean side by side, the others one by one. */
static wick_status many(int64_t n, const double *const *in, int32_t count, const double *const *p,
                        double *const *const *out, bool rma)
{
    wk_avg_lane l[WK_LANES];
    int32_t have = 0;
    for (int32_t k = 0; k < count; k++) {
        if (p[k][1] == 0.0)
            l[have++] = (wk_avg_lane){in[0], out[k][0], wk_window(p[k], 0)};
        else
            wk_seeded_column(n, in[0], wk_window(p[k], 0), alpha_of(p[k], rma), (int)p[k][1],
                             out[k][0]);
        if (have < WK_LANES && (k + 1 < count || have == 0)) continue;
        const wick_status st = rma ? wk_rma_columns(n, l, have) : wk_ema_columns(n, l, have);
        if (st < 0) return st;
        have = 0;
    }
    return WICK_OK;
}

static wick_status ema_many(int64_t n, const double *const *in, int32_t count,
                            const double *const *p, double *const *const *out)
{
    return many(n, in, count, p, out, false);
}

static wick_status rma_many(int64_t n, const double *const *in, int32_t count,
                            const double *const *p, double *const *const *out)
{
    return many(n, in, count, p, out, true);
}

static wick_status ema_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return many(n, in, 1, &p, &out, false);
}

static wick_status rma_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return many(n, in, 1, &p, &out, true);
}

/* Plain reading: weight every value by its own power, seed included. */
static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out,
                       double alpha)
{
    const int64_t w = wk_window(p, 0);
    wick_sum seed = {0.0, 0.0};
    int64_t have = 0;
    double e = WICK_NA, sum = 0.0, weight = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double x = in[0][i];
        out[0][i] = WICK_NA;
        if (isnan(x)) continue;
        have++;
        sum = x + (1.0 - alpha) * sum;
        weight = 1.0 + (1.0 - alpha) * weight;
        if (p[1] == WK_SEED_WEIGHTED) {
            e = sum / weight;
        } else if (p[1] == WK_SEED_FIRST && have == 1) {
            e = x;
        } else if (p[1] == WK_SEED_SMA && have <= w) {
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
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1},
              {"seed", 0, 0, 2, .is_int = 1, .choice = seeds, .doc = WK_SEED_DOC}},
    .out = {{"ema", WICK_U_ANY}},
    .warmup = warmup,
    .run = ema_run,
    .ref = ema_ref,
    .run_many = ema_many,
    .state_size = size,
    .state_init = init,
    .step = ema_step,
    .tolerance = 1e-11,
    .note = "Seeded with the mean of the first n values as Pine and TA-Lib do; seed = \"first\" is "
            "pandas' ewm(span = n, adjust = False, min_periods = n) (and the sketch in Pine's "
            "manual), \"weighted\" pandas' default, adjust = True.",
};

const wick_ta_spec wick_ta_rma = {
    .name = "rma",
    .title = "Wilder's moving average",
    .formula = "(r * (n-1) + src) / n, seeded with sma(src, n)",
    .source = "Pine v6 ta.rma; Wilder 1978; pine_semantics.md 4.4",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1},
              {"seed", 0, 0, 2, .is_int = 1, .choice = seeds, .doc = WK_SEED_DOC}},
    .out = {{"rma", WICK_U_ANY}},
    .warmup = warmup,
    .run = rma_run,
    .ref = rma_ref,
    .run_many = rma_many,
    .state_size = size,
    .state_init = init,
    .step = rma_step,
    .tolerance = 1e-11,
    .note =
        "Seeded with the mean of the first n values; seed = \"first\" is pandas' ewm(alpha = 1/n, "
        "adjust = False, min_periods = n), which pandas-ta takes, \"weighted\" adjust = True.",
};
