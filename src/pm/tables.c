/* SPDX-License-Identifier: MIT */
/* Frames, trades, equity and candidates as tables. */
#include <stdlib.h>

#include "pm/block.h"

static const char *const frame_columns[] = {"long_prob",
                                            "short_prob",
                                            "long_entry_prob",
                                            "short_entry_prob",
                                            "market_risk_prob",
                                            "pred_long_expected_net_edge_bps",
                                            "pred_short_expected_net_edge_bps",
                                            "actual_long_expected_net_edge_bps",
                                            "actual_short_expected_net_edge_bps"};
enum { FRAME_COLUMNS = 9, FIRST_EDGE = 5 };

static void sample_name(const wick_table *t, int64_t row, char *out, size_t n)
{
    const int32_t k = wick_table_find(t, "sample_id");
    const char *const *ids = k >= 0 ? wick_table_texts(t, k) : NULL;
    if (ids && ids[row])
        snprintf(out, n, "sample_id '%.80s'", ids[row]);
    else
        snprintf(out, n, "row %lld", (long long)row + 1);
}

static wick_status check_column(wick_ctx *ctx, const wick_table *t, const char *what, int k,
                                const double *x)
{
    const int64_t n = wick_table_rows(t);
    char who[128];
    int64_t present = 0;
    for (int64_t i = 0; i < n; i++) {
        present += !isnan(x[i]);
        if (isfinite(x[i]) || (k < FIRST_EDGE && isnan(x[i]))) continue;
        sample_name(t, i, who, sizeof who);
        return wick_fail(ctx, WICK_E_DATA, "%s: %s: '%s' is %s", what, who, frame_columns[k],
                         isnan(x[i]) ? "missing" : "not finite");
    }
    if (present > 0 || n == 0) return WICK_OK;
    return wick_fail(ctx, WICK_E_DATA, "%s: '%s' is missing (NaN) in every row", what,
                     frame_columns[k]);
}

wick_status wick_pm_frame_of(wick_ctx *ctx, const wick_table *t, const char *what,
                             wick_pm_frame *out)
{
    wick_pm_frame f = {.size = sizeof f, .n = wick_table_rows(t)};
    const double **to[FRAME_COLUMNS] = {
        &f.long_prob, &f.short_prob, &f.long_entry_prob, &f.short_entry_prob, &f.market_risk_prob,
        &f.pred_long, &f.pred_short, &f.actual_long,     &f.actual_short};
    for (int k = 0; k < FRAME_COLUMNS; k++) {
        int32_t at = -1;
        wick_status st = wick_table_need(ctx, t, what, frame_columns[k], &at);
        if (st < 0) return st;
        *to[k] = wick_table_floats(t, at);
        if (!*to[k])
            return wick_fail(ctx, WICK_E_DATA, "%s: column '%s' must be float, it is %s", what,
                             frame_columns[k],
                             wick_column_type_name((int32_t)wick_table_type(t, at)));
        st = check_column(ctx, t, what, k, *to[k]);
        if (st < 0) return st;
    }
    *out = f;
    return WICK_OK;
}

/* ---- trades ------------------------------------------------------------------------------- */

typedef struct picks {
    int64_t *rows, n;
    int8_t *side;
    double *ratio;
} picks;

static wick_status pick(wick_ctx *ctx, const wick_pm_frame *f, const wick_pm_thresholds *th,
                        picks *p)
{
    const size_t n = (size_t)f->n + 1;
    p->rows = malloc(n * sizeof *p->rows);
    p->side = malloc(n);
    p->ratio = malloc(n * sizeof *p->ratio);
    if (!p->rows || !p->side || !p->ratio) return wick_fail_mem(ctx);
    wick_pm_trades(f, th, p->rows, p->side, p->ratio, &p->n);
    return WICK_OK;
}

static wick_status sided_columns(wick_ctx *ctx, const wick_pm_frame *f, const int64_t *targets[2],
                                 const picks *p, wick_table **out)
{
    const int64_t n = p->n;
    wk_block b = {.p = 0};
    const char **side = wk_block_column(&b, n, "side", WICK_COL_TEXT);
    double *direction = wk_block_column(&b, n, "direction_prob", WICK_COL_FLOAT);
    double *entry = wk_block_column(&b, n, "entry_prob", WICK_COL_FLOAT);
    double *risk = wk_block_column(&b, n, "market_risk_prob", WICK_COL_FLOAT);
    double *edge = wk_block_column(&b, n, "predicted_edge_bps", WICK_COL_FLOAT);
    double *actual = wk_block_column(&b, n, "actual_edge_bps", WICK_COL_FLOAT);
    int64_t *target = wk_block_column(&b, n, "entry_target", WICK_COL_INT);
    double *ratio = wk_block_column(&b, n, "planned_ratio", WICK_COL_FLOAT);
    double *weighted = wk_block_column(&b, n, "weighted_edge_bps", WICK_COL_FLOAT);
    const bool good =
        side && direction && entry && risk && edge && actual && target && ratio && weighted;
    for (int64_t k = 0; good && k < n; k++) {
        const int64_t i = p->rows[k];
        const bool is_long = p->side[k] > 0;
        side[k] = is_long ? "LONG" : "SHORT";
        direction[k] = is_long ? f->long_prob[i] : f->short_prob[i];
        entry[k] = is_long ? f->long_entry_prob[i] : f->short_entry_prob[i];
        risk[k] = f->market_risk_prob[i];
        edge[k] = is_long ? f->pred_long[i] : f->pred_short[i];
        actual[k] = is_long ? f->actual_long[i] : f->actual_short[i];
        target[k] = targets[is_long ? 0 : 1][i];
        ratio[k] = p->ratio[k];
        weighted[k] = actual[k] * ratio[k];
    }
    return wk_block_table(ctx, &b, n, good, out);
}

/* Columns of `right` behind those of `left`. */
static wick_status beside(wick_ctx *ctx, wick_table *left, const wick_table *right,
                          wick_table **out)
{
    wick_table *now = wick_table_ref(left);
    for (int32_t k = 0; k < wick_table_columns(right); k++) {
        const wick_column_type type = wick_table_type(right, k);
        const void *values = type == WICK_COL_FLOAT  ? (const void *)wick_table_floats(right, k)
                             : type == WICK_COL_TEXT ? (const void *)wick_table_texts(right, k)
                                                     : (const void *)wick_table_ints(right, k);
        const wick_column_in in = {wick_table_name(right, k), (int32_t)type, values};
        wick_table *next = NULL;
        const wick_status st = wick_table_with(ctx, now, &in, &next);
        wick_table_unref(now);
        if (st < 0) return st;
        now = next;
    }
    *out = now;
    return WICK_OK;
}

static wick_status int_column(wick_ctx *ctx, const wick_table *t, const char *name,
                              const int64_t **out)
{
    int32_t k = -1;
    const wick_status st = wick_table_need(ctx, t, "frame", name, &k);
    if (st < 0) return st;
    *out = wick_table_ints(t, k);
    return *out ? WICK_OK
                : wick_fail(ctx, WICK_E_DATA, "frame: column '%s' must be int, it is %s", name,
                            wick_column_type_name((int32_t)wick_table_type(t, k)));
}

wick_status wick_pm_trade_table(wick_ctx *ctx, const wick_table *frame,
                                const wick_pm_thresholds *th, wick_table **out)
{
    static const char *const names[] = {"sample_id", "symbol", "event_time", "split_id"};
    wick_pm_frame f;
    const int64_t *targets[2], *time = NULL;
    picks p = {0};
    wick_table *left = NULL, *chosen = NULL, *right = NULL;
    wick_status st;
    WICK_TRY(wick_pm_frame_of(ctx, frame, "frame", &f));
    WICK_TRY(int_column(ctx, frame, "long_entry_target", &targets[0]));
    WICK_TRY(int_column(ctx, frame, "short_entry_target", &targets[1]));
    WICK_TRY(int_column(ctx, frame, "event_time", &time));
    for (int64_t i = 1; i < f.n; i++)
        if (time[i] < time[i - 1]) {
            st = wick_fail(ctx, WICK_E_ARG,
                           "frame: row %lld is earlier than the one before; sort "
                           "it by event_time",
                           (long long)i + 1);
            goto out;
        }
    WICK_TRY(wick_table_select(ctx, frame, names, 4, &left));
    WICK_TRY(pick(ctx, &f, th, &p));
    WICK_TRY(wick_table_take(ctx, left, p.rows, p.n, &chosen));
    WICK_TRY(sided_columns(ctx, &f, targets, &p, &right));
    st = beside(ctx, chosen, right, out);
out:
    wick_table_unref(left);
    wick_table_unref(chosen);
    wick_table_unref(right);
    free(p.rows);
    free(p.side);
    free(p.ratio);
    return st;
}

wick_status wick_pm_equity_table(wick_ctx *ctx, const wick_table *trades, wick_table **out)
{
    const int64_t n = wick_table_rows(trades), *time = NULL;
    int32_t k = -1;
    wick_status st = int_column(ctx, trades, "event_time", &time);
    if (st < 0) return st;
    st = wick_table_need(ctx, trades, "trades", "weighted_edge_bps", &k);
    if (st < 0) return st;
    const double *w = wick_table_floats(trades, k);
    if (!w) return wick_fail(ctx, WICK_E_DATA, "trades: weighted_edge_bps must be float");
    wk_block b = {.p = 0};
    int64_t *t = wk_block_column(&b, n, "event_time", WICK_COL_INT);
    int64_t *index = wk_block_column(&b, n, "trade_index", WICK_COL_INT);
    double *edge = wk_block_column(&b, n, "weighted_edge_bps", WICK_COL_FLOAT);
    double *equity = wk_block_column(&b, n, "equity_bps", WICK_COL_FLOAT);
    double *drawdown = wk_block_column(&b, n, "drawdown_bps", WICK_COL_FLOAT);
    const bool good = t && index && edge && equity && drawdown;
    double total = 0.0, peak = -(double)INFINITY;
    for (int64_t i = 0; good && i < n; i++) {
        total += w[i];
        if (total > peak) peak = total;
        t[i] = time[i];
        index[i] = i + 1;
        edge[i] = w[i];
        equity[i] = total;
        drawdown[i] = peak - total;
    }
    return wk_block_table(ctx, &b, n, good, out);
}

/* ---- candidates --------------------------------------------------------------------------- */

static wick_status candidate_table(wick_ctx *ctx, const wick_pm_grid *g, int64_t n,
                                   const wick_pm_metrics *m, const double *score, wick_table **out)
{
    wk_block b = {.p = 0};
    double *key[WICK_PM_GRID_KEYS];
    bool good = true;
    for (int k = 0; k < WICK_PM_GRID_KEYS; k++)
        good = (key[k] = wk_block_column(&b, n, wick_pm_grid_names()[k], WICK_COL_FLOAT)) && good;
    int64_t *count = wk_block_column(&b, n, "trade_count", WICK_COL_INT);
    double *win = wk_block_column(&b, n, "win_rate", WICK_COL_FLOAT);
    double *actual = wk_block_column(&b, n, "avg_actual_edge_bps", WICK_COL_FLOAT);
    double *weighted = wk_block_column(&b, n, "avg_weighted_edge_bps", WICK_COL_FLOAT);
    double *total = wk_block_column(&b, n, "total_weighted_edge_bps", WICK_COL_FLOAT);
    double *drawdown = wk_block_column(&b, n, "max_drawdown_bps", WICK_COL_FLOAT);
    double *ratio = wk_block_column(&b, n, "avg_planned_ratio", WICK_COL_FLOAT);
    double *factor = wk_block_column(&b, n, "profit_factor", WICK_COL_FLOAT);
    int64_t *losses = wk_block_column(&b, n, "max_consecutive_losses", WICK_COL_INT);
    double *value = wk_block_column(&b, n, "score", WICK_COL_FLOAT);
    good = good && count && win && actual && weighted && total && drawdown && ratio && factor &&
           losses && value;
    for (int64_t i = 0; good && i < n; i++) {
        double at[WICK_PM_GRID_KEYS];
        wick_pm_grid_at(g, i, at);
        for (int k = 0; k < WICK_PM_GRID_KEYS; k++) key[k][i] = at[k];
        count[i] = m[i].trade_count;
        win[i] = m[i].win_rate;
        actual[i] = m[i].avg_actual_edge_bps;
        weighted[i] = m[i].avg_weighted_edge_bps;
        total[i] = m[i].total_weighted_edge_bps;
        drawdown[i] = m[i].max_drawdown_bps;
        ratio[i] = m[i].avg_planned_ratio;
        factor[i] = m[i].profit_factor;
        losses[i] = m[i].max_consecutive_losses;
        value[i] = score[i];
    }
    return wk_block_table(ctx, &b, n, good, out);
}

wick_status wick_pm_search_table(wick_ctx *ctx, const wick_pm_frame *f, const wick_pm_grid *g,
                                 int32_t threads, wick_table **out)
{
    const wick_sort_key by = {"score", true};
    int64_t n = 0;
    wick_table *t = NULL;
    wick_status st = wick_pm_grid_count(ctx, g, &n);
    if (st < 0) return st;
    wick_pm_metrics *m = malloc((size_t)n * sizeof *m);
    double *score = malloc((size_t)n * sizeof *score);
    if (!m || !score) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(wick_pm_search(ctx, f, g, threads, m, score));
    WICK_TRY(candidate_table(ctx, g, n, m, score, &t));
    st = wick_table_sort(ctx, t, &by, 1, out);
out:
    wick_table_unref(t);
    free(m);
    free(score);
    return st;
}
