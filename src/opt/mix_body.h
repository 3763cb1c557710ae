/* SPDX-License-Identifier: MIT */
/* Body of wk_mix_*, included once per instruction set with MIX_NAME and MIX_TARGET defined. Plain
 * loops over blocks of 64 that the compiler vectorises; sums are kept in eight lanes and no fused
 * operation is used, so every instruction set gives the same bits. */

/* exp for x <= 0, within two units in the last place; 0 below -708. Cody and Waite's reduction,
 * then the Taylor polynomial on |r| <= ln 2 / 2. */
MIX_TARGET static inline void exp_block(double *x)
{
    for (int i = 0; i < WK_MIX_BLOCK; i++) {
        const double v = x[i] > -708.0 ? x[i] : -708.0;
        const double t = v * 1.4426950408889634074 + 6755399441055744.0;
        const double k = t - 6755399441055744.0;
        const double r = (v - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
        double p = 1.6059043836821614599e-10;
        p = p * r + 2.0876756987868098979e-9;
        p = p * r + 2.5052108385441718775e-8;
        p = p * r + 2.7557319223985890653e-7;
        p = p * r + 2.7557319223985890653e-6;
        p = p * r + 2.4801587301587301587e-5;
        p = p * r + 1.9841269841269841270e-4;
        p = p * r + 1.3888888888888888889e-3;
        p = p * r + 8.3333333333333333333e-3;
        p = p * r + 4.1666666666666666667e-2;
        p = p * r + 1.6666666666666666667e-1;
        p = p * r + 0.5;
        p = p * r + 1.0;
        p = p * r + 1.0;
        uint64_t bits, scale;
        memcpy(&bits, &t, sizeof bits);
        scale = (bits + 1023u) << 52;
        double f;
        memcpy(&f, &scale, sizeof f);
        x[i] = x[i] > -708.0 ? p * f : 0.0;
    }
}

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
            exp_block(a);
            double lane[8] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
            for (int i = 0; i < WK_MIX_BLOCK; i += 8)
                for (int k = 0; k < 8; k++) lane[k] += a[i + k] * w[i + k];
            sum[j] += ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
                      ((lane[2] + lane[6]) + (lane[3] + lane[7]));
        }
    }
}
