/* SPDX-License-Identifier: MIT */
/* Any text as an expression: it is read or refused with a place, and what is read can be printed,
 * read back as the same node, and evaluated. */
#include <stdlib.h>
#include <string.h>

#include "wick/ta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static wick_panel *panel; /* made once; immutable */

static bool look(void *user, const char *name, wick_expr_name *out)
{
    (void)user;
    out->number = 3.5;
    return strcmp(name, "n") == 0;
}

static void fail(const char *what, const char *text)
{
    fprintf(stderr, "fuzz_expr: %s: %s\n", what, text);
    abort();
}

static void check(wick_ctx *ctx, wick_graph *g, const char *text)
{
    const wick_node x = wick_graph_expr(ctx, g, text, look, NULL);
    if (x < 0) {
        if (wick_ctx_error(ctx)[0] == '\0') fail("refused without a message", text);
        return;
    }
    wick_buf b = {0};
    wick_graph_describe(g, x, &b);
    /* Deep graphs are printed in part. */
    const wick_node y = b.len < 1900 && strstr(b.data, "...") == NULL
                            ? wick_graph_expr(ctx, g, b.data, look, NULL)
                            : x;
    if (y != x) fail("its description is another node", b.data);
    if (wick_graph_eval(ctx, g, &x, 1) < 0) fail("not evaluated", text);
    if (wick_graph_values(g, x) == NULL) fail("no values", text);
    wick_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wick_ctx *ctx = wick_ctx_new();
    if (ctx == NULL) return 0;
    if (panel == NULL) {
        const wick_synth_opts o = {.size = sizeof o, .symbols = 2, .bars = 40, .timeframe = "15m"};
        if (wick_synth(ctx, &o, &panel) < 0) fail("no bars", wick_ctx_error(ctx));
    }
    char *text = malloc(size + 1);
    wick_graph *g = NULL;
    if (text != NULL && wick_graph_new(ctx, wick_panel_bars(panel, 0), panel, NULL, &g) >= 0) {
        if (size > 0) memcpy(text, data, size);
        text[size] = '\0';
        check(ctx, g, text);
    }
    wick_graph_free(g);
    free(text);
    wick_ctx_free(ctx);
    return 0;
}
