/* SPDX-License-Identifier: MIT */
/** Random markets, settings and order streams, and views that change them without changing what
 * they mean. */
#ifndef TEST_RANDOM_MARKET_H
#define TEST_RANDOM_MARKET_H

#include "engine/engine_int.h"
#include "unit/engine/sim.h"

enum { MAX_SYMBOLS = 4, MAX_BARS = 160, CASES = 150 };

typedef struct market {
    int32_t symbols;
    int64_t n[MAX_SYMBOLS];
    bar4 bars[MAX_SYMBOLS][MAX_BARS];
    int64_t time[MAX_SYMBOLS][MAX_BARS];
} market;

/* Random walks of full precision with gaps between bars; ragged calendars. */
static void draw_market(wick_pcg *g, market *m, bool ragged)
{
    m->symbols = 1 + (int32_t)wick_pcg_below(g, MAX_SYMBOLS);
    for (int32_t s = 0; s < m->symbols; s++) {
        double p = 40.0 + 60.0 * wick_pcg_uniform(g);
        m->n[s] = 0;
        const int64_t bars = 20 + (int64_t)wick_pcg_below(g, MAX_BARS - 20);
        for (int64_t i = 0; i < bars; i++) {
            if (ragged && wick_pcg_below(g, 8) == 0) continue;
            const double o = p + wick_pcg_normal(g) * 0.6, c = o + wick_pcg_normal(g) * 1.2;
            const double hi = (o > c ? o : c) + fabs(wick_pcg_normal(g)) * 0.7;
            const double lo = (o < c ? o : c) - fabs(wick_pcg_normal(g)) * 0.7;
            m->bars[s][m->n[s]] = (bar4){o, hi, lo, c};
            m->time[s][m->n[s]++] = (1000 + i) * WICK_MS_DAY;
            p = c < 25.0 ? c + 2.0 : c > 140.0 ? c - 2.0 : c;
        }
        if (m->n[s] == 0) {
            m->bars[s][0] = (bar4){p, p + 1.0, p - 1.0, p + 0.5};
            m->time[s][m->n[s]++] = 1000 * WICK_MS_DAY;
        }
    }
}

/* Changes a market and its orders without changing their meaning. */
typedef struct view {
    double scale;               /* prices times this */
    double mirror;              /* > 0: prices become mirror - price, sides turn round */
    int32_t order[MAX_SYMBOLS]; /* panel index of symbol s */
} view;

static double seen(const view *v, double p)
{
    return v->mirror > 0.0 ? v->mirror - p : p * v->scale;
}

static wick_panel *make_panel(wick_ctx *ctx, const market *m, const view *v)
{
    wick_bars *list[MAX_SYMBOLS];
    for (int32_t s = 0; s < m->symbols; s++) {
        static bar4 b[MAX_BARS];
        for (int64_t i = 0; i < m->n[s]; i++) {
            const bar4 *x = &m->bars[s][i];
            b[i] = (bar4){seen(v, x->o), seen(v, v->mirror > 0.0 ? x->l : x->h),
                          seen(v, v->mirror > 0.0 ? x->h : x->l), seen(v, x->c)};
        }
        const char name[2] = {(char)('A' + v->order[s]), '\0'};
        const wick_symbol_info info = {.symbol = name,
                                       .tick = 0.01,
                                       .point_value = 1.0,
                                       .qty_step = 1e-8,
                                       .timeframe_ms = WICK_MS_DAY};
        list[s] = sim_bars(ctx, name, b, m->n[s], m->time[s], &info);
    }
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, list, m->symbols, &p));
    for (int32_t s = 0; s < m->symbols; s++) wick_bars_unref(list[s]);
    return p;
}

/* ---- random orders, the same for every view of a market ------------------------------------- */

typedef struct stream {
    uint64_t seed;
    const market *m;
    const view *v;
    bool scores, points_only, units_only, no_shorts, thorough;
    bool few;      /* now and then a market order, mostly without a bracket */
    bool triggers; /* asked on the bars of two masks instead of on every bar */
    bool ahead;    /* idle bars are walked here and not by the engine */
    int32_t slots;
    int64_t placed;
} stream;

static double draw_level(wick_pcg *g, double close, double width)
{
    return close + (2.0 * wick_pcg_uniform(g) - 1.0) * width;
}

static void draw_bracket(wick_pcg *g, const stream *s, wick_order *o, double close, double side)
{
    const double k = s->v->scale;
    if (wick_pcg_below(g, 2)) o->stop_points = (0.3 + 3.0 * wick_pcg_uniform(g)) * k;
    if (wick_pcg_below(g, 3) == 0) o->target_points = (0.3 + 3.0 * wick_pcg_uniform(g)) * k;
    if (wick_pcg_below(g, 3) == 0) o->trail_points = (0.3 + 3.0 * wick_pcg_uniform(g)) * k;
    if (o->trail_points > 0.0 && wick_pcg_below(g, 3) == 0)
        o->trail_start = wick_pcg_uniform(g) * k;
    if (wick_pcg_below(g, 6) == 0) o->hold_bars = 1 + (int32_t)wick_pcg_below(g, 9);
    if (wick_pcg_below(g, 8) == 0)
        o->stop_price = seen(s->v, close - side * 2.0 * wick_pcg_uniform(g));
    if (wick_pcg_below(g, 8) == 0 && !s->points_only)
        o->trail_pct = 1.0 + 3.0 * wick_pcg_uniform(g);
}

static int32_t draw_order(wick_run *r, stream *s, wick_pcg *g, int32_t symbol, double close,
                          int32_t parent)
{
    const int32_t turn = s->v->mirror > 0.0 ? -1 : 1;
    wick_order o = {.size = sizeof o, .symbol = s->v->order[symbol], .size_kind = WICK_SIZE_UNITS};
    const int32_t side = s->no_shorts || wick_pcg_below(g, 2) ? 1 : -1;
    o.side = side * turn;
    o.type = (int32_t)wick_pcg_below(g, 4);
    o.intent = (int32_t)wick_pcg_below(g, 3);
    o.amount = 1.0 + 200.0 * wick_pcg_uniform(g);
    if (!s->units_only && wick_pcg_below(g, 2)) {
        o.size_kind = (int32_t)(WICK_SIZE_PCT_EQUITY + wick_pcg_below(g, 2));
        o.amount = 60.0 * wick_pcg_uniform(g);
    }
    if (s->no_shorts && o.intent != WICK_ENTER) {
        o.intent = WICK_REDUCE;
        o.side = -1;
    }
    o.limit = seen(s->v, draw_level(g, close, 2.0));
    o.stop = seen(s->v, draw_level(g, close, 2.0));
    o.delay = (int32_t)wick_pcg_below(g, 5) - 1;
    if (o.delay == 0 || o.delay > 2) o.delay = 1;
    if (wick_pcg_below(g, 2)) o.expire = 1 + (int32_t)wick_pcg_below(g, 6);
    if (wick_pcg_below(g, 4) == 0) {
        /* Per symbol: of two members of different symbols the older goes first, and age is the
           one thing a permutation changes. */
        o.group = 1 + 8 * symbol + (int32_t)wick_pcg_below(g, 3);
        o.group_type = (int32_t)wick_pcg_below(g, 2);
    }
    if (parent > 0 && wick_pcg_below(g, 3) > 0) o.parent = parent;
    if (s->scores) o.score = wick_pcg_uniform(g);
    draw_bracket(g, s, &o, close, side);
    const int32_t id = wick_run_submit(r, &o);
    if (id > 0)
        s->placed++;
    else if (id < 0)
        assert_true(wick_run_refusal(r)[0] != '\0');
    return id;
}

/* Decides from (symbol, bar) alone, so that every view of a market gets the same orders. */
static void decide(wick_run *r, const wick_cursor *at, void *arg)
{
    stream *s = arg;
    int32_t symbol = 0;
    while (s->v->order[symbol] != at->symbol) symbol++;
    wick_pcg g = wick_pcg_key(s->seed, "orders", (uint64_t)symbol, (uint64_t)at->bar);
    const double close = s->m->bars[symbol][at->bar].c;
    if (s->slots > 0) assert_true(wick_run_open_symbols(r) <= s->slots);
    switch (wick_pcg_below(&g, 7)) {
    case 0:
    case 1: (void)draw_order(r, s, &g, symbol, close, 0); break;
    case 2: {
        int32_t parent = draw_order(r, s, &g, symbol, close, 0);
        parent = draw_order(r, s, &g, symbol, close, parent);
        (void)draw_order(r, s, &g, symbol, close, parent);
        break;
    }
    case 3: (void)wick_run_close(r, at->symbol, wick_pcg_below(&g, 2) ? 1.0 : 0.5, 0); break;
    case 4:
        if (wick_pcg_below(&g, 4) == 0) (void)wick_run_cancel_all(r, at->symbol);
        break;
    case 5:
        if (wick_pcg_below(&g, 4) == 0) {
            const double turn = s->v->mirror > 0.0 ? -1.0 : 1.0;
            const double side = at->position * turn > 0.0 ? 1.0 : -1.0;
            (void)wick_run_protect(r, at->symbol, seen(s->v, close - side * 3.0), WICK_NA, WICK_NA);
        }
        break;
    default: break;
    }
}

static void draw_settings(wick_pcg *g, char *text, size_t cap, stream *s, bool laws)
{
    static const char *const intrabar[] = {"ohlc", "worst", "best", "close"};
    static const char *const phases[] = {"path", "path", "batch", "queue", "rows"};
    static const char *const fill[] = {"open", "open", "middle", "close", "average"};
    static const char *const trail[] = {"path", "after_test", "close"};
    static const char *const from[] = {"fill", "next_bar", "market_only"};
    static const char *const lots[] = {"fifo", "lifo", "average"};
    static const char *const shortage[] = {"clamp", "clamp_no_fees", "cancel", "reject"};
    static const char *const unit[] = {"lot", "exit", "position"};
    s->slots = laws && wick_pcg_below(g, 2) ? 1 + (int32_t)wick_pcg_below(g, 3) : 0;
    snprintf(text, cap,
             "price_rounding=off fractional=on intrabar=%s phases=%s fill=%s trail_update=%s "
             "stop_from=%s lots=%s gap_fill=%s max_entries=none slots=%d shortage=%s trade_unit=%s "
             "fee_pct=%s fee_order=%s close_at_end=%s bankruptcy=continue hold_fill=%s",
             intrabar[wick_pcg_below(g, laws ? 4 : 1)], phases[wick_pcg_below(g, laws ? 5 : 2)],
             fill[wick_pcg_below(g, 5)], trail[wick_pcg_below(g, 3)], from[wick_pcg_below(g, 3)],
             lots[wick_pcg_below(g, 3)], wick_pcg_below(g, 3) ? "open" : "level", (int)s->slots,
             laws ? shortage[wick_pcg_below(g, 4)] : "allow", unit[wick_pcg_below(g, 3)],
             laws && wick_pcg_below(g, 2) ? "0.1" : "0",
             laws && wick_pcg_below(g, 3) == 0 ? "1.5" : "0",
             wick_pcg_below(g, 2) ? "close" : "off", wick_pcg_below(g, 2) ? "open" : "close");
}

#endif
