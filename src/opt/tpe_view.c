/* SPDX-License-Identifier: MIT */
/* What TPE remembers: a slot per finished trial, sorted columns per parameter, a ranking. An insert
 * is a search and a memmove; nothing is sorted again. */
#include <stdlib.h>
#include <string.h>

#include "opt/tpe_int.h"

static void col_free(wk_col *c)
{
    if (c == NULL) return;
    free(c->mu);
    free(c->has);
    free(c->order);
    free(c->sigma);
    free(c->inv);
    free(c->norm);
    free(c->cls);
    free(c->classes.mu);
    free(c->classes.sigma);
    free(c->was);
    free(c->gone);
    free(c);
}

wick_status wk_tpe_view_new(wick_ctx *ctx, wick_study *s, wk_tpe_view **out)
{
    wk_tpe_view *v = calloc(1, sizeof *v);
    if (v == NULL) return wick_fail_mem(ctx);
    v->study = s;
    v->space.with_pruned = true;
    *out = v;
    return WICK_OK;
}

void wk_tpe_view_free(wk_tpe_view *v)
{
    if (v == NULL) return;
    for (int64_t i = 0; i < v->n_col; i++) col_free(v->col[i]);
    free(v->col);
    free(v->trial);
    free(v->rank);
    free(v->by_number);
    free(v->side);
    free(v->pos);
    free(v->sorted);
    free(v->taken);
    free(v->constant);
    free(v->weight);
    free(v->space.p);
    wk_split_free(&v->split);
    free(v);
}

static bool resize(void *array, int64_t cap, size_t item)
{
    void *old;
    memcpy(&old, array, sizeof old);
    void *p = realloc(old, (size_t)cap * item);
    if (p == NULL) return false;
    memcpy(array, &p, sizeof p);
    return true;
}

static bool col_resize(wk_col *c, int64_t old, int64_t cap)
{
    if (!resize(&c->mu, cap, sizeof *c->mu) || !resize(&c->has, cap, sizeof *c->has) ||
        !resize(&c->order, cap, sizeof *c->order) || !resize(&c->sigma, cap, sizeof *c->sigma) ||
        !resize(&c->inv, cap, sizeof *c->inv) || !resize(&c->norm, cap, sizeof *c->norm) ||
        !resize(&c->cls, cap, sizeof *c->cls) || !resize(&c->was, cap, sizeof *c->was))
        return false;
    const size_t n = (size_t)(cap - old);
    memset(c->mu + old, 0, n * sizeof *c->mu);
    memset(c->has + old, 0, n * sizeof *c->has);
    memset(c->sigma + old, 0, n * sizeof *c->sigma);
    memset(c->inv + old, 0, n * sizeof *c->inv);
    memset(c->norm + old, 0, n * sizeof *c->norm);
    memset(c->cls + old, 0, n * sizeof *c->cls);
    memset(c->was + old, WK_NONE, n * sizeof *c->was);
    return true;
}

/* Room for `need` slots, the prior and a whole last block. */
static wick_status reserve(wick_ctx *ctx, wk_tpe_view *v, int64_t need)
{
    need += 1 + WK_MIX_BLOCK;
    if (need <= v->cap) return WICK_OK;
    int64_t cap = v->cap == 0 ? 4 * WK_MIX_BLOCK : v->cap * 2;
    while (cap < need) cap *= 2;
    if (cap > INT32_MAX) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < v->n_col; i++)
        if (!col_resize(v->col[i], v->cap, cap)) return wick_fail_mem(ctx);
    if (!resize(&v->trial, cap, sizeof *v->trial) || !resize(&v->rank, cap, sizeof *v->rank) ||
        !resize(&v->by_number, cap, sizeof *v->by_number) ||
        !resize(&v->side, cap, sizeof *v->side) || !resize(&v->pos, cap, sizeof *v->pos) ||
        !resize(&v->sorted, cap, sizeof *v->sorted) || !resize(&v->taken, cap, sizeof *v->taken) ||
        !resize(&v->constant, cap, sizeof *v->constant) ||
        !resize(&v->weight, cap, sizeof *v->weight))
        return wick_fail_mem(ctx);
    v->cap = cap;
    return WICK_OK;
}

wk_col *wk_tpe_col(const wk_tpe_view *v, int32_t name)
{
    for (int64_t i = 0; i < v->n_col; i++)
        if (v->col[i]->name == name) return v->col[i];
    return NULL;
}

wick_status wk_tpe_col_make(wick_ctx *ctx, wk_tpe_view *v, int32_t name, wk_col **out)
{
    *out = wk_tpe_col(v, name);
    if (*out != NULL) return WICK_OK;
    const wick_status st =
        wk_grow(ctx, &v->col, &v->col_cap, v->n_col + 1, (int64_t)sizeof *v->col);
    if (st < 0) return st;
    wk_col *c = calloc(1, sizeof *c);
    if (c == NULL || !col_resize(c, 0, v->cap)) {
        col_free(c);
        return wick_fail_mem(ctx);
    }
    c->name = name;
    c->dist = -1;
    c->least = -1.0;
    v->col[v->n_col++] = c;
    *out = c;
    return WICK_OK;
}

/* ---- insertion ---------------------------------------------------------------------------- */

static void put(int32_t *array, int64_t n, int64_t at, int32_t slot)
{
    memmove(&array[at + 1], &array[at], (size_t)(n - at) * sizeof *array);
    array[at] = slot;
}

int64_t wk_tpe_place(const wk_tpe_view *v, const wk_col *c, int32_t slot)
{
    const int64_t number = v->trial[slot]->number;
    const double mu = c->mu[slot];
    int64_t lo = 0, hi = c->n_order;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        const int32_t k = c->order[mid];
        if (c->mu[k] < mu || (c->mu[k] == mu && v->trial[k]->number < number)) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static void col_put(const wk_tpe_view *v, wk_col *c, int32_t slot, double mu)
{
    c->mu[slot] = mu;
    c->has[slot] = 1;
    c->sigma[slot] = -1.0;
    c->cls[slot] = 0;
    const int64_t place = wk_tpe_place(v, c, slot);
    put(c->order, c->n_order++, place, slot);
}

static void number_put(wk_tpe_view *v, int64_t n, int32_t slot)
{
    int64_t at = n;
    while (at > 0 && v->trial[v->by_number[at - 1]]->number > v->trial[slot]->number) at--;
    put(v->by_number, n, at, slot);
}

/* Complete before pruned before infeasible. Pruned: the further the better, then by the last value,
 * those without a report last. */
static int class_of(const wick_trial *t)
{
    return !wk_feasible(t) ? 2 : t->state == WICK_TRIAL_COMPLETE ? 0 : 1;
}

static bool before(const wick_study *s, const wick_trial *a, const wick_trial *b)
{
    const int ca = class_of(a), cb = class_of(b);
    if (ca != cb) return ca < cb;
    double x = a->violation, y = b->violation;
    if (ca == 0) {
        x = wk_sign(s, 0) * a->values[0];
        y = wk_sign(s, 0) * b->values[0];
    } else if (ca == 1) {
        const wk_report *ra = wk_last_report(a), *rb = wk_last_report(b);
        if ((ra == NULL) != (rb == NULL)) return ra != NULL;
        if (ra != NULL && ra->step != rb->step) return ra->step > rb->step;
        x = ra == NULL ? 0.0 : isnan(ra->v) ? WK_INF : wk_sign(s, 0) * ra->v;
        y = rb == NULL ? 0.0 : isnan(rb->v) ? WK_INF : wk_sign(s, 0) * rb->v;
    }
    return x != y ? x < y : a->number < b->number;
}

static void rank_put(wk_tpe_view *v, int64_t n, int32_t slot)
{
    int64_t lo = 0, hi = n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (before(v->study, v->trial[v->rank[mid]], v->trial[slot])) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    put(v->rank, n, lo, slot);
}

static wick_status add_values(wick_ctx *ctx, wk_tpe_view *v, int32_t slot, const wk_value *p,
                              int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        wk_col *c;
        const wick_status st = wk_tpe_col_make(ctx, v, p[i].name, &c);
        if (st < 0) return st;
        if (!c->has[slot])
            col_put(v, c, slot, wk_to_domain(wk_dist_at(v->study, p[i].dist), p[i].v));
    }
    return WICK_OK;
}

/* Slots are taken out between two that stay: their kernels will have to be made again. */
static void note_gone(wk_col *c, int32_t slot)
{
    if (c->least < 0.0) return; /* all will be, as after too many */
    if (c->n_gone == c->gone_cap) {
        const int64_t cap = c->gone_cap == 0 ? 64 : 2 * c->gone_cap;
        if (c->n_gone > c->n_order || !resize(&c->gone, cap, sizeof *c->gone)) {
            c->least = -1.0;
            return;
        }
        c->gone_cap = cap;
    }
    c->gone[c->n_gone++] = slot;
}

/* Takes every slot from `n` on out of a column. */
static void col_drop(wk_col *c, int64_t n, int64_t last)
{
    int64_t k = 0;
    for (int64_t j = 0; j < c->n_order; j++) {
        const int32_t slot = c->order[j];
        if (slot < n) {
            c->order[k++] = slot;
            continue;
        }
        if (k > 0) note_gone(c, c->order[k - 1]);
        if (j + 1 < c->n_order && c->order[j + 1] < n) note_gone(c, c->order[j + 1]);
    }
    if (k == c->n_order) return;
    c->n_order = k;
    memset(c->has + n, 0, (size_t)(last - n));
    memset(c->was + n, WK_NONE, (size_t)(last - n));
}

static void drop_from(wk_tpe_view *v, int64_t n)
{
    for (int64_t i = 0; i < v->n_col; i++) col_drop(v->col[i], n, n + v->n_running + 1);
}

wick_status wk_tpe_catch_up(wick_ctx *ctx, wk_tpe_view *v, const wk_group *g)
{
    if (v->n < g->n) wk_tpe_running_out(v);
    wick_status st = reserve(ctx, v, g->n);
    while (st >= 0 && v->n < g->n) {
        const int32_t slot = (int32_t)v->n;
        wick_trial *t = g->done[slot];
        v->trial[slot] = t;
        for (int64_t i = 0; i < v->n_col; i++) {
            v->col[i]->mu[slot] = 0.0;
            v->col[i]->inv[slot] = 0.0;
            v->col[i]->norm[slot] = 0.0;
            v->col[i]->cls[slot] = 0;
        }
        st = add_values(ctx, v, slot, t->p, t->n_p);
        if (st < 0) {
            drop_from(v, v->n);
            return st;
        }
        number_put(v, v->n, slot);
        if (v->study->m == 1) rank_put(v, v->n, slot);
        v->n++;
    }
    return st;
}

/* What a batch's trials suggest while it is evaluated depends on timing: not that. */
static int32_t values_of(const wick_trial *r)
{
    return r->n_joint + (r->in_batch ? 0 : r->n_p);
}

static bool counts(const wick_trial *r, const wick_trial *t)
{
    return r != t && r->group == t->group;
}

/* Whether the running trials inside are the first of those wanted, and know as much as then. */
static bool still_right(const wk_tpe_view *v, const wick_trial *t)
{
    const wick_study *s = v->study;
    int64_t k = 0;
    for (int64_t i = 0; i < s->n_running && k < v->n_running; i++) {
        const wick_trial *r = s->running[i];
        if (!counts(r, t)) continue;
        if (v->trial[v->n + k] != r || v->taken[v->n + k] != values_of(r)) return false;
        k++;
    }
    return k == v->n_running;
}

static wick_status running_add(wick_ctx *ctx, wk_tpe_view *v, wick_trial *r)
{
    const int32_t slot = (int32_t)(v->n + v->n_running);
    v->trial[slot] = r;
    v->taken[slot] = values_of(r);
    for (int64_t k = 0; k < v->n_col; k++) {
        v->col[k]->mu[slot] = 0.0;
        v->col[k]->inv[slot] = 0.0;
        v->col[k]->norm[slot] = 0.0;
        v->col[k]->cls[slot] = 0;
    }
    number_put(v, slot, slot);
    v->n_running++;
    const wick_status st = r->in_batch ? WICK_OK : add_values(ctx, v, slot, r->p, r->n_p);
    return st < 0 ? st : add_values(ctx, v, slot, r->joint, r->n_joint);
}

wick_status wk_tpe_running_in(wick_ctx *ctx, wk_tpe_view *v, const wick_trial *t)
{
    const wick_study *s = v->study;
    if (!still_right(v, t)) wk_tpe_running_out(v);
    const int64_t inside = v->n_running;
    wick_status st = reserve(ctx, v, v->n + s->n_running);
    for (int64_t i = 0, k = 0; i < s->n_running && st >= 0; i++) {
        if (!counts(s->running[i], t)) continue;
        if (k++ >= inside) st = running_add(ctx, v, s->running[i]);
    }
    if (st < 0) wk_tpe_running_out(v);
    return st;
}

void wk_tpe_running_out(wk_tpe_view *v)
{
    if (v->n_running == 0) return;
    drop_from(v, v->n);
    int64_t k = 0;
    for (int64_t j = 0; j < v->n + v->n_running; j++)
        if (v->by_number[j] < v->n) v->by_number[k++] = v->by_number[j];
    v->n_running = 0;
}
