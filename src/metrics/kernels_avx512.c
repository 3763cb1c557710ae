/* SPDX-License-Identifier: MIT */
#include "metrics/kernels.h"

#if WK_HAVE_X86
#include <immintrin.h>

#define KT           __m512d
#define KW           8
#define KLOAD(p)     _mm512_loadu_pd(p)
#define KSTORE(p, x) _mm512_storeu_pd(p, x)
#define KSET(x)      _mm512_set1_pd(x)
#define KZERO        _mm512_setzero_pd()
#define KADD(a, b)   _mm512_add_pd(a, b)
#define KSUB(a, b)   _mm512_sub_pd(a, b)
#define KMUL(a, b)   _mm512_mul_pd(a, b)
#define KDIV(a, b)   _mm512_div_pd(a, b)
#define KMIN(a, b)   _mm512_min_pd(a, b)
#define KMAX(a, b)   _mm512_max_pd(a, b)
#define KNEG(x)      _mm512_min_pd(x, _mm512_setzero_pd())
#define KPOS(x)      _mm512_max_pd(x, _mm512_setzero_pd())
#define KONE_IF_NEG(x)                                                                             \
    _mm512_maskz_mov_pd(_mm512_cmp_pd_mask(x, _mm512_setzero_pd(), _CMP_LT_OQ), _mm512_set1_pd(1.0))
#define KFN    static __attribute__((target("avx512f")))
#define KNAME  "avx512"
#define KTABLE wk_kernels_avx512

#include "metrics/kernels_body.h"
#else
typedef int wk_no_avx512; /* an empty file is not C */
#endif
