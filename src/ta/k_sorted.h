/* SPDX-License-Identifier: MIT */
/**
 * A window kept in order of size beside its order of arrival. A value enters and leaves by binary
 * search and one move of the part between; for windows up to Pine's limit of 5000 this is a few
 * cache lines a bar and faster than any tree.
 */
#ifndef WICK_TA_K_SORTED_H
#define WICK_TA_K_SORTED_H

#include "ta_int.h"

/** Followed by w values as they came (NA for holes) and w + 1 in order. */
typedef struct wk_sorted {
    int64_t w, at, n, count; /* slots used up to w; numbers in order */
} wk_sorted;

static inline int64_t wk_sorted_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_sorted) + (2 * w + 1) * (int64_t)sizeof(double);
}

static inline void wk_sorted_init(wk_sorted *k, int64_t w)
{
    k->w = w, k->at = 0, k->n = 0, k->count = 0;
    wk_fill_na(2 * w + 1, (double *)(void *)(k + 1));
}

static inline double *wk_sorted_ring(wk_sorted *k)
{
    return (double *)(void *)(k + 1);
}

static inline double *wk_sorted_order(wk_sorted *k)
{
    return wk_sorted_ring(k) + k->w;
}

static inline bool wk_is_below(double y, double x, double eps)
{
    return (y < x) & !(x - y <= eps);
}

static inline bool wk_is_upto(double y, double x, double eps)
{
    return (y <= x) | (y - x <= eps);
}

/** First index whose value is not below x by more than eps. Equal infinities tie. Halves without
 * branches: where a value of the market falls cannot be foretold. */
static inline int64_t wk_lower(const double *v, int64_t count, double x, double eps)
{
    int64_t lo = 0;
    for (; count > 1; count -= count / 2)
        lo += (count / 2) * (int64_t)wk_is_below(v[lo + count / 2 - 1], x, eps);
    return lo + (count == 1 && wk_is_below(v[lo], x, eps));
}

/** First index whose value is above x by more than eps. */
static inline int64_t wk_upper(const double *v, int64_t count, double x, double eps)
{
    int64_t lo = 0;
    for (; count > 1; count -= count / 2)
        lo += (count / 2) * (int64_t)wk_is_upto(v[lo + count / 2 - 1], x, eps);
    return lo + (count == 1 && wk_is_upto(v[lo], x, eps));
}

static inline void wk_sorted_insert(wk_sorted *k, double x, double eps)
{
    double *v = wk_sorted_order(k);
    const int64_t at = wk_lower(v, k->count, x, eps);
    memmove(v + at + 1, v + at, (size_t)(k->count - at) * sizeof(double));
    v[at] = x;
    k->count++;
}

/** Takes out the last of the values that tie with x; with eps 0 any equal one. */
static inline void wk_sorted_remove(wk_sorted *k, double x, double eps)
{
    double *v = wk_sorted_order(k);
    int64_t at = wk_upper(v, k->count, x, eps) - 1;
    if (at < 0) at = 0;
    memmove(v + at, v + at + 1, (size_t)(k->count - at - 1) * sizeof(double));
    k->count--;
}

/** Insert and remove in one move of the part between the two places. `gone` is a place in the order
 * with x in it. */
static inline void wk_sorted_replace(wk_sorted *k, double old, double x, double eps)
{
    double *v = wk_sorted_order(k);
    const int64_t at = wk_lower(v, k->count, x, eps);
    int64_t gone = wk_upper(v, k->count, old, eps) - 1;
    gone += (x <= old) | (x - old <= eps);
    if (gone > at) {
        memmove(v + at + 1, v + at, (size_t)(gone - 1 - at) * sizeof(double));
        v[at] = x;
    } else if (gone < at) {
        memmove(v + gone, v + gone + 1, (size_t)(at - 1 - gone) * sizeof(double));
        v[at - 1] = x;
    } /* else x ties with what leaves and is the last to do so: the order stays */
}

/** Puts x in, and the value that leaves the window out after it; NA takes a slot but no place in
 * the order. */
static inline void wk_sorted_push(wk_sorted *k, double x, double eps)
{
    double *ring = wk_sorted_ring(k);
    const double old = ring[k->at];
    if (!isnan(x) && !isnan(old))
        wk_sorted_replace(k, old, x, eps);
    else if (!isnan(x))
        wk_sorted_insert(k, x, eps);
    else if (!isnan(old))
        wk_sorted_remove(k, old, eps);
    ring[k->at] = x;
    k->at = k->at + 1 == k->w ? 0 : k->at + 1;
    if (k->n < k->w) k->n++;
}

#endif
