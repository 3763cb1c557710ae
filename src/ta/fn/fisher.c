/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_fisher wick_ta_stc */
#include "../k_parts.h"

/* Where a value stands in the range of a window. State: own numbers, then queues. */

/* ---- fisher --------------------------------------------------------------------------------- */

typedef struct fisher_state {
    double value, fisher;
    bool begun;
} fisher_state;

static int64_t fisher_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t fisher_size(const double *p)
{
    return (int64_t)sizeof(fisher_state) + 2 * wk_ext_bytes(wk_window(p, 0));
}

static void fisher_init(void *state, const double *p)
{
    fisher_state *k = state;
    memset(k, 0, sizeof *k);
    wk_ext_init(wk_ext_init(k + 1, wk_window(p, 0)), wk_window(p, 0));
}

static void fisher_step(void *state, const double *p, const double *in, double *out)
{
    fisher_state *k = state;
    wk_ext *top = (wk_ext *)(void *)(k + 1), *bottom = wk_ext_end(top);
    const double x = in[0], high = wk_highest_step(top, x), low = wk_lowest_step(bottom, x);
    (void)p;
    out[0] = out[1] = WICK_NA;
    if (isnan(x) || isnan(high)) return;
    const double place = high > low ? (x - low) / (high - low) - 0.5 : 0.0;
    double value = 0.66 * place + 0.67 * k->value;
    value = value > 0.99 ? 0.999 : value < -0.99 ? -0.999 : value;
    if (k->begun) out[1] = k->fisher;
    k->begun = true;
    k->value = value;
    k->fisher = 0.5 * log((1.0 + value) / (1.0 - value)) + 0.5 * k->fisher;
    out[0] = k->fisher;
}

WK_STEPS(fisher, 1, 2)

/* ---- stc ------------------------------------------------------------------------------------ */

/* One stochastic and its smoothing; followed by two queues. */
typedef struct stage {
    double raw, smooth;
} stage;

static int64_t stage_bytes(int64_t w)
{
    return (int64_t)sizeof(stage) + 2 * wk_ext_bytes(w);
}

static void *stage_init(void *at, int64_t w)
{
    stage *k = at;
    *k = (stage){0.0, WICK_NA};
    return wk_ext_init(wk_ext_init(k + 1, w), w);
}

/* A window without range keeps the stochastic of the bar before. */
static double stage_step(stage *k, double x, double factor)
{
    wk_ext *top = (wk_ext *)(void *)(k + 1), *bottom = wk_ext_end(top);
    if (isnan(x)) return WICK_NA;
    const double high = wk_highest_step(top, x), low = wk_lowest_step(bottom, x);
    if (isnan(high)) return WICK_NA;
    if (high > low) k->raw = 100.0 * (x - low) / (high - low);
    k->smooth = isnan(k->smooth) ? k->raw : k->smooth + factor * (k->raw - k->smooth);
    return k->smooth;
}

static int64_t stc_warmup(const double *p)
{
    return (int64_t)(p[1] > p[2] ? p[1] : p[2]) - 1 + 2 * (wk_window(p, 0) - 1);
}

static int64_t stc_size(const double *p)
{
    return wk_avg_bytes(wk_window(p, 1)) + wk_avg_bytes(wk_window(p, 2)) +
           2 * stage_bytes(wk_window(p, 0));
}

static void stc_init(void *state, const double *p)
{
    void *at = wk_avg_init(wk_avg_init(state, wk_window(p, 1)), wk_window(p, 2));
    stage_init(stage_init(at, wk_window(p, 0)), wk_window(p, 0));
}

static void stc_step(void *state, const double *p, const double *in, double *out)
{
    wk_avg *fast = state, *slow = wk_avg_end(fast);
    stage *first = wk_avg_end(slow);
    stage *second = (stage *)(void *)((char *)first + stage_bytes(wk_window(p, 0)));
    const double mean = wk_ema_step(fast, in[0]);
    const double line = mean - wk_ema_step(slow, in[0]);
    out[0] = stage_step(second, stage_step(first, line, p[3]), p[3]);
}

WK_STEPS(stc, 1, 1)

const wick_ta_spec wick_ta_fisher = {
    .name = "fisher",
    .title = "Fisher transform",
    .formula = "fisher = 0.5*ln((1+v)/(1-v)) + 0.5*fisher[1], v = 0.66*((src - lowest)/(highest - "
               "lowest) - 0.5) + 0.67*v[1], beyond 0.99 it is 0.999; trigger = fisher[1]",
    .source = "Ehlers 2002; TradingView's built-in Fisher Transform",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HL2}},
    .param = {WK_BARS("n", 9)},
    .out = {{"fisher", WICK_U_RATIO}, {"trigger", WICK_U_RATIO}},
    WK_FORMS(fisher),
    .note = "v and fisher begin with 0. A window without range counts as the middle.",
};

const wick_ta_spec wick_ta_stc = {
    .name = "stc",
    .title = "Schaff trend cycle",
    .formula = "d = s(s(ema(src, fast) - ema(src, slow))), s: 100*(x - lowest)/(highest - lowest) "
               "over n, then y + factor*(x - y)",
    .source = "Schaff 1999; the form of TradingView's public scripts and pandas-ta",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 10),
              WK_BARS("fast", 23),
              WK_BARS("slow", 50),
              {"factor", 0.5, 0.001, 1, .is_int = 0}},
    .out = {{"stc", WICK_U_PERCENT}},
    WK_FORMS(stc),
    .note = "Each smoothing begins with its first value. A window without range keeps the value of "
            "the bar before, 0 at first.",
};
