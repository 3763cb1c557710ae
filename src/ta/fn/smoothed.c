/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_rvi wick_ta_smi wick_ta_ulcer_index wick_ta_zigzag */
#include "../k_fresh.h"
#include "../k_moments.h"
#include "../k_scratch.h"
#include "../k_split.h"
#include "../k_tops.h"

/* ---- relative volatility index: p: n, stdev_n ------------------------------------------------ */

/* Followed by the window of the deviation (values when it is short, else moments) and the two
 * averages. */
typedef struct rvi_state {
    double prev;
    int64_t bars;
} rvi_state;

static bool rvi_short(const double *p)
{
    return wk_window(p, 1) <= WK_FRESH_MAX;
}

static int64_t rvi_window_bytes(const double *p)
{
    return rvi_short(p) ? wk_win_bytes(wk_window(p, 1)) : wk_mom_bytes(wk_window(p, 1));
}

static int64_t rvi_warmup(const double *p)
{
    const int64_t dev = wk_window(p, 1);
    return (dev > 1 ? dev : 2) - 1 + wk_window(p, 0) - 1;
}

static int64_t rvi_size(const double *p)
{
    return (int64_t)sizeof(rvi_state) + rvi_window_bytes(p) + 2 * wk_avg_bytes(wk_window(p, 0));
}

static void rvi_init(void *state, const double *p)
{
    rvi_state *k = state;
    *k = (rvi_state){WICK_NA, 0};
    void *at =
        rvi_short(p) ? wk_win_init(k + 1, wk_window(p, 1)) : wk_mom_init(k + 1, wk_window(p, 1));
    wk_avg_init(wk_avg_init(at, wk_window(p, 0)), wk_window(p, 0));
}

/* Mean square about the mean; false while the window is not full. */
static bool rvi_variance(rvi_state *k, const double *p, double x, double *variance)
{
    const int64_t w = wk_window(p, 1);
    if (rvi_short(p)) {
        *variance = wk_fresh_variance(wk_win_push((wk_win *)(void *)(k + 1), x), w);
        return ++k->bars >= w;
    }
    wk_mom m;
    const bool full = wk_mom_step((wk_mom_win *)(void *)(k + 1), x, &m);
    *variance = full ? m.m2 / p[1] : WICK_NA;
    return full;
}

WK_INLINE double rvi_of(double up, double down)
{
    const double index = 100.0 * up / (up + down);
    return up + down == 0.0 ? 50.0 : wk_finite(index);
}

static void rvi_step(void *state, const double *p, const double *in, double *out)
{
    rvi_state *k = state;
    wk_avg *rising = (wk_avg *)(void *)((char *)(k + 1) + rvi_window_bytes(p));
    wk_avg *falling = wk_avg_end(rising);
    const double move = in[0] - k->prev;
    double variance;
    k->prev = in[0];
    out[0] = WICK_NA;
    if (!rvi_variance(k, p, in[0], &variance) || isnan(move)) return;
    const double deviation = sqrt(variance);
    const double up = wk_rma_step(rising, isnan(deviation) || move > 0.0 ? deviation : 0.0);
    const double down = wk_rma_step(falling, isnan(deviation) || move < 0.0 ? deviation : 0.0);
    if (isnan(up)) return;
    out[0] = rvi_of(up, down);
}

typedef struct rvi_work {
    const double *x;
    int64_t w;
    double *out;
} rvi_work;

WK_WIDE static void rvi_sides(int64_t n, const double *restrict x, const double *restrict variance,
                              double *restrict up, double *restrict down)
{
    for (int64_t i = 0; i < n; i++) {
        const double move = x[i] - x[i - 1], deviation = sqrt(variance[i]);
        up[i] = isnan(deviation) || move > 0.0 ? deviation : 0.0;
        down[i] = isnan(deviation) || move < 0.0 ? deviation : 0.0;
    }
}

static void rvi_fill(const void *what, int64_t from, int64_t n, double *up, double *down)
{
    const rvi_work *k = what;
    double variance[WK_FRESH_CHUNK];
    for (int64_t at = 0; at < n; at += WK_FRESH_CHUNK) {
        const int64_t len = n - at < WK_FRESH_CHUNK ? n - at : WK_FRESH_CHUNK;
        const double *x = k->x + from + at;
        wk_fresh_variances(len, x, k->w, variance);
        rvi_sides(len, x, variance, up + at, down + at);
    }
}

WK_WIDE static void rvi_take(const void *what, int64_t from, int64_t n, const double *up,
                             const double *down)
{
    double *restrict out = ((const rvi_work *)what)->out + from;
    for (int64_t i = 0; i < n; i++) out[i] = rvi_of(up[i], down[i]);
}

/* Clean values: both averages side by side, from deviations that are made where they are used. */
static wick_status rvi_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0), first = rvi_warmup(p) - (w - 1), seed = first + w - 1;
    const rvi_work k = {in[0], wk_window(p, 1), out[0]};
    double *sides = malloc((size_t)(2 * w) * sizeof(double));
    if (sides == NULL) return WICK_E_MEM;
    bool done = w > 1 && rvi_short(p) && seed < n && wk_clean(seed + 1, in[0], 0);
    if (done) {
        wk_split s = {.from = seed + 1, .n = n, .w = w, .rma = true, .chains = 2, .what = &k};
        rvi_fill(&k, first, w, sides, sides + w);
        for (int c = 0; c < 2; c++) s.e[c] = wk_seed(sides + c * w, 0, w);
        wk_fill_na(seed, out[0]);
        out[0][seed] = rvi_of(s.e[0], s.e[1]);
        s.fill = rvi_fill, s.take = rvi_take;
        done = wk_split_run(&s);
    }
    free(sides);
    return done ? WICK_OK : wk_run_steps(n, in, p, out, 1, 1, rvi_size, rvi_init, rvi_step);
}

/* ---- stochastic momentum index: p: n, fast, slow, signal ------------------------------------- */

static int64_t smi_warmup(const double *p)
{
    return wk_window(p, 0) + wk_window(p, 1) + wk_window(p, 2) + wk_window(p, 3) - 4;
}

/* The extremes; averages of the distance, of the range, and of the result. */
static int64_t smi_size(const double *p)
{
    return 2 * wk_ext_bytes(wk_window(p, 0)) + 2 * wk_avg_bytes(wk_window(p, 2)) +
           2 * wk_avg_bytes(wk_window(p, 1)) + wk_avg_bytes(wk_window(p, 3));
}

static void smi_init(void *state, const double *p)
{
    void *at = wk_ext_init(wk_ext_init(state, wk_window(p, 0)), wk_window(p, 0));
    for (int k = 0; k < 2; k++) at = wk_avg_init(wk_avg_init(at, wk_window(p, 2)), wk_window(p, 1));
    wk_avg_init(at, wk_window(p, 3));
}

/* high, low, close */
static void smi_step(void *state, const double *p, const double *in, double *out)
{
    wk_ext *highest = state, *lowest = wk_ext_end(highest);
    wk_avg *slow = wk_ext_end(lowest), *fast = wk_avg_end(slow);
    wk_avg *slow_range = wk_avg_end(fast), *fast_range = wk_avg_end(slow_range);
    const double top = wk_highest_step(highest, in[0]), bottom = wk_lowest_step(lowest, in[1]);
    const double far = in[2] - (top + bottom) / 2.0, range = isnan(far) ? WICK_NA : top - bottom;
    (void)p;
    const double a = wk_ema_step(fast, wk_ema_step(slow, far));
    const double b = wk_ema_step(fast_range, wk_ema_step(slow_range, range));
    out[0] = isnan(a) || isnan(b) ? WICK_NA : b == 0.0 ? 0.0 : wk_finite(100.0 * (a / (b / 2.0)));
    out[1] = wk_ema_step(wk_avg_end(fast_range), out[0]);
}

typedef struct smi_work {
    const double *close;
    double *far, *range;
} smi_work;

WK_WIDE static void smi_take(const void *what, int64_t from, int64_t n, const double *restrict top,
                             const double *restrict bottom)
{
    const smi_work *k = what;
    const double *restrict close = k->close + from;
    double *restrict far = k->far + from, *restrict range = k->range + from;
    for (int64_t i = 0; i < n; i++) {
        far[i] = close[i] - (top[i] + bottom[i]) / 2.0;
        range[i] = top[i] - bottom[i];
    }
}

static void smi_slow(const void *what, int64_t from, int64_t n, const double *far,
                     const double *range)
{
    double *const *to = what;
    memcpy(to[0] + from, far, (size_t)n * sizeof(double));
    memcpy(to[1] + from, range, (size_t)n * sizeof(double));
}

WK_WIDE static void smi_line(const void *what, int64_t from, int64_t n, const double *restrict far,
                             const double *restrict range)
{
    double *restrict to = *(double *const *)what + from;
    for (int64_t i = 0; i < n; i++) {
        const double a = far[i], b = range[i], line = wk_finite(100.0 * (a / (b / 2.0)));
        to[i] = b == 0.0 && !isnan(a) ? 0.0 : line;
    }
}

static wick_status smi_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0), fast = wk_window(p, 1), slow = wk_window(p, 2);
    wk_scratch s;
    bool done = n >= w && fast > 1 && slow > 1 && wk_clean(n, in[2], 0);
    if (wk_scratch_new(&s, n, 2) < 0) return WICK_E_MEM;
    const double *const sides[2] = {s.col[0], s.col[1]};
    const double *const slows[2] = {out[0], out[1]}; /* the outputs hold what is between */
    const smi_work k = {in[2], s.col[0], s.col[1]};
    wick_status st = WICK_OK;
    done = done && wk_tops_pair(n, in[0], in[1], w, smi_take, &k);
    done = done && wk_split_two(n, w - 1, slow, false, sides, smi_slow, out);
    done = done && wk_split_two(n, w + slow - 2, fast, false, slows, smi_line, &s.col[0]);
    if (done) {
        wk_fill_na(w + slow + fast - 3, s.col[0]);
        memcpy(out[0], s.col[0], (size_t)n * sizeof(double));
        st = wk_ema_column(n, s.col[0], wk_window(p, 3), out[1]);
    }
    wk_scratch_free(&s);
    return done || st < 0 ? st : wk_run_steps(n, in, p, out, 3, 2, smi_size, smi_init, smi_step);
}

/* ---- ulcer index: p: n ----------------------------------------------------------------------- */

static int64_t ulcer_index_warmup(const double *p)
{
    return 2 * (wk_window(p, 0) - 1);
}

static int64_t ulcer_index_size(const double *p)
{
    return wk_ext_bytes(wk_window(p, 0)) + wk_bsum_bytes(wk_window(p, 0));
}

static void ulcer_index_init(void *state, const double *p)
{
    wk_bsum_init(wk_ext_init(state, wk_window(p, 0)), wk_window(p, 0));
}

static void ulcer_index_step(void *state, const double *p, const double *in, double *out)
{
    wk_ext *highest = state;
    const double top = wk_highest_step(highest, in[0]), drop = 100.0 * (in[0] - top) / top;
    const double sum = wk_bsum_step(wk_ext_end(highest), drop * drop);
    out[0] = wk_finite(sqrt(sum / p[0]));
}

WK_STEPS(ulcer_index, 1, 1)

/* ---- zigzag: p: percent ---------------------------------------------------------------------- */

typedef struct zigzag_state {
    double top, bottom; /* extremes since the last pivot */
    double pivot, direction;
    int64_t bar, top_at, bottom_at, pivot_at;
} zigzag_state;

static int64_t zigzag_warmup(const double *p)
{
    (void)p;
    return -1;
}

static int64_t zigzag_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(zigzag_state);
}

static void zigzag_init(void *state, const double *p)
{
    (void)p;
    *(zigzag_state *)state = (zigzag_state){-HUGE_VAL, HUGE_VAL, WICK_NA, 0.0, 0, 0, 0, 0};
}

/* A leg begins: the pivot is the extreme the leg before it reached, and this bar its first. */
static void turn(zigzag_state *k, double direction, double high, double low)
{
    k->pivot = direction > 0.0 ? k->bottom : k->top;
    k->pivot_at = direction > 0.0 ? k->bottom_at : k->top_at;
    k->direction = direction;
    k->top = high, k->bottom = low;
    k->top_at = k->bottom_at = k->bar;
}

/* high, low */
static void zigzag_step(void *state, const double *p, const double *in, double *out)
{
    zigzag_state *k = state;
    const double high = in[0], low = in[1], share = p[0] / 100.0;
    if (!isnan(high) && !isnan(low)) {
        const bool higher = high > k->top, lower = low < k->bottom;
        if (higher) k->top = high, k->top_at = k->bar;
        if (lower) k->bottom = low, k->bottom_at = k->bar;
        const bool fell = low <= k->top * (1.0 - share), rose = high >= k->bottom * (1.0 + share);
        if (k->direction >= 0.0 && !higher && fell)
            turn(k, -1.0, high, low);
        else if (k->direction <= 0.0 && !lower && rose)
            turn(k, 1.0, high, low);
    }
    const bool has = k->direction != 0.0;
    out[0] = k->pivot;
    out[1] = has ? k->direction : WICK_NA;
    out[2] = has ? (double)(k->bar - k->pivot_at) : WICK_NA;
    out[3] = has ? (k->direction > 0.0 ? k->top : k->bottom) : WICK_NA;
    k->bar++;
}

WK_STEPS(zigzag, 2, 4)

const wick_ta_spec wick_ta_rvi = {
    .name = "rvi",
    .title = "relative volatility index",
    .formula = "100 * up / (up + down), Wilder averages over n of the standard deviation of "
               "stdev_n values on rising and on falling bars",
    .source = "Dorsey, Stocks & Commodities 11 (1993); TA-Lib RVI",
    .group = "volatility",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 14), WK_BARS("stdev_n", 10)},
    .out = {{"rvi", WICK_U_PERCENT}},
    WK_FORMS(rvi),
    .note = "50 where nothing moved, as in TA-Lib. Not the relative vigor index, which is rvgi.",
};

const wick_ta_spec wick_ta_smi = {
    .name = "smi",
    .title = "stochastic momentum index",
    .formula = "200 * d / r, d and r being ema(ema(x, slow), fast) of close - middle and of the "
               "range of the last n bars; signal: its ema",
    .source = "Blau, Stocks & Commodities 11 (1993); TA-Lib SMI",
    .group = "oscillator",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 13), WK_BARS("fast", 2), WK_BARS("slow", 25), WK_BARS("signal", 9)},
    .out = {{"smi", WICK_U_PERCENT}, {"signal", WICK_U_PERCENT}},
    WK_FORMS(smi),
    .note = "0 where there is no range. TA-Lib shows nothing before the signal is there.",
};

const wick_ta_spec wick_ta_ulcer_index = {
    .name = "ulcer_index",
    .title = "ulcer index",
    .formula = "root of the mean over n of the squared percentage below the highest of n values",
    .source = "Martin and McCann, The Investor's Guide to Fidelity Funds (1989); pandas-ta ui",
    .group = "volatility",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 14)},
    .out = {{"ulcer_index", WICK_U_PERCENT}},
    WK_FORMS(ulcer_index),
};

const wick_ta_spec wick_ta_zigzag = {
    .name = "zigzag",
    .title = "zigzag of confirmed pivots",
    .formula = "a pivot is the extreme of a leg, known when price has come back `percent` from it",
    .source = "Merrill, Filtered Waves (1977)",
    .group = "structure",
    .in = {WK_IN_HIGH, WK_IN_LOW},
    .param = {{"percent", 5, 0.001, 99, .doc = "how far price comes back, of the extreme"}},
    .out = {{"pivot", WICK_U_PRICE},
            {"direction", WICK_U_RATIO},
            {"age", WICK_U_BARS},
            {"extreme", WICK_U_PRICE}},
    WK_FORMS(zigzag),
    .note =
        "Nothing is drawn back: the pivot appears on the bar that confirms it, `age` bars after "
        "its own. Direction is the leg under way, extreme how far it has come. A bar that goes "
        "on to a new extreme does not turn the leg.",
};
