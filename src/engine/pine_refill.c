/* SPDX-License-Identifier: MIT */
/* Pine orders: calc_on_order_fills (section 13.2). The walk through a bar stands still where
 * something has filled, at the open and the two extremes, until the script has been run again; what
 * that run orders takes part from there on, its market orders at the price the path stands at. With
 * finer bars each of them is a path of its own, whose close is one more place to stand. */
#include "engine/pine.h"

wick_status wk_refill_setup(wick_ctx *ctx, wick_run *r)
{
    if (r->set.calc_on_order_fills == 0 || r->set.delay == 0) return WICK_OK;
    r->refill = wick_arena_zalloc(r->arena, (r->n_sym + 1) * (int64_t)sizeof *r->refill);
    return r->refill != NULL ? WICK_OK : wick_fail_mem(ctx);
}

static void pause_here(wk_refill *g)
{
    wk_pine_sweep(g->w.p);
    g->paused = true;
    g->asked = false;
    g->w.r->paused++;
}

/* The close of the bar is where the script runs anyway, that of a finer bar within it is not. */
static int32_t last_node(const wk_refill *g)
{
    return g->sub + 1 < g->to ? 3 : 2;
}

static void take_up(wk_refill *g, const double ohlc[4], bool first)
{
    wk_pwalk *w = &g->w;
    wk_pwalk_bar(w, ohlc, g->path);
    g->node = 0;
    w->mid = false;
    if (first) w->r->sym[w->s].up_first = g->path[1] == w->high;
    wk_pwalk_batch(w, first);
}

/* On to the end of the stretch on which something fills, or to the end of the bar. `deals`: how
 * many there were before anything happened that the script has not been asked about. */
static void walk_on(wk_refill *g, int64_t deals)
{
    wick_run *r = g->w.r;
    for (;;) {
        while (g->node < 3 && r->status >= 0) {
            g->node++;
            const bool up = (g->path[1] == g->w.high) == (g->node != 2);
            wk_pwalk_leg(&g->w, g->path[g->node], g->node, up ? 1 : -1);
            if (r->deals != deals && g->node <= last_node(g)) {
                pause_here(g);
                return;
            }
        }
        if (r->status < 0 || g->sub + 1 >= g->to) break;
        double ohlc[4];
        wk_pine_sub_bar(g->w.p, ++g->sub, ohlc);
        take_up(g, ohlc, false);
        if (r->deals != deals) {
            pause_here(g);
            return;
        }
    }
    wk_pwalk_end(&g->w);
}

void wk_refill_begin(const wk_pwalk *w)
{
    wick_run *r = w->r;
    const wk_pine *p = w->p;
    const wk_feed *f = w->f;
    const int32_t bar = w->bar;
    wk_refill *g = &r->refill[w->s];
    const int64_t deals = r->deals;
    double ohlc[4] = {f->f[WICK_OPEN][bar], f->f[WICK_HIGH][bar], f->f[WICK_LOW][bar],
                      f->f[WICK_CLOSE][bar]};
    *g = (wk_refill){.w = *w};
    if (p->spans != NULL && p->spans[2 * bar + 1] > p->spans[2 * bar]) {
        g->sub = p->spans[2 * bar];
        g->to = p->spans[2 * bar + 1];
        wk_pine_sub_bar(p, g->sub, ohlc);
    }
    take_up(g, ohlc, true);
    if (r->deals != deals)
        pause_here(g);
    else
        walk_on(g, deals);
}

/* Closes with `immediately` fill after the run of the script that counts, which places its own. */
static void drop_immediate(wk_refill *g)
{
    wk_pine *p = g->w.p;
    for (int32_t i = 0; p->at_close && i < p->ords.n; i++) {
        wk_pord *o = wk_pord_at(p, i);
        if (o->at_close) wk_pord_drop(g->w.r, p, o, WICK_FATE_CANCELLED);
    }
    p->at_close = false;
}

/* The script has been run: its market orders and whatever is past its level already fill where the
 * path stands, then the next stretch is walked. What fills here is told at the end of that stretch:
 * a place is stood at once. */
static void resume(wk_refill *g)
{
    wk_pwalk *w = &g->w;
    wick_run *r = w->r;
    const int64_t deals = r->deals;
    const double open = w->open;
    g->paused = false;
    r->paused--;
    drop_immediate(g);
    r->sym[w->s].stale = 1;
    w->mid = g->node > 0;
    w->open = w->px;
    wk_pwalk_batch(w, true);
    w->open = open;
    w->mid = false;
    walk_on(g, deals);
}

bool wk_refill_ask(wick_run *r)
{
    for (int32_t i = 0; i < r->n_hot; i++) {
        const int32_t s = r->hot[i];
        wk_refill *g = &r->refill[s];
        while (g->paused && r->status >= 0) {
            if (!g->asked && wk_wakes(r, s)) {
                g->asked = true;
                r->cur.symbol = s;
                return true;
            }
            resume(g);
        }
    }
    return false;
}
