/* SPDX-License-Identifier: MIT */
#include "cli/trace.h"

#include <stdlib.h>
#include <string.h>

static void keep(void *user, const wk_declared *d)
{
    run_trace *t = user;
    if (t->failed) return;
    if (t->n == t->cap) {
        const int64_t cap = t->cap ? 2 * t->cap : 64;
        trace_column *at = realloc(t->at, (size_t)cap * sizeof *at);
        if (!at) {
            t->failed = true;
            return;
        }
        t->at = at;
        t->cap = cap;
    }
    double *v = wick_arena_alloc(t->arena, d->n * (int64_t)sizeof *v + 1);
    char *text = wick_arena_strdup(t->arena, d->text);
    if (!v || !text) {
        t->failed = true;
        return;
    }
    memcpy(v, d->v, (size_t)d->n * sizeof *v);
    t->at[t->n++] = (trace_column){d->symbol, text, v, d->n};
}

wick_status run_trace_run(wick_ctx *ctx, wk_host *host, wk_script *script,
                          const wick_run_opts *opts, wick_panel *panel, run_trace *t)
{
    *t = (run_trace){.panel = panel, .arena = wick_arena_new(0)};
    if (!t->arena) return wick_fail_mem(ctx);
    wk_host_watch(host, keep, t);
    const wick_status st = wk_script_run(ctx, script, panel, opts, NULL, &t->ledger);
    wk_host_watch(host, NULL, NULL);
    return st >= 0 && t->failed ? wick_fail_mem(ctx) : st;
}

void run_trace_free(run_trace *t)
{
    wick_ledger_unref(t->ledger);
    wick_panel_unref(t->panel);
    wick_arena_free(t->arena);
    free(t->at);
    *t = (run_trace){0};
}
