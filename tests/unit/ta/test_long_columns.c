/* SPDX-License-Identifier: MIT */
/* Kernels that do long columns another way than short ones: pieces of recursive averages side by
 * side (k_split.h), growing runs for extremes (k_tops.h), stretches of candles (k_candle.h). On
 * columns long enough for it they give the bits of stepping, whatever the values. */
#include "check.h"

#include <stdlib.h>

#include "wick/ta.h"

enum { BARS = 60000 };

typedef enum kind { WALK, FLAT, JUMPS, TICKS, HOLE, ENDLESS, KINDS } kind;

/* Bars whose prices forget slowly: flat stretches, jumps of many powers of ten, whole ticks. */
static void make(kind of, double *const *v)
{
    wick_pcg g = wick_pcg_key(11, "long columns", (uint64_t)of, 0);
    double at = 100.0;
    for (int64_t i = 0; i < BARS; i++) {
        double c = at + wick_pcg_uniform(&g) - 0.5;
        if (of == FLAT && i % 7000 > 500) c = at;
        if (of == JUMPS && i % 4999 == 17) c *= i % 2 == 0 ? 1e12 : 1e-12;
        if (of == JUMPS && !(c > 1e-30 && c < 1e30)) c = 100.0;
        if (of == TICKS) c = round(c * 100.0) / 100.0;
        v[0][i] = at;
        v[3][i] = c;
        v[1][i] = (c > at ? c : at) + (of == FLAT ? 0.0 : 0.25 * wick_pcg_uniform(&g));
        v[2][i] = (c < at ? c : at) - (of == FLAT ? 0.0 : 0.25 * wick_pcg_uniform(&g));
        v[4][i] = 1.0 + wick_pcg_uniform(&g);
        at = c;
    }
    if (of == HOLE)
        for (int k = 0; k < 4; k++) v[k][BARS / 3] = WICK_NA;
    if (of == ENDLESS) v[1][BARS / 2] = v[3][BARS / 2] = (double)INFINITY;
}

static const double *port(const wick_ta_spec *s, int32_t k, double *const *v)
{
    switch (s->in[k].source) {
    case WICK_S_OPEN: return v[0];
    case WICK_S_HIGH: return v[1];
    case WICK_S_LOW: return v[2];
    case WICK_S_VOLUME: return v[4];
    default: return v[3];
    }
}

static void check(const wick_ta_spec *s, const double *p, kind of, double *const *v,
                  double *const *to)
{
    const double *in[WICK_TA_MAX_IN + 1] = {NULL};
    const int32_t outs = wick_ta_outputs(s);
    int32_t ports = 0;
    for (; s->in[ports].name != NULL; ports++) in[ports] = port(s, ports, v);
    void *state = malloc((size_t)s->state_size(p));
    assert_non_null(state);
    s->state_init(state, p);
    assert_int_equal(s->run(BARS, in, p, to), WICK_OK);
    for (int64_t i = 0; i < BARS; i++) {
        double x[WICK_TA_MAX_IN], y[WICK_TA_MAX_OUT];
        for (int32_t k = 0; k < ports; k++) x[k] = in[k][i];
        s->step(state, p, x, y);
        for (int32_t k = 0; k < outs; k++)
            if (memcmp(&y[k], &to[k][i], sizeof y[k]) != 0 && !(isnan(y[k]) && isnan(to[k][i])))
                fail_msg("ta.%s(%g).%s on kind %d, bar %lld: %.17g by columns, %.17g by steps",
                         s->name, p[0], s->out[k].name, (int)of, (long long)i, to[k][i], y[k]);
    }
    free(state);
}

static void test_bits_of_stepping(void **state)
{
    static const char *const names[] = {"ema",        "rma",         "atr",
                                        "rsi",        "highest",     "lowest",
                                        "wpr",        "midpoint",    "midprice",
                                        "wma",        "linreg",      "cdl_doji",
                                        "cdl_hammer", "cdl_hikkake", "cdl_advanceblock",
                                        "macd",       "slope",       "linreg_forecast",
                                        "ultosc",     "qstick",      "smi",
                                        "rvi",        "hma",         "cci"};
    static const double windows[] = {2, 14, 33, 600};
    double *v[5], *out[WICK_TA_MAX_OUT];
    (void)state;
    for (int k = 0; k < WICK_TA_MAX_OUT; k++)
        assert_non_null(out[k] = malloc(BARS * sizeof(double)));
    for (int k = 0; k < 5; k++) assert_non_null(v[k] = malloc(BARS * sizeof(double)));
    for (int of = 0; of < KINDS; of++) {
        make((kind)of, v);
        for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
            const wick_ta_spec *s = wick_ta_find(names[j]);
            assert_non_null(s);
            double p[WICK_TA_MAX_PARAM] = {0};
            const bool window = strcmp(s->param[0].name ? s->param[0].name : "", "n") == 0;
            for (int32_t k = 0; s->param[k].name != NULL; k++) p[k] = s->param[k].def;
            for (size_t w = 0; w < (window ? sizeof windows / sizeof *windows : 1); w++) {
                if (window) p[0] = windows[w];
                check(s, p, (kind)of, v, out);
            }
        }
    }
    for (int k = 0; k < 5; k++) free(v[k]);
    for (int k = 0; k < WICK_TA_MAX_OUT; k++) free(out[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bits_of_stepping)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
