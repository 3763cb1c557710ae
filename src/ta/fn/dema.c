/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_dema wick_ta_tema wick_ta_t3 wick_ta_trix */
#include "../k_parts.h"

/*
 * Averages of averages. Each ema begins with the mean of the first n values of the one before it,
 * as in TA-Lib, so a chain of k is there after k * (n - 1) bars.
 */

enum { MOST = 6 };

static int64_t chain_size(const double *p, int count)
{
    return count * wk_avg_bytes(wk_window(p, 0));
}

static void *chain_init(void *state, const double *p, int count)
{
    for (int k = 0; k < count; k++) state = wk_avg_init(state, wk_window(p, 0));
    return state;
}

/* e[k] is NA until its seed is there. */
WK_INLINE void *chain_step(void *state, int count, double x, double *e)
{
    wk_avg *k = state;
    for (int j = 0; j < count; j++) {
        e[j] = x = wk_ema_step(k, x);
        k = wk_avg_end(k);
    }
    return k;
}

/* ---- dema ----------------------------------------------------------------------------------- */

static int64_t dema_warmup(const double *p)
{
    return 2 * (wk_window(p, 0) - 1);
}

static int64_t dema_size(const double *p)
{
    return chain_size(p, 2);
}

static void dema_init(void *state, const double *p)
{
    chain_init(state, p, 2);
}

static void dema_step(void *state, const double *p, const double *in, double *out)
{
    double e[2];
    (void)p;
    chain_step(state, 2, in[0], e);
    out[0] = 2.0 * e[0] - e[1];
}

WK_STEPS(dema, 1, 1)

/* ---- tema ----------------------------------------------------------------------------------- */

static int64_t tema_warmup(const double *p)
{
    return 3 * (wk_window(p, 0) - 1);
}

static int64_t tema_size(const double *p)
{
    return chain_size(p, 3);
}

static void tema_init(void *state, const double *p)
{
    chain_init(state, p, 3);
}

static void tema_step(void *state, const double *p, const double *in, double *out)
{
    double e[3];
    (void)p;
    chain_step(state, 3, in[0], e);
    out[0] = 3.0 * e[0] - 3.0 * e[1] + e[2];
}

WK_STEPS(tema, 1, 1)

/* ---- t3 ------------------------------------------------------------------------------------- */

static int64_t t3_warmup(const double *p)
{
    return MOST * (wk_window(p, 0) - 1);
}

static int64_t t3_size(const double *p)
{
    return chain_size(p, MOST);
}

static void t3_init(void *state, const double *p)
{
    chain_init(state, p, MOST);
}

static void t3_step(void *state, const double *p, const double *in, double *out)
{
    const double v = p[1], v2 = v * v, v3 = v2 * v;
    double e[MOST];
    chain_step(state, MOST, in[0], e);
    out[0] = -v3 * e[5] + 3.0 * (v2 + v3) * e[4] - (6.0 * v2 + 3.0 * (v + v3)) * e[3] +
             (1.0 + 3.0 * v + v3 + 3.0 * v2) * e[2];
}

WK_STEPS(t3, 1, 1)

/* ---- trix ----------------------------------------------------------------------------------- */

/* The third average of the bar before, the chain, the signal's average. */

static int64_t trix_warmup(const double *p)
{
    return 3 * (wk_window(p, 0) - 1) + wk_window(p, 1);
}

static int64_t trix_size(const double *p)
{
    return (int64_t)sizeof(double) + chain_size(p, 3) + wk_avg_bytes(wk_window(p, 1));
}

static void trix_init(void *state, const double *p)
{
    double *prev = state;
    *prev = WICK_NA;
    wk_avg_init(chain_init(prev + 1, p, 3), wk_window(p, 1));
}

static void trix_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state, e[3];
    (void)p;
    void *signal = chain_step(prev + 1, 3, in[0], e);
    out[0] = wk_finite(100.0 * (e[2] / *prev - 1.0));
    out[1] = wk_ema_step(signal, out[0]);
    if (!isnan(e[2])) *prev = e[2];
}

WK_STEPS(trix, 1, 2)

#define SEEDS                                                                                      \
    "Every average begins with the mean of the first n values of the one below, as TA-Lib and "    \
    "Pine have it; pandas-ta and others that begin with the first value approach these numbers."

const wick_ta_spec wick_ta_dema = {
    .name = "dema",
    .title = "double exponential moving average",
    .formula = "2*e1 - e2, e1 = ema(src, n), e2 = ema(e1, n)",
    .source = "TA-Lib DEMA; Mulloy 1994",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 20)},
    .out = {{"dema", WICK_U_ANY}},
    WK_FORMS(dema),
    .note = SEEDS,
};

const wick_ta_spec wick_ta_tema = {
    .name = "tema",
    .title = "triple exponential moving average",
    .formula = "3*e1 - 3*e2 + e3, each the ema over n of the one before, e1 of src",
    .source = "TA-Lib TEMA; Mulloy 1994",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 20)},
    .out = {{"tema", WICK_U_ANY}},
    WK_FORMS(tema),
    .note = SEEDS,
};

const wick_ta_spec wick_ta_t3 = {
    .name = "t3",
    .title = "Tillson's T3",
    .formula = "-v^3*e6 + 3*(v^2+v^3)*e5 - (6*v^2+3*v+3*v^3)*e4 + (1+3*v+v^3+3*v^2)*e3, six emas "
               "over n one on the other",
    .source = "TA-Lib T3; Tillson 1998",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 5), {"v", 0.7, 0, 1, .is_int = 0, .doc = "volume factor"}},
    .out = {{"t3", WICK_U_ANY}},
    WK_FORMS(t3),
    .note = SEEDS,
};

const wick_ta_spec wick_ta_trix = {
    .name = "trix",
    .title = "rate of change of a triple average",
    .formula = "trix = 100 * (e3 / e3[1] - 1), e3 three emas over n one on the other; signal = "
               "ema(trix, signal)",
    .source = "TA-Lib TRIX; Hutson 1983",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 15), WK_BARS("signal", 9)},
    .out = {{"trix", WICK_U_PERCENT}, {"signal", WICK_U_PERCENT}},
    WK_FORMS(trix),
    .note = "Of prices, not of their logarithms. " SEEDS,
};
