/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_stochrsi wick_ta_crsi wick_ta_qqe */
#include "../k_rsi.h"
#include "../k_scratch.h"
#include "../k_sorted.h"

/* Made of the relative strength index. p[0] is its window, and its machine comes first. */

static void *after_rsi(void *state)
{
    return (wk_rsi *)state + 1;
}

/* ---- stochrsi ------------------------------------------------------------------------------- */

static int64_t stochrsi_warmup(const double *p)
{
    return wk_window(p, 0) + wk_window(p, 1) + wk_window(p, 2) + wk_window(p, 3) - 3;
}

static int64_t stochrsi_size(const double *p)
{
    return (int64_t)sizeof(wk_rsi) + 2 * wk_ext_bytes(wk_window(p, 1)) +
           wk_bsum_bytes(wk_window(p, 2)) + wk_bsum_bytes(wk_window(p, 3));
}

static void stochrsi_init(void *state, const double *p)
{
    void *at = wk_rsi_init(state, wk_window(p, 0)) + 1;
    at = wk_ext_init(wk_ext_init(at, wk_window(p, 1)), wk_window(p, 1));
    wk_bsum_init(wk_bsum_init(at, wk_window(p, 2)), wk_window(p, 3));
}

static inline double place(double x, double high, double low)
{
    return high == low ? 0.0 : 100.0 * (x - low) / (high - low);
}

static void stochrsi_step(void *state, const double *p, const double *in, double *out)
{
    wk_ext *top = after_rsi(state), *bottom = wk_ext_end(top);
    wk_bsum *k = wk_ext_end(bottom), *d = wk_bsum_end(k);
    const double x = wk_rsi_step(state, in[0]);
    out[0] = out[1] = WICK_NA;
    if (isnan(x)) return;
    const double high = wk_highest_step(top, x), low = wk_lowest_step(bottom, x);
    if (isnan(high)) return;
    out[0] = wk_bsum_step(k, place(x, high, low)) / p[2];
    if (!isnan(out[0])) out[1] = wk_bsum_step(d, out[0]) / p[3];
}

/* The mean of a window; `out` is not `x`. */
static wick_status mean_column(int64_t n, const double *x, double w, double *out)
{
    const wick_status st = wk_bsum_column(n, x, (int64_t)w, out);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[i] /= w;
    return st;
}

/* Clean input: one column after the other, each from the bar where the one before it begins. */
static wick_status stochrsi_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    const int64_t first = wk_first(n, in[0]), from = first + wk_window(p, 0);
    const int64_t k_at = from + wk_window(p, 1) - 1, d_at = k_at + wk_window(p, 2) - 1;
    wk_scratch s;
    if (d_at >= n || !wk_clean(n, in[0], first))
        return wk_run_steps(n, in, p, out, 1, 2, stochrsi_size, stochrsi_init, stochrsi_step);
    if (wk_scratch_new(&s, n, 3) < 0) return WICK_E_MEM;
    double *r = s.col[0], *high = s.col[1], *low = s.col[2];
    wk_rsi k;
    wk_rsi_init(&k, wk_window(p, 0));
    for (int64_t i = first; i < n; i++) r[i] = wk_rsi_step(&k, in[0][i]);
    wick_status st = wk_highest_column(n - from, r + from, wk_window(p, 1), high + from);
    if (st >= 0) st = wk_lowest_column(n - from, r + from, wk_window(p, 1), low + from);
    for (int64_t i = k_at; st >= 0 && i < n; i++) r[i] = place(r[i], high[i], low[i]);
    wk_fill_na(k_at, out[0]);
    wk_fill_na(d_at, out[1]);
    if (st >= 0) st = mean_column(n - k_at, r + k_at, p[2], out[0] + k_at);
    if (st >= 0) st = mean_column(n - d_at, out[0] + d_at, p[3], out[1] + d_at);
    wk_scratch_free(&s);
    return st;
}

/* ---- crsi ----------------------------------------------------------------------------------- */

/* Index of src, index of the streak, ranks of one-bar changes. */
typedef struct streak {
    double prev, run;
} streak;

static int64_t crsi_warmup(const double *p)
{
    int64_t most = wk_window(p, 2) + 1;
    for (int k = 0; k < 2; k++) most = wk_window(p, k) > most ? wk_window(p, k) : most;
    return most;
}

static int64_t crsi_size(const double *p)
{
    return 2 * (int64_t)sizeof(wk_rsi) + (int64_t)sizeof(streak) + wk_sorted_bytes(wk_window(p, 2));
}

static void crsi_init(void *state, const double *p)
{
    wk_rsi *runs = wk_rsi_init(wk_rsi_init(state, wk_window(p, 0)) + 1, wk_window(p, 1));
    streak *s = (streak *)(void *)(runs + 1);
    *s = (streak){WICK_NA, 0.0};
    wk_sorted_init((wk_sorted *)(void *)(s + 1), wk_window(p, 2));
}

static double next_run(const streak *s, double x)
{
    if (x > s->prev) return s->run > 0.0 ? s->run + 1.0 : 1.0;
    if (x < s->prev) return s->run < 0.0 ? s->run - 1.0 : -1.0;
    return 0.0;
}

static void crsi_step(void *state, const double *p, const double *in, double *out)
{
    wk_rsi *runs = after_rsi(state);
    streak *s = (streak *)(void *)(runs + 1);
    wk_sorted *ranks = (wk_sorted *)(void *)(s + 1);
    const double x = in[0];
    out[0] = WICK_NA;
    if (isnan(x)) return;
    s->run = next_run(s, x);
    const double change = wk_finite(100.0 * (x - s->prev) / s->prev);
    const bool first = isnan(s->prev);
    s->prev = x;
    const double a = wk_rsi_step(state, x);
    const double b = wk_rsi_step(runs, s->run);
    if (first) return;
    if (ranks->n == ranks->w && !isnan(change)) {
        const int64_t below = wk_upper(wk_sorted_order(ranks), ranks->count, change, WK_EPS);
        out[0] = (a + b + 100.0 * (double)below / p[2]) / 3.0;
    }
    wk_sorted_push(ranks, change, 0.0);
}

WK_STEPS(crsi, 1, 1)

/* ---- qqe ------------------------------------------------------------------------------------ */

/* Index, its ema, two emas of its changes, the trailing lines. */
typedef struct trail {
    double prev, up, down, trend;
} trail;

static int64_t wilder(const double *p)
{
    return 2 * wk_window(p, 0) - 1;
}

static int64_t qqe_warmup(const double *p)
{
    return wk_window(p, 0) + wk_window(p, 1) + 2 * (wilder(p) - 1);
}

static int64_t qqe_size(const double *p)
{
    return (int64_t)sizeof(wk_rsi) + wk_avg_bytes(wk_window(p, 1)) + 2 * wk_avg_bytes(wilder(p)) +
           (int64_t)sizeof(trail);
}

static void qqe_init(void *state, const double *p)
{
    void *at = wk_avg_init(wk_rsi_init(state, wk_window(p, 0)) + 1, wk_window(p, 1));
    trail *t = wk_avg_init(wk_avg_init(at, wilder(p)), wilder(p));
    *t = (trail){WICK_NA, WICK_NA, WICK_NA, 1.0};
}

/* The lower line rises while the index stays above it, the upper one falls while below; the other
 * side takes over when the index has crossed its line of the bar before. */
static void trail_move(trail *t, double prev, double x, double reach)
{
    const double up = t->up, down = t->down;
    t->up = x - reach;
    t->down = x + reach;
    if (isnan(up)) return;
    if (prev > up && x > up && up > t->up) t->up = up;
    if (prev < down && x < down && down < t->down) t->down = down;
    if (x > down)
        t->trend = 1.0;
    else if (x < up)
        t->trend = -1.0;
}

static void qqe_step(void *state, const double *p, const double *in, double *out)
{
    wk_avg *smooth = after_rsi(state), *first = wk_avg_end(smooth), *second = wk_avg_end(first);
    trail *t = wk_avg_end(second);
    const double x = wk_ema_step(smooth, wk_rsi_step(state, in[0]));
    const double prev = t->prev, change = fabs(x - prev);
    out[0] = x;
    out[1] = out[2] = WICK_NA;
    if (isnan(x)) return;
    t->prev = x;
    const double reach = wk_ema_step(second, wk_ema_step(first, change)) * p[2];
    if (isnan(reach)) return;
    trail_move(t, prev, x, reach);
    out[1] = t->trend > 0.0 ? t->up : t->down;
    out[2] = t->trend;
}

WK_STEPS(qqe, 1, 3)

const wick_ta_spec wick_ta_stochrsi = {
    .name = "stochrsi",
    .title = "stochastic of the relative strength index",
    .formula = "k = sma(100 * (r - lowest(r, n)) / (highest(r, n) - lowest(r, n)), k), r = "
               "rsi(src, rsi_n); d = sma(k, d)",
    .source = "Chande and Kroll 1994; TradingView's built-in Stochastic RSI; TA-Lib STOCHRSI",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("rsi_n", 14), WK_BARS("n", 14), WK_BARS("k", 3), WK_BARS("d", 3)},
    .out = {{"k", WICK_U_PERCENT}, {"d", WICK_U_PERCENT}},
    WK_FORMS(stochrsi),
    .note = "TA-Lib does not smooth k: it is k = 1 with n its fastk and d its fastd. 0 where the "
            "index did not move over the window, as TA-Lib has it.",
};

const wick_ta_spec wick_ta_crsi = {
    .name = "crsi",
    .title = "Connors RSI",
    .formula =
        "(rsi(src, n) + rsi(streak, streak_n) + percentrank(roc(src, 1), rank_n)) / 3, streak "
        "the number of rises (falls: negative) in a row, 0 without a change",
    .source = "Connors and Alvarez 2012; TradingView's built-in Connors RSI",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 3), WK_BARS("streak_n", 2), WK_BARS("rank_n", 100)},
    .out = {{"crsi", WICK_U_PERCENT}},
    WK_FORMS(crsi),
    .note = "The streak is 0 on the first bar, TradingView's script has -1 there.",
};

const wick_ta_spec wick_ta_qqe = {
    .name = "qqe",
    .title = "quantitative qualitative estimation",
    .formula =
        "rsi = ema(rsi(src, n), smooth); line trails it at factor * ema(ema(|change of rsi|, "
        "2n-1), 2n-1); trend 1 above, -1 below",
    .source = "Blau's smoothing of Wilder's index; the form of TradingView's public QQE scripts",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 14), WK_BARS("smooth", 5), {"factor", 4.236, 0.01, 100, .is_int = 0}},
    .out = {{"rsi", WICK_U_PERCENT}, {"line", WICK_U_PERCENT}, {"trend", WICK_U_RATIO}},
    WK_FORMS(qqe),
    .note = "The trend begins as 1 and turns when the index leaves the line of the bar before.",
};
