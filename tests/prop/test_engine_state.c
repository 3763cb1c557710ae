/* SPDX-License-Identifier: MIT */
/* One run is two runs joined (law 6 of the engine): random bars, settings, orders and cuts. Every
 * case runs once without a stop; then it is stopped, saved, read back and gone on with in a new
 * run, over all bars and over bars that end at the cut. Orders, trades, rows and counters must be
 * the same to the bit, the run that was saved must not notice, and equal states are equal bytes. */
#include "engine/pine.h"
#include "unit/engine/sim.h"
#include "wick/state.h"

enum { MAX_SYMBOLS = 3, MAX_BARS = 120, CASES = 120 };
enum { BY_ORDERS, BY_SIGNALS, BY_TRIGGERS, BY_PINE, STYLES };

typedef struct market {
    int32_t symbols;
    bool dated;
    int64_t n[MAX_SYMBOLS];
    bar4 bars[MAX_SYMBOLS][MAX_BARS];
    int64_t time[MAX_SYMBOLS][MAX_BARS];
    double col[MAX_SYMBOLS][7][MAX_BARS];
} market;

typedef struct scene {
    uint64_t seed;
    int32_t style;
    market *m;
    char text[512];
    bool lean, ask_fill;
    bool ends, ends_early; /* close_at_end is on; and comes before the decisions of the last bar */
} scene;

static double cent(double v)
{
    return floor(v * 100.0 + 0.5) / 100.0;
}

static bool chance(wick_pcg *g, uint64_t one_in)
{
    return wick_pcg_below(g, one_in) == 0;
}

static void draw_market(wick_pcg *g, market *m, int32_t symbols)
{
    m->symbols = symbols;
    m->dated = chance(g, 3);
    for (int32_t s = 0; s < symbols; s++) {
        double p = 60.0 + 40.0 * wick_pcg_uniform(g);
        const int64_t n = MAX_BARS / 2 + (int64_t)wick_pcg_below(g, MAX_BARS / 2);
        m->n[s] = 0;
        for (int64_t i = 0; i < n; i++) {
            if (symbols > 1 && chance(g, 8)) continue;
            const double o = cent(p + wick_pcg_normal(g) * 0.5), c = cent(o + wick_pcg_normal(g));
            const int64_t k = m->n[s]++;
            m->bars[s][k] = (bar4){o, cent((o > c ? o : c) + fabs(wick_pcg_normal(g)) * 0.6),
                                   cent((o < c ? o : c) - fabs(wick_pcg_normal(g)) * 0.6), c};
            m->time[s][k] = (1000 + i) * WICK_MS_DAY;
            for (int x = 0; x < 4; x++) m->col[s][x][k] = chance(g, 6);
            m->col[s][4][k] = wick_pcg_uniform(g);
            m->col[s][5][k] = 0.5 + 4.0 * wick_pcg_uniform(g);
            m->col[s][6][k] = c + wick_pcg_normal(g);
            p = c < 30.0 ? c + 2.0 : c > 150.0 ? c - 2.0 : c;
        }
    }
}

/* Funding, dividends and a split: the same whatever bars there are. */
static wick_bars *add_dates(wick_ctx *ctx, wick_bars *b)
{
    wick_dates *d = NULL;
    for (int kind = 0; kind < WICK_DATED; kind++) {
        int64_t t[MAX_BARS], n = 0;
        double v[MAX_BARS];
        for (int64_t i = 3 + kind; i < MAX_BARS; i += kind == WICK_SPLIT ? 29 : 7, n++) {
            t[n] = (1000 + i) * WICK_MS_DAY;
            v[n] = kind == WICK_SPLIT ? 1.5 : kind == WICK_FUNDING ? 0.002 : 0.4;
        }
        wick_dates *made = NULL;
        check_ok(ctx, wick_dates_new(ctx, d, kind, n, t, v, &made));
        wick_dates_unref(d);
        d = made;
    }
    wick_bars *out = NULL;
    check_ok(ctx, wick_bars_with_dates(ctx, b, d, &out));
    wick_dates_unref(d);
    wick_bars_unref(b);
    return out;
}

/* Bars stamped up to `last`. */
static wick_panel *make_panel(wick_ctx *ctx, const market *m, int64_t last)
{
    wick_bars *list[MAX_SYMBOLS];
    for (int32_t s = 0; s < m->symbols; s++) {
        const char name[2] = {(char)('A' + s), '\0'};
        const wick_symbol_info info = {.symbol = name,
                                       .tick = 0.01,
                                       .point_value = 1.0,
                                       .qty_step = 1e-6,
                                       .timeframe_ms = WICK_MS_DAY};
        int64_t n = 0;
        while (n < m->n[s] && m->time[s][n] <= last) n++;
        double f[5][MAX_BARS];
        for (int64_t i = 0; i < n; i++) {
            const bar4 *b = &m->bars[s][i];
            f[0][i] = b->o, f[1][i] = b->h, f[2][i] = b->l, f[3][i] = b->c;
            f[4][i] = 100.0 + (double)(i * 37 % 400);
        }
        check_ok(ctx, wick_bars_new(ctx, name, n, m->time[s], f[0], f[1], f[2], f[3], f[4], &info,
                                    &list[s]));
        if (m->dated) list[s] = add_dates(ctx, list[s]);
    }
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, list, m->symbols, &p));
    for (int32_t s = 0; s < m->symbols; s++) wick_bars_unref(list[s]);
    return p;
}

static const char *pick(wick_pcg *g, const char *const *list, size_t n)
{
    return list[wick_pcg_below(g, n)];
}
#define PICK(g, ...)                                                                               \
    pick(g, (const char *const[]){__VA_ARGS__},                                                    \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void draw_settings(wick_pcg *g, scene *k)
{
    if (k->style == BY_PINE) {
        snprintf(k->text, sizeof k->text,
                 "profile=pine max_entries=%s close_entries_rule=%s fee_pct=%s margin_long=%s "
                 "size=%s slip_ticks=%s %s",
                 PICK(g, "1", "3"), PICK(g, "fifo", "any"), PICK(g, "0", "0.1"),
                 PICK(g, "0", "20", "100"), PICK(g, "units", "pct_equity"), PICK(g, "0", "2"),
                 chance(g, 5) ? "fill=close delay=0" : "");
        return;
    }
    const char *end = PICK(g, "off", "off", "close", "after_capture");
    k->ends = strcmp(end, "off") != 0;
    k->ends_early = strcmp(end, "close") == 0;
    snprintf(
        k->text, sizeof k->text,
        "profile=%s price_rounding=%s intrabar=%s phases=%s fill=%s trail_update=%s stop_from=%s "
        "lots=%s gap_fill=%s max_entries=%s slots=%s shortage=%s trade_unit=%s fee_pct=%s "
        "close_at_end=%s hold_clock=%s leverage=%s fractional=on %s",
        PICK(g, "wick", "pybroker1", "pybroker2", "backtesting.py"), PICK(g, "off", "tick"),
        PICK(g, "ohlc", "ohlc", "worst", "best"), PICK(g, "path", "path", "batch", "queue", "rows"),
        PICK(g, "open", "open", "middle", "close"), PICK(g, "path", "after_test", "close"),
        PICK(g, "fill", "next_bar"), PICK(g, "fifo", "lifo", "average"), PICK(g, "open", "level"),
        PICK(g, "none", "1", "2"), PICK(g, "none", "2"), PICK(g, "clamp", "cancel", "reject"),
        PICK(g, "lot", "exit", "position"), PICK(g, "0", "0.1"), end, PICK(g, "own", "portfolio"),
        PICK(g, "1", "3"),
        PICK(g, "", "", "fee_tiers=0:0.1/0.2,20000:0.05/0.1 fee_window=20 fee_max=40",
             "volume_pct=4 volume_rest=keep slip_random=3",
             "volume_pct=10 slip_volume=20 slip_atr=1",
             "borrow_rate=9 cash_rate=2 loan_rate=7 margin_call=least margin_maintenance=30",
             "margin_call=whole margin_maintenance=35 borrow_rate=5"));
    char *books = strstr(k->text, "lots=average");
    if (k->style == BY_ORDERS && books != NULL && strstr(k->text, "trade_unit=lot") != NULL &&
        strstr(k->text, "phases=queue") == NULL && strstr(k->text, "phases=rows") == NULL &&
        strstr(k->text, "backtesting") == NULL)
        memcpy(books, "lots=hedge  ", 12);
    /* The list of phases=queue knows no share of the volume. */
    const bool listed =
        strstr(k->text, "phases=queue") != NULL || strstr(k->text, "phases=rows") != NULL;
    if (listed && strstr(k->text, "volume_pct") != NULL) *strstr(k->text, " volume_pct") = '\0';
}

static wick_settings *make_settings(wick_ctx *ctx, const char *text)
{
    wick_settings *s = wick_settings_new();
    char copy[512], *save = NULL;
    snprintf(copy, sizeof copy, "%s", text);
    for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save)) {
        char *eq = strchr(w, '=');
        *eq = '\0';
        check_ok(ctx, strcmp(w, "profile") == 0 ? wick_settings_profile(ctx, s, eq + 1)
                                                : wick_settings_set(ctx, s, w, eq + 1));
    }
    return s;
}

/* ---- deciding from (symbol, bar) alone ------------------------------------------------------- */

static void place(wick_run *r, wick_pcg *g, const wick_cursor *at, double close, int32_t *parent)
{
    wick_order o = {.size = sizeof o, .symbol = at->symbol, .side = chance(g, 2) ? 1 : -1};
    o.type = (int32_t)wick_pcg_below(g, 4);
    o.intent = (int32_t)wick_pcg_below(g, 3);
    o.size_kind = chance(g, 2) ? WICK_SIZE_UNITS : WICK_SIZE_PCT_EQUITY;
    o.amount = 1.0 + 40.0 * wick_pcg_uniform(g);
    o.limit = close + 2.0 * wick_pcg_normal(g);
    o.stop = close + 2.0 * wick_pcg_normal(g);
    o.delay = chance(g, 4) ? 2 : chance(g, 4) ? -1 : 1;
    if (chance(g, 2)) o.expire = 1 + (int32_t)wick_pcg_below(g, 9);
    if (chance(g, 4)) o.group = 1 + (int32_t)wick_pcg_below(g, 3), o.group_type = chance(g, 2);
    if (chance(g, 3)) o.stop_points = 0.5 + 3.0 * wick_pcg_uniform(g);
    if (chance(g, 3)) o.target_points = 0.5 + 3.0 * wick_pcg_uniform(g);
    if (chance(g, 3)) o.trail_points = 0.5 + 3.0 * wick_pcg_uniform(g);
    if (chance(g, 4)) o.hold_bars = 1 + (int32_t)wick_pcg_below(g, 9);
    if (chance(g, 3)) o.tag = wick_run_tag(r, chance(g, 2) ? "one" : "another");
    if (*parent > 0 && chance(g, 2)) o.parent = *parent;
    o.score = wick_pcg_uniform(g);
    *parent = wick_run_submit(r, &o);
}

static void call(wick_run *r, wick_pcg *g, int32_t s, double c)
{
    static const char *const ids[] = {"A", "B", "C"};
    wick_pine_order o = wick_pine_blank(0);
    const uint64_t what = wick_pcg_below(g, 10);
    o.symbol = s;
    o.id = wick_run_tag(r, ids[wick_pcg_below(g, 3)]);
    if (what < 5) {
        o.side = chance(g, 2) ? 1 : -1;
        if (chance(g, 2)) o.stop = c + wick_pcg_normal(g);
        if (chance(g, 3)) o.limit = c + wick_pcg_normal(g);
        if (chance(g, 2)) o.qty = 1.0 + (double)wick_pcg_below(g, 5);
        (void)(chance(g, 5) ? wick_pine_raw(r, &o) : wick_pine_entry(r, &o));
    } else if (what < 8) {
        o.from = chance(g, 2) ? 0 : wick_run_tag(r, ids[wick_pcg_below(g, 3)]);
        if (chance(g, 2)) o.loss = 10.0 + 100.0 * wick_pcg_uniform(g);
        if (chance(g, 2)) o.profit = 10.0 + 100.0 * wick_pcg_uniform(g);
        if (chance(g, 3)) o.trail_points = 50.0, o.trail_offset = 30.0;
        if (chance(g, 4)) o.qty_percent = 50.0;
        (void)wick_pine_exit(r, &o);
    } else if (what < 9) {
        o.immediately = chance(g, 3);
        (void)wick_pine_close(r, &o);
    } else {
        (void)wick_pine_risk(r, s, 1 + (int32_t)wick_pcg_below(g, 6), 3.0, 1);
    }
}

static void decide(wick_run *r, const scene *k)
{
    const wick_cursor *at = wick_run_cursor(r);
    if (at->step == WICK_STEP_FILL) return;
    wick_pcg g = wick_pcg_key(k->seed, "orders", (uint64_t)at->symbol, (uint64_t)at->bar);
    const double close = k->m->bars[at->symbol][at->bar].c;
    if (k->style == BY_PINE) {
        for (int i = chance(&g, 2) ? 0 : 2; i > 0; i--) call(r, &g, at->symbol, close);
        return;
    }
    int32_t parent = 0;
    switch (wick_pcg_below(&g, 6)) {
    case 0:
    case 1:
        place(r, &g, at, close, &parent);
        if (chance(&g, 2)) place(r, &g, at, close, &parent);
        break;
    case 2: (void)wick_run_close(r, at->symbol, chance(&g, 2) ? 1.0 : 0.5, 0); break;
    case 3:
        if (chance(&g, 4)) (void)wick_run_cancel_all(r, at->symbol);
        break;
    case 4:
        if (chance(&g, 4)) (void)wick_run_protect(r, at->symbol, close - 3.0, WICK_NA, WICK_NA);
        break;
    default: break;
    }
}

/* ---- runs ---------------------------------------------------------------------------------- */

static void give_columns(wick_ctx *ctx, wick_run *r, const scene *k)
{
    wick_pcg g = wick_pcg_key(k->seed, "columns", 0, 0);
    for (int32_t s = 0; s < k->m->symbols; s++) {
        double(*c)[MAX_BARS] = k->m->col[s];
        int32_t index = 0;
        if (k->style == BY_TRIGGERS) {
            check_ok(ctx, wick_run_add_trigger(ctx, r, s, c[0], &index));
            check_ok(ctx, wick_run_add_trigger(ctx, r, s, c[1], &index));
            continue;
        }
        wick_signals q = {.size = sizeof q,
                          .long_entry = c[0],
                          .long_exit = c[1],
                          .score = c[4],
                          .size_kind = WICK_SIZE_PCT_EQUITY,
                          .amount = 30.0};
        if (chance(&g, 2)) q.short_entry = c[2], q.short_exit = c[3];
        if (chance(&g, 3)) q.stop_points = c[5];
        if (chance(&g, 3)) q.trail_points = c[5];
        if (chance(&g, 4) && strstr(k->text, "phases=rows") == NULL) q.limit = c[6], q.expire = 2;
        if (chance(&g, 4)) q.hold_bars = 5;
        if (strstr(k->text, "phases=rows") != NULL) q.limit = NULL; /* refused there */
        check_ok(ctx, wick_run_set_signals(ctx, r, s, &q));
    }
}

static wick_run *begin(wick_ctx *ctx, const scene *k, wick_panel *p)
{
    wick_settings *set = make_settings(ctx, k->text);
    const wick_run_opts o = {.size = sizeof o,
                             .settings = set,
                             .cash = 5000.0,
                             .ask_bar = k->style == BY_ORDERS || k->style == BY_PINE,
                             .ask_fill = k->ask_fill,
                             .pine = k->style == BY_PINE,
                             .lean = k->lean};
    wick_run *r = NULL;
    const wick_status st = wick_run_new(ctx, p, &o, &r);
    wick_settings_free(set);
    if (st == WICK_E_ARG) return NULL; /* settings that do not go together */
    check_ok(ctx, st);
    if (k->style == BY_SIGNALS || k->style == BY_TRIGGERS) give_columns(ctx, r, k);
    return r;
}

static void step_on(wick_ctx *ctx, wick_run *r, const scene *k)
{
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        decide(r, k);
        const char *bad = wk_check(r);
        if (bad != NULL) fail_msg("case %llu: %s", (unsigned long long)k->seed, bad);
    }
    if (step < 0) check_ok(ctx, wick_run_error(ctx, r));
}

static wick_ledger *finish(wick_ctx *ctx, wick_run *r)
{
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    return l;
}

static void same_column(const char *what, const double *a, const double *b, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof a[i]) != 0 && !(isnan(a[i]) && isnan(b[i])))
            fail_msg("%s of row %lld: %.17g and %.17g", what, (long long)i, a[i], b[i]);
}

static void same_ledgers(const scene *k, int64_t cut, const wick_ledger *a, const wick_ledger *b)
{
    const wick_equity x = wick_ledger_equity(a), y = wick_ledger_equity(b);
    assert_int_equal(x.n, y.n);
    for (int i = 0; i < WICK_FATES; i++)
        if (wick_ledger_fates(a)[i] != wick_ledger_fates(b)[i])
            fail_msg("case %llu style %d cut %lld: %lld and %lld orders %s",
                     (unsigned long long)k->seed, k->style, (long long)cut,
                     (long long)wick_ledger_fates(a)[i], (long long)wick_ledger_fates(b)[i],
                     wick_fate_name(i));
    if (wick_ledger_trades(a) != wick_ledger_trades(b) ||
        wick_ledger_orders(a) != wick_ledger_orders(b))
        fail_msg("case %llu cut %lld: %lld and %lld trades", (unsigned long long)k->seed,
                 (long long)cut, (long long)wick_ledger_trades(a),
                 (long long)wick_ledger_trades(b));
    for (int64_t i = 0; i < wick_ledger_trades(a); i++) {
        const wick_trade_rec *t = wick_ledger_trade(a, i), *q = wick_ledger_trade(b, i);
        assert_memory_equal(t, q, offsetof(wick_trade_rec, bars) + sizeof t->bars);
        assert_memory_equal(&t->signal_time, &q->signal_time, 3 * sizeof t->signal_time);
        same_column("trades", &t->qty, &q->qty, 8);
    }
    for (int64_t i = 0; i < wick_ledger_orders(a); i++) {
        const wick_order_rec *o = wick_ledger_order(a, i), *q = wick_ledger_order(b, i);
        assert_true(o->id == q->id && o->side == q->side && o->fate == q->fate &&
                    o->tag == q->tag && o->placed == q->placed && o->filled == q->filled &&
                    o->reason == q->reason);
        same_column("quantities and prices", &o->qty, &q->qty, 7);
        if (o->tag > 0) assert_string_equal(wick_ledger_tag(a, o->tag), wick_ledger_tag(b, q->tag));
    }
    same_column("equity", x.equity, y.equity, x.n);
    if (!k->lean) same_column("cash", x.cash, y.cash, x.n);
    same_column("fees", x.fees, y.fees, x.n);
    same_column("long value", x.long_value, y.long_value, x.n);
    same_column("short value", x.short_value, y.short_value, x.n);
    const wick_ambiguity u = wick_ledger_ambiguity(a), v = wick_ledger_ambiguity(b);
    assert_int_equal(u.bars, v.bars);
    same_column("worst", &u.pnl_worst, &v.pnl_worst, 1);
    same_column("best", &u.pnl_best, &v.pnl_best, 1);
}

static wick_buf save(wick_ctx *ctx, wick_run *r)
{
    wick_state *s = NULL;
    wick_buf b = {0};
    check_ok(ctx, wick_run_save(ctx, r, &s));
    check_ok(ctx, wick_state_bytes(ctx, s, &b));
    wick_state_unref(s);
    return b;
}

static void load(wick_ctx *ctx, wick_run *r, const wick_buf *b)
{
    wick_state *s = NULL;
    check_ok(ctx, wick_state_parse(ctx, "state", b->data, b->len, &s));
    check_ok(ctx, wick_run_load(ctx, r, s, NULL));
    wick_state_unref(s);
}

static void same_bytes(const scene *k, int64_t cut, const wick_buf *a, const wick_buf *b)
{
    if (a->len != b->len || memcmp(a->data, b->data, (size_t)a->len) != 0)
        fail_msg("case %llu style %d cut %lld: two states of one moment differ (%s)",
                 (unsigned long long)k->seed, k->style, (long long)cut, k->text);
}

/* Two cuts; the second state must not depend on there having been a first. */
static int64_t one_case(wick_ctx *ctx, const scene *k, wick_pcg *g)
{
    wick_panel *all = make_panel(ctx, k->m, INT64_MAX);
    wick_run *r = begin(ctx, k, all);
    if (r == NULL) {
        wick_panel_unref(all);
        return 0;
    }
    step_on(ctx, r, k);
    wick_ledger *whole = finish(ctx, r);
    const int64_t ticks = wick_panel_ticks(all);
    const int64_t cut = (int64_t)wick_pcg_below(g, (uint64_t)ticks + 1);
    const int64_t later = cut + (int64_t)wick_pcg_below(g, (uint64_t)(ticks - cut) + 1);

    wick_run *parent = begin(ctx, k, all);
    check_ok(ctx, wick_run_until_tick(ctx, parent, cut));
    step_on(ctx, parent, k);
    assert_true(wick_run_waits(parent));
    wick_buf first = save(ctx, parent), again = save(ctx, parent);
    same_bytes(k, cut, &first, &again);
    wick_buf_free(&again);

    r = begin(ctx, k, all);
    load(ctx, r, &first);
    step_on(ctx, r, k);
    wick_ledger *joined = finish(ctx, r);
    if (cut < ticks || !k->ends_early) same_ledgers(k, cut, whole, joined);
    wick_ledger_unref(joined);

    r = begin(ctx, k, all);
    check_ok(ctx, wick_run_until_tick(ctx, r, later));
    load(ctx, r, &first);
    step_on(ctx, r, k);
    wick_buf second = save(ctx, r);
    wick_run_free(r);
    check_ok(ctx, wick_run_until_tick(ctx, parent, later));
    step_on(ctx, parent, k);
    wick_buf direct = save(ctx, parent);
    same_bytes(k, later, &second, &direct);
    wick_buf_free(&direct);
    check_ok(ctx, wick_run_go_on(ctx, parent));
    step_on(ctx, parent, k);
    joined = finish(ctx, parent);
    if (later < ticks || !k->ends_early) same_ledgers(k, later, whole, joined);
    wick_ledger_unref(joined);
    wick_buf_free(&second);

    if (cut > 0 && !k->ends) { /* bars that end at the cut, as a day's file does */
        wick_panel *past = make_panel(ctx, k->m, wick_panel_clock(all)[cut - 1]);
        r = begin(ctx, k, past);
        check_ok(ctx, wick_run_until(ctx, r, INT64_MAX));
        step_on(ctx, r, k);
        wick_buf short_of = save(ctx, r);
        same_bytes(k, cut, &first, &short_of);
        wick_run_free(r);
        wick_buf_free(&short_of);
        wick_panel_unref(past);
    }
    wick_buf_free(&first);
    const int64_t trades = wick_ledger_trades(whole);
    wick_ledger_unref(whole);
    wick_panel_unref(all);
    return trades;
}

static void joined_runs(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t trades[STYLES] = {0};
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        for (int32_t style = 0; style < STYLES; style++) {
            static market m;
            wick_pcg g = wick_pcg_key(seed, "state", (uint64_t)style, 0);
            scene k = {.seed = seed, .style = style, .m = &m, .lean = chance(&g, 6)};
            k.ask_fill = style == BY_ORDERS && chance(&g, 3);
            draw_market(&g, &m, chance(&g, 2) ? 1 : 1 + (int32_t)wick_pcg_below(&g, MAX_SYMBOLS));
            draw_settings(&g, &k);
            m.dated = m.dated && style != BY_PINE; /* splits are not booked there */
            print_message("case %llu style %d %s\n", (unsigned long long)seed, (int)style, k.text);
            trades[style] += one_case(ctx, &k, &g);
        }
    }
    for (int32_t style = 0; style < STYLES; style++) {
        print_message("style %d: %lld trades\n", (int)style, (long long)trades[style]);
        assert_true(trades[style] > CASES);
    }
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(joined_runs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
