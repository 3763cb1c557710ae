/* SPDX-License-Identifier: MIT */
/* Bars of one calendar seen from the bars of another. The rule against look-ahead: a bar is seen
 * from the first bar on whose close is not before its own. */
#include "ta/align.h"

#include <stdlib.h>
#include <string.h>

static int two_digits(const char *s)
{
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9') return -1;
    return (s[0] - '0') * 10 + (s[1] - '0');
}

/* Session open after midnight in ms; 0 round the clock. */
int64_t wk_session_open(const char *session)
{
    if (session == NULL || strlen(session) < 9 || session[4] != '-') return 0;
    const int h = two_digits(session), m = two_digits(session + 2);
    return h < 0 || m < 0 ? 0 : (h * 60 + m) * INT64_C(60000);
}

/* A session that opens in the evening belongs to the date it closes on, as in wick_bars_resample:
 * how much earlier than the date its day begins. */
int64_t wk_day_lead(const char *session)
{
    const int64_t open = wk_session_open(session);
    return open > WICK_MS_DAY / 2 ? WICK_MS_DAY - open : 0;
}

int64_t wk_day_number(int64_t wall)
{
    return wall >= 0 ? wall / WICK_MS_DAY : -((WICK_MS_DAY - 1 - wall) / WICK_MS_DAY);
}

static int64_t add_timeframe(int64_t t, int64_t tf)
{
    if (tf >= 0) return t + tf;
    const wick_civil c = wick_time_to_civil(t);
    return wick_time_from_civil(c.year, c.month + (int32_t)-tf, c.day, c.hour, c.minute, c.second,
                                c.ms);
}

typedef struct calendar {
    const wick_bars *bars, *windows; /* what the windows are made of, and they */
    int64_t n, m, base_tf, tf;
    wick_tz *tz;           /* NULL: bars of a day and more, whose stamps are dates */
    wick_session *session; /* NULL: round the clock, or bars of a day and more */
    int64_t open, lead;
} calendar;

/* Instant at which the window stamped t begins. */
static int64_t window_start(const calendar *c, int64_t t)
{
    const bool dates = c->tz != NULL && (c->tf < 0 || c->tf >= WICK_MS_DAY);
    return dates ? wick_tz_to_utc(c->tz, t - c->lead) : t;
}

/* Where the window stamped t ends by rule, whatever bars there are; the rules of
 * wick_bars_resample. Days, weeks and months are stamped with their date; inside a day windows are
 * cut on the wall clock of the exchange and the last one ends with the day. */
static int64_t window_end(const calendar *c, int64_t t)
{
    if (c->tz == NULL) return add_timeframe(t, c->tf);
    if (c->tf < 0 || c->tf >= WICK_MS_DAY) {
        return wick_tz_to_utc(c->tz, add_timeframe(t, c->tf) - c->lead);
    }
    const int64_t wall = t + wick_tz_offset(c->tz, t), end = wall + c->tf;
    const int64_t day_end = (wk_day_number(wall - c->open) + 1) * WICK_MS_DAY + c->open;
    return wick_tz_to_utc(c->tz, end < day_end ? end : day_end);
}

/* A window that runs past the end of its session is over when the session is: the last bar of the
 * day shows the day (pine_semantics 11.1). */
static int64_t trim_end(const wick_session *s, int64_t stamp, int64_t end, int64_t step)
{
    while (end - step > stamp && !wick_session_has(s, end - step)) end -= step;
    return end;
}

static wick_status open_calendar(wick_ctx *ctx, calendar *c)
{
    const wick_symbol_info *info = wick_bars_info(c->bars);
    c->base_tf = info->timeframe_ms;
    if (c->base_tf <= 0 || c->base_tf >= WICK_MS_DAY) return WICK_OK;
    c->open = wk_session_open(info->session);
    c->lead = wk_day_lead(info->session);
    const wick_status st = wick_tz_load(ctx, info->timezone, &c->tz);
    if (st < 0 || info->session == NULL || strcmp(info->session, "24x7") == 0) return st;
    return wick_session_parse(ctx, info->session, info->timezone, &c->session);
}

/* Fills end[w]. False when a window has bars after its trimmed end (bars outside the declared
 * session): then no window may be trimmed, or a value would be seen before it is complete. */
static bool window_ends(const calendar *c, bool trim, int64_t *end)
{
    const int64_t *t = wick_bars_time(c->bars), *w = wick_bars_time(c->windows);
    int64_t i = 0;
    for (int64_t k = 0; k < c->m; k++) {
        end[k] = window_end(c, w[k]);
        if (trim) end[k] = trim_end(c->session, window_start(c, w[k]), end[k], c->base_tf);
        const int64_t next = k + 1 < c->m ? window_start(c, w[k + 1]) : INT64_MAX;
        while (i < c->n && t[i] < next) i++;
        const int64_t last = i > 0 ? add_timeframe(t[i - 1], c->base_tf) : end[k];
        if (last > end[k]) {
            if (trim) return false;
            end[k] = last; /* a bar that straddles two windows belongs to the first */
        }
    }
    return true;
}

/* Ends of the windows. Bars that are not made of others end after their own length. */
static void find_ends(const calendar *c, int64_t *end)
{
    if (c->bars == c->windows) {
        const int64_t *t = wick_bars_time(c->windows);
        for (int64_t k = 0; k < c->m; k++) end[k] = add_timeframe(t[k], c->base_tf);
    } else if (c->session == NULL || !window_ends(c, true, end)) {
        (void)window_ends(c, false, end);
    }
}

static void walk(const calendar *c, const wick_bars *chart, const int64_t *end, int32_t *seen,
                 int32_t *within)
{
    const int64_t *t = wick_bars_time(chart), *w = wick_bars_time(c->windows);
    const int64_t n = wick_bars_count(chart), tf = wick_bars_info(chart)->timeframe_ms;
    const bool made = c->bars != c->windows;
    int64_t k = -1, in = -1;
    for (int64_t i = 0; i < n; i++) {
        const int64_t now = add_timeframe(t[i], tf);
        while (k + 1 < c->m && end[k + 1] <= now) k++;
        while (within && in + 1 < c->m && (made ? window_start(c, w[in + 1]) : w[in + 1]) <= t[i])
            in++;
        seen[i] = (int32_t)k;
        if (within) within[i] = (int32_t)in;
    }
}

wick_status wick_align(wick_ctx *ctx, const wick_bars *chart, const wick_bars *source,
                       const wick_bars *windows, int32_t *seen, int32_t *within)
{
    calendar c = {.bars = source, .windows = windows, .n = wick_bars_count(source)};
    c.m = wick_bars_count(windows);
    c.tf = wick_bars_info(windows)->timeframe_ms;
    int64_t *end = malloc((size_t)(c.m > 0 ? c.m : 1) * sizeof *end);
    wick_status st = end == NULL ? wick_fail_mem(ctx) : open_calendar(ctx, &c);
    if (st >= 0) {
        find_ends(&c, end);
        walk(&c, chart, end, seen, within);
    }
    wick_session_free(c.session);
    wick_tz_unref(c.tz);
    free(end);
    return st;
}
