/* SPDX-License-Identifier: MIT */
/** Room report, private: what the writers share. */
#ifndef WK_REPORT_INT_H
#define WK_REPORT_INT_H

#include "wick/report.h"

/** True when stamps print as dates: daily bars and longer, or, with an unknown timeframe, a ledger
 * whose stamps all fall on midnight. */
bool wk_report_dates_only(const wick_result *r);

/** One CSV line under construction. Numbers are the shortest text that reads back; NA is an empty
 * field. The line is flushed as one piece: a growing buffer per field would cost more than the
 * formatting. */
typedef struct wk_line {
    wick_buf *out;
    int64_t len;
    bool any;
    char text[512];
} wk_line;

/** The text of the number written last in a column; most columns repeat themselves. */
typedef struct wk_memo {
    double v;
    int len;
    char text[WICK_DOUBLE_TEXT];
} wk_memo;

void wk_line_text(wk_line *l, const char *s); /**< quoted where CSV needs it */
void wk_line_number(wk_line *l, double v);
void wk_line_memo(wk_line *l, wk_memo *m, double v);
void wk_line_int(wk_line *l, int64_t v);
void wk_line_time(wk_line *l, int64_t t, bool dates_only);
/** Name of the part of a joined ledger that an order belongs to. */
void wk_line_part(wk_line *l, const wick_ledger *from, int32_t order);
void wk_line_end(wk_line *l);

/** Conventions of a result and those the scores add (bars_per_year, deviation, report_rounding,
 * risk_free), each key once. `fn` is called in order. */
typedef void (*wk_convention_fn)(void *user, const wick_convention *c);
void wk_report_conventions(const wick_result *r, wk_convention_fn fn, void *user);

/** Status of a finished buffer. */
wick_status wk_report_done(wick_ctx *ctx, const wick_buf *out);

/** Readable form of a metric: thousands separators, decimals and percent sign by unit. */
void wk_pretty(char out[64], wick_metric_unit unit, double v, bool dates_only);

/** An interval of a metric means something: it is one that resampling moves. */
bool wk_report_has_interval(const wick_metric_spec *s);
/** Sheets and Monte-Carlo for people, each under a heading. */
void wk_report_sheets(const wick_result *r, wick_buf *out, bool dates);
void wk_report_monte(const wick_result *r, wick_buf *out);
/** The same as members of the object `w` is in: intervals, monte_carlo, sheets. */
void wk_report_json_stats(const wick_result *r, wick_json_writer *w, bool dates);

extern const wick_writer_spec wk_writer_chart_html;
extern const wick_writer_spec wk_writer_equity_csv;
extern const wick_writer_spec wk_writer_metrics_json;
extern const wick_writer_spec wk_writer_orders_csv;
extern const wick_writer_spec wk_writer_table;
extern const wick_writer_spec wk_writer_table_full;
extern const wick_writer_spec wk_writer_trades_csv;
extern const wick_writer_spec wk_writer_trades_tv;

#endif
