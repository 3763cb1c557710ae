/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_ultosc wick_ta_vortex wick_ta_chop */
#include "../k_fresh.h"

/* Sums of movement over sums of true range. State: the bar before, then the sums. */

typedef struct bar_before {
    double high, low, close;
} bar_before;

static const bar_before none = {WICK_NA, WICK_NA, WICK_NA};

/* ---- ultosc --------------------------------------------------------------------------------- */

/* TA-Lib weighs by length, whatever the order of the arguments. */
static void by_length(const double *p, int64_t w[3])
{
    for (int k = 0; k < 3; k++) {
        int at = k;
        for (; at > 0 && (int64_t)p[k] < w[at - 1]; at--) w[at] = w[at - 1];
        w[at] = (int64_t)p[k];
    }
}

static int64_t ultosc_warmup(const double *p)
{
    int64_t w[3];
    by_length(p, w);
    return w[2];
}

static int64_t ultosc_size(const double *p)
{
    int64_t bytes = (int64_t)sizeof(bar_before);
    for (int k = 0; k < 3; k++) bytes += 2 * wk_fresh_bytes(wk_window(p, k));
    return bytes;
}

static void ultosc_init(void *state, const double *p)
{
    bar_before *prev = state;
    void *at = prev + 1;
    int64_t w[3];
    *prev = none;
    by_length(p, w);
    for (int k = 0; k < 6; k++) at = wk_fresh_init(at, w[k / 2]);
}

WK_INLINE void ultosc_bar(double high, double low, double close, double before, double *pressure,
                          double *range)
{
    const double bottom = low < before ? low : before, top = high > before ? high : before;
    *pressure = close - bottom;
    *range = top - bottom;
}

WK_INLINE double ultosc_part(int k, double pressure, double range)
{
    const double ratio = pressure / range;
    return (double)(4 >> k) * (range == 0.0 ? 0.0 : ratio);
}

static void ultosc_step(void *state, const double *p, const double *in, double *out)
{
    bar_before *prev = state;
    wk_fresh *sum = (wk_fresh *)(void *)(prev + 1);
    const double high = in[0], low = in[1], close = in[2], before = prev->close;
    (void)p;
    prev->close = close;
    out[0] = WICK_NA;
    if (isnan(before)) return;
    double pressure, range, total = 0.0;
    ultosc_bar(high, low, close, before, &pressure, &range);
    for (int k = 0; k < 3; k++) {
        const double pressed = wk_fresh_step(sum, pressure);
        sum = wk_fresh_end(sum);
        total += ultosc_part(k, pressed, wk_fresh_step(sum, range));
        sum = wk_fresh_end(sum);
    }
    out[0] = 100.0 * (total / 7.0);
}

enum { CHUNK = 256, ROOM = WK_FRESH_MAX + CHUNK };

/* The bars at hand behind those before, and their sums. */
typedef struct ultosc_work {
    double pressure[ROOM], range[ROOM], a[CHUNK], b[CHUNK];
} ultosc_work;

WK_WIDE static void ultosc_bars(ultosc_work *k, const double *const *in, int64_t from, int64_t len)
{
    const double *h = in[0] + from, *l = in[1] + from, *c = in[2] + from;
    double *restrict pressure = k->pressure + WK_FRESH_MAX, *restrict range =
                                                                k->range + WK_FRESH_MAX;
    for (int64_t i = 0; i < len; i++)
        ultosc_bar(h[i], l[i], c[i], c[i - 1], &pressure[i], &range[i]);
}

WK_WIDE static void ultosc_add(const ultosc_work *k, int which, int64_t len, double *restrict out)
{
    for (int64_t i = 0; i < len; i++) out[i] += ultosc_part(which, k->a[i], k->b[i]);
}

WK_WIDE static void ultosc_scale(int64_t len, double *out)
{
    for (int64_t i = 0; i < len; i++) out[i] = 100.0 * (out[i] / 7.0);
}

/* One chunk of bars from `from` > 0 on, within the cache. */
static void ultosc_chunk(ultosc_work *k, wk_fresh *sum, const double *const *in, int64_t from,
                         int64_t len, double *out)
{
    const size_t kept = WK_FRESH_MAX * sizeof(double);
    double *pressure = k->pressure + WK_FRESH_MAX, *range = k->range + WK_FRESH_MAX;
    int64_t w = 0;
    ultosc_bars(k, in, from, len);
    for (int64_t i = 0; i < len; i++) out[i] = 0.0;
    for (int j = 0; j < 3; j++) {
        wk_fresh *other = wk_fresh_end(sum);
        if (j > 0 && sum->w == w) {
            /* the same sums as before */
        } else if (sum->w <= WK_FRESH_MAX) {
            wk_fresh_sums(len, pressure, sum->w, k->a);
            wk_fresh_sums(len, range, sum->w, k->b);
        } else {
            wk_bsum_feed_two(wk_fresh_blocks(sum), wk_fresh_blocks(other), len, pressure, range,
                             k->a, k->b);
        }
        w = sum->w;
        sum = wk_fresh_end(other);
        ultosc_add(k, j, len, out);
    }
    ultosc_scale(len, out);
    memmove(k->pressure, k->pressure + len, kept);
    memmove(k->range, k->range + len, kept);
}

static wick_status ultosc_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    if (n == 0 || !wk_clean(n, in[2], 0))
        return wk_run_steps(n, in, p, out, 3, 1, ultosc_size, ultosc_init, ultosc_step);
    bar_before *state = malloc((size_t)ultosc_size(p));
    if (state == NULL) return WICK_E_MEM;
    ultosc_work work;
    wk_fill_na(WK_FRESH_MAX, work.pressure);
    wk_fill_na(WK_FRESH_MAX, work.range);
    ultosc_init(state, p);
    out[0][0] = WICK_NA;
    for (int64_t i = 1; i < n; i += CHUNK)
        ultosc_chunk(&work, (wk_fresh *)(void *)(state + 1), in, i, n - i < CHUNK ? n - i : CHUNK,
                     out[0] + i);
    free(state);
    return WICK_OK;
}

/* ---- vortex --------------------------------------------------------------------------------- */

static int64_t vortex_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t vortex_size(const double *p)
{
    return (int64_t)sizeof(bar_before) + 3 * wk_bsum_bytes(wk_window(p, 0));
}

static void vortex_init(void *state, const double *p)
{
    bar_before *prev = state;
    void *at = prev + 1;
    *prev = none;
    for (int k = 0; k < 3; k++) at = wk_bsum_init(at, wk_window(p, 0));
}

static void vortex_step(void *state, const double *p, const double *in, double *out)
{
    bar_before *prev = state, b = *prev;
    wk_bsum *up = (wk_bsum *)(void *)(prev + 1), *down = wk_bsum_end(up),
            *range = wk_bsum_end(down);
    (void)p;
    *prev = (bar_before){in[0], in[1], in[2]};
    out[0] = out[1] = WICK_NA;
    if (isnan(b.high) || isnan(b.low) || isnan(b.close)) return;
    const double plus = wk_bsum_step(up, fabs(in[0] - b.low));
    const double minus = wk_bsum_step(down, fabs(in[1] - b.high));
    const double all = wk_bsum_step(range, wk_tr(in[0], in[1], b.close));
    out[0] = wk_finite(plus / all);
    out[1] = wk_finite(minus / all);
}

WK_STEPS(vortex, 3, 2)

/* ---- chop ----------------------------------------------------------------------------------- */

static int64_t chop_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t chop_size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return (int64_t)sizeof(bar_before) + wk_bsum_bytes(w) + 2 * wk_ext_bytes(w);
}

static void chop_init(void *state, const double *p)
{
    bar_before *prev = state;
    const int64_t w = wk_window(p, 0);
    *prev = none;
    wk_ext_init(wk_ext_init(wk_bsum_init(prev + 1, w), w), w);
}

static void chop_step(void *state, const double *p, const double *in, double *out)
{
    bar_before *prev = state;
    wk_bsum *path = (wk_bsum *)(void *)(prev + 1);
    wk_ext *top = wk_bsum_end(path), *bottom = wk_ext_end(top);
    const double sum = wk_bsum_step(path, wk_tr(in[0], in[1], prev->close));
    const double range = wk_highest_step(top, in[0]) - wk_lowest_step(bottom, in[1]);
    prev->close = in[2];
    out[0] = wk_finite(100.0 * log10(sum / range) / log10(p[0]));
}

WK_STEPS(chop, 3, 1)

const wick_ta_spec wick_ta_ultosc = {
    .name = "ultosc",
    .title = "ultimate oscillator",
    .formula = "100 * (4*a + 2*b + c) / 7, each sum of close - min(low, close[1]) over sum of "
               "max(high, close[1]) - min(low, close[1]), over the shortest to the longest window",
    .source = "TA-Lib ULTOSC; Williams 1985",
    .group = "oscillator",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 7), WK_BARS("middle", 14), WK_BARS("long", 28)},
    .out = {{"ultosc", WICK_U_PERCENT}},
    WK_FORMS(ultosc),
    .note = "The windows are put in order of length, and one without range counts 0, as in TA-Lib.",
};

const wick_ta_spec wick_ta_vortex = {
    .name = "vortex",
    .title = "vortex indicator",
    .formula = "plus = sum of |high - low[1]| over n / sum of true range over n; minus = sum of "
               "|low - high[1]| over n / the same",
    .source = "Botes and Siepman 2010",
    .group = "trend",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 14)},
    .out = {{"plus", WICK_U_RATIO}, {"minus", WICK_U_RATIO}},
    WK_FORMS(vortex),
    .note = "The first bar, which has none before it, is left out of all three sums; TradingView "
            "and pandas-ta count its range, which makes the first complete window theirs alone.",
};

const wick_ta_spec wick_ta_chop = {
    .name = "chop",
    .title = "choppiness index",
    .formula = "100 * log10(sum of true range over n / (highest(high, n) - lowest(low, n))) / "
               "log10(n)",
    .source = "Dreiss 1993; TradingView's built-in Choppiness Index",
    .group = "volatility",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {{"n", 14, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"chop", WICK_U_PERCENT}},
    WK_FORMS(chop),
    .note = "The first bar counts with high - low. NA in a window without range.",
};
