/* SPDX-License-Identifier: MIT */
/* Samples: features of a bar that has closed, and labels that look ahead from the next open. */
#include <stdlib.h>
#include <string.h>

#include "heads/heads_int.h"
#include "wick/ta.h"

enum { ATR, LIQUIDITY, EXTRA };

static const char *const splits[] = {"train", "tune_inner", "validation_locked", "latest_stress"};

const char *const *wick_heads_splits(void)
{
    return splits;
}

/* ---- features ----------------------------------------------------------------------------- */

/** Columns per symbol, features first, then ATR(14) and the median notional of 20 bars. */
typedef struct feature_set {
    wick_graph **graphs;
    const double **columns; /**< [symbol * p + column] */
    double **masks;
    int64_t symbols;
    int32_t p;
} feature_set;

static void features_free(feature_set *s)
{
    for (int64_t i = 0; i < s->symbols; i++) {
        if (s->graphs) wick_graph_free(s->graphs[i]);
        if (s->masks) free(s->masks[i]);
    }
    free(s->graphs);
    free(s->columns);
    free(s->masks);
}

static wick_status symbol_features(wick_ctx *ctx, const wick_panel *panel, int64_t i,
                                   const wick_heads_opts *o, feature_set *s)
{
    wick_bars *b = wick_panel_bars(panel, i);
    const int64_t n = wick_bars_count(b);
    wick_status st;
    wick_node *nodes = calloc((size_t)s->p + 1, sizeof *nodes);
    s->masks[i] = malloc(((size_t)n + 1) * sizeof(double));
    if (!nodes || !s->masks[i]) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(wick_graph_new(ctx, b, (wick_panel *)(uintptr_t)panel, NULL, &s->graphs[i]));
    for (int32_t k = 0; k < s->p; k++) {
        const char *text = k < o->n_features          ? o->features[k]
                           : k == o->n_features + ATR ? "atr(14)"
                                                      : "median(close * nz(volume, 0), 20)";
        nodes[k] = wick_graph_expr(ctx, s->graphs[i], text, NULL, NULL);
        if (nodes[k] < 0) {
            st = wick_note(ctx, "while reading feature '%s'", text);
            goto out;
        }
    }
    WICK_TRY(wick_graph_eval(ctx, s->graphs[i], nodes, s->p));
    for (int32_t k = 0; k < s->p; k++)
        s->columns[i * s->p + k] = wick_graph_values(s->graphs[i], nodes[k]);
    /* The horizon must fit behind a sample, and all its features must be there. */
    for (int64_t j = 0; j < n; j++) {
        bool take = j % o->every == 0 && j + o->horizon < n;
        for (int32_t k = 0; k < s->p && take; k++)
            take = isfinite(s->columns[i * s->p + k][j]) || k == o->n_features + LIQUIDITY;
        s->masks[i][j] = take ? 1.0 : 0.0;
    }
out:
    free(nodes);
    return st;
}

static wick_status stack(wick_ctx *ctx, const wick_panel *panel, const wick_heads_opts *o,
                         wick_matrix **out)
{
    feature_set s = {.symbols = wick_panel_count(panel), .p = o->n_features + EXTRA};
    const char **names = calloc((size_t)s.p + 1, sizeof *names);
    wick_status st = WICK_OK;
    s.graphs = calloc((size_t)s.symbols + 1, sizeof *s.graphs);
    s.columns = calloc((size_t)(s.symbols * s.p) + 1, sizeof *s.columns);
    s.masks = calloc((size_t)s.symbols + 1, sizeof *s.masks);
    if (!names || !s.graphs || !s.columns || !s.masks) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < s.symbols; i++) WICK_TRY(symbol_features(ctx, panel, i, o, &s));
    for (int32_t k = 0; k < o->n_features; k++) names[k] = o->feature_names[k];
    names[o->n_features + ATR] = "(atr)";
    names[o->n_features + LIQUIDITY] = "(notional)";
    const wick_stack_in in = {.size = sizeof in,
                              .p = s.p,
                              .names = names,
                              .columns = s.columns,
                              .mask = (const double *const *)s.masks};
    st = wick_matrix_stack(ctx, panel, &in, out);
out:
    features_free(&s);
    free(names);
    return st;
}

/* ---- labels ------------------------------------------------------------------------------- */

typedef struct sample_columns {
    int64_t n;
    double *close, *fill, *atr_bps, *edge[2], *move, *adverse[2], *liquidity;
    int64_t *time, *tick, *end, *direction, *stopped[2];
    const char **symbol, **split;
    int8_t *keep;
} sample_columns;

static wick_status barrier(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                           const wick_heads_opts *o, const double *vol, int side, wick_labels **out)
{
    const wick_label_opts l = {.size = sizeof l,
                               .kind = WICK_LABEL_BARRIER,
                               .entry = WICK_ENTRY_NEXT_OPEN,
                               .horizon = o->horizon,
                               .up = o->up,
                               .down = o->down,
                               .side = (int8_t)side,
                               .tie = WICK_TIE_STOP,
                               .timeout = WICK_TIMEOUT_SIGN,
                               .cost = o->cost_bps / 1e4,
                               .vol = vol};
    return wick_labels_make(ctx, panel, m, &l, out);
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

/* What the bars behind a sample do, from the next open. */
static void look_ahead(const wick_bars *b, int64_t bar, const wick_heads_opts *o, double atr,
                       int64_t i, sample_columns *c)
{
    const double *high = wick_bars_field(b, WICK_HIGH), *low = wick_bars_field(b, WICK_LOW);
    const double *close = wick_bars_field(b, WICK_CLOSE);
    const double p0 = wick_bars_field(b, WICK_OPEN)[bar + 1];
    double top = p0, bottom = p0;
    for (int64_t j = bar + 1; j <= bar + o->horizon; j++) {
        top = greater(top, high[j]);
        if (low[j] < bottom) bottom = low[j];
    }
    const double forward = 1e4 * (close[bar + o->horizon] / close[bar] - 1.0);
    const double band = greater(o->cost_bps, 0.25 * 1e4 * atr / close[bar]);
    c->close[i] = close[bar];
    c->fill[i] = p0;
    c->atr_bps[i] = 1e4 * atr / close[bar];
    c->move[i] = atr > 0.0 ? greater(top - p0, p0 - bottom) / atr : 0.0;
    c->adverse[0][i] = 1e4 * (p0 - bottom) / p0;
    c->adverse[1][i] = 1e4 * (top - p0) / p0;
    c->direction[i] = forward > band ? 0 : forward < -band ? 1 : 2;
}

static wick_status fill_labels(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                               const wick_heads_opts *o, sample_columns *c)
{
    wick_labels *l[2] = {NULL, NULL};
    wick_status st;
    const double *atr = wick_matrix_column(m, o->n_features + ATR);
    const double *notional = wick_matrix_column(m, o->n_features + LIQUIDITY);
    double *vol = malloc(((size_t)c->n + 1) * sizeof *vol);
    if (!vol) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < c->n; i++) {
        const char *name = wick_matrix_symbol_name(m, wick_matrix_symbol(m)[i]);
        const int64_t s = wick_panel_find(panel, name);
        const wick_bars *b = wick_panel_bars(panel, s);
        const int32_t *ticks = wick_panel_tick_of(panel, s);
        const int64_t last = wick_matrix_bar(m)[i] + o->horizon;
        /* Excursions and direction look as far as the horizon, whatever the barriers do. */
        c->end[i] = ticks ? ticks[last] : last;
        look_ahead(b, wick_matrix_bar(m)[i], o, atr[i], i, c);
        vol[i] = atr[i] / c->close[i];
        c->symbol[i] = name;
        c->time[i] = wick_matrix_time(m)[i];
        c->tick[i] = wick_matrix_tick(m)[i];
        c->liquidity[i] =
            notional[i] > 0.0 ? notional[i] * o->participation / o->leg_notional : 10.0;
    }
    for (int k = 0; k < 2; k++) WICK_TRY(barrier(ctx, panel, m, o, vol, k == 0 ? 1 : -1, &l[k]));
    for (int64_t i = 0; i < c->n; i++) {
        c->keep[i] = 1;
        for (int k = 0; k < 2; k++) {
            const double ret = wick_labels_ret(l[k])[i];
            c->edge[k][i] = 1e4 * ret;
            c->stopped[k][i] = wick_labels_barrier(l[k])[i] == WICK_BARRIER_STOP;
            if (wick_labels_tick1(l[k])[i] > c->end[i]) c->end[i] = wick_labels_tick1(l[k])[i];
            if (!isfinite(ret)) c->keep[i] = 0;
        }
    }
out:
    wick_labels_unref(l[0]);
    wick_labels_unref(l[1]);
    free(vol);
    return st;
}

/* ---- splits ------------------------------------------------------------------------------- */

static wick_status fill_splits(wick_ctx *ctx, const wick_heads_opts *o, sample_columns *c)
{
    static const double share[] = {0.60, 0.75, 0.90};
    int64_t moments = 0, seen = 0, last = -1;
    int64_t from[WICK_HEADS_SPLITS] = {INT64_MIN, INT64_MAX, INT64_MAX, INT64_MAX};
    for (int64_t i = 0; i < c->n; i++) {
        if (!c->keep[i] || c->tick[i] == last) continue;
        last = c->tick[i];
        moments++;
    }
    last = -1;
    for (int64_t i = 0; i < c->n; i++) {
        if (!c->keep[i] || c->tick[i] == last) continue;
        last = c->tick[i];
        for (int k = 1; k < WICK_HEADS_SPLITS; k++)
            if (from[k] == INT64_MAX && seen >= (int64_t)(share[k - 1] * (double)moments))
                from[k] = last;
        seen++;
    }
    int64_t rows[WICK_HEADS_SPLITS] = {0};
    for (int64_t i = 0; i < c->n; i++) {
        int k = 0;
        while (k + 1 < WICK_HEADS_SPLITS && c->tick[i] >= from[k + 1]) k++;
        const bool late = k + 1 < WICK_HEADS_SPLITS && c->end[i] >= from[k + 1];
        const bool early = k > 0 && c->tick[i] < from[k] + o->horizon;
        c->split[i] = splits[k];
        if (late || early) c->keep[i] = 0;
        rows[k] += c->keep[i];
    }
    for (int k = 0; k < WICK_HEADS_SPLITS; k++)
        if (rows[k] == 0)
            return wick_fail(ctx, WICK_E_DATA,
                             "heads: no samples are left for split %s; the bars are too few "
                             "(%lld moments, horizon %d)",
                             splits[k], (long long)moments, (int)o->horizon);
    return WICK_OK;
}

/* ---- the table ---------------------------------------------------------------------------- */

typedef struct builder {
    wick_column_in in[128];
    void *owned[128];
    int32_t p, n_owned;
} builder;

static void *own(builder *b, int64_t n)
{
    void *v = calloc((size_t)n + 1, 8);
    if (v && b->n_owned < 128) b->owned[b->n_owned++] = v;
    return v;
}

static void *column(builder *b, int64_t n, const char *name, wick_column_type type)
{
    void *v = own(b, n);
    b->in[b->p++] = (wick_column_in){name, (int32_t)type, v};
    return v;
}

static bool make_columns(builder *b, int64_t n, sample_columns *c)
{
    c->n = n;
    c->symbol = column(b, n, "symbol", WICK_COL_TEXT);
    c->time = column(b, n, "event_time", WICK_COL_INT);
    c->split = column(b, n, "split_id", WICK_COL_TEXT);
    c->tick = column(b, n, "tick", WICK_COL_INT);
    c->end = column(b, n, "end_tick", WICK_COL_INT);
    c->close = column(b, n, "close", WICK_COL_FLOAT);
    c->fill = column(b, n, "fill_price", WICK_COL_FLOAT);
    c->atr_bps = column(b, n, "atr_bps", WICK_COL_FLOAT);
    c->edge[0] = column(b, n, "long_edge_bps", WICK_COL_FLOAT);
    c->edge[1] = column(b, n, "short_edge_bps", WICK_COL_FLOAT);
    c->direction = column(b, n, "direction", WICK_COL_INT);
    c->move = column(b, n, "move_ratio", WICK_COL_FLOAT);
    c->adverse[0] = column(b, n, "long_adverse_bps", WICK_COL_FLOAT);
    c->adverse[1] = column(b, n, "short_adverse_bps", WICK_COL_FLOAT);
    c->stopped[0] = column(b, n, "long_stopped", WICK_COL_INT);
    c->stopped[1] = column(b, n, "short_stopped", WICK_COL_INT);
    c->liquidity = column(b, n, "liquidity_capacity_ratio", WICK_COL_FLOAT);
    c->keep = own(b, n);
    for (int32_t k = 0; k < b->p; k++)
        if (!b->in[k].values) return false;
    return c->keep != NULL;
}

/* sample_id in front: the texts of one block. */
static wick_status add_ids(wick_ctx *ctx, builder *b, const sample_columns *c)
{
    size_t bytes = 0;
    for (int64_t i = 0; i < c->n; i++) bytes += strlen(c->symbol[i]) + 24;
    const char **ids = column(b, c->n, "sample_id", WICK_COL_TEXT);
    char *text = own(b, (int64_t)(bytes / 8) + 1);
    if (!ids || !text) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < c->n; i++) {
        ids[i] = text;
        text += sprintf(text, "%s@%lld", c->symbol[i], (long long)c->time[i]) + 1;
    }
    const wick_column_in last = b->in[b->p - 1];
    memmove(b->in + 1, b->in, (size_t)(b->p - 1) * sizeof *b->in);
    b->in[0] = last;
    return WICK_OK;
}

static wick_status add_features(wick_ctx *ctx, builder *b, const wick_matrix *m,
                                const wick_heads_opts *o)
{
    for (int32_t k = 0; k < o->n_features; k++) {
        char *name = own(b, 16);
        if (!name) return wick_fail_mem(ctx);
        snprintf(name, 128, "f_%.100s", o->feature_names[k]);
        b->in[b->p++] = (wick_column_in){name, WICK_COL_FLOAT, wick_matrix_column(m, k)};
    }
    return WICK_OK;
}

static wick_status keep_rows(wick_ctx *ctx, const wick_table *all, const sample_columns *c,
                             wick_table **out)
{
    int64_t *rows = malloc(((size_t)c->n + 1) * sizeof *rows), n = 0;
    if (!rows) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < c->n; i++)
        if (c->keep[i]) rows[n++] = i;
    const wick_status st = wick_table_take(ctx, all, rows, n, out);
    free(rows);
    return st;
}

wick_status wick_heads_samples(wick_ctx *ctx, const wick_panel *panel, const wick_heads_opts *opts,
                               wick_table **out)
{
    wick_heads_opts o;
    builder b = {.p = 0};
    sample_columns c = {0};
    wick_matrix *m = NULL;
    wick_table *all = NULL;
    wick_status st;
    WICK_TRY(wk_heads_settle(ctx, opts, &o));
    if (o.n_features > 60) {
        st = wick_fail(ctx, WICK_E_ARG, "heads: at most 60 features");
        goto out;
    }
    WICK_TRY(stack(ctx, panel, &o, &m));
    if (!make_columns(&b, wick_matrix_rows(m), &c)) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(fill_labels(ctx, panel, m, &o, &c));
    WICK_TRY(fill_splits(ctx, &o, &c));
    WICK_TRY(add_ids(ctx, &b, &c));
    WICK_TRY(add_features(ctx, &b, m, &o));
    WICK_TRY(wick_table_new(ctx, c.n, b.in, b.p, &all));
    st = keep_rows(ctx, all, &c, out);
out:
    wick_table_unref(all);
    wick_matrix_unref(m);
    for (int32_t k = 0; k < b.n_owned; k++) free(b.owned[k]);
    return st;
}
