/* SPDX-License-Identifier: MIT */
/* Lists of trades by the headers other programs write. */
#include <stdlib.h>
#include <string.h>

#include "metrics/foreign.h"

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

typedef struct plan {
    int32_t symbol, side, qty, entry_time, exit_time, entry, exit, pnl, ret, fees, fees_in,
        fees_out;
    int32_t bars, bar_in, bar_out, mae, mfe, status;
    double ret_scale; /* to percent */
} plan;

static int32_t exit_column(const wk_csv *f)
{
    return wk_csv_find(f, NAMES("exittime", "exitdate", "exittimestamp", "closedate", "closetime",
                                "exitdatetime"));
}

/* TradingView: a line for the entry and one for the exit, told apart by their type. */
static bool is_tradingview(const wk_csv *f)
{
    return wk_csv_find(f, NAMES("trade")) >= 0 && wk_csv_find(f, NAMES("type")) >= 0 &&
           wk_csv_find(f, NAMES("datetime", "dateandtime")) >= 0;
}

bool wk_foreign_is_trades(const wk_csv *f)
{
    return exit_column(f) >= 0 || is_tradingview(f);
}

static const char *format_of(const wk_csv *f)
{
    if (wk_csv_find(f, NAMES("entrybar")) >= 0) return "backtesting.py trades";
    if (wk_csv_find(f, NAMES("avgentryprice")) >= 0) return "vectorbt trades";
    if (wk_csv_find(f, NAMES("aggpnl", "pnlperbar")) >= 0) return "PyBroker trades";
    if (wk_csv_find(f, NAMES("profitratio")) >= 0) return "Freqtrade trades";
    if (wk_csv_find(f, NAMES("exitreason")) >= 0) return "wick trades";
    return "trades";
}

static void make_plan(const wk_csv *f, plan *p)
{
    memset(p, 0, sizeof *p);
    p->symbol = wk_csv_find(f, NAMES("symbol", "ticker", "pair", "column", "instrument"));
    p->side = wk_csv_find(f, NAMES("side", "direction", "type", "position", "isshort"));
    p->qty =
        wk_csv_find(f, NAMES("shares", "size", "qty", "quantity", "contracts", "units", "amount"));
    p->entry_time = wk_csv_find(f, NAMES("entrytime", "entrydate", "entrytimestamp", "opendate",
                                         "opentime", "entrydatetime"));
    p->exit_time = exit_column(f);
    p->entry = wk_csv_find(f, NAMES("entryprice", "avgentryprice", "openrate", "entry"));
    p->exit = wk_csv_find(f, NAMES("exitprice", "avgexitprice", "closerate", "exit"));
    p->pnl = wk_csv_find(f, NAMES("pnl", "netpnl", "profitabs", "profit", "pl"));
    p->ret = wk_csv_find(f, NAMES("returnpct", "return", "profitratio", "profitpct"));
    p->fees = wk_csv_find(f, NAMES("fees", "commission", "commissions", "fee"));
    p->fees_in = wk_csv_find(f, NAMES("entryfees"));
    p->fees_out = wk_csv_find(f, NAMES("exitfees"));
    p->bars = wk_csv_find(f, NAMES("bars"));
    p->bar_in = wk_csv_find(f, NAMES("entrybar"));
    p->bar_out = wk_csv_find(f, NAMES("exitbar"));
    p->mae = wk_csv_find(f, NAMES("mae"));
    p->mfe = wk_csv_find(f, NAMES("mfe"));
    p->status = wk_csv_find(f, NAMES("status"));
}

static bool add_name(wk_foreign_trades *o, const char *name, int32_t *index)
{
    for (int64_t i = 0; i < o->n_names; i++) {
        if (strcmp(o->names[i], name) == 0) {
            *index = (int32_t)i;
            return true;
        }
    }
    const char **grown = realloc(o->names, (size_t)(o->n_names + 1) * sizeof *grown);
    if (grown == NULL) return false;
    o->names = grown;
    o->names[o->n_names] = name;
    *index = (int32_t)o->n_names++;
    return true;
}

static bool begins(const char *s, const char *with)
{
    for (; *with != '\0'; s++, with++) {
        if ((*s >= 'A' && *s <= 'Z' ? *s + 32 : *s) != *with) return false;
    }
    return true;
}

static wick_status number(wick_ctx *ctx, const wk_csv *f, int64_t row, int32_t k, double *out)
{
    *out = WICK_NA;
    return k < 0 ? WICK_OK : wk_csv_number(ctx, f, row, k, out);
}

static double or_zero(double v)
{
    return isnan(v) ? 0.0 : v;
}

/* Return of the price alone, in wick's convention; what the file says when it has no prices. */
static void set_return(wick_trade_rec *t, double said, double scale)
{
    if (t->entry_price > 0.0 && t->exit_price > 0.0) {
        t->return_pct = 100.0 * (t->side > 0 ? t->exit_price / t->entry_price - 1.0
                                             : t->entry_price / t->exit_price - 1.0);
    } else {
        t->return_pct = or_zero(said * scale);
    }
}

/* ---- one line a trade --------------------------------------------------------------------- */

static wick_status side_of(wick_ctx *ctx, const wk_csv *f, int64_t row, const plan *p, double qty,
                           int8_t *side)
{
    *side = qty < 0.0 ? -1 : 1;
    if (p->side < 0) return WICK_OK;
    const char *s = f->cell[row * f->columns + p->side];
    if (begins(s, "long") || begins(s, "buy") || begins(s, "false") || strcmp(s, "1") == 0) {
        *side = 1;
    } else if (begins(s, "short") || begins(s, "sell") || begins(s, "true") ||
               strcmp(s, "-1") == 0) {
        *side = -1;
    } else {
        return wick_fail(ctx, WICK_E_DATA,
                         "%s:%lld: column '%s': '%.40s' is neither long nor short", f->path,
                         (long long)f->line[row], f->title[p->side], s);
    }
    return WICK_OK;
}

static wick_status read_line(wick_ctx *ctx, const wk_csv *f, int64_t row, const plan *p,
                             wk_foreign_trades *o)
{
    wick_status st = WICK_OK;
    wick_trade_rec t = {.entry_order = -1, .exit_order = -1, .entry_tag = -1, .exit_tag = -1};
    double qty, ret, fees, fees_in, fees_out, bars, bar_in, bar_out;
    if (p->status >= 0 && begins(f->cell[row * f->columns + p->status], "open")) return WICK_OK;
    const char *symbol = p->symbol >= 0 ? f->cell[row * f->columns + p->symbol] : "all";
    if (!add_name(o, symbol, &t.symbol)) return wick_fail_mem(ctx);
    WICK_TRY(number(ctx, f, row, p->qty, &qty));
    WICK_TRY(side_of(ctx, f, row, p, qty, &t.side));
    WICK_TRY(wk_csv_time(ctx, f, row, p->exit_time, &t.exit_time));
    t.entry_time = t.exit_time;
    if (p->entry_time >= 0) WICK_TRY(wk_csv_time(ctx, f, row, p->entry_time, &t.entry_time));
    WICK_TRY(number(ctx, f, row, p->entry, &t.entry_price));
    WICK_TRY(number(ctx, f, row, p->exit, &t.exit_price));
    WICK_TRY(number(ctx, f, row, p->pnl, &t.pnl));
    WICK_TRY(number(ctx, f, row, p->ret, &ret));
    WICK_TRY(number(ctx, f, row, p->fees, &fees));
    WICK_TRY(number(ctx, f, row, p->fees_in, &fees_in));
    WICK_TRY(number(ctx, f, row, p->fees_out, &fees_out));
    WICK_TRY(number(ctx, f, row, p->bars, &bars));
    WICK_TRY(number(ctx, f, row, p->bar_in, &bar_in));
    WICK_TRY(number(ctx, f, row, p->bar_out, &bar_out));
    WICK_TRY(number(ctx, f, row, p->mae, &t.mae));
    WICK_TRY(number(ctx, f, row, p->mfe, &t.mfe));
    t.signal_time = t.entry_time;
    t.qty = fabs(or_zero(qty));
    t.fees = fabs(or_zero(fees) + or_zero(fees_in) + or_zero(fees_out));
    const double held = or_zero(isnan(bars) ? bar_out - bar_in : bars);
    t.bars = (int32_t)fmax(0.0, fmin(held, (double)INT32_MAX));
    t.mae = or_zero(t.mae);
    t.mfe = or_zero(t.mfe);
    if (isnan(t.pnl)) t.pnl = (double)t.side * t.qty * (t.exit_price - t.entry_price);
    if (isnan(t.pnl)) {
        return wick_fail(ctx, WICK_E_DATA,
                         "%s:%lld: no pnl, and no prices and size to make it from", f->path,
                         (long long)f->line[row]);
    }
    set_return(&t, ret, p->ret_scale);
    t.entry_price = or_zero(t.entry_price);
    t.exit_price = or_zero(t.exit_price);
    o->t[o->n++] = t;
out:
    return st;
}

/* ---- TradingView -------------------------------------------------------------------------- */

typedef struct tv {
    int32_t trade, type, time, price, qty, pnl, pct, signal;
} tv;

static wick_status tv_line(wick_ctx *ctx, const wk_csv *f, int64_t row, const tv *p,
                           wick_trade_rec *t, bool *open, bool seen[2])
{
    const char *type = f->cell[row * f->columns + p->type];
    const bool entry = begins(type, "entry"), is_short = strstr(type, "hort") != NULL;
    wick_status st = WICK_OK;
    double price, qty, v;
    if (!entry && !begins(type, "exit")) {
        return wick_fail(ctx, WICK_E_DATA,
                         "%s:%lld: column '%s': '%.40s' is neither an entry nor an exit", f->path,
                         (long long)f->line[row], f->title[p->type], type);
    }
    seen[entry ? 0 : 1] = true;
    t->side = is_short ? -1 : 1;
    WICK_TRY(number(ctx, f, row, p->price, &price));
    WICK_TRY(number(ctx, f, row, p->qty, &qty));
    t->qty = fabs(or_zero(qty));
    if (!entry && p->signal >= 0 && strcmp(f->cell[row * f->columns + p->signal], "Open") == 0) {
        *open = true;
        return WICK_OK;
    }
    WICK_TRY(wk_csv_time(ctx, f, row, p->time, entry ? &t->entry_time : &t->exit_time));
    *(entry ? &t->entry_price : &t->exit_price) = price;
    if (!entry) {
        WICK_TRY(number(ctx, f, row, p->pnl, &v));
        t->pnl = or_zero(v);
        WICK_TRY(number(ctx, f, row, p->pct, &v));
        t->return_pct = or_zero(v);
    }
out:
    return st;
}

static wick_status read_tradingview(wick_ctx *ctx, const wk_csv *f, wk_foreign_trades *o)
{
    const tv p = {wk_csv_find(f, NAMES("trade")),
                  wk_csv_find(f, NAMES("type")),
                  wk_csv_find(f, NAMES("datetime", "dateandtime")),
                  wk_csv_find(f, NAMES("price", "^price")),
                  wk_csv_find(f, NAMES("contracts", "qty", "quantity", "sizeqty", "positionsizeqty",
                                       "^positionsize", "^size")),
                  wk_csv_find(f, NAMES("profit", "netpl", "netpnl", "^netpl", "^netpnl", "^profit",
                                       "^pl", "^pnl")),
                  wk_csv_find(f, NAMES("netplpct", "netpnlpct", "profitpct", "plpct", "pnlpct")),
                  wk_csv_find(f, NAMES("signal"))};
    o->net = true;
    o->format = "TradingView list of trades";
    if (p.pnl < 0 || p.price < 0) {
        return wick_fail(ctx, WICK_E_DATA, "%s: a list of trades without the column %s", f->path,
                         p.pnl < 0 ? "'Profit' or 'Net P&L'" : "'Price'");
    }
    for (int64_t i = 0; i < f->rows;) {
        const char *number_of = f->cell[i * f->columns + p.trade];
        wick_trade_rec t = {.entry_order = -1, .exit_order = -1, .entry_tag = -1, .exit_tag = -1};
        bool open = false, seen[2] = {false, false};
        const int64_t first = i;
        for (; i < f->rows && strcmp(f->cell[i * f->columns + p.trade], number_of) == 0; i++) {
            const wick_status st = tv_line(ctx, f, i, &p, &t, &open, seen);
            if (st < 0) return st;
        }
        if (open || !seen[1]) continue;
        if (!seen[0]) {
            return wick_fail(ctx, WICK_E_DATA, "%s:%lld: trade %.20s has an exit and no entry",
                             f->path, (long long)f->line[first], number_of);
        }
        t.signal_time = t.entry_time;
        set_return(&t, t.return_pct, 1.0);
        if (!add_name(o, "all", &t.symbol)) return wick_fail_mem(ctx);
        o->t[o->n++] = t;
    }
    return WICK_OK;
}

/* ---- together ----------------------------------------------------------------------------- */

static int by_exit(const void *a, const void *b)
{
    const wick_trade_rec *x = a, *y = b;
    if (x->exit_time != y->exit_time) return x->exit_time < y->exit_time ? -1 : 1;
    return (x->entry_tick > y->entry_tick) - (x->entry_tick < y->entry_tick);
}

wick_status wk_foreign_read_trades(wick_ctx *ctx, const wk_csv *f, wk_foreign_trades *o)
{
    wick_status st = WICK_OK;
    memset(o, 0, sizeof *o);
    o->t = calloc((size_t)f->rows + 1, sizeof *o->t);
    if (o->t == NULL) return wick_fail_mem(ctx);
    if (is_tradingview(f)) {
        st = read_tradingview(ctx, f, o);
    } else {
        plan p;
        make_plan(f, &p);
        o->format = format_of(f);
        const bool fraction = strcmp(o->format, "backtesting.py trades") == 0 ||
                              strcmp(o->format, "vectorbt trades") == 0 ||
                              strcmp(o->format, "Freqtrade trades") == 0;
        p.ret_scale = fraction ? 100.0 : 1.0;
        o->net = fraction;
        o->has_bars = p.bars >= 0 || p.bar_in >= 0;
        for (int64_t i = 0; st == WICK_OK && i < f->rows; i++) st = read_line(ctx, f, i, &p, o);
    }
    /* The order of the file decides between equal exits: its number stands in for the tick. */
    for (int64_t i = 0; i < o->n; i++) {
        o->t[i].entry_tick = (int32_t)i;
        if (st == WICK_OK && o->t[i].exit_time < o->t[i].entry_time) {
            st = wick_fail(ctx, WICK_E_DATA, "%s: trade %lld ends before it begins", f->path,
                           (long long)i + 1);
        }
    }
    if (st == WICK_OK) qsort(o->t, (size_t)o->n, sizeof *o->t, by_exit);
    for (int64_t i = 0; i < o->n; i++) o->t[i].entry_tick = o->t[i].exit_tick = 0;
    return st;
}
