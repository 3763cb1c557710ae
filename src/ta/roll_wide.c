/* SPDX-License-Identifier: MIT */
#include "roll_wide.h"

/* As for WICK_WIDE, but by hand: here the shape of the work depends on the width. */
#if defined(__x86_64__) && defined(__GNUC__) && defined(__linux__) &&                              \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <immintrin.h>

enum { EIGHT = 8, LEAST_WINDOW = 12, LEAST_EXPONENT = 943 }; /* shorter: bar by bar is faster */

#define MOST_TOTAL (INT64_C(400) << WK_UNITS_MANTISSA)

#define WIDE_INLINE __attribute__((target("avx512f"), always_inline)) static inline
#define ALL(x)      _mm512_set1_epi64((long long)(x))

/* The total may go 512 binades (of 2^52 units) down from here, and must not fall below zero. */
bool wk_wide_can(const wk_range *r)
{
    const int64_t total = (int64_t)(r->total - r->zero);
    return r->w >= LEAST_WINDOW && r->exponent >= LEAST_EXPONENT && total >= -MOST_TOTAL &&
           total <= MOST_TOTAL && __builtin_cpu_supports("avx512f");
}

/*
 * Short windows are gone through by halves: what leaves was stored two steps ago, so that two steps
 * are under way at once, and is taken out of the registers it was stored from, because a load that
 * reaches over two stores waits for both. Longer ones go eight bars at a time.
 */
typedef enum window { EVEN, ODD, LONG } window;

typedef struct state {
    __m512i total;
    __m512i older, before, last; /* stored three, two steps and one step ago */
    __m512i most_x, most_r;      /* of how far x and R have come from their least */
} state;

/* What never changes for a column. `low_part` and `high_part` are the upper bits that make numbers
 * of the two halves of a total, `much` is what both have too much. */
typedef struct fixed {
    __m512i low, first, below, keep, low_part, high_part;
    __m128i rounds;
    __m512d much;
} fixed;

WIDE_INLINE fixed fixed_of(const wk_range *r)
{
    const uint64_t one = UINT64_C(1), scale = (r->exponent - 1075) << WK_UNITS_MANTISSA;
    fixed f;
    f.low = ALL(r->low);
    f.first = ALL((r->exponent << WK_UNITS_MANTISSA) + (one << WK_UNITS_GUARD));
    f.below = ALL((one << (r->rounds - 1)) - 1);
    f.keep = ALL(-(one << r->rounds));
    f.rounds = _mm_cvtsi32_si128(r->rounds);
    f.low_part = ALL(UINT64_C(0x4330000000000000) + scale);
    f.high_part = ALL(UINT64_C(0x4530000000000000) + scale);
    f.much = _mm512_set1_pd((0x1p84 + (double)r->zero + 0x1p52 - r->all) * r->unit);
    return f;
}

#define ALL_LANES ((__mmask8)0xff)

WIDE_INLINE __m512i load(__mmask8 mask, const double *x)
{
    return _mm512_castpd_si512(_mm512_maskz_loadu_pd(mask, x));
}

WIDE_INLINE state start(const wk_wide_lane *l, int64_t step)
{
    state s;
    s.total = ALL(l->range.total);
    s.older = load(ALL_LANES, l->stored - 3 * step);
    s.before = load(ALL_LANES, l->stored - 2 * step);
    s.last = load(ALL_LANES, l->stored - step);
    s.most_x = s.most_r = _mm512_setzero_si512();
    return s;
}

/* What leaves an odd window: the newest of `older`, then all but the newest of `before`. */
WIDE_INLINE __m512i odd_gone(const state *s, int64_t step)
{
    const __m512i at = _mm512_set_epi64(14, 13, 12, 11, 10, 9, 8, 0);
    const __m512i from = _mm512_mask_mov_epi64(at, 1, ALL(step - 1));
    return _mm512_permutex2var_epi64(s->older, from, s->before);
}

/* To the nearest multiple of 2^rounds, the even one of two as near. */
WIDE_INLINE __m512i to_even(const fixed *f, __m512i rest)
{
    const __m512i odd = _mm512_and_si512(_mm512_srl_epi64(rest, f->rounds), ALL(1));
    return _mm512_and_si512(_mm512_add_epi64(_mm512_add_epi64(rest, f->below), odd), f->keep);
}

/* Totals become sums as in roll_units.c: two halves by their bits, one rounding. */
WIDE_INLINE __m512d sums(const fixed *f, __m512i total)
{
    const __m512i low = _mm512_or_si512(_mm512_and_si512(total, ALL(0xffffffff)), f->low_part);
    const __m512i high = _mm512_or_si512(_mm512_srli_epi64(total, 32), f->high_part);
    const __m512d upper = _mm512_sub_pd(_mm512_castsi512_pd(high), f->much);
    return _mm512_add_pd(upper, _mm512_castsi512_pd(low));
}

/* The bars of one step: totals are running sums of what came less what left. */
WIDE_INLINE void bars(state *s, const fixed *f, wk_wide_lane *l, int64_t at, int64_t n,
                      int64_t step, window kind)
{
    const __mmask8 mask = (__mmask8)(0xff >> (EIGHT - n));
    const __m512i none = _mm512_setzero_si512();
    const __m512i x = load(mask, l->x + at);
    const __m512i gone = kind == EVEN  ? s->before
                         : kind == ODD ? odd_gone(s, step)
                                       : load(mask, l->stored + at - l->range.w);
    __m512i sum = _mm512_sub_epi64(x, gone);
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, none, 7));
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, none, 6));
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, none, 4));
    const __m512i total = _mm512_add_epi64(s->total, sum), rest = _mm512_sub_epi64(total, x);
    const __m512i kept = _mm512_sub_epi64(total, to_even(f, rest));
    s->most_x = _mm512_mask_max_epu64(s->most_x, mask, s->most_x, _mm512_sub_epi64(x, f->first));
    s->most_r = _mm512_mask_max_epu64(s->most_r, mask, s->most_r, _mm512_sub_epi64(rest, f->low));
    s->total = _mm512_permutexvar_epi64(ALL(n - 1), total);
    s->older = s->before;
    s->before = s->last;
    s->last = kept;
    _mm512_mask_storeu_pd(l->stored + at, mask, _mm512_castsi512_pd(kept));
    _mm512_mask_storeu_pd(l->sum + at, mask, sums(f, total));
}

WIDE_INLINE void finish(const state *s, wk_wide_lane *l)
{
    const uint64_t one = UINT64_C(1), ends = UINT64_C(2) << WK_UNITS_GUARD;
    const __m512i room = ALL((one << WK_UNITS_MANTISSA) - ends);
    const __m512i span = ALL((one << (WK_UNITS_MANTISSA + l->range.rounds)) - 1);
    l->done =
        (_mm512_cmpgt_epu64_mask(s->most_x, room) | _mm512_cmpgt_epu64_mask(s->most_r, span)) == 0;
    if (l->done) l->range.total = (uint64_t)_mm_cvtsi128_si64(_mm512_castsi512_si128(s->total));
}

WIDE_INLINE void roll(wk_wide_lane *l, int lanes, int64_t n, window kind)
{
    const int64_t step = kind == LONG ? EIGHT : l[0].range.w / 2;
    fixed f[WK_WIDE_LANES];
    state s[WK_WIDE_LANES];
    int64_t at = 0;
    for (int k = 0; k < lanes; k++) f[k] = fixed_of(&l[k].range), s[k] = start(&l[k], step);
    for (; at + step <= n; at += step)
        for (int k = 0; k < lanes; k++) bars(&s[k], &f[k], &l[k], at, step, step, kind);
    for (int k = 0; k < lanes && at < n; k++) bars(&s[k], &f[k], &l[k], at, n - at, step, kind);
    for (int k = 0; k < lanes; k++) finish(&s[k], &l[k]);
}

WIDE_INLINE void roll_kind(wk_wide_lane *l, int lanes, int64_t n)
{
    if (l[0].range.w > 2 * EIGHT)
        roll(l, lanes, n, LONG);
    else if (l[0].range.w % 2 == 0)
        roll(l, lanes, n, EVEN);
    else
        roll(l, lanes, n, ODD);
}

__attribute__((target("avx512f"))) void wk_wide_roll(wk_wide_lane *l, int lanes, int64_t n)
{
    switch (lanes) {
    case 1: roll_kind(l, 1, n); break;
    case 2: roll_kind(l, 2, n); break;
    default: roll_kind(l, 3, n); break;
    }
}
#else
bool wk_wide_can(const wk_range *r)
{
    (void)r;
    return false;
}

void wk_wide_roll(wk_wide_lane *l, int lanes, int64_t n)
{
    (void)l, (void)lanes, (void)n;
}
#endif
