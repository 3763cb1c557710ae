/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_median wick_ta_mode wick_ta_percentrank */
/* registry: wick_ta_percentile_linear_interpolation wick_ta_percentile_nearest_rank */
#include "../k_sorted.h"

static int64_t size(const double *p)
{
    return wk_sorted_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_sorted_init(state, wk_window(p, 0));
}

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Plain reading for all: sort each window. `compact` skips NA, else they count as bars. Returns
 * how many numbers there are, -1 when the window is not full. */
static int64_t sorted_window(const double *x, int64_t i, int64_t w, bool compact, double *v)
{
    int64_t have = 0, bars = 0;
    for (int64_t k = i; k >= 0 && (compact ? have : bars) < w; k--, bars++)
        if (!isnan(x[k])) v[have++] = x[k];
    if ((compact ? have : bars) < w) return -1;
    qsort(v, (size_t)have, sizeof *v, compare);
    return have;
}

typedef double (*read_fn)(const double *v, int64_t count, int64_t w, const double *p);

static wick_status ref_with(int64_t n, const double *const *in, const double *p, double *const *out,
                            bool compact, read_fn read)
{
    const int64_t w = wk_window(p, 0);
    double *v = malloc((size_t)(n + 1) * sizeof(double));
    if (v == NULL) return WICK_E_MEM;
    for (int64_t i = 0; i < n; i++) {
        const int64_t have = sorted_window(in[0], i, w, compact, v);
        out[0][i] = have < 0 ? WICK_NA : read(v, have, w, p);
    }
    free(v);
    return WICK_OK;
}

/* ---- median, mode: the last n values that exist ---------------------------------------------- */

static double read_median(const double *v, int64_t count, int64_t w, const double *p)
{
    (void)w;
    (void)p;
    if (count % 2 != 0) return v[count / 2];
    return (v[count / 2 - 1] + v[count / 2]) / 2.0;
}

static double read_mode(const double *v, int64_t count, int64_t w, const double *p)
{
    int64_t best = 1, run = 1;
    double mode = v[0];
    (void)w;
    (void)p;
    for (int64_t i = 1; i < count; i++) {
        run = v[i] == v[i - 1] ? run + 1 : 1;
        mode = run > best ? v[i] : mode;
        best = run > best ? run : best;
    }
    return mode;
}

WK_INLINE void compact_step(void *state, const double *p, double x, double *out, read_fn read)
{
    wk_sorted *k = state;
    if (!isnan(x)) wk_sorted_push(k, x, 0.0);
    out[0] = k->n < k->w ? WICK_NA : read(wk_sorted_order(k), k->count, k->w, p);
}

static void median_step(void *state, const double *p, const double *in, double *out)
{
    compact_step(state, p, in[0], out, read_median);
}

static void mode_step(void *state, const double *p, const double *in, double *out)
{
    compact_step(state, p, in[0], out, read_mode);
}

static wick_status median_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, median_step);
}

static wick_status mode_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, mode_step);
}

static wick_status median_ref(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return ref_with(n, in, p, out, true, read_median);
}

/* Counts every value of the window by itself. */
static double plain_mode(const double *v, int64_t count, int64_t w, const double *p)
{
    int64_t best = 0;
    double mode = WICK_NA;
    (void)w;
    (void)p;
    for (int64_t i = 0; i < count; i++) {
        int64_t same = 0;
        for (int64_t k = 0; k < count; k++) same += v[k] == v[i];
        if (same > best) {
            best = same;
            mode = v[i];
        }
    }
    return mode;
}

static wick_status mode_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref_with(n, in, p, out, true, plain_mode);
}

/* ---- percentiles: the last n bars, NA after all numbers ------------------------------------ */

static double rank_at(const double *v, int64_t count, int64_t rank)
{
    return rank < count ? v[rank] : WICK_NA;
}

/* Rank ceil(p*n/100), counted from one. */
static double read_nearest(const double *v, int64_t count, int64_t w, const double *p)
{
    int64_t rank = (int64_t)ceil(p[1] * (double)w / 100.0);
    if (rank < 1) rank = 1;
    if (rank > w) rank = w;
    return rank_at(v, count, rank - 1);
}

/* Between the ranks around n*p/100 + 1/2, counted from one; noise beside a whole rank is dropped.
 */
static double read_linear(const double *v, int64_t count, int64_t w, const double *p)
{
    double pos = (double)w * p[1] / 100.0 + 0.5;
    const double whole = nearbyint(pos);
    if (fabs(pos - whole) < 1e-9) pos = whole;
    if (pos <= 1.0) return rank_at(v, count, 0);
    if (pos >= (double)w) return rank_at(v, count, w - 1);
    const double low = floor(pos), part = pos - low;
    const int64_t at = (int64_t)low;
    return rank_at(v, count, at - 1) * (1.0 - part) + rank_at(v, count, at) * part;
}

WK_INLINE void bars_step(void *state, const double *p, double x, double *out, read_fn read)
{
    wk_sorted *k = state;
    wk_sorted_push(k, x, WK_EPS);
    out[0] = k->n < k->w ? WICK_NA : read(wk_sorted_order(k), k->count, k->w, p);
}

static void linear_step(void *state, const double *p, const double *in, double *out)
{
    bars_step(state, p, in[0], out, read_linear);
}

static void nearest_step(void *state, const double *p, const double *in, double *out)
{
    bars_step(state, p, in[0], out, read_nearest);
}

static wick_status linear_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, linear_step);
}

static wick_status nearest_run(int64_t n, const double *const *in, const double *p,
                               double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, nearest_step);
}

static wick_status linear_ref(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return ref_with(n, in, p, out, false, read_linear);
}

static wick_status nearest_ref(int64_t n, const double *const *in, const double *p,
                               double *const *out)
{
    return ref_with(n, in, p, out, false, read_nearest);
}

/* ---- percentrank: the n bars before this one ----------------------------------------------- */

static int64_t rank_warmup(const double *p)
{
    return wk_window(p, 0);
}

static void rank_step(void *state, const double *p, const double *in, double *out)
{
    wk_sorted *k = state;
    out[0] = WICK_NA;
    if (k->n == k->w && !isnan(in[0])) {
        const int64_t below = wk_upper(wk_sorted_order(k), k->count, in[0], WK_EPS);
        out[0] = 100.0 * (double)below / p[0];
    }
    wk_sorted_push(k, in[0], 0.0);
}

static wick_status rank_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, rank_step);
}

static wick_status rank_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    for (int64_t i = 0; i < n; i++) {
        int64_t below = 0;
        for (int64_t k = i - w; i >= w && k < i; k++) below += in[0][k] - in[0][i] <= WK_EPS;
        out[0][i] = i < w || isnan(in[0][i]) ? WICK_NA : 100.0 * (double)below / p[0];
    }
    return WICK_OK;
}

const wick_ta_spec wick_ta_median = {
    .name = "median",
    .title = "median of the last n values",
    .formula = "middle of the sorted window; mean of the two middle ones for even n",
    .source = "Pine v6 ta.median; pine_semantics.md 5.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"median", WICK_U_ANY}},
    .warmup = warmup,
    .run = median_run,
    .ref = median_ref,
    .state_size = size,
    .state_init = init,
    .step = median_step,
    .note = "A bar without a value takes no slot and shows the median as it stands.",
};

const wick_ta_spec wick_ta_mode = {
    .name = "mode",
    .title = "most frequent of the last n values",
    .formula = "value that occurs most often; the smallest of several",
    .source = "Pine v6 ta.mode; pine_semantics.md 5.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"mode", WICK_U_ANY}},
    .warmup = warmup,
    .run = mode_run,
    .ref = mode_ref,
    .state_size = size,
    .state_init = init,
    .step = mode_step,
    .note = "Reads the sorted window once a bar. A bar without a value takes no slot.",
};

const wick_ta_spec wick_ta_percentile_linear_interpolation = {
    .name = "percentile_linear_interpolation",
    .title = "percentile, interpolated",
    .formula =
        "sorted window read at position n*percentage/100 + 1/2 (from one), between two ranks "
        "by proportion",
    .source = "Pine v6 ta.percentile_linear_interpolation; pine_semantics.md 5.4, position as "
              "measured by PyneCore 6.11 (probe m580)",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}, {"percentage", 50, 0, 100, .is_int = 0}},
    .out = {{"percentile", WICK_U_ANY}},
    .warmup = warmup,
    .run = linear_run,
    .ref = linear_ref,
    .state_size = size,
    .state_init = init,
    .step = linear_step,
    .tolerance = 1e-9,
    .note = "numpy's default reads at percentage/100 * (n-1) instead. Values within 1e-10 tie: the "
            "newer goes in front. NA sorts behind all numbers.",
};

const wick_ta_spec wick_ta_percentile_nearest_rank = {
    .name = "percentile_nearest_rank",
    .title = "percentile, nearest rank",
    .formula = "element of rank ceil(percentage*n/100), counted from one, of the sorted window",
    .source = "Pine v6 ta.percentile_nearest_rank; pine_semantics.md 5.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}, {"percentage", 50, 0, 100, .is_int = 0}},
    .out = {{"percentile", WICK_U_ANY}},
    .warmup = warmup,
    .run = nearest_run,
    .ref = nearest_ref,
    .state_size = size,
    .state_init = init,
    .step = nearest_step,
    .tolerance = 1e-9,
    .note = "Values within 1e-10 tie: the newer goes in front. NA sorts behind all numbers.",
};

const wick_ta_spec wick_ta_percentrank = {
    .name = "percentrank",
    .title = "percent rank",
    .formula = "100 * (how many of src[1] ... src[n] are <= src) / n",
    .source = "Pine v6 ta.percentrank; pine_semantics.md 5.2",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"percentrank", WICK_U_PERCENT}},
    .warmup = rank_warmup,
    .run = rank_run,
    .ref = rank_ref,
    .state_size = size,
    .state_init = init,
    .step = rank_step,
    .note = "Equal within 1e-10 counts. The divisor is n also when the window has holes.",
};
