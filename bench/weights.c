/* SPDX-License-Identifier: MIT */
/* Covariances and weights: bench_weights [FILE]. Returns of 50, 200 and 500 assets over 500 bars
 * (two factors, made up); the best of three. FILE gets the returns of the largest set, one line a
 * bar, for bench/weights_peers.py, which times CVXPY, PyPortfolioOpt, Riskfolio-Lib and
 * scikit-learn on them. */
#include <math.h>
#include <stdlib.h>

#include "wick/alloc.h"

enum { ROWS = 500, ROUNDS = 3 };

static void fail(const wick_ctx *ctx)
{
    fprintf(stderr, "%s\n", wick_ctx_error(ctx));
    exit(2);
}

static double *make_returns(int32_t n)
{
    wick_pcg g = wick_pcg_key(11, "bench.weights", (uint64_t)n, 0);
    double *x = malloc((size_t)(ROWS * n) * sizeof *x), *b = malloc((size_t)(2 * n) * sizeof *b);
    if (x == NULL || b == NULL) exit(2);
    for (int32_t i = 0; i < 2 * n; i++) b[i] = 1.0 + 0.4 * wick_pcg_normal(&g);
    for (int32_t t = 0; t < ROWS; t++) {
        const double f = 0.008 * wick_pcg_normal(&g), h = 0.004 * wick_pcg_normal(&g);
        for (int32_t i = 0; i < n; i++) {
            const double own = (0.004 + 0.012 * (double)(i % 17) / 17.0) * wick_pcg_normal(&g);
            x[t * n + i] = 0.0005 + f * b[i] + h * b[n + i] + own;
        }
    }
    free(b);
    return x;
}

static void write_returns(wick_ctx *ctx, const char *path, const double *x, int32_t n)
{
    wick_buf b = {0};
    for (int32_t t = 0; t < ROWS; t++) {
        for (int32_t i = 0; i < n; i++) {
            wick_buf_add_double(&b, x[t * n + i]);
            wick_buf_add(&b, i + 1 < n ? "," : "\n", 1);
        }
    }
    if (b.failed || wick_file_write(ctx, path, b.data, b.len) < 0) fail(ctx);
    wick_buf_free(&b);
}

typedef struct task {
    const char *name, *weights;
    wick_limits limits;
} task;

static double time_weights(wick_ctx *ctx, const task *t, wick_weigh_in *in, double *w)
{
    const wick_weigh_spec *spec = wick_weigh_find(ctx, t->weights);
    double best = 1e9;
    if (spec == NULL) fail(ctx);
    in->limits = &t->limits;
    for (int k = 0; k < ROUNDS; k++) {
        const double start = wick_now();
        if (wick_weigh(ctx, spec, in, w) < 0) fail(ctx);
        const double took = wick_now() - start;
        best = took < best ? took : best;
    }
    return best;
}

static void run_size(wick_ctx *ctx, int32_t n, const char *path)
{
    static const task tasks[] = {
        {"min_variance, long only", "min_variance", {.size = sizeof(wick_limits)}},
        {"min_variance, each at most 2 %",
         "min_variance",
         {.size = sizeof(wick_limits), .hi = 0.02}},
        {"mean_variance, long-short, gross 1.5",
         "mean_variance",
         {.size = sizeof(wick_limits), .lo = -0.1, .hi = 0.1, .gross = 1.5}},
        {"max_sharpe, long only", "max_sharpe", {.size = sizeof(wick_limits)}},
        {"risk_parity", "risk_parity", {.size = sizeof(wick_limits)}},
    };
    double *x = make_returns(n), *w = malloc((size_t)n * sizeof *w),
           *mean = calloc((size_t)n, sizeof *mean);
    double *cov = malloc((size_t)n * (size_t)n * sizeof *cov);
    const wick_cov_spec *lw = wick_cov_find(ctx, "ledoit_wolf");
    if (w == NULL || mean == NULL || cov == NULL || lw == NULL) exit(2);
    for (int64_t i = 0; i < (int64_t)ROWS * n; i++) mean[i % n] += x[i] / ROWS;
    if (path != NULL) write_returns(ctx, path, x, n);
    double best = 1e9;
    for (int k = 0; k < ROUNDS; k++) {
        const double start = wick_now();
        if (wick_cov_eval(ctx, lw, ROWS, n, x, WICK_NA, cov) < 0) fail(ctx);
        best = wick_now() - start < best ? wick_now() - start : best;
    }
    printf("%4d  %-38s %10.2f ms\n", (int)n, "ledoit_wolf", 1e3 * best);
    for (size_t k = 0; k < sizeof tasks / sizeof tasks[0]; k++) {
        wick_weigh_in in = {.size = sizeof in,
                            .n = n,
                            .cov = cov,
                            .mean = mean,
                            .param = {WICK_NA, WICK_NA, WICK_NA, WICK_NA}};
        if (tasks[k].limits.lo < 0.0) in.param[0] = 10.0;
        printf("%4d  %-38s %10.2f ms\n", (int)n, tasks[k].name,
               1e3 * time_weights(ctx, &tasks[k], &in, w));
    }
    free(x);
    free(w);
    free(mean);
    free(cov);
}

int main(int argc, char **argv)
{
    wick_ctx *ctx = wick_ctx_new();
    if (ctx == NULL) return 2;
    run_size(ctx, 50, NULL);
    run_size(ctx, 200, NULL);
    run_size(ctx, 500, argc > 1 ? argv[1] : NULL);
    wick_ctx_free(ctx);
    return 0;
}
