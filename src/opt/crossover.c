/* SPDX-License-Identifier: MIT */
/* Crossovers and mutation. Sources: Deb and Agrawal 1995 (SBX), Ballester and Carter 2004 (vSBX),
 * Eshelman and Schaffer 1993 (BLX), Tsutsui et al. 1999 (SPX), Ono and Kobayashi 1997 (UNDX); order
 * of draws and details as in Optuna. */
#include <string.h>

#include "opt/ga_int.h"

int32_t wk_crossover_parents(int32_t kind)
{
    return kind == WK_X_SPX || kind == WK_X_UNDX ? 3 : 2;
}

static void uniforms(wk_rng *g, double *v, int32_t n)
{
    for (int32_t i = 0; i < n; i++) v[i] = wk_uniform(g);
}

/* Both SBX forms: take genes of the children or the parents, swap some, then one of the two. */
static void exchange(const double *p, int32_t d, double *c1, double *c2, wk_rng *g, double *child)
{
    for (int32_t i = 0; i < d; i++) {
        const bool own = wk_uniform(g) < 0.5;
        if (!own) {
            c1[i] = p[i];
            c2[i] = p[d + i];
        }
        if (wk_uniform(g) < 0.5) {
            const double x = c1[i];
            c1[i] = c2[i];
            c2[i] = x;
        }
    }
    memcpy(child, wk_uniform(g) < 0.5 ? c1 : c2, (size_t)d * sizeof *child);
}

static double sbx_q(double b, double v, double eta)
{
    const double a = 2.0 - pow(b, -(eta + 1.0));
    return v <= 1.0 / a ? pow(v * a, 1.0 / (eta + 1.0))
                        : pow(1.0 / (2.0 - v * a), 1.0 / (eta + 1.0));
}

static void sbx(const double *p, int32_t d, const double *low, const double *high, double eta,
                wk_rng *g, double *s, double *child)
{
    double *v = s, *c1 = s + d, *c2 = s + 2 * d;
    uniforms(g, v, d);
    for (int32_t i = 0; i < d; i++) {
        const double x = p[i], y = p[d + i], lo = x < y ? x : y, hi = x < y ? y : x;
        const double w = hi - lo > 1e-10 ? hi - lo : 1e-10;
        const double q1 = sbx_q(1.0 + 2.0 * (lo - low[i]) / w, v[i], eta);
        const double q2 = sbx_q(1.0 + 2.0 * (high[i] - hi) / w, v[i], eta);
        c1[i] = 0.5 * ((lo + hi) - q1 * w);
        c2[i] = 0.5 * ((lo + hi) + q2 * w);
    }
    exchange(p, d, c1, c2, g, child);
}

static void vsbx(const double *p, int32_t d, double eta, wk_rng *g, double *s, double *child)
{
    double *b1 = s, *b2 = s + d, *c1 = s + 2 * d, *c2 = s + 3 * d;
    uniforms(g, b1, d);
    for (int32_t i = 0; i < d; i++) {
        const double a = 2.0 * b1[i], b = 2.0 * (1.0 - b1[i]);
        b1[i] = pow(1.0 / (a > 1e-10 ? a : 1e-10), 1.0 / (eta + 1.0));
        b2[i] = pow(1.0 / (b > 1e-10 ? b : 1e-10), 1.0 / (eta + 1.0));
    }
    const bool first = wk_uniform(g) <= 0.5;
    for (int32_t i = 0; i < d; i++)
        c1[i] = first ? 0.5 * ((1.0 + b1[i]) * p[i] + (1.0 - b2[i]) * p[d + i])
                      : 0.5 * ((1.0 - b1[i]) * p[i] + (1.0 + b2[i]) * p[d + i]);
    const bool second = wk_uniform(g) <= 0.5;
    for (int32_t i = 0; i < d; i++)
        c2[i] = second ? 0.5 * ((3.0 - b1[i]) * p[i] - (1.0 - b2[i]) * p[d + i])
                       : 0.5 * (-(1.0 - b1[i]) * p[i] + (3.0 - b2[i]) * p[d + i]);
    exchange(p, d, c1, c2, g, child);
}

static void spx(const double *p, int32_t d, wk_rng *g, double *s, double *child)
{
    double *x = s, *c = s + 3 * d;
    const double r0 = wk_uniform(g), r1 = sqrt(wk_uniform(g)), e = sqrt(d + 2.0);
    for (int32_t i = 0; i < d; i++) {
        const double mean = (p[i] + p[d + i] + p[2 * d + i]) / 3.0;
        for (int k = 0; k < 3; k++) x[k * d + i] = mean + e * (p[k * d + i] - mean);
        c[i] = r0 * (x[i] - x[d + i]);
        c[i] = r1 * (x[d + i] - x[2 * d + i] + c[i]);
        child[i] = x[2 * d + i] + c[i];
    }
}

static double dot(const double *a, const double *b, int32_t d)
{
    double v = 0.0;
    for (int32_t i = 0; i < d; i++) v += a[i] * b[i];
    return v;
}

/* Q of the QR factorisation of the identity with its first column replaced by e, by Householder
 * reflections with LAPACK's signs. `a` (d*d, column by column) is destroyed. */
static void complement(const double *e, int32_t d, double *a, double *q, double *v)
{
    memset(a, 0, (size_t)(d * d) * sizeof *a);
    memset(q, 0, (size_t)(d * d) * sizeof *q);
    for (int32_t i = 0; i < d; i++) a[i * d + i] = q[i * d + i] = 1.0;
    memcpy(a, e, (size_t)d * sizeof *a);
    for (int32_t k = 0; k < d; k++) {
        double *col = a + k * d, tail = 0.0;
        for (int32_t i = k + 1; i < d; i++) tail += col[i] * col[i];
        if (tail == 0.0) continue; /* LAPACK leaves such a column alone */
        const double norm = sqrt(col[k] * col[k] + tail), beta = col[k] >= 0.0 ? -norm : norm;
        memset(v, 0, (size_t)d * sizeof *v);
        for (int32_t i = k; i < d; i++) v[i] = col[i];
        v[k] -= beta;
        const double vv = dot(v, v, d);
        for (int32_t j = k; j < d; j++) {
            const double f = 2.0 * dot(v, a + j * d, d) / vv;
            for (int32_t i = k; i < d; i++) a[j * d + i] -= f * v[i];
        }
        /* Q = H1 H2 ...: each reflection from the right, on rows of Q. */
        for (int32_t i = 0; i < d; i++) {
            double f = 0.0;
            for (int32_t j = k; j < d; j++) f += q[j * d + i] * v[j];
            f *= 2.0 / vv;
            for (int32_t j = k; j < d; j++) q[j * d + i] -= f * v[j];
        }
    }
}

static void undx(const double *p, int32_t d, wk_rng *g, double *s, double *child)
{
    double *eta = s, *e = s + d, *v = s + 2 * d, *a = s + 6 * d, *q = a + d * d;
    /* Standard deviations are the squares of the published sigmas: kept as Optuna has it. */
    const double sigma_eta = 0.35 * 0.35 / d, sigma_xi = 0.25;
    double norm = 0.0;
    for (int32_t i = 0; i < d; i++) {
        e[i] = p[d + i] - p[i];
        norm += e[i] * e[i];
    }
    norm = sqrt(norm);
    for (int32_t i = 0; i < d; i++) e[i] /= norm > 1e-10 ? norm : 1e-10;
    for (int32_t i = 0; i < d; i++) eta[i] = sigma_eta * wk_normal(g);
    const double xi = sigma_xi * wk_normal(g);
    double along = 0.0, h = 0.0;
    for (int32_t i = 0; i < d; i++) along += (p[2 * d + i] - p[i]) * e[i];
    for (int32_t i = 0; i < d; i++) {
        const double x = (p[2 * d + i] - p[i]) - along * e[i];
        h += x * x;
    }
    h = sqrt(h);
    complement(e, d, a, q, v);
    for (int32_t i = 0; i < d; i++) {
        double x = 0.5 * (p[i] + p[d + i]) + xi * (p[i] - p[d + i]);
        for (int32_t j = 1; j < d; j++) x += h * eta[j - 1] * q[j * d + i];
        child[i] = x;
    }
}

void wk_crossover(int32_t kind, const double *p, int32_t d, const double *low, const double *high,
                  bool several, double swapping, wk_rng *g, double *s, double *child)
{
    const double eta = several ? 20.0 : 2.0;
    switch (kind) {
    case WK_X_BLX:
        for (int32_t i = 0; i < d; i++) {
            const double x = p[i], y = p[d + i], lo = x < y ? x : y, hi = x < y ? y : x;
            const double w = 0.5 * (hi - lo);
            child[i] = (lo - w) + ((hi + w) - (lo - w)) * wk_uniform(g);
        }
        break;
    case WK_X_SBX: sbx(p, d, low, high, eta, g, s, child); break;
    case WK_X_VSBX: vsbx(p, d, eta, g, s, child); break;
    case WK_X_SPX: spx(p, d, g, s, child); break;
    case WK_X_UNDX: undx(p, d, g, s, child); break;
    default:
        for (int32_t i = 0; i < d; i++) child[i] = wk_uniform(g) >= swapping ? p[d + i] : p[i];
        break;
    }
}

double wk_mutate(double x, double low, double high, double eta, wk_rng *g)
{
    const double u = wk_uniform(g), w = high - low, e = eta + 1.0;
    if (!(w > 0.0)) return x;
    double delta;
    if (u <= 0.5) {
        delta = pow(2.0 * u + (1.0 - 2.0 * u) * pow(1.0 - (x - low) / w, e), 1.0 / e) - 1.0;
    } else {
        delta =
            1.0 - pow(2.0 * (1.0 - u) + 2.0 * (u - 0.5) * pow(1.0 - (high - x) / w, e), 1.0 / e);
    }
    const double y = x + delta * w;
    return y < low ? low : y > high ? high : y;
}
