/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

void wk_mapping_unref(wk_mapping *m)
{
    if (m == NULL || atomic_fetch_sub(&m->refs, 1) != 1) return;
    wick_map_close(&m->map);
    free(m);
}

int64_t wk_col_stride(int64_t n)
{
    return n <= 0 ? 8 : (n + 7) & ~INT64_C(7);
}

wick_status wk_cols_new(wick_ctx *ctx, int64_t n, wk_cols *out)
{
    const int64_t stride = wk_col_stride(n);
    if (n < 0 || n > INT64_MAX / 64) return wick_fail(ctx, WICK_E_ARG, "%lld rows", (long long)n);
    double *block = wick_alloc_column(stride * (WICK_FIELDS + 1));
    if (block == NULL) return wick_fail_mem(ctx);
    out->n = n;
    out->block = block;
    out->time = (int64_t *)(void *)block;
    for (int k = 0; k < WICK_FIELDS; k++) {
        out->f[k] = block + stride * (k + 1);
        for (int64_t i = n; i < stride; i++) out->f[k][i] = WICK_NA;
    }
    for (int64_t i = n; i < stride; i++) out->time[i] = INT64_MAX;
    return WICK_OK;
}

void wk_cols_free(wk_cols *c)
{
    wick_free_aligned(c->block);
    memset(c, 0, sizeof *c);
}

uint64_t wk_cols_hash(const wk_cols *c)
{
    uint64_t h = wick_hash64(c->time, c->n * 8, (uint64_t)c->n);
    for (int k = 0; k < WICK_FIELDS; k++) h = wick_hash64(c->f[k], c->n * 8, h);
    return h;
}

int wk_row_rule(const wk_cols *c, int64_t i, bool allow_negative)
{
    const double o = c->f[WICK_OPEN][i], h = c->f[WICK_HIGH][i];
    const double l = c->f[WICK_LOW][i], x = c->f[WICK_CLOSE][i], v = c->f[WICK_VOLUME][i];
    if (!isfinite(o) || !isfinite(h) || !isfinite(l) || !isfinite(x)) return WK_ROW_MISSING;
    if (!allow_negative && (o <= 0.0 || h <= 0.0 || l <= 0.0 || x <= 0.0)) {
        return WK_ROW_NOT_POSITIVE;
    }
    if (l > o || l > x || o > h || x > h) return WK_ROW_OHLC;
    if (v < 0.0 || isinf(v)) return WK_ROW_VOLUME;
    return WK_ROW_GOOD;
}

/* Counts broken rows of one block without branches, so that clean data costs one pass. */
static int64_t bad_in_block(const wk_cols *c, double floor, int64_t from, int64_t to)
{
    const int64_t *t = c->time;
    const double *o = c->f[WICK_OPEN], *h = c->f[WICK_HIGH], *l = c->f[WICK_LOW];
    const double *x = c->f[WICK_CLOSE], *v = c->f[WICK_VOLUME];
    int64_t bad = 0;
    for (int64_t i = from; i < to; i++) {
        const int ok = (l[i] <= o[i]) & (l[i] <= x[i]) & (o[i] <= h[i]) & (x[i] <= h[i]) &
                       (l[i] > floor) & (h[i] <= DBL_MAX);
        const int vol = (v[i] < 0.0) | (v[i] > DBL_MAX);
        bad += (!ok) | vol;
    }
    for (int64_t i = from > 0 ? from : 1; i < to; i++) bad += t[i] <= t[i - 1];
    return bad;
}

int64_t wk_rows_first_bad(const wk_cols *c, bool allow_negative, int64_t from)
{
    const double floor = allow_negative ? -DBL_MAX : 0.0;
    for (int64_t at = from; at < c->n; at += 512) {
        const int64_t to = at + 512 < c->n ? at + 512 : c->n;
        if (bad_in_block(c, floor, at, to) == 0) continue;
        for (int64_t i = at; i < to; i++) {
            if (bad_in_block(c, floor, i, i + 1) != 0) return i;
        }
    }
    return -1;
}

const char *wk_rule_name(int rule)
{
    static const char *const names[] = {"good",      "time_backwards", "duplicate_time",
                                        "empty_row", "non_positive",   "ohlc_order",
                                        "bad_volume"};
    return names[rule];
}

void wk_row_text(const wk_cols *c, int64_t i, int rule, char *out, size_t cap)
{
    const double o = c->f[WICK_OPEN][i], h = c->f[WICK_HIGH][i];
    const double l = c->f[WICK_LOW][i], x = c->f[WICK_CLOSE][i];
    char now[WICK_TIME_TEXT], before[WICK_TIME_TEXT];
    wick_time_format(now, c->time[i], true);
    switch (rule) {
    case WK_ROW_BACKWARDS:
    case WK_ROW_DUPLICATE:
        wick_time_format(before, i > 0 ? c->time[i - 1] : 0, true);
        snprintf(out, cap,
                 rule == WK_ROW_DUPLICATE ? "the stamp %s is there twice (before: %s)"
                                          : "time runs back to %s after %s",
                 now, before);
        break;
    case WK_ROW_MISSING:
        snprintf(out, cap,
                 "%s: a price is missing (open %.10g, high %.10g, low %.10g, close %.10g)", now, o,
                 h, l, x);
        break;
    case WK_ROW_NOT_POSITIVE:
        snprintf(out, cap,
                 "%s: a price is not above zero (open %.10g, high %.10g, low %.10g, close %.10g)",
                 now, o, h, l, x);
        break;
    case WK_ROW_OHLC: {
        const char *what = l > h   ? "low is above high"
                           : l > o ? "low is above open"
                           : o > h ? "open is above high"
                           : l > x ? "low is above close"
                                   : "close is above high";
        snprintf(out, cap, "%s: %s (open %.10g, high %.10g, low %.10g, close %.10g)", now, what, o,
                 h, l, x);
        break;
    }
    default: snprintf(out, cap, "%s: volume is %.10g", now, c->f[WICK_VOLUME][i]); break;
    }
}

/* ---- construction ------------------------------------------------------------------------- */

static const char *put(char **at, const char *s)
{
    char *to = *at;
    const size_t n = strlen(s) + 1;
    memcpy(to, s, n);
    *at = to + n;
    return to;
}

static wick_status make(wick_ctx *ctx, const wk_cols *c, const wick_symbol_info *given,
                        wick_bars **out)
{
    wick_symbol_info info = *given;
    const double *f[WICK_FIELDS];
    for (int k = 0; k < WICK_FIELDS; k++) f[k] = c->f[k];
    wk_info_infer(&info, c->n, c->time, f);
    const size_t text = strlen(info.symbol) + strlen(info.ticker) + strlen(info.kind) +
                        strlen(info.currency) + strlen(info.timezone) + strlen(info.session) + 6;
    wick_bars *b = malloc(sizeof *b + text);
    if (b == NULL) return wick_fail_mem(ctx);
    atomic_init(&b->refs, 1);
    b->n = c->n;
    b->time = c->time;
    for (int k = 0; k < WICK_FIELDS; k++) b->f[k] = c->f[k];
    b->block = NULL;
    b->map = NULL;
    b->base = NULL;
    b->column = NULL;
    b->info = info;
    b->own_dates = true;
    b->info.dates = wick_dates_ref(info.dates);
    char *at = b->text;
    b->info.symbol = put(&at, info.symbol);
    b->info.ticker = put(&at, info.ticker);
    b->info.kind = put(&at, info.kind);
    b->info.currency = put(&at, info.currency);
    b->info.timezone = put(&at, info.timezone);
    b->info.session = put(&at, info.session);
    *out = b;
    return WICK_OK;
}

wick_status wk_bars_take(wick_ctx *ctx, wk_cols *c, const wick_symbol_info *info, wick_bars **out)
{
    wick_bars *b = NULL;
    const wick_status st = make(ctx, c, info, &b);
    if (st < 0) {
        wk_cols_free(c);
        return st;
    }
    b->block = c->block;
    b->id = wk_cols_hash(c);
    memset(c, 0, sizeof *c);
    *out = b;
    return WICK_OK;
}

wick_status wk_bars_map(wick_ctx *ctx, wk_mapping *map, const wk_cols *c, uint64_t id,
                        const wick_symbol_info *info, wick_bars **out)
{
    const wick_status st = make(ctx, c, info, out);
    if (st < 0) return st;
    atomic_fetch_add(&map->refs, 1);
    (*out)->map = map;
    (*out)->id = id;
    return WICK_OK;
}

wick_status wick_bars_new(wick_ctx *ctx, const char *symbol, int64_t n, const int64_t *time,
                          const double *open, const double *high, const double *low,
                          const double *close, const double *volume, const wick_symbol_info *info,
                          wick_bars **out)
{
    const double *in[WICK_FIELDS] = {open, high, low, close, volume};
    if (symbol == NULL || symbol[0] == '\0') return wick_fail(ctx, WICK_E_ARG, "no symbol given");
    if (n < 0 ||
        (n > 0 && (time == NULL || open == NULL || high == NULL || low == NULL || close == NULL))) {
        return wick_fail(ctx, WICK_E_ARG, "%s: time, open, high, low and close are needed", symbol);
    }
    wk_cols c;
    wick_status st = wk_cols_new(ctx, n, &c);
    if (st < 0) return st;
    if (n > 0) memcpy(c.time, time, (size_t)n * sizeof *time);
    for (int k = 0; k < WICK_FIELDS; k++) {
        if (in[k] != NULL && n > 0) memcpy(c.f[k], in[k], (size_t)n * sizeof(double));
        for (int64_t i = 0; in[k] == NULL && i < n; i++) c.f[k][i] = WICK_NA;
    }
    wick_symbol_info facts = {.symbol = NULL};
    if (info != NULL) facts = *info;
    const int64_t bad = wk_rows_first_bad(&c, facts.allow_negative, 0);
    if (bad >= 0) {
        char text[256];
        int rule = wk_row_rule(&c, bad, facts.allow_negative);
        if (rule == WK_ROW_GOOD) {
            rule = c.time[bad] == c.time[bad - 1] ? WK_ROW_DUPLICATE : WK_ROW_BACKWARDS;
        }
        wk_row_text(&c, bad, rule, text, sizeof text);
        wk_cols_free(&c);
        return wick_fail(ctx, WICK_E_DATA, "%s: row %lld: %s: %s", symbol, (long long)bad + 1,
                         wk_rule_name(rule), text);
    }
    facts.symbol = symbol;
    return wk_bars_take(ctx, &c, &facts, out);
}

wick_bars *wick_bars_ref(wick_bars *b)
{
    if (b != NULL) atomic_fetch_add(&b->refs, 1);
    return b;
}

void wick_bars_unref(wick_bars *b)
{
    if (b == NULL || atomic_fetch_sub(&b->refs, 1) != 1) return;
    wick_free_aligned(b->block);
    wick_free_aligned(b->column);
    wk_mapping_unref(b->map);
    if (b->own_dates) wick_dates_unref(b->info.dates);
    wick_bars_unref(b->base);
    free(b);
}

/* ---- access ------------------------------------------------------------------------------- */

const char *wick_bars_symbol(const wick_bars *b)
{
    return b->info.symbol;
}

int64_t wick_bars_count(const wick_bars *b)
{
    return b->n;
}

const int64_t *wick_bars_time(const wick_bars *b)
{
    return b->time;
}

const double *wick_bars_field(const wick_bars *b, wick_field f)
{
    return (unsigned)f < WICK_FIELDS ? b->f[f] : NULL;
}

const wick_symbol_info *wick_bars_info(const wick_bars *b)
{
    return &b->info;
}

uint64_t wick_bars_id(const wick_bars *b)
{
    return b->id;
}

void wick_bars_digest(const wick_bars *b, char hex[65])
{
    wick_sha256 s;
    wick_sha256_init(&s);
    wick_sha256_add(&s, b->time, b->n * 8);
    for (int k = 0; k < WICK_FIELDS; k++) wick_sha256_add(&s, b->f[k], b->n * 8);
    wk_dates_digest(b->info.dates, &s);
    wick_sha256_end(&s, hex);
}

int64_t wick_bars_find(const wick_bars *b, int64_t t)
{
    int64_t lo = 0, hi = b->n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (b->time[mid] < t) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

wick_status wick_bars_slice(wick_ctx *ctx, const wick_bars *b, int64_t from, int64_t to,
                            wick_bars **out)
{
    if (from < 0 || to < from || to > b->n) {
        return wick_fail(ctx, WICK_E_ARG, "%s: rows [%lld, %lld) of %lld", b->info.symbol,
                         (long long)from, (long long)to, (long long)b->n);
    }
    wk_cols c;
    const wick_status st = wk_cols_new(ctx, to - from, &c);
    if (st < 0) return st;
    memcpy(c.time, b->time + from, (size_t)c.n * sizeof *c.time);
    for (int k = 0; k < WICK_FIELDS; k++) {
        memcpy(c.f[k], b->f[k] + from, (size_t)c.n * sizeof(double));
    }
    return wk_bars_take(ctx, &c, &b->info, out);
}
