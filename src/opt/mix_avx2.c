/* SPDX-License-Identifier: MIT */
#include "opt/opt_int.h"
#include "opt/vexp.h"

#if defined(__x86_64__)
#define MIX_TARGET __attribute__((target("avx2")))
#define MIX_NAME   wk_mix_avx2
#define MIX_ANY(a, t)                                                                              \
    (_mm256_movemask_pd(_mm256_or_pd(                                                              \
         _mm256_cmp_pd(_mm256_loadu_pd(a), _mm256_set1_pd(t), _CMP_GT_OQ),                         \
         _mm256_cmp_pd(_mm256_loadu_pd((a) + 4), _mm256_set1_pd(t), _CMP_GT_OQ))) != 0)
#define MIX_MAX(a, top)                                                                            \
    do {                                                                                           \
        __m256d m = _mm256_loadu_pd(a), n = _mm256_loadu_pd((a) + 4);                              \
        for (int i = 8; i < WK_MIX_BLOCK; i += 8) {                                                \
            m = _mm256_max_pd(_mm256_loadu_pd((a) + i), m);                                        \
            n = _mm256_max_pd(_mm256_loadu_pd((a) + i + 4), n);                                    \
        }                                                                                          \
        _mm256_storeu_pd(top, m);                                                                  \
        _mm256_storeu_pd((top) + 4, n);                                                            \
    } while (0)

#include <immintrin.h>

#include "opt/mix_body.h"
#else
typedef int wk_no_mix_avx2; /* an empty file is not C */
#endif
