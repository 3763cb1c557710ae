/* SPDX-License-Identifier: MIT */
/**
 * Room ta: indicator kernels and their registry, streaming forms, and the graph of declared series
 * with its shared cache and its text form (wick_expr).
 *
 * A kernel maps whole columns to whole columns of the same length. Outputs are bar-aligned; values
 * that do not exist yet are WICK_NA. Every kernel is causal (the first k results depend on the
 * first k inputs only) and costs O(n) whatever its window. Masks are 1, 0, and NA while warming up.
 */
#ifndef WICK_TA_H
#define WICK_TA_H

#include "wick/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- registry ----------------------------------------------------------------------------- */

/** What happens to a value when all prices are multiplied by c (the unit law), and how reports
 * print it. */
typedef enum wick_unit {
    WICK_U_ANY,     /**< as the first explicit input */
    WICK_U_PRICE,   /**< times c */
    WICK_U_PRICE2,  /**< times c squared (variance) */
    WICK_U_PERCENT, /**< unchanged, 0..100 scale */
    WICK_U_RATIO,   /**< unchanged */
    WICK_U_VOLUME,  /**< unchanged, in units of volume */
    WICK_U_PVOLUME, /**< price times volume: times c */
    WICK_U_BARS,    /**< a count of bars or an index */
    WICK_U_MASK,    /**< 1, 0 or NA */
    WICK_U_INVERSE  /**< divided by c */
} wick_unit;

/** Where an input comes from when it is not given. */
typedef enum wick_source {
    WICK_S_NONE = -1, /**< must be given */
    WICK_S_OPEN = WICK_OPEN,
    WICK_S_HIGH = WICK_HIGH,
    WICK_S_LOW = WICK_LOW,
    WICK_S_CLOSE = WICK_CLOSE,
    WICK_S_VOLUME = WICK_VOLUME,
    WICK_S_HL2,
    WICK_S_HLC3,
    WICK_S_OHLC4,
    WICK_S_HLCC4,
    WICK_S_TIME,     /**< bar-open ms as a double (exact) */
    WICK_S_NEW_DAY,  /**< mask: first bar of a trading day in the exchange zone */
    WICK_S_BAR_INDEX, /**< 0, 1, 2 ... */
    WICK_S_COUNT
} wick_source;

enum { WICK_TA_MAX_IN = 8, WICK_TA_MAX_PARAM = 12, WICK_TA_MAX_OUT = 12 };

typedef struct wick_ta_in {
    const char *name; /**< NULL ends the list */
    wick_unit unit;
    int8_t given;     /**< 1: an argument in calls (explicit inputs come first, in this order) */
    int8_t source;    /**< wick_source used when not given; for given ones the default, or NONE */
} wick_ta_in;

typedef struct wick_ta_param {
    const char *name; /**< NULL ends the list */
    double def, lo, hi;
    int8_t is_int;             /**< truncated toward zero before the range check, as Pine does */
    int8_t required;           /**< 1: no default in calls */
    const char *const *choice; /**< names of 0, 1, 2 ... for an enumerated parameter, NULL-ended */
    const char *doc;           /**< one line where the name does not say enough */
} wick_ta_param;

typedef struct wick_ta_out {
    const char *name; /**< NULL ends the list */
    wick_unit unit;
} wick_ta_out;

typedef struct wick_ta_spec {
    const char *name;    /**< as after `ta.`, e.g. "sma" */
    const char *title;   /**< "simple moving average" */
    const char *formula; /**< plain text */
    const char *source;  /**< where definition, seed and NA rules come from */
    const char *group;   /**< "average", "oscillator", "volatility", "trend", "volume", "event",
                              "statistic", "structure", "candle" */
    wick_ta_in in[WICK_TA_MAX_IN + 1];
    wick_ta_param param[WICK_TA_MAX_PARAM + 1];
    wick_ta_out out[WICK_TA_MAX_OUT + 1];
    /** Bars that are NA in front on gap-free input; -1 when it depends on the data (events). */
    int64_t (*warmup)(const double *p);
    /** Whole columns. `in` and `out` never alias. p has every parameter, checked and truncated.
     * May fail only with WICK_E_MEM. */
    wick_status (*run)(int64_t n, const double *const *in, const double *p, double *const *out);
    /** Slow, plain reading of the formula that `run` is held to; NULL where run is it. */
    wick_status (*ref)(int64_t n, const double *const *in, const double *p, double *const *out);
    /** Several parameter sets over the same inputs in one pass (lanes), same bits as run. NULL: the
     * graph loops. out[lane][k]. */
    wick_status (*run_many)(int64_t n, const double *const *in, int32_t lanes,
                            const double *const *p, double *const *const *out);
    /** Streaming form: bytes of state, its start, and one step; same bits as run. `in` and `out`
     * hold one value per port. Every spec has it. */
    int64_t (*state_size)(const double *p);
    void (*state_init)(void *state, const double *p);
    void (*step)(void *state, const double *p, const double *in, double *out);
    /** Output 0 as a packed mask (wick_mask_pack) without the column; false: this input needs
     * `run`. NULL: there is no such form. */
    bool (*mask)(int64_t n, const double *const *in, const double *p, uint64_t *bits);
    /** Relative tolerance between run and ref; 0 means same bits. */
    double tolerance;
    /** Extra line for docs: what differs from TA-Lib, Pine or pandas-ta and why; NULL none. */
    const char *note;
} wick_ta_spec;

WICK_API int64_t wick_ta_count(void);
WICK_API const wick_ta_spec *wick_ta_at(int64_t i); /**< sorted by name */
WICK_API const wick_ta_spec *wick_ta_find(const char *name); /**< NULL: unknown */
WICK_API int32_t wick_ta_inputs(const wick_ta_spec *s);      /**< number of ports */
WICK_API int32_t wick_ta_given(const wick_ta_spec *s);       /**< explicit ones */
WICK_API int32_t wick_ta_params(const wick_ta_spec *s);
WICK_API int32_t wick_ta_outputs(const wick_ta_spec *s);
/** Range-checks and truncates in place; the error names indicator, parameter, range, value. */
WICK_API wick_status wick_ta_check(wick_ctx *ctx, const wick_ta_spec *s, double *p) WICK_NODISCARD;
/** Runs a spec over columns (used by C embedders and tests); checks parameters first. */
WICK_API wick_status wick_ta_run(wick_ctx *ctx, const char *name, int64_t n,
                                 const double *const *in, const double *params, int32_t n_params,
                                 double *const *out) WICK_NODISCARD;

/** One streaming indicator. Step it once for every value it should see. */
typedef struct wick_stream wick_stream;
WICK_API wick_status wick_stream_new(wick_ctx *ctx, const wick_ta_spec *s, const double *p,
                                     wick_stream **out) WICK_NODISCARD;
WICK_API void wick_stream_free(wick_stream *s);
WICK_API void wick_stream_step(wick_stream *s, const double *in, double *out);
WICK_API void wick_stream_reset(wick_stream *s);
/** From now on the stream keeps what it is fed, so that another one, made alike and fed the same,
 * continues it to the bit: the saved form of a stream that knows nothing of its kernel. Streams
 * that do not keep cost nothing for it. */
WICK_API wick_status wick_stream_keep(wick_ctx *ctx, wick_stream *s) WICK_NODISCARD;
/** What it was fed since: *n steps of as many values as it has inputs; borrowed until the next. */
WICK_API wick_status wick_stream_kept(wick_ctx *ctx, const wick_stream *s, const double **in,
                                      int64_t *n) WICK_NODISCARD;
/** Another of the same indicator and parameters, which has seen nothing. */
WICK_API wick_status wick_stream_twin(wick_ctx *ctx, const wick_stream *of,
                                      wick_stream **out) WICK_NODISCARD;
/** What `from` has seen so far; both are of one indicator with the same parameters. One of the two
 * may keep what it is fed: copied onto from a stream that was copied from it, it forgets what came
 * since. */
WICK_API void wick_stream_copy(wick_stream *to, const wick_stream *from);
/** How many steps of `kept`, which keeps what it is fed, its copy `s` stands for. */
WICK_API int64_t wick_stream_marked(const wick_stream *s, const wick_stream *kept);

/* ---- cache -------------------------------------------------------------------------------- */

/** Bounded store of computed columns, shared by threads, read-only after publishing. Keys name
 * (data id, operation, parameters), so runs of a sweep share what their parameters share. */
typedef struct wick_cache wick_cache;
WICK_API wick_cache *wick_cache_new(int64_t cap_bytes); /**< NULL: no memory */
WICK_API wick_cache *wick_cache_ref(wick_cache *c);
WICK_API void wick_cache_unref(wick_cache *c);
typedef struct wick_cache_stats {
    int64_t bytes, entries, hits, misses, evicted;
} wick_cache_stats;
WICK_API wick_cache_stats wick_cache_get_stats(wick_cache *c);

/* ---- graph -------------------------------------------------------------------------------- */

/** Declared series of one symbol. Equal declarations are one node. Not thread-safe: one graph
 * per run and symbol; sharing happens in the cache. */
typedef struct wick_graph wick_graph;
typedef int32_t wick_node; /**< >= 0; negative is a status */

/** `panel` (may be NULL) lets series of other symbols be used; `cache` may be NULL. */
WICK_API wick_status wick_graph_new(wick_ctx *ctx, wick_bars *bars, wick_panel *panel,
                                    wick_cache *cache, wick_graph **out) WICK_NODISCARD;
WICK_API void wick_graph_free(wick_graph *g);
WICK_API wick_bars *wick_graph_bars(const wick_graph *g);
WICK_API int64_t wick_graph_length(const wick_graph *g);

/** Elementwise operations. NA rules are Pine's (v6): arithmetic with NA is NA; a comparison with NA
 * is 0, `!=` too; AND, OR, NOT and the condition of IF take NA for false, and masks made by them
 * are 1 or 0. Infinities stay what IEEE makes them (1/0 is inf) but count as NA for ISNA and NZ.
 * Comparisons are exact, as the operators of the script languages are; those of Pine within its
 * tolerance have a P. MOD truncates toward zero
 * (fmod); ROUND goes half away from zero, a value within 1e-10 below a tie counting as the tie;
 * POW is wick_pow. */
typedef enum wick_op {
    /* one operand */
    WICK_OP_NEG, WICK_OP_NOT, WICK_OP_ABS, WICK_OP_SQRT, WICK_OP_LOG, WICK_OP_LOG10, WICK_OP_EXP,
    WICK_OP_FLOOR, WICK_OP_CEIL, WICK_OP_ROUND, WICK_OP_SIGN, WICK_OP_ISNA, WICK_OP_SIN,
    WICK_OP_COS, WICK_OP_TAN, WICK_OP_ASIN, WICK_OP_ACOS, WICK_OP_ATAN,
    /* two operands; NA in, NA out, except that a comparison with NA is 0 (Pine v6) */
    WICK_OP_ADD, WICK_OP_SUB, WICK_OP_MUL, WICK_OP_DIV, WICK_OP_MOD, WICK_OP_POW, WICK_OP_MIN,
    WICK_OP_MAX, WICK_OP_GT, WICK_OP_GE, WICK_OP_LT, WICK_OP_LE, WICK_OP_EQ, WICK_OP_NE,
    WICK_OP_AND, WICK_OP_OR, WICK_OP_NZ,
    /* comparisons within Pine's absolute 1e-10; equal infinities are equal */
    WICK_OP_PGT, WICK_OP_PGE, WICK_OP_PLT, WICK_OP_PLE, WICK_OP_PEQ, WICK_OP_PNE,
    /* three */
    WICK_OP_IF, /**< a ? b : c; NA condition chooses c */
    WICK_OP_COUNT
} wick_op;

WICK_API wick_node wick_graph_source(wick_ctx *ctx, wick_graph *g, wick_source s);
WICK_API wick_node wick_graph_const(wick_ctx *ctx, wick_graph *g, double v);
WICK_API wick_node wick_graph_op(wick_ctx *ctx, wick_graph *g, wick_op op, const wick_node *in);
/** Value k bars ago, k >= 0; NA before the start. */
WICK_API wick_node wick_graph_lag(wick_ctx *ctx, wick_graph *g, wick_node x, int64_t k);
/** Output `out` of an indicator. `in`: explicit inputs (fewer take their defaults); `p`: all
 * parameters, checked here. */
WICK_API wick_node wick_graph_ta(wick_ctx *ctx, wick_graph *g, const wick_ta_spec *s,
                                 const wick_node *in, int32_t n_in, const double *p,
                                 int32_t n_params, int32_t out);
/** A column made by a script, copied; `key` 0 keeps it out of the cache. */
WICK_API wick_node wick_graph_column(wick_ctx *ctx, wick_graph *g, const double *v, int64_t n,
                                     uint64_t key);
/** A source of another symbol of the panel aligned to this symbol's bars by close time: the value
 * of its last bar closed at or before this bar's close; NA before its first. */
WICK_API wick_node wick_graph_other(wick_ctx *ctx, wick_graph *g, const char *symbol,
                                    wick_source s);
/** A series evaluated on this symbol's bars resampled to a higher timeframe, seen from here: only
 * windows that have closed count (no look-ahead). `expr` is a text expression. */
WICK_API wick_node wick_graph_higher(wick_ctx *ctx, wick_graph *g, int64_t timeframe_ms,
                                     const char *expr);
/** The expression of a node of `from` over the bars of `to`: sources become those of `to`, constants,
 * operations, lags and indicators follow. Columns, other symbols and timeframes cannot. */
WICK_API wick_node wick_graph_rebase(wick_ctx *ctx, const wick_graph *from, wick_node x,
                                     wick_graph *to);
/** Where bars of another calendar stand, seen from the bars of `chart`: seen[i] is the last of
 * `windows` that has closed by the close of bar i, within[i] (may be NULL) the last that has opened
 * by its open; -1 before the first. `windows` are made of `source` by wick_bars_resample, or are
 * `source`. Both arrays hold one number for each bar of `chart`. */
WICK_API wick_status wick_align(wick_ctx *ctx, const wick_bars *chart, const wick_bars *source,
                                const wick_bars *windows, int32_t *seen,
                                int32_t *within) WICK_NODISCARD;
/** Text form: `close > highest(high, n)[1] and rsi(close, 14) < 70`. Pine's operators and strengths
 * (`not a > b` is `(not a) > b`), `x[k]` for k bars ago, `c ? a : b`, `na`, `true`, `false`,
 * functions of numbers (`abs min max avg round nz na ...`, with or without `math.`), indicators
 * (with or without `ta.`) with positional and named arguments (`sma(close, n = 20)`; series with a
 * default may be left out: `highest(20)`), their outputs (`bb(close, 20, 2).upper`),
 * `other("SPY", close)` and `higher("1d", sma(close, 20))`. Other names are sources and whatever
 * `lookup` knows (parameters and declared series; asked first): it fills a number or a node and
 * returns true. Errors name the column of the text and the nearest name. Texts of up to 64 KiB,
 * nested up to 100 deep. */
typedef struct wick_expr_name {
    bool is_node;
    double number;
    wick_node node;
} wick_expr_name;
typedef bool (*wick_expr_lookup)(void *user, const char *name, wick_expr_name *out);
WICK_API wick_node wick_graph_expr(wick_ctx *ctx, wick_graph *g, const char *text,
                                   wick_expr_lookup lookup, void *user);

/** Computes the nodes and all they need, sharing lanes and the cache; afterwards
 * wick_graph_values answers. Calling it with everything at once is fastest. */
WICK_API wick_status wick_graph_eval(wick_ctx *ctx, wick_graph *g, const wick_node *nodes,
                                     int64_t n) WICK_NODISCARD;
/** The same, and `masks` besides: nodes of 1, 0 and NA that are wanted packed (wick_mask_pack).
 * Crossings never become columns on this way. */
WICK_API wick_status wick_graph_eval_masks(wick_ctx *ctx, wick_graph *g, const wick_node *nodes,
                                           int64_t n, const wick_node *masks,
                                           int64_t n_masks) WICK_NODISCARD;
/** Packed mask of a node that was among `masks`, valid until the graph is freed; else NULL. */
WICK_API const uint64_t *wick_graph_mask(const wick_graph *g, wick_node x);
/** Column of an evaluated node, length wick_graph_length, valid until the graph is freed. NULL
 * when it was not evaluated. */
WICK_API const double *wick_graph_values(const wick_graph *g, wick_node x);
/** Unit of a node as far as known, and a readable form ("sma(close, 20)") for messages. */
WICK_API wick_unit wick_graph_unit(const wick_graph *g, wick_node x);
WICK_API void wick_graph_describe(const wick_graph *g, wick_node x, wick_buf *out);
/** Bars at the front that are NA, or for masks have no meaning yet, for structural reasons: warm-ups
 * and lags added up along the longest way. Gaps in the data and events are not foreseen. */
WICK_API int64_t wick_graph_warmup(const wick_graph *g, wick_node x);

#ifdef __cplusplus
}
#endif
#endif
