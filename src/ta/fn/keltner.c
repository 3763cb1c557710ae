/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_kc wick_ta_kcw wick_ta_keltner */
#include "../k_avg.h"
#include "../k_range.h"
#include "../k_scratch.h"

/* Ports of all three: src, high, low, close. */

static bool with_tr(const double *p)
{
    return p[2] != 0.0;
}

static int64_t kc_warmup(const double *p)
{
    return wk_window(p, 0) - 1 + (with_tr(p) ? 1 : 0);
}

static int64_t kc_size(const double *p)
{
    return (int64_t)sizeof(double) + 2 * wk_avg_bytes(wk_window(p, 0));
}

static void kc_init(void *state, const double *p)
{
    double *prev = state;
    *prev = WICK_NA;
    wk_avg_init(wk_avg_init(prev + 1, wk_window(p, 0)), wk_window(p, 0));
}

static void kc_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state;
    wk_avg *mid = (wk_avg *)(void *)(prev + 1);
    wk_avg *span = (wk_avg *)(void *)((char *)mid + wk_avg_bytes(wk_window(p, 0)));
    const double r = with_tr(p) ? wk_tr_strict(in[1], in[2], *prev) : in[1] - in[2];
    *prev = in[3];
    out[0] = wk_ema_step(mid, in[0]);
    const double reach = wk_ema_step(span, r) * p[1];
    out[1] = out[0] + reach;
    out[2] = out[0] - reach;
}

static wick_status kc_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double *r = malloc((size_t)(n + 1) * sizeof(double));
    if (r == NULL) return WICK_E_MEM;
    if (with_tr(p))
        wk_tr_column(n, in[1], in[2], in[3], false, r);
    else
        for (int64_t i = 0; i < n; i++) r[i] = in[1][i] - in[2][i];
    const int64_t w = wk_window(p, 0);
    const wk_avg_lane l[2] = {{in[0], out[0], w}, {r, out[1], w}};
    const wick_status st = wk_ema_columns(n, l, 2);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        const double reach = out[1][i] * p[1];
        out[1][i] = out[0][i] + reach;
        out[2][i] = out[0][i] - reach;
    }
    free(r);
    return st;
}

static double width(double mid, double top, double bottom)
{
    return wk_finite((top - bottom) / mid);
}

static void kcw_step(void *state, const double *p, const double *in, double *out)
{
    double b[3];
    kc_step(state, p, in, b);
    out[0] = width(b[0], b[1], b[2]);
}

static wick_status kcw_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    wk_scratch s;
    if (wk_scratch_new(&s, n, 2) < 0) return WICK_E_MEM;
    double *band[3] = {out[0], s.col[0], s.col[1]};
    const wick_status st = kc_run(n, in, p, band);
    for (int64_t i = 0; st >= 0 && i < n; i++)
        out[0][i] = width(band[0][i], band[1][i], band[2][i]);
    wk_scratch_free(&s);
    return st;
}

/* ---- keltner: the ATR form ------------------------------------------------------------------- */

static int64_t keltner_warmup(const double *p)
{
    return (p[0] > p[2] ? wk_window(p, 0) : wk_window(p, 2)) - 1;
}

static int64_t keltner_size(const double *p)
{
    return (int64_t)sizeof(double) + wk_avg_bytes(wk_window(p, 0)) + wk_avg_bytes(wk_window(p, 2));
}

static void keltner_init(void *state, const double *p)
{
    double *prev = state;
    *prev = WICK_NA;
    wk_avg_init(wk_avg_init(prev + 1, wk_window(p, 0)), wk_window(p, 2));
}

static void keltner_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state;
    wk_avg *mid = (wk_avg *)(void *)(prev + 1);
    wk_avg *atr = (wk_avg *)(void *)((char *)mid + wk_avg_bytes(wk_window(p, 0)));
    const double reach = wk_rma_step(atr, wk_tr(in[1], in[2], *prev)) * p[1];
    *prev = in[3];
    out[0] = wk_ema_step(mid, in[0]);
    out[1] = out[0] + reach;
    out[2] = out[0] - reach;
}

static wick_status keltner_run(int64_t n, const double *const *in, const double *p,
                               double *const *out)
{
    double *tr = malloc((size_t)(n + 1) * sizeof(double));
    if (tr == NULL) return WICK_E_MEM;
    wk_tr_column(n, in[1], in[2], in[3], true, tr);
    wick_status st = wk_ema_column(n, in[0], wk_window(p, 0), out[0]);
    if (st >= 0) st = wk_rma_column(n, tr, wk_window(p, 2), out[1]);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        const double reach = out[1][i] * p[1];
        out[1][i] = out[0][i] + reach;
        out[2][i] = out[0][i] - reach;
    }
    free(tr);
    return st;
}

#define PORTS                                                                                      \
    {                                                                                              \
        {"src", WICK_U_PRICE, 1, WICK_S_CLOSE}, {"high", WICK_U_PRICE, 0, WICK_S_HIGH},            \
            {"low", WICK_U_PRICE, 0, WICK_S_LOW}, {"close", WICK_U_PRICE, 0, WICK_S_CLOSE},        \
    }

const wick_ta_spec wick_ta_kc = {
    .name = "kc",
    .title = "Keltner channels as Pine has them",
    .formula = "ema(src, n) and that +- mult * ema(tr, n)",
    .source = "Pine v6 ta.kc; pine_semantics.md 5.3",
    .group = "volatility",
    .in = PORTS,
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1},
              {"mult", 1.5, 0, 1000, .is_int = 0},
              {"use_tr", 1, 0, 1, .is_int = 1, .doc = "1: true range; 0: high - low"}},
    .out = {{"middle", WICK_U_PRICE}, {"upper", WICK_U_PRICE}, {"lower", WICK_U_PRICE}},
    .warmup = kc_warmup,
    .run = kc_run,
    .state_size = kc_size,
    .state_init = kc_init,
    .step = kc_step,
    .note = "The true range is NA on the first bar, so the bands start one bar after the middle.",
};

const wick_ta_spec wick_ta_kcw = {
    .name = "kcw",
    .title = "width of the Keltner channels",
    .formula = "(upper - lower) / middle",
    .source = "Pine v6 ta.kcw; pine_semantics.md 5.2",
    .group = "volatility",
    .in = PORTS,
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1},
              {"mult", 1.5, 0, 1000, .is_int = 0},
              {"use_tr", 1, 0, 1, .is_int = 1, .doc = "1: true range; 0: high - low"}},
    .out = {{"kcw", WICK_U_RATIO}},
    .warmup = kc_warmup,
    .run = kcw_run,
    .state_size = kc_size,
    .state_init = kc_init,
    .step = kcw_step,
    .note = "A plain ratio; bbw is in percent.",
};

const wick_ta_spec wick_ta_keltner = {
    .name = "keltner",
    .title = "Keltner channels with average true range",
    .formula = "ema(src, n) and that +- mult * atr(atr_n)",
    .source = "Raschke's form of Keltner 1960; parts as ema and atr here",
    .group = "volatility",
    .in = PORTS,
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1},
              {"mult", 2, 0, 1000, .is_int = 0},
              {"atr_n", 10, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"middle", WICK_U_PRICE}, {"upper", WICK_U_PRICE}, {"lower", WICK_U_PRICE}},
    .warmup = keltner_warmup,
    .run = keltner_run,
    .state_size = keltner_size,
    .state_init = keltner_init,
    .step = keltner_step,
    .note = "Wilder's average with a window of its own; kc smooths the range like the middle.",
};
