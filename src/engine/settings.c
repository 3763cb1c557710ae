/* SPDX-License-Identifier: MIT */
/* Settings by text: defaults, keys, profiles. The keys are rows of settings_table.c, the profiles
 * files of profile/. */
#include "engine/settings_row.h"

#include <stdlib.h>
#include <string.h>

extern const wick_profile_spec *const wk_profile_table[];
extern const int64_t wk_profile_table_n;
extern const wick_profile_spec wick_profile_wick;

static int32_t *int_at(wick_settings *s, const wk_setting *r)
{
    return (int32_t *)(void *)((char *)s + r->at);
}

static int32_t int_of(const wick_settings *s, const wk_setting *r)
{
    return *(const int32_t *)(const void *)((const char *)s + r->at);
}

static double number_of(const wick_settings *s, const wk_setting *r)
{
    return *(const double *)(const void *)((const char *)s + r->at);
}

static const wk_setting *find(const char *key)
{
    for (int i = 0; i < wk_setting_count; i++) {
        if (strcmp(wk_setting_rows[i].doc.key, key) == 0) return &wk_setting_rows[i];
    }
    return NULL;
}

/* Start and length of the k-th alternative of "a|b|c"; NULL past the end. */
static const char *choice(const char *values, int k, int *len)
{
    while (k-- > 0) {
        values = strchr(values, '|');
        if (values == NULL) return NULL;
        values++;
    }
    const char *end = strchr(values, '|');
    *len = end != NULL ? (int)(end - values) : (int)strlen(values);
    return values;
}

static bool put_choice(wick_settings *s, const wk_setting *r, const char *text)
{
    int len = 0;
    const char *c;
    for (int k = 0; (c = choice(r->doc.values, k, &len)) != NULL; k++) {
        if ((int)strlen(text) != len || memcmp(c, text, (size_t)len) != 0) continue;
        *int_at(s, r) = k;
        return true;
    }
    return false;
}

static bool put(wick_settings *s, const wk_setting *r, const char *text)
{
    if (r->kind == WK_KIND_ENUM) return put_choice(s, r, text);
    double v;
    if (r->kind == WK_KIND_COUNT && strcmp(text, "none") == 0) {
        v = 0.0;
    } else if (!wick_parse_double(text, (int64_t)strlen(text), &v)) {
        return false;
    }
    if (!(v >= r->lo && v <= r->hi)) return false;
    if (r->kind == WK_KIND_NUMBER) {
        *(double *)(void *)((char *)s + r->at) = v;
        return true;
    }
    if (v != floor(v)) return false;
    *int_at(s, r) = (int32_t)v;
    return true;
}

static void put_defaults(wick_settings *s)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < wk_setting_count; i++) {
        (void)put(s, &wk_setting_rows[i], wk_setting_rows[i].doc.def);
    }
    s->profile = wick_profile_wick.name;
}

wick_settings *wick_settings_new(void)
{
    wick_settings *s = malloc(sizeof *s);
    if (s != NULL) put_defaults(s);
    return s;
}

wick_settings *wick_settings_copy(const wick_settings *s)
{
    wick_settings *c = malloc(sizeof *c);
    if (c != NULL) *c = *s;
    return c;
}

void wick_settings_free(wick_settings *s)
{
    free(s);
}

int64_t wick_profile_count(void)
{
    return wk_profile_table_n;
}

const wick_profile_spec *wick_profile_at(int64_t i)
{
    return i >= 0 && i < wk_profile_table_n ? wk_profile_table[i] : NULL;
}

static wick_status unknown_profile(wick_ctx *ctx, const char *name)
{
    const char *names[64];
    char known[512] = "";
    int n = 0, len = 0;
    for (; n < wk_profile_table_n && n < 64; n++) {
        names[n] = wk_profile_table[n]->name;
        len += snprintf(known + len, len < 512 ? (size_t)(512 - len) : 0, "%s%s", n > 0 ? ", " : "",
                        names[n]);
        if (len >= 511) break;
    }
    const char *near = wick_nearest(name, names, n);
    return wick_fail(ctx, WICK_E_ARG, "unknown profile '%s'%s%s%s; known are %s", name,
                     near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
                     near != NULL ? "'?)" : "", known);
}

wick_status wick_settings_profile(wick_ctx *ctx, wick_settings *s, const char *name)
{
    for (int64_t i = 0; i < wk_profile_table_n; i++) {
        const wick_profile_spec *p = wk_profile_table[i];
        if (strcmp(name, p->name) != 0) continue;
        put_defaults(s);
        for (int k = 0; p->set[k].key != NULL; k++) {
            const wick_status st = wick_settings_set(ctx, s, p->set[k].key, p->set[k].value);
            if (st < 0) return st; /* a mistake in the profile's file */
        }
        s->profile = p->name;
        return WICK_OK;
    }
    return unknown_profile(ctx, name);
}

static wick_status bad_value(wick_ctx *ctx, const wk_setting *r, const char *value)
{
    const char *near = NULL;
    char words[16][24];
    const char *names[16];
    if (r->kind == WK_KIND_ENUM) {
        int n = 0, len = 0;
        const char *c;
        while (n < 16 && (c = choice(r->doc.values, n, &len)) != NULL && len < 24) {
            memcpy(words[n], c, (size_t)len);
            words[n][len] = '\0';
            names[n] = words[n];
            n++;
        }
        near = wick_nearest(value, names, n);
    }
    return wick_fail(ctx, WICK_E_ARG, "engine setting %s: '%s' is not one of its values (%s)%s%s%s",
                     r->doc.key, value, r->doc.values, near != NULL ? "; did you mean '" : "",
                     near != NULL ? near : "", near != NULL ? "'?" : "");
}

wick_status wick_settings_set(wick_ctx *ctx, wick_settings *s, const char *key, const char *value)
{
    if (strcmp(key, "profile") == 0) return wick_settings_profile(ctx, s, value);
    const wk_setting *r = find(key);
    if (r == NULL) {
        const char *names[256];
        int n = 0;
        for (; n < wk_setting_count && n < 256; n++) names[n] = wk_setting_rows[n].doc.key;
        const char *near = wick_nearest(key, names, n);
        return wick_fail(ctx, WICK_E_ARG, "unknown engine setting '%s'%s%s%s", key,
                         near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                         near != NULL ? "'?" : "");
    }
    return put(s, r, value) ? WICK_OK : bad_value(ctx, r, value);
}

int64_t wick_settings_count(void)
{
    return wk_setting_count;
}

const wick_setting_doc *wick_settings_doc(int64_t i)
{
    return i >= 0 && i < wk_setting_count ? &wk_setting_rows[i].doc : NULL;
}

int wick_settings_get(const wick_settings *s, int64_t i, char out[64])
{
    out[0] = '\0';
    if (i < 0 || i >= wk_setting_count) return 0;
    const wk_setting *r = &wk_setting_rows[i];
    if (r->kind == WK_KIND_ENUM) {
        int len = 0;
        const char *c = choice(r->doc.values, int_of(s, r), &len);
        if (c == NULL) return 0;
        return snprintf(out, 64, "%.*s", len, c);
    }
    if (r->kind == WK_KIND_NUMBER) return wick_format_double(out, number_of(s, r));
    const int32_t v = int_of(s, r);
    if (r->kind == WK_KIND_COUNT && v == 0) return snprintf(out, 64, "none");
    return snprintf(out, 64, "%d", (int)v);
}

const char *wick_settings_profile_name(const wick_settings *s)
{
    return s->profile;
}

double wick_settings_number(const wick_settings *s, const char *key)
{
    const wk_setting *r = find(key);
    if (r == NULL || r->kind == WK_KIND_ENUM) return WICK_NA;
    return r->kind == WK_KIND_NUMBER ? number_of(s, r) : (double)int_of(s, r);
}
