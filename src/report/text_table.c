/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "report/report_int.h"

enum { MAX_COLUMNS = 64 };

/* Code points, not bytes: continuation bytes are 10xxxxxx. */
static int64_t text_width(const char *s)
{
    int64_t n = 0;
    for (; s != NULL && *s != '\0'; s++) n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static void blanks(wick_buf *out, int64_t n)
{
    for (; n > 0; n--) wick_buf_add(out, " ", 1);
}

static void put_row(wick_buf *out, int32_t columns, const bool *right, const int64_t *width,
                    const char *const *cells)
{
    int64_t owed = 0; /* blanks due before the next text; none end a line */
    for (int32_t k = 0; k < columns; k++) {
        const int64_t own = text_width(cells[k]), fill = width[k] - own;
        const bool r = right != NULL && right[k];
        if (own > 0) {
            blanks(out, owed + (r ? fill : 0));
            wick_buf_add(out, cells[k], -1);
            owed = r ? 0 : fill;
        } else {
            owed += width[k];
        }
        owed += 2;
    }
    wick_buf_add(out, "\n", 1);
}

void wick_text_table(wick_buf *out, int32_t columns, const char *const *header, const bool *right,
                     const char *const *cells, int64_t rows)
{
    int64_t width[MAX_COLUMNS] = {0};
    if (columns <= 0 || columns > MAX_COLUMNS) return;
    for (int64_t i = header != NULL ? -1 : 0; i < rows; i++) {
        const char *const *const row = i < 0 ? header : cells + i * columns;
        for (int32_t k = 0; k < columns; k++) {
            const int64_t w = text_width(row[k]);
            if (w > width[k]) width[k] = w;
        }
    }
    if (header != NULL) {
        put_row(out, columns, right, width, header);
        for (int32_t k = 0; k < columns; k++) {
            if (k > 0) blanks(out, 2);
            for (int64_t i = 0; i < width[k]; i++) wick_buf_add(out, "-", 1);
        }
        wick_buf_add(out, "\n", 1);
    }
    for (int64_t i = 0; i < rows; i++) {
        put_row(out, columns, right, width, cells + i * columns);
    }
}
