/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_adosc wick_ta_cmf wick_ta_force_index wick_ta_eom */
#include "../k_parts.h"

/* Where the close stands in its bar, -1 to 1, times volume. A bar without range counts 0. */
static double flow(double high, double low, double close, double volume)
{
    const double range = high - low, place = ((close - low) - (high - close)) / range;
    return (range == 0.0 ? 0.0 : place) * volume;
}

/* ---- adosc ---------------------------------------------------------------------------------- */

static const char *const seeds[] = {"first", "sma", NULL};

/* Seed "sma" has its averages behind this. */
typedef struct adosc_state {
    double total;
    wk_quick fast, slow;
    int64_t bars;
} adosc_state;

static int64_t adosc_warmup(const double *p)
{
    return (int64_t)(p[0] > p[1] ? p[0] : p[1]) - 1;
}

static int64_t adosc_size(const double *p)
{
    return (int64_t)sizeof(adosc_state) + wk_avg_bytes(wk_window(p, 0)) +
           wk_avg_bytes(wk_window(p, 1));
}

static void adosc_init(void *state, const double *p)
{
    adosc_state *k = state;
    memset(k, 0, sizeof *k);
    wk_avg_init(wk_avg_init(k + 1, wk_window(p, 0)), wk_window(p, 1));
}

/* Averages that begin with the first total. */
WK_INLINE double adosc_next(adosc_state *k, double a, double b, int64_t warm, double x)
{
    if (isnan(x)) return WICK_NA;
    k->total += x;
    if (k->bars == 0) k->fast.e = k->slow.e = k->total;
    const double fast = wk_quick_step(&k->fast, k->total, a);
    const double slow = wk_quick_step(&k->slow, k->total, b);
    return ++k->bars > warm ? fast - slow : WICK_NA;
}

/* high, low, close, volume */
static void adosc_step(void *state, const double *p, const double *in, double *out)
{
    adosc_state *k = state;
    wk_avg *fast = (wk_avg *)(void *)(k + 1), *slow = wk_avg_end(fast);
    const double x = flow(in[0], in[1], in[2], in[3]);
    if (p[2] == 0.0) {
        out[0] = adosc_next(k, wk_ema_alpha(wk_window(p, 0)), wk_ema_alpha(wk_window(p, 1)),
                            adosc_warmup(p), x);
        return;
    }
    out[0] = WICK_NA;
    if (isnan(x)) return;
    k->total += x;
    out[0] = wk_ema_step(fast, k->total) - wk_ema_step(slow, k->total);
}

enum { CHUNK = 128 };

/* One chunk of flows in o, all there and behind the warm-up, into differences of averages. */
static void adosc_chunk(adosc_state *k, int64_t len, double a, double b, double *o)
{
    wk_quick fast = k->fast, slow = k->slow;
    double total = k->total;
    int64_t i = 0;
    if (fast.odd && len > 0) {
        total += o[0];
        o[0] = wk_quick_step(&fast, total, a) - wk_quick_step(&slow, total, b);
        i = 1;
    }
    for (; i + 1 < len; i += 2) { /* both are even here: two bars without a question */
        fast.odd = slow.odd = 0;
        total += o[i];
        o[i] = wk_quick_step(&fast, total, a) - wk_quick_step(&slow, total, b);
        total += o[i + 1];
        o[i + 1] = wk_quick_step(&fast, total, a) - wk_quick_step(&slow, total, b);
    }
    for (; i < len; i++) {
        total += o[i];
        o[i] = wk_quick_step(&fast, total, a) - wk_quick_step(&slow, total, b);
    }
    k->fast = fast;
    k->slow = slow;
    k->total = total;
    k->bars += len;
}

static wick_status adosc_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    const double a = wk_ema_alpha(wk_window(p, 0)), b = wk_ema_alpha(wk_window(p, 1));
    const int64_t warm = adosc_warmup(p);
    adosc_state k;
    if (p[2] != 0.0) return wk_run_steps(n, in, p, out, 4, 1, adosc_size, adosc_init, adosc_step);
    memset(&k, 0, sizeof k);
    for (int64_t from = 0; from < n; from += CHUNK) {
        const double *h = in[0] + from, *l = in[1] + from, *c = in[2] + from, *v = in[3] + from;
        const int64_t len = n - from < CHUNK ? n - from : CHUNK;
        double *o = out[0] + from;
        for (int64_t i = 0; i < len; i++) o[i] = flow(h[i], l[i], c[i], v[i]);
        if (k.bars > warm && wk_clean(len, o, 0)) {
            adosc_chunk(&k, len, a, b, o);
            continue;
        }
        for (int64_t i = 0; i < len; i++) o[i] = adosc_next(&k, a, b, warm, o[i]);
    }
    return WICK_OK;
}

/* ---- cmf ------------------------------------------------------------------------------------ */

static int64_t cmf_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t cmf_size(const double *p)
{
    return 2 * wk_bsum_bytes(wk_window(p, 0));
}

static void cmf_init(void *state, const double *p)
{
    wk_bsum_init(wk_bsum_init(state, wk_window(p, 0)), wk_window(p, 0));
}

static void cmf_step(void *state, const double *p, const double *in, double *out)
{
    wk_bsum *flows = state, *volume = wk_bsum_end(flows);
    const double sum = wk_bsum_step(flows, flow(in[0], in[1], in[2], in[3]));
    (void)p;
    out[0] = wk_finite(sum / wk_bsum_step(volume, in[3]));
}

WK_STEPS(cmf, 4, 1)

/* ---- force_index ---------------------------------------------------------------------------- */

static int64_t force_index_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t force_index_size(const double *p)
{
    return (int64_t)sizeof(double) + wk_avg_bytes(wk_window(p, 0));
}

static void force_index_init(void *state, const double *p)
{
    double *prev = state;
    *prev = WICK_NA;
    wk_avg_init(prev + 1, wk_window(p, 0));
}

/* src, volume */
static void force_index_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state;
    (void)p;
    out[0] = wk_ema_step((wk_avg *)(void *)(prev + 1), (in[0] - *prev) * in[1]);
    *prev = in[0];
}

WK_STEPS(force_index, 2, 1)

/* ---- eom ------------------------------------------------------------------------------------ */

static int64_t eom_warmup(const double *p)
{
    return wk_window(p, 0);
}

static int64_t eom_size(const double *p)
{
    return (int64_t)sizeof(double) + wk_bsum_bytes(wk_window(p, 0));
}

static void eom_init(void *state, const double *p)
{
    double *prev = state;
    *prev = WICK_NA;
    wk_bsum_init(prev + 1, wk_window(p, 0));
}

/* high, low, volume. The first bar has no move and is left out. */
static void eom_step(void *state, const double *p, const double *in, double *out)
{
    double *prev = state;
    const double middle = (in[0] + in[1]) / 2.0, move = middle - *prev;
    const bool first = isnan(*prev);
    if (!isnan(middle)) *prev = middle;
    out[0] = WICK_NA;
    if (first) return;
    const double ease = wk_finite(p[1] * move * (in[0] - in[1]) / in[2]);
    out[0] = wk_bsum_step((wk_bsum *)(void *)(prev + 1), ease) / p[0];
}

WK_STEPS(eom, 3, 1)

const wick_ta_spec wick_ta_adosc = {
    .name = "adosc",
    .title = "Chaikin oscillator",
    .formula = "ema(accdist, fast) - ema(accdist, slow)",
    .source = "TA-Lib ADOSC; Chaikin",
    .group = "volume",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE, WK_IN_VOLUME},
    .param = {WK_BARS("fast", 3),
              WK_BARS("slow", 10),
              {"seed", 0, 0, 1, .is_int = 1, .choice = seeds,
               .doc = "first: averages begin with the first value; sma: with a mean"}},
    .out = {{"adosc", WICK_U_VOLUME}},
    WK_FORMS(adosc),
    .note = "TA-Lib begins both averages with the first value, TradingView with the mean of the "
            "first values (seed \"sma\"). The line itself is ta.accdist.",
};

const wick_ta_spec wick_ta_cmf = {
    .name = "cmf",
    .title = "Chaikin money flow",
    .formula =
        "sum over n of ((close - low) - (high - close)) / (high - low) * volume / sum over n "
        "of volume",
    .source = "Chaikin; TradingView's built-in Chaikin Money Flow",
    .group = "volume",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE, WK_IN_VOLUME},
    .param = {WK_BARS("n", 20)},
    .out = {{"cmf", WICK_U_RATIO}},
    WK_FORMS(cmf),
    .note = "A bar without range adds no flow, but its volume. NA in a window without volume.",
};

const wick_ta_spec wick_ta_force_index = {
    .name = "force_index",
    .title = "Elder's force index",
    .formula = "ema((src - src[1]) * volume, n)",
    .source = "Elder 1993",
    .group = "volume",
    .in = {{"src", WICK_U_PRICE, 1, WICK_S_CLOSE}, WK_IN_VOLUME},
    .param = {WK_BARS("n", 13)},
    .out = {{"force_index", WICK_U_PVOLUME}},
    WK_FORMS(force_index),
    .note = "Called efi by pandas-ta, which begins the average with the first value.",
};

const wick_ta_spec wick_ta_eom = {
    .name = "eom",
    .title = "ease of movement",
    .formula = "sma(divisor * (hl2 - hl2[1]) * (high - low) / volume, n)",
    .source = "Arms; TradingView's built-in Ease of Movement",
    .group = "volume",
    .in = {WK_IN_HIGH, WK_IN_LOW, WK_IN_VOLUME},
    .param = {WK_BARS("n", 14),
              {"divisor", 10000, 1e-9, 1e12, .is_int = 0, .doc = "only scales the result"}},
    .out = {{"eom", WICK_U_PRICE2}},
    WK_FORMS(eom),
    .note = "pandas-ta's divisor is 100000000. A bar without volume makes its windows NA.",
};
