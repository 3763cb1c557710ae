/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_rising wick_ta_falling */
#include "../ta_int.h"

/* A counter of consecutive steps beyond the tolerance, as measured on TradingView; not "beyond all
 * of the last n values". Masks are 0 and not NA at the start: Pine's bool has none. */

typedef struct run_state {
    double last, count;
} run_state;

static int64_t warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(run_state);
}

static void init(void *state, const double *p)
{
    (void)p;
    *(run_state *)state = (run_state){WICK_NA, 0.0};
}

WK_INLINE double count_step(run_state *k, double x, double n, double sign)
{
    const double up = sign * (x - k->last);
    k->count = up > WK_EPS ? k->count + 1.0 : 0.0;
    k->last = x;
    return k->count >= n ? 1.0 : 0.0;
}

static void rising_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = count_step(state, in[0], p[0], 1.0);
}

static void falling_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = count_step(state, in[0], p[0], -1.0);
}

static wick_status rising_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, rising_step);
}

static wick_status falling_run(int64_t n, const double *const *in, const double *p,
                               double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, falling_step);
}

static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out,
                       double sign)
{
    for (int64_t i = 0; i < n; i++) {
        out[0][i] = i >= wk_window(p, 0) ? 1.0 : 0.0;
        for (int64_t k = i; k > 0 && k > i - wk_window(p, 0); k--)
            if (!(sign * (in[0][k] - in[0][k - 1]) > WK_EPS)) out[0][i] = 0.0;
    }
    return WICK_OK;
}

static wick_status rising_ref(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return ref(n, in, p, out, 1.0);
}

static wick_status falling_ref(int64_t n, const double *const *in, const double *p,
                               double *const *out)
{
    return ref(n, in, p, out, -1.0);
}

const wick_ta_spec wick_ta_rising = {
    .name = "rising",
    .title = "rising for n bars",
    .formula = "each of the last n steps is up by more than 1e-10",
    .source = "Pine v6 ta.rising; pine_semantics.md 5.2",
    .group = "event",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 1, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"rising", WICK_U_MASK}},
    .warmup = warmup,
    .run = rising_run,
    .ref = rising_ref,
    .state_size = size,
    .state_init = init,
    .step = rising_step,
    .note =
        "Pine's manual says \"greater than all of the last n values\"; the built-in counts steps.",
};

const wick_ta_spec wick_ta_falling = {
    .name = "falling",
    .title = "falling for n bars",
    .formula = "each of the last n steps is down by more than 1e-10",
    .source = "Pine v6 ta.falling; pine_semantics.md 5.2",
    .group = "event",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 1, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"falling", WICK_U_MASK}},
    .warmup = warmup,
    .run = falling_run,
    .ref = falling_ref,
    .state_size = size,
    .state_init = init,
    .step = falling_step,
    .note = "Pine's manual says \"less than all of the last n values\"; the built-in counts steps.",
};
