/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_realised_vol wick_ta_parkinson wick_ta_garman_klass */
/* registry: wick_ta_rogers_satchell wick_ta_yang_zhang */
#include "../k_moments.h"
#include "../k_parts.h"

/* Volatilities of log returns from returns and ranges of bars. Parameters: n, per_year. Deviations
 * are those of one bar; sqrt(per_year) makes them annual. */

/* log(a / b) and not a difference of logs: the same bits at any scale of prices. */
static double log_ratio(double a, double b)
{
    return log(a / b);
}

static double annual(double variance, double per_year)
{
    return wk_finite(sqrt(variance) * sqrt(per_year));
}

/* ---- realised ------------------------------------------------------------------------------- */

/* Followed by the window of returns. */
typedef struct realised_state {
    double close;
    int64_t bars;
} realised_state;

static int64_t realised_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t realised_size(const double *p)
{
    return (int64_t)sizeof(realised_state) + wk_mom_bytes(wk_window(p, 0));
}

static void realised_init(void *state, const double *p)
{
    realised_state *k = state;
    *k = (realised_state){WICK_NA, 0};
    wk_mom_init(k + 1, wk_window(p, 0));
}

static void realised_step(void *state, const double *p, const double *in, double *out)
{
    realised_state *k = state;
    const double r = log_ratio(in[0], k->close);
    wk_mom m;
    k->close = in[0];
    out[0] = WICK_NA;
    if (k->bars++ == 0 || !wk_mom_step((wk_mom_win *)(void *)(k + 1), r, &m)) return;
    const double n = p[0];
    out[0] = annual(p[2] == 0.0 ? m.m2 / n + m.mean * m.mean : m.m2 / (n - 1.0), p[1]);
}

WK_STEPS(realised, 1, 1)

/* ---- ranges --------------------------------------------------------------------------------- */

static int64_t range_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t range_size(const double *p)
{
    return wk_bsum_bytes(wk_window(p, 0));
}

static void range_init(void *state, const double *p)
{
    wk_bsum_init(state, wk_window(p, 0));
}

static void range_mean(void *state, const double *p, double variance, double *out)
{
    out[0] = annual(wk_bsum_step(state, variance) / p[0], p[1]);
}

/* high, low */
static void parkinson_step(void *state, const double *p, const double *in, double *out)
{
    const double range = log_ratio(in[0], in[1]);
    range_mean(state, p, range * range / (4.0 * log(2.0)), out);
}

/* open, high, low, close */
static void garman_klass_step(void *state, const double *p, const double *in, double *out)
{
    const double range = log_ratio(in[1], in[2]), body = log_ratio(in[3], in[0]);
    range_mean(state, p, 0.5 * range * range - (2.0 * log(2.0) - 1.0) * body * body, out);
}

static double rogers_satchell(const double *in)
{
    return log_ratio(in[1], in[3]) * log_ratio(in[1], in[0]) +
           log_ratio(in[2], in[3]) * log_ratio(in[2], in[0]);
}

static void rogers_satchell_step(void *state, const double *p, const double *in, double *out)
{
    range_mean(state, p, rogers_satchell(in), out);
}

#define RANGE(name, n_in)                                                                          \
    static wick_status name##_run(int64_t n, const double *const *in, const double *p,             \
                                  double *const *out)                                              \
    {                                                                                              \
        return wk_run_steps(n, in, p, out, n_in, 1, range_size, range_init, name##_step);          \
    }

RANGE(parkinson, 2)
RANGE(garman_klass, 4)
RANGE(rogers_satchell, 4)

/* ---- Yang-Zhang ------------------------------------------------------------------------------ */

/* Followed by the window of (overnight, open to close) and the sum of Rogers-Satchell terms. */
static int64_t yang_zhang_size(const double *p)
{
    return realised_size(p) - wk_mom_bytes(wk_window(p, 0)) + wk_pair_bytes(wk_window(p, 0)) +
           wk_bsum_bytes(wk_window(p, 0));
}

static void yang_zhang_init(void *state, const double *p)
{
    realised_state *k = state;
    *k = (realised_state){WICK_NA, 0};
    wk_bsum_init(wk_pair_init(k + 1, wk_window(p, 0)), wk_window(p, 0));
}

/* open, high, low, close */
static void yang_zhang_step(void *state, const double *p, const double *in, double *out)
{
    realised_state *k = state;
    wk_pair_win *returns = (wk_pair_win *)(void *)(k + 1);
    const double n = p[0], night = log_ratio(in[0], k->close);
    wk_pair m;
    k->close = in[3];
    out[0] = WICK_NA;
    if (k->bars++ == 0) return;
    const double inside = wk_bsum_step(wk_pair_end(returns), rogers_satchell(in)) / n;
    if (!wk_pair_step(returns, night, log_ratio(in[3], in[0]), &m)) return;
    const double share = 0.34 / (1.34 + (n + 1.0) / (n - 1.0));
    out[0] = annual((m.aa + share * m.bb) / (n - 1.0) + (1.0 - share) * inside, p[1]);
}

WK_STEPS(yang_zhang, 4, 1)

#define PER_YEAR                                                                                   \
    {                                                                                              \
        "per_year", 1, 0.001, 1e9,                                                                 \
            .doc = "bars in a year, for an annual figure (252 for daily bars); 1: of one bar"      \
    }

#define RANGE_SPEC(of, n_lo)                                                                       \
    .group = "volatility", .param = {{"n", 20, n_lo, WK_WINDOW_MAX, .is_int = 1}, PER_YEAR},       \
    .out = {{#of, WICK_U_RATIO}}, .run = of##_run, .step = of##_step

const wick_ta_spec wick_ta_realised_vol = {
    .name = "realised_vol",
    .title = "realised volatility (close to close)",
    .formula = "standard deviation of the last n log(src / src[1]), times sqrt(per_year)",
    .source = "the sample standard deviation of log returns (Hull, Options, Futures and Other "
              "Derivatives)",
    .group = "volatility",
    .in = {WK_IN_SRC},
    .param = {{"n", 20, 2, WK_WINDOW_MAX, .is_int = 1},
              PER_YEAR,
              {"centred", 1, 0, 1, .is_int = 1,
               .doc = "1: about the mean, divided by n - 1; 0: root of the mean square"}},
    .out = {{"realised_vol", WICK_U_RATIO}},
    WK_FORMS(realised),
    .note = "A fraction, not percent. NA while a price in the window is missing or not above zero.",
};

const wick_ta_spec wick_ta_parkinson = {
    .name = "parkinson",
    .title = "Parkinson volatility",
    .formula = "sqrt(mean over n of log(high / low)^2 / (4 log 2)), times sqrt(per_year)",
    .source = "Parkinson, The Extreme Value Method, Journal of Business 53 (1980)",
    .in = {WK_IN_HIGH, WK_IN_LOW},
    RANGE_SPEC(parkinson, 1),
    .warmup = range_warmup,
    .state_size = range_size,
    .state_init = range_init,
    .note = "Takes prices to move without drift or gaps between bars.",
};

const wick_ta_spec wick_ta_garman_klass = {
    .name = "garman_klass",
    .title = "Garman-Klass volatility",
    .formula = "sqrt(mean over n of 0.5 log(high / low)^2 - (2 log 2 - 1) log(close / open)^2), "
               "times sqrt(per_year)",
    .source = "Garman and Klass, Journal of Business 53 (1980), the practical form",
    .in = {WK_IN_OPEN, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    RANGE_SPEC(garman_klass, 1),
    .warmup = range_warmup,
    .state_size = range_size,
    .state_init = range_init,
    .note = "Takes prices to move without drift or gaps between bars.",
};

const wick_ta_spec wick_ta_rogers_satchell = {
    .name = "rogers_satchell",
    .title = "Rogers-Satchell volatility",
    .formula = "sqrt(mean over n of log(high / close) log(high / open) + log(low / close) log(low "
               "/ open)), times sqrt(per_year)",
    .source = "Rogers and Satchell, Annals of Applied Probability 1 (1991)",
    .in = {WK_IN_OPEN, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    RANGE_SPEC(rogers_satchell, 1),
    .warmup = range_warmup,
    .state_size = range_size,
    .state_init = range_init,
    .note = "Right for prices with a drift; leaves out gaps between bars.",
};

const wick_ta_spec wick_ta_yang_zhang = {
    .name = "yang_zhang",
    .title = "Yang-Zhang volatility",
    .formula =
        "sqrt(var(log(open / close[1])) + k var(log(close / open)) + (1 - k) "
        "rogers_satchell^2), k = 0.34 / (1.34 + (n + 1) / (n - 1)), variances divided by n - "
        "1, times sqrt(per_year)",
    .source = "Yang and Zhang, Journal of Business 73 (2000)",
    .in = {WK_IN_OPEN, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    RANGE_SPEC(yang_zhang, 2),
    .warmup = realised_warmup,
    .state_size = yang_zhang_size,
    .state_init = yang_zhang_init,
    .note = "Right with drift and with gaps between bars; a window is n bars and the close before.",
};
