/* SPDX-License-Identifier: MIT */
/**
 * Candlestick patterns: what a pattern asks of the bars at hand, the averages that say what "long",
 * "short" or "near" is, and the one loop all patterns share (over columns and by steps).
 *
 * A pattern is a form (the settings it uses and how many bars it looks back over) and a function of
 * the view of one bar. Ages count back from that bar: 0 is the bar itself, 2 two bars before. The
 * functions have no branches (`&` and not `&&`, when() and either()), so that columns are looked at
 * several bars at a time; what a setting comes to is worked out before, a stretch of bars at once.
 *
 * The averages are TA-Lib's to the bit: a sum of its own for every setting and age, made afresh
 * once and carried on by adding the difference of the newest and the oldest value, because bodies
 * of whole ticks meet their limits exactly and another order of additions would decide otherwise.
 */
#ifndef WICK_TA_K_CANDLE_H
#define WICK_TA_K_CANDLE_H

#include "k_parts.h"

/* `&` between truth values is meant here. */
#if defined(__clang__) && defined(__has_warning)
#if __has_warning("-Wbitwise-instead-of-logical")
#pragma clang diagnostic ignored "-Wbitwise-instead-of-logical"
#endif
#endif

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

enum {
    WK_CDL_AGES = 5,
    WK_CDL_USES = 5,
    WK_CDL_LIMITS = 9, /* pairs of setting and age a pattern may ask for */
    WK_CDL_CHUNK = 256,
    WK_CDL_AVERAGE_MAX = 500
};

/** A setting a pattern uses, with the ages it is asked at (bits). Uses stand in the order of their
 * parameters: factor and length of each, after the penetration where there is one. */
typedef struct wk_cdl_use {
    wk_cdl_setting setting;
    uint32_t ages;
} wk_cdl_use;

typedef struct wk_cdl_form {
    int64_t back;  /**< bars the pattern looks back over, besides the averages */
    int64_t least; /**< the averages count for this many bars at least */
    int64_t early; /**< bars before the first result on which the pattern is looked for already */
    bool follows;  /**< a hikkake: what is found may be confirmed later */
    int32_t first; /**< number of the first factor among the parameters */
    int32_t uses;
    wk_cdl_use use[WK_CDL_USES];
} wk_cdl_form;

/** What lasts from bar to bar: the sums in the order of uses and ages, and the last hikkake. */
typedef struct wk_cdl_memory {
    double sum[WK_CDL_LIMITS];
    double level; /**< the close beyond which the last hikkake is confirmed */
    double sign;
    int64_t left; /**< bars on which it still may be */
} wk_cdl_memory;

/** The bar i of the columns, and those before it. Limits are those of `from` and the bars after. */
typedef struct wk_cdl {
    const double *o, *h, *l, *c;
    const double *p;
    int64_t i;
    int64_t from;
    const double *limit[WK_CDL_SETTINGS][WK_CDL_AGES];
} wk_cdl;

/* ---- one bar -------------------------------------------------------------------------------- */

WK_INLINE double open_at(const wk_cdl *x, int64_t age)
{
    return x->o[x->i - age];
}

WK_INLINE double high_at(const wk_cdl *x, int64_t age)
{
    return x->h[x->i - age];
}

WK_INLINE double low_at(const wk_cdl *x, int64_t age)
{
    return x->l[x->i - age];
}

WK_INLINE double close_at(const wk_cdl *x, int64_t age)
{
    return x->c[x->i - age];
}

/** What a setting comes to for the bar of that age. */
WK_INLINE double limit(const wk_cdl *x, wk_cdl_setting s, int64_t age)
{
    return x->limit[s][age][x->i - x->from];
}

WK_INLINE double max_of(double a, double b)
{
    return a > b ? a : b;
}

WK_INLINE double min_of(double a, double b)
{
    return a < b ? a : b;
}

/** The value where the condition holds, else 0. */
WK_INLINE double when(bool is, double value)
{
    return is ? value : 0.0;
}

/** `is ? a : b` without a branch. */
WK_INLINE bool either(bool is, bool a, bool b)
{
    return (is & a) | (!is & b);
}

WK_INLINE double body(const wk_cdl *x, int64_t age)
{
    return fabs(close_at(x, age) - open_at(x, age));
}

WK_INLINE bool white(const wk_cdl *x, int64_t age)
{
    return close_at(x, age) >= open_at(x, age);
}

WK_INLINE bool black(const wk_cdl *x, int64_t age)
{
    return close_at(x, age) < open_at(x, age);
}

WK_INLINE bool alike(const wk_cdl *x, int64_t a, int64_t b)
{
    return (white(x, a) & white(x, b)) | (black(x, a) & black(x, b));
}

WK_INLINE bool unlike(const wk_cdl *x, int64_t a, int64_t b)
{
    return (white(x, a) & black(x, b)) | (black(x, a) & white(x, b));
}

WK_INLINE double direction(const wk_cdl *x, int64_t age)
{
    return white(x, age) ? 1.0 : -1.0;
}

/** 100 for a white bar, -100 for a black one. */
WK_INLINE double color(const wk_cdl *x, int64_t age)
{
    return white(x, age) ? 100.0 : -100.0;
}

WK_INLINE double top(const wk_cdl *x, int64_t age)
{
    return max_of(open_at(x, age), close_at(x, age));
}

WK_INLINE double bottom(const wk_cdl *x, int64_t age)
{
    return min_of(open_at(x, age), close_at(x, age));
}

WK_INLINE double upper(const wk_cdl *x, int64_t age)
{
    return high_at(x, age) - top(x, age);
}

WK_INLINE double lower(const wk_cdl *x, int64_t age)
{
    return bottom(x, age) - low_at(x, age);
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
    return low_at(x, a) > high_at(x, b);
}

WK_INLINE bool clear_below(const wk_cdl *x, int64_t a, int64_t b)
{
    return high_at(x, a) < low_at(x, b);
}

/** v lies between a and b, ends left out. */
WK_INLINE bool inside(double v, double a, double b)
{
    return (v < max_of(a, b)) & (v > min_of(a, b));
}

/** v lies within `room` of `level`. */
WK_INLINE bool within(double v, double level, double room)
{
    return (v <= level + room) & (v >= level - room);
}

/* ---- the loop -------------------------------------------------------------------------------- */

typedef double (*wk_cdl_test)(const wk_cdl *x);

int64_t wk_cdl_warmup(const wk_cdl_form *f, const double *p);

/** Columns, parameters and where the limits of each setting and age are: room for `stride` bars
 * each, from `limits` on. */
void wk_cdl_view(wk_cdl *x, const wk_cdl_form *f, const double *const *in, const double *p,
                 double *limits, int64_t stride);
/** The sums as bar i needs them, made afresh. */
void wk_cdl_begin(const wk_cdl *x, const wk_cdl_form *f, int64_t i, wk_cdl_memory *m);
/** The limits of n bars from `from` on, the sums being those of `from`, and afterwards those of the
 * bar after the last. */
void wk_cdl_limits(wk_cdl *x, const wk_cdl_form *f, int64_t from, int64_t n, wk_cdl_memory *m,
                   double *limits, int64_t stride);
/** Turns what was found on the bars of the view into results where patterns may be confirmed. */
void wk_cdl_follow(const wk_cdl *x, int64_t n, wk_cdl_memory *m, double *found);
/** The first bar of [from, n) with a price that is missing or infinite, n when none. */
int64_t wk_cdl_whole(int64_t from, int64_t n, const double *const *in);

/** Whole columns. A bar with a missing price gives NA, and all begins anew after it. */
WK_INLINE wick_status wk_cdl_run(const wk_cdl_form *f, wk_cdl_test test, int64_t n,
                                 const double *const *in, const double *p, double *out)
{
    const int64_t warmup = wk_cdl_warmup(f, p);
    double limits[WK_CDL_LIMITS * WK_CDL_CHUNK], found[WK_CDL_CHUNK];
    wk_cdl_memory memory;
    wk_cdl x;
    wk_cdl_view(&x, f, in, p, limits, WK_CDL_CHUNK);
    for (int64_t i = 0, start = 0; i < n;) {
        const int64_t stop = n - i < WK_CDL_CHUNK ? n : i + WK_CDL_CHUNK;
        const int64_t end = wk_cdl_whole(i, stop, in), first = start + warmup;
        const int64_t look = first - f->early, at = i < look ? look : i, len = end - at;
        if (look >= i && look < end) wk_cdl_begin(&x, f, look, &memory);
        if (len > 0) {
            wk_cdl_limits(&x, f, at, len, &memory, limits, WK_CDL_CHUNK);
            for (int64_t k = 0; k < len; k++) {
                wk_cdl one = x;
                one.i = at + k;
                found[k] = test(&one);
            }
            if (f->follows) wk_cdl_follow(&x, len, &memory, found);
            memcpy(out + at, found, (size_t)len * sizeof(double));
        }
        for (int64_t k = i; k < end && k < first; k++) out[k] = WICK_NA;
        if (end < stop) out[end] = WICK_NA, start = end + 1;
        i = end < stop ? end + 1 : stop;
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
/** Takes a bar in; its number since the last missing one, or -1 when a price of it is missing. It
 * is at[k][0] of column k. */
int64_t wk_cdl_push(wk_cdl_state *k, const double *in, const double *at[4]);

WK_INLINE void wk_cdl_step(const wk_cdl_form *f, wk_cdl_test test, void *state, const double *p,
                           const double *in, double *out)
{
    wk_cdl_state *k = state;
    const double *at[4];
    const int64_t bar = wk_cdl_push(k, in, at), warmup = wk_cdl_warmup(f, p);
    double limits[WK_CDL_LIMITS];
    wk_cdl x;
    out[0] = WICK_NA;
    if (bar < warmup - f->early) return;
    wk_cdl_view(&x, f, at, p, limits, 1);
    if (bar == warmup - f->early) wk_cdl_begin(&x, f, 0, &k->memory);
    wk_cdl_limits(&x, f, 0, 1, &k->memory, limits, 1);
    double found = test(&x);
    if (f->follows) wk_cdl_follow(&x, 1, &k->memory, &found);
    if (bar >= warmup) out[0] = found;
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
    WK_WIDE static wick_status id##_run(int64_t n, const double *const *in, const double *p,       \
                                        double *const *out)                                        \
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
