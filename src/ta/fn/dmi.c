/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_dmi wick_ta_di wick_ta_adx wick_ta_adxr wick_ta_dm */
/* registry: wick_ta_dx */
#include "../k_parts.h"
#include "../k_scratch.h"

/* Ports of all three: high, low, close. */

#define PORTS                                                                                      \
    {                                                                                              \
        {"high", WICK_U_PRICE, 0, WICK_S_HIGH}, {"low", WICK_U_PRICE, 0, WICK_S_LOW},              \
            {"close", WICK_U_PRICE, 0, WICK_S_CLOSE},                                              \
    }

typedef struct prev_bar {
    double high, low, close;
} prev_bar;

static void prev_init(prev_bar *k)
{
    *k = (prev_bar){WICK_NA, WICK_NA, WICK_NA};
}

static void prev_set(prev_bar *k, const double *in)
{
    *k = (prev_bar){in[0], in[1], in[2]};
}

/* ---- Pine's dmi ---------------------------------------------------------------------------- */

static int64_t dmi_warmup(const double *p)
{
    return wk_window(p, 0) + wk_window(p, 1) - 1;
}

static int64_t dmi_size(const double *p)
{
    return (int64_t)sizeof(prev_bar) + 3 * wk_avg_bytes(wk_window(p, 0)) +
           wk_avg_bytes(wk_window(p, 1));
}

static void dmi_init(void *state, const double *p)
{
    prev_bar *k = state;
    void *at = k + 1;
    prev_init(k);
    for (int j = 0; j < 3; j++) at = wk_avg_init(at, wk_window(p, 0));
    wk_avg_init(at, wk_window(p, 1));
}

/* Which of the two movements counts is decided with Pine's tolerance: a bar whose high and low
 * moved by the same amount has none. */
static void movements(double high, double low, double high1, double low1, double *plus,
                      double *minus)
{
    const double up = high - high1, down = -(low - low1);
    const bool na = isnan(up) || isnan(down);
    const double rise = up - down > WK_EPS ? up : 0.0, fall = down - up > WK_EPS ? down : 0.0;
    *plus = na ? WICK_NA : rise > WK_EPS ? rise : 0.0;
    *minus = na ? WICK_NA : fall > WK_EPS ? fall : 0.0;
}

/* Turns averaged movements and range into the two indices; returns what adx averages. */
static double indices(double plus, double minus, double range, double *out)
{
    out[0] = out[1] = WICK_NA;
    if (isnan(plus) || isnan(minus) || isnan(range) || range == 0.0) return WICK_NA;
    out[0] = 100.0 * plus / range;
    out[1] = 100.0 * minus / range;
    const double sum = out[0] + out[1];
    return fabs(out[0] - out[1]) / (sum != 0.0 ? sum : 1.0);
}

static void dmi_step(void *state, const double *p, const double *in, double *out)
{
    prev_bar *k = state;
    wk_avg *avg[4];
    char *at = (char *)(k + 1);
    double plus, minus;
    for (int j = 0; j < 4; j++) {
        avg[j] = (wk_avg *)(void *)at;
        at += wk_avg_bytes(wk_window(p, j < 3 ? 0 : 1));
    }
    const double range = wk_rma_step(avg[0], wk_tr_strict(in[0], in[1], k->close));
    movements(in[0], in[1], k->high, k->low, &plus, &minus);
    prev_set(k, in);
    plus = wk_rma_step(avg[1], plus);
    minus = wk_rma_step(avg[2], minus);
    out[2] = wk_rma_step(avg[3], indices(plus, minus, range, out)) * 100.0;
}

static wick_status dmi_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    wk_scratch s;
    if (wk_scratch_new(&s, n, 4) < 0) return WICK_E_MEM;
    double *tr = s.col[0], *plus = s.col[1], *minus = s.col[2], *range = s.col[3];
    const int64_t w = wk_window(p, 0);
    wk_tr_column(n, in[0], in[1], in[2], false, tr);
    if (n > 0) plus[0] = minus[0] = WICK_NA;
    for (int64_t i = 1; i < n; i++)
        movements(in[0][i], in[1][i], in[0][i - 1], in[1][i - 1], &plus[i], &minus[i]);
    const wk_avg_lane l[3] = {{tr, range, w}, {plus, out[0], w}, {minus, out[1], w}};
    wick_status st = wk_rma_columns(n, l, 3);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        double y[2];
        tr[i] = indices(out[0][i], out[1][i], range[i], y);
        out[0][i] = y[0];
        out[1][i] = y[1];
    }
    if (st >= 0) st = wk_rma_column(n, tr, wk_window(p, 1), out[2]);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[2][i] *= 100.0;
    wk_scratch_free(&s);
    return st;
}

/* ---- TA-Lib's di and adx ------------------------------------------------------------------- */

/* Running totals in Wilder's sense: sums of n - 1 bars first, then each bar takes 1/n out and its
 * own amount in. A product and not a quotient takes it out: no bits are promised, and three
 * divisions that wait for each other would be most of the time. */
typedef struct talib_state {
    prev_bar prev;
    double plus, minus, range, adx;
    double take, keep; /* 1/n and the rest */
    int64_t bars;      /* with a bar before them */
} talib_state;

static int64_t di_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t talib_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(talib_state);
}

static void talib_init(void *state, const double *p)
{
    talib_state *k = state;
    memset(k, 0, sizeof *k);
    prev_init(&k->prev);
    k->take = 1.0 / p[0];
    k->keep = 1.0 - k->take;
}

static bool is_zero(double x)
{
    return fabs(x) < 1e-14; /* TA-Lib's own epsilon */
}

/* True once the two indices exist. */
WK_INLINE bool talib_totals(talib_state *k, const double *p, const double *in)
{
    const prev_bar b = k->prev;
    if (isnan(in[0]) || isnan(in[1]) || isnan(in[2])) return false;
    prev_set(&k->prev, in);
    if (isnan(b.high)) return false;
    const double up = in[0] - b.high, down = b.low - in[1], tr = wk_tr(in[0], in[1], b.close);
    const double rise = up > down ? up : 0.0, fall = up < down ? down : 0.0;
    const double plus = rise > 0.0 ? rise : 0.0, minus = fall > 0.0 ? fall : 0.0;
    k->bars++;
    if (k->bars < wk_window(p, 0)) {
        k->plus += plus, k->minus += minus, k->range += tr;
        return false;
    }
    k->plus = k->plus * k->keep + plus;
    k->minus = k->minus * k->keep + minus;
    k->range = k->range * k->keep + tr;
    return true;
}

static void di_step(void *state, const double *p, const double *in, double *out)
{
    talib_state *k = state;
    out[0] = out[1] = WICK_NA;
    if (!talib_totals(k, p, in)) return;
    out[0] = is_zero(k->range) ? 0.0 : 100.0 * (k->plus / k->range);
    out[1] = is_zero(k->range) ? 0.0 : 100.0 * (k->minus / k->range);
}

static wick_status di_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 3, 2, talib_size, talib_init, di_step);
}

/* Steps with the state where the compiler can keep it in registers. */
WK_INLINE wick_status one_column(int64_t n, const double *const *in, const double *p, double *out,
                                 void (*step)(void *, const double *, const double *, double *))
{
    const double own[1] = {p[0]};
    talib_state k;
    talib_init(&k, own);
    for (int64_t i = 0; i < n; i++) {
        const double bar[3] = {in[0][i], in[1][i], in[2][i]};
        double value;
        step(&k, own, bar, &value);
        out[i] = value;
    }
    return WICK_OK;
}

/* 100 |plus - minus| / (plus + minus); false where there is no range or no movement. */
WK_INLINE bool index_of(const talib_state *k, double *dx)
{
    const double plus = 100.0 * (k->plus / k->range), minus = 100.0 * (k->minus / k->range);
    if (is_zero(k->range) || is_zero(plus + minus)) return false;
    *dx = 100.0 * (fabs(minus - plus) / (minus + plus));
    return true;
}

/* A bar without movement shows what the one before did. */
WK_INLINE void dx_next(void *state, const double *p, const double *in, double *out)
{
    talib_state *k = state;
    out[0] = WICK_NA;
    if (!talib_totals(k, p, in)) return;
    (void)index_of(k, &k->adx);
    out[0] = k->adx;
}

static void dx_step(void *state, const double *p, const double *in, double *out)
{
    dx_next(state, p, in, out);
}

static wick_status dx_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return one_column(n, in, p, out[0], dx_next);
}

static int64_t adx_warmup(const double *p)
{
    return 2 * wk_window(p, 0) - 1;
}

/* Mean of the first n directional indices, then Wilder's average. A bar without range or movement
 * leaves it alone. */
WK_INLINE void adx_next(void *state, const double *p, const double *in, double *out)
{
    talib_state *k = state;
    const int64_t w = wk_window(p, 0);
    out[0] = WICK_NA;
    if (!talib_totals(k, p, in)) return;
    double dx = 0.0;
    const bool counts = index_of(k, &dx);
    if (k->bars < 2 * w) {
        k->adx += dx;
        if (k->bars < 2 * w - 1) return;
        k->adx /= p[0];
    } else if (counts) {
        k->adx = k->adx * k->keep + dx * k->take;
    }
    out[0] = k->adx;
}

static void adx_step(void *state, const double *p, const double *in, double *out)
{
    adx_next(state, p, in, out);
}

static wick_status adx_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return one_column(n, in, p, out[0], adx_next);
}

/* ---- adxr: followed by the last n - 1 of adx ------------------------------------------------- */

static int64_t adxr_warmup(const double *p)
{
    return 3 * wk_window(p, 0) - 2;
}

static int64_t adxr_size(const double *p)
{
    return talib_size(p) + wk_delay_bytes(wk_window(p, 0) - 1);
}

static void adxr_init(void *state, const double *p)
{
    talib_init(state, p);
    wk_delay_init((talib_state *)state + 1, wk_window(p, 0) - 1);
}

static void adxr_step(void *state, const double *p, const double *in, double *out)
{
    adx_next(state, p, in, out);
    const double now = out[0];
    if (isnan(now)) return;
    out[0] = (now + wk_delay_step((wk_delay *)(void *)((talib_state *)state + 1), now)) / 2.0;
}

/* The column of adx, halved with itself from the end on. Where values are missing in between, "n -
 * 1 before" counts those that are there: then by steps. */
static wick_status adxr_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double *o = out[0];
    const wick_status st = one_column(n, in, p, o, adx_next);
    if (st < 0) return st;
    const int64_t first = wk_first(n, o), lag = wk_window(p, 0) - 1;
    if (!wk_clean(n, o, first))
        return wk_run_steps(n, in, p, out, 3, 1, adxr_size, adxr_init, adxr_step);
    for (int64_t i = n - 1; i >= first + lag; i--) o[i] = (o[i] + o[i - lag]) / 2.0;
    wk_fill_na(n - first < lag ? n - first : lag, o + first);
    return WICK_OK;
}

/* ---- dm: the totals themselves, from the sum of the first n - 1 on --------------------------- */

static int64_t dm_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static void dm_step(void *state, const double *p, const double *in, double *out)
{
    talib_state *k = state;
    const double bar[3] = {in[0], in[1], 0.0};
    const int64_t before = k->bars;
    const bool there = talib_totals(k, p, bar);
    const bool seeded = k->bars > before && k->bars == wk_window(p, 0) - 1;
    out[0] = there || seeded ? k->plus : WICK_NA;
    out[1] = there || seeded ? k->minus : WICK_NA;
}

static wick_status dm_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 2, 2, talib_size, talib_init, dm_step);
}

const wick_ta_spec wick_ta_dmi = {
    .name = "dmi",
    .title = "directional movement as Pine has it",
    .formula = "+DI = 100 * rma(+DM, n) / rma(tr, n), -DI alike; adx = 100 * rma(|+DI - -DI| / "
               "(+DI + -DI), adx_n)",
    .source = "Pine v6 ta.dmi; Wilder 1978; pine_semantics.md 5.3",
    .group = "trend",
    .in = PORTS,
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1},
              {"adx_n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"plus", WICK_U_PERCENT}, {"minus", WICK_U_PERCENT}, {"adx", WICK_U_PERCENT}},
    .warmup = dmi_warmup,
    .run = dmi_run,
    .state_size = dmi_size,
    .state_init = dmi_init,
    .step = dmi_step,
    .note =
        "The true range is NA on the first bar, so its average is not atr. di and adx are TA-Lib's "
        "forms.",
};

const wick_ta_spec wick_ta_di = {
    .name = "di",
    .title = "directional indicators, TA-Lib's form",
    .formula =
        "100 * total(+DM) / total(tr) and 100 * total(-DM) / total(tr), total = total - total/n "
        "+ new",
    .source = "TA-Lib PLUS_DI and MINUS_DI; strategies.md 2.1",
    .group = "trend",
    .in = PORTS,
    .param = {{"n", 14, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"plus", WICK_U_PERCENT}, {"minus", WICK_U_PERCENT}},
    .warmup = di_warmup,
    .run = di_run,
    .state_size = talib_size,
    .state_init = talib_init,
    .step = di_step,
    .note = "The totals start from n - 1 bars, Pine's averages from n: see dmi.",
};

const wick_ta_spec wick_ta_dx = {
    .name = "dx",
    .title = "directional movement index",
    .formula = "100 * |plus - minus| / (plus + minus) of di(n)",
    .source = "TA-Lib DX; Wilder 1978",
    .group = "trend",
    .in = PORTS,
    .param = {{"n", 14, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"dx", WICK_U_PERCENT}},
    .warmup = di_warmup,
    .run = dx_run,
    .state_size = talib_size,
    .state_init = talib_init,
    .step = dx_step,
    .note = "A bar without range or movement repeats the value before it (0 at the start).",
};

const wick_ta_spec wick_ta_adx = {
    .name = "adx",
    .title = "average directional index, TA-Lib's form",
    .formula = "mean of the first n of 100*|+DI - -DI|/(+DI + -DI), then (adx*(n-1) + new)/n",
    .source = "TA-Lib ADX; strategies.md 2.1",
    .group = "trend",
    .in = PORTS,
    .param = {{"n", 14, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"adx", WICK_U_PERCENT}},
    .warmup = adx_warmup,
    .run = adx_run,
    .state_size = talib_size,
    .state_init = talib_init,
    .step = adx_step,
    .note = "See dmi for Pine's form.",
};

const wick_ta_spec wick_ta_adxr = {
    .name = "adxr",
    .title = "average directional index rating",
    .formula = "(adx(n) + adx(n)[n-1]) / 2",
    .source = "TA-Lib ADXR; Wilder 1978",
    .group = "trend",
    .in = PORTS,
    .param = {{"n", 14, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"adxr", WICK_U_PERCENT}},
    WK_FORMS(adxr),
    .note = "Looks back n - 1 bars as TA-Lib does; Wilder's text counts n.",
};

const wick_ta_spec wick_ta_dm = {
    .name = "dm",
    .title = "directional movement, TA-Lib's form",
    .formula =
        "total(+DM) and total(-DM), total = sum of the first n - 1, then total - total/n + new",
    .source = "TA-Lib PLUS_DM and MINUS_DM; Wilder 1978",
    .group = "trend",
    .in = {WK_IN_HIGH, WK_IN_LOW},
    .param = {{"n", 14, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"plus", WICK_U_PRICE}, {"minus", WICK_U_PRICE}},
    .warmup = dm_warmup,
    .run = dm_run,
    .state_size = talib_size,
    .state_init = talib_init,
    .step = dm_step,
};
