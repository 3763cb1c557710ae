/* SPDX-License-Identifier: MIT */
/* Episodes and their summaries against a reading of the definition row by row. */
#include "ledger.h"
#include "wick/metrics.h"

enum { CAP = 400 };

static int64_t plain(int64_t n, const double *e, wick_drawdown *out)
{
    int64_t count = 0, peak = 0;
    for (int64_t i = 1; i < n;) {
        if (e[i] >= e[peak]) {
            peak = i++;
            continue;
        }
        wick_drawdown d = {.peak = peak, .valley = i, .recovered = -1};
        for (; i < n && e[i] < e[peak]; i++) {
            if (e[i] < e[d.valley]) d.valley = i;
        }
        if (i < n) d.recovered = i;
        d.depth = e[d.valley] - e[peak];
        d.depth_pct = d.depth / e[peak] * 100.0;
        d.bars = (i < n ? i : n - 1) - peak;
        out[count++] = d;
    }
    return count;
}

static int deeper(const void *a, const void *b)
{
    const wick_drawdown *x = a, *y = b;
    if (x->depth_pct != y->depth_pct) return x->depth_pct < y->depth_pct ? -1 : 1;
    return x->peak < y->peak ? -1 : 1;
}

static void same(const wick_drawdown *a, const wick_drawdown *b)
{
    assert_int_equal(a->peak, b->peak);
    assert_int_equal(a->valley, b->valley);
    assert_int_equal(a->recovered, b->recovered);
    assert_int_equal(a->bars, b->bars);
    check_same(a->depth, b->depth);
    check_same(a->depth_pct, b->depth_pct);
}

/* Whole numbers, so that levels are touched again and values tie. */
static void make(double *e, int64_t n, uint64_t seed)
{
    wick_pcg g = wick_pcg_key(seed, "test drawdowns", 0, 0);
    const uint64_t step = 1 + seed % 5;
    double x = 1000.0;
    for (int64_t i = 0; i < n; i++) {
        e[i] = x;
        if (wick_pcg_below(&g, 3) == 0) continue;
        x += (double)wick_pcg_below(&g, 2 * step + 1) - (double)step + (seed % 7 == 0 ? 0.5 : 0.0);
        if (x < 100.0) x = 100.0;
    }
}

static void as_defined(void **state)
{
    (void)state;
    static double e[3000];
    static wick_drawdown want[3000], got[CAP];
    wick_ctx *ctx = wick_ctx_new();
    for (uint64_t seed = 0; seed < 300; seed++) {
        const int64_t n = seed < 150 ? (int64_t)seed : 150 + (int64_t)(seed * 53 % 2800);
        make(e, n, seed);
        const int64_t count = plain(n, e, want);
        double pct = 0.0, days = 0.0;
        int64_t longest = 0, at = -1;
        double deepest = 0.0, low = 0.0;
        for (int64_t i = 0; i < count; i++) {
            pct += want[i].depth_pct;
            days += (double)want[i].bars;
            longest = want[i].bars > longest ? want[i].bars : longest;
            if (want[i].depth_pct < deepest) deepest = want[i].depth_pct, at = want[i].valley;
            low = want[i].depth < low ? want[i].depth : low;
        }
        qsort(want, (size_t)count, sizeof *want, deeper);
        wick_ledger *l = curve(ctx, n, e);
        int64_t found = -1;
        check_ok(ctx, wick_drawdowns(ctx, l, CAP, got, &found));
        assert_int_equal(found, count);
        for (int64_t i = 0; i < count && i < CAP; i++) same(&got[i], &want[i]);
        check_ok(ctx, wick_drawdowns(ctx, l, 3, got, &found));
        assert_int_equal(found, count);
        for (int64_t i = 0; i < count && i < 3; i++) same(&got[i], &want[i]);
        check_ok(ctx, wick_drawdowns(ctx, l, 0, NULL, &found));
        assert_int_equal(found, count);

        wick_scores *s = NULL;
        check_ok(ctx, wick_score(ctx, l, NULL, NULL, 0, &s));
        if (n > 0) {
            check_same(wick_scores_get(s, "max_drawdown_bars"), (double)longest);
            check_same(wick_scores_get(s, "max_drawdown_days"), (double)longest);
            check_same(wick_scores_get(s, "max_drawdown"), low);
            check_close(wick_scores_get(s, "max_drawdown_pct"), deepest, 1e-14);
            check_same(wick_scores_get(s, "max_drawdown_date"),
                       at < 0 ? WICK_NA : (double)(at * WICK_MS_DAY));
        }
        if (count > 0) {
            check_close(wick_scores_get(s, "avg_drawdown_pct"), pct / (double)count, 1e-12);
            check_close(wick_scores_get(s, "avg_drawdown_days"), days / (double)count, 1e-12);
        }
        wick_scores_free(s);
        wick_ledger_unref(l);
    }
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_defined)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
