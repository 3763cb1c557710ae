/* SPDX-License-Identifier: MIT */
/* Numbers to and from text, without a locale, correctly rounded. */
#include <float.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/base_int.h"

/* Powers of ten that a double holds exactly. */
static const double pow10_exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* strtod under the C locale for one clean number. uselocale is per thread and put back. */
static double exact_strtod(const char *s, int64_t n)
{
    char small[128];
    char *text = n < (int64_t)sizeof small ? small : malloc((size_t)n + 1);
    if (!text) {
        /* No memory for a number of more than 127 characters: the digits beyond cannot move the
         * result by more than the last place; a cut number keeps its exponent only in `small`. */
        return WICK_NA;
    }
    memcpy(text, s, (size_t)n);
    text[n] = '\0';
    const locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double v = WICK_NA;
    if (c_locale) {
        const locale_t old = uselocale(c_locale);
        v = strtod(text, NULL);
        uselocale(old);
        freelocale(c_locale);
    }
    if (text != small) free(text);
    return v;
}

static bool word_is(const char *s, int64_t n, const char *lower)
{
    for (int64_t i = 0; i < n; i++)
        if (!lower[i] || (s[i] | 0x20) != lower[i]) return false;
    return lower[n] == '\0';
}

static bool parse_word(const char *s, int64_t n, bool negative, double *out)
{
    if (word_is(s, n, "nan")) {
        *out = WICK_NA;
        return true;
    }
    if (word_is(s, n, "inf") || word_is(s, n, "infinity")) {
        *out = negative ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    return false;
}

bool wick_parse_double(const char *s, int64_t n, double *out)
{
    if (!s) return false;
    if (n < 0) n = (int64_t)strlen(s);
    while (n > 0 && blank(*s)) s++, n--;
    while (n > 0 && blank(s[n - 1])) n--;
    if (n == 0) return false;
    const char *const end = s + n;
    const char *const start = s;
    const bool negative = *s == '-';
    if (*s == '-' || *s == '+') s++;
    if (s == end) return false;

    uint64_t mantissa = 0;
    int64_t exponent = 0;
    const char *p = s;
    for (; p < end && digit(*p); p++) mantissa = mantissa * 10 + (uint64_t)(*p - '0');
    int64_t digits = p - s;
    if (p < end && *p == '.') {
        const char *const fraction = ++p;
        for (; p < end && digit(*p); p++) mantissa = mantissa * 10 + (uint64_t)(*p - '0');
        exponent = fraction - p;
        digits += p - fraction;
    }
    if (digits == 0) return parse_word(s, end - s, negative, out);
    if (p < end && (*p | 0x20) == 'e') {
        p++;
        const bool minus = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+')) p++;
        if (p == end) return false;
        int64_t e = 0;
        for (; p < end && digit(*p); p++)
            if (e < 100000) e = e * 10 + (*p - '0');
        exponent += minus ? -e : e;
    }
    if (p != end) return false;

    /* Both factors exact, so one rounding: Clinger, "How to Read Floating Point Numbers
     * Accurately", PLDI 1990. Nineteen digits cannot overflow 64 bits. */
    double v;
    if (digits <= 19 && mantissa <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22) {
        v = (double)mantissa;
        v = exponent < 0 ? v / pow10_exact[-exponent] : v * pow10_exact[exponent];
        if (negative) v = -v;
    } else {
        v = exact_strtod(start, n);
        if (isnan(v)) return false;
    }
    *out = v;
    return true;
}

bool wick_parse_int(const char *s, int64_t n, int64_t *out)
{
    if (!s) return false;
    if (n < 0) n = (int64_t)strlen(s);
    while (n > 0 && blank(*s)) s++, n--;
    while (n > 0 && blank(s[n - 1])) n--;
    const bool negative = n > 0 && *s == '-';
    if (n > 0 && (*s == '-' || *s == '+')) s++, n--;
    if (n == 0) return false;
    const uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
    uint64_t v = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!digit(s[i])) return false;
        const uint64_t d = (uint64_t)(s[i] - '0');
        if (v > (limit - d) / 10) return false;
        v = v * 10 + d;
    }
    *out = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* Digits of an integer, trailing zeros dropped. */
static void digits_of(uint64_t v, char digits[20], int *n, int *exp10)
{
    char text[24];
    int at = (int)sizeof text;
    do {
        text[--at] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    int count = (int)sizeof text - at;
    *exp10 = count - 1;
    while (count > 1 && text[at + count - 1] == '0') count--;
    memcpy(digits, text + at, (size_t)count);
    digits[count] = '\0';
    *n = count;
}

void wk_shortest_digits(double v, char digits[20], int *n, int *exp10)
{
    v = fabs(v);
    /* Few decimals, as prices have: below 2^50 the scaled value is within an eighth of the wanted
     * integer, the division is correctly rounded, and at most fifteen digits are unique. */
    for (int k = 0; k <= 22; k++) {
        const double scaled = v * pow10_exact[k];
        if (scaled >= 0x1p50) break;
        const double whole = floor(scaled + 0.5);
        if (whole >= 1.0 && whole / pow10_exact[k] == v) {
            digits_of((uint64_t)whole, digits, n, exp10);
            *exp10 -= k;
            return;
        }
    }
    uint64_t number;
    int scale;
    if (wk_shortest_exact(v, &number, &scale)) {
        digits_of(number, digits, n, exp10);
        *exp10 += scale;
        return;
    }
    /* Fifteen digits hold any shorter text of a normal number; a subnormal one may need one. */
    for (int places = v < DBL_MIN ? 0 : 14; places <= 16; places++) {
        char text[40];
        snprintf(text, sizeof text, "%.*e", places, v);
        /* The point may be spelt otherwise under the program's locale: take digits only. */
        const char *const e = strchr(text, 'e');
        char clean[40];
        int count = 0;
        for (const char *p = text; p < e; p++)
            if (digit(*p)) clean[count++] = *p;
        int64_t power = 0;
        wick_parse_int(e + 1, -1, &power);
        while (count > 1 && clean[count - 1] == '0') count--;
        memcpy(digits, clean, (size_t)count);
        digits[count] = '\0';
        *n = count;
        *exp10 = (int)power;
        snprintf(clean + count, sizeof clean - (size_t)count, "e%d", (int)power - (count - 1));
        double back;
        if (wick_parse_double(clean, -1, &back) && back == v) return;
    }
}

/* The form: plain digits when the first digit stands at 10^-5 .. 10^15 (0.0001, 100000, 1234.5),
 * else d.ddde+XX with at least two digits of exponent (1e-07, 1.5e+20): Python's repr without its
 * ".0". */
int wick_format_double(char out[WICK_DOUBLE_TEXT], double v)
{
    if (isnan(v)) return (int)(strcpy(out, "nan"), 3);
    char *p = out;
    if (signbit(v)) *p++ = '-';
    if (isinf(v)) return (int)(strcpy(p, "inf"), p + 3 - out);
    if (v == 0.0) return (int)(strcpy(p, "0"), p + 1 - out);
    char digits[20];
    int n, e;
    wk_shortest_digits(v, digits, &n, &e);
    if (e < -4 || e >= 16) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)n - 1);
            p += n - 1;
        }
        *p++ = 'e';
        *p++ = e < 0 ? '-' : '+';
        const int a = e < 0 ? -e : e;
        if (a >= 100) *p++ = (char)('0' + a / 100);
        *p++ = (char)('0' + a / 10 % 10);
        *p++ = (char)('0' + a % 10);
    } else if (e < 0) {
        *p++ = '0';
        *p++ = '.';
        for (int i = -1; i > e; i--) *p++ = '0';
        memcpy(p, digits, (size_t)n);
        p += n;
    } else {
        for (int i = 0; i < n || i <= e; i++) {
            if (i == e + 1) *p++ = '.';
            *p++ = i < n ? digits[i] : '0';
        }
    }
    *p = '\0';
    return (int)(p - out);
}

/* ECMA-262, Number::toString: plain digits while the first one stands at 10^-6 .. 10^20. */
int wick_format_canonical(char out[WICK_DOUBLE_TEXT], double v)
{
    if (v == 0.0) return (int)(strcpy(out, "0"), 1);
    if (!isfinite(v)) return wick_format_double(out, v);
    char digits[20], *p = out;
    int n, e;
    wk_shortest_digits(v, digits, &n, &e);
    if (v < 0.0) *p++ = '-';
    if (e < -6 || e >= 21) {
        *p++ = digits[0];
        if (n > 1) {
            *p++ = '.';
            memcpy(p, digits + 1, (size_t)n - 1);
            p += n - 1;
        }
        p += sprintf(p, "e%c%d", e < 0 ? '-' : '+', e < 0 ? -e : e);
    } else {
        if (e < 0) {
            *p++ = '0';
            *p++ = '.';
            for (int i = -1; i > e; i--) *p++ = '0';
        }
        for (int i = 0; i < n || i <= e; i++) {
            if (i > 0 && i == e + 1) *p++ = '.';
            *p++ = i < n ? digits[i] : '0';
        }
    }
    *p = '\0';
    return (int)(p - out);
}
