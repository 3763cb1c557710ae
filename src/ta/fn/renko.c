/* SPDX-License-Identifier: MIT */
#include "../k_parts.h"

/* Bricks of a closing price. p: size, n. State: the last brick, the average true range. */

typedef struct renko_state {
    double open, close, direction;
    double prev, sum, atr;
    int64_t seen;
} renko_state;

static int64_t renko_warmup(const double *p)
{
    (void)p;
    return -1;
}

static int64_t renko_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(renko_state);
}

static void renko_init(void *state, const double *p)
{
    (void)p;
    *(renko_state *)state = (renko_state){WICK_NA, WICK_NA, 0.0, WICK_NA, 0.0, WICK_NA, 0};
}

/* Wilder's average as atr_talib has it: the first true range needs a bar before it. */
static void renko_range(renko_state *k, double n, double high, double low, double close)
{
    const double range = wk_tr_strict(high, low, k->prev);
    k->prev = close;
    if (isnan(range)) return;
    k->seen++;
    k->sum += range;
    if ((double)k->seen == n)
        k->atr = k->sum / n;
    else if ((double)k->seen > n)
        k->atr = (k->atr * (n - 1.0) + range) / n;
}

/* Whole sizes in a distance; a price that meets a brick's end up to rounding has made it. */
static double whole(double distance, double size)
{
    return floor(distance / size + 1e-9);
}

/* src, high, low, close */
static void renko_step(void *state, const double *p, const double *in, double *out)
{
    renko_state *k = state;
    double made = 0.0;
    renko_range(k, p[1], in[1], in[2], in[3]);
    const double x = in[0], size = p[0] > 0.0 ? p[0] : k->atr;
    if (isfinite(x) && size > 0.0 && isfinite(size)) {
        if (isnan(k->close)) k->open = k->close = x;
        const double top = k->open > k->close ? k->open : k->close;
        const double bottom = k->open < k->close ? k->open : k->close;
        if (x > top && (made = whole(x - top, size)) > 0.0) {
            k->close = top + made * size;
            k->open = k->close - size;
            k->direction = 1.0;
        } else if (x < bottom && (made = whole(bottom - x, size)) > 0.0) {
            k->close = bottom - made * size;
            k->open = k->close + size;
            k->direction = -1.0;
            made = -made;
        }
    }
    const bool has = k->direction != 0.0;
    out[0] = has ? k->open : WICK_NA;
    out[1] = has ? k->close : WICK_NA;
    out[2] = has ? k->direction : WICK_NA;
    out[3] = isnan(k->close) ? WICK_NA : made;
}

WK_STEPS(renko, 4, 4)

const wick_ta_spec wick_ta_renko = {
    .name = "renko",
    .title = "Renko bricks, the last one known",
    .formula = "a brick up for every `size` the price closes above the last brick, one down for "
               "every `size` below it",
    .source = "Nison, Beyond Candlesticks (1994), chapter 8",
    .group = "trend",
    .in = {{"src", WICK_U_PRICE, 1, WICK_S_CLOSE}, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {{"size", 0, 0, 1e12, .doc = "height of a brick; 0: the average true range"},
              {"n", 14, 1, WK_WINDOW_MAX, .is_int = 1,
               .doc = "bars of the average true range, where size is 0"}},
    .out = {{"open", WICK_U_PRICE},
            {"close", WICK_U_PRICE},
            {"direction", WICK_U_RATIO},
            {"bricks", WICK_U_BARS}},
    WK_FORMS(renko),
    .note =
        "Bar-aligned: the last brick complete at the bar's close, its direction (1, -1) and how "
        "many bricks the bar has made (negative: down). The first price is where the first brick "
        "begins. Charts that size all bricks by the last bar's range know the future; here a "
        "brick has the range of the bar that makes it. `wick data renko` makes bars of bricks.",
};
