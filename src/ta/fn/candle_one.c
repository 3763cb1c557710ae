/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_cdl_belthold wick_ta_cdl_closingmarubozu wick_ta_cdl_doji */
/* registry: wick_ta_cdl_dragonflydoji wick_ta_cdl_gravestonedoji wick_ta_cdl_highwave */
/* registry: wick_ta_cdl_longleggeddoji wick_ta_cdl_longline wick_ta_cdl_marubozu */
/* registry: wick_ta_cdl_rickshawman wick_ta_cdl_shortline wick_ta_cdl_spinningtop */
/* registry: wick_ta_cdl_takuri */
#include "../k_candle.h"

/* Patterns of one bar. */

/* ---- dojis ---------------------------------------------------------------------------------- */

WK_INLINE bool is_doji(const wk_cdl *x, int64_t age)
{
    return body(x, age) <= limit(x, BODY_DOJI, age);
}

WK_INLINE double cdl_doji(const wk_cdl *x)
{
    return when(is_doji(x, 0), 100);
}

WK_CDL(cdl_doji, .uses = 1, .use = {{BODY_DOJI, AT0}})

WK_CDL_SPEC(cdl_doji, "CDLDOJI", "candle: doji", "100 where open and close are as good as equal",
            P_BODY_DOJI);

WK_INLINE double cdl_dragonflydoji(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, 0);
    return when(is_doji(x, 0) & (upper(x, 0) < shadow) & (lower(x, 0) > shadow), 100);
}

WK_CDL(cdl_dragonflydoji, .uses = 2, .use = {{BODY_DOJI, AT0}, {SHADOW_VERY_SHORT, AT0}})

WK_CDL_SPEC(cdl_dragonflydoji, "CDLDRAGONFLYDOJI", "candle: dragonfly doji",
            "100 for a doji at the top of its bar: next to no upper shadow and a lower one",
            P_BODY_DOJI, P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_gravestonedoji(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, 0);
    return when(is_doji(x, 0) & (lower(x, 0) < shadow) & (upper(x, 0) > shadow), 100);
}

WK_CDL(cdl_gravestonedoji, .uses = 2, .use = {{BODY_DOJI, AT0}, {SHADOW_VERY_SHORT, AT0}})

WK_CDL_SPEC(cdl_gravestonedoji, "CDLGRAVESTONEDOJI", "candle: gravestone doji",
            "100 for a doji at the foot of its bar: next to no lower shadow and an upper one",
            P_BODY_DOJI, P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_longleggeddoji(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_LONG, 0);
    return when(is_doji(x, 0) & ((lower(x, 0) > shadow) | (upper(x, 0) > shadow)), 100);
}

WK_CDL(cdl_longleggeddoji, .uses = 2, .use = {{BODY_DOJI, AT0}, {SHADOW_LONG, AT0}})

WK_CDL_SPEC(cdl_longleggeddoji, "CDLLONGLEGGEDDOJI", "candle: long legged doji",
            "100 for a doji with a long shadow on either side", P_BODY_DOJI, P_SHADOW_LONG);

WK_INLINE double cdl_rickshawman(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_LONG, 0), room = limit(x, NEAR, 0);
    const double middle = low_at(x, 0) + (high_at(x, 0) - low_at(x, 0)) / 2.0;
    return when(is_doji(x, 0) & (lower(x, 0) > shadow) & (upper(x, 0) > shadow) &
                    (bottom(x, 0) <= middle + room) & (top(x, 0) >= middle - room),
                100);
}

WK_CDL(cdl_rickshawman, .uses = 3, .use = {{BODY_DOJI, AT0}, {SHADOW_LONG, AT0}, {NEAR, AT0}})

WK_CDL_SPEC(cdl_rickshawman, "CDLRICKSHAWMAN", "candle: rickshaw man",
            "100 for a doji near the middle of its bar with long shadows on both sides",
            P_BODY_DOJI, P_SHADOW_LONG, P_NEAR);

WK_INLINE double cdl_takuri(const wk_cdl *x)
{
    return when(is_doji(x, 0) & (upper(x, 0) < limit(x, SHADOW_VERY_SHORT, 0)) &
                    (lower(x, 0) > limit(x, SHADOW_VERY_LONG, 0)),
                100);
}

WK_CDL(cdl_takuri, .uses = 3,
       .use = {{BODY_DOJI, AT0}, {SHADOW_VERY_SHORT, AT0}, {SHADOW_VERY_LONG, AT0}})

WK_CDL_SPEC(cdl_takuri, "CDLTAKURI", "candle: takuri",
            "100 for a dragonfly doji whose lower shadow is very long", P_BODY_DOJI,
            P_SHADOW_VERY_SHORT, P_SHADOW_VERY_LONG);

/* ---- long bodies ---------------------------------------------------------------------------- */

WK_INLINE double cdl_belthold(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, 0);
    return when((body(x, 0) > limit(x, BODY_LONG, 0)) &
                    either(white(x, 0), lower(x, 0) < shadow, upper(x, 0) < shadow),
                color(x, 0));
}

WK_CDL(cdl_belthold, .uses = 2, .use = {{BODY_LONG, AT0}, {SHADOW_VERY_SHORT, AT0}})

WK_CDL_SPEC(cdl_belthold, "CDLBELTHOLD", "candle: belt hold",
            "a long body with next to no shadow where it opened: 100 white, -100 black",
            P_BODY_LONG, P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_closingmarubozu(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, 0);
    return when((body(x, 0) > limit(x, BODY_LONG, 0)) &
                    either(white(x, 0), upper(x, 0) < shadow, lower(x, 0) < shadow),
                color(x, 0));
}

WK_CDL(cdl_closingmarubozu, .uses = 2, .use = {{BODY_LONG, AT0}, {SHADOW_VERY_SHORT, AT0}})

WK_CDL_SPEC(cdl_closingmarubozu, "CDLCLOSINGMARUBOZU", "candle: closing marubozu",
            "a long body with next to no shadow where it closed: 100 white, -100 black",
            P_BODY_LONG, P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_marubozu(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_VERY_SHORT, 0);
    return when((body(x, 0) > limit(x, BODY_LONG, 0)) & (upper(x, 0) < shadow) &
                    (lower(x, 0) < shadow),
                color(x, 0));
}

WK_CDL(cdl_marubozu, .uses = 2, .use = {{BODY_LONG, AT0}, {SHADOW_VERY_SHORT, AT0}})

WK_CDL_SPEC(cdl_marubozu, "CDLMARUBOZU", "candle: marubozu",
            "a long body with next to no shadows: 100 white, -100 black", P_BODY_LONG,
            P_SHADOW_VERY_SHORT);

WK_INLINE double cdl_longline(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_SHORT, 0);
    return when((body(x, 0) > limit(x, BODY_LONG, 0)) & (upper(x, 0) < shadow) &
                    (lower(x, 0) < shadow),
                color(x, 0));
}

WK_CDL(cdl_longline, .uses = 2, .use = {{BODY_LONG, AT0}, {SHADOW_SHORT, AT0}})

WK_CDL_SPEC(cdl_longline, "CDLLONGLINE", "candle: long line",
            "a long body with short shadows: 100 white, -100 black", P_BODY_LONG, P_SHADOW_SHORT);

/* ---- short bodies --------------------------------------------------------------------------- */

WK_INLINE double cdl_shortline(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_SHORT, 0);
    return when((body(x, 0) < limit(x, BODY_SHORT, 0)) & (upper(x, 0) < shadow) &
                    (lower(x, 0) < shadow),
                color(x, 0));
}

WK_CDL(cdl_shortline, .uses = 2, .use = {{BODY_SHORT, AT0}, {SHADOW_SHORT, AT0}})

WK_CDL_SPEC(cdl_shortline, "CDLSHORTLINE", "candle: short line",
            "a short body with short shadows: 100 white, -100 black", P_BODY_SHORT, P_SHADOW_SHORT);

WK_INLINE double cdl_spinningtop(const wk_cdl *x)
{
    return when((body(x, 0) < limit(x, BODY_SHORT, 0)) & (upper(x, 0) > body(x, 0)) &
                    (lower(x, 0) > body(x, 0)),
                color(x, 0));
}

WK_CDL(cdl_spinningtop, .uses = 1, .use = {{BODY_SHORT, AT0}})

WK_CDL_SPEC(cdl_spinningtop, "CDLSPINNINGTOP", "candle: spinning top",
            "a short body with both shadows longer than it: 100 white, -100 black", P_BODY_SHORT);

WK_INLINE double cdl_highwave(const wk_cdl *x)
{
    const double shadow = limit(x, SHADOW_VERY_LONG, 0);
    return when((body(x, 0) < limit(x, BODY_SHORT, 0)) & (upper(x, 0) > shadow) &
                    (lower(x, 0) > shadow),
                color(x, 0));
}

WK_CDL(cdl_highwave, .uses = 2, .use = {{BODY_SHORT, AT0}, {SHADOW_VERY_LONG, AT0}})

WK_CDL_SPEC(cdl_highwave, "CDLHIGHWAVE", "candle: high wave",
            "a short body with very long shadows: 100 white, -100 black", P_BODY_SHORT,
            P_SHADOW_VERY_LONG);
