/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_max wick_ta_min wick_ta_cum wick_ta_fixnan wick_ta_drawdown */
#include "../ta_int.h"

/* Functions that remember one number from the start of the series. */

static int64_t warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(double);
}

static void na_init(void *state, const double *p)
{
    (void)p;
    *(double *)state = WICK_NA;
}

static void zero_init(void *state, const double *p)
{
    (void)p;
    *(double *)state = 0.0;
}

static void max_step(void *state, const double *p, const double *in, double *out)
{
    double *k = state;
    (void)p;
    if (in[0] > *k || isnan(*k)) *k = in[0];
    out[0] = *k;
}

static void min_step(void *state, const double *p, const double *in, double *out)
{
    double *k = state;
    (void)p;
    if (in[0] < *k || isnan(*k)) *k = in[0];
    out[0] = *k;
}

static void cum_step(void *state, const double *p, const double *in, double *out)
{
    double *k = state;
    (void)p;
    out[0] = WICK_NA;
    if (isnan(in[0])) return;
    out[0] = *k += in[0];
}

static void fixnan_step(void *state, const double *p, const double *in, double *out)
{
    double *k = state;
    (void)p;
    if (!isnan(in[0])) *k = in[0];
    out[0] = *k;
}

static void drawdown_step(void *state, const double *p, const double *in, double *out)
{
    double *k = state;
    (void)p;
    if (in[0] > *k || isnan(*k)) *k = in[0];
    out[0] = wk_finite(in[0] / *k - 1.0);
}

static wick_status max_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, na_init, max_step);
}

static wick_status min_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, na_init, min_step);
}

static wick_status cum_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, zero_init, cum_step);
}

static wick_status fixnan_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, na_init, fixnan_step);
}

static wick_status drawdown_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, na_init, drawdown_step);
}

const wick_ta_spec wick_ta_max = {
    .name = "max",
    .title = "highest value so far",
    .formula = "max of all src up to here",
    .source = "Pine v6 ta.max; pine_semantics.md 5.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .out = {{"max", WICK_U_ANY}},
    .warmup = warmup,
    .run = max_run,
    .state_size = size,
    .state_init = na_init,
    .step = max_step,
    .note = "NA is passed over. It remembers from the first bar of the series on.",
};

const wick_ta_spec wick_ta_min = {
    .name = "min",
    .title = "lowest value so far",
    .formula = "min of all src up to here",
    .source = "Pine v6 ta.min; pine_semantics.md 5.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .out = {{"min", WICK_U_ANY}},
    .warmup = warmup,
    .run = min_run,
    .state_size = size,
    .state_init = na_init,
    .step = min_step,
    .note = "NA is passed over. It remembers from the first bar of the series on.",
};

const wick_ta_spec wick_ta_cum = {
    .name = "cum",
    .title = "running total",
    .formula = "sum of all src up to here",
    .source = "Pine v6 ta.cum; pine_semantics.md 5.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .out = {{"cum", WICK_U_ANY}},
    .warmup = warmup,
    .run = cum_run,
    .state_size = size,
    .state_init = zero_init,
    .step = cum_step,
    .note = "Plain additions, as Pine does. NA gives NA on its bar and adds nothing.",
};

const wick_ta_spec wick_ta_fixnan = {
    .name = "fixnan",
    .title = "last value that exists",
    .formula = "src, or the newest earlier value where src is NA",
    .source = "Pine v6 fixnan; pine_semantics.md 2.1",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .out = {{"fixnan", WICK_U_ANY}},
    .warmup = warmup,
    .run = fixnan_run,
    .state_size = size,
    .state_init = na_init,
    .step = fixnan_step,
    .note = "Infinities are values here.",
};

const wick_ta_spec wick_ta_drawdown = {
    .name = "drawdown",
    .title = "fall from the highest value so far",
    .formula = "src / max(src) - 1",
    .source = "running drawdown of a series, as a ratio at or below zero",
    .group = "statistic",
    .in = {{"src", WICK_U_PRICE, 1, WICK_S_CLOSE}},
    .out = {{"drawdown", WICK_U_RATIO}},
    .warmup = warmup,
    .run = drawdown_run,
    .state_size = size,
    .state_init = na_init,
    .step = drawdown_step,
    .note = "For positive series; it remembers from the first bar on.",
};
