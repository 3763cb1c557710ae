/* SPDX-License-Identifier: MIT */
/** What the engine tests share: small panels from literal bars, running to the end, short
 * accessors. */
#ifndef TEST_ENGINE_SIM_H
#define TEST_ENGINE_SIM_H

#include <stdlib.h>

#include "check.h"
#include "wick/engine.h"

typedef struct bar4 {
    double o, h, l, c;
} bar4;

static inline wick_bars *sim_bars(wick_ctx *ctx, const char *name, const bar4 *b, int64_t n,
                                  const int64_t *time, const wick_symbol_info *info)
{
    double *f[4];
    int64_t *t = malloc((size_t)(n + 1) * sizeof *t);
    assert_non_null(t);
    for (int k = 0; k < 4; k++) {
        f[k] = malloc((size_t)(n + 1) * sizeof *f[k]);
        assert_non_null(f[k]);
    }
    for (int64_t i = 0; i < n; i++) {
        t[i] = time != NULL ? time[i] : (1000 + i) * WICK_MS_DAY;
        f[0][i] = b[i].o;
        f[1][i] = b[i].h;
        f[2][i] = b[i].l;
        f[3][i] = b[i].c;
    }
    wick_bars *out = NULL;
    check_ok(ctx, wick_bars_new(ctx, name, n, t, f[0], f[1], f[2], f[3], NULL, info, &out));
    for (int k = 0; k < 4; k++) free(f[k]);
    free(t);
    return out;
}

/** Symbols named A, B, C ... with tick 0.01. */
static inline wick_panel *sim_panel(wick_ctx *ctx, const bar4 *const *bars, const int64_t *n,
                                    const int64_t *const *time, int64_t symbols, double qty_step)
{
    wick_bars *list[26] = {0};
    for (int64_t i = 0; i < symbols; i++) {
        const char name[2] = {(char)('A' + i), '\0'};
        const wick_symbol_info info = {.symbol = name,
                                       .tick = 0.01,
                                       .point_value = 1.0,
                                       .qty_step = qty_step,
                                       .timeframe_ms = WICK_MS_DAY};
        list[i] = sim_bars(ctx, name, bars[i], n[i], time != NULL ? time[i] : NULL, &info);
    }
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, list, symbols, &p));
    for (int64_t i = 0; i < symbols; i++) wick_bars_unref(list[i]);
    return p;
}

/** Settings from "key=value key=value"; profile=NAME first when given. */
static inline wick_settings *sim_settings(wick_ctx *ctx, const char *text)
{
    wick_settings *s = wick_settings_new();
    assert_non_null(s);
    char copy[1024];
    assert_true(strlen(text) < sizeof copy);
    memcpy(copy, text, strlen(text) + 1);
    for (char *w = strtok(copy, " "); w != NULL; w = strtok(NULL, " ")) {
        char *eq = strchr(w, '=');
        assert_non_null(eq);
        *eq = '\0';
        check_ok(ctx, wick_settings_set(ctx, s, w, eq + 1));
    }
    return s;
}

typedef void (*sim_decide)(wick_run *run, const wick_cursor *at, void *arg);

/** Runs a panel to its end, asking `decide` on every bar. */
static inline wick_ledger *sim_run(wick_ctx *ctx, wick_panel *p, const char *settings, double cash,
                                   sim_decide decide, void *arg)
{
    wick_settings *s = sim_settings(ctx, settings);
    const wick_run_opts o = {
        .size = sizeof o, .settings = s, .cash = cash, .ask_bar = decide != NULL};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    wick_settings_free(s);
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        if (step == WICK_STEP_BAR) decide(r, wick_run_cursor(r), arg);
    }
    assert_int_equal(step, WICK_STEP_DONE);
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    return l;
}

/* An order of a plan, placed at the close of a bar; what is zero is not given. `price` is that of a
 * limit or a stop. */
typedef struct sim_ask {
    int64_t bar;
    int32_t side, type, intent;
    double units, price, stop_points;
    int32_t expire;
} sim_ask;

static inline void sim_place(wick_run *r, const wick_cursor *at, const sim_ask *a, int n)
{
    for (int i = 0; i < n; i++) {
        if (a[i].bar != at->bar) continue;
        const wick_order o = {.size = sizeof o,
                              .symbol = at->symbol,
                              .side = a[i].side,
                              .type = a[i].type,
                              .intent = a[i].intent,
                              .size_kind = WICK_SIZE_UNITS,
                              .amount = a[i].units,
                              .expire = a[i].expire,
                              .stop_points = a[i].stop_points,
                              .limit = a[i].type == WICK_LIMIT ? a[i].price : 0.0,
                              .stop = a[i].type == WICK_STOP ? a[i].price : 0.0};
        assert_true(wick_run_submit(r, &o) > 0);
    }
}

#endif
