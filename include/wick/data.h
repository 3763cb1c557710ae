/* SPDX-License-Identifier: MIT */
/**
 * Room data: bars of one symbol, panels of many, loading and checking them, calendars, resampling;
 * and the record types (orders, fills, trades, equity) that engine, metrics and reports share.
 *
 * A bar is stamped with its *open* (int64 ms UTC; daily bars of an exchange carry the session date
 * at 00:00Z). Its close time, stamp + timeframe, is what availability is judged by. Prices are
 * doubles; volume may be WICK_NA when a file has none. Bars and panels are immutable and
 * refcounted: share them between threads freely.
 */
#ifndef WICK_DATA_H
#define WICK_DATA_H

#include "wick/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- symbols ------------------------------------------------------------------------------ */

/** Facts of a symbol. From symbol_info.json, or inferred from the bars (then `inferred` names
 * which). Strings are borrowed from the bars that carry them. */
typedef struct wick_symbol_info {
    const char *symbol;   /**< as used in panels, e.g. "AAPL" */
    const char *ticker;   /**< display name; defaults to symbol */
    const char *kind;     /**< "stock", "crypto", "forex", "futures", "index", "fund" */
    const char *currency; /**< quote currency, "" unknown */
    const char *timezone; /**< IANA name of the exchange zone, default "Etc/UTC" */
    const char *session;  /**< "24x7" or Pine grammar "0930-1600:23456" */
    double tick;          /**< smallest price step, > 0 */
    double point_value;   /**< cash per price point and unit, default 1 */
    double qty_step;      /**< smallest quantity: 1 for stocks, 1e-8 for crypto by default */
    int64_t timeframe_ms; /**< nominal bar length; one day is 86 400 000; months are -1, -3 ... */
    uint32_t inferred;    /**< WICK_INFO_* bits that were guessed and not given */
    bool allow_negative;  /**< prices may be zero or below (spreads, some futures) */
    struct wick_dates *dates; /**< rates and corporate actions; NULL: none. Bars keep a reference */
} wick_symbol_info;
enum {
    WICK_INFO_TICK = 1u,
    WICK_INFO_POINT_VALUE = 2u,
    WICK_INFO_QTY_STEP = 4u,
    WICK_INFO_TIMEZONE = 8u,
    WICK_INFO_SESSION = 16u,
    WICK_INFO_TIMEFRAME = 32u,
    WICK_INFO_KIND = 64u
};

/* ---- bars --------------------------------------------------------------------------------- */

typedef struct wick_bars wick_bars;
typedef enum wick_field {
    WICK_OPEN,
    WICK_HIGH,
    WICK_LOW,
    WICK_CLOSE,
    WICK_VOLUME,
    WICK_FIELDS
} wick_field;

/** Copies and validates columns. Rules: n >= 0, ascending time, finite positive prices unless
 * `info->allow_negative`, low <= open, close <= high, volume >= 0 or NA (NULL volume: all NA). The
 * error names the row. `info` may be NULL: everything inferred. */
WICK_API wick_status wick_bars_new(wick_ctx *ctx, const char *symbol, int64_t n,
                                   const int64_t *time, const double *open, const double *high,
                                   const double *low, const double *close, const double *volume,
                                   const wick_symbol_info *info, wick_bars **out) WICK_NODISCARD;
WICK_API wick_bars *wick_bars_ref(wick_bars *b);
WICK_API void wick_bars_unref(wick_bars *b);
WICK_API const char *wick_bars_symbol(const wick_bars *b);
WICK_API int64_t wick_bars_count(const wick_bars *b);
WICK_API const int64_t *wick_bars_time(const wick_bars *b);
/** 64-byte aligned, padded to whole cache lines. */
WICK_API const double *wick_bars_field(const wick_bars *b, wick_field f);
WICK_API const wick_symbol_info *wick_bars_info(const wick_bars *b);
/** Content hash of times and prices: the data part of every series-cache key. */
WICK_API uint64_t wick_bars_id(const wick_bars *b);
/** SHA-256 over the columns, for manifests. */
WICK_API void wick_bars_digest(const wick_bars *b, char hex[65]);
/** First bar with stamp >= t (count when none). */
WICK_API int64_t wick_bars_find(const wick_bars *b, int64_t t);
/** Places where bars are missing, and how many in all. Nights and weekends of markets that close
 * are no gaps; exchange holidays up to four days neither. */
WICK_API int64_t wick_bars_gaps(const wick_bars *b, int64_t *missing);
/** Rows [from, to) as new bars with the same info (a copy; used by cuts and windows). */
WICK_API wick_status wick_bars_slice(wick_ctx *ctx, const wick_bars *b, int64_t from, int64_t to,
                                     wick_bars **out) WICK_NODISCARD;

/** The same bars with one more named column (a copy of `values`, one per bar): what a strategy in C
 * reads by name. Shares everything else; adding a name again hides the older column. */
WICK_API wick_status wick_bars_with_column(wick_ctx *ctx, wick_bars *b, const char *name,
                                           const double *values, wick_bars **out) WICK_NODISCARD;
/** A column added with wick_bars_with_column, or NULL. */
WICK_API const double *wick_bars_column(const wick_bars *b, const char *name);

/* ---- packed masks --------------------------------------------------------------------------
 * One bit per bar: bit k % 64 of word k / 64 is set where the mask column is 1. What looks for the
 * next bar of an event reads 64 bars at a time, and a mask nobody reads as numbers needs no column. */
static inline int64_t wick_mask_words(int64_t n)
{
    return (n + 63) / 64;
}
/** Packs a column of 1, 0 and NA; bits after the last bar are 0. */
WICK_API void wick_mask_pack(int64_t n, const double *column, uint64_t *bits);
/** First bar in [from, to) that is set; `to` when there is none. */
WICK_API int64_t wick_mask_next(const uint64_t *bits, int64_t from, int64_t to);
/** How many bars of [from, to) are set. */
WICK_API int64_t wick_mask_count(const uint64_t *bits, int64_t from, int64_t to);
static inline bool wick_mask_at(const uint64_t *bits, int64_t bar)
{
    return ((bits[bar >> 6] >> (bar & 63)) & 1u) != 0;
}

/** Applies cash dividends backwards: every price before an ex-date is multiplied by
 * 1 - amount / previous session's close, cumulated; volume untouched. The convention of the
 * adjusted daily files this project tests against. Ex-dates before the first bar are ignored. */
WICK_API wick_status wick_bars_adjust_dividends(wick_ctx *ctx, const wick_bars *b, int64_t n,
                                                const int64_t *ex_date, const double *amount,
                                                wick_bars **out) WICK_NODISCARD;
/** Applies splits backwards: prices before the date divided by ratio (new per old), volume times
 * ratio. */
WICK_API wick_status wick_bars_adjust_splits(wick_ctx *ctx, const wick_bars *b, int64_t n,
                                             const int64_t *date, const double *ratio,
                                             wick_bars **out) WICK_NODISCARD;

/** Dated numbers of a symbol that are no bars. Immutable and shared; bars made from bars (slices,
 * resampled ones, those with a column) keep them. The engine books them as cash (docs/costs.md). */
typedef struct wick_dates wick_dates;
typedef enum wick_dated {
    WICK_FUNDING,  /**< fraction of the position's value that longs pay shorts at that moment */
    WICK_BORROW,   /**< percent a year that shorts pay, in force from that moment on */
    WICK_DIVIDEND, /**< cash a unit, ex-date at 00:00Z */
    WICK_SPLIT,    /**< new units for an old one, ex-date at 00:00Z */
    WICK_DATED
} wick_dated;
WICK_API const char *wick_dated_name(int32_t kind);
/** Those of `from` (NULL: none) with one kind replaced; times ascend. Values are copied. */
WICK_API wick_status wick_dates_new(wick_ctx *ctx, const wick_dates *from, int32_t kind, int64_t n,
                                    const int64_t *time, const double *value,
                                    wick_dates **out) WICK_NODISCARD;
WICK_API wick_dates *wick_dates_ref(wick_dates *d);
WICK_API void wick_dates_unref(wick_dates *d);
/** How many of a kind there are, and where; borrowed. */
WICK_API int64_t wick_dates_get(const wick_dates *d, int32_t kind, const int64_t **time,
                                const double **value);
/** The same bars with these dated numbers. */
WICK_API wick_status wick_bars_with_dates(wick_ctx *ctx, wick_bars *b, wick_dates *dates,
                                          wick_bars **out) WICK_NODISCARD;

/** Rates of exchange for every symbol of a panel: bars of currency pairs, one symbol each (EURUSD, or
 * FX_IDC:EUR/USD: dollars for a euro). A day's last close is the rate from the next midnight (UTC)
 * on. */
struct wick_panel;
WICK_API wick_status wick_panel_with_rates(wick_ctx *ctx, struct wick_panel *p,
                                           const struct wick_panel *pairs,
                                           struct wick_panel **out) WICK_NODISCARD;
/** Units of `to` for one of `from` on each bar, by the pair itself, its inverse, or through USD: 1.
 * Ones where both are the same, or both a dollar (USD, USDT, USDC ...) of which no rate is given.
 * 0: no pair tells. Negative: a pair begins after the first bar. */
WICK_API int wick_bars_rate(wick_ctx *ctx, const wick_bars *b, const char *from, const char *to,
                            double *out);

/** Parses "1m", "15", "60", "1h", "4h", "D", "1d", "W", "1M": minutes without a unit as in Pine. */
WICK_API bool wick_timeframe_parse(const char *s, int64_t *ms);
/** Canonical text: "1m" "15m" "1h" "1d" "1w" "1mo". Returns length. */
WICK_API int wick_timeframe_format(char out[16], int64_t ms);

/** Dated amounts (cash dividends) or ratios (splits, "4" or "4:1") from a CSV file with a date
 * column and one named amount, dividend, ratio, split ...; rows with 0 are skipped. Free both with
 * free(). */
WICK_API wick_status wick_events_load(wick_ctx *ctx, const char *path, int64_t **date,
                                      double **value, int64_t *n) WICK_NODISCARD;

/** Aggregates to a coarser timeframe. Windows start at multiples of the timeframe in the symbol's
 * zone and, where it has one, at its session open; days, weeks (Monday) and months follow the
 * exchange calendar. open first, high max, low min, close last, volume sum; a window without bars
 * does not exist. The last window is kept although it may be unfinished; `complete_only` drops it.
 */
WICK_API wick_status wick_bars_resample(wick_ctx *ctx, const wick_bars *b, int64_t timeframe_ms,
                                        bool complete_only, wick_bars **out) WICK_NODISCARD;
/** Bars of Renko bricks: one for every `brick` (or, with atr_n, for every average true range of the
 * bar that makes it) the close goes beyond the last brick. Nothing looks ahead: a brick is stamped with
 * the opening of the bar after the one that made it, further bricks of that bar a millisecond later
 * each; bricks of one bar of a day or more, whose stamps are dates, are one row together. Its prices are its own ends, its volume an equal share of what was traded since the brick
 * before. */
typedef struct wick_renko_opts {
    double brick;  /**< height; 0 with atr_n */
    int64_t atr_n; /**< bars of Wilder's average; 0 with brick */
} wick_renko_opts;
WICK_API wick_status wick_bars_renko(wick_ctx *ctx, const wick_bars *b, const wick_renko_opts *opts,
                                     wick_bars **out) WICK_NODISCARD;

/** Session test in the symbol's zone. Grammar and edge rules: pine_semantics.md section 12. */
typedef struct wick_session wick_session;
WICK_API wick_status wick_session_parse(wick_ctx *ctx, const char *text, const char *timezone,
                                        wick_session **out) WICK_NODISCARD;
WICK_API void wick_session_free(wick_session *s);
WICK_API bool wick_session_has(const wick_session *s, int64_t t);

/** Pine's time(timeframe, session, timezone): the period of a timeframe that holds a bar. Periods
 * inside a day are counted from the exchange's session open (midnight round the clock), days begin
 * there, weeks on Monday, months on the first. With a session of its own, a period of a day is the
 * session's run and shorter ones are counted from the run's open and end with it. */
typedef struct wick_period wick_period;
/** `session` NULL or "": none. `timezone` (of the session) NULL or "": the exchange's. `info` gives
 * the exchange's zone and session. */
WICK_API wick_status wick_period_new(wick_ctx *ctx, const wick_symbol_info *info,
                                     int64_t timeframe_ms, const char *session,
                                     const char *timezone, wick_period **out) WICK_NODISCARD;
WICK_API void wick_period_free(wick_period *p);
/** False when the bar opened at t lies outside the session. */
WICK_API bool wick_period_at(const wick_period *p, int64_t t, int64_t *open, int64_t *close);
/** The same for ascending times, as doubles: opens (or closes), NA outside the session. */
WICK_API void wick_period_column(const wick_period *p, int64_t n, const int64_t *t, bool close,
                                 double *out);

/* ---- loading ------------------------------------------------------------------------------ */

/** What is wrong with a row or a file. Severity: an `error` stops a load unless drop_bad; a
 * `warning` is reported and kept. */
typedef struct wick_defect {
    const char
        *rule; /**< short stable name: "ohlc_order", "time_backwards", "duplicate_time" ... */
    bool is_error;
    int64_t line;  /**< 1-based line in the file; 0 for the whole file */
    int64_t count; /**< how many more rows of the same rule follow in this report, this included */
    const char *text; /**< one sentence with the values found */
} wick_defect;
typedef struct wick_defects wick_defects; /**< one file's or one symbol's findings */
WICK_API int64_t wick_defects_count(const wick_defects *d);
WICK_API const wick_defect *wick_defects_at(const wick_defects *d, int64_t i);
WICK_API const char *wick_defects_file(const wick_defects *d);
WICK_API int64_t wick_defects_errors(const wick_defects *d); /**< rows or files in error */
WICK_API int64_t wick_defects_dropped(const wick_defects *d);
WICK_API void wick_defects_free(wick_defects *d);

typedef struct wick_load_opts {
    uint32_t size;
    const char *const *symbols; /**< keep only these; NULL: all. Unknown ones are an error */
    int64_t n_symbols;
    bool has_from, has_to;
    int64_t from, to;        /**< inclusive stamps; who reads a date as end adds its whole day */
    const char *timeframe;   /**< resample to this after loading; NULL: as found */
    const char *symbol_info; /**< symbol_info.json; NULL: beside the data, else inferred */
    bool drop_bad;        /**< drop rows in error and go on; files without a good row are errors */
    bool keep_defects;    /**< look for warnings too; an entry for every file, clean or not */
    int32_t threads;      /**< files in parallel; 0: all cores */
    int64_t max_findings; /**< rows listed per rule; 0: 20, -1: all. Counts are always complete */
    bool allow_negative;  /**< prices at or below zero are no defect (spreads) */
    bool skip_empty;      /**< known symbols without a bar in the range (listed later) are left out */
    const char *funding, *borrow, *actions; /**< as for wick_panel_with_dates; NULL: none */
    const char *rates; /**< bars of currency pairs, for wick_panel_with_rates; NULL: none */
} wick_load_opts;

typedef struct wick_panel wick_panel;

/** Loads files and directories (CSV plain/.gz/.zst, one symbol per file or long format with a
 * symbol column, and the native format) into a panel. Without drop_bad the first error stops it,
 * named as file:line: rule. `defects` (may be NULL) receives one entry per file with findings,
 * also when the call fails; free each, then the array with free(). */
WICK_API wick_status wick_load(wick_ctx *ctx, const char *const *paths, int64_t n_paths,
                               const wick_load_opts *opts, wick_panel **out,
                               wick_defects ***defects, int64_t *n_defects) WICK_NODISCARD;
/** The panel with dated numbers of `what`, read from a CSV file with columns time (or date), symbol
 * (not needed for one symbol) and values, or a folder with one file a symbol. what: "funding" (rate),
 * "borrow" (rate), "actions" (dividend and split, "4" or "4:1"; zeros and empty fields are none).
 * Rows of other symbols are passed over. Errors name file and line. */
WICK_API wick_status wick_panel_with_dates(wick_ctx *ctx, struct wick_panel *p, const char *what,
                                           const char *path,
                                           struct wick_panel **out) WICK_NODISCARD;
/** Examines one file by every rule without building a panel (`wick data check`). */
WICK_API wick_status wick_check_file(wick_ctx *ctx, const char *path, const wick_load_opts *opts,
                                     wick_defects **out) WICK_NODISCARD;

/** As wick_check_file, and compares with a second file of the same market: the finer of the two is
 * aggregated and complete windows that disagree are errors ("disagrees"); daily bars may differ by
 * a constant factor, whose steps are errors ("adjustment_break"). */
WICK_API wick_status wick_check_against(wick_ctx *ctx, const char *path, const char *other,
                                        const wick_load_opts *opts,
                                        wick_defects **out) WICK_NODISCARD;

/** Native column file: little endian, checksummed, memory-mapped on load. */
WICK_API wick_status wick_panel_save(wick_ctx *ctx, const wick_panel *p,
                                     const char *path) WICK_NODISCARD;
/** CSV: one file per symbol into a directory, or long format into one file (by extension). */
WICK_API wick_status wick_panel_write_csv(wick_ctx *ctx, const wick_panel *p,
                                          const char *path) WICK_NODISCARD;

typedef struct wick_synth_opts {
    uint32_t size;
    int64_t symbols;       /**< default 8 */
    int64_t bars;          /**< per symbol, default 1 500 */
    uint64_t seed;         /**< default 1 */
    const char *timeframe; /**< default "1d" (weekdays only; intraday is 24x7) */
    int64_t start;         /**< first stamp; 0: 2018-01-02 */
    bool ragged;           /**< late listings and missing bars */
    /** 0..1: structure a model can learn. Every symbol is accumulated or distributed in spells of 30
     * bars on average: volume is heavy on the bars that go along and light on the others, and 20
     * bars later prices drift the same way (0.25 deviations a bar at 1). 0: nothing of the kind. */
    double planted;
} wick_synth_opts;
/** Deterministic regime-switching bars (trend, range, crash; common factor across symbols) from
 * PCG streams keyed by (seed, symbol): the same numbers everywhere. Names SYN01, SYN02 ... Prices
 * are rounded to 0.01. */
WICK_API wick_status wick_synth(wick_ctx *ctx, const wick_synth_opts *opts,
                                wick_panel **out) WICK_NODISCARD;

/* ---- panels ------------------------------------------------------------------------------- */

/** Symbols on one clock, sorted by symbol. The clock is the sorted union of the symbols' *close*
 * times; a symbol without a bar at a tick is absent there, never forward-filled. Takes references.
 * Duplicate symbols are an error. */
WICK_API wick_status wick_panel_new(wick_ctx *ctx, wick_bars *const *bars, int64_t n,
                                    wick_panel **out) WICK_NODISCARD;
WICK_API wick_panel *wick_panel_ref(wick_panel *p);
WICK_API void wick_panel_unref(wick_panel *p);
WICK_API int64_t wick_panel_count(const wick_panel *p);                    /**< symbols */
WICK_API wick_bars *wick_panel_bars(const wick_panel *p, int64_t i);       /**< borrowed */
WICK_API int64_t wick_panel_find(const wick_panel *p, const char *symbol); /**< -1: none */
WICK_API int64_t wick_panel_ticks(const wick_panel *p);
/** Bar-open stamp shown for each tick (of the latest-opening bar that closes there). */
WICK_API const int64_t *wick_panel_clock(const wick_panel *p);
/** Tick of each bar of symbol i, ascending, length wick_bars_count. NULL when bar k is at tick k
 * (the common case of one symbol or equal calendars). */
WICK_API const int32_t *wick_panel_tick_of(const wick_panel *p, int64_t i);
/** Most common bar length and the number of bars a year it implies by the data's own calendar:
 * bars divided by span in years of 365.25 days, rounded to the nearest of {252, 365, 52, 12, ...}
 * when within 3 %. Used for annualised twins; printed with its origin. */
WICK_API double wick_panel_bars_per_year(const wick_panel *p);

/* ---- records ------------------------------------------------------------------------------ */

/** Why something was closed. Names as in the trades CSV. */
typedef enum wick_reason {
    WICK_BY_SIGNAL,        /**< "signal": an exit or reversing order of the strategy */
    WICK_BY_STOP_LOSS,     /**< "stop_loss" */
    WICK_BY_STOP_TRAILING, /**< "stop_trailing" */
    WICK_BY_STOP_PROFIT,   /**< "take_profit" */
    WICK_BY_BARS,          /**< "hold_bars": time exit */
    WICK_BY_END,           /**< "end": the last-bar liquidation */
    WICK_BY_MARGIN,        /**< "margin_call" */
    WICK_BY_BANKRUPT,      /**< "bankruptcy" */
    WICK_BY_RISK,          /**< "risk_rule" */
    WICK_BY_OPEN,          /**< "open": still open, marked at the last close (Pine lists) */
    WICK_BY_SPLIT          /**< "split": part of a unit that no step has after a split */
} wick_reason;
WICK_API const char *wick_reason_name(int32_t reason);

/** What became of an order. */
typedef enum wick_fate {
    WICK_FATE_PENDING,
    WICK_FATE_FILLED,
    WICK_FATE_PARTIAL,   /**< filled for less than asked (cash clamp) and done */
    WICK_FATE_CANCELLED, /**< by the script or its OCO group */
    WICK_FATE_EXPIRED,
    WICK_FATE_NO_CASH, /**< rejected or clamped to zero for buying power */
    WICK_FATE_NO_SLOT, /**< position caps */
    WICK_FATE_NO_BAR,  /**< due after the symbol's last bar */
    WICK_FATE_HELD,    /**< entry refused because the symbol is already held */
    WICK_FATE_LIMIT,   /**< filter-style limit not met */
    WICK_FATE_ZERO,    /**< quantity rounded to zero */
    WICK_FATE_MODEL,   /**< refused by the model filter */
    WICK_FATE_RISK,    /**< refused by a risk rule */
    WICK_FATES
} wick_fate;
WICK_API const char *wick_fate_name(int32_t fate);

typedef struct wick_order_rec {
    int32_t id, symbol;     /**< panel index */
    int8_t side;            /**< +1 buy, -1 sell */
    int8_t type;            /**< wick_order_type of engine.h */
    int8_t intent;          /**< wick_intent of engine.h */
    int8_t fate;            /**< wick_fate */
    int32_t tag;            /**< index into the ledger's tags (the script's order id), -1 none */
    int32_t reason;         /**< wick_reason of a closing order */
    int64_t placed, filled; /**< stamps of the symbol's bars; WICK_NO_TIME when not filled */
    double qty, filled_qty; /**< >= 0 */
    double limit, stop;     /**< asked; NA none */
    double price;           /**< fill price with slippage; NA */
    double fees, score;
} wick_order_rec;

/** One closed lot, or the closed part of one. Prices include slippage. */
typedef struct wick_trade_rec {
    int32_t symbol;
    int8_t side;   /**< +1 long, -1 short */
    int8_t reason; /**< wick_reason */
    int16_t pad;
    int32_t entry_order, exit_order; /**< ids, -1 none */
    int32_t entry_tag, exit_tag;
    int32_t entry_bar, exit_bar;   /**< own bar index of the symbol */
    int32_t entry_tick, exit_tick; /**< portfolio clock */
    int32_t bars;                  /**< by the run's bars_in_trade convention */
    int64_t signal_time, entry_time, exit_time;
    double qty, entry_price, exit_price;
    double pnl;        /**< cash, gross of fees unless the run says net */
    double return_pct; /**< long exit/entry-1, short entry/exit-1, times 100 */
    double fees;       /**< this slice's share of entry fees plus its exit fees */
    double mae, mfe;   /**< worst (<= 0) and best (>= 0) excursion, price points per unit */
    double carry;      /**< flows of these units but interest: borrow, funding, dividends */
    double liquidation; /**< price that would have met the maintenance margin at the entry, all else
                             equal; NA none, 0 when margin was not watched */
    double entry_fees;  /**< of `fees`, what this slice's entry cost */
} wick_trade_rec;

/** Cash that positions bring or cost by being held. */
typedef enum wick_flow {
    WICK_FLOW_BORROW,    /**< paid for borrowed units (<= 0) */
    WICK_FLOW_INTEREST,  /**< on cash, and for loans */
    WICK_FLOW_FUNDING,   /**< of perpetual contracts */
    WICK_FLOW_DIVIDENDS, /**< received on longs, paid on shorts */
    WICK_FLOWS
} wick_flow;
WICK_API const char *wick_flow_name(int32_t flow); /**< "borrow" ... */

/** Per-tick account columns, n rows each, aligned to `time`. */
typedef struct wick_equity {
    int64_t n;
    const int64_t *time;
    const double *equity; /**< market value: cash + positions at last mark */
    const double *cash;
    const double *fees;        /**< cumulative */
    const double *long_value;  /**< market value of longs */
    const double *short_value; /**< market value of shorts, >= 0 */
    const double *flow[WICK_FLOWS]; /**< cumulative cash received (< 0: paid); NULL: the run knew none */
} wick_equity;

/** Append-only results of one run, in cash of one account. Immutable once the run is over. */
typedef struct wick_ledger wick_ledger;
WICK_API wick_ledger *wick_ledger_ref(wick_ledger *l);
WICK_API void wick_ledger_unref(wick_ledger *l);
WICK_API int64_t wick_ledger_trades(const wick_ledger *l);
WICK_API const wick_trade_rec *wick_ledger_trade(const wick_ledger *l,
                                                 int64_t i); /**< exit order */
WICK_API int64_t wick_ledger_orders(const wick_ledger *l);
WICK_API const wick_order_rec *wick_ledger_order(const wick_ledger *l, int64_t i);
WICK_API wick_equity wick_ledger_equity(const wick_ledger *l);
WICK_API const char *wick_ledger_tag(const wick_ledger *l, int32_t tag);       /**< "" for -1 */
WICK_API const char *wick_ledger_symbol(const wick_ledger *l, int32_t symbol); /**< panel index */
WICK_API double wick_ledger_cash0(const wick_ledger *l); /**< configured starting cash */
/** Orders per fate, length WICK_FATES. */
WICK_API const int64_t *wick_ledger_fates(const wick_ledger *l);

/** Ambiguous bars: protective and profit level, or entry and exit level, inside one bar. */
typedef struct wick_ambiguity {
    int64_t bars;               /**< how many */
    double pnl_worst, pnl_best; /**< total pnl under worst and best ordering of those bars alone */
    bool bounded;               /**< false when the bounds were not computed */
    /** intrabar=lower_tf: bars that finer bars were there for, and bars left to their own four
     * prices, of these `misfit` with finer bars that do not add up to them. Else 0. */
    int64_t finer, coarse, misfit;
} wick_ambiguity;
WICK_API wick_ambiguity wick_ledger_ambiguity(const wick_ledger *l);

/** Builder for foreign results (a trade list, an equity curve) so that they can be scored. Columns
 * are copied; any of cash, fees, long_value, short_value may be NULL (zero). */
typedef struct wick_ledger_in {
    uint32_t size;
    int64_t n;
    const int64_t *time;
    const double *equity, *cash, *fees, *long_value, *short_value;
    int64_t n_trades;
    const wick_trade_rec *trades;
    int64_t n_orders;
    const wick_order_rec *orders;
    int64_t n_symbols;
    const char *const *symbols;
    int64_t n_tags;
    const char *const *tags;
    double cash0;
    wick_ambiguity ambiguity;
    const int64_t *fates; /**< orders per fate, length WICK_FATES; NULL: counted from `orders` */
    bool borrowed; /**< wick_ledger_take: the arena stays the caller's and outlives the ledger */
    wick_panel *panel; /**< wick_ledger_take: kept as long as the ledger, for columns that are the
                            panel's own; NULL: none. The caller's reference stays his */
    const double *flow[WICK_FLOWS]; /**< as in wick_equity */
    const double *const *rate; /**< per symbol: money of the account for one of its currency on each
                                    bar; NULL: the same money. wick_ledger_take only */
} wick_ledger_in;
WICK_API wick_status wick_ledger_new(wick_ctx *ctx, const wick_ledger_in *in,
                                     wick_ledger **out) WICK_NODISCARD;
/** The account of several runs over one panel: columns are sums (`idle` cash besides), trades come
 * in the order of their exits, then of the parts; orders one part after the other, with ids that go
 * on. Refers to the parts, which keep their own numbers. Rows must be those of the same clock. */
WICK_API wick_status wick_ledger_join(wick_ctx *ctx, wick_ledger *const *parts,
                                      const char *const *names, int64_t n, double idle,
                                      wick_ledger **out) WICK_NODISCARD;
/** Money of the account for one of the symbol's currency on one of its bars; 1 where they are one. */
WICK_API double wick_ledger_rate(const wick_ledger *l, int32_t symbol, int32_t bar);
WICK_API int64_t wick_ledger_parts(const wick_ledger *l); /**< 0 unless it was joined */
WICK_API const wick_ledger *wick_ledger_part(const wick_ledger *l, int64_t i);  /**< borrowed */
WICK_API const char *wick_ledger_part_name(const wick_ledger *l, int64_t i);    /**< "" outside */
/** Part an order belongs to, by its id in the joined ledger; -1 for none. */
WICK_API int64_t wick_ledger_part_of(const wick_ledger *l, int32_t order);
/** Without a copy: every column, record and name of `in` lives in `arena`, which the ledger owns
 * from here on (also on failure: it is freed then), unless `borrowed`. Columns that are NULL are
 * shown as zeros. */
WICK_API wick_status wick_ledger_take(wick_ctx *ctx, const wick_ledger_in *in, wick_arena *arena,
                                      wick_ledger **out) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
