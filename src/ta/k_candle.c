/* SPDX-License-Identifier: MIT */
#include "k_candle.h"

/* ---- what settings come to --------------------------------------------------------------------
 */

/** The size a setting measures: the body, both shadows, or the whole range. */
typedef enum measure { BODIES, SHADOWS, RANGES } measure;

static measure measure_of(wk_cdl_setting s)
{
    if (s == BODY_LONG || s == BODY_SHORT || s == SHADOW_LONG || s == SHADOW_VERY_LONG)
        return BODIES;
    return s == SHADOW_SHORT ? SHADOWS : RANGES;
}

WK_INLINE double size_of(measure of, const wk_cdl *x, int64_t i)
{
    const double o = x->o[i], h = x->h[i], l = x->l[i], c = x->c[i];
    if (of == BODIES) return fabs(c - o);
    return of == RANGES ? h - l : (h - max_of(o, c)) + (min_of(o, c) - l);
}

static double size_at(measure of, const wk_cdl *x, int64_t i)
{
    return size_of(of, x, i);
}

int64_t wk_cdl_warmup(const wk_cdl_form *f, const double *p)
{
    int64_t most = f->least;
    for (int32_t k = 0; k < f->uses; k++) {
        const int64_t n = wk_window(p, f->first + 2 * k + 1);
        most = n > most ? n : most;
    }
    return most + f->back;
}

void wk_cdl_view(wk_cdl *x, const wk_cdl_form *f, const double *const *in, const double *p,
                 double *limits, int64_t stride)
{
    *x = (wk_cdl){.o = in[0], .h = in[1], .l = in[2], .c = in[3], .p = p};
    for (int32_t k = 0; k < f->uses; k++)
        for (int64_t age = 0; age < WK_CDL_AGES; age++) {
            if (!(f->use[k].ages >> age & 1u)) continue;
            x->limit[f->use[k].setting][age] = limits;
            limits += stride;
        }
}

void wk_cdl_begin(const wk_cdl *x, const wk_cdl_form *f, int64_t i, wk_cdl_memory *m)
{
    double *sum = m->sum;
    memset(m, 0, sizeof *m);
    for (int32_t k = 0; k < f->uses; k++) {
        const measure of = measure_of(f->use[k].setting);
        for (int64_t age = 0; age < WK_CDL_AGES; age++) {
            if (!(f->use[k].ages >> age & 1u)) continue;
            for (int64_t j = wk_window(x->p, f->first + 2 * k + 1); j > 0; j--)
                *sum += size_at(of, x, i - age - j);
            sum++;
        }
    }
}

/* What the sum changes by on its way past each bar, or, without an average, the size itself. */
WK_INLINE void changes_of(measure of, const wk_cdl *x, int64_t from, int64_t n, int64_t length,
                          double *restrict to)
{
    if (length == 0)
        for (int64_t i = 0; i < n; i++) to[i] = size_of(of, x, from + i);
    else
        for (int64_t i = 0; i < n; i++)
            to[i] = size_of(of, x, from + i) - size_of(of, x, from + i - length);
}

WK_WIDE static void changes(measure of, const wk_cdl *x, int64_t from, int64_t n, int64_t length,
                            double *to)
{
    if (of == BODIES)
        changes_of(BODIES, x, from, n, length, to);
    else if (of == RANGES)
        changes_of(RANGES, x, from, n, length, to);
    else
        changes_of(SHADOWS, x, from, n, length, to);
}

WK_INLINE void carry_of(int count, int64_t n, double *const *column, double *const *sum)
{
    double s[4];
    for (int k = 0; k < count; k++) s[k] = *sum[k];
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < count; k++) {
            const double change = column[k][i];
            column[k][i] = s[k];
            s[k] += change;
        }
    for (int k = 0; k < count; k++) *sum[k] = s[k];
}

/* Changes become the sums before them. Up to four go side by side, each in its own order. */
static void carry(int count, int64_t n, double *const *column, double *const *sum)
{
    switch (count) {
    case 1: carry_of(1, n, column, sum); break;
    case 2: carry_of(2, n, column, sum); break;
    case 3: carry_of(3, n, column, sum); break;
    default: carry_of(4, n, column, sum); break;
    }
}

WK_WIDE static void scale(int64_t n, double *v, double factor, double length, double share)
{
    if (length > 0.0 && share == 1.0)
        for (int64_t i = 0; i < n; i++) v[i] = factor * (v[i] / length);
    else if (length > 0.0)
        for (int64_t i = 0; i < n; i++) v[i] = factor * (v[i] / length) / share;
    else
        for (int64_t i = 0; i < n; i++) v[i] = factor * v[i] / share;
}

WK_INLINE void single_of(measure of, const wk_cdl *x, int64_t from, int64_t n, const double *p,
                         double *sum, double *restrict to)
{
    const int64_t length = (int64_t)p[1];
    double s = *sum;
    for (int64_t i = 0; i < n; i++) {
        to[i] = p[0] * (s / p[1]) / (of == SHADOWS ? 2.0 : 1.0);
        s += size_of(of, x, from + i) - size_of(of, x, from + i - length);
    }
    *sum = s;
}

/* The only average of a pattern: nothing runs beside its chain of additions but the rest of the
 * work, so all is done in one go. */
static void single(measure of, const wk_cdl *x, int64_t from, int64_t n, const double *p,
                   double *sum, double *to)
{
    if (of == BODIES)
        single_of(BODIES, x, from, n, p, sum, to);
    else if (of == RANGES)
        single_of(RANGES, x, from, n, p, sum, to);
    else
        single_of(SHADOWS, x, from, n, p, sum, to);
}

void wk_cdl_limits(wk_cdl *x, const wk_cdl_form *f, int64_t from, int64_t n, wk_cdl_memory *m,
                   double *limits, int64_t stride)
{
    double *column[WK_CDL_LIMITS], *sum[WK_CDL_LIMITS], *to = limits, *s = m->sum;
    int summed = 0;
    x->from = x->i = from;
    if (f->uses == 1 && (f->use[0].ages & (f->use[0].ages - 1)) == 0 && x->p[f->first + 1] > 0.0) {
        int64_t age = 0;
        while (!(f->use[0].ages >> age & 1u)) age++;
        single(measure_of(f->use[0].setting), x, from - age, n, x->p + f->first, m->sum, limits);
        return;
    }
    for (int32_t k = 0; k < f->uses; k++) {
        const int64_t length = wk_window(x->p, f->first + 2 * k + 1);
        for (int64_t age = 0; age < WK_CDL_AGES; age++) {
            if (!(f->use[k].ages >> age & 1u)) continue;
            changes(measure_of(f->use[k].setting), x, from - age, n, length, to);
            if (length > 0) column[summed] = to, sum[summed++] = s;
            to += stride, s++;
        }
    }
    for (int k = 0; k < summed; k += 4)
        carry(summed - k < 4 ? summed - k : 4, n, column + k, sum + k);
    to = limits;
    for (int32_t k = 0; k < f->uses; k++) {
        const double share = measure_of(f->use[k].setting) == SHADOWS ? 2.0 : 1.0;
        for (int64_t age = 0; age < WK_CDL_AGES; age++) {
            if (!(f->use[k].ages >> age & 1u)) continue;
            scale(n, to, x->p[f->first + 2 * k], x->p[f->first + 2 * k + 1], share);
            to += stride;
        }
    }
}

void wk_cdl_follow(const wk_cdl *x, int64_t n, wk_cdl_memory *m, double *found)
{
    for (int64_t k = 0; k < n; k++) {
        const int64_t i = x->i + k;
        if (found[k] != 0.0) {
            m->sign = found[k], m->left = 3;
            m->level = m->sign > 0.0 ? x->h[i - 1] : x->l[i - 1];
        } else if (m->left > 0) {
            m->left--;
            if (m->sign > 0.0 ? x->c[i] > m->level : x->c[i] < m->level) {
                m->left = 0;
                found[k] = 2.0 * m->sign;
            }
        }
    }
}

/* ---- bars -------------------------------------------------------------------------------------
 */

/* Whether a price is missing, infinite or beyond all measure: a difference of such prices less
 * itself is not zero. */
WK_INLINE bool is_odd(double o, double h, double l, double c)
{
    const double far = (h - l) + (c - o);
    return far - far != 0.0;
}

WK_WIDE static bool all_whole(const double *const *in, int64_t from, int64_t n)
{
    const double *o = in[0] + from, *h = in[1] + from, *l = in[2] + from, *c = in[3] + from;
    int bad = 0;
    for (int64_t k = 0; k < n; k++) bad |= is_odd(o[k], h[k], l[k], c[k]);
    return !bad;
}

int64_t wk_cdl_whole(int64_t from, int64_t n, const double *const *in)
{
    int64_t i = from;
    if (all_whole(in, from, n - from)) return n;
    while (i < n && !is_odd(in[0][i], in[1][i], in[2][i], in[3][i])) i++;
    return i;
}

/* An average reaches its length beyond the oldest bar of the pattern; the bar itself is one more.
 */
static int64_t slots(const wk_cdl_form *f, const double *p)
{
    return wk_cdl_warmup(f, p) + WK_CDL_AGES + 1;
}

int64_t wk_cdl_state_size(const wk_cdl_form *f, const double *p)
{
    return (int64_t)sizeof(wk_cdl_state) + 8 * slots(f, p) * (int64_t)sizeof(double);
}

void wk_cdl_state_init(void *state, const wk_cdl_form *f, const double *p)
{
    wk_cdl_state *k = state;
    memset(k, 0, sizeof *k);
    k->slots = slots(f, p);
    wk_fill_na(8 * k->slots, (double *)(void *)(k + 1));
}

int64_t wk_cdl_push(wk_cdl_state *k, const double *in, const double *at[4])
{
    double *ring = (double *)(void *)(k + 1);
    if (is_odd(in[0], in[1], in[2], in[3])) {
        k->bars = 0;
        return -1;
    }
    for (int j = 0; j < 4; j++) {
        double *column = ring + 2 * j * k->slots;
        column[k->at] = column[k->at + k->slots] = in[j];
        at[j] = column + k->at + k->slots;
    }
    k->at = k->at + 1 == k->slots ? 0 : k->at + 1;
    return k->bars++;
}
