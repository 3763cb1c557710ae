/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_barssince wick_ta_valuewhen wick_ta_count_spec */
#include "../ta_int.h"

/* The spec of count has a longer symbol because wick_ta_count is a function of the registry. */

static int64_t depends(const double *p)
{
    (void)p;
    return -1;
}

/* ---- barssince ------------------------------------------------------------------------------ */

static int64_t since_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(double);
}

static void since_init(void *state, const double *p)
{
    (void)p;
    *(double *)state = WICK_NA;
}

static void since_step(void *state, const double *p, const double *in, double *out)
{
    double *k = state;
    (void)p;
    *k = wk_true(in[0]) ? 0.0 : *k + 1.0;
    out[0] = *k;
}

static wick_status since_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, since_size, since_init, since_step);
}

/* ---- valuewhen ------------------------------------------------------------------------------ */

/* Ring of the values on the newest occurrences; followed by occurrence + 1 values. */
typedef struct when_state {
    int64_t n, at, seen;
} when_state;

static int64_t when_size(const double *p)
{
    return (int64_t)sizeof(when_state) + (wk_window(p, 0) + 1) * (int64_t)sizeof(double);
}

static void when_init(void *state, const double *p)
{
    when_state *k = state;
    *k = (when_state){wk_window(p, 0) + 1, 0, 0};
    wk_fill_na(k->n, (double *)(void *)(k + 1));
}

static void when_step(void *state, const double *p, const double *in, double *out)
{
    when_state *k = state;
    double *ring = (double *)(void *)(k + 1);
    (void)p;
    if (wk_true(in[0])) {
        ring[k->at] = in[1];
        k->at = k->at + 1 == k->n ? 0 : k->at + 1;
        if (k->seen < k->n) k->seen++;
    }
    out[0] = k->seen == k->n ? ring[k->at] : WICK_NA;
}

static wick_status when_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 2, 1, when_size, when_init, when_step);
}

static wick_status when_ref(int64_t n, const double *const *in, const double *p, double *const *out)
{
    for (int64_t i = 0; i < n; i++) {
        double left = p[0];
        out[0][i] = WICK_NA;
        for (int64_t k = i; k >= 0; k--) {
            if (!wk_true(in[0][k])) continue;
            if (left == 0.0) {
                out[0][i] = in[1][k];
                break;
            }
            left -= 1.0;
        }
    }
    return WICK_OK;
}

/* ---- count ---------------------------------------------------------------------------------- */

/* Followed by n flags. */
typedef struct count_state {
    int64_t n, at, bars, count;
} count_state;

static int64_t count_warmup(const double *p)
{
    return wk_window(p, 0) - 1;
}

static int64_t count_size(const double *p)
{
    return (int64_t)sizeof(count_state) + (wk_window(p, 0) + 7) / 8 * 8;
}

static void count_init(void *state, const double *p)
{
    count_state *k = state;
    memset(state, 0, (size_t)count_size(p));
    k->n = wk_window(p, 0);
}

static void count_step(void *state, const double *p, const double *in, double *out)
{
    count_state *k = state;
    uint8_t *flag = (uint8_t *)(k + 1);
    const uint8_t now = wk_true(in[0]);
    (void)p;
    k->count += now - flag[k->at];
    flag[k->at] = now;
    k->at = k->at + 1 == k->n ? 0 : k->at + 1;
    if (k->bars < k->n) k->bars++;
    out[0] = k->bars == k->n ? (double)k->count : WICK_NA;
}

static wick_status count_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, count_size, count_init, count_step);
}

static wick_status count_ref(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    const int64_t w = wk_window(p, 0);
    for (int64_t i = 0; i < n; i++) {
        double count = 0.0;
        for (int64_t k = i - w + 1; i >= w - 1 && k <= i; k++) count += wk_true(in[0][k]);
        out[0][i] = i < w - 1 ? WICK_NA : count;
    }
    return WICK_OK;
}

const wick_ta_spec wick_ta_barssince = {
    .name = "barssince",
    .title = "bars since a condition was true",
    .formula = "0 on a bar where cond is true, else one more than before",
    .source = "Pine v6 ta.barssince; pine_semantics.md 5.4",
    .group = "event",
    .in = {{"cond", WICK_U_MASK, 1, WICK_S_NONE}},
    .out = {{"barssince", WICK_U_BARS}},
    .warmup = depends,
    .run = since_run,
    .state_size = since_size,
    .state_init = since_init,
    .step = since_step,
    .note = "NA before the first time. An NA condition is false.",
};

const wick_ta_spec wick_ta_valuewhen = {
    .name = "valuewhen",
    .title = "value when a condition was true",
    .formula = "src on the bar where cond was true for the occurrence-th time, counted back from 0",
    .source = "Pine v6 ta.valuewhen; pine_semantics.md 5.4",
    .group = "event",
    .in = {{"cond", WICK_U_MASK, 1, WICK_S_NONE}, {"src", WICK_U_PRICE, 1, WICK_S_NONE}},
    .param = {{"occurrence", 0, 0, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"value", WICK_U_PRICE}},
    .warmup = depends,
    .run = when_run,
    .ref = when_ref,
    .state_size = when_size,
    .state_init = when_init,
    .step = when_step,
    .note = "An NA source on such a bar is remembered as NA.",
};

const wick_ta_spec wick_ta_count_spec = {
    .name = "count",
    .title = "how often a condition was true",
    .formula = "number of the last n bars on which cond is true",
    .source = "rolling count of a mask",
    .group = "event",
    .in = {{"cond", WICK_U_MASK, 1, WICK_S_NONE}},
    .param = {{"n", 20, 1, WK_WINDOW_MAX, .is_int = 1}},
    .out = {{"count", WICK_U_BARS}},
    .warmup = count_warmup,
    .run = count_run,
    .ref = count_ref,
    .state_size = count_size,
    .state_init = count_init,
    .step = count_step,
    .note = "An NA condition is false.",
};
