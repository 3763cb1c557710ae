/* SPDX-License-Identifier: MIT */
/* symbol_info.json: an object of objects keyed by symbol. */
#include <string.h>

#include "data/data_int.h"

static const char *const keys[] = {"ticker",     "type",           "currency",   "mintick",
                                   "pointvalue", "lot_step",       "timezone",   "session",
                                   "timeframe",  "allow_negative", "description"};
enum { KEYS = sizeof keys / sizeof keys[0] };

static wick_status text_of(wick_ctx *ctx, const char *where, const wick_json *j, const char *key,
                           const char **out)
{
    const wick_json *v = wick_json_get(j, key);
    if (v == NULL) return WICK_OK;
    if (wick_json_kind(v) != WICK_JSON_STRING) {
        return wick_fail(ctx, WICK_E_PARSE, "%s: \"%s\" must be text", where, key);
    }
    *out = wick_json_string(v);
    return WICK_OK;
}

static wick_status number_of(wick_ctx *ctx, const char *where, const wick_json *j, const char *key,
                             double *out)
{
    const wick_json *v = wick_json_get(j, key);
    if (v == NULL) return WICK_OK;
    const double x = wick_json_number(v);
    if (!(x > 0.0) || !isfinite(x)) {
        return wick_fail(ctx, WICK_E_PARSE, "%s: \"%s\" must be a number above 0", where, key);
    }
    *out = x;
    return WICK_OK;
}

static wick_status known_keys(wick_ctx *ctx, const char *where, const wick_json *j)
{
    for (int64_t i = 0; i < wick_json_count(j); i++) {
        const char *key = wick_json_key(wick_json_at(j, i));
        int k = 0;
        while (k < KEYS && strcmp(keys[k], key) != 0) k++;
        if (k < KEYS) continue;
        const char *near = wick_nearest(key, keys, KEYS);
        return wick_fail(ctx, WICK_E_PARSE, "%s: unknown key \"%s\"%s%s%s", where, key,
                         near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                         near != NULL ? "\"?" : "");
    }
    return WICK_OK;
}

/* The symbol itself, else the longest key the file name (less a leading "ohlcv_") begins with,
 * ending where a word of the name ends. */
static const wick_json *entry_of(const wick_json *root, const char *symbol, const char *path)
{
    const wick_json *best = wick_json_get(root, symbol);
    if (best != NULL) return best;
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    if (strncmp(name, "ohlcv_", 6) == 0) name += 6;
    size_t longest = 0;
    for (int64_t i = 0; i < wick_json_count(root); i++) {
        const wick_json *j = wick_json_at(root, i);
        const char *key = wick_json_key(j);
        const size_t n = strlen(key);
        if (n <= longest || strncmp(name, key, n) != 0) continue;
        const char c = name[n];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) continue;
        best = j;
        longest = n;
    }
    return best;
}

wick_status wk_info_find(wick_ctx *ctx, const wick_json_doc *doc, const char *name,
                         const char *symbol, const char *path, wick_symbol_info *facts, bool *found)
{
    wick_status st = WICK_OK;
    const wick_json *root = wick_json_root(doc);
    const char *tf = NULL;
    char where[256];
    *found = false;
    if (wick_json_kind(root) != WICK_JSON_OBJECT) {
        return wick_fail(ctx, WICK_E_PARSE, "%s: an object of symbols is needed", name);
    }
    const wick_json *j = entry_of(root, symbol, path);
    if (j == NULL) return WICK_OK;
    snprintf(where, sizeof where, "%.160s: %.80s", name, wick_json_key(j));
    if (wick_json_kind(j) != WICK_JSON_OBJECT) {
        return wick_fail(ctx, WICK_E_PARSE, "%s: must be an object", where);
    }
    WICK_TRY(known_keys(ctx, where, j));
    WICK_TRY(text_of(ctx, where, j, "ticker", &facts->ticker));
    WICK_TRY(text_of(ctx, where, j, "type", &facts->kind));
    WICK_TRY(text_of(ctx, where, j, "currency", &facts->currency));
    WICK_TRY(text_of(ctx, where, j, "timezone", &facts->timezone));
    WICK_TRY(text_of(ctx, where, j, "session", &facts->session));
    WICK_TRY(text_of(ctx, where, j, "timeframe", &tf));
    WICK_TRY(number_of(ctx, where, j, "mintick", &facts->tick));
    WICK_TRY(number_of(ctx, where, j, "pointvalue", &facts->point_value));
    WICK_TRY(number_of(ctx, where, j, "lot_step", &facts->qty_step));
    facts->allow_negative = wick_json_bool(wick_json_get(j, "allow_negative"));
    if (tf != NULL && !wick_timeframe_parse(tf, &facts->timeframe_ms)) {
        st = wick_fail(ctx, WICK_E_PARSE, "%s: \"%s\" is no timeframe", where, tf);
    }
    *found = true;
out:
    return st;
}
