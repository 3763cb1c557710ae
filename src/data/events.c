/* SPDX-License-Identifier: MIT */
/* Dividends and splits: small CSV files of dates and numbers. */
#include <stdlib.h>
#include <string.h>

#include "data/source/csv_int.h"

enum { FIELDS = 64 };

bool csv_is_one_of(const csv_field *f, const char *const *names)
{
    char low[24];
    if (f->n <= 0 || f->n >= (int32_t)sizeof low) return false;
    for (int32_t i = 0; i < f->n; i++) {
        const char c = f->s[i];
        low[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '_' ? ' ' : c;
    }
    low[f->n] = '\0';
    for (; *names != NULL; names++) {
        if (strcmp(low, *names) == 0) return true;
    }
    return false;
}

bool csv_amount(const csv_field *f, double *out)
{
    for (int32_t i = 1; i + 1 < f->n; i++) {
        if (f->s[i] != ':' && f->s[i] != '/') continue;
        const csv_field a = {f->s, i, false}, b = {f->s + i + 1, f->n - i - 1, false};
        double x, y;
        if (!csv_number(&a, &x) || !csv_number(&b, &y) || !(y > 0.0)) return false;
        *out = x / y;
        return true;
    }
    return csv_number(f, out);
}

static bool columns(const csv_field *f, int32_t n, int32_t *date, int32_t *value)
{
    static const char *const dates[] = {"date", "ex date", "exdate", "ex-date", "day", NULL};
    static const char *const values[] = {"amount",       "dividend", "dividends", "cash",  "value",
                                         "stock splits", "split",    "splits",    "ratio", NULL};
    *date = *value = -1;
    for (int32_t i = n - 1; i >= 0; i--) {
        if (csv_is_one_of(&f[i], dates)) *date = i;
        if (csv_is_one_of(&f[i], values)) *value = i;
    }
    return *date >= 0 && *value >= 0;
}

static wick_status read_lines(wick_ctx *ctx, const char *path, const char *text, int64_t size,
                              int64_t *date, double *value, int64_t *n)
{
    csv_field f[FIELDS];
    int32_t d = -1, v = -1;
    int64_t line = 0;
    const char *end = text + size;
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) text += 3;
    for (const char *s = text, *e; s < end; s = e + 1) {
        e = memchr(s, '\n', (size_t)(end - s));
        if (e == NULL) e = end;
        const char *stop = e > s && e[-1] == '\r' ? e - 1 : e;
        line++;
        if (stop == s || *s == '#') continue;
        const int32_t count = csv_split(s, stop, ',', f, FIELDS);
        if (d < 0) {
            if (columns(f, count < FIELDS ? count : FIELDS, &d, &v)) continue;
            return wick_fail(ctx, WICK_E_DATA,
                             "%s:%lld: a header with date and amount (or ratio) is needed", path,
                             (long long)line);
        }
        wk_stamp st;
        if (count <= d || count <= v || !wk_stamp_parse(f[d].s, f[d].n, false, &st)) {
            return wick_fail(ctx, WICK_E_DATA, "%s:%lld: bad_time: no date in this row", path,
                             (long long)line);
        }
        if (!csv_amount(&f[v], &value[*n]) || value[*n] < 0.0) {
            return wick_fail(ctx, WICK_E_DATA, "%s:%lld: not_a_number: \"%.*s\"", path,
                             (long long)line, f[v].n < 40 ? (int)f[v].n : 40, f[v].s);
        }
        if (value[*n] == 0.0) continue;
        date[(*n)++] =
            wk_floor_div(st.time + st.offset * INT64_C(60000), WICK_MS_DAY) * WICK_MS_DAY;
    }
    return WICK_OK;
}

wick_status wick_events_load(wick_ctx *ctx, const char *path, int64_t **date, double **value,
                             int64_t *n)
{
    char *text = NULL;
    int64_t size = 0, lines = 1, count = 0;
    wick_status st = wick_file_read(ctx, path, 64 << 20, &text, &size);
    if (st < 0) return st;
    for (int64_t i = 0; i < size; i++) lines += text[i] == '\n';
    int64_t *d = malloc((size_t)lines * sizeof *d);
    double *v = malloc((size_t)lines * sizeof *v);
    if (d == NULL || v == NULL) {
        st = wick_fail_mem(ctx);
    } else {
        st = read_lines(ctx, path, text, size, d, v, &count);
    }
    free(text);
    if (st < 0) {
        free(d);
        free(v);
        return st;
    }
    *date = d;
    *value = v;
    *n = count;
    return WICK_OK;
}
