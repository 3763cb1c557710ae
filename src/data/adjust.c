/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

typedef struct event {
    int64_t date;
    double value;
} event;

static int by_date(const void *a, const void *b)
{
    const event *x = a, *y = b;
    return (x->date > y->date) - (x->date < y->date);
}

static wick_status sorted(wick_ctx *ctx, const wick_bars *b, int64_t n, const int64_t *date,
                          const double *value, const char *what, event **out)
{
    if (n < 0 || (n > 0 && (date == NULL || value == NULL))) {
        return wick_fail(ctx, WICK_E_ARG, "%s: no %s given", b->info.symbol, what);
    }
    event *e = malloc(((size_t)n + 1) * sizeof *e);
    if (e == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        if (!(value[i] > 0.0) || !isfinite(value[i])) {
            char day[WICK_TIME_TEXT];
            wick_time_format(day, date[i], true);
            const double v = value[i];
            free(e);
            return wick_fail(ctx, WICK_E_DATA, "%s: the %s of %s is %.10g; it must be above 0",
                             b->info.symbol, what, day, v);
        }
        e[i] = (event){date[i], value[i]};
    }
    qsort(e, (size_t)n, sizeof *e, by_date);
    *out = e;
    return WICK_OK;
}

/* New bars with prices times factor[i] and volumes times volume[i] (NULL: as they are). */
static wick_status scaled(wick_ctx *ctx, const wick_bars *b, const double *factor,
                          const double *volume, wick_bars **out)
{
    wk_cols c;
    const wick_status st = wk_cols_new(ctx, b->n, &c);
    if (st < 0) return st;
    memcpy(c.time, b->time, (size_t)b->n * sizeof *c.time);
    for (int64_t i = 0; i < b->n; i++) {
        for (int k = WICK_OPEN; k <= WICK_CLOSE; k++) c.f[k][i] = b->f[k][i] * factor[i];
        c.f[WICK_VOLUME][i] = b->f[WICK_VOLUME][i] * (volume != NULL ? volume[i] : 1.0);
    }
    return wk_bars_take(ctx, &c, &b->info, out);
}

wick_status wick_bars_adjust_dividends(wick_ctx *ctx, const wick_bars *b, int64_t n,
                                       const int64_t *ex_date, const double *amount,
                                       wick_bars **out)
{
    event *e = NULL;
    wick_status st = sorted(ctx, b, n, ex_date, amount, "dividend", &e);
    if (st < 0) return st;
    double *factor = malloc(((size_t)b->n + 1) * sizeof *factor);
    if (factor == NULL) {
        free(e);
        return wick_fail_mem(ctx);
    }
    /* Walking back from the last session; an ex-date without a bar works on the next one. */
    double f = 1.0;
    int64_t k = n - 1;
    for (int64_t i = b->n - 1; i >= 0 && st == WICK_OK; i--) {
        factor[i] = f;
        while (k >= 0 && b->n > 0 && e[k].date > b->time[b->n - 1]) k--; /* not paid yet */
        while (i > 0 && k >= 0 && e[k].date > b->time[i - 1]) {
            const double before = b->f[WICK_CLOSE][i - 1];
            if (!(e[k].value < before)) {
                char day[WICK_TIME_TEXT];
                wick_time_format(day, e[k].date, true);
                st = wick_fail(ctx, WICK_E_DATA,
                               "%s: the dividend of %s (%.10g) is not below the close before it "
                               "(%.10g)",
                               b->info.symbol, day, e[k].value, before);
                break;
            }
            f *= 1.0 - e[k--].value / before;
        }
    }
    if (st == WICK_OK) st = scaled(ctx, b, factor, NULL, out);
    free(factor);
    free(e);
    return st;
}

wick_status wick_bars_adjust_splits(wick_ctx *ctx, const wick_bars *b, int64_t n,
                                    const int64_t *date, const double *ratio, wick_bars **out)
{
    event *e = NULL;
    wick_status st = sorted(ctx, b, n, date, ratio, "split", &e);
    if (st < 0) return st;
    double *factor = malloc(((size_t)b->n * 2 + 2) * sizeof *factor);
    if (factor == NULL) {
        free(e);
        return wick_fail_mem(ctx);
    }
    double *volume = factor + b->n + 1;
    double ratios = 1.0;
    int64_t k = n - 1;
    while (k >= 0 && b->n > 0 && e[k].date > b->time[b->n - 1]) k--; /* not split yet */
    for (int64_t i = b->n - 1; i >= 0; i--) {
        while (k >= 0 && e[k].date > b->time[i]) ratios *= e[k--].value;
        factor[i] = 1.0 / ratios;
        volume[i] = ratios;
    }
    st = scaled(ctx, b, factor, volume, out);
    free(factor);
    free(e);
    return st;
}
