/* SPDX-License-Identifier: MIT */
/* The rules of strategies.md sections 2 to 4 as signal columns, against the golden trade lists:
 * order of service, rejections, risk sizes, stops, last-bar liquidation. Indicators are written out
 * here so that nothing but the engine is under test. */
#include "unit/engine/sim.h"

#include <stdio.h>

typedef struct params {
    bool donchian;
    int64_t atr, n; /**< n: channel length or swing look-back */
    double k, trail, risk;
} params;

typedef struct columns {
    double *entry, *stop, *trail;
} columns;

static double *column(int64_t n)
{
    double *c = malloc((size_t)(n + 1) * sizeof *c);
    assert_non_null(c);
    for (int64_t i = 0; i < n; i++) c[i] = WICK_NA;
    return c;
}

static double *sma(const double *x, int64_t n, int64_t w)
{
    double *out = column(n);
    for (int64_t i = w - 1; i < n; i++) {
        double s = 0.0;
        for (int64_t k = i - w + 1; k <= i; k++) s += x[k];
        out[i] = s / (double)w;
    }
    return out;
}

/* Wilder, as TA-Lib: the mean of true ranges 1..p at bar p, then smoothed. */
static double *atr(const wick_bars *b, int64_t p)
{
    const int64_t n = wick_bars_count(b);
    const double *h = wick_bars_field(b, WICK_HIGH), *l = wick_bars_field(b, WICK_LOW);
    const double *c = wick_bars_field(b, WICK_CLOSE);
    double *out = column(n);
    double s = 0.0;
    for (int64_t i = 1; i < n; i++) {
        const double tr = fmax(h[i] - l[i], fmax(fabs(h[i] - c[i - 1]), fabs(l[i] - c[i - 1])));
        if (i <= p) s += tr;
        if (i == p) out[i] = s / (double)p;
        if (i > p) out[i] = (out[i - 1] * (double)(p - 1) + tr) / (double)p;
    }
    return out;
}

static void donchian(const wick_bars *b, const params *p, bool *raw)
{
    const int64_t n = wick_bars_count(b);
    const double *h = wick_bars_field(b, WICK_HIGH), *c = wick_bars_field(b, WICK_CLOSE);
    double *s50 = sma(c, n, 50), *s200 = sma(c, n, 200);
    for (int64_t i = 0; i < n; i++) {
        raw[i] = false;
        if (i < p->n) continue;
        double top = h[i - 1];
        for (int64_t k = i - p->n; k < i; k++) top = fmax(top, h[k]);
        raw[i] = c[i] > s200[i] && s50[i] > s200[i] && h[i] > top;
    }
    free(s50);
    free(s200);
}

static void structure(const wick_bars *b, const params *p, bool *raw)
{
    const int64_t n = wick_bars_count(b), look = p->n;
    const double *o = wick_bars_field(b, WICK_OPEN), *l = wick_bars_field(b, WICK_LOW);
    const double *c = wick_bars_field(b, WICK_CLOSE);
    double *s200 = sma(c, n, 200), last = WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = i - look; /* the swing that is confirmed on this bar */
        if (j >= look) {
            double low = l[j];
            for (int64_t k = j - look; k <= j + look; k++) low = fmin(low, l[k]);
            if (l[j] == low) last = l[j];
        }
        raw[i] = l[i] < last && c[i] > last && c[i] > o[i] && c[i] > s200[i];
    }
    free(s200);
}

static columns signals(const wick_bars *b, const params *p)
{
    const int64_t n = wick_bars_count(b);
    bool *raw = malloc((size_t)(n + 1) * sizeof *raw);
    assert_non_null(raw);
    if (p->donchian)
        donchian(b, p, raw);
    else
        structure(b, p, raw);
    columns c = {column(n), atr(b, p->atr), column(n)};
    for (int64_t i = 0; i < n; i++) {
        c.entry[i] = raw[i] && !(i > 0 && raw[i - 1]) ? 1.0 : 0.0;
        c.trail[i] = p->trail * c.stop[i];
        c.stop[i] = p->k * c.stop[i];
    }
    free(raw);
    return c;
}

/* ---- comparison ---------------------------------------------------------------------------- */

static double number(const wick_json *j, const char *key)
{
    return wick_json_number(wick_json_get(j, key));
}

static void same_trades(const wick_ledger *l, const char *path)
{
    int64_t n = 0;
    char *text = test_read(path, &n), *line = text;
    assert_non_null(text);
    line = strchr(line, '\n') + 1;
    int64_t i = 0;
    for (; *line != '\0'; i++) {
        char symbol[16], signal[16], entry[16], exit[16], reason[32], got[3][WICK_TIME_TEXT];
        double qty, in, out, pnl, ret;
        int bars;
        assert_int_equal(sscanf(line, "%15[^,],%15[^,],%15[^,],%15[^,],%lf,%lf,%lf,%d,%lf,%lf,%31s",
                                symbol, signal, entry, exit, &qty, &in, &out, &bars, &pnl, &ret,
                                reason),
                         11);
        line = strchr(line, '\n') + 1;
        assert_true(i < wick_ledger_trades(l));
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        wick_time_format(got[0], t->signal_time, true);
        wick_time_format(got[1], t->entry_time, true);
        wick_time_format(got[2], t->exit_time, true);
        assert_string_equal(wick_ledger_symbol(l, t->symbol), symbol);
        assert_string_equal(got[0], signal);
        assert_string_equal(got[1], entry);
        assert_string_equal(got[2], exit);
        check_same(t->qty, qty);
        check_close(t->entry_price, in, 1e-9);
        check_close(t->exit_price, out, 1e-9);
        assert_int_equal(t->bars, bars);
        check_close(t->pnl, pnl, 1e-9);
        check_close(t->return_pct, ret, 1e-9);
        const char *ours = wick_reason_name(t->reason);
        assert_string_equal(ours, reason);
    }
    assert_int_equal(i, wick_ledger_trades(l));
    free(text);
}

static void same_summary(const wick_ledger *l, const wick_json *j)
{
    const wick_json *rejected = wick_json_get(j, "rejected");
    const int64_t *fates = wick_ledger_fates(l);
    assert_int_equal(fates[WICK_FATE_NO_SLOT], (int64_t)number(rejected, "slot"));
    assert_int_equal(fates[WICK_FATE_NO_CASH], (int64_t)number(rejected, "cash"));
    assert_int_equal(fates[WICK_FATE_NO_BAR], (int64_t)number(rejected, "no_bar"));
    assert_int_equal(fates[WICK_FATE_HELD], (int64_t)number(rejected, "held"));
    assert_int_equal(wick_ledger_trades(l), (int64_t)number(j, "trades"));
    const wick_equity e = wick_ledger_equity(l);
    assert_int_equal(e.n, (int64_t)number(j, "days"));
    check_close(e.equity[e.n - 1], number(j, "end_equity"), 1e-9);
    const wick_json *samples = wick_json_get(j, "equity_every_60");
    for (int64_t i = 0; i < wick_json_count(samples); i++) {
        check_close(e.equity[i * 60], wick_json_number(wick_json_at(wick_json_at(samples, i), 1)),
                    1e-9);
    }
}

static void portfolio(wick_ctx *ctx, const params *p, const wick_json *j, const char *gap,
                      const char *trades)
{
    const wick_json *names = wick_json_get(j, "symbols");
    const int64_t n = wick_json_count(names);
    const char *list[64], *paths[1] = {test_shared_or_skip("data/daily")};
    for (int64_t i = 0; i < n; i++) list[i] = wick_json_string(wick_json_at(names, i));
    const wick_load_opts lo = {.size = sizeof lo,
                               .symbols = list,
                               .n_symbols = n,
                               .has_from = true,
                               .has_to = true,
                               .from = wick_time_from_civil(2021, 1, 1, 0, 0, 0, 0),
                               .to = wick_time_from_civil(2025, 12, 30, 0, 0, 0, 0)};
    wick_panel *panel = NULL;
    check_ok(ctx, wick_load(ctx, paths, 1, &lo, &panel, NULL, NULL));
    char text[256];
    snprintf(text, sizeof text,
             "profile=pybroker1 slots=10 close_at_end=after_capture price_rounding=cents_exact "
             "stop_rounding=off gap_fill=%s",
             gap);
    wick_settings *set = sim_settings(ctx, text);
    const wick_run_opts o = {.size = sizeof o,
                             .settings = set,
                             .cash = 100000.0,
                             .has_trade_from = true,
                             .trade_from = wick_time_from_civil(2023, 7, 3, 0, 0, 0, 0)};
    wick_run *r = NULL;
    check_ok(ctx, wick_run_new(ctx, panel, &o, &r));
    columns c[64];
    int64_t setups = 0;
    for (int64_t i = 0; i < n; i++) {
        const wick_bars *b = wick_panel_bars(panel, i);
        c[i] = signals(b, p);
        for (int64_t k = wick_bars_find(b, o.trade_from); k < wick_bars_count(b); k++)
            setups += c[i].entry[k] > 0.0;
        const wick_signals g = {.size = sizeof g,
                                .long_entry = c[i].entry,
                                .stop_points = c[i].stop,
                                .trail_points = c[i].trail,
                                .size_kind = WICK_SIZE_RISK_PCT,
                                .amount = 100.0 * p->risk};
        check_ok(ctx, wick_run_set_signals(ctx, r, (int32_t)i, &g));
    }
    assert_int_equal(setups, (int64_t)number(j, "setups_in_test"));
    assert_int_equal(wick_run_step(r), WICK_STEP_DONE);
    wick_ledger *l = NULL;
    check_ok(ctx, wick_run_finish(ctx, r, &l));
    same_summary(l, j);
    same_trades(l, trades);
    wick_ledger_unref(l);
    wick_run_free(r);
    wick_settings_free(set);
    for (int64_t i = 0; i < n; i++) {
        free(c[i].entry);
        free(c[i].stop);
        free(c[i].trail);
    }
    wick_panel_unref(panel);
}

static void strategy(const char *name)
{
    char below[128], trades[128];
    snprintf(below, sizeof below, "spec/golden/strategy_%s_summary.json", name);
    const char *path = test_shared_or_skip(below);
    wick_ctx *ctx = wick_ctx_new();
    wick_json_doc *doc = NULL;
    check_ok(ctx, wick_json_load(ctx, path, &doc));
    const wick_json *root = wick_json_root(doc), *q = wick_json_get(root, "params");
    const params p = {.donchian = strncmp(name, "donchian", 8) == 0,
                      .atr = (int64_t)number(q, "atr"),
                      .n = (int64_t)number(q, strncmp(name, "donchian", 8) == 0 ? "don" : "look"),
                      .k = number(q, "k"),
                      .trail = number(q, "trail"),
                      .risk = number(q, "risk")};
    const char *fill = wick_json_string(wick_json_get(root, "stop_fill"));
    const char *gap = strcmp(fill, "open_gap") == 0 ? "open" : "level";
    const wick_json *all = wick_json_get(root, "portfolios");
    for (int64_t i = 0; i < wick_json_count(all); i++) {
        const wick_json *j = wick_json_at(all, i);
        snprintf(trades, sizeof trades, "spec/golden/strategy_%s_%s_trades.csv", name,
                 wick_json_key(j));
        portfolio(ctx, &p, j, gap, test_shared_or_skip(trades));
    }
    wick_json_free(doc);
    wick_ctx_free(ctx);
}

static void donchian_default(void **state)
{
    (void)state;
    strategy("donchian_default");
}

static void donchian_fit(void **state)
{
    (void)state;
    strategy("donchian_fit");
}

static void donchian_fit_gap(void **state)
{
    (void)state;
    strategy("donchian_fit_gap");
}

static void structure_default(void **state)
{
    (void)state;
    strategy("structure_default");
}

static void structure_fit(void **state)
{
    (void)state;
    strategy("structure_fit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(donchian_default), cmocka_unit_test(donchian_fit),
        cmocka_unit_test(donchian_fit_gap), cmocka_unit_test(structure_default),
        cmocka_unit_test(structure_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
