/* SPDX-License-Identifier: MIT */
/* Packed masks: every form that makes the bits itself against its own column, and masks of a graph
 * against the columns of another. */
#include "graph_help.h"

enum { MOST = 300 };

/* Steps of a quarter, so that ties are common; NA in front, and now and then inside. */
static void walk(wick_pcg *g, int64_t n, int64_t gap, bool holes, double *v)
{
    double x = 10.0;
    for (int64_t i = 0; i < n; i++) {
        x += 0.25 * floor(3.0 * wick_pcg_uniform(g)) - 0.25;
        v[i] = i < gap || (holes && wick_pcg_uniform(g) < 0.01) ? WICK_NA : x;
    }
}

static void check_form(wick_ctx *ctx, const wick_ta_spec *s, wick_pcg *g, int64_t n, bool holes)
{
    double a[MOST + 1], b[MOST + 1], column[MOST + 1];
    uint64_t bits[8], want[8];
    const double *const in[] = {a, b};
    double *const out[] = {column};
    walk(g, n, (int64_t)(80.0 * wick_pcg_uniform(g)), holes, a);
    walk(g, n, (int64_t)(80.0 * wick_pcg_uniform(g)), holes, b);
    memset(bits, 0xff, sizeof bits);
    check_ok(ctx, wick_ta_run(ctx, s->name, n, in, NULL, 0, out));
    wick_mask_pack(n, column, want);
    const bool made = s->mask(n, in, NULL, bits);
    assert_true(made || holes);
    for (int64_t k = 0; made && k < wick_mask_words(n); k++) assert_true(bits[k] == want[k]);
}

static void bits_are_those_of_the_column(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_pcg g = wick_pcg_key(1, "masks", 0, 0);
    int64_t forms = 0;
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        if (s->mask == NULL) continue;
        assert_int_equal(wick_ta_inputs(s), 2);
        assert_int_equal(wick_ta_params(s), 0);
        forms++;
        for (int64_t n = 0; n <= MOST; n++)
            for (int k = 0; k < 4; k++) check_form(ctx, s, &g, n, k == 3);
    }
    assert_true(forms >= 2);
    wick_ctx_free(ctx);
}

static void masks_of_a_graph_are_its_columns(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_bars *b = synth_bars(ctx, 1000);
    wick_graph *g[2];
    wick_node masks[5];
    for (int k = 0; k < 2; k++) {
        g[k] = new_graph(ctx, b, NULL, NULL);
        const wick_node close = wick_graph_source(ctx, g[k], WICK_S_CLOSE);
        const wick_node in[2] = {call(ctx, g[k], "sma", close, 5),
                                 call(ctx, g[k], "sma", close, 20)};
        const wick_node higher = op2(ctx, g[k], WICK_OP_GT, in[0], in[1]);
        masks[0] = wick_graph_ta(ctx, g[k], wick_ta_find("crossover"), in, 2, NULL, 0, 0);
        masks[1] = wick_graph_ta(ctx, g[k], wick_ta_find("crossunder"), in, 2, NULL, 0, 0);
        masks[2] = higher;
        masks[3] = op2(ctx, g[k], WICK_OP_OR, higher, masks[1]);
        masks[4] = masks[1];
    }
    check_ok(ctx, wick_graph_eval(ctx, g[0], masks, 5));
    check_ok(ctx, wick_graph_eval_masks(ctx, g[1], NULL, 0, masks, 5));
    for (int k = 0; k < 5; k++) {
        const uint64_t *bits = wick_graph_mask(g[1], masks[k]);
        uint64_t want[16];
        wick_mask_pack(1000, wick_graph_values(g[0], masks[k]), want);
        assert_non_null(bits);
        assert_memory_equal(bits, want, sizeof want);
        assert_null(wick_graph_mask(g[0], masks[k]));
    }
    assert_null(wick_graph_values(g[1], masks[0])); /* no column was made */
    check_ok(ctx, wick_graph_eval(ctx, g[1], masks, 1));
    assert_non_null(wick_graph_values(g[1], masks[0]));
    masks[0] = 9999;
    check_fails(ctx, wick_graph_eval_masks(ctx, g[1], NULL, 0, masks, 1), WICK_E_ARG, "9999");
    for (int k = 0; k < 2; k++) wick_graph_free(g[k]);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_are_those_of_the_column),
        cmocka_unit_test(masks_of_a_graph_are_its_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
