/* SPDX-License-Identifier: MIT */
#include "data_test.h"

static wick_panel *make(wick_ctx *ctx, int64_t symbols, int64_t bars, uint64_t seed, const char *tf,
                        bool ragged)
{
    wick_panel *p = NULL;
    const wick_synth_opts o = {.size = sizeof o,
                               .symbols = symbols,
                               .bars = bars,
                               .seed = seed,
                               .timeframe = tf,
                               .ragged = ragged};
    check_ok(ctx, wick_synth(ctx, &o, &p));
    return p;
}

static void digest_of(const wick_panel *p, char hex[65])
{
    wick_sha256 s;
    wick_sha256_init(&s);
    for (int64_t i = 0; i < wick_panel_count(p); i++) {
        char one[65];
        wick_bars_digest(wick_panel_bars(p, i), one);
        wick_sha256_add(&s, one, 64);
    }
    wick_sha256_end(&s, hex);
}

/* The numbers are part of the contract: demos, goldens and benches are made from them. */
static void the_bars_are_pinned(void **state)
{
    (void)state;
    static const struct {
        int64_t symbols, bars;
        uint64_t seed;
        const char *tf;
        bool ragged;
        const char *sha256;
    } pins[] = {
        {8, 1500, 1, NULL, false,
         "f16e4879e30fe325422159ffded0b485cb6c9519917aa45514336bc9f20e2193"},
        {3, 400, 7, "15m", false,
         "c1fa1e6e8325257cb9bceb4fa616918293741d7e87645c33f940a58f314f6934"},
        {9, 500, 2, "1d", true, "7366f3576d954f5d743025abb691698094d3f524f4571b09c0e3de764b33867c"},
    };
    wick_ctx *ctx = wick_ctx_new();
    for (int64_t k = 0; k < COUNT(pins); k++) {
        char hex[65];
        wick_panel *p =
            make(ctx, pins[k].symbols, pins[k].bars, pins[k].seed, pins[k].tf, pins[k].ragged);
        digest_of(p, hex);
        assert_string_equal(hex, pins[k].sha256);
        wick_panel_unref(p);
    }
    wick_ctx_free(ctx);
}

static void bars_are_plausible(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = make(ctx, 12, 3000, 3, NULL, false);
    int64_t gaps = 0, crashes = 0;
    for (int64_t s = 0; s < 12; s++) {
        const wick_bars *b = wick_panel_bars(p, s);
        const double *o = wick_bars_field(b, WICK_OPEN), *c = wick_bars_field(b, WICK_CLOSE);
        const double *h = wick_bars_field(b, WICK_HIGH), *l = wick_bars_field(b, WICK_LOW);
        assert_int_equal(wick_bars_count(b), 3000);
        assert_int_equal(wick_bars_info(b)->timeframe_ms, DAY);
        check_same(wick_bars_info(b)->tick, 0.01);
        for (int64_t i = 0; i < 3000; i++) {
            assert_true(l[i] >= 0.01 && l[i] <= o[i] && l[i] <= c[i] && h[i] >= o[i] &&
                        h[i] >= c[i]);
            check_same(wick_round_printf(c[i], 2), c[i]);
            assert_true(c[i] < 2e4);
            const int day = wick_time_to_civil(wick_bars_time(b)[i]).weekday;
            assert_true(day >= 2 && day <= 6);
            gaps += i > 0 && (o[i] < l[i - 1] * 0.98);
            crashes += i > 0 && c[i] < c[i - 1] * 0.94;
        }
    }
    assert_true(gaps > 100);   /* stops get jumped over */
    assert_true(crashes > 50); /* and markets fall */
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void seeds_and_symbols_differ(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *a = make(ctx, 2, 50, 1, NULL, false), *b = make(ctx, 2, 50, 2, NULL, false);
    wick_panel *more = make(ctx, 5, 50, 1, NULL, false);
    assert_true(wick_bars_id(wick_panel_bars(a, 0)) != wick_bars_id(wick_panel_bars(a, 1)));
    assert_true(wick_bars_id(wick_panel_bars(a, 0)) != wick_bars_id(wick_panel_bars(b, 0)));
    /* A symbol does not depend on how many there are. */
    assert_true(wick_bars_id(wick_panel_bars(a, 1)) == wick_bars_id(wick_panel_bars(more, 1)));
    wick_panel_unref(a);
    wick_panel_unref(b);
    wick_panel_unref(more);
    wick_panel *many = make(ctx, 120, 2, 1, NULL, false);
    assert_string_equal(wick_bars_symbol(wick_panel_bars(many, 0)), "SYN001");
    assert_string_equal(wick_bars_symbol(wick_panel_bars(many, 119)), "SYN120");
    wick_panel_unref(many);
    wick_ctx_free(ctx);
}

static void ragged_panels_are_ragged(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = make(ctx, 9, 500, 2, "1d", true);
    int64_t late = 0, holes = 0;
    assert_int_equal(wick_panel_ticks(p), 500);
    assert_int_equal(wick_bars_count(wick_panel_bars(p, 0)), 500);
    for (int64_t s = 1; s < 9; s++) {
        const int32_t *map = wick_panel_tick_of(p, s);
        const int64_t n = wick_bars_count(wick_panel_bars(p, s));
        assert_true(n > 0 && n < 500);
        assert_non_null(map);
        late += map[0] > 5;
        for (int64_t i = 1; i < n; i++) holes += map[i] - map[i - 1] - 1;
    }
    assert_true(late >= 2);
    assert_true(holes > 10);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void wrong_wishes_are_refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = NULL;
    wick_synth_opts o = {.size = sizeof o, .timeframe = "1x"};
    check_fails(ctx, wick_synth(ctx, &o, &p), WICK_E_ARG, "\"1x\" is no timeframe");
    o.timeframe = NULL;
    o.bars = -5;
    check_fails(ctx, wick_synth(ctx, &o, &p), WICK_E_ARG, "bars is -5");
    o.bars = 10;
    o.symbols = 100001;
    check_fails(ctx, wick_synth(ctx, &o, &p), WICK_E_ARG, "symbols");
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    (void)arg;
    const wick_synth_opts o = {.size = sizeof o, .symbols = 3, .bars = 20, .ragged = true};
    wick_panel *p = NULL;
    const wick_status st = wick_synth(ctx, &o, &p);
    wick_panel_unref(p);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    assert_true(alloc_walk(walk, NULL) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bars_are_pinned),      cmocka_unit_test(bars_are_plausible),
        cmocka_unit_test(seeds_and_symbols_differ), cmocka_unit_test(ragged_panels_are_ragged),
        cmocka_unit_test(wrong_wishes_are_refused), cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
