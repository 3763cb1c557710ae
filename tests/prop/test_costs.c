/* SPDX-License-Identifier: MIT */
/* Every cost there is at once under random orders: fee schedules, functions, all slippage models, a
 * volume cap, borrow fees, interest, funding, dividends, splits and margin calls. The books add up
 * after every step, and nothing depends on which bars are looked at. Seeds are printed. */
#include "engine/engine_int.h"
#include "unit/engine/sim.h"

enum { MAX_SYMBOLS = 3, MAX_BARS = 120, CASES = 120 };

typedef struct market {
    int32_t symbols;
    int64_t n[MAX_SYMBOLS];
    double f[MAX_SYMBOLS][WICK_FIELDS][MAX_BARS];
    int64_t time[MAX_SYMBOLS][MAX_BARS];
    double cap; /* volume_pct / 100; 0 none */
    bool splits;
} market;

static wick_bars *add_dates(wick_ctx *ctx, wick_pcg *g, const market *m, int32_t s, wick_bars *b)
{
    wick_dates *d = NULL;
    for (int kind = 0; kind < WICK_DATED; kind++) {
        int64_t time[MAX_BARS], n = 0;
        double v[MAX_BARS];
        if (kind == WICK_SPLIT && !m->splits) continue;
        for (int64_t i = 0; i < m->n[s]; i++) {
            if (wick_pcg_below(g, kind == WICK_SPLIT ? 40 : 9) != 0) continue;
            time[n] = m->time[s][i] - (int64_t)wick_pcg_below(g, 2) * WICK_MS_DAY / 3;
            if (n > 0 && time[n] <= time[n - 1]) continue;
            v[n++] = kind == WICK_FUNDING    ? 0.002 * wick_pcg_normal(g)
                     : kind == WICK_BORROW   ? 20.0 * wick_pcg_uniform(g)
                     : kind == WICK_DIVIDEND ? wick_pcg_uniform(g)
                     : wick_pcg_below(g, 2)  ? 2.0
                                             : 0.3;
        }
        wick_dates *made = NULL;
        check_ok(ctx, wick_dates_new(ctx, d, kind, n, time, v, &made));
        wick_dates_unref(d);
        d = made;
    }
    wick_bars *out = NULL;
    check_ok(ctx, wick_bars_with_dates(ctx, b, d, &out));
    wick_dates_unref(d);
    wick_bars_unref(b);
    return out;
}

static wick_panel *draw_market(wick_ctx *ctx, wick_pcg *g, market *m, double step)
{
    wick_bars *list[MAX_SYMBOLS];
    m->symbols = 1 + (int32_t)wick_pcg_below(g, MAX_SYMBOLS);
    for (int32_t s = 0; s < m->symbols; s++) {
        double p = 40.0 + 60.0 * wick_pcg_uniform(g);
        const int64_t bars = 30 + (int64_t)wick_pcg_below(g, MAX_BARS - 30);
        m->n[s] = 0;
        for (int64_t i = 0; i < bars; i++) {
            if (wick_pcg_below(g, 10) == 0 && i > 0) continue;
            const int64_t k = m->n[s]++;
            const double o = p + wick_pcg_normal(g), c = o + 1.5 * wick_pcg_normal(g);
            m->f[s][WICK_OPEN][k] = o;
            m->f[s][WICK_HIGH][k] = (o > c ? o : c) + fabs(wick_pcg_normal(g));
            m->f[s][WICK_LOW][k] = (o < c ? o : c) - fabs(wick_pcg_normal(g));
            m->f[s][WICK_CLOSE][k] = c;
            m->f[s][WICK_VOLUME][k] = wick_pcg_below(g, 12) ? 400.0 * wick_pcg_uniform(g) : 0.0;
            m->time[s][k] = (1000 + i) * WICK_MS_DAY;
            p = c < 20.0 ? c + 4.0 : c;
        }
        const char name[2] = {(char)('A' + s), '\0'};
        const wick_symbol_info info = {.symbol = name,
                                       .tick = 0.01,
                                       .point_value = 1.0,
                                       .qty_step = step,
                                       .timeframe_ms = WICK_MS_DAY};
        check_ok(ctx, wick_bars_new(ctx, name, m->n[s], m->time[s], m->f[s][0], m->f[s][1],
                                    m->f[s][2], m->f[s][3], m->f[s][4], &info, &list[s]));
        list[s] = add_dates(ctx, g, m, s, list[s]);
    }
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, list, m->symbols, &p));
    for (int32_t s = 0; s < m->symbols; s++) wick_bars_unref(list[s]);
    return p;
}

static const char *pick(wick_pcg *g, const char *const *of, uint64_t n)
{
    return of[wick_pcg_below(g, n)];
}

static void draw_settings(wick_pcg *g, market *m, char *text, size_t cap)
{
    static const char *const phases[] = {"path", "path", "batch"};
    static const char *const lots[] = {"fifo", "lifo", "average", "hedge"};
    static const char *const unit[] = {"lot", "exit", "position"};
    static const char *const calls[] = {"off", "whole", "least", "tv"};
    static const char *const rest[] = {"keep", "keep", "cancel"};
    static const char *const proceeds[] = {"locked", "free", "none"};
    static const char *const pnl[] = {"gross", "net"};
    static const char *const volume[] = {"0", "10", "60"};
    static const double caps[] = {0.0, 0.10, 0.60};
    const char *books = pick(g, lots, 4);
    const bool hedge = strcmp(books, "hedge") == 0;
    const uint64_t v = wick_pcg_below(g, 3);
    m->cap = caps[v];
    snprintf(text, cap,
             "phases=%s lots=%s trade_unit=%s trade_pnl=%s short_proceeds=%s max_entries=none "
             "leverage=%s fee_tiers=0:0.01/0.05,20000:0.005/0.03 fee_window=20 fee_order=0.5 "
             "fee_min=1 fee_max=50 fee_maker=-0.01 slip_atr=0.05 slip_random=0.1 slip_volume=0.5 "
             "spread=0.02 volume_pct=%s volume_rest=%s borrow_rate=4 cash_rate=2 loan_rate=6 "
             "margin_call=%s margin_maintenance=25 bankruptcy=%s close_at_end=%s",
             pick(g, phases, 3), books, hedge ? "lot" : pick(g, unit, 3), pick(g, pnl, 2),
             pick(g, proceeds, 3), wick_pcg_below(g, 2) ? "1" : "4", volume[v], pick(g, rest, 3),
             pick(g, calls, 4), wick_pcg_below(g, 2) ? "stop" : "continue",
             wick_pcg_below(g, 2) ? "close" : "off");
}

static double own_fee(void *self, const wick_cost_in *in)
{
    (void)self;
    return in->before + 0.001 * in->qty;
}

static double own_slip(void *self, const wick_cost_in *in)
{
    (void)self;
    return in->before + 0.0001 * in->price;
}

static int64_t both; /* bars on which both directions were held */

static void decide(wick_run *r, const wick_cursor *at, uint64_t seed, double close)
{
    wick_pcg g = wick_pcg_key(seed, "orders", (uint64_t)at->symbol, (uint64_t)at->bar);
    const bool hedge = r->set.lots == WK_LOTS_HEDGE;
    wick_ticket t;
    both +=
        wick_run_side_units(r, at->symbol, 1) > 0.0 && wick_run_side_units(r, at->symbol, -1) > 0.0;
    if (wick_pcg_below(&g, 2)) return;
    if (hedge && wick_pcg_below(&g, 3) == 0 &&
        wick_run_ticket(r, at->symbol, (int32_t)wick_pcg_below(&g, 3), &t)) {
        if (wick_pcg_below(&g, 2))
            (void)wick_run_close_ticket(r, at->symbol, t.order, wick_pcg_below(&g, 2) ? 1.0 : 0.5,
                                        0);
        else
            (void)wick_run_protect_ticket(r, at->symbol, t.order, close - t.side * 2.0, WICK_NA,
                                          WICK_NA);
        return;
    }
    if (wick_pcg_below(&g, 6) == 0) {
        (void)wick_run_close(r, at->symbol, wick_pcg_below(&g, 2) ? 1.0 : 0.4, 0);
        return;
    }
    wick_order o = {.size = sizeof o, .symbol = at->symbol, .size_kind = WICK_SIZE_UNITS};
    o.side = wick_pcg_below(&g, 2) ? 1 : -1;
    o.type = (int32_t)wick_pcg_below(&g, 4);
    o.intent = (int32_t)wick_pcg_below(&g, 3);
    o.amount = 1.0 + 80.0 * wick_pcg_uniform(&g);
    o.limit = close + 2.0 * wick_pcg_normal(&g);
    o.stop = close + 2.0 * wick_pcg_normal(&g);
    if (wick_pcg_below(&g, 2)) o.expire = 1 + (int32_t)wick_pcg_below(&g, 5);
    if (wick_pcg_below(&g, 2)) o.stop_points = 0.5 + 3.0 * wick_pcg_uniform(&g);
    if (wick_pcg_below(&g, 3) == 0) o.target_points = 0.5 + 3.0 * wick_pcg_uniform(&g);
    if (wick_pcg_below(&g, 4) == 0) o.trail_points = 0.5 + 3.0 * wick_pcg_uniform(&g);
    if (wick_pcg_below(&g, 5) == 0) o.hold_bars = 1 + (int32_t)wick_pcg_below(&g, 6);
    if (wick_pcg_below(&g, 4) == 0) {
        o.group = 1 + (int32_t)wick_pcg_below(&g, 3);
        o.group_type = (int32_t)wick_pcg_below(&g, 2);
    }
    (void)wick_run_submit(r, &o);
}

static int64_t capped; /* bars on which the share of the volume was looked at */

typedef struct sums {
    double open_pnl, open_carry, realized, fees, cash, flow[WICK_FLOWS];
} sums;

static wick_ledger *run_once(wick_ctx *ctx, wick_panel *p, const market *m, const char *text,
                             uint64_t seed, bool thorough, double cash, sums *x)
{
    const wick_cost_user user = {.size = sizeof user, .fee = own_fee, .slip = own_slip};
    wick_settings *set = sim_settings(ctx, text);
    const wick_run_opts o = {
        .size = sizeof o, .settings = set, .cash = cash, .ask_bar = true, .cost = &user};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    r->thorough = thorough;
    /* What may not wait takes more than its share. */
    const bool waits = m->cap > 0.0 && strstr(text, "margin_call=off") != NULL &&
                       strstr(text, "bankruptcy=continue") != NULL &&
                       strstr(text, "close_at_end=off") != NULL;
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        const wick_cursor *at = wick_run_cursor(r);
        const char *bad = wk_check(r);
        if (bad != NULL) fail_msg("tick %lld: %s", (long long)at->tick, bad);
        const wk_drawn *d = &r->cost.drawn[at->symbol];
        if (waits && d->bar == at->bar) {
            assert_true(d->used <= m->cap * m->f[at->symbol][WICK_VOLUME][at->bar] * (1.0 + 1e-9));
            capped++;
        }
        decide(r, at, seed, m->f[at->symbol][WICK_CLOSE][at->bar]);
    }
    if (step < 0) check_ok(ctx, wick_run_error(ctx, r));
    *x = (sums){.realized = wick_run_realized(r), .fees = wick_run_fees(r)};
    for (int32_t s = 0; s < m->symbols; s++) {
        x->open_pnl += wick_run_open_pnl(r, s);
        for (int32_t l = r->sym[s].lot; l != WK_NONE; l = wk_lot_at(r, l)->next)
            x->open_carry += wk_lot_at(r, l)->carry;
    }
    for (int k = 0; k < WICK_FLOWS; k++) x->flow[k] = wick_run_flow(r, k);
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    wick_settings_free(set);
    return l;
}

/* equity = cash at the start + closed + open + every flow - every fee, to the rounding of what
 * moved. */
static void check_books(const wick_ledger *l, const sums *x, double cash, bool net)
{
    const wick_equity e = wick_ledger_equity(l);
    const double end = e.equity[e.n - 1];
    double gross = cash + fabs(x->fees), fees = 0.0, pnl = 0.0, carry = x->open_carry, flows = 0.0;
    for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
        const wick_order_rec *o = wick_ledger_order(l, i);
        fees += o->fees;
        if (o->filled_qty > 0.0) gross += o->filled_qty * o->price;
    }
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        assert_true(t->qty > 0.0 && t->mae <= 0.0 && t->mfe >= 0.0);
        pnl += t->pnl + (net ? t->fees - t->carry : 0.0);
        carry += t->carry;
    }
    const double tolerance = 1e-9;
    for (int k = 0; k < WICK_FLOWS; k++) {
        flows += x->flow[k];
        assert_non_null(e.flow[k]);
        check_close(e.flow[k][e.n - 1], x->flow[k], 0.0);
    }
    check_close((pnl - x->realized) / gross, 0.0, tolerance);
    check_close((fees - x->fees) / gross, 0.0, tolerance);
    check_close((carry - (flows - x->flow[WICK_FLOW_INTEREST])) / gross, 0.0, tolerance);
    check_close((cash + pnl + x->open_pnl + flows - fees - end) / gross, 0.0, tolerance);
}

static void same(const wick_ledger *a, const wick_ledger *b)
{
    const wick_equity x = wick_ledger_equity(a), y = wick_ledger_equity(b);
    assert_int_equal(x.n, y.n);
    assert_memory_equal(x.equity, y.equity, (size_t)x.n * sizeof *x.equity);
    for (int k = 0; k < WICK_FLOWS; k++)
        assert_memory_equal(x.flow[k], y.flow[k], (size_t)x.n * sizeof *x.equity);
    assert_int_equal(wick_ledger_trades(a), wick_ledger_trades(b));
    for (int64_t i = 0; i < wick_ledger_trades(a); i++) {
        check_same(wick_ledger_trade(a, i)->pnl, wick_ledger_trade(b, i)->pnl);
        check_same(wick_ledger_trade(a, i)->mae, wick_ledger_trade(b, i)->mae);
        check_same(wick_ledger_trade(a, i)->liquidation, wick_ledger_trade(b, i)->liquidation);
    }
}

static void books(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t trades = 0, calls = 0, parts = 0;
    double flows[WICK_FLOWS] = {0};
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        static market m;
        char text[900];
        wick_pcg g = wick_pcg_key(seed, "costs", 0, 0);
        draw_settings(&g, &m, text, sizeof text);
        m.splits = wick_pcg_below(&g, 2) != 0;
        wick_panel *p = draw_market(ctx, &g, &m, wick_pcg_below(&g, 2) ? 1.0 : 1e-6);
        print_message("seed %llu %s\n", (unsigned long long)seed, text);
        const double cash = 8000.0;
        sums x, y;
        wick_ledger *a = run_once(ctx, p, &m, text, seed, false, cash, &x);
        wick_ledger *b = run_once(ctx, p, &m, text, seed, true, cash, &y);
        check_books(a, &x, cash, strstr(text, "trade_pnl=net") != NULL);
        same(a, b);
        trades += wick_ledger_trades(a);
        for (int k = 0; k < WICK_FLOWS; k++) flows[k] += fabs(x.flow[k]);
        for (int64_t i = 0; i < wick_ledger_orders(a); i++) {
            calls += wick_ledger_order(a, i)->reason == WICK_BY_MARGIN;
            parts += wick_ledger_order(a, i)->fate == WICK_FATE_PARTIAL;
        }
        wick_ledger_unref(a);
        wick_ledger_unref(b);
        wick_panel_unref(p);
    }
    /* The streams do what they are for. */
    assert_true(trades > 10 * CASES && calls > 20 && parts > CASES && capped > 20 && both > CASES);
    for (int k = 0; k < WICK_FLOWS; k++) assert_true(flows[k] > 1.0);
    wick_ctx_free(ctx);
}

/* ---- splits change nothing ---------------------------------------------------------------------
 */

/* A market before and after a split of two for one: until bar `at` everything is quoted per old
 * unit. */
typedef struct quote {
    int64_t at;
    bool raw;
} quote;

static double unit_at(const quote *q, int64_t bar)
{
    return q->raw && bar < q->at ? 2.0 : 1.0;
}

static wick_panel *quoted(wick_ctx *ctx, const market *m, const quote *q)
{
    static double f[WICK_FIELDS][MAX_BARS];
    const wick_symbol_info info = {.symbol = "A",
                                   .tick = 0.01,
                                   .point_value = 1.0,
                                   .qty_step = 1.0,
                                   .timeframe_ms = WICK_MS_DAY};
    for (int64_t i = 0; i < m->n[0]; i++) {
        for (int k = 0; k < WICK_VOLUME; k++) f[k][i] = m->f[0][k][i] * unit_at(q, i);
        f[WICK_VOLUME][i] = m->f[0][WICK_VOLUME][i] / unit_at(q, i);
    }
    wick_bars *b = NULL, *dressed = NULL;
    wick_panel *p = NULL;
    check_ok(ctx,
             wick_bars_new(ctx, "A", m->n[0], m->time[0], f[0], f[1], f[2], f[3], f[4], &info, &b));
    const double ratio = 2.0;
    wick_dates *d = NULL;
    if (q->raw)
        check_ok(ctx, wick_dates_new(ctx, NULL, WICK_SPLIT, 1, &m->time[0][q->at], &ratio, &d));
    check_ok(ctx, wick_bars_with_dates(ctx, b, d, &dressed));
    check_ok(ctx, wick_panel_new(ctx, &dressed, 1, &p));
    wick_dates_unref(d);
    wick_bars_unref(b);
    wick_bars_unref(dressed);
    return p;
}

/* The same order in units and prices of its bar. */
static void restated(wick_run *r, const wick_cursor *at, uint64_t seed, const quote *q,
                     double close)
{
    wick_pcg g = wick_pcg_key(seed, "restated", 0, (uint64_t)at->bar);
    const double k = unit_at(q, at->bar);
    if (wick_pcg_below(&g, 3)) return;
    if (wick_pcg_below(&g, 6) == 0) {
        (void)wick_run_close(r, 0, wick_pcg_below(&g, 2) ? 1.0 : 0.5, 0);
        return;
    }
    wick_order o = {.size = sizeof o, .size_kind = WICK_SIZE_UNITS};
    o.side = wick_pcg_below(&g, 2) ? 1 : -1;
    o.type = (int32_t)wick_pcg_below(&g, 4);
    o.intent = (int32_t)wick_pcg_below(&g, 3);
    o.amount = (1.0 + 80.0 * wick_pcg_uniform(&g)) / k;
    o.limit = (close + 3.0 * wick_pcg_normal(&g)) * k;
    o.stop = (close + 3.0 * wick_pcg_normal(&g)) * k;
    if (wick_pcg_below(&g, 2)) o.stop_points = (1.0 + 6.0 * wick_pcg_uniform(&g)) * k;
    if (wick_pcg_below(&g, 3) == 0) o.target_points = (1.0 + 6.0 * wick_pcg_uniform(&g)) * k;
    if (wick_pcg_below(&g, 3) == 0) o.trail_points = (1.0 + 6.0 * wick_pcg_uniform(&g)) * k;
    if (wick_pcg_below(&g, 3) == 0) o.trail_start = wick_pcg_uniform(&g) * k;
    (void)wick_run_submit(r, &o);
}

static wick_ledger *run_quoted(wick_ctx *ctx, const market *m, const quote *q, const char *text,
                               uint64_t seed)
{
    wick_panel *p = quoted(ctx, m, q);
    wick_settings *set = sim_settings(ctx, text);
    const wick_run_opts o = {.size = sizeof o, .settings = set, .cash = 20000.0, .ask_bar = true};
    wick_run *r = NULL;
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_new(ctx, p, &o, &r));
    int32_t step;
    while ((step = wick_run_step(r)) > 0) {
        const wick_cursor *at = wick_run_cursor(r);
        restated(r, at, seed, q, m->f[0][WICK_CLOSE][at->bar]);
    }
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    wick_run_free(r);
    wick_settings_free(set);
    wick_panel_unref(p);
    return l;
}

/* Raw bars with the split booked, and adjusted bars: the same account to the bit. */
static void splits(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    int64_t trades = 0, across = 0;
    for (uint64_t seed = 1; seed <= CASES; seed++) {
        static market m;
        char text[400];
        wick_pcg g = wick_pcg_key(seed, "splits", 0, 0);
        static const char *const phases[] = {"path", "path", "batch"};
        static const char *const lots[] = {"fifo", "lifo", "average"};
        static const char *const unit[] = {"lot", "exit", "position"};
        snprintf(text, sizeof text,
                 "phases=%s lots=%s trade_unit=%s price_rounding=off fractional=on "
                 "max_entries=none fee_pct=0.1 slip_pct=0.1 borrow_rate=5 leverage=2 "
                 "margin_call=whole margin_maintenance=20 volume_pct=%s",
                 pick(&g, phases, 3), pick(&g, lots, 3), pick(&g, unit, 3),
                 wick_pcg_below(&g, 2) ? "0" : "20");
        m.splits = false;
        wick_panel_unref(draw_market(ctx, &g, &m, 1.0));
        const quote raw = {m.n[0] / 2, true}, plain = {m.n[0] / 2, false};
        print_message("seed %llu %s\n", (unsigned long long)seed, text);
        wick_ledger *a = run_quoted(ctx, &m, &raw, text, seed);
        wick_ledger *b = run_quoted(ctx, &m, &plain, text, seed);
        const wick_equity x = wick_ledger_equity(a), y = wick_ledger_equity(b);
        assert_memory_equal(x.equity, y.equity, (size_t)x.n * sizeof *x.equity);
        assert_int_equal(wick_ledger_trades(a), wick_ledger_trades(b));
        for (int64_t i = 0; i < wick_ledger_trades(a); i++) {
            const wick_trade_rec *t = wick_ledger_trade(a, i), *u = wick_ledger_trade(b, i);
            check_same(t->pnl, u->pnl);
            check_same(t->carry, u->carry);
            if (t->exit_bar < raw.at || wick_ledger_trade(b, i)->entry_bar < 0) continue;
            check_same(t->qty, u->qty);
            check_same(t->entry_price, u->entry_price);
            check_same(t->mae, u->mae);
            check_same(t->mfe, u->mfe);
            check_same(t->liquidation, u->liquidation);
            across += t->entry_bar < raw.at;
        }
        trades += wick_ledger_trades(a);
        wick_ledger_unref(a);
        wick_ledger_unref(b);
    }
    assert_true(trades > 5 * CASES && across > CASES / 2);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(books), cmocka_unit_test(splits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
