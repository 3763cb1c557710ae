/* SPDX-License-Identifier: MIT */
/** Room metrics, private: building tables, and series several of them need. */
#ifndef WK_SHEET_INT_H
#define WK_SHEET_INT_H

#include "metrics/metrics_int.h"
#include "metrics/stats_int.h"
#include "wick/sheets.h"

/** Declares the columns, once, before the first row; names are borrowed forever. */
void wk_sheet_columns(wick_sheet *t, int64_t n, const char *const *names,
                      const wick_metric_unit *units);
/** A row of NA to be filled; `label` is copied, `formula` borrowed forever (NULL: ""). NULL without
 * memory, which wick_sheet_build reports. */
double *wk_sheet_row(wick_sheet *t, const char *label, const char *formula);
/** Gives the row added last a unit of its own. */
void wk_sheet_row_unit(wick_sheet *t, wick_metric_unit unit);
/** One row of a single-column table with a unit of its own. */
void wk_sheet_put(wick_sheet *t, const char *label, wick_metric_unit unit, const char *formula,
                  double v);

/** Options with defaults filled in, checked; what wick_score does. */
wick_status wk_metric_options(wick_ctx *ctx, const wick_metric_opts *in, wick_metric_opts *o);

/** Closing values per period: index of the last row of each. */
typedef enum wk_period { WK_DAY, WK_WEEK, WK_MONTH, WK_QUARTER, WK_YEAR } wk_period;
/** A number that is the same for stamps of one period and grows with time. Weeks end on Sunday. */
int64_t wk_period_of(int64_t time, wk_period p);
/** Writes the last row of each period into `rows` (room for n); returns how many. */
int64_t wk_period_ends(int64_t n, const int64_t *time, wk_period p, int64_t *rows);

/** Linear interpolation between order statistics of sorted values. */
double wk_sorted_quantile(int64_t n, const double *sorted, double q);
double wk_mean(int64_t n, const double *x);
/** Sample deviation (n - 1); NA below two values. */
double wk_sample_dev(int64_t n, const double *x);

/** A closed trade's numbers net of fees, whatever the run's convention: cash, and the fraction of
 * the entry value (short: 1 - exit / entry). */
void wk_trade_net(const wick_trade_rec *t, bool pnl_net, double *pnl, double *fraction);
static inline bool wk_trade_closed(const wick_trade_rec *t)
{
    return t->reason != WICK_BY_OPEN;
}

extern const wick_sheet_spec *const wk_sheet_table[];
extern const int64_t wk_sheet_table_n;

#endif
