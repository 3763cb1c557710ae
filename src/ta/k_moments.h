/* SPDX-License-Identifier: MIT */
/**
 * Central moments of a window of bars at O(1) a bar and without drift, where no bits are pinned:
 * the blocks of k_ramp.h with means and sums of powers of deviations in place of plain sums
 * (Welford's update, Pebay's merge). Nothing is a difference of large sums, so a quiet window
 * beside a wild one keeps its digits, equal values have moments of exactly zero, and NA leaves with
 * its bar.
 */
#ifndef WICK_TA_K_MOMENTS_H
#define WICK_TA_K_MOMENTS_H

#include "ta_int.h"

/* ---- one series: up to the fourth power ------------------------------------------------------ */

typedef struct wk_mom {
    double n, mean, m2, m3, m4;
} wk_mom;

WK_INLINE void wk_mom_add(wk_mom *k, double x)
{
    const double before = k->n, n = before + 1.0;
    const double d = x - k->mean, r = d / n, rr = r * r, t = d * r * before;
    k->n = n;
    k->mean += r;
    k->m4 += t * rr * (n * n - 3.0 * n + 3.0) + 6.0 * rr * k->m2 - 4.0 * r * k->m3;
    k->m3 += t * r * (n - 2.0) - 3.0 * r * k->m2;
    k->m2 += t;
}

/** Moments of both together. */
WK_INLINE wk_mom wk_mom_merge(const wk_mom *a, const wk_mom *b)
{
    const double n = a->n + b->n, d = b->mean - a->mean, r = d / n, rr = r * r;
    const double an = a->n, bn = b->n, t = d * r * an * bn;
    wk_mom k = {n, a->mean + r * bn, a->m2 + b->m2 + t, 0.0, 0.0};
    k.m3 = a->m3 + b->m3 + t * r * (an - bn) + 3.0 * r * (an * b->m2 - bn * a->m2);
    k.m4 = a->m4 + b->m4 + t * rr * (an * an - an * bn + bn * bn) +
           6.0 * rr * (an * an * b->m2 + bn * bn * a->m2) + 4.0 * r * (an * b->m3 - bn * a->m3);
    return k;
}

/** Followed by w moments, from each bar of the last block to its end, and w values. */
typedef struct wk_mom_win {
    int64_t w, at, full;
    wk_mom head;
} wk_mom_win;

static inline int64_t wk_mom_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_mom_win) + w * (int64_t)(sizeof(wk_mom) + sizeof(double));
}

static inline void *wk_mom_init(void *at, int64_t w)
{
    wk_mom_win *k = at;
    memset(at, 0, sizeof *k);
    k->w = w;
    return (char *)at + wk_mom_bytes(w);
}

static inline void *wk_mom_end(wk_mom_win *k)
{
    return (char *)k + wk_mom_bytes(k->w);
}

/** One bar; true when the window is full, with its moments in *out. */
static inline bool wk_mom_step(wk_mom_win *k, double x, wk_mom *out)
{
    wk_mom *tail = (wk_mom *)(void *)(k + 1), m = {0.0, 0.0, 0.0, 0.0, 0.0};
    double *value = (double *)(void *)(tail + k->w);
    value[k->at++] = x;
    wk_mom_add(&k->head, x);
    if (k->at < k->w) {
        if (k->full) *out = wk_mom_merge(&tail[k->at], &k->head);
        return k->full;
    }
    k->head = m;
    for (int64_t j = k->w - 1; j >= 0; j--) {
        wk_mom_add(&m, value[j]);
        tail[j] = m;
    }
    k->at = 0;
    k->full = 1;
    *out = m;
    return true;
}

/* ---- two series: variances and covariance ---------------------------------------------------- */

/** Sums are of values relative to the first, so that equal values add up to nothing; the last three
 * are sums of products of deviations from the means. */
typedef struct wk_pair {
    double n, a0, b0, a, b;
    double aa, ab, bb;
} wk_pair;

/** `share` is 0, 1, 1/2, 1/3 ..., `before` the count. What the next bar waits for is one addition.
 */
WK_INLINE void wk_pair_add(wk_pair *k, double a, double b, const double *share, int64_t before)
{
    if (before == 0) k->a0 = a, k->b0 = b;
    const double f = k->n * share[before + 1], a1 = a - k->a0, b1 = b - k->b0;
    const double da = a1 - k->a * share[before], db = b1 - k->b * share[before];
    k->n += 1.0;
    k->a += a1;
    k->b += b1;
    k->aa += f * da * da;
    k->ab += f * da * db;
    k->bb += f * db * db;
}

/** Products of deviations of both together; x has nx bars, y the ny after them. */
WK_INLINE wk_pair wk_pair_merge(const wk_pair *x, const wk_pair *y, const double *share, int64_t nx,
                                int64_t ny)
{
    const double da = (y->a0 - x->a0) + (y->a * share[ny] - x->a * share[nx]);
    const double db = (y->b0 - x->b0) + (y->b * share[ny] - x->b * share[nx]);
    const double f = x->n * y->n * share[nx + ny];
    wk_pair k = *x;
    k.n += y->n;
    k.aa += y->aa + f * da * da;
    k.ab += y->ab + f * da * db;
    k.bb += y->bb + f * db * db;
    return k;
}

/** Followed by w moments, 2 w values and the w + 1 shares. */
typedef struct wk_pair_win {
    int64_t w, at, full;
    wk_pair head;
} wk_pair_win;

static inline int64_t wk_pair_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_pair_win) + w * (int64_t)sizeof(wk_pair) +
           (3 * w + 1) * (int64_t)sizeof(double);
}

static inline void *wk_pair_init(void *at, int64_t w)
{
    wk_pair_win *k = at;
    memset(at, 0, sizeof *k);
    k->w = w;
    double *share = (double *)(void *)((wk_pair *)(void *)(k + 1) + w) + 2 * w;
    share[0] = 0.0;
    for (int64_t j = 1; j <= w; j++) share[j] = 1.0 / (double)j;
    return (char *)at + wk_pair_bytes(w);
}

static inline void *wk_pair_end(wk_pair_win *k)
{
    return (char *)k + wk_pair_bytes(k->w);
}

/** One bar; true when the window is full, with its count and products of deviations in *out. */
static inline bool wk_pair_step(wk_pair_win *k, double a, double b, wk_pair *out)
{
    wk_pair *tail = (wk_pair *)(void *)(k + 1);
    double *value = (double *)(void *)(tail + k->w);
    const double *share = value + 2 * k->w;
    value[2 * k->at] = a;
    value[2 * k->at + 1] = b;
    wk_pair_add(&k->head, a, b, share, k->at++);
    if (k->at < k->w) {
        if (k->full) *out = wk_pair_merge(&tail[k->at], &k->head, share, k->w - k->at, k->at);
        return k->full;
    }
    wk_pair m = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    k->head = m;
    for (int64_t j = k->w - 1; j >= 0; j--) {
        wk_pair_add(&m, value[2 * j], value[2 * j + 1], share, k->w - 1 - j);
        tail[j] = m;
    }
    k->at = 0;
    k->full = 1;
    *out = m;
    return true;
}

#endif
