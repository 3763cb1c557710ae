/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_stoch wick_ta_wpr wick_ta_donchian */
#include "../k_range.h"
#include "../k_scratch.h"
#include "../k_tops.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return 2 * wk_ext_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_ext_init(wk_ext_init(state, wk_window(p, 0)), wk_window(p, 0));
}

static void both(void *state, const double *p, double high, double low, double *top, double *bottom)
{
    void *second = (char *)state + wk_ext_bytes(wk_window(p, 0));
    double offset;
    *top = wk_ext_step(state, high, true, &offset);
    *bottom = wk_ext_step(second, low, false, &offset);
}

/* The multiplication comes first, so a source on the very top can read 100.00000000000001. */
static double stoch_of(double x, double high, double low, double top, double bottom)
{
    if (isnan(high) || isnan(low)) return WICK_NA;
    return wk_finite(100.0 * (x - bottom) / (top - bottom));
}

static double wpr_of(double close, double top, double bottom)
{
    return wk_finite(100.0 * (close - top) / (top - bottom));
}

static void stoch_step(void *state, const double *p, const double *in, double *out)
{
    double top, bottom;
    both(state, p, in[1], in[2], &top, &bottom);
    out[0] = stoch_of(in[0], in[1], in[2], top, bottom);
}

static void wpr_step(void *state, const double *p, const double *in, double *out)
{
    double top, bottom;
    both(state, p, in[0], in[1], &top, &bottom);
    out[0] = wpr_of(in[2], top, bottom);
}

static void donchian_step(void *state, const double *p, const double *in, double *out)
{
    double top, bottom;
    both(state, p, in[0], in[1], &top, &bottom);
    out[0] = top;
    out[1] = (top + bottom) / 2.0;
    out[2] = bottom;
}

static wick_status stoch_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    double *bottom = malloc((size_t)(n + 1) * sizeof(double)), *top = out[0];
    if (bottom == NULL) return WICK_E_MEM;
    wick_status st = wk_highest_column(n, in[1], wk_window(p, 0), top);
    if (st >= 0) st = wk_lowest_column(n, in[2], wk_window(p, 0), bottom);
    for (int64_t i = 0; st >= 0 && i < n; i++)
        out[0][i] = stoch_of(in[0][i], in[1][i], in[2][i], top[i], bottom[i]);
    free(bottom);
    return st;
}

typedef struct wpr_work {
    const double *close;
    double *out;
} wpr_work;

WK_WIDE static void wpr_take(const void *what, int64_t from, int64_t n, const double *top,
                             const double *bottom)
{
    const double *close = ((const wpr_work *)what)->close + from;
    double *restrict out = ((const wpr_work *)what)->out + from;
    for (int64_t i = 0; i < n; i++) {
        const double v = 100.0 * (close[i] - top[i]) / (top[i] - bottom[i]);
        out[i] = v - v == 0.0 ? v : WICK_NA; /* wk_finite */
    }
}

static wick_status wpr_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const wpr_work work = {in[2], out[0]};
    if (wk_tops_pair(n, in[0], in[1], wk_window(p, 0), wpr_take, &work)) {
        wk_fill_na(wk_window(p, 0) - 1, out[0]);
        return WICK_OK;
    }
    double *bottom = malloc((size_t)(n + 1) * sizeof(double)), *top = out[0];
    if (bottom == NULL) return WICK_E_MEM;
    wick_status st = wk_highest_column(n, in[0], wk_window(p, 0), top);
    if (st >= 0) st = wk_lowest_column(n, in[1], wk_window(p, 0), bottom);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] = wpr_of(in[2][i], top[i], bottom[i]);
    free(bottom);
    return st;
}

static wick_status donchian_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    wick_status st = wk_highest_column(n, in[0], wk_window(p, 0), out[0]);
    if (st >= 0) st = wk_lowest_column(n, in[1], wk_window(p, 0), out[2]);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[1][i] = (out[0][i] + out[2][i]) / 2.0;
    return st;
}

const wick_ta_spec wick_ta_stoch = {
    .name = "stoch",
    .title = "stochastic",
    .formula = "100 * (src - lowest(low, n)) / (highest(high, n) - lowest(low, n))",
    .source = "Pine v6 ta.stoch; pine_semantics.md 5.2",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_CLOSE},
           {"high", WICK_U_ANY, 1, WICK_S_HIGH},
           {"low", WICK_U_ANY, 1, WICK_S_LOW}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"stoch", WICK_U_PERCENT}},
    .warmup = warmup,
    .run = stoch_run,
    .state_size = size,
    .state_init = init,
    .step = stoch_step,
    .note = "Not clamped to 0..100. NA while high and low of the window are equal.",
};

const wick_ta_spec wick_ta_wpr = {
    .name = "wpr",
    .title = "Williams %R",
    .formula = "100 * (close - highest(high, n)) / (highest(high, n) - lowest(low, n))",
    .source = "Pine v6 ta.wpr; pine_semantics.md 5.2",
    .group = "oscillator",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"wpr", WICK_U_PERCENT}},
    .warmup = warmup,
    .run = wpr_run,
    .state_size = size,
    .state_init = init,
    .step = wpr_step,
    .note = "NA while high and low of the window are equal; TA-Lib gives 0 there.",
};

const wick_ta_spec wick_ta_donchian = {
    .name = "donchian",
    .title = "Donchian channel",
    .formula = "highest(high, n), lowest(low, n) and the middle of the two",
    .source = "strategies.md 3",
    .group = "trend",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH}, {"low", WICK_U_PRICE, 0, WICK_S_LOW}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"upper", WICK_U_PRICE}, {"middle", WICK_U_PRICE}, {"lower", WICK_U_PRICE}},
    .warmup = warmup,
    .run = donchian_run,
    .state_size = size,
    .state_init = init,
    .step = donchian_step,
    .note = "The present bar is part of the window: compare with [1] for a breakout.",
};
