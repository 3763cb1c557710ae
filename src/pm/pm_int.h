/* SPDX-License-Identifier: MIT */
/** Room pm, private: trade lists measured as they stream by. */
#ifndef WK_PM_INT_H
#define WK_PM_INT_H

#include "wick/pm.h"

enum { WK_PM_LEAF = 128 };

/** One trade: edge times ratio, actual edge, ratio. */
typedef struct wk_pm_cell {
    double weighted, actual, ratio;
} wk_pm_cell;

/** Where trades come from: the next `n` (at most WK_PM_LEAF) of a kind into `out`. */
typedef enum wk_pm_kind { WK_PM_ALL, WK_PM_GAINS, WK_PM_LOSSES, WK_PM_KINDS } wk_pm_kind;
typedef struct wk_pm_source {
    int64_t count[WK_PM_KINDS];
    void (*next)(void *self, wk_pm_kind kind, int64_t n, wk_pm_cell *out);
    void *self;
} wk_pm_source;
void wk_pm_measure(const wk_pm_source *s, wick_pm_metrics *out);

#endif
