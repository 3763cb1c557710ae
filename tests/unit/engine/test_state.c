/* SPDX-License-Identifier: MIT */
/* Saved state: the container, what is refused and with which words, stops, memory. */
#include <stdio.h>
#include <unistd.h>

#include "alloc_walk.h"
#include "engine/state_int.h"
#include "unit/engine/sim.h"
#include "wick/state.h"

enum { BARS = 40 };

static wick_panel *panel_of(wick_ctx *ctx, int64_t n, double shift)
{
    static bar4 b[BARS];
    for (int i = 0; i < BARS; i++) {
        const double c = 100.0 + (double)(i * 7 % 13) + (i == 12 ? shift : 0.0);
        b[i] = (bar4){c - 0.5, c + 1.0, c - 1.0, c};
    }
    const bar4 *list[] = {b};
    return sim_panel(ctx, list, &n, NULL, 1, 1.0);
}

static wick_run *new_run(wick_ctx *ctx, wick_panel *p, const char *settings, double cash)
{
    wick_settings *s = sim_settings(ctx, settings);
    const wick_run_opts o = {.size = sizeof o, .settings = s, .cash = cash, .ask_bar = true};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    wick_settings_free(s);
    return r;
}

static void play(wick_run *r)
{
    const wick_cursor *c = wick_run_cursor(r);
    while (wick_run_step(r) > 0) {
        const wick_order o = {.size = sizeof o,
                              .side = 1,
                              .size_kind = WICK_SIZE_UNITS,
                              .amount = 10.0,
                              .stop_points = 4.0,
                              .tag = wick_run_tag(r, "in")};
        if (c->bar % 5 == 0) (void)wick_run_submit(r, &o);
        if (c->bar % 7 == 6) (void)wick_run_close(r, 0, 0.5, 0);
    }
}

static wick_state *saved(wick_ctx *ctx, wick_panel *p, int64_t ticks)
{
    wick_run *r = new_run(ctx, p, "max_entries=none", 10000.0);
    wick_state *s = NULL;
    check_ok(ctx, wick_run_until_tick(ctx, r, ticks));
    play(r);
    check_ok(ctx, wick_run_save(ctx, r, &s));
    wick_run_free(r);
    return s;
}

static void fails(wick_ctx *ctx, wick_status st, wick_status want, const char *text)
{
    assert_int_equal(st, want);
    if (strstr(wick_ctx_error(ctx), text) == NULL)
        fail_msg("'%s' does not say '%s'", wick_ctx_error(ctx), text);
}

static void stops(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, BARS, 0.0);
    wick_run *r = new_run(ctx, p, "", 10000.0);
    wick_state *s = NULL;
    wick_ledger *l = NULL;
    fails(ctx, wick_run_save(ctx, r, &s), WICK_E_STATE, "where it waits");
    check_ok(ctx, wick_run_until_tick(ctx, r, 10));
    assert_false(wick_run_waits(r));
    assert_int_equal(wick_run_step(r), WICK_STEP_BAR);
    fails(ctx, wick_run_until_tick(ctx, r, 20), WICK_E_STATE, "before the first step");
    play(r);
    assert_true(wick_run_waits(r));
    assert_int_equal(wick_run_cursor(r)->tick, 9);
    fails(ctx, wick_run_finish(ctx, r, &l), WICK_E_STATE, "wick_run_go_on");
    fails(ctx, wick_run_until_tick(ctx, r, 9), WICK_E_ARG, "cannot move back");
    check_ok(ctx, wick_run_until(ctx, r, wick_panel_clock(p)[19]));
    play(r);
    assert_int_equal(wick_run_cursor(r)->tick, 19);
    check_ok(ctx, wick_run_go_on(ctx, r));
    check_ok(ctx, wick_run_go_on(ctx, r)); /* there is no stop any more */
    play(r);
    assert_false(wick_run_waits(r));
    fails(ctx, wick_run_until_tick(ctx, r, BARS), WICK_E_STATE, "this run is over");
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    assert_int_equal(wick_ledger_equity(l).n, BARS);
    wick_ledger_unref(l);
    wick_run_free(r);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void container(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, BARS, 0.0);
    wick_state *s = saved(ctx, p, 20), *back = NULL;
    char text[64], path[] = "/tmp/wick-state-XXXXXX";
    int64_t n = 0;
    assert_true(wick_state_fact(s, "time", text, sizeof text));
    assert_non_null(strstr(text, "1972-"));
    assert_false(wick_state_fact(s, "tim", text, sizeof text));
    assert_string_equal(text, "");
    check_ok(ctx, wick_state_note(ctx, s, "mine", "one"));
    check_ok(ctx, wick_state_note(ctx, s, "mine", "two"));
    check_ok(ctx, wick_state_put(ctx, s, "memory", "ab\0c", 4));
    check_ok(ctx, wick_state_put(ctx, s, "empty", NULL, 0));
    fails(ctx, wick_state_put(ctx, s, "", "x", 1), WICK_E_ARG, "1 to 31 letters");
    fails(ctx, wick_state_note(ctx, s, "a=b", "x"), WICK_E_ARG, "one line");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    check_ok(ctx, wick_state_write(ctx, s, path));
    check_ok(ctx, wick_state_read(ctx, path, &back));
    assert_true(wick_state_fact(back, "mine", text, sizeof text));
    assert_string_equal(text, "two");
    assert_memory_equal(wick_state_get(back, "memory", &n), "ab\0c", 4);
    assert_int_equal(n, 4);
    assert_non_null(wick_state_get(back, "empty", &n));
    assert_int_equal(n, 0);
    assert_null(wick_state_get(back, "none", &n));
    assert_int_equal(wick_state_sections(back), wick_state_sections(s));
    assert_null(wick_state_section(back, wick_state_sections(back)));
    wick_buf a = {0}, b = {0};
    check_ok(ctx, wick_state_bytes(ctx, s, &a));
    check_ok(ctx, wick_state_bytes(ctx, back, &b));
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, (size_t)a.len);
    wick_buf_free(&a);
    wick_buf_free(&b);
    remove(path);
    fails(ctx, wick_state_read(ctx, path, &s), WICK_E_IO, path);
    wick_state_unref(back);
    wick_state_unref(s);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void resign(wick_buf *b)
{
    char hex[65];
    wick_sha256 h;
    wick_sha256_init(&h);
    wick_sha256_add(&h, b->data, b->len - 64);
    wick_sha256_end(&h, hex);
    memcpy(b->data + b->len - 64, hex, 64);
}

/* Every byte of a state, changed behind a right checksum, and every length. */
static void damage(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, BARS, 0.0);
    wick_state *s = saved(ctx, p, 20), *bad = NULL;
    wick_buf b = {0};
    int64_t refused = 0, taken = 0;
    check_ok(ctx, wick_state_bytes(ctx, s, &b));
    for (int64_t n = 0; n < b.len; n += n < 200 ? 1 : 37)
        assert_int_equal(wick_state_parse(ctx, "x", b.data, n, &bad), WICK_E_DATA);
    b.data[9] ^= 1;
    fails(ctx, wick_state_parse(ctx, "x", b.data, b.len, &bad), WICK_E_DATA, "of format");
    b.data[9] ^= 1;
    b.data[b.len / 2] ^= 1;
    fails(ctx, wick_state_parse(ctx, "x", b.data, b.len, &bad), WICK_E_DATA, "checksum");
    b.data[b.len / 2] ^= 1;
    for (int64_t i = 16; i < b.len - 64; i += 3) {
        const char keep = b.data[i];
        b.data[i] = (char)(keep ^ (i % 2 ? 0x80 : 0xff));
        resign(&b);
        if (wick_state_parse(ctx, "x", b.data, b.len, &bad) >= 0) {
            wick_run *r = new_run(ctx, p, "max_entries=none", 10000.0);
            if (wick_run_load(ctx, r, bad, NULL) >= 0) {
                play(r); /* a price or a number of cash may be another one */
                taken++;
            } else {
                refused++;
                assert_true(wick_ctx_error(ctx)[0] != '\0');
                assert_true(wick_run_step(r) < 0);
            }
            wick_run_free(r);
            wick_state_unref(bad);
        }
        b.data[i] = keep;
    }
    print_message("%lld refused, %lld taken\n", (long long)refused, (long long)taken);
    assert_true(refused > 500);
    wick_buf_free(&b);
    wick_state_unref(s);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void other(wick_ctx *ctx, wick_panel *p, const wick_state *s, const char *settings,
                  double cash, const char *text)
{
    wick_run *r = new_run(ctx, p, settings, cash);
    const wick_status st = wick_run_load(ctx, r, s, NULL);
    assert_true(st < 0);
    if (strstr(wick_ctx_error(ctx), text) == NULL)
        fail_msg("'%s' does not say '%s'", wick_ctx_error(ctx), text);
    wick_run_free(r);
}

static void ties(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, BARS, 0.0), *restated = panel_of(ctx, BARS, 0.01);
    wick_panel *few = panel_of(ctx, 15, 0.0), *same = panel_of(ctx, 20, 0.0);
    wick_state *s = saved(ctx, p, 20);
    other(ctx, p, s, "max_entries=2", 10000.0, "engine setting max_entries is 2 here and was none");
    other(ctx, p, s, "max_entries=none", 9000.0, "cash is 9000 here and was 10000");
    other(ctx, few, s, "max_entries=none", 10000.0, "made with 20 ticks, and here there are 15");
    other(ctx, restated, s, "max_entries=none", 10000.0, "A: the bars from");
    wick_run *r = new_run(ctx, same, "max_entries=none", 10000.0);
    check_ok(ctx, wick_run_load(ctx, r, s, NULL));
    fails(ctx, wick_run_load(ctx, r, s, NULL), WICK_E_STATE, "has not begun");
    assert_int_equal(wick_run_step(r), WICK_STEP_DONE);
    wick_run_free(r);
    /* A what-if says so. */
    const wick_resume_opts how = {.size = sizeof how, .settings = true};
    r = new_run(ctx, p, "max_entries=2 fee_pct=1 trade_unit=position", 10000.0);
    check_ok(ctx, wick_run_load(ctx, r, s, &how));
    play(r);
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    const wick_equity e = wick_ledger_equity(l);
    assert_true(e.fees[19] == 0.0 && e.fees[BARS - 1] > 0.0);
    wick_ledger_unref(l);
    wick_run_free(r);
    wick_state_unref(s);
    wick_panel_unref(p);
    wick_panel_unref(restated);
    wick_panel_unref(few);
    wick_panel_unref(same);
    wick_ctx_free(ctx);
}

/* Every field has its row once; what a struct has besides them is caught by the compiler. */
static void rows(void **state)
{
    (void)state;
    const wk_rows *const all[] = {&wk_rows_ord,  &wk_rows_lot,  &wk_rows_trade, &wk_rows_rec,
                                  &wk_rows_pile, &wk_rows_sym,  &wk_rows_pord,  &wk_rows_leg,
                                  &wk_rows_bind, &wk_rows_pine, &wk_rows_run,   &wk_rows_cost};
    for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
        assert_true(all[k]->n > 0);
        for (int32_t i = 1; i < all[k]->n; i++) {
            if (all[k]->row[i].at <= all[k]->row[i - 1].at)
                fail_msg("%s: %s is not in its place", all[k]->name, all[k]->row[i].name);
        }
    }
}

static wick_status save_and_load(wick_ctx *ctx, void *arg)
{
    wick_panel *p = arg;
    wick_run *r = NULL, *again = NULL;
    wick_state *s = NULL, *back = NULL;
    wick_buf b = {0};
    const wick_run_opts o = {.size = sizeof o, .cash = 10000.0, .ask_bar = true};
    wick_status st;
    WICK_TRY(wick_run_new(ctx, p, &o, &r));
    WICK_TRY(wick_run_until_tick(ctx, r, 20));
    play(r);
    WICK_TRY(wick_run_error(ctx, r));
    WICK_TRY(wick_run_save(ctx, r, &s));
    WICK_TRY(wick_state_bytes(ctx, s, &b));
    WICK_TRY(wick_state_parse(ctx, "x", b.data, b.len, &back));
    WICK_TRY(wick_run_new(ctx, p, &o, &again));
    WICK_TRY(wick_run_load(ctx, again, back, NULL));
out:
    wick_buf_free(&b);
    wick_state_unref(s);
    wick_state_unref(back);
    wick_run_free(r);
    wick_run_free(again);
    return st;
}

static void memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel_of(ctx, BARS, 0.0);
    assert_true(alloc_walk(save_and_load, p) > 10);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stops),  cmocka_unit_test(container),
                                       cmocka_unit_test(damage), cmocka_unit_test(ties),
                                       cmocka_unit_test(rows),   cmocka_unit_test(memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
