/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_dema wick_ta_tema wick_ta_t3 wick_ta_trix */
#include "../k_parts.h"

/*
 * Averages of averages. Each ema begins with the mean of the first n values of the one before it,
 * as in TA-Lib, so a chain of k is there after k * (n - 1) bars. A missing value gives a missing
 * result and leaves the state alone.
 *
 * No bits are pinned here, and an ema waits for itself. So the k-th one is kept divided by the k-th
 * power of alpha: f = keep * f + (f of the one before) is one product and one sum a bar.
 */

enum { MOST = 6 };

typedef struct chain {
    double f[MOST], sum[MOST];
    int64_t seen[MOST];
    double keep, alpha, size;
} chain;

static void chain_init(chain *k, const double *p)
{
    memset(k, 0, sizeof *k);
    k->size = p[0];
    k->alpha = wk_ema_alpha(wk_window(p, 0));
    k->keep = 1.0 - k->alpha;
}

/* Factors that turn the numbers kept into averages. */
static void scales(const double *p, double *scale)
{
    double s = 1.0;
    for (int k = 0; k < MOST; k++) scale[k] = s *= wk_ema_alpha(wk_window(p, 0));
}

/* True when the last of `count` averages exists. */
WK_INLINE bool chain_step(chain *k, int count, double x)
{
    if (isnan(x)) return false;
    for (int j = 0; j < count; j++) {
        if ((double)k->seen[j] >= k->size) {
            k->f[j] = x = k->keep * k->f[j] + x;
            continue;
        }
        k->sum[j] += x;
        if ((double)++k->seen[j] < k->size) return false;
        k->f[j] = x = k->sum[j] / k->size / k->alpha;
    }
    return true;
}

/* What is made of the averages once all are there. `c` comes from `weights`. */
WK_INLINE double mix(const double *f, const double *c, int count)
{
    double y = 0.0;
    for (int j = 0; j < count; j++) y += c[j] * f[j];
    return y;
}

/* Columns: bars up to the last seed by stepping, then the averages in registers. */
WK_INLINE wick_status mix_columns(int64_t n, const double *x, const double *p, double *out,
                                  int count, const double *c)
{
    chain k;
    int64_t i = wk_first(n, x);
    const bool clean = wk_clean(n, x, i);
    chain_init(&k, p);
    wk_fill_na(i, out);
    for (bool there = false; i < n && !(there && clean); i++) {
        there = chain_step(&k, count, x[i]);
        out[i] = there ? mix(k.f, c, count) : WICK_NA;
    }
    double f[MOST];
    memcpy(f, k.f, sizeof f);
    const double keep = k.keep;
    for (; i < n; i++) {
        double y = x[i];
        for (int j = 0; j < count; j++) f[j] = y = keep * f[j] + y;
        out[i] = mix(f, c, count);
    }
    return WICK_OK;
}

static int64_t chain_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(chain);
}

static void state_init(void *state, const double *p)
{
    chain_init(state, p);
}

/* ---- dema ----------------------------------------------------------------------------------- */

static int64_t dema_warmup(const double *p)
{
    return 2 * (wk_window(p, 0) - 1);
}

static void dema_weights(const double *p, double *c)
{
    scales(p, c);
    c[0] *= 2.0;
    c[1] = -c[1];
}

static void dema_step(void *state, const double *p, const double *in, double *out)
{
    chain *k = state;
    double c[MOST];
    dema_weights(p, c);
    out[0] = chain_step(k, 2, in[0]) ? mix(k->f, c, 2) : WICK_NA;
}

static wick_status dema_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double c[MOST];
    dema_weights(p, c);
    return mix_columns(n, in[0], p, out[0], 2, c);
}

/* ---- tema ----------------------------------------------------------------------------------- */

static int64_t tema_warmup(const double *p)
{
    return 3 * (wk_window(p, 0) - 1);
}

static void tema_weights(const double *p, double *c)
{
    scales(p, c);
    c[0] *= 3.0;
    c[1] *= -3.0;
}

static void tema_step(void *state, const double *p, const double *in, double *out)
{
    chain *k = state;
    double c[MOST];
    tema_weights(p, c);
    out[0] = chain_step(k, 3, in[0]) ? mix(k->f, c, 3) : WICK_NA;
}

static wick_status tema_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double c[MOST];
    tema_weights(p, c);
    return mix_columns(n, in[0], p, out[0], 3, c);
}

/* ---- t3 ------------------------------------------------------------------------------------- */

static int64_t t3_warmup(const double *p)
{
    return MOST * (wk_window(p, 0) - 1);
}

static void t3_weights(const double *p, double *c)
{
    const double v = p[1], v2 = v * v, v3 = v2 * v;
    scales(p, c);
    c[0] = c[1] = 0.0;
    c[2] *= 1.0 + 3.0 * v + v3 + 3.0 * v2;
    c[3] *= -(6.0 * v2 + 3.0 * (v + v3));
    c[4] *= 3.0 * (v2 + v3);
    c[5] *= -v3;
}

static void t3_step(void *state, const double *p, const double *in, double *out)
{
    chain *k = state;
    double c[MOST];
    t3_weights(p, c);
    out[0] = chain_step(k, MOST, in[0]) ? mix(k->f, c, MOST) : WICK_NA;
}

static wick_status t3_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double c[MOST];
    t3_weights(p, c);
    return mix_columns(n, in[0], p, out[0], MOST, c);
}

/* ---- trix ----------------------------------------------------------------------------------- */

/* The chain, the third average of the bar before, the signal's average. */
typedef struct trix_state {
    chain c;
    double prev, sum;
    wk_quick signal;
    int64_t seen;
} trix_state;

static int64_t trix_warmup(const double *p)
{
    return 3 * (wk_window(p, 0) - 1) + wk_window(p, 1);
}

static int64_t trix_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(trix_state);
}

static void trix_init(void *state, const double *p)
{
    trix_state *k = state;
    memset(k, 0, sizeof *k);
    chain_init(&k->c, p);
    k->prev = WICK_NA;
}

WK_INLINE double trix_of(double now, double prev)
{
    return wk_finite(100.0 * (now / prev - 1.0));
}

WK_INLINE void trix_next(trix_state *k, double n, double alpha, double x, double *line,
                         double *signal)
{
    *line = *signal = WICK_NA;
    if (!chain_step(&k->c, 3, x)) return;
    *line = trix_of(k->c.f[2], k->prev);
    k->prev = k->c.f[2];
    if (isnan(*line)) return;
    if ((double)k->seen >= n) {
        *signal = wk_quick_step(&k->signal, *line, alpha);
        return;
    }
    k->sum += *line;
    if ((double)++k->seen == n) *signal = k->signal.e = k->sum / n;
}

static void trix_step(void *state, const double *p, const double *in, double *out)
{
    trix_next(state, p[1], wk_ema_alpha(wk_window(p, 1)), in[0], &out[0], &out[1]);
}

static wick_status trix_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    trix_state k;
    trix_init(&k, p);
    const double size = p[1], alpha = wk_ema_alpha(wk_window(p, 1)), *x = in[0];
    double *line = out[0], *signal = out[1];
    for (int64_t i = 0; i < n; i++) trix_next(&k, size, alpha, x[i], &line[i], &signal[i]);
    return WICK_OK;
}

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
    .warmup = dema_warmup,
    .run = dema_run,
    .state_size = chain_size,
    .state_init = state_init,
    .step = dema_step,
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
    .warmup = tema_warmup,
    .run = tema_run,
    .state_size = chain_size,
    .state_init = state_init,
    .step = tema_step,
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
    .warmup = t3_warmup,
    .run = t3_run,
    .state_size = chain_size,
    .state_init = state_init,
    .step = t3_step,
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
