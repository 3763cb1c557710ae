/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_supersmoother wick_ta_roofing wick_ta_decycler */
#include "../k_parts.h"

/*
 * Filters by Ehlers. They remember where the data began. A missing value gives a missing result and
 * leaves the state alone.
 */

static const double PI = 3.14159265358979323846;

/* Two-pole smoother of length n. */
typedef struct smoother {
    double c1, c2, c3;
    double x1, y1, y2;
    int64_t bars;
} smoother;

static void smoother_set(smoother *k, double n)
{
    const double a = exp(-sqrt(2.0) * PI / n), b = 2.0 * a * cos(sqrt(2.0) * PI / n);
    *k = (smoother){1.0 - b + a * a, b, -a * a, 0.0, 0.0, 0.0, 0};
}

static double smoother_next(smoother *k, double x)
{
    const double y = k->bars < 2 ? x : k->c1 * (x + k->x1) / 2.0 + k->c2 * k->y1 + k->c3 * k->y2;
    k->bars++;
    k->x1 = x;
    k->y2 = k->y1;
    k->y1 = y;
    return y;
}

/* ---- supersmoother -------------------------------------------------------------------------- */

static int64_t supersmoother_warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t supersmoother_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(smoother);
}

static void supersmoother_init(void *state, const double *p)
{
    smoother_set(state, p[0]);
}

static void supersmoother_step(void *state, const double *p, const double *in, double *out)
{
    (void)p;
    out[0] = isnan(in[0]) ? WICK_NA : smoother_next(state, in[0]);
}

WK_STEPS(supersmoother, 1, 1)

/* ---- roofing -------------------------------------------------------------------------------- */

typedef struct roof {
    double a, b, c; /* gain of the high pass, feedbacks */
    double x1, x2, h1, h2;
    int64_t bars;
    smoother s;
} roof;

static int64_t roofing_warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t roofing_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(roof);
}

static void roofing_init(void *state, const double *p)
{
    roof *k = state;
    const double w = sqrt(2.0) * PI / p[0], alpha = (cos(w) + sin(w) - 1.0) / cos(w);
    const double keep = 1.0 - alpha, gain = 1.0 - alpha / 2.0;
    memset(k, 0, sizeof *k);
    k->a = gain * gain, k->b = 2.0 * keep, k->c = -keep * keep;
    smoother_set(&k->s, p[1]);
}

static void roofing_step(void *state, const double *p, const double *in, double *out)
{
    roof *k = state;
    const double x = in[0];
    (void)p;
    out[0] = WICK_NA;
    if (isnan(x)) return;
    const double h =
        k->bars < 2 ? 0.0 : k->a * (x - 2.0 * k->x1 + k->x2) + k->b * k->h1 + k->c * k->h2;
    k->bars++;
    k->x2 = k->x1, k->x1 = x;
    k->h2 = k->h1, k->h1 = h;
    out[0] = smoother_next(&k->s, h);
}

WK_STEPS(roofing, 1, 1)

/* ---- decycler ------------------------------------------------------------------------------- */

typedef struct cycle {
    double alpha, x1, y;
    int64_t bars;
} cycle;

static int64_t decycler_warmup(const double *p)
{
    (void)p;
    return 0;
}

static int64_t decycler_size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(cycle);
}

static void decycler_init(void *state, const double *p)
{
    const double w = 2.0 * PI / p[0];
    *(cycle *)state = (cycle){(cos(w) + sin(w) - 1.0) / cos(w), 0.0, 0.0, 0};
}

static void decycler_step(void *state, const double *p, const double *in, double *out)
{
    cycle *k = state;
    const double x = in[0];
    (void)p;
    out[0] = WICK_NA;
    if (isnan(x)) return;
    k->y = k->bars == 0 ? x : k->alpha / 2.0 * (x + k->x1) + (1.0 - k->alpha) * k->y;
    k->bars = 1;
    k->x1 = x;
    out[0] = k->y;
}

WK_STEPS(decycler, 1, 1)

const wick_ta_spec wick_ta_supersmoother = {
    .name = "supersmoother",
    .title = "Ehlers' super smoother",
    .formula = "c1*(src + src[1])/2 + c2*s[1] + c3*s[2], a = exp(-sqrt(2)*pi/n), c2 = "
               "2*a*cos(sqrt(2)*pi/n), c3 = -a*a, c1 = 1 - c2 - c3",
    .source = "Ehlers, Cycle Analytics for Traders, 2013, chapter 3",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {{"n", 10, 2, WK_WINDOW_MAX, .is_int = 1, .doc = "shortest period let through"}},
    .out = {{"supersmoother", WICK_U_ANY}},
    WK_FORMS(supersmoother),
    .note = "The first two values are src itself; the start is forgotten within about 2n bars. The "
            "book rounds sqrt(2) to 1.414.",
};

const wick_ta_spec wick_ta_roofing = {
    .name = "roofing",
    .title = "Ehlers' roofing filter",
    .formula = "supersmoother(h, n), h = (1 - a/2)^2*(src - 2*src[1] + src[2]) + 2*(1-a)*h[1] - "
               "(1-a)^2*h[2], a = (cos w + sin w - 1)/cos w, w = sqrt(2)*pi/high_pass",
    .source = "Ehlers, Cycle Analytics for Traders, 2013, chapter 7",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .param = {{"high_pass", 48, 4, WK_WINDOW_MAX, .is_int = 1, .doc = "longest period let through"},
              {"n", 10, 2, WK_WINDOW_MAX, .is_int = 1, .doc = "shortest period let through"}},
    .out = {{"roofing", WICK_U_ANY}},
    WK_FORMS(roofing),
    .note = "0 on the first two bars; the start is forgotten within about 2*high_pass bars.",
};

const wick_ta_spec wick_ta_decycler = {
    .name = "decycler",
    .title = "Ehlers' simple decycler",
    .formula = "a/2*(src + src[1]) + (1-a)*d[1], a = (cos w + sin w - 1)/cos w, w = 2*pi/n",
    .source = "Ehlers, Cycle Analytics for Traders, 2013, chapter 4",
    .group = "average",
    .in = {WK_IN_SRC},
    .param = {{"n", 125, 5, WK_WINDOW_MAX, .is_int = 1, .doc = "periods above this stay"}},
    .out = {{"decycler", WICK_U_ANY}},
    WK_FORMS(decycler),
    .note = "src less its one-pole high pass. Begins with src.",
};
