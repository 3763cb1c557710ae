/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_ht_dcperiod wick_ta_ht_phasor wick_ta_mama */
#include "../k_hilbert.h"
#include "../k_parts.h"

enum { START = 12, WARMUP = 32 };

static int64_t warmup(const double *p)
{
    (void)p;
    return WARMUP;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(wk_hilbert);
}

static void init(void *state, const double *p)
{
    (void)p;
    wk_hilbert_init(state, START);
}

/* ---- ht_dcperiod, ht_phasor ----------------------------------------------------------------- */

static void period_step(void *state, const double *p, const double *in, double *out)
{
    wk_hilbert *k = state;
    (void)p;
    out[0] = WICK_NA;
    if (isnan(in[0])) return;
    if (wk_hilbert_step(k, in[0]) && k->seen > WARMUP) out[0] = k->smooth_period;
}

static wick_status period_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, period_step);
}

static void phasor_step(void *state, const double *p, const double *in, double *out)
{
    wk_hilbert *k = state;
    (void)p;
    out[0] = out[1] = WICK_NA;
    if (isnan(in[0])) return;
    if (!wk_hilbert_step(k, in[0]) || k->seen <= WARMUP) return;
    out[0] = k->in_phase;
    out[1] = k->quadrature;
}

static wick_status phasor_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 2, size, init, phasor_step);
}

/* ---- mama ----------------------------------------------------------------------------------- */

typedef struct mama_state {
    wk_hilbert h;
    double phase, mama, fama;
} mama_state;

static int64_t mama_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(mama_state);
}

static void mama_init(void *state, const double *p)
{
    mama_state *k = state;
    memset(k, 0, sizeof *k);
    init(&k->h, p);
}

/* The faster the phase turns back, the slower the average. */
static void mama_step(void *state, const double *p, const double *in, double *out)
{
    mama_state *k = state;
    const double x = in[0], before = k->phase;
    out[0] = out[1] = WICK_NA;
    if (isnan(x) || !wk_hilbert_step(&k->h, x)) return;
    const double i1 = k->h.in_phase;
    k->phase = i1 != 0.0 ? atan(k->h.quadrature / i1) * WK_DEGREES : 0.0;
    const double turn = before - k->phase;
    double alpha = turn > 1.0 ? p[0] / turn : p[0];
    if (turn > 1.0 && alpha < p[1]) alpha = p[1];
    k->mama = alpha * x + (1.0 - alpha) * k->mama;
    k->fama = 0.5 * alpha * k->mama + (1.0 - 0.5 * alpha) * k->fama;
    if (k->h.seen <= WARMUP) return;
    out[0] = k->mama;
    out[1] = k->fama;
}

static wick_status mama_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 2, mama_size, mama_init, mama_step);
}

#define START_NOTE                                                                                 \
    "Starts as TA-Lib does: the filters begin with nothing on bar 12, and 20 bars later the "      \
    "first value is shown. "

const wick_ta_spec wick_ta_ht_dcperiod = {
    .name = "ht_dcperiod",
    .title = "Hilbert transform: period of the dominant cycle",
    .formula = "homodyne discriminator: 360 / angle between the phasors of this bar and the one "
               "before, kept between 6 and 50 bars and smoothed",
    .source = "TA-Lib HT_DCPERIOD; Ehlers 2001",
    .group = "statistic",
    .in = {WK_IN_SRC},
    .out = {{"period", WICK_U_BARS}},
    .warmup = warmup,
    .run = period_run,
    .state_size = size,
    .state_init = init,
    .step = period_step,
    .note = START_NOTE,
};

const wick_ta_spec wick_ta_ht_phasor = {
    .name = "ht_phasor",
    .title = "Hilbert transform: phasor components",
    .formula =
        "in_phase = detrended[3], quadrature = its transform, detrended the transform of the "
        "mean of 4 bars weighted 4 3 2 1",
    .source = "TA-Lib HT_PHASOR; Ehlers 2001",
    .group = "statistic",
    .in = {WK_IN_SRC},
    .out = {{"in_phase", WICK_U_ANY}, {"quadrature", WICK_U_ANY}},
    .warmup = warmup,
    .run = phasor_run,
    .state_size = size,
    .state_init = init,
    .step = phasor_step,
    .note = START_NOTE,
};

const wick_ta_spec wick_ta_mama = {
    .name = "mama",
    .title = "MESA adaptive moving average",
    .formula =
        "mama = a*src + (1-a)*mama[1], fama = a/2*mama + (1-a/2)*fama[1], a = fast / degrees "
        "the phase fell since the bar before, between slow and fast",
    .source = "TA-Lib MAMA; Ehlers 2001",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {{"fast", 0.5, 0.01, 0.99, .is_int = 0}, {"slow", 0.05, 0.01, 0.99, .is_int = 0}},
    .out = {{"mama", WICK_U_ANY}, {"fama", WICK_U_ANY}},
    .warmup = warmup,
    .run = mama_run,
    .state_size = mama_size,
    .state_init = mama_init,
    .step = mama_step,
    .note =
        START_NOTE "Both averages climb from 0 there, as TA-Lib's do: give them a hundred bars.",
};
