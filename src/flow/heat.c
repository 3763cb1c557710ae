/* SPDX-License-Identifier: MIT */
/* Trials over two parameters: cells, as CSV and JSON, and as shades of a terminal. */
#include <stdlib.h>
#include <string.h>

#include "flow/tune_int.h"

static const char *const of_names[] = {"max", "mean", "median", "min", "count"};
enum { OFS = sizeof of_names / sizeof *of_names };

int32_t wick_heat_find(const char *name)
{
    for (int32_t i = 0; i < OFS; i++)
        if (strcmp(of_names[i], name) == 0) return i;
    return -1;
}

const char *wick_heat_name(int32_t of)
{
    return of >= 0 && of < OFS ? of_names[of] : "?";
}

static bool counts(const wick_tune_trial *r)
{
    return r->number >= 0 && r->state == WICK_TRIAL_COMPLETE && !r->rejected;
}

/* Distinct values when there are few, else equal parts of the range. */
static int32_t make_bins(const wick_tune *t, int64_t param, double *lo, double *hi)
{
    int32_t n = 0;
    const wick_dist *d = &t->s->params[param].dist;
    for (int64_t i = 0; i < t->n && n <= WICK_HEAT_BINS; i++) {
        const wick_tune_trial r = wick_tune_at(t, i);
        if (!counts(&r)) continue;
        const double v = r.params[param];
        int32_t at = 0;
        while (at < n && lo[at] < v) at++;
        if (at < n && lo[at] == v) continue;
        if (n == WICK_HEAT_BINS) {
            n++;
            break;
        }
        for (int32_t k = n; k > at; k--) lo[k] = lo[k - 1];
        lo[at] = v;
        n++;
    }
    if (n <= WICK_HEAT_BINS) {
        for (int32_t k = 0; k < n; k++) hi[k] = lo[k];
        return n;
    }
    n = WICK_HEAT_BINS / 2;
    for (int32_t k = 0; k < n; k++) {
        lo[k] = d->low + (d->high - d->low) * k / n;
        hi[k] = d->low + (d->high - d->low) * (k + 1) / n;
    }
    return n;
}

static int32_t bin_of(const double *lo, const double *hi, int32_t n, double v)
{
    for (int32_t k = 0; k < n; k++)
        if (v >= lo[k] && (v < hi[k] || (lo[k] == hi[k] && v == lo[k]) || k == n - 1)) return k;
    return 0;
}

static double of_cell(double *v, int64_t n, int32_t of)
{
    wick_sum sum = {0};
    if (of == WICK_HEAT_COUNT) return (double)n;
    if (n == 0) return WICK_NA;
    if (of == WICK_HEAT_MEDIAN) return wk_median(v, n);
    double best = v[0];
    for (int64_t i = 0; i < n; i++) {
        wick_sum_add(&sum, v[i]);
        if (of == WICK_HEAT_MAX ? v[i] > best : v[i] < best) best = v[i];
    }
    return of == WICK_HEAT_MEAN ? wick_sum_get(&sum) / (double)n : best;
}

wick_status wick_tune_heat(wick_ctx *ctx, const wick_tune *t, int64_t x, int64_t y,
                           int32_t objective, int32_t of, wick_heat *out)
{
    if (x < 0 || y < 0 || x >= t->s->n_params || y >= t->s->n_params || of < 0 || of >= OFS ||
        objective < 0 || objective >= t->s->n_objectives)
        return wick_fail(ctx, WICK_E_ARG, "no such parameter, objective or aggregate");
    double *v = malloc((size_t)(t->n + 1) * sizeof *v);
    if (v == NULL) return wick_fail_mem(ctx);
    *out = (wick_heat){.x = x, .y = y, .of = of, .objective = objective};
    out->nx = make_bins(t, x, out->lo_x, out->hi_x);
    out->ny = make_bins(t, y, out->lo_y, out->hi_y);
    for (int32_t row = 0; row < out->ny; row++)
        for (int32_t col = 0; col < out->nx; col++) {
            int64_t n = 0;
            for (int64_t i = 0; i < t->n; i++) {
                const wick_tune_trial r = wick_tune_at(t, i);
                if (counts(&r) && bin_of(out->lo_x, out->hi_x, out->nx, r.params[x]) == col &&
                    bin_of(out->lo_y, out->hi_y, out->ny, r.params[y]) == row)
                    v[n++] = r.value[objective];
            }
            out->count[row][col] = n;
            out->cell[row][col] = of_cell(v, n, of);
        }
    free(v);
    return WICK_OK;
}

static void bin_text(const wick_tune *t, int64_t param, double lo, double hi, wick_buf *b)
{
    if (lo == hi) {
        wick_param_text(&t->s->params[param], lo, b);
    } else {
        wick_buf_add_double(b, wick_round_printf(lo, 4));
        wick_buf_add(b, "..", 2);
        wick_buf_add_double(b, wick_round_printf(hi, 4));
    }
}

void wick_heat_csv(const wick_heat *h, const wick_tune *t, wick_buf *out)
{
    wick_buf_addf(out, "%s,%s,%s_%s,trials\n", t->s->params[h->x].name, t->s->params[h->y].name,
                  of_names[h->of], t->s->objectives[h->objective]);
    for (int32_t y = 0; y < h->ny; y++)
        for (int32_t x = 0; x < h->nx; x++) {
            bin_text(t, h->x, h->lo_x[x], h->hi_x[x], out);
            wick_buf_add(out, ",", 1);
            bin_text(t, h->y, h->lo_y[y], h->hi_y[y], out);
            wick_buf_add(out, ",", 1);
            if (!isnan(h->cell[y][x])) wick_buf_add_double(out, h->cell[y][x]);
            wick_buf_addf(out, ",%lld\n", (long long)h->count[y][x]);
        }
}

static void axis_json(const wick_tune *t, int64_t param, const double *lo, const double *hi,
                      int32_t n, wick_json_writer *w)
{
    wick_jw_object(w);
    wick_jw_key(w, "parameter");
    wick_jw_string(w, t->s->params[param].name);
    wick_jw_key(w, "cells");
    wick_jw_array(w);
    for (int32_t k = 0; k < n; k++) {
        wick_buf b = {0};
        bin_text(t, param, lo[k], hi[k], &b);
        wick_jw_string(w, b.data != NULL ? b.data : "");
        wick_buf_free(&b);
    }
    wick_jw_end(w);
    wick_jw_end(w);
}

void wick_heat_json(const wick_heat *h, const wick_tune *t, wick_json_writer *w)
{
    wick_jw_object(w);
    wick_jw_key(w, "x");
    axis_json(t, h->x, h->lo_x, h->hi_x, h->nx, w);
    wick_jw_key(w, "y");
    axis_json(t, h->y, h->lo_y, h->hi_y, h->ny, w);
    wick_jw_key(w, "objective");
    wick_jw_string(w, t->s->objectives[h->objective]);
    wick_jw_key(w, "aggregate");
    wick_jw_string(w, of_names[h->of]);
    wick_jw_key(w, "values");
    wick_jw_array(w);
    for (int32_t y = 0; y < h->ny; y++) {
        wick_jw_array(w);
        for (int32_t x = 0; x < h->nx; x++) wick_jw_double(w, h->cell[y][x]);
        wick_jw_end(w);
    }
    wick_jw_end(w);
    wick_jw_end(w);
}

/* From dark blue to yellow on the colour cube of terminals. */
static const int shades[] = {17, 18, 19, 25, 31, 37, 43, 78, 148, 220};

static void shade(double v, double lo, double hi, bool good_high, bool color, wick_buf *out)
{
    static const char marks[] = " .:-=+*#%@";
    if (isnan(v)) {
        wick_buf_add(out, "   ", 3);
        return;
    }
    double at = hi > lo ? (v - lo) / (hi - lo) : 1.0;
    if (!good_high) at = 1.0 - at;
    const int k = at >= 1.0 ? 9 : at <= 0.0 ? 0 : (int)(at * 10.0);
    if (color)
        wick_buf_addf(out, "\033[48;5;%dm   \033[0m", shades[k]);
    else
        wick_buf_addf(out, " %c%c", k == 0 ? '.' : marks[k], k == 0 ? ' ' : marks[k]);
}

void wick_heat_text(const wick_heat *h, const wick_tune *t, bool color, wick_buf *out)
{
    double lo = WICK_NA, hi = WICK_NA;
    const bool good_high = h->of == WICK_HEAT_COUNT || t->s->better[h->objective] > 0;
    for (int32_t y = 0; y < h->ny; y++)
        for (int32_t x = 0; x < h->nx; x++) {
            const double v = h->cell[y][x];
            if (isnan(v)) continue;
            if (isnan(lo) || v < lo) lo = v;
            if (isnan(hi) || v > hi) hi = v;
        }
    wick_buf_addf(out, "%s of %s: %s upwards, %s to the right; %.4g to %.4g, %s is better\n",
                  of_names[h->of], t->s->objectives[h->objective], t->s->params[h->y].name,
                  t->s->params[h->x].name, lo, hi, color ? "yellow" : "@");
    for (int32_t y = h->ny - 1; y >= 0; y--) {
        wick_buf b = {0};
        bin_text(t, h->y, h->lo_y[y], h->hi_y[y], &b);
        wick_buf_addf(out, "%14.14s |", b.data != NULL ? b.data : "");
        wick_buf_free(&b);
        for (int32_t x = 0; x < h->nx; x++) shade(h->cell[y][x], lo, hi, good_high, color, out);
        wick_buf_add(out, "\n", 1);
    }
    wick_buf first = {0}, last = {0};
    if (h->nx > 0) {
        bin_text(t, h->x, h->lo_x[0], h->hi_x[0], &first);
        bin_text(t, h->x, h->lo_x[h->nx - 1], h->hi_x[h->nx - 1], &last);
    }
    const int wide = 3 * h->nx - (int)first.len;
    wick_buf_addf(out, "%14s  %s%*s\n", "", first.data != NULL ? first.data : "",
                  wide > (int)last.len ? wide : (int)last.len + 1,
                  last.data != NULL ? last.data : "");
    wick_buf_free(&first);
    wick_buf_free(&last);
}
