/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_highest wick_ta_lowest wick_ta_highestbars wick_ta_lowestbars wick_ta_range */
#include "../k_range.h"

static int64_t warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t size(const double *p)
{
    return wk_ext_bytes(wk_window(p, 0));
}

static void init(void *state, const double *p)
{
    wk_ext_init(state, wk_window(p, 0));
}

static void highest_step(void *state, const double *p, const double *in, double *out)
{
    double offset;
    (void)p;
    out[0] = wk_ext_step(state, in[0], true, &offset);
}

static void lowest_step(void *state, const double *p, const double *in, double *out)
{
    double offset;
    (void)p;
    out[0] = wk_ext_step(state, in[0], false, &offset);
}

static void highestbars_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    (void)wk_ext_step(state, in[0], true, out);
}

static void lowestbars_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    (void)wk_ext_step(state, in[0], false, out);
}

static wick_status highest_run(int64_t n, const double *const *in, const double *p,
                               double *const *out)
{
    return wk_highest_column(n, in[0], wk_window(p, 0), out[0]);
}

static wick_status lowest_run(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return wk_lowest_column(n, in[0], wk_window(p, 0), out[0]);
}

static wick_status highestbars_run(int64_t n, const double *const *in, const double *p,
                                   double *const *out)
{
    return wk_highest_offsets(n, in[0], wk_window(p, 0), out[0]);
}

static wick_status lowestbars_run(int64_t n, const double *const *in, const double *p,
                                  double *const *out)
{
    return wk_lowest_offsets(n, in[0], wk_window(p, 0), out[0]);
}

static wick_status highest_many(int64_t n, const double *const *in, int32_t count,
                                const double *const *p, double *const *const *out)
{
    wick_status st = WICK_OK;
    for (int32_t k = 0; k < count && st >= 0; k++)
        st = wk_highest_column(n, in[0], wk_window(p[k], 0), out[k][0]);
    return st;
}

static wick_status lowest_many(int64_t n, const double *const *in, int32_t count,
                               const double *const *p, double *const *const *out)
{
    wick_status st = WICK_OK;
    for (int32_t k = 0; k < count && st >= 0; k++)
        st = wk_lowest_column(n, in[0], wk_window(p[k], 0), out[k][0]);
    return st;
}

/* Plain reading: look at every bar of the window, oldest first, and keep the first of equals. */
static void scan(const double *x, int64_t i, int64_t w, bool highest, double *value, double *offset)
{
    *value = *offset = WICK_NA;
    for (int64_t k = i - w + 1; i >= w - 1 && k <= i; k++) {
        if (isnan(x[k])) continue;
        if (isnan(*value) || (highest ? x[k] > *value : x[k] < *value)) {
            *value = x[k];
            *offset = (double)(k - i);
        }
    }
}

static wick_status ref(int64_t n, const double *const *in, const double *p, double *const *out,
                       bool highest, bool bars)
{
    for (int64_t i = 0; i < n; i++) {
        double value, offset;
        scan(in[0], i, wk_window(p, 0), highest, &value, &offset);
        out[0][i] = bars ? offset : value;
    }
    return WICK_OK;
}

static wick_status highest_ref(int64_t n, const double *const *in, const double *p,
                               double *const *out)
{
    return ref(n, in, p, out, true, false);
}

static wick_status lowest_ref(int64_t n, const double *const *in, const double *p,
                              double *const *out)
{
    return ref(n, in, p, out, false, false);
}

static wick_status highestbars_ref(int64_t n, const double *const *in, const double *p,
                                   double *const *out)
{
    return ref(n, in, p, out, true, true);
}

static wick_status lowestbars_ref(int64_t n, const double *const *in, const double *p,
                                  double *const *out)
{
    return ref(n, in, p, out, false, true);
}

/* ---- range: both at once -------------------------------------------------------------------- */

static int64_t range_size(const double *p)
{
    return 2 * wk_ext_bytes(wk_window(p, 0));
}

static void range_init(void *state, const double *p)
{
    wk_ext_init(wk_ext_init(state, wk_window(p, 0)), wk_window(p, 0));
}

static void range_step(void *state, const double *p, const double *in, double *out)
{
    void *second = (char *)state + wk_ext_bytes(wk_window(p, 0));
    double offset;
    const double high = wk_ext_step(state, in[0], true, &offset);
    out[0] = high - wk_ext_step(second, in[0], false, &offset);
}

static wick_status range_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    double *low = malloc((size_t)(n + 1) * sizeof(double));
    if (low == NULL) return WICK_E_MEM;
    wick_status st = wk_highest_column(n, in[0], wk_window(p, 0), out[0]);
    if (st >= 0) st = wk_lowest_column(n, in[0], wk_window(p, 0), low);
    for (int64_t i = 0; st >= 0 && i < n; i++) out[0][i] -= low[i];
    free(low);
    return st;
}

static wick_status range_ref(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    for (int64_t i = 0; i < n; i++) {
        double high, low, offset;
        scan(in[0], i, wk_window(p, 0), true, &high, &offset);
        scan(in[0], i, wk_window(p, 0), false, &low, &offset);
        out[0][i] = high - low;
    }
    return WICK_OK;
}

#define NA_NOTE                                                                                    \
    "The window counts bars: a bar without a value takes its place in it and is passed over; of "  \
    "equal extremes the oldest counts."

const wick_ta_spec wick_ta_highest = {
    .name = "highest",
    .title = "highest value of the last n bars",
    .formula = "max(src[0] ... src[n-1])",
    .source = "Pine v6 ta.highest; windows and ties by pine_semantics.md 4.7 and 16.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HIGH}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"highest", WICK_U_ANY}},
    .warmup = warmup,
    .run = highest_run,
    .ref = highest_ref,
    .run_many = highest_many,
    .state_size = size,
    .state_init = init,
    .step = highest_step,
    .note = NA_NOTE,
};

const wick_ta_spec wick_ta_lowest = {
    .name = "lowest",
    .title = "lowest value of the last n bars",
    .formula = "min(src[0] ... src[n-1])",
    .source = "Pine v6 ta.lowest; windows and ties by pine_semantics.md 4.7 and 16.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_LOW}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"lowest", WICK_U_ANY}},
    .warmup = warmup,
    .run = lowest_run,
    .ref = lowest_ref,
    .run_many = lowest_many,
    .state_size = size,
    .state_init = init,
    .step = lowest_step,
    .note = NA_NOTE,
};

const wick_ta_spec wick_ta_highestbars = {
    .name = "highestbars",
    .title = "offset to the highest value of the last n bars",
    .formula = "-k where src[k] = highest(src, n), 0 for the present bar",
    .source = "Pine v6 ta.highestbars; pine_semantics.md 4.7 and 16.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_HIGH}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"offset", WICK_U_BARS}},
    .warmup = warmup,
    .run = highestbars_run,
    .ref = highestbars_ref,
    .state_size = size,
    .state_init = init,
    .step = highestbars_step,
    .note = NA_NOTE,
};

const wick_ta_spec wick_ta_lowestbars = {
    .name = "lowestbars",
    .title = "offset to the lowest value of the last n bars",
    .formula = "-k where src[k] = lowest(src, n), 0 for the present bar",
    .source = "Pine v6 ta.lowestbars; pine_semantics.md 4.7 and 16.4",
    .group = "statistic",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_LOW}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"offset", WICK_U_BARS}},
    .warmup = warmup,
    .run = lowestbars_run,
    .ref = lowestbars_ref,
    .state_size = size,
    .state_init = init,
    .step = lowestbars_step,
    .note = NA_NOTE,
};

const wick_ta_spec wick_ta_range = {
    .name = "range",
    .title = "spread of the last n values",
    .formula = "highest(src, n) - lowest(src, n)",
    .source = "Pine v6 ta.range; pine_semantics.md 5.3",
    .group = "volatility",
    .in = {{"src", WICK_U_ANY, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"range", WICK_U_ANY}},
    .warmup = warmup,
    .run = range_run,
    .ref = range_ref,
    .state_size = range_size,
    .state_init = range_init,
    .step = range_step,
    .note = NA_NOTE,
};
