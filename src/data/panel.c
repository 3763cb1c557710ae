/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

struct wick_panel {
    atomic_int refs;
    int64_t n, ticks;
    wick_bars **bars;
    int64_t *clock;    /**< bar-open stamp of each tick */
    int32_t **tick_of; /**< NULL entries: bar k is at tick k */
};

static int by_symbol(const void *a, const void *b)
{
    const wick_bars *const *x = a;
    const wick_bars *const *y = b;
    return strcmp((*x)->info.symbol, (*y)->info.symbol);
}

/* One symbol's close times, ascending (months are the only timeframe that is not an addition). */
static void closes_of(const wick_bars *b, int64_t *out)
{
    const int64_t tf = b->info.timeframe_ms;
    if (tf >= 0) {
        for (int64_t i = 0; i < b->n; i++) out[i] = b->time[i] + tf;
    } else {
        for (int64_t i = 0; i < b->n; i++) out[i] = wk_close_time(b->time[i], tf);
    }
}

static bool same_calendar(const wick_bars *a, const wick_bars *b)
{
    return a->n == b->n && a->info.timeframe_ms == b->info.timeframe_ms &&
           memcmp(a->time, b->time, (size_t)a->n * sizeof *a->time) == 0;
}

/* Merges `add` into the sorted set `set`; returns the new length. `tmp` has room for both. */
static int64_t merge(int64_t *set, int64_t n, const int64_t *add, int64_t m, int64_t *tmp)
{
    int64_t i = 0, k = 0;
    while (k < m && i < n) { /* the common case: nothing new */
        if (set[i] == add[k]) {
            i++;
            k++;
        } else if (set[i] < add[k]) {
            i++;
        } else {
            break;
        }
    }
    if (k == m) return n;
    int64_t len = 0;
    i = k = 0;
    while (i < n || k < m) {
        int64_t t;
        if (k == m || (i < n && set[i] < add[k])) {
            t = set[i++];
        } else if (i == n || add[k] < set[i]) {
            t = add[k++];
        } else {
            t = set[i++];
            k++;
        }
        tmp[len++] = t;
    }
    memcpy(set, tmp, (size_t)len * sizeof *set);
    return len;
}

/* Bars whose close times collide (two months that clamp to one day) would share a tick, and a
 * symbol may be at a tick once. */
static wick_status check_closes(wick_ctx *ctx, const wick_bars *b, const int64_t *close)
{
    for (int64_t i = 1; i < b->n; i++) {
        if (close[i] > close[i - 1]) continue;
        return wick_fail(ctx, WICK_E_DATA, "%s: bars %lld and %lld close at the same time",
                         b->info.symbol, (long long)i, (long long)i + 1);
    }
    return WICK_OK;
}

static void place(const wick_bars *b, const int64_t *close, const int64_t *set, int64_t *clock,
                  int32_t *tick_of, bool *identity)
{
    int64_t at = 0;
    *identity = true;
    for (int64_t i = 0; i < b->n; i++) {
        while (set[at] < close[i]) at++;
        tick_of[i] = (int32_t)at;
        if (at != i) *identity = false;
        if (b->time[i] > clock[at]) clock[at] = b->time[i];
    }
}

static wick_status build_clock(wick_ctx *ctx, wick_panel *p)
{
    wick_status st = WICK_OK;
    int64_t longest = 0, total = 0;
    for (int64_t s = 0; s < p->n; s++) {
        const int64_t n = p->bars[s]->n;
        if (n > longest) longest = n;
        if (s == 0 || !same_calendar(p->bars[s], p->bars[s - 1])) total += n;
    }
    int64_t *set = NULL, *tmp = NULL;
    int64_t *close = malloc((size_t)(longest > 0 ? longest : 1) * sizeof *close);
    set = malloc((size_t)(total > 0 ? total : 1) * sizeof *set);
    tmp = malloc((size_t)(total > 0 ? total : 1) * sizeof *tmp);
    if (set == NULL || tmp == NULL || close == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    int64_t ticks = 0;
    for (int64_t s = 0; s < p->n; s++) {
        if (s > 0 && same_calendar(p->bars[s], p->bars[s - 1])) continue;
        closes_of(p->bars[s], close);
        WICK_TRY(check_closes(ctx, p->bars[s], close));
        ticks = merge(set, ticks, close, p->bars[s]->n, tmp);
    }
    if (ticks > INT32_MAX) {
        st = wick_fail(ctx, WICK_E_UNSUPPORTED, "%lld ticks; a panel holds at most 2^31 - 1",
                       (long long)ticks);
        goto out;
    }
    p->ticks = ticks;
    p->clock = malloc((size_t)(ticks > 0 ? ticks : 1) * sizeof *p->clock);
    if (p->clock == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < ticks; i++) p->clock[i] = INT64_MIN;
    for (int64_t s = 0; s < p->n; s++) {
        const wick_bars *b = p->bars[s];
        if (s > 0 && p->tick_of[s - 1] == NULL && same_calendar(b, p->bars[s - 1])) continue;
        int32_t *map = malloc((size_t)(b->n > 0 ? b->n : 1) * sizeof *map);
        if (map == NULL) {
            st = wick_fail_mem(ctx);
            goto out;
        }
        closes_of(b, close);
        bool identity;
        place(b, close, set, p->clock, map, &identity);
        if (identity) {
            free(map);
        } else {
            p->tick_of[s] = map;
        }
    }
out:
    free(close);
    free(set);
    free(tmp);
    return st;
}

wick_status wick_panel_new(wick_ctx *ctx, wick_bars *const *bars, int64_t n, wick_panel **out)
{
    if (n < 0 || (n > 0 && bars == NULL)) return wick_fail(ctx, WICK_E_ARG, "no bars given");
    if (n > INT32_MAX) return wick_fail(ctx, WICK_E_ARG, "%lld symbols", (long long)n);
    wick_panel *p = calloc(1, sizeof *p);
    if (p == NULL) return wick_fail_mem(ctx);
    wick_status st = WICK_OK;
    atomic_init(&p->refs, 1);
    p->bars = calloc((size_t)n + 1, sizeof *p->bars);
    p->tick_of = calloc((size_t)n + 1, sizeof *p->tick_of);
    if (p->bars == NULL || p->tick_of == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < n; i++) p->bars[i] = wick_bars_ref(bars[i]);
    p->n = n;
    if (n > 0) qsort(p->bars, (size_t)n, sizeof *p->bars, by_symbol);
    for (int64_t i = 1; i < n; i++) {
        if (by_symbol(&p->bars[i - 1], &p->bars[i]) != 0) continue;
        st = wick_fail(ctx, WICK_E_DATA, "the symbol %s is there twice", p->bars[i]->info.symbol);
        goto out;
    }
    WICK_TRY(build_clock(ctx, p));
    *out = p;
    return WICK_OK;
out:
    wick_panel_unref(p);
    return st;
}

wick_panel *wick_panel_ref(wick_panel *p)
{
    if (p != NULL) atomic_fetch_add(&p->refs, 1);
    return p;
}

void wick_panel_unref(wick_panel *p)
{
    if (p == NULL || atomic_fetch_sub(&p->refs, 1) != 1) return;
    for (int64_t i = 0; i < p->n; i++) {
        wick_bars_unref(p->bars[i]);
        free(p->tick_of[i]);
    }
    free(p->bars);
    free(p->tick_of);
    free(p->clock);
    free(p);
}

int64_t wick_panel_count(const wick_panel *p)
{
    return p->n;
}

wick_bars *wick_panel_bars(const wick_panel *p, int64_t i)
{
    return i >= 0 && i < p->n ? p->bars[i] : NULL;
}

int64_t wick_panel_find(const wick_panel *p, const char *symbol)
{
    int64_t lo = 0, hi = p->n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        const int c = strcmp(p->bars[mid]->info.symbol, symbol);
        if (c == 0) return mid;
        if (c < 0) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return -1;
}

int64_t wick_panel_ticks(const wick_panel *p)
{
    return p->ticks;
}

const int64_t *wick_panel_clock(const wick_panel *p)
{
    return p->clock;
}

const int32_t *wick_panel_tick_of(const wick_panel *p, int64_t i)
{
    return i >= 0 && i < p->n ? p->tick_of[i] : NULL;
}

/* The bar length most bars of the panel have. */
static int64_t common_timeframe(const wick_panel *p)
{
    int64_t best = WICK_MS_DAY, most = 0;
    for (int64_t i = 0; i < p->n; i++) {
        const int64_t tf = p->bars[i]->info.timeframe_ms;
        int64_t rows = 0;
        if (i > 0 && tf == p->bars[i - 1]->info.timeframe_ms) continue;
        for (int64_t k = 0; k < p->n; k++) {
            if (p->bars[k]->info.timeframe_ms == tf) rows += p->bars[k]->n;
        }
        if (rows > most) {
            most = rows;
            best = tf;
        }
    }
    return best;
}

double wick_panel_bars_per_year(const wick_panel *p)
{
    const double year = 365.25 * (double)WICK_MS_DAY;
    const int64_t tf = common_timeframe(p);
    const double length = tf > 0 ? (double)tf : year / 12.0 * (double)-tf;
    const double round_the_clock = 365.0 * (double)WICK_MS_DAY / length;
    const wick_bars *longest = NULL;
    for (int64_t i = 0; i < p->n; i++) {
        const wick_bars *b = p->bars[i];
        if (b->info.timeframe_ms == tf && (longest == NULL || b->n > longest->n)) longest = b;
    }
    const int64_t n = longest != NULL ? longest->n : 0;
    double found = tf == WICK_MS_DAY ? 252.0 : round_the_clock;
    if (n > 1) {
        found = (double)(n - 1) * year / (double)(longest->time[n - 1] - longest->time[0]);
    }
    /* 6.5 hours a day is the New York session. */
    const double known[] = {
        252.0, 365.0, 52.0, 12.0, 4.0, 1.0, round_the_clock, 252.0 * 6.5 * 3600000.0 / length};
    const size_t n_known = tf > 0 && tf < WICK_MS_DAY ? 8 : 6;
    double best = found, distance = 0.03;
    for (size_t k = 0; k < n_known; k++) {
        const double d = fabs(found / known[k] - 1.0);
        if (d <= distance) {
            distance = d;
            best = known[k];
        }
    }
    return best;
}
