/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_cross wick_ta_crossover wick_ta_crossunder */
#include "../ta_int.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define WK_CROSS_WIDE 1
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif
#ifndef WK_CROSS_WIDE
#define WK_CROSS_WIDE 0
#endif

/*
 * Pine's bool has no NA, so these masks are 0 and not NA while nothing can be compared. A gap in
 * either input gives 0 and does not reset what is remembered (pine_semantics.md 4.9).
 */

static int64_t warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(double);
}

static void init(void *state, const double *p)
{
    (void)p;
    *(double *)state = 0.0;
}

/* State: 1 when a was at or below b on the last bar where both existed. */
static void crossover_step(void *state, const double *p, const double *in, double *out)
{
    double *was = state;
    (void)p;
    out[0] = 0.0;
    if (isnan(in[0]) || isnan(in[1])) return;
    if (in[0] > in[1] && *was != 0.0) out[0] = 1.0;
    *was = in[0] <= in[1] ? 1.0 : 0.0;
}

static void crossunder_step(void *state, const double *p, const double *in, double *out)
{
    double *was = state;
    (void)p;
    out[0] = 0.0;
    if (isnan(in[0]) || isnan(in[1])) return;
    if (in[0] < in[1] && *was != 0.0) out[0] = 1.0;
    *was = in[0] >= in[1] ? 1.0 : 0.0;
}

/* State: sign of the last relation that was unequal beyond the tolerance. */
static void cross_step(void *state, const double *p, const double *in, double *out)
{
    double *side = state;
    const double diff = in[0] - in[1];
    (void)p;
    out[0] = 0.0;
    if (isnan(in[0]) || isnan(in[1])) return;
    if ((*side < 0.0 && in[0] > in[1]) || (*side > 0.0 && in[0] < in[1])) out[0] = 1.0;
    if (diff < -WK_EPS) *side = -1.0;
    if (diff > WK_EPS) *side = 1.0;
}

/*
 * Clean from `first` on: without branches, so that a noisy pair costs what a quiet one does. False
 * when an NA turned up on the way: the result is then wrong and has to be stepped. Looking for it
 * in the same pass is what makes a cell of a sweep cheap.
 */
WK_WIDE static bool clean_over(int64_t n, const double *restrict a, const double *restrict b,
                               int64_t first, double *restrict out)
{
    for (int64_t i = 0; i <= first && i < n; i++) out[i] = 0.0;
    int64_t bad = 0;
    for (int64_t i = first + 1; i < n; i++) {
        const int64_t gap = (a[i] != a[i]) | (b[i] != b[i]);
        bad |= gap;
        out[i] = ((a[i] > b[i]) & (a[i - 1] <= b[i - 1])) ? 1.0 : 0.0;
    }
    return bad == 0;
}

/*
 * The same as bits: a crossing is where `above` begins, so that with above = a > b the mask is
 * above & ~(above one bar earlier) on clean bars. One comparison and one test for NA per bar,
 * nothing written but one word per 64 bars.
 */
#if defined(__SSE2__)
static bool above64(const double *a, const double *b, uint64_t *above)
{
    __m128d gap = _mm_setzero_pd();
    uint64_t w = 0;
    for (int k = 0; k < 64; k += 2) {
        const __m128d x = _mm_loadu_pd(a + k), y = _mm_loadu_pd(b + k);
        gap = _mm_or_pd(gap, _mm_cmpunord_pd(x, y));
        w |= (uint64_t)(unsigned)_mm_movemask_pd(_mm_cmpgt_pd(x, y)) << k;
    }
    *above = w;
    return _mm_movemask_pd(gap) == 0;
}
#else
static bool above64(const double *a, const double *b, uint64_t *above)
{
    uint64_t w = 0, gap = 0;
    for (int k = 0; k < 64; k++) {
        gap |= (uint64_t)(isnan(a[k]) || isnan(b[k]));
        w |= (uint64_t)(a[k] > b[k]) << k;
    }
    *above = w;
    return gap == 0;
}
#endif

#if WK_CROSS_WIDE
__attribute__((target("avx512f"))) static bool above64_wide(const double *a, const double *b,
                                                            uint64_t *above)
{
    uint64_t w = 0;
    unsigned gap = 0;
    for (int k = 0; k < 64; k += 8) {
        const __m512d x = _mm512_loadu_pd(a + k), y = _mm512_loadu_pd(b + k);
        gap |= _mm512_cmp_pd_mask(x, y, _CMP_UNORD_Q);
        w |= (uint64_t)_mm512_cmp_pd_mask(x, y, _CMP_GT_OQ) << k;
    }
    *above = w;
    return gap == 0;
}
#endif

static int64_t both_begin(int64_t n, const double *a, const double *b)
{
    const int64_t i = wk_first(n, a), k = wk_first(n, b);
    return i > k ? i : k;
}

/* Bars [from, to) of one word. */
static bool above_part(const double *a, const double *b, int64_t from, int64_t to, uint64_t *above)
{
    uint64_t w = 0;
    bool clean = true;
    for (int64_t i = from; i < to; i++) {
        clean = clean && a[i] == a[i] && b[i] == b[i];
        w |= (uint64_t)(a[i] > b[i]) << (i & 63);
    }
    *above = w;
    return clean;
}

static bool over_mask(int64_t n, const double *a, const double *b, uint64_t *bits)
{
    bool (*whole)(const double *, const double *, uint64_t *) = above64;
#if WK_CROSS_WIDE
    if (__builtin_cpu_supports("avx512f")) whole = above64_wide;
#endif
    const int64_t first = both_begin(n, a, b);
    uint64_t above, last = 1; /* the first bar that can be compared crosses nothing */
    for (int64_t i = 0; i < n; i += 64) {
        const int64_t from = i < first ? first : i, to = i + 64 < n ? i + 64 : n;
        if (from >= to) {
            bits[i / 64] = 0;
            continue;
        }
        const bool clean =
            to - from == 64 ? whole(a + i, b + i, &above) : above_part(a, b, from, to, &above);
        if (!clean) return false;
        uint64_t before = above << 1 | last;
        if (from > i) before |= UINT64_C(1) << (from - i);
        bits[i / 64] = above & ~before;
        last = above >> 63;
    }
    return true;
}

static bool crossover_mask(int64_t n, const double *const *in, const double *p, uint64_t *bits)
{
    (void)p;
    return over_mask(n, in[0], in[1], bits);
}

static bool crossunder_mask(int64_t n, const double *const *in, const double *p, uint64_t *bits)
{
    (void)p;
    return over_mask(n, in[1], in[0], bits);
}

static wick_status crossover_run(int64_t n, const double *const *in, const double *p,
                                 double *const *out)
{
    if (clean_over(n, in[0], in[1], both_begin(n, in[0], in[1]), out[0])) return WICK_OK;
    return wk_run_steps(n, in, p, out, 2, 1, size, init, crossover_step);
}

static wick_status crossunder_run(int64_t n, const double *const *in, const double *p,
                                  double *const *out)
{
    if (clean_over(n, in[1], in[0], both_begin(n, in[0], in[1]), out[0])) return WICK_OK;
    return wk_run_steps(n, in, p, out, 2, 1, size, init, crossunder_step);
}

static wick_status cross_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    return wk_run_steps(n, in, p, out, 2, 1, size, init, cross_step);
}

/* Plain reading: walk back to the last bar where both existed. */
static wick_status ref(int64_t n, const double *const *in, double *const *out, int over)
{
    const double *a = over ? in[0] : in[1], *b = over ? in[1] : in[0];
    for (int64_t i = 0; i < n; i++) {
        int64_t k = i - 1;
        while (k >= 0 && (isnan(a[k]) || isnan(b[k]))) k--;
        out[0][i] = k >= 0 && a[i] > b[i] && a[k] <= b[k] ? 1.0 : 0.0;
    }
    return WICK_OK;
}

static wick_status crossover_ref(int64_t n, const double *const *in, const double *p,
                                 double *const *out)
{
    (void)p;
    return ref(n, in, out, 1);
}

static wick_status crossunder_ref(int64_t n, const double *const *in, const double *p,
                                  double *const *out)
{
    (void)p;
    return ref(n, in, out, 0);
}

static wick_status cross_ref(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    const double *a = in[0], *b = in[1];
    (void)p;
    for (int64_t i = 0; i < n; i++) {
        int64_t k = i - 1;
        while (k >= 0 && !(fabs(a[k] - b[k]) > WK_EPS)) k--;
        out[0][i] = k >= 0 && ((a[k] < b[k] && a[i] > b[i]) || (a[k] > b[k] && a[i] < b[i]));
    }
    return WICK_OK;
}

const wick_ta_spec wick_ta_crossover = {
    .name = "crossover",
    .title = "a crosses over b",
    .formula = "a > b now, and a <= b on the last bar where both existed",
    .source = "Pine v6 ta.crossover; pine_semantics.md 4.9",
    .group = "event",
    .in = {{"a", WICK_U_ANY, 1, WICK_S_NONE}, {"b", WICK_U_ANY, 1, WICK_S_NONE}},
    .out = {{"crossover", WICK_U_MASK}},
    .warmup = warmup,
    .run = crossover_run,
    .mask = crossover_mask,
    .ref = crossover_ref,
    .state_size = size,
    .state_init = init,
    .step = crossover_step,
    .note = "Comparisons are exact. 0 before there is a pair to compare, never NA: Pine's bool has "
            "none.",
};

const wick_ta_spec wick_ta_crossunder = {
    .name = "crossunder",
    .title = "a crosses under b",
    .formula = "a < b now, and a >= b on the last bar where both existed",
    .source = "Pine v6 ta.crossunder; pine_semantics.md 4.9",
    .group = "event",
    .in = {{"a", WICK_U_ANY, 1, WICK_S_NONE}, {"b", WICK_U_ANY, 1, WICK_S_NONE}},
    .out = {{"crossunder", WICK_U_MASK}},
    .warmup = warmup,
    .run = crossunder_run,
    .mask = crossunder_mask,
    .ref = crossunder_ref,
    .state_size = size,
    .state_init = init,
    .step = crossunder_step,
    .note = "Comparisons are exact. 0 before there is a pair to compare, never NA: Pine's bool has "
            "none.",
};

const wick_ta_spec wick_ta_cross = {
    .name = "cross",
    .title = "a crosses b in either direction",
    .formula =
        "the relation of a and b is opposite to the last one that differed by more than 1e-10",
    .source = "Pine v6 ta.cross; pine_semantics.md 4.9",
    .group = "event",
    .in = {{"a", WICK_U_ANY, 1, WICK_S_NONE}, {"b", WICK_U_ANY, 1, WICK_S_NONE}},
    .out = {{"cross", WICK_U_MASK}},
    .warmup = warmup,
    .run = cross_run,
    .ref = cross_ref,
    .state_size = size,
    .state_init = init,
    .step = cross_step,
    .note = "Not the same as crossover or crossunder: equality neither fires nor resets, and two "
            "series that start equal have no side to cross from.",
};
