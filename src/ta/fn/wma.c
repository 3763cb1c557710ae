/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_wma wick_ta_hma */
#include "../k_win.h"

#define ORDER_NOTE                                                                                 \
    "Up to a window of 200 with the bits of Pine, which come from adding the whole window up on "  \
    "every bar, oldest first, so the cost grows with n; longer windows from running sums, which "  \
    "are nearer to the exact value. "

static int64_t wma_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t wma_size(const double *p)
{
    return wk_wma_bytes(wk_window(p, 0));
}

static void wma_init(void *state, const double *p)
{
    wk_wma_init(state, wk_window(p, 0));
}

static void wma_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = wk_wma_step(state, in[0]);
}

static wick_status wma_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_wma_column(n, in[0], wk_window(p, 0), out[0]);
}

/* Plain reading: weights straight from the definition, over forward-filled values. */
static double plain_wma(const double *x, int64_t i, int64_t w)
{
    wick_sum s = {0.0, 0.0};
    int64_t have = 0;
    for (int64_t k = 0; k <= i; k++) have += !isnan(x[k]);
    if (have < w || isnan(x[i])) return WICK_NA;
    for (int64_t k = 0; k < w; k++) {
        int64_t at = i - k;
        while (isnan(x[at])) at--;
        wick_sum_add(&s, (double)(w - k) * x[at]);
    }
    return wick_sum_get(&s) / ((double)w * (double)(w + 1) / 2.0);
}

static wick_status wma_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    for (int64_t i = 0; i < n; i++) out[0][i] = plain_wma(in[0], i, wk_window(p, 0));
    return WICK_OK;
}

/* ---- hma ------------------------------------------------------------------------------------ */

static int64_t root(const double *p)
{
    return (int64_t)sqrt(p[0]);
}

static int64_t hma_warmup(const double *p)
{
    return wk_window(p, 0) - 1 + root(p) - 1;
}

static int64_t hma_size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return wk_wma_bytes(w / 2) + wk_wma_bytes(w) + wk_wma_bytes(root(p));
}

static void hma_init(void *state, const double *p)
{
    const int64_t w = wk_window(p, 0);
    wk_wma_init(wk_wma_init(wk_wma_init(state, w / 2), w), root(p));
}

static void hma_step(void *state, const double *p, const double *in, double *out)
{
    const int64_t w = wk_window(p, 0);
    void *whole = (char *)state + wk_wma_bytes(w / 2);
    void *last = (char *)whole + wk_wma_bytes(w);
    const double half = wk_wma_step(state, in[0]);
    out[0] = wk_wma_step(last, 2.0 * half - wk_wma_step(whole, in[0]));
}

static wick_status hma_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    double *mid = malloc((size_t)(n + 1) * sizeof(double));
    if (mid == NULL) return WICK_E_MEM;
    wick_status st = wk_wma_column(n, in[0], w / 2, mid);
    if (st >= 0) st = wk_wma_column(n, in[0], w, out[0]);
    for (int64_t i = 0; st >= 0 && i < n; i++) mid[i] = 2.0 * mid[i] - out[0][i];
    if (st >= 0) st = wk_wma_column(n, mid, root(p), out[0]);
    free(mid);
    return st;
}

static wick_status hma_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    double *mid = malloc((size_t)(n + 1) * sizeof(double));
    if (mid == NULL) return WICK_E_MEM;
    for (int64_t i = 0; i < n; i++)
        mid[i] = 2.0 * plain_wma(in[0], i, w / 2) - plain_wma(in[0], i, w);
    for (int64_t i = 0; i < n; i++) out[0][i] = plain_wma(mid, i, root(p));
    free(mid);
    return WICK_OK;
}

const wick_ta_spec wick_ta_wma = {
    .name = "wma",
    .title = "weighted moving average",
    .formula = "(n*src[0] + (n-1)*src[1] + ... + 1*src[n-1]) / (n*(n+1)/2)",
    .source = "Pine v6 ta.wma; bits by pine_semantics.md 4.5",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"wma", WICK_U_ANY}},
    .warmup = wma_warmup,
    .run = wma_run,
    .ref = wma_ref,
    .state_size = wma_size,
    .state_init = wma_init,
    .step = wma_step,
    .tolerance = 1e-11,
    .note =
        ORDER_NOTE "A bar without a value repeats the last one inside the window and is itself NA.",
};

const wick_ta_spec wick_ta_hma = {
    .name = "hma",
    .title = "Hull moving average",
    .formula = "wma(2 * wma(src, floor(n/2)) - wma(src, n), floor(sqrt(n)))",
    .source = "Pine v6 ta.hma; Hull 2005; pine_semantics.md 5.1",
    .group = "average",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"hma", WICK_U_ANY}},
    .warmup = hma_warmup,
    .run = hma_run,
    .ref = hma_ref,
    .state_size = hma_size,
    .state_init = hma_init,
    .step = hma_step,
    .tolerance = 1e-10,
    .note = ORDER_NOTE "Half and root are truncated; some libraries round them.",
};
