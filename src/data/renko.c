/* SPDX-License-Identifier: MIT */
/* Bars of Renko bricks, known when they are stamped. */
#include <math.h>
#include <string.h>

#include "data/data_int.h"

/* The brick last made; the average true range where bricks have its height. */
typedef struct bricks {
    double top, bottom;
    double size, atr, sum, before;
    int64_t n, seen;
} bricks;

static void range(bricks *k, double high, double low, double close)
{
    if (k->n > 0 && !isnan(k->before)) {
        double tr = high - low;
        tr = fmax(tr, fmax(fabs(high - k->before), fabs(low - k->before)));
        k->seen++;
        k->sum += tr;
        if (k->seen == k->n)
            k->atr = k->sum / (double)k->n;
        else if (k->seen > k->n)
            k->atr = (k->atr * ((double)k->n - 1.0) + tr) / (double)k->n;
    }
    k->before = close;
}

/* Bricks a close makes, negative for falling ones, and their height. */
static double made_by(bricks *k, double x, double *height)
{
    const double size = k->n > 0 ? k->atr : k->size;
    *height = size;
    if (!(size > 0.0)) return 0.0;
    if (isnan(k->top)) k->top = k->bottom = x;
    /* A price that meets a brick's end up to rounding has made it. */
    if (x > k->top) return floor((x - k->top) / size + 1e-9);
    return x < k->bottom ? -floor((k->bottom - x) / size + 1e-9) : 0.0;
}

/* A moment later for every further brick of a bar, from the opening of the bar after it. */
static int64_t stamp_of(const wick_bars *b, int64_t i)
{
    return i + 1 < b->n ? b->time[i + 1] : wk_close_time(b->time[i], b->info.timeframe_ms);
}

/* Counts the bricks, or with `c` writes them. */
static wick_status walk(wick_ctx *ctx, const wick_bars *b, const wick_renko_opts *o, int64_t *count,
                        wk_cols *c)
{
    bricks k = {WICK_NA, WICK_NA, o->brick, WICK_NA, 0.0, WICK_NA, o->atr_n, 0};
    wick_sum volume = {0.0, 0.0};
    int64_t n = 0;
    /* Stamps of a day or more are dates: there is one row a date. */
    const bool together = b->info.timeframe_ms < 0 || b->info.timeframe_ms >= WICK_MS_DAY;
    for (int64_t i = 0; i < b->n; i++) {
        const double x = b->f[WICK_CLOSE][i];
        double size;
        range(&k, b->f[WICK_HIGH][i], b->f[WICK_LOW][i], x);
        wick_sum_add(&volume, b->f[WICK_VOLUME][i]);
        const double made = made_by(&k, x, &size);
        if (fabs(made) > 10000.0)
            return wick_fail(ctx, WICK_E_ARG,
                             "%s: one bar would make %.0f bricks of %g; take higher ones",
                             wick_bars_symbol(b), fabs(made), size);
        for (double j = 0.0; j < fabs(made); j += 1.0, n++) {
            const double from = made > 0.0 ? k.top : k.bottom,
                         to = from + (made > 0.0 ? size : -size);
            k.top = fmax(from, to), k.bottom = fmin(from, to);
            if (k.bottom <= 0.0)
                return wick_fail(ctx, WICK_E_ARG,
                                 "%s: a brick of %g would end at %g; take lower ones",
                                 wick_bars_symbol(b), size, k.bottom);
            if (together && j > 0.0) {
                n--; /* goes on with the row of the brick before */
            } else if (c != NULL) {
                c->time[n] = stamp_of(b, i) + (int64_t)j;
                c->f[WICK_OPEN][n] = from;
                c->f[WICK_HIGH][n] = k.top, c->f[WICK_LOW][n] = k.bottom;
                c->f[WICK_VOLUME][n] = wick_sum_get(&volume) / (together ? 1.0 : fabs(made));
            }
            if (c == NULL) continue;
            c->f[WICK_CLOSE][n] = to;
            c->f[WICK_HIGH][n] = fmax(c->f[WICK_HIGH][n], to);
            c->f[WICK_LOW][n] = fmin(c->f[WICK_LOW][n], to);
        }
        if (made != 0.0) volume = (wick_sum){0.0, 0.0};
    }
    *count = n;
    return WICK_OK;
}

wick_status wick_bars_renko(wick_ctx *ctx, const wick_bars *b, const wick_renko_opts *opts,
                            wick_bars **out)
{
    int64_t n = 0, made = 0;
    wk_cols c = {.n = 0};
    if (opts == NULL || (opts->atr_n > 0) == (opts->brick > 0.0) || opts->atr_n < 0 ||
        !isfinite(opts->brick))
        return wick_fail(ctx, WICK_E_ARG,
                         "renko: either the height of a brick or the bars of the "
                         "average true range, above 0");
    wick_status st = walk(ctx, b, opts, &n, NULL);
    if (st < 0) return st;
    if (n == 0)
        return wick_fail(ctx, WICK_E_DATA, "%s: %lld bars make no brick; take lower ones",
                         wick_bars_symbol(b), (long long)b->n);
    WICK_TRY(wk_cols_new(ctx, n, &c));
    WICK_TRY(walk(ctx, b, opts, &made, &c));
    for (int64_t i = 1; i < n; i++)
        if (c.time[i] <= c.time[i - 1]) {
            st = wick_fail(ctx, WICK_E_DATA, "%s: more bricks in a bar than it has milliseconds",
                           wick_bars_symbol(b));
            goto out;
        }
    wick_symbol_info info = b->info;
    st = wk_bars_take(ctx, &c, &info, out);
out:
    wk_cols_free(&c);
    return st;
}
