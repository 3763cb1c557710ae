/* SPDX-License-Identifier: MIT */
/* Shares of a difference (Shapley): the mean, over all orders in which the groups can be changed,
 * of what changing a group adds. */
#include "cli/diff.h"

#include <stdlib.h>
#include <string.h>

/* Order number `k`: odd ones are the reverse of the one before. */
static void order_of(const diff_result *r, uint64_t seed, int64_t k, int out[DIFF_MOST])
{
    wick_pcg g = wick_pcg_key(seed, "diff_profiles", (uint64_t)(k / 2), 0);
    for (int i = 0; i < r->n; i++) out[i] = i;
    for (int i = r->n - 1; i > 0; i--) {
        const int j = (int)wick_pcg_below(&g, (uint64_t)i + 1), t = out[i];
        out[i] = out[j];
        out[j] = t;
    }
    for (int i = 0; k % 2 != 0 && i < r->n / 2; i++) {
        const int t = out[i];
        out[i] = out[r->n - 1 - i];
        out[r->n - 1 - i] = t;
    }
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

wick_status diff_masks(wick_ctx *ctx, const diff_result *r, uint64_t seed, uint64_t **out,
                       int64_t *n)
{
    const uint64_t all = (UINT64_C(1) << r->n) - 1;
    const int64_t most =
        2 * (int64_t)r->n + 2 + (r->exact ? (int64_t)1 << r->n : r->orders * (int64_t)r->n);
    uint64_t *m = malloc((size_t)most * sizeof *m);
    int64_t k = 0;
    *n = 0;
    *out = m;
    if (!m) return wick_fail_mem(ctx);
    for (int g = 0; g < r->n; g++) {
        m[k++] = UINT64_C(1) << g;
        m[k++] = all & ~(UINT64_C(1) << g);
    }
    for (uint64_t s = 0; r->exact && s <= all; s++) m[k++] = s;
    for (int64_t p = 0; !r->exact && p < r->orders; p++) {
        int at[DIFF_MOST];
        uint64_t s = 0;
        order_of(r, seed, p, at);
        for (int i = 0; i + 1 < r->n; i++) m[k++] = s |= UINT64_C(1) << at[i];
    }
    qsort(m, (size_t)k, sizeof *m, by_value);
    for (int64_t i = 0; i < k; i++)
        if (m[i] != 0 && m[i] != all && (*n == 0 || m[i] != m[*n - 1])) m[(*n)++] = m[i];
    return WICK_OK;
}

static int bits(uint64_t v)
{
    int n = 0;
    for (; v != 0; v &= v - 1) n++;
    return n;
}

static void exact(diff_result *r, diff_value_fn value, const void *user)
{
    double weight[DIFF_EXACT + 1]; /* of a set of so many: size! (n - 1 - size)! / n! */
    for (int k = 0; k < r->n; k++) {
        double w = 1.0 / (double)r->n;
        for (int i = 1; i <= k; i++) w *= (double)i / (double)(r->n - 1 - k + i);
        weight[k] = w;
    }
    for (int g = 0; g < r->n; g++) {
        const uint64_t own = UINT64_C(1) << g;
        for (int v = 0; v < DIFF_VALUES; v++) {
            wick_sum sum = {0, 0};
            for (uint64_t s = 0; s >> r->n == 0; s++) {
                if ((s & own) != 0) continue;
                wick_sum_add(&sum, weight[bits(s)] * (value(user, s | own)[v] - value(user, s)[v]));
            }
            r->group[g].joint[v] = wick_sum_get(&sum);
        }
    }
}

static void sampled(diff_result *r, uint64_t seed, diff_value_fn value, const void *user)
{
    const int64_t pairs = r->orders / 2;
    wick_sum sum[DIFF_MOST][DIFF_VALUES], square[DIFF_MOST][DIFF_VALUES];
    memset(sum, 0, sizeof sum);
    memset(square, 0, sizeof square);
    for (int64_t p = 0; p < pairs; p++) {
        double added[DIFF_MOST][DIFF_VALUES] = {{0}};
        for (int64_t k = 2 * p; k < 2 * p + 2; k++) {
            int at[DIFF_MOST];
            uint64_t s = 0;
            order_of(r, seed, k, at);
            for (int i = 0; i < r->n; i++) {
                const uint64_t next = s | UINT64_C(1) << at[i];
                for (int v = 0; v < DIFF_VALUES; v++)
                    added[at[i]][v] += (value(user, next)[v] - value(user, s)[v]) / 2.0;
                s = next;
            }
        }
        for (int g = 0; g < r->n; g++)
            for (int v = 0; v < DIFF_VALUES; v++) {
                wick_sum_add(&sum[g][v], added[g][v]);
                wick_sum_add(&square[g][v], added[g][v] * added[g][v]);
            }
    }
    for (int g = 0; g < r->n; g++)
        for (int v = 0; v < DIFF_VALUES; v++) {
            const double n = (double)pairs, mean = wick_sum_get(&sum[g][v]) / n;
            const double var = (wick_sum_get(&square[g][v]) - n * mean * mean) / (n - 1.0);
            r->group[g].joint[v] = mean;
            r->group[g].error[v] = var > 0.0 ? sqrt(var / n) : isnan(var) ? WICK_NA : 0.0;
        }
}

void diff_shares(diff_result *r, uint64_t seed, diff_value_fn value, const void *user)
{
    const uint64_t all = (UINT64_C(1) << r->n) - 1;
    for (int g = 0; g < r->n; g++) {
        const double *alone = value(user, UINT64_C(1) << g);
        const double *left = value(user, all & ~(UINT64_C(1) << g));
        for (int v = 0; v < DIFF_VALUES; v++) {
            r->group[g].alone[v] = alone[v] - r->from[v];
            r->group[g].left[v] = r->to[v] - left[v];
        }
    }
    if (r->n == 0) return;
    if (r->exact)
        exact(r, value, user);
    else
        sampled(r, seed, value, user);
}
