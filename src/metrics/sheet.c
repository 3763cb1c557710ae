/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "metrics/sheet_int.h"

typedef struct row {
    char *label;
    const char *formula;
    int32_t unit; /* -1: the column's */
    double *v;
} row;

struct wick_sheet {
    const wick_sheet_spec *spec;
    int64_t columns;
    const char *const *names;
    const wick_metric_unit *units;
    row *rows;
    int64_t n, cap;
    bool failed;
};

int64_t wick_sheet_count(void)
{
    return wk_sheet_table_n;
}

const wick_sheet_spec *wick_sheet_at(int64_t i)
{
    return i >= 0 && i < wk_sheet_table_n ? wk_sheet_table[i] : NULL;
}

const wick_sheet_spec *wick_sheet_find(const char *name)
{
    for (int64_t i = 0; name != NULL && i < wk_sheet_table_n; i++) {
        if (strcmp(wk_sheet_table[i]->name, name) == 0) return wk_sheet_table[i];
    }
    return NULL;
}

/* ---- building ----------------------------------------------------------------------------- */

void wk_sheet_columns(wick_sheet *t, int64_t n, const char *const *names,
                      const wick_metric_unit *units)
{
    t->columns = n;
    t->names = names;
    t->units = units;
}

static row *add(wick_sheet *t, const char *label, const char *formula)
{
    if (t->n == t->cap) {
        const int64_t cap = t->cap > 0 ? 2 * t->cap : 32;
        row *grown = realloc(t->rows, (size_t)cap * sizeof *grown);
        if (grown == NULL) {
            t->failed = true;
            return NULL;
        }
        t->rows = grown;
        t->cap = cap;
    }
    row *r = &t->rows[t->n];
    const size_t bytes = strlen(label) + 1;
    *r = (row){malloc(bytes), formula != NULL ? formula : "", -1,
               malloc((size_t)t->columns * sizeof(double))};
    if (r->label == NULL || r->v == NULL) {
        free(r->label);
        free(r->v);
        t->failed = true;
        return NULL;
    }
    memcpy(r->label, label, bytes);
    for (int64_t k = 0; k < t->columns; k++) r->v[k] = WICK_NA;
    t->n++;
    return r;
}

double *wk_sheet_row(wick_sheet *t, const char *label, const char *formula)
{
    row *r = add(t, label, formula);
    return r != NULL ? r->v : NULL;
}

void wk_sheet_row_unit(wick_sheet *t, wick_metric_unit unit)
{
    if (t->n > 0) t->rows[t->n - 1].unit = (int32_t)unit;
}

void wk_sheet_put(wick_sheet *t, const char *label, wick_metric_unit unit, const char *formula,
                  double v)
{
    row *r = add(t, label, formula);
    if (r == NULL) return;
    r->unit = (int32_t)unit;
    r->v[0] = v;
}

wick_status wick_sheet_build(wick_ctx *ctx, const char *name, const wick_ledger *l,
                             const wick_metric_opts *opts, wick_sheet **out)
{
    if (l == NULL || name == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "a sheet needs a name, a ledger and a place to go");
    }
    const wick_sheet_spec *spec = wick_sheet_find(name);
    if (spec == NULL) {
        const char *names[64];
        int64_t n = 0;
        for (; n < wk_sheet_table_n && n < 64; n++) names[n] = wk_sheet_table[n]->name;
        const char *near = wick_nearest(name, names, n);
        if (near != NULL) {
            return wick_fail(ctx, WICK_E_ARG, "unknown sheet '%s'; did you mean '%s'?", name, near);
        }
        return wick_fail(ctx, WICK_E_ARG, "unknown sheet '%s'; `wick list sheets` names them all",
                         name);
    }
    wick_metric_opts o;
    wick_status st = wk_metric_options(ctx, opts, &o);
    if (st < 0) return st;
    wick_sheet *t = calloc(1, sizeof *t);
    if (t == NULL) return wick_fail_mem(ctx);
    t->spec = spec;
    st = spec->build(ctx, l, &o, t);
    if (st == WICK_OK && t->failed) st = wick_fail_mem(ctx);
    if (st < 0) {
        wick_sheet_free(t);
        return st;
    }
    *out = t;
    return WICK_OK;
}

void wick_sheet_free(wick_sheet *t)
{
    if (t == NULL) return;
    for (int64_t i = 0; i < t->n; i++) {
        free(t->rows[i].label);
        free(t->rows[i].v);
    }
    free(t->rows);
    free(t);
}

/* ---- reading ------------------------------------------------------------------------------ */

const wick_sheet_spec *wick_sheet_spec_of(const wick_sheet *t)
{
    return t->spec;
}

int64_t wick_sheet_rows(const wick_sheet *t)
{
    return t->n;
}

int64_t wick_sheet_columns(const wick_sheet *t)
{
    return t->columns;
}

const char *wick_sheet_label(const wick_sheet *t, int64_t i)
{
    return i >= 0 && i < t->n ? t->rows[i].label : "";
}

const char *wick_sheet_column(const wick_sheet *t, int64_t k)
{
    return k >= 0 && k < t->columns ? t->names[k] : "";
}

wick_metric_unit wick_sheet_unit(const wick_sheet *t, int64_t i, int64_t k)
{
    if (i < 0 || i >= t->n || k < 0 || k >= t->columns) return WICK_M_RATIO;
    return t->rows[i].unit >= 0 ? (wick_metric_unit)t->rows[i].unit : t->units[k];
}

const char *wick_sheet_formula(const wick_sheet *t, int64_t i)
{
    return i >= 0 && i < t->n ? t->rows[i].formula : "";
}

double wick_sheet_value(const wick_sheet *t, int64_t i, int64_t k)
{
    return i >= 0 && i < t->n && k >= 0 && k < t->columns ? t->rows[i].v[k] : WICK_NA;
}

double wick_sheet_get(const wick_sheet *t, const char *label)
{
    for (int64_t i = 0; i < t->n; i++) {
        if (strcmp(t->rows[i].label, label) == 0) return t->rows[i].v[0];
    }
    return WICK_NA;
}

/* ---- shared series ------------------------------------------------------------------------ */

static int64_t day_of(int64_t time)
{
    return time >= 0 ? time / WICK_MS_DAY : -((WICK_MS_DAY - 1 - time) / WICK_MS_DAY);
}

int64_t wk_period_of(int64_t time, wk_period p)
{
    if (p == WK_DAY) return day_of(time);
    /* Day 0 is a Thursday; the week that ends on Sunday the 4th is week 0. */
    if (p == WK_WEEK) return (day_of(time) + 3 + 7 * 100000) / 7 - 100000;
    const wick_civil c = wick_time_to_civil(time);
    if (p == WK_YEAR) return c.year;
    const int64_t month = (int64_t)c.year * 12 + c.month - 1;
    return p == WK_MONTH ? month : month / 3;
}

int64_t wk_period_ends(int64_t n, const int64_t *time, wk_period p, int64_t *rows)
{
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        if (i + 1 < n && wk_period_of(time[i], p) == wk_period_of(time[i + 1], p)) continue;
        rows[m++] = i;
    }
    return m;
}

double wk_sorted_quantile(int64_t n, const double *sorted, double q)
{
    if (n < 1) return WICK_NA;
    const double h = (double)(n - 1) * q;
    const int64_t i = (int64_t)h;
    const double a = sorted[i], b = sorted[i + 1 < n ? i + 1 : i];
    return a + (h - (double)i) * (b - a);
}

double wk_mean(int64_t n, const double *x)
{
    wick_sum s = {0};
    for (int64_t i = 0; i < n; i++) wick_sum_add(&s, x[i]);
    return n > 0 ? wick_sum_get(&s) / (double)n : WICK_NA;
}

double wk_sample_dev(int64_t n, const double *x)
{
    wick_sum s = {0};
    if (n < 2) return WICK_NA;
    const double mean = wk_mean(n, x);
    for (int64_t i = 0; i < n; i++) wick_sum_add(&s, (x[i] - mean) * (x[i] - mean));
    return sqrt(wick_sum_get(&s) / (double)(n - 1));
}

void wk_trade_net(const wick_trade_rec *t, bool pnl_net, double *pnl, double *fraction)
{
    const double gross = pnl_net ? t->pnl + t->fees : t->pnl;
    *pnl = gross - t->fees;
    *fraction = t->return_pct / 100.0;
    if (!(t->entry_price > 0.0) || !(t->exit_price > 0.0) || !(t->qty > 0.0)) return;
    const double points = (double)t->side * t->qty * (t->exit_price - t->entry_price);
    const double value = points != 0.0 && gross != 0.0 ? gross / points : 1.0;
    *fraction = (double)t->side * (t->exit_price / t->entry_price - 1.0) -
                t->fees / (t->qty * t->entry_price * value);
}
