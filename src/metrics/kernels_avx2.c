/* SPDX-License-Identifier: MIT */
#include "metrics/kernels.h"

#if WK_HAVE_X86
#include <immintrin.h>

#define KT           __m256d
#define KW           4
#define KLOAD(p)     _mm256_loadu_pd(p)
#define KSTORE(p, x) _mm256_storeu_pd(p, x)
#define KSET(x)      _mm256_set1_pd(x)
#define KZERO        _mm256_setzero_pd()
#define KADD(a, b)   _mm256_add_pd(a, b)
#define KSUB(a, b)   _mm256_sub_pd(a, b)
#define KMUL(a, b)   _mm256_mul_pd(a, b)
#define KDIV(a, b)   _mm256_div_pd(a, b)
#define KMIN(a, b)   _mm256_min_pd(a, b)
#define KMAX(a, b)   _mm256_max_pd(a, b)
#define KNEG(x)      _mm256_min_pd(x, _mm256_setzero_pd())
#define KPOS(x)      _mm256_max_pd(x, _mm256_setzero_pd())
#define KONE_IF_NEG(x)                                                                             \
    _mm256_and_pd(_mm256_cmp_pd(x, _mm256_setzero_pd(), _CMP_LT_OQ), _mm256_set1_pd(1.0))
#define KFN    static __attribute__((target("avx2")))
#define KNAME  "avx2"
#define KTABLE wk_kernels_avx2

#include "metrics/kernels_body.h"
#else
typedef int wk_no_avx2; /* an empty file is not C */
#endif
