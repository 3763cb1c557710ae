/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_cdl_2crows wick_ta_cdl_3blackcrows wick_ta_cdl_3inside wick_ta_cdl_3outside */
/* registry: wick_ta_cdl_3starsinsouth wick_ta_cdl_3whitesoldiers wick_ta_cdl_advanceblock */
/* registry: wick_ta_cdl_identical3crows wick_ta_cdl_stalledpattern wick_ta_cdl_sticksandwich */
/* registry: wick_ta_cdl_unique3river wick_ta_cdl_upsidegap2crows */
#include "../k_candle.h"

/* Patterns of three bars (crows: of four): ages 2, 1 and 0. Those with stars and gaps are in
 * candle_star.c. */

/* ---- crows ---------------------------------------------------------------------------------- */

WK_INLINE double cdl_2crows(const wk_cdl *x)
{
    return when(white(x, 2) & (body(x, 2) > limit(x, BODY_LONG, 2)) & black(x, 1) &
                    gap_up(x, 1, 2) & black(x, 0) & (open_at(x, 0) < open_at(x, 1)) &
                    (open_at(x, 0) > close_at(x, 1)) & (close_at(x, 0) > open_at(x, 2)) &
                    (close_at(x, 0) < close_at(x, 2)),
                -100);
}

WK_CDL(cdl_2crows, .back = 2, .uses = 1, .use = {{BODY_LONG, AT2}})

WK_CDL_SPEC(cdl_2crows, "CDL2CROWS", "candle: two crows",
            "-100 for a black body a gap above a long white one, and a black bar that opens in it "
            "and closes in the white body",
            P_BODY_LONG);

WK_INLINE double cdl_upsidegap2crows(const wk_cdl *x)
{
    return when(white(x, 2) & (body(x, 2) > limit(x, BODY_LONG, 2)) & black(x, 1) &
                    (body(x, 1) <= limit(x, BODY_SHORT, 1)) & gap_up(x, 1, 2) & black(x, 0) &
                    (open_at(x, 0) > open_at(x, 1)) & (close_at(x, 0) < close_at(x, 1)) &
                    (close_at(x, 0) > close_at(x, 2)),
                -100);
}

WK_CDL(cdl_upsidegap2crows, .back = 2, .uses = 2, .use = {{BODY_LONG, AT2}, {BODY_SHORT, AT1}})

WK_CDL_SPEC(cdl_upsidegap2crows, "CDLUPSIDEGAP2CROWS", "candle: upside gap two crows",
            "-100 for a short black body a gap above a long white one, engulfed by a black body "
            "that stays above the white close",
            P_BODY_LONG, P_BODY_SHORT);

WK_INLINE bool bare_black(const wk_cdl *x, int64_t age)
{
    return black(x, age) & (lower(x, age) < limit(x, SHADOW_VERY_SHORT, age));
}

/* The bar opens in the body of the black one before it. */
WK_INLINE bool opens_inside(const wk_cdl *x, int64_t age)
{
    return (open_at(x, age) < open_at(x, age + 1)) & (open_at(x, age) > close_at(x, age + 1));
}

WK_INLINE double cdl_3blackcrows(const wk_cdl *x)
{
    return when(white(x, 3) & bare_black(x, 2) & bare_black(x, 1) & bare_black(x, 0) &
                    opens_inside(x, 1) & opens_inside(x, 0) & (high_at(x, 3) > close_at(x, 2)) &
                    (close_at(x, 2) > close_at(x, 1)) & (close_at(x, 1) > close_at(x, 0)),
                -100);
}

WK_CDL(cdl_3blackcrows, .back = 3, .uses = 1, .use = {{SHADOW_VERY_SHORT, AT012}})

WK_CDL_SPEC(cdl_3blackcrows, "CDL3BLACKCROWS", "candle: three black crows",
            "-100 for three black bars after a white one, each opening in the body before and "
            "closing lower, at its low",
            P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_identical3crows(const wk_cdl *x)
{
    return when(bare_black(x, 2) & bare_black(x, 1) & bare_black(x, 0) &
                    (close_at(x, 2) > close_at(x, 1)) & (close_at(x, 1) > close_at(x, 0)) &
                    within(open_at(x, 1), close_at(x, 2), limit(x, EQUAL, 2)) &
                    within(open_at(x, 0), close_at(x, 1), limit(x, EQUAL, 1)),
                -100);
}

WK_CDL(cdl_identical3crows, .back = 2, .uses = 2,
       .use = {{SHADOW_VERY_SHORT, AT012}, {EQUAL, AT12}})

WK_CDL_SPEC(cdl_identical3crows, "CDLIDENTICAL3CROWS", "candle: identical three crows",
            "-100 for three black bars, each opening at the close before and closing lower, at "
            "its low",
            P_SHADOW_VERY_SHORT, P_EQUAL);

/* ---- three white bars ----------------------------------------------------------------------- */

/* Three white bars with rising closes; each opens above the open before, in or near its body. */
WK_INLINE bool marches(const wk_cdl *x)
{
    return white(x, 2) & white(x, 1) & white(x, 0) & (close_at(x, 0) > close_at(x, 1)) &
           (close_at(x, 1) > close_at(x, 2)) & (open_at(x, 1) > open_at(x, 2)) &
           (open_at(x, 1) <= close_at(x, 2) + limit(x, NEAR, 2)) & (open_at(x, 0) > open_at(x, 1)) &
           (open_at(x, 0) <= close_at(x, 1) + limit(x, NEAR, 1));
}

WK_INLINE double cdl_3whitesoldiers(const wk_cdl *x)
{
    return when(marches(x) & (upper(x, 2) < limit(x, SHADOW_VERY_SHORT, 2)) &
                    (upper(x, 1) < limit(x, SHADOW_VERY_SHORT, 1)) &
                    (upper(x, 0) < limit(x, SHADOW_VERY_SHORT, 0)) &
                    (body(x, 1) > body(x, 2) - limit(x, FAR, 2)) &
                    (body(x, 0) > body(x, 1) - limit(x, FAR, 1)) &
                    (body(x, 0) > limit(x, BODY_SHORT, 0)),
                100);
}

WK_CDL(cdl_3whitesoldiers, .back = 2, .uses = 4,
       .use = {{BODY_SHORT, AT0}, {SHADOW_VERY_SHORT, AT012}, {NEAR, AT12}, {FAR, AT12}})

WK_CDL_SPEC(cdl_3whitesoldiers, "CDL3WHITESOLDIERS", "candle: three white soldiers",
            "100 for three white bars with rising closes at their highs, each opening in or near "
            "the body before and not far shorter than it, the last not short",
            P_BODY_SHORT, P_SHADOW_VERY_SHORT, P_NEAR, P_FAR);

/* The ways the last bars may show that the advance weakens. */
WK_INLINE bool weakens(const wk_cdl *x)
{
    const double first = body(x, 2), second = body(x, 1), last = body(x, 0);
    const bool halts = (second < first - limit(x, FAR, 2)) & (last < second + limit(x, NEAR, 1));
    const bool shrinks = last < second - limit(x, FAR, 1);
    const bool tires = (second < first) & ((upper(x, 0) > limit(x, SHADOW_SHORT, 0)) |
                                           (upper(x, 1) > limit(x, SHADOW_SHORT, 1)));
    return halts | shrinks | ((last < second) & (tires | (upper(x, 0) > limit(x, SHADOW_LONG, 0))));
}

WK_INLINE double cdl_advanceblock(const wk_cdl *x)
{
    return when(marches(x) & (body(x, 2) > limit(x, BODY_LONG, 2)) &
                    (upper(x, 2) < limit(x, SHADOW_SHORT, 2)) & weakens(x),
                -100);
}

WK_CDL(cdl_advanceblock, .back = 2, .uses = 5,
       .use = {
           {BODY_LONG, AT2}, {SHADOW_LONG, AT0}, {SHADOW_SHORT, AT012}, {NEAR, AT12}, {FAR, AT12}})

WK_CDL_SPEC(cdl_advanceblock, "CDLADVANCEBLOCK", "candle: advance block",
            "-100 for three white bars with rising closes, the first long, that weaken: bodies "
            "far shorter than before, or shorter with longer upper shadows",
            P_BODY_LONG, P_SHADOW_LONG, P_SHADOW_SHORT, P_NEAR, P_FAR);

WK_INLINE double cdl_stalledpattern(const wk_cdl *x)
{
    return when(white(x, 2) & white(x, 1) & white(x, 0) & (close_at(x, 0) > close_at(x, 1)) &
                    (close_at(x, 1) > close_at(x, 2)) & (body(x, 2) > limit(x, BODY_LONG, 2)) &
                    (body(x, 1) > limit(x, BODY_LONG, 1)) &
                    (upper(x, 1) < limit(x, SHADOW_VERY_SHORT, 1)) &
                    (open_at(x, 1) > open_at(x, 2)) &
                    (open_at(x, 1) <= close_at(x, 2) + limit(x, NEAR, 2)) &
                    (body(x, 0) < limit(x, BODY_SHORT, 0)) &
                    (open_at(x, 0) >= close_at(x, 1) - body(x, 0) - limit(x, NEAR, 1)),
                -100);
}

WK_CDL(cdl_stalledpattern, .back = 2, .uses = 4,
       .use = {{BODY_LONG, AT12}, {BODY_SHORT, AT0}, {SHADOW_VERY_SHORT, AT1}, {NEAR, AT12}})

WK_CDL_SPEC(cdl_stalledpattern, "CDLSTALLEDPATTERN", "candle: stalled pattern",
            "-100 for two long white bars and a short one that rides on the shoulder of the "
            "second, closes rising",
            P_BODY_LONG, P_BODY_SHORT, P_SHADOW_VERY_SHORT, P_NEAR);

/* ---- inside and outside --------------------------------------------------------------------- */

WK_INLINE double cdl_3inside(const wk_cdl *x)
{
    return when(
        (body(x, 2) > limit(x, BODY_LONG, 2)) & (body(x, 1) <= limit(x, BODY_SHORT, 1)) &
            (top(x, 1) < top(x, 2)) & (bottom(x, 1) > bottom(x, 2)) & unlike(x, 2, 0) &
            either(white(x, 2), close_at(x, 0) < open_at(x, 2), close_at(x, 0) > open_at(x, 2)),
        -color(x, 2));
}

WK_CDL(cdl_3inside, .back = 2, .uses = 2, .use = {{BODY_LONG, AT2}, {BODY_SHORT, AT1}})

WK_CDL_SPEC(cdl_3inside, "CDL3INSIDE", "candle: three inside up or down",
            "a harami and a bar that closes beyond the open of its first body: 100 up, -100 down",
            P_BODY_LONG, P_BODY_SHORT);

WK_INLINE double cdl_3outside(const wk_cdl *x)
{
    const bool up = (close_at(x, 1) > open_at(x, 2)) & (open_at(x, 1) < close_at(x, 2)) &
                    (close_at(x, 0) > close_at(x, 1));
    const bool down = (open_at(x, 1) > close_at(x, 2)) & (close_at(x, 1) < open_at(x, 2)) &
                      (close_at(x, 0) < close_at(x, 1));
    return when(unlike(x, 2, 1) & either(white(x, 1), up, down), color(x, 1));
}

WK_CDL(cdl_3outside, .back = 3)

WK_CDL_SPEC(cdl_3outside, "CDL3OUTSIDE", "candle: three outside up or down",
            "an engulfing and a bar that closes further on: 100 up, -100 down", {0});

/* ---- at the low ----------------------------------------------------------------------------- */

WK_INLINE double cdl_3starsinsouth(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, 0);
    return when(black(x, 2) & black(x, 1) & black(x, 0) & (body(x, 2) > limit(x, BODY_LONG, 2)) &
                    (lower(x, 2) > limit(x, SHADOW_LONG, 2)) & (body(x, 1) < body(x, 2)) &
                    (open_at(x, 1) > close_at(x, 2)) & (open_at(x, 1) <= high_at(x, 2)) &
                    (low_at(x, 1) < close_at(x, 2)) & (low_at(x, 1) >= low_at(x, 2)) &
                    (lower(x, 1) > limit(x, SHADOW_VERY_SHORT, 1)) &
                    (body(x, 0) < limit(x, BODY_SHORT, 0)) & (lower(x, 0) < shadow) &
                    (upper(x, 0) < shadow) & (low_at(x, 0) > low_at(x, 1)) &
                    (high_at(x, 0) < high_at(x, 1)),
                100);
}

WK_CDL(cdl_3starsinsouth, .back = 2, .uses = 4,
       .use = {{BODY_LONG, AT2}, {BODY_SHORT, AT0}, {SHADOW_LONG, AT2}, {SHADOW_VERY_SHORT, AT01}})

WK_CDL_SPEC(cdl_3starsinsouth, "CDL3STARSINSOUTH", "candle: three stars in the south",
            "100 for three ever smaller black bars with higher lows: a long one with a long lower "
            "shadow, one with a lower shadow, a short one without shadows inside it",
            P_BODY_LONG, P_BODY_SHORT, P_SHADOW_LONG, P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_sticksandwich(const wk_cdl *x)
{
    return when(black(x, 2) & white(x, 1) & black(x, 0) & (low_at(x, 1) > close_at(x, 2)) &
                    within(close_at(x, 0), close_at(x, 2), limit(x, EQUAL, 2)),
                100);
}

WK_CDL(cdl_sticksandwich, .back = 2, .uses = 1, .use = {{EQUAL, AT2}})

WK_CDL_SPEC(cdl_sticksandwich, "CDLSTICKSANDWICH", "candle: stick sandwich",
            "100 for two black bars with the same close and a white one above it between them",
            P_EQUAL);

WK_INLINE double cdl_unique3river(const wk_cdl *x)
{
    return when((body(x, 2) > limit(x, BODY_LONG, 2)) & black(x, 2) & black(x, 1) &
                    (close_at(x, 1) > close_at(x, 2)) & (open_at(x, 1) <= open_at(x, 2)) &
                    (low_at(x, 1) < low_at(x, 2)) & (body(x, 0) < limit(x, BODY_SHORT, 0)) &
                    white(x, 0) & (open_at(x, 0) > low_at(x, 1)),
                100);
}

WK_CDL(cdl_unique3river, .back = 2, .uses = 2, .use = {{BODY_LONG, AT2}, {BODY_SHORT, AT0}})

WK_CDL_SPEC(cdl_unique3river, "CDLUNIQUE3RIVER", "candle: unique three river",
            "100 for a long black body, a black one inside it with a lower low, and a short white "
            "one that opens above that low",
            P_BODY_LONG, P_BODY_SHORT);
