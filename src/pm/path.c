/* SPDX-License-Identifier: MIT */
/* Path simulation: one position per symbol, opened, added to, halved and closed row by row. */
#include <stdlib.h>
#include <string.h>

#include "pm/path_int.h"

typedef struct position {
    int side; /**< 0: flat */
    double ratio, price, first_price, peak, realised, max_ratio, worst, best;
    int64_t open_row, adds, last_add, bars;
    bool reduced;
} position;

typedef struct sim {
    wick_ctx *ctx;
    const wick_pm_path *p;
    const wick_pm_config *c;
    const wick_pm_account *a;
    double cost, realised;
    position *at; /**< by symbol */
    double *mark; /**< last close by symbol */
    bool full;
    wk_path_records r;
    int64_t adds, reduces, skips;
} sim;

/* ---- records ------------------------------------------------------------------------------ */

static wick_status grow(wick_ctx *ctx, void **list, int64_t *cap, int64_t n, size_t size)
{
    if (n < *cap) return WICK_OK;
    const int64_t want = *cap ? *cap * 2 : 256;
    void *grown = realloc(*list, (size_t)want * size);
    if (!grown) return wick_fail_mem(ctx);
    *list = grown;
    *cap = want;
    return WICK_OK;
}

static wick_status log_event(sim *s, int64_t row, wk_path_action action, wk_path_reason why,
                             int side, double delta, double after)
{
    s->adds += action == WK_PATH_ADD;
    s->reduces += action == WK_PATH_REDUCE;
    s->skips += action == WK_PATH_SKIP;
    if (!s->full) return WICK_OK;
    void *list = s->r.events;
    const wick_status st =
        grow(s->ctx, &list, &s->r.cap_events, s->r.n_events, sizeof *s->r.events);
    if (st < 0) return st;
    s->r.events = list;
    s->r.events[s->r.n_events++] =
        (wk_path_event){row, (int8_t)action, (int8_t)why, (int8_t)side, delta, after};
    return WICK_OK;
}

static wick_status log_trade(sim *s, const wk_path_trade *t)
{
    void *list = s->r.trades;
    const wick_status st =
        grow(s->ctx, &list, &s->r.cap_trades, s->r.n_trades, sizeof *s->r.trades);
    if (st < 0) return st;
    s->r.trades = list;
    s->r.trades[s->r.n_trades++] = *t;
    return WICK_OK;
}

static wick_status log_point(sim *s, int64_t time)
{
    if (!s->full) return WICK_OK;
    double open = 0.0, ratio = 0.0;
    for (int64_t k = 0; k < s->p->n_symbols; k++) {
        const position *q = &s->at[k];
        if (q->side == 0) continue;
        open += (double)q->side * (s->mark[k] / q->price - 1.0) * 1e4 * q->ratio;
        ratio += q->ratio;
    }
    void *list = s->r.points;
    const wick_status st =
        grow(s->ctx, &list, &s->r.cap_points, s->r.n_points, sizeof *s->r.points);
    if (st < 0) return st;
    s->r.points = list;
    s->r.points[s->r.n_points++] = (wk_path_point){time, s->realised + open, ratio};
    return WICK_OK;
}

/* ---- sizing ------------------------------------------------------------------------------- */

static double col(const sim *s, wk_path_column k, int64_t row)
{
    return s->p->column[k][row];
}

static double sided(const sim *s, wk_path_column of_long, int side, int64_t row)
{
    return col(s, side > 0 ? of_long : (wk_path_column)(of_long + 1), row);
}

static double clip(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

static double least(double a, double b)
{
    return b < a ? b : a;
}

/* Entropy of the direction probabilities in units of ln 3. */
static double entropy(const sim *s, int64_t row)
{
    const double p[3] = {col(s, WK_PATH_LONG, row), col(s, WK_PATH_SHORT, row),
                         col(s, WK_PATH_NEUTRAL, row)};
    const double total = p[0] + p[1] + p[2];
    double h = 0.0;
    for (int k = 0; k < 3; k++) {
        const double q = p[k] / total;
        if (isnan(q)) return WICK_NA;
        if (q > 0.0) h += q * log(q);
    }
    return -h / log(3.0);
}

/* What a leg may be before its liquidation price comes nearer than `buffer`. */
static double liquidation_cap(const sim *s, double buffer)
{
    return 1e4 / (s->a->leverage * (buffer + s->a->maintenance_bps));
}

/* NA when the row's probabilities do not give a size. */
static double size_of(const sim *s, int64_t row, int side, double floor_ratio)
{
    const wick_pm_config *c = s->c;
    const int32_t self = s->p->symbol[row];
    double others = 0.0;
    for (int32_t k = 0; k < s->p->n_symbols; k++)
        if (k != self && s->at[k].side != 0) others += s->at[k].ratio;
    const double edge = sided(s, WK_PATH_LONG_EDGE, side, row);
    const double path = s->p->column[WK_PATH_RISK_BPS] ? col(s, WK_PATH_RISK_BPS, row)
                                                       : c->exit.max_position_path_risk_bps;
    const double raw = c->sizing.base_ratio *
                       clip((edge - c->sizing.min_edge_bps) / 20.0, 0.0, 1.5) *
                       clip(1.0 - col(s, WK_PATH_RISK, row), 0.0, 1.0) *
                       (1.0 - c->sizing.uncertainty_penalty_multiplier * entropy(s, row));
    if (isnan(raw) || isnan(path) || isnan(col(s, WK_PATH_LIQUIDITY, row))) return WICK_NA;
    double q = floor_ratio > raw ? floor_ratio : raw;
    q = least(q, c->sizing.max_single_leg_ratio);
    q = least(q, c->sizing.max_loss_per_trade_bps / (path > 1.0 ? path : 1.0));
    q = least(q, c->sizing.max_liquidity_usage_ratio * col(s, WK_PATH_LIQUIDITY, row));
    q = least(q, c->sizing.max_total_position_ratio - others);
    return least(q, liquidation_cap(s, c->sizing.min_post_trade_liquidation_buffer_bps));
}

/* ---- fills -------------------------------------------------------------------------------- */

static void book(sim *s, position *q, double amount)
{
    q->realised += amount;
    s->realised += amount;
}

static void take_off(sim *s, position *q, int64_t row, double part)
{
    const double fill = col(s, WK_PATH_FILL, row);
    book(s, q, (double)q->side * (fill / q->price - 1.0) * 1e4 * part - s->cost * part);
    q->ratio -= part;
}

static wick_status close_position(sim *s, position *q, int64_t row, wk_path_reason why)
{
    const double part = q->ratio;
    take_off(s, q, row, part);
    const wk_path_trade t = {.symbol = s->p->symbol[row],
                             .side = (int8_t)q->side,
                             .open_row = q->open_row,
                             .close_row = row,
                             .adds = q->adds,
                             .bars = q->bars,
                             .entry_price = q->first_price,
                             .avg_price = q->price,
                             .max_ratio = q->max_ratio,
                             .weighted = q->realised,
                             .worst = q->worst,
                             .best = q->best,
                             .reason = why};
    const int side = q->side;
    *q = (position){0};
    const wick_status st = log_trade(s, &t);
    return st < 0 ? st : log_event(s, row, WK_PATH_DO_CLOSE, why, side, -part, 0.0);
}

static wick_status open_position(sim *s, position *q, int64_t row, int side, double part)
{
    *q = (position){.side = side,
                    .ratio = part,
                    .price = col(s, WK_PATH_FILL, row),
                    .first_price = col(s, WK_PATH_FILL, row),
                    .max_ratio = part,
                    .open_row = row,
                    .last_add = s->p->time[row]};
    book(s, q, -s->cost * part);
    return log_event(s, row, WK_PATH_OPEN, WK_PATH_SIGNAL, side, part, part);
}

static wick_status add_to(sim *s, position *q, int64_t row, double part)
{
    book(s, q, -s->cost * part);
    q->price = (q->price * q->ratio + col(s, WK_PATH_FILL, row) * part) / (q->ratio + part);
    q->ratio += part;
    q->adds++;
    q->last_add = s->p->time[row];
    q->reduced = false;
    if (q->ratio > q->max_ratio) q->max_ratio = q->ratio;
    return log_event(s, row, WK_PATH_ADD, WK_PATH_SIGNAL, q->side, part, q->ratio);
}

static wick_status halve(sim *s, position *q, int64_t row)
{
    const double part = q->ratio / 2.0;
    if (part < s->c->sizing.min_initial_ratio)
        return close_position(s, q, row, WK_PATH_BELOW_MINIMUM);
    take_off(s, q, row, part);
    q->reduced = true;
    return log_event(s, row, WK_PATH_REDUCE, WK_PATH_ADVERSE_MOVE, q->side, -part, q->ratio);
}

/* ---- decisions ---------------------------------------------------------------------------- */

/* The first reason to close, or WK_PATH_SIGNAL for none. */
static wk_path_reason why_close(const sim *s, const position *q, int64_t row, double u)
{
    const wick_pm_config *c = s->c;
    const int side = q->side;
    if (row == s->p->last[s->p->symbol[row]]) return WK_PATH_END_OF_DATA;
    if (sided(s, WK_PATH_EXIT_LONG, side, row) >= c->exit.close_exit_prob) return WK_PATH_EXIT_PROB;
    if (sided(s, WK_PATH_LONG_RISK, side, row) >= c->exit.close_position_risk_prob)
        return WK_PATH_POSITION_RISK;
    if (col(s, WK_PATH_RISK, row) >= c->exit.close_market_risk_prob) return WK_PATH_MARKET_RISK;
    if (sided(s, WK_PATH_CONTINUE_LONG, side, row) <= c->exit.close_continue_max)
        return WK_PATH_CONTINUE_LOW;
    if (-u * q->ratio >= c->sizing.max_loss_per_trade_bps) return WK_PATH_MAX_LOSS;
    if (q->peak - u >= c->exit.max_position_path_risk_bps) return WK_PATH_PATH_RISK;
    return WK_PATH_SIGNAL;
}

static bool may_halve(const sim *s, const position *q, int64_t row, double u)
{
    const wick_pm_config *c = s->c;
    const double cont = sided(s, WK_PATH_CONTINUE_LONG, q->side, row);
    return sided(s, WK_PATH_ADVERSE_LONG, q->side, row) >= c->exit.reduce_adverse_move_prob &&
           cont >= c->exit.reduce_continue_min && cont <= c->exit.reduce_continue_max &&
           u >= c->exit.min_profit_for_reduce_bps && !q->reduced;
}

static bool may_add(const sim *s, const position *q, int64_t row)
{
    const wick_pm_config *c = s->c;
    const int side = q->side;
    const double edge = sided(s, WK_PATH_LONG_EDGE, side, row);
    const double minutes = (double)(s->p->time[row] - q->last_add) / 60000.0;
    return sided(s, WK_PATH_LONG, side, row) >=
               (side > 0 ? c->add.min_long_prob : c->add.min_short_prob) &&
           sided(s, WK_PATH_CONTINUE_LONG, side, row) >= c->add.min_continue_prob &&
           sided(s, WK_PATH_LONG_ENTRY, side, row) >= c->add.min_entry_prob &&
           sided(s, WK_PATH_EXIT_LONG, side, row) <= c->add.max_exit_prob &&
           col(s, WK_PATH_RISK, row) <= c->add.max_market_risk_prob &&
           sided(s, WK_PATH_LONG_RISK, side, row) <= c->add.max_position_risk_prob &&
           edge >= c->add.min_expected_edge_bps && edge >= c->add.min_continue_vs_exit_edge_bps &&
           col(s, WK_PATH_LIQUIDITY, row) >= c->add.min_liquidity_capacity_ratio &&
           (double)q->adds < c->add.max_add_count && minutes >= c->add.cooldown_minutes;
}

static wick_status hold(sim *s, position *q, int64_t row)
{
    const double u = (double)q->side * (col(s, WK_PATH_CLOSE, row) / q->price - 1.0) * 1e4;
    q->bars++;
    if (u > q->peak) q->peak = u;
    if (u > q->best) q->best = u;
    if (u < q->worst) q->worst = u;
    const wk_path_reason why = why_close(s, q, row, u);
    if (why != WK_PATH_SIGNAL) return close_position(s, q, row, why);
    if (may_halve(s, q, row, u)) return halve(s, q, row);
    if (!may_add(s, q, row)) return WICK_OK;
    const double room = liquidation_cap(s, s->c->add.min_post_trade_liquidation_buffer_bps);
    const double part =
        least(least(size_of(s, row, q->side, 0.0) - q->ratio, s->c->sizing.max_add_ratio),
              room - q->ratio);
    return part >= s->c->sizing.min_add_ratio ? add_to(s, q, row, part) : WICK_OK;
}

static int open_side(const sim *s, int64_t row)
{
    const double *const *k = s->p->column;
    const wick_pm_frame f = {.size = sizeof f,
                             .n = s->p->n,
                             .long_prob = k[WK_PATH_LONG],
                             .short_prob = k[WK_PATH_SHORT],
                             .long_entry_prob = k[WK_PATH_LONG_ENTRY],
                             .short_entry_prob = k[WK_PATH_SHORT_ENTRY],
                             .market_risk_prob = k[WK_PATH_RISK],
                             .pred_long = k[WK_PATH_LONG_EDGE],
                             .pred_short = k[WK_PATH_SHORT_EDGE]};
    const wick_pm_thresholds th = {.long_open_prob = s->c->open.long_open_prob,
                                   .short_open_prob = s->c->open.short_open_prob,
                                   .min_long_entry_prob = s->c->open.min_long_entry_prob,
                                   .min_short_entry_prob = s->c->open.min_short_entry_prob,
                                   .max_market_risk_prob = s->c->open.max_market_risk_prob,
                                   .min_expected_edge_bps = s->c->open.min_expected_edge_bps,
                                   .min_direction_margin = s->c->open.min_direction_margin};
    return wick_pm_side(&f, row, &th);
}

static wick_status flat(sim *s, position *q, int64_t row)
{
    if (row == s->p->last[s->p->symbol[row]]) return WICK_OK;
    const int side = open_side(s, row);
    if (side == 0) return WICK_OK;
    if (col(s, WK_PATH_LIQUIDITY, row) < s->c->open.min_liquidity_capacity_ratio)
        return log_event(s, row, WK_PATH_SKIP, WK_PATH_LOW_LIQUIDITY, side, 0.0, 0.0);
    if (col(s, WK_PATH_OOD, row) > s->c->open.max_ood_score)
        return log_event(s, row, WK_PATH_SKIP, WK_PATH_OUT_OF_RANGE, side, 0.0, 0.0);
    const double part = size_of(s, row, side, s->c->sizing.min_initial_ratio);
    if (!(part >= s->c->sizing.min_initial_ratio))
        return log_event(s, row, WK_PATH_SKIP, WK_PATH_SIZE, side, 0.0, 0.0);
    return open_position(s, q, row, side, part);
}

/* ---- the run ------------------------------------------------------------------------------ */

static wick_status walk(sim *s)
{
    const wick_pm_path *p = s->p;
    wick_status st = WICK_OK;
    for (int64_t i = 0, j; st >= 0 && i < p->n; i = j) {
        for (j = i; j < p->n && p->time[j] == p->time[i]; j++)
            s->mark[p->symbol[j]] = col(s, WK_PATH_CLOSE, j);
        st = log_point(s, p->time[i]);
        for (int64_t row = i; st >= 0 && row < j; row++) {
            position *q = &s->at[p->symbol[row]];
            st = q->side != 0 ? hold(s, q, row) : flat(s, q, row);
        }
    }
    return st;
}

static wick_status measure(const sim *s, wick_pm_metrics *out)
{
    const int64_t n = s->r.n_trades;
    double *x = malloc(((size_t)n * 3 + 1) * sizeof *x);
    if (!x) return wick_fail_mem(s->ctx);
    for (int64_t i = 0; i < n; i++) {
        const wk_path_trade *t = &s->r.trades[i];
        x[i] = t->weighted / t->max_ratio;
        x[n + i] = t->weighted;
        x[2 * n + i] = t->max_ratio;
    }
    wick_pm_measure(n, x, x + n, x + 2 * n, out);
    free(x);
    return WICK_OK;
}

static wick_status check_account(wick_ctx *ctx, const wick_pm_account *a)
{
    if (!(a->fee_bps >= 0.0) || !(a->slippage_bps >= 0.0) || !isfinite(a->fee_bps) ||
        !isfinite(a->slippage_bps))
        return wick_fail(ctx, WICK_E_ARG, "account: fee_bps and slippage_bps are 0 or more");
    if (!(a->leverage > 0.0) || !isfinite(a->leverage) || !(a->maintenance_bps >= 0.0) ||
        !isfinite(a->maintenance_bps))
        return wick_fail(ctx, WICK_E_ARG,
                         "account: leverage is above 0 and maintenance_bps 0 or more");
    return WICK_OK;
}

wick_status wick_pm_path_run(wick_ctx *ctx, const wick_pm_path *p, const wick_pm_config *config,
                             const wick_pm_account *account, bool full, wick_pm_result *out)
{
    sim s = {.ctx = ctx, .p = p, .c = config, .a = account, .full = full};
    wick_pm_result r = {.adds = 0};
    wick_status st;
    WICK_TRY(check_account(ctx, account));
    s.cost = account->fee_bps + account->slippage_bps;
    s.at = calloc((size_t)p->n_symbols + 1, sizeof *s.at);
    s.mark = calloc((size_t)p->n_symbols + 1, sizeof *s.mark);
    if (!s.at || !s.mark) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(walk(&s));
    WICK_TRY(measure(&s, &r.metrics));
    r.adds = s.adds;
    r.reduces = s.reduces;
    r.skips = s.skips;
    if (full) {
        WICK_TRY(wk_path_tables(ctx, p, &s.r, &r));
        WICK_TRY(wk_path_ledger(ctx, p, &s.r, &r.ledger));
        WICK_TRY(wk_path_engine(ctx, p, &s.r, account, &r.engine));
    }
    *out = r;
out:
    if (st < 0) wick_pm_result_clear(&r);
    free(s.at);
    free(s.mark);
    free(s.r.trades);
    free(s.r.events);
    free(s.r.points);
    return st;
}

void wick_pm_result_clear(wick_pm_result *r)
{
    wick_table_unref(r->trades);
    wick_table_unref(r->events);
    wick_table_unref(r->equity);
    wick_ledger_unref(r->ledger);
    wick_ledger_unref(r->engine);
    *r = (wick_pm_result){.adds = 0};
}
