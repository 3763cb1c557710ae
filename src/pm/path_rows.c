/* SPDX-License-Identifier: MIT */
/* Rows of the path simulation made ready. */
#include <stdlib.h>
#include <string.h>

#include "pm/path_int.h"

static const char *const names[WK_PATH_COLUMNS] = {
    "close",
    "fill_price",
    "long_prob",
    "short_prob",
    "neutral_prob",
    "long_entry_prob",
    "short_entry_prob",
    "pred_long_expected_net_edge_bps",
    "pred_short_expected_net_edge_bps",
    "market_risk_prob",
    "long_position_risk_prob",
    "short_position_risk_prob",
    "continue_long_prob",
    "continue_short_prob",
    "exit_long_prob",
    "exit_short_prob",
    "adverse_long_prob",
    "adverse_short_prob",
    "liquidity_capacity_ratio",
    "ood_score",
    "path_risk_bps",
};

static wick_status need_floats(wick_ctx *ctx, wick_table **t, const char *name, const double **out)
{
    wick_table *next = NULL;
    wick_status st = wick_table_cast(ctx, *t, name, WICK_COL_FLOAT, &next);
    if (st < 0) return st;
    wick_table_unref(*t);
    *t = next;
    *out = wick_table_floats(*t, wick_table_find(*t, name));
    return WICK_OK;
}

/* What a column that is absent holds; NULL: it has no default that does not depend on the config.
 */
static void fill_default(const wick_pm_path *p, int k, double *out)
{
    const double *const *c = p->column;
    for (int64_t i = 0; i < p->n; i++) {
        switch (k) {
        case WK_PATH_CONTINUE_LONG:
            out[i] = c[WK_PATH_LONG][i] + 0.5 * c[WK_PATH_NEUTRAL][i];
            break;
        case WK_PATH_CONTINUE_SHORT:
            out[i] = c[WK_PATH_SHORT][i] + 0.5 * c[WK_PATH_NEUTRAL][i];
            break;
        case WK_PATH_EXIT_LONG: out[i] = c[WK_PATH_SHORT][i]; break;
        case WK_PATH_EXIT_SHORT: out[i] = c[WK_PATH_LONG][i]; break;
        case WK_PATH_ADVERSE_LONG: out[i] = c[WK_PATH_LONG_RISK][i]; break;
        case WK_PATH_ADVERSE_SHORT: out[i] = c[WK_PATH_SHORT_RISK][i]; break;
        case WK_PATH_LIQUIDITY: out[i] = 10.0; break;
        default: out[i] = 0.0; break; /* ood_score */
        }
    }
}

static wick_status columns(wick_ctx *ctx, wick_pm_path *p)
{
    for (int k = 0; k < WK_PATH_COLUMNS; k++) {
        if (wick_table_find(p->rows, names[k]) >= 0) continue;
        if (k < WK_PATH_CONTINUE_LONG) {
            int32_t at = 0;
            return wick_table_need(ctx, p->rows, "path rows", names[k], &at);
        }
    }
    for (int k = 0; k < WK_PATH_COLUMNS; k++) {
        if (wick_table_find(p->rows, names[k]) < 0) continue;
        const wick_status st = need_floats(ctx, &p->rows, names[k], &p->column[k]);
        if (st < 0) return st;
    }
    for (int k = WK_PATH_CONTINUE_LONG; k < WK_PATH_RISK_BPS; k++) {
        if (p->column[k]) continue;
        p->own[k] = malloc(((size_t)p->n + 1) * sizeof(double));
        if (!p->own[k]) return wick_fail_mem(ctx);
        fill_default(p, k, p->own[k]);
        p->column[k] = p->own[k];
    }
    return WICK_OK;
}

static wick_status check_rows(wick_ctx *ctx, const wick_pm_path *p)
{
    for (int64_t i = 0; i < p->n; i++) {
        const char *at = p->texts[i] ? p->texts[i] : "";
        if (!p->texts[i] || p->time[i] == WICK_NO_TIME)
            return wick_fail(ctx, WICK_E_DATA, "path rows: row %lld has no symbol or no event_time",
                             (long long)i + 1);
        for (int k = WK_PATH_CLOSE; k <= WK_PATH_FILL; k++)
            if (!(p->column[k][i] > 0.0) || !isfinite(p->column[k][i]))
                return wick_fail(ctx, WICK_E_DATA, "path rows: %s at %lld: %s is no price", at,
                                 (long long)p->time[i], names[k]);
        if (i > 0 && p->time[i] == p->time[i - 1] && strcmp(at, p->texts[i - 1]) == 0)
            return wick_fail(ctx, WICK_E_DATA, "path rows: %s at %lld is there twice", at,
                             (long long)p->time[i]);
    }
    return WICK_OK;
}

/* Numbers the symbols in the order of their names. */
static wick_status number_symbols(wick_ctx *ctx, wick_pm_path *p)
{
    const char *const keys[] = {"symbol"};
    const wick_sort_key by = {"symbol", false};
    const wick_agg count = {"n", WICK_AGG_COUNT, NULL};
    wick_table *groups = NULL;
    wick_status st;
    WICK_TRY(wick_table_group(ctx, p->rows, keys, 1, &count, 1, &groups));
    WICK_TRY(wick_table_sort(ctx, groups, &by, 1, &p->symbols));
    p->n_symbols = wick_table_rows(p->symbols);
    p->symbol = malloc(((size_t)p->n + 1) * sizeof *p->symbol);
    p->last = malloc(((size_t)p->n_symbols + 1) * sizeof *p->last);
    if (!p->symbol || !p->last) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    const char *const *list = wick_table_texts(p->symbols, 0);
    for (int64_t i = 0; i < p->n; i++) {
        int64_t lo = 0, hi = p->n_symbols - 1;
        while (lo < hi) {
            const int64_t mid = (lo + hi) / 2;
            if (strcmp(list[mid], p->texts[i]) < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        p->symbol[i] = (int32_t)lo;
        p->last[lo] = i;
    }
out:
    wick_table_unref(groups);
    return st;
}

wick_status wick_pm_path_new(wick_ctx *ctx, const wick_table *rows, wick_pm_path **out)
{
    const wick_sort_key by[] = {{"event_time", false}, {"symbol", false}};
    wick_table *text = NULL;
    int32_t at = 0;
    wick_status st;
    wick_pm_path *p = calloc(1, sizeof *p);
    if (!p) return wick_fail_mem(ctx);
    WICK_TRY(wick_table_need(ctx, rows, "path rows", "event_time", &at));
    WICK_TRY(wick_table_need(ctx, rows, "path rows", "symbol", &at));
    WICK_TRY(wick_table_cast(ctx, rows, "symbol", WICK_COL_TEXT, &text));
    WICK_TRY(wick_table_sort(ctx, text, by, 2, &p->rows));
    p->n = wick_table_rows(p->rows);
    if (p->n == 0) {
        st = wick_fail(ctx, WICK_E_DATA, "path rows: there are none");
        goto out;
    }
    WICK_TRY(columns(ctx, p));
    p->time = wick_table_ints(p->rows, wick_table_find(p->rows, "event_time"));
    p->texts = wick_table_texts(p->rows, wick_table_find(p->rows, "symbol"));
    if (!p->time) {
        st = wick_fail(ctx, WICK_E_DATA, "path rows: event_time must be milliseconds");
        goto out;
    }
    WICK_TRY(check_rows(ctx, p));
    WICK_TRY(number_symbols(ctx, p));
    *out = p;
    p = NULL;
out:
    wick_table_unref(text);
    wick_pm_path_free(p);
    return st;
}

void wick_pm_path_free(wick_pm_path *p)
{
    if (!p) return;
    for (int k = 0; k < WK_PATH_COLUMNS; k++) free(p->own[k]);
    free(p->symbol);
    free(p->last);
    wick_table_unref(p->symbols);
    wick_table_unref(p->rows);
    free(p);
}
