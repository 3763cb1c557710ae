/* SPDX-License-Identifier: MIT */
#include "metrics/metrics_int.h"

/* wick_round_decimal goes through the shortest text of v. That text and v * 10^places differ by a
 * few units in the last place, so unless the product lies that close to a half the decision is the
 * same, and k / 10^places is the double nearest to the rounded decimal (both are exact). */
double wk_round(double v, int32_t places)
{
    static const double power[] = {1e0, 1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                   1e7, 1e8, 1e9, 1e10, 1e11, 1e12};
    if (places < 0 || places > 12) return wick_round_decimal(v, places);
    const double y = fabs(v) * power[places];
    if (!(y < 1e14)) return wick_round_decimal(v, places);
    const int64_t whole = (int64_t)y;
    const double past = y - (double)whole;
    if (fabs(past - 0.5) <= y * 1e-15) return wick_round_decimal(v, places);
    const double k = (double)(past < 0.5 ? whole : whole + 1) / power[places];
    return v < 0.0 ? -k : k;
}
