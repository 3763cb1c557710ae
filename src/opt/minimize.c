/* SPDX-License-Identifier: MIT */
#include "opt/minimize.h"

#include <string.h>

int64_t wk_minimize_work(int32_t n)
{
    return (int64_t)n * (2 * WK_MIN_PAIRS + 4);
}

static double dot(int32_t n, const double *a, const double *b)
{
    double s = 0.0;
    for (int32_t i = 0; i < n; i++) s += a[i] * b[i];
    return s;
}

/* Whether the gradient presses variable i against its bound. */
static bool held(int32_t i, const double *x, const double *g, const double *low, const double *high)
{
    return (low != NULL && x[i] <= low[i] && g[i] > 0.0) ||
           (high != NULL && x[i] >= high[i] && g[i] < 0.0);
}

static double steepest(int32_t n, const double *x, const double *g, const double *low,
                       const double *high)
{
    double most = 0.0;
    for (int32_t i = 0; i < n; i++) {
        double step = -g[i];
        if (low != NULL && x[i] + step < low[i]) step = low[i] - x[i];
        if (high != NULL && x[i] + step > high[i]) step = high[i] - x[i];
        if (fabs(step) > most) most = fabs(step);
    }
    return most;
}

/* Two-loop recursion on the free variables; held ones do not move. */
static void direction(const wk_min_memory *m, const double *x, const double *g, const double *low,
                      const double *high, double *d)
{
    double alpha[WK_MIN_PAIRS];
    const int32_t n = m->n;
    const double *s = m->pairs, *y = m->pairs + (int64_t)WK_MIN_PAIRS * n;
    for (int32_t i = 0; i < n; i++) d[i] = held(i, x, g, low, high) ? 0.0 : -g[i];
    for (int32_t k = m->count - 1; k >= 0; k--) {
        const int32_t r = (m->first + k) % WK_MIN_PAIRS;
        alpha[k] = m->rho[r] * dot(n, s + (int64_t)r * n, d);
        for (int32_t i = 0; i < n; i++) d[i] -= alpha[k] * y[(int64_t)r * n + i];
    }
    if (m->count > 0) {
        const int32_t r = (m->first + m->count - 1) % WK_MIN_PAIRS;
        const double *last = y + (int64_t)r * n;
        const double scale = 1.0 / (m->rho[r] * dot(n, last, last));
        for (int32_t i = 0; i < n; i++) d[i] *= scale;
    }
    for (int32_t k = 0; k < m->count; k++) {
        const int32_t r = (m->first + k) % WK_MIN_PAIRS;
        const double beta = m->rho[r] * dot(n, y + (int64_t)r * n, d);
        for (int32_t i = 0; i < n; i++) d[i] += (alpha[k] - beta) * s[(int64_t)r * n + i];
    }
    for (int32_t i = 0; i < n; i++)
        if (held(i, x, g, low, high)) d[i] = 0.0;
}

static void remember(wk_min_memory *m, const double *x0, const double *x1, const double *g0,
                     const double *g1)
{
    const int32_t n = m->n;
    const int32_t r = (m->first + m->count) % WK_MIN_PAIRS;
    double *s = m->pairs + (int64_t)r * n, *y = s + (int64_t)WK_MIN_PAIRS * n;
    for (int32_t i = 0; i < n; i++) {
        s[i] = x1[i] - x0[i];
        y[i] = g1[i] - g0[i];
    }
    const double sy = dot(n, s, y);
    if (!(sy > 1e-10 * dot(n, y, y))) return; /* no curvature to learn from */
    m->rho[r] = 1.0 / sy;
    if (m->count < WK_MIN_PAIRS)
        m->count++;
    else
        m->first = (m->first + 1) % WK_MIN_PAIRS;
}

/* Where a parabola through the value, the slope and the refused value has its foot, within a tenth
 * and a half of the step. */
static double shorter(double step, double f, double gain, double f1)
{
    const double rise = f1 - f - gain; /* curvature alone, over the step */
    const double to = isfinite(rise) && rise > 0.0 ? -0.5 * gain / rise : 0.1;
    return step * (to < 0.1 ? 0.1 : to > 0.5 ? 0.5 : to);
}

/* One search along d, from x on. Whether x has moved; f and the gradient are then the new ones. */
static bool search(const wk_min_problem *p, wk_min_memory *m, double *x, const double *d, double *f,
                   double *g, double *to, double *g1)
{
    const int32_t n = p->n;
    double step = m->count > 0 ? 1.0 : 1.0 / fmax(1.0, sqrt(dot(n, d, d)));
    for (int32_t k = 0; k < 20; k++) {
        double gain = 0.0;
        for (int32_t i = 0; i < n; i++) {
            to[i] = x[i] + step * d[i];
            if (p->low != NULL && to[i] < p->low[i]) to[i] = p->low[i];
            if (p->high != NULL && to[i] > p->high[i]) to[i] = p->high[i];
            gain += g[i] * (to[i] - x[i]);
        }
        const double f1 = p->fn(p->user, to, NULL);
        if (!isfinite(f1) || f1 > *f + 1e-4 * gain) {
            step = shorter(step, *f, gain, f1);
            continue;
        }
        if (!(f1 < *f)) return false;
        (void)p->fn(p->user, to, g1);
        remember(m, x, to, g, g1);
        memcpy(x, to, (size_t)n * sizeof *x);
        memcpy(g, g1, (size_t)n * sizeof *g);
        *f = f1;
        return true;
    }
    return false;
}

double wk_minimize(const wk_min_problem *p, double *x, wk_min_memory *kept, double *work)
{
    const int32_t n = p->n;
    double *g = work + (int64_t)2 * WK_MIN_PAIRS * n, *d = g + n, *to = d + n, *g1 = to + n;
    wk_min_memory own = {.n = n, .pairs = work}, *m = kept != NULL ? kept : &own;
    double f = p->fn(p->user, x, NULL);
    if (!isfinite(f)) return WICK_NA;
    (void)p->fn(p->user, x, g);
    for (int32_t round = 0; round < p->rounds; round++) {
        if (steepest(n, x, g, p->low, p->high) <= p->tolerance) break;
        direction(m, x, g, p->low, p->high, d);
        if (!(dot(n, d, g) < 0.0)) { /* the memory misleads: begin again along the gradient */
            m->count = 0;
            direction(m, x, g, p->low, p->high, d);
            if (!(dot(n, d, g) < 0.0)) break;
        }
        if (search(p, m, x, d, &f, g, to, g1)) continue;
        if (m->count == 0) break;
        m->count = 0;
    }
    return f;
}
