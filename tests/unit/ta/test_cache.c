/* SPDX-License-Identifier: MIT */
/* The shared store: hits across graphs, the bound on bytes, many threads. */
#include <pthread.h>

#include "graph_help.h"

enum { BARS = 1000 };

static wick_node average(wick_ctx *ctx, wick_graph *g, double n)
{
    return call(ctx, g, "sma", source(ctx, g, WICK_S_CLOSE), n);
}

static void test_graphs_share(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, BARS);
    wick_cache *c = wick_cache_new(1 << 20);
    wick_graph *g = new_graph(ctx, b, NULL, c), *h = new_graph(ctx, b, NULL, c);
    const wick_node x = average(ctx, g, 10), y = average(ctx, h, 10);
    check_ok(ctx, wick_graph_eval(ctx, g, &x, 1));
    wick_cache_stats s = wick_cache_get_stats(c);
    assert_int_equal(s.entries, 1);
    assert_int_equal(s.hits, 0);
    check_ok(ctx, wick_graph_eval(ctx, h, &y, 1));
    s = wick_cache_get_stats(c);
    assert_int_equal(s.entries, 1);
    assert_int_equal(s.hits, 1);
    assert_true(s.bytes >= BARS * 8);
    assert_ptr_equal(wick_graph_values(g, x), wick_graph_values(h, y));
    /* What stands on a cached column is not looked into again. */
    const wick_node z = call(ctx, h, "ema", op2(ctx, h, WICK_OP_SUB, y, source(ctx, h, 0)), 5);
    check_ok(ctx, wick_graph_eval(ctx, h, &z, 1));
    wick_graph_free(h);
    h = new_graph(ctx, b, NULL, c);
    const wick_node again =
        call(ctx, h, "ema", op2(ctx, h, WICK_OP_SUB, average(ctx, h, 10), source(ctx, h, 0)), 5);
    check_ok(ctx, wick_graph_eval(ctx, h, &again, 1));
    assert_null(wick_graph_values(h, average(ctx, h, 10)));
    /* Other bars are another key, and a column outlives the cache that kept it. */
    wick_bars *part = NULL;
    check_ok(ctx, wick_bars_slice(ctx, b, 0, BARS - 1, &part));
    wick_graph *k = new_graph(ctx, part, NULL, c);
    const wick_node w = average(ctx, k, 10);
    check_ok(ctx, wick_graph_eval(ctx, k, &w, 1));
    assert_ptr_not_equal(wick_graph_values(k, w), wick_graph_values(g, x));
    wick_cache_unref(c);
    check_columns(wick_graph_values(k, w), wick_graph_values(g, x), BARS - 1, "slice");
    wick_graph_free(g);
    wick_graph_free(h);
    wick_graph_free(k);
    wick_bars_unref(part);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Columns without a key, and what stands on them, stay private; so do cheap masks. */
static void test_what_is_not_kept(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, BARS);
    wick_cache *c = wick_cache_new(1 << 22);
    wick_graph *g = new_graph(ctx, b, NULL, c);
    double v[BARS];
    gappy(v, BARS, 1);
    const wick_node in[2] = {average(ctx, g, 5), average(ctx, g, 9)};
    const wick_node x[3] = {
        call(ctx, g, "sma", wick_graph_column(ctx, g, v, BARS, 0), 5),
        wick_graph_ta(ctx, g, wick_ta_find("crossover"), in, 2, NULL, 0, 0),
        op2(ctx, g, WICK_OP_GT, in[0], in[1]),
    };
    check_ok(ctx, wick_graph_eval(ctx, g, x, 3));
    assert_int_equal(wick_cache_get_stats(c).entries, 2); /* the two averages */
    const wick_node keyed = call(ctx, g, "sma", wick_graph_column(ctx, g, v, BARS, 3), 5);
    check_ok(ctx, wick_graph_eval(ctx, g, &keyed, 1));
    assert_int_equal(wick_cache_get_stats(c).entries, 3);
    check_columns(wick_graph_values(g, keyed), wick_graph_values(g, x[0]), BARS, "keyed");
    wick_graph_free(g);
    wick_cache_unref(c);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* A specification that is not in the registry may share its name with one that is. */
static wick_status twice(int64_t n, const double *const *in, const double *p, double *const *out)
{
    for (int64_t i = 0; i < n; i++) out[0][i] = in[0][i] * p[0];
    return WICK_OK;
}

static void test_private_specs_do_not_collide(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, BARS);
    wick_cache *c = wick_cache_new(1 << 22);
    const wick_ta_spec mine = {.name = "sma",
                               .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
                               .param = {{"n", 20, 1, 5000, .is_int = 1}},
                               .out = {{"sma", WICK_U_ANY}},
                               .run = twice};
    wick_graph *g = new_graph(ctx, b, NULL, c);
    const wick_node close = source(ctx, g, WICK_S_CLOSE);
    const double n = 4;
    const wick_node x[2] = {average(ctx, g, 4), wick_graph_ta(ctx, g, &mine, &close, 1, &n, 1, 0)};
    assert_int_not_equal(x[0], x[1]);
    check_ok(ctx, wick_graph_eval(ctx, g, x, 2));
    assert_int_equal(wick_cache_get_stats(c).entries, 1);
    check_same(wick_graph_values(g, x[1])[5], wick_bars_field(b, WICK_CLOSE)[5] * 4);
    wick_graph_free(g);
    wick_cache_unref(c);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

static void test_the_oldest_goes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, BARS);
    const int64_t cap = BARS * 8 * 5; /* four columns and their book-keeping */
    wick_cache *c = wick_cache_new(cap);
    for (int n = 2; n < 40; n++) {
        wick_graph *g = new_graph(ctx, b, NULL, c);
        /* The average of 2 is asked for every time, so it stays. */
        const wick_node x[2] = {average(ctx, g, 2), average(ctx, g, n + 1)};
        check_ok(ctx, wick_graph_eval(ctx, g, x, 2));
        wick_graph_free(g);
        const wick_cache_stats s = wick_cache_get_stats(c);
        assert_true(s.bytes <= cap);
        assert_true(s.entries <= 4);
    }
    const wick_cache_stats s = wick_cache_get_stats(c);
    assert_int_equal(s.hits, 37);
    assert_int_equal(s.misses, 39);
    assert_int_equal(s.entries, 4);
    assert_int_equal(s.evicted, 39 - 4);
    /* What cannot fit is computed and not kept. */
    wick_cache *tiny = wick_cache_new(100), *none = wick_cache_new(0);
    wick_cache *both[2] = {tiny, none};
    for (int k = 0; k < 2; k++) {
        wick_graph *g = new_graph(ctx, b, NULL, both[k]);
        const wick_node x = average(ctx, g, 3);
        check_ok(ctx, wick_graph_eval(ctx, g, &x, 1));
        assert_non_null(wick_graph_values(g, x));
        assert_int_equal(wick_cache_get_stats(both[k]).entries, 0);
        wick_graph_free(g);
        wick_cache_unref(both[k]);
    }
    wick_cache_unref(c);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* Thousands of entries: buckets are added and everything is still found. */
static void test_many_entries(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 16);
    wick_cache *c = wick_cache_new(1 << 26);
    for (int round = 0; round < 2; round++) {
        wick_graph *g = new_graph(ctx, b, NULL, c);
        wick_node x[4000];
        for (int i = 0; i < 4000; i++) {
            x[i] = call(ctx, g, i % 2 ? "sma" : "ema", source(ctx, g, WICK_S_CLOSE), 1 + i / 2);
        }
        check_ok(ctx, wick_graph_eval(ctx, g, x, 4000));
        wick_graph_free(g);
        const wick_cache_stats s = wick_cache_get_stats(c);
        assert_int_equal(s.entries, 4000);
        assert_int_equal(s.hits, round * 4000);
        assert_int_equal(s.evicted, 0);
    }
    wick_cache_unref(c);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

/* ---- threads ----------------------------------------------------------------------------- */

enum { THREADS = 6, SEEDS = 8, ROUNDS = 20 };

typedef struct shared {
    wick_bars *bars;
    wick_cache *cache;
    double *want[SEEDS][RANDOM_NODES];
} shared;

typedef struct worker {
    pthread_t id;
    shared *s;
    int32_t number;
    int64_t wrong;
} worker;

/* Counts what is wrong: a failing check of cmocka would jump, and this is not its thread. */
static void *hammer(void *arg)
{
    worker *w = arg;
    wick_ctx *ctx = wick_ctx_new();
    for (int r = 0; r < ROUNDS; r++) {
        const uint64_t seed = (uint64_t)(w->number + r * 5) % SEEDS;
        wick_graph *g = NULL;
        wick_node x[RANDOM_NODES];
        if (wick_graph_new(ctx, w->s->bars, NULL, w->s->cache, &g) < 0) {
            w->wrong++;
            continue;
        }
        random_graph(ctx, g, seed, x);
        if (wick_graph_eval(ctx, g, x, RANDOM_NODES) < 0) w->wrong++;
        for (int i = 0; i < RANDOM_NODES; i++) {
            const double *got = wick_graph_values(g, x[i]), *want = w->s->want[seed][i];
            for (int64_t k = 0; got != NULL && k < BARS; k++) {
                if (!(isnan(got[k]) && isnan(want[k])) && got[k] != want[k]) w->wrong++;
            }
            if (got == NULL) w->wrong++;
        }
        wick_graph_free(g);
    }
    wick_ctx_free(ctx);
    return NULL;
}

static void test_threads_share_one_cache(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    static shared s;
    s.bars = synth_bars(ctx, BARS);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        wick_node x[RANDOM_NODES];
        wick_graph *g = new_graph(ctx, s.bars, NULL, NULL);
        random_graph(ctx, g, seed, x);
        check_ok(ctx, wick_graph_eval(ctx, g, x, RANDOM_NODES));
        for (int i = 0; i < RANDOM_NODES; i++) {
            s.want[seed][i] = malloc(BARS * sizeof(double));
            memcpy(s.want[seed][i], wick_graph_values(g, x[i]), BARS * sizeof(double));
        }
        wick_graph_free(g);
    }
    /* Once with room for everything, once so small that columns are evicted while in use. */
    static const int64_t caps[2] = {1 << 24, BARS * 8 * 12};
    for (int k = 0; k < 2; k++) {
        worker w[THREADS];
        s.cache = wick_cache_new(caps[k]);
        for (int i = 0; i < THREADS; i++) {
            w[i] = (worker){.s = &s, .number = i};
            assert_int_equal(pthread_create(&w[i].id, NULL, hammer, &w[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(w[i].id, NULL);
            assert_int_equal(w[i].wrong, 0);
        }
        const wick_cache_stats st = wick_cache_get_stats(s.cache);
        assert_true(st.hits > 0);
        assert_true(st.bytes <= caps[k]);
        assert_true(k == 0 ? st.evicted == 0 : st.evicted > 0);
        wick_cache_unref(s.cache);
    }
    for (int seed = 0; seed < SEEDS; seed++) {
        for (int i = 0; i < RANDOM_NODES; i++) free(s.want[seed][i]);
    }
    wick_bars_unref(s.bars);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graphs_share),
        cmocka_unit_test(test_what_is_not_kept),
        cmocka_unit_test(test_private_specs_do_not_collide),
        cmocka_unit_test(test_the_oldest_goes),
        cmocka_unit_test(test_many_entries),
        cmocka_unit_test(test_threads_share_one_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
