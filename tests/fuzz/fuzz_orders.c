/* SPDX-License-Identifier: MIT */
/* Order streams: bytes become settings and a script of requests, many of them nonsense. Whatever
 * comes in, the run ends with its books in order. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input {
    const uint8_t *p;
    size_t n;
} input;

static void need(bool good, const char *why)
{
    if (good) return;
    fprintf(stderr, "%s\n", why);
    abort();
}

static uint32_t byte(input *in)
{
    if (in->n == 0) return 0;
    in->n--;
    return *in->p++;
}

/* Mostly sensible numbers near 100, sometimes any bits at all. */
static double number(input *in)
{
    const uint32_t how = byte(in);
    if (how == 255) {
        uint8_t raw[8];
        for (int i = 0; i < 8; i++) raw[i] = (uint8_t)byte(in);
        double v;
        memcpy(&v, raw, sizeof v);
        return v;
    }
    if (how > 200) return 0.0;
    return 90.0 + 20.0 * (double)byte(in) / 255.0 + (double)how / 1000.0;
}

static int32_t whole(input *in, int32_t usual)
{
    const uint32_t how = byte(in);
    if (how == 255) return (int32_t)(byte(in) << 24 | byte(in) << 16 | byte(in) << 8 | byte(in));
    return (int32_t)(how % (uint32_t)usual);
}

/* -1, 0, 1, or anything at all. */
static int32_t below_one(input *in)
{
    const int32_t v = whole(in, 3);
    return v >= 0 && v < 3 ? v - 1 : v;
}

static wick_order request(input *in)
{
    wick_order o = {.size = sizeof o};
    o.symbol = whole(in, 2);
    o.side = byte(in) & 1 ? 1 : -1;
    o.type = whole(in, 4);
    o.intent = whole(in, 3);
    o.size_kind = whole(in, 9);
    o.delay = below_one(in);
    const uint32_t more = byte(in);
    o.amount = number(in);
    o.limit = number(in);
    o.stop = number(in);
    if (more & 1) o.expire = whole(in, 5), o.ticket = whole(in, 12);
    if (more & 2) o.group = whole(in, 3), o.group_type = whole(in, 2);
    if (more & 4) o.parent = whole(in, 20);
    if (more & 8) o.stop_price = number(in), o.target_price = number(in);
    if (more & 16) o.trail_points = number(in) / 50.0, o.trail_start = number(in) / 50.0;
    if (more & 32) o.hold_bars = whole(in, 6), o.hold_fill = whole(in, 8);
    if (more & 64) o.exit_fill = whole(in, 8), o.stop_limit = number(in), o.fill = whole(in, 8);
    if (more & 128) o.score = number(in), o.fill_price = number(in), o.stop_pct = number(in) / 30.0;
    return o;
}

static void act(wick_run *r, input *in, int32_t symbol)
{
    const uint32_t what = byte(in);
    wick_order o;
    switch (what % 8) {
    case 0:
    case 1:
    case 2:
        o = request(in);
        (void)wick_run_submit(r, &o);
        break;
    case 3: (void)wick_run_close(r, whole(in, 2), what & 64 ? 1.0 : number(in) / 150.0, 0); break;
    case 4: (void)wick_run_cancel(r, whole(in, 30)); break;
    case 5: (void)wick_run_cancel_all(r, below_one(in)); break;
    case 6:
        if (what & 128) {
            (void)wick_run_close_ticket(r, symbol, whole(in, 12), number(in) / 150.0, 0);
            (void)wick_run_protect_ticket(r, symbol, whole(in, 12), number(in), number(in), 0.0);
            break;
        }
        (void)wick_run_protect(r, symbol, number(in), number(in), number(in) / 60.0);
        break;
    default: (void)wick_run_units(r, whole(in, 2), whole(in, 9), number(in), number(in)); break;
    }
}

/* Rates, dividends and a split, so that what holding costs is there too. */
static wick_bars *dressed(wick_ctx *ctx, wick_bars *b)
{
    static const double values[WICK_DATED] = {0.002, 8.0, 0.4, 1.5};
    wick_dates *d = NULL;
    for (int kind = 0; kind < WICK_DATED; kind++) {
        int64_t t[8], n = 0;
        double v[8];
        for (int i = 5 + kind; i < 40 && n < (kind == WICK_SPLIT ? 1 : 8); i += 6, n++) {
            t[n] = (1000 + i) * WICK_MS_DAY;
            v[n] = values[kind];
        }
        wick_dates *more = NULL;
        if (wick_dates_new(ctx, d, kind, n, t, v, &more) < 0) abort();
        wick_dates_unref(d);
        d = more;
    }
    wick_bars *out = NULL;
    if (wick_bars_with_dates(ctx, b, d, &out) < 0) abort();
    wick_dates_unref(d);
    wick_bars_unref(b);
    return out;
}

/* Bars are fixed: order streams are what is under test. */
static wick_panel *panel(wick_ctx *ctx, bool dates)
{
    enum { N = 40 };
    wick_bars *list[2] = {NULL, NULL};
    for (int s = 0; s < 2; s++) {
        int64_t t[N];
        double c[4][N], volume[N], p = 100.0;
        int64_t n = 0;
        wick_pcg g = wick_pcg_key(3, "fuzz", (uint64_t)s, 0);
        for (int i = 0; i < N; i++) {
            if (s == 1 && i % 5 == 2) continue;
            const double o = p + wick_pcg_normal(&g) * 0.5, x = o + wick_pcg_normal(&g);
            t[n] = (1000 + i) * WICK_MS_DAY;
            c[0][n] = o;
            c[1][n] = (o > x ? o : x) + wick_pcg_uniform(&g);
            c[2][n] = (o < x ? o : x) - wick_pcg_uniform(&g);
            volume[n] = i % 7 == 3 ? 0.0 : 300.0;
            c[3][n++] = x;
            p = x < 92.0 ? 93.0 : x > 108.0 ? 107.0 : x;
        }
        if (wick_bars_new(ctx, s == 0 ? "A" : "B", n, t, c[0], c[1], c[2], c[3], volume, NULL,
                          &list[s]) < 0)
            abort();
        if (dates) list[s] = dressed(ctx, list[s]);
    }
    wick_panel *out = NULL;
    if (wick_panel_new(ctx, list, 2, &out) < 0) abort();
    wick_bars_unref(list[0]);
    wick_bars_unref(list[1]);
    return out;
}

static wick_settings *settings(wick_ctx *ctx, input *in)
{
    wick_settings *s = wick_settings_new();
    if (s == NULL) abort();
    const uint32_t n = byte(in) % 12;
    for (uint32_t k = 0; k < n; k++) {
        const wick_setting_doc *d =
            wick_settings_doc((int64_t)(byte(in) % (uint32_t)wick_settings_count()));
        char value[64];
        uint32_t pick = byte(in) % 6;
        const char *at = d->values;
        while (pick-- > 0 && strchr(at, '|') != NULL) at = strchr(at, '|') + 1;
        const size_t len = strcspn(at, "|");
        snprintf(value, sizeof value, "%.*s", (int)(len < 60 ? len : 60), at);
        if (strstr(d->values, "number") != NULL || strstr(d->values, "integer") != NULL) {
            snprintf(value, sizeof value, "%u", byte(in) % 5);
        }
        (void)wick_settings_set(ctx, s, d->key, value);
    }
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    wick_ctx *ctx = wick_ctx_new();
    if (ctx == NULL) return 0;
    wick_panel *p = panel(ctx, byte(&in) & 1);
    wick_settings *s = settings(ctx, &in);
    const uint32_t asks = byte(&in);
    const wick_run_opts o = {.size = sizeof o,
                             .settings = s,
                             .cash = 10000.0,
                             .ask_bar = true,
                             .ask_after = asks & 1,
                             .ask_fill = asks & 2,
                             .lean = asks & 4};
    wick_run *r = NULL;
    if (wick_run_new(ctx, p, &o, &r) >= 0) {
        int32_t step;
        while ((step = wick_run_step(r)) > 0) {
            const uint32_t n = byte(&in) % 4;
            for (uint32_t k = 0; k < n; k++) act(r, &in, wick_run_cursor(r)->symbol);
            const char *bad = wk_check(r);
            need(bad == NULL, bad);
        }
        need(step == WICK_STEP_DONE, r->refusal);
        wick_ledger *l = NULL;
        need(wick_run_finish(ctx, r, &l) >= 0, wick_ctx_error(ctx));
        wick_ledger_unref(l);
        wick_run_free(r);
    }
    wick_settings_free(s);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
    return 0;
}
