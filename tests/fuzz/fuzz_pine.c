/* SPDX-License-Identifier: MIT */
/* fuzz: lua */
/* Any bytes as a Pine script: the translator finds a mistake and says its line, or gives a Lua file
 * that the VM accepts; that file runs over a few bars or is refused with a message. */
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
    fprintf(stderr, "fuzz_pine: %s: %s\n", what, text);
    abort();
}

static void run_lua(wick_ctx *ctx, wk_host *h, const wick_buf *lua)
{
    wk_script *s = NULL;
    wick_ledger *ledger = NULL;
    wick_status st = wk_host_load_text(ctx, h, "fuzz.pine", lua->data, lua->len, &s);
    /* A translation may fail while it runs, but never because it is no Lua. */
    if (st < 0 && (strstr(wick_ctx_error(ctx), " expected near ") ||
                   strstr(wick_ctx_error(ctx), "unexpected symbol")))
        fail(wick_ctx_error(ctx), lua->data);
    if (st >= 0) {
        st = wk_script_run(ctx, s, panel, NULL, NULL, &ledger);
        wick_ledger_unref(ledger);
        wk_script_free(s);
    }
    if (st == WICK_E_INTERNAL) fail("defect", wick_ctx_error(ctx));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wick_ctx *ctx = wick_ctx_new();
    wk_host *h = NULL;
    wick_buf lua = {0}, report = {0};
    int64_t errors = 0;
    const wk_host_opts opts = {.size = sizeof opts,
                               .load_seconds = 0.2,
                               .run_seconds = 2.0,
                               .memory_cap = INT64_C(64) << 20,
                               .print = quiet};
    if (!ctx) return 0;
    if (!panel) {
        const wick_synth_opts o = {.size = sizeof o, .symbols = 1, .bars = 30};
        if (wick_synth(ctx, &o, &panel) < 0) fail("no bars", wick_ctx_error(ctx));
    }
    if (wk_host_new(ctx, &opts, &h) >= 0) {
        const wick_status st = wk_host_pine_text(ctx, h, "fuzz.pine", (const char *)data,
                                                 (int64_t)size, &lua, &report, &errors);
        if (st < 0) fail("the translator stopped", wick_ctx_error(ctx));
        if (errors == 0 && lua.len == 0) fail("neither a file nor a finding", "");
        if (errors > 0 && strncmp(report.data, "fuzz.pine:", 10) != 0) fail("no line", report.data);
        if (errors == 0) run_lua(ctx, h, &lua);
    }
    wick_buf_free(&lua);
    wick_buf_free(&report);
    wk_host_free(h);
    wick_ctx_free(ctx);
    return 0;
}
