/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_obv wick_ta_pvt wick_ta_accdist wick_ta_wad */
/* registry: wick_ta_nvi wick_ta_pvi wick_ta_iii wick_ta_wvad */
#include "../ta_int.h"

/* Pine's built-in volume variables. They remember where the data began. */

typedef struct volume_state {
    double close, volume, total;
} volume_state;

static int64_t zero(const double *p)
{
    (void)p;
    return 0;
}

static int64_t one(const double *p)
{
    (void)p;
    return 1;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(volume_state);
}

static void init(void *state, const double *p)
{
    (void)p;
    *(volume_state *)state = (volume_state){WICK_NA, WICK_NA, 0.0};
}

static void index_init(void *state, const double *p)
{
    (void)p;
    *(volume_state *)state = (volume_state){WICK_NA, WICK_NA, 1.0};
}

/* Adds x unless it is NA, on which bar the total is NA. */
static double add(volume_state *k, double x)
{
    if (isnan(x)) return WICK_NA;
    return k->total += x;
}

/* close, volume */
static void obv_step(void *state, const double *p, const double *in, double *out)
{
    volume_state *k = state;
    const double move = in[0] - k->close;
    (void)p;
    k->close = in[0];
    out[0] = add(k, isnan(move) ? WICK_NA : in[1] * (double)((move > 0.0) - (move < 0.0)));
}

static void pvt_step(void *state, const double *p, const double *in, double *out)
{
    volume_state *k = state;
    const double move = in[0] - k->close, x = wk_finite(move / k->close * in[1]);
    (void)p;
    k->close = in[0];
    out[0] = add(k, x);
}

/* Grows by the bar's return where `moved` says so; a base of zero changes nothing. */
static void index_step(volume_state *k, const double *in, bool moved, double *out)
{
    const double next = k->total + (in[0] - k->close) / k->close * k->total;
    if (moved && isfinite(next)) k->total = next;
    k->close = in[0];
    k->volume = in[1];
    out[0] = k->total;
}

static void nvi_step(void *state, const double *p, const double *in, double *out)
{
    volume_state *k = state;
    (void)p;
    index_step(k, in, in[1] < k->volume && in[0] != 0.0, out);
}

static void pvi_step(void *state, const double *p, const double *in, double *out)
{
    volume_state *k = state;
    (void)p;
    index_step(k, in, in[1] > k->volume, out);
}

/* high, low, close, volume */
static void accdist_step(void *state, const double *p, const double *in, double *out)
{
    volume_state *k = state;
    const double h = in[0], l = in[1], c = in[2];
    const double flow = ((c - l) - (h - c)) / (h - l) * in[3];
    (void)p;
    if (isfinite(flow)) k->total += flow;
    out[0] = k->total;
}

/* high, low, close */
static void wad_step(void *state, const double *p, const double *in, double *out)
{
    volume_state *k = state;
    const double top = k->close > in[0] ? k->close : in[0];
    const double bottom = k->close < in[1] ? k->close : in[1];
    double gain = 0.0;
    (void)p;
    if (in[2] > k->close)
        gain = in[2] - bottom;
    else if (in[2] < k->close)
        gain = in[2] - top;
    k->close = in[2];
    out[0] = add(k, isnan(in[2]) ? WICK_NA : gain);
}

/* high, low, close, volume */
static void iii_step(void *state, const double *p, const double *in, double *out)
{
    (void)state;
    (void)p;
    out[0] = wk_finite((2.0 * in[2] - in[0] - in[1]) / ((in[0] - in[1]) * in[3]));
}

/* open, high, low, close, volume */
static void wvad_step(void *state, const double *p, const double *in, double *out)
{
    (void)state;
    (void)p;
    out[0] = wk_finite((in[3] - in[0]) / (in[1] - in[2]) * in[4]);
}

#define RUN(name, n_in, init_fn)                                                                   \
    static wick_status name##_run(int64_t n, const double *const *in, const double *p,             \
                                  double *const *out)                                              \
    {                                                                                              \
        return wk_run_steps(n, in, p, out, n_in, 1, size, init_fn, name##_step);                   \
    }

RUN(obv, 2, init)
RUN(pvt, 2, init)
RUN(nvi, 2, index_init)
RUN(pvi, 2, index_init)
RUN(accdist, 4, init)
RUN(wad, 3, init)
RUN(iii, 4, init)
RUN(wvad, 5, init)

#define OPEN                                                                                       \
    {                                                                                              \
        "open", WICK_U_PRICE, 0, WICK_S_OPEN                                                       \
    }
#define HIGH                                                                                       \
    {                                                                                              \
        "high", WICK_U_PRICE, 0, WICK_S_HIGH                                                       \
    }
#define LOW                                                                                        \
    {                                                                                              \
        "low", WICK_U_PRICE, 0, WICK_S_LOW                                                         \
    }
#define CLOSE                                                                                      \
    {                                                                                              \
        "close", WICK_U_PRICE, 0, WICK_S_CLOSE                                                     \
    }
#define VOLUME                                                                                     \
    {                                                                                              \
        "volume", WICK_U_VOLUME, 0, WICK_S_VOLUME                                                  \
    }

const wick_ta_spec wick_ta_obv = {
    .name = "obv",
    .title = "on balance volume",
    .formula = "running total of sign(change(close)) * volume",
    .source = "Pine v6 ta.obv; pine_semantics.md 5.5",
    .group = "volume",
    .in = {CLOSE, VOLUME},
    .out = {{"obv", WICK_U_VOLUME}},
    .warmup = one,
    .run = obv_run,
    .state_size = size,
    .state_init = init,
    .step = obv_step,
    .note = "NA on the first bar. TA-Lib starts with the first bar's volume, a constant apart.",
};

const wick_ta_spec wick_ta_pvt = {
    .name = "pvt",
    .title = "price volume trend",
    .formula = "running total of change(close) / close[1] * volume",
    .source = "Pine v6 ta.pvt; pine_semantics.md 5.5",
    .group = "volume",
    .in = {CLOSE, VOLUME},
    .out = {{"pvt", WICK_U_VOLUME}},
    .warmup = one,
    .run = pvt_run,
    .state_size = size,
    .state_init = init,
    .step = pvt_step,
    .note = "NA on the first bar.",
};

const wick_ta_spec wick_ta_nvi = {
    .name = "nvi",
    .title = "negative volume index",
    .formula = "from 1, grown by change(close) / close[1] on bars with less volume than the last",
    .source = "Pine v6 ta.nvi; pine_semantics.md 5.5",
    .group = "volume",
    .in = {CLOSE, VOLUME},
    .out = {{"nvi", WICK_U_RATIO}},
    .warmup = zero,
    .run = nvi_run,
    .state_size = size,
    .state_init = index_init,
    .step = nvi_step,
};

const wick_ta_spec wick_ta_pvi = {
    .name = "pvi",
    .title = "positive volume index",
    .formula = "from 1, grown by change(close) / close[1] on bars with more volume than the last",
    .source = "Pine v6 ta.pvi; pine_semantics.md 5.5",
    .group = "volume",
    .in = {CLOSE, VOLUME},
    .out = {{"pvi", WICK_U_RATIO}},
    .warmup = zero,
    .run = pvi_run,
    .state_size = size,
    .state_init = index_init,
    .step = pvi_step,
};

const wick_ta_spec wick_ta_accdist = {
    .name = "accdist",
    .title = "accumulation/distribution",
    .formula = "running total of ((close - low) - (high - close)) / (high - low) * volume",
    .source = "Pine v6 ta.accdist; TA-Lib AD; pine_semantics.md 5.5",
    .group = "volume",
    .in = {HIGH, LOW, CLOSE, VOLUME},
    .out = {{"accdist", WICK_U_VOLUME}},
    .warmup = zero,
    .run = accdist_run,
    .state_size = size,
    .state_init = init,
    .step = accdist_step,
    .note = "A bar without range adds nothing.",
};

const wick_ta_spec wick_ta_wad = {
    .name = "wad",
    .title = "Williams accumulation/distribution",
    .formula =
        "running total of close - min(low, close[1]) on rises and close - max(high, close[1]) "
        "on falls",
    .source = "Pine v6 ta.wad; pine_semantics.md 5.5",
    .group = "volume",
    .in = {HIGH, LOW, CLOSE},
    .out = {{"wad", WICK_U_PRICE}},
    .warmup = zero,
    .run = wad_run,
    .state_size = size,
    .state_init = init,
    .step = wad_step,
};

const wick_ta_spec wick_ta_iii = {
    .name = "iii",
    .title = "intraday intensity index",
    .formula = "(2*close - high - low) / ((high - low) * volume)",
    .source = "Pine v6 ta.iii; pine_semantics.md 5.5 and 16.7",
    .group = "volume",
    .in = {HIGH, LOW, CLOSE, VOLUME},
    .out = {{"iii", WICK_U_RATIO}},
    .warmup = zero,
    .run = iii_run,
    .state_size = size,
    .state_init = init,
    .step = iii_step,
    .note = "Divides by volume as TradingView's manual says; other sources multiply. NA without "
            "range or volume.",
};

const wick_ta_spec wick_ta_wvad = {
    .name = "wvad",
    .title = "Williams variable accumulation/distribution",
    .formula = "(close - open) / (high - low) * volume",
    .source = "Pine v6 ta.wvad; pine_semantics.md 5.5",
    .group = "volume",
    .in = {OPEN, HIGH, LOW, CLOSE, VOLUME},
    .out = {{"wvad", WICK_U_VOLUME}},
    .warmup = zero,
    .run = wvad_run,
    .state_size = size,
    .state_init = init,
    .step = wvad_step,
    .note = "NA on a bar without range.",
};
