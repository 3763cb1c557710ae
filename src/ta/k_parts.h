/* SPDX-License-Identifier: MIT */
/**
 * Parts that kernels are put together from by stepping: sums and delays over windows of bars, and
 * the pieces of a spec that read the same everywhere. Parts lie one behind the other in the state;
 * the _end of one is where the next begins.
 */
#ifndef WICK_TA_K_PARTS_H
#define WICK_TA_K_PARTS_H

#include "k_avg.h"
#include "k_range.h"
#include "k_win.h"

/* ---- sum over a window of bars --------------------------------------------------------------- */

/** Sum of the last w bars where no bits are pinned: the blocks of k_ramp.h without weights. Every
 * value is added at most w times, always afresh, so nothing drifts and what has left the window has
 * left no trace; NA in the window gives NA. Followed by w values and w sums from each bar of the
 * last block to its end. */
typedef struct wk_bsum {
    int64_t w, at, full;
    double sum;
} wk_bsum;

static inline int64_t wk_bsum_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_bsum) + 2 * w * (int64_t)sizeof(double);
}

static inline void *wk_bsum_init(void *at, int64_t w)
{
    wk_bsum *k = at;
    *k = (wk_bsum){w, 0, 0, 0.0};
    return (char *)at + wk_bsum_bytes(w);
}

static inline void *wk_bsum_end(wk_bsum *k)
{
    return (char *)k + wk_bsum_bytes(k->w);
}

static inline double wk_bsum_step(wk_bsum *k, double x)
{
    double *value = (double *)(void *)(k + 1), *tail = value + k->w;
    value[k->at++] = x;
    k->sum += x;
    if (k->at < k->w) return k->full ? tail[k->at] + k->sum : WICK_NA;
    double s = 0.0;
    for (int64_t j = k->w - 1; j >= 0; j--) tail[j] = s += value[j];
    k->at = 0;
    k->full = 1;
    k->sum = 0.0;
    return s;
}

/** The bits of stepping, for any values. `out` is not `x`. */
wick_status wk_bsum_column(int64_t n, const double *x, int64_t w, double *out);

/** Many steps at once of two sums that are in step with each other: same window, same number of
 * values. `a` and `b` are none of the inputs. */
void wk_bsum_feed_two(wk_bsum *k, wk_bsum *l, int64_t n, const double *x, const double *y,
                      double *restrict a, double *restrict b);

/* ---- recursive average, two bars at a time --------------------------------------------------- */

/** y = keep * y + take * x where no bits are pinned. Every second value is made of the one two bars
 * before it, so that the chain a column waits for is half as long. Seed by setting e. */
typedef struct wk_quick {
    double e, held;
    int64_t odd;
} wk_quick;

WK_INLINE double wk_quick_step(wk_quick *k, double x, double take)
{
    const double keep = 1.0 - take, share = take * x;
    k->odd = !k->odd;
    if (k->odd) {
        k->held = share;
        return keep * k->e + share;
    }
    k->e = keep * keep * k->e + (keep * k->held + share);
    return k->e;
}

/* ---- value some bars ago --------------------------------------------------------------------- */

/** Followed by w values. */
typedef struct wk_delay {
    int64_t w, at;
} wk_delay;

static inline int64_t wk_delay_bytes(int64_t w)
{
    return (int64_t)sizeof(wk_delay) + w * (int64_t)sizeof(double);
}

static inline void *wk_delay_init(void *at, int64_t w)
{
    wk_delay *k = at;
    *k = (wk_delay){w, 0};
    wk_fill_na(w, (double *)(void *)(k + 1));
    return (char *)at + wk_delay_bytes(w);
}

static inline void *wk_delay_end(wk_delay *k)
{
    return (char *)k + wk_delay_bytes(k->w);
}

/** The value w bars before x, NA before the start; w may be 0. */
static inline double wk_delay_step(wk_delay *k, double x)
{
    double *slot = (double *)(void *)(k + 1) + k->at;
    if (k->w == 0) return x;
    const double old = *slot;
    *slot = x;
    k->at = k->at + 1 == k->w ? 0 : k->at + 1;
    return old;
}

/* ---- where the parts of other headers end ---------------------------------------------------- */

static inline void *wk_avg_end(wk_avg *k)
{
    return (char *)k + wk_avg_bytes(k->w);
}

static inline void *wk_ext_end(wk_ext *k)
{
    return (char *)k + wk_ext_bytes(k->w);
}

static inline void *wk_wma_end(wk_wma *k)
{
    return (char *)k + wk_wma_bytes(k->w);
}

/** Extreme of the last w bars. */
static inline double wk_highest_step(wk_ext *k, double x)
{
    double offset;
    return wk_ext_step(k, x, true, &offset);
}

static inline double wk_lowest_step(wk_ext *k, double x)
{
    double offset;
    return wk_ext_step(k, x, false, &offset);
}

/* ---- specs ----------------------------------------------------------------------------------- */

#define WK_IN_SRC                                                                                  \
    {                                                                                              \
        "src", WICK_U_ANY, 1, WICK_S_CLOSE                                                         \
    }
#define WK_IN_OPEN                                                                                 \
    {                                                                                              \
        "open", WICK_U_PRICE, 0, WICK_S_OPEN                                                       \
    }
#define WK_IN_HIGH                                                                                 \
    {                                                                                              \
        "high", WICK_U_PRICE, 0, WICK_S_HIGH                                                       \
    }
#define WK_IN_LOW                                                                                  \
    {                                                                                              \
        "low", WICK_U_PRICE, 0, WICK_S_LOW                                                         \
    }
#define WK_IN_CLOSE                                                                                \
    {                                                                                              \
        "close", WICK_U_PRICE, 0, WICK_S_CLOSE                                                     \
    }
#define WK_IN_VOLUME                                                                               \
    {                                                                                              \
        "volume", WICK_U_VOLUME, 0, WICK_S_VOLUME                                                  \
    }

/** A window parameter. */
#define WK_BARS(name, def)                                                                         \
    {                                                                                              \
        name, def, 1, WK_WINDOW_MAX, .is_int = 1                                                   \
    }

/** The column form of a kernel that gains nothing from seeing a column. */
#define WK_STEPS(name, n_in, n_out)                                                                \
    static wick_status name##_run(int64_t n, const double *const *in, const double *p,             \
                                  double *const *out)                                              \
    {                                                                                              \
        return wk_run_steps(n, in, p, out, n_in, n_out, name##_size, name##_init, name##_step);    \
    }

/** The functions of a spec by the names they have in its file. */
#define WK_FORMS(name)                                                                             \
    .warmup = name##_warmup, .run = name##_run, .state_size = name##_size,                         \
    .state_init = name##_init, .step = name##_step

#endif
