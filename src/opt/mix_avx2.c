/* SPDX-License-Identifier: MIT */
#include "opt/opt_int.h"
#include "opt/vexp.h"

#if defined(__x86_64__)
#define MIX_TARGET __attribute__((target("avx2")))
#define MIX_NAME   wk_mix_avx2

#include "opt/mix_body.h"
#else
typedef int wk_no_mix_avx2; /* an empty file is not C */
#endif
