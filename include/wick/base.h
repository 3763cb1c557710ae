/* SPDX-License-Identifier: MIT */
/**
 * Room base: contexts and errors, memory, numbers, time, hashing, random streams, JSON, files,
 * threads. Everything above stands on this room; it knows no market data.
 *
 * Conventions of every header here: a fallible call takes a wick_ctx first and returns a
 * wick_status (0 good, negative bad); outputs come last and are written only on success; a pointer
 * returned from an accessor is borrowed from its object unless the comment says otherwise; lengths
 * are int64_t; text is UTF-8 and NUL-terminated.
 */
#ifndef WICK_BASE_H
#define WICK_BASE_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define WICK_API          __attribute__((visibility("default")))
#define WICK_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define WICK_NODISCARD    __attribute__((warn_unused_result))
#else
#define WICK_API
#define WICK_PRINTF(f, a)
#define WICK_NODISCARD
#endif

/** Before a function with plain loops: compiled for wider registers too, chosen when the program
 * starts; for static functions only. Elementwise work, and sums kept in a fixed number of lanes,
 * give the same bits at any width. Not under sanitizers: the choice would run before they do. */
#if defined(__x86_64__) && defined(__GNUC__) && defined(__linux__) &&                              \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WICK_WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WICK_WIDE
#endif

/* ---- status and errors -------------------------------------------------------------------- */

/** Result of every fallible call. The command line turns the user's mistakes into exit code 2. */
typedef int32_t wick_status;
enum {
    WICK_OK = 0,
    WICK_E_ARG = -1,         /**< a value outside its documented range */
    WICK_E_DATA = -2,        /**< market data that breaks a rule; the message names file and line */
    WICK_E_IO = -3,          /**< the operating system refused */
    WICK_E_MEM = -4,         /**< out of memory, or over a cap from the options */
    WICK_E_PARSE = -5,       /**< text that is not what it claims to be */
    WICK_E_SCRIPT = -6,      /**< a script raised */
    WICK_E_BUDGET = -7,      /**< a script used up its instructions, time or memory */
    WICK_E_STATE = -8,       /**< a call at the wrong moment: stale handle, run already over */
    WICK_E_UNSUPPORTED = -9, /**< built without a part; the message names the Debian package */
    WICK_E_CANCELLED = -10,  /**< interrupted by the user */
    WICK_E_INTERNAL = -11    /**< a defect of wick */
};
WICK_API const char *wick_status_name(wick_status code);

/** Owner of the last error. One per thread; never shared between threads at the same time. */
typedef struct wick_ctx wick_ctx;
WICK_API wick_ctx *wick_ctx_new(void); /**< NULL when out of memory */
WICK_API void wick_ctx_free(wick_ctx *ctx);
WICK_API wick_status wick_ctx_code(const wick_ctx *ctx);
/** Message, then each "while ..." note on a line of its own, innermost first; "" without error. */
WICK_API const char *wick_ctx_error(const wick_ctx *ctx);
WICK_API void wick_ctx_clear(wick_ctx *ctx);
WICK_API void wick_ctx_copy(wick_ctx *dst, const wick_ctx *src); /**< worker to parent */

/** Records an error and returns its code, so that `return wick_fail(...)` reads well. */
WICK_API wick_status wick_fail(wick_ctx *ctx, wick_status code, const char *fmt, ...)
    WICK_PRINTF(3, 4);
/** Adds a note ("while reading AAPL.csv") to the present error and returns its code. */
WICK_API wick_status wick_note(wick_ctx *ctx, const char *fmt, ...) WICK_PRINTF(2, 3);
/** Records WICK_E_MEM; allocates nothing. */
WICK_API wick_status wick_fail_mem(wick_ctx *ctx);

/** Evaluates a status; on failure jumps to `out` with `st` set. The one macro that hides flow. */
#define WICK_TRY(expr)                                                                             \
    do {                                                                                           \
        if ((st = (expr)) < 0) goto out;                                                           \
    } while (0)

/** Warnings a person should see but that stop nothing (inferred tick size, dropped rows). The sink
 * defaults to none; the command line prints to stderr. */
typedef void (*wick_log_fn)(void *user, const char *message);
WICK_API void wick_ctx_set_log(wick_ctx *ctx, wick_log_fn fn, void *user);
WICK_API void wick_log(wick_ctx *ctx, const char *fmt, ...) WICK_PRINTF(2, 3);

/** Set by a signal handler, polled by every long loop. Async-signal-safe. */
WICK_API void wick_interrupt(void);
WICK_API bool wick_interrupted(void);
WICK_API void wick_interrupt_clear(void);

/** Nearest of `n` names to a misspelt one (Damerau-Levenshtein, at most a third of the letters), else
 * the one that has words more or fewer at its end ("hold" for "hold_bars"; four letters at least), or
 * NULL. Borrowed from `names`. */
WICK_API const char *wick_nearest(const char *word, const char *const *names, int64_t n);

/** Version text, e.g. "0.1.0". */
WICK_API const char *wick_version(void);

/* ---- memory ------------------------------------------------------------------------------- */

/** Bump allocator. One per run; ending the run is one free. Not thread-safe. */
typedef struct wick_arena wick_arena;
WICK_API wick_arena *wick_arena_new(int64_t cap_bytes); /**< cap 0: no cap. NULL: no memory */
WICK_API void wick_arena_free(wick_arena *a);
WICK_API void wick_arena_reset(wick_arena *a); /**< keeps its blocks for the next run */
/** 64-byte aligned, uninitialised. NULL when out of memory or over the cap. */
WICK_API void *wick_arena_alloc(wick_arena *a, int64_t bytes);
WICK_API void *wick_arena_zalloc(wick_arena *a, int64_t bytes);
WICK_API char *wick_arena_strdup(wick_arena *a, const char *s);
WICK_API int64_t wick_arena_used(const wick_arena *a);

/** 64-byte aligned column storage padded to whole cache lines; free with wick_free_aligned. */
WICK_API double *wick_alloc_column(int64_t n);
WICK_API void wick_free_aligned(void *p);

/** Growing text. Zero-initialise; `failed` sticks after an allocation failure and the text is then
 * incomplete: check once at the end. */
typedef struct wick_buf {
    char *data; /**< NUL-terminated when len > 0; NULL while empty */
    int64_t len, cap;
    bool failed;
} wick_buf;
WICK_API void wick_buf_free(wick_buf *b);
WICK_API void wick_buf_add(wick_buf *b, const char *s, int64_t n); /**< n < 0: strlen */
WICK_API void wick_buf_addf(wick_buf *b, const char *fmt, ...) WICK_PRINTF(2, 3);
WICK_API void wick_buf_add_double(wick_buf *b, double v); /**< shortest form that reads back */
WICK_API void wick_buf_add_int(wick_buf *b, int64_t v);

/* ---- numbers ------------------------------------------------------------------------------ */

/** "Not available": the one spelling of a missing double. Test with isnan. */
#define WICK_NA ((double)NAN)

/** Shortest decimal text that reads back to the same double; "nan", "inf", "-inf". No locale. */
#define WICK_DOUBLE_TEXT 32
WICK_API int wick_format_double(char out[WICK_DOUBLE_TEXT], double v); /**< returns length */
/** The same digits as ECMAScript writes them (RFC 8785): `3`, `0.000001`, `1e-7`, `1e+21`; -0 is
 * `0`. "nan", "inf", "-inf" without quotes. Returns length. */
WICK_API int wick_format_canonical(char out[WICK_DOUBLE_TEXT], double v);
/** Parses a whole field (surrounding blanks allowed). Correctly rounded, locale-free. False when
 * anything else is there. Accepts nan/inf spellings; callers that forbid them check. */
WICK_API bool wick_parse_double(const char *s, int64_t n, double *out);
WICK_API bool wick_parse_int(const char *s, int64_t n, int64_t *out);

/** Neumaier sum: results independent of magnitude order to the last place in practice. */
typedef struct wick_sum {
    double s, c;
} wick_sum;
static inline void wick_sum_add(wick_sum *k, double x)
{
    const double t = k->s + x;
    k->c += fabs(k->s) >= fabs(x) ? (k->s - t) + x : (x - t) + k->s;
    k->s = t;
}
static inline double wick_sum_get(const wick_sum *k)
{
    return k->s + k->c;
}

/** Half away from zero to `places` decimals as C's printf rounds the exact binary value. */
WICK_API double wick_round_printf(double v, int places);
/** Half-up (away from zero) on the *shortest decimal text* of v: what Python's
 * Decimal(repr(v)).quantize(ROUND_HALF_UP) gives. Source: metrics.md 1.1. */
WICK_API double wick_round_decimal(double v, int places);

/** x raised to y, the same bits from both VMs (repeated squaring for small integers, else pow). */
WICK_API double wick_pow(double x, double y);

/** Standard normal distribution function, and its inverse for 0 < p < 1 (-inf and inf at the ends),
 * both to double precision. */
WICK_API double wick_normal_cdf(double z);
WICK_API double wick_normal_quantile(double p);

/* ---- time --------------------------------------------------------------------------------- */

/** All stamps are int64 milliseconds since 1970-01-01T00:00Z, proleptic Gregorian. */
#define WICK_MS_DAY  INT64_C(86400000)
#define WICK_NO_TIME INT64_MIN

typedef struct wick_civil {
    int32_t year, month, day, hour, minute, second, ms;
    int32_t weekday; /**< 1 = Sunday ... 7 = Saturday, as Pine's dayofweek */
    int32_t yearday; /**< 1..366 */
} wick_civil;
WICK_API int64_t wick_time_from_civil(int32_t y, int32_t mo, int32_t d, int32_t h, int32_t mi,
                                      int32_t s, int32_t ms); /**< components roll over */
WICK_API wick_civil wick_time_to_civil(int64_t t);

/** Reads ISO 8601 (date, date and time, T or blank, fraction, Z or +hh:mm), `YYYYMMDD`,
 * `DD Mon YYYY`, `MM/DD/YYYY` (or `DD/MM/YYYY` when a part exceeds 12) and their date-time forms;
 * epoch numbers in s, ms, us or ns by magnitude. `has_clock` (may be NULL) tells whether a time of
 * day was given. Text without a zone is UTC. */
WICK_API bool wick_time_parse(const char *s, int64_t n, int64_t *out, bool *has_clock);
/** `2024-03-01` when the time of day is zero and `date_only`, else `2024-03-01T14:30:00Z` (with
 * milliseconds only when there are any). Returns the length. */
#define WICK_TIME_TEXT 32
WICK_API int wick_time_format(char out[WICK_TIME_TEXT], int64_t t, bool date_only);

/** Zone rules from the system's tzdata (or `UTC`, `Etc/UTC`, `UTC+h`, `GMT-h` with the human
 * sign). Immutable, refcounted. Unknown names: error with the nearest known one. */
typedef struct wick_tz wick_tz;
WICK_API wick_status wick_tz_load(wick_ctx *ctx, const char *name, wick_tz **out) WICK_NODISCARD;
WICK_API wick_tz *wick_tz_ref(wick_tz *tz);
WICK_API void wick_tz_unref(wick_tz *tz);
WICK_API const char *wick_tz_name(const wick_tz *tz);
WICK_API int64_t wick_tz_offset(const wick_tz *tz, int64_t utc); /**< ms east of UTC at `utc` */
/** Wall clock to UTC. A time that does not exist moves forward by the gap; of two, the first. */
WICK_API int64_t wick_tz_to_utc(const wick_tz *tz, int64_t wall);

/** Monotonic seconds, for progress and benches only: never part of a result. */
WICK_API double wick_now(void);

/* ---- hashing and random streams ----------------------------------------------------------- */

typedef struct wick_sha256 {
    uint32_t h[8];
    uint64_t bytes;
    uint8_t block[64];
} wick_sha256;
WICK_API void wick_sha256_init(wick_sha256 *s);
WICK_API void wick_sha256_add(wick_sha256 *s, const void *data, int64_t n);
WICK_API void wick_sha256_end(wick_sha256 *s, char hex[65]);

/** Fast 64-bit hash for cache keys and checksums against accidents (not against an adversary). */
WICK_API uint64_t wick_hash64(const void *data, int64_t n, uint64_t seed);

/** PCG64 (XSL-RR 128/64), O'Neill 2014. Streams are keyed by (seed, purpose, a, b): the same key
 * gives the same numbers on every machine and for any number of threads. */
typedef struct wick_pcg {
    uint64_t state_hi, state_lo, inc_hi, inc_lo;
} wick_pcg;
WICK_API wick_pcg wick_pcg_key(uint64_t seed, const char *purpose, uint64_t a, uint64_t b);
WICK_API uint64_t wick_pcg_u64(wick_pcg *g);
WICK_API double wick_pcg_uniform(wick_pcg *g);             /**< [0, 1), 53 bits */
WICK_API uint64_t wick_pcg_below(wick_pcg *g, uint64_t n); /**< 0..n-1 without bias; n > 0 */
WICK_API double wick_pcg_normal(wick_pcg *g);              /**< Box-Muller, one value a call */

/* ---- JSON --------------------------------------------------------------------------------- */

/** Read-only JSON tree (cJSON underneath). Nodes are borrowed from their document. Comments are
 * not allowed; duplicate keys are an error. Object members keep file order. */
typedef struct wick_json_doc wick_json_doc;
typedef struct wick_json wick_json; /**< a node */
typedef enum wick_json_type {
    WICK_JSON_NULL,
    WICK_JSON_BOOL,
    WICK_JSON_NUMBER,
    WICK_JSON_STRING,
    WICK_JSON_ARRAY,
    WICK_JSON_OBJECT
} wick_json_type;
/** `name` is used in messages ("configs/seed.json:12: ..."). Depth is limited to 128. */
WICK_API wick_status wick_json_parse(wick_ctx *ctx, const char *name, const char *text, int64_t n,
                                     wick_json_doc **out) WICK_NODISCARD;
WICK_API wick_status wick_json_load(wick_ctx *ctx, const char *path,
                                    wick_json_doc **out) WICK_NODISCARD;
WICK_API void wick_json_free(wick_json_doc *doc);
WICK_API const wick_json *wick_json_root(const wick_json_doc *doc);
WICK_API wick_json_type wick_json_kind(const wick_json *j);
WICK_API double wick_json_number(const wick_json *j);      /**< WICK_NA unless a number */
WICK_API bool wick_json_bool(const wick_json *j);          /**< false unless true */
WICK_API const char *wick_json_string(const wick_json *j); /**< NULL unless a string */
WICK_API int64_t wick_json_count(const wick_json *j);      /**< members or elements, else 0 */
WICK_API const wick_json *wick_json_at(const wick_json *j, int64_t i);
WICK_API const char *wick_json_key(const wick_json *j); /**< a member's own key, or NULL */
WICK_API const wick_json *wick_json_get(const wick_json *j, const char *key); /**< or NULL */

/** Writer into a buffer. Doubles in their shortest form; NA and infinities as null. `indent` 0
 * gives one line. Misuse (a value without a key inside an object) asserts in debug. */
typedef struct wick_json_writer {
    wick_buf *out;
    int32_t indent, depth;
    uint64_t has_items, is_object; /**< bit per depth */
    bool after_key;
} wick_json_writer;
WICK_API void wick_jw_begin(wick_json_writer *w, wick_buf *out, int32_t indent);
WICK_API void wick_jw_object(wick_json_writer *w);
WICK_API void wick_jw_array(wick_json_writer *w);
WICK_API void wick_jw_end(wick_json_writer *w);
WICK_API void wick_jw_key(wick_json_writer *w, const char *key);
WICK_API void wick_jw_string(wick_json_writer *w, const char *s); /**< NULL writes null */
WICK_API void wick_jw_double(wick_json_writer *w, double v);
/** As wick_format_canonical; what is not finite becomes the text "nan", "inf" or "-inf". */
WICK_API void wick_jw_canonical(wick_json_writer *w, double v);
WICK_API void wick_jw_int(wick_json_writer *w, int64_t v);
WICK_API void wick_jw_bool(wick_json_writer *w, bool v);
WICK_API void wick_jw_null(wick_json_writer *w);
/** Copies a parsed node (used for round trips and manifests). */
WICK_API void wick_jw_node(wick_json_writer *w, const wick_json *j);

/* ---- files -------------------------------------------------------------------------------- */

/** Whole file in memory, decompressed by magic bytes (gzip, zstd), NUL added after the end.
 * `-` is stdin. `max_bytes` 0: 4 GiB. Free `*out` with free(). */
WICK_API wick_status wick_file_read(wick_ctx *ctx, const char *path, int64_t max_bytes, char **out,
                                    int64_t *n) WICK_NODISCARD;
/** Streaming reader for big inputs; decompresses as it goes. */
typedef struct wick_reader wick_reader;
WICK_API wick_status wick_reader_open(wick_ctx *ctx, const char *path,
                                      wick_reader **out) WICK_NODISCARD;
/** Fills up to n bytes; *got 0 at the end. */
WICK_API wick_status wick_reader_read(wick_ctx *ctx, wick_reader *r, void *to, int64_t n,
                                      int64_t *got) WICK_NODISCARD;
WICK_API void wick_reader_close(wick_reader *r);

/** Writes to a temporary file beside `path`, fsyncs, renames; `-` is stdout. Either the old file
 * or the whole new one is there afterwards. `.gz` and `.zst` names are compressed. */
WICK_API wick_status wick_file_write(wick_ctx *ctx, const char *path, const void *data,
                                     int64_t n) WICK_NODISCARD;
/** Several files that belong together: all temporaries are written and synced before the first is
 * renamed, so a full disk leaves none of them. */
typedef struct wick_file_set wick_file_set;
WICK_API wick_file_set *wick_file_set_new(void);
WICK_API wick_status wick_file_set_add(wick_ctx *ctx, wick_file_set *s, const char *path,
                                       const void *data, int64_t n) WICK_NODISCARD;
WICK_API wick_status wick_file_set_commit(wick_ctx *ctx, wick_file_set *s) WICK_NODISCARD;
WICK_API void wick_file_set_free(wick_file_set *s); /**< removes what was not committed */

typedef struct wick_map { /**< read-only memory map */
    const void *data;
    int64_t n;
} wick_map;
WICK_API wick_status wick_map_open(wick_ctx *ctx, const char *path, wick_map *out) WICK_NODISCARD;
WICK_API void wick_map_close(wick_map *m);

/** Names in a directory, sorted by byte; files and directories, no dot files. */
WICK_API wick_status wick_dir_list(wick_ctx *ctx, const char *path, char ***names,
                                   int64_t *n) WICK_NODISCARD;
WICK_API void wick_dir_list_free(char **names, int64_t n);
/** Makes the folder and those it lies in; one that is there is good. */
WICK_API wick_status wick_dir_make(wick_ctx *ctx, const char *path) WICK_NODISCARD;
WICK_API bool wick_path_is_dir(const char *path);
WICK_API bool wick_path_exists(const char *path);

/* ---- threads ------------------------------------------------------------------------------ */

/** Runs fn(arg, task, worker, ctx) for every task 0..n-1 on up to `threads` threads (0: all
 * cores). Each worker has a context of its own; tasks are handed out in order; the error of the
 * lowest failing task wins, whatever the timing. fn must not touch shared mutable state except
 * its own task's slot. */
typedef wick_status (*wick_task_fn)(void *arg, int64_t task, int32_t worker, wick_ctx *ctx);
WICK_API wick_status wick_pool_run(wick_ctx *ctx, int64_t n, int32_t threads, wick_task_fn fn,
                                   void *arg) WICK_NODISCARD;
WICK_API int32_t wick_cores(void);

/** What this build carries: "zstd", "sqlite", "luajit"... NULL-terminated, sorted. */
typedef struct wick_feature {
    const char *name;    /**< e.g. "zstd" */
    const char *package; /**< Debian package that brings it */
    bool present;
} wick_feature;
WICK_API const wick_feature *wick_features(int64_t *n);

#ifdef __cplusplus
}
#endif
#endif
