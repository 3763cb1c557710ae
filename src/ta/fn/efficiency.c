/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_er wick_ta_vhf wick_ta_imi wick_ta_qstick wick_ta_accbands wick_ta_fosc */
#include "../k_fresh.h"
#include "../k_ramp.h"
#include "../k_tops.h"

/* Kernels made of a few sums over a window. Parameter: n. Quotients of nothing by nothing have the
 * values TA-Lib gives them. */

static int64_t full_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t change_warmup(const double *p)
{
    return wk_window(p, 0);
}

static double ratio_or(double a, double b, double otherwise)
{
    return b == 0.0 ? otherwise : wk_finite(a / b);
}

/* ---- how straight the way was ---------------------------------------------------------------- */

/* Followed by the sum of changes, the value n bars ago, and the two extremes. */
typedef struct way_state {
    double prev;
    int64_t bars;
} way_state;

static int64_t way_size(const double *p)
{
    const int64_t w = wk_window(p, 0);
    return (int64_t)sizeof(way_state) + wk_bsum_bytes(w) + wk_delay_bytes(w) + 2 * wk_ext_bytes(w);
}

static void way_init(void *state, const double *p)
{
    way_state *k = state;
    const int64_t w = wk_window(p, 0);
    *k = (way_state){WICK_NA, 0};
    wk_ext_init(wk_ext_init(wk_delay_init(wk_bsum_init(k + 1, w), w), w), w);
}

/* The way of the last n changes; NA until there are so many. */
static double way(way_state *k, double x)
{
    const double change = fabs(x - k->prev);
    k->prev = x;
    return k->bars++ == 0 ? WICK_NA : wk_bsum_step((wk_bsum *)(void *)(k + 1), change);
}

static void er_step(void *state, const double *p, const double *in, double *out)
{
    way_state *k = state;
    wk_bsum *sum = (wk_bsum *)(void *)(k + 1);
    const double all = way(k, in[0]);
    const double far = fabs(in[0] - wk_delay_step(wk_bsum_end(sum), in[0]));
    (void)p;
    out[0] = isnan(all) ? WICK_NA : ratio_or(far, all, 1.0);
}

static void vhf_step(void *state, const double *p, const double *in, double *out)
{
    way_state *k = state;
    wk_delay *late = wk_bsum_end((wk_bsum *)(void *)(k + 1));
    wk_ext *top = wk_delay_end(late);
    const double all = way(k, in[0]);
    const double range = wk_highest_step(top, in[0]) - wk_lowest_step(wk_ext_end(top), in[0]);
    (void)p;
    out[0] = isnan(all) ? WICK_NA : ratio_or(range, all, 0.0);
}

/* ---- bodies ---------------------------------------------------------------------------------- */

static int64_t two_size(const double *p)
{
    return 2 * wk_bsum_bytes(wk_window(p, 0));
}

static void two_init(void *state, const double *p)
{
    wk_bsum_init(wk_bsum_init(state, wk_window(p, 0)), wk_window(p, 0));
}

/* open, close */
static void imi_step(void *state, const double *p, const double *in, double *out)
{
    const double body = in[1] - in[0];
    const double gain = wk_bsum_step(state, body < 0.0 ? 0.0 : body);
    const double loss = wk_bsum_step(wk_bsum_end(state), body > 0.0 ? 0.0 : -body);
    (void)p;
    out[0] = isnan(gain) ? WICK_NA : ratio_or(100.0 * gain, gain + loss, 50.0);
}

static int64_t body_size(const double *p)
{
    return wk_fresh_bytes(wk_window(p, 0));
}

static void body_init(void *state, const double *p)
{
    wk_fresh_init(state, wk_window(p, 0));
}

static void qstick_step(void *state, const double *p, const double *in, double *out)
{
    out[0] = wk_fresh_step(state, in[1] - in[0]) / p[0];
}

/* ---- acceleration bands ---------------------------------------------------------------------- */

static int64_t three_size(const double *p)
{
    return 3 * wk_bsum_bytes(wk_window(p, 0));
}

static void three_init(void *state, const double *p)
{
    const int64_t w = wk_window(p, 0);
    wk_bsum_init(wk_bsum_init(wk_bsum_init(state, w), w), w);
}

/* high, low, close */
static void accbands_step(void *state, const double *p, const double *in, double *out)
{
    wk_bsum *top = state, *mid = wk_bsum_end(top), *bottom = wk_bsum_end(mid);
    const double sum = in[0] + in[1], width = sum == 0.0 ? 0.0 : 4.0 * ((in[0] - in[1]) / sum);
    out[0] = wk_bsum_step(top, in[0] * (1.0 + width)) / p[0];
    out[1] = wk_bsum_step(mid, in[2]) / p[0];
    out[2] = wk_bsum_step(bottom, in[1] * (1.0 - width)) / p[0];
}

/* ---- forecast oscillator --------------------------------------------------------------------- */

/* Followed by the window the forecast is made of. */
static int64_t fosc_size(const double *p)
{
    return (int64_t)sizeof(double) + wk_ramp_bytes(wk_window(p, 0));
}

static void fosc_init(void *state, const double *p)
{
    double *forecast = state;
    *forecast = WICK_NA;
    wk_ramp_init((wk_ramp *)(void *)(forecast + 1), wk_window(p, 0));
}

/* The line at the bar to come. */
static inline double fosc_next(const double *p, double sum, double ramp, double base)
{
    const double w = p[0], mean = 1.0 / w, slope = (w + 1.0) / 2.0 * (6.0 / (w * (w * w - 1.0)));
    return wk_finite(base + (sum * mean + (2.0 * ramp - (w + 1.0) * sum) * slope));
}

static void fosc_step(void *state, const double *p, const double *in, double *out)
{
    double *forecast = state, sum, ramp, base;
    const double was = *forecast, x = in[0];
    const bool full = wk_ramp_step((wk_ramp *)(void *)(forecast + 1), x, &sum, &ramp, &base);
    *forecast = full ? fosc_next(p, sum, ramp, base) : WICK_NA;
    out[0] = isnan(was) || isnan(x) ? WICK_NA : ratio_or(100.0 * (x - was), x, 0.0);
}

static wick_status fosc_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const double own[1] = {p[0]}, *x = in[0];
    double was = WICK_NA, *o = out[0];
    const wick_status st = wk_ramp_column(n, x, wk_window(p, 0), fosc_next, own, o);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        const double next = o[i], ratio = 100.0 * (x[i] - was) / x[i];
        o[i] = x[i] == 0.0 ? (isnan(was) ? WICK_NA : 0.0) : wk_finite(ratio);
        was = next;
    }
    return st;
}

#define RUN(name, size, n_in, n_out)                                                               \
    static wick_status name##_run(int64_t n, const double *const *in, const double *p,             \
                                  double *const *out)                                              \
    {                                                                                              \
        return wk_run_steps(n, in, p, out, n_in, n_out, size##_size, size##_init, name##_step);    \
    }
#define FORMS(name, warm, part)                                                                    \
    .warmup = warm##_warmup, .run = name##_run, .state_size = part##_size,                         \
    .state_init = part##_init, .step = name##_step

/* Ways of the last n changes as a column; out[0] is NA. */
static wick_status ways(int64_t n, const double *x, int64_t w, double *out)
{
    double *change = malloc((size_t)(n + 1) * sizeof(double));
    if (change == NULL) return WICK_E_MEM;
    for (int64_t i = 1; i < n; i++) change[i] = fabs(x[i] - x[i - 1]);
    if (n > 0) out[0] = WICK_NA;
    const wick_status st = n > 1 ? wk_bsum_column(n - 1, change + 1, w, out + 1) : WICK_OK;
    free(change);
    return st;
}

static wick_status er_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const int64_t w = wk_window(p, 0);
    const double *x = in[0];
    double *o = out[0];
    const wick_status st = ways(n, x, w, o);
    for (int64_t i = w; st >= 0 && i < n; i++) {
        const double ratio = wk_finite(fabs(x[i] - x[i - w]) / o[i]);
        o[i] = o[i] == 0.0 ? 1.0 : ratio;
    }
    return st;
}

WK_WIDE static void vhf_take(const void *what, int64_t from, int64_t n, const double *top,
                             const double *bottom)
{
    double *o = *(double *const *)what + from;
    for (int64_t i = 0; i < n; i++) {
        const double ratio = (top[i] - bottom[i]) / o[i],
                     r = ratio - ratio == 0.0 ? ratio : WICK_NA;
        o[i] = o[i] == 0.0 ? 0.0 : r;
    }
}

static wick_status vhf_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    const wick_status st = ways(n, in[0], wk_window(p, 0), out[0]);
    if (st < 0 || wk_tops_pair(n, in[0], in[0], wk_window(p, 0), vhf_take, out)) return st;
    return wk_run_steps(n, in, p, out, 1, 1, way_size, way_init, vhf_step);
}

enum { CHUNK = WK_FRESH_CHUNK };

/* One chunk of bodies behind those of the bars before. */
WK_WIDE static void bodies(int64_t n, const double *restrict open, const double *restrict close,
                           double *restrict body)
{
    for (int64_t i = 0; i < n; i++) body[i] = close[i] - open[i];
}

WK_WIDE static void divide(int64_t n, double *out, double by)
{
    for (int64_t i = 0; i < n; i++) out[i] /= by;
}

static void short_qstick(int64_t n, const double *open, const double *close, int64_t w, double *out)
{
    double room[WK_FRESH_MAX + CHUNK], *body = room + WK_FRESH_MAX;
    wk_fill_na(WK_FRESH_MAX, room);
    for (int64_t from = 0; from < n; from += CHUNK) {
        const int64_t len = n - from < CHUNK ? n - from : CHUNK;
        bodies(len, open + from, close + from, body);
        wk_fresh_sums(len, body, w, out + from);
        divide(len, out + from, (double)w);
        memmove(room, room + len, WK_FRESH_MAX * sizeof *room);
    }
}

static wick_status qstick_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    const int64_t w = wk_window(p, 0);
    if (w <= WK_FRESH_MAX) {
        short_qstick(n, in[0], in[1], w, out[0]);
        return WICK_OK;
    }
    double *body = malloc((size_t)(n + 1) * sizeof(double));
    if (body == NULL) return WICK_E_MEM;
    bodies(n, in[0], in[1], body);
    const wick_status st = wk_bsum_column(n, body, w, out[0]);
    if (st >= 0) divide(n, out[0], p[0]);
    free(body);
    return st;
}

RUN(imi, two, 2, 1)
RUN(accbands, three, 3, 3)

const wick_ta_spec wick_ta_er = {
    .name = "er",
    .title = "efficiency ratio",
    .formula = "|src - src[n]| / sum of |change(src)| over n",
    .source = "Kaufman, Smarter Trading (1995); TA-Lib ER",
    .group = "trend",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 10)},
    .out = {{"er", WICK_U_RATIO}},
    FORMS(er, change, way),
    .note = "1 where nothing moved, as in TA-Lib. An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_vhf = {
    .name = "vhf",
    .title = "vertical horizontal filter",
    .formula = "(highest(src, n) - lowest(src, n)) / sum of |change(src)| over n",
    .source = "White, Futures 20 (1991); TA-Lib VHF",
    .group = "trend",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("n", 28)},
    .out = {{"vhf", WICK_U_RATIO}},
    FORMS(vhf, change, way),
    .note = "0 where nothing moved, as in TA-Lib. An NA anywhere in the window gives NA.",
};

const wick_ta_spec wick_ta_imi = {
    .name = "imi",
    .title = "intraday momentum index",
    .formula = "100 * rises / (rises + falls), sums of close - open over n bars",
    .source = "Chande and Kroll, The New Technical Trader (1994); TA-Lib IMI",
    .group = "oscillator",
    .in = {WK_IN_OPEN, WK_IN_CLOSE},
    .param = {WK_BARS("n", 14)},
    .out = {{"imi", WICK_U_PERCENT}},
    FORMS(imi, full, two),
    .note = "50 where no bar has a body, as in TA-Lib.",
};

const wick_ta_spec wick_ta_qstick = {
    .name = "qstick",
    .title = "Qstick",
    .formula = "mean of close - open over n bars",
    .source = "Chande and Kroll, The New Technical Trader (1994); TA-Lib QSTICK",
    .group = "oscillator",
    .in = {WK_IN_OPEN, WK_IN_CLOSE},
    .param = {WK_BARS("n", 10)},
    .out = {{"qstick", WICK_U_PRICE}},
    FORMS(qstick, full, body),
};

const wick_ta_spec wick_ta_accbands = {
    .name = "accbands",
    .title = "acceleration bands",
    .formula =
        "means over n of high * (1 + w), close and low * (1 - w), w = 4 (high - low) / (high "
        "+ low)",
    .source = "Headley, Big Trends in Trading (2002); TA-Lib ACCBANDS",
    .group = "volatility",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},
    .param = {WK_BARS("n", 20)},
    .out = {{"upper", WICK_U_PRICE}, {"middle", WICK_U_PRICE}, {"lower", WICK_U_PRICE}},
    FORMS(accbands, full, three),
};

const wick_ta_spec wick_ta_fosc = {
    .name = "fosc",
    .title = "forecast oscillator",
    .formula = "100 * (src - linreg_forecast(src, n)[1]) / src",
    .source = "Chande and Kroll, The New Technical Trader (1994); TA-Lib FOSC",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {{"n", 5, 2, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"fosc", WICK_U_PERCENT}},
    FORMS(fosc, change, fosc),
    .note = "0 where src is 0, as in TA-Lib.",
};
