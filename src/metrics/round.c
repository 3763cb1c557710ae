/* SPDX-License-Identifier: MIT */
#include "metrics/metrics_int.h"

static const double power10[] = {1e0, 1e1, 1e2, 1e3,  1e4,  1e5, 1e6,
                                 1e7, 1e8, 1e9, 1e10, 1e11, 1e12};

/* wick_round_decimal goes through the shortest text of v. That text and v * 10^places differ by a
 * few units in the last place, so unless the product lies that close to a half the decision is the
 * same, and k / 10^places is the double nearest to the rounded decimal (both are exact). */
double wk_round(double v, int32_t places)
{
    if (places < 0 || places > 12) return wick_round_decimal(v, places);
    const double y = fabs(v) * power10[places];
    if (!(y < 1e14)) return wick_round_decimal(v, places);
    const int64_t whole = (int64_t)y;
    const double past = y - (double)whole;
    if (fabs(past - 0.5) <= y * 1e-15) return wick_round_decimal(v, places);
    const double k = (double)(past < 0.5 ? whole : whole + 1) / power10[places];
    return v < 0.0 ? -k : k;
}

/* The same for a column. Adding and subtracting 1.5 * 2^52 rounds to a whole number without a
 * branch, so that blocks vectorise; a block with a value in doubt is done again one by one.
 * `places` is 0 to 12. */
void wk_round_column(int64_t n, const double *in, int32_t places, double *out)
{
    enum { BLOCK = 64 };
    const double power = power10[places], shift = 0x1.8p52;
    for (int64_t at = 0; at < n; at += BLOCK) {
        const int64_t len = n - at < BLOCK ? n - at : BLOCK;
        const double *restrict from = in + at;
        double *restrict to = out + at;
        double doubt = 0.0;
        for (int64_t i = 0; i < len; i++) {
            const double y = from[i] * power;
            const double k = (y + shift) - shift;
            const double margin = 0.5 - fabs(y - k), room = 1e14 - fabs(y);
            doubt += margin > fabs(y) * 1e-15 && room > 0.0 ? 0.0 : 1.0;
            to[i] = k / power;
        }
        for (int64_t i = 0; doubt > 0.0 && i < len; i++) to[i] = wk_round(from[i], places);
    }
}
