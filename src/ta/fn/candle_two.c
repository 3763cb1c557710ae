/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_cdl_counterattack wick_ta_cdl_darkcloudcover wick_ta_cdl_dojistar */
/* registry: wick_ta_cdl_engulfing wick_ta_cdl_hammer wick_ta_cdl_hangingman */
/* registry: wick_ta_cdl_harami wick_ta_cdl_haramicross wick_ta_cdl_homingpigeon */
/* registry: wick_ta_cdl_inneck wick_ta_cdl_invertedhammer wick_ta_cdl_kicking */
/* registry: wick_ta_cdl_kickingbylength wick_ta_cdl_matchinglow wick_ta_cdl_onneck */
/* registry: wick_ta_cdl_piercing wick_ta_cdl_separatinglines wick_ta_cdl_shootingstar */
/* registry: wick_ta_cdl_thrusting */
#include "../k_candle.h"

/* Patterns of two bars: the one before has age 1. */

/* ---- hammers -------------------------------------------------------------------------------- */

/* A short body at one end of the bar. */
WK_INLINE bool hangs(const wk_cdl *x)
{
    return (body(x, 0) < limit(x, BODY_SHORT, 0)) & (lower(x, 0) > limit(x, SHADOW_LONG, 0)) &
           (upper(x, 0) < limit(x, SHADOW_VERY_SHORT, 0));
}

WK_INLINE bool stands(const wk_cdl *x)
{
    return (body(x, 0) < limit(x, BODY_SHORT, 0)) & (upper(x, 0) > limit(x, SHADOW_LONG, 0)) &
           (lower(x, 0) < limit(x, SHADOW_VERY_SHORT, 0));
}

#define USE_HAMMER                                                                                 \
    .uses = 4, .use = {{BODY_SHORT, AT0}, {SHADOW_LONG, AT0}, {SHADOW_VERY_SHORT, AT0}, {NEAR, AT1}}
#define USE_STAR .uses = 3, .use = {{BODY_SHORT, AT0}, {SHADOW_LONG, AT0}, {SHADOW_VERY_SHORT, AT0}}
#define P_STAR   P_BODY_SHORT, P_SHADOW_LONG, P_SHADOW_VERY_SHORT

WK_INLINE double cdl_hammer(const wk_cdl *x)
{
    return when(hangs(x) & (bottom(x, 0) <= low_at(x, 1) + limit(x, NEAR, 1)), 100);
}

WK_CDL(cdl_hammer, .back = 1, USE_HAMMER)

WK_CDL_SPEC(cdl_hammer, "CDLHAMMER", "candle: hammer",
            "100 for a short body with a long lower shadow and next to no upper one, at or near "
            "the low of the bar before",
            P_STAR, P_NEAR);

WK_INLINE double cdl_hangingman(const wk_cdl *x)
{
    return when(hangs(x) & (bottom(x, 0) >= high_at(x, 1) - limit(x, NEAR, 1)), -100);
}

WK_CDL(cdl_hangingman, .back = 1, USE_HAMMER)

WK_CDL_SPEC(cdl_hangingman, "CDLHANGINGMAN", "candle: hanging man",
            "-100 for the shape of a hammer at or near the high of the bar before", P_STAR, P_NEAR);

WK_INLINE double cdl_invertedhammer(const wk_cdl *x)
{
    return when(stands(x) & gap_down(x, 0, 1), 100);
}

WK_CDL(cdl_invertedhammer, .back = 1, USE_STAR)

WK_CDL_SPEC(cdl_invertedhammer, "CDLINVERTEDHAMMER", "candle: inverted hammer",
            "100 for a short body with a long upper shadow and next to no lower one, a gap below "
            "the body before",
            P_STAR);

WK_INLINE double cdl_shootingstar(const wk_cdl *x)
{
    return when(stands(x) & gap_up(x, 0, 1), -100);
}

WK_CDL(cdl_shootingstar, .back = 1, USE_STAR)

WK_CDL_SPEC(cdl_shootingstar, "CDLSHOOTINGSTAR", "candle: shooting star",
            "-100 for the shape of an inverted hammer, a gap above the body before", P_STAR);

/* ---- one body around the other -------------------------------------------------------------- */

/* The body of age a holds that of age b; what that is worth: 100 with room at both ends, 80 at one.
 */
WK_INLINE bool holds(const wk_cdl *x, int64_t a, int64_t b)
{
    return (top(x, b) <= top(x, a)) & (bottom(x, b) >= bottom(x, a));
}

WK_INLINE double worth(const wk_cdl *x, int64_t a, int64_t b)
{
    const bool whole = (top(x, b) < top(x, a)) & (bottom(x, b) > bottom(x, a));
    return 80.0 + when(whole, 20.0);
}

WK_INLINE double cdl_engulfing(const wk_cdl *x)
{
    const bool larger = (top(x, 0) != top(x, 1)) | (bottom(x, 0) != bottom(x, 1));
    return when(unlike(x, 0, 1) & larger & holds(x, 0, 1), worth(x, 0, 1) * direction(x, 0));
}

WK_CDL(cdl_engulfing, .back = 2)

WK_CDL_SPEC(cdl_engulfing, "CDLENGULFING", "candle: engulfing",
            "a body around the one before, of the other colour: 100 white, -100 black; 80 and -80 "
            "where they share one end",
            {0});

WK_INLINE double cdl_harami(const wk_cdl *x)
{
    return when((body(x, 1) > limit(x, BODY_LONG, 1)) & (body(x, 0) <= limit(x, BODY_SHORT, 0)) &
                    holds(x, 1, 0),
                -worth(x, 1, 0) * direction(x, 1));
}

WK_CDL(cdl_harami, .back = 1, .uses = 2, .use = {{BODY_LONG, AT1}, {BODY_SHORT, AT0}})

WK_CDL_SPEC(cdl_harami, "CDLHARAMI", "candle: harami",
            "a short body inside the long one before: 100 after a black one, -100 after a white "
            "one; 80 and -80 where they share one end",
            P_BODY_LONG, P_BODY_SHORT);

WK_INLINE double cdl_haramicross(const wk_cdl *x)
{
    return when((body(x, 1) > limit(x, BODY_LONG, 1)) & (body(x, 0) <= limit(x, BODY_DOJI, 0)) &
                    holds(x, 1, 0),
                -worth(x, 1, 0) * direction(x, 1));
}

WK_CDL(cdl_haramicross, .back = 1, .uses = 2, .use = {{BODY_LONG, AT1}, {BODY_DOJI, AT0}})

WK_CDL_SPEC(cdl_haramicross, "CDLHARAMICROSS", "candle: harami cross",
            "a doji inside the long body before: 100 after a black one, -100 after a white one; "
            "80 and -80 where they share one end",
            P_BODY_LONG, P_BODY_DOJI);

WK_INLINE double cdl_homingpigeon(const wk_cdl *x)
{
    return when(black(x, 1) & black(x, 0) & (body(x, 1) > limit(x, BODY_LONG, 1)) &
                    (body(x, 0) <= limit(x, BODY_SHORT, 0)) & (open_at(x, 0) < open_at(x, 1)) &
                    (close_at(x, 0) > close_at(x, 1)),
                100);
}

WK_CDL(cdl_homingpigeon, .back = 1, .uses = 2, .use = {{BODY_LONG, AT1}, {BODY_SHORT, AT0}})

WK_CDL_SPEC(cdl_homingpigeon, "CDLHOMINGPIGEON", "candle: homing pigeon",
            "100 for a short black body inside the long black one before", P_BODY_LONG,
            P_BODY_SHORT);

WK_INLINE double cdl_dojistar(const wk_cdl *x)
{
    return when((body(x, 1) > limit(x, BODY_LONG, 1)) & (body(x, 0) <= limit(x, BODY_DOJI, 0)) &
                    either(white(x, 1), gap_up(x, 0, 1), gap_down(x, 0, 1)),
                -color(x, 1));
}

WK_CDL(cdl_dojistar, .back = 1, .uses = 2, .use = {{BODY_LONG, AT1}, {BODY_DOJI, AT0}})

WK_CDL_SPEC(cdl_dojistar, "CDLDOJISTAR", "candle: doji star",
            "a doji a gap beyond the long body before: -100 above a white one, 100 below a black "
            "one",
            P_BODY_LONG, P_BODY_DOJI);

/* ---- into the bar before -------------------------------------------------------------------- */

WK_INLINE double cdl_darkcloudcover(const wk_cdl *x)
{
    return when(white(x, 1) & (body(x, 1) > limit(x, BODY_LONG, 1)) & black(x, 0) &
                    (open_at(x, 0) > high_at(x, 1)) & (close_at(x, 0) > open_at(x, 1)) &
                    (close_at(x, 0) < close_at(x, 1) - body(x, 1) * x->p[0]),
                -100);
}

WK_CDL(cdl_darkcloudcover, .back = 1, .first = 1, .uses = 1, .use = {{BODY_LONG, AT1}})

WK_CDL_SPEC(cdl_darkcloudcover, "CDLDARKCLOUDCOVER", "candle: dark cloud cover",
            "-100 for a black bar that opens above the high of a long white one and closes in its "
            "body, deeper than the penetration",
            P_PENETRATION(0.5), P_BODY_LONG);

WK_INLINE double cdl_piercing(const wk_cdl *x)
{
    return when(black(x, 1) & (body(x, 1) > limit(x, BODY_LONG, 1)) & white(x, 0) &
                    (body(x, 0) > limit(x, BODY_LONG, 0)) & (open_at(x, 0) < low_at(x, 1)) &
                    (close_at(x, 0) < open_at(x, 1)) &
                    (close_at(x, 0) > close_at(x, 1) + body(x, 1) * 0.5),
                100);
}

WK_CDL(cdl_piercing, .back = 1, .uses = 1, .use = {{BODY_LONG, AT01}})

WK_CDL_SPEC(cdl_piercing, "CDLPIERCING", "candle: piercing line",
            "100 for a long white body that opens below the low of a long black one and closes in "
            "the upper half of its body",
            P_BODY_LONG);

/* A white bar that opens below the low of a long black one. */
WK_INLINE bool opens_below(const wk_cdl *x)
{
    return black(x, 1) & (body(x, 1) > limit(x, BODY_LONG, 1)) & white(x, 0) &
           (open_at(x, 0) < low_at(x, 1));
}

#define USE_NECK .back = 1, .uses = 2, .use = {{BODY_LONG, AT1}, {EQUAL, AT1}}

WK_INLINE double cdl_inneck(const wk_cdl *x)
{
    return when(opens_below(x) & (close_at(x, 0) <= close_at(x, 1) + limit(x, EQUAL, 1)) &
                    (close_at(x, 0) >= close_at(x, 1)),
                -100);
}

WK_CDL(cdl_inneck, USE_NECK)

WK_CDL_SPEC(cdl_inneck, "CDLINNECK", "candle: in-neck",
            "-100 for a white bar that opens below the low of a long black one and closes at or "
            "just above its close",
            P_BODY_LONG, P_EQUAL);

WK_INLINE double cdl_onneck(const wk_cdl *x)
{
    return when(opens_below(x) & within(close_at(x, 0), low_at(x, 1), limit(x, EQUAL, 1)), -100);
}

WK_CDL(cdl_onneck, USE_NECK)

WK_CDL_SPEC(cdl_onneck, "CDLONNECK", "candle: on-neck",
            "-100 for a white bar that opens below the low of a long black one and closes at that "
            "low",
            P_BODY_LONG, P_EQUAL);

WK_INLINE double cdl_thrusting(const wk_cdl *x)
{
    return when(opens_below(x) & (close_at(x, 0) > close_at(x, 1) + limit(x, EQUAL, 1)) &
                    (close_at(x, 0) <= close_at(x, 1) + body(x, 1) * 0.5),
                -100);
}

WK_CDL(cdl_thrusting, USE_NECK)

WK_CDL_SPEC(cdl_thrusting, "CDLTHRUSTING", "candle: thrusting",
            "-100 for a white bar that opens below the low of a long black one and closes in the "
            "lower half of its body, above its close",
            P_BODY_LONG, P_EQUAL);

/* ---- one level ------------------------------------------------------------------------------ */

WK_INLINE double cdl_matchinglow(const wk_cdl *x)
{
    return when(black(x, 1) & black(x, 0) &
                    within(close_at(x, 0), close_at(x, 1), limit(x, EQUAL, 1)),
                100);
}

WK_CDL(cdl_matchinglow, .back = 1, .uses = 1, .use = {{EQUAL, AT1}})

WK_CDL_SPEC(cdl_matchinglow, "CDLMATCHINGLOW", "candle: matching low",
            "100 for two black bars with the same close", P_EQUAL);

WK_INLINE double cdl_counterattack(const wk_cdl *x)
{
    return when(unlike(x, 1, 0) & (body(x, 1) > limit(x, BODY_LONG, 1)) &
                    (body(x, 0) > limit(x, BODY_LONG, 0)) &
                    within(close_at(x, 0), close_at(x, 1), limit(x, EQUAL, 1)),
                color(x, 0));
}

WK_CDL(cdl_counterattack, .back = 1, .uses = 2, .use = {{BODY_LONG, AT01}, {EQUAL, AT1}})

WK_CDL_SPEC(cdl_counterattack, "CDLCOUNTERATTACK", "candle: counterattack",
            "two long bodies of unlike colour with the same close: 100 when the last is white, "
            "-100 black",
            P_BODY_LONG, P_EQUAL);

WK_INLINE double cdl_separatinglines(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, 0);
    return when(unlike(x, 1, 0) & within(open_at(x, 0), open_at(x, 1), limit(x, EQUAL, 1)) &
                    (body(x, 0) > limit(x, BODY_LONG, 0)) &
                    either(white(x, 0), lower(x, 0) < shadow, upper(x, 0) < shadow),
                color(x, 0));
}

WK_CDL(cdl_separatinglines, .back = 1, .uses = 3,
       .use = {{BODY_LONG, AT0}, {SHADOW_VERY_SHORT, AT0}, {EQUAL, AT1}})

WK_CDL_SPEC(cdl_separatinglines, "CDLSEPARATINGLINES", "candle: separating lines",
            "two bars of unlike colour with the same open, the last a belt hold: 100 white, -100 "
            "black",
            P_BODY_LONG, P_SHADOW_VERY_SHORT, P_EQUAL);

/* ---- kicking -------------------------------------------------------------------------------- */

WK_INLINE bool is_marubozu(const wk_cdl *x, int64_t age)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, age);
    return (body(x, age) > limit(x, BODY_LONG, age)) & (upper(x, age) < shadow) &
           (lower(x, age) < shadow);
}

WK_INLINE bool kicks(const wk_cdl *x)
{
    return unlike(x, 1, 0) & is_marubozu(x, 1) & is_marubozu(x, 0) &
           either(white(x, 0), clear_above(x, 0, 1), clear_below(x, 0, 1));
}

#define USE_KICK .back = 1, .uses = 2, .use = {{BODY_LONG, AT01}, {SHADOW_VERY_SHORT, AT01}}

WK_INLINE double cdl_kicking(const wk_cdl *x)
{
    return when(kicks(x), color(x, 0));
}

WK_CDL(cdl_kicking, USE_KICK)

WK_CDL_SPEC(cdl_kicking, "CDLKICKING", "candle: kicking",
            "two marubozus of unlike colour with a gap between them: 100 when the last is white, "
            "-100 black",
            P_BODY_LONG, P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_kickingbylength(const wk_cdl *x)
{
    return when(kicks(x), body(x, 0) > body(x, 1) ? color(x, 0) : color(x, 1));
}

WK_CDL(cdl_kickingbylength, USE_KICK)

WK_CDL_SPEC(cdl_kickingbylength, "CDLKICKINGBYLENGTH", "candle: kicking by length",
            "kicking with the colour of the longer of its two bodies: 100 white, -100 black",
            P_BODY_LONG, P_SHADOW_VERY_SHORT);
