/* SPDX-License-Identifier: MIT */
#include "../k_scratch.h"
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
WK_INLINE double from_sums(double a, double b, double ab, double aa, double bb, double n)
{
    const double ma = a / n, mb = b / n, cov = ab / n - ma * mb;
    const double va = aa / n - ma * ma, vb = bb / n - mb * mb;
    const double both = (va < 0.0 ? 0.0 : va) * (vb < 0.0 ? 0.0 : vb);
    const double ratio = cov / sqrt(both), r = both == 0.0 ? WICK_NA : ratio;
    return fabs(cov) <= WK_EPS ? 0.0 : r;
}

WK_WIDE static void from_columns(int64_t n, double *const *c, double w, double *out)
{
    const double *b = c[3], *ab = c[4], *aa = c[5], *bb = c[6];
    for (int64_t i = 0; i < n; i++) out[i] = from_sums(out[i], b[i], ab[i], aa[i], bb[i], w);
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
    out[0] = from_sums(s[0], s[1], s[2], s[3], s[4], p[0]);
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    wk_scratch s;
    const int64_t w = wk_window(p, 0);
    if (wk_scratch_new(&s, n, 8) < 0) return WICK_E_MEM;
    double **c = s.col;
    for (int64_t i = 0; i < n; i++) {
        c[0][i] = in[0][i] * in[1][i];
        c[1][i] = in[0][i] * in[0][i];
        c[2][i] = in[1][i] * in[1][i];
    }
    const wk_lane l[5] = {{in[0], out[0], w, 1.0},
                          {in[1], c[3], w, 1.0},
                          {c[0], c[4], w, 1.0},
                          {c[1], c[5], w, 1.0},
                          {c[2], c[6], w, 1.0}};
    const wick_status st = wk_roll(n, l, 5);
    if (st >= 0) from_columns(n, c, p[0], out[0]);
    wk_scratch_free(&s);
    return st;
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
