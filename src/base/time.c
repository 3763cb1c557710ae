/* SPDX-License-Identifier: MIT */
/* Civil dates and stamps. The proleptic Gregorian calendar repeats every 400 years = 146097 days;
 * years are counted from 1 March, so that the leap day is the last of its year. */
#include <string.h>

#include "wick/base.h"

enum { DAYS_400 = 146097, EPOCH_FROM_MARCH_0 = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
    const int64_t q = a / b;
    return q - (a % b < 0);
}

static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
    y += floor_div(m - 1, 12);
    m -= floor_div(m - 1, 12) * 12;
    y -= m <= 2;
    const int64_t era = floor_div(y, 400);
    const int64_t year = y - era * 400;                          /* 0..399 */
    const int64_t day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5; /* of the March year */
    return era * DAYS_400 + year * 365 + year / 4 - year / 100 + day + (d - 1) -
           EPOCH_FROM_MARCH_0;
}

int64_t wick_time_from_civil(int32_t y, int32_t mo, int32_t d, int32_t h, int32_t mi, int32_t s,
                             int32_t ms)
{
    const int64_t clock = (((int64_t)h * 60 + mi) * 60 + s) * 1000 + ms;
    const int64_t days = days_from_civil(y, mo, d);
    /* A script may ask for the year 2^31: what an int64 of milliseconds cannot hold is no time. */
    if (days > 106000000000 || days < -106000000000) return WICK_NO_TIME;
    return days * WICK_MS_DAY + clock;
}

static bool leap(int64_t y)
{
    return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

wick_civil wick_time_to_civil(int64_t t)
{
    const int64_t days = floor_div(t, WICK_MS_DAY);
    int64_t clock = t % WICK_MS_DAY;
    if (clock < 0) clock += WICK_MS_DAY;
    const int64_t z = days + EPOCH_FROM_MARCH_0;
    const int64_t era = floor_div(z, DAYS_400);
    const int64_t doe = z - era * DAYS_400;
    const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100); /* from 1 March */
    const int64_t mp = (5 * doy + 2) / 153;
    const int64_t month = mp < 10 ? mp + 3 : mp - 9;
    const int64_t year = yoe + era * 400 + (month <= 2);
    wick_civil c;
    c.year = (int32_t)year;
    c.month = (int32_t)month;
    c.day = (int32_t)(doy - (153 * mp + 2) / 5 + 1);
    c.ms = (int32_t)(clock % 1000);
    clock /= 1000;
    c.second = (int32_t)(clock % 60);
    clock /= 60;
    c.minute = (int32_t)(clock % 60);
    c.hour = (int32_t)(clock / 60);
    c.weekday = (int32_t)(days + 4 - floor_div(days + 4, 7) * 7) + 1; /* day 0 was a Thursday */
    c.yearday = (int32_t)(month > 2 ? doy + 60 + leap(year) : doy - 305);
    return c;
}

static char *put(char *p, int64_t v, int width)
{
    for (int i = width - 1; i >= 0; i--, v /= 10) p[i] = (char)('0' + v % 10);
    return p + width;
}

int wick_time_format(char out[WICK_TIME_TEXT], int64_t t, bool date_only)
{
    if (t == WICK_NO_TIME) {
        out[0] = '\0';
        return 0;
    }
    const wick_civil c = wick_time_to_civil(t);
    char *p = out;
    int64_t year = c.year;
    if (year < 0) *p++ = '-', year = -year;
    int width = 4;
    for (int64_t limit = 10000; year >= limit; limit *= 10) width++;
    p = put(p, year, width);
    *p++ = '-';
    p = put(p, c.month, 2);
    *p++ = '-';
    p = put(p, c.day, 2);
    if (!date_only || c.hour || c.minute || c.second || c.ms) {
        *p++ = 'T';
        p = put(p, c.hour, 2);
        *p++ = ':';
        p = put(p, c.minute, 2);
        *p++ = ':';
        p = put(p, c.second, 2);
        if (c.ms) {
            *p++ = '.';
            p = put(p, c.ms, 3);
        }
        *p++ = 'Z';
    }
    *p = '\0';
    return (int)(p - out);
}
