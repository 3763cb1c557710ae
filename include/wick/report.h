/* SPDX-License-Identifier: MIT */
/**
 * Room report: ledgers and scores as text tables, CSV and JSON. Numbers in machine formats are the
 * shortest that read back; dates are ISO, without a clock for daily bars.
 */
#ifndef WICK_REPORT_H
#define WICK_REPORT_H

#include "wick/data.h"
#include "wick/metrics.h"
#include "wick/sheets.h"
#include "wick/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A convention that changes a number, printed with every result. */
typedef struct wick_convention {
    const char *key;   /**< "fill" */
    const char *value; /**< "open" */
    bool usual;        /**< a default that the short table may leave out */
} wick_convention;

/** Everything a writer may need about one result. Borrowed for the call. */
typedef struct wick_result {
    uint32_t size;
    const char *strategy, *profile;
    const wick_ledger *ledger;
    const wick_scores *scores;
    const wick_convention *conventions;
    int64_t n_conventions;
    int64_t timeframe_ms;           /**< decides whether dates carry a clock */
    bool color;                     /**< ANSI colours in tables */
    int32_t width;                  /**< terminal columns, 0: 80 */
    const char *const *extra_names; /**< metrics defined in Lua */
    const double *extra_values;
    int64_t n_extra;
    const wick_interval *intervals;       /**< one per score; NULL: none were made */
    const wick_interval *extra_intervals; /**< one per extra */
    const wick_boot_opts *boot;           /**< how the intervals were made, defaults filled in */
    const wick_sheet *const *sheets;
    int64_t n_sheets;
    const wick_monte *monte; /**< NULL: none */
    const wick_monte_opts *monte_opts;
    const wick_panel *panel; /**< for the value of a point; NULL: 1 */
    bool foreign; /**< another program's: nothing is known of ambiguous bars, and of a result
                     without trades the table shows the account instead of the forty rows */
    const char *plots; /**< chart_html: a line a symbol, a JSON array of what its script plotted:
                            { title, text (lines of key=value), v, c }; NULL: none */
} wick_result;

typedef struct wick_writer_spec {
    const char *name; /**< "trades_csv", "orders_csv", "equity_csv", "metrics_json", "table" ... */
    const char *doc;
    wick_status (*write)(wick_ctx *ctx, const wick_result *r, wick_buf *out);
} wick_writer_spec;
WICK_API int64_t wick_writer_count(void);
WICK_API const wick_writer_spec *wick_writer_at(int64_t i);
WICK_API const wick_writer_spec *wick_writer_find(const char *name);
WICK_API wick_status wick_report_write(wick_ctx *ctx, const char *writer, const wick_result *r,
                                       wick_buf *out) WICK_NODISCARD;

/** Text table with aligned columns for command-line lists: cells row by row, `right` marks
 * right-aligned columns. Counts UTF-8 code points. */
WICK_API void wick_text_table(wick_buf *out, int32_t columns, const char *const *header,
                              const bool *right, const char *const *cells, int64_t rows);

#ifdef __cplusplus
}
#endif
#endif
