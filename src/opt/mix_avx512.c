/* SPDX-License-Identifier: MIT */
#include "opt/opt_int.h"
#include "opt/vexp.h"

#if defined(__x86_64__)
#if defined(__clang__)
#define MIX_TARGET __attribute__((target("avx512f,avx512dq")))
#else
#define MIX_TARGET __attribute__((target("avx512f,avx512dq,prefer-vector-width=512")))
#endif
#define MIX_NAME wk_mix_avx512

#include "opt/mix_body.h"
#else
typedef int wk_no_mix_avx512; /* an empty file is not C */
#endif
