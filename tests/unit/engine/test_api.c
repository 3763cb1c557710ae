/* SPDX-License-Identifier: MIT */
/* The edges of the interface: settings by text, malformed requests, calls at the wrong moment,
 * memory that runs out, arenas used again, ambiguous bars, small helpers. */
#include "alloc_walk.h"
#include "engine/engine_int.h"
#include "unit/engine/sim.h"

#define FLAT                                                                                       \
    {                                                                                              \
        100, 100.5, 99.5, 100                                                                      \
    }
static const bar4 flat[4] = {FLAT, FLAT, FLAT, FLAT};

static wick_panel *one_symbol(wick_ctx *ctx)
{
    const bar4 *const bars[1] = {flat};
    const int64_t n[1] = {4};
    return sim_panel(ctx, bars, n, NULL, 1, 1.0);
}

/* ---- settings ------------------------------------------------------------------------------- */

static void settings_by_text(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_settings *s = wick_settings_new();
    char text[WICK_SETTING_TEXT], again[WICK_SETTING_TEXT];
    assert_true(wick_settings_count() > 40);
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        const wick_setting_doc *d = wick_settings_doc(i);
        assert_true(d->doc[0] != '\0' && d->values[0] != '\0');
        /* The default is what a new set has; what is printed reads back. */
        assert_true(wick_settings_get(s, i, text) > 0);
        check_ok(ctx, wick_settings_set(ctx, s, d->key, d->def));
        wick_settings_get(s, i, again);
        assert_string_equal(text, again);
        check_ok(ctx, wick_settings_set(ctx, s, d->key, text));
    }
    assert_null(wick_settings_doc(-1));
    assert_null(wick_settings_doc(wick_settings_count()));
    check_fails(ctx, wick_settings_set(ctx, s, "gap_fil", "open"), WICK_E_ARG,
                "did you mean 'gap_fill'");
    check_fails(ctx, wick_settings_set(ctx, s, "gap_fill", "opne"), WICK_E_ARG,
                "did you mean 'open'");
    check_fails(ctx, wick_settings_set(ctx, s, "delay", "1.5"), WICK_E_ARG, "integer >= 0");
    check_fails(ctx, wick_settings_set(ctx, s, "fee_pct", "-1"), WICK_E_ARG, "number >= 0");
    check_fails(ctx, wick_settings_set(ctx, s, "fee_pct", "nan"), WICK_E_ARG, "fee_pct");
    check_fails(ctx, wick_settings_set(ctx, s, "slots", "ten"), WICK_E_ARG, "none|integer");
    check_fails(ctx, wick_settings_profile(ctx, s, "pybroker3"), WICK_E_ARG, "pybroker");
    check_ok(ctx, wick_settings_set(ctx, s, "slots", "10"));
    check_same(wick_settings_number(s, "slots"), 10.0);
    check_same(wick_settings_number(s, "gap_fill"), WICK_NA);
    check_same(wick_settings_number(s, "no_such"), WICK_NA);
    check_ok(ctx, wick_settings_profile(ctx, s, "pybroker2"));
    assert_string_equal(wick_settings_profile_name(s), "pybroker2");
    check_same(wick_settings_number(s, "slots"), 0.0); /* a profile sets everything */
    check_same(wick_settings_number(s, "qty_decimals"), 9.0);
    wick_settings *c = wick_settings_copy(s);
    assert_memory_equal(c, s, sizeof *s);
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        if (strcmp(wick_settings_doc(i)->key, "report_rounding") != 0) continue;
        wick_settings_get(c, i, text);
        assert_string_equal(text, "cents");
    }
    wick_settings_free(c);
    wick_settings_free(s);
    wick_ctx_free(ctx);
}

/* Each pair of a profile is a setting it really changes, or overrides a pair before it; every
 * profile can be chosen by name and sets what it says. */
static void profiles(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_settings *s = wick_settings_new();
    assert_true(wick_profile_count() >= 4);
    for (int64_t i = 0; i < wick_profile_count(); i++) {
        const wick_profile_spec *p = wick_profile_at(i);
        check_ok(ctx, wick_settings_profile(ctx, s, p->name));
        assert_string_equal(wick_settings_profile_name(s), p->name);
        assert_true(p->title[0] != '\0' && p->source[0] != '\0');
        for (int k = 0; p->set[k].key != NULL; k++) {
            const wick_setting_doc *d = NULL;
            for (int64_t j = 0; j < wick_settings_count() && d == NULL; j++) {
                if (strcmp(wick_settings_doc(j)->key, p->set[k].key) != 0) continue;
                d = wick_settings_doc(j);
                char text[WICK_SETTING_TEXT];
                wick_settings_get(s, j, text);
                bool last = true, first = true;
                for (int m = 0; p->set[m].key != NULL; m++) {
                    const bool same = strcmp(p->set[m].key, d->key) == 0;
                    if (same && m > k) last = false;
                    if (same && m < k) first = false;
                }
                if (last) assert_string_equal(text, p->set[k].value);
                if (first) assert_string_not_equal(p->set[k].value, d->def);
            }
            assert_non_null(d);
        }
    }
    assert_null(wick_profile_at(-1));
    assert_null(wick_profile_at(wick_profile_count()));
    wick_settings_free(s);
    wick_ctx_free(ctx);
}

/* ---- requests ------------------------------------------------------------------------------- */

static wick_run *begun(wick_ctx *ctx, wick_panel *p)
{
    const wick_run_opts o = {.size = sizeof o, .ask_bar = true};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    return r;
}

static void refused(wick_run *r, wick_order o, const char *part)
{
    if (o.size == 0) o.size = sizeof o;
    const int32_t id = wick_run_submit(r, &o);
    assert_true(id < 0);
    if (strstr(wick_run_refusal(r), part) == NULL)
        fail_msg("'%s' is not in: %s", part, wick_run_refusal(r));
    assert_int_equal(wick_run_pending(r, -1), 0);
}

#define BUY .side = 1, .amount = 10, .size_kind = WICK_SIZE_UNITS
static void malformed(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = one_symbol(ctx);
    wick_run *r = begun(ctx, p);
    refused(r, (wick_order){BUY}, "not begun");
    assert_int_equal(wick_run_step(r), WICK_STEP_BAR);
    const double na = WICK_NA, inf = (double)INFINITY;
    refused(r, (wick_order){.size = 8, BUY}, "size");
    assert_true(wick_run_submit(r, NULL) < 0);
    refused(r, (wick_order){BUY, .symbol = 1}, "symbol");
    refused(r, (wick_order){BUY, .symbol = -1}, "symbol");
    refused(r, (wick_order){.amount = 10, .size_kind = WICK_SIZE_UNITS}, "side");
    refused(r, (wick_order){BUY, .type = 9}, "type");
    refused(r, (wick_order){BUY, .intent = -1}, "intent");
    refused(r, (wick_order){.side = 1, .size_kind = WICK_SIZE_ASK}, "size_kind");
    refused(r, (wick_order){BUY, .delay = -2}, "delay");
    refused(r, (wick_order){BUY, .expire = -3}, "expire");
    refused(r, (wick_order){BUY, .group = -1}, "group");
    refused(r, (wick_order){BUY, .group_type = 2}, "group_type");
    refused(r, (wick_order){BUY, .tag = 5}, "tag");
    refused(r, (wick_order){BUY, .fill = 8}, "fill");
    refused(r, (wick_order){BUY, .exit_fill = -1}, "exit_fill");
    refused(r, (wick_order){BUY, .target_fill = 99}, "target_fill");
    refused(r, (wick_order){BUY, .hold_fill = 99}, "hold_fill");
    refused(r, (wick_order){BUY, .hold_bars = -1}, "hold_bars");
    refused(r, (wick_order){BUY, .parent = 77}, "parent");
    refused(r, (wick_order){BUY, .parent = -1}, "parent");
    refused(r, (wick_order){.side = 1, .size_kind = WICK_SIZE_UNITS, .amount = na}, "amount");
    refused(r, (wick_order){.side = 1, .size_kind = WICK_SIZE_UNITS, .amount = inf}, "amount");
    refused(r, (wick_order){.side = 1, .size_kind = WICK_SIZE_UNITS, .amount = -1}, "amount");
    refused(r, (wick_order){.side = 1, .size_kind = WICK_SIZE_UNITS, .amount = 1e300}, "amount");
    refused(r, (wick_order){BUY, .type = WICK_LIMIT}, "limit");
    refused(r, (wick_order){BUY, .type = WICK_LIMIT, .limit = na}, "limit");
    refused(r, (wick_order){BUY, .type = WICK_STOP, .stop = -5}, "stop");
    refused(r, (wick_order){BUY, .type = WICK_STOP_LIMIT, .stop = 5}, "limit");
    refused(r, (wick_order){BUY, .stop_price = -1}, "stop_price");
    refused(r, (wick_order){BUY, .target_points = inf}, "target_points");
    refused(r, (wick_order){BUY, .trail_pct = -0.1}, "trail_pct");
    refused(r, (wick_order){BUY, .fill_price = -3}, "fill_price");
    refused(r, (wick_order){BUY, .score = inf}, "score");
    assert_true(wick_run_close(r, 9, 1.0, 0) < 0);
    assert_true(wick_run_close(r, 0, na, 0) < 0);
    assert_int_equal(wick_run_close(r, 0, 1.0, 0), 0); /* nothing is held */
    assert_true(wick_run_protect(r, 0, -1.0, na, na) < 0);
    assert_true(wick_run_protect(r, 3, na, na, na) < 0);
    assert_int_equal(wick_run_cancel(r, 1), 0);
    assert_int_equal(wick_run_cancel(r, -7), 0);
    assert_int_equal(wick_run_cancel_tag(r, -1, 4), 0);
    /* Rounded to nothing is a refusal with a record, not an error. */
    const wick_order dust = {
        .size = sizeof dust, .side = 1, .size_kind = WICK_SIZE_UNITS, .amount = 0.3};
    assert_int_equal(wick_run_submit(r, &dust), 0);
    assert_true(wick_run_refusal(r)[0] != '\0');
    while (wick_run_step(r) > 0) {}
    refused(r, (wick_order){BUY}, "over");
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    assert_int_equal(wick_ledger_fates(l)[WICK_FATE_ZERO], 1);
    assert_int_equal(wick_ledger_orders(l), 1);
    wick_ledger_unref(l);
    wick_run_free(r);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void withdrawing(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = one_symbol(ctx);
    wick_run *r = begun(ctx, p);
    const int32_t red = wick_run_tag(r, "red"), blue = wick_run_tag(r, "blue");
    assert_int_equal(wick_run_tag(r, "red"), red);
    assert_true(red > 0 && blue > red);
    assert_int_equal(wick_run_step(r), WICK_STEP_BAR);
    wick_order o = {.size = sizeof o, BUY, .type = WICK_LIMIT, .limit = 90.0, .tag = red};
    const int32_t a = wick_run_submit(r, &o), b = wick_run_submit(r, &o);
    o.tag = blue;
    const int32_t c = wick_run_submit(r, &o);
    o.parent = c;
    assert_true(a > 0 && b > a && c > b && wick_run_submit(r, &o) > c);
    assert_int_equal(wick_run_pending(r, 0), 4);
    assert_int_equal(wick_run_cancel_tag(r, 0, red), 2);
    assert_int_equal(wick_run_cancel(r, b), 0);
    assert_int_equal(wick_run_cancel_all(r, -1), 2); /* the child goes with its parent */
    assert_int_equal(wick_run_pending(r, -1), 0);
    assert_true(wick_run_submit(r, &o) < 0); /* a parent that is over without a fill */
    while (wick_run_step(r) > 0) {}
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    assert_int_equal(wick_ledger_fates(l)[WICK_FATE_CANCELLED], 4);
    assert_string_equal(wick_ledger_tag(l, wick_ledger_order(l, 2)->tag), "blue");
    wick_ledger_unref(l);
    wick_run_free(r);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void looking_and_protecting(void **state)
{
    (void)state;
    static const bar4 bars[6] = {
        FLAT, FLAT, {101, 103, 98.5, 102}, {102, 102.5, 101, 102}, {102, 102, 96, 97}, FLAT};
    const bar4 *const list[1] = {bars};
    const int64_t n[1] = {6};
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = sim_panel(ctx, list, n, NULL, 1, 1.0);
    wick_run *r = begun(ctx, p);
    wick_order o = {.size = sizeof o, BUY, .intent = WICK_NET, .stop_points = 1.0};
    assert_int_equal(wick_run_step(r), WICK_STEP_BAR);
    check_same(wick_run_avg_price(r, 0), WICK_NA);
    assert_int_equal(wick_run_bars_held(r, 0), -1);
    assert_true(wick_run_submit(r, &o) > 0);
    assert_int_equal(wick_run_step(r), WICK_STEP_BAR);
    assert_int_equal(wick_run_protect(r, 0, 0.0, WICK_NA, WICK_NA), 1); /* stop removed */
    o.stop_points = 0.0;
    assert_true(wick_run_submit(r, &o) > 0);
    assert_int_equal(wick_run_step(r), WICK_STEP_BAR);
    check_same(wick_run_position(r, 0), 20.0);
    check_same(wick_run_avg_price(r, 0), 100.5);
    check_same(wick_run_cursor(r)->avg_price, 100.5);
    check_same(wick_run_open_pnl(r, 0), 30.0);
    check_same(wick_run_entry_price(r, 0, 0), 100.0);
    check_same(wick_run_entry_price(r, 0, 1), 101.0);
    check_same(wick_run_entry_price(r, 0, 2), WICK_NA);
    assert_int_equal(wick_run_lots(r, 0), 2);
    assert_int_equal(wick_run_bars_held(r, 0), 1);
    assert_int_equal(wick_run_open_symbols(r), 1);
    check_same(wick_run_units(r, 0, WICK_SIZE_CASH, 1025.0, 0.0), 10.0);
    check_same(wick_run_units(r, 0, WICK_SIZE_RISK_PCT, 1.0, 0.0), 0.0);
    check_same(wick_run_units(r, 0, WICK_SIZE_ASK, 1.0, 0.0), 0.0);
    assert_int_equal(wick_run_protect(r, 0, 98.0, 110.0, WICK_NA), 2);
    assert_true(wick_run_close(r, 0, 0.5, 0) > 0);
    while (wick_run_step(r) > 0) {}
    check_same(wick_run_position(r, 0), 0.0);
    assert_int_equal(wick_run_closed_trades(r), 2);
    check_same(wick_run_realized(r), 20.0 - 30.0); /* ten at 102, ten at the stop of 98 */
    check_same(wick_run_fees(r), 0.0);
    check_same(wick_run_position(r, 5), 0.0);
    wick_run_free(r); /* without taking the results */
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void wrong_moments(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = one_symbol(ctx);
    wick_run *r = begun(ctx, p);
    wick_ledger *l = NULL;
    const wick_signals g = {.size = sizeof g, .size_kind = WICK_SIZE_TARGET_PCT};
    int32_t k = 0;
    const double mask[4] = {0};
    check_fails(ctx, wick_run_finish(ctx, r, &l), WICK_E_STATE, "not over");
    check_fails(ctx, wick_run_set_signals(ctx, r, 1, &g), WICK_E_ARG, "no symbol 1");
    check_fails(ctx, wick_run_set_signals(ctx, r, 0, &g), WICK_E_ARG, "size kind");
    assert_int_equal(wick_run_step(r), WICK_STEP_BAR);
    check_fails(ctx, wick_run_set_signals(ctx, r, 0, &g), WICK_E_STATE, "before the first step");
    check_fails(ctx, wick_run_add_trigger(ctx, r, 0, mask, &k), WICK_E_STATE,
                "before the first step");
    check_fails(ctx, wick_run_set_gate(ctx, r, 0, mask, 0.5), WICK_E_STATE,
                "before the first step");
    wick_run_free(r);
    wick_run_opts o = {.size = sizeof o, .cash = -5.0};
    check_fails(ctx, wick_run_new(ctx, p, &o, &r), WICK_E_ARG, "cash");
    check_fails(ctx, wick_run_new(ctx, NULL, NULL, &r), WICK_E_ARG, "panel");
    wick_settings *s = sim_settings(ctx, "delay=0");
    o = (wick_run_opts){.size = sizeof o, .settings = s};
    check_fails(ctx, wick_run_new(ctx, p, &o, &r), WICK_E_ARG, "fill=close");
    o = (wick_run_opts){.size = sizeof o, .memory_cap = 256};
    check_fails(ctx, wick_run_new(ctx, p, &o, &r), WICK_E_MEM, "does not fit");
    wick_settings_free(s);
    wick_panel_unref(p);
    assert_int_equal(wick_abi_sizeof("wick_order"), (int64_t)sizeof(wick_order));
    assert_int_equal(wick_abi_sizeof("wick_cursor"), (int64_t)sizeof(wick_cursor));
    assert_int_equal(wick_abi_sizeof("wick_run"), -1);
    assert_int_equal(wick_abi_sizeof(NULL), -1);
    wick_ctx_free(ctx);
}

/* A run whose cap is reached on the way ends with a status, not a crash. */
static void cap_on_the_way(void **state)
{
    (void)state;
    static bar4 many[3000];
    for (int i = 0; i < 3000; i++) many[i] = (bar4)FLAT;
    const bar4 *const bars[1] = {many};
    const int64_t n[1] = {3000};
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = sim_panel(ctx, bars, n, NULL, 1, 1.0);
    const wick_run_opts o = {.size = sizeof o, .ask_bar = true, .memory_cap = 200000};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        const wick_order q = {.size = sizeof q, BUY, .type = WICK_LIMIT, .limit = 50.0};
        (void)wick_run_submit(r, &q);
    }
    assert_int_equal(step, WICK_E_MEM);
    assert_int_equal(wick_run_step(r), WICK_E_MEM);
    check_fails(ctx, wick_run_error(ctx, r), WICK_E_MEM, "memory cap");
    wick_ledger *l = NULL;
    check_fails(ctx, wick_run_finish(ctx, r, &l), WICK_E_MEM, NULL);
    wick_run_free(r);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* ---- memory --------------------------------------------------------------------------------- */

static wick_status whole_run(wick_ctx *ctx, void *arg)
{
    wick_run *r = NULL;
    wick_ledger *l = NULL;
    wick_status st = WICK_OK;
    const wick_run_opts o = {.size = sizeof o, .ask_bar = true};
    WICK_TRY(wick_run_new(ctx, arg, &o, &r));
    if (wick_run_tag(r, "x") == 0) {
        st = wick_run_error(ctx, r);
        goto out;
    }
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        const wick_order q = {.size = sizeof q, BUY, .intent = WICK_NET};
        (void)wick_run_submit(r, &q);
    }
    WICK_TRY(step < 0 ? wick_run_error(ctx, r) : WICK_OK);
    WICK_TRY(wick_run_finish(ctx, r, &l));
out:
    wick_ledger_unref(l);
    wick_run_free(r);
    return st;
}

static void failing_allocator(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = one_symbol(ctx);
    assert_true(alloc_walk(whole_run, p) > 1);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void one_arena_for_many(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = one_symbol(ctx);
    wick_arena *a = wick_arena_new(0);
    const double entry[4] = {1, 0, 0, 0};
    const wick_signals g = {
        .size = sizeof g, .long_entry = entry, .size_kind = WICK_SIZE_UNITS, .amount = 10};
    int64_t used = 0;
    for (int k = 0; k < 100; k++) {
        wick_arena_reset(a);
        const wick_run_opts o = {.size = sizeof o, .arena = a, .lean = true};
        wick_run *r = NULL;
        wick_ledger *l = NULL;
        check_ok(ctx, wick_run_new(ctx, p, &o, &r));
        check_ok(ctx, wick_run_set_signals(ctx, r, 0, &g));
        assert_int_equal(wick_run_step(r), WICK_STEP_DONE);
        check_ok(ctx, wick_run_finish(ctx, r, &l));
        wick_run_free(r);
        assert_int_equal(wick_ledger_orders(l), 0); /* lean */
        assert_int_equal(wick_ledger_fates(l)[WICK_FATE_FILLED], 1);
        check_same(wick_ledger_equity(l).equity[3], 100000.0);
        check_same(wick_ledger_equity(l).cash[3], 0.0); /* not kept */
        wick_ledger_unref(l);
        if (k == 0) used = wick_arena_used(a);
        assert_int_equal(wick_arena_used(a), used);
    }
    wick_arena_free(a);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void empty_inputs(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *none = NULL;
    check_ok(ctx, wick_panel_new(ctx, NULL, 0, &none));
    wick_ledger *l = sim_run(ctx, none, "", 100.0, NULL, NULL);
    assert_int_equal(wick_ledger_equity(l).n, 0);
    wick_ledger_unref(l);
    wick_panel_unref(none);
    const bar4 *const bars[2] = {flat, flat};
    const int64_t n[2] = {0, 1};
    wick_panel *p = sim_panel(ctx, bars, n, NULL, 2, 1.0);
    l = sim_run(ctx, p, "close_at_end=close", 100.0, NULL, NULL);
    assert_int_equal(wick_ledger_equity(l).n, 1);
    check_same(wick_ledger_equity(l).equity[0], 100.0);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

/* ---- ambiguity ------------------------------------------------------------------------------ */

static void buy_at_once(wick_run *r, const wick_cursor *at, void *arg)
{
    if (at->bar != 0) return;
    wick_order o = *(const wick_order *)arg;
    o.size = sizeof o;
    assert_true(wick_run_submit(r, &o) > 0);
}

static void expect_ambiguity(const bar4 *bars, const char *settings, wick_order o, int64_t count,
                             double worst, double best)
{
    wick_ctx *ctx = wick_ctx_new();
    const bar4 *const list[1] = {bars};
    const int64_t n[1] = {3};
    wick_panel *p = sim_panel(ctx, list, n, NULL, 1, 1.0);
    wick_ledger *l = sim_run(ctx, p, settings, 100000.0, buy_at_once, &o);
    const wick_ambiguity a = wick_ledger_ambiguity(l);
    assert_int_equal(a.bars, count);
    assert_true(a.bounded);
    check_close(a.pnl_worst, worst, 1e-12);
    check_close(a.pnl_best, best, 1e-12);
    wick_ledger_unref(l);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void ambiguous_bars(void **state)
{
    (void)state;
    static const bar4 stop_and_target[3] = {FLAT, {100, 104, 97, 100}, FLAT};
    const wick_order both = {BUY, .stop_price = 98, .target_price = 103};
    expect_ambiguity(stop_and_target, "", both, 1, -20.0, 30.0);
    expect_ambiguity(stop_and_target, "intrabar=best", both, 1, -20.0, 30.0);
    static const bar4 stop_only[3] = {FLAT, {100, 102, 97, 100}, FLAT};
    expect_ambiguity(stop_only, "", both, 0, -20.0, -20.0);
    /* The open decides: no order of extremes can change it. */
    static const bar4 gap[3] = {FLAT, {100, 100.2, 99.8, 100}, {97, 104, 96, 100}};
    expect_ambiguity(gap, "", both, 0, -30.0, -30.0);
    /* Entered on the way down, then the target: only when the high comes last. Otherwise the lot is
     * held and counts at the close. */
    static const bar4 entry[3] = {FLAT, {100, 104, 98.5, 99.5}, FLAT};
    expect_ambiguity(entry, "",
                     (wick_order){BUY, .type = WICK_LIMIT, .limit = 99, .target_price = 103}, 1,
                     5.0, 40.0);
    /* A trailing stop (98.5 since bar 1) is raised before the fall or not. */
    static const bar4 trail[3] = {FLAT, {100, 100.5, 99.5, 100}, {100, 104, 97.5, 100}};
    expect_ambiguity(trail, "", (wick_order){BUY, .trail_points = 2}, 1, -15.0, 20.0);
    static const bar4 batch[3] = {FLAT, {100, 100.2, 99.8, 100}, {100, 104, 97, 100}};
    expect_ambiguity(batch, "phases=batch", both, 1, -20.0, 30.0);
}

static void cents(void **state)
{
    (void)state;
    check_same(wk_cents(1574.625), 1574.63);
    check_same(wk_cents_exact(200.125), 200.12);
    check_same(wk_cents_exact(200.375), 200.38);
    wick_pcg g = wick_pcg_key(7, "cents", 0, 0);
    for (int i = 0; i < 20000; i++) {
        const double p = floor(wick_pcg_uniform(&g) * 4e6) / 1000.0 * (i % 2 ? 1.0 : -1.0);
        char text[64];
        snprintf(text, sizeof text, "%.2f", p);
        double want;
        assert_true(wick_parse_double(text, (int64_t)strlen(text), &want));
        check_same(wk_cents_exact(p) + 0.0, want + 0.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_by_text),
        cmocka_unit_test(profiles),
        cmocka_unit_test(malformed),
        cmocka_unit_test(withdrawing),
        cmocka_unit_test(looking_and_protecting),
        cmocka_unit_test(wrong_moments),
        cmocka_unit_test(cap_on_the_way),
        cmocka_unit_test(failing_allocator),
        cmocka_unit_test(one_arena_for_many),
        cmocka_unit_test(empty_inputs),
        cmocka_unit_test(ambiguous_bars),
        cmocka_unit_test(cents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
