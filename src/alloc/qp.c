/* SPDX-License-Identifier: MIT */
/*
 * Strictly convex quadratic programmes by the dual active-set method of Goldfarb and Idnani
 * (Mathematical Programming 27, 1983): begin at the unconstrained minimum, add the most violated
 * limit, step, drop limits whose multiplier would turn negative. Exact to rounding, no starting
 * point, deterministic.
 *
 * Caps on sums of absolute values have 2^n faces; the violated one is made when it is met: its
 * normal is the sign pattern of the point. That is what makes gross and group caps of long-short
 * portfolios cost no more variables.
 *
 * J = L^-T Q is kept by columns (each contiguous), R by columns as well.
 */
#include "alloc/alloc_int.h"

#include <string.h>

enum { NONE, LO, HI, GROUP, GROSS, HI_SHARE, GROUP_SHARE };

typedef struct solver {
    const wk_qp *p;
    int32_t n, iq, eq; /* active limits, of which the first `eq` are equations */
    double *j, *r;     /* n columns of n */
    double *np, *d, *z, *rr, *u, *x, *sums;
    double *normals, *rhs; /* of the active limits, row by row */
    double r_norm;
} solver;

/* ---- the factors -------------------------------------------------------------------------- */

/* Columns of L^-T: forward substitution of unit vectors, row i of L^-1 is column i of L^-T'. */
static void invert(int32_t n, const double *l, double *j)
{
    for (int32_t k = 0; k < n; k++) {
        for (int32_t i = 0; i < n; i++) wk_row(j, n, i)[k] = 0.0;
        wk_row(j, n, k)[k] = 1.0 / wk_crow(l, n, k)[k];
    }
    /* Row i of L^-1 = (e_i - sum_{m<i} l[i][m] row m) / l[i][i]. */
    for (int32_t i = 0; i < n; i++) {
        double *ji = wk_row(j, n, i);
        for (int32_t m = 0; m < i; m++) {
            const double f = wk_crow(l, n, i)[m] / wk_crow(l, n, i)[i];
            const double *jm = wk_crow(j, n, m);
            if (f == 0.0) continue;
            for (int32_t k = 0; k <= m; k++) ji[k] -= f * jm[k];
        }
    }
}

static void directions(solver *s)
{
    const int32_t n = s->n;
    for (int32_t i = 0; i < n; i++) s->d[i] = wk_dot(n, wk_crow(s->j, n, i), s->np);
    memset(s->z, 0, (size_t)n * sizeof *s->z);
    for (int32_t i = s->iq; i < n; i++) {
        const double *ji = wk_crow(s->j, n, i), f = s->d[i];
        for (int32_t k = 0; k < n; k++) s->z[k] += f * ji[k];
    }
    for (int32_t i = s->iq - 1; i >= 0; i--) {
        double v = s->d[i];
        for (int32_t k = i + 1; k < s->iq; k++) v -= wk_crow(s->r, n, k)[i] * s->rr[k];
        s->rr[i] = v / wk_crow(s->r, n, i)[i];
    }
}

static void rotate(int32_t n, double *a, double *b, double c, double sn)
{
    for (int32_t k = 0; k < n; k++) {
        const double t = a[k], v = b[k];
        a[k] = c * t + sn * v;
        b[k] = sn * t - c * v;
    }
}

/* The normal whose directions have been taken becomes active; false when it depends on the others.
 */
static bool add(solver *s, double rhs)
{
    const int32_t n = s->n;
    for (int32_t k = n - 1; k > s->iq; k--) {
        const double a = s->d[k - 1], b = s->d[k], h = hypot(a, b);
        if (b == 0.0) continue;
        s->d[k - 1] = h;
        s->d[k] = 0.0;
        rotate(n, wk_row(s->j, n, k - 1), wk_row(s->j, n, k), a / h, b / h);
    }
    if (fabs(s->d[s->iq]) <= 1e-13 * s->r_norm) return false;
    memcpy(wk_row(s->r, n, s->iq), s->d, (size_t)(s->iq + 1) * sizeof *s->d);
    memcpy(wk_row(s->normals, n, s->iq), s->np, (size_t)n * sizeof *s->np);
    s->rhs[s->iq] = rhs;
    if (fabs(s->d[s->iq]) > s->r_norm) s->r_norm = fabs(s->d[s->iq]);
    s->iq++;
    return true;
}

static void drop(solver *s, int32_t at)
{
    const int32_t n = s->n;
    for (int32_t k = at; k + 1 < s->iq; k++) {
        memcpy(wk_row(s->r, n, k), wk_crow(s->r, n, k + 1), (size_t)(k + 2) * sizeof *s->r);
        memcpy(wk_row(s->normals, n, k), wk_crow(s->normals, n, k + 1), (size_t)n * sizeof *s->r);
        s->rhs[k] = s->rhs[k + 1];
        s->u[k] = s->u[k + 1];
    }
    s->u[s->iq - 1] = s->u[s->iq];
    s->iq--;
    for (int32_t k = at; k < s->iq; k++) {
        double *rk = wk_row(s->r, n, k);
        const double a = rk[k], b = rk[k + 1], h = hypot(a, b);
        if (b == 0.0) continue;
        const double c = a / h, sn = b / h;
        for (int32_t m = k; m < s->iq; m++) {
            double *rm = wk_row(s->r, n, m);
            const double t = rm[k], v = rm[k + 1];
            rm[k] = c * t + sn * v;
            rm[k + 1] = sn * t - c * v;
        }
        rotate(n, wk_row(s->j, n, k), wk_row(s->j, n, k + 1), c, sn);
    }
}

/* Puts the point back onto the active limits, from which many steps have moved it by rounding: the
 * shortest way in the metric of Q, so that it stays optimal on them. */
static void restore(solver *s)
{
    const int32_t n = s->n;
    for (int32_t i = 0; i < s->iq; i++) {
        double v = s->rhs[i] - wk_dot(n, wk_crow(s->normals, n, i), s->x);
        const double *ri = wk_crow(s->r, n, i);
        for (int32_t k = 0; k < i; k++) v -= ri[k] * s->d[k];
        s->d[i] = v / ri[i];
    }
    for (int32_t i = 0; i < s->iq; i++) {
        const double *ji = wk_crow(s->j, n, i);
        for (int32_t k = 0; k < n; k++) s->x[k] += s->d[i] * ji[k];
    }
}

/* ---- the limits --------------------------------------------------------------------------- */

typedef struct violation {
    double slack; /* < 0 */
    int32_t kind, index;
} violation;

static void see(violation *v, double slack, int32_t kind, int32_t index)
{
    if (slack < v->slack) *v = (violation){slack, kind, index};
}

static double sum_of(int32_t n, const double *x)
{
    double t = 0.0;
    for (int32_t i = 0; i < n; i++) t += x[i];
    return t;
}

static violation worst(solver *s, double tol)
{
    const wk_qp *p = s->p;
    violation v = {-tol, NONE, 0};
    const double total = p->hi_share != NULL || p->group_share != NULL ? sum_of(s->n, s->x) : 0.0;
    double gross = 0.0;
    for (int32_t i = 0; i < s->n; i++) {
        if (p->lo != NULL) see(&v, s->x[i] - p->lo[i], LO, i);
        if (p->hi != NULL) see(&v, p->hi[i] - s->x[i], HI, i);
        if (p->hi_share != NULL) see(&v, p->hi_share[i] * total - s->x[i], HI_SHARE, i);
        gross += fabs(s->x[i]);
    }
    if (p->gross > 0.0) see(&v, p->gross - gross, GROSS, 0);
    if (p->group == NULL) return v;
    memset(s->sums, 0, (size_t)p->groups * sizeof *s->sums);
    for (int32_t i = 0; i < s->n; i++)
        if (p->group[i] >= 0)
            s->sums[p->group[i]] += p->group_share != NULL ? s->x[i] : fabs(s->x[i]);
    for (int32_t g = 0; g < p->groups; g++) {
        if (p->group_cap != NULL && p->group_cap[g] > 0.0)
            see(&v, p->group_cap[g] - s->sums[g], GROUP, g);
        if (p->group_share != NULL && p->group_share[g] > 0.0)
            see(&v, p->group_share[g] * total - s->sums[g], GROUP_SHARE, g);
    }
    return v;
}

static double sign_of(double v)
{
    return v > 0.0 ? 1.0 : v < 0.0 ? -1.0 : 0.0;
}

/* The normal of a limit written as np' x >= rhs; returns rhs. */
static double normal_of(solver *s, const violation *v)
{
    const wk_qp *p = s->p;
    memset(s->np, 0, (size_t)s->n * sizeof *s->np);
    switch (v->kind) {
    case LO: s->np[v->index] = 1.0; return p->lo[v->index];
    case HI: s->np[v->index] = -1.0; return -p->hi[v->index];
    case GROSS:
        for (int32_t i = 0; i < s->n; i++) s->np[i] = -sign_of(s->x[i]);
        return -p->gross;
    case GROUP:
        for (int32_t i = 0; i < s->n; i++)
            if (p->group[i] == v->index) s->np[i] = -sign_of(s->x[i]);
        return -p->group_cap[v->index];
    case HI_SHARE:
        for (int32_t i = 0; i < s->n; i++) s->np[i] = p->hi_share[v->index];
        s->np[v->index] -= 1.0;
        return 0.0;
    default:
        for (int32_t i = 0; i < s->n; i++)
            s->np[i] = p->group_share[v->index] - (p->group[i] == v->index ? 1.0 : 0.0);
        return 0.0;
    }
}

/* ---- the method --------------------------------------------------------------------------- */

static void move(solver *s, double t)
{
    for (int32_t i = 0; i < s->n; i++) s->x[i] += t * s->z[i];
}

static void multipliers(solver *s, double t)
{
    for (int32_t k = 0; k < s->iq; k++) s->u[k] -= t * s->rr[k];
    s->u[s->iq] += t;
}

static void equation(solver *s)
{
    memcpy(s->np, s->p->eq, (size_t)s->n * sizeof *s->np);
    directions(s);
    const double zz = wk_dot(s->n, s->z, s->np);
    const double t = (s->p->eq_rhs - wk_dot(s->n, s->np, s->x)) / zz;
    s->u[0] = 0.0;
    move(s, t);
    multipliers(s, t);
    s->eq = add(s, s->p->eq_rhs) ? 1 : 0;
}

/* Brings one violated limit in; false: no point keeps them all. */
static bool take_in(solver *s, const violation *v)
{
    const double rhs = normal_of(s, v);
    s->u[s->iq] = 0.0;
    for (;;) {
        directions(s);
        const double zn = wk_dot(s->n, s->z, s->np), scale = wk_dot(s->n, s->d, s->d);
        const bool stuck = !(zn > 1e-13 * scale);
        double t1 = (double)INFINITY, t2 = (double)INFINITY;
        int32_t at = -1;
        for (int32_t k = s->eq; k < s->iq; k++) {
            if (!(s->rr[k] > 1e-14) || !(s->u[k] / s->rr[k] < t1)) continue;
            t1 = s->u[k] / s->rr[k];
            at = k;
        }
        if (!stuck) t2 = (rhs - wk_dot(s->n, s->np, s->x)) / zn;
        if (t2 < 0.0) t2 = 0.0;
        if (stuck && at < 0) return false;
        const double t = t1 < t2 ? t1 : t2;
        if (!stuck) move(s, t);
        multipliers(s, t);
        if (!stuck && t == t2) return add(s, rhs);
        drop(s, at);
    }
}

static bool room(solver *s, wick_arena *a, int32_t groups)
{
    const int64_t n = s->n, d = (int64_t)sizeof(double);
    s->j = wick_arena_alloc(a, n * n * d);
    s->r = wick_arena_zalloc(a, n * n * d);
    s->normals = wick_arena_alloc(a, n * n * d);
    double *v = wick_arena_zalloc(a, (7 * n + 1 + groups) * d);
    if (s->j == NULL || s->r == NULL || s->normals == NULL || v == NULL) return false;
    s->np = v;
    s->d = v + n;
    s->z = v + 2 * n;
    s->rr = v + 3 * n;
    s->u = v + 4 * n; /* one more than n */
    s->rhs = v + 5 * n + 1;
    s->sums = v + 6 * n + 1;
    return true;
}

/* Each turn takes away all but a millionth or so of what rounding has left; what is then outside a
 * bound lies on it. */
static wick_status settle(solver *s, const wk_qp *p, double *x)
{
    for (int k = 0; k < 3; k++) restore(s);
    for (int32_t i = 0; i < p->n; i++) {
        if (p->lo != NULL && x[i] < p->lo[i]) x[i] = p->lo[i];
        if (p->hi != NULL && x[i] > p->hi[i]) x[i] = p->hi[i];
    }
    return WICK_OK;
}

static wick_status impossible(wick_ctx *ctx)
{
    return wick_fail(ctx, WICK_E_ARG,
                     "no weights keep all the limits together: caps, gross "
                     "exposure and budget contradict each other");
}

static wick_status attempt(wick_ctx *ctx, wick_arena *scratch, const wk_qp *p, double *x,
                           double *ridge)
{
    const int32_t n = p->n;
    solver s = {.p = p, .n = n, .x = x, .r_norm = 1.0};
    const double *l = wk_chol_of(scratch, n, p->q, ridge);
    if (l == NULL)
        return wick_fail(ctx, WICK_E_ARG, "the covariance has no positive variance to work with");
    if (!room(&s, scratch, p->groups)) return wick_fail_mem(ctx);
    invert(n, l, s.j);
    /* x = Q^-1 c = L^-T (L^-1 c); rows of j are rows of L^-1, that is columns of L^-T. */
    memset(x, 0, (size_t)n * sizeof *x);
    for (int32_t i = 0; i < n && p->c != NULL; i++) {
        const double f = wk_dot(n, wk_crow(s.j, n, i), p->c);
        for (int32_t k = 0; k < n; k++) x[k] += f * wk_crow(s.j, n, i)[k];
    }
    if (p->eq != NULL) equation(&s);
    double scale = 1.0;
    for (int64_t step = 0; step < 40 * (int64_t)n + 1000; step++) {
        for (int32_t i = 0; i < n; i++) scale = fabs(x[i]) > scale ? fabs(x[i]) : scale;
        violation v = worst(&s, 1e-12 * scale);
        if (v.kind == NONE) {
            restore(&s);
            v = worst(&s, 1e-11 * scale);
        }
        if (v.kind == NONE) return settle(&s, p, x);
        if (s.iq >= n && v.slack > -1e-9 * scale) return settle(&s, p, x); /* a vertex */
        if (!take_in(&s, &v)) return v.slack > -1e-9 * scale ? settle(&s, p, x) : impossible(ctx);
        scale = 1.0;
    }
    return wick_fail(ctx, WICK_E_ARG,
                     "the weights do not settle: the covariance is too close to "
                     "singular");
}

wick_status wk_qp_solve(wick_ctx *ctx, wick_arena *scratch, const wk_qp *p, double *x)
{
    double ridge = 0.0;
    for (;;) {
        const wick_status st = attempt(ctx, scratch, p, x, &ridge);
        /* Near a singular matrix rounding can hide the way; a firmer one shows whether there is. */
        if (st != WICK_E_ARG || ridge >= 1e-3) return st;
        wick_ctx_clear(ctx);
        ridge = ridge > 0.0 ? 10.0 * ridge : 1e-6;
    }
}
