/* SPDX-License-Identifier: MIT */
/* One TPE choice: candidates drawn from the better one, the best ratio of the two
 * densities. Source: Bergstra et al. 2011; Watanabe 2023; the rules and their numbers are Optuna's.
 */
#include <stdlib.h>
#include <string.h>

#include "opt/tpe_int.h"

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
    double ***lists[] = {&w->b_mu, &w->b_sigma, &w->b_inv, &w->b_norm};
    for (int k = 0; k < 4; k++) {
        if (!more(lists[k], d, sizeof **lists)) return false;
        for (int32_t i = w->d_cap; i < d; i++) (*lists[k])[i] = NULL;
    }
    if (!more(&w->b_cls, d, sizeof *w->b_cls)) return false;
    for (int32_t i = w->d_cap; i < d; i++) w->b_cls[i] = NULL;
    if (!more(&w->b_classes, d, sizeof *w->b_classes)) return false;
    for (int32_t i = w->d_cap; i < d; i++) w->b_classes[i] = (wk_tpe_classes){0};
    if (!more(&w->dim_below, d, sizeof *w->dim_below) ||
        !more(&w->dim_above, d, sizeof *w->dim_above))
        return false;
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
            !more(&w->ratio, c, sizeof *w->ratio) || !more(&w->live, c, sizeof *w->live))
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
        free(w->b_classes[i].mu);
        free(w->b_classes[i].sigma);
    }
    free(w->b_mu);
    free(w->b_sigma);
    free(w->b_inv);
    free(w->b_norm);
    free(w->b_cls);
    free(w->b_classes);
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
    free(w->ratio);
    free(w->live);
    free(w->table);
    memset(w, 0, sizeof *w);
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

static const wk_tpe_classes *classes(const wk_tpe_draw *w, int side, int32_t j)
{
    return side == 0 ? &w->b_classes[j] : &wk_tpe_col(w->v, w->p[j].name)->classes;
}

static void fill_table(const wk_tpe_draw *w, int side, int32_t j, const wick_dist *d, double x,
                       double *table)
{
    const wk_tpe_classes *a = classes(w, side, j);
    const int64_t n = a->n;
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
    for (int64_t i = 0; i < n; i++)
        table[i] = wk_log_mass((left - a->mu[i]) / a->sigma[i], (right - a->mu[i]) / a->sigma[i]);
}

/* Tables of one side for all candidates; candidates with the same value share one. */
static wick_status tables(wick_ctx *ctx, wk_tpe_draw *w, int side)
{
    const wick_study *s = w->v->study;
    int64_t need = 0;
    for (int32_t j = 0; j < w->d; j++)
        if (w->dim_above[j].inv == NULL) need += w->candidates * classes(w, side, j)->n;
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
            next += classes(w, side, j)->n;
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
    return st < 0 ? st : wk_tpe_mixtures(ctx, w, chosen, n_chosen, slot_weight);
}

static void mixture_of(const wk_tpe_draw *w, int side, wk_mix *m)
{
    const wk_tpe_view *v = w->v;
    const int64_t n = side == 0 ? w->n_below + 1 : v->n + v->n_running + 1;
    const double *weight = side == 0 ? w->below_weight : v->weight;
    *m = (wk_mix){(n + WK_MIX_BLOCK - 1) / WK_MIX_BLOCK * WK_MIX_BLOCK,
                  w->d,
                  side == 0 ? w->dim_below : w->dim_above,
                  side == 0 ? w->b_constant : v->constant,
                  weight,
                  log(total_of(weight, n))};
}

static void all_points(wk_tpe_draw *w)
{
    for (int64_t i = 0; i < w->candidates; i++) {
        w->live[i] = (int32_t)i;
        w->best[i] = -1e300;
        w->sum[i] = 0.0;
    }
}

static double log_density(const wk_tpe_draw *w, const wk_mix *m, int64_t i)
{
    return w->best[i] + log(w->sum[i]) - m->log_weight;
}

wick_status wk_tpe_densities(wick_ctx *ctx, wk_tpe_draw *w, int side, double *out)
{
    wk_mix m;
    const wick_status st = tables(ctx, w, side);
    if (st < 0) return st;
    mixture_of(w, side, &m);
    all_points(w);
    wk_mix_form()(&m, 0, m.n, w->at, w->live, w->candidates, w->best, w->sum);
    for (int64_t i = 0; i < w->candidates; i++) out[i] = log_density(w, &m, i);
    return WICK_OK;
}

/* ---- the choice ----------------------------------------------------------------------------- */

enum { CHUNK = 4 * WK_MIX_BLOCK };

/* Candidates that can still win: the density of the worse set only grows with every kernel, so what
 * is known of it bounds the ratio from above. */
static int64_t still_live(const wk_tpe_draw *w, const wk_mix *m, int64_t n, double to_beat)
{
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        const int32_t c = w->live[i];
        if (!(w->log_l[c] - log_density(w, m, c) < to_beat)) w->live[k++] = c;
    }
    return k;
}

/* Ratios of all candidates that may have the largest one; the others get -inf. The newest kernels,
 * which weigh most, come first: after some of them the most promising candidate is followed to the
 * end, and the others as long as they may beat it. */
static void ratios(wk_tpe_draw *w, const wk_mix *m, double *ratio)
{
    const wk_mix_fn add = wk_mix_form();
    int64_t to = m->n, n = w->candidates, from = to > CHUNK ? to - CHUNK : 0;
    int32_t lead = 0;
    all_points(w);
    add(m, from, to, w->at, w->live, n, w->best, w->sum);
    for (int32_t i = 0; i < w->candidates; i++) {
        ratio[i] = w->log_l[i] - log_density(w, m, i);
        if (ratio[i] > ratio[lead]) lead = i;
    }
    n = 0;
    for (int32_t i = 0; i < w->candidates; i++)
        if (i != lead) w->live[n++] = i;
    for (to = from; to > 0; to -= CHUNK)
        add(m, to > CHUNK ? to - CHUNK : 0, to, w->at, &lead, 1, w->best, w->sum);
    for (int32_t i = 0; i < w->candidates; i++) ratio[i] = -WK_INF;
    ratio[lead] = w->log_l[lead] - log_density(w, m, lead);
    /* Equal to nine decimals is a tie, which the first one wins: such a one stays. */
    const double to_beat = ratio[lead] - 1e-8;
    for (to = from; to > 0; to -= CHUNK) {
        n = still_live(w, m, n, to_beat);
        add(m, to > CHUNK ? to - CHUNK : 0, to, w->at, w->live, n, w->best, w->sum);
    }
    for (int64_t i = 0; i < n; i++)
        ratio[w->live[i]] = w->log_l[w->live[i]] - log_density(w, m, w->live[i]);
}

wick_status wk_tpe_choose(wick_ctx *ctx, wk_tpe_draw *w, const int32_t *chosen, int64_t n_chosen,
                          const double *slot_weight, wk_rng *rng, double *out)
{
    wk_mix m;
    wick_status st = wk_tpe_build(ctx, w, chosen, n_chosen, slot_weight);
    if (st < 0) return st;
    draw_all(w, rng);
    st = wk_tpe_densities(ctx, w, 0, w->log_l);
    if (st >= 0) st = tables(ctx, w, 1);
    if (st < 0) return st;
    mixture_of(w, 1, &m);
    ratios(w, &m, w->ratio);
    /* Exact ties happen (a choice equally common on both sides): rounding noise must not decide. */
    int64_t best = 0;
    double most = 0.0;
    for (int64_t i = 0; i < w->candidates; i++) {
        const double r = rint(w->ratio[i] * 1e9);
        if (i == 0 || r > most) {
            best = i;
            most = r;
        }
    }
    memcpy(out, w->cand + best * w->d, (size_t)w->d * sizeof *out);
    return WICK_OK;
}
