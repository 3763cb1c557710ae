/* SPDX-License-Identifier: MIT */
#include "../ta_int.h"

/* Ports: anchor, open, high, low, close. p: type, developing. */

static const char *const types[] = {"traditional", "fibonacci", "woodie", "classic",
                                    "dm",          "camarilla", NULL};
enum { TRADITIONAL, FIBONACCI, WOODIE, CLASSIC, DM, CAMARILLA };
enum { LEVELS = 11 };

typedef struct period {
    double open, high, low, close;
} period;

typedef struct levels_state {
    period now, done;
    bool anchored;
} levels_state;

static int64_t warmup(const double *p)
{
    (void)p;
    return -1;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(levels_state);
}

static void init(void *state, const double *p)
{
    const period none = {WICK_NA, WICK_NA, WICK_NA, WICK_NA};
    (void)p;
    *(levels_state *)state = (levels_state){none, none, false};
}

static void pair(double *out, int k, double r, double s)
{
    out[2 * k - 1] = r;
    out[2 * k] = s;
}

static void three(double p, double h, double l, double *out)
{
    pair(out, 1, 2.0 * p - l, 2.0 * p - h);
    pair(out, 2, p + (h - l), p - (h - l));
    pair(out, 3, h + 2.0 * (p - l), l - 2.0 * (h - p));
}

/* `open` is the open Woodie's point uses: the current period's. */
static void levels(int type, period d, double open, double *out)
{
    const double h = d.high, l = d.low, c = d.close, r = h - l;
    double p = (h + l + c) / 3.0;
    for (int k = 0; k < LEVELS; k++) out[k] = WICK_NA;
    if (type == TRADITIONAL) {
        three(p, h, l, out);
        pair(out, 4, p + 3.0 * r, p - 3.0 * r);
        pair(out, 5, p + 4.0 * r, p - 4.0 * r);
    } else if (type == FIBONACCI) {
        pair(out, 1, p + 0.382 * r, p - 0.382 * r);
        pair(out, 2, p + 0.618 * r, p - 0.618 * r);
        pair(out, 3, p + r, p - r);
    } else if (type == WOODIE) {
        p = (h + l + 2.0 * open) / 4.0;
        three(p, h, l, out);
        pair(out, 4, out[5] + r, out[6] - r);
    } else if (type == CLASSIC) {
        three(p, h, l, out);
        pair(out, 3, p + 2.0 * r, p - 2.0 * r);
        pair(out, 4, p + 3.0 * r, p - 3.0 * r);
    } else if (type == DM) {
        double x = h + l + 2.0 * c;
        if (c < d.open)
            x = h + 2.0 * l + c;
        else if (c > d.open)
            x = 2.0 * h + l + c;
        p = x / 4.0;
        pair(out, 1, x / 2.0 - l, x / 2.0 - h);
    } else {
        pair(out, 1, c + r * 1.1 / 12.0, c - r * 1.1 / 12.0);
        pair(out, 2, c + r * 1.1 / 6.0, c - r * 1.1 / 6.0);
        pair(out, 3, c + r * 1.1 / 4.0, c - r * 1.1 / 4.0);
        pair(out, 4, c + r * 1.1 / 2.0, c - r * 1.1 / 2.0);
        const double r5 = h / l * c;
        pair(out, 5, r5, 2.0 * c - r5);
    }
    out[0] = p;
}

static double farther(double a, double b, bool up)
{
    if (isnan(a)) return b;
    return (up ? b > a : b < a) ? b : a;
}

static void step(void *state, const double *p, const double *in, double *out)
{
    levels_state *k = state;
    if (wk_true(in[0])) {
        k->done = k->now;
        k->now = (period){in[1], in[2], in[3], in[4]};
        k->anchored = true;
    } else {
        if (isnan(k->now.open)) k->now.open = in[1];
        k->now.high = farther(k->now.high, in[2], true);
        k->now.low = farther(k->now.low, in[3], false);
        k->now.close = in[4];
    }
    const bool developing = p[1] != 0.0;
    const period d = developing ? k->now : k->done;
    if (!k->anchored || isnan(d.high)) {
        for (int j = 0; j < LEVELS; j++) out[j] = WICK_NA;
        return;
    }
    levels((int)p[0], d, developing ? in[4] : k->now.open, out);
}

static wick_status run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 5, LEVELS, size, init, step);
}

const wick_ta_spec wick_ta_pivot_point_levels = {
    .name = "pivot_point_levels",
    .title = "pivot point levels",
    .formula = "P = (H+L+C)/3 of the period before the last anchor, R1 = 2P-L, S1 = 2P-H, "
               "R2 = P+(H-L) ...; five other sets of formulas by type",
    .source = "Pine v6 ta.pivot_point_levels; pine_semantics.md 5.4",
    .group = "structure",
    .in = {{"anchor", WICK_U_MASK, 1, WICK_S_NEW_DAY},
           {"open", WICK_U_PRICE, 0, WICK_S_OPEN},
           {"high", WICK_U_PRICE, 0, WICK_S_HIGH},
           {"low", WICK_U_PRICE, 0, WICK_S_LOW},
           {"close", WICK_U_PRICE, 0, WICK_S_CLOSE}},
    .param = {{"type", 0, 0, 5, .is_int = 1, .choice = types},
              {"developing", 0, 0, 1, .is_int = 1,
               .doc = "1: from the period under way, changing with every bar"}},
    .out = {{"p", WICK_U_PRICE},
            {"r1", WICK_U_PRICE},
            {"s1", WICK_U_PRICE},
            {"r2", WICK_U_PRICE},
            {"s2", WICK_U_PRICE},
            {"r3", WICK_U_PRICE},
            {"s3", WICK_U_PRICE},
            {"r4", WICK_U_PRICE},
            {"s4", WICK_U_PRICE},
            {"r5", WICK_U_PRICE},
            {"s5", WICK_U_PRICE}},
    .warmup = warmup,
    .run = run,
    .state_size = size,
    .state_init = init,
    .step = step,
    .note =
        "Constant from anchor to anchor. Levels a type does not have are NA. Woodie's point uses "
        "the open of the period under way.",
};
