/* SPDX-License-Identifier: MIT */
/**
 * Model filters: what `--model` names. A filter is immutable and refcounted; workers share it.
 *
 *     passthrough   every entry is accepted; the same bytes as without a filter
 *     random:RATE   accepted with this chance, by seed, symbol and bar stamp
 *     FILE          a bundle: accepted when its score is above the threshold
 */
#ifndef WICK_LUA_FILTER_H
#define WICK_LUA_FILTER_H

#include "wick.h"

typedef enum wk_filter_kind {
    WK_FILTER_PASSTHROUGH,
    WK_FILTER_RANDOM,
    WK_FILTER_BUNDLE
} wk_filter_kind;

typedef struct wk_filter_opts {
    uint32_t size;
    uint64_t seed;      /**< of random */
    bool has_threshold; /**< else probability_threshold where it was set, else the bundle's */
    double threshold;
    bool sized; /**< the amount of an entry times (score - floor) / (cap - floor), held
                     between `least` and 1 */
    double floor, cap, least;
    bool allow_unusable; /**< bundles whose quality gate failed */
} wk_filter_opts;

typedef struct wk_filter wk_filter;
/** From text as above; a bundle is loaded. `opts` may be NULL. */
wick_status wk_filter_parse(wick_ctx *ctx, const char *text, const wk_filter_opts *opts,
                            wk_filter **out) WICK_NODISCARD;
/** Of a bundle at hand; `name` is shown. */
wick_status wk_filter_of(wick_ctx *ctx, wick_bundle *b, const char *name,
                         const wk_filter_opts *opts, wk_filter **out) WICK_NODISCARD;
/** Bundles that take over from one another: part i scores bars stamped from[i] until the next one
 * does; before the first, nothing is accepted. Ascending. What walk-forward retraining is. */
wick_status wk_filter_of_parts(wick_ctx *ctx, int64_t n, const int64_t *from, wick_bundle *const *b,
                               const wk_filter_opts *opts, wk_filter **out) WICK_NODISCARD;
wk_filter *wk_filter_ref(wk_filter *f);
void wk_filter_unref(wk_filter *f);
wk_filter_kind wk_filter_kind_of(const wk_filter *f);
const char *wk_filter_name(const wk_filter *f);
const wick_bundle *wk_filter_bundle(const wk_filter *f); /**< the first; NULL: none */
int64_t wk_filter_parts(const wk_filter *f);
/** Bundle and first stamp of a part. */
const wick_bundle *wk_filter_part(const wk_filter *f, int64_t i, int64_t *from);
/** Part that scores a bar; -1: none. */
int64_t wk_filter_part_at(const wk_filter *f, int64_t stamp);
const wk_filter_opts *wk_filter_options(const wk_filter *f);
double wk_filter_rate(const wk_filter *f);

/** Whether the bundle is one of this strategy and may be used. */
wick_status wk_filter_check(wick_ctx *ctx, const wk_filter *f, const char *strategy) WICK_NODISCARD;
/** Whether bars stamped from `from` to `to` touch what the bundle learnt from: `text` says how, ""
 * when they do not. */
bool wk_filter_overlap(const wk_filter *f, int64_t from, int64_t to, char *text, size_t n);

#endif
