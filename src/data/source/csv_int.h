/* SPDX-License-Identifier: MIT */
/** CSV reading, private: dialect and column roles found in the first lines. */
#ifndef WK_CSV_INT_H
#define WK_CSV_INT_H

#include "data/data_int.h"

enum { CSV_FIELDS = 512, CSV_HEAD = 32, CSV_LINE = 1 << 20 };

/** Roles after the five price fields, whose numbers are wick_field's. */
enum { COL_TIME = WICK_FIELDS, COL_CLOCK, COL_SYMBOL, COL_ROLES };

typedef struct csv_field {
    const char *s;
    int32_t n;
    bool quoted;
} csv_field;

typedef struct csv_plan {
    char delimiter;
    bool has_header;
    bool day_first;
    int32_t columns;        /**< names in the header (or fields of the first row) */
    int32_t col[COL_ROLES]; /**< position, -1 when the file has none */
    int32_t last;           /**< largest position used */
} csv_plan;

/** Splits one line (without its end). Returns how many fields there are; at most `max` are stored.
 * Blanks and quotes around a field are removed. */
int32_t csv_split(const char *s, const char *end, char delimiter, csv_field *out, int32_t max);
/** True for an empty field or one of the words that stand for nothing (null, NaN, NA ...). */
bool csv_is_missing(const csv_field *f);
/** Whether a header's name is one of these, spelt in any case and with _ for blanks. */
bool csv_is_one_of(const csv_field *f, const char *const *names);
/** "4", "0.1575", and the "4:1" or "4/1" of split lists. */
bool csv_amount(const csv_field *f, double *out);
/** A number with optional thousands commas (quoted), currency sign or K/M/B suffix. */
bool csv_number(const csv_field *f, double *out);

/** Names in the header line become roles, or roles are found from rows without a header. `lines`
 * are the first non-empty lines of the file, CSV_FIELDS fields apart, of which `counts` are there;
 * `first_line` is the number of the first. False: a file defect was added to `d`. */
bool csv_plan_make(csv_plan *p, const csv_field *lines, const int32_t *counts, int32_t n_lines,
                   int64_t first_line, wick_defects *d, wick_buf *notes);
/** True when the fields look like column names (again). */
bool csv_is_header(const csv_field *f, int32_t n);

#endif
