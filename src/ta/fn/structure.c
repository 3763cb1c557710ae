/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_swing wick_ta_structure wick_ta_sweep */
#include "../k_range.h"

/*
 * Swings and what is read from them (strategies.md 4). Bar j is a swing high when its high is the
 * highest of bars j-n .. j+n; ties count for both bars, and it is known at bar j+n. Nothing here
 * looks ahead: a value is visible from the bar that confirms it on.
 */

/* ---- swing ---------------------------------------------------------------------------------- */

typedef struct side {
    double last, prev;
} side;

/* Followed by two extremes over 2n+1 bars and a ring of the last n+1 highs and lows. */
typedef struct swing_state {
    side high, low;
    int64_t n, bar, last_na;
} swing_state;

static int64_t swing_width(const double *p)
{
    return 2 * wk_window(p, 0) + 1;
}

static int64_t depends(const double *p)
{
    (void)p;
    return -1;
}

static int64_t swing_size(const double *p)
{
    return (int64_t)sizeof(swing_state) + 2 * wk_ext_bytes(swing_width(p)) +
           2 * (wk_window(p, 0) + 1) * (int64_t)sizeof(double);
}

static void swing_init(void *state, const double *p)
{
    swing_state *k = state;
    const side none = {WICK_NA, WICK_NA};
    *k = (swing_state){none, none, wk_window(p, 0), 0, -(int64_t)1e9};
    void *ring = wk_ext_init(wk_ext_init(k + 1, swing_width(p)), swing_width(p));
    wk_fill_na(2 * (k->n + 1), ring);
}

/* Two swings in a row at one price do not move the one before. */
static void confirm(side *s, double value)
{
    if (value == s->last) return;
    s->prev = s->last;
    s->last = value;
}

static void swing_advance(swing_state *k, double high, double low)
{
    wk_ext *top = (wk_ext *)(void *)(k + 1);
    wk_ext *bottom = (wk_ext *)(void *)((char *)top + wk_ext_bytes(2 * k->n + 1));
    double *ring = (double *)(void *)((char *)bottom + wk_ext_bytes(2 * k->n + 1)), offset;
    const int64_t slots = k->n + 1, bar = k->bar++;
    const double highest = wk_ext_step(top, high, true, &offset);
    const double lowest = wk_ext_step(bottom, low, false, &offset);
    ring[2 * (bar % slots)] = high;
    ring[2 * (bar % slots) + 1] = low;
    if (isnan(high) || isnan(low)) k->last_na = bar;
    if (bar < 2 * k->n || bar - k->last_na <= 2 * k->n) return;
    const double *at = ring + 2 * ((bar - k->n) % slots);
    if (at[0] == highest) confirm(&k->high, at[0]);
    if (at[1] == lowest) confirm(&k->low, at[1]);
}

/* high, low */
static void swing_step(void *state, const double *p, const double *in, double *out)
{
    swing_state *k = state;
    (void)p;
    swing_advance(k, in[0], in[1]);
    out[0] = k->high.last;
    out[1] = k->high.prev;
    out[2] = k->low.last;
    out[3] = k->low.prev;
}

/* One side of clean input by columns: a bar is a swing when the extreme of the window it is the
 * middle of is its own. `last` holds the extremes at first. */
static void swing_side(int64_t n, const double *x, int64_t w, double *last, double *prev)
{
    side s = {WICK_NA, WICK_NA};
    for (int64_t i = 0; i < n; i++) {
        if (i >= 2 * w && x[i - w] == last[i]) confirm(&s, x[i - w]);
        last[i] = s.last;
        prev[i] = s.prev;
    }
}

static wick_status swing_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    if (!wk_clean(n, in[0], 0) || !wk_clean(n, in[1], 0))
        return wk_run_steps(n, in, p, out, 2, 4, swing_size, swing_init, swing_step);
    wick_status st = wk_highest_column(n, in[0], swing_width(p), out[0]);
    if (st >= 0) st = wk_lowest_column(n, in[1], swing_width(p), out[2]);
    if (st < 0) return st;
    swing_side(n, in[0], wk_window(p, 0), out[0], out[1]);
    swing_side(n, in[1], wk_window(p, 0), out[2], out[3]);
    return WICK_OK;
}

/* Plain reading, one side: collect confirmed swings bar by bar. */
static void plain_side(int64_t n, const double *x, const double *other, int64_t w, double sign,
                       double *last, double *prev)
{
    double a = WICK_NA, b = WICK_NA;
    for (int64_t t = 0; t < n; t++) {
        const int64_t j = t - w;
        bool is = j - w >= 0;
        for (int64_t k = j - w; is && k <= t; k++)
            is = sign * x[k] <= sign * x[j] && !isnan(other[k]);
        if (is && x[j] != a) {
            b = a;
            a = x[j];
        }
        last[t] = a;
        prev[t] = b;
    }
}

static wick_status swing_ref(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    plain_side(n, in[0], in[1], wk_window(p, 0), 1.0, out[0], out[1]);
    plain_side(n, in[1], in[0], wk_window(p, 0), -1.0, out[2], out[3]);
    return WICK_OK;
}

/* ---- structure ------------------------------------------------------------------------------ */

/* Followed by a swing state. Each confirmed level breaks once. */
typedef struct structure_state {
    double state;
    double broken_high, broken_low;
} structure_state;

static int64_t structure_size(const double *p)
{
    return (int64_t)sizeof(structure_state) + swing_size(p);
}

static void structure_init(void *state, const double *p)
{
    structure_state *k = state;
    *k = (structure_state){0.0, WICK_NA, WICK_NA};
    swing_init(k + 1, p);
}

/* A comparison with NA is false, here as in Pine. */
static double less(double a, double b)
{
    return a < b ? 1.0 : 0.0;
}

/* One bar on which the swings are known: out[5..8] are set already. */
static void structure_advance(structure_state *k, double close, double *out)
{
    const double last_high = out[5], prev_high = out[6], last_low = out[7], prev_low = out[8];
    double way = 0.0;
    if (close > last_high && last_high != k->broken_high) {
        k->broken_high = last_high;
        way = 1.0;
    } else if (close < last_low && last_low != k->broken_low) {
        k->broken_low = last_low;
        way = -1.0;
    }
    const bool against = way != 0.0 && k->state == -way;
    if (way != 0.0) k->state = way;
    out[0] = k->state;
    out[1] = against ? 0.0 : way;
    out[2] = against ? way : 0.0;
    out[3] = less(prev_low, last_low);
    out[4] = less(last_high, prev_high);
}

/* high, low, close */
static void structure_step(void *state, const double *p, const double *in, double *out)
{
    structure_state *k = state;
    swing_step(k + 1, p, in, out + 5);
    structure_advance(k, in[2], out);
}

static wick_status structure_run(int64_t n, const double *const *in, const double *p,
                                 double *const *out)
{
    structure_state k = {0.0, WICK_NA, WICK_NA};
    const wick_status st = swing_run(n, in, p, out + 5);
    for (int64_t i = 0; st >= 0 && i < n; i++) {
        double y[9];
        for (int j = 5; j < 9; j++) y[j] = out[j][i];
        structure_advance(&k, in[2][i], y);
        for (int j = 0; j < 5; j++) out[j][i] = y[j];
    }
    return st;
}

/* ---- sweep ---------------------------------------------------------------------------------- */

static int64_t sweep_warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t sweep_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(double);
}

static void sweep_init(void *state, const double *p)
{
    (void)p;
    *(double *)state = 0.0;
}

/* level, high, low, close */
static void sweep_step(void *state, const double *p, const double *in, double *out)
{
    (void)state;
    (void)p;
    out[0] = in[2] < in[0] && in[3] > in[0] ? 1.0 : 0.0;
    out[1] = in[1] > in[0] && in[3] < in[0] ? 1.0 : 0.0;
}

static wick_status sweep_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    return wk_run_steps(n, in, p, out, 4, 2, sweep_size, sweep_init, sweep_step);
}

const wick_ta_spec wick_ta_swing = {
    .name = "swing",
    .title = "last and previous swing highs and lows",
    .formula =
        "a swing high is the highest of n bars on either side, known n bars later; prev is the "
        "value before last changed",
    .source = "strategies.md 4.1",
    .group = "structure",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH}, {"low", WICK_U_PRICE, 0, WICK_S_LOW}},
    .param = {{"n", 2, 1, 2000, .is_int = 1, .doc = "bars on either side"}},
    .out = {{"last_high", WICK_U_PRICE},
            {"prev_high", WICK_U_PRICE},
            {"last_low", WICK_U_PRICE},
            {"prev_low", WICK_U_PRICE}},
    .warmup = depends,
    .run = swing_run,
    .ref = swing_ref,
    .state_size = swing_size,
    .state_init = swing_init,
    .step = swing_step,
    .note =
        "Ties count for both bars, unlike pivothigh and pivotlow. A window with NA has no swing.",
};

const wick_ta_spec wick_ta_structure = {
    .name = "structure",
    .title = "market structure",
    .formula = "bos: close beyond the last swing in the direction of state; choch: the first one "
               "against it, which turns state; bullish: last low above the previous; bearish: last "
               "high below the previous",
    .source = "strategies.md 4.1 and 4.4",
    .group = "structure",
    .in = {{"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .param = {{"n", 2, 1, 2000, .is_int = 1, .doc = "bars on either side of a swing"}},
    .out = {{"state", WICK_U_RATIO},
            {"bos", WICK_U_RATIO},
            {"choch", WICK_U_RATIO},
            {"bullish", WICK_U_MASK},
            {"bearish", WICK_U_MASK},
            {"last_high", WICK_U_PRICE},
            {"prev_high", WICK_U_PRICE},
            {"last_low", WICK_U_PRICE},
            {"prev_low", WICK_U_PRICE}},
    .warmup = depends,
    .run = structure_run,
    .state_size = structure_size,
    .state_init = structure_init,
    .step = structure_step,
    .note =
        "state, bos and choch are 1 up, -1 down, 0 none; the first break of all is a bos. A level "
        "breaks once. bullish and bearish can hold together.",
};

const wick_ta_spec wick_ta_sweep = {
    .name = "sweep",
    .title = "sweep of a level",
    .formula = "bull: low < level and close > level; bear: high > level and close < level",
    .source = "strategies.md 4.2 and 4.4",
    .group = "structure",
    .in = {{"level", WICK_U_PRICE, 1, WICK_S_NONE},
           {"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .out = {{"bull", WICK_U_MASK}, {"bear", WICK_U_MASK}},
    .warmup = sweep_warmup,
    .run = sweep_run,
    .state_size = sweep_size,
    .state_init = sweep_init,
    .step = sweep_step,
    .note = "A wick through the level that closes back. 0 while there is no level.",
};
