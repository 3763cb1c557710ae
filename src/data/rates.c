/* SPDX-License-Identifier: MIT */
/* Rates of exchange: closes of currency pairs by the day from which they are in force. As on
 * TradingView a day's close is the rate of the day after it (UTC), and stays until there is
 * another. They travel with the symbols' dated numbers. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

enum { NAME = 24 };

typedef struct pair {
    char name[NAME]; /**< "EURUSD": dollars for a euro */
    int64_t n;
    int64_t *time; /**< midnight UTC from which the value holds */
    double *value;
} pair;

struct wk_rates {
    atomic_int refs;
    int64_t n;
    pair *pairs;
};

void wk_rates_unref(wk_rates *r)
{
    if (r == NULL || atomic_fetch_sub(&r->refs, 1) != 1) return;
    for (int64_t i = 0; i < r->n; i++) {
        free(r->pairs[i].time);
        free(r->pairs[i].value);
    }
    free(r->pairs);
    free(r);
}

wk_rates *wk_rates_ref(wk_rates *r)
{
    if (r != NULL) atomic_fetch_add(&r->refs, 1);
    return r;
}

/* Letters of a symbol's name behind its exchange: "FX_IDC:EUR/USD" is "EURUSD". */
static bool plain(const char *s, char out[NAME])
{
    const char *colon = strrchr(s, ':');
    size_t n = 0;
    for (s = colon != NULL ? colon + 1 : s; *s != '\0'; s++) {
        if (*s == '/' || *s == '-' || *s == '_' || *s == ' ') continue;
        if (n + 1 == NAME) return false;
        out[n++] = (char)toupper((unsigned char)*s);
    }
    out[n] = '\0';
    return n > 0;
}

static bool fill(pair *p, const wick_bars *b)
{
    const int64_t n = wick_bars_count(b), *t = wick_bars_time(b);
    const int64_t frame = b->info.timeframe_ms > 0 ? b->info.timeframe_ms : WICK_MS_DAY;
    const double *c = wick_bars_field(b, WICK_CLOSE);
    p->time = malloc((size_t)(n + 1) * sizeof *p->time);
    p->value = malloc((size_t)(n + 1) * sizeof *p->value);
    if (p->time == NULL || p->value == NULL) return false;
    for (int64_t i = 0; i < n; i++) {
        const int64_t from = -wk_floor_div(-(t[i] + frame), WICK_MS_DAY) * WICK_MS_DAY;
        if (!(c[i] > 0.0)) continue;
        if (p->n > 0 && p->time[p->n - 1] >= from) p->n--; /* a later close of that day */
        p->time[p->n] = from;
        p->value[p->n++] = c[i];
    }
    return true;
}

static wick_status make(wick_ctx *ctx, const wick_panel *from, wk_rates **out)
{
    const int64_t n = wick_panel_count(from);
    wk_rates *r = calloc(1, sizeof *r);
    if (r == NULL) return wick_fail_mem(ctx);
    atomic_init(&r->refs, 1);
    r->pairs = calloc((size_t)n + 1, sizeof *r->pairs);
    bool good = r->pairs != NULL;
    for (int64_t i = 0; i < n && good; i++) {
        wick_bars *b = wick_panel_bars(from, i);
        if (!plain(wick_bars_symbol(b), r->pairs[r->n].name)) continue;
        good = fill(&r->pairs[r->n++], b);
    }
    if (!good) {
        wk_rates_unref(r);
        return wick_fail_mem(ctx);
    }
    *out = r;
    return WICK_OK;
}

wick_status wick_panel_with_rates(wick_ctx *ctx, wick_panel *p, const wick_panel *pairs,
                                  wick_panel **out)
{
    const int64_t n = wick_panel_count(p);
    wick_bars **list = calloc((size_t)n + 1, sizeof(wick_bars *));
    wk_rates *rates = NULL;
    wick_status st = list != NULL ? make(ctx, pairs, &rates) : wick_fail_mem(ctx);
    for (int64_t i = 0; i < n && st >= 0; i++) {
        wick_bars *b = wick_panel_bars(p, i);
        wick_dates *d = NULL;
        st = wk_dates_with_rates(ctx, b->info.dates, rates, &d);
        if (st >= 0) st = wick_bars_with_dates(ctx, b, d, &list[i]);
        wick_dates_unref(d);
    }
    if (st >= 0) st = wick_panel_new(ctx, list, n, out);
    for (int64_t i = 0; i < n && list != NULL; i++) wick_bars_unref(list[i]);
    free(list);
    wk_rates_unref(rates);
    return st;
}

void wk_rates_digest(const wk_rates *r, wick_sha256 *s)
{
    for (int64_t i = 0; r != NULL && i < r->n; i++) {
        const pair *p = &r->pairs[i];
        wick_sha256_add(s, p->name, (int64_t)strlen(p->name) + 1);
        wick_sha256_add(s, p->time, p->n * 8);
        wick_sha256_add(s, p->value, p->n * 8);
    }
}

/* ---- looking up ----------------------------------------------------------------------------- */

/* Dollars and what is redeemed for one are taken for each other where no rate is given. */
static bool is_dollar(const char *s)
{
    static const char *const dollars[] = {"USD",   "USDT", "USDC", "BUSD", "TUSD",
                                          "FDUSD", "USDP", "DAI",  "USDE", NULL};
    for (int i = 0; dollars[i] != NULL; i++)
        if (strcmp(dollars[i], s) == 0) return true;
    return false;
}

/** One step: a pair, and whether it is turned round. */
typedef struct leg {
    const pair *p;
    bool inverse;
} leg;

static bool find(const wk_rates *r, const char *from, const char *to, leg *out)
{
    for (int64_t i = 0; r != NULL && i < r->n; i++) {
        const char *name = r->pairs[i].name;
        const size_t a = strlen(from), b = strlen(to);
        if (strlen(name) != a + b) continue;
        const bool straight = strncmp(name, from, a) == 0 && strcmp(name + a, to) == 0;
        const bool inverse = strncmp(name, to, b) == 0 && strcmp(name + b, from) == 0;
        if (!straight && !inverse) continue;
        *out = (leg){&r->pairs[i], inverse};
        return true;
    }
    return false;
}

/* Multiplies the column with the rate of one step. False: there is none yet on the first bar. */
static bool apply(const leg *l, int64_t n, const int64_t *t, double *out)
{
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        while (at < l->p->n && l->p->time[at] <= t[i]) at++;
        if (at == 0) return false;
        out[i] *= l->inverse ? 1.0 / l->p->value[at - 1] : l->p->value[at - 1];
    }
    return true;
}

static wick_status too_late(wick_ctx *ctx, const wick_bars *b, const leg *l)
{
    char first[WICK_TIME_TEXT] = "never", bar[WICK_TIME_TEXT];
    wick_time_format(bar, wick_bars_time(b)[0], false);
    if (l->p->n > 0) wick_time_format(first, l->p->time[0], false);
    return wick_fail(ctx, WICK_E_DATA,
                     "the rate of %s is known from %s on and %s begins at %s: a day's close is the "
                     "rate of the next day; give earlier bars of %s, or begin later",
                     l->p->name, first, b->info.symbol, bar, l->p->name);
}

int wick_bars_rate(wick_ctx *ctx, const wick_bars *b, const char *from, const char *to, double *out)
{
    const int64_t n = wick_bars_count(b), *t = wick_bars_time(b);
    const wk_rates *r = wk_dates_rates(b->info.dates);
    char a[NAME], z[NAME];
    leg steps[2];
    int count = 0;
    for (int64_t i = 0; i < n; i++) out[i] = 1.0;
    if (!plain(from, a) || !plain(to, z))
        return wick_fail(ctx, WICK_E_ARG, "a rate is between two currencies, such as EUR and USD");
    if (strcmp(a, z) == 0) return 1;
    if (find(r, a, z, &steps[0])) {
        count = 1;
    } else if (find(r, a, "USD", &steps[0]) && find(r, "USD", z, &steps[1])) {
        count = 2;
    } else if (is_dollar(a) && is_dollar(z)) {
        return 1;
    } else {
        return 0;
    }
    for (int k = 0; k < count && n > 0; k++)
        if (!apply(&steps[k], n, t, out)) return too_late(ctx, b, &steps[k]);
    return 1;
}
