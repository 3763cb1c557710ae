/* SPDX-License-Identifier: MIT */
/* Grading a list of trades against TradingView's: merge the slices of one fill, pair, cut to the
 * common window, then the gates. */
#include "cli/tv_list.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW INT64_C(3600000) /* of entry times, ms */
#define PRICE  3.0              /* of entry prices */
#define CENT   0.005            /* half of the last digit of a listed profit */
#define TINY   0.01             /* smaller profits are left out of the profit gate */
#define BAND   0.02             /* sizing drift that is normalised away */
#define ENTRY  1e-4

typedef struct job {
    wick_ctx *ctx;
    wick_arena *a;
    bool failed;
} job;

static void *room(job *j, int64_t n, size_t size)
{
    void *p = wick_arena_zalloc(j->a, (n + 1) * (int64_t)size);
    if (p == NULL) j->failed = true;
    return p;
}

static double rel(double a, double b)
{
    double m = fabs(a) > fabs(b) ? fabs(a) : fabs(b);
    if (m < 1e-9) m = 1e-9;
    return fabs(a - b) / m;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Linear between order statistics. Sorts v. */
static double percentile(double *v, int64_t n, double q)
{
    if (n == 0) return 0.0;
    qsort(v, (size_t)n, sizeof *v, by_value);
    const double x = (double)(n - 1) * q;
    const int64_t i = (int64_t)x, k = i + 1 < n ? i + 1 : n - 1;
    return v[i] + (v[k] - v[i]) * (x - (double)i);
}

static bool same_key(const tv_trade *a, const tv_trade *b)
{
    return a->t0 == b->t0 && a->p0 == b->p0 && a->side == b->side;
}

/* ---- merging -------------------------------------------------------------------------------- */

/* Entry keys under which TradingView's list names several orders. */
typedef struct plural {
    tv_trade *key; /* one per key with several signals */
    int64_t *signals;
    int64_t keys;
} plural;

static void find_plural(job *j, const tv_list *tv, plural *p)
{
    p->key = room(j, tv->n, sizeof *p->key);
    p->signals = room(j, tv->n, sizeof *p->signals);
    if (j->failed) return;
    for (int64_t i = 0, first = 0; i < tv->n; i++) {
        const tv_trade *t = &tv->at[i];
        while (first < i && tv->at[first].t0 != t->t0) first++;
        if (*t->signal == '\0') continue;
        bool seen = false, other = false;
        for (int64_t k = first; k < i; k++) {
            if (!same_key(&tv->at[k], t) || *tv->at[k].signal == '\0') continue;
            if (strcmp(tv->at[k].signal, t->signal) == 0)
                seen = true;
            else
                other = true;
        }
        if (seen || !other) continue;
        int64_t k = 0;
        while (k < p->keys && !same_key(&p->key[k], t)) k++;
        if (k == p->keys) {
            p->key[p->keys++] = *t;
            p->signals[k] = 1;
        }
        p->signals[k]++;
    }
}

/* The plural key a trade belongs to: the same, or the only one near in price; -1 none. */
static int64_t project(const plural *p, const tv_trade *t)
{
    int64_t near = -1, n = 0;
    for (int64_t k = 0; k < p->keys; k++) {
        if (same_key(&p->key[k], t)) return k;
        if (p->key[k].t0 == t->t0 && p->key[k].side == t->side &&
            rel(p->key[k].p0, t->p0) < ENTRY) {
            near = k;
            n++;
        }
    }
    return n == 1 ? near : -1;
}

static bool same_owner(const tv_trade *a, const tv_trade *b, bool by_signal)
{
    if (by_signal) return *a->signal != '\0' && strcmp(a->signal, b->signal) == 0;
    return a->ident != 0 && a->ident == b->ident;
}

/* Slices of one fill become one trade; under a plural key only those of one order. */
static void merge(job *j, const tv_list *l, const plural *p, bool by_signal, tv_list *out)
{
    *out = (tv_list){room(j, l->n, sizeof *out->at), 0};
    int64_t *of = room(j, l->n, sizeof *of), *plural_of = room(j, l->n, sizeof *plural_of);
    bool *one_exit = room(j, l->n, sizeof *one_exit);
    double *sum = room(j, l->n, sizeof *sum);
    if (j->failed) return;
    for (int64_t i = 0, first = 0; i < l->n; i++) {
        const tv_trade *t = &l->at[i];
        plural_of[i] = p->keys > 0 ? project(p, t) : -1;
        while (first < i && l->at[first].t0 != t->t0) first++;
        int64_t g = -1;
        for (int64_t k = first; k < i && g < 0; k++) {
            if (plural_of[k] != plural_of[i]) continue;
            if (!same_key(t, &l->at[k])) continue;
            if (plural_of[i] < 0 || same_owner(t, &l->at[k], by_signal)) g = of[k];
        }
        if (g < 0) {
            g = out->n++;
            out->at[g] = *t;
            out->at[g].qty = out->at[g].pnl = 0.0;
            out->at[g].open = false;
            one_exit[g] = true;
        }
        of[i] = g;
        tv_trade *m = &out->at[g];
        one_exit[g] = one_exit[g] && m->p1 == t->p1;
        sum[g] += t->p1 * t->qty;
        m->qty += t->qty;
        m->pnl += t->pnl;
        m->open |= t->open;
        if (t->number < m->number) m->number = t->number;
    }
    /* Several exits: the last time and the mean price. */
    for (int64_t i = 0; i < l->n; i++) {
        tv_trade *m = &out->at[of[i]];
        if (!one_exit[of[i]] && l->at[i].t1 > m->t1) m->t1 = l->at[i].t1;
    }
    for (int64_t g = 0; g < out->n; g++)
        if (!one_exit[g]) out->at[g].p1 = sum[g] / (out->at[g].qty != 0.0 ? out->at[g].qty : 1.0);
}

/* ---- pairing -------------------------------------------------------------------------------- */

static int64_t pair(const tv_list *tv, const tv_list *own, int32_t *of_tv, int32_t *of_own)
{
    int64_t lo = 0, n = 0;
    for (int64_t k = 0; k < own->n; k++) of_own[k] = -1;
    for (int64_t i = 0; i < tv->n; i++) {
        const tv_trade *t = &tv->at[i];
        int64_t best = -1, gap = WINDOW + 1000;
        of_tv[i] = -1;
        while (lo < own->n && own->at[lo].t0 < t->t0 - WINDOW) lo++;
        for (int64_t k = lo; k < own->n && own->at[k].t0 <= t->t0 + WINDOW; k++) {
            const tv_trade *c = &own->at[k];
            if (of_own[k] >= 0 || c->side != t->side || fabs(c->p0 - t->p0) > PRICE) continue;
            const int64_t d = llabs(c->t0 - t->t0);
            if (d >= gap) continue;
            gap = d;
            best = k;
        }
        if (best < 0) continue;
        of_tv[i] = (int32_t)best;
        of_own[best] = (int32_t)i;
        n++;
    }
    return n;
}

static void cut(job *j, const tv_list *l, int64_t lo, int64_t hi, tv_list *out)
{
    *out = (tv_list){room(j, l->n, sizeof *out->at), 0};
    for (int64_t i = 0; !j->failed && i < l->n; i++)
        if (l->at[i].t0 >= lo && l->at[i].t0 <= hi) out->at[out->n++] = l->at[i];
}

/* ---- lots that may be sliced either way ------------------------------------------------------ */

static int64_t micro(double price)
{
    return (int64_t)floor(price * 1e6 + 0.5);
}

static int by_exit(const void *a, const void *b)
{
    const tv_trade *x = a, *y = b;
    if (x->t1 != y->t1) return x->t1 < y->t1 ? -1 : 1;
    const int64_t p = micro(x->p1), q = micro(y->p1);
    if (p != q) return p < q ? -1 : 1;
    return x->side - y->side;
}

static bool same_exit(const tv_trade *a, const tv_trade *b)
{
    return a->t1 == b->t1 && micro(a->p1) == micro(b->p1) && a->side == b->side;
}

/* Raw rows whose entry is in the window; `group` numbers their keys. */
static void select_rows(job *j, const tv_list *raw, const tv_list *window, tv_list *out)
{
    *out = (tv_list){room(j, raw->n, sizeof *out->at), 0};
    if (j->failed) return;
    int64_t lo = 0;
    for (int64_t i = 0; i < raw->n; i++) {
        const tv_trade *t = &raw->at[i];
        while (lo < window->n && window->at[lo].t0 < t->t0) lo++;
        bool in = false;
        for (int64_t k = lo; k < window->n && window->at[k].t0 == t->t0 && !in; k++)
            in = same_key(&window->at[k], t);
        if (!in) continue;
        tv_trade *to = &out->at[out->n];
        *to = *t;
        to->group = (int32_t)out->n;
        for (int64_t k = out->n; k-- > 0 && out->at[k].t0 == t->t0;) {
            if (!same_key(&out->at[k], t)) continue;
            to->group = out->at[k].group;
            break;
        }
        out->n++;
    }
}

/* One entry drains through several exits, and one of these exits is shared by several entries. */
static bool ambiguous(job *j, const tv_list *rows)
{
    bool *multi = room(j, rows->n, sizeof *multi);
    tv_trade *v = room(j, rows->n, sizeof *v);
    if (j->failed) return false;
    for (int64_t i = 0; i < rows->n; i++) {
        for (int64_t k = i; k-- > 0 && rows->at[k].t0 == rows->at[i].t0;)
            if (rows->at[k].group == rows->at[i].group && !same_exit(&rows->at[k], &rows->at[i]))
                multi[rows->at[i].group] = true;
        v[i] = rows->at[i];
    }
    if (rows->n > 1) qsort(v, (size_t)rows->n, sizeof *v, by_exit);
    for (int64_t i = 0, first = 0; i < rows->n; i++) {
        if (!same_exit(&v[first], &v[i])) first = i;
        for (int64_t k = first; k < i; k++)
            if (v[k].group != v[i].group && (multi[v[k].group] || multi[v[i].group])) return true;
    }
    return false;
}

/* Quantities per exit: 0 for what both lists have, 1 for what one has alone. */
static int64_t exit_schedule(job *j, const tv_list *tv, const tv_list *own, double *delta)
{
    const int64_t n = tv->n + own->n;
    tv_trade *v = room(j, n, sizeof *v);
    int64_t m = 0;
    if (j->failed) return 0;
    for (int64_t i = 0; i < n; i++) {
        v[i] = i < tv->n ? tv->at[i] : own->at[i - tv->n];
        v[i].number = i < tv->n;
    }
    if (n > 1) qsort(v, (size_t)n, sizeof *v, by_exit);
    for (int64_t i = 0; i < n;) {
        double a = 0.0, b = 0.0;
        int64_t k = i;
        for (; k < n && same_exit(&v[i], &v[k]); k++) {
            if (v[k].number)
                a += v[k].qty;
            else
                b += v[k].qty;
        }
        const double both = a < b ? a : b;
        if (both > 1e-9) delta[m++] = 0.0;
        if (a - both > 1e-9) delta[m++] = 1.0;
        if (b - both > 1e-9) delta[m++] = 1.0;
        i = k;
    }
    return m;
}

static double total(const tv_list *l)
{
    double sum = 0.0;
    for (int64_t i = 0; i < l->n; i++) sum += l->at[i].pnl;
    return sum;
}

static void loosen(job *j, const tv_list *tv_raw, const tv_list *own_raw, tv_grade *g)
{
    tv_list a, b;
    select_rows(j, tv_raw, &g->tv, &a);
    select_rows(j, own_raw, &g->own, &b);
    if (j->failed || (!ambiguous(j, &a) && !ambiguous(j, &b))) return;
    double *delta = room(j, 2 * (a.n + b.n), sizeof *delta);
    if (j->failed) return;
    const int64_t n = exit_schedule(j, &a, &b, delta);
    const double x = percentile(delta, n, 0.9);
    if (n > 0 && x <= g->exit90) g->exit90 = x;
    const double ta = total(&a), tb = total(&b), d = fabs(ta - tb);
    if (fabs(ta) < TINY) return;
    const double p = d < CENT ? 0.0 : d / fabs(ta);
    if (p <= g->pnl90) g->pnl90 = p;
}

/* ---- gates ---------------------------------------------------------------------------------- */

static double pnl_error(const tv_trade *a, const tv_trade *b, double exit_tol)
{
    double d = fabs(a->pnl - b->pnl);
    if (a->qty > 1e-9 && b->qty > 1e-9 && fabs(a->qty / b->qty - 1.0) <= BAND) {
        const double scaled = fabs(a->pnl - b->pnl * (a->qty / b->qty));
        if (scaled < d) d = scaled;
    }
    if (d < CENT) return 0.0;
    const double explained = (a->qty > b->qty ? a->qty : b->qty) * fabs(a->p1 - b->p1) + CENT;
    if (rel(a->p1, b->p1) < exit_tol && d <= explained) return 0.0;
    return d / fabs(a->pnl);
}

static void measure(job *j, double exit_tol, tv_grade *g)
{
    double *v[4];
    int64_t n = 0, m = 0;
    for (int k = 0; k < 4; k++) v[k] = room(j, g->tv.n, sizeof **v);
    if (j->failed) return;
    for (int64_t i = 0; i < g->tv.n; i++) {
        if (g->pair_of_tv[i] < 0) continue;
        const tv_trade *a = &g->tv.at[i], *b = &g->own.at[g->pair_of_tv[i]];
        v[0][n] = rel(a->p0, b->p0);
        v[1][n] = rel(a->p1, b->p1);
        v[2][n++] = rel(a->qty, b->qty);
        g->same_entry += a->t0 == b->t0;
        g->same_exit += a->t1 == b->t1;
        if (fabs(a->pnl) >= TINY) v[3][m++] = pnl_error(a, b, exit_tol);
    }
    g->entry90 = percentile(v[0], n, 0.9);
    g->exit90 = percentile(v[1], n, 0.9);
    g->qty90 = percentile(v[2], n, 0.9);
    g->pnl90 = percentile(v[3], m, 0.9);
}

/* Several entries at one tick must be several orders here too. */
static void check_identity(const plural *p, tv_grade *g)
{
    for (int64_t k = 0; k < p->keys; k++) {
        bool there = false, unknown = false;
        int64_t orders = 0, n = 0;
        for (int64_t i = 0; i < g->tv.n && !there; i++) there = same_key(&g->tv.at[i], &p->key[k]);
        if (!there) continue;
        for (int64_t i = 0; i < g->own.n; i++) {
            if (project(p, &g->own.at[i]) != k) continue;
            bool seen = false;
            n++;
            unknown |= g->own.at[i].ident == 0;
            for (int64_t q = 0; q < i && !seen; q++)
                seen = project(p, &g->own.at[q]) == k && g->own.at[q].ident == g->own.at[i].ident;
            orders += !seen;
        }
        if (n == 0 || unknown)
            g->identity_unknown++;
        else
            g->identity_bad += llabs(p->signals[k] - orders);
    }
}

static void reason(tv_grade *g, bool bad, const char *fmt, double v)
{
    if (!bad) return;
    const size_t n = strlen(g->reasons);
    if (n > 0) snprintf(g->reasons + n, sizeof g->reasons - n, ", ");
    const size_t k = strlen(g->reasons);
    snprintf(g->reasons + k, sizeof g->reasons - k, fmt, v);
}

static void decide(tv_grade *g, double exit_tol, double pnl_tol)
{
    const bool covered = g->coverage >= 0.99 || g->unmatched <= 1;
    reason(g, g->tv.n != g->own.n, "count differs by %.0f", (double)(g->own.n - g->tv.n));
    reason(g, g->entry90 >= ENTRY, "entry p90 %.4f%%", g->entry90 * 100.0);
    reason(g, g->exit90 >= exit_tol, "exit p90 %.4f%%", g->exit90 * 100.0);
    reason(g, g->pnl90 >= pnl_tol, "pnl p90 %.4f%%", g->pnl90 * 100.0);
    reason(g, !covered, "coverage %.2f%%", g->coverage * 100.0);
    reason(g, g->identity_bad > 0, "entry identity %.0f", (double)g->identity_bad);
    if (g->reasons[0] == '\0')
        g->grade = TV_EXCELLENT;
    else if ((g->coverage >= 0.95 || g->unmatched <= 1) && g->count_delta < 0.06 &&
             g->entry90 < 1e-3 && g->exit90 < 5e-3 && g->pnl90 < 1.0)
        g->grade = TV_STRONG;
    else if (g->coverage >= 0.75 && (double)g->pairs >= 0.90 * (double)(g->tv.n > 0 ? g->tv.n : 1))
        g->grade = TV_MODERATE;
    else
        g->grade = TV_WEAK;
}

/* An open trade that was not paired does not count against the coverage. */
static void cover(const tv_list *tv_raw, const tv_list *tv_all, tv_grade *g)
{
    int64_t base = 0, lo = 0;
    for (int64_t i = 0; i < tv_all->n; i++) {
        const tv_trade *t = &tv_all->at[i];
        bool open = false, paired = false;
        while (lo < tv_raw->n && tv_raw->at[lo].t0 < t->t0) lo++;
        for (int64_t k = lo; k < tv_raw->n && tv_raw->at[k].t0 == t->t0; k++)
            open |= tv_raw->at[k].open && same_key(&tv_raw->at[k], t);
        for (int64_t k = 0; open && k < g->tv.n && !paired; k++)
            paired = g->pair_of_tv[k] >= 0 && g->tv.at[k].number == t->number;
        base += !(open && !paired);
    }
    g->unmatched = base > g->pairs ? base - g->pairs : 0;
    g->coverage = base > 0 ? (double)g->pairs / (double)base : 1.0;
}

static void compare(job *j, const tv_list *tv_raw, const tv_list *own_raw, bool production,
                    tv_grade *g)
{
    const double exit_tol = production ? 5e-4 : 1e-4, pnl_tol = production ? 1.0 : 0.01;
    plural p = {0};
    tv_list tv_all, own_all;
    find_plural(j, tv_raw, &p);
    if (!j->failed) merge(j, tv_raw, &p, true, &tv_all);
    if (!j->failed) merge(j, own_raw, &p, false, &own_all);
    g->pair_of_tv = room(j, tv_raw->n, sizeof *g->pair_of_tv);
    g->pair_of_own = room(j, own_raw->n, sizeof *g->pair_of_own);
    if (j->failed) return;
    g->tv = tv_all;
    g->own = own_all;
    g->pairs = pair(&tv_all, &own_all, g->pair_of_tv, g->pair_of_own);
    if (g->pairs == 0) {
        g->unmatched = tv_all.n;
        g->grade = tv_all.n == 0 && own_all.n == 0 ? TV_EXCELLENT : TV_MINIMAL;
        if (g->grade == TV_MINIMAL) reason(g, true, "no trade paired", 0.0);
        return;
    }
    int64_t lo = INT64_MAX, hi = INT64_MIN;
    for (int64_t i = 0; i < tv_all.n; i++) {
        if (g->pair_of_tv[i] < 0) continue;
        const int64_t a = tv_all.at[i].t0, b = own_all.at[g->pair_of_tv[i]].t0;
        const int64_t first = a < b ? a : b, last = a > b ? a : b;
        lo = first < lo ? first : lo;
        hi = last > hi ? last : hi;
    }
    cut(j, &tv_all, lo - WINDOW, hi + WINDOW, &g->tv);
    cut(j, &own_all, lo - WINDOW, hi + WINDOW, &g->own);
    if (j->failed) return;
    g->pairs = pair(&g->tv, &g->own, g->pair_of_tv, g->pair_of_own);
    g->count_delta = rel((double)g->tv.n, (double)g->own.n);
    measure(j, exit_tol, g);
    if (!j->failed && g->entry90 < 1e-12 && g->count_delta < 0.06) loosen(j, tv_raw, own_raw, g);
    if (j->failed) return;
    check_identity(&p, g);
    cover(tv_raw, &tv_all, g);
    g->tv_pnl = total(&g->tv);
    g->own_pnl = total(&g->own);
    decide(g, exit_tol, pnl_tol);
}

wick_status tv_compare(wick_ctx *ctx, wick_arena *a, const tv_list *tv, const tv_list *own,
                       bool production, tv_grade *out)
{
    job j = {.ctx = ctx, .a = a};
    memset(out, 0, sizeof *out);
    compare(&j, tv, own, production, out);
    return j.failed ? wick_fail_mem(ctx) : WICK_OK;
}

const char *tv_grade_text(tv_grade_name g)
{
    static const char *const names[] = {"excellent", "strong", "moderate", "weak", "minimal"};
    return names[g];
}
