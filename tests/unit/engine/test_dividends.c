/* SPDX-License-Identifier: MIT */
/* Dividends as cash against dividend-adjusted bars. A holder who puts each dividend back at the
 * close of its ex-date has the adjusted series' return times, for each ex-date, (P1 + D)(P0 - D) /
 * (P0 P1) with the closes P0 before and P1 on it: exactly, which is what both conventions say. The
 * product of these factors is the difference docs/costs.md speaks of. */
#include <math.h>

#include "unit/engine/sim.h"

typedef struct holder {
    const int64_t *day;
    const double *amount;
    int64_t n, at;
} holder;

/* Buys with everything at the first close; then what came in on an ex-date, at its close. */
static void hold(wick_run *r, const wick_cursor *c, void *arg)
{
    holder *h = arg;
    bool paid = false;
    for (; h->at < h->n && h->day[h->at] <= c->time; h->at++) paid = true;
    if (c->bar > 0 && !paid) return;
    const wick_order o = {.size = sizeof o,
                          .symbol = c->symbol,
                          .side = 1,
                          .intent = WICK_NET,
                          .size_kind = WICK_SIZE_PCT_CASH,
                          .delay = -1,
                          .amount = 100.0};
    assert_true(wick_run_submit(r, &o) >= 0);
}

static double total_return(wick_ctx *ctx, wick_panel *p, holder *h)
{
    wick_ledger *l =
        sim_run(ctx, p, "fractional=on price_rounding=off max_entries=none", 1e5, hold, h);
    const wick_equity e = wick_ledger_equity(l);
    const double end = e.equity[e.n - 1] / e.equity[0];
    wick_ledger_unref(l);
    return end;
}

static wick_panel *one(wick_ctx *ctx, wick_bars *b)
{
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, &b, 1, &p));
    return p;
}

/* The factor between the two conventions. */
static double difference(const wick_bars *b, const holder *h)
{
    const double *close = wick_bars_field(b, WICK_CLOSE);
    double by = 1.0;
    for (int64_t i = 0; i < h->n; i++) {
        const int64_t k = wick_bars_find(b, h->day[i]);
        if (k <= 0 || k >= wick_bars_count(b)) continue;
        const double p0 = close[k - 1], p1 = close[k], d = h->amount[i];
        by *= (p1 + d) * (p0 - d) / (p0 * p1);
    }
    return by;
}

static void generated(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const wick_synth_opts how = {.size = sizeof how, .symbols = 4, .bars = 1500, .seed = 5};
    wick_panel *synth = NULL;
    check_ok(ctx, wick_synth(ctx, &how, &synth));
    for (int64_t s = 0; s < 4; s++) {
        wick_bars *raw = wick_panel_bars(synth, s), *adjusted = NULL, *dressed = NULL;
        int64_t day[32], n = 0;
        double amount[32];
        for (int64_t k = 40 + s; k < 1500; k += 63, n++) {
            day[n] = wick_bars_time(raw)[k];
            amount[n] = 0.006 * wick_bars_field(raw, WICK_CLOSE)[k - 1];
        }
        check_ok(ctx, wick_bars_adjust_dividends(ctx, raw, n, day, amount, &adjusted));
        wick_dates *d = NULL;
        check_ok(ctx, wick_dates_new(ctx, NULL, WICK_DIVIDEND, n, day, amount, &d));
        check_ok(ctx, wick_bars_with_dates(ctx, raw, d, &dressed));
        wick_dates_unref(d);
        holder cash = {day, amount, n, 0}, none = {NULL, NULL, 0, 0};
        wick_panel *a = one(ctx, dressed), *b = one(ctx, adjusted);
        const double got = total_return(ctx, a, &cash), want = total_return(ctx, b, &none);
        check_close(got / (want * difference(raw, &cash)), 1.0, 1e-12);
        check_close(got / want, 1.0, 3e-3);
        wick_panel_unref(a);
        wick_panel_unref(b);
        wick_bars_unref(adjusted);
        wick_bars_unref(dressed);
    }
    wick_panel_unref(synth);
    wick_ctx_free(ctx);
}

static wick_panel *load(wick_ctx *ctx, const char *data, const char *actions)
{
    const wick_load_opts o = {.size = sizeof o, .actions = actions};
    wick_panel *p = NULL;
    check_ok(ctx, wick_load(ctx, &data, 1, &o, &p, NULL, NULL));
    return p;
}

/* Real prices: the files have four and six decimals. */
static void real(void **state)
{
    (void)state;
    char split[512], paid[512];
    snprintf(split, sizeof split, "%s", test_shared_or_skip("data/daily_split"));
    snprintf(paid, sizeof paid, "%s", test_shared_or_skip("data/dividends"));
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *raw = load(ctx, split, paid);
    wick_panel *adjusted = load(ctx, test_shared_or_skip("data/daily"), NULL);
    double widest = 0.0, apart = 0.0;
    int64_t compared = 0;
    for (int64_t s = 0; s < wick_panel_count(raw); s++) {
        wick_bars *b = wick_panel_bars(raw, s);
        const int64_t at = wick_panel_find(adjusted, wick_bars_symbol(b));
        holder cash = {.at = 0}, none = {.at = 0};
        cash.n = wick_dates_get(wick_bars_info(b)->dates, WICK_DIVIDEND, &cash.day, &cash.amount);
        if (cash.n == 0 || at < 0) continue;
        wick_panel *x = one(ctx, b), *y = one(ctx, wick_panel_bars(adjusted, at));
        const double got = total_return(ctx, x, &cash), want = total_return(ctx, y, &none);
        const double by = difference(b, &cash), off = fabs(got / (want * by) - 1.0);
        if (off > apart) apart = off;
        if (fabs(got / want - 1.0) > widest) widest = fabs(got / want - 1.0);
        if (off > 3e-4) fail_msg("%s: %.3g off", wick_bars_symbol(b), off);
        compared++;
        wick_panel_unref(x);
        wick_panel_unref(y);
    }
    print_message("%lld symbols: within %.2g after the factor, %.2g before it\n",
                  (long long)compared, apart, widest);
    assert_true(compared >= 40 && widest < 5e-3);
    wick_panel_unref(raw);
    wick_panel_unref(adjusted);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(generated), cmocka_unit_test(real)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
