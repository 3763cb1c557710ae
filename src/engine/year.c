/* SPDX-License-Identifier: MIT */
/* How many bars a year has, by the convention of the run's profile. */
#include "engine/settings.h"

#include <string.h>

static int64_t longest_interval(const wick_panel *panel)
{
    int64_t length = 0;
    for (int64_t i = 0; i < wick_panel_count(panel); i++) {
        const int64_t tf = wick_bars_info(wick_panel_bars(panel, i))->timeframe_ms;
        if (tf > length) length = tf;
    }
    return length;
}

/* backtesting.py: Saturdays and Sundays are traded when they are more than 0.6 of their share. */
static bool has_weekends(const wick_panel *panel)
{
    const int64_t *t = wick_panel_clock(panel), n = wick_panel_ticks(panel);
    int64_t weekend = 0;
    for (int64_t i = 0; i < n; i++) {
        const int32_t day = wick_time_to_civil(t[i]).weekday;
        weekend += day == 1 || day == 7;
    }
    return (double)weekend > (double)n * 2.0 / 7.0 * 0.6;
}

double wick_settings_year(const wick_settings *s, const wick_panel *panel)
{
    const char *annual = wick_settings_spec(s)->annual;
    if (annual == NULL) return wick_panel_bars_per_year(panel);
    if (strcmp(annual, "none") == 0) return 0.0;
    const int64_t length = longest_interval(panel);
    if (strcmp(annual, "calendar") == 0 && length > 0)
        return 365.0 * (double)WICK_MS_DAY / (double)length;
    if (strcmp(annual, "trading") == 0 && length == WICK_MS_DAY)
        return has_weekends(panel) ? 365.0 : 252.0;
    if (strcmp(annual, "trading") == 0 && length == 7 * WICK_MS_DAY) return 52.0;
    return wick_panel_bars_per_year(panel);
}
