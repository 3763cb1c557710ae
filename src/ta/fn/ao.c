/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_ao wick_ta_ac wick_ta_apo */
#include "../k_parts.h"

/* Differences of two means. */

static int64_t ao_warmup(const double *p)
{
    return (int64_t)(p[0] > p[1] ? p[0] : p[1]) - 1;
}

static int64_t ao_size(const double *p)
{
    return wk_bsum_bytes(wk_window(p, 0)) + wk_bsum_bytes(wk_window(p, 1));
}

static void ao_init(void *state, const double *p)
{
    wk_bsum_init(wk_bsum_init(state, wk_window(p, 0)), wk_window(p, 1));
}

static void ao_step(void *state, const double *p, const double *in, double *out)
{
    wk_bsum *fast = state, *slow = wk_bsum_end(fast);
    const double mean = wk_bsum_step(fast, in[0]) / p[0];
    out[0] = mean - wk_bsum_step(slow, in[0]) / p[1];
}

/* The mean of a window of src in place of the sum; `out` is not src. */
static wick_status mean_column(int64_t n, const double *src, int64_t w, double *out)
{
    const wick_status st = wk_bsum_column(n, src, w, out);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[i] /= (double)w;
    return st;
}

static wick_status ao_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    double *slow = malloc((size_t)(n + 1) * sizeof(double));
    if (slow == NULL) return WICK_E_MEM;
    wick_status st = mean_column(n, in[0], wk_window(p, 0), out[0]);
    if (st >= 0) st = mean_column(n, in[0], wk_window(p, 1), slow);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] -= slow[i];
    free(slow);
    return st;
}

static int64_t ac_warmup(const double *p)
{
    return ao_warmup(p) + wk_window(p, 2) - 1;
}

static int64_t ac_size(const double *p)
{
    return ao_size(p) + wk_bsum_bytes(wk_window(p, 2));
}

static void ac_init(void *state, const double *p)
{
    ao_init(state, p);
    wk_bsum_init((char *)state + ao_size(p), wk_window(p, 2));
}

static void ac_step(void *state, const double *p, const double *in, double *out)
{
    wk_bsum *fast = state, *slow = wk_bsum_end(fast), *mean = wk_bsum_end(slow);
    ao_step(state, p, in, out);
    const double x = out[0];
    if (fast->full && slow->full) out[0] = x - wk_bsum_step(mean, x) / p[2];
}

WK_STEPS(ac, 1, 1)

/* ---- apo: p[2] chooses the averages ---------------------------------------------------------- */

static const char *const types[] = {"sma", "ema", NULL};

static int64_t apo_size(const double *p)
{
    const int64_t emas = wk_avg_bytes(wk_window(p, 0)) + wk_avg_bytes(wk_window(p, 1));
    return p[2] != 0.0 ? emas : ao_size(p);
}

static void apo_init(void *state, const double *p)
{
    if (p[2] != 0.0)
        wk_avg_init(wk_avg_init(state, wk_window(p, 0)), wk_window(p, 1));
    else
        ao_init(state, p);
}

static void apo_step(void *state, const double *p, const double *in, double *out)
{
    if (p[2] == 0.0) {
        ao_step(state, p, in, out);
        return;
    }
    const double fast = wk_ema_step(state, in[0]);
    out[0] = fast - wk_ema_step(wk_avg_end(state), in[0]);
}

static wick_status apo_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    if (p[2] == 0.0) return ao_run(n, in, p, out);
    double *slow = malloc((size_t)(n + 1) * sizeof(double));
    if (slow == NULL) return WICK_E_MEM;
    const wk_avg_lane l[2] = {{in[0], out[0], wk_window(p, 0)}, {in[0], slow, wk_window(p, 1)}};
    const wick_status st = wk_ema_columns(n, l, 2);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] -= slow[i];
    free(slow);
    return st;
}

const wick_ta_spec wick_ta_ao = {
    .name = "ao",
    .title = "awesome oscillator",
    .formula = "sma(src, fast) - sma(src, slow)",
    .source = "Williams 1995; TradingView's built-in Awesome Oscillator",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HL2}},
    .param = {WK_BARS("fast", 5), WK_BARS("slow", 34)},
    .out = {{"ao", WICK_U_ANY}},
    WK_FORMS(ao),
};

const wick_ta_spec wick_ta_ac = {
    .name = "ac",
    .title = "accelerator oscillator",
    .formula = "ao - sma(ao, n), ao = sma(src, fast) - sma(src, slow)",
    .source = "Williams 1995",
    .group = "oscillator",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HL2}},
    .param = {WK_BARS("fast", 5), WK_BARS("slow", 34), WK_BARS("n", 5)},
    .out = {{"ac", WICK_U_ANY}},
    WK_FORMS(ac),
};

const wick_ta_spec wick_ta_apo = {
    .name = "apo",
    .title = "absolute price oscillator",
    .formula = "ma(src, fast) - ma(src, slow)",
    .source = "TA-Lib APO",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {WK_BARS("fast", 12),
              WK_BARS("slow", 26),
              {"ma", 0, 0, 1, .is_int = 1, .choice = types}},
    .out = {{"apo", WICK_U_ANY}},
    .warmup = ao_warmup,
    .run = apo_run,
    .state_size = apo_size,
    .state_init = apo_init,
    .step = apo_step,
    .note = "Simple averages unless asked otherwise, as TA-Lib does. With ema each average begins "
            "with the mean of its own first values; TA-Lib begins the fast one later, on the bars "
            "that end where the slow one's first do.",
};
