/* SPDX-License-Identifier: MIT */
/**
 * Period of the dominant cycle by Ehlers' homodyne discriminator (Rocket Science for Traders, 2001,
 * chapters 6 and 7), with the start of TA-Lib: the filters see nothing before bar `start`, 12 where
 * the cycle alone is asked for and 37 where its phase is. A missing value is passed over.
 */
#ifndef WICK_TA_K_HILBERT_H
#define WICK_TA_K_HILBERT_H

#include "ta_int.h"

enum { WK_HILBERT_ROOM = 64, WK_HILBERT_REACH = 10 };

/* The filters' histories slide down through more room than they need and are moved up when it is
 * used up: moving them on every bar would be most of the time. Newest first from `at` on. */
typedef struct wk_hilbert {
    double price[WK_HILBERT_ROOM], smooth[WK_HILBERT_ROOM];
    double detrended[WK_HILBERT_ROOM], quad[WK_HILBERT_ROOM];
    int64_t at;
    double i2, q2, re, im, period;
    double smoothed, in_phase, quadrature, smooth_period;
    int64_t seen, start;
} wk_hilbert;

#define WK_DEGREES (180.0 / 3.14159265358979323846)

static inline void wk_hilbert_init(wk_hilbert *k, int64_t start)
{
    memset(k, 0, sizeof *k);
    k->start = start;
    k->at = WK_HILBERT_ROOM - WK_HILBERT_REACH;
}

/** Ehlers' transform over seven bars from v[at] back. */
WK_INLINE double wk_hilbert_of(const double *v, double gain)
{
    return (0.0962 * v[0] + 0.5769 * v[2] - 0.5769 * v[4] - 0.0962 * v[6]) * gain;
}

static inline void wk_hilbert_slide(wk_hilbert *k)
{
    enum { KEEP = WK_HILBERT_REACH, TO = WK_HILBERT_ROOM - KEEP };
    double *const rows[] = {k->price, k->smooth, k->detrended, k->quad};
    if (k->at-- > 0) return;
    for (int r = 0; r < 4; r++) memcpy(rows[r] + TO, rows[r], KEEP * sizeof(double));
    k->at = TO - 1;
}

/* The period of this bar from that of the bar before and what the discriminator says. */
static inline double wk_hilbert_period(double re, double im, double before)
{
    double period = before;
    if (im != 0.0 && re != 0.0) period = 360.0 / (atan(im / re) * WK_DEGREES);
    period = period > 1.5 * before ? 1.5 * before : period;
    period = period < 0.67 * before ? 0.67 * before : period;
    period = period < 6.0 ? 6.0 : period > 50.0 ? 50.0 : period;
    return 0.2 * period + 0.8 * before;
}

/** False while the filters wait. x is not NA. */
static inline bool wk_hilbert_step(wk_hilbert *k, double x)
{
    const double gain = 0.075 * k->period + 0.54, i2 = k->i2, q2 = k->q2;
    wk_hilbert_slide(k);
    double *p = k->price + k->at, *smooth = k->smooth + k->at;
    double *detrended = k->detrended + k->at, *quad = k->quad + k->at;
    p[0] = x;
    smooth[0] = detrended[0] = quad[0] = 0.0;
    if (k->seen++ < k->start) return false;
    smooth[0] = k->smoothed = (4.0 * p[0] + 3.0 * p[1] + 2.0 * p[2] + p[3]) * 0.1;
    detrended[0] = wk_hilbert_of(smooth, gain);
    quad[0] = k->quadrature = wk_hilbert_of(detrended, gain);
    k->in_phase = detrended[3];
    const double ji = wk_hilbert_of(detrended + 3, gain), jq = wk_hilbert_of(quad, gain);
    k->q2 = 0.2 * (k->quadrature + ji) + 0.8 * q2;
    k->i2 = 0.2 * (k->in_phase - jq) + 0.8 * i2;
    k->re = 0.2 * (k->i2 * i2 + k->q2 * q2) + 0.8 * k->re;
    k->im = 0.2 * (k->i2 * q2 - k->q2 * i2) + 0.8 * k->im;
    k->period = wk_hilbert_period(k->re, k->im, k->period);
    k->smooth_period = 0.33 * k->period + 0.67 * k->smooth_period;
    return true;
}

#endif
