/* SPDX-License-Identifier: MIT */
/**
 * Room metrics, third header: results by row. A sheet breaks a ledger down (by year, symbol, side
 * ...), or shows it as another library does, under that library's names and formulas.
 *
 * Cells are numbers; NA is not available. Times are UTC. Trades belong to the period they were
 * closed in; open ones to none.
 */
#ifndef WICK_SHEETS_H
#define WICK_SHEETS_H

#include "wick/metrics.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wick_sheet wick_sheet;

typedef struct wick_sheet_spec {
    const char *name; /**< "year", "symbol", "backtesting.py" ... */
    const char *title;
    const char *doc; /**< what a row is, and which trades and bars it counts */
    const char *source;
    const char *label; /**< header of the first column */
    wick_status (*build)(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                         wick_sheet *t);
} wick_sheet_spec;

WICK_API int64_t wick_sheet_count(void);
WICK_API const wick_sheet_spec *wick_sheet_at(int64_t i); /**< sorted by name */
WICK_API const wick_sheet_spec *wick_sheet_find(const char *name);

/** Unknown names are errors with the nearest known one. Options are read as by wick_score. */
WICK_API wick_status wick_sheet_build(wick_ctx *ctx, const char *name, const wick_ledger *l,
                                      const wick_metric_opts *opts,
                                      wick_sheet **out) WICK_NODISCARD;
WICK_API void wick_sheet_free(wick_sheet *t);
WICK_API const wick_sheet_spec *wick_sheet_spec_of(const wick_sheet *t);
WICK_API int64_t wick_sheet_rows(const wick_sheet *t);
WICK_API int64_t wick_sheet_columns(const wick_sheet *t); /**< without the label */
WICK_API const char *wick_sheet_label(const wick_sheet *t, int64_t row);
WICK_API const char *wick_sheet_column(const wick_sheet *t, int64_t column);
/** Of a cell: rows of a library's sheet have units of their own. */
WICK_API wick_metric_unit wick_sheet_unit(const wick_sheet *t, int64_t row, int64_t column);
/** How a row is computed, "" when the columns say it all. */
WICK_API const char *wick_sheet_formula(const wick_sheet *t, int64_t row);
WICK_API double wick_sheet_value(const wick_sheet *t, int64_t row, int64_t column);
/** By label, of column 0; WICK_NA when there is no such row. */
WICK_API double wick_sheet_get(const wick_sheet *t, const char *label);

#ifdef __cplusplus
}
#endif
#endif
