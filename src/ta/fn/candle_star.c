/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_cdl_abandonedbaby wick_ta_cdl_eveningdojistar wick_ta_cdl_eveningstar */
/* registry: wick_ta_cdl_gapsidesidewhite wick_ta_cdl_morningdojistar wick_ta_cdl_morningstar */
/* registry: wick_ta_cdl_tasukigap wick_ta_cdl_tristar wick_ta_cdl_xsidegap3methods */
#include "../k_candle.h"

/* Patterns of three bars with a star or a gap: ages 2, 1 and 0. */

/* ---- stars ---------------------------------------------------------------------------------- */

WK_INLINE double cdl_abandonedbaby(const wk_cdl *x)
{
    const double reach = body(x, 2) * x->p[0];
    const bool at_top =
        (close_at(x, 0) < close_at(x, 2) - reach) & clear_above(x, 1, 2) & clear_below(x, 0, 1);
    const bool at_bottom =
        (close_at(x, 0) > close_at(x, 2) + reach) & clear_below(x, 1, 2) & clear_above(x, 0, 1);
    return when((body(x, 2) > limit(x, BODY_LONG, 2)) & (body(x, 1) <= limit(x, BODY_DOJI, 1)) &
                    (body(x, 0) > limit(x, BODY_SHORT, 0)) & unlike(x, 2, 0) &
                    either(white(x, 2), at_top, at_bottom),
                color(x, 0));
}

WK_CDL(cdl_abandonedbaby, .back = 2, .first = 1, .uses = 3,
       .use = {{BODY_LONG, AT2}, {BODY_DOJI, AT1}, {BODY_SHORT, AT0}})

WK_CDL_SPEC(cdl_abandonedbaby, "CDLABANDONEDBABY", "candle: abandoned baby",
            "a doji with gaps on both sides, shadows and all, between two bodies of unlike colour, "
            "the first long, the last closing in it: 100 at a bottom, -100 at a top",
            P_PENETRATION(0.3), P_BODY_LONG, P_BODY_DOJI, P_BODY_SHORT);

/* A star above a long white body, and a black one that closes in it. */
WK_INLINE bool falls(const wk_cdl *x)
{
    return white(x, 2) & gap_up(x, 1, 2) & (body(x, 0) > limit(x, BODY_SHORT, 0)) & black(x, 0) &
           (close_at(x, 0) < close_at(x, 2) - body(x, 2) * x->p[0]);
}

/* A star below a long black body, and a white one that closes in it. */
WK_INLINE bool rises(const wk_cdl *x)
{
    return black(x, 2) & gap_down(x, 1, 2) & (body(x, 0) > limit(x, BODY_SHORT, 0)) & white(x, 0) &
           (close_at(x, 0) > close_at(x, 2) + body(x, 2) * x->p[0]);
}

#define USE_STAR .back = 2, .first = 1, .uses = 2, .use = {{BODY_LONG, AT2}, {BODY_SHORT, AT01}}
#define USE_DOJI_STAR                                                                              \
    .back = 2, .first = 1, .uses = 3, .use = {{BODY_LONG, AT2}, {BODY_DOJI, AT1}, {BODY_SHORT, AT0}}

WK_INLINE double cdl_eveningstar(const wk_cdl *x)
{
    return when((body(x, 2) > limit(x, BODY_LONG, 2)) & (body(x, 1) <= limit(x, BODY_SHORT, 1)) &
                    falls(x),
                -100);
}

WK_CDL(cdl_eveningstar, USE_STAR)

WK_CDL_SPEC(cdl_eveningstar, "CDLEVENINGSTAR", "candle: evening star",
            "-100 for a short body a gap above a long white one, and a black one that closes in it "
            "deeper than the penetration",
            P_PENETRATION(0.3), P_BODY_LONG, P_BODY_SHORT);

WK_INLINE double cdl_eveningdojistar(const wk_cdl *x)
{
    return when((body(x, 2) > limit(x, BODY_LONG, 2)) & (body(x, 1) <= limit(x, BODY_DOJI, 1)) &
                    falls(x),
                -100);
}

WK_CDL(cdl_eveningdojistar, USE_DOJI_STAR)

WK_CDL_SPEC(cdl_eveningdojistar, "CDLEVENINGDOJISTAR", "candle: evening doji star",
            "-100 for a doji a gap above a long white body, and a black one that closes in it "
            "deeper than the penetration",
            P_PENETRATION(0.3), P_BODY_LONG, P_BODY_DOJI, P_BODY_SHORT);

WK_INLINE double cdl_morningstar(const wk_cdl *x)
{
    return when((body(x, 2) > limit(x, BODY_LONG, 2)) & (body(x, 1) <= limit(x, BODY_SHORT, 1)) &
                    rises(x),
                100);
}

WK_CDL(cdl_morningstar, USE_STAR)

WK_CDL_SPEC(cdl_morningstar, "CDLMORNINGSTAR", "candle: morning star",
            "100 for a short body a gap below a long black one, and a white one that closes in it "
            "deeper than the penetration",
            P_PENETRATION(0.3), P_BODY_LONG, P_BODY_SHORT);

WK_INLINE double cdl_morningdojistar(const wk_cdl *x)
{
    return when((body(x, 2) > limit(x, BODY_LONG, 2)) & (body(x, 1) <= limit(x, BODY_DOJI, 1)) &
                    rises(x),
                100);
}

WK_CDL(cdl_morningdojistar, USE_DOJI_STAR)

WK_CDL_SPEC(cdl_morningdojistar, "CDLMORNINGDOJISTAR", "candle: morning doji star",
            "100 for a doji a gap below a long black body, and a white one that closes in it "
            "deeper than the penetration",
            P_PENETRATION(0.3), P_BODY_LONG, P_BODY_DOJI, P_BODY_SHORT);

/* All three are measured by the average before the first. */
WK_INLINE double cdl_tristar(const wk_cdl *x)
{
    const double doji = limit(x, BODY_DOJI, 2);
    return when((body(x, 2) <= doji) & (body(x, 1) <= doji) & (body(x, 0) <= doji),
                when(gap_down(x, 1, 2) & (bottom(x, 0) > bottom(x, 1)), 100) -
                    when(gap_up(x, 1, 2) & (top(x, 0) < top(x, 1)), 100));
}

WK_CDL(cdl_tristar, .back = 2, .uses = 1, .use = {{BODY_DOJI, AT2}})

WK_CDL_SPEC(cdl_tristar, "CDLTRISTAR", "candle: tristar",
            "three dojis, the middle one a gap away and the last back from it: 100 at a bottom, "
            "-100 at a top",
            P_BODY_DOJI);

/* ---- gaps that hold ------------------------------------------------------------------------- */

WK_INLINE double cdl_gapsidesidewhite(const wk_cdl *x)
{
    return when(white(x, 1) & white(x, 0) & within(body(x, 0), body(x, 1), limit(x, NEAR, 1)) &
                    within(open_at(x, 0), open_at(x, 1), limit(x, EQUAL, 1)),
                when(gap_up(x, 1, 2) & gap_up(x, 0, 2), 100) -
                    when(gap_down(x, 1, 2) & gap_down(x, 0, 2), 100));
}

WK_CDL(cdl_gapsidesidewhite, .back = 2, .uses = 2, .use = {{NEAR, AT1}, {EQUAL, AT1}})

WK_CDL_SPEC(cdl_gapsidesidewhite, "CDLGAPSIDESIDEWHITE", "candle: side by side white lines",
            "two white bodies of one size from one open, a gap beyond the body before: 100 above, "
            "-100 below",
            P_NEAR, P_EQUAL);

WK_INLINE double cdl_tasukigap(const wk_cdl *x)
{
    const bool up =
        gap_up(x, 1, 2) & (close_at(x, 0) < open_at(x, 1)) & (close_at(x, 0) > top(x, 2));
    const bool down =
        gap_down(x, 1, 2) & (close_at(x, 0) > open_at(x, 1)) & (close_at(x, 0) < bottom(x, 2));
    return when(unlike(x, 1, 0) & either(white(x, 1), up, down) &
                    inside(open_at(x, 0), open_at(x, 1), close_at(x, 1)) &
                    (fabs(body(x, 1) - body(x, 0)) < limit(x, NEAR, 1)),
                color(x, 1));
}

WK_CDL(cdl_tasukigap, .back = 2, .uses = 1, .use = {{NEAR, AT1}})

WK_CDL_SPEC(cdl_tasukigap, "CDLTASUKIGAP", "candle: tasuki gap",
            "a body a gap beyond the one before, and one of the other colour and the same size "
            "that opens in it and closes in the gap: 100 when the gap is up, -100 down",
            P_NEAR);

WK_INLINE double cdl_xsidegap3methods(const wk_cdl *x)
{
    return when(alike(x, 2, 1) & unlike(x, 1, 0) &
                    inside(open_at(x, 0), open_at(x, 1), close_at(x, 1)) &
                    inside(close_at(x, 0), open_at(x, 2), close_at(x, 2)) &
                    either(white(x, 2), gap_up(x, 1, 2), gap_down(x, 1, 2)),
                color(x, 2));
}

WK_CDL(cdl_xsidegap3methods, .back = 2)

WK_CDL_SPEC(cdl_xsidegap3methods, "CDLXSIDEGAP3METHODS", "candle: gap three methods",
            "two bodies of one colour with a gap, and one of the other that closes it from body to "
            "body: 100 when the gap is up, -100 down",
            {0});
