/* SPDX-License-Identifier: MIT */
/**
 * Room alloc: how much of what to hold, and when to put it right. Rebalance schedules over a
 * panel's clock, rotation by rank, covariance estimates, weights under limits, sizes. It knows no
 * engine and no strategy: everything here is numbers in, numbers out.
 *
 * Matrices are row-major and dense. Weights are shares of equity, signed; what they leave of 1
 * stays in cash. Returns and covariances are per bar.
 */
#ifndef WICK_ALLOC_H
#define WICK_ALLOC_H

#include "wick/data.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- when --------------------------------------------------------------------------------- */

typedef enum wick_every {
    WICK_EVERY_BARS, /**< every `count` ticks of the panel, from the first traded one on */
    WICK_EVERY_DAY,
    WICK_EVERY_WEEK, /**< weeks begin on Monday */
    WICK_EVERY_MONTH,
    WICK_EVERY_QUARTER,
    WICK_EVERY_YEAR,
    WICK_EVERY_ONCE, /**< on the first traded tick; buy and hold */
    WICK_EVERY_NEVER
} wick_every;

/** Which ticks are due. Dates are those of the exchange (the first symbol's zone). Nothing looks at
 * a later tick: see wick_schedule_ticks. */
typedef struct wick_schedule {
    uint32_t size;
    int32_t every;   /**< wick_every */
    int32_t count;   /**< each so many periods; 0: 1 */
    bool last;       /**< at the end of the period; else at its beginning */
    int32_t weekday; /**< weeks: 1 Monday .. 7 Sunday, the first tick on or after it; 0: none */
    int32_t day;     /**< months, quarters, years: the first tick on or after this day 2..28 of
                          their first month; 0: none */
} wick_schedule;

/** Reads "month last", "2 weeks", "week wed", "21 bars", "quarter", "year", "month day 15", "once",
 * "never"; daily, weekly, monthly, quarterly, yearly are words for one period. */
WICK_API wick_status wick_schedule_parse(wick_ctx *ctx, const char *text,
                                         wick_schedule *out) WICK_NODISCARD;
/** due[t] = 1 on the ticks the schedule asks for; `first` is the first traded tick (bars and once
 * count from it). Rules, none of which needs to know a later tick:
 * - the beginning of a period is the first tick that lies in it; the panel's first tick begins
 * none;
 * - the end of a period is the tick after which the calendar has no further trading time in it: the
 *   next trading day (those the session names; else Monday to Friday, and every day once a bar on a
 *   weekend has been seen) lies in the next period; within a day the session has to close besides;
 * - where that tick has no bar (a holiday), the first tick of the next period makes up for it. */
WICK_API wick_status wick_schedule_ticks(wick_ctx *ctx, const wick_schedule *s, wick_panel *panel,
                                         int64_t first, uint8_t *due) WICK_NODISCARD;

/* ---- what --------------------------------------------------------------------------------- */

/** Rotation (the rule of PyBroker 2.0's rotation): hold the best `top` by score long and the best
 * `bottom` by the other score short; what is held leaves when its rank is worse than `worst` or it
 * has no score; free places go to the best that are not held. */
typedef struct wick_rotation {
    uint32_t size;
    int32_t top, bottom; /**< places on each side */
    int32_t worst;       /**< 0: the larger of both */
} wick_rotation;
enum { WICK_ROTATE_NONE, WICK_ROTATE_KEEP, WICK_ROTATE_ENTER, WICK_ROTATE_EXIT };
/** Over n symbols: `score` and `against` (NULL when bottom is 0) rank the sides, highest first,
 * ties by index, NA unranked. `held` is the side held (1, -1, 0), `pending` the side of an entry
 * still on its way, `present` whether the symbol can trade now (others keep their place). `side`
 * gets 1 or -1 where something is kept, entered or left, `act` a WICK_ROTATE_ value. Scratch: 3 n
 * int32_t. */
WICK_API void wick_rotate(const wick_rotation *r, int32_t n, const double *score,
                          const double *against, const int8_t *held, const int8_t *pending,
                          const uint8_t *present, int8_t *side, int8_t *act, int32_t *scratch);

/* ---- covariance --------------------------------------------------------------------------- */

/** An estimate of the covariance of n assets from t rows of returns. One file of src/alloc/cov
 * each. */
typedef struct wick_cov_spec {
    const char *name, *title, *formula, *source;
    const char *param; /**< name of its one parameter, NULL: none */
    double def, lo, hi;
    const char *doc;
    /** x: t x n returns, xc: the same less their means; out: n x n. t >= 2. */
    void (*run)(int64_t t, int32_t n, const double *x, const double *xc, double param, double *out);
} wick_cov_spec;
WICK_API int64_t wick_cov_count(void);
WICK_API const wick_cov_spec *wick_cov_at(int64_t i);
WICK_API const wick_cov_spec *wick_cov_find(wick_ctx *ctx, const char *name); /**< or an error */
/** `param` NA: its default. Returns have to be finite. */
WICK_API wick_status wick_cov_eval(wick_ctx *ctx, const wick_cov_spec *spec, int64_t t, int32_t n,
                                   const double *returns, double param, double *out) WICK_NODISCARD;

/* ---- weights ------------------------------------------------------------------------------ */

/** What weights must keep to. Zero means none for every cap but `lo`. */
typedef struct wick_limits {
    uint32_t size;
    double budget; /**< what the weights sum to; 0: 1. Caps that cannot hold it leave cash */
    double lo, hi; /**< of every weight; lo 0 is long only. hi 0: the budget */
    const double *lo_each, *hi_each; /**< of each asset; NULL: lo, hi */
    const int32_t *group;            /**< of each asset, 0.., -1 none; NULL: no groups */
    int32_t groups;
    const double
        *group_cap; /**< of the sum of a group's absolute weights (long only: of its sum) */
    double gross;   /**< of the sum of absolute weights */
} wick_limits;

typedef struct wick_weigh_in {
    uint32_t size;
    int32_t n;
    const double *cov;         /**< n x n */
    const double *mean;        /**< expected return of each */
    const double *score;       /**< alpha of each; NULL: 1 */
    const wick_limits *limits; /**< NULL: long only, budget 1 */
    double param[4];           /**< as the spec names them; NA: default */
} wick_weigh_in;

typedef struct wick_weigh_param {
    const char *name, *doc;
    double def, lo, hi;
} wick_weigh_param;

/** A way to weights. One file of src/alloc/weigh each. */
typedef struct wick_weigh_spec {
    const char *name, *title, *formula, *source;
    bool needs_cov, needs_mean;
    bool limited; /**< keeps every limit itself; others are long only and capped afterwards: what is
                       above a cap is cut and goes to the rest in proportion */
    wick_weigh_param param[4];
    wick_status (*run)(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w);
} wick_weigh_spec;
WICK_API int64_t wick_weigh_count(void);
WICK_API const wick_weigh_spec *wick_weigh_at(int64_t i);
WICK_API const wick_weigh_spec *wick_weigh_find(wick_ctx *ctx,
                                                const char *name); /**< or an error */
WICK_API wick_status wick_weigh(wick_ctx *ctx, const wick_weigh_spec *spec, const wick_weigh_in *in,
                                double *w) WICK_NODISCARD;
/** sqrt(w' cov w). */
WICK_API double wick_weigh_risk(int32_t n, const double *cov, const double *w);
/** Scales weights so that their risk is `target` (per bar), to a gross of at most `gross`. */
WICK_API void wick_weigh_to_risk(int32_t n, const double *cov, double target, double gross,
                                 double *w);

/* ---- sizes -------------------------------------------------------------------------------- */

typedef enum wick_sizer_kind {
    WICK_SIZER_WEIGHTS,   /**< weight times equity at the last close, whole steps toward zero */
    WICK_SIZER_LONG_ONLY, /**< weights made to sum to 1, less the buffer, less the fee, whole units
                               down: QSTrader's dollar-weighted cash-buffered sizer */
    WICK_SIZER_LONG_SHORT /**< weights scaled to a gross exposure, less the fee, whole money and
                               whole units toward zero: QSTrader's long/short leveraged sizer */
} wick_sizer_kind;
typedef struct wick_sizer {
    uint32_t size;
    int32_t kind;
    double buffer;  /**< long_only: share of equity kept in cash */
    double gross;   /**< long_short: sum of absolute weights; 0: 1 */
    double fee_pct; /**< percent of an amount the fee is thought to be */
} wick_sizer;
/** Signed units of each weight; WICK_E_ARG for a negative weight under long_only. */
WICK_API wick_status wick_sizer_units(wick_ctx *ctx, const wick_sizer *z, int32_t n, double equity,
                                      const double *w, const double *unit_price,
                                      double *units) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
