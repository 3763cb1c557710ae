/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_cdl_3linestrike wick_ta_cdl_breakaway wick_ta_cdl_concealbabyswall */
/* registry: wick_ta_cdl_hikkake wick_ta_cdl_hikkakemod wick_ta_cdl_ladderbottom */
/* registry: wick_ta_cdl_mathold wick_ta_cdl_risefall3methods */
#include "../k_candle.h"

/* Patterns of four and five bars: ages 4 to 0. */

/* ---- strikes and breaks --------------------------------------------------------------------- */

/* The bar opens in the body before it or near by. */
WK_INLINE bool opens_near(const wk_cdl *x, int64_t age)
{
    const double room = limit(x, NEAR, age + 1), open = open_at(x, age);
    return (open >= bottom(x, age + 1) - room) & (open <= top(x, age + 1) + room);
}

WK_INLINE double cdl_3linestrike(const wk_cdl *x)
{
    const bool up = (close_at(x, 1) > close_at(x, 2)) & (close_at(x, 2) > close_at(x, 3)) &
                    (open_at(x, 0) > close_at(x, 1)) & (close_at(x, 0) < open_at(x, 3));
    const bool down = (close_at(x, 1) < close_at(x, 2)) & (close_at(x, 2) < close_at(x, 3)) &
                      (open_at(x, 0) < close_at(x, 1)) & (close_at(x, 0) > open_at(x, 3));
    return when(alike(x, 3, 2) & alike(x, 2, 1) & unlike(x, 1, 0) & opens_near(x, 2) &
                    opens_near(x, 1) & either(white(x, 1), up, down),
                color(x, 1));
}

WK_CDL(cdl_3linestrike, .back = 3, .uses = 1, .use = {{NEAR, AT2 | AT3}})

WK_CDL_SPEC(cdl_3linestrike, "CDL3LINESTRIKE", "candle: three line strike",
            "three bars of one colour, each closing further on, and one of the other that takes "
            "all three back: 100 when they were white, -100 black",
            P_NEAR);

WK_INLINE double cdl_breakaway(const wk_cdl *x)
{
    const bool down = gap_down(x, 3, 4) & (high_at(x, 2) < high_at(x, 3)) &
                      (low_at(x, 2) < low_at(x, 3)) & (high_at(x, 1) < high_at(x, 2)) &
                      (low_at(x, 1) < low_at(x, 2)) & (close_at(x, 0) > open_at(x, 3)) &
                      (close_at(x, 0) < close_at(x, 4));
    const bool up = gap_up(x, 3, 4) & (high_at(x, 2) > high_at(x, 3)) &
                    (low_at(x, 2) > low_at(x, 3)) & (high_at(x, 1) > high_at(x, 2)) &
                    (low_at(x, 1) > low_at(x, 2)) & (close_at(x, 0) < open_at(x, 3)) &
                    (close_at(x, 0) > close_at(x, 4));
    return when((body(x, 4) > limit(x, BODY_LONG, 4)) & alike(x, 4, 3) & alike(x, 3, 1) &
                    unlike(x, 1, 0) & either(white(x, 4), up, down),
                color(x, 0));
}

WK_CDL(cdl_breakaway, .back = 4, .uses = 1, .use = {{BODY_LONG, AT4}})

WK_CDL_SPEC(cdl_breakaway, "CDLBREAKAWAY", "candle: breakaway",
            "a long body, a gap, three bars further on (the first and the last of its colour), and "
            "one of the other colour that closes in the gap: 100 up, -100 down",
            P_BODY_LONG);

/* ---- at the low ----------------------------------------------------------------------------- */

WK_INLINE bool shaven(const wk_cdl *x, int64_t age)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, age);
    return (lower(x, age) < shadow) & (upper(x, age) < shadow);
}

WK_INLINE double cdl_concealbabyswall(const wk_cdl *x)
{
    return when(black(x, 3) & black(x, 2) & black(x, 1) & black(x, 0) & shaven(x, 3) &
                    shaven(x, 2) & gap_down(x, 1, 2) &
                    (upper(x, 1) > limit(x, SHADOW_VERY_SHORT, 1)) &
                    (high_at(x, 1) > close_at(x, 2)) & (high_at(x, 0) > high_at(x, 1)) &
                    (low_at(x, 0) < low_at(x, 1)),
                100);
}

WK_CDL(cdl_concealbabyswall, .back = 3, .uses = 1, .use = {{SHADOW_VERY_SHORT, AT12 | AT3}})

WK_CDL_SPEC(cdl_concealbabyswall, "CDLCONCEALBABYSWALL", "candle: concealing baby swallow",
            "100 for two black marubozus, a black bar that opens a gap below and reaches up into "
            "them, and a black one around it, shadows and all",
            P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_ladderbottom(const wk_cdl *x)
{
    return when(black(x, 4) & black(x, 3) & black(x, 2) & (open_at(x, 4) > open_at(x, 3)) &
                    (open_at(x, 3) > open_at(x, 2)) & (close_at(x, 4) > close_at(x, 3)) &
                    (close_at(x, 3) > close_at(x, 2)) & black(x, 1) &
                    (upper(x, 1) > limit(x, SHADOW_VERY_SHORT, 1)) & white(x, 0) &
                    (open_at(x, 0) > open_at(x, 1)) & (close_at(x, 0) > high_at(x, 1)),
                100);
}

WK_CDL(cdl_ladderbottom, .back = 4, .uses = 1, .use = {{SHADOW_VERY_SHORT, AT1}})

WK_CDL_SPEC(cdl_ladderbottom, "CDLLADDERBOTTOM", "candle: ladder bottom",
            "100 for three black bars with lower opens and closes, a black one with an upper "
            "shadow, and a white one that opens above its body and closes above its high",
            P_SHADOW_VERY_SHORT);

/* ---- rests in a trend ----------------------------------------------------------------------- */

/* A long white body; a short black one a gap above; two short ones that come down into the first
 * body, not deeper than the penetration; a white one from above them beyond all highs. */
WK_INLINE double cdl_mathold(const wk_cdl *x)
{
    const double floor_at = close_at(x, 4) - body(x, 4) * x->p[0];
    const bool sizes =
        (body(x, 4) > limit(x, BODY_LONG, 4)) & (body(x, 3) < limit(x, BODY_SHORT, 3)) &
        (body(x, 2) < limit(x, BODY_SHORT, 2)) & (body(x, 1) < limit(x, BODY_SHORT, 1));
    const bool comes_down = (bottom(x, 2) < close_at(x, 4)) & (bottom(x, 1) < close_at(x, 4)) &
                            (bottom(x, 2) > floor_at) & (bottom(x, 1) > floor_at) &
                            (top(x, 2) < open_at(x, 3)) & (top(x, 1) < top(x, 2));
    return when(sizes & white(x, 4) & black(x, 3) & white(x, 0) & gap_up(x, 3, 4) & comes_down &
                    (open_at(x, 0) > close_at(x, 1)) &
                    (close_at(x, 0) > max_of(max_of(high_at(x, 3), high_at(x, 2)), high_at(x, 1))),
                100);
}

WK_CDL(cdl_mathold, .back = 4, .first = 1, .uses = 2,
       .use = {{BODY_LONG, AT4}, {BODY_SHORT, AT12 | AT3}})

WK_CDL_SPEC(cdl_mathold, "CDLMATHOLD", "candle: mat hold",
            "100 for a long white body, three short ones from a gap above it down into it, not "
            "deeper than the penetration, and a white bar that closes above their highs",
            P_PENETRATION(0.5), P_BODY_LONG, P_BODY_SHORT);

/* One of the short bodies: it lies in the range of the first bar. */
WK_INLINE bool rests(const wk_cdl *x, int64_t age)
{
    return (body(x, age) < limit(x, BODY_SHORT, age)) & (bottom(x, age) < high_at(x, 4)) &
           (top(x, age) > low_at(x, 4));
}

WK_INLINE double cdl_risefall3methods(const wk_cdl *x)
{
    const bool up = (close_at(x, 2) < close_at(x, 3)) & (close_at(x, 1) < close_at(x, 2)) &
                    (open_at(x, 0) > close_at(x, 1)) & (close_at(x, 0) > close_at(x, 4));
    const bool down = (close_at(x, 2) > close_at(x, 3)) & (close_at(x, 1) > close_at(x, 2)) &
                      (open_at(x, 0) < close_at(x, 1)) & (close_at(x, 0) < close_at(x, 4));
    return when(unlike(x, 4, 3) & alike(x, 3, 2) & alike(x, 2, 1) & unlike(x, 1, 0) &
                    (body(x, 4) > limit(x, BODY_LONG, 4)) & rests(x, 3) & rests(x, 2) &
                    rests(x, 1) & (body(x, 0) > limit(x, BODY_LONG, 0)) &
                    either(white(x, 4), up, down),
                color(x, 4));
}

WK_CDL(cdl_risefall3methods, .back = 4, .uses = 2,
       .use = {{BODY_LONG, AT4 | AT0}, {BODY_SHORT, AT12 | AT3}})

WK_CDL_SPEC(cdl_risefall3methods, "CDLRISEFALL3METHODS", "candle: rising or falling three methods",
            "a long body, three short ones of the other colour against it inside its range, and a "
            "long one on beyond its close: 100 up, -100 down",
            P_BODY_LONG, P_BODY_SHORT);

/* ---- hikkake -------------------------------------------------------------------------------- */

WK_INLINE bool inside_bar(const wk_cdl *x, int64_t age)
{
    return (high_at(x, age) < high_at(x, age + 1)) & (low_at(x, age) > low_at(x, age + 1));
}

/* The bar falls out of the one before at the low, at the high. */
WK_INLINE bool breaks_down(const wk_cdl *x)
{
    return (high_at(x, 0) < high_at(x, 1)) & (low_at(x, 0) < low_at(x, 1));
}

WK_INLINE bool breaks_up(const wk_cdl *x)
{
    return (high_at(x, 0) > high_at(x, 1)) & (low_at(x, 0) > low_at(x, 1));
}

WK_INLINE double cdl_hikkake(const wk_cdl *x)
{
    return when(inside_bar(x, 1), when(breaks_down(x), 100) - when(breaks_up(x), 100));
}

WK_CDL(cdl_hikkake, .back = 5, .early = 3, .follows = true)

#define CONFIRMED                                                                                  \
    "; 200 and -200 where one of the next three bars closes back beyond the inside bar"

WK_CDL_SPEC(cdl_hikkake, "CDLHIKKAKE", "candle: hikkake",
            "an inside bar and a bar that breaks out of it: 100 to the low, -100 to the "
            "high" CONFIRMED,
            {0});

WK_INLINE double cdl_hikkakemod(const wk_cdl *x)
{
    const double room = limit(x, NEAR, 2);
    return when(inside_bar(x, 2) & inside_bar(x, 1),
                when(breaks_down(x) & (close_at(x, 2) <= low_at(x, 2) + room), 100) -
                    when(breaks_up(x) & (close_at(x, 2) >= high_at(x, 2) - room), 100));
}

WK_CDL(cdl_hikkakemod, .back = 5, .least = 1, .early = 3, .follows = true, .uses = 1,
       .use = {{NEAR, AT2}})

WK_CDL_SPEC(cdl_hikkakemod, "CDLHIKKAKEMOD", "candle: modified hikkake",
            "two inside bars, the first closing near its low (high), and a bar that breaks out of "
            "the second to that side: 100 to the low, -100 to the high" CONFIRMED,
            P_NEAR);
