/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_pivothigh wick_ta_pivotlow */
#include "../k_range.h"

/* p: left, right. A pivot is the extreme of left + 1 + right bars, strict to its right and not to
 * its left: of a flat top the last bar counts (pine_semantics.md 5.4). A window with NA has none.
 */

typedef struct pivot_state {
    int64_t last_na; /* bar of the newest NA, far back at the start */
} pivot_state;

static int64_t width(const double *p)
{
    return wk_window(p, 0) + wk_window(p, 1) + 1;
}

static int64_t warmup(const double *p)
{
    (void)p;
    return -1;
}

static int64_t size(const double *p)
{
    return (int64_t)sizeof(pivot_state) + wk_ext_bytes(width(p));
}

static void init(void *state, const double *p)
{
    pivot_state *k = state;
    k->last_na = -(int64_t)1e9;
    wk_ext_init(k + 1, width(p));
}

WK_INLINE double pivot_step(pivot_state *k, const double *p, double x, bool highest)
{
    wk_ext *e = (wk_ext *)(void *)(k + 1);
    double offset;
    const double top = wk_ext_step_of(e, x, highest, true, &offset);
    if (isnan(x)) k->last_na = e->bar;
    if (e->bar - k->last_na < e->w || offset != -p[1]) return WICK_NA;
    return top;
}

static void high_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = pivot_step(state, p, in[0], true);
}

static void low_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = pivot_step(state, p, in[0], false);
}

/* The extreme of every window without branches; then only bars that carry it are looked at. */
WK_INLINE wick_status clean_run(int64_t n, const double *x, const double *p, double *out,
                                bool highest)
{
    const int64_t w = width(p), r = wk_window(p, 1);
    double *top = malloc((size_t)(n + 1) * sizeof(double));
    if (top == NULL) return WICK_E_MEM;
    const wick_status st =
        highest ? wk_highest_column(n, x, w, top) : wk_lowest_column(n, x, w, top);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        out[i] = WICK_NA;
        if (i < w - 1 || x[i - r] != top[i]) continue;
        int64_t k = i - r + 1;
        while (k <= i && x[k] != top[i]) k++;
        if (k > i) out[i] = x[i - r];
    }
    free(top);
    return st;
}

static wick_status high_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    if (!wk_clean(n, in[0], 0)) return wk_run_steps(n, in, p, out, 1, 1, size, init, high_step);
    return clean_run(n, in[0], p, out[0], true);
}

static wick_status low_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    if (!wk_clean(n, in[0], 0)) return wk_run_steps(n, in, p, out, 1, 1, size, init, low_step);
    return clean_run(n, in[0], p, out[0], false);
}

static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out,
                       double sign)
{
    const int64_t l = wk_window(p, 0), r = wk_window(p, 1);
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = i - r;
        bool is = at - l >= 0;
        for (int64_t k = at - l; is && k <= i; k++)
            is = k > at ? sign * in[0][k] < sign * in[0][at] : sign * in[0][k] <= sign * in[0][at];
        out[0][i] = is ? in[0][at] : WICK_NA;
    }
    return WICK_OK;
}

static wick_status high_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref(n, in, p, out, 1.0);
}

static wick_status low_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return ref(n, in, p, out, -1.0);
}

const wick_ta_spec wick_ta_pivothigh = {
    .name = "pivothigh",
    .title = "pivot high",
    .formula =
        "src[right] where it is >= the `left` values before it and > the `right` values after "
        "it, else NA",
    .source = "Pine v6 ta.pivothigh; pine_semantics.md 5.4",
    .group = "structure",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HIGH}},
    .param = {{"left", 5, 0, WK_WINDOW_MAX, .is_int = 1},
              {"right", 5, 0, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"pivothigh", WICK_U_ANY}},
    .warmup = warmup,
    .run = high_run,
    .ref = high_ref,
    .state_size = size,
    .state_init = init,
    .step = high_step,
    .note =
        "Reported `right` bars after the pivot, when it is known. An NA in the window gives NA.",
};

const wick_ta_spec wick_ta_pivotlow = {
    .name = "pivotlow",
    .title = "pivot low",
    .formula =
        "src[right] where it is <= the `left` values before it and < the `right` values after "
        "it, else NA",
    .source = "Pine v6 ta.pivotlow; pine_semantics.md 5.4",
    .group = "structure",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_LOW}},
    .param = {{"left", 5, 0, WK_WINDOW_MAX, .is_int = 1},
              {"right", 5, 0, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"pivotlow", WICK_U_ANY}},
    .warmup = warmup,
    .run = low_run,
    .ref = low_ref,
    .state_size = size,
    .state_init = init,
    .step = low_step,
    .note =
        "Reported `right` bars after the pivot, when it is known. An NA in the window gives NA.",
};
