/* SPDX-License-Identifier: MIT */
/* Annotations for the Lua language server, made from the registries: `wick doc --luals DIR`. */
#include <ctype.h>
#include <string.h>

#include "cli/doc.h"

/* What stands before the dot in cli_lua_docs, and the class it is. */
typedef struct root {
    const char *name, *type;
    bool global; /* a table of the sandbox; else the usual name of an object */
    bool hooks;  /* its functions are written by the user */
} root;

static const root roots[] = {
    {"wick", "wicklib", true, false},         {"metrics", "wick.metricslib", true, false},
    {"ml", "wick.mllib", true, false},        {"pine", "wick.pinelib", true, false},
    {"S", "wick.strategy", false, true},      {"P", "wick.pipeline", false, true},
    {"b", "wick.bars", false, false},         {"x", "wick.series", false, false},
    {"ctx", "wick.ctx", false, false},        {"sym", "wick.sym", false, false},
    {"s", "wick.pinestrategy", false, false}, {"run", "wick.run", false, false},
    {"t", "wick.table", false, false},
};
enum { ROOTS = sizeof roots / sizeof *roots };

static void comment(wick_buf *b, const char *text)
{
    wick_buf_add(b, "---", 3);
    for (const char *s = text; *s; s++) {
        if (*s == '\n')
            wick_buf_add(b, "\n---", 4);
        else
            wick_buf_add(b, s, 1);
    }
    wick_buf_add(b, "\n", 1);
}

/* ---- functions ---------------------------------------------------------------------------- */

/* Where `name(` begins in a call text that may hold several; NULL: nowhere. */
static const char *call_of(const char *call, const char *name)
{
    const size_t n = strlen(name);
    for (const char *p = call; (p = strstr(p, name)) != NULL; p++) {
        const bool starts = p == call || !(isalnum((unsigned char)p[-1]) || p[-1] == '_' ||
                                           p[-1] == '.' || p[-1] == ':');
        if (starts && p[n] == '(') return p + n + 1;
    }
    return NULL;
}

/* One argument of "default, low, high [, step]": its name; `any` when it has none. */
static void add_argument(wick_buf *params, wick_buf *notes, const char *s, size_t n, bool optional,
                         int at)
{
    char name[48];
    size_t k = 0;
    while (n > 0 && (*s == ' ' || *s == '[')) s++, n--;
    if (n > 0 && *s == '{') s = "options", n = strlen(s);
    for (; k < n && k + 1 < sizeof name && (isalnum((unsigned char)s[k]) || s[k] == '_'); k++)
        name[k] = s[k];
    name[k] = 0;
    if (n >= 3 && strncmp(s + n - 3, "...", 3) == 0) {
        snprintf(name, sizeof name, "...");
    } else if (k == 0 || strcmp(name, "end") == 0 || strcmp(name, "function") == 0 ||
               isdigit((unsigned char)name[0])) {
        snprintf(name, sizeof name, "arg%d", at);
    }
    wick_buf_addf(params, "%s%s", params->len > 0 ? ", " : "", name);
    wick_buf_addf(notes, "---@param %s%s any\n", name, optional && name[0] != '.' ? "?" : "");
}

/* Arguments up to the bracket that closes the call. */
static void arguments(const char *s, wick_buf *params, wick_buf *notes)
{
    int depth = 0, square = 0, before = 0, at = 0; /* before: brackets open where the word begins */
    const char *from = s;
    for (;; s++) {
        const bool end = *s == 0 || (*s == ')' && depth == 0);
        if (end || (*s == ',' && depth == 0)) {
            size_t n = (size_t)(s - from);
            while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '[' || from[n - 1] == ']')) n--;
            bool blank = true;
            for (size_t k = 0; k < n; k++) blank = blank && (from[k] == ' ' || from[k] == '[');
            if (!blank) add_argument(params, notes, from, n, before > 0 || *from == '[', ++at);
            from = s + 1;
            before = square;
        }
        if (end) return;
        if (*s == '[') square++;
        if (*s == '(' || *s == '{') depth++;
        if (*s == ')' || *s == '}') depth--;
    }
}

/* What a function gives, where that is one thing. */
static const char *result_of(const char *name)
{
    static const char *const types[][2] = {{"wick.strategy", "wick.strategy"},
                                           {"wick.pipeline", "wick.pipeline"},
                                           {"wick.expr", "wick.series"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(name, types[i][0]) == 0) return types[i][1];
    return strncmp(name, "x:", 2) == 0 ? "wick.series" : "any";
}

static void function(wick_buf *b, const cli_lua_doc *d, const char *name)
{
    wick_buf params = {0}, notes = {0};
    const char *at = call_of(d->call, name);
    char brace[96];
    snprintf(brace, sizeof brace, "%.90s {", name);
    if (at) {
        arguments(at, &params, &notes);
    } else if (strstr(d->call, brace)) {
        wick_buf_add(&params, "fields", -1);
        wick_buf_add(&notes, "---@param fields table\n", -1);
    } else {
        wick_buf_add(&params, "...", 3);
    }
    comment(b, d->doc);
    comment(b, d->call);
    if (notes.len > 0) wick_buf_add(b, notes.data, notes.len);
    wick_buf_addf(b, "---@return %s\nfunction %s(%s) end\n\n", result_of(name), name,
                  params.len > 0 ? params.data : "");
    if (params.failed || notes.failed) b->failed = true;
    wick_buf_free(&params);
    wick_buf_free(&notes);
}

/* ---- names -------------------------------------------------------------------------------- */

typedef void (*name_fn)(wick_buf *b, const root *r, const cli_lua_doc *d, const char *name);

static bool belongs(const root *r, const char *name)
{
    const size_t n = strlen(r->name);
    return strncmp(name, r->name, n) == 0 && (name[n] == '.' || name[n] == ':');
}

/* Every name of a root once, in the order of the documentation. */
static void each_name(wick_buf *b, const root *r, name_fn fn)
{
    wick_buf seen = {0};
    wick_buf_add(&seen, " ", 1);
    for (const cli_lua_doc *d = cli_lua_docs; d->name; d++) {
        for (int part = 0; part < 2; part++) {
            for (const char *s = part ? d->also : d->name; *s;) {
                char name[96], key[98];
                const size_t n = strcspn(s, " ");
                snprintf(name, sizeof name, "%.*s", (int)(n < 90 ? n : 90), s);
                snprintf(key, sizeof key, " %.94s ", name);
                s += n;
                s += strspn(s, " ");
                if (!belongs(r, name) || (seen.data && strstr(seen.data, key))) continue;
                wick_buf_addf(&seen, "%s ", name);
                fn(b, r, d, name);
            }
        }
    }
    if (seen.failed) b->failed = true;
    wick_buf_free(&seen);
}

/* A field is what is neither called nor filled in like a function. */
static bool is_function(const root *r, const cli_lua_doc *d, const char *name)
{
    char brace[100];
    if (r->hooks) return false;
    snprintf(brace, sizeof brace, "%.90s {", name);
    return strchr(name, ':') || call_of(d->call, name) || strstr(d->call, brace);
}

static const char *argument_type(const char *s, size_t n)
{
    static const char *const types[][2] = {{"b", "wick.bars"},  {"ctx", "wick.ctx"},
                                           {"sym", "wick.sym"}, {"run", "wick.run"},
                                           {"p", "table"},      {"fill", "table"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i][0]) == n && strncmp(types[i][0], s, n) == 0) return types[i][1];
    return "any";
}

/* A hook's type, so that b, ctx and sym are known inside: fun(b: wick.bars, p: table): any. */
static void hook_type(wick_buf *b, const cli_lua_doc *d, const char *name)
{
    char head[112];
    snprintf(head, sizeof head, "function %.96s", name);
    const char *call = strstr(d->call, head), *s = call ? call + strlen(head) : NULL;
    const bool many = s && *s == '.'; /* S.on.name */
    if (many) s += strcspn(s, "(");
    if (!s || *s != '(') {
        wick_buf_add(b, "any", -1);
        return;
    }
    wick_buf_add(b, many ? "table<string, fun(" : "fun(", -1);
    for (s++; *s && *s != ')';) {
        const size_t n = strcspn(s, ",) ");
        wick_buf_addf(b, "%.*s: %s", (int)n, s, argument_type(s, n));
        s += n;
        if (*s == ',') wick_buf_add(b, ", ", 2);
        s += strspn(s, ", ");
    }
    wick_buf_add(b, many ? "): any>" : "): any", -1);
    if (!many && d->call != call) wick_buf_add(b, "|any", -1); /* also as a plain value */
}

static void field(wick_buf *b, const root *r, const cli_lua_doc *d, const char *name)
{
    const char *bare = name + strlen(r->name) + 1;
    if (is_function(r, d, name) || strpbrk(bare, ".:")) return;
    /* Both tables are there from the start. */
    const bool given = strcmp(name, "S.on") == 0 || strcmp(name, "S.when") == 0;
    wick_buf_addf(b, "---@field %s%s ", bare, r->hooks && !given ? "?" : "");
    if (r->hooks)
        hook_type(b, d, name);
    else
        wick_buf_add(b, strcmp(d->name, "b.open") == 0 ? "wick.series" : "any", -1);
    wick_buf_add(b, " ", 1);
    wick_buf_add(b, d->doc, -1);
    wick_buf_add(b, "\n", 1);
}

/* wick.pm.grid needs wick.pm. */
static void inner(wick_buf *b, const root *r, const cli_lua_doc *d, const char *name)
{
    char table[96];
    const char *dot = strrchr(name, '.');
    (void)r;
    (void)d;
    if (!dot || strchr(name, '.') == dot) return;
    snprintf(table, sizeof table, "%.*s = {}\n", (int)(dot - name), name);
    if (!b->data || !strstr(b->data, table)) wick_buf_add(b, table, -1);
}

static void functions(wick_buf *b, const root *r, const cli_lua_doc *d, const char *name)
{
    if (is_function(r, d, name)) function(b, d, name);
}

static void one_root(wick_buf *b, const root *r)
{
    wick_buf_addf(b, "---@class %s\n", r->type);
    each_name(b, r, field);
    if (strcmp(r->name, "x") == 0)
        wick_buf_add(
            b,
            "---@operator add(any): wick.series\n---@operator sub(any): wick.series\n"
            "---@operator mul(any): wick.series\n---@operator div(any): wick.series\n"
            "---@operator mod(any): wick.series\n---@operator pow(any): wick.series\n"
            "---@operator unm: wick.series\n---@field [integer] any number in a bar function\n",
            -1);
    /* Named series of a strategy are fields. */
    if (strcmp(r->name, "sym") == 0 || strcmp(r->name, "s") == 0)
        wick_buf_add(b, "---@field [string] any\n", -1);
    wick_buf_addf(b, "%s%s = {}\n", r->global ? "" : "local ", r->name);
    each_name(b, r, inner);
    wick_buf_add(b, "\n", 1);
    each_name(b, r, functions);
}

/* ---- registries --------------------------------------------------------------------------- */

/* The arguments behind the bars: as parameters of a type, or as notes above the function. */
static void arguments_of(const wick_ta_spec *s, wick_buf *names, wick_buf *types, wick_buf *notes)
{
    for (const wick_ta_in *in = s->in; in->name; in++) {
        if (!in->given) continue;
        const char *mark = in->source != WICK_S_NONE ? "?" : "";
        wick_buf_addf(notes, "---@param %s%s wick.series|number\n", in->name, mark);
        wick_buf_addf(names, "%s%s", names->len > 0 ? ", " : "", in->name);
        wick_buf_addf(types, "%s%s%s: wick.series|number", types->len > 0 ? ", " : "", in->name,
                      mark);
    }
    for (const wick_ta_param *p = s->param; p->name; p++) {
        const char *mark = p->required ? "" : "?";
        const char *type = p->choice ? "string" : p->is_int ? "integer" : "number";
        wick_buf_addf(notes, "---@param %s%s %s", p->name, mark, type);
        if (!p->choice) wick_buf_addf(notes, " %g to %g", p->lo, p->hi);
        wick_buf_add(notes, "\n", 1);
        wick_buf_addf(names, "%s%s", names->len > 0 ? ", " : "", p->name);
        wick_buf_addf(types, "%s%s%s: %s", types->len > 0 ? ", " : "", p->name, mark, type);
    }
}

/* Of several outputs the first carries all of them by name. */
static void outputs_of(wick_buf *b, const wick_ta_spec *s, wick_buf *types)
{
    const bool many = s->out[0].name && s->out[1].name;
    if (many) wick_buf_addf(b, "---@class wick.ta.%s : wick.series\n", s->name);
    for (const wick_ta_out *o = s->out; o->name; o++) {
        if (many) wick_buf_addf(b, "---@field %s wick.series\n", o->name);
        if (many && o == s->out)
            wick_buf_addf(types, "wick.ta.%s", s->name);
        else
            wick_buf_addf(types, "%swick.series", types->len > 0 ? ", " : "");
    }
    if (many) wick_buf_add(b, "\n", 1);
}

/* ta.atr(b, 14), ta.atr(14), ta.atr { b, n = 14 } */
static void indicator(wick_buf *b, const wick_ta_spec *s)
{
    wick_buf names = {0}, types = {0}, notes = {0}, gives = {0};
    bool bars = false;
    for (const wick_ta_in *in = s->in; in->name; in++) bars = bars || !in->given;
    arguments_of(s, &names, &types, &notes);
    outputs_of(b, s, &gives);
    const char *list = names.len > 0 ? names.data : "", *typed = types.len > 0 ? types.data : "";
    const char *out = gives.len > 0 ? gives.data : "any";
    comment(b, s->title);
    if (s->formula) comment(b, s->formula);
    if (bars) wick_buf_addf(b, "---@overload fun(%s): %s\n---@param b wick.bars\n", typed, out);
    wick_buf_addf(b, "---@overload fun(arguments: table): %s\n", out);
    if (notes.len > 0) wick_buf_add(b, notes.data, notes.len);
    for (const wick_ta_out *o = s->out; o->name; o++)
        wick_buf_addf(b, "---@return wick.%s%s %s\n", o == s->out && o[1].name ? "ta." : "series",
                      o == s->out && o[1].name ? s->name : "", o->name);
    wick_buf_addf(b, "function ta.%s(%s%s%s) end\n\n", s->name, bars ? "b" : "",
                  bars && *list ? ", " : "", list);
    if (names.failed || types.failed || notes.failed || gives.failed) b->failed = true;
    wick_buf_free(&names);
    wick_buf_free(&types);
    wick_buf_free(&notes);
    wick_buf_free(&gives);
}

void cli_doc_luals(wick_buf *b)
{
    wick_buf_add(
        b,
        "---@meta\n-- Made by `wick doc --luals`: names, arguments and meanings for the Lua "
        "language server.\n-- Never run; `wick doc NAME` prints the same at a terminal.\n\n",
        -1);
    for (int i = 0; i < ROOTS; i++) one_root(b, &roots[i]);
    /* Indicators a script defines are called like these. */
    wick_buf_add(b, "---@class wick.ta\n---@field [string] fun(...): wick.series, ...\nta = {}\n\n",
                 -1);
    for (int64_t i = 0; i < wick_ta_count(); i++) indicator(b, wick_ta_at(i));
    wick_buf_add(b, "ta.cross_over = ta.crossover\nta.cross_under = ta.crossunder\n\n", -1);
    static const root of_ta = {"ta", "wick.ta", true, false};
    each_name(b, &of_ta, functions);
    wick_buf_add(b,
                 "---The m of metrics.define and objectives; nil where not defined.\n"
                 "---@class wick.metrics\n",
                 -1);
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        const wick_metric_spec *s = wick_metric_at(i);
        wick_buf_addf(b, "---@field %s number? %s: %s\n", s->name, s->title, s->formula);
    }
    wick_buf_add(b, "\n---What S.engine may hold.\n---@class wick.engine\n", -1);
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        const wick_setting_doc *d = wick_settings_doc(i);
        wick_buf_addf(b, "---@field %s? string|number %s (default %s)\n", d->key, d->values,
                      d->def);
    }
}
