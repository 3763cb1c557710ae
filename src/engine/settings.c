/* SPDX-License-Identifier: MIT */
/* Settings by text: defaults, keys, profiles. The keys are rows of settings_table.c, the profiles
 * files of profile/. */
#include "engine/settings_row.h"

#include <stdlib.h>
#include <string.h>

extern const wick_profile_spec *const wk_profile_table[];
extern const int64_t wk_profile_table_n;
extern const wick_profile_spec wick_profile_wick;
extern const wick_cost_spec *const wk_cost_table[];
extern const int64_t wk_cost_table_n;

/* ---- rows: those of the table, then the parameters of the cost models ------------------------ */

enum { PER_MODEL = (int)(sizeof wk_cost_table[0]->param / sizeof wk_cost_table[0]->param[0]) };

/* The k-th parameter of all models; false past the last. */
static bool cost_row(int32_t k, wk_setting *out)
{
    int32_t at = 0;
    for (int64_t i = 0; i < wk_cost_table_n; i++) {
        const wick_cost_spec *m = wk_cost_table[i];
        for (int j = 0; j < PER_MODEL && m->param[j].doc.key != NULL; j++, at++) {
            if (at != k || at >= WK_COST_PARAMS) continue;
            *out = (wk_setting){m->param[j].doc,
                                offsetof(wick_settings, cost) + (size_t)k * sizeof(double),
                                WK_KIND_NUMBER, m->param[j].lo, m->param[j].hi};
            return true;
        }
    }
    return false;
}

static bool row_at(int64_t i, wk_setting *out)
{
    if (i < 0) return false;
    if (i >= wk_setting_count) return cost_row((int32_t)(i - wk_setting_count), out);
    *out = wk_setting_rows[i];
    return true;
}

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

static char *text_at(wick_settings *s, const wk_setting *r)
{
    return (char *)s + r->at;
}

static bool find(const char *key, wk_setting *out)
{
    for (int64_t i = 0; row_at(i, out); i++) {
        if (strcmp(out->doc.key, key) == 0) return true;
    }
    return false;
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

static bool put_tiers(wick_settings *s, const wk_setting *r, const char *text)
{
    double tier[WK_TIERS][3];
    char *to = text_at(s, r);
    const bool none = strcmp(text, "none") == 0;
    if (strlen(text) >= WICK_SETTING_TEXT || (!none && wk_tiers_parse(text, tier) < 0))
        return false;
    memset(to, 0, WICK_SETTING_TEXT);
    if (!none) memcpy(to, text, strlen(text));
    return true;
}

static bool put(wick_settings *s, const wk_setting *r, const char *text)
{
    if (r->kind == WK_KIND_ENUM) return put_choice(s, r, text);
    if (r->kind == WK_KIND_TIERS) return put_tiers(s, r, text);
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
    wk_setting r;
    memset(s, 0, sizeof *s);
    for (int64_t i = 0; row_at(i, &r); i++) (void)put(s, &r, r.doc.def);
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

const wick_profile_spec *wick_settings_spec(const wick_settings *s)
{
    for (int64_t i = 0; i < wk_profile_table_n; i++) {
        if (strcmp(s->profile, wk_profile_table[i]->name) == 0) return wk_profile_table[i];
    }
    return &wick_profile_wick;
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
    wk_setting r;
    if (!find(key, &r)) {
        const char *names[256];
        int n = 0;
        for (; n < 256 && n < wick_settings_count(); n++) names[n] = wick_settings_doc(n)->key;
        const char *near = wick_nearest(key, names, n);
        return wick_fail(ctx, WICK_E_ARG, "unknown engine setting '%s'%s%s%s", key,
                         near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                         near != NULL ? "'?" : "");
    }
    return put(s, &r, value) ? WICK_OK : bad_value(ctx, &r, value);
}

int64_t wick_settings_count(void)
{
    wk_setting r;
    int64_t n = wk_setting_count;
    while (row_at(n, &r)) n++;
    return n;
}

const wick_setting_doc *wick_settings_doc(int64_t i)
{
    if (i >= 0 && i < wk_setting_count) return &wk_setting_rows[i].doc;
    int64_t at = wk_setting_count;
    for (int64_t m = 0; m < wk_cost_table_n; m++) {
        for (int j = 0; j < PER_MODEL && wk_cost_table[m]->param[j].doc.key != NULL; j++, at++) {
            if (at == i) return &wk_cost_table[m]->param[j].doc;
        }
    }
    return NULL;
}

int64_t wick_cost_count(void)
{
    return wk_cost_table_n;
}

const wick_cost_spec *wick_cost_at(int64_t i)
{
    return i >= 0 && i < wk_cost_table_n ? wk_cost_table[i] : NULL;
}

int wick_settings_get(const wick_settings *s, int64_t i, char out[WICK_SETTING_TEXT])
{
    wk_setting row;
    const wk_setting *r = &row;
    out[0] = '\0';
    if (!row_at(i, &row)) return 0;
    if (r->kind == WK_KIND_TIERS) {
        const char *text = (const char *)s + r->at;
        return snprintf(out, WICK_SETTING_TEXT, "%s", text[0] != '\0' ? text : "none");
    }
    if (r->kind == WK_KIND_ENUM) {
        int len = 0;
        const char *c = choice(r->doc.values, int_of(s, r), &len);
        if (c == NULL) return 0;
        return snprintf(out, WICK_SETTING_TEXT, "%.*s", len, c);
    }
    if (r->kind == WK_KIND_NUMBER) return wick_format_double(out, number_of(s, r));
    const int32_t v = int_of(s, r);
    if (r->kind == WK_KIND_COUNT && v == 0) return snprintf(out, WICK_SETTING_TEXT, "none");
    return snprintf(out, WICK_SETTING_TEXT, "%d", (int)v);
}

const char *wick_settings_profile_name(const wick_settings *s)
{
    return s->profile;
}

double wick_settings_number(const wick_settings *s, const char *key)
{
    wk_setting r;
    if (!find(key, &r) || r.kind == WK_KIND_ENUM || r.kind == WK_KIND_TIERS) return WICK_NA;
    return r.kind == WK_KIND_NUMBER ? number_of(s, &r) : (double)int_of(s, &r);
}
