/* SPDX-License-Identifier: MIT */
/* Periods of a timeframe as Pine's time() tells them (pine_semantics.md section 12). */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

struct wick_period {
    wick_tz *tz;           /**< of the exchange */
    wick_session *session; /**< asked for; NULL: none */
    int64_t tf;
    int64_t open, close; /**< the exchange's session after midnight; 0 and a day round the clock */
};

static bool clock_of(const char *s, int64_t *ms)
{
    for (int k = 0; k < 4; k++)
        if (s[k] < '0' || s[k] > '9') return false;
    *ms = ((s[0] - '0') * 10 + s[1] - '0') * INT64_C(3600000) +
          ((s[2] - '0') * 10 + s[3] - '0') * INT64_C(60000);
    return true;
}

wick_status wick_period_new(wick_ctx *ctx, const wick_symbol_info *info, int64_t timeframe_ms,
                            const char *session, const char *timezone, wick_period **out)
{
    if (timeframe_ms == 0) return wick_fail(ctx, WICK_E_ARG, "a timeframe is needed");
    wick_period *p = calloc(1, sizeof *p);
    if (p == NULL) return wick_fail_mem(ctx);
    const char *zone = timezone != NULL && timezone[0] != '\0' ? timezone : info->timezone;
    const char *s = info->session;
    p->tf = timeframe_ms;
    p->close = WICK_MS_DAY;
    if (s != NULL && strlen(s) >= 9 && s[4] == '-' && clock_of(s, &p->open) &&
        clock_of(s + 5, &p->close)) {
        if (p->close <= p->open) p->close += WICK_MS_DAY;
    } else {
        p->open = 0;
    }
    wick_status st = wick_tz_load(ctx, info->timezone, &p->tz);
    if (st >= 0 && session != NULL && session[0] != '\0' && strcmp(session, "24x7") != 0)
        st = wick_session_parse(ctx, session, zone, &p->session);
    if (st < 0) {
        wick_period_free(p);
        return st;
    }
    *out = p;
    return WICK_OK;
}

void wick_period_free(wick_period *p)
{
    if (p == NULL) return;
    wick_session_free(p->session);
    wick_tz_unref(p->tz);
    free(p);
}

/* First date of the period that holds the date, and of the next one. */
static int64_t first_date(int64_t tf, int64_t date, int64_t *next)
{
    if (tf < 0) {
        const wick_civil c = wick_time_to_civil(date);
        const int64_t m = (int64_t)c.year * 12 + c.month - 1;
        const int64_t first = wk_floor_div(m, -tf) * -tf;
        const int64_t year = wk_floor_div(first, 12);
        const int64_t start =
            wick_time_from_civil((int32_t)year, (int32_t)(first - year * 12) + 1, 1, 0, 0, 0, 0);
        *next = wk_add_months(start, -tf);
        return start;
    }
    /* Weeks begin on Mondays: 1970-01-05 was one. */
    const int64_t zero = tf % (7 * WICK_MS_DAY) == 0 ? 4 * WICK_MS_DAY : 0;
    const int64_t start = wk_floor_div(date - zero, tf) * tf + zero;
    *next = start + tf;
    return start;
}

static void whole_days(const wick_period *p, int64_t t, int64_t *open, int64_t *close)
{
    /* A session that opens in the evening belongs to the date it closes on. */
    const int64_t lead = p->open > WICK_MS_DAY / 2 ? WICK_MS_DAY : 0;
    const int64_t wall = t + wick_tz_offset(p->tz, t) + (lead > 0 ? lead - p->open : 0);
    const int64_t date = wk_floor_div(wall, WICK_MS_DAY) * WICK_MS_DAY;
    int64_t next = 0;
    const int64_t first = first_date(p->tf, date, &next);
    *open = wick_tz_to_utc(p->tz, first + p->open - lead);
    *close = wick_tz_to_utc(p->tz, next - WICK_MS_DAY + p->close - lead);
}

static void inside_day(const wick_period *p, int64_t t, int64_t *open, int64_t *close)
{
    const int64_t wall = t + wick_tz_offset(p->tz, t);
    const int64_t day = wk_floor_div(wall - p->open, WICK_MS_DAY) * WICK_MS_DAY + p->open;
    const int64_t start = day + (wall - day) / p->tf * p->tf;
    const int64_t end = start + p->tf < day + WICK_MS_DAY ? start + p->tf : day + WICK_MS_DAY;
    *open = wick_tz_to_utc(p->tz, start);
    *close = wick_tz_to_utc(p->tz, end);
}

/* The part of a run that holds t. */
static void inside_run(const wick_period *p, int64_t t, int64_t start, int64_t end, int64_t *open,
                       int64_t *close)
{
    if (p->tf == WICK_MS_DAY) {
        *open = start;
        *close = end;
    } else if (p->tf < 0 || p->tf > WICK_MS_DAY) {
        whole_days(p, t, open, close);
    } else {
        /* The run is tiled from its open; its last tile ends with it. */
        *open = start + (t - start) / p->tf * p->tf;
        *close = *open + p->tf < end ? *open + p->tf : end;
    }
}

bool wick_period_at(const wick_period *p, int64_t t, int64_t *open, int64_t *close)
{
    int64_t start, end;
    if (p->session != NULL) {
        if (!wk_session_run(p->session, t, &start, &end)) return false;
        inside_run(p, t, start, end, open, close);
    } else if (p->tf < 0 || p->tf >= WICK_MS_DAY) {
        whole_days(p, t, open, close);
    } else {
        inside_day(p, t, open, close);
    }
    return true;
}

void wick_period_column(const wick_period *p, int64_t n, const int64_t *t, bool close, double *out)
{
    /* Neighbours mostly share a day or a run, and finding one asks the time zone. Periods inside a
     * day are few bars long, and in the hour a clock skips they have no clean ends to compare. */
    int64_t open = 0, end = 0, start = 0, stop = 0;
    const bool days = p->tf < 0 || p->tf >= WICK_MS_DAY;
    for (int64_t i = 0; i < n; i++) {
        bool in = true;
        if (p->session == NULL) {
            if (!days || t[i] < open || t[i] >= end) (void)wick_period_at(p, t[i], &open, &end);
        } else {
            if (t[i] < start || t[i] >= stop) in = wk_session_run(p->session, t[i], &start, &stop);
            if (in) inside_run(p, t[i], start, stop, &open, &end);
        }
        if (!in) start = stop = 0;
        out[i] = !in ? WICK_NA : (double)(close ? end : open);
    }
}
