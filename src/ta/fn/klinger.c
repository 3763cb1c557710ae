/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_klinger wick_ta_mass */
#include "../k_parts.h"

/* ---- klinger -------------------------------------------------------------------------------- */

static const char *const forms[] = {"klinger", "signed", NULL};

/* Followed by the averages fast, slow, signal. */
typedef struct klinger_state {
    double sum;   /* high + low + close of the bar before */
    double range; /* its high - low */
    double cumul; /* ranges since the trend turned */
    double trend; /* 1, -1; NA before the first */
} klinger_state;

static int64_t klinger_warmup(const double *p)
{
    return (int64_t)(p[0] > p[1] ? p[0] : p[1]) + wk_window(p, 2) - 1;
}

static int64_t klinger_size(const double *p)
{
    int64_t bytes = (int64_t)sizeof(klinger_state);
    for (int k = 0; k < 3; k++) bytes += wk_avg_bytes(wk_window(p, k));
    return bytes;
}

static void klinger_init(void *state, const double *p)
{
    klinger_state *k = state;
    void *at = k + 1;
    *k = (klinger_state){WICK_NA, WICK_NA, 0.0, WICK_NA};
    for (int j = 0; j < 3; j++) at = wk_avg_init(at, wk_window(p, j));
}

/* Volume force of one bar; NA where there is no bar before. */
static double force(klinger_state *k, const double *in, bool plain)
{
    const double sum = in[0] + in[1] + in[2], range = in[0] - in[1], before = k->sum;
    const double range1 = k->range;
    if (isnan(sum) || isnan(in[3])) return WICK_NA;
    k->sum = sum;
    k->range = range;
    if (isnan(before)) return WICK_NA;
    if (plain) return sum > before ? in[3] : sum < before ? -in[3] : 0.0;
    const double trend = sum > before ? 1.0 : -1.0;
    k->cumul = trend == k->trend ? k->cumul + range : range1 + range;
    k->trend = trend;
    if (k->cumul == 0.0) return 0.0;
    return in[3] * fabs(2.0 * (range / k->cumul - 1.0)) * trend * 100.0;
}

static void klinger_step(void *state, const double *p, const double *in, double *out)
{
    klinger_state *k = state;
    wk_avg *fast = (wk_avg *)(void *)(k + 1), *slow = wk_avg_end(fast), *signal = wk_avg_end(slow);
    const double x = force(k, in, p[3] != 0.0);
    const double a = wk_ema_step(fast, x);
    out[0] = a - wk_ema_step(slow, x);
    out[1] = wk_ema_step(signal, out[0]);
}

WK_STEPS(klinger, 4, 2)

/* ---- mass ----------------------------------------------------------------------------------- */

static int64_t mass_warmup(const double *p)
{
    return 2 * (wk_window(p, 1) - 1) + wk_window(p, 0) - 1;
}

static int64_t mass_size(const double *p)
{
    return 2 * wk_avg_bytes(wk_window(p, 1)) + wk_bsum_bytes(wk_window(p, 0));
}

static void mass_init(void *state, const double *p)
{
    const int64_t w = wk_window(p, 1);
    wk_bsum_init(wk_avg_init(wk_avg_init(state, w), w), wk_window(p, 0));
}

static void mass_step(void *state, const double *p, const double *in, double *out)
{
    wk_avg *first = state, *second = wk_avg_end(first);
    const double a = wk_ema_step(first, in[0] - in[1]), b = wk_ema_step(second, a);
    (void)p;
    out[0] = WICK_NA;
    if (!isnan(b)) out[0] = wk_bsum_step(wk_avg_end(second), b == 0.0 ? 1.0 : a / b);
}

WK_STEPS(mass, 2, 1)

const wick_ta_spec wick_ta_klinger = {
    .name = "klinger",
    .title = "Klinger volume oscillator",
    .formula =
        "line = ema(vf, fast) - ema(vf, slow); signal = ema(line, signal); vf = volume * "
        "|2*(dm/cm - 1)| * trend * 100, dm = high - low, cm = dm added up since the trend of "
        "high + low + close turned, the bar before it included",
    .source = "Klinger 1997",
    .group = "volume",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE, WK_IN_VOLUME},
    .param = {WK_BARS("fast", 34),
              WK_BARS("slow", 55),
              WK_BARS("signal", 13),
              {"form", 0, 0, 1, .is_int = 1, .choice = forms,
               .doc = "signed: vf is volume with the sign of the change of hlc3"}},
    .out = {{"line", WICK_U_VOLUME}, {"signal", WICK_U_VOLUME}},
    WK_FORMS(klinger),
    .note = "pandas-ta and TradingView's oscillator take the signed volume (form \"signed\"), "
            "TradingView's times 100 and negative where nothing changed.",
};

const wick_ta_spec wick_ta_mass = {
    .name = "mass",
    .title = "mass index",
    .formula = "sum over n of e1 / e2, e1 = ema(high - low, ema_n), e2 = ema(e1, ema_n)",
    .source = "Dorsey 1992; TradingView's built-in Mass Index",
    .group = "volatility",
    .in = {WK_IN_HIGH, WK_IN_LOW},
    .param = {WK_BARS("n", 25), WK_BARS("ema_n", 9)},
    .out = {{"mass", WICK_U_RATIO}},
    WK_FORMS(mass),
    .note = "A bar on which both averages are zero adds 1.",
};
