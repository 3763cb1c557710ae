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
    wick_bars *base; /**< bars this one adds a named column to, or NULL; referenced */
    double *column;  /**< the added column, named by `text` */
    bool own_dates;  /**< info.dates is referenced by these bars, not by `base` */
    char text[];
};

void wk_dates_digest(const wick_dates *d, wick_sha256 *s);

/* rates.c: rates of exchange, shared by the symbols of a panel */
typedef struct wk_rates wk_rates;
wk_rates *wk_rates_ref(wk_rates *r);
void wk_rates_unref(wk_rates *r);
void wk_rates_digest(const wk_rates *r, wick_sha256 *s);
wick_status wk_dates_with_rates(wick_ctx *ctx, const wick_dates *from, wk_rates *rates,
                                wick_dates **out);
const wk_rates *wk_dates_rates(const wick_dates *d);

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

/** The run of a session that holds t, its ends on the wall clock turned into instants. False outside
 * and for 24x7, which has no runs. */
bool wk_session_run(const wick_session *s, int64_t t, int64_t *open, int64_t *close);
/** End of the bar that opens at t. */
int64_t wk_close_time(int64_t t, int64_t timeframe_ms);
/** Days of the calendar for timeframes of a day and more. */
int64_t wk_floor_div(int64_t a, int64_t b);
/** t moved by `months` calendar months. */
int64_t wk_add_months(int64_t t, int64_t months);

/* ---- findings ----------------------------------------------------------------------------- */

wick_defects *wk_defects_new(const char *file, int64_t max_per_rule);
/** One row (or the file: line 0) breaks a rule. Past the limit per rule it is only counted.
 * `rule` is a literal. */
void wk_defects_add(wick_defects *d, const char *rule, bool is_error, int64_t line, const char *fmt,
                    ...) WICK_PRINTF(5, 6);
void wk_defects_reset(wick_defects *d); /**< forgets everything but the file */
void wk_defects_dropped(wick_defects *d, int64_t rows);
/** Whether an error of this file can be cured by leaving rows out. */
void wk_defects_fatal(wick_defects *d);
bool wk_defects_is_fatal(const wick_defects *d);
/** Sorts by line and fills the counts. False: memory ran out on the way. */
bool wk_defects_finish(wick_defects *d);
/** First error as a status: "file:line: rule: sentence". */
wick_status wk_defects_fail(wick_ctx *ctx, const wick_defects *d);

/* ---- sources ------------------------------------------------------------------------------ */

/** Rows of one file in file order, before any rule about their sequence. */
typedef struct wk_rows {
    int64_t n, cap;
    int64_t *time;
    double *f[WICK_FIELDS];
    uint32_t *line;
    int32_t *symbol; /**< index into `symbols`; NULL when the file has no symbol column */
    int16_t *offset; /**< minutes east of UTC written in the stamp; NULL when none was */
    bool has_volume, long_format;
    char **symbols;
    int32_t n_symbols, cap_symbols;
    int32_t *slots; /**< hash table over `symbols` */
    int32_t n_slots;
} wk_rows;
void wk_rows_free(wk_rows *r);
/** Index of a symbol, added when new; -1 when memory is out. */
int32_t wk_rows_symbol(wk_rows *r, const char *s, int64_t n);
/** Appends a row; false when memory is out. */
bool wk_rows_push(wk_rows *r, int64_t time, const double f[WICK_FIELDS], uint32_t line,
                  int32_t symbol, int16_t offset);

/** Reads a CSV file. Row and file defects go to `d`; the status is negative only when the machine
 * refused (I/O, memory) or the user interrupted. `notes` gets lines worth a log message. */
wick_status wk_csv_read(wick_ctx *ctx, const char *path, const wick_load_opts *opts, wk_rows *rows,
                        wick_defects *d, wick_buf *notes) WICK_NODISCARD;

/** Reads the stamp of one row. `day_first`: whether 03/04/2020 is the third of April. */
typedef struct wk_stamp {
    int64_t time;
    int16_t offset; /**< minutes, when the text names one */
    bool has_offset, has_clock;
} wk_stamp;
bool wk_stamp_parse(const char *s, int64_t n, bool day_first, wk_stamp *out);
/** True for a date with slashes or dots whose first part can only be a day. */
bool wk_stamp_day_first(const char *s, int64_t n);

/** Native column file: all symbols that `opts` wants. */
bool wk_native_is(const char *path);
wick_status wk_native_read(wick_ctx *ctx, const char *path, const wick_load_opts *opts,
                           wick_bars ***out, int64_t *n) WICK_NODISCARD;

/* ---- rules -------------------------------------------------------------------------------- */

/** Applies every rule about sequence and values to one symbol's rows; `line` gives their lines
 * (NULL: row numbers). Rows in error are marked in `bad` (rows marked before the call are passed
 * over). `label` prefixes sentences in files of many symbols ("" else). */
enum { WK_BAD_VALUE = 1, WK_BAD_TIME = 2 }; /* bits of `bad` */
wick_status wk_check_rows(wick_ctx *ctx, const wk_cols *c, const uint32_t *line, const char *label,
                          int64_t timeframe_ms, bool allow_negative, bool warnings, wick_defects *d,
                          uint8_t *bad) WICK_NODISCARD;

/* ---- loading ------------------------------------------------------------------------------ */

/** Symbol and timeframe a file name speaks of: "ETHUSDT-PERP_15m.csv.gz". timeframe 0: none. */
void wk_name_of_file(const char *path, char *symbol, size_t cap, int64_t *timeframe_ms);
/** True for names the loader reads (.csv .txt .tsv .wick, also .gz and .zst). */
bool wk_is_data_file(const char *name);

/** symbol_info.json: what it says about a symbol, found by the symbol itself or by a key the file
 * name begins with. Strings are borrowed from the document. False: it knows nothing. */
wick_status wk_info_find(wick_ctx *ctx, const wick_json_doc *doc, const char *name,
                         const char *symbol, const char *path, wick_symbol_info *facts,
                         bool *found) WICK_NODISCARD;

/** What one file gave. */
typedef struct wk_file {
    char *path;
    char symbol[128];     /**< from the name */
    int64_t timeframe_ms; /**< from the name, 0 none */
    const wick_json_doc *info;
    const char *info_name;
    bool by_name_wanted; /**< its name is one of the symbols asked for (or all are) */
    wick_bars **bars;
    uint32_t **lines; /**< line of each bar, per symbol; NULL unless report_only */
    int64_t n;
    wick_defects *defects;
    wick_buf notes; /**< lines for the log */
} wk_file;
void wk_file_free(wk_file *f);
/** Reads and checks one file. Defects that stop it are its status (WICK_E_DATA) unless
 * `report_only`, when the rows in error are left out and everything, warnings too, is in `defects`.
 * `reported`: the caller passes the findings on, so that no note about them is needed. */
wick_status wk_file_load(wick_ctx *ctx, const wick_load_opts *opts, bool reported, bool report_only,
                         wk_file *f) WICK_NODISCARD;
/** One file with everything that can be said about it: rows in error are left out, findings kept.
 * Free `out` whatever the status (it is zeroed when the file was never opened). */
wick_status wk_load_one(wick_ctx *ctx, const char *path, const wick_load_opts *opts,
                        wk_file *out) WICK_NODISCARD;
/** Option struct of the caller's size, defaults filled in. */
wick_load_opts wk_load_opts(const wick_load_opts *opts);

/* records.c */
struct wick_ledger {
    atomic_int refs;
    wick_arena *arena; /**< owns this struct and everything `in` points to */
    wick_ledger_in in;
    int64_t fates[WICK_FATES];
    /* Of joined ledgers, in the arena. */
    int64_t n_parts;
    wick_ledger **parts;
    const char **part_names;
    int32_t *part_first; /**< first order id of each part */
};

#endif
