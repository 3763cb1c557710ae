/* SPDX-License-Identifier: MIT */
/**
 * Room flow: the research job over strategies. Objectives beyond single metrics, splits of a
 * history, the trial loop, walk-forward, and results that say how they were chosen. A strategy is a
 * call-back here, so that scripts and C programs are searched alike. See docs/tuning.md.
 */
#ifndef WICK_FLOW_H
#define WICK_FLOW_H

#include "wick/data.h"
#include "wick/engine.h"
#include "wick/metrics.h"
#include "wick/ml.h"
#include "wick/opt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- objectives --------------------------------------------------------------------------- */

enum { WICK_OBJECTIVE_METRICS = 8, WICK_OBJECTIVES = 16 };

/** What a named objective reads. */
typedef struct wick_objective_in {
    const wick_ledger *ledger;
    const double *metric; /**< values in the order of the spec's `metrics` */
} wick_objective_in;

/** A score that is no single metric: several of them, or a foreign project's loss. Every metric of
 * room metrics that has a better direction is an objective too, under its own name. */
typedef struct wick_objective_spec {
    const char *name, *title;
    const char *formula; /**< plain text */
    const char *source;
    int8_t better;                                   /**< +1 higher, -1 lower */
    const char *metrics[WICK_OBJECTIVE_METRICS + 1]; /**< canonical names it reads, NULL-ended */
    double (*eval)(const wick_objective_in *in);     /**< WICK_NA: not defined for this result */
} wick_objective_spec;

WICK_API int64_t wick_objective_count(void);
WICK_API const wick_objective_spec *wick_objective_at(int64_t i); /**< sorted by name */
WICK_API const wick_objective_spec *wick_objective_find(const char *name);

/* ---- splits ------------------------------------------------------------------------------- */

/** Ticks [from, to) of a panel's clock. */
typedef struct wick_segment {
    int64_t from, to;
} wick_segment;

typedef struct wick_split_fold {
    const char *name; /**< "3", "2019", "rising" */
    const wick_segment *train, *test;
    int64_t n_train, n_test;
} wick_split_fold;

/** How a history is cut into training and test parts, as text: a name, then options.
 *
 *     none                                            all of it is one test
 *     holdout(test=0.3) holdout(from=2020-01-01)      the end is the test
 *     pybroker(windows=3, train=0.5, lookahead=1)     PyBroker's walk-forward, bit for bit
 *     expanding(windows=3, lookahead=1)               train grows by each test
 *     rolling(train=365d, test=30d, step=7d, embargo=0d)   days, weeks (w) or bars (b)
 *     anchored(train=365d, test=30d, step=30d, embargo=0d) train begins at the first day
 *     calendar(unit=year, train=2, test=1, step=1, anchored=0)  month, quarter, year
 *     kfold(k=5, purge=0, embargo=0)                  blocks; purge and embargo in bars
 *     cpcv(groups=6, test=2, purge=0, embargo=0)      every choice of `test` groups
 *     regime("close > sma(close, 200)", symbol=SPY, min=20)  one fold per value of the expression
 *
 * `clock` has n ascending stamps; ticks below `first` take no part. `label` (regime only; one per
 * tick, negative: none) is what the caller made of the expression wick_split_regime gives. */
typedef struct wick_split wick_split;
WICK_API wick_status wick_split_new(wick_ctx *ctx, const char *text, const int64_t *clock,
                                    int64_t n, int64_t first, const int32_t *label,
                                    wick_split **out) WICK_NODISCARD;
WICK_API void wick_split_free(wick_split *s);
WICK_API const char *wick_split_text(const wick_split *s);
WICK_API int64_t wick_split_count(const wick_split *s);
WICK_API wick_split_fold wick_split_at(const wick_split *s, int64_t i);
/** Combinatorial splits: backtest paths, and which fold gives group `group` of one; 0 and -1 for
 * the others. Test segment k of a fold is group wick_split_group(s, fold, k). */
WICK_API int64_t wick_split_paths(const wick_split *s);
WICK_API int64_t wick_split_groups(const wick_split *s);
WICK_API int64_t wick_split_path(const wick_split *s, int64_t path, int64_t group);
WICK_API int64_t wick_split_group(const wick_split *s, int64_t fold, int64_t segment);
/** Whether the text is a regime split, and then its expression and symbol (NULL: the first). Free
 * both with free(). */
WICK_API wick_status wick_split_regime(wick_ctx *ctx, const char *text, bool *is_regime,
                                       char **expr, char **symbol) WICK_NODISCARD;
/** The panel as it was at the end of tick `to` - 1: bars behind it do not exist. */
WICK_API wick_status wick_panel_cut(wick_ctx *ctx, wick_panel *p, int64_t to,
                                    wick_panel **out) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
