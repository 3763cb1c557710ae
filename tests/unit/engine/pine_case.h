/* SPDX-License-Identifier: MIT */
/** Pine orders as text, so that a rule and what it gives stand side by side.
 *
 *  bars    "o h l c; o h l c; ..."
 *  calls   "BAR CALL ARGS; ..." placed by the script at the close of that bar, "BAR/N CALL ARGS" when it
 *          is run for the N-th time after a fill inside that bar:
 *          entry|order ID long|short [QTY] [key=value ...], exit ID FROM|* [key=value ...],
 *          close ID [...], close_all [...], cancel ID, cancel_all, risk RULE VALUE [percent]
 *  trades  "L 1 2@100 4@105 X; ..." side, quantity, entry bar@price, exit bar@price, exit signal;
 *          what is still open exits as "open"
 */
#ifndef TEST_PINE_CASE_H
#define TEST_PINE_CASE_H

#include <stdio.h>
#include <stdlib.h>

#include "unit/engine/sim.h"

typedef struct pine_case {
    const char *name, *settings, *bars, *calls, *trades;
    double cash, step, point;
    const char *sub;    /* finer bars, four per bar: the magnifier */
    const char *zone;   /* of the exchange */
    int from;           /* bar from which on trading is allowed; 0: all */
    const char *equity; /* of the last bar, as text; NULL: not looked at */
} pine_case;

enum { PINE_BARS = 64 };

/* Cases leave out what they do not look at. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wmissing-field-initializers"
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

static inline int32_t pine_bars(const char *text, bar4 *out)
{
    int32_t n = 0;
    for (const char *p = text; p != NULL && *p != '\0'; n++) {
        assert_true(n < PINE_BARS);
        assert_int_equal(sscanf(p, " %lf %lf %lf %lf", &out[n].o, &out[n].h, &out[n].l, &out[n].c),
                         4);
        p = strchr(p, ';');
        if (p != NULL) p++;
    }
    return n;
}

static inline void pine_set(wick_run *run, wick_pine_order *o, char *word)
{
    char *eq = strchr(word, '=');
    if (eq == NULL) {
        o->qty = strtod(word, NULL);
        return;
    }
    *eq = '\0';
    const double v = strtod(eq + 1, NULL);
    const struct {
        const char *name;
        double *at;
    } numbers[] = {{"qty", &o->qty},
                   {"qty_percent", &o->qty_percent},
                   {"limit", &o->limit},
                   {"stop", &o->stop},
                   {"profit", &o->profit},
                   {"loss", &o->loss},
                   {"tprice", &o->trail_price},
                   {"points", &o->trail_points},
                   {"offset", &o->trail_offset}};
    const struct {
        const char *name;
        int32_t *at;
    } texts[] = {{"comment", &o->comment},
                 {"oca", &o->oca},
                 {"profit_comment", &o->comment_profit},
                 {"loss_comment", &o->comment_loss},
                 {"trail_comment", &o->comment_trailing}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(numbers[i].name, word) == 0) {
            *numbers[i].at = v;
            return;
        }
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].name, word) == 0) {
            *texts[i].at = wick_run_tag(run, eq + 1);
            return;
        }
    }
    if (strcmp(word, "type") == 0)
        o->oca_type = eq[1] == 'c' ? 1 : eq[1] == 'r' ? 2 : 0;
    else if (strcmp(word, "now") == 0)
        o->immediately = v != 0.0;
    else
        fail_msg("no field '%s'", word);
}

static inline void pine_call(wick_run *run, char *text)
{
    wick_pine_order o = wick_pine_blank(0);
    char *word[16];
    int n = 0;
    for (char *w = strtok(text, " "); w != NULL && n < 16; w = strtok(NULL, " ")) word[n++] = w;
    const char *call = word[0];
    int from = 2;
    if (strcmp(call, "risk") == 0) {
        assert_int_equal(wick_pine_risk(run, 0, atoi(word[1]), atof(word[2]), n > 3), 1);
        return;
    }
    if (strcmp(call, "cancel_all") == 0) {
        (void)wick_pine_cancel_all(run, 0);
        return;
    }
    if (strcmp(call, "cancel") == 0) {
        (void)wick_pine_cancel(run, 0, wick_run_tag(run, word[1]));
        return;
    }
    if (strcmp(call, "close_all") == 0)
        from = 1;
    else
        o.id = wick_run_tag(run, word[1]);
    const bool enters = strcmp(call, "entry") == 0 || strcmp(call, "order") == 0;
    if (enters) o.side = word[from++][0] == 's' ? -1 : 1;
    if (strcmp(call, "exit") == 0) {
        const char *entry = word[from++];
        o.from = strcmp(entry, "*") == 0 ? 0 : wick_run_tag(run, entry);
    }
    for (; from < n; from++) pine_set(run, &o, word[from]);
    int32_t st;
    if (strcmp(call, "entry") == 0)
        st = wick_pine_entry(run, &o);
    else if (strcmp(call, "order") == 0)
        st = wick_pine_raw(run, &o);
    else if (strcmp(call, "exit") == 0)
        st = wick_pine_exit(run, &o);
    else
        st = wick_pine_close(run, &o);
    if (st < 0) fail_msg("%s: %s", call, wick_run_refusal(run));
}

/* Calls of one run of the script, in their order. */
static inline void pine_calls(wick_run *run, const char *calls, int64_t bar, int again)
{
    char copy[2048], *rest = copy;
    snprintf(copy, sizeof copy, "%s", calls);
    while (rest != NULL && *rest != '\0') {
        char *next = strchr(rest, ';');
        if (next != NULL) *next++ = '\0';
        int at = -1, nth = 0, used = 0;
        if (sscanf(rest, " %d/%d %n", &at, &nth, &used) != 2) {
            nth = 0;
            (void)sscanf(rest, " %d %n", &at, &used);
        }
        if (at == bar && nth == again) pine_call(run, rest + used);
        rest = next;
    }
}

static inline void pine_list(const wick_ledger *l, char *out, size_t size)
{
    size_t n = 0;
    out[0] = '\0';
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        n += (size_t)snprintf(out + n, size - n, "%s%c %.9g %d@%.9g ", i > 0 ? "; " : "",
                              t->side > 0 ? 'L' : 'S', t->qty, (int)t->entry_bar, t->entry_price);
        if (t->reason == WICK_BY_OPEN)
            n += (size_t)snprintf(out + n, size - n, "open");
        else
            n += (size_t)snprintf(out + n, size - n, "%d@%.9g %s", (int)t->exit_bar, t->exit_price,
                                  wick_ledger_tag(l, t->exit_tag));
    }
}

static inline wick_panel *pine_panel(wick_ctx *ctx, const pine_case *k)
{
    static bar4 b[PINE_BARS];
    static int64_t time[PINE_BARS];
    const int32_t n = pine_bars(k->bars, b);
    for (int32_t i = 0; i < n; i++) time[i] = INT64_C(1743379200000) + i * INT64_C(14400000);
    const wick_symbol_info info = {.symbol = "A",
                                   .tick = 0.01,
                                   .point_value = k->point > 0.0 ? k->point : 1.0,
                                   .qty_step = k->step > 0.0 ? k->step : 0.0001,
                                   .timezone = k->zone,
                                   .timeframe_ms = 14400000};
    wick_bars *bars = sim_bars(ctx, "A", b, n, time, &info);
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, &bars, 1, &p));
    wick_bars_unref(bars);
    return p;
}

static inline wick_bars *pine_sub(wick_ctx *ctx, const char *text)
{
    static bar4 b[PINE_BARS];
    static int64_t time[PINE_BARS];
    const int32_t n = pine_bars(text, b);
    for (int32_t i = 0; i < n; i++) time[i] = INT64_C(1743379200000) + i * INT64_C(3600000);
    const wick_symbol_info info = {.symbol = "A",
                                   .tick = 0.01,
                                   .point_value = 1.0,
                                   .qty_step = 0.0001,
                                   .timeframe_ms = 3600000};
    return sim_bars(ctx, "A", b, n, time, &info);
}

typedef void (*pine_look)(wick_run *run, int64_t bar);

/** Runs a case; the list must be its `trades`. `look` is asked on every bar before the calls. */
static inline wick_ledger *pine_run(wick_ctx *ctx, const pine_case *k, pine_look look)
{
    char settings[512];
    snprintf(settings, sizeof settings, "profile=pine %s", k->settings);
    wick_settings *s = sim_settings(ctx, settings);
    wick_panel *panel = pine_panel(ctx, k);
    const wick_run_opts opts = {.size = sizeof opts,
                                .settings = s,
                                .cash = k->cash > 0.0 ? k->cash : 1000000.0,
                                .has_trade_from = k->from > 0,
                                .trade_from = wick_panel_clock(panel)[k->from],
                                .ask_bar = true,
                                .pine = true};
    wick_run *run = NULL;
    wick_ledger *l = NULL;
    wick_bars *sub = k->sub != NULL ? pine_sub(ctx, k->sub) : NULL;
    check_ok(ctx, wick_run_new(ctx, panel, &opts, &run));
    if (sub != NULL) check_ok(ctx, wick_run_set_magnifier(ctx, run, 0, sub));
    const wick_cursor *c = wick_run_cursor(run);
    int32_t step;
    int again = 0;
    while ((step = wick_run_step(run)) > 0) {
        again = step == WICK_STEP_REFILL ? again + 1 : 0;
        if (look != NULL) look(run, c->bar);
        pine_calls(run, k->calls, c->bar, again);
    }
    if (step < 0) check_ok(ctx, wick_run_error(ctx, run));
    check_ok(ctx, wick_run_finish(ctx, run, &l));
    wick_run_free(run);
    wick_settings_free(s);
    wick_bars_unref(sub);
    wick_panel_unref(panel);
    return l;
}

/** Whether the case has the trades it states; says what it has otherwise. */
static inline bool pine_check(const pine_case *k)
{
    wick_ctx *ctx = wick_ctx_new();
    char list[2048], equity[WICK_DOUBLE_TEXT];
    wick_ledger *l = pine_run(ctx, k, NULL);
    pine_list(l, list, sizeof list);
    bool good = strcmp(list, k->trades) == 0;
    if (!good) print_error("%s\n  has  %s\n  want %s\n", k->name, list, k->trades);
    const wick_equity e = wick_ledger_equity(l);
    snprintf(equity, sizeof equity, "%.9g", e.equity[e.n - 1]);
    if (k->equity != NULL && strcmp(equity, k->equity) != 0) {
        print_error("%s: equity %s, not %s\n", k->name, equity, k->equity);
        good = false;
    }
    wick_ledger_unref(l);
    wick_ctx_free(ctx);
    return good;
}

/* All cases are looked at, so that a change of a rule shows each of them it breaks. */
static inline void pine_check_all(const pine_case *list, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) bad += !pine_check(&list[i]);
    if (bad > 0) fail_msg("%d of %d cases fail", (int)bad, (int)n);
}

#define PINE_CHECK_ALL(list) pine_check_all(list, sizeof list / sizeof list[0])

#endif
