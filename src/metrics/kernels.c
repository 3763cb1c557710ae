/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "metrics/kernels.h"

void wk_kernels_all(const wk_kernels *out[4])
{
    int n = 0;
#if WK_HAVE_X86
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) out[n++] = &wk_kernels_avx512;
    if (__builtin_cpu_supports("avx2")) out[n++] = &wk_kernels_avx2;
#endif
    out[n++] = &wk_kernels_base;
    out[n] = NULL;
}

const wk_kernels *wk_kernels_best(void)
{
    const wk_kernels *all[4];
    wk_kernels_all(all);
    return all[0];
}
