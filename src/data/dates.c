/* SPDX-License-Identifier: MIT */
/* Dated numbers of a symbol that are no bars: rates and corporate actions. They travel with the
 * facts of the symbol, so that whatever is made from its bars has them too. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

struct wick_dates {
    atomic_int refs;
    int64_t n[WICK_DATED];
    int64_t *time[WICK_DATED];
    double *value[WICK_DATED];
    wk_rates *rates; /**< NULL: none */
};

const char *wick_dated_name(int32_t kind)
{
    static const char *const names[WICK_DATED] = {"funding", "borrow", "dividend", "split"};
    return kind >= 0 && kind < WICK_DATED ? names[kind] : "unknown";
}

wick_dates *wick_dates_ref(wick_dates *d)
{
    if (d != NULL) atomic_fetch_add(&d->refs, 1);
    return d;
}

void wick_dates_unref(wick_dates *d)
{
    if (d == NULL || atomic_fetch_sub(&d->refs, 1) != 1) return;
    for (int k = 0; k < WICK_DATED; k++) {
        free(d->time[k]);
        free(d->value[k]);
    }
    wk_rates_unref(d->rates);
    free(d);
}

int64_t wick_dates_get(const wick_dates *d, int32_t kind, const int64_t **time,
                       const double **value)
{
    if (d == NULL || kind < 0 || kind >= WICK_DATED) return 0;
    *time = d->time[kind];
    *value = d->value[kind];
    return d->n[kind];
}

static bool keep(wick_dates *d, int k, int64_t n, const int64_t *time, const double *value)
{
    if (n == 0) return true;
    d->time[k] = malloc((size_t)n * sizeof *time);
    d->value[k] = malloc((size_t)n * sizeof *value);
    if (d->time[k] == NULL || d->value[k] == NULL) return false;
    memcpy(d->time[k], time, (size_t)n * sizeof *time);
    memcpy(d->value[k], value, (size_t)n * sizeof *value);
    d->n[k] = n;
    return true;
}

static wick_status check(wick_ctx *ctx, int32_t kind, int64_t n, const int64_t *time,
                         const double *value)
{
    if (kind < 0 || kind >= WICK_DATED || n < 0 || (n > 0 && (time == NULL || value == NULL)))
        return wick_fail(ctx, WICK_E_ARG, "dated numbers need a kind, times and values");
    for (int64_t i = 0; i < n; i++) {
        char day[WICK_TIME_TEXT], text[WICK_DOUBLE_TEXT];
        wick_time_format(day, time[i], false);
        wick_format_double(text, value[i]);
        if (i > 0 && time[i] <= time[i - 1])
            return wick_fail(ctx, WICK_E_DATA, "%s: the time %s does not come after the one before",
                             wick_dated_name(kind), day);
        const bool good = isfinite(value[i]) && (kind == WICK_FUNDING || value[i] >= 0.0) &&
                          (kind != WICK_SPLIT || value[i] > 0.0);
        if (!good)
            return wick_fail(ctx, WICK_E_DATA, "%s at %s is %s; it must be %s",
                             wick_dated_name(kind), day, text,
                             kind == WICK_FUNDING ? "a finite number"
                             : kind == WICK_SPLIT ? "above zero"
                                                  : "zero or more");
    }
    return WICK_OK;
}

wick_status wick_dates_new(wick_ctx *ctx, const wick_dates *from, int32_t kind, int64_t n,
                           const int64_t *time, const double *value, wick_dates **out)
{
    const wick_status st = check(ctx, kind, n, time, value);
    if (st < 0) return st;
    wick_dates *d = calloc(1, sizeof *d);
    if (d == NULL) return wick_fail_mem(ctx);
    atomic_init(&d->refs, 1);
    bool good = keep(d, kind, n, time, value);
    for (int k = 0; k < WICK_DATED && good && from != NULL; k++)
        if (k != kind) good = keep(d, k, from->n[k], from->time[k], from->value[k]);
    if (from != NULL) d->rates = wk_rates_ref(from->rates);
    if (!good) {
        wick_dates_unref(d);
        return wick_fail_mem(ctx);
    }
    *out = d;
    return WICK_OK;
}

wick_status wk_dates_with_rates(wick_ctx *ctx, const wick_dates *from, wk_rates *rates,
                                wick_dates **out)
{
    const int64_t *time = NULL;
    const double *value = NULL;
    const int64_t n = wick_dates_get(from, 0, &time, &value);
    const wick_status st = wick_dates_new(ctx, from, 0, n, time, value, out);
    if (st < 0) return st;
    wk_rates_unref((*out)->rates);
    (*out)->rates = wk_rates_ref(rates);
    return WICK_OK;
}

const wk_rates *wk_dates_rates(const wick_dates *d)
{
    return d != NULL ? d->rates : NULL;
}

void wk_dates_digest(const wick_dates *d, wick_sha256 *s)
{
    for (int k = 0; k < WICK_DATED && d != NULL; k++) {
        if (d->n[k] == 0) continue;
        wick_sha256_add(s, wick_dated_name(k), (int64_t)strlen(wick_dated_name(k)));
        wick_sha256_add(s, d->time[k], d->n[k] * 8);
        wick_sha256_add(s, d->value[k], d->n[k] * 8);
    }
    if (d != NULL) wk_rates_digest(d->rates, s);
}

wick_status wick_bars_with_dates(wick_ctx *ctx, wick_bars *b, wick_dates *dates, wick_bars **out)
{
    wick_bars *c = calloc(1, sizeof *c + 1);
    if (c == NULL) return wick_fail_mem(ctx);
    atomic_init(&c->refs, 1);
    c->n = b->n;
    c->time = b->time;
    memcpy(c->f, b->f, sizeof c->f);
    c->info = b->info;
    c->info.dates = wick_dates_ref(dates);
    c->own_dates = true;
    c->id = b->id;
    c->base = wick_bars_ref(b);
    *out = c;
    return WICK_OK;
}
