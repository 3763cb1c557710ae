/* SPDX-License-Identifier: MIT */
/* Rebalance schedules. Whether a tick ends its period is judged by the calendar alone, never by
 * whether a later tick is there: a run that is cut short has the same schedule up to the cut. */
#include "wick/alloc.h"

#include <string.h>

/* ---- text --------------------------------------------------------------------------------- */

static const char *const period_words[] = {"bar",     "day",  "week", "month",
                                           "quarter", "year", "once", "never"};
static const char *const adverbs[] = {"", "daily", "weekly", "monthly", "quarterly", "yearly"};
static const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
static const char *const day_names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};

static int32_t find_period(const char *w)
{
    for (int32_t k = 0; k <= WICK_EVERY_NEVER; k++) {
        const size_t n = strlen(period_words[k]);
        if (strncmp(w, period_words[k], n) == 0 &&
            (w[n] == '\0' || (k < WICK_EVERY_ONCE && strcmp(w + n, "s") == 0)))
            return k;
    }
    for (int32_t k = WICK_EVERY_DAY; k <= WICK_EVERY_YEAR; k++)
        if (strcmp(w, adverbs[k]) == 0) return k;
    return -1;
}

static int32_t find_weekday(const char *w)
{
    for (int32_t k = 0; k < 7; k++)
        if (strcmp(w, day_words[k]) == 0 || strcmp(w, day_names[k]) == 0) return k + 1;
    return 0;
}

static wick_status unknown(wick_ctx *ctx, const char *text, const char *word)
{
    static const char *const known[] = {
        "bars",    "day",       "week",   "month", "quarter", "year", "daily", "weekly",
        "monthly", "quarterly", "yearly", "first", "last",    "mon",  "tue",   "wed",
        "thu",     "fri",       "sat",    "sun",   "once",    "never"};
    const char *near = wick_nearest(word, known, (int64_t)(sizeof known / sizeof *known));
    return wick_fail(ctx, WICK_E_ARG,
                     "schedule '%s': '%s' is not known%s%s%s; write \"month last\", \"week wed\", "
                     "\"21 bars\", \"month day 15\", \"once\"",
                     text, word, near ? " (did you mean '" : "", near ? near : "",
                     near ? "'?)" : "");
}

static wick_status parse_on(wick_ctx *ctx, const char *text, char **word, int32_t n,
                            wick_schedule *s)
{
    for (int32_t i = 0; i < n; i++) {
        double v;
        if (strcmp(word[i], "first") == 0) continue;
        if (strcmp(word[i], "last") == 0)
            s->last = true;
        else if (find_weekday(word[i]) > 0)
            s->weekday = find_weekday(word[i]);
        else if (strcmp(word[i], "day") == 0 && i + 1 < n &&
                 wick_parse_double(word[i + 1], (int64_t)strlen(word[i + 1]), &v) && v >= 1.0 &&
                 v <= 28.0 && v == (double)(int32_t)v)
            s->day = (int32_t)v, i++;
        else if (strcmp(word[i], "day") == 0)
            return wick_fail(ctx, WICK_E_ARG, "schedule '%s': day takes a number from 1 to 28",
                             text);
        else
            return unknown(ctx, text, word[i]);
    }
    return WICK_OK;
}

static wick_status check(wick_ctx *ctx, const wick_schedule *s, const char *text)
{
    const bool calendar = s->every >= WICK_EVERY_DAY && s->every <= WICK_EVERY_YEAR;
    const bool months = s->every >= WICK_EVERY_MONTH && s->every <= WICK_EVERY_YEAR;
    if (s->every < WICK_EVERY_BARS || s->every > WICK_EVERY_NEVER || s->count < 0 ||
        s->count > 1000000)
        return wick_fail(ctx, WICK_E_ARG, "schedule '%s': the period is not known", text);
    if (s->weekday != 0 &&
        (s->every != WICK_EVERY_WEEK || s->last || s->weekday < 0 || s->weekday > 7))
        return wick_fail(ctx, WICK_E_ARG, "schedule '%s': a weekday belongs to weeks alone", text);
    if (s->day != 0 && (!months || s->last || s->day < 0 || s->day > 28))
        return wick_fail(ctx, WICK_E_ARG,
                         "schedule '%s': a day belongs to months, quarters and years", text);
    if (s->last && !calendar)
        return wick_fail(ctx, WICK_E_ARG, "schedule '%s': only a calendar period has an end", text);
    return WICK_OK;
}

wick_status wick_schedule_parse(wick_ctx *ctx, const char *text, wick_schedule *out)
{
    char copy[96], *word[8];
    int32_t n = 0, at = 0;
    if (strlen(text) >= sizeof copy)
        return wick_fail(ctx, WICK_E_ARG, "schedule '%.40s...' is too long", text);
    memcpy(copy, text, strlen(text) + 1);
    for (char *p = copy; *p != '\0' && n < 8;) {
        while (*p == ' ') *p++ = '\0';
        if (*p == '\0') break;
        word[n++] = p;
        while (*p != '\0' && *p != ' ') p++;
    }
    wick_schedule s = {.size = sizeof s, .count = 1};
    double v = 1.0;
    if (n > 0 && wick_parse_double(word[0], (int64_t)strlen(word[0]), &v)) {
        if (!(v >= 1.0 && v <= 1000000.0) || v != (double)(int32_t)v)
            return wick_fail(ctx, WICK_E_ARG,
                             "schedule '%s': the count is a whole number of at least 1", text);
        s.count = (int32_t)v;
        at = 1;
    }
    if (at >= n) return unknown(ctx, text, at > 0 ? word[0] : "");
    s.every = find_period(word[at]);
    if (s.every < 0) return unknown(ctx, text, word[at]);
    wick_status st = parse_on(ctx, text, word + at + 1, n - at - 1, &s);
    if (st >= 0) st = check(ctx, &s, text);
    if (st >= 0) *out = s;
    return st;
}

/* ---- calendar ----------------------------------------------------------------------------- */

typedef struct calendar {
    wick_tz *tz;           /* NULL: daily and longer bars carry their date in UTC */
    wick_session *session; /* NULL: round the clock, or bars of a day and more */
    bool days[8];          /* trading days, 1 Monday .. 7 Sunday */
    bool named;            /* the symbol says which they are */
    int64_t length;        /* of a bar, ms; at least a day: whole days */
} calendar;

static int64_t floor_div(int64_t a, int64_t b)
{
    const int64_t q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

static int32_t weekday_of(int64_t day)
{
    return (int32_t)(((day + 3) % 7 + 7) % 7) + 1; /* 1970-01-01 was a Thursday (4) */
}

static int64_t local_day(const calendar *c, int64_t t)
{
    return floor_div(c->tz != NULL ? t + wick_tz_offset(c->tz, t) : t, WICK_MS_DAY);
}

/* "24x7" given as such trades every day, "0930-1600:23456" (1 is Sunday) on the days it names.
 * Where nothing is named it is Monday to Friday until a bar on another day has been seen. */
static void trading_days(const wick_symbol_info *info, calendar *c)
{
    const char *session = info->session != NULL ? info->session : "";
    const char *colon = strrchr(session, ':');
    const bool always = strcmp(session, "24x7") == 0 && (info->inferred & WICK_INFO_SESSION) == 0;
    c->named = always || colon != NULL;
    for (int k = 1; k <= 7; k++) c->days[k] = always || (colon == NULL && k <= 5);
    for (const char *p = colon != NULL ? colon + 1 : ""; *p >= '1' && *p <= '7'; p++)
        c->days[*p == '1' ? 7 : *p - '1'] = true;
}

static wick_status open_calendar(wick_ctx *ctx, wick_panel *panel, calendar *c)
{
    const wick_symbol_info *info = wick_bars_info(wick_panel_bars(panel, 0));
    const char *zone = info->timezone != NULL && *info->timezone ? info->timezone : "Etc/UTC";
    const char *session = info->session != NULL ? info->session : "";
    c->length = info->timeframe_ms;
    trading_days(info, c);
    if (c->length <= 0 || c->length >= WICK_MS_DAY) return WICK_OK;
    const wick_status st = wick_tz_load(ctx, zone, &c->tz);
    if (st < 0 || *session == '\0' || strcmp(session, "24x7") == 0) return st;
    return wick_session_parse(ctx, session, zone, &c->session);
}

static void close_calendar(calendar *c)
{
    wick_tz_unref(c->tz);
    wick_session_free(c->session);
}

/* Where the calendar puts the bar after the one of stamp t: a later day, or the same one. */
static int64_t next_day(const calendar *c, int64_t t)
{
    const int64_t day = local_day(c, t);
    int64_t d = day + 1;
    if (c->length > 0 && c->length < WICK_MS_DAY) {
        const int64_t next = t + c->length;
        if (local_day(c, next) == day && (c->session == NULL || wick_session_has(c->session, next)))
            return day;
    } else if (c->length > WICK_MS_DAY) {
        d = day + c->length / WICK_MS_DAY;
    } else if (c->length < 0) { /* months */
        const wick_civil v = wick_time_to_civil(day * WICK_MS_DAY);
        const int64_t month = (int64_t)v.year * 12 + v.month - 1 - c->length;
        d = wick_time_from_civil((int32_t)floor_div(month, 12), (int32_t)(month % 12) + 1, 1, 0, 0,
                                 0, 0) /
            WICK_MS_DAY;
    }
    while (!c->days[weekday_of(d)]) d++;
    return d;
}

/* Number of the period a day lies in; shifted ones begin on their weekday or day. */
static int64_t period_of(const wick_schedule *s, int64_t day)
{
    if (s->every == WICK_EVERY_DAY) return day;
    if (s->every == WICK_EVERY_WEEK) {
        return floor_div(day + 3 - (s->weekday > 0 ? s->weekday - 1 : 0), 7);
    }
    const wick_civil v = wick_time_to_civil(day * WICK_MS_DAY);
    const int64_t length = s->every == WICK_EVERY_MONTH     ? 1
                           : s->every == WICK_EVERY_QUARTER ? 3
                                                            : 12;
    int64_t month = (int64_t)v.year * 12 + v.month - 1;
    if (s->day > v.day && month % length == 0) month--;
    return floor_div(month, length);
}

static void calendar_ticks(const wick_schedule *s, calendar *c, const int64_t *clock, int64_t n,
                           uint8_t *due)
{
    const int64_t count = s->count > 0 ? s->count : 1;
    int64_t had = 0, base = 0;
    bool ended = false; /* the end of the present period has been seen */
    for (int64_t i = 0; i < n; i++) {
        const int64_t day = local_day(c, clock[i]), p = period_of(s, day);
        if (!c->named && !c->days[weekday_of(day)]) {
            for (int k = 1; k <= 7; k++) c->days[k] = true;
        }
        if (i == 0) {
            base = p;
            /* A period that begins on this very day begins here, whatever the data left out. */
            if (!s->last) due[0] = period_of(s, day - 1) != p;
        } else if (p != had) {
            /* A beginning; or an end that had no bar: this tick makes up for it. */
            if (!s->last)
                due[i] = (p - base) % count == 0;
            else if (!ended)
                due[i] = (had - base) % count == 0;
            ended = false;
        }
        if (s->last && !ended && period_of(s, next_day(c, clock[i])) != p) {
            ended = true;
            if ((p - base) % count == 0) due[i] = 1;
        }
        had = p;
    }
}

wick_status wick_schedule_ticks(wick_ctx *ctx, const wick_schedule *schedule, wick_panel *panel,
                                int64_t first, uint8_t *due)
{
    wick_schedule s = {.size = sizeof s};
    memcpy(&s, schedule, schedule->size < sizeof s ? schedule->size : sizeof s);
    const int64_t n = wick_panel_ticks(panel);
    wick_status st = check(ctx, &s, "given");
    if (st < 0) return st;
    if (n > 0) memset(due, 0, (size_t)n);
    if (n == 0 || s.every == WICK_EVERY_NEVER) return WICK_OK;
    if (first < 0) first = 0;
    if (s.every == WICK_EVERY_ONCE) {
        if (first < n) due[first] = 1;
        return WICK_OK;
    }
    if (s.every == WICK_EVERY_BARS) {
        for (int64_t i = first; i<n; i += s.count> 0 ? s.count : 1) due[i] = 1;
        return WICK_OK;
    }
    calendar c = {0};
    st = open_calendar(ctx, panel, &c);
    if (st >= 0) calendar_ticks(&s, &c, wick_panel_clock(panel), n, due);
    close_calendar(&c);
    return st;
}
