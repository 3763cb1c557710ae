/* SPDX-License-Identifier: MIT */
#include "wick/base.h"

/* LuaJIT raises to small integer powers by repeated multiplication and Lua 5.4 calls pow(): the
 * last bit differs. This is the one form scripts get from both. Up to 64 in magnitude the
 * squarings lose less than an ulp or two; beyond that libm is the more exact. */
double wick_pow(double x, double y)
{
    if (y == 0.5 && x >= 0.0) return sqrt(x);
    if (!(y >= -64.0 && y <= 64.0) || y != floor(y)) return pow(x, y);
    int n = (int)fabs(y);
    double r = 1.0, b = x;
    for (; n; n >>= 1) {
        if (n & 1) r *= b;
        b *= b;
    }
    return y < 0.0 ? 1.0 / r : r;
}
