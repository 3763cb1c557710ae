/* SPDX-License-Identifier: MIT */
/* Saved states: the bytes of a good state with changes in them, behind a checksum that is right, go
 * into a run, which then goes on to its end. Whatever comes in, it is refused with a sentence or
 * leads to a run that stays inside its memory. */
#include <stdlib.h>
#include <string.h>

#include "engine/pine.h"
#include "wick/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N = 60, KINDS = 4 };

static void need(bool good, const char *why)
{
    if (good) return;
    fprintf(stderr, "%s\n", why);
    abort();
}

static wick_panel *panel(wick_ctx *ctx)
{
    wick_bars *list[2] = {NULL, NULL};
    for (int s = 0; s < 2; s++) {
        int64_t t[N];
        double c[5][N], p = 100.0;
        int64_t n = 0;
        wick_pcg g = wick_pcg_key(3, "fuzz", (uint64_t)s, 0);
        for (int i = 0; i < N; i++) {
            if (s == 1 && i % 5 == 2) continue;
            const double o = p + wick_pcg_normal(&g) * 0.5, x = o + wick_pcg_normal(&g);
            t[n] = (1000 + i) * WICK_MS_DAY;
            c[0][n] = o;
            c[1][n] = (o > x ? o : x) + wick_pcg_uniform(&g);
            c[2][n] = (o < x ? o : x) - wick_pcg_uniform(&g);
            c[4][n] = 100.0;
            c[3][n++] = x;
            p = x < 92.0 ? 93.0 : x > 108.0 ? 107.0 : x;
        }
        need(wick_bars_new(ctx, s == 0 ? "A" : "B", n, t, c[0], c[1], c[2], c[3], c[4], NULL,
                           &list[s]) >= 0,
             "bars");
    }
    wick_panel *out = NULL;
    need(wick_panel_new(ctx, list, 2, &out) >= 0, "panel");
    wick_bars_unref(list[0]);
    wick_bars_unref(list[1]);
    return out;
}

static wick_run *begin(wick_ctx *ctx, wick_panel *p, int kind)
{
    static const char *const settings[KINDS][8] = {
        {"max_entries=none", "trade_unit=position", "fee_pct=0.1", NULL},
        {"phases=batch", "max_entries=2", "limit_rule=filter_timeout", "volume_pct=5", NULL},
        {"phases=queue", "max_entries=none", "trade_unit=exit", NULL},
        {"profile=pine", "max_entries=3", "fee_order=1", NULL}};
    wick_settings *s = wick_settings_new();
    need(s != NULL, "memory");
    for (int i = 0; settings[kind][i] != NULL; i++) {
        char key[32];
        const char *eq = strchr(settings[kind][i], '=');
        snprintf(key, sizeof key, "%.*s", (int)(eq - settings[kind][i]), settings[kind][i]);
        need((strcmp(key, "profile") == 0 ? wick_settings_profile(ctx, s, eq + 1)
                                          : wick_settings_set(ctx, s, key, eq + 1)) >= 0,
             wick_ctx_error(ctx));
    }
    const wick_run_opts o = {.size = sizeof o,
                             .settings = s,
                             .cash = 10000.0,
                             .memory_cap = 16 << 20,
                             .ask_bar = true,
                             .ask_fill = kind == 0,
                             .pine = kind == 3};
    wick_run *r = NULL;
    need(wick_run_new(ctx, p, &o, &r) >= 0, wick_ctx_error(ctx));
    wick_settings_free(s);
    return r;
}

static void trade(wick_run *r, wick_pcg *g, const wick_cursor *c)
{
    wick_order o = {.size = sizeof o, .symbol = c->symbol, .side = wick_pcg_below(g, 2) ? 1 : -1};
    o.type = (int32_t)wick_pcg_below(g, 4);
    o.intent = (int32_t)wick_pcg_below(g, 3);
    o.size_kind = WICK_SIZE_UNITS;
    o.amount = 1.0 + (double)wick_pcg_below(g, 20);
    o.limit = c->equity > 0.0 ? 100.0 + wick_pcg_normal(g) : 100.0;
    o.stop = 100.0 + 2.0 * wick_pcg_normal(g);
    o.stop_points = 2.0;
    if (wick_pcg_below(g, 2)) o.trail_points = 1.0;
    if (wick_pcg_below(g, 3) == 0) o.group = 1;
    if (wick_pcg_below(g, 3) == 0) o.hold_bars = 4;
    o.tag = wick_run_tag(r, wick_pcg_below(g, 2) ? "one" : "two");
    o.parent = wick_pcg_below(g, 4) == 0 ? (int32_t)wick_pcg_below(g, 30) : 0;
    (void)wick_run_submit(r, &o);
    if (wick_pcg_below(g, 6) == 0) (void)wick_run_close(r, c->symbol, 0.5, 0);
    if (wick_pcg_below(g, 9) == 0) (void)wick_run_cancel(r, (int32_t)wick_pcg_below(g, 40));
    (void)wick_run_protect(r, c->symbol, 95.0, WICK_NA, WICK_NA);
    (void)wick_run_open_pnl(r, c->symbol);
    (void)wick_run_bars_held(r, c->symbol);
}

static void call(wick_run *r, wick_pcg *g, const wick_cursor *c)
{
    wick_pine_order o = wick_pine_blank(c->symbol);
    o.id = wick_run_tag(r, wick_pcg_below(g, 2) ? "A" : "B");
    o.side = wick_pcg_below(g, 2) ? 1 : -1;
    o.qty = 2.0;
    if (wick_pcg_below(g, 3) == 0) o.stop = 100.0 + wick_pcg_normal(g);
    (void)wick_pine_entry(r, &o);
    o.id = wick_run_tag(r, "X");
    o.loss = 200.0;
    o.trail_points = 50.0;
    o.trail_offset = 20.0;
    (void)wick_pine_exit(r, &o);
    if (wick_pcg_below(g, 6) == 0) (void)wick_pine_close(r, &o);
    if (wick_pcg_below(g, 9) == 0) (void)wick_pine_risk(r, c->symbol, 4, 3.0, 0);
    for (int what = 0; what <= WICK_PINE_CAPITAL_HELD; what++)
        (void)wick_pine_value(r, c->symbol, what);
    for (int field = 0; field <= WICK_PINE_F_MAX_DRAWDOWN_PCT; field++) {
        (void)wick_pine_trade(r, c->symbol, 0, field, 0.0);
        (void)wick_pine_trade(r, c->symbol, 1, field, 0.0);
    }
}

static int32_t play(wick_run *r)
{
    const wick_cursor *c = wick_run_cursor(r);
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        wick_pcg g = wick_pcg_key(5, "fuzz", (uint64_t)c->symbol, (uint64_t)c->bar);
        if (step == WICK_STEP_FILL || wick_pcg_below(&g, 3) != 0) continue;
        if (r->pine != NULL)
            call(r, &g, c);
        else
            trade(r, &g, c);
    }
    return step;
}

/* The good state of a kind, made once and kept: the corpus is this one input. */
static const wick_buf *good_state(wick_ctx *ctx, wick_panel *p, int kind)
{
    static wick_buf kept[KINDS];
    wick_state *s = NULL;
    if (kept[kind].len > 0) return &kept[kind];
    wick_run *r = begin(ctx, p, kind);
    need(wick_run_until_tick(ctx, r, N / 2) >= 0, wick_ctx_error(ctx));
    need(play(r) == WICK_STEP_DONE, "the good run");
    need(wick_run_save(ctx, r, &s) >= 0, wick_ctx_error(ctx));
    need(wick_state_bytes(ctx, s, &kept[kind]) >= 0, "bytes");
    wick_state_unref(s);
    wick_run_free(r);
    return &kept[kind];
}

/* Four bytes of input are one change: where (two), how, and with what. */
static void change(uint8_t *to, int64_t n, const uint8_t *data, size_t size)
{
    for (; size >= 5; data += 5, size -= 5) {
        const int64_t at = (data[0] | data[1] << 8 | data[2] << 16) % n;
        switch (data[3] % 4) {
        case 0: to[at] = data[4]; break;
        case 1: to[at] = (uint8_t)(to[at] + 1); break;
        case 2: to[at] ^= (uint8_t)(1u << data[4] % 8); break;
        default:
            for (int64_t k = at; k < n && k < at + 1 + data[4] % 8; k++) to[k] = 0xff;
        }
    }
}

static void resign(uint8_t *p, int64_t n)
{
    char hex[65];
    wick_sha256 h;
    wick_sha256_init(&h);
    wick_sha256_add(&h, p, n - 64);
    wick_sha256_end(&h, hex);
    memcpy(p + n - 64, hex, 64);
}

static void go_on(wick_ctx *ctx, wick_panel *p, int kind, const wick_state *s)
{
    wick_run *r = begin(ctx, p, kind);
    const wick_resume_opts how = {.size = sizeof how, .settings = true};
    if (wick_run_load(ctx, r, s, &how) >= 0) {
        wick_ledger *l = NULL;
        if (play(r) == WICK_STEP_DONE && wick_run_finish(ctx, r, &l) >= 0) {
            for (int64_t i = 0; i < wick_ledger_trades(l); i++)
                need(wick_ledger_tag(l, wick_ledger_trade(l, i)->entry_tag) != NULL, "a tag");
            wick_ledger_unref(l);
        }
    } else {
        need(wick_ctx_error(ctx)[0] != '\0', "refused without a word");
    }
    wick_run_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wick_ctx *ctx = wick_ctx_new();
    if (ctx == NULL || size == 0) {
        wick_ctx_free(ctx);
        return 0;
    }
    wick_panel *p = panel(ctx);
    wick_state *s = NULL;
    const int kind = data[0] % KINDS;
    const bool signs = data[0] < 240, whole = data[0] >= 16;
    if (whole) {
        const wick_buf *good = good_state(ctx, p, kind);
        uint8_t *copy = malloc((size_t)good->len);
        need(copy != NULL, "memory");
        memcpy(copy, good->data, (size_t)good->len);
        change(copy, good->len - 64, data + 1, size - 1);
        if (signs) resign(copy, good->len);
        (void)wick_state_parse(ctx, "state", copy, good->len, &s);
        free(copy);
    } else {
        (void)wick_state_parse(ctx, "state", data + 1, (int64_t)size - 1, &s);
    }
    if (s != NULL) go_on(ctx, p, kind, s);
    wick_state_unref(s);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
    return 0;
}
