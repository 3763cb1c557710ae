/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_elder_ray wick_ta_bop */
#include "../k_parts.h"

static int64_t elder_ray_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t elder_ray_size(const double *p)
{
    return wk_avg_bytes(wk_window(p, 0));
}

static void elder_ray_init(void *state, const double *p)
{
    wk_avg_init(state, wk_window(p, 0));
}

static void elder_ray_step(void *state, const double *p, const double *in, double *out)
{
    const double mean = wk_ema_step(state, in[2]);
    (void)p;
    out[0] = in[0] - mean;
    out[1] = in[1] - mean;
}

WK_STEPS(elder_ray, 3, 2)

/* ---- bop ------------------------------------------------------------------------------------ */

static int64_t bop_warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t bop_size(const double *p)
{
    (void)p;
    return 1;
}

static void bop_init(void *state, const double *p)
{
    (void)p;
    *(char *)state = 0;
}

static double bop_of(double open, double high, double low, double close)
{
    const double move = close - open, range = high - low;
    return range > 0.0 ? move / range : 0.0 * (move + range);
}

static void bop_step(void *state, const double *p, const double *in, double *out)
{
    (void)state;
    (void)p;
    out[0] = bop_of(in[0], in[1], in[2], in[3]);
}

static wick_status bop_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    (void)p;
    for (int64_t i = 0; i < n; i++) out[0][i] = bop_of(in[0][i], in[1][i], in[2][i], in[3][i]);
    return WICK_OK;
}

const wick_ta_spec wick_ta_elder_ray = {
    .name = "elder_ray",
    .title = "Elder ray",
    .formula = "bull = high - ema(close, n); bear = low - ema(close, n)",
    .source = "Elder 1993",
    .group = "oscillator",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 13)},
    .out = {{"bull", WICK_U_PRICE}, {"bear", WICK_U_PRICE}},
    WK_FORMS(elder_ray),
    .note = "Called eri by pandas-ta.",
};

const wick_ta_spec wick_ta_bop = {
    .name = "bop",
    .title = "balance of power",
    .formula = "(close - open) / (high - low)",
    .source = "TA-Lib BOP; Livshin 2001",
    .group = "oscillator",
    .in = {WK_IN_OPEN, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .out = {{"bop", WICK_U_RATIO}},
    WK_FORMS(bop),
    .note = "0 on a bar without range, as TA-Lib has it.",
};
