/* SPDX-License-Identifier: MIT */
#include "opt/minimize.h"

#include <string.h>

typedef struct memory {
    int32_t n, count, first;
    double *s, *y; /* WK_MIN_PAIRS rows each */
    double rho[WK_MIN_PAIRS];
} memory;

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
static void direction(const memory *m, const double *x, const double *g, const double *low,
                      const double *high, double *d)
{
    double alpha[WK_MIN_PAIRS];
    const int32_t n = m->n;
    for (int32_t i = 0; i < n; i++) d[i] = held(i, x, g, low, high) ? 0.0 : -g[i];
    for (int32_t k = m->count - 1; k >= 0; k--) {
        const int32_t r = (m->first + k) % WK_MIN_PAIRS;
        alpha[k] = m->rho[r] * dot(n, m->s + (int64_t)r * n, d);
        for (int32_t i = 0; i < n; i++) d[i] -= alpha[k] * m->y[(int64_t)r * n + i];
    }
    if (m->count > 0) {
        const int32_t r = (m->first + m->count - 1) % WK_MIN_PAIRS;
        const double *y = m->y + (int64_t)r * n;
        const double scale = 1.0 / (m->rho[r] * dot(n, y, y));
        for (int32_t i = 0; i < n; i++) d[i] *= scale;
    }
    for (int32_t k = 0; k < m->count; k++) {
        const int32_t r = (m->first + k) % WK_MIN_PAIRS;
        const double beta = m->rho[r] * dot(n, m->y + (int64_t)r * n, d);
        for (int32_t i = 0; i < n; i++) d[i] += (alpha[k] - beta) * m->s[(int64_t)r * n + i];
    }
    for (int32_t i = 0; i < n; i++)
        if (held(i, x, g, low, high)) d[i] = 0.0;
}

static void remember(memory *m, const double *x0, const double *x1, const double *g0,
                     const double *g1)
{
    const int32_t n = m->n;
    const int32_t r = (m->first + m->count) % WK_MIN_PAIRS;
    double *s = m->s + (int64_t)r * n, *y = m->y + (int64_t)r * n;
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

double wk_minimize(int32_t n, double *x, const double *low, const double *high, wk_smooth_fn fn,
                   void *user, int32_t rounds, double tolerance, double *work)
{
    memory m = {.n = n, .s = work, .y = work + (int64_t)WK_MIN_PAIRS * n};
    double *g = work + (int64_t)2 * WK_MIN_PAIRS * n, *d = g + n, *to = d + n, *g1 = to + n;
    double f = fn(user, x, g);
    if (!isfinite(f)) return WICK_NA;
    for (int32_t round = 0; round < rounds; round++) {
        if (steepest(n, x, g, low, high) <= tolerance) break;
        direction(&m, x, g, low, high, d);
        double slope = dot(n, d, g);
        if (!(slope < 0.0)) { /* the memory misleads: begin again along the gradient */
            m.count = 0;
            direction(&m, x, g, low, high, d);
            slope = dot(n, d, g);
            if (!(slope < 0.0)) break;
        }
        double step = m.count > 0 ? 1.0 : 1.0 / fmax(1.0, sqrt(dot(n, d, d)));
        bool moved = false;
        for (int32_t k = 0; k < 20 && !moved; k++, step *= k == 1 ? 0.5 : 0.25) {
            double gain = 0.0;
            for (int32_t i = 0; i < n; i++) {
                to[i] = x[i] + step * d[i];
                if (low != NULL && to[i] < low[i]) to[i] = low[i];
                if (high != NULL && to[i] > high[i]) to[i] = high[i];
                gain += g[i] * (to[i] - x[i]);
            }
            const double f1 = fn(user, to, g1);
            if (!isfinite(f1) || f1 > f + 1e-4 * gain) continue;
            moved = f1 < f;
            if (!moved) break;
            remember(&m, x, to, g, g1);
            memcpy(x, to, (size_t)n * sizeof *x);
            memcpy(g, g1, (size_t)n * sizeof *g);
            f = f1;
        }
        if (!moved) {
            if (m.count == 0) break;
            m.count = 0;
        }
    }
    return f;
}
