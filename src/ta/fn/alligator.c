/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_alligator wick_ta_gator */
#include "../k_parts.h"

/* Bill Williams' indicators: of the middle of the bar unless another source is given. */

/* ---- alligator, gator ----------------------------------------------------------------------- */

/* Three times an average and the delay that shows it later. p: window and shift of jaw, teeth and
 * lips. */
static int64_t lines_warmup(const double *p)
{
    int64_t most = 0;
    for (int k = 0; k < 6; k += 2) {
        const int64_t w = wk_window(p, k) - 1 + wk_window(p, k + 1);
        most = w > most ? w : most;
    }
    return most;
}

static int64_t lines_size(const double *p)
{
    int64_t bytes = 0;
    for (int k = 0; k < 6; k += 2)
        bytes += wk_avg_bytes(wk_window(p, k)) + wk_delay_bytes(wk_window(p, k + 1));
    return bytes;
}

static void lines_init(void *state, const double *p)
{
    for (int k = 0; k < 6; k += 2)
        state = wk_delay_init(wk_avg_init(state, wk_window(p, k)), wk_window(p, k + 1));
}

static void alligator_step(void *state, const double *p, const double *in, double *out)
{
    wk_avg *avg = state;
    (void)p;
    for (int k = 0; k < 3; k++) {
        wk_delay *shift = wk_avg_end(avg);
        out[k] = wk_delay_step(shift, wk_rma_step(avg, in[0]));
        avg = wk_delay_end(shift);
    }
}

static wick_status alligator_run(int64_t n, const double *const *in, const double *p,
                                 double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 3, lines_size, lines_init, alligator_step);
}

static void gator_step(void *state, const double *p, const double *in, double *out)
{
    double y[3];
    alligator_step(state, p, in, y);
    out[0] = fabs(y[0] - y[1]);
    out[1] = -fabs(y[1] - y[2]);
}

static wick_status gator_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 2, lines_size, lines_init, gator_step);
}

#define LINES                                                                                      \
    {                                                                                              \
        WK_BARS("jaw", 13), {"jaw_shift", 8, 0, WK_WINDOW_MAX, .is_int = 1}, WK_BARS("teeth", 8),  \
            {"teeth_shift", 5, 0, WK_WINDOW_MAX, .is_int = 1}, WK_BARS("lips", 5),                 \
        {                                                                                          \
            "lips_shift", 3, 0, WK_WINDOW_MAX, .is_int = 1                                         \
        }                                                                                          \
    }

const wick_ta_spec wick_ta_alligator = {
    .name = "alligator",
    .title = "Williams alligator",
    .formula = "jaw = rma(src, jaw)[jaw_shift], teeth and lips alike",
    .source = "Williams 1995; TradingView's built-in Williams Alligator",
    .group = "trend",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HL2}},
    .param = LINES,
    .out = {{"jaw", WICK_U_ANY}, {"teeth", WICK_U_ANY}, {"lips", WICK_U_ANY}},
    .warmup = lines_warmup,
    .run = alligator_run,
    .state_size = lines_size,
    .state_init = lines_init,
    .step = alligator_step,
    .note = "What a chart draws shift bars ahead is seen here shift bars later. The smoothed "
            "average (smma) is rma.",
};

const wick_ta_spec wick_ta_gator = {
    .name = "gator",
    .title = "gator oscillator",
    .formula = "upper = |jaw - teeth|, lower = -|teeth - lips| of ta.alligator",
    .source = "Williams 1995",
    .group = "trend",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HL2}},
    .param = LINES,
    .out = {{"upper", WICK_U_ANY}, {"lower", WICK_U_ANY}},
    .warmup = lines_warmup,
    .run = gator_run,
    .state_size = lines_size,
    .state_init = lines_init,
    .step = gator_step,
};
