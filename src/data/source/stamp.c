/* SPDX-License-Identifier: MIT */
/* Stamps of CSV rows: short cuts for the usual forms, wick_time_parse for the rest. */
#include <string.h>

#include "data/data_int.h"

static bool digits(const char *s, int n, int32_t *out)
{
    int32_t v = 0;
    for (int k = 0; k < n; k++) {
        const unsigned d = (unsigned)(unsigned char)s[k] - '0';
        if (d > 9) return false;
        v = v * 10 + (int32_t)d;
    }
    *out = v;
    return true;
}

/* Days since 1970 of a proleptic Gregorian date (Hinnant, "chrono-compatible low-level date
 * algorithms"). */
static int64_t days_of(int32_t y, int32_t m, int32_t d)
{
    y -= m <= 2;
    const int32_t era = (y >= 0 ? y : y - 399) / 400;
    const int32_t yoe = y - era * 400;
    const int32_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    const int32_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (int64_t)era * 146097 + doe - 719468;
}

static bool valid_date(int32_t y, int32_t m, int32_t d)
{
    static const int8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (m < 1 || m > 12 || d < 1 || d > days[m - 1]) return false;
    return m != 2 || d < 29 || (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0));
}

/* YYYY-MM-DD at s; false when it is anything else. */
static bool iso_date(const char *s, int64_t *day)
{
    int32_t y, m, d;
    if (s[4] != '-' || s[7] != '-') return false;
    if (!digits(s, 4, &y) || !digits(s + 5, 2, &m) || !digits(s + 8, 2, &d)) return false;
    if (!valid_date(y, m, d)) return false;
    *day = days_of(y, m, d);
    return true;
}

static bool clock_of(const char *s, int64_t n, int64_t *ms)
{
    int32_t h, mi, sec = 0;
    if (n < 5 || s[2] != ':' || !digits(s, 2, &h) || !digits(s + 3, 2, &mi)) return false;
    if (n == 8 && (s[5] != ':' || !digits(s + 6, 2, &sec))) return false;
    if ((n != 5 && n != 8) || h > 23 || mi > 59 || sec > 59) return false;
    *ms = ((h * 60 + mi) * 60 + sec) * INT64_C(1000);
    return true;
}

/* Trailing +hh:mm, -hhmm or -hh of a stamp that has a clock. */
static int64_t zone_at(const char *s, int64_t n, int16_t *minutes)
{
    int32_t h, m = 0;
    for (int64_t at = n - 1; at >= n - 6 && at >= 11; at--) {
        if (s[at] != '+' && s[at] != '-') continue;
        const int64_t len = n - at - 1;
        if (len < 2 || !digits(s + at + 1, 2, &h) || h > 14) return -1;
        const char *rest = s + at + 3;
        if (len == 5 && (rest[0] != ':' || !digits(rest + 1, 2, &m))) return -1;
        if (len == 4 && !digits(rest, 2, &m)) return -1;
        if (len == 3) return -1;
        *minutes = (int16_t)((s[at] == '-' ? -1 : 1) * (h * 60 + m));
        return at;
    }
    return -1;
}

/* D/M/YYYY or M/D/YYYY (also with dots or dashes), with an optional clock behind a blank. */
static bool slashed(const char *s, int64_t n, bool day_first, int64_t *time, bool *has_clock)
{
    int32_t part[3] = {0, 0, 0};
    int len[3] = {0, 0, 0};
    int64_t i = 0;
    char sep = '\0';
    for (int k = 0; k < 3; k++) {
        while (i < n && s[i] >= '0' && s[i] <= '9' && len[k] < 4) {
            part[k] = part[k] * 10 + (s[i++] - '0');
            len[k]++;
        }
        if (len[k] == 0) return false;
        if (k == 2) break;
        if (i >= n || (s[i] != '/' && s[i] != '.' && s[i] != '-')) return false;
        if (sep != '\0' && s[i] != sep) return false;
        sep = s[i++];
    }
    if (len[0] > 2 || len[1] > 2 || (len[2] != 4 && len[2] != 2)) return false;
    const int32_t y = len[2] == 4 ? part[2] : part[2] + (part[2] < 70 ? 2000 : 1900);
    /* With dots the day comes first everywhere. */
    const bool df = day_first || sep == '.';
    const int32_t d = df ? part[0] : part[1], m = df ? part[1] : part[0];
    if (!valid_date(y, m, d)) return false;
    int64_t ms = 0;
    *has_clock = false;
    if (i < n) {
        if (s[i] != ' ' && s[i] != 'T') return false;
        i++;
        if (!clock_of(s + i, n - i, &ms)) return false;
        *has_clock = true;
    }
    *time = days_of(y, m, d) * WICK_MS_DAY + ms;
    return true;
}

bool wk_stamp_day_first(const char *s, int64_t n)
{
    if (n < 8 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9') return false;
    if (s[2] != '/' && s[2] != '-') return false;
    return (s[0] - '0') * 10 + (s[1] - '0') > 12;
}

static bool epoch(const char *s, int64_t n, int64_t *time)
{
    if (n > 2 && s[n - 2] == '.' && s[n - 1] == '0') n -= 2; /* pandas writes 1546300800000.0 */
    if (n != 10 && n != 13 && n != 16 && n != 19) return false;
    int64_t v = 0;
    for (int64_t k = 0; k < n; k++) {
        const unsigned d = (unsigned)(unsigned char)s[k] - '0';
        if (d > 9 || v > (INT64_MAX - 9) / 10) return false;
        v = v * 10 + (int64_t)d;
    }
    *time = n == 10 ? v * 1000 : n == 13 ? v : n == 16 ? v / 1000 : v / 1000000;
    return true;
}

bool wk_stamp_parse(const char *s, int64_t n, bool day_first, wk_stamp *out)
{
    int64_t day = 0, ms = 0;
    out->offset = 0;
    out->has_offset = false;
    out->has_clock = false;
    if (n >= 10 && s[4] == '-') {
        if (n == 10) {
            if (!iso_date(s, &day)) return false;
            out->time = day * WICK_MS_DAY;
            return true;
        }
        if ((s[10] == ' ' || s[10] == 'T') && iso_date(s, &day)) {
            int64_t len = n;
            if (s[n - 1] == 'Z') {
                len--;
            } else {
                const int64_t at = zone_at(s, n, &out->offset);
                if (at > 0) {
                    len = at;
                    out->has_offset = true;
                }
            }
            if (clock_of(s + 11, len - 11, &ms)) {
                out->time = day * WICK_MS_DAY + ms - out->offset * INT64_C(60000);
                out->has_clock = true;
                return true;
            }
        }
    } else if (epoch(s, n, &out->time)) {
        out->has_clock = true;
        return true;
    } else if (slashed(s, n, day_first, &out->time, &out->has_clock)) {
        return true;
    }
    return wick_time_parse(s, n, &out->time, &out->has_clock);
}
