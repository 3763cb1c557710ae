/* SPDX-License-Identifier: MIT */
/* Log densities of kernel mixtures: picks the machine's widest form. */
#include "opt/opt_int.h"

void wk_mix_forms(wk_mix_fn out[4])
{
    int n = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
        out[n++] = wk_mix_avx512;
    if (__builtin_cpu_supports("avx2")) out[n++] = wk_mix_avx2;
#endif
    out[n++] = wk_mix_base;
    out[n] = NULL;
}

wk_mix_fn wk_mix_form(void)
{
    wk_mix_fn form[4];
    wk_mix_forms(form);
    return form[0];
}
