/* SPDX-License-Identifier: MIT */
/* Body of the kernels, included once per instruction set by kernels_*.c, which define:
 *   KT vector of KW doubles; KLOAD KSTORE KSET KZERO KADD KSUB KMUL KDIV KMIN KMAX;
 *   KNEG(x): x < 0 ? x : 0;  KPOS(x): x > 0 ? x : 0;  KONE_IF_NEG(x): x < 0 ? 1 : 0;
 *   KFN: storage class and target of a function; KNAME; KTABLE.
 * Each lane group of a block is finished before the next, so that its sums stay in registers. */

KFN void add_lanes(wk_lanes *to, int k, KT x)
{
    const KT s = KLOAD(to->s + k);
    const KT t = KADD(s, x);
    const KT z = KSUB(t, s);
    const KT err = KADD(KSUB(s, KSUB(t, z)), KSUB(x, z));
    KSTORE(to->c + k, KADD(KLOAD(to->c + k), err));
    KSTORE(to->s + k, t);
}

KFN void extent(const double *e, int64_t blocks, double *lo, double *hi, double *bad)
{
    KT z = KZERO;
    for (int64_t b = 0; b < blocks; b++) {
        const double *p = e + b * WK_BLOCK;
        KT mn = KLOAD(p), mx = mn;
        KT mn2 = KLOAD(p + KW), mx2 = mn2;
        for (int i = 0; i < WK_BLOCK; i += 2 * KW) {
            const KT x = KLOAD(p + i), y = KLOAD(p + i + KW);
            mn = KMIN(mn, x);
            mx = KMAX(mx, x);
            mn2 = KMIN(mn2, y);
            mx2 = KMAX(mx2, y);
            z = KADD(z, KMUL(KADD(x, y), KZERO));
        }
        double a[KW], c[KW];
        KSTORE(a, KMIN(mn, mn2));
        KSTORE(c, KMAX(mx, mx2));
        double l = a[0], h = c[0];
        for (int k = 1; k < KW; k++) {
            l = a[k] < l ? a[k] : l;
            h = c[k] > h ? c[k] : h;
        }
        lo[b] = l;
        hi[b] = h;
    }
    double w[KW];
    KSTORE(w, z);
    for (int k = 0; k < KW; k++) *bad += w[k];
}

KFN void returns(const double *e, int64_t blocks, const double *lo, const double *hi, double target,
                 wk_return_lanes *o)
{
    const KT aim = KSET(target);
    for (int64_t b = 0; b < blocks; b++) {
        const double *p = e + b * WK_BLOCK;
        const int flat = lo[b] == hi[b] && p[WK_BLOCK] == lo[b];
        if (flat && target <= 0.0) continue;
        for (int k = 0; k < WK_LANES; k += KW) {
            KT r1 = KZERO, r2 = KZERO, ng = KZERO, nn = KZERO, n2 = KZERO, d2 = KZERO, g = KZERO,
               l = KZERO;
            for (int i = k; i < WK_BLOCK; i += WK_LANES) {
                const KT was = KLOAD(p + i);
                const KT c = KSUB(KLOAD(p + i + 1), was);
                const KT r = KDIV(c, was);
                const KT neg = KNEG(r);
                const KT under = KNEG(KSUB(r, aim));
                r1 = KADD(r1, r);
                r2 = KADD(r2, KMUL(r, r));
                ng = KADD(ng, neg);
                nn = KADD(nn, KONE_IF_NEG(r));
                n2 = KADD(n2, KMUL(neg, neg));
                d2 = KADD(d2, KMUL(under, under));
                g = KADD(g, KPOS(c));
                l = KADD(l, KNEG(c));
            }
            add_lanes(&o->r, k, r1);
            add_lanes(&o->r2, k, r2);
            add_lanes(&o->neg, k, ng);
            add_lanes(&o->neg_n, k, nn);
            add_lanes(&o->neg2, k, n2);
            add_lanes(&o->down2, k, d2);
            add_lanes(&o->gain, k, g);
            add_lanes(&o->loss, k, l);
        }
    }
}

KFN void level(const double *e, int64_t blocks, double base, double t0, wk_level_lanes *o)
{
    const KT from = KSET(base), step = KSET((double)WK_LANES);
    for (int64_t b = 0; b < blocks; b++) {
        const double *p = e + b * WK_BLOCK;
        for (int k = 0; k < WK_LANES; k += KW) {
            double first[KW];
            for (int j = 0; j < KW; j++) first[j] = t0 + (double)(b * WK_BLOCK + k + j);
            KT t = KLOAD(first), s = KZERO, s2 = KZERO, st = KZERO;
            for (int i = k; i < WK_BLOCK; i += WK_LANES) {
                const KT x = KSUB(KLOAD(p + i), from);
                s = KADD(s, x);
                s2 = KADD(s2, KMUL(x, x));
                st = KADD(st, KMUL(x, t));
                t = KADD(t, step);
            }
            add_lanes(&o->x, k, s);
            add_lanes(&o->x2, k, s2);
            add_lanes(&o->tx, k, st);
        }
    }
}

/* A block that makes new peaks: the running peak is a chain and goes first, by itself. */
KFN void ulcer_rising(const double *p, double peak, wk_lanes *out)
{
    double h[WK_BLOCK], v[WK_BLOCK];
    for (int i = 0; i < WK_BLOCK; i++) {
        peak = p[i] > peak ? p[i] : peak;
        /* A peak at or below zero has no percentage: nothing is added. */
        h[i] = peak > 0.0 ? peak : 1.0;
        v[i] = peak > 0.0 ? p[i] : 1.0;
    }
    for (int k = 0; k < WK_LANES; k += KW) {
        KT u = KZERO;
        for (int i = k; i < WK_BLOCK; i += WK_LANES) {
            const KT top = KLOAD(h + i);
            const KT d = KDIV(KSUB(KLOAD(v + i), top), top);
            u = KADD(u, KMUL(d, d));
        }
        add_lanes(out, k, u);
    }
}

KFN void ulcer(const double *e, int64_t blocks, const double *lo, const double *hi,
               const double *top, wk_lanes *out)
{
    for (int64_t b = 0; b < blocks; b++) {
        const double *p = e + b * WK_BLOCK;
        if (hi[b] > top[b]) {
            ulcer_rising(p, top[b], out);
            continue;
        }
        if (lo[b] == top[b] || top[b] <= 0.0) continue; /* flat at the peak */
        const KT peak = KSET(top[b]), scale = KSET(1.0 / top[b]);
        for (int k = 0; k < WK_LANES; k += KW) {
            KT u = KZERO;
            for (int i = k; i < WK_BLOCK; i += WK_LANES) {
                const KT d = KMUL(KSUB(KLOAD(p + i), peak), scale);
                u = KADD(u, KMUL(d, d));
            }
            add_lanes(out, k, u);
        }
    }
}

KFN int any_position(const double *longs, const double *shorts)
{
    KT sum = KZERO;
    double w[KW];
    for (int i = 0; i < WK_BLOCK; i += KW) {
        const KT a = KLOAD(longs + i), b = KLOAD(shorts + i);
        sum = KADD(sum, KADD(KMAX(a, KSUB(KZERO, a)), KMAX(b, KSUB(KZERO, b))));
    }
    KSTORE(w, sum);
    double all = 0.0;
    for (int k = 0; k < KW; k++) all += w[k];
    return all != 0.0;
}

KFN void exposure(const double *e, const double *longs, const double *shorts, int64_t blocks,
                  wk_exposure_lanes *o)
{
    const KT tiny = KSET(1e-300);
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t at = b * WK_BLOCK;
        if (!any_position(longs + at, shorts + at)) continue;
        for (int k = 0; k < WK_LANES; k += KW) {
            KT rows = KZERO, gross = KZERO, most = KLOAD(o->most + k);
            for (int64_t i = at + k; i < at + WK_BLOCK; i += WK_LANES) {
                const KT x = KLOAD(longs + i), y = KLOAD(shorts + i), eq = KLOAD(e + i);
                const KT g = KADD(KMAX(x, KSUB(KZERO, x)), KMAX(y, KSUB(KZERO, y)));
                const KT solvent = KONE_IF_NEG(KSUB(KZERO, eq));
                const KT ratio = KDIV(KMUL(g, solvent), KMAX(eq, tiny));
                rows = KADD(rows, KONE_IF_NEG(KSUB(KZERO, g)));
                gross = KADD(gross, ratio);
                most = KMAX(most, ratio);
            }
            KSTORE(o->most + k, most);
            add_lanes(&o->rows, k, rows);
            add_lanes(&o->gross, k, gross);
        }
    }
}

const wk_kernels KTABLE = {.name = KNAME,
                           .extent = extent,
                           .returns = returns,
                           .level = level,
                           .ulcer = ulcer,
                           .exposure = exposure};
