/* SPDX-License-Identifier: MIT */
/* Reading dates and times as data files spell them. */
#include <string.h>

#include "wick/base.h"

typedef struct text {
    const char *p, *end;
} text;

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static int digits_at(text t)
{
    int n = 0;
    while (t.p + n < t.end && is_digit(t.p[n])) n++;
    return n;
}

/* Exactly n digits (n <= 9). */
static bool number(text *t, int n, int32_t *out)
{
    if (t->end - t->p < n) return false;
    int32_t v = 0;
    for (int i = 0; i < n; i++) {
        if (!is_digit(t->p[i])) return false;
        v = v * 10 + (t->p[i] - '0');
    }
    t->p += n;
    *out = v;
    return true;
}

/* One or two digits. */
static bool number12(text *t, int32_t *out)
{
    const int n = digits_at(*t);
    return (n == 1 || n == 2) && number(t, n, out);
}

static bool skip(text *t, char c)
{
    if (t->p >= t->end || *t->p != c) return false;
    t->p++;
    return true;
}

static void blanks(text *t)
{
    while (t->p < t->end && (*t->p == ' ' || *t->p == '\t')) t->p++;
}

static bool valid_date(int32_t y, int32_t m, int32_t d)
{
    static const int8_t length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1) return false;
    const bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    return d <= length[m - 1] + (m == 2 && leap);
}

static bool word(text *t, const char *lower)
{
    const char *p = t->p;
    for (; *lower; lower++, p++)
        if (p >= t->end || (*p | 0x20) != *lower) return false;
    if (p < t->end && ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z')) return false;
    t->p = p;
    return true;
}

/* Three letters or the whole name. */
static bool month_name(text *t, int32_t *month)
{
    static const char *const names[] = {"january", "february", "march",     "april",
                                        "may",     "june",     "july",      "august",
                                        "september", "october", "november", "december"};
    for (int32_t i = 0; i < 12; i++) {
        char three[4] = {names[i][0], names[i][1], names[i][2], '\0'};
        if (word(t, three) || word(t, names[i])) {
            *month = i + 1;
            return true;
        }
    }
    return false;
}

/* Z, UTC, GMT, +hh, +hhmm, +hh:mm: minutes east. Nothing is UTC. */
static bool zone(text *t, int32_t *minutes)
{
    *minutes = 0;
    blanks(t);
    if (t->p == t->end || word(t, "z") || word(t, "utc") || word(t, "gmt")) return true;
    const char sign = *t->p++;
    if (sign != '+' && sign != '-') return false;
    int32_t h, m = 0;
    if (!number(t, 2, &h)) return false;
    if (t->p < t->end) {
        skip(t, ':');
        if (!number(t, 2, &m)) return false;
    }
    if (h > 15 || m > 59) return false;
    *minutes = sign == '-' ? -(h * 60 + m) : h * 60 + m;
    return true;
}

static bool half_day(text *t, int32_t *hour)
{
    text u = *t;
    blanks(&u);
    const bool pm = word(&u, "pm");
    if (!pm && !word(&u, "am")) return true;
    if (*hour < 1 || *hour > 12) return false;
    *hour = *hour % 12 + (pm ? 12 : 0);
    *t = u;
    return true;
}

/* hh:mm[:ss[.fraction]] or hhmm[ss[.fraction]], then am/pm, then a zone, to the end. */
static bool clock_part(text *t, int64_t *ms)
{
    int32_t h, m, s = 0, milli = 0, east;
    const int lead = digits_at(*t);
    const bool compact = lead == 4 || lead == 6;
    if (!(compact ? number(t, 2, &h) : number12(t, &h))) return false;
    if (!compact && !skip(t, ':')) return false;
    if (!number(t, 2, &m)) return false;
    const bool seconds = compact ? lead == 6 : skip(t, ':');
    if (seconds && !number(t, 2, &s)) return false;
    if (seconds && (skip(t, '.') || skip(t, ','))) {
        const int n = digits_at(*t);
        if (n == 0) return false;
        for (int i = 0; i < 3; i++) milli = milli * 10 + (i < n ? t->p[i] - '0' : 0);
        t->p += n; /* what is finer than a millisecond is cut */
    }
    if (!half_day(t, &h)) return false;
    if (h > 23 || m > 59 || s > 59 || !zone(t, &east)) return false;
    if (t->p != t->end) return false;
    *ms = (((int64_t)h * 60 + m - east) * 60 + s) * 1000 + milli;
    return true;
}

/* Date done; the rest must be nothing or a time of day. */
static bool finish(text t, int32_t y, int32_t m, int32_t d, int64_t *out, bool *has_clock)
{
    if (!valid_date(y, m, d)) return false;
    int64_t clock = 0;
    const bool given = t.p < t.end;
    if (given) {
        const char sep = *t.p++;
        if (sep != 'T' && sep != 't' && sep != ' ' && sep != ',') return false;
        blanks(&t);
        if (!clock_part(&t, &clock)) return false;
    }
    *out = wick_time_from_civil(y, m, d, 0, 0, 0, 0) + clock;
    if (has_clock) *has_clock = given;
    return true;
}

/* Whole or fractional epoch; the unit follows from the magnitude: seconds reach the year 5138,
 * milliseconds below 1973 cannot be told from seconds and are read as such. */
static bool epoch(text t, int64_t *out, bool *has_clock)
{
    const char *point = memchr(t.p, '.', (size_t)(t.end - t.p));
    int64_t v;
    if (point && digits_at((text){point + 1, t.end}) != t.end - point - 1) return false;
    if (!wick_parse_int(t.p, (point ? point : t.end) - t.p, &v)) return false;
    const uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    int64_t ms;
    if (size < UINT64_C(100000000000)) {
        double seconds = 0.0;
        if (point && !wick_parse_double(t.p, t.end - t.p, &seconds)) return false;
        ms = point ? (int64_t)floor(seconds * 1000.0 + 0.5) : v * 1000;
    } else {
        int64_t unit = size < UINT64_C(100000000000000) ? 1 : 1000;
        if (size >= UINT64_C(100000000000000000)) unit = 1000000;
        ms = v / unit - (v % unit < 0);
    }
    *out = ms;
    if (has_clock) *has_clock = ms % WICK_MS_DAY != 0;
    return true;
}

static bool slashes(text t, int64_t *out, bool *has_clock)
{
    int32_t a, b, y;
    if (!number12(&t, &a) || !skip(&t, '/') || !number12(&t, &b) || !skip(&t, '/') ||
        digits_at(t) != 4 || !number(&t, 4, &y))
        return false;
    /* Month first unless that is impossible. */
    return a > 12 ? finish(t, y, b, a, out, has_clock) : finish(t, y, a, b, out, has_clock);
}

/* 1 Mar 2024, 01-Mar-2024 */
static bool day_first(text t, int64_t *out, bool *has_clock)
{
    int32_t d, m, y;
    if (!number12(&t, &d) || !(skip(&t, ' ') || skip(&t, '-')) || !month_name(&t, &m) ||
        !(skip(&t, ' ') || skip(&t, '-')) || digits_at(t) != 4 || !number(&t, 4, &y))
        return false;
    return finish(t, y, m, d, out, has_clock);
}

/* Mar 1, 2024 */
static bool month_first(text t, int64_t *out, bool *has_clock)
{
    int32_t d, m, y;
    if (!month_name(&t, &m) || !skip(&t, ' ') || !number12(&t, &d)) return false;
    skip(&t, ',');
    blanks(&t);
    if (digits_at(t) != 4 || !number(&t, 4, &y)) return false;
    return finish(t, y, m, d, out, has_clock);
}

bool wick_time_parse(const char *s, int64_t n, int64_t *out, bool *has_clock)
{
    if (!s) return false;
    if (n < 0) n = (int64_t)strlen(s);
    text t = {s, s + n};
    blanks(&t);
    while (t.end > t.p && (t.end[-1] == ' ' || t.end[-1] == '\t' || t.end[-1] == '\r')) t.end--;
    n = t.end - t.p;
    if (n == 0) return false;
    const int lead = digits_at(t);
    int32_t y = 0, m = 0, d = 0;
    if (lead == 4 && n >= 10 && (t.p[4] == '-' || t.p[4] == '/')) {
        const char sep = t.p[4];
        number(&t, 4, &y);
        return skip(&t, sep) && number(&t, 2, &m) && skip(&t, sep) && number(&t, 2, &d) &&
               finish(t, y, m, d, out, has_clock);
    }
    if (lead == 8) {
        text u = t;
        number(&u, 4, &y);
        number(&u, 2, &m);
        number(&u, 2, &d);
        if (finish(u, y, m, d, out, has_clock)) return true;
    }
    if (lead == n || *t.p == '-' || (lead > 2 && t.p[lead] == '.'))
        return epoch(t, out, has_clock);
    if ((lead == 1 || lead == 2) && t.p[lead] == '/') return slashes(t, out, has_clock);
    if (lead == 1 || lead == 2) return day_first(t, out, has_clock);
    return month_first(t, out, has_clock);
}
