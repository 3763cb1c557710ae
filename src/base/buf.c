/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "wick/base.h"

void wick_buf_free(wick_buf *b)
{
    if (!b) return;
    free(b->data);
    *b = (wick_buf){0};
}

/* Room for n more bytes and the NUL. */
static bool reserve(wick_buf *b, int64_t n)
{
    if (b->failed) return false;
    if (n < b->cap - b->len) return true;
    if (n > INT64_MAX / 4 - b->len) {
        b->failed = true;
        return false;
    }
    int64_t cap = b->cap ? b->cap : 256;
    while (cap <= b->len + n) cap *= 2;
    char *p = realloc(b->data, (size_t)cap);
    if (!p) {
        b->failed = true;
        return false;
    }
    b->data = p;
    b->cap = cap;
    return true;
}

void wick_buf_add(wick_buf *b, const char *s, int64_t n)
{
    if (!s) return;
    if (n < 0) n = (int64_t)strlen(s);
    if (n == 0 || !reserve(b, n)) return;
    memcpy(b->data + b->len, s, (size_t)n);
    b->len += n;
    b->data[b->len] = '\0';
}

void wick_buf_addf(wick_buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    const int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0) {
        b->failed = true;
    } else if (n > 0 && reserve(b, n)) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += n;
    }
    va_end(again);
}

void wick_buf_add_double(wick_buf *b, double v)
{
    char text[WICK_DOUBLE_TEXT];
    wick_buf_add(b, text, wick_format_double(text, v));
}

void wick_buf_add_int(wick_buf *b, int64_t v)
{
    char text[24];
    int at = (int)sizeof text;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do {
        text[--at] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0) text[--at] = '-';
    wick_buf_add(b, text + at, (int64_t)sizeof text - at);
}
