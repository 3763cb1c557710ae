/* SPDX-License-Identifier: MIT */
/* The two mixtures of a TPE choice. The kernels of the worse set are many and change little from
 * one trial to the next: those whose neighbours came or went are found and made anew, the others
 * stay. */
#include <stdlib.h>
#include <string.h>

#include "opt/tpe_int.h"

static const double SQRT_HALF = 0.70710678118654752440;
static const double HALF_LOG_2PI = 0.91893853320467274178;

/* ---- which trial is on which side ----------------------------------------------------------- */

static void weigh_above(const wk_tpe_draw *w)
{
    wk_tpe_view *v = w->v;
    const int64_t n = v->n + v->n_running, m = w->n_above, ramp = m < 25 ? 0 : m - 25;
    const double first = m > 0 ? 1.0 / (double)m : 1.0;
    const double rise = ramp > 1 ? (1.0 - first) / (double)(ramp - 1) : 0.0;
    for (int64_t i = 0, k = 0; i < n; i++) {
        const int32_t slot = v->by_number[i];
        const bool on = v->side[slot] == WK_ABOVE;
        v->weight[slot] = !on ? 0.0 : k < ramp ? first + rise * (double)k : 1.0;
        k += on;
    }
}

static void split(wk_tpe_draw *w, const int32_t *chosen, int64_t n_chosen,
                  const double *slot_weight)
{
    wk_tpe_view *v = w->v;
    const int64_t n = v->n + v->n_running;
    memset(v->side, WK_ABOVE, (size_t)n);
    for (int32_t j = 0; j < w->d; j++) {
        const uint8_t *has = wk_tpe_col(v, w->p[j].name)->has;
        for (int64_t i = 0; i < n; i++) v->side[i] = (uint8_t)(v->side[i] * has[i]);
    }
    for (int64_t i = 0; i < n_chosen; i++)
        if (v->side[chosen[i]] == WK_ABOVE) v->side[chosen[i]] = WK_BELOW;
    w->n_below = w->n_above = 0;
    for (int64_t i = 0; i < n; i++) {
        const int32_t slot = v->by_number[i];
        w->n_above += v->side[slot] == WK_ABOVE;
        if (v->side[slot] != WK_BELOW) continue;
        v->pos[slot] = (int32_t)w->n_below;
        w->below[w->n_below++] = slot;
    }
    if (slot_weight == NULL) {
        wk_tpe_weights(w->n_below, w->below_weight);
    } else {
        for (int64_t i = 0; i < w->n_below; i++) w->below_weight[i] = slot_weight[w->below[i]];
    }
    w->below_weight[w->n_below] = 1.0;
    weigh_above(w);
}

/* ---- one kernel ----------------------------------------------------------------------------- */

typedef struct column {
    wk_tpe_draw *w;
    wk_tpe_view *v;
    wk_col *c;
    int32_t j;
    bool discrete, failed; /* failed: no memory for a class */
    double width, least[2];
} column;

static double normaliser(const column *k, double mu, double sigma)
{
    const double mass = wk_log_mass((k->c->low - mu) / sigma, (k->c->high - mu) / sigma);
    return k->discrete ? -mass : -mass - log(sigma) - HALF_LOG_2PI;
}

static bool larger(double **array, int64_t n)
{
    double *p = realloc(*array, (size_t)n * sizeof *p);
    if (p != NULL) *array = p;
    return p != NULL;
}

/* Kernels with equal centre and width are one class; the last `back` classes are looked at. */
static int32_t class_of(column *k, wk_tpe_classes *a, double mu, double sigma, int64_t back)
{
    const int64_t stop = a->n > back ? a->n - back : 0;
    for (int64_t i = a->n - 1; i >= stop; i--)
        if (a->mu[i] == mu && a->sigma[i] == sigma) return (int32_t)i;
    if (a->n == a->cap) {
        const int64_t cap = a->cap == 0 ? 64 : 2 * a->cap;
        if (!larger(&a->mu, cap) || !larger(&a->sigma, cap)) {
            k->failed = true;
            return 0;
        }
        a->cap = cap;
    }
    a->mu[a->n] = mu;
    a->sigma[a->n] = sigma;
    return (int32_t)a->n++;
}

/* A slot is on one side only: what is kept of its kernel serves both. In sorted order equal kernels
 * are neighbours (`back` 1); of single ones nothing is known. */
static void settle(column *k, int side, int32_t slot, double sigma, int64_t back)
{
    wk_col *c = k->c;
    const double mu = c->mu[slot];
    sigma = sigma < k->least[side] ? k->least[side] : sigma > k->width ? k->width : sigma;
    if (c->sigma[slot] != sigma) {
        c->sigma[slot] = sigma;
        c->inv[slot] = SQRT_HALF / sigma;
        c->norm[slot] = normaliser(k, mu, sigma);
    }
    if (side == 1) {
        if (k->discrete) c->cls[slot] = class_of(k, &c->classes, mu, sigma, back);
        return;
    }
    const int32_t i = k->v->pos[slot];
    k->w->b_mu[k->j][i] = mu;
    k->w->b_sigma[k->j][i] = sigma;
    k->w->b_inv[k->j][i] = c->inv[slot];
    k->w->b_norm[k->j][i] = c->norm[slot];
    if (k->discrete) k->w->b_cls[k->j][i] = class_of(k, &k->w->b_classes[k->j], mu, sigma, back);
}

/* Rule A: sigma is the larger distance to a neighbour; the outermost kernels look inwards only, one
 * alone looks to the bounds. `before` and `after`: slots, -1 for none. */
static double reach(const column *k, int32_t before, int32_t slot, int32_t after)
{
    const wk_col *c = k->c;
    const double mu = c->mu[slot];
    if (before < 0 && after >= 0) return c->mu[after] - mu;
    const double left = mu - (before < 0 ? c->low : c->mu[before]);
    if (before >= 0 && after < 0) return left;
    const double right = (after < 0 ? c->high : c->mu[after]) - mu;
    return left > right ? left : right;
}

/* ---- all kernels of a side ------------------------------------------------------------------ */

/* Rule B: one sigma for all, by the number of trials and of parameters drawn together. */
static double one_width(const column *k, int64_t total)
{
    const double n = total > 1 ? (double)total : 1.0;
    return 0.2 * pow(n, -1.0 / (k->w->d + 4.0)) * k->width;
}

/* `slot`: those of the side, sorted. */
static void all_kernels(column *k, int side, const int32_t *slot, int64_t n)
{
    if (k->w->rule_b) {
        const double sigma = one_width(k, side == 0 ? k->w->n_below : k->w->n_above);
        for (int64_t i = 0; i < n; i++) settle(k, side, slot[i], sigma, 1);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        settle(k, side, slot[i],
               reach(k, i > 0 ? slot[i - 1] : -1, slot[i], i + 1 < n ? slot[i + 1] : -1), 1);
}

/* The slots of a side in the column's order. */
static int64_t sorted(const column *k, int side, int32_t *out)
{
    const wk_col *c = k->c;
    const uint8_t *on = k->v->side, want = side == 0 ? WK_BELOW : WK_ABOVE;
    int64_t n = 0;
    if (side == 1 || k->w->n_below > 64) {
        for (int64_t i = 0; i < c->n_order; i++) {
            out[n] = c->order[i];
            n += on[c->order[i]] == want;
        }
        return n;
    }
    for (; n < k->w->n_below; n++) { /* by number already, which decides between equal ones */
        const int32_t slot = k->w->below[n];
        int64_t at = n;
        for (; at > 0 && c->mu[out[at - 1]] > c->mu[slot]; at--) out[at] = out[at - 1];
        out[at] = slot;
    }
    return n;
}

/* ---- the kernels that changed --------------------------------------------------------------- */

static int64_t next_above(const column *k, int64_t place, int64_t by)
{
    const wk_col *c = k->c;
    for (place += by; place >= 0 && place < c->n_order; place += by)
        if (k->v->side[c->order[place]] == WK_ABOVE) return place;
    return -1;
}

static void make_again(column *k, int64_t place)
{
    const wk_col *c = k->c;
    const int64_t before = next_above(k, place, -1), after = next_above(k, place, 1);
    settle(k, 1, c->order[place],
           reach(k, before < 0 ? -1 : c->order[before], c->order[place],
                 after < 0 ? -1 : c->order[after]),
           INT64_MAX);
}

/* Something happened at this slot or beside it. */
static void mend(column *k, int32_t slot)
{
    const int64_t place = wk_tpe_place(k->v, k->c, slot);
    const int64_t before = next_above(k, place, -1), after = next_above(k, place, 1);
    if (k->v->side[slot] == WK_ABOVE) make_again(k, place);
    if (before >= 0) make_again(k, before);
    if (after >= 0) make_again(k, after);
}

static void mend_all(column *k)
{
    wk_col *c = k->c;
    const uint8_t *side = k->v->side;
    const int64_t n = k->v->n + k->v->n_running;
    for (int64_t i = 0; i < c->n_gone; i++) mend(k, c->gone[i]);
    for (int64_t i = 0; i < n; i += 8) {
        const int64_t last = i + 8 < n ? i + 8 : n;
        if (memcmp(c->was + i, side + i, (size_t)(last - i)) == 0) continue;
        for (int64_t s = i; s < last; s++)
            if (c->was[s] != side[s] && c->has[s]) mend(k, (int32_t)s);
    }
}

static void make_all(column *k)
{
    wk_col *c = k->c;
    if (k->discrete) {
        memset(c->cls, 0, (size_t)k->v->cap * sizeof *c->cls);
        c->classes.n = 0;
        (void)class_of(k, &c->classes, 0.5 * (c->low + c->high), k->width, 0); /* the prior */
    }
    all_kernels(k, 1, k->v->sorted, sorted(k, 1, k->v->sorted));
    c->few_classes = c->classes.n;
}

/* ---- columns -------------------------------------------------------------------------------- */

static void use_dist(column *k, const wick_dist *d, int32_t id)
{
    wk_col *c = k->c;
    if (c->dist == id) return;
    wk_domain(d, &c->low, &c->high);
    for (int64_t i = 0; i < k->v->cap; i++) c->sigma[i] = -1.0;
    c->dist = id;
    c->least = -1.0;
    k->width = c->high - c->low;
    c->prior_norm = normaliser(k, 0.5 * (c->low + c->high), k->width);
}

/* The prior: the whole range. */
static void put_prior(column *k)
{
    wk_col *c = k->c;
    wk_tpe_draw *w = k->w;
    const double mu = 0.5 * (c->low + c->high);
    const int64_t b = w->n_below, n = k->v->n + k->v->n_running;
    w->b_mu[k->j][b] = c->mu[n] = mu;
    w->b_sigma[k->j][b] = k->width;
    w->b_inv[k->j][b] = c->inv[n] = SQRT_HALF / k->width;
    w->b_norm[k->j][b] = c->norm[n] = c->prior_norm;
    if (!k->discrete) return;
    w->b_cls[k->j][b] = class_of(k, &w->b_classes[k->j], mu, k->width, 1);
    c->cls[n] = 0;
}

static wick_status numeric(wick_ctx *ctx, wk_tpe_draw *w, int32_t j, const wick_dist *d)
{
    column k = {w, w->v, wk_tpe_col(w->v, w->p[j].name), j, d->step > 0.0, false, 0.0, {0.0, 0.0}};
    wk_col *c = k.c;
    use_dist(&k, d, w->p[j].dist);
    k.width = c->high - c->low;
    for (int s = 0; s < 2; s++) {
        const double kernels = 2.0 + (double)(s == 0 ? w->n_below : w->n_above);
        k.least[s] = k.width / (kernels < 100.0 ? kernels : 100.0);
    }
    if (w->rule_b) c->least = -1.0;
    /* The least width is that of all kernels; classes that nobody belongs to pile up. */
    if (c->least != k.least[1] || c->classes.n > 2 * c->few_classes + 64)
        make_all(&k);
    else
        mend_all(&k);
    c->n_gone = 0;
    c->least = w->rule_b ? -1.0 : k.least[1];
    memcpy(c->was, k.v->side, (size_t)(k.v->n + k.v->n_running));
    w->b_classes[j].n = 0;
    all_kernels(&k, 0, k.v->sorted, sorted(&k, 0, k.v->sorted));
    put_prior(&k);
    if (k.failed) c->least = -1.0;
    return k.failed ? wick_fail_mem(ctx) : WICK_OK;
}

/* Classes are the choices; the prior is one more. */
static void categorical(wk_tpe_draw *w, int32_t j, const wick_dist *d)
{
    wk_tpe_view *v = w->v;
    wk_col *c = wk_tpe_col(v, w->p[j].name);
    const int64_t n = v->n + v->n_running;
    for (int64_t i = 0; i < n; i++) c->cls[i] = c->has[i] ? (int32_t)c->mu[i] : 0;
    for (int64_t i = 0; i < w->n_below; i++) w->b_cls[j][i] = c->cls[w->below[i]];
    w->b_cls[j][w->n_below] = c->cls[n] = (int32_t)d->n_choices;
    w->b_classes[j].n = c->classes.n = d->n_choices + 1;
}

static void pad(const wk_tpe_draw *w, int32_t j, wk_col *c)
{
    const int64_t n = w->v->n + w->v->n_running, b = w->n_below;
    for (int64_t i = n + 1; i % WK_MIX_BLOCK != 0; i++) {
        c->mu[i] = c->inv[i] = 0.0;
        c->cls[i] = 0;
    }
    for (int64_t i = b + 1; i % WK_MIX_BLOCK != 0; i++) {
        w->b_mu[j][i] = w->b_inv[j][i] = 0.0;
        w->b_cls[j][i] = 0;
    }
}

wick_status wk_tpe_mixtures(wick_ctx *ctx, wk_tpe_draw *w, const int32_t *chosen, int64_t n_chosen,
                            const double *slot_weight)
{
    wk_tpe_view *v = w->v;
    split(w, chosen, n_chosen, slot_weight);
    const int64_t n = v->n + v->n_running, b = w->n_below;
    v->weight[n] = 1.0;
    for (int64_t i = 0; i < n; i++) v->constant[i] = v->side[i] == WK_ABOVE ? 0.0 : -1e300;
    v->constant[n] = 0.0;
    for (int64_t i = 0; i <= b; i++) w->b_constant[i] = 0.0;
    for (int64_t i = n + 1; i % WK_MIX_BLOCK != 0; i++) {
        v->weight[i] = 0.0;
        v->constant[i] = -1e300;
    }
    for (int64_t i = b + 1; i % WK_MIX_BLOCK != 0; i++) {
        w->below_weight[i] = 0.0;
        w->b_constant[i] = -1e300;
    }
    for (int32_t j = 0; j < w->d; j++) {
        const wick_dist *d = wk_dist_at(v->study, w->p[j].dist);
        wk_col *c = wk_tpe_col(v, w->p[j].name);
        const bool table = d->kind == WICK_DIST_CATEGORICAL || d->step > 0.0;
        if (d->kind == WICK_DIST_CATEGORICAL) {
            categorical(w, j, d);
        } else {
            const wick_status st = numeric(ctx, w, j, d);
            if (st < 0) return st;
            for (int64_t i = 0; i <= n; i++) v->constant[i] += c->norm[i];
            for (int64_t i = 0; i <= b; i++) w->b_constant[i] += w->b_norm[j][i];
        }
        pad(w, j, c);
        w->dim_above[j] = (wk_mix_dim){c->mu, table ? NULL : c->inv, c->cls};
        w->dim_below[j] = (wk_mix_dim){w->b_mu[j], table ? NULL : w->b_inv[j], w->b_cls[j]};
    }
    return WICK_OK;
}
