/* SPDX-License-Identifier: MIT */
/* Body of wk_mix_*, included once per instruction set with MIX_NAME and MIX_TARGET defined. Plain
 * loops over blocks of 64 that the compiler vectorises; sums are kept in eight lanes and no fused
 * operation is used, so every instruction set gives the same bits. */

MIX_TARGET static inline void block_terms(const wk_mix *m, const wk_mix_at *at, int64_t from,
                                          double *a)
{
    for (int i = 0; i < WK_MIX_BLOCK; i++) a[i] = m->constant[from + i];
    for (int32_t d = 0; d < m->dims; d++) {
        if (m->dim[d].inv != NULL) {
            const double *mu = m->dim[d].mu + from, *inv = m->dim[d].inv + from, x = at[d].x;
            for (int i = 0; i < WK_MIX_BLOCK; i++) {
                const double z = (x - mu[i]) * inv[i];
                a[i] -= z * z;
            }
        } else {
            const int32_t *cls = m->dim[d].cls + from;
            const double *table = at[d].table;
            for (int i = 0; i < WK_MIX_BLOCK; i++) a[i] += table[cls[i]];
        }
    }
}

/* Largest term, lane by lane so that it is one comparison per register. */
MIX_TARGET static inline double block_max(const double *a)
{
    double top[8];
    MIX_MAX(a, top);
    double most = top[0];
    for (int k = 1; k < 8; k++) most = top[k] > most ? top[k] : most;
    return most;
}

/* Sum of w e^(a - best) over the groups of eight that have a term above `least`. */
MIX_TARGET static inline double block_sum(const double *a, const double *w, double best,
                                          double least)
{
    int group[WK_MIX_BLOCK / 8], n = 0;
    for (int i = 0; i < WK_MIX_BLOCK; i += 8) {
        group[n] = i;
        n += MIX_ANY(a + i, least);
    }
    double lane[8] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    for (int g = 0; g < n; g++) {
        const double *x = a + group[g], *v = w + group[g];
        for (int k = 0; k < 8; k++) lane[k] += wk_exp_below(x[k] - best) * v[k];
    }
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
           ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

MIX_TARGET void MIX_NAME(const wk_mix *m, int64_t from, int64_t to, const wk_mix_at *at,
                         const int32_t *which, int64_t count, double *best, double *sum)
{
    double a[WK_MIX_BLOCK];
    for (; from < to; from += WK_MIX_BLOCK) {
        const double *w = m->weight + from;
        for (int64_t i = 0; i < count; i++) {
            const int64_t j = which[i];
            block_terms(m, at + j * m->dims, from, a);
            const double most = block_max(a);
            /* Kernels below e^-64 of the best add nothing a double can hold. */
            if (most < best[j] - 64.0 || most <= -1e299) continue;
            if (most > best[j]) {
                sum[j] *= exp(best[j] - most);
                best[j] = most;
            }
            sum[j] += block_sum(a, w, best[j], best[j] - 64.0);
        }
    }
}
