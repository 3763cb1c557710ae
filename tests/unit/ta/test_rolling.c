/* SPDX-License-Identifier: MIT */
/* Kernels over rolling sums: whole columns, in chunks and in whole numbers where values allow it
 * (roll.h, roll_units.h), give the bits of stepping for any values, lengths and windows. */
#include "check.h"

#include <float.h>
#include <stdlib.h>

#include "wick/ta.h"

enum { MOST = 2600 };

typedef enum kind {
    QUIET,    /* prices between one power of two and the next */
    CROSSING, /* about a power of two */
    ENDS,     /* a few last places above one, then below the next */
    THIRTEEN, /* about 16/13, where the sum of 13 passes a power of two */
    MIDDLES,  /* sums half-way between two numbers, often */
    TICKS,    /* whole hundredths */
    WHOLE,    /* volumes: whole numbers from 0 to a million */
    WIDE,     /* from 1e-40 to 1e40 */
    EDGES,    /* about the least and greatest numbers */
    SIGNS,    /* above and below zero */
    LATE,     /* NA at the start */
    HOLES,    /* NA now and then */
    ENDLESS,  /* an infinity */
    KINDS
} kind;

static double value(kind of, wick_pcg *g, int64_t i, double *walk)
{
    const double u = wick_pcg_uniform(g);
    *walk *= 1.0 + 0.004 * (u - 0.5);
    switch (of) {
    case CROSSING: return 128.0 * *walk * (i % 997 < 400 ? 1.0 : 1.1);
    case ENDS:
        return (i < 1300 ? 64.0 : 128.0) +
               (i < 1300 ? 64.0 : -64.0) * DBL_EPSILON * floor(4.0 + u * 12.0);
    case THIRTEEN: return 1600.0 / 13.0 * *walk;
    case MIDDLES: return 1.0 + DBL_EPSILON * floor(u * 8.0) + (i % 2 == 0 ? 0.5 : 0.25);
    case TICKS: return round(9000.0 * *walk) / 100.0;
    case WHOLE: return floor(u * (i % 5 == 0 ? 1e6 : 10.0));
    case WIDE: return pow(10.0, 80.0 * u - 40.0);
    case EDGES: return u < 0.01 ? 1e307 * u : ldexp(u, -1060 + (int)(i % 200));
    case SIGNS: return u - 0.5;
    case LATE: return i < 37 ? WICK_NA : 90.0 * *walk;
    case HOLES: return u < 0.002 ? WICK_NA : 90.0 * *walk;
    case ENDLESS: return i == 1400 ? (double)INFINITY : 90.0 * *walk;
    default: return 90.0 * *walk;
    }
}

static void make(kind of, uint64_t which, double *x)
{
    wick_pcg g = wick_pcg_key(17, "rolling", (uint64_t)of, which);
    double walk = 1.0;
    for (int64_t i = 0; i < MOST; i++) x[i] = value(of, &g, i, &walk);
}

static void check(const wick_ta_spec *s, const double *p, kind of, int64_t n,
                  const double *const *in, double *const *out)
{
    const int32_t outs = wick_ta_outputs(s), ins = wick_ta_inputs(s);
    void *state = malloc((size_t)s->state_size(p));
    assert_non_null(state);
    s->state_init(state, p);
    assert_int_equal(s->run(n, in, p, out), WICK_OK);
    for (int64_t i = 0; i < n; i++) {
        double x[WICK_TA_MAX_IN], y[WICK_TA_MAX_OUT];
        for (int32_t k = 0; k < ins; k++) x[k] = in[k][i];
        s->step(state, p, x, y);
        for (int32_t k = 0; k < outs; k++)
            if (memcmp(&y[k], &out[k][i], sizeof y[k]) != 0 && !(isnan(y[k]) && isnan(out[k][i])))
                fail_msg("ta.%s(%g).%s on kind %d of %lld, bar %lld: %.17g by columns, %.17g by "
                         "steps",
                         s->name, p[0], s->out[k].name, (int)of, (long long)n, (long long)i,
                         out[k][i], y[k]);
    }
    free(state);
}

static const char *const names[] = {"sum", "sma",         "variance", "stdev", "bb",
                                    "bbw", "zscore",      "cmo",      "mfi",   "vwma",
                                    "dev", "correlation", "ppo"};
static const double windows[] = {1, 2, 3, 4, 5, 14, 17, 100, 500, 512, 513, 1030, 2100};
static const int64_t lengths[] = {0,   1,    13,   14,   15,   511,  512,
                                  513, 1023, 1024, 1025, 1537, 2048, MOST};

static void run_all(kind of, double *const *v, double *const *out)
{
    for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
        const wick_ta_spec *s = wick_ta_find(names[j]);
        assert_non_null(s);
        const double *in[WICK_TA_MAX_IN + 1] = {v[0], v[1]};
        for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
            double p[WICK_TA_MAX_PARAM] = {0};
            for (int32_t k = 0; s->param[k].name != NULL; k++) p[k] = s->param[k].def;
            if (windows[w] < s->param[0].lo) continue;
            p[0] = windows[w];
            /* every length at one window, every window at one length */
            for (size_t n = 0; windows[w] == 14.0 && n < sizeof lengths / sizeof *lengths; n++)
                check(s, p, of, lengths[n], in, out);
            if (windows[w] != 14.0) check(s, p, of, MOST, in, out);
        }
    }
}

static void test_bits_of_stepping(void **state)
{
    double *v[2], *out[WICK_TA_MAX_OUT];
    (void)state;
    for (int k = 0; k < 2; k++) assert_non_null(v[k] = malloc(MOST * sizeof(double)));
    for (int k = 0; k < WICK_TA_MAX_OUT; k++)
        assert_non_null(out[k] = malloc(MOST * sizeof(double)));
    for (int of = 0; of < KINDS; of++) {
        make((kind)of, 0, v[0]);
        make((kind)of, 1, v[1]);
        run_all((kind)of, v, out);
        make((kind)((of + 3) % KINDS), 1, v[1]); /* two kinds together */
        run_all((kind)of, v, out);
    }
    for (int k = 0; k < 2; k++) free(v[k]);
    for (int k = 0; k < WICK_TA_MAX_OUT; k++) free(out[k]);
}

/* Eight windows in one pass are eight passes. */
static void test_lanes(void **state)
{
    const wick_ta_spec *s = wick_ta_find("sma");
    double *x = malloc(MOST * sizeof *x), *all = malloc(9 * MOST * sizeof *all);
    (void)state;
    assert_non_null(s);
    assert_true(x != NULL && all != NULL);
    for (int of = 0; of < KINDS; of++) {
        double w[8] = {3, 14, 15, 60, 200, 511, 513, 1100}, *to[9], *const * outs[8];
        const double *in[1] = {x}, *par[8];
        for (int k = 0; k < 9; k++) to[k] = all + k * MOST;
        for (int k = 0; k < 8; k++) outs[k] = &to[k], par[k] = &w[k];
        make((kind)of, 2, x);
        assert_int_equal(s->run_many(MOST, in, 8, par, outs), WICK_OK);
        for (int k = 0; k < 8; k++) {
            assert_int_equal(s->run(MOST, in, par[k], &to[8]), WICK_OK);
            for (int64_t i = 0; i < MOST; i++)
                assert_true(memcmp(&to[8][i], &to[k][i], sizeof(double)) == 0 ||
                            (isnan(to[8][i]) && isnan(to[k][i])));
        }
    }
    free(x);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bits_of_stepping),
                                       cmocka_unit_test(test_lanes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
