/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_kama wick_ta_vidya wick_ta_mcginley wick_ta_frama */
#include "../k_parts.h"

/* Averages whose speed follows the market. */

/* ---- kama ----------------------------------------------------------------------------------- */

/* The state of the average, the values n bars ago, the sum of |changes|. */
typedef struct adaptive {
    double value, prev;
} adaptive;

static int64_t kama_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t kama_size(const double *p)
{
    return (int64_t)sizeof(adaptive) + wk_delay_bytes(wk_window(p, 0)) +
           wk_bsum_bytes(wk_window(p, 0));
}

static void kama_init(void *state, const double *p)
{
    adaptive *k = state;
    *k = (adaptive){WICK_NA, WICK_NA};
    wk_bsum_init(wk_delay_init(k + 1, wk_window(p, 0)), wk_window(p, 0));
}

typedef struct limits {
    double slow, span;
} limits;

static limits kama_limits(const double *p)
{
    const double fast = 2.0 / (p[1] + 1.0), slow = 2.0 / (p[2] + 1.0);
    return (limits){slow, fast - slow};
}

WK_INLINE double kama_next(double value, double x, double move, double path, limits l)
{
    const double ratio = path <= move || path == 0.0 ? 1.0 : move / path;
    const double rate = ratio * l.span + l.slow, share = rate * rate;
    return value * (1.0 - share) + x * share;
}

static void kama_step(void *state, const double *p, const double *in, double *out)
{
    adaptive *k = state;
    wk_delay *delay = (wk_delay *)(void *)(k + 1);
    wk_bsum *path = wk_delay_end(delay);
    const double x = in[0], prev = k->prev;
    out[0] = WICK_NA;
    if (isnan(x)) return;
    const double old = wk_delay_step(delay, x);
    k->prev = x;
    if (isnan(prev)) return;
    const double sum = wk_bsum_step(path, fabs(x - prev));
    if (!path->full) return;
    if (isnan(k->value)) k->value = prev;
    out[0] = k->value = kama_next(k->value, x, fabs(x - old), sum, kama_limits(p));
}

WK_INLINE double path_at(const double *x, int64_t i)
{
    return fabs(x[i] - x[i - 1]);
}

/* Clean input. The sums of the path are those of wk_bsum, made in the same pass. */
static wick_status kama_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const double *x = in[0];
    const int64_t first = wk_first(n, x), w = wk_window(p, 0), from = first + w;
    if (from >= n || !wk_clean(n, x, first))
        return wk_run_steps(n, in, p, out, 1, 1, kama_size, kama_init, kama_step);
    double *tail = malloc((size_t)w * sizeof(double)), value = x[from - 1];
    const limits l = kama_limits(p);
    if (tail == NULL) return WICK_E_MEM;
    wk_fill_na(from, out[0]);
    for (int64_t b = first + 1; b < n; b += w) {
        const int64_t end = b + w - 1; /* last bar of the block */
        double sum = 0.0;
        for (int64_t i = b; b > first + 1 && i < end && i < n; i++) {
            sum += path_at(x, i);
            const double path = tail[i - b + 1] + sum;
            out[0][i] = value = kama_next(value, x[i], fabs(x[i] - x[i - w]), path, l);
        }
        if (end >= n) break;
        sum = 0.0;
        for (int64_t i = end; i >= b; i--) tail[i - b] = sum += path_at(x, i);
        out[0][end] = value = kama_next(value, x[end], fabs(x[end] - x[end - w]), sum, l);
    }
    free(tail);
    return WICK_OK;
}

/* ---- vidya ---------------------------------------------------------------------------------- */

/* As above, then sums of rises and of falls. */

static int64_t vidya_warmup(const double *p)
{
    return wk_window(p, 1);
}

static int64_t vidya_size(const double *p)
{
    return (int64_t)sizeof(adaptive) + 2 * wk_bsum_bytes(wk_window(p, 1));
}

static void vidya_init(void *state, const double *p)
{
    adaptive *k = state;
    *k = (adaptive){WICK_NA, WICK_NA};
    wk_bsum_init(wk_bsum_init(k + 1, wk_window(p, 1)), wk_window(p, 1));
}

static void vidya_step(void *state, const double *p, const double *in, double *out)
{
    adaptive *k = state;
    wk_bsum *rises = (wk_bsum *)(void *)(k + 1), *falls = wk_bsum_end(rises);
    const double x = in[0], move = x - k->prev;
    out[0] = WICK_NA;
    if (isnan(x)) return;
    k->prev = x;
    if (isnan(move)) return;
    const double up = wk_bsum_step(rises, move > 0.0 ? move : 0.0);
    const double down = wk_bsum_step(falls, move < 0.0 ? -move : 0.0);
    if (!rises->full) return;
    const double ratio = up + down == 0.0 ? 0.0 : fabs(up - down) / (up + down);
    if (isnan(k->value))
        k->value = x;
    else
        k->value += wk_ema_alpha(wk_window(p, 0)) * ratio * (x - k->value);
    out[0] = k->value;
}

WK_STEPS(vidya, 1, 1)

/* ---- mcginley ------------------------------------------------------------------------------- */

static const char *const seeds[] = {"sma", "first", NULL};

static int64_t mcginley_warmup(const double *p)
{
    return p[2] != 0.0 ? 0 : wk_window(p, 0) - 1;
}

static int64_t mcginley_size(const double *p)
{
    return (int64_t)sizeof(double) + wk_avg_bytes(wk_window(p, 0));
}

static void mcginley_init(void *state, const double *p)
{
    double *value = state;
    *value = WICK_NA;
    wk_avg_init(value + 1, wk_window(p, 0));
}

static void mcginley_step(void *state, const double *p, const double *in, double *out)
{
    double *value = state;
    const double x = in[0];
    out[0] = WICK_NA;
    if (isnan(x)) return;
    if (isnan(*value)) {
        *value = p[2] != 0.0 ? x : wk_ema_step((wk_avg *)(void *)(value + 1), x);
    } else {
        const double ratio = x / *value, square = ratio * ratio;
        *value = wk_finite(*value + (x - *value) / (p[1] * p[0] * square * square));
    }
    out[0] = *value;
}

WK_STEPS(mcginley, 1, 1)

/* ---- frama ---------------------------------------------------------------------------------- */

/* Highest and lowest of the last half and of the whole window, and those of a half ago. The window
 * is even. */
static int64_t half(const double *p)
{
    return (wk_window(p, 0) + 1) / 2;
}

static int64_t frama_warmup(const double *p)
{
    return 2 * half(p) - 1;
}

static int64_t frama_size(const double *p)
{
    const int64_t h = half(p);
    return (int64_t)sizeof(double) + 2 * (wk_ext_bytes(h) + wk_delay_bytes(h));
}

static void frama_init(void *state, const double *p)
{
    double *value = state;
    void *at = value + 1;
    *value = WICK_NA;
    for (int k = 0; k < 2; k++) at = wk_delay_init(wk_ext_init(at, half(p)), half(p));
}

/* src, high, low */
static void frama_step(void *state, const double *p, const double *in, double *out)
{
    double *value = state;
    wk_ext *top = (wk_ext *)(void *)(value + 1);
    wk_delay *top_then = wk_ext_end(top);
    wk_ext *bottom = wk_delay_end(top_then);
    wk_delay *bottom_then = wk_ext_end(bottom);
    const double h = (double)half(p), x = in[0];
    const double high = wk_highest_step(top, in[1]), high1 = wk_delay_step(top_then, high);
    const double low = wk_lowest_step(bottom, in[2]), low1 = wk_delay_step(bottom_then, low);
    const double now = (high - low) / h, then = (high1 - low1) / h;
    const double all = (fmax(high, high1) - fmin(low, low1)) / (2.0 * h);
    out[0] = WICK_NA;
    if (isnan(x) || isnan(now) || isnan(then)) return;
    if (isnan(*value)) {
        *value = x;
    } else {
        const bool flat = !(now > 0.0 && then > 0.0 && all > 0.0);
        const double dimension = flat ? 1.0 : log((now + then) / all) / log(2.0);
        const double slow = 2.0 / (p[1] + 1.0);
        double alpha = exp(-4.6 * (dimension - 1.0));
        alpha = alpha > 1.0 ? 1.0 : alpha < slow ? slow : alpha;
        *value += alpha * (x - *value);
    }
    out[0] = *value;
}

WK_STEPS(frama, 3, 1)

const wick_ta_spec wick_ta_kama = {
    .name = "kama",
    .title = "Kaufman's adaptive moving average",
    .formula = "k + c*c*(src - k), c = er*(2/(fast+1) - 2/(slow+1)) + 2/(slow+1), er = |src - "
               "src[n]| / sum of |changes| over n",
    .source = "TA-Lib KAMA; Kaufman 1995",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 10), WK_BARS("fast", 2), WK_BARS("slow", 30)},
    .out = {{"kama", WICK_U_ANY}},
    WK_FORMS(kama),
    .note =
        "Begins from the value before the first complete window, as TA-Lib does, whose fast and "
        "slow are fixed at 2 and 30; pandas-ta begins with a mean of n.",
};

const wick_ta_spec wick_ta_vidya = {
    .name = "vidya",
    .title = "variable index dynamic average",
    .formula = "v + 2/(n+1) * |cmo|/100 * (src - v), cmo the Chande momentum of cmo_n bars",
    .source = "Chande 1992, as revised 1994",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 14), WK_BARS("cmo_n", 9)},
    .out = {{"vidya", WICK_U_ANY}},
    WK_FORMS(vidya),
    .note = "Begins with src on the first bar that has a momentum. Scripts that write nz(vidya[1]) "
            "and pandas-ta begin with 0 and climb from there for hundreds of bars.",
};

const wick_ta_spec wick_ta_mcginley = {
    .name = "mcginley",
    .title = "McGinley dynamic",
    .formula = "m + (src - m) / (k * n * (src/m)^4)",
    .source = "McGinley 1990; TradingView's built-in McGinley Dynamic",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 14),
              {"k", 1, 0.01, 100, .is_int = 0, .doc = "0.6 makes it as fast as an ema of n"},
              {"seed", 0, 0, 1, .is_int = 1, .choice = seeds}},
    .out = {{"mcginley", WICK_U_ANY}},
    WK_FORMS(mcginley),
    .note = "TradingView begins with the mean of the first n values; pandas-ta with the first "
            "(seed \"first\").",
};

const wick_ta_spec wick_ta_frama = {
    .name = "frama",
    .title = "fractal adaptive moving average",
    .formula = "f + a*(src - f), a = exp(-4.6*(d - 1)) between 2/(slow+1) and 1, d = log2((N1 + "
               "N2) / N3), N the range over bars of both halves and the whole of n",
    .source = "Ehlers 2005",
    .group = "average",
    .in = {{"src", WICK_U_PRICE, 1, WICK_S_HL2}, WK_IN_HIGH, WK_IN_LOW},
    .param = {WK_BARS("n", 16), WK_BARS("slow", 199)},
    .out = {{"frama", WICK_U_PRICE}},
    WK_FORMS(frama),
    .note = "n is made even upwards. Begins with src on the bar that fills the window; the slow "
            "limit of Ehlers' paper is 0.01, that of slow = 199. A half without range gives "
            "dimension 1.",
};
