/* SPDX-License-Identifier: MIT */
/* Lists of symbols: `A,B`, or `@FILE` holding JSON or one symbol a line. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

typedef struct list {
    char **item;
    int64_t n, cap;
} list;

static bool list_add(cli *c, list *l, const char *s, size_t n)
{
    while (n > 0 && (*s == ' ' || *s == '\t')) s++, n--;
    while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r')) n--;
    if (n == 0) return true;
    if (l->n == l->cap) {
        const int64_t cap = l->cap ? 2 * l->cap : 16;
        char **grown = realloc(l->item, (size_t)cap * sizeof *grown);
        if (!grown) goto mem;
        l->item = grown;
        l->cap = cap;
    }
    char *copy = malloc(n + 1);
    if (!copy) goto mem;
    memcpy(copy, s, n);
    copy[n] = 0;
    l->item[l->n++] = copy;
    return true;
mem:
    cli_error(c, NULL, "out of memory");
    return false;
}

void cli_symbols_free(char **symbols, int64_t n)
{
    for (int64_t i = 0; i < n; i++) free(symbols[i]);
    free(symbols);
}

static bool from_json(cli *c, list *l, const char *file, const wick_json *root)
{
    const wick_json *a = root;
    if (wick_json_kind(root) == WICK_JSON_OBJECT) a = wick_json_get(root, "symbols");
    if (!a || wick_json_kind(a) != WICK_JSON_ARRAY) {
        cli_error(c, "write [\"AAA\", \"BBB\"] or {\"symbols\": [\"AAA\", \"BBB\"]}",
                  "%s: no list of symbols", file);
        return false;
    }
    for (int64_t i = 0; i < wick_json_count(a); i++) {
        const char *s = wick_json_string(wick_json_at(a, i));
        if (!s) {
            cli_error(c, NULL, "%s: symbol %lld is not a string", file, (long long)(i + 1));
            return false;
        }
        if (!list_add(c, l, s, strlen(s))) return false;
    }
    return true;
}

static bool from_text(cli *c, list *l, const char *s)
{
    while (*s) {
        const size_t line = strcspn(s, "\n");
        const size_t n = strcspn(s, "\n#");
        if (!list_add(c, l, s, n)) return false;
        s += line;
        if (*s) s++;
    }
    return true;
}

static bool from_file(cli *c, list *l, const char *file)
{
    char *text = NULL;
    int64_t n = 0;
    wick_json_doc *doc = NULL;
    bool good = false;
    if (wick_file_read(c->ctx, file, INT64_C(64) << 20, &text, &n) < 0) {
        cli_fail(c);
        return false;
    }
    const char *s = text + strspn(text, " \t\r\n");
    if (*s == '[' || *s == '{') {
        if (wick_json_parse(c->ctx, file, text, n, &doc) < 0)
            cli_fail(c);
        else
            good = from_json(c, l, file, wick_json_root(doc));
    } else {
        good = from_text(c, l, text);
    }
    wick_json_free(doc);
    free(text);
    if (good && l->n == 0) {
        cli_error(c, NULL, "%s: no symbol in it", file);
        return false;
    }
    return good;
}

bool cli_symbols(cli *c, const char *text, char ***out, int64_t *n)
{
    list l = {0};
    bool good = true;
    if (text[0] == '@') {
        good = from_file(c, &l, text + 1);
    } else {
        for (const char *s = text; good && *s;) {
            const size_t k = strcspn(s, ",");
            good = list_add(c, &l, s, k);
            s += k;
            if (*s) s++;
        }
        if (good && l.n == 0) {
            cli_error(c, "write --symbols AAA,BBB or --symbols @FILE",
                      "--symbols: no symbol given");
            good = false;
        }
    }
    if (!good) {
        cli_symbols_free(l.item, l.n);
        return false;
    }
    *out = l.item;
    *n = l.n;
    return true;
}
