/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_tr wick_ta_atr wick_ta_atr_talib wick_ta_natr */
#include "../k_parts.h"
#include "../k_split.h"

/* Ports of all three: high, low, close. */

static int64_t tr_warmup(const double *p)
{
    return p[0] != 0.0 ? 0 : 1;
}

static int64_t tr_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(double);
}

static void tr_init(void *state, const double *p)
{
    (void)p;
    *(double *)state = WICK_NA;
}

static void tr_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state;
    out[0] = p[0] != 0.0 ? wk_tr(in[0], in[1], *prev) : wk_tr_strict(in[0], in[1], *prev);
    *prev = in[2];
}

WK_WIDE static wick_status tr_run(int64_t n, const double *const *in, const double *p,
                                  double *const *out)
{
    wk_tr_column(n, in[0], in[1], in[2], p[0] != 0.0, out[0]);
    return WICK_OK;
}

/* ---- atr ------------------------------------------------------------------------------------ */

static int64_t atr_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t atr_size(const double *p)
{
    return (int64_t)sizeof(double) + wk_avg_bytes(wk_window(p, 0));
}

static void atr_init(void *state, const double *p)
{
    double *prev = state;
    *prev = WICK_NA;
    wk_avg_init(prev + 1, wk_window(p, 0));
}

static void atr_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state;
    (void)p;
    out[0] = wk_rma_step((wk_avg *)(void *)(prev + 1), wk_tr(in[0], in[1], *prev));
    *prev = in[2];
}

static wick_status atr_many(int64_t n, const double *const *in, int32_t count,
                            const double *const *p, double *const *const *out)
{
    double *tr = malloc((size_t)(n + 1) * sizeof(double));
    wick_status st = WICK_OK;
    if (tr == NULL) return WICK_E_MEM;
    wk_tr_column(n, in[0], in[1], in[2], true, tr);
    for (int32_t k = 0; k < count && st >= 0; k += WK_LANES) {
        wk_avg_lane l[WK_LANES];
        const int32_t have = count - k < WK_LANES ? count - k : WK_LANES;
        for (int32_t j = 0; j < have; j++)
            l[j] = (wk_avg_lane){tr, out[k + j][0], wk_window(p[k + j], 0)};
        st = wk_rma_columns(n, l, have);
    }
    free(tr);
    return st;
}

typedef struct atr_work {
    const double *high, *low, *close;
    double *out;
} atr_work;

WK_WIDE static void atr_fill(const void *what, int64_t from, int64_t n, double *x, double *y)
{
    const atr_work *w = what;
    const double *h = w->high + from, *l = w->low + from, *c = w->close + from - 1;
    (void)y;
    for (int64_t i = 0; i < n; i++) x[i] = wk_tr(h[i], l[i], c[i]);
}

static void atr_take(const void *what, int64_t from, int64_t n, const double *x, const double *y)
{
    const atr_work *w = what;
    (void)y;
    memcpy(w->out + from, x, (size_t)n * sizeof(double));
}

/* True ranges are made where they are used. Missing prices take the long way. */
static wick_status atr_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    const atr_work work = {in[0], in[1], in[2], out[0]};
    if (w == 1 || !wk_split_pays(n - w, w, true)) return atr_many(n, in, 1, &p, &out);
    wk_tr_column(w, in[0], in[1], in[2], true, out[0]);
    const double seed = wk_seed(out[0], 0, w);
    wk_fill_na(w - 1, out[0]);
    out[0][w - 1] = seed;
    const wk_split s = {w, n, w, true, 1, {seed, 0.0}, &work, atr_fill, atr_take};
    return wk_split_run(&s) ? WICK_OK : atr_many(n, in, 1, &p, &out);
}

/* Plain reading: mean of the first n true ranges, then (n-1)/n of the old and 1/n of the new. */
static wick_status atr_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const double w = p[0];
    double sum = 0.0, value = WICK_NA, seen = 0.0;
    for (int64_t i = 0; i < n; i++) {
        out[0][i] = WICK_NA;
        double tr = in[0][i] - in[1][i];
        if (i > 0 && !isnan(in[2][i - 1])) {
            tr = fmax(tr, fabs(in[0][i] - in[2][i - 1]));
            tr = fmax(tr, fabs(in[1][i] - in[2][i - 1]));
        }
        if (isnan(in[0][i]) || isnan(in[1][i])) continue;
        seen += 1.0;
        sum += tr;
        if (seen == w) value = sum / w;
        if (seen > w) value += (tr - value) / w;
        if (seen >= w) out[0][i] = value;
    }
    return WICK_OK;
}

/* ---- atr_talib ------------------------------------------------------------------------------ */

typedef struct talib_state {
    double prev, sum;
    wk_quick avg;
    int64_t seen;
} talib_state;

static int64_t talib_warmup(const double *p)
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
    (void)p;
    *(talib_state *)state = (talib_state){WICK_NA, 0.0, {0.0, 0.0, 0}, 0};
}

/* The seed is a plain sum, oldest first, as TA-Lib adds it. */
WK_INLINE double talib_next(talib_state *k, const double *p, double tr)
{
    if (k->seen >= wk_window(p, 0)) return wk_quick_step(&k->avg, tr, 1.0 / p[0]);
    k->sum += tr;
    if (++k->seen < wk_window(p, 0)) return WICK_NA;
    return k->avg.e = k->sum / p[0];
}

static void talib_step(void *state, const double *p, const double *in, double *out)
{
    talib_state *k = state;
    const double tr = wk_tr_strict(in[0], in[1], k->prev);
    k->prev = in[2];
    out[0] = isnan(tr) ? WICK_NA : talib_next(k, p, tr);
}

static inline double percent_of(double atr, double close)
{
    return wk_finite(100.0 * (atr / close));
}

/* Up to the seed by stepping, then in registers. `percent`: of the close. */
WK_INLINE wick_status talib_columns(int64_t n, const double *const *in, const double *p,
                                    double *const *out, bool percent)
{
    const double *h = in[0], *l = in[1], *c = in[2];
    const int64_t w = wk_window(p, 0);
    const double take = 1.0 / p[0];
    double *o = out[0];
    talib_state k;
    talib_init(&k, p);
    for (int64_t i = 0; i < n; i++) {
        const double tr = i > 0 ? wk_tr_strict(h[i], l[i], c[i - 1]) : WICK_NA;
        double y = WICK_NA;
        if (!isnan(tr)) y = k.seen < w ? talib_next(&k, p, tr) : wk_quick_step(&k.avg, tr, take);
        o[i] = percent ? percent_of(y, c[i]) : y;
    }
    return WICK_OK;
}

static wick_status talib_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    return talib_columns(n, in, p, out, false);
}

/* ---- natr ----------------------------------------------------------------------------------- */

static void natr_step(void *state, const double *p, const double *in, double *out)
{
    talib_step(state, p, in, out);
    out[0] = percent_of(out[0], in[2]);
}

static wick_status natr_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return talib_columns(n, in, p, out, true);
}

const wick_ta_spec wick_ta_tr = {
    .name = "tr",
    .title = "true range",
    .formula = "max(high - low, |high - close[1]|, |low - close[1]|)",
    .source = "Pine v6 ta.tr; pine_semantics.md 5.3",
    .group = "volatility",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .param = {{"handle_na", 0, 0, 1, .is_int = 1,
               .doc = "1: high - low where there is no previous close; 0: NA there"}},
    .out = {{"tr", WICK_U_PRICE}},
    .warmup = tr_warmup,
    .run = tr_run,
    .state_size = tr_size,
    .state_init = tr_init,
    .step = tr_step,
};

const wick_ta_spec wick_ta_atr = {
    .name = "atr",
    .title = "average true range",
    .formula = "rma(tr(1), n)",
    .source = "Pine v6 ta.atr; pine_semantics.md 5.3",
    .group = "volatility",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"atr", WICK_U_PRICE}},
    .warmup = atr_warmup,
    .run = atr_run,
    .ref = atr_ref,
    .run_many = atr_many,
    .state_size = atr_size,
    .state_init = atr_init,
    .step = atr_step,
    .tolerance = 1e-11,
    .note = "The first bar counts with high - low and the first value is at bar n-1; TA-Lib leaves "
            "the first bar out (see atr_talib).",
};

const wick_ta_spec wick_ta_atr_talib = {
    .name = "atr_talib",
    .title = "average true range, TA-Lib's seed",
    .formula = "mean of tr[1..n] at bar n, then (atr * (n-1) + tr) / n",
    .source = "TA-Lib ATR; strategies.md 2.1",
    .group = "volatility",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"atr", WICK_U_PRICE}},
    .warmup = talib_warmup,
    .run = talib_run,
    .state_size = talib_size,
    .state_init = talib_init,
    .step = talib_step,
    .note = "One bar later than Pine's atr, from which it differs less and less as it goes on.",
};

const wick_ta_spec wick_ta_natr = {
    .name = "natr",
    .title = "normalised average true range",
    .formula = "100 * atr_talib(n) / close",
    .source = "TA-Lib NATR",
    .group = "volatility",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .param = {{"n", 14, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"natr", WICK_U_PERCENT}},
    .warmup = talib_warmup,
    .run = natr_run,
    .state_size = talib_size,
    .state_init = talib_init,
    .step = natr_step,
    .note =
        "TA-Lib's seed; with Pine's it is 100 * ta.atr(b, n) / b.close. TA-Lib's window 1 gives "
        "the true range itself, not a percentage: not followed.",
};
