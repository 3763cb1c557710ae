/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "wick/base.h"

enum { DEEPEST = 63 };

static uint64_t bit(const wick_json_writer *w)
{
    return UINT64_C(1) << (w->depth & DEEPEST);
}

void wick_jw_begin(wick_json_writer *w, wick_buf *out, int32_t indent)
{
    *w = (wick_json_writer){.out = out, .indent = indent < 0 ? 0 : indent};
}

static void new_line(wick_json_writer *w)
{
    if (w->indent == 0) return;
    wick_buf_add(w->out, "\n", 1);
    for (int32_t i = 0; i < w->depth * w->indent; i++) wick_buf_add(w->out, " ", 1);
}

/* Comma and line break before an item of the present array or object. */
static void item(wick_json_writer *w)
{
    if (w->depth == 0) return;
    if (w->has_items & bit(w)) wick_buf_add(w->out, ",", 1);
    w->has_items |= bit(w);
    new_line(w);
}

static void before_value(wick_json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    assert(w->depth == 0 || !(w->is_object & bit(w)));
    item(w);
}

static void open_level(wick_json_writer *w, const char *bracket, bool object)
{
    before_value(w);
    wick_buf_add(w->out, bracket, 1);
    assert(w->depth < DEEPEST);
    w->depth++;
    w->has_items &= ~bit(w);
    w->is_object = object ? w->is_object | bit(w) : w->is_object & ~bit(w);
}

void wick_jw_object(wick_json_writer *w)
{
    open_level(w, "{", true);
}

void wick_jw_array(wick_json_writer *w)
{
    open_level(w, "[", false);
}

void wick_jw_end(wick_json_writer *w)
{
    assert(w->depth > 0 && !w->after_key);
    if (w->depth == 0) return;
    const bool had = (w->has_items & bit(w)) != 0;
    const bool object = (w->is_object & bit(w)) != 0;
    w->depth--;
    if (had) new_line(w);
    wick_buf_add(w->out, object ? "}" : "]", 1);
}

/* Length of the UTF-8 sequence at s, 0 when it is none (RFC 3629: no overlong forms, no
 * surrogates). The text ends with NUL, which is no continuation byte. */
static int sequence(const unsigned char *s)
{
    if (s[0] < 0x80) return 1;
    if (s[0] < 0xC2 || s[0] > 0xF4) return 0;
    if ((s[1] & 0xC0) != 0x80) return 0;
    if (s[0] < 0xE0) return 2;
    if (s[0] == 0xE0 && s[1] < 0xA0) return 0;
    if (s[0] == 0xED && s[1] > 0x9F) return 0;
    if ((s[2] & 0xC0) != 0x80) return 0;
    if (s[0] < 0xF0) return 3;
    if (s[0] == 0xF0 && s[1] < 0x90) return 0;
    if (s[0] == 0xF4 && s[1] > 0x8F) return 0;
    return (s[3] & 0xC0) == 0x80 ? 4 : 0;
}

static void quoted(wick_buf *b, const char *s)
{
    wick_buf_add(b, "\"", 1);
    const unsigned char *p = (const unsigned char *)s;
    while (*p) {
        const unsigned char *start = p;
        int n = sequence(p);
        while (n > 0 && *p >= 0x20 && *p != '"' && *p != '\\') {
            p += n;
            n = sequence(p);
        }
        wick_buf_add(b, (const char *)start, p - start);
        if (!*p) break;
        if (n == 0) {
            wick_buf_add(b, "\xEF\xBF\xBD", 3); /* U+FFFD for a byte that is no text */
        } else {
            static const char plain[] = "\"\\\n\r\t\b\f";
            const char *hit = strchr(plain, *p);
            if (hit) wick_buf_addf(b, "\\%c", "\"\\nrtbf"[hit - plain]);
            else wick_buf_addf(b, "\\u%04x", *p);
        }
        p++;
    }
    wick_buf_add(b, "\"", 1);
}

void wick_jw_key(wick_json_writer *w, const char *key)
{
    assert(w->depth > 0 && (w->is_object & bit(w)) && !w->after_key);
    item(w);
    quoted(w->out, key);
    wick_buf_add(w->out, w->indent ? ": " : ":", -1);
    w->after_key = true;
}

void wick_jw_string(wick_json_writer *w, const char *s)
{
    before_value(w);
    if (s) quoted(w->out, s);
    else wick_buf_add(w->out, "null", 4);
}

void wick_jw_double(wick_json_writer *w, double v)
{
    before_value(w);
    if (isfinite(v)) wick_buf_add_double(w->out, v);
    else wick_buf_add(w->out, "null", 4);
}

void wick_jw_canonical(wick_json_writer *w, double v)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_canonical(text, v);
    if (!isfinite(v)) {
        wick_jw_string(w, text);
        return;
    }
    before_value(w);
    wick_buf_add(w->out, text, -1);
}

void wick_jw_int(wick_json_writer *w, int64_t v)
{
    before_value(w);
    wick_buf_add_int(w->out, v);
}

void wick_jw_bool(wick_json_writer *w, bool v)
{
    before_value(w);
    wick_buf_add(w->out, v ? "true" : "false", -1);
}

void wick_jw_null(wick_json_writer *w)
{
    before_value(w);
    wick_buf_add(w->out, "null", 4);
}

/* Parsed trees are at most 128 deep, but the writer keeps one bit a level: deeper parts than it
 * can hold are an error of the buffer, never a wrong text. */
void wick_jw_node(wick_json_writer *w, const wick_json *j)
{
    switch (wick_json_kind(j)) {
    case WICK_JSON_NULL: wick_jw_null(w); return;
    case WICK_JSON_BOOL: wick_jw_bool(w, wick_json_bool(j)); return;
    case WICK_JSON_NUMBER: wick_jw_double(w, wick_json_number(j)); return;
    case WICK_JSON_STRING: wick_jw_string(w, wick_json_string(j)); return;
    case WICK_JSON_ARRAY:
    case WICK_JSON_OBJECT: break;
    }
    if (w->depth >= DEEPEST) {
        w->out->failed = true;
        wick_jw_null(w);
        return;
    }
    const bool object = wick_json_kind(j) == WICK_JSON_OBJECT;
    if (object) wick_jw_object(w);
    else wick_jw_array(w);
    for (int64_t i = 0; i < wick_json_count(j); i++) {
        const wick_json *child = wick_json_at(j, i);
        if (object) wick_jw_key(w, wick_json_key(child));
        wick_jw_node(w, child);
    }
    wick_jw_end(w);
}
