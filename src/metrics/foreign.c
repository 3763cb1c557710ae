/* SPDX-License-Identifier: MIT */
/* Results of other programs as a ledger. */
#include "metrics/foreign.h"

#include <stdlib.h>
#include <string.h>

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Equity rows under construction. */
typedef struct curve {
    int64_t n;
    int64_t *time;
    double *v, *fees, *longs, *shorts; /* the last two NULL when the file has none */
    const char *format;
} curve;

static void curve_free(curve *c)
{
    free(c->time);
    free(c->v);
    free(c->fees);
    free(c->longs);
    free(c->shorts);
}

static bool curve_room(curve *c, int64_t n)
{
    c->time = calloc((size_t)n + 1, sizeof *c->time);
    c->v = calloc((size_t)n + 1, sizeof *c->v);
    c->fees = calloc((size_t)n + 1, sizeof *c->fees);
    return c->time != NULL && c->v != NULL && c->fees != NULL;
}

/* ---- columns ------------------------------------------------------------------------------ */

static int32_t time_column(const wk_csv *f)
{
    const int32_t k = wk_csv_find(f, NAMES("date", "time", "datetime", "timestamp", "index"));
    return k >= 0 ? k : f->name[0][0] == '\0' || strncmp(f->name[0], "unnamed", 7) == 0 ? 0 : -1;
}

static int32_t equity_column(const wk_csv *f)
{
    /* PyBroker's own 'equity' leaves out what shorts have not realised. */
    return wk_csv_find(f, NAMES("marketvalue", "equity", "portfoliovalue", "value", "nav",
                                "balance", "accountvalue", "close", "adjclose", "price"));
}

static int32_t returns_column(const wk_csv *f)
{
    return wk_csv_find(f, NAMES("returns", "return", "ret", "dailyreturn", "dailyreturns",
                                "strategy", "pctchange", "benchmark"));
}

static wick_status unknown(wick_ctx *ctx, const wk_csv *f)
{
    wick_buf names = {0};
    for (int32_t k = 0; k < f->columns && k < 12; k++) {
        wick_buf_addf(&names, "%s%s", k > 0 ? ", " : "", f->title[k]);
    }
    const wick_status st = wick_fail(
        ctx, WICK_E_DATA,
        "%s:1: not recognised: %s. Known are trades (an exit time and a pnl), equity (a date and "
        "equity, value or market_value) and returns (a date and returns)",
        f->path, names.failed ? "" : names.data);
    wick_buf_free(&names);
    return st;
}

/* Lists that look like an account or returns because of a price in them. */
static wick_status not_a_result(wick_ctx *ctx, const wk_csv *f)
{
    const bool side = wk_csv_find(f, NAMES("side", "action")) >= 0;
    const bool size = wk_csv_find(f, NAMES("size", "qty", "quantity", "units", "shares", "amount",
                                           "filledqty", "filledunits")) >= 0;
    if (wk_csv_find(f, NAMES("exitidx")) >= 0)
        return wick_fail(ctx, WICK_E_DATA,
                         "%s: trades by numbers of bars, without dates: of vectorbt export "
                         "trades.records_readable",
                         f->path);
    if (side && size)
        return wick_fail(ctx, WICK_E_DATA,
                         "%s: a list of orders; a list of trades has an exit time and a pnl in "
                         "each row",
                         f->path);
    return WICK_OK;
}

static int32_t kind_of(const wk_csv *f)
{
    if (wk_foreign_is_trades(f)) return WICK_FOREIGN_TRADES;
    if (time_column(f) < 0) return WICK_FOREIGN_AUTO;
    if (equity_column(f) >= 0) return WICK_FOREIGN_EQUITY;
    if (returns_column(f) >= 0 || f->columns == 2) return WICK_FOREIGN_RETURNS;
    return WICK_FOREIGN_AUTO;
}

/* ---- equity and returns ------------------------------------------------------------------- */

static wick_status ascending(wick_ctx *ctx, const wk_csv *f, const curve *c, int64_t i)
{
    if (i == 0 || c->time[i] > c->time[i - 1]) return WICK_OK;
    return wick_fail(ctx, WICK_E_DATA, "%s:%lld: the dates do not ascend", f->path,
                     (long long)f->line[i]);
}

static wick_status missing(wick_ctx *ctx, const wk_csv *f, int64_t row, int32_t k)
{
    return wick_fail(ctx, WICK_E_DATA, "%s:%lld: column '%s' has no number", f->path,
                     (long long)f->line[row], f->title[k]);
}

/* An account begins above 0, a price stays there: what does not may be returns under such a name.
 */
static wick_status plausible(wick_ctx *ctx, const wk_csv *f, int64_t row, int32_t k, double v)
{
    static const char *const prices[] = {"close", "adjclose", "price", NULL};
    bool price = false;
    for (int i = 0; prices[i] != NULL; i++) price = price || strcmp(f->name[k], prices[i]) == 0;
    if (v > 0.0 || (row > 0 && !price)) return WICK_OK;
    char text[32];
    snprintf(text, sizeof text, "%g", v);
    return wick_fail(ctx, WICK_E_DATA,
                     "%s:%lld: column '%s': %s is no %s; are these returns (--as returns)?",
                     f->path, (long long)f->line[row], f->title[k], isnan(v) ? "nothing" : text,
                     price ? "price" : "start of an account");
}

static wick_status read_equity(wick_ctx *ctx, const wk_csv *f, curve *c)
{
    const int32_t at = time_column(f);
    int32_t k = equity_column(f), fees = wk_csv_find(f, NAMES("fees", "totalfees"));
    if (k < 0 && f->columns == 2) k = 1 - at;
    if (k < 0 || at < 0) return unknown(ctx, f);
    c->format = wk_csv_find(f, NAMES("drawdownpct")) >= 0   ? "backtesting.py equity curve"
                : wk_csv_find(f, NAMES("marketvalue")) >= 0 ? "PyBroker portfolio"
                : wk_csv_find(f, NAMES("longvalue")) >= 0   ? "wick equity"
                                                            : "equity";
    const int32_t longs = wk_csv_find(f, NAMES("longvalue"));
    const int32_t shorts = wk_csv_find(f, NAMES("shortvalue"));
    if (!curve_room(c, f->rows)) return wick_fail_mem(ctx);
    if (longs >= 0 && shorts >= 0) {
        c->longs = calloc((size_t)f->rows, sizeof *c->longs);
        c->shorts = calloc((size_t)f->rows, sizeof *c->shorts);
        if (c->longs == NULL || c->shorts == NULL) return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < f->rows; i++) {
        wick_status st = wk_csv_time(ctx, f, i, at, &c->time[i]);
        if (st == WICK_OK) st = ascending(ctx, f, c, i);
        if (st == WICK_OK) st = wk_csv_number(ctx, f, i, k, &c->v[i]);
        if (st == WICK_OK && fees >= 0) st = wk_csv_number(ctx, f, i, fees, &c->fees[i]);
        if (st == WICK_OK && c->shorts != NULL) st = wk_csv_number(ctx, f, i, longs, &c->longs[i]);
        if (st == WICK_OK && c->shorts != NULL)
            st = wk_csv_number(ctx, f, i, shorts, &c->shorts[i]);
        if (st == WICK_OK && isnan(c->v[i]) && i > 0) st = missing(ctx, f, i, k);
        if (st == WICK_OK) st = plausible(ctx, f, i, k, c->v[i]);
        if (st < 0) return st;
        if (isnan(c->fees[i])) c->fees[i] = 0.0;
        if (c->shorts != NULL && isnan(c->longs[i])) c->longs[i] = 0.0;
        if (c->shorts != NULL && isnan(c->shorts[i])) c->shorts[i] = 0.0;
        c->n++;
    }
    return WICK_OK;
}

/* The account begins one row before the first return. */
static wick_status read_returns(wick_ctx *ctx, const wk_csv *f, double cash, curve *c)
{
    const int32_t at = time_column(f);
    int32_t k = returns_column(f);
    if (k < 0 && f->columns == 2) k = 1 - at;
    if (k < 0 || at < 0) return unknown(ctx, f);
    const double scale =
        strstr(f->name[k], "pct") != NULL && strcmp(f->name[k], "pctchange") != 0 ? 0.01 : 1.0;
    c->format = "returns";
    if (!curve_room(c, f->rows + 1)) return wick_fail_mem(ctx);
    c->v[0] = cash;
    c->n = 1;
    for (int64_t i = 0; i < f->rows; i++) {
        double r = 0.0;
        wick_status st = wk_csv_time(ctx, f, i, at, &c->time[i + 1]);
        if (st == WICK_OK && i > 0 && c->time[i + 1] <= c->time[i]) {
            st = wick_fail(ctx, WICK_E_DATA, "%s:%lld: the dates do not ascend", f->path,
                           (long long)f->line[i]);
        }
        if (st == WICK_OK) st = wk_csv_number(ctx, f, i, k, &r);
        if (st < 0) return st;
        if (isnan(r) && i > 0) return missing(ctx, f, i, k);
        r = isnan(r) ? 0.0 : r * scale; /* pct_change leaves its first row empty */
        if (r < -1.0) {
            return wick_fail(ctx, WICK_E_DATA,
                             "%s:%lld: column '%s': a return of %g loses more than everything; "
                             "are these percents, or an equity (--as equity)?",
                             f->path, (long long)f->line[i], f->title[k], r);
        }
        c->v[i + 1] = c->v[i] * (1.0 + r);
        c->n++;
    }
    const int64_t step = c->n > 2 ? c->time[2] - c->time[1] : WICK_MS_DAY;
    c->time[0] = c->time[1] - (step < WICK_MS_DAY ? step : WICK_MS_DAY);
    return WICK_OK;
}

/* ---- a clock of days ---------------------------------------------------------------------- */

static int64_t midnight(int64_t t)
{
    const int64_t rest = t % WICK_MS_DAY;
    return t - (rest < 0 ? rest + WICK_MS_DAY : rest);
}

static bool weekend(int64_t t)
{
    const int32_t d = wick_time_to_civil(t).weekday;
    return d == 1 || d == 7;
}

/* Cash plus the net pnl of the trades closed so far, a row a day from the first entry on. */
static wick_status daily(wick_ctx *ctx, const wk_foreign_trades *t, double cash, curve *c,
                         bool *weekdays)
{
    if (t->n == 0) return wick_fail(ctx, WICK_E_DATA, "no closed trade in the list");
    int64_t first = INT64_MAX;
    const int64_t last = midnight(t->t[t->n - 1].exit_time);
    *weekdays = true;
    for (int64_t i = 0; i < t->n; i++) {
        const wick_trade_rec *r = &t->t[i];
        first = r->entry_time < first ? r->entry_time : first;
        if (weekend(r->entry_time) || weekend(r->exit_time)) *weekdays = false;
    }
    first = midnight(first);
    const int64_t days = (last - first) / WICK_MS_DAY + 1;
    if (days > 400000) return wick_fail(ctx, WICK_E_DATA, "the trades span more than 1000 years");
    if (!curve_room(c, days + 1)) return wick_fail_mem(ctx);
    wick_sum net = {0}, fees = {0};
    int64_t k = 0;
    for (int64_t day = first; day <= last; day += WICK_MS_DAY) {
        for (; k < t->n && t->t[k].exit_time < day + WICK_MS_DAY; k++) {
            wick_sum_add(&net, t->net ? t->t[k].pnl : t->t[k].pnl - t->t[k].fees);
            wick_sum_add(&fees, t->t[k].fees);
        }
        if (*weekdays && weekend(day)) continue;
        c->time[c->n] = day;
        c->v[c->n] = cash + wick_sum_get(&net);
        c->fees[c->n++] = wick_sum_get(&fees);
    }
    return WICK_OK;
}

/* As wick_panel_bars_per_year: rows over the span, snapped to a usual number within 3 %. */
static double rows_a_year(const curve *c, bool weekdays)
{
    static const double known[] = {252.0, 365.0, 52.0, 12.0, 4.0, 1.0};
    if (weekdays) return 252.0; /* holidays are rows of this clock */
    if (c->n < 2) return 0.0;
    const double span = (double)(c->time[c->n - 1] - c->time[0]);
    const double found = (double)(c->n - 1) * 365.25 * (double)WICK_MS_DAY / span;
    double best = found, distance = 0.03;
    for (int k = 0; k < 6; k++) {
        const double d = fabs(found / known[k] - 1.0);
        if (d > distance) continue;
        distance = d;
        best = known[k];
    }
    return best;
}

/* Rows of entry and exit on the clock, and bars between them where the list had none. */
static void place(const curve *c, wk_foreign_trades *t)
{
    for (int64_t i = 0; i < t->n; i++) {
        wick_trade_rec *r = &t->t[i];
        const int64_t stamp[2] = {r->entry_time, r->exit_time};
        int32_t *const to[2] = {&r->entry_tick, &r->exit_tick};
        for (int k = 0; k < 2; k++) {
            int64_t lo = 0, hi = c->n;
            while (lo < hi) {
                const int64_t mid = lo + (hi - lo) / 2;
                if (c->time[mid] <= stamp[k]) {
                    lo = mid + 1;
                } else {
                    hi = mid;
                }
            }
            *to[k] = (int32_t)(lo > 0 ? lo - 1 : 0);
        }
        if (!t->has_bars) r->bars = r->exit_tick - r->entry_tick;
    }
}

/* ---- together ----------------------------------------------------------------------------- */

typedef struct reading {
    wk_csv file[2];
    curve c;
    wk_foreign_trades t;
    bool has_trades, has_curve;
} reading;

static wick_status read_one(wick_ctx *ctx, const wick_foreign_opts *o, double cash, const wk_csv *f,
                            reading *r)
{
    const int32_t kind = o->kind != WICK_FOREIGN_AUTO ? o->kind : kind_of(f);
    if (o->kind == WICK_FOREIGN_AUTO && kind != WICK_FOREIGN_TRADES) {
        const wick_status st = not_a_result(ctx, f);
        if (st < 0) return st;
    }
    if (kind == WICK_FOREIGN_AUTO) return unknown(ctx, f);
    if (kind == WICK_FOREIGN_TRADES) {
        if (!wk_foreign_is_trades(f)) return unknown(ctx, f);
        if (r->has_trades)
            return wick_fail(ctx, WICK_E_ARG, "%s: a second list of trades", f->path);
        r->has_trades = true;
        return wk_foreign_read_trades(ctx, f, &r->t);
    }
    if (r->has_curve) return wick_fail(ctx, WICK_E_ARG, "%s: a second equity curve", f->path);
    r->has_curve = true;
    return kind == WICK_FOREIGN_EQUITY ? read_equity(ctx, f, &r->c)
                                       : read_returns(ctx, f, cash, &r->c);
}

wick_status wick_foreign_load(wick_ctx *ctx, const char *const *paths, int64_t n_paths,
                              const wick_foreign_opts *opts, wick_ledger **out,
                              wick_foreign_info *info)
{
    wick_foreign_opts o = {.size = sizeof o};
    reading r;
    wick_status st = WICK_OK;
    bool weekdays = false;
    memset(&r, 0, sizeof r);
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if (n_paths < 1 || n_paths > 2 || paths == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "one file, or trades and an equity curve");
    }
    if (o.kind < WICK_FOREIGN_AUTO || o.kind > WICK_FOREIGN_EQUITY || o.cash < 0.0) {
        return wick_fail(ctx, WICK_E_ARG, "kind is 0 to 3, cash is not negative");
    }
    const double cash = o.cash > 0.0 ? o.cash : 100000.0;
    if (n_paths == 2) o.kind = WICK_FOREIGN_AUTO;
    for (int64_t i = 0; i < n_paths; i++) {
        WICK_TRY(wk_csv_load(ctx, paths[i], &r.file[i]));
        WICK_TRY(read_one(ctx, &o, cash, &r.file[i], &r));
    }
    if (!r.has_curve) WICK_TRY(daily(ctx, &r.t, cash, &r.c, &weekdays));
    place(&r.c, &r.t);
    const wick_ledger_in in = {.size = sizeof in,
                               .n = r.c.n,
                               .time = r.c.time,
                               .equity = r.c.v,
                               .fees = r.c.fees[r.c.n - 1] != 0.0 ? r.c.fees : NULL,
                               .long_value = r.c.longs,
                               .short_value = r.c.shorts,
                               .n_trades = r.t.n,
                               .trades = r.t.t,
                               .n_symbols = r.t.n_names,
                               .symbols = r.t.names,
                               .cash0 = r.has_curve ? r.c.v[0] : cash};
    WICK_TRY(wick_ledger_new(ctx, &in, out));
    if (info != NULL) {
        *info =
            (wick_foreign_info){.kind = r.has_trades ? WICK_FOREIGN_TRADES : kind_of(&r.file[0]),
                                .format = r.has_trades ? r.t.format : r.c.format,
                                .pnl_net = r.t.net,
                                .synthetic_clock = !r.has_curve,
                                .weekdays_only = weekdays,
                                .bars_per_year = rows_a_year(&r.c, weekdays)};
    }
out:
    curve_free(&r.c);
    free(r.t.t);
    free(r.t.names);
    wk_csv_free(&r.file[0]);
    wk_csv_free(&r.file[1]);
    return st;
}

wick_status wick_foreign_series(wick_ctx *ctx, const char *path, int64_t n, const int64_t *time,
                                double *out)
{
    const wick_foreign_opts o = {.size = sizeof o};
    reading r;
    memset(&r, 0, sizeof r);
    wick_status st = WICK_OK;
    WICK_TRY(wk_csv_load(ctx, path, &r.file[0]));
    WICK_TRY(read_one(ctx, &o, 1.0, &r.file[0], &r));
    if (!r.has_curve) {
        st = wick_fail(ctx, WICK_E_DATA, "%s: a benchmark is prices, equity or returns, not trades",
                       path);
        goto out;
    }
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        while (k < r.c.n && r.c.time[k] <= time[i]) k++;
        out[i] = k > 0 ? r.c.v[k - 1] : WICK_NA;
        if (k > 0 && !(out[i] > 0.0)) {
            st = wick_fail(ctx, WICK_E_DATA, "%s: the benchmark is %g; it must be above 0", path,
                           out[i]);
            goto out;
        }
    }
    if (n > 0 && isnan(out[n - 1])) {
        st = wick_fail(ctx, WICK_E_DATA, "%s: the benchmark begins after the last bar", path);
    }
out:
    curve_free(&r.c);
    free(r.t.t);
    free(r.t.names);
    wk_csv_free(&r.file[0]);
    return st;
}
