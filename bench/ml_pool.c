/* SPDX-License-Identifier: MIT */
/* Time of a pooled research step on one core: 503 symbols of 1,969 daily bars (990,407 rows),
 * thirty features by the indicator graph, stacked by time, five of them ranked across symbols,
 * triple-barrier labels and uniqueness weights; then a boosted model on every tenth row and its
 * predictions. */
#include <stdlib.h>
#include <time.h>
#include <string.h>

#include "wick/ml.h"
#include "wick/ta.h"

enum { SYMBOLS = 503, BARS = 1969, FEATURES = 30, RANKED = 5 };

static const char *const exprs[FEATURES] = {
    "rsi(close, 2)",
    "rsi(close, 14)",
    "rsi(close, 50)",
    "atr(14) / close",
    "atr(50) / close",
    "close / sma(close, 5) - 1",
    "close / sma(close, 10) - 1",
    "close / sma(close, 20) - 1",
    "close / sma(close, 50) - 1",
    "close / sma(close, 100) - 1",
    "close / sma(close, 200) - 1",
    "close / ema(close, 12) - 1",
    "close / ema(close, 26) - 1",
    "(close - lowest(low, 20)) / (highest(high, 20) - lowest(low, 20) + 0.000001)",
    "(close - lowest(low, 55)) / (highest(high, 55) - lowest(low, 55) + 0.000001)",
    "close / close[1] - 1",
    "close / close[5] - 1",
    "close / close[21] - 1",
    "close / close[63] - 1",
    "close / close[126] - 1",
    "stdev(close, 20) / close",
    "stdev(close, 60) / close",
    "volume / (sma(volume, 20) + 1)",
    "(high - low) / close",
    "(close - open) / close",
    "cci(20)",
    "mfi(14)",
    "wpr(14)",
    "roc(close, 10)",
    "cmo(close, 14)"};

/* Columns of all symbols; the graphs own them. */
typedef struct pool {
    wick_panel *panel;
    wick_graph *graph[SYMBOLS];
    const double *column[SYMBOLS * FEATURES];
    wick_matrix *x;
    wick_labels *labels;
    double *weight, *ranks, *vol;
} pool;

/* Seconds of the processor: other work on the machine does not count. */
static double cpu(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static wick_status features(wick_ctx *ctx, pool *p)
{
    wick_status st = WICK_OK;
    for (int s = 0; s < SYMBOLS; s++) {
        wick_node node[FEATURES];
        WICK_TRY(wick_graph_new(ctx, wick_panel_bars(p->panel, s), NULL, NULL, &p->graph[s]));
        for (int j = 0; j < FEATURES; j++) {
            node[j] = wick_graph_expr(ctx, p->graph[s], exprs[j], NULL, NULL);
            if (node[j] < 0) return node[j];
        }
        WICK_TRY(wick_graph_eval(ctx, p->graph[s], node, FEATURES));
        for (int j = 0; j < FEATURES; j++) {
            p->column[s * FEATURES + j] = wick_graph_values(p->graph[s], node[j]);
        }
    }
out:
    return st;
}

static wick_status stack(wick_ctx *ctx, pool *p)
{
    const wick_stack_in in = {
        .size = sizeof in, .p = FEATURES, .names = exprs, .columns = p->column};
    const double from = cpu();
    wick_status st = wick_matrix_stack(ctx, p->panel, &in, &p->x);
    printf("stacking alone                 %8.1f ms\n", 1e3 * (cpu() - from));
    const int64_t n = st == WICK_OK ? wick_matrix_rows(p->x) : 0;
    p->ranks = malloc((size_t)(n * RANKED + 1) * sizeof *p->ranks);
    for (int j = 0; st == WICK_OK && j < RANKED; j++) {
        st = wick_matrix_cross(ctx, p->x, 15 + j, WICK_CROSS_RANK, p->ranks + j * n);
    }
    return st;
}

static wick_status label(wick_ctx *ctx, pool *p)
{
    const int64_t n = wick_matrix_rows(p->x);
    const wick_label_opts o = {.size = sizeof o,
                               .kind = WICK_LABEL_BARRIER,
                               .horizon = 20,
                               .up = 3,
                               .down = 2,
                               .vol = wick_matrix_column(p->x, 3)};
    p->weight = malloc((size_t)(n + 1) * sizeof *p->weight);
    wick_status st = wick_labels_make(ctx, p->panel, p->x, &o, &p->labels);
    if (st < 0) return st;
    return wick_weights_make(ctx, p->panel, p->x, p->labels, WICK_WEIGHT_UNIQUENESS, NULL,
                             p->weight);
}

static wick_status fit(wick_ctx *ctx, const pool *p)
{
    const int64_t n = wick_matrix_rows(p->x);
    int32_t *rows = malloc((size_t)(n + 1) * sizeof *rows);
    double *out = malloc((size_t)(n + 1) * sizeof *out);
    int64_t k = 0;
    for (int64_t i = 0; i < n; i += 10) rows[k++] = (int32_t)i;
    const wick_fit_in in = {.size = sizeof in,
                            .x = p->x,
                            .y = wick_labels_y(p->labels),
                            .w = p->weight,
                            .labels = p->labels,
                            .rows = rows,
                            .n_rows = k};
    const wick_ml_arg args[] = {{.name = "rounds", .number = 200},
                                {.name = "early_stopping", .number = 0}};
    wick_model *m = NULL;
    double from = cpu();
    wick_status st = wick_model_fit(ctx, "xgboost", args, 2, &in, &m);
    if (st == WICK_OK) {
        printf("fit of 200 trees, %lld rows    %8.1f ms\n", (long long)k, 1e3 * (cpu() - from));
        from = cpu();
        st = wick_model_predict(ctx, m, p->x, NULL, n, out);
        const double all = cpu() - from;
        printf("predictions, %lld rows        %8.1f ms  %6.0f ns a row\n", (long long)n, 1e3 * all,
               1e9 * all / (double)n);
    }
    if (st == WICK_OK) {
        enum { ONES = 20000 };
        from = cpu();
        for (int32_t i = 0; i < ONES && st == WICK_OK; i++) {
            st = wick_model_predict(ctx, m, p->x, &i, 1, out);
        }
        printf("predictions one by one         %16.0f ns a row\n", 1e9 * (cpu() - from) / ONES);
    }
    wick_model_unref(m);
    free(rows);
    free(out);
    return st;
}

/* `features` as argument: no model. */
int main(int argc, char **argv)
{
    wick_ctx *ctx = wick_ctx_new();
    static pool p;
    const wick_synth_opts o = {.size = sizeof o, .symbols = SYMBOLS, .bars = BARS, .seed = 1};
    wick_status st = wick_synth(ctx, &o, &p.panel);
    const double begin = cpu();
    if (st == WICK_OK) st = features(ctx, &p);
    const double made = cpu();
    if (st == WICK_OK) st = stack(ctx, &p);
    const double stacked = cpu();
    if (st == WICK_OK) st = label(ctx, &p);
    const double labelled = cpu();
    if (st == WICK_OK) {
        printf("thirty features                %8.1f ms\n", 1e3 * (made - begin));
        printf("stacking, five cross ranks     %8.1f ms\n", 1e3 * (stacked - made));
        printf("labels and weights             %8.1f ms\n", 1e3 * (labelled - stacked));
        printf("together, %lld rows          %8.1f ms\n", (long long)wick_matrix_rows(p.x),
               1e3 * (labelled - begin));
        if (argc < 2 || strcmp(argv[1], "features") != 0) st = fit(ctx, &p);
    }
    if (st < 0) fprintf(stderr, "%s\n", wick_ctx_error(ctx));
    for (int s = 0; s < SYMBOLS; s++) wick_graph_free(p.graph[s]);
    wick_labels_unref(p.labels);
    wick_matrix_unref(p.x);
    wick_panel_unref(p.panel);
    free(p.weight);
    free(p.ranks);
    wick_ctx_free(ctx);
    return st < 0;
}
