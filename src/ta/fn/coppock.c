/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_coppock wick_ta_kst wick_ta_dpo */
#include "../k_parts.h"
#include "../k_ramp.h"

static double rate(double x, double old)
{
    return wk_finite(100.0 * (x - old) / old);
}

/* ---- coppock -------------------------------------------------------------------------------- */

static int64_t coppock_warmup(const double *p)
{
    return wk_window(p, 0) - 1 + (int64_t)(p[1] > p[2] ? p[1] : p[2]);
}

static int64_t coppock_size(const double *p)
{
    return wk_delay_bytes(wk_window(p, 1)) + wk_delay_bytes(wk_window(p, 2)) +
           wk_ramp_bytes(wk_window(p, 0));
}

static void coppock_init(void *state, const double *p)
{
    void *at = wk_delay_init(wk_delay_init(state, wk_window(p, 1)), wk_window(p, 2));
    wk_ramp_init(at, wk_window(p, 0));
}

static void coppock_step(void *state, const double *p, const double *in, double *out)
{
    wk_delay *slow = state, *fast = wk_delay_end(slow);
    const double a = rate(in[0], wk_delay_step(slow, in[0]));
    const double b = rate(in[0], wk_delay_step(fast, in[0]));
    double sum, ramp, base;
    out[0] = WICK_NA;
    if (!wk_ramp_step(wk_delay_end(fast), a + b, &sum, &ramp, &base)) return;
    out[0] = wk_finite(base + ramp / (p[0] * (p[0] + 1.0) / 2.0));
}

WK_STEPS(coppock, 1, 1)

/* ---- kst ------------------------------------------------------------------------------------ */

enum { KST_SIGNAL = 9 };

/* Four pairs of a delay and a sum, then the signal's sum. p: rates 0 to 3, windows 4 to 7. */
static int64_t kst_line_warmup(const double *p)
{
    int64_t most = 0;
    for (int k = 0; k < 4; k++) {
        const int64_t w = wk_window(p, k) + wk_window(p, k + 4) - 1;
        most = w > most ? w : most;
    }
    return most;
}

static int64_t kst_warmup(const double *p)
{
    return kst_line_warmup(p) + KST_SIGNAL - 1;
}

static int64_t kst_size(const double *p)
{
    int64_t bytes = (int64_t)sizeof(int64_t) + wk_bsum_bytes(KST_SIGNAL);
    for (int k = 0; k < 4; k++)
        bytes += wk_delay_bytes(wk_window(p, k)) + wk_bsum_bytes(wk_window(p, k + 4));
    return bytes;
}

static void kst_init(void *state, const double *p)
{
    int64_t *bars = state;
    void *at = bars + 1;
    *bars = 0;
    for (int k = 0; k < 4; k++)
        at = wk_bsum_init(wk_delay_init(at, wk_window(p, k)), wk_window(p, k + 4));
    wk_bsum_init(at, KST_SIGNAL);
}

static void kst_step(void *state, const double *p, const double *in, double *out)
{
    int64_t *bars = state;
    wk_delay *delay = (wk_delay *)(void *)(bars + 1);
    double line = 0.0;
    for (int k = 0; k < 4; k++) {
        wk_bsum *sum = wk_delay_end(delay);
        const double r = rate(in[0], wk_delay_step(delay, in[0]));
        const bool there = *bars >= delay->w;
        line += (double)(k + 1) * (there ? wk_bsum_step(sum, r) / p[k + 4] : WICK_NA);
        delay = wk_bsum_end(sum);
    }
    out[0] = line;
    out[1] = WICK_NA;
    if ((*bars)++ >= kst_line_warmup(p))
        out[1] = wk_bsum_step((wk_bsum *)(void *)delay, line) / (double)KST_SIGNAL;
}

WK_STEPS(kst, 1, 2)

/* ---- dpo ------------------------------------------------------------------------------------ */

static int64_t back(const double *p)
{
    return wk_window(p, 0) / 2 + 1;
}

static int64_t dpo_warmup(const double *p)
{
    return wk_window(p, 0) - 1 + back(p);
}

static int64_t dpo_size(const double *p)
{
    return wk_bsum_bytes(wk_window(p, 0)) + wk_delay_bytes(back(p));
}

static void dpo_init(void *state, const double *p)
{
    wk_delay_init(wk_bsum_init(state, wk_window(p, 0)), back(p));
}

static void dpo_step(void *state, const double *p, const double *in, double *out)
{
    wk_bsum *sum = state;
    const double mean = wk_bsum_step(sum, in[0]) / p[0];
    out[0] = in[0] - wk_delay_step(wk_bsum_end(sum), mean);
}

WK_STEPS(dpo, 1, 1)

const wick_ta_spec wick_ta_coppock = {
    .name = "coppock",
    .title = "Coppock curve",
    .formula = "wma(roc(src, slow) + roc(src, fast), n)",
    .source = "Coppock 1962; TradingView's built-in Coppock Curve",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 10), WK_BARS("slow", 14), WK_BARS("fast", 11)},
    .out = {{"coppock", WICK_U_PERCENT}},
    WK_FORMS(coppock),
    .note = "NA in the window of the mean gives NA.",
};

const wick_ta_spec wick_ta_kst = {
    .name = "kst",
    .title = "know sure thing",
    .formula = "line = a + 2*b + 3*c + 4*d, each sma(roc(src, r), n) of its own r and n; signal = "
               "sma(line, 9)",
    .source = "Pring 1992; TradingView's built-in Know Sure Thing",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("r1", 10), WK_BARS("r2", 15), WK_BARS("r3", 20), WK_BARS("r4", 30),
              WK_BARS("n1", 10), WK_BARS("n2", 10), WK_BARS("n3", 10), WK_BARS("n4", 15)},
    .out = {{"line", WICK_U_PERCENT}, {"signal", WICK_U_PERCENT}},
    WK_FORMS(kst),
    .note = "For a signal of another length take ta.sma of the line.",
};

const wick_ta_spec wick_ta_dpo = {
    .name = "dpo",
    .title = "detrended price oscillator",
    .formula = "src - sma(src, n)[floor(n/2) + 1]",
    .source = "TradingView's built-in Detrended Price Oscillator, not centred",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 21)},
    .out = {{"dpo", WICK_U_ANY}},
    WK_FORMS(dpo),
    .note =
        "The centred form, pandas-ta's default, takes the mean of bars to come and is not here.",
};
