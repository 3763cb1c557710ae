/* SPDX-License-Identifier: MIT */
/**
 * Candlestick patterns: what a pattern asks of the bars at hand, the averages that say what "long",
 * "short" or "near" is, and the one loop all patterns share (over columns and by steps).
 *
 * A pattern is a form (the averages it uses and how many bars it looks back over) and a function of
 * the view of one bar. Ages count back from that bar: 0 is the bar itself, 2 two bars before.
 *
 * The averages are TA-Lib's to the bit: a sum of its own for every average and age, made afresh
 * once and carried on by adding the difference of the newest and the oldest value, because bodies
 * of whole ticks meet their limits exactly and another order of additions would decide otherwise.
 */
#ifndef WICK_TA_K_CANDLE_H
#define WICK_TA_K_CANDLE_H

#include "k_parts.h"

/** What a bar is compared with: factor times the average, over the bars before it, of a size. */
typedef enum wk_cdl_setting {
    BODY_LONG,
    BODY_SHORT,
    BODY_DOJI,
    SHADOW_LONG,
    SHADOW_VERY_LONG,
    SHADOW_SHORT,
    SHADOW_VERY_SHORT,
    NEAR,
    FAR,
    EQUAL,
    WK_CDL_SETTINGS
} wk_cdl_setting;

enum { WK_CDL_AGES = 5, WK_CDL_USES = 5, WK_CDL_AVERAGE_MAX = 500 };

/** The settings a pattern uses, each with the ages it is asked at (bits), in the order of its
 * parameters: factor and length of each, after the penetration where it has one. */
typedef struct wk_cdl_use {
    wk_cdl_setting setting;
    uint32_t ages;
} wk_cdl_use;

typedef struct wk_cdl_form {
    int64_t back;  /**< bars the pattern looks back over, besides the averages */
    int64_t least; /**< the averages count for this many bars at least */
    int64_t early; /**< bars before the first result on which the pattern is looked for already */
    int32_t first; /**< number of the first factor among the parameters */
    int32_t uses;
    wk_cdl_use use[WK_CDL_USES];
} wk_cdl_form;

/** What lasts from bar to bar. */
typedef struct wk_cdl_memory {
    double sum[WK_CDL_SETTINGS][WK_CDL_AGES];
    double level; /**< of the last hikkake: the close beyond which it is confirmed */
    int64_t left; /**< bars on which it still may be */
    int64_t sign;
} wk_cdl_memory;

/** One bar and those before it: o[-2] is the open two bars ago. */
typedef struct wk_cdl {
    const double *o, *h, *l, *c;
    const double *p;
    double factor[WK_CDL_SETTINGS];
    int64_t length[WK_CDL_SETTINGS];
    wk_cdl_memory *memory;
} wk_cdl;

/* ---- one bar -------------------------------------------------------------------------------- */

WK_INLINE double max_of(double a, double b)
{
    return a > b ? a : b;
}

WK_INLINE double min_of(double a, double b)
{
    return a < b ? a : b;
}

WK_INLINE double body(const wk_cdl *x, int64_t age)
{
    return fabs(x->c[-age] - x->o[-age]);
}

WK_INLINE bool white(const wk_cdl *x, int64_t age)
{
    return x->c[-age] >= x->o[-age];
}

WK_INLINE bool black(const wk_cdl *x, int64_t age)
{
    return !white(x, age);
}

/** 100 for a white bar, -100 for a black one. */
WK_INLINE int color(const wk_cdl *x, int64_t age)
{
    return white(x, age) ? 100 : -100;
}

WK_INLINE double top(const wk_cdl *x, int64_t age)
{
    return max_of(x->o[-age], x->c[-age]);
}

WK_INLINE double bottom(const wk_cdl *x, int64_t age)
{
    return min_of(x->o[-age], x->c[-age]);
}

WK_INLINE double upper(const wk_cdl *x, int64_t age)
{
    return x->h[-age] - top(x, age);
}

WK_INLINE double lower(const wk_cdl *x, int64_t age)
{
    return bottom(x, age) - x->l[-age];
}

/** The body of the bar of age a lies above (below) that of age b. */
WK_INLINE bool gap_up(const wk_cdl *x, int64_t a, int64_t b)
{
    return bottom(x, a) > top(x, b);
}

WK_INLINE bool gap_down(const wk_cdl *x, int64_t a, int64_t b)
{
    return top(x, a) < bottom(x, b);
}

/** The whole bar of age a lies above (below) that of age b. */
WK_INLINE bool clear_above(const wk_cdl *x, int64_t a, int64_t b)
{
    return x->l[-a] > x->h[-b];
}

WK_INLINE bool clear_below(const wk_cdl *x, int64_t a, int64_t b)
{
    return x->h[-a] < x->l[-b];
}

/** v lies between a and b, ends left out. */
WK_INLINE bool inside(double v, double a, double b)
{
    return v < max_of(a, b) && v > min_of(a, b);
}

/** v lies within `room` of `level`. */
WK_INLINE bool within(double v, double level, double room)
{
    return v <= level + room && v >= level - room;
}

/* ---- averages ------------------------------------------------------------------------------- */

/** The size a setting measures: the body, the whole range, or both shadows. */
WK_INLINE double cdl_size(wk_cdl_setting s, const wk_cdl *x, int64_t age)
{
    switch (s) {
    case BODY_LONG:
    case BODY_SHORT:
    case SHADOW_LONG:
    case SHADOW_VERY_LONG: return body(x, age);
    case SHADOW_SHORT: return upper(x, age) + lower(x, age);
    default: return x->h[-age] - x->l[-age];
    }
}

/** The limit a setting gives for the bar of that age: from the bars before it, or, with a length of
 * 0, from the bar itself. Of the average of both shadows together one side is half. */
WK_INLINE double limit(const wk_cdl *x, wk_cdl_setting s, int64_t age)
{
    const int64_t n = x->length[s];
    const double mean = n > 0 ? x->memory->sum[s][age] / (double)n : cdl_size(s, x, age);
    return x->factor[s] * mean / (s == SHADOW_SHORT ? 2.0 : 1.0);
}

/* ---- the loop ------------------------------------------------------------------------------- */

typedef int (*wk_cdl_test)(const wk_cdl *x);

static inline int64_t wk_cdl_warmup(const wk_cdl_form *f, const double *p)
{
    int64_t most = f->least;
    for (int32_t k = 0; k < f->uses; k++) {
        const int64_t n = wk_window(p, f->first + 2 * k + 1);
        most = n > most ? n : most;
    }
    return most + f->back;
}

WK_INLINE void wk_cdl_start(wk_cdl *x, const wk_cdl_form *f, const double *p, wk_cdl_memory *m)
{
    x->p = p, x->memory = m;
    for (int32_t k = 0; k < f->uses; k++) {
        const wk_cdl_setting s = f->use[k].setting;
        x->factor[s] = p[f->first + 2 * k];
        x->length[s] = wk_window(p, f->first + 2 * k + 1);
    }
}

WK_INLINE void wk_cdl_at(wk_cdl *x, const double *const *at, int64_t i)
{
    x->o = at[0] + i, x->h = at[1] + i, x->l = at[2] + i, x->c = at[3] + i;
}

/** Sums as the first bar that is looked at needs them. */
WK_INLINE void wk_cdl_sums(const wk_cdl *x, const wk_cdl_form *f)
{
    wk_cdl_memory *m = x->memory;
    m->left = m->sign = 0;
    m->level = 0.0;
    for (int32_t k = 0; k < f->uses; k++) {
        const wk_cdl_setting s = f->use[k].setting;
        for (int64_t age = 0; age < WK_CDL_AGES; age++) {
            double sum = 0.0;
            if (!(f->use[k].ages >> age & 1u)) continue;
            for (int64_t j = x->length[s]; j > 0; j--) sum += cdl_size(s, x, age + j);
            m->sum[s][age] = sum;
        }
    }
}

/** After a bar has been looked at: its successor's sums. */
WK_INLINE void wk_cdl_roll(const wk_cdl *x, const wk_cdl_form *f)
{
    for (int32_t k = 0; k < f->uses; k++) {
        const wk_cdl_setting s = f->use[k].setting;
        const int64_t n = x->length[s];
        for (int64_t age = 0; age < WK_CDL_AGES; age++)
            if (f->use[k].ages >> age & 1u)
                x->memory->sum[s][age] += cdl_size(s, x, age) - cdl_size(s, x, age + n);
    }
}

/** Bars from `from` up to the first with a price that is missing or infinite, n when none. */
int64_t wk_cdl_whole(int64_t from, int64_t n, const double *const *in);

/** Whole columns. A bar with a missing price gives NA, and all begins anew after it. */
WK_INLINE wick_status wk_cdl_run(const wk_cdl_form *f, wk_cdl_test test, int64_t n,
                                 const double *const *in, const double *p, double *out)
{
    const int64_t warmup = wk_cdl_warmup(f, p);
    wk_cdl_memory memory;
    wk_cdl x;
    wk_cdl_start(&x, f, p, &memory);
    for (int64_t from = 0; from < n; from++) {
        const int64_t end = wk_cdl_whole(from, n, in), first = from + warmup;
        int64_t i = from;
        for (; i < end && i < first; i++) out[i] = WICK_NA;
        if (first < end) {
            wk_cdl_at(&x, in, first - f->early);
            wk_cdl_sums(&x, f);
            for (i = first - f->early; i < first; i++) {
                wk_cdl_at(&x, in, i);
                (void)test(&x);
                wk_cdl_roll(&x, f);
            }
            for (; i < end; i++) {
                wk_cdl_at(&x, in, i);
                out[i] = (double)test(&x);
                wk_cdl_roll(&x, f);
            }
        }
        if (end < n) out[end] = WICK_NA;
        from = end;
    }
    return WICK_OK;
}

/** Streaming: the last bars, each kept twice so that they always lie in a row. */
typedef struct wk_cdl_state {
    wk_cdl_memory memory;
    int64_t bars, at, slots;
} wk_cdl_state;

int64_t wk_cdl_state_size(const wk_cdl_form *f, const double *p);
void wk_cdl_state_init(void *state, const wk_cdl_form *f, const double *p);
/** Takes a bar in; its number since the last missing one, or -1 when a price of it is missing.
 * Column k of the bars ends at at[k][0]. */
int64_t wk_cdl_push(wk_cdl_state *k, const double *in, const double *at[4]);

WK_INLINE void wk_cdl_step(const wk_cdl_form *f, wk_cdl_test test, void *state, const double *p,
                           const double *in, double *out)
{
    wk_cdl_state *k = state;
    const double *at[4];
    const int64_t bar = wk_cdl_push(k, in, at), warmup = wk_cdl_warmup(f, p);
    wk_cdl x;
    out[0] = WICK_NA;
    if (bar < warmup - f->early) return;
    wk_cdl_start(&x, f, p, &k->memory);
    wk_cdl_at(&x, at, 0);
    if (bar == warmup - f->early) wk_cdl_sums(&x, f);
    const double found = (double)test(&x);
    if (bar >= warmup) out[0] = found;
    wk_cdl_roll(&x, f);
}

/* ---- specs ---------------------------------------------------------------------------------- */

#define AT0   1u
#define AT1   2u
#define AT2   4u
#define AT3   8u
#define AT4   16u
#define AT01  (AT0 | AT1)
#define AT12  (AT1 | AT2)
#define AT012 (AT0 | AT1 | AT2)

/** The functions of a pattern from its form and its test, `id` and the form's fields. */
#define WK_CDL(id, ...)                                                                            \
    static const wk_cdl_form id##_form = {__VA_ARGS__};                                            \
    static int64_t id##_warmup(const double *p)                                                    \
    {                                                                                              \
        return wk_cdl_warmup(&id##_form, p);                                                       \
    }                                                                                              \
    static int64_t id##_size(const double *p)                                                      \
    {                                                                                              \
        return wk_cdl_state_size(&id##_form, p);                                                   \
    }                                                                                              \
    static void id##_init(void *state, const double *p)                                            \
    {                                                                                              \
        wk_cdl_state_init(state, &id##_form, p);                                                   \
    }                                                                                              \
    static void id##_step(void *state, const double *p, const double *in, double *out)             \
    {                                                                                              \
        wk_cdl_step(&id##_form, id, state, p, in, out);                                            \
    }                                                                                              \
    static wick_status id##_run(int64_t n, const double *const *in, const double *p,               \
                                double *const *out)                                                \
    {                                                                                              \
        return wk_cdl_run(&id##_form, id, n, in, p, out[0]);                                       \
    }

/** The two parameters of a setting. */
#define WK_CDL_P(word, of, def_factor, def_length, what)                                           \
    {word, def_factor, 0, 1000, .doc = what},                                                      \
    {                                                                                              \
        word "_n", def_length, 0, WK_CDL_AVERAGE_MAX, .is_int = 1, .doc = of                       \
    }

#define OF_BODIES  "bars before whose bodies are averaged; 0: the body of the bar itself"
#define OF_RANGES  "bars before whose high - low is averaged; 0: that of the bar itself"
#define OF_SHADOWS "bars before whose shadows are averaged; 0: those of the bar itself"

#define P_BODY_LONG                                                                                \
    WK_CDL_P("body_long", OF_BODIES, 1, 10, "a body is long above this many average bodies")
#define P_BODY_SHORT                                                                               \
    WK_CDL_P("body_short", OF_BODIES, 1, 10, "a body is short below this many average bodies")
#define P_BODY_DOJI                                                                                \
    WK_CDL_P("body_doji", OF_RANGES, 0.1, 10, "a body is a doji's up to this many average ranges")
#define P_SHADOW_LONG                                                                              \
    WK_CDL_P("shadow_long", OF_BODIES, 1, 0, "a shadow is long above this many bodies")
#define P_SHADOW_VERY_LONG                                                                         \
    WK_CDL_P("shadow_very_long", OF_BODIES, 2, 0, "a shadow is very long above this many bodies")
#define P_SHADOW_SHORT                                                                             \
    WK_CDL_P("shadow_short", OF_SHADOWS, 1, 10, "a shadow is short below this many average shadows")
#define P_SHADOW_VERY_SHORT                                                                        \
    WK_CDL_P("shadow_very_short", OF_RANGES, 0.1, 10,                                              \
             "a shadow is very short below this many average ranges")
#define P_NEAR  WK_CDL_P("near", OF_RANGES, 0.2, 5, "prices are near within this many ranges")
#define P_FAR   WK_CDL_P("far", OF_RANGES, 0.6, 5, "prices are far beyond this many ranges")
#define P_EQUAL WK_CDL_P("equal", OF_RANGES, 0.05, 5, "prices are equal within this many ranges")
#define P_PENETRATION(def)                                                                         \
    {                                                                                              \
        "penetration", def, 0, 10, .doc = "share of the first body the close has to reach into"    \
    }

#define WK_CDL_SOURCE(of)                                                                          \
    "TA-Lib " of "; the shapes are those of Nison, Japanese Candlestick Charting Techniques, and " \
    "of Morris, Candlestick Charting Explained"

/** A spec: name here, name there, title, what it gives, parameters. */
#define WK_CDL_SPEC(id, theirs, what, rule, ...)                                                   \
    const wick_ta_spec wick_ta_##id = {                                                            \
        .name = #id,                                                                               \
        .title = what,                                                                             \
        .formula = rule,                                                                           \
        .source = WK_CDL_SOURCE(theirs),                                                           \
        .group = "candle",                                                                         \
        .in = {WK_IN_OPEN, WK_IN_HIGH, WK_IN_LOW, WK_IN_CLOSE},                                    \
        .param = {__VA_ARGS__},                                                                    \
        .out = {{#id, WICK_U_RATIO}},                                                              \
        .warmup = id##_warmup,                                                                     \
        .run = id##_run,                                                                           \
        .state_size = id##_size,                                                                   \
        .state_init = id##_init,                                                                   \
        .step = id##_step,                                                                         \
    }

#endif
