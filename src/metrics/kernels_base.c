/* SPDX-License-Identifier: MIT */
#include "metrics/kernels.h"

#if WK_HAVE_X86
#include <emmintrin.h> /* part of every x86-64 */

#define KT             __m128d
#define KW             2
#define KLOAD(p)       _mm_loadu_pd(p)
#define KSTORE(p, x)   _mm_storeu_pd(p, x)
#define KSET(x)        _mm_set1_pd(x)
#define KZERO          _mm_setzero_pd()
#define KADD(a, b)     _mm_add_pd(a, b)
#define KSUB(a, b)     _mm_sub_pd(a, b)
#define KMUL(a, b)     _mm_mul_pd(a, b)
#define KDIV(a, b)     _mm_div_pd(a, b)
#define KMIN(a, b)     _mm_min_pd(a, b)
#define KMAX(a, b)     _mm_max_pd(a, b)
#define KNEG(x)        _mm_min_pd(x, _mm_setzero_pd())
#define KPOS(x)        _mm_max_pd(x, _mm_setzero_pd())
#define KONE_IF_NEG(x) _mm_and_pd(_mm_cmplt_pd(x, _mm_setzero_pd()), _mm_set1_pd(1.0))
#define KNAME          "sse2"
#else
#define KT             double
#define KW             1
#define KLOAD(p)       (*(p))
#define KSTORE(p, x)   (*(p) = (x))
#define KSET(x)        (x)
#define KZERO          0.0
#define KADD(a, b)     ((a) + (b))
#define KSUB(a, b)     ((a) - (b))
#define KMUL(a, b)     ((a) * (b))
#define KDIV(a, b)     ((a) / (b))
#define KMIN(a, b)     ((a) < (b) ? (a) : (b))
#define KMAX(a, b)     ((a) > (b) ? (a) : (b))
#define KNEG(x)        ((x) < 0.0 ? (x) : 0.0)
#define KPOS(x)        ((x) > 0.0 ? (x) : 0.0)
#define KONE_IF_NEG(x) ((x) < 0.0 ? 1.0 : 0.0)
#define KNAME          "plain"
#endif
#define KFN    static
#define KTABLE wk_kernels_base

#include "metrics/kernels_body.h"
