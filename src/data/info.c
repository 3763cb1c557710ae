/* SPDX-License-Identifier: MIT */
/* What can be said about a symbol from its bars alone. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

/* Saturday and Sunday trade nowhere but in crypto; a handful of Sunday evenings is forex. */
static bool trades_weekends(int64_t n, const int64_t *time)
{
    int64_t weekend = 0;
    const int64_t step = n / 2048 + 1;
    int64_t seen = 0;
    for (int64_t i = 0; i < n; i += step, seen++) {
        const int64_t day = wk_floor_div(time[i], WICK_MS_DAY); /* day 0 was a Thursday */
        const int64_t w = ((day % 7) + 7) % 7;
        weekend += w == 2 || w == 3;
    }
    return weekend * 10 > seen;
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* Prices in units of 1e-8; false for what is on no such grid (adjusted prices, float noise). */
static bool units_of(double p, int64_t *out)
{
    if (!(fabs(p) < 1e9)) return false;
    const double scaled = p * 1e8, whole = nearbyint(scaled);
    if (fabs(scaled - whole) > 1e-15 * fabs(scaled) + 1e-3) return false;
    int64_t u = (int64_t)whole;
    /* The product itself is only exact to a part in 2^52. */
    const int64_t snap = (int64_t)nearbyint(p * 1e6) * 100;
    if (llabs(u - snap) <= 1 + (int64_t)(fabs(scaled) * 4e-16)) u = snap;
    *out = u < 0 ? -u : u;
    return true;
}

/* Largest of 1, 5, 10, 50 ... times 1e-8 that divides 19 of 20 sampled prices (an exchange prints
 * the odd price off its grid); 0 when they are on no such grid. */
static double grid_of(int64_t n, const double *const *f)
{
    enum { SAMPLES = 1024 };
    int64_t unit[SAMPLES], g = 0, count = 0, seen = 0;
    const int64_t step = n / (SAMPLES / 4) + 1;
    for (int k = WICK_OPEN; k <= WICK_CLOSE; k++) {
        for (int64_t i = 0; i < n && count < SAMPLES; i += step, seen++) {
            if (!units_of(f[k][i], &unit[count])) continue;
            g = gcd(unit[count++], g);
        }
    }
    if (seen == 0 || count * 20 < seen * 19 || g == 0) return 0.0;
    int64_t best = 1;
    for (int64_t power = 1; power <= INT64_C(10000000000); power *= 10) {
        for (int64_t u = power; u <= 5 * power; u += 4 * power) {
            int64_t on = 0;
            for (int64_t i = 0; g % u != 0 && i < count; i++) on += unit[i] % u == 0;
            if (g % u == 0 || on * 20 >= count * 19) best = u;
        }
    }
    return (double)best / 1e8;
}

static double guess_tick(int64_t n, const double *const *f, bool stock)
{
    if (stock) {
        /* Adjusted prices leave the cent grid; orders are still placed on it. Under one dollar the
         * exchanges' step is a hundredth of a cent. */
        double low = HUGE_VAL;
        for (int64_t i = 0; i < n; i++) low = f[WICK_LOW][i] < low ? f[WICK_LOW][i] : low;
        return low < 1.0 && grid_of(n, f) < 0.01 ? 1e-4 : 0.01;
    }
    const double grid = grid_of(n, f);
    if (grid > 0.0 && n >= 20) return grid < 1.0 ? grid : 1.0;
    return grid > 0.0 && grid < 0.01 ? grid : 0.01;
}

void wk_info_infer(wick_symbol_info *info, int64_t n, const int64_t *time, const double *const *f)
{
    const uint32_t given = info->inferred;
    if (info->ticker == NULL || info->ticker[0] == '\0') info->ticker = info->symbol;
    if (info->timeframe_ms == 0) {
        info->timeframe_ms = wk_infer_timeframe(n, time);
        if (info->timeframe_ms == 0) info->timeframe_ms = WICK_MS_DAY;
        info->inferred |= WICK_INFO_TIMEFRAME;
    }
    if (info->kind == NULL || info->kind[0] == '\0') {
        info->kind = n > 0 && trades_weekends(n, time) ? "crypto" : "stock";
        info->inferred |= WICK_INFO_KIND;
    }
    const bool stock = strcmp(info->kind, "stock") == 0 || strcmp(info->kind, "fund") == 0;
    const bool crypto = strcmp(info->kind, "crypto") == 0;
    if (!(info->tick > 0.0)) {
        info->tick = guess_tick(n, f, stock);
        info->inferred |= WICK_INFO_TICK;
    }
    if (!(info->point_value > 0.0)) {
        info->point_value = 1.0;
        info->inferred |= WICK_INFO_POINT_VALUE;
    }
    if (!(info->qty_step > 0.0)) {
        info->qty_step = crypto ? 1e-8 : 1.0;
        info->inferred |= WICK_INFO_QTY_STEP;
    }
    if (info->timezone == NULL || info->timezone[0] == '\0') {
        info->timezone = "Etc/UTC";
        info->inferred |= WICK_INFO_TIMEZONE;
    }
    if (info->session == NULL || info->session[0] == '\0') {
        info->session = "24x7";
        info->inferred |= WICK_INFO_SESSION;
    }
    if (info->currency == NULL) info->currency = "";
    info->inferred |= given;
}
