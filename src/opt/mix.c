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

void wk_mix_eval(const wk_mix *m, const wk_mix_at *at, int64_t count, double *best, double *sum,
                 double *out)
{
    wk_mix_fn form[4];
    wk_mix_forms(form);
    form[0](m, at, count, best, sum);
    for (int64_t j = 0; j < count; j++) out[j] = best[j] + log(sum[j]) - m->log_weight;
}
