/* SPDX-License-Identifier: MIT */
#include "../k_parts.h"

/* Level and its variance in units of the observation noise. */
typedef struct kalman_state {
    double level, variance;
} kalman_state;

static int64_t kalman_warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t kalman_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(kalman_state);
}

static void kalman_init(void *state, const double *p)
{
    (void)p;
    *(kalman_state *)state = (kalman_state){WICK_NA, 0.0};
}

/* Without an observation the level stays and grows less certain. */
static void kalman_step(void *state, const double *p, const double *in, double *out)
{
    kalman_state *k = state;
    double gain = 0.0;
    if (isnan(k->level)) {
        *k = (kalman_state){wk_finite(in[0]), 1.0};
        gain = isnan(k->level) ? WICK_NA : 1.0;
    } else {
        k->variance += p[0];
        if (isfinite(in[0])) {
            gain = k->variance / (k->variance + 1.0);
            k->level += gain * (in[0] - k->level);
            k->variance = gain;
        }
    }
    out[0] = k->level;
    out[1] = gain;
}

WK_STEPS(kalman, 1, 2)

const wick_ta_spec wick_ta_kalman = {
    .name = "kalman",
    .title = "Kalman filter of a local level",
    .formula =
        "src = level + noise, level = level[1] + step: gain = (v + ratio) / (v + ratio + 1), "
        "level += gain (src - level), v = gain",
    .source = "Durbin and Koopman, Time Series Analysis by State Space Methods, chapter 2",
    .group = "trend",
    .in = {WK_IN_SRC},
    .param = {{"ratio", 0.01, 0, 1e6,
               .doc =
                   "variance of a step of the level over that of the noise; smaller is smoother"}},
    .out = {{"level", WICK_U_ANY}, {"gain", WICK_U_RATIO}},
    WK_FORMS(kalman),
    .note =
        "The filter, never the smoother: bars to come are not used. Starts at the first value "
        "(diffuse). Over a missing value the level stays, the gain is 0 and the next one larger.",
};
