/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_skew wick_ta_kurtosis wick_ta_covariance wick_ta_beta */
#include "../k_moments.h"
#include "../k_parts.h"

/* Parameters: n, biased. */

static int64_t covariance_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

/* ---- shape of one series --------------------------------------------------------------------- */

static int64_t shape_size(const double *p)
{
    return wk_mom_bytes(wk_window(p, 0));
}

static void shape_init(void *state, const double *p)
{
    wk_mom_init(state, wk_window(p, 0));
}

static void skew_step(void *state, const double *p, const double *in, double *out)
{
    wk_mom m;
    out[0] = WICK_NA;
    if (!wk_mom_step(state, in[0], &m)) return;
    const double g = sqrt(m.n) * m.m3 / (m.m2 * sqrt(m.m2));
    out[0] = wk_finite(p[1] != 0.0 ? g : g * sqrt(m.n * (m.n - 1.0)) / (m.n - 2.0));
}

static void kurtosis_step(void *state, const double *p, const double *in, double *out)
{
    wk_mom m;
    out[0] = WICK_NA;
    if (!wk_mom_step(state, in[0], &m)) return;
    const double n = m.n, g = n * m.m4 / (m.m2 * m.m2) - 3.0;
    out[0] =
        wk_finite(p[1] != 0.0 ? g : ((n + 1.0) * g + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)));
}

static wick_status skew_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, shape_size, shape_init, skew_step);
}

static wick_status kurtosis_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, shape_size, shape_init, kurtosis_step);
}

/* ---- covariance ------------------------------------------------------------------------------ */

static int64_t covariance_size(const double *p)
{
    return wk_pair_bytes(wk_window(p, 0));
}

static void covariance_init(void *state, const double *p)
{
    wk_pair_init(state, wk_window(p, 0));
}

static void covariance_step(void *state, const double *p, const double *in, double *out)
{
    wk_pair m;
    out[0] = WICK_NA;
    if (wk_pair_step(state, in[0], in[1], &m))
        out[0] = wk_finite(m.ab / (p[1] != 0.0 ? m.n : m.n - 1.0));
}

WK_STEPS(covariance, 2, 1)

/* ---- beta ------------------------------------------------------------------------------------ */

/* Followed by the window of returns. */
typedef struct beta_state {
    double last[2];
    int64_t bars;
} beta_state;

static int64_t beta_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t beta_size(const double *p)
{
    return (int64_t)sizeof(beta_state) + wk_pair_bytes(wk_window(p, 0));
}

static void beta_init(void *state, const double *p)
{
    beta_state *k = state;
    *k = (beta_state){{WICK_NA, WICK_NA}, 0};
    wk_pair_init(k + 1, wk_window(p, 0));
}

static void beta_step(void *state, const double *p, const double *in, double *out)
{
    beta_state *k = state;
    const double a = (in[0] - k->last[0]) / k->last[0], b = (in[1] - k->last[1]) / k->last[1];
    wk_pair m;
    (void)p;
    k->last[0] = in[0];
    k->last[1] = in[1];
    out[0] = WICK_NA;
    if (k->bars++ > 0 && wk_pair_step((wk_pair_win *)(void *)(k + 1), a, b, &m))
        out[0] = wk_finite(m.ab / m.bb);
}

WK_STEPS(beta, 2, 1)

#define BIASED(text)                                                                               \
    {                                                                                              \
        "biased", 1, 0, 1, .is_int = 1, .doc = text                                                \
    }

const wick_ta_spec wick_ta_skew = {
    .name = "skew",
    .title = "skewness of the last n values",
    .formula = "m3 / m2^1.5 of the central moments; unbiased: times sqrt(n (n - 1)) / (n - 2)",
    .source = "the moment coefficient of skewness; pandas rolling.skew for biased = 0",
    .group = "statistic",
    .in = {WK_IN_SRC},
    .param = {{"n", 50, 3, WK_WINDOW_MAX, .is_int = 1},
              BIASED("1: of the moments; 0: corrected for the sample, as pandas")},
    .out = {{"skew", WICK_U_RATIO}},
    .warmup = covariance_warmup,
    .run = skew_run,
    .state_size = shape_size,
    .state_init = shape_init,
    .step = skew_step,
    .note = "Equal values give NA (pandas: 0). An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_kurtosis = {
    .name = "kurtosis",
    .title = "excess kurtosis of the last n values",
    .formula =
        "m4 / m2^2 - 3 of the central moments (a normal distribution has 0); unbiased: ((n + "
        "1) g + 6) (n - 1) / ((n - 2) (n - 3))",
    .source = "the moment coefficient of kurtosis; pandas rolling.kurt for biased = 0",
    .group = "statistic",
    .in = {WK_IN_SRC},
    .param = {{"n", 50, 4, WK_WINDOW_MAX, .is_int = 1},
              BIASED("1: of the moments; 0: corrected for the sample, as pandas")},
    .out = {{"kurtosis", WICK_U_RATIO}},
    .warmup = covariance_warmup,
    .run = kurtosis_run,
    .state_size = shape_size,
    .state_init = shape_init,
    .step = kurtosis_step,
    .note = "Equal values give NA (pandas: -3). An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_covariance = {
    .name = "covariance",
    .title = "covariance of two series",
    .formula = "sum((a - mean a) (b - mean b)) / n over n bars; unbiased: / (n - 1)",
    .source = "the definition; pandas rolling.cov for biased = 0",
    .group = "statistic",
    .in = {{"a", WICK_U_PRICE, 1, WICK_S_NONE}, {"b", WICK_U_PRICE, 1, WICK_S_NONE}},
    .param = {{"n", 20, 2, WK_WINDOW_MAX, .is_int = 1}, BIASED("1: divide by n; 0: by n - 1")},
    .out = {{"covariance", WICK_U_PRICE2}},
    WK_FORMS(covariance),
    .note = "An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_beta = {
    .name = "beta",
    .title = "beta of a series against a benchmark",
    .formula = "cov(ra, rb) / var(rb) over the last n returns, ra = (a - a[1]) / a[1], rb alike",
    .source = "TA-Lib BETA with its inputs the other way round",
    .group = "statistic",
    .in = {{"a", WICK_U_ANY, 1, WICK_S_NONE}, {"b", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"beta", WICK_U_RATIO}},
    WK_FORMS(beta),
    .note = "`b` is the benchmark; TA-Lib takes it first. A benchmark that does not move gives NA "
            "(TA-Lib: 0).",
};
