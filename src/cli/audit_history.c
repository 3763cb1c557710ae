/* SPDX-License-Identifier: MIT */
#include "cli/audit_history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- histories ---------------------------------------------------------------------------- */

static wick_status gather(wick_ctx *ctx, wick_bars **bars, int64_t n, wick_status st,
                          wick_panel **out)
{
    if (st >= 0 && n == 0) st = wick_fail(ctx, WICK_E_ARG, "no symbol has bars there");
    if (st >= 0) st = wick_panel_new(ctx, bars, n, out);
    for (int64_t i = 0; i < n; i++) wick_bars_unref(bars[i]);
    free(bars);
    return st;
}

static int64_t rows_until(const wick_bars *b, int64_t cut)
{
    return wick_bars_find(b, cut + 1);
}

wick_status audit_truncated(wick_ctx *ctx, const wick_panel *p, int64_t cut, wick_panel **out)
{
    const int64_t count = wick_panel_count(p);
    wick_bars **bars = calloc((size_t)count + 1, sizeof(wick_bars *));
    wick_status st = WICK_OK;
    int64_t n = 0;
    if (!bars) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < count && st >= 0; i++) {
        const wick_bars *b = wick_panel_bars(p, i);
        const int64_t rows = rows_until(b, cut);
        if (rows == 0) continue;
        st = wick_bars_slice(ctx, b, 0, rows, &bars[n]);
        if (st >= 0) n++;
    }
    return gather(ctx, bars, n, st, out);
}

wick_status audit_recent(wick_ctx *ctx, const wick_panel *p, int64_t rows, wick_panel **out)
{
    const int64_t count = wick_panel_count(p);
    wick_bars **bars = calloc((size_t)count + 1, sizeof(wick_bars *));
    wick_status st = WICK_OK;
    int64_t n = 0;
    if (!bars) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < count && st >= 0; i++) {
        const wick_bars *b = wick_panel_bars(p, i);
        const int64_t all = wick_bars_count(b);
        if (all == 0) continue;
        st = wick_bars_slice(ctx, b, all > rows ? all - rows : 0, all, &bars[n]);
        if (st >= 0) n++;
    }
    return gather(ctx, bars, n, st, out);
}

static double on_tick(double p, double tick)
{
    if (!(tick > 0.0)) return p;
    const double v = floor(p / tick + 0.5) * tick;
    return v > 0.0 ? v : tick;
}

/* Rows from `from` on become a walk of two percent a bar: large enough to turn signals round. */
static void scramble(double *const f[WICK_FIELDS], int64_t from, int64_t n, double tick,
                     wick_pcg *g)
{
    for (int64_t i = from; i < n; i++) {
        const double before = f[WICK_CLOSE][i - 1];
        const double o = on_tick(before * exp(0.01 * wick_pcg_normal(g)), tick);
        const double c = on_tick(o * exp(0.02 * wick_pcg_normal(g)), tick);
        const double top = o > c ? o : c, bottom = o > c ? c : o;
        const double h = on_tick(top * (1.0 + 0.01 * wick_pcg_uniform(g)), tick);
        const double l = on_tick(bottom * (1.0 - 0.01 * wick_pcg_uniform(g)), tick);
        f[WICK_OPEN][i] = o;
        f[WICK_CLOSE][i] = c;
        f[WICK_HIGH][i] = h > top ? h : top;
        f[WICK_LOW][i] = l < bottom ? l : bottom;
        f[WICK_VOLUME][i] = floor(1000.0 * (1.0 + 9.0 * wick_pcg_uniform(g)));
    }
}

static wick_status noisy_bars(wick_ctx *ctx, const wick_bars *b, int64_t from, wick_pcg g,
                              wick_bars **out)
{
    const int64_t n = wick_bars_count(b);
    double *f[WICK_FIELDS] = {NULL};
    wick_status st = WICK_OK;
    for (int k = 0; k < WICK_FIELDS; k++) {
        f[k] = malloc((size_t)(n + 1) * sizeof(double));
        if (!f[k])
            st = wick_fail_mem(ctx);
        else
            memcpy(f[k], wick_bars_field(b, (wick_field)k), (size_t)n * sizeof(double));
    }
    if (st >= 0) {
        scramble(f, from, n, wick_bars_info(b)->tick, &g);
        st = wick_bars_new(ctx, wick_bars_symbol(b), n, wick_bars_time(b), f[WICK_OPEN],
                           f[WICK_HIGH], f[WICK_LOW], f[WICK_CLOSE], f[WICK_VOLUME],
                           wick_bars_info(b), out);
    }
    for (int k = 0; k < WICK_FIELDS; k++) free(f[k]);
    return st;
}

wick_status audit_noise(wick_ctx *ctx, const wick_panel *p, int64_t cut, uint64_t seed,
                        wick_panel **out)
{
    const int64_t count = wick_panel_count(p);
    wick_bars **bars = calloc((size_t)count + 1, sizeof(wick_bars *));
    wick_status st = WICK_OK;
    int64_t n = 0;
    if (!bars) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < count && st >= 0; i++) {
        wick_bars *b = wick_panel_bars(p, i);
        const int64_t from = rows_until(b, cut);
        if (from == 0 || from == wick_bars_count(b)) {
            bars[n++] = wick_bars_ref(b); /* has not begun, or is over: nothing to replace */
            continue;
        }
        const wick_pcg g = wick_pcg_key(seed, "audit noise", (uint64_t)i, (uint64_t)cut);
        st = noisy_bars(ctx, b, from, g, &bars[n]);
        if (st >= 0) n++;
    }
    return gather(ctx, bars, n, st, out);
}
