/* SPDX-License-Identifier: MIT */
/* Samplers and pruners as text: "tpe", "median(startup=3, n_min=2)", "patient(median, 4)",
 * "grid({"x": [1, 2]})". Options without a name fill the list in its order. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

static char *copy_of(const char *s, int64_t n)
{
    char *p = malloc((size_t)n + 1);
    if (p == NULL) return NULL;
    if (n > 0) memcpy(p, s, (size_t)n);
    p[n] = '\0';
    return p;
}

static void trim(const char **s, int64_t *n)
{
    while (*n > 0 && isspace((unsigned char)**s)) {
        ++*s;
        --*n;
    }
    while (*n > 0 && isspace((unsigned char)(*s)[*n - 1])) --*n;
}

wick_status wk_spec_split(wick_ctx *ctx, const char *text, char **name, char **options)
{
    *name = *options = NULL;
    const char *s = text;
    int64_t n = (int64_t)strlen(text);
    trim(&s, &n);
    const char *open = memchr(s, '(', (size_t)n);
    if (n == 0 || (open != NULL && s[n - 1] != ')'))
        return wick_fail(ctx, WICK_E_PARSE, "'%s': expected name or name(options)", text);
    const char *word = s;
    int64_t word_n = open != NULL ? open - s : n;
    trim(&word, &word_n);
    *name = copy_of(word, word_n);
    if (*name == NULL) return wick_fail_mem(ctx);
    if (open == NULL) return WICK_OK;
    *options = copy_of(open + 1, s + n - 1 - (open + 1));
    if (*options != NULL) return WICK_OK;
    free(*name);
    *name = NULL;
    return wick_fail_mem(ctx);
}

static int param_count(const wick_opt_param *p)
{
    int n = 0;
    while (n < WICK_OPT_PARAMS && p[n].kind != WICK_OPT_END) n++;
    return n;
}

static wick_status unknown(wick_ctx *ctx, const char *what, const wick_opt_param *p,
                           const char *name)
{
    const char *names[WICK_OPT_PARAMS];
    const int n = param_count(p);
    for (int i = 0; i < n; i++) names[i] = p[i].name;
    const char *near = wick_nearest(name, names, n);
    if (near != NULL)
        return wick_fail(ctx, WICK_E_ARG, "%s has no option '%s'; did you mean '%s'?", what, name,
                         near);
    wick_buf b = {0};
    for (int i = 0; i < n; i++) wick_buf_addf(&b, "%s%s", i > 0 ? ", " : "", names[i]);
    const wick_status st = wick_fail(ctx, WICK_E_ARG, "%s has no option '%s'; it has: %s", what,
                                     name, n > 0 && !b.failed ? b.data : "none");
    wick_buf_free(&b);
    return st;
}

static bool read_bool(const char *s, double *out)
{
    static const char *const yes[] = {"1", "true", "on", "yes"};
    static const char *const no[] = {"0", "false", "off", "no"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(s, yes[i]) == 0) return *out = 1.0, true;
        if (strcmp(s, no[i]) == 0) return *out = 0.0, true;
    }
    return false;
}

/* Which of the words, -1 for none. */
static int word_of(const char *words, const char *s)
{
    const size_t n = strlen(s);
    int k = 0;
    for (const char *p = words; *p != '\0'; k++) {
        const size_t len = strcspn(p, "|");
        if (len == n && strncmp(p, s, n) == 0) return k;
        p += len + (p[len] == '|');
    }
    return -1;
}

static wick_status read_value(wick_ctx *ctx, const char *what, const wick_opt_param *p,
                              const char *s, double *number)
{
    const int64_t n = (int64_t)strlen(s);
    if (p->kind == WICK_OPT_BOOL) {
        if (read_bool(s, number)) return WICK_OK;
        return wick_fail(ctx, WICK_E_ARG, "%s: %s is '%s': expected 0 or 1", what, p->name, s);
    }
    if (p->kind == WICK_OPT_WORD) {
        const int k = word_of(p->words, s);
        if (k < 0)
            return wick_fail(ctx, WICK_E_ARG, "%s: %s is '%s': expected one of %s", what, p->name,
                             s, p->words);
        *number = k;
        return WICK_OK;
    }
    if (p->kind == WICK_OPT_NUMBER || p->kind == WICK_OPT_INT) {
        double v;
        if (!wick_parse_double(s, n, &v) || isnan(v))
            return wick_fail(ctx, WICK_E_ARG, "%s: %s is '%s': expected a number", what, p->name,
                             s);
        if (p->kind == WICK_OPT_INT && v != floor(v))
            return wick_fail(ctx, WICK_E_ARG, "%s: %s is %g: expected a whole number", what,
                             p->name, v);
        if (v < p->low || v > p->high)
            return wick_fail(ctx, WICK_E_ARG, "%s: %s is %g: must be from %g to %g", what, p->name,
                             v, p->low, p->high);
        *number = v;
    }
    return WICK_OK;
}

/* End of one option: the comma at depth 0, text in quotes skipped. */
static int64_t option_end(const char *s)
{
    int depth = 0;
    bool quoted = false;
    int64_t i = 0;
    for (; s[i] != '\0'; i++) {
        const char c = s[i];
        if (quoted) {
            if (c == '\\' && s[i + 1] != '\0') i++;
            if (c == '"') quoted = false;
            continue;
        }
        if (c == '"') quoted = true;
        if (c == '(' || c == '{' || c == '[') depth++;
        if (c == ')' || c == '}' || c == ']') depth--;
        if (c == ',' && depth == 0) break;
    }
    return i;
}

static wick_status read_option(wick_ctx *ctx, const char *what, const char *s, int64_t n,
                               int *position, wick_opt_args *a)
{
    const wick_opt_param *param = a->param;
    int64_t eq = 0;
    while (eq < n &&
           (isalnum((unsigned char)s[eq]) || s[eq] == '_' || isspace((unsigned char)s[eq])))
        eq++;
    int k = *position;
    char name[64];
    if (eq < n && s[eq] == '=') {
        const char *w = s;
        int64_t wn = eq;
        trim(&w, &wn);
        snprintf(name, sizeof name, "%.*s", (int)(wn < 63 ? wn : 63), w);
        for (k = 0; k < param_count(param); k++)
            if (strcmp(param[k].name, name) == 0) break;
        if (k == param_count(param)) return unknown(ctx, what, param, name);
        s += eq + 1;
        n -= eq + 1;
        *position = WICK_OPT_PARAMS;
    } else if (k >= param_count(param)) {
        return wick_fail(ctx, WICK_E_ARG, "%s: '%.*s' is one option too many, or needs its name",
                         what, (int)(n < 80 ? n : 80), s);
    } else {
        ++*position;
    }
    if (a->set[k]) return wick_fail(ctx, WICK_E_ARG, "%s: %s is given twice", what, param[k].name);
    trim(&s, &n);
    char *text = copy_of(s, n);
    if (text == NULL) return wick_fail_mem(ctx);
    a->text[k] = text;
    a->set[k] = true;
    return read_value(ctx, what, &param[k], text, &a->number[k]);
}

wick_status wk_args_read(wick_ctx *ctx, const char *what, const wick_opt_param *param,
                         const char *options, wick_opt_args *out)
{
    memset(out, 0, sizeof *out);
    out->param = param;
    for (int i = 0; i < param_count(param); i++) out->number[i] = param[i].def;
    int position = 0;
    const char *s = options;
    while (s != NULL && *s != '\0') {
        const int64_t end = option_end(s);
        const char *t = s;
        int64_t n = end;
        trim(&t, &n);
        const bool last = s[end] == '\0';
        if (n == 0 && last && s == options) break;
        if (n == 0) {
            wk_args_free(out);
            return wick_fail(ctx, WICK_E_PARSE, "%s(%s): an option is empty", what, options);
        }
        const wick_status st = read_option(ctx, what, t, n, &position, out);
        if (st < 0) {
            wk_args_free(out);
            return st;
        }
        s += end + !last;
    }
    return WICK_OK;
}

void wk_args_free(wick_opt_args *a)
{
    for (int i = 0; i < WICK_OPT_PARAMS; i++) {
        free(a->text[i]);
        a->text[i] = NULL;
    }
}

static int index_of(const wick_opt_args *a, const char *name)
{
    int i = 0;
    while (i < WICK_OPT_PARAMS - 1 && strcmp(a->param[i].name, name) != 0) i++;
    return i;
}

double wk_arg(const wick_opt_args *a, const char *name)
{
    return a->number[index_of(a, name)];
}

const char *wk_arg_text(const wick_opt_args *a, const char *name)
{
    return a->text[index_of(a, name)];
}

bool wk_arg_set(const wick_opt_args *a, const char *name)
{
    return a->set[index_of(a, name)];
}
