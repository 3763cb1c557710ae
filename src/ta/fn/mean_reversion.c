/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_half_life wick_ta_hurst */
#include "../k_moments.h"
#include "../k_parts.h"

/* ---- half-life ------------------------------------------------------------------------------- */

/* Followed by the window of (level before, change). */
typedef struct half_life_state {
    double last;
    int64_t bars;
} half_life_state;

static int64_t half_life_warmup(const double *p)
{
    (void)p;
    return -1;
}

static int64_t half_life_size(const double *p)
{
    return (int64_t)sizeof(half_life_state) + wk_pair_bytes(wk_window(p, 0));
}

static void half_life_init(void *state, const double *p)
{
    half_life_state *k = state;
    *k = (half_life_state){WICK_NA, 0};
    wk_pair_init(k + 1, wk_window(p, 0));
}

static void half_life_step(void *state, const double *p, const double *in, double *out)
{
    half_life_state *k = state;
    const double last = k->last;
    wk_pair m;
    (void)p;
    k->last = in[0];
    out[0] = WICK_NA;
    if (k->bars++ == 0) return;
    if (!wk_pair_step((wk_pair_win *)(void *)(k + 1), last, in[0] - last, &m)) return;
    const double pull = m.ab / m.aa;
    if (pull < 0.0) out[0] = wk_finite(-log(2.0) / pull);
}

WK_STEPS(half_life, 1, 1)

/* ---- Hurst exponent -------------------------------------------------------------------------- */

/* Two delays, then the windows of changes over one bar and over `lag` bars. */
static int64_t hurst_warmup(const double *p)
{
    return wk_window(p, 0) + wk_window(p, 1) - 1;
}

static int64_t hurst_size(const double *p)
{
    return (int64_t)sizeof(int64_t) + wk_delay_bytes(1) + wk_delay_bytes(wk_window(p, 1)) +
           2 * wk_mom_bytes(wk_window(p, 0));
}

static void hurst_init(void *state, const double *p)
{
    int64_t *bars = state;
    *bars = 0;
    void *at = wk_delay_init(wk_delay_init(bars + 1, 1), wk_window(p, 1));
    wk_mom_init(wk_mom_init(at, wk_window(p, 0)), wk_window(p, 0));
}

/* Both windows end at the same bar; the short one starts to fill with the long one. */
static void hurst_step(void *state, const double *p, const double *in, double *out)
{
    int64_t *bars = state;
    wk_delay *one = (wk_delay *)(void *)(bars + 1), *many = wk_delay_end(one);
    wk_mom_win *short_win = wk_delay_end(many), *long_win = wk_mom_end(short_win);
    const double step = in[0] - wk_delay_step(one, in[0]);
    const double leap = in[0] - wk_delay_step(many, in[0]);
    wk_mom a = {0.0, 0.0, 0.0, 0.0, 0.0}, b;
    out[0] = WICK_NA;
    if ((*bars)++ < wk_window(p, 1)) return;
    const bool full = wk_mom_step(short_win, step, &a);
    if (wk_mom_step(long_win, leap, &b) && full)
        out[0] = wk_finite(log(b.m2 / a.m2) / (2.0 * log(p[1])));
}

WK_STEPS(hurst, 1, 1)

const wick_ta_spec wick_ta_half_life = {
    .name = "half_life",
    .title = "half-life of mean reversion",
    .formula =
        "log 2 / -b, b the slope of the least squares line of src - src[1] on src[1] over the "
        "last n changes",
    .source = "Chan, Algorithmic Trading (2013), chapter 2",
    .group = "statistic",
    .in = {WK_IN_SRC},
    .param = {{"n", 100, 3, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"half_life", WICK_U_BARS}},
    WK_FORMS(half_life),
    .note = "In bars. NA where the series does not revert (b is not below zero). log 2 / -b is the "
            "form for small b; of a series that reverts within a bar or two it overstates.",
};

const wick_ta_spec wick_ta_hurst = {
    .name = "hurst",
    .title = "Hurst exponent by the variance ratio",
    .formula = "log(var(src - src[lag]) / var(src - src[1])) / (2 log lag) over the last n changes "
               "of either kind",
    .source = "variances of fractional Brownian motion grow with lag^(2H); Lo and MacKinlay (1988) "
              "for the ratio",
    .group = "statistic",
    .in = {WK_IN_SRC},
    .param = {{"n", 100, 3, WK_WINDOW_MAX, .is_int = 1},
              {"lag", 10, 2, WK_WINDOW_MAX, .is_int = 1,
               .doc = "bars of the longer change; n should be several times as many"}},
    .out = {{"hurst", WICK_U_RATIO}},
    WK_FORMS(hurst),
    .note =
        "Not the rescaled range. 0.5: a random walk, above: trending, below: reverting. Changes "
        "overlap; pass the logarithm of prices for returns. Short windows can leave 0 to 1.",
};
