/* SPDX-License-Identifier: MIT */
/* registry: wick_sheet_year wick_sheet_month wick_sheet_weekday */
/* registry: wick_sheet_symbol wick_sheet_side wick_sheet_holding */
/* One ledger by period, symbol, side or holding time. */
#include <stdlib.h>
#include <string.h>

#include "metrics/sheet_int.h"

/* Columns every breakdown has, then those of the equity. */
enum {
    TRADES,
    WIN_RATE,
    NET_PNL,
    AVG_PNL,
    AVG_RETURN,
    PROFIT_FACTOR,
    LARGEST_WIN,
    LARGEST_LOSS,
    AVG_BARS,
    OF_TRADES,
    BARS = OF_TRADES,
    RETURN,
    MAX_DRAWDOWN,
    OF_PERIODS
};
static const char *const names[] = {"trades",      "win_rate",       "net_pnl",
                                    "avg_pnl",     "avg_return_pct", "profit_factor_trade",
                                    "largest_win", "largest_loss",   "avg_trade_bars",
                                    "bars",        "return_pct",     "max_drawdown_pct"};
static const wick_metric_unit units[] = {
    WICK_M_COUNT, WICK_M_PERCENT, WICK_M_CASH, WICK_M_CASH,  WICK_M_PERCENT, WICK_M_RATIO,
    WICK_M_CASH,  WICK_M_CASH,    WICK_M_BARS, WICK_M_COUNT, WICK_M_PERCENT, WICK_M_PERCENT};

typedef struct group {
    int64_t key;
    int64_t n, wins, losses;
    wick_sum pnl, gain, loss, pct, bars;
    double best, worst;
    /* equity rows */
    int64_t rows;
    double growth, peak, fall;
} group;

typedef struct groups {
    group *g;
    int64_t n, cap;
    bool failed;
} groups;

static group *group_of(groups *s, int64_t key)
{
    int64_t lo = 0, hi = s->n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (s->g[mid].key < key) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    if (lo < s->n && s->g[lo].key == key) return &s->g[lo];
    if (s->n == s->cap) {
        const int64_t cap = s->cap > 0 ? 2 * s->cap : 32;
        group *grown = realloc(s->g, (size_t)cap * sizeof *grown);
        if (grown == NULL) {
            s->failed = true;
            return NULL;
        }
        s->g = grown;
        s->cap = cap;
    }
    memmove(s->g + lo + 1, s->g + lo, (size_t)(s->n - lo) * sizeof *s->g);
    s->n++;
    s->g[lo] = (group){.key = key, .growth = 1.0, .peak = 1.0};
    return &s->g[lo];
}

typedef int64_t (*trade_key)(const wick_trade_rec *t);

static void add_trades(groups *s, const wick_ledger *l, const wick_metric_opts *o, trade_key key)
{
    for (int64_t i = 0; i < wick_ledger_trades(l) && !s->failed; i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        if (!wk_trade_closed(t)) continue;
        group *g = group_of(s, key(t));
        if (g == NULL) return;
        const double net = o->pnl_net ? t->pnl : t->pnl - t->fees;
        g->n++;
        g->wins += net > 0.0;
        g->losses += net < 0.0;
        wick_sum_add(&g->pnl, net);
        wick_sum_add(net > 0.0 ? &g->gain : &g->loss, net);
        wick_sum_add(&g->pct, t->return_pct);
        wick_sum_add(&g->bars, (double)t->bars);
        g->best = net > g->best ? net : g->best;
        g->worst = net < g->worst ? net : g->worst;
    }
}

/* Compounds the bar returns that end in each period; the first row of the run has none. */
static void add_rows(groups *s, const wick_ledger *l, int64_t (*key)(int64_t time))
{
    const wick_equity e = wick_ledger_equity(l);
    for (int64_t i = 0; i < e.n; i++) {
        group *g = group_of(s, key(e.time[i]));
        if (g == NULL) return;
        g->rows++;
        if (i == 0) continue;
        g->growth *= e.equity[i - 1] > 0.0 ? e.equity[i] / e.equity[i - 1] : 1.0;
        g->peak = g->growth > g->peak ? g->growth : g->peak;
        const double fall = g->peak > 0.0 ? g->growth / g->peak - 1.0 : 0.0;
        g->fall = fall < g->fall ? fall : g->fall;
    }
}

static void put(wick_sheet *t, const char *label, const group *g, bool periods)
{
    double *v = wk_sheet_row(t, label, NULL);
    if (v == NULL) return;
    const double n = (double)g->n, gain = wick_sum_get(&g->gain), loss = wick_sum_get(&g->loss);
    v[TRADES] = n;
    v[NET_PNL] = wick_sum_get(&g->pnl);
    if (g->wins + g->losses > 0)
        v[WIN_RATE] = 100.0 * (double)g->wins / (double)(g->wins + g->losses);
    if (g->n > 0) {
        v[AVG_PNL] = v[NET_PNL] / n;
        v[AVG_RETURN] = wick_sum_get(&g->pct) / n;
        v[AVG_BARS] = wick_sum_get(&g->bars) / n;
    }
    if (loss < 0.0) v[PROFIT_FACTOR] = gain / -loss;
    if (g->wins > 0) v[LARGEST_WIN] = g->best;
    if (g->losses > 0) v[LARGEST_LOSS] = g->worst;
    if (!periods) return;
    v[BARS] = (double)g->rows;
    v[RETURN] = 100.0 * (g->growth - 1.0);
    v[MAX_DRAWDOWN] = 100.0 * g->fall;
}

typedef void (*label_fn)(char out[64], const wick_ledger *l, int64_t key);

static wick_status build(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                         wick_sheet *t, trade_key key, int64_t (*row_key)(int64_t time),
                         label_fn label)
{
    groups s = {0};
    wk_sheet_columns(t, row_key != NULL ? OF_PERIODS : OF_TRADES, names, units);
    if (row_key != NULL) add_rows(&s, l, row_key);
    add_trades(&s, l, o, key);
    for (int64_t i = 0; i < s.n && !s.failed; i++) {
        char text[64];
        label(text, l, s.g[i].key);
        put(t, text, &s.g[i], row_key != NULL);
    }
    free(s.g);
    return s.failed ? wick_fail_mem(ctx) : WICK_OK;
}

#define TRADE_COLUMNS                                                                              \
    "net_pnl and what follows from it is after fees; win_rate leaves out trades with pnl 0; "      \
    "avg_return_pct is the mean price return of the trades"
#define PERIOD_COLUMNS                                                                             \
    TRADE_COLUMNS "; return_pct compounds the bar returns that end in the period, and "            \
                  "max_drawdown_pct is inside it"

/* ---- periods ------------------------------------------------------------------------------ */

static int64_t year_of(int64_t time)
{
    return wk_period_of(time, WK_YEAR);
}

static int64_t month_of(int64_t time)
{
    return wk_period_of(time, WK_MONTH);
}

/* Monday 0 ... Sunday 6. */
static int64_t weekday_of(int64_t time)
{
    return (wick_time_to_civil(time).weekday + 5) % 7;
}

static int64_t trade_year(const wick_trade_rec *t)
{
    return year_of(t->exit_time);
}

static int64_t trade_month(const wick_trade_rec *t)
{
    return month_of(t->exit_time);
}

static int64_t trade_weekday(const wick_trade_rec *t)
{
    return weekday_of(t->exit_time);
}

static void label_year(char out[64], const wick_ledger *l, int64_t key)
{
    (void)l;
    snprintf(out, 64, "%04lld", (long long)key);
}

static void label_month(char out[64], const wick_ledger *l, int64_t key)
{
    (void)l;
    snprintf(out, 64, "%04lld-%02d", (long long)(key / 12), (int)(key % 12) + 1);
}

static void label_weekday(char out[64], const wick_ledger *l, int64_t key)
{
    static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};
    (void)l;
    snprintf(out, 64, "%s", days[key]);
}

static wick_status build_year(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                              wick_sheet *t)
{
    return build(ctx, l, o, t, trade_year, year_of, label_year);
}

const wick_sheet_spec wick_sheet_year = {
    .name = "year",
    .title = "by calendar year",
    .doc = "one row a year of the equity column; trades by the year of their exit. " PERIOD_COLUMNS,
    .source = "Pro-forma performance tables; QuantStats 0.0.81, EOY returns",
    .label = "year",
    .build = build_year,
};

static wick_status build_month(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                               wick_sheet *t)
{
    return build(ctx, l, o, t, trade_month, month_of, label_month);
}

const wick_sheet_spec wick_sheet_month = {
    .name = "month",
    .title = "by calendar month",
    .doc =
        "one row a month of the equity column; trades by the month of their exit. " PERIOD_COLUMNS,
    .source = "QuantStats 0.0.81, monthly returns",
    .label = "month",
    .build = build_month,
};

static wick_status build_weekday(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                                 wick_sheet *t)
{
    return build(ctx, l, o, t, trade_weekday, weekday_of, label_weekday);
}

const wick_sheet_spec wick_sheet_weekday = {
    .name = "weekday",
    .title = "by day of the week",
    .doc = "one row a weekday (UTC) of the equity column; trades by the weekday of their exit. "
           "Returns and drawdown are of that weekday's bars strung together. " PERIOD_COLUMNS,
    .source = "Freqtrade, backtest breakdown by weekday",
    .label = "weekday",
    .build = build_weekday,
};

/* ---- trades only -------------------------------------------------------------------------- */

static int64_t trade_symbol(const wick_trade_rec *t)
{
    return t->symbol;
}

static int64_t trade_side(const wick_trade_rec *t)
{
    return t->side > 0 ? 0 : 1;
}

/* 0, 1, 2-3, 4-7, 8-15 ... bars. */
static int64_t trade_holding(const wick_trade_rec *t)
{
    int64_t k = 0;
    for (int64_t bars = t->bars; bars > 0; bars /= 2) k++;
    return k;
}

static void label_symbol(char out[64], const wick_ledger *l, int64_t key)
{
    snprintf(out, 64, "%s", wick_ledger_symbol(l, (int32_t)key));
}

static void label_side(char out[64], const wick_ledger *l, int64_t key)
{
    (void)l;
    snprintf(out, 64, "%s", key == 0 ? "long" : "short");
}

static void label_holding(char out[64], const wick_ledger *l, int64_t key)
{
    const long long low = key == 0 ? 0 : 1LL << (key - 1), high = (1LL << key) - 1;
    (void)l;
    if (high <= low) {
        snprintf(out, 64, "%lld", low);
    } else {
        snprintf(out, 64, "%lld-%lld", low, high);
    }
}

static wick_status build_symbol(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                                wick_sheet *t)
{
    return build(ctx, l, o, t, trade_symbol, NULL, label_symbol);
}

const wick_sheet_spec wick_sheet_symbol = {
    .name = "symbol",
    .title = "by symbol",
    .doc = "one row a symbol with a closed trade. " TRADE_COLUMNS,
    .source = "Freqtrade, backtest results per pair",
    .label = "symbol",
    .build = build_symbol,
};

static wick_status build_side(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                              wick_sheet *t)
{
    return build(ctx, l, o, t, trade_side, NULL, label_side);
}

const wick_sheet_spec wick_sheet_side = {
    .name = "side",
    .title = "long and short",
    .doc = "closed trades by side. " TRADE_COLUMNS,
    .source = "TradingView, strategy report: all, long, short",
    .label = "side",
    .build = build_side,
};

static wick_status build_holding(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                                 wick_sheet *t)
{
    return build(ctx, l, o, t, trade_holding, NULL, label_holding);
}

const wick_sheet_spec wick_sheet_holding = {
    .name = "holding",
    .title = "by bars held",
    .doc = "closed trades by the bars they were held, in classes that double. " TRADE_COLUMNS,
    .source = "holding-time histogram of trade reports",
    .label = "bars",
    .build = build_holding,
};
