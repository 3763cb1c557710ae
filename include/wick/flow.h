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

#ifdef __cplusplus
}
#endif
#endif
