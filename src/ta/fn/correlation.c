/* SPDX-License-Identifier: MIT */
#include "../k_over.h"
#include "../roll.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return 5 * wk_sum_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    for (int k = 0; k < 5; k++) state = wk_sum_init(state, wk_window(p, 0));
}

/* From the sums of a, b, ab, aa, bb. One root over the product of the variances. Chosen by
 * comparison and not by branch, so that the compiler can do several at once; a missing sum makes NA
 * of itself. */
WK_INLINE double from_sums(double a, double b, double ab, double aa, double bb, double n,
                           double per, bool quick)
{
    const double ma = wk_divide(a, n, per, quick), mb = wk_divide(b, n, per, quick);
    const double cov = wk_divide(ab, n, per, quick) - ma * mb;
    const double va = wk_divide(aa, n, per, quick) - ma * ma;
    const double vb = wk_divide(bb, n, per, quick) - mb * mb;
    const double both = (va < 0.0 ? 0.0 : va) * (vb < 0.0 ? 0.0 : vb);
    const double ratio = cov / sqrt(both), r = both == 0.0 ? WICK_NA : ratio;
    return fabs(cov) <= WK_EPS ? 0.0 : r;
}

static void step(void *state, const double *p, const double *in, double *out)
{
    const double a = in[0], b = in[1], x[5] = {a, b, a * b, a * a, b * b};
    double s[5];
    char *at = state;
    for (int k = 0; k < 5; k++) {
        s[k] = wk_sum_step((wk_sum *)(void *)at, x[k]);
        at += wk_sum_bytes(wk_window(p, 0));
    }
    out[0] = from_sums(s[0], s[1], s[2], s[3], s[4], p[0], 0.0, false);
}

typedef struct work {
    const double *a, *b;
    double w, *out;
} work;

WK_WIDE static void products(int64_t n, const double *restrict a, const double *restrict b,
                             double *restrict ab, double *restrict aa, double *restrict bb)
{
    for (int64_t i = 0; i < n; i++) {
        ab[i] = a[i] * b[i];
        aa[i] = a[i] * a[i];
        bb[i] = b[i] * b[i];
    }
}

static void fill(const void *what, int64_t from, int64_t n, double *const *x)
{
    const work *k = what;
    products(n, k->a + from, k->b + from, x[2], x[3], x[4]);
}

WK_WIDE static void from_columns(int64_t n, const double *const *s, double w, bool whole,
                                 double *restrict out)
{
    const double *a = s[0], *b = s[1], *ab = s[2], *aa = s[3], *bb = s[4], per = 1.0 / w;
    if (whole)
        for (int64_t i = 0; i < n; i++)
            out[i] = from_sums(a[i], b[i], ab[i], aa[i], bb[i], w, per, true);
    else
        for (int64_t i = 0; i < n; i++)
            out[i] = from_sums(a[i], b[i], ab[i], aa[i], bb[i], w, per, false);
}

static void take(const void *what, int64_t from, int64_t n, const double *const *sum, bool whole)
{
    const work *k = what;
    from_columns(n, sum, k->w, whole, k->out + from);
}

/* Columns that do not begin together take the long way, as those with holes do. */
static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t first = wk_first(n, in[0]), w = wk_window(p, 0);
    const work what = {in[0], in[1], p[0], out[0]};
    const wk_rolls r = {.n = n,
                        .from = first,
                        .lanes = 5,
                        .src = {in[0], in[1]},
                        .w = {w, w, w, w, w},
                        .what = &what,
                        .fill = fill,
                        .take = take};
    bool holes = wk_first(n, in[1]) != first;
    if (!holes) {
        wk_fill_na(first, out[0]);
        const wick_status st = wk_rolls_run(&r, &holes);
        if (st < 0) return st;
    }
    return holes ? wk_run_steps(n, in, p, out, 2, 1, size, init, step) : WICK_OK;
}

const wick_ta_spec wick_ta_correlation = {
    .name = "correlation",
    .title = "correlation of two series",
    .formula = "cov / sqrt(var_a * var_b), moments from rolling sums over n values",
    .source = "Pine v6 ta.correlation; pine_semantics.md 5.3",
    .group = "statistic",
    .in = {{"a", WICK_U_ANY, 1, WICK_S_NONE}, {"b", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"correlation", WICK_U_RATIO}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note = "A covariance within 1e-10 of zero gives 0, a constant series NA.",
};
