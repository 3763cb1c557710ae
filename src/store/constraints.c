/* SPDX-License-Identifier: MIT */
/* Constraints in the one form that every release of Optuna and the dashboard read: a list of
 * numbers in the trial's system attribute `constraints`, the names beside it on the study. */
#include <string.h>

#include "store/store_int.h"

static wick_status parse(wick_ctx *ctx, const char *what, const char *json, wick_json_doc **doc)
{
    *doc = NULL;
    if (json == NULL) return WICK_OK;
    return wick_json_parse(ctx, what, json, (int64_t)strlen(json), doc);
}

static int64_t place_of(const wick_json *list, const char *name)
{
    const int64_t n = wick_json_count(list);
    for (int64_t i = 0; i < n; i++) {
        const char *s = wick_json_string(wick_json_at(list, i));
        if (s != NULL && strcmp(s, name) == 0) return i;
    }
    return -1;
}

wick_status wk_con_names(wick_ctx *ctx, const char *names, const wk_con_value *c, int64_t n,
                         wick_buf *out, bool *more)
{
    wick_json_doc *doc;
    const wick_status st = parse(ctx, WK_CONSTRAINT_NAMES, names, &doc);
    if (st < 0) return st;
    const wick_json *list = doc != NULL ? wick_json_root(doc) : NULL;
    int64_t written = 0;
    *more = false;
    wick_buf_add(out, "[", 1);
    for (int64_t i = 0; list != NULL && i < wick_json_count(list); i++) {
        const char *s = wick_json_string(wick_json_at(list, i));
        if (written++ > 0) wick_buf_add(out, ", ", 2);
        wk_py_string(out, s != NULL ? s : "");
    }
    for (int64_t i = 0; i < n; i++) {
        if (list != NULL && place_of(list, c[i].name) >= 0) continue;
        if (written++ > 0) wick_buf_add(out, ", ", 2);
        wk_py_string(out, c[i].name);
        *more = true;
    }
    wick_buf_add(out, "]", 1);
    wick_json_free(doc);
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}

wick_status wk_con_list(wick_ctx *ctx, const char *names, const wk_con_value *c, int64_t n,
                        wick_buf *out)
{
    wick_json_doc *doc;
    const wick_status st = parse(ctx, WK_CONSTRAINT_NAMES, names, &doc);
    if (st < 0) return st;
    const wick_json *list = doc != NULL ? wick_json_root(doc) : NULL;
    const int64_t all = list != NULL ? wick_json_count(list) : 0;
    /* Names after the last one of this trial are other trials' business. */
    int64_t last = 0;
    for (int64_t k = 0; k < n; k++) {
        const int64_t at = list != NULL ? place_of(list, c[k].name) : -1;
        if (at + 1 > last) last = at + 1;
    }
    wick_buf_add(out, "[", 1);
    for (int64_t i = 0; i < last && i < all; i++) {
        const char *name = wick_json_string(wick_json_at(list, i));
        double v = 0.0;
        for (int64_t k = 0; k < n && name != NULL; k++)
            if (strcmp(c[k].name, name) == 0) v = c[k].value;
        if (i > 0) wick_buf_add(out, ", ", 2);
        wk_py_double(out, v);
    }
    wick_buf_add(out, "]", 1);
    wick_json_free(doc);
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}

static wick_status apply_one(wick_ctx *ctx, wick_study *s, int64_t trial, const char *name,
                             double v)
{
    if (isnan(v)) return WICK_OK;
    const wick_study_event e = {
        .size = sizeof e, .kind = WICK_EV_CONSTRAINT, .trial = trial, .name = name, .value = v};
    return wick_study_apply(ctx, s, &e);
}

/* Infinity and NaN are words JSON does not know; Python writes them. */
static wick_status apply_list(wick_ctx *ctx, wick_study *s, int64_t trial, const char *json)
{
    wick_json_doc *names = NULL;
    wick_status st =
        parse(ctx, WK_CONSTRAINT_NAMES, wick_study_system_attr(s, WK_CONSTRAINT_NAMES), &names);
    if (st < 0) return st;
    const char *p = json + strspn(json, " [");
    for (int64_t i = 0; *p != '\0' && *p != ']' && st >= 0; i++) {
        const size_t len = strcspn(p, ",]");
        double v;
        if (!wick_parse_double(p, (int64_t)len, &v)) break; /* null, or nothing we wrote */
        const char *name =
            names != NULL ? wick_json_string(wick_json_at(wick_json_root(names), i)) : NULL;
        char plain[24];
        snprintf(plain, sizeof plain, "%lld", (long long)i);
        st = apply_one(ctx, s, trial, name != NULL ? name : plain, v);
        p += len;
        if (*p == ',') p += 1 + strspn(p + 1, " ");
    }
    wick_json_free(names);
    return st;
}

wick_status wk_apply_system(wick_ctx *ctx, wick_study *s, int64_t trial, const char *key,
                            const char *json)
{
    const wick_study_event e = {
        .size = sizeof e, .kind = WICK_EV_SYSTEM_ATTR, .trial = trial, .name = key, .json = json};
    wick_status st = wick_study_apply(ctx, s, &e);
    if (st < 0) return st;
    static const char prefix[] = WK_CONSTRAINTS ":";
    const int32_t state = wick_trial_state_of(wick_study_trial(s, trial));
    if (state != WICK_TRIAL_RUNNING && state != WICK_TRIAL_WAITING) return WICK_OK;
    if (strcmp(key, WK_CONSTRAINTS) == 0) return apply_list(ctx, s, trial, json);
    double v;
    if (strncmp(key, prefix, sizeof prefix - 1) == 0 &&
        wick_parse_double(json, (int64_t)strlen(json), &v))
        st = apply_one(ctx, s, trial, key + sizeof prefix - 1, v);
    return st;
}

wick_status wk_history_add(wick_ctx *ctx, const char *old, int64_t number, wick_buf *out,
                           int64_t *length)
{
    wick_json_doc *doc;
    const wick_status st = parse(ctx, "retry_history", old, &doc);
    if (st < 0) return st;
    const wick_json *list = doc != NULL ? wick_json_root(doc) : NULL;
    const int64_t n = list != NULL ? wick_json_count(list) : 0;
    wick_buf_add(out, "[", 1);
    for (int64_t i = 0; i < n; i++)
        wick_buf_addf(out, "%.0f, ", wick_json_number(wick_json_at(list, i)));
    wick_buf_addf(out, "%lld]", (long long)number);
    *length = n + 1;
    wick_json_free(doc);
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}
