/* SPDX-License-Identifier: MIT */
/* `check`: findings of one file, alone or against a second source of the same market. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

/* ---- sessions a symbol lacks though nearly all others of its file have them ---------------- */

static void missing_sessions(const wick_panel *p, wick_defects *d)
{
    const int64_t n = wick_panel_count(p), ticks = wick_panel_ticks(p);
    const int64_t *clock = wick_panel_clock(p);
    int32_t *count = calloc((size_t)ticks + 1, sizeof *count);
    if (count == NULL) return;
    for (int64_t s = 0; s < n; s++) {
        const int32_t *map = wick_panel_tick_of(p, s);
        const int64_t rows = wick_bars_count(wick_panel_bars(p, s));
        for (int64_t i = 0; i < rows; i++) count[map != NULL ? map[i] : i]++;
    }
    for (int64_t s = 0; s < n; s++) {
        const int32_t *map = wick_panel_tick_of(p, s);
        const wick_bars *b = wick_panel_bars(p, s);
        for (int64_t i = 1; map != NULL && i < b->n; i++) {
            for (int32_t t = map[i - 1] + 1; t < map[i]; t++) {
                if (count[t] * 10 < n * 8) continue;
                char day[WICK_TIME_TEXT];
                wick_time_format(day, clock[t], true);
                wk_defects_add(d, "missing_session", false, 0,
                               "%s: no bar at %s, where %d of %lld symbols have one",
                               b->info.symbol, day, (int)count[t], (long long)n);
            }
        }
    }
    free(count);
}

wick_status wick_check_file(wick_ctx *ctx, const char *path, const wick_load_opts *opts,
                            wick_defects **out)
{
    wk_file f;
    wick_panel *p = NULL;
    wick_status st = wk_load_one(ctx, path, opts, &f);
    if (st < 0) goto out;
    if (f.n >= 5) {
        WICK_TRY(wick_panel_new(ctx, f.bars, f.n, &p));
        missing_sessions(p, f.defects);
        if (!wk_defects_finish(f.defects)) {
            st = wick_fail_mem(ctx);
            goto out;
        }
    }
    *out = f.defects;
    f.defects = NULL;
out:
    wick_panel_unref(p);
    wk_file_free(&f);
    return st;
}

/* ---- against a second file ---------------------------------------------------------------- */

typedef struct pair {
    wick_ctx *ctx;
    const wick_bars *a, *b;         /**< same timeframe by now */
    const int32_t *full_a, *full_b; /**< source bars in each window; NULL: not resampled */
    int64_t need;                   /**< bars a complete window has */
    const uint32_t *line;           /**< of every source bar of a; NULL: native file */
    int64_t first, at;              /**< source bar of a that opens window `at` */
    const char *other;              /**< file name of b */
    wick_defects *d;
    int64_t common;
} pair;

static bool near(double x, double y, double tolerance)
{
    return fabs(x - y) <= tolerance * fmax(fabs(x), fabs(y));
}

/* Line of the first source bar of a's window i. Called with rising i. */
static int64_t line_of(pair *p, int64_t i)
{
    if (p->full_a == NULL) {
        p->first = i;
    } else {
        for (; p->at < i; p->at++) p->first += p->full_a[p->at];
    }
    return p->line != NULL ? (int64_t)p->line[p->first] : 0;
}

static void compare_row(pair *p, int64_t i, int64_t k)
{
    static const char *const names[] = {"open", "high", "low", "close", "volume"};
    int bad = -1;
    int count = 0;
    for (int f = WICK_VOLUME; f >= WICK_OPEN; f--) {
        const double x = p->a->f[f][i], y = p->b->f[f][k];
        if (isnan(x) || isnan(y) || near(x, y, f == WICK_VOLUME ? 1e-6 : 1e-9)) continue;
        bad = f;
        count++;
    }
    p->common++;
    if (count == 0) return;
    char when[WICK_TIME_TEXT], tf[16];
    wick_time_format(when, p->a->time[i], true);
    wick_timeframe_format(tf, p->a->info.timeframe_ms);
    wk_defects_add(p->d, "disagrees", true, line_of(p, i),
                   "%s window %s: %s is %.10g, but %.10g in %s%s; one of them was saved while the "
                   "bar was still forming or comes from another market",
                   tf, when, names[bad], p->a->f[bad][i], p->b->f[bad][k], p->other,
                   count > 1 ? " (other fields differ too)" : "");
}

/* Walks the common windows. For daily bars of two vendors the prices may differ by one constant
 * factor (adjusted as of another day), so steps of the ratio are what counts there. */
static void compare_exact(pair *p)
{
    int64_t i = 0, k = 0;
    while (i < p->a->n && k < p->b->n) {
        if (p->a->time[i] < p->b->time[k]) {
            i++;
        } else if (p->a->time[i] > p->b->time[k]) {
            k++;
        } else {
            const bool whole = (p->full_a == NULL || p->full_a[i] == p->need) &&
                               (p->full_b == NULL || p->full_b[k] == p->need);
            if (whole) compare_row(p, i, k);
            i++;
            k++;
        }
    }
}

static void compare_ratio(pair *p)
{
    int64_t i = 0, k = 0;
    double before = 0.0;
    while (i < p->a->n && k < p->b->n) {
        if (p->a->time[i] < p->b->time[k]) {
            i++;
            continue;
        }
        if (p->a->time[i] > p->b->time[k]) {
            k++;
            continue;
        }
        const double x = p->a->f[WICK_CLOSE][i], y = p->b->f[WICK_CLOSE][k], r = x / y;
        p->common++;
        /* Two vendors round to cents: half a cent either way is no step. */
        const double limit = 5e-4 + 0.02 / fmax(fabs(x), 1e-9);
        if (p->common > 1 && fabs(r / before - 1.0) > limit) {
            char when[WICK_TIME_TEXT];
            wick_time_format(when, p->a->time[i], true);
            wk_defects_add(p->d, "adjustment_break", true, line_of(p, i),
                           "%s: the ratio to %s steps by %+.2f %% (%.6g to %.6g): the two are not "
                           "adjusted alike",
                           when, p->other, (r / before - 1.0) * 100.0, before, r);
        }
        before = r;
        i++;
        k++;
    }
}

/* How many source bars each window of `coarse` has. */
static int32_t *members(const wick_bars *fine, const wick_bars *coarse)
{
    int32_t *n = calloc((size_t)coarse->n + 1, sizeof *n);
    for (int64_t i = 0, k = 0; n != NULL && i < fine->n; i++) {
        while (k + 1 < coarse->n && fine->time[i] >= coarse->time[k + 1]) k++;
        n[k]++;
    }
    return n;
}

static wick_status compare_pair(pair *p)
{
    const int64_t ta = p->a->info.timeframe_ms, tb = p->b->info.timeframe_ms;
    wick_bars *coarse = NULL;
    int32_t *full = NULL;
    wick_status st = WICK_OK;
    if (ta == tb) {
        if (ta > 0 && ta < WICK_MS_DAY) {
            compare_exact(p);
        } else {
            compare_ratio(p);
        }
        goto out;
    }
    const bool a_finer = ta > 0 && (tb < 0 || ta < tb);
    const wick_bars *fine = a_finer ? p->a : p->b;
    WICK_TRY(wick_bars_resample(p->ctx, fine, a_finer ? tb : ta, false, &coarse));
    full = members(fine, coarse);
    if (full == NULL) {
        st = wick_fail_mem(p->ctx);
        goto out;
    }
    p->need = (a_finer ? tb / ta : ta / tb);
    if (a_finer) {
        p->a = coarse;
        p->full_a = full;
    } else {
        p->b = coarse;
        p->full_b = full;
    }
    compare_exact(p);
out:
    wick_bars_unref(coarse);
    free(full);
    return st;
}

wick_status wick_check_against(wick_ctx *ctx, const char *path, const char *other,
                               const wick_load_opts *opts, wick_defects **out)
{
    wk_file a, b;
    memset(&b, 0, sizeof b);
    wick_load_opts o = wk_load_opts(opts);
    wick_status st = wk_load_one(ctx, path, &o, &a);
    if (st < 0) goto out;
    WICK_TRY(wk_load_one(ctx, other, &o, &b));
    int64_t common = 0;
    for (int64_t i = 0; i < a.n; i++) {
        for (int64_t k = 0; k < b.n; k++) {
            /* Two files of one symbol each are meant to be the same market, whatever their names.
             */
            const bool same = (a.n == 1 && b.n == 1) ||
                              strcmp(a.bars[i]->info.symbol, b.bars[k]->info.symbol) == 0;
            if (!same) continue;
            pair p = {.ctx = ctx,
                      .a = a.bars[i],
                      .b = b.bars[k],
                      .other = other,
                      .d = a.defects,
                      .line = a.lines != NULL ? a.lines[i] : NULL};
            WICK_TRY(compare_pair(&p));
            common += p.common;
        }
    }
    if (common == 0) {
        wk_defects_add(a.defects, "nothing_common", false, 0,
                       "no bar of %s falls on a complete window of this file", other);
    }
    if (!wk_defects_finish(a.defects)) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    *out = a.defects;
    a.defects = NULL;
out:
    wk_file_free(&a);
    wk_file_free(&b);
    return st;
}
