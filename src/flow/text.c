/* SPDX-License-Identifier: MIT */
/* `name(key=value, ...)`: splits and objectives as text. Values may hold brackets of their own and
 * double quotes; a value without a key takes the next place of the list. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "flow/flow_int.h"

static bool blank(char c)
{
    return isspace((unsigned char)c) != 0;
}

static void trim(const char **s, const char **end)
{
    while (*s < *end && blank(**s)) ++*s;
    while (*end > *s && blank((*end)[-1])) --*end;
}

/* End of one item: the next comma outside brackets and quotes. */
static const char *item_end(const char *s, const char *end)
{
    int depth = 0;
    bool quoted = false;
    for (; s < end; s++) {
        if (*s == '"') quoted = !quoted;
        if (quoted) continue;
        if (*s == '(' || *s == '[') depth++;
        if (*s == ')' || *s == ']') depth--;
        if (*s == ',' && depth == 0) return s;
    }
    return end;
}

static wick_status keep(wick_ctx *ctx, char **to, const char *s, const char *end)
{
    trim(&s, &end);
    if (end - s >= 2 && *s == '"' && end[-1] == '"') s++, end--;
    *to = strndup(s, (size_t)(end - s));
    return *to != NULL ? WICK_OK : wick_fail_mem(ctx);
}

/* key=value; == and >= are part of an expression. */
static const char *equals(const char *s, const char *end)
{
    const char *p = s;
    while (p < end && (isalnum((unsigned char)*p) || *p == '_' || blank(*p))) p++;
    return p < end && p > s && *p == '=' && (p + 1 == end || p[1] != '=') ? p : NULL;
}

wick_status wk_call_read(wick_ctx *ctx, const char *text, wk_call *c)
{
    const char *s = text, *end = text + strlen(text);
    memset(c, 0, sizeof *c);
    trim(&s, &end);
    const char *open = memchr(s, '(', (size_t)(end - s));
    if (s == end || (open != NULL && end[-1] != ')'))
        return wick_fail(ctx, WICK_E_PARSE, "'%s': expected name or name(key=value, ...)", text);
    wick_status st = keep(ctx, &c->name, s, open != NULL ? open : end);
    if (st < 0 || open == NULL) return st;
    s = open + 1;
    end--;
    trim(&s, &end);
    while (s < end && st >= 0) {
        if (c->n == WK_CALL_ARGS)
            return wick_fail(ctx, WICK_E_PARSE, "'%s': more than %d options", text,
                             (int)WK_CALL_ARGS);
        const char *stop = item_end(s, end), *eq = equals(s, stop);
        wk_call_arg *a = &c->arg[c->n++];
        if (eq != NULL) st = keep(ctx, &a->key, s, eq);
        if (st >= 0) st = keep(ctx, &a->value, eq != NULL ? eq + 1 : s, stop);
        s = stop < end ? stop + 1 : end;
    }
    return st;
}

void wk_call_free(wk_call *c)
{
    free(c->name);
    for (int i = 0; i < c->n; i++) {
        free(c->arg[i].key);
        free(c->arg[i].value);
    }
    memset(c, 0, sizeof *c);
}

wick_status wk_call_match(wick_ctx *ctx, wk_call *c, const char *const *keys)
{
    int n = 0, next = 0;
    while (keys[n] != NULL) n++;
    for (int i = 0; i < c->n; i++) {
        wk_call_arg *a = &c->arg[i];
        if (a->key == NULL) {
            if (next == n)
                return wick_fail(ctx, WICK_E_ARG, "%s takes %d options at most", c->name, n);
            a->at = next++;
            continue;
        }
        a->at = 0;
        while (a->at < n && strcmp(keys[a->at], a->key) != 0) a->at++;
        if (a->at == n) {
            const char *near = wick_nearest(a->key, keys, n);
            if (near != NULL)
                return wick_fail(ctx, WICK_E_ARG, "%s has no option '%s'; did you mean '%s'?",
                                 c->name, a->key, near);
            wick_buf b = {0};
            for (int k = 0; k < n; k++) wick_buf_addf(&b, "%s%s", k > 0 ? ", " : "", keys[k]);
            const wick_status st = wick_fail(ctx, WICK_E_ARG, "%s has no option '%s'; it has: %s",
                                             c->name, a->key, n > 0 && !b.failed ? b.data : "none");
            wick_buf_free(&b);
            return st;
        }
        next = a->at + 1;
    }
    return WICK_OK;
}

const char *wk_call_text(const wk_call *c, int at)
{
    for (int i = 0; i < c->n; i++)
        if (c->arg[i].at == at) return c->arg[i].value;
    return NULL;
}

wick_status wk_call_number(wick_ctx *ctx, const wk_call *c, int at, const char *key, double lo,
                           double hi, double *out)
{
    const char *s = wk_call_text(c, at);
    double v;
    if (s == NULL) return WICK_OK;
    if (!wick_parse_double(s, (int64_t)strlen(s), &v) || !(v >= lo && v <= hi))
        return wick_fail(ctx, WICK_E_ARG, "%s: %s is '%s': expected a number from %g to %g",
                         c->name, key, s, lo, hi);
    *out = v;
    return WICK_OK;
}

wick_status wk_call_int(wick_ctx *ctx, const wk_call *c, int at, const char *key, int64_t lo,
                        int64_t hi, int64_t *out)
{
    double v = (double)*out;
    const wick_status st = wk_call_number(ctx, c, at, key, (double)lo, (double)hi, &v);
    if (st < 0) return st;
    if (v != floor(v))
        return wick_fail(ctx, WICK_E_ARG, "%s: %s is '%s': expected a whole number", c->name, key,
                         wk_call_text(c, at));
    *out = (int64_t)v;
    return WICK_OK;
}
