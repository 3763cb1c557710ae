/* SPDX-License-Identifier: MIT */
/* Threshold search of the position manager: the default grid of 2,304 candidates over 5,000 made-up
 * samples on one core, growth with the samples, and memory a sample. With a file name the samples
 * are written there for bench/pm/peer.py, which does the same search with pandas:
 *   bench_pm_search 5000 /tmp/frame.csv && python3 bench/pm/peer.py /tmp/frame.csv */
#include <stdlib.h>
#include <sys/resource.h>

#include "wick/pm.h"

enum { COLUMNS = 9 };

static double squash(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/* A latent signal of order one, as the golden data have it. */
static double *make(int64_t n)
{
    double *x = malloc((size_t)(n * COLUMNS) * sizeof *x);
    if (!x) exit(2);
    wick_pcg g = wick_pcg_key(7, "bench_pm", 0, 0);
    double s = 0.0;
    for (int64_t i = 0; i < n; i++) {
        s = 0.85 * s + 0.55 * wick_pcg_normal(&g);
        const double noisy = s + 0.4 * wick_pcg_normal(&g);
        const double edge = 6.0 * s + 5.0 * wick_pcg_normal(&g) - 1.8;
        const double row[COLUMNS] = {squash(1.4 * noisy),
                                     squash(-1.4 * noisy),
                                     squash(1.1 * s + 0.3 * wick_pcg_normal(&g)),
                                     squash(-1.1 * s + 0.3 * wick_pcg_normal(&g)),
                                     wick_pcg_uniform(&g),
                                     6.0 * noisy - 1.8,
                                     -6.0 * noisy - 1.8,
                                     edge,
                                     -edge - 3.6};
        for (int k = 0; k < COLUMNS; k++) x[k * n + i] = row[k];
    }
    return x;
}

static double resident(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)u.ru_maxrss * 1024.0;
}

int main(int argc, char **argv)
{
    static const double open[] = {.54, .56, .58, .60}, entry[] = {.50, .52, .55, .58};
    static const double risk[] = {.35, .45, .55}, edge[] = {1, 2, 3, 5}, margin[] = {.02, .03, .05};
    const wick_pm_grid g = {{open, open, entry, risk, edge, margin}, {4, 4, 4, 3, 4, 3}};
    const int64_t n = argc > 1 ? atoll(argv[1]) : 5000;
    wick_ctx *ctx = wick_ctx_new();
    double *x = make(n);
    const wick_pm_frame f = {sizeof f,  n,         x,         x + n,     x + 2 * n, x + 3 * n,
                             x + 4 * n, x + 5 * n, x + 6 * n, x + 7 * n, x + 8 * n};
    wick_pm_metrics *m = malloc(2304 * sizeof *m);
    double *score = malloc(2304 * sizeof *score), best = -INFINITY, least = INFINITY;
    int64_t at = 0, trades = 0;
    const double before = resident();
    for (int k = 0; k < (n > 100000 ? 1 : 15); k++) {
        const double t0 = wick_now();
        if (wick_pm_search(ctx, &f, &g, 1, m, score) < 0) {
            fprintf(stderr, "%s\n", wick_ctx_error(ctx));
            return 2;
        }
        least = fmin(least, wick_now() - t0);
    }
    for (int64_t c = 0; c < 2304; c++) {
        trades += m[c].trade_count;
        if (score[c] > best) best = score[c], at = c;
    }
    printf(
        "wick    %8lld samples x 2304 candidates, one core: %9.2f ms, %.3g ns a trade, best score "
        "%.17g at %lld\n",
        (long long)n, least * 1e3, least * 1e9 / (double)trades, best, (long long)at);
    if (n > 100000)
        printf("memory  %.0f bytes a sample in all, %.0f of them the nine columns\n",
               resident() / (double)n, before / (double)n);
    if (argc > 2) {
        FILE *out = fopen(argv[2], "w");
        if (!out) return 2;
        fprintf(out, "long_prob,short_prob,long_entry,short_entry,market_risk,pred_long,pred_short,"
                     "actual_long,actual_short\n");
        for (int64_t i = 0; i < n; i++)
            for (int k = 0; k < COLUMNS; k++)
                fprintf(out, "%.17g%c", x[k * n + i], k + 1 < COLUMNS ? ',' : '\n');
        if (fclose(out) != 0) return 2;
    }
    free(x);
    free(m);
    free(score);
    wick_ctx_free(ctx);
    return 0;
}
