/* SPDX-License-Identifier: MIT */
/* Streaming CSV: blocks come decompressed from wick_reader, a line is split in place, its numbers
 * go straight into columns. Nothing is allocated per row. */
#include <stdlib.h>
#include <string.h>

#include "data/source/csv_int.h"

enum { BLOCK = 1 << 18 };

typedef struct csv {
    wick_ctx *ctx;
    const wick_load_opts *opts;
    wk_rows *rows;
    wick_defects *d;
    wick_buf *notes;
    wick_reader *reader;
    char *buf; /**< unread text is [at, have) */
    int64_t at, have, cap;
    bool end; /**< the reader has no more */
    char eol;
    int64_t line; /**< number of the line last returned */
    csv_plan plan;
    csv_field *head; /**< CSV_HEAD lines of CSV_FIELDS fields */
    csv_field *fields;
    int32_t last_index, last_len; /**< the row before's symbol: files are sorted by it, mostly */
    int64_t day_first_line;       /**< of the first stamp whose first part can only be a day */
    bool skipped;                 /**< rows of symbols nobody asked for */
    char last_text[64];
} csv;

/* ---- lines -------------------------------------------------------------------------------- */

static wick_status fill(csv *c)
{
    if (c->at > 0) {
        memmove(c->buf, c->buf + c->at, (size_t)(c->have - c->at));
        c->have -= c->at;
        c->at = 0;
    }
    if (c->have == c->cap) {
        char *p = realloc(c->buf, (size_t)c->cap * 2 + 1);
        if (p == NULL) return wick_fail_mem(c->ctx);
        c->buf = p;
        c->cap *= 2;
    }
    int64_t got = 0;
    const wick_status st =
        wick_reader_read(c->ctx, c->reader, c->buf + c->have, c->cap - c->have, &got);
    if (st < 0) return st;
    c->end = got == 0;
    c->have += got;
    return WICK_OK;
}

/* Next line without its end. *s NULL: no more, or a file defect was added (fatal). `cut` tells
 * that the line has no end of line. */
static wick_status next_line(csv *c, const char **s, const char **e, bool *cut)
{
    *s = NULL;
    *cut = false;
    for (int64_t from = c->at;;) {
        char *p = from < c->have ? memchr(c->buf + from, c->eol, (size_t)(c->have - from)) : NULL;
        if (p == NULL && !c->end) {
            if (c->have - c->at > CSV_LINE) {
                wk_defects_add(c->d, "line_too_long", true, c->line + 1,
                               "a line of more than %d bytes: not a table of bars", CSV_LINE);
                wk_defects_fatal(c->d);
                return WICK_OK;
            }
            from = c->have - c->at; /* what was searched moves to the front */
            const wick_status st = fill(c);
            if (st < 0) return st;
            continue;
        }
        if (p == NULL) {
            if (c->at == c->have) return WICK_OK;
            p = c->buf + c->have;
            *cut = true;
        }
        *s = c->buf + c->at;
        *e = p;
        c->at = p - c->buf + (*cut ? 0 : 1);
        c->line++;
        if (*e > *s && (*e)[-1] == '\r') (*e)--;
        return WICK_OK;
    }
}

/* ---- what kind of file -------------------------------------------------------------------- */

static bool starts(const csv *c, const char *magic)
{
    const int64_t n = (int64_t)strlen(magic);
    return c->have - c->at >= n && memcmp(c->buf + c->at, magic, (size_t)n) == 0;
}

/* Formats that are not text tables are named, so that nobody hunts for a missing comma. */
static bool refuse_format(csv *c)
{
    static const struct {
        const char *magic, *what;
    } known[] = {
        {"PAR1", "a Parquet file"},
        {"ARROW1", "an Arrow/Feather file"},
        {"PK\x03\x04", "a zip archive (or an Excel workbook)"},
        {"SQLite format 3", "an SQLite database"},
        {"\x89HDF", "an HDF5 file"},
        {"%PDF", "a PDF"},
        {"<!DOCTYPE", "an HTML page"},
        {"<html", "an HTML page"},
    };
    const char *what = NULL;
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (starts(c, known[k].magic)) what = known[k].what;
    }
    if (what != NULL) {
        wk_defects_add(c->d, "unsupported_format", true, 1, "this is %s, not CSV; convert it",
                       what);
        return true;
    }
    int64_t i = c->at;
    while (i < c->have && (c->buf[i] == ' ' || c->buf[i] == '\n' || c->buf[i] == '\r')) i++;
    if (i < c->have && (c->buf[i] == '[' || c->buf[i] == '{')) {
        const bool nested = i + 1 < c->have && c->buf[i] == '[' && c->buf[i + 1] == '[';
        wk_defects_add(c->d, "unsupported_format", true, 1, "this is JSON, not CSV%s",
                       nested ? "; rows of plain numbers as exchanges send them have no column "
                                "names (Bitfinex candles are time, open, close, high, low, volume; "
                                "Binance klines time, open, high, low, close, volume): write CSV "
                                "with a header"
                              : "; convert it to CSV with a header");
        return true;
    }
    int64_t odd = 0;
    const int64_t n = c->have - c->at < 4096 ? c->have - c->at : 4096;
    for (int64_t k = 0; k < n; k++) {
        const unsigned char b = (unsigned char)c->buf[c->at + k];
        odd += b < 9 || (b > 13 && b < 32);
    }
    if (odd > 0) {
        wk_defects_add(c->d, "binary", true, 1,
                       "not a text file: %lld of its first %lld bytes are control characters",
                       (long long)odd, (long long)n);
        return true;
    }
    return false;
}

static char guess_delimiter(const char *s, const char *e)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char best = ',';
    int64_t most = 0;
    for (size_t k = 0; k < sizeof candidates; k++) {
        int64_t n = 0;
        for (const char *p = s; p < e; p++) n += *p == candidates[k];
        if (n > most) {
            most = n;
            best = candidates[k];
        }
    }
    return best;
}

/* Looks at the first lines without consuming them. Returns false when a fatal defect was added. */
static wick_status prepare(csv *c, bool *usable)
{
    *usable = false;
    wick_status st = WICK_OK;
    while (!c->end && c->have < c->cap) WICK_TRY(fill(c));
    if (starts(c, "\xef\xbb\xbf")) {
        c->have -= 3;
        memmove(c->buf, c->buf + 3, (size_t)c->have);
    }
    if (c->at == c->have) {
        wk_defects_add(c->d, "empty_file", true, 0, "the file is empty");
        return WICK_OK;
    }
    if (refuse_format(c)) return WICK_OK;
    if (memchr(c->buf + c->at, '\n', (size_t)(c->have - c->at)) == NULL &&
        memchr(c->buf + c->at, '\r', (size_t)(c->have - c->at)) != NULL) {
        c->eol = '\r';
    }
    const int64_t start = c->at;
    int32_t n = 0;
    int64_t first_line = 0;
    const char *s, *e;
    bool cut;
    int32_t counts[CSV_HEAD];
    int64_t data_at = start, data_line = 0;
    while (n < CSV_HEAD) {
        /* The first block holds these lines unless they are absurdly long; never refill here, the
         * fields point into the buffer. */
        if (!c->end && memchr(c->buf + c->at, c->eol, (size_t)(c->have - c->at)) == NULL) {
            if (n > 0) break;
        }
        WICK_TRY(next_line(c, &s, &e, &cut));
        if (s == NULL) break;
        if (s == e || *s == '#') continue;
        if (cut && n > 1) break; /* maybe a torn row */
        if (n == 0) {
            first_line = c->line;
            c->plan.delimiter = guess_delimiter(s, e);
            data_at = c->at;
            data_line = c->line;
        }
        counts[n] =
            csv_split(s, e, c->plan.delimiter, c->head + (int64_t)n * CSV_FIELDS, CSV_FIELDS);
        if (counts[n] > CSV_FIELDS) counts[n] = CSV_FIELDS;
        n++;
    }
    if (wk_defects_is_fatal(c->d)) return WICK_OK;
    if (n == 0) {
        wk_defects_add(c->d, "empty_file", true, 0, "the file has no line with text");
        return WICK_OK;
    }
    if (!csv_plan_make(&c->plan, c->head, counts, n, first_line, c->d, c->notes)) return WICK_OK;
    c->at = c->plan.has_header ? data_at : start;
    c->line = c->plan.has_header ? data_line : 0;
    *usable = true;
out:
    return st;
}

/* ---- rows --------------------------------------------------------------------------------- */

static bool wanted(const csv *c, const char *s, int32_t n)
{
    const wick_load_opts *o = c->opts;
    if (o == NULL || o->n_symbols == 0) return true;
    for (int64_t i = 0; i < o->n_symbols; i++) {
        if (strncmp(o->symbols[i], s, (size_t)n) == 0 && o->symbols[i][n] == '\0') return true;
    }
    return false;
}

/* Symbol of the row: -1 not wanted, -2 memory. */
static int32_t row_symbol(csv *c, const csv_field *f)
{
    if (f->n == c->last_len && f->n > 0 && memcmp(f->s, c->last_text, (size_t)f->n) == 0) {
        return c->last_index;
    }
    const bool take = f->n > 0 && f->n < (int32_t)sizeof c->last_text;
    int32_t index = -1;
    if (take && wanted(c, f->s, f->n)) {
        index = wk_rows_symbol(c->rows, f->s, f->n);
        if (index < 0) return -2;
    }
    if (take) {
        memcpy(c->last_text, f->s, (size_t)f->n);
        c->last_len = f->n;
        c->last_index = index;
    }
    return index;
}

static bool row_stamp(csv *c, const csv_field *f, int32_t n, wk_stamp *out)
{
    const csv_field *t = &f[c->plan.col[COL_TIME]];
    const int32_t k = c->plan.col[COL_CLOCK];
    char both[64];
    const char *s = t->s;
    int64_t len = t->n;
    /* Room for the date, a blank, and the clock with a colon after every second character. */
    if (k >= 0 && k < n && f[k].n > 0 && t->n + 1 + f[k].n + f[k].n / 2 < (int32_t)sizeof both) {
        /* Metatrader's 2024.03.01 and Stooq's 093000 beside a date. */
        memcpy(both, t->s, (size_t)t->n);
        int64_t at = t->n;
        for (int64_t i = 0; i < at && t->n == 10; i++) {
            if (both[i] == '.' || both[i] == '/') both[i] = i == 4 || i == 7 ? '-' : both[i];
        }
        both[at++] = ' ';
        const bool plain = memchr(f[k].s, ':', (size_t)f[k].n) == NULL;
        for (int32_t i = 0; i < f[k].n; i++) {
            if (plain && i > 0 && i % 2 == 0) both[at++] = ':';
            both[at++] = f[k].s[i];
        }
        s = both;
        len = at;
    }
    if (wk_stamp_day_first(s, len) && c->day_first_line == 0) c->day_first_line = c->line;
    return len > 0 && wk_stamp_parse(s, len, c->plan.day_first, out);
}

static const char *const field_names[] = {"open", "high", "low", "close", "volume"};

static void second_header(csv *c, const char *s, const char *e)
{
    wk_defects_add(c->d, "second_header", true, c->line,
                   "a second header line inside the data: \"%.*s\"", e - s < 60 ? (int)(e - s) : 60,
                   s);
}

/* A row whose stamp is unusable: which rule is it? */
static void bad_stamp(csv *c, const csv_field *f, int32_t n, const char *s, const char *e)
{
    const csv_field *t = &f[c->plan.col[COL_TIME]];
    int32_t text = 0;
    for (int k = WICK_OPEN; k <= WICK_CLOSE; k++) {
        const csv_field *x = &f[c->plan.col[k]];
        double v;
        text += !csv_number(x, &v) && !csv_is_missing(x);
    }
    if (text >= 3 || csv_is_header(f, n)) {
        second_header(c, s, e);
    } else if (csv_is_missing(t)) {
        wk_defects_add(c->d, "no_time", true, c->line, "a row without a time: its %s is empty",
                       c->plan.has_header ? "time column" : "first field");
    } else {
        wk_defects_add(c->d, "bad_time", true, c->line,
                       "\"%.*s\" reads as no date or time (ISO date, epoch number, D/M/Y ...)",
                       t->n < 40 ? (int)t->n : 40, t->s);
    }
}

/* Prices and volume of a row; false: a defect was added. */
static bool row_values(csv *c, const csv_field *f, double out[WICK_FIELDS])
{
    int missing = 0, first = -1;
    for (int k = WICK_OPEN; k <= WICK_CLOSE; k++) {
        const csv_field *x = &f[c->plan.col[k]];
        if (csv_number(x, &out[k])) continue;
        if (!csv_is_missing(x)) {
            wk_defects_add(c->d, "not_a_number", true, c->line, "%s is \"%.*s\", not a number",
                           field_names[k], x->n < 40 ? (int)x->n : 40, x->s);
            return false;
        }
        if (missing++ == 0) first = k;
    }
    const int32_t v = c->plan.col[WICK_VOLUME];
    out[WICK_VOLUME] = WICK_NA;
    const bool volume = v >= 0 && csv_number(&f[v], &out[WICK_VOLUME]);
    if (missing == 4) {
        const csv_field *x = &f[c->plan.col[WICK_OPEN]];
        wk_defects_add(c->d, "empty_row", true, c->line, "no prices%s: the fields %s%.*s%s",
                       volume ? " (though a volume)" : "", x->n > 0 ? "say \"" : "are empty", x->n,
                       x->s, x->n > 0 ? "\"" : "");
        return false;
    }
    if (missing > 0) {
        wk_defects_add(c->d, "missing_price", true, c->line, "%s is missing", field_names[first]);
        return false;
    }
    if (v >= 0 && !volume && !csv_is_missing(&f[v])) {
        wk_defects_add(c->d, "not_a_number", true, c->line, "volume is \"%.*s\", not a number",
                       f[v].n < 40 ? (int)f[v].n : 40, f[v].s);
        return false;
    }
    return true;
}

static wick_status one_row(csv *c, const char *s, const char *e, bool cut)
{
    csv_field *f = c->fields;
    const int32_t n = csv_split(s, e, c->plan.delimiter, f, CSV_FIELDS);
    if (n <= c->plan.last) {
        if (c->plan.has_header && csv_is_header(f, n)) {
            second_header(c, s, e);
            return WICK_OK;
        }
        wk_defects_add(c->d, cut ? "truncated_line" : "short_row", true, c->line,
                       cut ? "the file ends in the middle of this line: %d fields instead of %d"
                           : "%d fields where %d are expected",
                       (int)n, (int)c->plan.columns);
        return WICK_OK;
    }
    if (n > c->plan.columns && c->plan.has_header) {
        bool text = false;
        for (int32_t i = c->plan.columns; i < n && i < CSV_FIELDS; i++) text = text || f[i].n > 0;
        if (text) {
            wk_defects_add(c->d, "extra_fields", true, c->line, "%d fields where the header has %d",
                           (int)n, (int)c->plan.columns);
            return WICK_OK;
        }
    }
    int32_t symbol = 0;
    if (c->plan.col[COL_SYMBOL] >= 0) {
        symbol = row_symbol(c, &f[c->plan.col[COL_SYMBOL]]);
        if (symbol == -2) return wick_fail_mem(c->ctx);
        if (symbol == -1 && f[c->plan.col[COL_SYMBOL]].n > 0) {
            c->skipped = true;
            /* Not asked for; but a repeated header is a defect whoever is asked for. */
            if (csv_is_header(f, n)) bad_stamp(c, f, n, s, e);
            return WICK_OK;
        }
        if (symbol == -1) {
            wk_defects_add(c->d, "no_symbol", true, c->line, "a row without a symbol");
            return WICK_OK;
        }
    }
    wk_stamp st;
    double v[WICK_FIELDS];
    if (!row_stamp(c, f, n, &st)) {
        bad_stamp(c, f, n, s, e);
        return WICK_OK;
    }
    if (!row_values(c, f, v)) return WICK_OK;
    if (!wk_rows_push(c->rows, st.time, v, (uint32_t)c->line, symbol, st.offset)) {
        return wick_fail_mem(c->ctx);
    }
    return WICK_OK;
}

static wick_status all_rows(csv *c)
{
    const char *s, *e;
    bool cut;
    for (int64_t k = 0;; k++) {
        wick_status st = next_line(c, &s, &e, &cut);
        if (st < 0) return st;
        if (s == NULL) return WICK_OK;
        if (s == e || *s == '#') continue;
        st = one_row(c, s, e, cut);
        if (st < 0) return st;
        if ((k & 0xffff) == 0 && wick_interrupted()) {
            return wick_fail(c->ctx, WICK_E_CANCELLED, "interrupted");
        }
        if (c->day_first_line != 0 && !c->plan.day_first) return WICK_OK; /* start again */
    }
}

static void release(csv *c)
{
    if (c->reader != NULL) wick_reader_close(c->reader);
    free(c->buf);
    free(c->head);
    free(c->fields);
}

/* One pass over the file. *again: a date showed that days come first, read it anew that way. */
static wick_status pass(csv *c, const char *path, bool day_first, bool *again)
{
    wick_status st = WICK_OK;
    bool usable = false;
    *again = false;
    c->buf = malloc(BLOCK + 1);
    c->head = malloc(sizeof *c->head * CSV_HEAD * CSV_FIELDS);
    c->fields = malloc(sizeof *c->fields * CSV_FIELDS);
    if (c->buf == NULL || c->head == NULL || c->fields == NULL) return wick_fail_mem(c->ctx);
    WICK_TRY(wick_reader_open(c->ctx, path, &c->reader));
    WICK_TRY(prepare(c, &usable));
    if (!usable) {
        wk_defects_fatal(c->d);
        return WICK_OK;
    }
    c->plan.day_first = day_first;
    c->rows->has_volume = c->plan.col[WICK_VOLUME] >= 0;
    c->rows->long_format = c->plan.col[COL_SYMBOL] >= 0;
    WICK_TRY(all_rows(c));
    *again = c->day_first_line != 0 && !day_first;
    if (c->rows->n == 0 && wick_defects_errors(c->d) == 0 && !*again && !c->skipped) {
        wk_defects_add(c->d, "no_rows", true, 0, "a header line and no row after it");
        wk_defects_fatal(c->d);
    }
out:
    return st;
}

wick_status wk_csv_read(wick_ctx *ctx, const char *path, const wick_load_opts *opts, wk_rows *rows,
                        wick_defects *d, wick_buf *notes)
{
    bool again = false;
    wick_status st = WICK_OK;
    for (int k = 0; k < 2; k++) {
        csv c = {.ctx = ctx,
                 .opts = opts,
                 .rows = rows,
                 .d = d,
                 .notes = notes,
                 .eol = '\n',
                 .cap = BLOCK,
                 .last_index = -1};
        st = pass(&c, path, k == 1, &again);
        release(&c);
        if (st < 0 || !again) break;
        wk_rows_free(rows);
        wk_defects_reset(d);
        wick_buf_free(notes);
    }
    return st;
}
