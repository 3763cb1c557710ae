/* SPDX-License-Identifier: MIT */
#include "../k_avg.h"
#include "../k_scratch.h"
#include "../k_seed.h"
#include "../k_split.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0);
}

static const char *const seeds[] = {"sma", "first", "weighted", NULL};

/* The other seeds. */
typedef struct seeded {
    double prev;
    wk_seeded up, down;
} seeded;

static int64_t size(const double *p)
{
    if (p[1] != 0.0) return (int64_t)sizeof(seeded);
    return (int64_t)sizeof(double) + 2 * wk_avg_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    double *prev = state;
    if (p[1] != 0.0) memset(state, 0, sizeof(seeded));
    *prev = WICK_NA;
    if (p[1] != 0.0) return;
    wk_avg_init(wk_avg_init(prev + 1, wk_window(p, 0)), wk_window(p, 0));
}

static double gain(double a, double b)
{
    return a - b > 0.0 ? a - b : 0.0;
}

/* A side that has died away counts as zero, and the falling side rules: a window without any
 * movement is 100. Chosen by comparison and not by branch, so that the compiler can do two at once;
 * NA passes through the quotient. */
static inline double index_of(double up, double down)
{
    const double ratio = 100.0 - 100.0 / (1.0 + up / down);
    const double low = up <= WK_EPS ? 0.0 : ratio;
    return down <= WK_EPS ? 100.0 : low;
}

static void seeded_step(seeded *k, const double *p, double x, double *out)
{
    const int64_t w = wk_window(p, 0);
    const double before = k->prev;
    out[0] = WICK_NA;
    if (isnan(x)) return;
    k->prev = x;
    if (isnan(before)) return;
    const double up = wk_seeded_step(&k->up, w, 1.0 / p[0], (int)p[1], gain(x, before));
    out[0] = index_of(up, wk_seeded_step(&k->down, w, 1.0 / p[0], (int)p[1], gain(before, x)));
}

static void step(void *state, const double *p, const double *in, double *out)
{
    if (p[1] != 0.0) {
        seeded_step(state, p, in[0], out);
        return;
    }
    double *prev = state;
    wk_avg *up = (wk_avg *)(void *)(prev + 1);
    wk_avg *down = (wk_avg *)(void *)((char *)up + wk_avg_bytes(wk_window(p, 0)));
    const double x = in[0];
    out[0] = WICK_NA;
    if (isnan(x)) return;
    if (!isnan(*prev)) {
        const double u = wk_rma_step(up, gain(x, *prev));
        out[0] = index_of(u, wk_rma_step(down, gain(*prev, x)));
    }
    *prev = x;
}

/* Rises and falls against the last value that exists; NA on bars without one. */
static void moves(int64_t n, const double *x, double *up, double *down)
{
    const int64_t first = wk_first(n, x);
    for (int64_t i = 0; i <= first && i < n; i++) up[i] = down[i] = WICK_NA;
    if (wk_clean(n, x, first)) {
        for (int64_t i = first + 1; i < n; i++) {
            const double d = x[i] - x[i - 1]; /* b - a is exactly -(a - b) */
            up[i] = d > 0.0 ? d : 0.0;
            down[i] = -d > 0.0 ? -d : 0.0;
        }
        return;
    }
    double prev = x[first];
    for (int64_t i = first + 1; i < n; i++) {
        const bool na = isnan(x[i]);
        up[i] = na ? WICK_NA : gain(x[i], prev);
        down[i] = na ? WICK_NA : gain(prev, x[i]);
        prev = na ? prev : x[i];
    }
}

static void seeded_column(int64_t n, const double *x, const double *p, double *out)
{
    seeded k = {.prev = WICK_NA};
    for (int64_t i = 0; i < n; i++) seeded_step(&k, p, x[i], out + i);
}

/* The rising sides are averaged in the output columns, the falling ones in scratch. */
static wick_status side_by_side(int64_t n, const double *const *in, int32_t count,
                                const double *const *p, double *const *const *out)
{
    enum { PAIRS = WK_LANES / 2 };
    wk_scratch s;
    if (wk_scratch_new(&s, n, 2 + PAIRS) < 0) return WICK_E_MEM;
    moves(n, in[0], s.col[0], s.col[1]);
    wick_status st = WICK_OK;
    for (int32_t k = 0; k < count && st >= 0; k += PAIRS) {
        wk_avg_lane l[WK_LANES];
        const int32_t have = count - k < PAIRS ? count - k : PAIRS;
        for (int32_t j = 0; j < have; j++) {
            const int64_t w = wk_window(p[k + j], 0);
            l[j] = (wk_avg_lane){s.col[0], out[k + j][0], w};
            l[have + j] = (wk_avg_lane){s.col[1], s.col[2 + j], w};
        }
        st = wk_rma_columns(n, l, 2 * have);
        for (int32_t j = 0; j < have && st >= 0; j++) {
            double *o = out[k + j][0];
            const double *down = s.col[2 + j];
            for (int64_t i = 0; i < n; i++) o[i] = index_of(o[i], down[i]);
        }
    }
    wk_scratch_free(&s);
    return st;
}

/* Those that begin with a mean side by side, the others one by one. */
static wick_status many(int64_t n, const double *const *in, int32_t count, const double *const *p,
                        double *const *const *out)
{
    int32_t k = 0;
    while (k < count) {
        int32_t have = 0;
        while (k + have < count && p[k + have][1] == 0.0) have++;
        const wick_status st = have > 0 ? side_by_side(n, in, have, p + k, out + k) : WICK_OK;
        if (st < 0) return st;
        k += have;
        if (k < count) seeded_column(n, in[0], p[k], out[k][0]), k++;
    }
    return WICK_OK;
}

typedef struct work {
    const double *src;
    double *out;
} work;

WK_WIDE static void fill(const void *what, int64_t from, int64_t n, double *up, double *down)
{
    const double *x = ((const work *)what)->src + from;
    for (int64_t i = 0; i < n; i++) {
        const double d = x[i] - x[i - 1];
        up[i] = d > 0.0 ? d : 0.0;
        down[i] = -d > 0.0 ? -d : 0.0;
    }
}

/* Of its own name: clang gives clones of static functions one name in the whole library. */
WK_WIDE static void take_rsi(const void *what, int64_t from, int64_t n, const double *up,
                             const double *down)
{
    double *o = ((const work *)what)->out + from;
    for (int64_t i = 0; i < n; i++) o[i] = index_of(up[i], down[i]);
}

/* Both sides in pieces, a stretch of bars at a time. */
static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    enum { SEED = 64 };
    const int64_t w = wk_window(p, 0), first = wk_first(n, in[0]), from = first + w + 1;
    const work all = {in[0], out[0]};
    double up[SEED], down[SEED];
    if (p[1] != 0.0 || w == 1 || !wk_split_pays(n - from, w, true) || !wk_clean(n, in[0], first))
        return many(n, in, 1, &p, &out);
    wk_avg *a = malloc((size_t)(2 * wk_avg_bytes(w)));
    if (a == NULL) return WICK_E_MEM;
    wk_avg *b = wk_avg_init(a, w);
    wk_avg_init(b, w);
    for (int64_t i = first + 1; i < from; i += SEED) {
        const int64_t len = from - i < SEED ? from - i : SEED;
        fill(&all, i, len, up, down);
        for (int64_t k = 0; k < len; k++) wk_rma_step(a, up[k]), wk_rma_step(b, down[k]);
    }
    wk_fill_na(from, out[0]);
    out[0][from - 1] = index_of(a->e, b->e);
    const wk_split s = {from, n, w, true, 2, {a->e, b->e}, &all, fill, take_rsi};
    (void)wk_split_run(&s);
    free(a);
    return WICK_OK;
}

/* Plain reading. */
static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const double w = p[0];
    double prev = WICK_NA, up = 0.0, down = 0.0, seen = 0.0, weight = 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double x = in[0][i];
        out[0][i] = WICK_NA;
        if (isnan(x)) continue;
        if (!isnan(prev)) {
            const double u = fmax(x - prev, 0.0), d = fmax(prev - x, 0.0);
            seen += 1.0;
            weight = weight * (1.0 - 1.0 / w) + 1.0;
            /* The part of a new value: of the mean, of the average, or of all weights so far. */
            double part = 1.0 / w;
            if (p[1] == WK_SEED_FIRST && seen == 1.0) part = 1.0;
            if (p[1] == WK_SEED_WEIGHTED) part = 1.0 / weight;
            const bool mean = p[1] == WK_SEED_SMA && seen <= w;
            up += mean ? u / w : (u - up) * part;
            down += mean ? d / w : (d - down) * part;
            if (seen >= w) {
                const double all = up + down;
                out[0][i] = down <= WK_EPS ? 100.0 : up <= WK_EPS ? 0.0 : 100.0 * up / all;
            }
        }
        prev = x;
    }
    return WICK_OK;
}

const wick_ta_spec wick_ta_rsi = {
    .name = "rsi",
    .title = "relative strength index",
    .formula = "100 - 100 / (1 + rma(rises, n) / rma(falls, n))",
    .source = "Pine v6 ta.rsi; Wilder 1978; pine_semantics.md 5.2",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1},
              {"seed", 0, 0, 2, .is_int = 1, .choice = seeds, .doc = WK_SEED_DOC}},
    .out = {{"rsi", WICK_U_PERCENT}},
    .warmup = warmup,
    .run = run,
    .ref = ref,
    .run_many = many,
    .state_size = size,
    .state_init = init,
    .step = step,
    .tolerance = 1e-9,
    .note =
        "An average of falls within 1e-10 of zero gives 100, also when nothing moved at all, and "
        "one of rises gives 0, as measured on TradingView; TA-Lib gives 0 for a flat series. "
        "Averages begin with the mean of the first n moves (Wilder, Pine, TA-Lib); pandas-ta "
        "begins with the first one: seed = \"first\".",
};
