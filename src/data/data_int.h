/* SPDX-License-Identifier: MIT */
/** Room data, private: layouts and helpers shared by its files. */
#ifndef WK_DATA_INT_H
#define WK_DATA_INT_H

#include <stdatomic.h>

#include "wick/data.h"

/** A native file's mapping, shared by every symbol that points into it. */
typedef struct wk_mapping {
    atomic_int refs;
    wick_map map;
} wk_mapping;
void wk_mapping_unref(wk_mapping *m);

struct wick_bars {
    atomic_int refs;
    int64_t n;
    const int64_t *time;
    const double *f[WICK_FIELDS];
    wick_symbol_info info; /**< strings point into `text` */
    uint64_t id;
    void *block;     /**< owned columns, or NULL when they live in `map` */
    wk_mapping *map; /**< or NULL */
    char text[];
};

/** Columns under construction: one aligned block, each column padded to whole cache lines. */
typedef struct wk_cols {
    int64_t n;
    int64_t *time;
    double *f[WICK_FIELDS];
    void *block;
} wk_cols;
wick_status wk_cols_new(wick_ctx *ctx, int64_t n, wk_cols *out) WICK_NODISCARD;
void wk_cols_free(wk_cols *c);
/** Column length in elements once padded to whole cache lines. */
int64_t wk_col_stride(int64_t n);

/** Takes the columns (also on failure) as bars without checking them; fields of `info` that are
 * empty are inferred. */
wick_status wk_bars_take(wick_ctx *ctx, wk_cols *c, const wick_symbol_info *info,
                         wick_bars **out) WICK_NODISCARD;
/** As wk_bars_take for columns inside a mapping, whose reference count it raises. */
wick_status wk_bars_map(wick_ctx *ctx, wk_mapping *map, const wk_cols *c, uint64_t id,
                        const wick_symbol_info *info, wick_bars **out) WICK_NODISCARD;
uint64_t wk_cols_hash(const wk_cols *c);

/** Rules every row of wick_bars obeys. */
enum {
    WK_ROW_GOOD,
    WK_ROW_BACKWARDS,
    WK_ROW_DUPLICATE,
    WK_ROW_MISSING,
    WK_ROW_NOT_POSITIVE,
    WK_ROW_OHLC,
    WK_ROW_VOLUME
};
/** First row from `from` that breaks a rule, -1 when none does. */
int64_t wk_rows_first_bad(const wk_cols *c, bool allow_negative, int64_t from);
/** Which rule row i breaks by itself (everything but the order of time). */
int wk_row_rule(const wk_cols *c, int64_t i, bool allow_negative);
const char *wk_rule_name(int rule);
/** One sentence with the values of row i. */
void wk_row_text(const wk_cols *c, int64_t i, int rule, char *out, size_t cap);

/** Fills what `info` leaves empty (NULL strings, zeros) from the bars and sets the bits of what
 * was guessed. Strings it sets are literals. */
void wk_info_infer(wick_symbol_info *info, int64_t n, const int64_t *time, const double *const *f);
/** Commonest distance between stamps as a timeframe; 0 when there are fewer than two rows. */
int64_t wk_infer_timeframe(int64_t n, const int64_t *time);

/** End of the bar that opens at t. */
int64_t wk_close_time(int64_t t, int64_t timeframe_ms);
/** Days of the calendar for timeframes of a day and more. */
int64_t wk_floor_div(int64_t a, int64_t b);
/** t moved by `months` calendar months. */
int64_t wk_add_months(int64_t t, int64_t months);

#endif
