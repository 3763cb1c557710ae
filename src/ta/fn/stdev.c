/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_variance wick_ta_stdev wick_ta_bb wick_ta_bbw wick_ta_zscore */
#include "../k_sums.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return wk_moments_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_moments_init(state, wk_window(p, 0));
}

/* A bar: its value, the two sums, and 1/n where that is to be used (k_over.h). */
typedef struct bar {
    double x, s, q, per;
} bar;

/* What each member makes of a bar. `y` has as many values as the spec has outputs. */
typedef void (*finish_fn)(const bar *b, const double *p, bool quick, double *y);

WK_INLINE double mean_of(const bar *b, const double *p, bool quick)
{
    return wk_divide(b->s, p[0], b->per, quick);
}

WK_INLINE double spread_of(const bar *b, const double *p, bool biased, bool quick)
{
    return wk_variance_of(b->s, b->q, p[0], biased, b->per, quick);
}

WK_INLINE void variance_of(const bar *b, const double *p, bool quick, double *y)
{
    y[0] = spread_of(b, p, p[1] != 0.0, quick);
}

WK_INLINE void stdev_of(const bar *b, const double *p, bool quick, double *y)
{
    y[0] = sqrt(spread_of(b, p, p[1] != 0.0, quick));
}

WK_INLINE void bb_of(const bar *b, const double *p, bool quick, double *y)
{
    const double mid = mean_of(b, p, quick), dev = sqrt(spread_of(b, p, true, quick)) * p[1];
    y[0] = mid;
    y[1] = mid + dev;
    y[2] = mid - dev;
}

WK_INLINE void bbw_of(const bar *b, const double *p, bool quick, double *y)
{
    double at[3];
    bb_of(b, p, quick, at);
    y[0] = wk_finite((at[1] - at[2]) / at[0] * 100.0);
}

WK_INLINE void zscore_of(const bar *b, const double *p, bool quick, double *y)
{
    y[0] = wk_finite((b->x - mean_of(b, p, quick)) / sqrt(spread_of(b, p, p[1] != 0.0, quick)));
}

WK_INLINE void step_with(void *state, const double *p, double x, double *out, finish_fn finish)
{
    bar b = {.x = x};
    wk_moments_step(state, wk_window(p, 0), x, &b.s, &b.q);
    finish(&b, p, false, out);
}

/* A chunk of bars of one member. */
typedef void (*chunk_fn)(int64_t n, const double *x, const double *s, const double *q,
                         const double *p, bool whole, double *const *out);

WK_INLINE void bars_with(int64_t n, const double *restrict x, const double *restrict s,
                         const double *restrict q, const double *p, double *const *out, int n_out,
                         finish_fn finish, bool quick)
{
    double *restrict a = out[0], *restrict b = n_out == 3 ? out[1] : NULL;
    double *restrict c = n_out == 3 ? out[2] : NULL;
    for (int64_t i = 0; i < n; i++) {
        const bar now = {x[i], s[i], q[i], 1.0 / p[0]};
        double y[3];
        finish(&now, p, quick, y);
        a[i] = y[0];
        if (n_out == 3) b[i] = y[1], c[i] = y[2];
    }
}

WK_INLINE void chunk_with(int64_t n, const double *x, const double *s, const double *q,
                          const double *p, bool whole, double *const *out, int n_param, int n_out,
                          finish_fn finish)
{
    const double own[2] = {p[0], p[n_param - 1]};
    if (whole)
        bars_with(n, x, s, q, own, out, n_out, finish, true);
    else
        bars_with(n, x, s, q, own, out, n_out, finish, false);
}

/* Windows that go through the column together, four at most: eight sums in one pass. */
enum { PAIRS = WK_LANES / 2 };

typedef struct work {
    const double *x;
    const double *const *p;
    double *const *const *out;
    int32_t count;
    int n_out;
    chunk_fn finish;
} work;

WK_WIDE static void square(int64_t n, const double *restrict x, double *restrict xx)
{
    for (int64_t i = 0; i < n; i++) xx[i] = x[i] * x[i];
}

static void fill(const void *what, int64_t from, int64_t n, double *const *x)
{
    const work *k = what;
    for (int32_t j = 0; j < k->count; j++) square(n, k->x + from, x[2 * j + 1]);
}

static void take(const void *what, int64_t from, int64_t n, const double *const *sum, bool whole)
{
    const work *k = what;
    for (int32_t j = 0; j < k->count; j++) {
        double *to[3] = {NULL, NULL, NULL};
        for (int o = 0; o < k->n_out; o++) to[o] = k->out[j][o] + from;
        k->finish(n, k->x + from, sum[2 * j], sum[2 * j + 1], k->p[j], whole, to);
    }
}

static wick_status many_with(int64_t n, const double *x, int32_t count, const double *const *p,
                             double *const *const *out, int n_out, chunk_fn finish, bool *holes)
{
    const int64_t first = wk_first(n, x);
    wick_status st = WICK_OK;
    *holes = false;
    for (int32_t k = 0; k < count && st >= 0 && !*holes; k += PAIRS) {
        const int32_t have = count - k < PAIRS ? count - k : PAIRS;
        const work what = {x, p + k, out + k, have, n_out, finish};
        wk_rolls r = {.n = n, .from = first, .lanes = 2 * have, .what = &what};
        r.fill = fill, r.take = take;
        for (int32_t j = 0; j < have; j++) {
            r.src[2 * j] = x;
            r.w[2 * j] = r.w[2 * j + 1] = wk_window(p[k + j], 0);
            for (int o = 0; o < n_out; o++) wk_fill_na(first, out[k + j][o]);
        }
        st = wk_rolls_run(&r, holes);
    }
    return st;
}

/* Plain reading: two passes over the values of the window. */
static wick_status ref_with(int64_t n, const double *const *in, const double *p, double *const *out,
                            int n_out, finish_fn finish)
{
    const int64_t w = wk_window(p, 0);
    double last_s = WICK_NA, last_q = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        wick_sum s = {0.0, 0.0}, q = {0.0, 0.0};
        int64_t have = 0;
        if (!isnan(in[0][i])) {
            for (int64_t k = i; k >= 0 && have < w; k--) {
                if (isnan(in[0][k])) continue;
                wick_sum_add(&s, in[0][k]);
                wick_sum_add(&q, in[0][k] * in[0][k]);
                have++;
            }
            last_s = have == w ? wick_sum_get(&s) : WICK_NA;
            last_q = have == w ? wick_sum_get(&q) : WICK_NA;
        }
        const bar b = {in[0][i], last_s, last_q, 0.0};
        double y[3];
        finish(&b, p, false, y);
        for (int o = 0; o < n_out; o++) out[o][i] = y[o];
    }
    return WICK_OK;
}

#define MEMBER(name, n_param, n_out)                                                               \
    static void name##_step(void *state, const double *p, const double *in, double *out)           \
    {                                                                                              \
        step_with(state, p, in[0], out, name##_of);                                                \
    }                                                                                              \
    WK_WIDE static void name##_chunk(int64_t n, const double *x, const double *s, const double *q, \
                                     const double *p, bool whole, double *const *out)              \
    {                                                                                              \
        chunk_with(n, x, s, q, p, whole, out, n_param, n_out, name##_of);                          \
    }                                                                                              \
    static wick_status name##_many(int64_t n, const double *const *in, int32_t count,              \
                                   const double *const *p, double *const *const *out)              \
    {                                                                                              \
        bool holes;                                                                                \
        wick_status st = many_with(n, in[0], count, p, out, n_out, name##_chunk, &holes);          \
        for (int32_t k = 0; k < count && st >= 0 && holes; k++)                                    \
            st = wk_run_steps(n, in, p[k], out[k], 1, n_out, size, init, name##_step);             \
        return st;                                                                                 \
    }                                                                                              \
    static wick_status name##_run(int64_t n, const double *const *in, const double *p,             \
                                  double *const *out)                                              \
    {                                                                                              \
        return name##_many(n, in, 1, &p, &out);                                                    \
    }                                                                                              \
    static wick_status name##_ref(int64_t n, const double *const *in, const double *p,             \
                                  double *const *out)                                              \
    {                                                                                              \
        return ref_with(n, in, p, out, n_out, name##_of);                                          \
    }

MEMBER(variance, 2, 1)
MEMBER(stdev, 2, 1)
MEMBER(bb, 2, 3)
MEMBER(bbw, 2, 1)
MEMBER(zscore, 2, 1)

static int64_t biased_warmup(const double *p)
{
    return p[1] == 0.0 && p[0] == 1.0 ? -1 : warmup(p);
}

#define FRAME(name)                                                                                \
    .run = name##_run, .ref = name##_ref, .run_many = name##_many, .state_size = size,             \
    .state_init = init, .step = name##_step

const wick_ta_spec wick_ta_variance = {
    .name = "variance",
    .title = "variance of the last n values",
    .formula = "max(0, sum(x*x)/n - (sum(x)/n)^2); unbiased: max(0, sum(x*x)/(n-1) - "
               "sum(x)*(sum(x)/n)/(n-1))",
    .source = "Pine v6 ta.variance; bits by pine_semantics.md 4.6",
    .group = "volatility",
    .in = {{"src", WICK_U_PRICE, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1},
              {"biased", 1, 0, 1, .is_int = 1, .doc = "1: divide by n; 0: by n - 1"}},
    .out = {{"variance", WICK_U_PRICE2}},
    .warmup = biased_warmup,
    FRAME(variance),
    .tolerance = 1e-7,
    .note =
        "One pass over sums, as Pine computes it; where the spread is tiny beside the level the "
        "two-pass form of other libraries keeps more digits.",
};

const wick_ta_spec wick_ta_stdev = {
    .name = "stdev",
    .title = "standard deviation of the last n values",
    .formula = "sqrt(variance(src, n, biased))",
    .source = "Pine v6 ta.stdev; bits by pine_semantics.md 4.6",
    .group = "volatility",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1},
              {"biased", 1, 0, 1, .is_int = 1, .doc = "1: divide by n; 0: by n - 1"}},
    .out = {{"stdev", WICK_U_ANY}},
    .warmup = biased_warmup,
    FRAME(stdev),
    .tolerance = 1e-7,
};

const wick_ta_spec wick_ta_bb = {
    .name = "bb",
    .title = "Bollinger bands",
    .formula = "sma(src, n) and that +- mult * stdev(src, n)",
    .source = "Pine v6 ta.bb; Bollinger 2001; pine_semantics.md 5.3",
    .group = "volatility",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}, {"mult", 2, 0, 1000, .is_int = 0}},
    .out = {{"middle", WICK_U_ANY}, {"upper", WICK_U_ANY}, {"lower", WICK_U_ANY}},
    .warmup = warmup,
    FRAME(bb),
    .tolerance = 1e-8,
};

const wick_ta_spec wick_ta_bbw = {
    .name = "bbw",
    .title = "width of the Bollinger bands",
    .formula = "(upper - lower) / middle * 100",
    .source = "Pine v6 ta.bbw; pine_semantics.md 5.2",
    .group = "volatility",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}, {"mult", 2, 0, 1000, .is_int = 0}},
    .out = {{"bbw", WICK_U_PERCENT}},
    .warmup = warmup,
    FRAME(bbw),
    .tolerance = 1e-7,
    .note = "In percent; kcw is a plain ratio.",
};

const wick_ta_spec wick_ta_zscore = {
    .name = "zscore",
    .title = "distance from the mean in standard deviations",
    .formula = "(src - sma(src, n)) / stdev(src, n, biased)",
    .source = "standard score over a rolling window, population deviation",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 2, WK_WINDOW_MAX, .is_int = 1},
              {"biased", 1, 0, 1, .is_int = 1, .doc = "1: divide by n; 0: by n - 1"}},
    .out = {{"zscore", WICK_U_RATIO}},
    .warmup = warmup,
    FRAME(zscore),
    .tolerance = 1e-6,
    .note = "NA while the deviation is zero.",
};
