/* SPDX-License-Identifier: MIT */
/* Every instruction set gives the same bits, and the bits are right. */
#include <stdlib.h>

#include "support/check.h"
#include "metrics/kernels.h"
#include "wick/base.h"

enum { BLOCKS = 37, N = BLOCKS * WK_BLOCK + 1 };

typedef struct results {
    double lo[BLOCKS], hi[BLOCKS], bad;
    wk_return_lanes r;
    wk_level_lanes v;
    wk_lanes u;
    wk_exposure_lanes x;
} results;

static void run(const wk_kernels *k, const double *e, double target, results *o)
{
    double top[BLOCKS], peak = e[0];
    memset(o, 0, sizeof *o);
    k->extent(e, BLOCKS, o->lo, o->hi, &o->bad);
    for (int b = 0; b < BLOCKS; b++) {
        top[b] = peak;
        peak = o->hi[b] > peak ? o->hi[b] : peak;
    }
    k->returns(e, BLOCKS, o->lo, o->hi, target, &o->r);
    k->level(e, BLOCKS, e[0], -(double)(N - 1) / 2.0, &o->v);
    k->ulcer(e, BLOCKS, o->lo, o->hi, top, &o->u);
    /* Any columns will do for exposure: the curve itself, and the curve later on. */
    k->exposure(e, e + 3 * WK_BLOCK, e + 5 * WK_BLOCK, BLOCKS - 5, &o->x);
}

/* Walks with idle stretches, new peaks in some blocks, long drawdowns in others. */
static void make(double *e, uint64_t seed)
{
    wick_pcg g = wick_pcg_key(seed, "test kernels", 0, 0);
    e[0] = 1000.0;
    int idle = 0;
    for (int i = 1; i < N; i++) {
        if (idle == 0 && wick_pcg_below(&g, 50) == 0) idle = (int)wick_pcg_below(&g, 300);
        const double r = idle > 0 ? 0.0 : 0.0003 * (double)(seed % 3) + 0.01 * wick_pcg_normal(&g);
        idle -= idle > 0;
        e[i] = e[i - 1] * (1.0 + r);
    }
}

static void same_bits(void **state)
{
    (void)state;
    const wk_kernels *all[4];
    wk_kernels_all(all);
    assert_ptr_equal(wk_kernels_best(), all[0]);
    double *e = malloc(N * sizeof *e);
    results *first = malloc(sizeof *first), *other = malloc(sizeof *other);
    for (uint64_t seed = 0; seed < 12; seed++) {
        const double target = seed % 4 == 0 ? 0.0001 : 0.0;
        make(e, seed);
        run(all[0], e, target, first);
        for (int k = 1; all[k] != NULL; k++) {
            run(all[k], e, target, other);
            if (memcmp(first, other, sizeof *first) != 0) {
                fail_msg("%s and %s differ", all[0]->name, all[k]->name);
            }
        }
    }
    free(e);
    free(first);
    free(other);
}

static double total(const wk_lanes *a)
{
    long double s = 0.0L;
    for (int k = 0; k < WK_LANES; k++) s += (long double)a->s[k] + (long double)a->c[k];
    return (double)s;
}

static void right_sums(void **state)
{
    (void)state;
    double *e = malloc(N * sizeof *e);
    results *o = malloc(sizeof *o);
    for (uint64_t seed = 20; seed < 26; seed++) {
        make(e, seed);
        run(wk_kernels_best(), e, 0.0002, o);
        long double r1 = 0.0L, r2 = 0.0L, ng = 0.0L, n2 = 0.0L, d2 = 0.0L, g = 0.0L, l = 0.0L;
        long double x1 = 0.0L, x2 = 0.0L, tx = 0.0L, u = 0.0L;
        double count = 0.0, peak = e[0];
        for (int i = 0; i < N - 1; i++) {
            const double c = e[i + 1] - e[i], r = c / e[i], x = e[i] - e[0];
            r1 += (long double)r;
            r2 += (long double)r * (long double)r;
            if (r < 0.0) {
                ng += (long double)r;
                n2 += (long double)r * (long double)r;
                count += 1.0;
            }
            if (r < 0.0002) d2 += ((long double)r - 0.0002L) * ((long double)r - 0.0002L);
            if (c > 0.0) g += (long double)c;
            if (c < 0.0) l += (long double)c;
            x1 += (long double)x;
            x2 += (long double)x * (long double)x;
            tx += (long double)x * ((long double)i - (long double)(N - 1) / 2.0L);
            peak = e[i] > peak ? e[i] : peak;
            u += (long double)((e[i] - peak) / peak) * (long double)((e[i] - peak) / peak);
        }
        check_close(total(&o->r.r), (double)r1, 1e-14);
        check_close(total(&o->r.r2) / (double)r2, 1.0, 4e-15);
        check_close(total(&o->r.neg) / (double)ng, 1.0, 4e-15);
        check_close(total(&o->r.neg2) / (double)n2, 1.0, 4e-15);
        check_close(total(&o->r.down2) / (double)d2, 1.0, 4e-15);
        check_same(total(&o->r.neg_n), count);
        check_close(total(&o->r.gain) / (double)g, 1.0, 4e-15);
        check_close(total(&o->r.loss) / (double)l, 1.0, 4e-15);
        check_close(total(&o->v.x) / (double)x1, 1.0, 1e-13);
        check_close(total(&o->v.x2) / (double)x2, 1.0, 4e-15);
        check_close(total(&o->v.tx) / (double)tx, 1.0, 1e-12);
        check_close(total(&o->u) / (double)u, 1.0, 1e-14);
        assert_true(o->bad == 0.0);
    }
    e[N / 2] = WICK_NA;
    run(wk_kernels_best(), e, 0.0, o);
    assert_true(isnan(o->bad));
    e[N / 2] = HUGE_VAL;
    run(wk_kernels_best(), e, 0.0, o);
    assert_true(isnan(o->bad));
    free(e);
    free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits), cmocka_unit_test(right_sums)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
