/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

/* Windows of one resampling. Wall clock is the exchange's: days begin there. */
typedef struct windows {
    int64_t tf;        /**< target */
    const wick_tz *tz; /**< NULL: UTC */
    int64_t anchor;    /**< session open after midnight, ms; 0 round the clock */
    bool dates;        /**< source stamps are session dates already */
} windows;

static int64_t wall_of(const windows *w, int64_t t)
{
    return w->tz != NULL && !w->dates ? t + wick_tz_offset(w->tz, t) : t;
}

static int64_t utc_of(const windows *w, int64_t wall)
{
    return w->tz != NULL && !w->dates ? wick_tz_to_utc(w->tz, wall) : wall;
}

/* Wall clock by which days, weeks and months are told: a session that opens in the evening (17:00
 * currency days) belongs to the date it closes on. */
static int64_t date_of(const windows *w, int64_t t)
{
    const int64_t evening = w->anchor > WICK_MS_DAY / 2 ? WICK_MS_DAY - w->anchor : 0;
    return wall_of(w, t) + evening;
}

/* Start of the window that holds t; *end is the start of the next one. */
static int64_t window_of(const windows *w, int64_t t, int64_t *end)
{
    const int64_t tf = w->tf;
    const int64_t wall = tf > 0 && tf < WICK_MS_DAY ? wall_of(w, t) : date_of(w, t);
    if (tf < 0) {
        const wick_civil c = wick_time_to_civil(wall);
        const int64_t m = (int64_t)c.year * 12 + c.month - 1;
        const int64_t first = wk_floor_div(m, -tf) * -tf;
        const int64_t start =
            wick_time_from_civil((int32_t)wk_floor_div(first, 12),
                                 (int32_t)(((first % 12) + 12) % 12) + 1, 1, 0, 0, 0, 0);
        *end = wk_add_months(start, -tf);
        return start;
    }
    if (tf >= WICK_MS_DAY) {
        /* Weeks begin on Mondays: 1970-01-05 was one. */
        const int64_t zero = tf % (7 * WICK_MS_DAY) == 0 ? 4 * WICK_MS_DAY : 0;
        const int64_t start = wk_floor_div(wall - zero, tf) * tf + zero;
        *end = start + tf;
        return start;
    }
    /* Inside a day windows are counted from the session open (midnight without one), afresh every
     * day: 4h bars of a 09:30 session start at 09:30 and 13:30. The last one ends with the day. */
    const int64_t day = wk_floor_div(wall - w->anchor, WICK_MS_DAY) * WICK_MS_DAY + w->anchor;
    const int64_t start = day + (wall - day) / tf * tf;
    *end = start + tf < day + WICK_MS_DAY ? start + tf : day + WICK_MS_DAY;
    *end = utc_of(w, *end);
    return utc_of(w, start);
}

static int64_t session_open(const char *session)
{
    int32_t h = 0, m = 0;
    if (session == NULL || strlen(session) < 9 || session[4] != '-') return 0;
    for (int k = 0; k < 4; k++) {
        if (session[k] < '0' || session[k] > '9') return 0;
    }
    h = (session[0] - '0') * 10 + session[1] - '0';
    m = (session[2] - '0') * 10 + session[3] - '0';
    return (h * 60 + m) * INT64_C(60000);
}

static wick_status check_target(wick_ctx *ctx, const wick_bars *b, int64_t tf)
{
    const int64_t from = b->info.timeframe_ms;
    char have[16], want[16];
    wick_timeframe_format(have, from);
    wick_timeframe_format(want, tf);
    if (tf == 0) return wick_fail(ctx, WICK_E_ARG, "no timeframe given");
    const bool finer = tf > 0 ? (from < 0 || tf < from) : (from < 0 && tf > from);
    if (finer) {
        return wick_fail(ctx, WICK_E_DATA, "%s: bars of %s cannot be made from bars of %s",
                         b->info.symbol, want, have);
    }
    const bool even = tf > 0 ? tf % from == 0 : from < 0 ? tf % from == 0 : WICK_MS_DAY % from == 0;
    if (!even) {
        return wick_fail(ctx, WICK_E_DATA, "%s: bars of %s are not a whole number of bars of %s",
                         b->info.symbol, want, have);
    }
    return WICK_OK;
}

/* Adds source row i to target row k. */
static void add_row(wk_cols *c, int64_t k, const wick_bars *b, int64_t i, wick_sum *volume)
{
    c->f[WICK_HIGH][k] = fmax(c->f[WICK_HIGH][k], b->f[WICK_HIGH][i]);
    c->f[WICK_LOW][k] = fmin(c->f[WICK_LOW][k], b->f[WICK_LOW][i]);
    c->f[WICK_CLOSE][k] = b->f[WICK_CLOSE][i];
    wick_sum_add(volume, b->f[WICK_VOLUME][i]);
}

static void settle(wk_cols *c, int64_t n)
{
    const int64_t stride = wk_col_stride(c->n);
    c->n = n;
    for (int64_t i = n; i < stride; i++) {
        c->time[i] = INT64_MAX;
        for (int f = 0; f < WICK_FIELDS; f++) c->f[f][i] = WICK_NA;
    }
}

/* Whether the window that ends at `end` is known to be over: its last source bar closes there. */
static bool is_over(const windows *w, const wick_bars *b, int64_t i, int64_t end)
{
    const int64_t close = wk_close_time(b->time[i], b->info.timeframe_ms);
    if (w->tf > 0 && w->tf < WICK_MS_DAY) return close >= end;
    /* A day of a market that closes at 16:00 is over with the next day's first bar only, or when
     * its last bar reaches midnight. */
    return date_of(w, close - 1) + 1 >= end;
}

static wick_status fold(const windows *w, const wick_bars *b, bool complete_only, wk_cols *c)
{
    int64_t n = 0, end = INT64_MIN, start = INT64_MIN;
    wick_sum volume = {0.0, 0.0};
    for (int64_t i = 0; i < b->n; i++) {
        int64_t next_end = end, next = start;
        const int64_t key = w->tf > 0 && w->tf < WICK_MS_DAY ? b->time[i] : date_of(w, b->time[i]);
        if (n == 0 || key >= end || key < start) next = window_of(w, b->time[i], &next_end);
        if (n == 0 || next != start) {
            if (n > 0) c->f[WICK_VOLUME][n - 1] = wick_sum_get(&volume);
            start = next;
            end = next_end;
            volume = (wick_sum){0.0, 0.0};
            c->time[n] = start;
            for (int f = 0; f < WICK_FIELDS; f++) c->f[f][n] = b->f[f][i];
            wick_sum_add(&volume, b->f[WICK_VOLUME][i]);
            n++;
        } else {
            add_row(c, n - 1, b, i, &volume);
        }
    }
    if (n > 0) c->f[WICK_VOLUME][n - 1] = wick_sum_get(&volume);
    if (n > 0 && complete_only && !is_over(w, b, b->n - 1, end)) n--;
    settle(c, n);
    return WICK_OK;
}

wick_status wick_bars_resample(wick_ctx *ctx, const wick_bars *b, int64_t timeframe_ms,
                               bool complete_only, wick_bars **out)
{
    wick_status st = check_target(ctx, b, timeframe_ms);
    if (st < 0) return st;
    windows w = {.tf = timeframe_ms};
    wick_tz *tz = NULL;
    wk_cols c = {.n = 0};
    const int64_t from = b->info.timeframe_ms;
    w.dates = from < 0 || from >= WICK_MS_DAY;
    if (strcmp(b->info.timezone, "Etc/UTC") != 0 && strcmp(b->info.timezone, "UTC") != 0) {
        WICK_TRY(wick_tz_load(ctx, b->info.timezone, &tz));
        w.tz = tz;
    }
    w.anchor = w.dates ? 0 : session_open(b->info.session);
    WICK_TRY(wk_cols_new(ctx, b->n, &c));
    WICK_TRY(fold(&w, b, complete_only, &c));
    wick_symbol_info info = b->info;
    info.timeframe_ms = timeframe_ms;
    info.inferred &= ~(uint32_t)WICK_INFO_TIMEFRAME;
    st = wk_bars_take(ctx, &c, &info, out);
out:
    wk_cols_free(&c);
    wick_tz_unref(tz);
    return st;
}
