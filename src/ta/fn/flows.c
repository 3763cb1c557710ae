/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_cmo wick_ta_cmo_talib wick_ta_mfi */
#include "../k_rsi.h"
#include "../k_scratch.h"
#include "../roll.h"

/*
 * Two rolling sums of one-sided amounts. Whether a bar is up or down is decided with Pine's
 * tolerance (pine_semantics.md 5.2).
 */

static int64_t size(const double *p)
{
    return (int64_t)sizeof(double) + 2 * wk_sum_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    double *prev = state;
    *prev = WICK_NA;
    wk_sum_init(wk_sum_init(prev + 1, wk_window(p, 0)), wk_window(p, 0));
}

static void sums(double *prev, const double *p, double up, double down, double *s_up,
                 double *s_down)
{
    wk_sum *first = (wk_sum *)(void *)(prev + 1);
    wk_sum *second = (wk_sum *)(void *)((char *)first + wk_sum_bytes(wk_window(p, 0)));
    *s_up = wk_sum_step(first, up);
    *s_down = wk_sum_step(second, down);
}

/* ---- cmo ------------------------------------------------------------------------------------ */

static int64_t cmo_warmup(const double *p)
{
    return wk_window(p, 0);
}

static void cmo_sides(double move, double *up, double *down)
{
    if (isnan(move))
        *up = *down = WICK_NA;
    else if (move >= -WK_EPS)
        *up = move, *down = 0.0;
    else
        *up = 0.0, *down = -move;
}

static double cmo_of(double move, double up, double down)
{
    if (isnan(move) || up + down == 0.0) return WICK_NA;
    return 100.0 * (up - down) / (up + down);
}

static void cmo_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state, up, down;
    const double move = in[0] - *prev;
    *prev = in[0];
    cmo_sides(move, &up, &down);
    sums(prev, p, up, down, &up, &down);
    out[0] = cmo_of(move, up, down);
}

static wick_status cmo_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    wk_scratch s;
    if (wk_scratch_new(&s, n, 3) < 0) return WICK_E_MEM;
    double *up = s.col[0], *down = s.col[1], *s_down = s.col[2];
    const double *x = in[0];
    for (int64_t i = 0; i < n; i++) cmo_sides(i > 0 ? x[i] - x[i - 1] : WICK_NA, &up[i], &down[i]);
    const wk_lane l[2] = {{up, out[0], wk_window(p, 0), 1.0}, {down, s_down, wk_window(p, 0), 1.0}};
    const wick_status st = wk_roll(n, l, 2);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] = cmo_of(up[i], out[0][i], s_down[i]);
    wk_scratch_free(&s);
    return st;
}

/* ---- cmo_talib ------------------------------------------------------------------------------ */

static int64_t talib_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(wk_rsi);
}

static void talib_init(void *state, const double *p)
{
    wk_rsi_init(state, wk_window(p, 0));
}

WK_INLINE double talib_next(wk_rsi *k, double x)
{
    double up, down;
    if (!wk_rsi_sides(k, x, &up, &down)) return WICK_NA;
    return up + down == 0.0 ? 0.0 : 100.0 * ((up - down) / (up + down));
}

static void talib_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = talib_next(state, in[0]);
}

static wick_status talib_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    const double *x = in[0];
    double *o = out[0];
    wk_rsi k;
    wk_rsi_init(&k, wk_window(p, 0));
    for (int64_t i = 0; i < n; i++) o[i] = talib_next(&k, x[i]);
    return WICK_OK;
}

/* ---- mfi ------------------------------------------------------------------------------------ */

static int64_t mfi_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

/* The first bar, which has no change, counts on both sides. */
static void mfi_sides(double x, double prev, double volume, double *up, double *down)
{
    const double move = x - prev;
    *up = volume * (move <= WK_EPS ? 0.0 : x);
    *down = volume * (move >= -WK_EPS ? 0.0 : x);
}

static double mfi_of(double up, double down)
{
    if (isnan(up) || isnan(down)) return WICK_NA;
    if (fabs(down) <= WK_EPS) return 100.0;
    if (fabs(up) <= WK_EPS) up = 0.0;
    return 100.0 - 100.0 / (1.0 + up / down);
}

static void mfi_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state, up, down;
    out[0] = WICK_NA;
    if (isnan(in[0])) return;
    mfi_sides(in[0], *prev, in[1], &up, &down);
    *prev = in[0];
    sums(prev, p, up, down, &up, &down);
    out[0] = mfi_of(up, down);
}

static wick_status mfi_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    wk_scratch s;
    if (wk_scratch_new(&s, n, 3) < 0) return WICK_E_MEM;
    double *up = s.col[0], *down = s.col[1], *s_down = s.col[2], prev = WICK_NA;
    const double *x = in[0];
    for (int64_t i = 0; i < n; i++) {
        const bool na = isnan(x[i]);
        mfi_sides(x[i], prev, in[1][i], &up[i], &down[i]);
        if (na) up[i] = down[i] = WICK_NA;
        prev = na ? prev : x[i];
    }
    const wk_lane l[2] = {{up, out[0], wk_window(p, 0), 1.0}, {down, s_down, wk_window(p, 0), 1.0}};
    const wick_status st = wk_roll(n, l, 2);
    for (int64_t i = 0; st >= 0 && i < n; i++)
        out[0][i] = isnan(x[i]) ? WICK_NA : mfi_of(out[0][i], s_down[i]);
    wk_scratch_free(&s);
    return st;
}

const wick_ta_spec wick_ta_cmo = {
    .name = "cmo",
    .title = "Chande momentum oscillator",
    .formula = "100 * (up - down) / (up + down), rolling sums of rises and falls of src",
    .source = "Pine v6 ta.cmo; pine_semantics.md 5.2",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 9, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"cmo", WICK_U_PERCENT}},
    .warmup = cmo_warmup,
    .run = cmo_run,
    .state_size = size,
    .state_init = init,
    .step = cmo_step,
    .note = "Plain sums; TA-Lib smooths both sides as Wilder does: cmo_talib. NA while nothing "
            "moved.",
};

const wick_ta_spec wick_ta_cmo_talib = {
    .name = "cmo_talib",
    .title = "Chande momentum oscillator, TA-Lib's form",
    .formula = "100 * (up - down) / (up + down), rma over n of rises and falls of src",
    .source = "TA-Lib CMO",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_CLOSE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"cmo", WICK_U_PERCENT}},
    .warmup = cmo_warmup,
    .run = talib_run,
    .state_size = talib_size,
    .state_init = talib_init,
    .step = talib_step,
    .note = "Wilder's averages where Chande and Pine (ta.cmo) have plain sums. 0 while nothing "
            "moved.",
};

const wick_ta_spec wick_ta_mfi = {
    .name = "mfi",
    .title = "money flow index",
    .formula = "100 - 100 / (1 + inflow / outflow), rolling sums of volume * src on rising and on "
               "falling bars",
    .source = "Pine v6 ta.mfi; pine_semantics.md 5.2",
    .group = "volume",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HLC3}, {"volume", WICK_U_VOLUME, 0, WICK_S_VOLUME}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"mfi", WICK_U_PERCENT}},
    .warmup = mfi_warmup,
    .run = mfi_run,
    .state_size = size,
    .state_init = init,
    .step = mfi_step,
    .note =
        "Pine's first bar counts on both sides, so the first value is at bar n-1; TA-Lib's is at "
        "bar n. No outflow gives 100.",
};
