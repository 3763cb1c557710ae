/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_cmo wick_ta_cmo_talib wick_ta_mfi */
#include "../k_rsi.h"
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

/* Sides and results are chosen, not branched to: a market goes up and down at random. A missing
 * move makes both of itself. */
WK_INLINE void cmo_sides(double move, double *up, double *down)
{
    const double rise = move >= -WK_EPS ? move : 0.0, fall = move >= -WK_EPS ? 0.0 : -move;
    *up = isnan(move) ? WICK_NA : rise;
    *down = isnan(move) ? WICK_NA : fall;
}

WK_INLINE double cmo_of(double move, double up, double down)
{
    const double result = 100.0 * (up - down) / (up + down);
    return isnan(move) || up + down == 0.0 ? WICK_NA : result;
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

typedef struct work {
    const double *x, *volume;
    double *out;
} work;

WK_WIDE static void cmo_fill(const void *what, int64_t from, int64_t n, double *const *to)
{
    const double *restrict x = ((const work *)what)->x + from;
    double *restrict up = to[0], *restrict down = to[1];
    for (int64_t i = 0; i < n; i++) cmo_sides(x[i] - x[i - 1], &up[i], &down[i]);
}

WK_WIDE static void cmo_take(const void *what, int64_t from, int64_t n, const double *const *sum,
                             bool whole)
{
    (void)whole;
    const double *restrict up = sum[0], *restrict down = sum[1];
    double *restrict out = ((const work *)what)->out + from;
    for (int64_t i = 0; i < n; i++) out[i] = cmo_of(0.0, up[i], down[i]);
}

/* Both sums of bars from `from` on; what is before them is NA. */
static wick_status both(int64_t n, int64_t from, int64_t w, const work *k, wk_rolls r, bool *holes)
{
    r.n = n, r.from = from < n ? from : n;
    r.lanes = 2;
    r.w[0] = r.w[1] = w;
    r.what = k;
    wk_fill_na(r.from, k->out);
    return wk_rolls_run(&r, holes);
}

static wick_status cmo_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const work k = {in[0], NULL, out[0]};
    const wk_rolls r = {.fill = cmo_fill, .take = cmo_take};
    bool holes;
    const wick_status st = both(n, wk_first(n, in[0]) + 1, wk_window(p, 0), &k, r, &holes);
    return st < 0 || !holes ? st : wk_run_steps(n, in, p, out, 1, 1, size, init, cmo_step);
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
WK_INLINE void mfi_sides(double x, double prev, double volume, double *up, double *down)
{
    const double move = x - prev;
    *up = volume * (move <= WK_EPS ? 0.0 : x);
    *down = volume * (move >= -WK_EPS ? 0.0 : x);
}

WK_INLINE double mfi_of(double up, double down)
{
    const double rises = fabs(up) <= WK_EPS ? 0.0 : up;
    const double index = 100.0 - 100.0 / (1.0 + rises / down);
    const double result = fabs(down) <= WK_EPS ? 100.0 : index;
    return isnan(up) || isnan(down) ? WICK_NA : result;
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

WK_WIDE static void mfi_fill(const void *what, int64_t from, int64_t n, double *const *to)
{
    const work *k = what;
    const double *restrict x = k->x + from, *restrict volume = k->volume + from;
    double *restrict up = to[0], *restrict down = to[1];
    for (int64_t i = from > 0 ? 0 : 1; i < n; i++)
        mfi_sides(x[i], x[i - 1], volume[i], &up[i], &down[i]);
    if (from == 0) mfi_sides(x[0], WICK_NA, volume[0], &up[0], &down[0]);
}

WK_WIDE static void mfi_take(const void *what, int64_t from, int64_t n, const double *const *sum,
                             bool whole)
{
    (void)whole;
    const double *restrict up = sum[0], *restrict down = sum[1];
    double *restrict out = ((const work *)what)->out + from;
    for (int64_t i = 0; i < n; i++) out[i] = mfi_of(up[i], down[i]);
}

static wick_status mfi_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const work k = {in[0], in[1], out[0]};
    const wk_rolls r = {.fill = mfi_fill, .take = mfi_take};
    bool holes;
    const wick_status st = both(n, wk_first(n, in[0]), wk_window(p, 0), &k, r, &holes);
    return st < 0 || !holes ? st : wk_run_steps(n, in, p, out, 2, 1, size, init, mfi_step);
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
