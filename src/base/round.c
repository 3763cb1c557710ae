/* SPDX-License-Identifier: MIT */
/* The two roundings that golden numbers were made with. */
#include <string.h>

#include "base/base_int.h"

static double power10(int n)
{
    static const double p[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return p[n];
}

/* The product with 10^places is kept exactly as p + err (fma gives the rounding error), so the
 * decision is made on the binary value itself and not on a rounded product. */
double wick_round_printf(double v, int places)
{
    if (!isfinite(v) || places < 0 || places > 22) return v;
    const double a = fabs(v), scale = power10(places);
    const double p = a * scale;
    /* From 2^53 on the wanted decimals are finer than a double: v is its own nearest value. */
    if (!(p < 0x1p53)) return v;
    const double err = fma(a, scale, -p);
    double whole = floor(p);
    const double over = (p - whole) - 0.5;
    /* `over` is a multiple of p's last place and err at most half of it: their sum has the right
     * sign even where the addition rounds. */
    if (over + err >= 0.0) whole += 1.0;
    return copysign(whole / scale, v);
}

double wick_round_decimal(double v, int places)
{
    if (!isfinite(v) || v == 0.0 || places < -22 || places > 330) return v;
    char digits[20];
    int n, exp10;
    wk_shortest_digits(v, digits, &n, &exp10);
    const int keep = exp10 + 1 + places; /* digits left of the cut */
    if (keep >= n) return v;
    if (keep < 0) return copysign(0.0, v);
    uint64_t whole = 0;
    for (int i = 0; i < keep; i++) whole = whole * 10 + (uint64_t)(digits[i] - '0');
    if (digits[keep] >= '5') whole++;
    double r;
    if (whole <= UINT64_C(1) << 53 && places >= 0 && places <= 22) {
        r = (double)whole / power10(places);
    } else {
        char text[48];
        const int length = snprintf(text, sizeof text, "%llue%d", (unsigned long long)whole,
                                    -places);
        if (!wick_parse_double(text, length, &r)) return v;
    }
    return copysign(r, v);
}
