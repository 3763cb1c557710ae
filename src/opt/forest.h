/* SPDX-License-Identifier: MIT */
/** Regression trees grown to the end on bootstrap samples, for importances of parameters. */
#ifndef WK_OPT_FOREST_H
#define WK_OPT_FOREST_H

#include "opt/opt_int.h"

enum { WK_TREES = 64, WK_TREE_DEPTH = 64 };

typedef struct wk_tree_node {
    int32_t feature; /**< -1: a leaf */
    int32_t left, right;
    double threshold; /**< left: x <= threshold */
    double value;     /**< mean of its samples */
    double decrease;  /**< of the summed squared error, by the split */
} wk_tree_node;

typedef struct wk_tree {
    wk_tree_node *node;
    int64_t n, cap;
} wk_tree;

/** Grows tree `number` on n rows of f columns. */
wick_status wk_tree_grow(wick_ctx *ctx, wk_tree *t, const double *x, const double *y, int64_t n,
                         int32_t f, uint64_t seed, int64_t number);
void wk_tree_free(wk_tree *t);

/** Columns [from, to) of one parameter. */
typedef struct wk_tree_group {
    int32_t from, to;
} wk_tree_group;

/** Share of the tree's variance over the box [low, high] that each group explains alone (Hutter et
 * al. 2014). False: the tree has no variance. */
wick_status wk_tree_fanova(wick_ctx *ctx, const wk_tree *t, int32_t f, const double *low,
                           const double *high, const wk_tree_group *group, int32_t groups,
                           double *out, bool *varies);
/** Share of the impurity decrease of each group (Breiman 2001). */
bool wk_tree_mdi(const wk_tree *t, const wk_tree_group *group, int32_t groups, double *out);

#endif
