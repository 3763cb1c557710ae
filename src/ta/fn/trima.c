/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_trima wick_ta_zlema */
#include "../k_parts.h"

/* ---- trima: a mean of means ------------------------------------------------------------------ */

static int64_t inner(const double *p)
{
    return wk_window(p, 0) / 2 + 1;
}

static int64_t outer(const double *p)
{
    return (wk_window(p, 0) + 1) / 2;
}

static int64_t trima_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t trima_size(const double *p)
{
    return wk_bsum_bytes(inner(p)) + wk_bsum_bytes(outer(p));
}

static void trima_init(void *state, const double *p)
{
    wk_bsum_init(wk_bsum_init(state, inner(p)), outer(p));
}

static void trima_step(void *state, const double *p, const double *in, double *out)
{
    wk_bsum *first = state, *second = wk_bsum_end(first);
    const double s = wk_bsum_step(first, in[0]);
    const bool full = first->full;
    out[0] = WICK_NA;
    if (full) out[0] = wk_bsum_step(second, s) / (double)(inner(p) * outer(p));
}

static wick_status trima_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    const int64_t from = inner(p) - 1;
    const double area = (double)(inner(p) * outer(p));
    double *first = malloc((size_t)(n + 1) * sizeof(double));
    if (first == NULL) return WICK_E_MEM;
    wk_fill_na(from < n ? from : n, out[0]);
    wick_status st = wk_bsum_column(n, in[0], inner(p), first);
    if (st >= 0 && from < n) st = wk_bsum_column(n - from, first + from, outer(p), out[0] + from);
    for (int64_t i = from; st >= 0 && i < n; i++) out[0][i] /= area;
    free(first);
    return st;
}

/* ---- zlema ---------------------------------------------------------------------------------- */

static int64_t lag(const double *p)
{
    return (wk_window(p, 0) - 1) / 2;
}

static int64_t zlema_warmup(const double *p)
{
    return wk_window(p, 0) - 1 + lag(p);
}

static int64_t zlema_size(const double *p)
{
    return wk_delay_bytes(lag(p)) + wk_avg_bytes(wk_window(p, 0));
}

static void zlema_init(void *state, const double *p)
{
    wk_avg_init(wk_delay_init(state, lag(p)), wk_window(p, 0));
}

static void zlema_step(void *state, const double *p, const double *in, double *out)
{
    wk_delay *delay = state;
    wk_avg *avg = wk_delay_end(delay);
    (void)p;
    const double old = wk_delay_step(delay, in[0]);
    out[0] = wk_ema_step(avg, in[0] + (in[0] - old));
}

WK_STEPS(zlema, 1, 1)

const wick_ta_spec wick_ta_trima = {
    .name = "trima",
    .title = "triangular moving average",
    .formula = "sma(sma(src, floor(n/2) + 1), floor((n+1)/2)): weights rise to the middle and fall",
    .source = "TA-Lib TRIMA",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 20)},
    .out = {{"trima", WICK_U_ANY}},
    WK_FORMS(trima),
    .note = "The windows add up to n + 1 as in TA-Lib, so the reach is n bars. NA in it gives NA.",
};

const wick_ta_spec wick_ta_zlema = {
    .name = "zlema",
    .title = "zero-lag exponential moving average",
    .formula = "ema(2*src - src[k], n), k = floor((n-1)/2)",
    .source = "Ehlers and Way 2010",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 20)},
    .out = {{"zlema", WICK_U_ANY}},
    WK_FORMS(zlema),
    .note = "Seeded with the mean of the first n values of 2*src - src[k].",
};
