/* SPDX-License-Identifier: MIT */
/* Structs to bytes and back, field by field: no padding, little end first, one NaN. The names of
 * the fields go along, so that a state of another version says which field it lacks. */
#include "engine/state_int.h"

#include <stdarg.h>
#include <string.h>

wick_status wk_unpack_fail(wk_unpack *u, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    if (u->st < 0) return u->st;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    u->p = u->end;
    return u->st = wick_fail(u->ctx, WICK_E_DATA, "%s", text);
}

static void put_bytes(wick_buf *b, uint64_t v, int n)
{
    char raw[8];
    for (int i = 0; i < n; i++) raw[i] = (char)(v >> (8 * i) & 0xff);
    wick_buf_add(b, raw, n);
}

void wk_pack_u32(wick_buf *b, uint32_t v)
{
    put_bytes(b, v, 4);
}

void wk_pack_u64(wick_buf *b, uint64_t v)
{
    put_bytes(b, v, 8);
}

void wk_pack_text(wick_buf *b, const char *s, int64_t n)
{
    wk_pack_u32(b, (uint32_t)n);
    if (n > 0) wick_buf_add(b, s, n);
}

static uint64_t take_bytes(wk_unpack *u, int n)
{
    uint64_t v = 0;
    if (u->end - u->p < n) {
        (void)wk_unpack_fail(u, "the state ends too early");
        return 0;
    }
    for (int i = 0; i < n; i++) v |= (uint64_t)u->p[i] << (8 * i);
    u->p += n;
    return v;
}

uint32_t wk_take_u32(wk_unpack *u)
{
    return (uint32_t)take_bytes(u, 4);
}

uint64_t wk_take_u64(wk_unpack *u)
{
    return take_bytes(u, 8);
}

const char *wk_take_text(wk_unpack *u, int64_t *n)
{
    *n = wk_take_u32(u);
    if (u->st >= 0 && *n > u->end - u->p) (void)wk_unpack_fail(u, "the state ends in a text");
    if (u->st < 0) {
        *n = 0;
        return "";
    }
    const char *s = (const char *)u->p;
    u->p += *n;
    return s;
}

/* ---- fields -------------------------------------------------------------------------------- */

static const int widths[] = {1, 1, 1, 2, 4, 8, 8};

static void describe(wick_buf *b, const wk_rows *rows, const char *prefix)
{
    static const char *const kinds[] = {"b1", "i8", "u8", "i16", "i32", "i64", "f64"};
    for (int32_t i = 0; i < rows->n; i++) {
        const wk_row *w = &rows->row[i];
        char name[96];
        snprintf(name, sizeof name, "%s%s", prefix, w->name);
        if (w->kind == WK_F_SUB) {
            char inner[100];
            snprintf(inner, sizeof inner, "%s.", name);
            describe(b, w->sub, inner);
            continue;
        }
        wick_buf_addf(b, "%s:%s", name, kinds[w->kind]);
        if (w->count > 1) wick_buf_addf(b, "*%d", (int)w->count);
        wick_buf_add(b, "\n", 1);
    }
}

static int64_t packed_size(const wk_rows *rows)
{
    int64_t n = 0;
    for (int32_t i = 0; i < rows->n; i++) {
        const wk_row *w = &rows->row[i];
        n += w->kind == WK_F_SUB ? packed_size(w->sub) : (int64_t)w->count * widths[w->kind];
    }
    return n;
}

static void put_field(wick_buf *b, const wk_row *w, const char *at)
{
    for (int32_t k = 0; k < w->count; k++) {
        int8_t i8;
        uint8_t u8;
        int16_t i16;
        int32_t i32;
        int64_t i64;
        double f;
        uint64_t bits = 0;
        bool yes;
        switch (w->kind) {
        case WK_F_B1: memcpy(&yes, at, 1), bits = yes ? 1 : 0; break;
        case WK_F_I8: memcpy(&i8, at, 1), bits = (uint64_t)i8; break;
        case WK_F_U8: memcpy(&u8, at, 1), bits = u8; break;
        case WK_F_I16: memcpy(&i16, at, 2), bits = (uint64_t)i16; break;
        case WK_F_I32: memcpy(&i32, at, 4), bits = (uint64_t)i32; break;
        case WK_F_I64: memcpy(&i64, at, 8), bits = (uint64_t)i64; break;
        default:
            memcpy(&f, at, 8);
            if (isnan(f)) f = WICK_NA;
            memcpy(&bits, &f, 8);
        }
        put_bytes(b, bits, widths[w->kind]);
        at += widths[w->kind];
    }
}

static void put_struct(wick_buf *b, const wk_rows *rows, const char *p)
{
    for (int32_t i = 0; i < rows->n; i++) {
        const wk_row *w = &rows->row[i];
        if (w->kind == WK_F_SUB)
            put_struct(b, w->sub, p + w->at);
        else
            put_field(b, w, p + w->at);
    }
}

void wk_pack_block(wick_buf *b, const char *name, const wk_rows *rows, const void *p, int64_t n)
{
    wick_buf fields = {0};
    describe(&fields, rows, "");
    wk_pack_text(b, name, (int64_t)strlen(name));
    wk_pack_text(b, fields.data, fields.len);
    b->failed |= fields.failed;
    wick_buf_free(&fields);
    wk_pack_u64(b, (uint64_t)n);
    const char *at = p;
    for (int64_t i = 0; i < n && !b->failed; i++, at += rows->size) put_struct(b, rows, at);
}

/* ---- back ---------------------------------------------------------------------------------- */

/* The first line in which two lists of fields differ. */
static wick_status other_fields(wk_unpack *u, const char *name, const char *have, int64_t n,
                                const char *want)
{
    int64_t line = 0, i = 0;
    while (i < n && want[i] == have[i]) {
        if (have[i] == '\n') line = i + 1;
        i++;
    }
    const int in_file = (int)strcspn(have + line, "\n"), here = (int)strcspn(want + line, "\n");
    return wk_unpack_fail(u,
                          "the state was made by another version of wick: %s has '%.*s' where this "
                          "one has '%.*s'",
                          name, line < n ? in_file : 0, have + line, here, want + line);
}

int64_t wk_take_block(wk_unpack *u, const char *name, const wk_rows *rows)
{
    int64_t n = 0, m = 0;
    const char *found = wk_take_text(u, &n);
    const char *fields = wk_take_text(u, &m);
    if (u->st < 0) return -1;
    if (n != (int64_t)strlen(name) || memcmp(found, name, (size_t)n) != 0) {
        (void)wk_unpack_fail(u, "the state has '%.*s' where '%s' belongs", (int)(n < 40 ? n : 40),
                             found, name);
        return -1;
    }
    wick_buf want = {0}, have = {0};
    describe(&want, rows, "");
    wick_buf_add(&have, fields, m);
    if (want.failed || have.failed)
        u->st = wick_fail_mem(u->ctx);
    else if (m != want.len || (m > 0 && memcmp(fields, want.data, (size_t)m) != 0))
        (void)other_fields(u, name, m > 0 ? have.data : "", m, want.len > 0 ? want.data : "");
    wick_buf_free(&want);
    wick_buf_free(&have);
    const uint64_t count = wk_take_u64(u);
    const int64_t size = packed_size(rows);
    if (u->st < 0) return -1;
    if (size == 0 || count > (uint64_t)((u->end - u->p) / size)) {
        (void)wk_unpack_fail(u, "the state claims %llu of '%s', more than it holds",
                             (unsigned long long)count, name);
        return -1;
    }
    return (int64_t)count;
}

static void take_field(wk_unpack *u, const wk_row *w, char *to)
{
    for (int32_t k = 0; k < w->count; k++) {
        const uint64_t bits = take_bytes(u, widths[w->kind]);
        const int8_t i8 = (int8_t)bits;
        const uint8_t u8 = (uint8_t)bits;
        const int16_t i16 = (int16_t)bits;
        const int32_t i32 = (int32_t)bits;
        const int64_t i64 = (int64_t)bits;
        const bool yes = bits == 1;
        switch (w->kind) {
        case WK_F_B1:
            if (bits > 1) (void)wk_unpack_fail(u, "the state's '%s' is neither 0 nor 1", w->name);
            memcpy(to, &yes, 1);
            break;
        case WK_F_I8: memcpy(to, &i8, 1); break;
        case WK_F_U8: memcpy(to, &u8, 1); break;
        case WK_F_I16: memcpy(to, &i16, 2); break;
        case WK_F_I32: memcpy(to, &i32, 4); break;
        case WK_F_I64: memcpy(to, &i64, 8); break;
        default: memcpy(to, &bits, 8);
        }
        to += widths[w->kind];
    }
}

static void take_struct(wk_unpack *u, const wk_rows *rows, char *p)
{
    for (int32_t i = 0; i < rows->n && u->st >= 0; i++) {
        const wk_row *w = &rows->row[i];
        if (w->kind == WK_F_SUB)
            take_struct(u, w->sub, p + w->at);
        else
            take_field(u, w, p + w->at);
    }
}

bool wk_take_structs(wk_unpack *u, const wk_rows *rows, void *p, int64_t n)
{
    char *to = p;
    for (int64_t i = 0; i < n && u->st >= 0; i++, to += rows->size) take_struct(u, rows, to);
    return u->st >= 0;
}

void wk_skip_structs(wk_unpack *u, const wk_rows *rows, int64_t n)
{
    if (u->st >= 0) u->p += n * packed_size(rows); /* the head was checked against the rest */
}
