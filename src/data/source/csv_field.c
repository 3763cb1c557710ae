/* SPDX-License-Identifier: MIT */
/* Fields of a CSV line and the numbers in them. */
#include <string.h>

#include "data/source/csv_int.h"

static csv_field trimmed(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t')) s++;
    while (end > s && (end[-1] == ' ' || end[-1] == '\t')) end--;
    csv_field f = {s, (int32_t)(end - s), false};
    if (f.n >= 2 && s[0] == '"' && end[-1] == '"') {
        f.s++;
        f.n -= 2;
        f.quoted = true;
        while (f.n > 0 && f.s[0] == ' ') {
            f.s++;
            f.n--;
        }
        while (f.n > 0 && f.s[f.n - 1] == ' ') f.n--;
    }
    return f;
}

int32_t csv_split(const char *s, const char *end, char delimiter, csv_field *out, int32_t max)
{
    int32_t n = 0;
    const char *start = s;
    bool quote = false;
    for (const char *p = s;; p++) {
        if (p == end || (*p == delimiter && !quote)) {
            if (n < max) {
                if (p > start && ((unsigned char)*start <= ' ' || *start == '"' ||
                                  (unsigned char)p[-1] <= ' ')) {
                    out[n] = trimmed(start, p);
                } else {
                    out[n] = (csv_field){start, (int32_t)(p - start), false};
                }
            }
            n++;
            start = p + 1;
            if (p == end) return n;
        } else if (*p == '"') {
            quote = !quote;
        }
    }
}

bool csv_is_missing(const csv_field *f)
{
    static const char *const words[] = {"null", "nan", "na",  "n/a", "none",
                                        "-",    ".",   "nil", "#n/a"};
    if (f->n == 0) return true;
    if (f->n > 4) return false;
    char low[5];
    for (int32_t i = 0; i < f->n; i++) {
        const char c = f->s[i];
        low[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    low[f->n] = '\0';
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        if (strcmp(low, words[k]) == 0) return true;
    }
    return false;
}

/* "$1,234.50", "12.5M": written by web pages, not by programs. */
static bool dressed(const csv_field *f, double *out)
{
    char text[64];
    const char *s = f->s;
    int32_t n = f->n, len = 0;
    double scale = 1.0;
    if (n > 1 && s[0] == '$') {
        s++;
        n--;
    }
    if (n > 1) {
        const char c = s[n - 1];
        scale = c == 'K' || c == 'k' ? 1e3 : c == 'M' ? 1e6 : c == 'B' ? 1e9 : 1.0;
        n -= scale != 1.0;
    }
    if (n <= 0 || n >= (int32_t)sizeof text) return false;
    for (int32_t i = 0; i < n; i++) {
        if (s[i] == ',') {
            /* A thousands comma stands between a digit and exactly three digits. */
            const bool ok = i > 0 && i + 3 < n && s[i + 1] != ',' && s[i + 2] != ',' &&
                            s[i + 3] != ',' && (i + 4 == n || s[i + 4] == ',' || s[i + 4] == '.');
            if (!ok) return false;
            continue;
        }
        text[len++] = s[i];
    }
    if (!wick_parse_double(text, len, out) || !isfinite(*out)) return false;
    *out *= scale;
    return true;
}

bool csv_number(const csv_field *f, double *out)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *p = f->s, *end = f->s + f->n;
    if (p == end) return false;
    const bool minus = *p == '-';
    p += minus;
    uint64_t m = 0;
    int32_t digits = 0, places = 0;
    bool dot = false;
    for (; p < end; p++) {
        const unsigned d = (unsigned)(unsigned char)*p - '0';
        if (d <= 9) {
            m = m * 10 + d;
            digits++;
            places += dot;
        } else if (*p == '.' && !dot) {
            dot = true;
        } else {
            break;
        }
    }
    /* Clinger 1990: both parts exact, so one division rounds correctly. */
    if (p == end && digits > 0 && digits <= 19 && m <= (UINT64_C(1) << 53) && places <= 22) {
        const double v = (double)m / tens[places];
        *out = minus ? -v : v;
        return true;
    }
    if (wick_parse_double(f->s, f->n, out)) return isfinite(*out);
    return dressed(f, out);
}
