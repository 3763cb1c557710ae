/* SPDX-License-Identifier: MIT */
/** Room metrics, private: reading results of other programs. */
#ifndef WK_FOREIGN_H
#define WK_FOREIGN_H

#include "wick/metrics.h"

enum { WK_CSV_COLUMNS = 64, WK_CSV_NAME = 48 };

/** A file in memory. Cells are borrowed from `text`. */
typedef struct wk_csv {
    const char *path;
    char *text, **cell;
    int64_t *line; /**< of each row, from 1 */
    int64_t rows, cap;
    int32_t columns;
    char separator;
    const char *title[WK_CSV_COLUMNS];      /**< as written */
    char name[WK_CSV_COLUMNS][WK_CSV_NAME]; /**< letters and digits, lower case */
} wk_csv;

/** Fails on unreadable files and on files without a row; free it all the same. */
wick_status wk_csv_load(wick_ctx *ctx, const char *path, wk_csv *f) WICK_NODISCARD;
void wk_csv_free(wk_csv *f);
/** Column of the first name that is there, -1 none. "^price" matches any name that begins so. */
int32_t wk_csv_find(const wk_csv *f, const char *const *names);
/** NA for an empty cell; anything else that is no number is an error with its place. */
wick_status wk_csv_number(wick_ctx *ctx, const wk_csv *f, int64_t row, int32_t k,
                          double *out) WICK_NODISCARD;
wick_status wk_csv_time(wick_ctx *ctx, const wk_csv *f, int64_t row, int32_t k,
                        int64_t *out) WICK_NODISCARD;

/** Trades of a file, to be sorted by exit; symbols are indices into `names`. */
typedef struct wk_foreign_trades {
    wick_trade_rec *t;
    int64_t n;
    const char **names;
    int64_t n_names;
    bool net, has_bars;
    const char *format;
} wk_foreign_trades;
bool wk_foreign_is_trades(const wk_csv *f);
wick_status wk_foreign_read_trades(wick_ctx *ctx, const wk_csv *f,
                                   wk_foreign_trades *out) WICK_NODISCARD;

#endif
