/* SPDX-License-Identifier: MIT */
/* Shortest decimal digits by exact integers, for the magnitudes that money has. The slow way of
 * num.c (print 15, 16, 17 digits, read back) costs about a microsecond a number, which is most of
 * the time of writing an equity curve; this costs a fiftieth of it and finds the same digits. */
#include <string.h>

#include "base/base_int.h"

typedef struct u128 {
    uint64_t hi, lo;
} u128;

static u128 multiply(uint64_t a, uint64_t b)
{
    const uint64_t a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
    const uint64_t p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
    const uint64_t mid = (p00 >> 32) + (p01 & 0xffffffffu) + (p10 & 0xffffffffu);
    const u128 r = {p11 + (p01 >> 32) + (p10 >> 32) + (mid >> 32),
                    (mid << 32) | (p00 & 0xffffffffu)};
    return r;
}

static const uint64_t pow5[] = {UINT64_C(1),
                                UINT64_C(5),
                                UINT64_C(25),
                                UINT64_C(125),
                                UINT64_C(625),
                                UINT64_C(3125),
                                UINT64_C(15625),
                                UINT64_C(78125),
                                UINT64_C(390625),
                                UINT64_C(1953125),
                                UINT64_C(9765625),
                                UINT64_C(48828125),
                                UINT64_C(244140625),
                                UINT64_C(1220703125),
                                UINT64_C(6103515625),
                                UINT64_C(30517578125),
                                UINT64_C(152587890625),
                                UINT64_C(762939453125),
                                UINT64_C(3814697265625),
                                UINT64_C(19073486328125),
                                UINT64_C(95367431640625),
                                UINT64_C(476837158203125)};

/* v = m * 2^e. With v * 10^k = m * 5^k * 2^(k + e) the 17 leading digits are the whole part T of
 * P / 2^s, P = m * 5^k, s = -(k + e), and R the rest. In units of P half a step between doubles is
 * 5^k / 2, so a candidate of fewer digits reads back as v exactly when it lies that close. */
bool wk_shortest_exact(double v, uint64_t *number, int *exp10)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    const int e = (int)(bits >> 52 & 0x7ff) - 1075;
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    /* Outside 2^-16 .. 2^52 the numbers below would not fit; powers of two have uneven steps. */
    if (bits >> 63 || e < -68 || e >= 0 || fraction == 0) return false;
    const uint64_t m = fraction | UINT64_C(1) << 52;
    int k = 16 - ((e + 52) * 1233 >> 12); /* log10(2) is about 1233 / 4096 */
    uint64_t t = 0;
    u128 p = {0, 0};
    int s = 0;
    for (int tries = 0;; tries++) {
        s = -(k + e);
        if (tries > 2 || k < 0 || k > 21 || s < 1 || s > 55) return false;
        p = multiply(m, pow5[k]);
        if (p.hi >> s != 0) {
            k--;
            continue;
        }
        t = p.hi << (64 - s) | p.lo >> s;
        if (t >= UINT64_C(100000000000000000)) {
            k--;
        } else if (t < UINT64_C(10000000000000000)) {
            k++;
        } else {
            break;
        }
    }
    const uint64_t rest = p.lo & ((UINT64_C(1) << s) - 1);
    static const uint64_t unit[] = {100, 10, 1};
    for (int i = 0; i < 3; i++) {
        /* To the nearest, ties to even, as printf rounds. */
        const uint64_t below = t % unit[i], whole = t / unit[i];
        const uint64_t past = (below << s) + rest, all = unit[i] << s;
        const bool up = past > all - past || (past == all - past && (whole & 1) != 0);
        const uint64_t distance = up ? all - past : past;
        if (2 * distance < pow5[k] || (2 * distance == pow5[k] && (m & 1) == 0)) {
            *number = whole + (up ? 1 : 0);
            *exp10 = 2 - i - k;
            return true;
        }
    }
    return false;
}
