/* SPDX-License-Identifier: MIT */
/** Splits, private to split.c (the object and its building) and split_kinds.c (the kinds). */
#ifndef WK_FLOW_SPLIT_INT_H
#define WK_FLOW_SPLIT_INT_H

#include "flow/flow_int.h"

enum { WK_FOLD_NAME = 40 };

typedef struct wk_fold {
    char name[WK_FOLD_NAME];
    wick_segment *train, *test;
    int64_t n_train, n_test, cap_train, cap_test;
} wk_fold;

struct wick_split {
    char *text;
    wk_fold *fold;
    int64_t n, cap;
    int64_t groups, paths;
    int64_t *path;  /**< [path * groups + group] */
    int64_t *group; /**< [fold * test groups + segment] */
    int64_t test_groups;
};

/** What the makers read. */
typedef struct wk_split_source {
    wick_split *s;
    const int64_t *clock;
    int64_t n, first;
    const int32_t *label;
    wk_call call;
} wk_split_source;

/** `name` NULL: its number, from 1. */
wick_status wk_fold_new(wick_ctx *ctx, wick_split *s, const char *name,
                        wk_fold **out) WICK_NODISCARD;
/** Empty segments are left out. */
wick_status wk_fold_train(wick_ctx *ctx, wk_fold *f, int64_t from, int64_t to) WICK_NODISCARD;
wick_status wk_fold_test(wick_ctx *ctx, wk_fold *f, int64_t from, int64_t to) WICK_NODISCARD;

typedef struct wk_split_kind {
    const char *name;
    wick_status (*make)(wick_ctx *ctx, wk_split_source *in);
    const char *keys[6];
    const char *title, *options; /**< for people: what it is, the keys in one text */
} wk_split_kind;
wick_status wk_split_find(wick_ctx *ctx, const char *name,
                          const wk_split_kind **out) WICK_NODISCARD;

#endif
