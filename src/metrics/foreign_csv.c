/* SPDX-License-Identifier: MIT */
/* Cells of a small CSV file, by line, with the names of its header made plain. */
#include <stdlib.h>
#include <string.h>

#include "metrics/foreign.h"

/* The separator that occurs most often in the header. */
static char separator(const char *s, const char *end)
{
    static const char choices[] = {',', ';', '\t'};
    int64_t best = 0;
    char found = ',';
    for (int k = 0; k < 3; k++) {
        int64_t n = 0;
        for (const char *p = s; p < end; p++) n += *p == choices[k];
        if (n > best) {
            best = n;
            found = choices[k];
        }
    }
    return found;
}

/* Ends the cell at *p in place, quotes removed; leaves *p behind its separator. False: last one. */
static bool cut(char **p, char sep, char **cell)
{
    char *s = *p, *to = s;
    *cell = s;
    bool quoted = false;
    for (; *s != '\0'; s++) {
        if (*s == '"') {
            if (quoted && s[1] == '"') {
                *to++ = *s++;
            } else {
                quoted = !quoted;
            }
        } else if (*s == sep && !quoted) {
            *to = '\0';
            *p = s + 1;
            return true;
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
    *p = s;
    return false;
}

static char *trim(char *s)
{
    while (*s == ' ') s++;
    size_t n = strlen(s);
    while (n > 0 && s[n - 1] == ' ') s[--n] = '\0';
    return s;
}

/* Lower-case letters and digits, '%' as pct: "Net P&L %" is netplpct, "Trade #" is trade. */
static void plain(const char *s, char out[WK_CSV_NAME])
{
    size_t n = 0;
    for (; *s != '\0' && n + 4 < WK_CSV_NAME; s++) {
        const char c = (char)(*s >= 'A' && *s <= 'Z' ? *s + 32 : *s);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[n++] = c;
        if (c == '%') {
            memcpy(out + n, "pct", 3);
            n += 3;
        }
    }
    out[n] = '\0';
}

static bool grow(wk_csv *f)
{
    if (f->rows < f->cap) return true;
    const int64_t cap = f->cap > 0 ? 2 * f->cap : 256;
    char **cell = realloc(f->cell, (size_t)(cap * f->columns) * sizeof *cell);
    if (cell != NULL) f->cell = cell;
    int64_t *line = realloc(f->line, (size_t)cap * sizeof *line);
    if (line != NULL) f->line = line;
    if (cell == NULL || line == NULL) return false;
    f->cap = cap;
    return true;
}

static wick_status read_row(wick_ctx *ctx, wk_csv *f, char *s, int64_t line)
{
    if (!grow(f)) return wick_fail_mem(ctx);
    char **to = f->cell + f->rows * f->columns;
    int32_t k = 0;
    bool more = true;
    while (more) {
        char *cell = NULL;
        more = cut(&s, f->separator, &cell);
        if (k < f->columns) to[k] = trim(cell);
        k++;
    }
    if (k > f->columns) {
        return wick_fail(ctx, WICK_E_DATA, "%s:%lld: %d fields, the header has %d", f->path,
                         (long long)line, (int)k, (int)f->columns);
    }
    for (; k < f->columns; k++) to[k] = (char *)(uintptr_t) "";
    f->line[f->rows++] = line;
    return WICK_OK;
}

static void read_header(wk_csv *f, char *s)
{
    bool more = true;
    while (more && f->columns < WK_CSV_COLUMNS) {
        char *cell = NULL;
        more = cut(&s, f->separator, &cell);
        f->title[f->columns] = trim(cell);
        plain(f->title[f->columns], f->name[f->columns]);
        f->columns++;
    }
}

wick_status wk_csv_load(wick_ctx *ctx, const char *path, wk_csv *f)
{
    int64_t n = 0, line = 0;
    memset(f, 0, sizeof *f);
    f->path = path;
    wick_status st = wick_file_read(ctx, path, INT64_C(1) << 30, &f->text, &n);
    if (st < 0) return st;
    if ((int64_t)strlen(f->text) != n) {
        return wick_fail(ctx, WICK_E_DATA, "%s: not a text file", path);
    }
    char *s = f->text;
    if (strncmp(s, "\xef\xbb\xbf", 3) == 0) s += 3;
    while (*s != '\0') {
        char *end = s + strcspn(s, "\n"), *next = *end != '\0' ? end + 1 : end;
        *end = '\0';
        if (end > s && end[-1] == '\r') end[-1] = '\0';
        line++;
        if (s[strspn(s, " ")] != '\0') {
            if (f->columns == 0) {
                f->separator = separator(s, s + strlen(s));
                read_header(f, s);
            } else if ((st = read_row(ctx, f, s, line)) < 0) {
                return st;
            }
        }
        s = next;
    }
    if (f->rows > 0) return WICK_OK;
    return wick_fail(ctx, WICK_E_DATA, "%s: %s", path,
                     f->columns == 0 ? "the file is empty" : "a header and no rows");
}

void wk_csv_free(wk_csv *f)
{
    free(f->text);
    free(f->cell);
    free(f->line);
}

/* Exact names first, for all; then names that begin so: "priceusd" is a price. */
int32_t wk_csv_find(const wk_csv *f, const char *const *names)
{
    for (int32_t i = 0; names[i] != NULL; i++) {
        for (int32_t k = 0; k < f->columns; k++) {
            if (names[i][0] != '^' && strcmp(f->name[k], names[i]) == 0) return k;
        }
    }
    for (int32_t i = 0; names[i] != NULL; i++) {
        const size_t n = strlen(names[i]);
        for (int32_t k = 0; names[i][0] == '^' && k < f->columns; k++) {
            if (strncmp(f->name[k], names[i] + 1, n - 1) == 0 && strstr(f->name[k], "pct") == NULL)
                return k;
        }
    }
    return -1;
}

static wick_status bad(wick_ctx *ctx, const wk_csv *f, int64_t row, int32_t k, const char *what)
{
    return wick_fail(ctx, WICK_E_DATA, "%s:%lld: column '%s': '%.60s' is not %s", f->path,
                     (long long)f->line[row], f->title[k], f->cell[row * f->columns + k], what);
}

wick_status wk_csv_number(wick_ctx *ctx, const wk_csv *f, int64_t row, int32_t k, double *out)
{
    const char *s = f->cell[row * f->columns + k];
    char text[64];
    size_t n = 0;
    *out = WICK_NA;
    if (*s == '\0' || strcmp(s, "-") == 0 || strcmp(s, "None") == 0) return WICK_OK;
    /* Thousands separators, a percent sign, the long minus of spreadsheets. */
    for (; *s != '\0' && n + 1 < sizeof text; s++) {
        if (strncmp(s, "\xe2\x88\x92", 3) == 0) {
            text[n++] = '-';
            s += 2;
        } else if (*s == ',' && f->separator == ';') {
            text[n++] = '.';
        } else if (*s != ',' && *s != '%' && *s != '$' && *s != ' ') {
            text[n++] = *s;
        }
    }
    const bool good = wick_parse_double(text, (int64_t)n, out) && !isinf(*out);
    return good ? WICK_OK : bad(ctx, f, row, k, "a number");
}

wick_status wk_csv_time(wick_ctx *ctx, const wk_csv *f, int64_t row, int32_t k, int64_t *out)
{
    const char *s = f->cell[row * f->columns + k];
    if (wick_time_parse(s, (int64_t)strlen(s), out, NULL)) return WICK_OK;
    return bad(ctx, f, row, k, "a date");
}
