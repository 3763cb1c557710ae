/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <stdlib.h>
#include <string.h>

/*
 * Several strategies on one account. Each runs in its own VM with its own book; twice a tick all of
 * them stand still, so that the fills of all come before the decisions of any, and sizes are
 * percent of one number.
 */

typedef struct account {
    const wk_member *m;
    wick_run **runs;
    wick_ledger **parts;
    char **names;
    int32_t n, done;
    double idle; /* cash that is in nobody's share; below zero where shares exceed the account */
    bool stops;  /* at zero everything is closed */
} account;

static bool goes_on(const wick_settings *s)
{
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        char text[WICK_SETTING_TEXT];
        if (strcmp(wick_settings_doc(i)->key, "bankruptcy") != 0) continue;
        wick_settings_get(s, i, text);
        return strcmp(text, "continue") == 0;
    }
    return false;
}

/* Names of the parts: those of the strategies, numbered where two are alike. */
static wick_status name_parts(wick_ctx *ctx, account *a)
{
    for (int32_t k = 0; k < a->n; k++) {
        const char *name = wk_script_name(a->m[k].script);
        int32_t same = 1;
        for (int32_t i = 0; i < k; i++) same += strcmp(wk_script_name(a->m[i].script), name) == 0;
        const size_t room = strlen(name) + 16;
        a->names[k] = malloc(room);
        if (!a->names[k]) return wick_fail_mem(ctx);
        snprintf(a->names[k], room, same > 1 ? "%s#%d" : "%s", name, (int)same);
    }
    return WICK_OK;
}

static wick_status begin(wick_ctx *ctx, account *a, wick_panel *panel, const wick_run_opts *opts)
{
    double held = 0.0;
    for (int32_t k = 0; k < a->n; k++) {
        wick_run_opts o = *opts;
        o.settings = a->m[k].settings;
        o.cash = opts->cash * a->m[k].share;
        held += o.cash;
        const wick_status st = wk_script_begin(ctx, a->m[k].script, panel, &o, a->m[k].share);
        if (st < 0) return wick_note(ctx, "while beginning strategy %s", a->names[k]);
        a->runs[k] = wk_script_run_of(a->m[k].script);
        a->stops = a->stops || !goes_on(a->m[k].settings);
    }
    a->idle = opts->cash - held;
    return WICK_OK;
}

/* Every member up to its next halt, the earlier of the list first. */
static wick_status advance(wick_ctx *ctx, account *a)
{
    a->done = 0;
    for (int32_t k = 0; k < a->n; k++) {
        int step = WICK_STEP_DONE;
        (void)wick_runs_sync(a->runs, a->n, a->idle, false);
        const wick_status st = wk_script_resume(ctx, a->m[k].script, &step);
        if (st < 0) return wick_note(ctx, "while running strategy %s", a->names[k]);
        a->done += step == WICK_STEP_DONE;
    }
    return WICK_OK;
}

static wick_status run_all(wick_ctx *ctx, account *a)
{
    wick_status st = WICK_OK;
    while (st >= 0 && a->done < a->n) {
        st = advance(ctx, a); /* fills */
        if (st < 0 || a->done == a->n) break;
        const double equity = wick_runs_sync(a->runs, a->n, a->idle, true);
        for (int32_t k = 0; k < a->n && a->stops && equity <= 0.0; k++)
            wick_run_close_out(a->runs[k]);
        st = advance(ctx, a); /* decisions */
    }
    return st;
}

static wick_status check(wick_ctx *ctx, const wk_member *m, int32_t n)
{
    if (n < 1) return wick_fail(ctx, WICK_E_ARG, "an account of no strategies");
    for (int32_t k = 0; k < n; k++) {
        if (!(m[k].share > 0.0 && m[k].share <= 1000.0))
            return wick_fail(ctx, WICK_E_ARG, "strategy %s: a share of %g; it must be above 0",
                             wk_script_name(m[k].script), m[k].share);
        for (int32_t i = 0; i < k; i++)
            if (m[i].script->host == m[k].script->host)
                return wick_fail(ctx, WICK_E_ARG, "two strategies of one account share a host");
    }
    return WICK_OK;
}

static void release(account *a)
{
    for (int32_t k = 0; k < a->n; k++) {
        if (a->parts) wick_ledger_unref(a->parts[k]);
        if (a->names) free(a->names[k]);
    }
    free(a->runs);
    free(a->parts);
    free(a->names);
}

wick_status wk_account_run(wick_ctx *ctx, const wk_member *members, int32_t n, wick_panel *panel,
                           const wick_run_opts *opts, wick_ledger **out)
{
    wick_run_opts o = {.size = sizeof o};
    if (opts) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    o.size = sizeof o;
    o.arena = NULL;
    if (o.cash == 0.0) o.cash = 100000.0;
    wick_status st = check(ctx, members, n);
    if (st < 0) return st;
    account a = {.m = members, .n = n};
    a.runs = calloc((size_t)n, sizeof *a.runs);
    a.parts = calloc((size_t)n, sizeof *a.parts);
    a.names = calloc((size_t)n, sizeof *a.names);
    if (!a.runs || !a.parts || !a.names)
        st = wick_fail_mem(ctx);
    else
        st = name_parts(ctx, &a);
    if (st >= 0) st = begin(ctx, &a, panel, &o);
    if (st >= 0) st = run_all(ctx, &a);
    for (int32_t k = 0; k < n; k++) {
        const wick_status end = wk_script_end(ctx, members[k].script, st >= 0, &a.parts[k]);
        if (st >= 0) st = end;
    }
    if (st >= 0) st = wick_ledger_join(ctx, a.parts, (const char *const *)a.names, n, a.idle, out);
    release(&a);
    return st;
}
