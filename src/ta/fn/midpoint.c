/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_midpoint wick_ta_midprice */
#include "../k_parts.h"
#include "../k_tops.h"

/* Middle of the highest and lowest of a window. Parameter: n. */

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

static double middle(void *state, double high, double low)
{
    const double top = wk_highest_step(state, high);
    return (top + wk_lowest_step(wk_ext_end(state), low)) / 2.0;
}

static void midpoint_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = middle(state, in[0], in[0]);
}

static void midprice_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = middle(state, in[0], in[1]);
}

WK_INLINE double higher(double a, double b)
{
    return b > a ? b : a;
}

WK_INLINE double lower(double a, double b)
{
    return b < a ? b : a;
}

/* The blocks of k_range.c for both extremes in one pass. No NA; windows are cut off at the start.
 */
static void blocks(int64_t n, const double *high, const double *low, int64_t w,
                   double *restrict tops, double *restrict bottoms, double *restrict out)
{
    double first_top = -HUGE_VAL, first_bottom = HUGE_VAL;
    for (int64_t i = 0; i < n && i < w - 1; i++) {
        first_top = higher(first_top, high[i]);
        first_bottom = lower(first_bottom, low[i]);
        out[i] = (first_top + first_bottom) / 2.0;
    }
    for (int64_t b = 0; b + w <= n; b += w) {
        const double *h = high + b, *l = low + b;
        double top = h[w - 1], bottom = l[w - 1];
        for (int64_t i = w - 1; i >= 0; i--) {
            tops[i] = top = higher(h[i], top);
            bottoms[i] = bottom = lower(l[i], bottom);
        }
        out[b + w - 1] = (top + bottom) / 2.0;
        h += w, l += w;
        const int64_t left = n - b - w, len = left < w - 1 ? left : w - 1;
        if (len <= 0) continue;
        top = h[0], bottom = l[0];
        for (int64_t i = 0; i < len; i++) {
            top = higher(top, h[i]);
            bottom = lower(bottom, l[i]);
            out[b + w + i] = (higher(tops[i + 1], top) + lower(bottoms[i + 1], bottom)) / 2.0;
        }
    }
}

static wick_status columns(int64_t n, const double *high, const double *low, int64_t first,
                           int64_t w, double *out)
{
    double *tops = malloc((size_t)(2 * w) * sizeof(double));
    if (tops == NULL) return WICK_E_MEM;
    blocks(n - first, high + first, low + first, w, tops, tops + w, out + first);
    free(tops);
    wk_fill_na(first, out);
    wk_fill_na(w - 1 < n ? w - 1 : n, out);
    return WICK_OK;
}

/* Values that begin at the same bar and then have no gap. */
static bool plain(int64_t n, const double *high, const double *low, int64_t *first)
{
    *first = wk_first(n, high);
    return wk_clean(n, high, *first) &&
           (low == high || (wk_first(n, low) == *first && wk_clean(n, low, *first)));
}

WK_WIDE static void take(const void *what, int64_t from, int64_t n, const double *top,
                         const double *bottom)
{
    double *out = *(double *const *)what + from;
    for (int64_t i = 0; i < n; i++) out[i] = (top[i] + bottom[i]) / 2.0;
}

static bool quick(int64_t n, const double *high, const double *low, int64_t w, double *out)
{
    if (!wk_tops_pair(n, high, low, w, take, &out)) return false;
    wk_fill_na(w - 1, out);
    return true;
}

static wick_status midpoint_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    int64_t first;
    if (quick(n, in[0], in[0], wk_window(p, 0), out[0])) return WICK_OK;
    if (!plain(n, in[0], in[0], &first))
        return wk_run_steps(n, in, p, out, 1, 1, size, init, midpoint_step);
    return columns(n, in[0], in[0], first, wk_window(p, 0), out[0]);
}

static wick_status midprice_run(int64_t n, const double *const *in, const double *p,
                                double *const *out)
{
    int64_t first;
    if (quick(n, in[0], in[1], wk_window(p, 0), out[0])) return WICK_OK;
    if (!plain(n, in[0], in[1], &first))
        return wk_run_steps(n, in, p, out, 2, 1, size, init, midprice_step);
    return columns(n, in[0], in[1], first, wk_window(p, 0), out[0]);
}

const wick_ta_spec wick_ta_midpoint = {
    .name = "midpoint",
    .title = "midpoint of a series",
    .formula = "(highest(src, n) + lowest(src, n)) / 2",
    .source = "TA-Lib MIDPOINT",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 14)},
    .out = {{"midpoint", WICK_U_ANY}},
    .warmup = warmup,
    .run = midpoint_run,
    .state_size = size,
    .state_init = init,
    .step = midpoint_step,
    .note = "NA in the window is left out, as in highest and lowest.",
};

const wick_ta_spec wick_ta_midprice = {
    .name = "midprice",
    .title = "middle of the range of n bars",
    .formula = "(highest(high, n) + lowest(low, n)) / 2",
    .source = "TA-Lib MIDPRICE",
    .group = "average",
    .in = {WK_IN_HIGH, WK_IN_LOW},
    .param = {WK_BARS("n", 14)},
    .out = {{"midprice", WICK_U_PRICE}},
    .warmup = warmup,
    .run = midprice_run,
    .state_size = size,
    .state_init = init,
    .step = midprice_step,
    .note = "The middle line of donchian.",
};
