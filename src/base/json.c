/* SPDX-License-Identifier: MIT */
/* JSON on top of cJSON, which is lenient: it takes control characters in strings, numbers like 01,
 * \u0000, and anything after the value. A lexical pass in front makes it strict (RFC 8259), counts
 * depth and remembers where each key stands; the tree is then copied into arrays, so that element
 * i costs one step and not i. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "wick/base.h"

enum { DEEPEST = 128 };

struct wick_json {
    wick_json_type type;
    bool truth;
    double number;
    char *key;        /* inside `texts` of the document, as `string` */
    char *string;
    int64_t count;
    wick_json *child; /* `count` nodes */
};

struct wick_json_doc {
    wick_json *nodes;
    char *texts;
};

/* ---- lexical pass -------------------------------------------------------------------------- */

typedef struct scan {
    wick_ctx *ctx;
    const char *name, *text;
    int64_t n, at;
    int64_t *keys; /* offsets of keys in document order */
    int64_t key_n, key_cap;
    int64_t string_bytes;
} scan;

static int64_t line_of(const scan *s, int64_t at)
{
    int64_t line = 1;
    for (int64_t i = 0; i < at && i < s->n; i++) line += s->text[i] == '\n';
    return line;
}

static wick_status bad(const scan *s, int64_t at, const char *what)
{
    return wick_fail(s->ctx, WICK_E_PARSE, "%s:%lld: %s", s->name, (long long)line_of(s, at),
                     what);
}

static int utf8_length(const unsigned char *p, int64_t left)
{
    const int n = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3
                                                    : p[0] < 0xF5                   ? 4
                                                                                    : 0;
    if (n == 0 || n > left) return 0;
    for (int i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    if (n == 3 && ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F))) return 0;
    if (n == 4 && ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))) return 0;
    return n;
}

static wick_status scan_escape(scan *s)
{
    const char c = s->at + 1 < s->n ? s->text[s->at + 1] : '\0';
    if (c != 'u') {
        if (c == '\0' || !strchr("\"\\/bfnrt", c)) return bad(s, s->at, "unknown escape in string");
        s->at += 2;
        return WICK_OK;
    }
    int value = 0;
    for (int i = 2; i < 6; i++) {
        const char h = s->at + i < s->n ? s->text[s->at + i] : '\0';
        const char *hit = h ? strchr("0123456789abcdef", h >= 'A' && h <= 'F' ? h + 32 : h) : NULL;
        if (!hit) return bad(s, s->at, "\\u needs four hexadecimal digits");
        value = value * 16 + (int)(hit - "0123456789abcdef");
    }
    if (value == 0) return bad(s, s->at, "\\u0000 is not allowed in text");
    s->at += 6;
    return WICK_OK;
}

static wick_status scan_string(scan *s)
{
    const int64_t start = s->at++;
    for (;;) {
        if (s->at >= s->n) return bad(s, start, "string without an end");
        const unsigned char *p = (const unsigned char *)s->text + s->at;
        if (*p == '"') break;
        if (*p < 0x20) return bad(s, s->at, "line break or control character inside a string");
        if (*p == '\\') {
            const wick_status st = scan_escape(s);
            if (st < 0) return st;
            continue;
        }
        const int n = utf8_length(p, s->n - s->at);
        if (n == 0) return bad(s, s->at, "text is not UTF-8");
        s->at += n;
    }
    s->at++;
    s->string_bytes += s->at - start; /* decoding never lengthens */
    return WICK_OK;
}

static bool space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A string followed by a colon is a key. */
static wick_status note_key(scan *s, int64_t start)
{
    int64_t i = s->at;
    while (i < s->n && space(s->text[i])) i++;
    if (i >= s->n || s->text[i] != ':') return WICK_OK;
    if (s->key_n == s->key_cap) {
        const int64_t cap = s->key_cap ? s->key_cap * 2 : 64;
        int64_t *grown = realloc(s->keys, (size_t)cap * sizeof *grown);
        if (!grown) return wick_fail_mem(s->ctx);
        s->keys = grown;
        s->key_cap = cap;
    }
    s->keys[s->key_n++] = start;
    return WICK_OK;
}

static int64_t digits(const scan *s, int64_t i)
{
    const int64_t start = i;
    while (i < s->n && s->text[i] >= '0' && s->text[i] <= '9') i++;
    return i - start;
}

static wick_status scan_number(scan *s)
{
    int64_t i = s->at;
    if (s->text[i] == '-') i++;
    int64_t k = digits(s, i);
    if (k == 0 || (k > 1 && s->text[i] == '0')) return bad(s, s->at, "not a JSON number");
    i += k;
    if (i < s->n && s->text[i] == '.') {
        k = digits(s, i + 1);
        if (k == 0) return bad(s, s->at, "a digit must follow the decimal point");
        i += 1 + k;
    }
    if (i < s->n && (s->text[i] | 0x20) == 'e') {
        i++;
        if (i < s->n && (s->text[i] == '+' || s->text[i] == '-')) i++;
        k = digits(s, i);
        if (k == 0) return bad(s, s->at, "a digit must follow the exponent sign");
        i += k;
    }
    /* cJSON cuts a number at 63 characters without a word. */
    if (i - s->at > 60) return bad(s, s->at, "number of more than 60 characters");
    s->at = i;
    return WICK_OK;
}

static wick_status scan_text(scan *s)
{
    int depth = 0;
    wick_status st = WICK_OK;
    while (s->at < s->n && st >= 0) {
        const char c = s->text[s->at];
        const int64_t start = s->at;
        if (c == '"') {
            st = scan_string(s);
            if (st >= 0) st = note_key(s, start);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            st = scan_number(s);
        } else if (c == '{' || c == '[') {
            if (++depth > DEEPEST) st = bad(s, start, "nested more than 128 deep");
            s->at++;
        } else if (c == '}' || c == ']') {
            depth--;
            s->at++;
        } else if (space(c) || c == ',' || c == ':' || (c >= 'a' && c <= 'z')) {
            s->at++;
        } else if (c == '/' || c == '#') {
            st = bad(s, start, "comments are not allowed in JSON");
        } else if (c == '\0') {
            st = bad(s, start, "NUL byte in text");
        } else {
            st = bad(s, start, "unexpected character");
        }
    }
    return st;
}

/* ---- copying the tree ---------------------------------------------------------------------- */

typedef struct copy {
    scan *scan;
    wick_json *nodes;
    char *texts;
    int64_t node_n, text_n, key_n;
} copy;

static int64_t count_nodes(const cJSON *c)
{
    int64_t n = 0;
    for (; c; c = c->next) n += 1 + count_nodes(c->child);
    return n;
}

static char *keep(copy *k, const char *s)
{
    const size_t n = strlen(s) + 1;
    char *p = k->texts + k->text_n;
    memcpy(p, s, n);
    k->text_n += (int64_t)n;
    return p;
}

static int by_key(const void *a, const void *b)
{
    const wick_json *x = *(const wick_json *const *)a, *y = *(const wick_json *const *)b;
    const int c = strcmp(x->key, y->key);
    return c ? c : x < y ? -1 : 1;
}

/* Both copies of a key stand next to each other once sorted; the second one is named. `key_at[i]`
 * is the place of member i in the scan's list. */
static wick_status check_keys(copy *k, const wick_json *j, const int64_t *key_at)
{
    const wick_json **sorted = malloc((size_t)j->count * sizeof *sorted);
    if (!sorted) return wick_fail_mem(k->scan->ctx);
    for (int64_t i = 0; i < j->count; i++) sorted[i] = &j->child[i];
    qsort(sorted, (size_t)j->count, sizeof *sorted, by_key);
    const wick_json *twice = NULL;
    for (int64_t i = 1; i < j->count && !twice; i++)
        if (strcmp(sorted[i - 1]->key, sorted[i]->key) == 0) twice = sorted[i];
    free(sorted);
    if (!twice) return WICK_OK;
    const int64_t place = key_at[twice - j->child];
    const int64_t at = place < k->scan->key_n ? k->scan->keys[place] : 0;
    return wick_fail(k->scan->ctx, WICK_E_PARSE, "%s:%lld: key \"%s\" is given twice",
                     k->scan->name, (long long)line_of(k->scan, at), twice->key);
}

static wick_status copy_node(copy *k, const cJSON *c, wick_json *j)
{
    *j = (wick_json){.type = WICK_JSON_NULL, .number = WICK_NA};
    if (c->string) j->key = keep(k, c->string);
    if (cJSON_IsBool(c)) {
        j->type = WICK_JSON_BOOL;
        j->truth = cJSON_IsTrue(c) != 0;
    } else if (cJSON_IsNumber(c)) {
        j->type = WICK_JSON_NUMBER;
        j->number = c->valuedouble;
    } else if (cJSON_IsString(c)) {
        j->type = WICK_JSON_STRING;
        j->string = keep(k, c->valuestring);
    }
    if (!cJSON_IsArray(c) && !cJSON_IsObject(c)) return WICK_OK;

    const bool object = cJSON_IsObject(c) != 0;
    j->type = object ? WICK_JSON_OBJECT : WICK_JSON_ARRAY;
    for (const cJSON *e = c->child; e; e = e->next) j->count++;
    if (j->count == 0) return WICK_OK;
    j->child = k->nodes + k->node_n;
    k->node_n += j->count;
    int64_t *key_at = object ? malloc((size_t)j->count * sizeof *key_at) : NULL;
    if (object && !key_at) return wick_fail_mem(k->scan->ctx);
    wick_status st = WICK_OK;
    int64_t i = 0;
    for (const cJSON *e = c->child; e && st >= 0; e = e->next, i++) {
        if (object) key_at[i] = k->key_n++;
        st = copy_node(k, e, &j->child[i]);
    }
    if (st >= 0 && object) st = check_keys(k, j, key_at);
    free(key_at);
    return st;
}

static wick_status build(scan *s, const cJSON *tree, wick_json_doc **out)
{
    wick_json_doc *doc = calloc(1, sizeof *doc);
    if (!doc) return wick_fail_mem(s->ctx);
    doc->nodes = calloc((size_t)count_nodes(tree), sizeof *doc->nodes);
    doc->texts = malloc((size_t)s->string_bytes + 1);
    wick_status st;
    if (!doc->nodes || !doc->texts) {
        st = wick_fail_mem(s->ctx);
        goto out;
    }
    copy k = {.scan = s, .nodes = doc->nodes, .texts = doc->texts, .node_n = 1};
    WICK_TRY(copy_node(&k, tree, &doc->nodes[0]));
    *out = doc;
    return WICK_OK;
out:
    wick_json_free(doc);
    return st;
}

wick_status wick_json_parse(wick_ctx *ctx, const char *name, const char *text, int64_t n,
                            wick_json_doc **out)
{
    if (!text) return wick_fail(ctx, WICK_E_ARG, "wick_json_parse: no text");
    if (n < 0) n = (int64_t)strlen(text);
    if (n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) text += 3, n -= 3; /* byte order mark */
    scan s = {.ctx = ctx, .name = name ? name : "json", .text = text, .n = n};
    cJSON *tree = NULL;
    wick_status st;
    WICK_TRY(scan_text(&s));
    const char *end = NULL;
    tree = n > 0 ? cJSON_ParseWithLengthOpts(text, (size_t)n, &end, 0) : NULL;
    if (!tree) {
        const int64_t at = end ? end - text : 0;
        int64_t i = 0;
        while (i < n && space(text[i])) i++;
        st = bad(&s, at, i == n ? "empty text where JSON was expected" : "not valid JSON here");
        goto out;
    }
    while (end < text + n && space(*end)) end++;
    if (end < text + n) {
        st = bad(&s, end - text, "something follows the JSON value");
        goto out;
    }
    st = build(&s, tree, out);
out:
    cJSON_Delete(tree);
    free(s.keys);
    return st;
}

wick_status wick_json_load(wick_ctx *ctx, const char *path, wick_json_doc **out)
{
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, INT64_C(256) << 20, &text, &n);
    if (st < 0) return st;
    st = wick_json_parse(ctx, path, text, n, out);
    free(text);
    return st;
}

void wick_json_free(wick_json_doc *doc)
{
    if (!doc) return;
    free(doc->nodes);
    free(doc->texts);
    free(doc);
}

/* ---- reading ------------------------------------------------------------------------------- */

const wick_json *wick_json_root(const wick_json_doc *doc)
{
    return doc ? doc->nodes : NULL;
}

wick_json_type wick_json_kind(const wick_json *j)
{
    return j ? j->type : WICK_JSON_NULL;
}

double wick_json_number(const wick_json *j)
{
    return j ? j->number : WICK_NA;
}

bool wick_json_bool(const wick_json *j)
{
    return j && j->truth;
}

const char *wick_json_string(const wick_json *j)
{
    return j ? j->string : NULL;
}

int64_t wick_json_count(const wick_json *j)
{
    return j ? j->count : 0;
}

const wick_json *wick_json_at(const wick_json *j, int64_t i)
{
    return j && i >= 0 && i < j->count ? &j->child[i] : NULL;
}

const char *wick_json_key(const wick_json *j)
{
    return j ? j->key : NULL;
}

const wick_json *wick_json_get(const wick_json *j, const char *key)
{
    if (!j || j->type != WICK_JSON_OBJECT || !key) return NULL;
    for (int64_t i = 0; i < j->count; i++)
        if (strcmp(j->child[i].key, key) == 0) return &j->child[i];
    return NULL;
}
