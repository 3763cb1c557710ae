/* SPDX-License-Identifier: MIT */
/* Timeframes. Fixed lengths are positive milliseconds; calendar months have no fixed length and
 * are stored as minus their number. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

int64_t wk_floor_div(int64_t a, int64_t b)
{
    const int64_t q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

int64_t wk_add_months(int64_t t, int64_t months)
{
    const wick_civil c = wick_time_to_civil(t);
    const int64_t m = (int64_t)c.year * 12 + c.month - 1 + months;
    const int64_t year = wk_floor_div(m, 12);
    return wick_time_from_civil((int32_t)year, (int32_t)(m - year * 12) + 1, c.day, c.hour,
                                c.minute, c.second, c.ms);
}

int64_t wk_close_time(int64_t t, int64_t timeframe_ms)
{
    return timeframe_ms >= 0 ? t + timeframe_ms : wk_add_months(t, -timeframe_ms);
}

bool wick_timeframe_parse(const char *s, int64_t *ms)
{
    if (s == NULL) return false;
    int64_t n = 0;
    const char *p = s;
    while (*p >= '0' && *p <= '9') {
        if (n > 100000) return false;
        n = n * 10 + (*p++ - '0');
    }
    if (p == s) n = 1;
    if (n <= 0) return false;
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {
        {"", 60000},
        {"ms", 1},
        {"s", 1000},
        {"S", 1000},
        {"sec", 1000},
        {"m", 60000},
        {"min", 60000},
        {"T", 60000},
        {"h", 3600000},
        {"H", 3600000},
        {"hour", 3600000},
        {"d", WICK_MS_DAY},
        {"D", WICK_MS_DAY},
        {"day", WICK_MS_DAY},
        {"daily", WICK_MS_DAY},
        {"w", 7 * WICK_MS_DAY},
        {"W", 7 * WICK_MS_DAY},
        {"wk", 7 * WICK_MS_DAY},
        {"week", 7 * WICK_MS_DAY},
        {"weekly", 7 * WICK_MS_DAY},
        {"M", -1},
        {"mo", -1},
        {"month", -1},
        {"monthly", -1},
        {"q", -3},
        {"Q", -3},
        {"y", -12},
        {"Y", -12},
    };
    if (*p == '\0' && p == s) return false;
    for (size_t k = 0; k < sizeof units / sizeof units[0]; k++) {
        if (strcmp(p, units[k].unit) != 0) continue;
        *ms = n * units[k].ms;
        return true;
    }
    return false;
}

int wick_timeframe_format(char out[16], int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{7 * WICK_MS_DAY, "w"}, {WICK_MS_DAY, "d"}, {3600000, "h"},
                 {60000, "m"},           {1000, "s"},        {1, "ms"}};
    if (ms < 0) return snprintf(out, 16, "%lldmo", (long long)-ms);
    if (ms == 0) return snprintf(out, 16, "none");
    for (size_t k = 0; k < sizeof units / sizeof units[0]; k++) {
        if (ms % units[k].ms != 0) continue;
        return snprintf(out, 16, "%lld%s", (long long)(ms / units[k].ms), units[k].unit);
    }
    return 0;
}

/* Months, quarters and years differ in length by up to a tenth; everything else is exact. */
static int64_t by_calendar(int64_t gap)
{
    static const struct {
        int lo, hi;
        int64_t tf;
    } spans[] = {{28, 31, -1}, {89, 92, -3}, {181, 184, -6}, {365, 366, -12}};
    for (size_t k = 0; k < sizeof spans / sizeof spans[0]; k++) {
        if (gap >= spans[k].lo * WICK_MS_DAY && gap <= spans[k].hi * WICK_MS_DAY) {
            return spans[k].tf;
        }
    }
    /* A local midnight moves by an hour when clocks change. */
    const int64_t hour = 3600000, day = WICK_MS_DAY, week = 7 * day;
    if (gap >= day - hour && gap <= day + hour) return day;
    if (gap >= week - hour && gap <= week + hour) return week;
    return gap;
}

int64_t wk_infer_timeframe(int64_t n, const int64_t *time)
{
    enum { KINDS = 64, SAMPLE = 4096 };
    int64_t gap[KINDS], count[KINDS];
    int kinds = 0;
    for (int64_t i = 1; i < n && i < SAMPLE; i++) {
        if (time[i] <= time[i - 1]) continue;
        const int64_t g = by_calendar(time[i] - time[i - 1]);
        int k = 0;
        while (k < kinds && gap[k] != g) k++;
        if (k == kinds) {
            if (kinds == KINDS) continue;
            gap[kinds] = g;
            count[kinds++] = 0;
        }
        count[k]++;
    }
    int64_t best = 0, most = 0;
    for (int k = 0; k < kinds; k++) {
        const bool shorter = best > 0 && gap[k] > 0 && gap[k] < best;
        if (count[k] > most || (count[k] == most && shorter)) {
            best = gap[k];
            most = count[k];
        }
    }
    return best;
}
