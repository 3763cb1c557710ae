/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <string.h>

#include "metrics/kernels.h"
#include "metrics/metrics_int.h"

/* Below this share of the mean square a variance from sums about zero has lost more digits than
 * the 1e-9 the goldens ask for; the deviation is then summed again about the mean. */
static const double ILL_CONDITIONED = 1e-6;

int64_t wk_extents(int64_t n, const double *e, double *lo, double *hi, double *bad)
{
    const int64_t full = n / WK_BLOCK;
    wk_kernels_best()->extent(e, full, lo, hi, bad);
    if (full * WK_BLOCK == n) return full;
    const double *p = e + full * WK_BLOCK;
    lo[full] = hi[full] = p[0];
    for (int64_t i = 0; i < n - full * WK_BLOCK; i++) {
        lo[full] = p[i] < lo[full] ? p[i] : lo[full];
        hi[full] = p[i] > hi[full] ? p[i] : hi[full];
        *bad += p[i] * 0.0;
    }
    return full + 1;
}

/* ---- lanes -------------------------------------------------------------------------------- */

void wk_lane_add(wk_lanes *to, int64_t i, double x)
{
    const int k = (int)(i % WK_LANES);
    const double s = to->s[k], t = s + x, z = t - s;
    to->c[k] += (s - (t - z)) + (x - z);
    to->s[k] = t;
}

double wk_lane_total(const wk_lanes *a)
{
    wick_sum sum = {0};
    for (int k = 0; k < WK_LANES; k++) wick_sum_add(&sum, a->s[k]);
    for (int k = 0; k < WK_LANES; k++) wick_sum_add(&sum, a->c[k]);
    return wick_sum_get(&sum);
}

/* ---- returns ------------------------------------------------------------------------------ */

static void returns_tail(const double *e, int64_t from, int64_t m, double target,
                         wk_return_lanes *o)
{
    for (int64_t i = from; i < m; i++) {
        const double c = e[i + 1] - e[i], r = c / e[i];
        const double neg = r < 0.0 ? r : 0.0, under = r - target < 0.0 ? r - target : 0.0;
        wk_lane_add(&o->r, i, r);
        wk_lane_add(&o->r2, i, r * r);
        wk_lane_add(&o->neg, i, neg);
        wk_lane_add(&o->neg_n, i, r < 0.0 ? 1.0 : 0.0);
        wk_lane_add(&o->neg2, i, neg * neg);
        wk_lane_add(&o->down2, i, under * under);
        wk_lane_add(&o->gain, i, c > 0.0 ? c : 0.0);
        wk_lane_add(&o->loss, i, c < 0.0 ? c : 0.0);
    }
}

/* PyBroker's deviation is plain sums one after the other. Where all returns are alike it is the
 * rounding of those sums that decides between a deviation of 0 and one of 1e-17, and with it
 * between a ratio of 0 and one of 1e14. */
static double return_dev_sequential(const double *e, int64_t m, bool negative, double count)
{
    double sum = 0.0, square = 0.0;
    for (int64_t i = 0; i < m; i++) {
        const double r = (e[i + 1] - e[i]) / e[i];
        if (!negative || r < 0.0) sum += r;
    }
    const double mean = sum / count;
    for (int64_t i = 0; i < m; i++) {
        const double r = (e[i + 1] - e[i]) / e[i];
        if (!negative || r < 0.0) square += (r - mean) * (r - mean);
    }
    return sqrt(square / count);
}

/* Population deviation about a known mean, over all returns or the negative ones. */
static double return_dev(const double *e, int64_t m, double mean, bool negative, double count)
{
    wick_sum s1 = {0}, s2 = {0};
    for (int64_t i = 0; i < m; i++) {
        const double r = (e[i + 1] - e[i]) / e[i];
        if (negative && !(r < 0.0)) continue;
        wick_sum_add(&s1, r - mean);
        wick_sum_add(&s2, (r - mean) * (r - mean));
    }
    const double d = wick_sum_get(&s1) / count;
    const double var = wick_sum_get(&s2) / count - d * d;
    return var > 0.0 ? sqrt(var) : 0.0;
}

static double return_dev_from_sums(const wick_facts *f, const double *e, double sum, double sum2,
                                   bool negative, double count)
{
    if (!(count > 0.0) || sum2 == 0.0) return 0.0;
    const double mean = sum / count, var = sum2 / count - mean * mean;
    if (var > ILL_CONDITIONED * (sum2 / count)) return sqrt(var);
    if (wk_is_pybroker(f)) return return_dev_sequential(e, f->m, negative, count);
    return return_dev(e, f->m, mean, negative, count);
}

static void returns_fast(wick_facts *f, const double *e, const double *lo, const double *hi)
{
    const int64_t blocks = f->m / WK_BLOCK;
    const double m = (double)f->m;
    wk_return_lanes o;
    memset(&o, 0, sizeof o);
    wk_kernels_best()->returns(e, blocks, lo, hi, f->target, &o);
    returns_tail(e, blocks * WK_BLOCK, f->m, f->target, &o);
    const double sum = wk_lane_total(&o.r);
    f->mean = sum / m;
    f->dev = return_dev_from_sums(f, e, sum, wk_lane_total(&o.r2), false, m);
    if (f->profile == WICK_METRICS_PYBROKER1) {
        f->neg_dev = return_dev_from_sums(f, e, wk_lane_total(&o.neg), wk_lane_total(&o.neg2), true,
                                          wk_lane_total(&o.neg_n));
    }
    f->down_dev = sqrt(wk_lane_total(&o.down2) / m);
    f->gain = wk_lane_total(&o.gain);
    f->loss = wk_lane_total(&o.loss);
    f->growth = f->last / f->first;
}

/* The return of one bar when values may be zero or below. False: PyBroker 1.x drops it. */
static bool plain_return(int32_t profile, double was, double now, double *r)
{
    if (profile == WICK_METRICS_WICK) {
        *r = was > 0.0 ? (now - was) / was : 0.0;
    } else if (was != 0.0) {
        *r = (now - was) / was;
    } else if (profile == WICK_METRICS_PYBROKER2) {
        *r = 0.0;
    } else {
        *r = copysign(HUGE_VAL, now);
        return now != 0.0;
    }
    return true;
}

void wk_returns_plain(wick_facts *f, const double *e)
{
    wick_sum s = {0}, neg = {0}, down = {0}, gain = {0}, loss = {0};
    int64_t m = 0, k = 0;
    double r = 0.0;
    f->growth = 1.0;
    for (int64_t i = 0; i + 1 < f->n; i++) {
        const double c = e[i + 1] - e[i];
        wick_sum_add(c > 0.0 ? &gain : &loss, c);
        if (!plain_return(f->profile, e[i], e[i + 1], &r)) continue;
        m++;
        f->growth *= 1.0 + r;
        wick_sum_add(&s, r);
        const double under = r - f->target;
        if (under < 0.0) wick_sum_add(&down, under * under);
        if (r < 0.0) {
            wick_sum_add(&neg, r);
            k++;
        }
    }
    f->m = m;
    f->gain = wick_sum_get(&gain);
    f->loss = wick_sum_get(&loss);
    if (m == 0) return;
    f->mean = wick_sum_get(&s) / (double)m;
    f->down_dev = sqrt(wick_sum_get(&down) / (double)m);
    const double neg_mean = k > 0 ? wick_sum_get(&neg) / (double)k : 0.0;
    wick_sum v = {0}, nv = {0};
    for (int64_t i = 0; i + 1 < f->n; i++) {
        if (!plain_return(f->profile, e[i], e[i + 1], &r)) continue;
        wick_sum_add(&v, (r - f->mean) * (r - f->mean));
        if (r < 0.0) wick_sum_add(&nv, (r - neg_mean) * (r - neg_mean));
    }
    f->dev = sqrt(wick_sum_get(&v) / (double)m);
    f->neg_dev = k > 0 ? sqrt(wick_sum_get(&nv) / (double)k) : 0.0;
}

/* ---- level -------------------------------------------------------------------------------- */

static double level_dev(const double *e, int64_t n, double mean)
{
    wick_sum s1 = {0}, s2 = {0};
    for (int64_t i = 0; i < n; i++) {
        const double x = e[i] - e[0] - mean;
        wick_sum_add(&s1, x);
        wick_sum_add(&s2, x * x);
    }
    const double d = wick_sum_get(&s1) / (double)n;
    const double var = wick_sum_get(&s2) / (double)n - d * d;
    return var > 0.0 ? sqrt(var) : 0.0;
}

static void level(wick_facts *f, const double *e, bool flat)
{
    f->r2 = WICK_NA;
    if (flat) return;
    const int64_t blocks = f->n / WK_BLOCK;
    const double n = (double)f->n, t0 = -(n - 1.0) / 2.0;
    wk_level_lanes o;
    memset(&o, 0, sizeof o);
    wk_kernels_best()->level(e, blocks, e[0], t0, &o);
    for (int64_t i = blocks * WK_BLOCK; i < f->n; i++) {
        const double x = e[i] - e[0];
        wk_lane_add(&o.x, i, x);
        wk_lane_add(&o.x2, i, x * x);
        wk_lane_add(&o.tx, i, x * (t0 + (double)i));
    }
    const double mean = wk_lane_total(&o.x) / n, square = wk_lane_total(&o.x2) / n;
    const double var = square - mean * mean;
    f->level_dev = var > ILL_CONDITIONED * square ? sqrt(var) : level_dev(e, f->n, mean);
    /* 1 - SSres/SStot of the least-squares line is the squared correlation with the index. */
    const double sxy = wk_lane_total(&o.tx), sxx = n * (n * n - 1.0) / 12.0;
    const double syy = n * f->level_dev * f->level_dev;
    if (syy > 0.0 && sxx > 0.0) f->r2 = fmin(sxy / sxx * (sxy / syy), 1.0);
}

/* ---- peaks -------------------------------------------------------------------------------- */

static void deepen(wick_facts *f, double x, double peak, int64_t row)
{
    const double a = x - peak;
    if (a < f->max_dd) f->max_dd = a;
    /* The division is for candidates only; the margin keeps every one of them. */
    if (!(peak > 0.0) || a >= f->max_dd_pct * peak * (1.0 - 1e-12)) return;
    const double pct = a / peak;
    if (pct < f->max_dd_pct) {
        f->max_dd_pct = pct;
        f->max_dd_row = row;
    }
}

/* The deepest drawdown, and the peak before every block. max_dd_pct is a fraction meanwhile. */
static void peaks(wick_facts *f, const double *e, int64_t blocks, const double *lo,
                  const double *hi, double *top)
{
    double h = e[0];
    for (int64_t b = 0; b < blocks; b++) {
        const int64_t from = b * WK_BLOCK;
        const int64_t to = from + WK_BLOCK < f->n ? from + WK_BLOCK : f->n;
        top[b] = h;
        if (hi[b] <= h) {
            const double was = f->max_dd_pct;
            deepen(f, lo[b], h, from);
            if (f->max_dd_pct == was) continue;
            while (e[f->max_dd_row] != lo[b]) f->max_dd_row++;
            continue;
        }
        for (int64_t i = from; i < to; i++) {
            if (e[i] >= h) {
                h = e[i];
            } else {
                deepen(f, e[i], h, i);
            }
        }
    }
    f->max_dd_pct *= 100.0;
}

static double ulcer(const double *e, int64_t n, const double *lo, const double *hi,
                    const double *top)
{
    const int64_t full = n / WK_BLOCK;
    wk_lanes sum;
    memset(&sum, 0, sizeof sum);
    wk_kernels_best()->ulcer(e, full, lo, hi, top, &sum);
    if (full * WK_BLOCK < n) {
        double h = top[full];
        for (int64_t i = full * WK_BLOCK; i < n; i++) {
            h = e[i] > h ? e[i] : h;
            const double d = h > 0.0 ? (e[i] - h) / h : 0.0;
            wk_lane_add(&sum, i, d * d);
        }
    }
    return 100.0 * sqrt(wk_lane_total(&sum) / (double)n);
}

/* ---- episodes ----------------------------------------------------------------------------- */

static void collect(void *user, const wick_drawdown *d)
{
    wick_facts *f = user;
    const int64_t end = d->recovered >= 0 ? d->recovered : f->n - 1;
    const double days = (double)(f->time[end] - f->time[d->peak]) / (double)WICK_MS_DAY;
    f->episodes++;
    f->episode_pct_sum += d->depth_pct;
    f->episode_days_sum += days;
    if (d->bars > f->episode_bars) f->episode_bars = d->bars;
    if (days > f->episode_days) f->episode_days = days;
}

/* ---- together ----------------------------------------------------------------------------- */

void wk_facts_equity(wick_facts *f, const double *e, const wick_metric_opts *o, uint32_t needs,
                     double *blocks)
{
    const int64_t cap = f->n / WK_BLOCK + 1;
    double *lo = blocks, *hi = blocks + cap, *top = blocks + 2 * cap;
    double bad = 0.0;
    const int64_t nb = wk_extents(f->n, e, lo, hi, &bad);
    if (bad != 0.0) { /* NaN: a value is not finite */
        f->finite = false;
        return;
    }
    double least = lo[0], most = hi[0];
    for (int64_t b = 1; b < nb; b++) {
        least = lo[b] < least ? lo[b] : least;
        most = hi[b] > most ? hi[b] : most;
    }
    if (o->risk_free != 0.0) f->target = pow(1.0 + o->risk_free, 1.0 / o->bars_per_year) - 1.0;
    if ((needs & WICK_NEED_RETURNS) != 0 && f->m > 0) {
        if (least > 0.0) {
            returns_fast(f, e, lo, hi);
        } else {
            wk_returns_plain(f, e);
        }
    }
    if (needs & WICK_NEED_LEVEL) level(f, e, least == most);
    if (needs & (WICK_NEED_PEAKS | WICK_NEED_ULCER)) {
        peaks(f, e, nb, lo, hi, top);
        if (wk_is_pybroker(f) && (needs & WICK_NEED_PEAKS) != 0) wk_pybroker_drawdown(f, e);
    }
    if (needs & WICK_NEED_ULCER) {
        f->ulcer = f->profile == WICK_METRICS_PYBROKER1 ? wk_ulcer_trailing(f->n, e)
                                                        : ulcer(e, f->n, lo, hi, top);
    }
    if (needs & WICK_NEED_EPISODES) wk_episodes(f->n, e, lo, hi, collect, f);
}
