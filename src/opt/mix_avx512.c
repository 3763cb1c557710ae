/* SPDX-License-Identifier: MIT */
#include "opt/opt_int.h"
#include "opt/vexp.h"

#if defined(__x86_64__)
#if defined(__clang__)
#define MIX_TARGET __attribute__((target("avx512f,avx512dq")))
#else
#define MIX_TARGET __attribute__((target("avx512f,avx512dq,prefer-vector-width=512")))
#endif
#define MIX_NAME      wk_mix_avx512
#define MIX_ANY(a, t) (_mm512_cmp_pd_mask(_mm512_loadu_pd(a), _mm512_set1_pd(t), _CMP_GT_OQ) != 0)
#define MIX_MAX(a, top)                                                                            \
    do {                                                                                           \
        __m512d m = _mm512_loadu_pd(a);                                                            \
        for (int i = 8; i < WK_MIX_BLOCK; i += 8) m = _mm512_max_pd(_mm512_loadu_pd((a) + i), m);  \
        _mm512_storeu_pd(top, m);                                                                  \
    } while (0)

#include <immintrin.h>

#include "opt/mix_body.h"
#else
typedef int wk_no_mix_avx512; /* an empty file is not C */
#endif
