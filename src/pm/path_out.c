/* SPDX-License-Identifier: MIT */
/* Records of a path simulation as tables, and as a ledger that every metric of wick can score. */
#include <stdlib.h>

#include "pm/block.h"
#include "pm/path_int.h"

static const char *const reasons[] = {"signal",
                                      "end_of_data",
                                      "close_exit_prob",
                                      "close_position_risk",
                                      "close_market_risk",
                                      "close_continue_low",
                                      "close_max_loss",
                                      "close_path_risk",
                                      "reduce_below_minimum",
                                      "adverse_move",
                                      "liquidity",
                                      "ood",
                                      "size_below_minimum"};
static const char *const actions[] = {"OPEN", "ADD", "REDUCE", "CLOSE", "SKIP"};

static const char *side_name(int side)
{
    return side > 0 ? "LONG" : "SHORT";
}

static wick_status trade_table(wick_ctx *ctx, const wick_pm_path *p, const wk_path_records *r,
                               wick_table **out)
{
    const int64_t n = r->n_trades;
    wk_block b = {.p = 0};
    const char **symbol = wk_block_column(&b, n, "symbol", WICK_COL_TEXT);
    const char **side = wk_block_column(&b, n, "side", WICK_COL_TEXT);
    int64_t *open_time = wk_block_column(&b, n, "open_time", WICK_COL_INT);
    int64_t *close_time = wk_block_column(&b, n, "close_time", WICK_COL_INT);
    double *entry = wk_block_column(&b, n, "entry_price", WICK_COL_FLOAT);
    double *avg = wk_block_column(&b, n, "avg_price", WICK_COL_FLOAT);
    double *exit = wk_block_column(&b, n, "exit_price", WICK_COL_FLOAT);
    int64_t *adds = wk_block_column(&b, n, "adds", WICK_COL_INT);
    double *ratio = wk_block_column(&b, n, "max_ratio", WICK_COL_FLOAT);
    double *weighted = wk_block_column(&b, n, "weighted_edge_bps", WICK_COL_FLOAT);
    double *actual = wk_block_column(&b, n, "actual_edge_bps", WICK_COL_FLOAT);
    const char **reason = wk_block_column(&b, n, "exit_reason", WICK_COL_TEXT);
    int64_t *bars = wk_block_column(&b, n, "bars", WICK_COL_INT);
    const bool good = symbol && side && open_time && close_time && entry && avg && exit && adds &&
                      ratio && weighted && actual && reason && bars;
    for (int64_t i = 0; good && i < n; i++) {
        const wk_path_trade *t = &r->trades[i];
        symbol[i] = p->texts[t->open_row];
        side[i] = side_name(t->side);
        open_time[i] = p->time[t->open_row];
        close_time[i] = p->time[t->close_row];
        entry[i] = t->entry_price;
        avg[i] = t->avg_price;
        exit[i] = p->column[WK_PATH_FILL][t->close_row];
        adds[i] = t->adds;
        ratio[i] = t->max_ratio;
        weighted[i] = t->weighted;
        actual[i] = t->weighted / t->max_ratio;
        reason[i] = reasons[t->reason];
        bars[i] = t->bars;
    }
    return wk_block_table(ctx, &b, n, good, out);
}

static wick_status event_table(wick_ctx *ctx, const wick_pm_path *p, const wk_path_records *r,
                               wick_table **out)
{
    const int64_t n = r->n_events;
    wk_block b = {.p = 0};
    int64_t *time = wk_block_column(&b, n, "event_time", WICK_COL_INT);
    const char **symbol = wk_block_column(&b, n, "symbol", WICK_COL_TEXT);
    const char **action = wk_block_column(&b, n, "action", WICK_COL_TEXT);
    const char **reason = wk_block_column(&b, n, "reason", WICK_COL_TEXT);
    const char **side = wk_block_column(&b, n, "side", WICK_COL_TEXT);
    double *delta = wk_block_column(&b, n, "delta_ratio", WICK_COL_FLOAT);
    double *after = wk_block_column(&b, n, "ratio_after", WICK_COL_FLOAT);
    double *price = wk_block_column(&b, n, "price", WICK_COL_FLOAT);
    const bool good = time && symbol && action && reason && side && delta && after && price;
    for (int64_t i = 0; good && i < n; i++) {
        const wk_path_event *e = &r->events[i];
        time[i] = p->time[e->row];
        symbol[i] = p->texts[e->row];
        action[i] = actions[e->action];
        reason[i] = reasons[e->reason];
        side[i] = side_name(e->side);
        delta[i] = e->delta;
        after[i] = e->after;
        price[i] = p->column[WK_PATH_FILL][e->row];
    }
    return wk_block_table(ctx, &b, n, good, out);
}

static wick_status equity_table(wick_ctx *ctx, const wk_path_records *r, wick_table **out)
{
    const int64_t n = r->n_points;
    wk_block b = {.p = 0};
    int64_t *time = wk_block_column(&b, n, "event_time", WICK_COL_INT);
    double *equity = wk_block_column(&b, n, "equity_bps", WICK_COL_FLOAT);
    double *ratio = wk_block_column(&b, n, "open_ratio", WICK_COL_FLOAT);
    const bool good = time && equity && ratio;
    for (int64_t i = 0; good && i < n; i++) {
        time[i] = r->points[i].time;
        equity[i] = r->points[i].equity;
        ratio[i] = r->points[i].open_ratio;
    }
    return wk_block_table(ctx, &b, n, good, out);
}

wick_status wk_path_tables(wick_ctx *ctx, const wick_pm_path *p, const wk_path_records *r,
                           wick_pm_result *out)
{
    wick_status st;
    WICK_TRY(trade_table(ctx, p, r, &out->trades));
    WICK_TRY(event_table(ctx, p, r, &out->events));
    WICK_TRY(equity_table(ctx, r, &out->equity));
out:
    return st;
}

/* ---- ledger ------------------------------------------------------------------------------- */

/* One basis point of leg capital is one unit of account on 10,000 of starting cash; a trade is its
 * largest ratio in units of its average price. Its fees are inside its profit. */
#define CASH 1e4

static int32_t reason_of(wk_path_reason why)
{
    switch (why) {
    case WK_PATH_END_OF_DATA: return WICK_BY_END;
    case WK_PATH_MAX_LOSS: return WICK_BY_STOP_LOSS;
    case WK_PATH_PATH_RISK: return WICK_BY_STOP_TRAILING;
    case WK_PATH_POSITION_RISK:
    case WK_PATH_MARKET_RISK: return WICK_BY_RISK;
    default: return WICK_BY_SIGNAL;
    }
}

static int32_t tick_of(const wk_path_records *r, int64_t time)
{
    int64_t lo = 0, hi = r->n_points - 1;
    while (lo < hi) {
        const int64_t mid = (lo + hi) / 2;
        if (r->points[mid].time < time)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (int32_t)lo;
}

static wick_trade_rec record_of(const wick_pm_path *p, const wk_path_records *r,
                                const wk_path_trade *t)
{
    const double qty = t->max_ratio * CASH / t->avg_price;
    const int32_t in = tick_of(r, p->time[t->open_row]), out = tick_of(r, p->time[t->close_row]);
    return (wick_trade_rec){.symbol = t->symbol,
                            .side = t->side,
                            .reason = (int8_t)reason_of(t->reason),
                            .entry_order = -1,
                            .exit_order = -1,
                            .entry_tag = -1,
                            .exit_tag = -1,
                            .entry_bar = in,
                            .exit_bar = out,
                            .entry_tick = in,
                            .exit_tick = out,
                            .bars = (int32_t)t->bars,
                            .signal_time = p->time[t->open_row],
                            .entry_time = p->time[t->open_row],
                            .exit_time = p->time[t->close_row],
                            .qty = qty,
                            .entry_price = t->avg_price,
                            .exit_price = p->column[WK_PATH_FILL][t->close_row],
                            .pnl = t->weighted,
                            .return_pct = t->weighted / t->max_ratio / 100.0,
                            .mae = t->worst / 1e4 * t->avg_price,
                            .mfe = t->best / 1e4 * t->avg_price};
}

wick_status wk_path_ledger(wick_ctx *ctx, const wick_pm_path *p, const wk_path_records *r,
                           wick_ledger **out)
{
    const size_t n = (size_t)r->n_points;
    wick_status st;
    int64_t *time = malloc((n + 1) * sizeof *time);
    double *equity = malloc((n + 1) * sizeof *equity);
    wick_trade_rec *trades = malloc(((size_t)r->n_trades + 1) * sizeof *trades);
    if (!time || !equity || !trades) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    double total = 0.0;
    for (size_t i = 0; i < n; i++) {
        time[i] = r->points[i].time;
        equity[i] = CASH + r->points[i].equity;
    }
    for (int64_t i = 0; i < r->n_trades; i++) {
        trades[i] = record_of(p, r, &r->trades[i]);
        total += r->trades[i].weighted;
    }
    /* Every position is closed by its last row, whose fills come after that row's mark. */
    if (n > 0) equity[n - 1] = CASH + total;
    const wick_ledger_in in = {.size = sizeof in,
                               .n = r->n_points,
                               .time = time,
                               .equity = equity,
                               .cash = equity,
                               .n_trades = r->n_trades,
                               .trades = trades,
                               .n_symbols = p->n_symbols,
                               .symbols = wick_table_texts(p->symbols, 0),
                               .cash0 = CASH};
    st = wick_ledger_new(ctx, &in, out);
out:
    free(time);
    free(equity);
    free(trades);
    return st;
}
