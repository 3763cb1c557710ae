/* SPDX-License-Identifier: MIT */
/* One TPE choice: the two mixtures, candidates drawn from the better one, the best ratio of the two
 * densities. Source: Bergstra et al. 2011; Watanabe 2023; the rules and their numbers are Optuna's.
 */
#include <stdlib.h>
#include <string.h>

#include "opt/tpe_int.h"

static const double SQRT_HALF = 0.70710678118654752440;
static const double HALF_LOG_2PI = 0.91893853320467274178;

int64_t wk_tpe_gamma(int64_t n, bool capped)
{
    const int64_t k = (n + 9) / 10; /* ceil(0.1 n) */
    return capped && k > 25 ? 25 : k;
}

void wk_tpe_weights(int64_t n, double *out)
{
    const int64_t ramp = n < 25 ? 0 : n - 25;
    const double first = n > 0 ? 1.0 / (double)n : 1.0;
    for (int64_t i = 0; i < n; i++)
        out[i] = i >= ramp   ? 1.0
                 : ramp == 1 ? first
                             : first + (1.0 - first) * (double)i / (double)(ramp - 1);
}

/* ---- scratch ------------------------------------------------------------------------------- */

static bool more(void *array, int64_t n, size_t item)
{
    void *old;
    memcpy(&old, array, sizeof old);
    void *p = realloc(old, (size_t)n * item);
    if (p == NULL) return false;
    memcpy(array, &p, sizeof p);
    return true;
}

static bool more_columns(wk_tpe_draw *w, int32_t d)
{
    double ***lists[] = {&w->b_mu,      &w->b_sigma,   &w->b_inv,        &w->b_norm,
                         &w->cls_mu[0], &w->cls_mu[1], &w->cls_sigma[0], &w->cls_sigma[1]};
    for (int k = 0; k < 8; k++) {
        if (!more(lists[k], d, sizeof **lists)) return false;
        for (int32_t i = w->d_cap; i < d; i++) (*lists[k])[i] = NULL;
    }
    if (!more(&w->b_cls, d, sizeof *w->b_cls)) return false;
    for (int32_t i = w->d_cap; i < d; i++) w->b_cls[i] = NULL;
    if (!more(&w->n_cls[0], d, sizeof(int64_t)) || !more(&w->n_cls[1], d, sizeof(int64_t)) ||
        !more(&w->cls_cap, d, sizeof(int64_t)) || !more(&w->dim_below, d, sizeof *w->dim_below) ||
        !more(&w->dim_above, d, sizeof *w->dim_above))
        return false;
    for (int32_t i = w->d_cap; i < d; i++) w->cls_cap[i] = 0;
    w->d_cap = d;
    w->b_cap = 0; /* the new columns have no kernels yet */
    w->cand_cap = 0;
    return true;
}

static bool more_kernels(wk_tpe_draw *w, int64_t n)
{
    for (int32_t i = 0; i < w->d_cap; i++)
        if (!more(&w->b_mu[i], n, sizeof(double)) || !more(&w->b_sigma[i], n, sizeof(double)) ||
            !more(&w->b_inv[i], n, sizeof(double)) || !more(&w->b_norm[i], n, sizeof(double)) ||
            !more(&w->b_cls[i], n, sizeof(int32_t)))
            return false;
    if (!more(&w->below, n, sizeof *w->below) ||
        !more(&w->below_weight, n, sizeof *w->below_weight) ||
        !more(&w->cumulative, n, sizeof *w->cumulative) ||
        !more(&w->b_constant, n, sizeof *w->b_constant))
        return false;
    w->b_cap = n;
    return true;
}

static wick_status reserve(wick_ctx *ctx, wk_tpe_draw *w, int64_t n_below)
{
    if (w->d > w->d_cap && !more_columns(w, w->d)) return wick_fail_mem(ctx);
    const int64_t kernels = (n_below + 1 + WK_MIX_BLOCK) / WK_MIX_BLOCK * WK_MIX_BLOCK;
    if (kernels > w->b_cap && !more_kernels(w, kernels * 2)) return wick_fail_mem(ctx);
    if (w->cand_cap < w->candidates) {
        const int64_t c = w->candidates;
        if (!more(&w->cand, c * w->d_cap, sizeof *w->cand) ||
            !more(&w->at, c * w->d_cap, sizeof *w->at) || !more(&w->best, c, sizeof *w->best) ||
            !more(&w->sum, c, sizeof *w->sum) || !more(&w->log_l, c, sizeof *w->log_l) ||
            !more(&w->log_g, c, sizeof *w->log_g))
            return wick_fail_mem(ctx);
        w->cand_cap = c;
    }
    return WICK_OK;
}

void wk_tpe_draw_free(wk_tpe_draw *w)
{
    for (int32_t i = 0; i < w->d_cap; i++) {
        free(w->b_mu[i]);
        free(w->b_sigma[i]);
        free(w->b_inv[i]);
        free(w->b_norm[i]);
        free(w->b_cls[i]);
        for (int k = 0; k < 2; k++) {
            free(w->cls_mu[k][i]);
            free(w->cls_sigma[k][i]);
        }
    }
    free(w->b_mu);
    free(w->b_sigma);
    free(w->b_inv);
    free(w->b_norm);
    free(w->b_cls);
    for (int k = 0; k < 2; k++) {
        free(w->cls_mu[k]);
        free(w->cls_sigma[k]);
        free(w->n_cls[k]);
    }
    free(w->cls_cap);
    free(w->dim_below);
    free(w->dim_above);
    free(w->below);
    free(w->below_weight);
    free(w->cumulative);
    free(w->b_constant);
    free(w->cand);
    free(w->at);
    free(w->best);
    free(w->sum);
    free(w->log_l);
    free(w->log_g);
    free(w->table);
    memset(w, 0, sizeof *w);
}

/* ---- which trial is on which side ----------------------------------------------------------- */

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
        v->weight[slot] = 0.0;
        if (v->side[slot] == WK_ABOVE) w->n_above++;
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
    const int64_t m = w->n_above, ramp = m < 25 ? 0 : m - 25;
    const double first = m > 0 ? 1.0 / (double)m : 1.0;
    const double rise = ramp > 1 ? (1.0 - first) / (double)(ramp - 1) : 0.0;
    for (int64_t i = 0, k = 0; i < n; i++) {
        const int32_t slot = v->by_number[i];
        if (v->side[slot] != WK_ABOVE) continue;
        v->weight[slot] = k < ramp ? first + rise * (double)k : 1.0;
        k++;
    }
}

/* ---- kernels ------------------------------------------------------------------------------- */

typedef struct walk { /* along the sorted observations of one side */
    int32_t slot;     /* the one whose right neighbour is still to come; -1: none yet */
    double mu, left;
    int64_t n, total;
    double least, most; /* bounds of sigma */
} walk;

typedef struct column {
    wk_tpe_draw *w;
    wk_col *c;
    int32_t j;
    bool discrete;
} column;

static double normaliser(const column *k, double mu, double sigma)
{
    const double mass = wk_log_mass((k->c->low - mu) / sigma, (k->c->high - mu) / sigma);
    return k->discrete ? -mass : -mass - log(sigma) - HALF_LOG_2PI;
}

/* Kernels with equal centre and width are one class; in sorted order they are neighbours. */
static int32_t class_add(const column *k, int side, double mu, double sigma)
{
    wk_tpe_draw *w = k->w;
    int64_t *n = &w->n_cls[side][k->j];
    double *m = w->cls_mu[side][k->j], *s = w->cls_sigma[side][k->j];
    if (*n == 0 || m[*n - 1] != mu || s[*n - 1] != sigma) {
        m[*n] = mu;
        s[*n] = sigma;
        ++*n;
    }
    return (int32_t)(*n - 1);
}

static void settle(const column *k, int side, const walk *a, double sigma)
{
    wk_col *c = k->c;
    sigma = sigma < a->least ? a->least : sigma > a->most ? a->most : sigma;
    if (side == 0) {
        const int32_t i = k->w->v->pos[a->slot];
        k->w->b_mu[k->j][i] = a->mu;
        k->w->b_sigma[k->j][i] = sigma;
        k->w->b_inv[k->j][i] = SQRT_HALF / sigma;
        k->w->b_norm[k->j][i] = normaliser(k, a->mu, sigma);
        if (k->discrete) k->w->b_cls[k->j][i] = class_add(k, 0, a->mu, sigma);
        return;
    }
    if (c->sigma[a->slot] != sigma) {
        c->sigma[a->slot] = sigma;
        c->inv[a->slot] = SQRT_HALF / sigma;
        c->norm[a->slot] = normaliser(k, a->mu, sigma);
    }
    if (k->discrete) c->cls[a->slot] = class_add(k, 1, a->mu, sigma);
}

static void step(const column *k, int side, walk *a, int32_t slot, double mu)
{
    const double gap = mu - (a->slot < 0 ? k->c->low : a->mu);
    if (a->slot >= 0) settle(k, side, a, a->n == 1 ? gap : a->left > gap ? a->left : gap);
    a->slot = slot;
    a->mu = mu;
    a->left = gap;
    a->n++;
}

static void walk_end(const column *k, int side, walk *a)
{
    if (a->slot < 0) return;
    const double right = k->c->high - a->mu;
    settle(k, side, a, a->n == 1 && right > a->left ? right : a->left);
}

/* Rule A: sigma is the larger distance to a neighbour; the outermost kernels look inwards only. */
static void neighbours(const column *k, walk side[2])
{
    const wk_col *c = k->c;
    const uint8_t *on = k->w->v->side;
    for (int64_t i = 0; i < c->n_order; i++) {
        const int32_t slot = c->order[i];
        if (on[slot] == WK_NONE) continue;
        const int s = on[slot] == WK_BELOW ? 0 : 1;
        step(k, s, &side[s], slot, c->mu[slot]);
    }
    walk_end(k, 0, &side[0]);
    walk_end(k, 1, &side[1]);
}

/* Rule B: one sigma for all, by the number of trials and of parameters drawn together. */
static void one_width(const column *k, walk side[2])
{
    const wk_col *c = k->c;
    const uint8_t *on = k->w->v->side;
    double sigma[2];
    for (int s = 0; s < 2; s++) {
        const double n = side[s].total > 1 ? (double)side[s].total : 1.0;
        sigma[s] = 0.2 * pow(n, -1.0 / (k->w->d + 4.0)) * (c->high - c->low);
    }
    for (int64_t i = 0; i < c->n_order; i++) {
        const int32_t slot = c->order[i];
        if (on[slot] == WK_NONE) continue;
        const int s = on[slot] == WK_BELOW ? 0 : 1;
        side[s].slot = slot;
        side[s].mu = c->mu[slot];
        settle(k, s, &side[s], sigma[s]);
    }
}

static bool more_classes(wk_tpe_draw *w, int32_t j, int64_t n)
{
    if (n <= w->cls_cap[j]) return true;
    n *= 2;
    for (int s = 0; s < 2; s++)
        if (!more(&w->cls_mu[s][j], n, sizeof(double)) ||
            !more(&w->cls_sigma[s][j], n, sizeof(double)))
            return false;
    w->cls_cap[j] = n;
    return true;
}

static wick_status numeric(wick_ctx *ctx, wk_tpe_draw *w, int32_t j, const wick_dist *d)
{
    wk_tpe_view *v = w->v;
    column k = {w, wk_tpe_col(v, w->p[j].name), j, d->step > 0.0};
    wk_col *c = k.c;
    if (c->dist != w->p[j].dist) {
        wk_domain(d, &c->low, &c->high);
        for (int64_t i = 0; i < v->cap; i++) c->sigma[i] = -1.0;
        c->dist = w->p[j].dist;
    }
    const int64_t n = v->n + v->n_running;
    if (k.discrete) {
        if (!more_classes(w, j, n + 2)) return wick_fail_mem(ctx);
        memset(c->cls, 0, (size_t)v->cap * sizeof *c->cls);
        w->n_cls[0][j] = w->n_cls[1][j] = 0;
    }
    walk side[2];
    const double width = c->high - c->low;
    const int64_t total[2] = {w->n_below, w->n_above};
    for (int s = 0; s < 2; s++) {
        const double kernels = 2.0 + (double)total[s];
        side[s] =
            (walk){-1, 0.0, 0.0, 0, total[s], width / (kernels < 100.0 ? kernels : 100.0), width};
    }
    if (w->rule_b) {
        one_width(&k, side);
    } else {
        neighbours(&k, side);
    }
    /* The prior: the whole range. */
    const double mu = 0.5 * (c->low + c->high);
    const int64_t b = w->n_below;
    w->b_mu[j][b] = c->mu[n] = mu;
    w->b_sigma[j][b] = width;
    w->b_inv[j][b] = c->inv[n] = SQRT_HALF / width;
    w->b_norm[j][b] = c->norm[n] = normaliser(&k, mu, width);
    if (k.discrete) {
        w->b_cls[j][b] = class_add(&k, 0, mu, width);
        c->cls[n] = class_add(&k, 1, mu, width);
    }
    return WICK_OK;
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
    w->n_cls[0][j] = w->n_cls[1][j] = d->n_choices + 1;
}

static wick_status build(wick_ctx *ctx, wk_tpe_draw *w)
{
    wk_tpe_view *v = w->v;
    const int64_t n = v->n + v->n_running, b = w->n_below;
    const int64_t pad_b = (b + WK_MIX_BLOCK) / WK_MIX_BLOCK * WK_MIX_BLOCK;
    const int64_t pad = (n + WK_MIX_BLOCK) / WK_MIX_BLOCK * WK_MIX_BLOCK;
    v->weight[n] = 1.0;
    for (int64_t i = 0; i < n; i++) v->constant[i] = v->side[i] == WK_ABOVE ? 0.0 : -1e300;
    v->constant[n] = 0.0;
    for (int64_t i = 0; i <= b; i++) w->b_constant[i] = 0.0;
    for (int64_t i = n + 1; i < pad; i++) {
        v->weight[i] = 0.0;
        v->constant[i] = -1e300;
    }
    for (int64_t i = b + 1; i < pad_b; i++) {
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
        for (int64_t i = n + 1; i < pad; i++) {
            c->mu[i] = c->inv[i] = 0.0;
            c->cls[i] = 0;
        }
        for (int64_t i = b + 1; i < pad_b; i++) {
            w->b_mu[j][i] = w->b_inv[j][i] = 0.0;
            w->b_cls[j][i] = 0;
        }
        w->dim_above[j] = (wk_mix_dim){c->mu, table ? NULL : c->inv, c->cls};
        w->dim_below[j] = (wk_mix_dim){w->b_mu[j], table ? NULL : w->b_inv[j], w->b_cls[j]};
    }
    return WICK_OK;
}

/* ---- candidates ---------------------------------------------------------------------------- */

/* Log probabilities of a categorical kernel: its own choice, another one, the prior. */
static void choice_terms(const wick_dist *d, int64_t kernels, double out[3])
{
    const double share = 1.0 / (double)kernels, n = (double)d->n_choices;
    const double total = share * n + 1.0;
    out[0] = (share + 1.0) / total;
    out[1] = share / total;
    out[2] = 1.0 / n;
}

static double draw_choice(const wk_tpe_draw *w, int32_t j, const wick_dist *d, int64_t kernel,
                          double u)
{
    double term[3], running = 0.0;
    choice_terms(d, w->n_below + 1, term);
    const int32_t own = w->b_cls[j][kernel];
    int64_t at = 0;
    for (int64_t i = 0; i < d->n_choices - 1; i++) {
        running += own == d->n_choices ? term[2] : own == i ? term[0] : term[1];
        if (running < u) at++;
    }
    return (double)at;
}

static double draw_number(const wk_tpe_draw *w, int32_t j, const wick_dist *d, int64_t kernel,
                          double q)
{
    const wk_col *c = wk_tpe_col(w->v, w->p[j].name);
    const double mu = w->b_mu[j][kernel], sigma = w->b_sigma[j][kernel];
    double x = mu + sigma * wk_trunc_quantile(q, (c->low - mu) / sigma, (c->high - mu) / sigma);
    if (d->log) x = exp(x);
    if (d->step > 0.0) x = d->low + rint((x - d->low) / d->step) * d->step;
    return x < d->low ? d->low : x > d->high ? d->high : x;
}

static void draw_all(wk_tpe_draw *w, wk_rng *rng)
{
    const wick_study *s = w->v->study;
    double total = 0.0;
    for (int64_t i = 0; i <= w->n_below; i++) w->cumulative[i] = total += w->below_weight[i];
    const int64_t n = w->candidates;
    /* The kernel of each candidate waits in `best`, which the evaluation fills later. */
    for (int64_t i = 0; i < n; i++)
        w->best[i] = (double)wk_weighted(rng, w->cumulative, w->n_below + 1);
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t j = 0; j < w->d; j++) {
            const wick_dist *d = wk_dist_at(s, w->p[j].dist);
            if ((d->kind == WICK_DIST_CATEGORICAL) != (pass == 0)) continue;
            for (int64_t i = 0; i < n; i++) {
                const int64_t kernel = (int64_t)w->best[i];
                const double u = wk_uniform(rng);
                w->cand[i * w->d + j] =
                    pass == 0 ? draw_choice(w, j, d, kernel, u) : draw_number(w, j, d, kernel, u);
            }
        }
    }
}

/* ---- densities ----------------------------------------------------------------------------- */

static void fill_table(const wk_tpe_draw *w, int side, int32_t j, const wick_dist *d, double x,
                       double *table)
{
    const int64_t n = w->n_cls[side][j];
    if (d->kind == WICK_DIST_CATEGORICAL) {
        double term[3];
        choice_terms(d, (side == 0 ? w->n_below : w->n_above) + 1, term);
        const double miss = log(term[1]);
        for (int64_t i = 0; i < n; i++) table[i] = miss;
        table[(int64_t)x] = log(term[0]);
        table[n - 1] = log(term[2]);
        return;
    }
    double left = x - 0.5 * d->step, right = x + 0.5 * d->step;
    if (d->log) {
        left = log(left);
        right = log(right);
    }
    const double *mu = w->cls_mu[side][j], *sigma = w->cls_sigma[side][j];
    for (int64_t i = 0; i < n; i++)
        table[i] = wk_log_mass((left - mu[i]) / sigma[i], (right - mu[i]) / sigma[i]);
}

/* Tables of one side for all candidates; candidates with the same value share one. */
static wick_status tables(wick_ctx *ctx, wk_tpe_draw *w, int side)
{
    const wick_study *s = w->v->study;
    int64_t need = 0;
    for (int32_t j = 0; j < w->d; j++)
        if (w->dim_above[j].inv == NULL) need += w->candidates * w->n_cls[side][j];
    const wick_status st = wk_grow(ctx, &w->table, &w->table_cap, need, (int64_t)sizeof *w->table);
    if (st < 0) return st;
    double *next = w->table;
    for (int32_t j = 0; j < w->d; j++) {
        const wick_dist *d = wk_dist_at(s, w->p[j].dist);
        for (int64_t i = 0; i < w->candidates; i++) {
            wk_mix_at *at = &w->at[i * w->d + j];
            const double x = w->cand[i * w->d + j];
            *at = (wk_mix_at){d->log ? log(x) : x, NULL};
            if (w->dim_above[j].inv != NULL) continue;
            for (int64_t k = 0; k < i && at->table == NULL; k++)
                if (w->cand[k * w->d + j] == x) at->table = w->at[k * w->d + j].table;
            if (at->table != NULL) continue;
            fill_table(w, side, j, d, x, next);
            at->table = next;
            next += w->n_cls[side][j];
        }
    }
    return WICK_OK;
}

static double total_of(const double *w, int64_t n)
{
    wick_sum k = {0.0, 0.0};
    for (int64_t i = 0; i < n; i++) wick_sum_add(&k, w[i]);
    return wick_sum_get(&k);
}

wick_status wk_tpe_build(wick_ctx *ctx, wk_tpe_draw *w, const int32_t *chosen, int64_t n_chosen,
                         const double *slot_weight)
{
    wick_status st = reserve(ctx, w, n_chosen);
    wk_col *ignored;
    for (int32_t j = 0; j < w->d && st >= 0; j++)
        st = wk_tpe_col_make(ctx, w->v, w->p[j].name, &ignored);
    if (st < 0) return st;
    split(w, chosen, n_chosen, slot_weight);
    return build(ctx, w);
}

wick_status wk_tpe_densities(wick_ctx *ctx, wk_tpe_draw *w, int side, double *out)
{
    const wk_tpe_view *v = w->v;
    const int64_t n = side == 0 ? w->n_below + 1 : v->n + v->n_running + 1;
    const double *weight = side == 0 ? w->below_weight : v->weight;
    const wk_mix m = {(n + WK_MIX_BLOCK - 1) / WK_MIX_BLOCK * WK_MIX_BLOCK,
                      w->d,
                      side == 0 ? w->dim_below : w->dim_above,
                      side == 0 ? w->b_constant : v->constant,
                      weight,
                      log(total_of(weight, n))};
    const wick_status st = tables(ctx, w, side);
    if (st < 0) return st;
    wk_mix_eval(&m, w->at, w->candidates, w->best, w->sum, out);
    return WICK_OK;
}

wick_status wk_tpe_choose(wick_ctx *ctx, wk_tpe_draw *w, const int32_t *chosen, int64_t n_chosen,
                          const double *slot_weight, wk_rng *rng, double *out)
{
    wick_status st = wk_tpe_build(ctx, w, chosen, n_chosen, slot_weight);
    if (st < 0) return st;
    draw_all(w, rng);
    st = wk_tpe_densities(ctx, w, 0, w->log_l);
    if (st >= 0) st = wk_tpe_densities(ctx, w, 1, w->log_g);
    if (st < 0) return st;
    /* Exact ties happen (a choice equally common on both sides): rounding noise must not decide. */
    int64_t best = 0;
    double most = 0.0;
    for (int64_t i = 0; i < w->candidates; i++) {
        const double r = rint((w->log_l[i] - w->log_g[i]) * 1e9);
        if (i == 0 || r > most) {
            best = i;
            most = r;
        }
    }
    memcpy(out, w->cand + best * w->d, (size_t)w->d * sizeof *out);
    return WICK_OK;
}
