/* SPDX-License-Identifier: MIT */
/* fuzz: lua */
/* Any bytes as a strategy file: it is refused with a message, or it runs over a few bars within its
 * budgets. Whatever happens, the next script finds a whole host. */
#include <stdlib.h>
#include <string.h>

#include "lua/host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static wick_panel *panel; /* made once; immutable */

static void quiet(void *user, const char *text, int64_t n)
{
    (void)user;
    (void)text;
    (void)n;
}

static void fail(const char *what, const char *text)
{
    fprintf(stderr, "fuzz_script: %s: %s\n", what, text);
    abort();
}

static void run_script(wick_ctx *ctx, wk_host *h, const char *text, int64_t n, bool must)
{
    wk_script *s = NULL;
    wick_ledger *ledger = NULL;
    wick_status st = wk_host_load_text(ctx, h, "fuzz.lua", text, n, &s);
    if (st >= 0) {
        st = wk_script_run(ctx, s, panel, NULL, NULL, &ledger);
        wick_ledger_unref(ledger);
        wk_script_free(s);
    }
    if (st < 0 && wick_ctx_error(ctx)[0] == '\0') fail("refused without a message", text);
    if (st == WICK_E_INTERNAL) fail("defect", wick_ctx_error(ctx));
    if (must && st < 0) fail("the host is no longer whole", wick_ctx_error(ctx));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char whole[] = "local S = wick.strategy 'x' function S.signals(b) "
                                "return { long = ta.cross_over(b.close, ta.sma(b.close, 3)) } end "
                                "return S";
    wick_ctx *ctx = wick_ctx_new();
    wk_host *h = NULL;
    const wk_host_opts opts = {.size = sizeof opts,
                               .load_seconds = 0.2,
                               .run_seconds = 0.3,
                               .memory_cap = INT64_C(16) << 20,
                               .print = quiet};
    if (!ctx) return 0;
    if (!panel) {
        const wick_synth_opts o = {.size = sizeof o, .symbols = 2, .bars = 30};
        if (wick_synth(ctx, &o, &panel) < 0) fail("no bars", wick_ctx_error(ctx));
    }
    char *text = malloc(size + 1);
    if (text && wk_host_new(ctx, &opts, &h) >= 0) {
        if (size > 0) memcpy(text, data, size);
        text[size] = '\0';
        run_script(ctx, h, text, (int64_t)size, false);
        run_script(ctx, h, whole, (int64_t)strlen(whole), true);
    }
    wk_host_free(h);
    free(text);
    wick_ctx_free(ctx);
    return 0;
}
