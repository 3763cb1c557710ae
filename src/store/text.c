/* SPDX-License-Identifier: MIT */
/* Optuna's texts: distributions, numbers and times as Python writes them. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "store/store_int.h"

void wk_py_double(wick_buf *b, double v)
{
    if (isnan(v)) {
        wick_buf_add(b, "NaN", 3);
    } else if (isinf(v)) {
        wick_buf_add(b, v > 0.0 ? "Infinity" : "-Infinity", -1);
    } else {
        char text[WICK_DOUBLE_TEXT];
        wick_format_double(text, v);
        wick_buf_add(b, text, -1);
        if (strpbrk(text, ".e") == NULL) wick_buf_add(b, ".0", 2);
    }
}

/* Code point at *s, which moves on; a byte that begins none stands for U+FFFD. */
static uint32_t code_point(const unsigned char **s)
{
    const unsigned char *p = *s;
    const int n = *p < 0x80 ? 1 : *p >= 0xF0 ? 4 : *p >= 0xE0 ? 3 : *p >= 0xC2 ? 2 : 0;
    uint32_t c = n <= 1 ? *p : (uint32_t)(*p & (0x7F >> n));
    for (int i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *s = p + 1;
            return 0xFFFD;
        }
        c = c << 6 | (p[i] & 0x3FU);
    }
    *s = p + (n == 0 ? 1 : n);
    return n == 0 || c > 0x10FFFF ? 0xFFFD : c;
}

void wk_py_string(wick_buf *b, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    wick_buf_add(b, "\"", 1);
    while (*s != '\0') {
        const uint32_t c = code_point(&s);
        if (c == '"' || c == '\\') {
            wick_buf_addf(b, "\\%c", (int)c);
        } else if (c == '\n' || c == '\r' || c == '\t') {
            wick_buf_add(b, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t", 2);
        } else if (c >= 0x20 && c < 0x7F) {
            const char one = (char)c;
            wick_buf_add(b, &one, 1);
        } else if (c > 0xFFFF) {
            wick_buf_addf(b, "\\u%04x\\u%04x", (unsigned)(0xD800 + ((c - 0x10000) >> 10)),
                          (unsigned)(0xDC00 + ((c - 0x10000) & 0x3FF)));
        } else {
            wick_buf_addf(b, "\\u%04x", (unsigned)c);
        }
    }
    wick_buf_add(b, "\"", 1);
}

/* ---- distributions ------------------------------------------------------------------------ */

static void choice_json(wick_buf *b, const wick_choice *c)
{
    switch (c->kind) {
    case WICK_CHOICE_BOOL: wick_buf_add(b, c->i != 0 ? "true" : "false", -1); break;
    case WICK_CHOICE_INT: wick_buf_add_int(b, c->i); break;
    case WICK_CHOICE_FLOAT: wk_py_double(b, c->d); break;
    case WICK_CHOICE_STRING: wk_py_string(b, c->s); break;
    default: wick_buf_add(b, "null", 4); break;
    }
}

void wk_dist_json(wick_buf *b, const wick_dist *d)
{
    if (d->kind == WICK_DIST_CATEGORICAL) {
        wick_buf_add(b, "{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [",
                     -1);
        for (int64_t i = 0; i < d->n_choices; i++) {
            if (i > 0) wick_buf_add(b, ", ", 2);
            choice_json(b, &d->choices[i]);
        }
        wick_buf_add(b, "]}}", 3);
        return;
    }
    const char *log = d->log ? "true" : "false";
    if (d->kind == WICK_DIST_INT) {
        wick_buf_addf(b,
                      "{\"name\": \"IntDistribution\", \"attributes\": {\"log\": %s, \"step\": "
                      "%lld, \"low\": %lld, \"high\": %lld}}",
                      log, (long long)d->step, (long long)d->low, (long long)d->high);
        return;
    }
    wick_buf_add(b, "{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": ", -1);
    if (d->step > 0.0) {
        wk_py_double(b, d->step);
    } else {
        wick_buf_add(b, "null", 4);
    }
    wick_buf_add(b, ", \"low\": ", -1);
    wk_py_double(b, d->low);
    wick_buf_add(b, ", \"high\": ", -1);
    wk_py_double(b, d->high);
    wick_buf_addf(b, ", \"log\": %s}}", log);
}

void wk_external_json(wick_buf *b, const wick_dist *d, double value)
{
    if (d->kind == WICK_DIST_CATEGORICAL) {
        choice_json(b, &d->choices[(int64_t)value]);
    } else if (d->kind == WICK_DIST_INT) {
        wick_buf_add_int(b, (int64_t)value);
    } else {
        wk_py_double(b, value);
    }
}

static wick_status bad(wick_ctx *ctx, const char *name, const char *what)
{
    return wick_fail(ctx, WICK_E_DATA, "parameter '%s': %s", name, what);
}

static wick_status read_choices(wick_ctx *ctx, wick_arena *a, const char *name,
                                const wick_json *list, wick_dist *out)
{
    const int64_t n = wick_json_count(list);
    wick_choice *c = wick_arena_zalloc(a, (n > 0 ? n : 1) * (int64_t)sizeof *c);
    if (c == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        const wick_json *j = wick_json_at(list, i);
        const double v = wick_json_number(j);
        switch (wick_json_kind(j)) {
        case WICK_JSON_NULL: c[i].kind = WICK_CHOICE_NULL; break;
        case WICK_JSON_BOOL:
            c[i].kind = WICK_CHOICE_BOOL;
            c[i].i = wick_json_bool(j);
            break;
        case WICK_JSON_NUMBER:
            /* JSON does not tell 3 from 3.0, and neither does Python when it compares choices. */
            if (v == floor(v) && fabs(v) < 9007199254740992.0) {
                c[i].kind = WICK_CHOICE_INT;
                c[i].i = (int64_t)v;
            } else {
                c[i].kind = WICK_CHOICE_FLOAT;
                c[i].d = v;
            }
            break;
        case WICK_JSON_STRING:
            c[i].kind = WICK_CHOICE_STRING;
            c[i].s = wick_arena_strdup(a, wick_json_string(j));
            if (c[i].s == NULL) return wick_fail_mem(ctx);
            break;
        default:
            return bad(ctx, name,
                       "a choice is a list or an object; wick knows null, true, false, "
                       "numbers and text");
        }
    }
    const wick_status st = wick_dist_categorical(ctx, c, n, out);
    return st < 0 ? wick_note(ctx, "while reading parameter '%s'", name) : WICK_OK;
}

static double number_of(const wick_json *o, const char *key, double def)
{
    const wick_json *j = wick_json_get(o, key);
    return j == NULL || wick_json_kind(j) == WICK_JSON_NULL ? def : wick_json_number(j);
}

/* `high` was lowered to the grid when it was written, so it is taken as it is. */
static wick_status read_range(wick_ctx *ctx, const char *name, const wick_json *o, bool integer,
                              bool log, const char *step, wick_dist *out)
{
    const wick_json *l = wick_json_get(o, "log");
    *out = (wick_dist){.kind = integer ? WICK_DIST_INT : WICK_DIST_FLOAT,
                       .log = log || (l != NULL && wick_json_bool(l)),
                       .low = number_of(o, "low", WICK_NA),
                       .high = number_of(o, "high", WICK_NA),
                       .step = number_of(o, step, integer ? 1.0 : 0.0)};
    const bool good = isfinite(out->low) && isfinite(out->high) && out->low <= out->high &&
                      out->step >= 0.0 && (!integer || out->step >= 1.0) &&
                      (!out->log || out->low > 0.0);
    return good ? WICK_OK : bad(ctx, name, "its stored range is none");
}

static wick_status read_dist(wick_ctx *ctx, wick_arena *a, const char *name, const wick_json *root,
                             wick_dist *out)
{
    const char *kind = wick_json_string(wick_json_get(root, "name"));
    const wick_json *o = wick_json_get(root, "attributes");
    if (kind == NULL) { /* the short form */
        kind = wick_json_string(wick_json_get(root, "type"));
        o = root;
    }
    if (kind == NULL || o == NULL) return bad(ctx, name, "its stored distribution has no kind");
    static const struct form {
        const char *name;
        bool integer, log;
        const char *step;
    } forms[] = {
        {"FloatDistribution", false, false, "step"},
        {"IntDistribution", true, false, "step"},
        {"float", false, false, "step"},
        {"int", true, false, "step"},
        {"UniformDistribution", false, false, "-"},
        {"LogUniformDistribution", false, true, "-"},
        {"DiscreteUniformDistribution", false, false, "q"},
        {"IntUniformDistribution", true, false, "step"},
        {"IntLogUniformDistribution", true, true, "step"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(kind, forms[i].name) == 0)
            return read_range(ctx, name, o, forms[i].integer, forms[i].log, forms[i].step, out);
    if (strcmp(kind, "CategoricalDistribution") == 0 || strcmp(kind, "categorical") == 0)
        return read_choices(ctx, a, name, wick_json_get(o, "choices"), out);
    return wick_fail(ctx, WICK_E_DATA, "parameter '%s': distribution '%s' is unknown", name, kind);
}

wick_status wk_dist_read(wick_ctx *ctx, wick_arena *a, const char *name, const char *json,
                         wick_dist *out)
{
    wick_json_doc *doc = NULL;
    wick_status st = wick_json_parse(ctx, name, json, (int64_t)strlen(json), &doc);
    if (st < 0) return st;
    st = read_dist(ctx, a, name, wick_json_root(doc), out);
    wick_json_free(doc);
    return st;
}

struct wk_dist_entry {
    uint64_t hash;
    const char *text;
    wick_dist d;
};

wick_status wk_dists_get(wick_ctx *ctx, wk_dists *t, const char *name, const char *json,
                         const wick_dist **out)
{
    const uint64_t hash = wick_hash64(json, (int64_t)strlen(json), 0);
    /* The last ones used are the likely ones: studies have tens of distributions, not thousands. */
    for (int64_t i = t->n - 1; i >= 0; i--) {
        if (t->entry[i].hash != hash || strcmp(t->entry[i].text, json) != 0) continue;
        *out = &t->entry[i].d;
        return WICK_OK;
    }
    if (t->arena == NULL && (t->arena = wick_arena_new(0)) == NULL) return wick_fail_mem(ctx);
    if (t->n == t->cap) {
        const int64_t cap = t->cap == 0 ? 16 : 2 * t->cap;
        struct wk_dist_entry *p = realloc(t->entry, (size_t)cap * sizeof *p);
        if (p == NULL) return wick_fail_mem(ctx);
        t->entry = p;
        t->cap = cap;
    }
    struct wk_dist_entry *e = &t->entry[t->n];
    *e = (struct wk_dist_entry){.hash = hash, .text = wick_arena_strdup(t->arena, json)};
    if (e->text == NULL) return wick_fail_mem(ctx);
    const wick_status st = wk_dist_read(ctx, t->arena, name, json, &e->d);
    if (st < 0) return st;
    t->n++;
    *out = &e->d;
    return WICK_OK;
}

void wk_dists_free(wk_dists *t)
{
    wick_arena_free(t->arena);
    free(t->entry);
    *t = (wk_dists){0};
}

/* ---- times, names ------------------------------------------------------------------------- */

const char *wk_stamp(char out[WK_STAMP_TEXT], int64_t ms, bool iso)
{
    if (ms == WICK_NO_TIME) return NULL;
    const wick_civil c = wick_time_to_civil(ms);
    snprintf(out, WK_STAMP_TEXT, "%04d-%02d-%02d%c%02d:%02d:%02d.%03d000%s", (int)c.year,
             (int)c.month, (int)c.day, iso ? 'T' : ' ', (int)c.hour, (int)c.minute, (int)c.second,
             (int)c.ms, iso ? "+00:00" : "");
    return out;
}

int64_t wk_stamp_read(const char *s)
{
    int64_t t;
    if (s == NULL || !wick_time_parse(s, (int64_t)strlen(s), &t, NULL)) return WICK_NO_TIME;
    return t;
}

const char *wk_direction_name(int32_t direction)
{
    return direction == WICK_MAXIMIZE ? "MAXIMIZE" : "MINIMIZE";
}

int32_t wk_direction_read(const char *s)
{
    if (s == NULL) return 0;
    return strcmp(s, "MINIMIZE") == 0   ? WICK_MINIMIZE
           : strcmp(s, "MAXIMIZE") == 0 ? WICK_MAXIMIZE
                                        : 0;
}

int32_t wk_state_read(const char *s)
{
    for (int32_t i = 0; s != NULL && i < 5; i++)
        if (strcmp(s, wick_trial_state_name(i)) == 0) return i;
    return -1;
}

void wk_uuid(char out[37])
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b) {
        struct timespec t;
        clock_gettime(CLOCK_REALTIME, &t);
        wick_pcg g =
            wick_pcg_key((uint64_t)t.tv_sec, "uuid", (uint64_t)t.tv_nsec, (uint64_t)(uintptr_t)out);
        for (int i = 0; i < 16; i++) b[i] = (unsigned char)wick_pcg_below(&g, 256);
    }
    b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
    snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
             b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}
