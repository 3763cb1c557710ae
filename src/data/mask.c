/* SPDX-License-Identifier: MIT */
/* Packed masks: one bit per bar. */
#include "wick/data.h"

#if defined(__SSE2__)
#include <emmintrin.h> /* part of every x86-64 */

static uint64_t pack64(const double *v)
{
    const __m128d zero = _mm_setzero_pd();
    uint64_t w = 0;
    for (int k = 0; k < 64; k += 2) {
        const __m128d set = _mm_cmpgt_pd(_mm_loadu_pd(v + k), zero);
        w |= (uint64_t)(unsigned)_mm_movemask_pd(set) << k;
    }
    return w;
}
#else
static uint64_t pack64(const double *v)
{
    uint64_t w = 0;
    for (int k = 0; k < 64; k++) w |= (uint64_t)(v[k] > 0.0) << k;
    return w;
}
#endif

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

__attribute__((target("avx512f"))) static int64_t pack_wide(int64_t n, const double *v,
                                                            uint64_t *bits)
{
    const __m512d zero = _mm512_setzero_pd();
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) {
        uint64_t w = 0;
        for (int k = 0; k < 64; k += 8)
            w |= (uint64_t)_mm512_cmp_pd_mask(_mm512_loadu_pd(v + i + k), zero, _CMP_GT_OQ) << k;
        bits[i / 64] = w;
    }
    return i;
}

static int64_t pack_words(int64_t n, const double *v, uint64_t *bits)
{
    if (__builtin_cpu_supports("avx512f")) return pack_wide(n, v, bits);
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) bits[i / 64] = pack64(v + i);
    return i;
}
#else
static int64_t pack_words(int64_t n, const double *v, uint64_t *bits)
{
    int64_t i = 0;
    for (; i + 64 <= n; i += 64) bits[i / 64] = pack64(v + i);
    return i;
}
#endif

void wick_mask_pack(int64_t n, const double *column, uint64_t *bits)
{
    const int64_t i = pack_words(n, column, bits);
    if (i == n) return;
    uint64_t w = 0;
    for (int64_t k = 0; i + k < n; k++) w |= (uint64_t)(column[i + k] > 0.0) << k;
    bits[i / 64] = w;
}

static int lowest(uint64_t w)
{
#if defined(__GNUC__)
    return __builtin_ctzll(w);
#else
    int k = 0;
    for (; (w & 1u) == 0; w >>= 1) k++;
    return k;
#endif
}

int64_t wick_mask_next(const uint64_t *bits, int64_t from, int64_t to)
{
    if (from >= to) return to;
    int64_t k = from >> 6;
    uint64_t w = bits[k] & (UINT64_MAX << (from & 63));
    while (w == 0) {
        if (++k << 6 >= to) return to;
        w = bits[k];
    }
    const int64_t at = (k << 6) + lowest(w);
    return at < to ? at : to;
}

static int64_t ones(uint64_t w)
{
    int64_t n = 0;
    for (; w != 0; w &= w - 1) n++; /* events are rare */
    return n;
}

int64_t wick_mask_count(const uint64_t *bits, int64_t from, int64_t to)
{
    int64_t n = 0;
    if (from >= to) return 0;
    const int64_t last = (to - 1) >> 6;
    for (int64_t k = from >> 6; k <= last; k++) {
        uint64_t w = bits[k];
        if (k == from >> 6) w &= UINT64_MAX << (from & 63);
        if (k == last) w &= UINT64_MAX >> (63 - ((to - 1) & 63));
        n += ones(w);
    }
    return n;
}
