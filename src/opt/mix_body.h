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

MIX_TARGET static inline double block_max(const double *a)
{
    double top[8];
    for (int k = 0; k < 8; k++) top[k] = a[k];
    for (int i = 8; i < WK_MIX_BLOCK; i += 8)
        for (int k = 0; k < 8; k++) top[k] = a[i + k] > top[k] ? a[i + k] : top[k];
    double most = top[0];
    for (int k = 1; k < 8; k++) most = top[k] > most ? top[k] : most;
    return most;
}

MIX_TARGET void MIX_NAME(const wk_mix *m, const wk_mix_at *at, int64_t count, double *best,
                         double *sum)
{
    double a[WK_MIX_BLOCK];
    for (int64_t j = 0; j < count; j++) {
        best[j] = -1e300;
        sum[j] = 0.0;
    }
    for (int64_t from = 0; from < m->n; from += WK_MIX_BLOCK) {
        const double *w = m->weight + from;
        for (int64_t j = 0; j < count; j++) {
            block_terms(m, at + j * m->dims, from, a);
            const double most = block_max(a);
            /* 64 kernels below e^-64 of the best add nothing a double can hold. */
            if (most < best[j] - 64.0 || most <= -1e299) continue;
            if (most > best[j]) {
                sum[j] *= exp(best[j] - most);
                best[j] = most;
            }
            for (int i = 0; i < WK_MIX_BLOCK; i++) a[i] -= best[j];
            for (int i = 0; i < WK_MIX_BLOCK; i++) a[i] = wk_exp_below(a[i]);
            double lane[8] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
            for (int i = 0; i < WK_MIX_BLOCK; i += 8)
                for (int k = 0; k < 8; k++) lane[k] += a[i + k] * w[i + k];
            sum[j] += ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
                      ((lane[2] + lane[6]) + (lane[3] + lane[7]));
        }
    }
}
