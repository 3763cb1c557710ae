/* SPDX-License-Identifier: MIT */
/* Hand-computed fills: every order type against gaps, paths and brackets, and every setting that
 * changes one. The decision falls at the close of bar 0 (100) unless a row says otherwise; what
 * happened is written as text, "b1 buy 10 102" being a fill of ten at 102 on bar 1. */
#include "unit/engine/sim.h"

enum { MOST_BARS = 6, MOST_ORDERS = 3 };

typedef struct placed {
    int64_t at; /* bar at whose close it is placed, counted from 1; 0 ends the list */
    wick_order o;
} placed;

typedef struct row {
    const char *name, *settings;
    bar4 bars[MOST_BARS];
    placed orders[MOST_ORDERS];
    const char *fills;
    const char *trades;  /* NULL: not looked at */
    const char *account; /* "cash equity" of the last row; NULL: not looked at */
    double cash, step;
} row;

#define B0                                                                                         \
    {                                                                                              \
        100, 101, 99, 100                                                                          \
    }
#define FLAT                                                                                       \
    {                                                                                              \
        100, 100.5, 99.5, 100                                                                      \
    }
#define AT(bar, ...)                                                                               \
    {                                                                                              \
        (bar) + 1,                                                                                 \
        {                                                                                          \
            .size_kind = WICK_SIZE_UNITS, .amount = 10, .side = 1, __VA_ARGS__                     \
        }                                                                                          \
    }
#define BUY(...)         AT(0, __VA_ARGS__)
#define SELL(...)        AT(0, .side = -1, __VA_ARGS__)
#define LIMIT(p)         .type = WICK_LIMIT, .limit = (p)
#define STOP(p)          .type = WICK_STOP, .stop = (p)
#define STOP_LIMIT(s, l) .type = WICK_STOP_LIMIT, .stop = (s), .limit = (l)
#define ENTER            .intent = WICK_ENTER
#define WIDE                                                                                       \
    {                                                                                              \
        102, 106, 100, 105                                                                         \
    }

/* Rows leave out what they do not look at, and override what the macros give. */
#if defined(__clang__)
#pragma clang diagnostic ignored "-Winitializer-overrides"
#pragma clang diagnostic ignored "-Wmissing-field-initializers"
#elif defined(__GNUC__)
#pragma GCC diagnostic ignored "-Woverride-init"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#endif

/* clang-format off */
static const row market[] = {
    {"next open", "", {B0, {102, 104, 101, 103}}, {BUY(ENTER)}, "b1 buy 10 102"},
    {"middle", "fill=middle", {B0, WIDE}, {BUY(ENTER)}, "b1 buy 10 103"},
    {"average", "fill=average", {B0, WIDE}, {BUY(ENTER)}, "b1 buy 10 103.25"},
    {"close", "fill=close", {B0, WIDE}, {BUY(ENTER)}, "b1 buy 10 105"},
    {"high", "fill=high", {B0, WIDE}, {BUY(ENTER)}, "b1 buy 10 106"},
    {"low", "fill=low", {B0, WIDE}, {BUY(ENTER)}, "b1 buy 10 100"},
    {"vwap, on the tick", "fill=vwap", {B0, WIDE}, {BUY(ENTER)}, "b1 buy 10 103.67"},
    {"vwap, off the tick", "fill=vwap price_rounding=off", {B0, {102, 106, 100, 104.5}}, {BUY(ENTER)}, "b1 buy 10 103.5"},
    {"order's own fill", "", {B0, WIDE}, {BUY(ENTER, .fill = WICK_FILL_CLOSE + 1)}, "b1 buy 10 105"},
    {"fixed price", "", {B0, WIDE}, {BUY(ENTER, .fill_price = 104)}, "b1 buy 10 104"},
    {"fixed price outside the bar", "", {B0, WIDE}, {BUY(ENTER, .fill_price = 110)}, "b1 buy 10 106"},
    {"delay 2", "delay=2", {B0, WIDE, {103, 104, 102, 103}}, {BUY(ENTER)}, "b2 buy 10 103"},
    {"buy_delay", "buy_delay=2", {B0, WIDE, {103, 104, 102, 103}}, {BUY(ENTER)}, "b2 buy 10 103"},
    {"buy_delay is not for sells", "buy_delay=2", {B0, WIDE, {103, 104, 102, 103}}, {SELL(ENTER)}, "b1 sell 10 102"},
    {"sell_delay", "sell_delay=2", {B0, WIDE, {103, 104, 102, 103}}, {SELL(ENTER)}, "b2 sell 10 103"},
    {"order's own delay", "", {B0, WIDE, {103, 104, 102, 103}}, {BUY(ENTER, .delay = 2)}, "b2 buy 10 103"},
    {"this close", "", {B0, WIDE}, {BUY(ENTER, .delay = -1)}, "b0 buy 10 100"},
    {"delay=0", "delay=0 fill=close", {B0, WIDE}, {BUY(ENTER)}, "b0 buy 10 100"},
    {"limit at this close waits", "", {B0, {100, 101, 98, 100}}, {BUY(ENTER, LIMIT(99), .delay = -1)}, "b1 buy 10 99"},
    {"limit at this close fills", "", {B0, {100, 101, 98, 100}}, {BUY(ENTER, LIMIT(100.5), .delay = -1)}, "b0 buy 10 100"},
    {"last bar", "", {B0}, {BUY(ENTER)}, ""},
};

static const row priced[] = {
    {"limit touched", "", {B0, {100, 101, 98.5, 100}}, {BUY(ENTER, LIMIT(99))}, "b1 buy 10 99"},
    {"limit touched exactly", "", {B0, {100, 101, 99, 100}}, {BUY(ENTER, LIMIT(99))}, "b1 buy 10 99"},
    {"limit gapped", "", {B0, {98.7, 99.5, 98, 99}}, {BUY(ENTER, LIMIT(99))}, "b1 buy 10 98.7"},
    {"limit rests", "", {B0, FLAT, {100, 101, 98, 100}}, {BUY(ENTER, LIMIT(99))}, "b2 buy 10 99"},
    {"limit expires", "", {B0, FLAT, {100, 101, 98, 100}}, {BUY(ENTER, LIMIT(99), .expire = 1)}, ""},
    {"limit lasts two bars", "", {B0, FLAT, {100, 101, 98, 100}}, {BUY(ENTER, LIMIT(99), .expire = 2)}, "b2 buy 10 99"},
    {"through_ticks not reached", "through_ticks=1", {B0, {100, 101, 99, 100}}, {BUY(ENTER, LIMIT(99))}, ""},
    {"through_ticks reached", "through_ticks=1", {B0, {100, 101, 98.99, 100}}, {BUY(ENTER, LIMIT(99))}, "b1 buy 10 99"},
    {"limit between ticks buys lower", "", {B0, {100, 101, 98, 100}}, {BUY(ENTER, LIMIT(99.006))}, "b1 buy 10 99"},
    {"limit between ticks sells higher", "", {B0, {100, 102, 99.5, 100}}, {SELL(ENTER, LIMIT(101.004))}, "b1 sell 10 101.01"},
    {"sell limit gapped", "", {B0, {103, 104, 102, 103}}, {SELL(ENTER, LIMIT(101))}, "b1 sell 10 103"},
    {"stop touched", "", {B0, {100, 102, 99.5, 101}}, {BUY(ENTER, STOP(101))}, "b1 buy 10 101"},
    {"stop gapped", "", {B0, {103, 104, 102, 103}}, {BUY(ENTER, STOP(101))}, "b1 buy 10 103"},
    {"stop gapped, bar beyond", "gap_fill=level", {B0, {103, 104, 102, 103}}, {BUY(ENTER, STOP(101))}, "b1 buy 10 102"},
    {"stop gapped, level in the bar", "gap_fill=level", {B0, {103, 104, 100.5, 103}}, {BUY(ENTER, STOP(101))}, "b1 buy 10 101"},
    {"sell stop", "", {B0, {100, 101, 98, 99}}, {SELL(ENTER, STOP(98.5))}, "b1 sell 10 98.5"},
    {"sell stop gapped", "", {B0, {97, 98, 96, 97}}, {SELL(ENTER, STOP(98.5))}, "b1 sell 10 97"},
    /* low first: the stop arms on the way up, the limit fills on the way down to the close */
    {"stop-limit", "", {B0, {100, 102, 99, 100}}, {BUY(ENTER, STOP_LIMIT(101, 100.5))}, "b1 buy 10 100.5"},
    {"stop-limit stays armed", "", {B0, {100, 102, 99, 101}, {101, 102, 100, 101}}, {BUY(ENTER, STOP_LIMIT(101, 100.5))}, "b2 buy 10 100.5"},
    {"stop-limit fills where it arms", "", {B0, {100, 102, 99, 101}}, {BUY(ENTER, STOP_LIMIT(101, 101.5))}, "b1 buy 10 101"},
    {"stop-limit gapped", "", {B0, {103, 104, 101, 102}}, {BUY(ENTER, STOP_LIMIT(101, 101.5))}, "b1 buy 10 101.5"},
    {"stop-limit never armed", "", {B0, {100, 100.9, 99, 100}}, {BUY(ENTER, STOP_LIMIT(101, 101.5))}, ""},
    {"closes only, stop", "intrabar=close", {B0, {100, 103, 99, 100.5}, {100.5, 102, 100, 101.5}}, {BUY(ENTER, STOP(101))}, "b2 buy 10 101.5"},
    {"closes only, limit", "intrabar=close", {B0, {100, 101, 98, 100}, {100, 101, 98, 98.5}}, {BUY(ENTER, LIMIT(99))}, "b2 buy 10 98.5"},
    {"filter takes the fill price", "limit_rule=filter fill=low", {B0, {100, 101, 98, 100}}, {BUY(ENTER, LIMIT(99))}, "b1 buy 10 98"},
    {"filter tries once", "limit_rule=filter fill=open", {B0, FLAT, {98, 99, 97, 98}}, {BUY(ENTER, LIMIT(99))}, ""},
    {"filter with timeout tries again", "limit_rule=filter_timeout fill=open", {B0, FLAT, {98, 99, 97, 98}}, {BUY(ENTER, LIMIT(99))}, "b2 buy 10 98"},
    {"filter with timeout runs out", "limit_rule=filter_timeout fill=open", {B0, FLAT, {98, 99, 97, 98}}, {BUY(ENTER, LIMIT(99), .expire = 1)}, ""},
    {"batch tries a limit again", "phases=batch limit_rule=filter_timeout fill=open", {B0, FLAT, {98, 99, 97, 98}}, {BUY(ENTER, LIMIT(99))}, "b2 buy 10 98"},
};

static const row costs[] = {
    {"slip_ticks", "slip_ticks=5", {B0, {100, 102, 99, 101}}, {BUY(ENTER)}, "b1 buy 10 100.05"},
    {"slip_ticks on a stop", "slip_ticks=5", {B0, {100, 102, 99, 101}}, {BUY(ENTER, STOP(101))}, "b1 buy 10 101.05"},
    {"limits do not slip", "slip_ticks=5", {B0, {100, 102, 99, 101}}, {BUY(ENTER, LIMIT(99.5))}, "b1 buy 10 99.5"},
    {"slippage stays in the bar", "slip_ticks=5", {B0, {100, 101.02, 99, 101}}, {BUY(ENTER, STOP(101))}, "b1 buy 10 101.02"},
    {"slip_outside", "slip_ticks=5 slip_outside=on price_rounding=off", {B0, {100, 101.02, 99, 101}}, {BUY(ENTER, STOP(101))}, "b1 buy 10 101.05"},
    {"slip_pct sells lower", "slip_pct=1", {B0, {100, 102, 98, 101}}, {SELL(ENTER)}, "b1 sell 10 99"},
    {"spread costs half", "spread=1", {B0, {100, 102, 98, 101}}, {BUY(ENTER)}, "b1 buy 10 100.5"},
    {"fee_pct", "fee_pct=0.1", {B0, FLAT}, {BUY(ENTER)}, "b1 buy 10 100", NULL, "98999 99999"},
    {"fee_order", "fee_order=2", {B0, FLAT}, {BUY(ENTER)}, "b1 buy 10 100", NULL, "98998 99998"},
    {"fee_unit", "fee_unit=0.5", {B0, FLAT}, {BUY(ENTER)}, "b1 buy 10 100", NULL, "98995 99995"},
    {"fee_min", "fee_pct=0.1 fee_min=7", {B0, FLAT}, {BUY(ENTER)}, "b1 buy 10 100", NULL, "98993 99993"},
    {"rounding to the tick", "fill=middle", {B0, {100, 101.01, 100, 100}}, {BUY(ENTER)}, "b1 buy 10 100.51"},
    {"rounding off", "fill=middle price_rounding=off", {B0, {100, 101.01, 100, 100}}, {BUY(ENTER)}, "b1 buy 10 100.505"},
    {"cents as PyBroker", "fill=middle price_rounding=cents", {B0, {100, 100.5, 99.75, 100}}, {BUY(ENTER)}, "b1 buy 10 100.13"},
    {"cents as printf", "fill=middle price_rounding=cents_exact", {B0, {100, 100.5, 99.75, 100}}, {BUY(ENTER)}, "b1 buy 10 100.12"},
    {"cents leave stops alone", "price_rounding=cents", {B0, {100, 102, 99, 101}}, {BUY(ENTER, STOP(101.003))}, "b1 buy 10 101.003"},
    {"stops of rounded bars", "phases=batch stop_rounding=cents price_rounding=off gap_fill=level", {B0, FLAT, {97, 97.123, 96, 97}}, {BUY(ENTER, .stop_price = 98)}, "b1 buy 10 100; b2 sell 10 97.12 stop_loss"},
    {"stops of bars as they are", "phases=batch price_rounding=off gap_fill=level", {B0, FLAT, {97, 97.123, 96, 97}}, {BUY(ENTER, .stop_price = 98)}, "b1 buy 10 100; b2 sell 10 97.123 stop_loss"},
};

#define BOTH .stop_price = 98, .target_price = 103
/* The nearer extreme comes first: LOW_FIRST rises last, HIGH_FIRST falls last. */
#define LOW_FIRST {100, 104, 97, 100}
#define HIGH_FIRST {100, 103.5, 96, 100}
static const row brackets[] = {
    {"low first: stop", "", {B0, LOW_FIRST}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b1 sell 10 98 stop_loss"},
    {"high first: target", "", {B0, HIGH_FIRST}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b1 sell 10 103 take_profit"},
    {"worst", "intrabar=worst", {B0, HIGH_FIRST}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b1 sell 10 98 stop_loss"},
    {"best", "intrabar=best", {B0, LOW_FIRST}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b1 sell 10 103 take_profit"},
    {"worst of a short", "intrabar=worst", {B0, LOW_FIRST}, {SELL(ENTER, .stop_price = 103, .target_price = 98)}, "b1 sell 10 100; b1 buy 10 103 stop_loss"},
    {"best of a short", "intrabar=best", {B0, HIGH_FIRST}, {SELL(ENTER, .stop_price = 103, .target_price = 98)}, "b1 sell 10 100; b1 buy 10 98 take_profit"},
    {"closes only", "intrabar=close", {B0, LOW_FIRST, {100, 101, 97, 97.5}}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b2 sell 10 97.5 stop_loss"},
    {"ties go low first", "", {B0, {100, 103, 97, 100}}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b1 sell 10 98 stop_loss"},
    {"stop gapped", "", {B0, FLAT, {96, 99, 95, 97}}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b2 sell 10 96 stop_loss"},
    {"stop gapped, level", "gap_fill=level", {B0, FLAT, {96, 99, 95, 97}}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b2 sell 10 98 stop_loss"},
    {"stop gapped, bar beyond", "gap_fill=level", {B0, FLAT, {96, 97, 95, 96}}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b2 sell 10 97 stop_loss"},
    {"target gapped", "", {B0, FLAT, {105, 106, 104, 105}}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b2 sell 10 105 take_profit"},
    {"target and through_ticks", "through_ticks=2", {B0, FLAT, {102, 103.01, 102, 103}, {103, 103.02, 102.5, 103}}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b3 sell 10 103 take_profit"},
    {"points", "", {B0, {101, 105, 98, 101}}, {BUY(ENTER, .stop_points = 2, .target_points = 5)}, "b1 buy 10 101; b1 sell 10 99 stop_loss"},
    {"percent", "", {B0, HIGH_FIRST}, {BUY(ENTER, .stop_pct = 2, .target_pct = 3)}, "b1 buy 10 100; b1 sell 10 103 take_profit"},
    {"short in points", "", {B0, {100, 102.5, 96.5, 99}}, {SELL(ENTER, .stop_points = 2, .target_points = 3)}, "b1 sell 10 100; b1 buy 10 102 stop_loss"},
    {"from the next bar", "stop_from=next_bar", {B0, LOW_FIRST, {100, 101, 97, 99}}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b2 sell 10 98 stop_loss"},
    {"after a limit entry", "", {B0, {100, 101, 97, 100}}, {BUY(ENTER, LIMIT(99), BOTH)}, "b1 buy 10 99; b1 sell 10 98 stop_loss"},
    {"market_only", "stop_from=market_only", {B0, {100, 101, 97, 100}, {100, 100.5, 97, 98}}, {BUY(ENTER, LIMIT(99), BOTH)}, "b1 buy 10 99; b2 sell 10 98 stop_loss"},
    {"market_only, market entry", "stop_from=market_only", {B0, LOW_FIRST}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b1 sell 10 98 stop_loss"},
    {"after a stop entry, falling", "", {B0, {100, 101.5, 98, 100}}, {BUY(ENTER, STOP(101), .stop_price = 99)}, "b1 buy 10 101; b1 sell 10 99 stop_loss"},
    {"after a stop entry, risen last", "", {B0, {100, 102.5, 98.5, 100}}, {BUY(ENTER, STOP(101), .stop_price = 99)}, "b1 buy 10 101"},
    {"only the rest of the path counts", "fill=middle", {B0, {100, 104, 98, 101}}, {BUY(ENTER, .stop_price = 99)}, "b1 buy 10 101"},
    {"a level already passed", "", {B0, FLAT}, {BUY(ENTER, .stop_price = 100.2)}, "b1 buy 10 100; b1 sell 10 100 stop_loss"},
    {"hold", "", {B0, FLAT, FLAT, {100, 102, 99, 101}, FLAT}, {BUY(ENTER, .hold_bars = 2)}, "b1 buy 10 100; b3 sell 10 101 hold_bars"},
    {"hold_fill", "hold_fill=open", {B0, FLAT, FLAT, {99.7, 102, 99, 101}}, {BUY(ENTER, .hold_bars = 2)}, "b1 buy 10 100; b3 sell 10 99.7 hold_bars"},
    {"order's own hold_fill", "", {B0, FLAT, FLAT, {99.7, 102, 99, 101}}, {BUY(ENTER, .hold_bars = 2, .hold_fill = WICK_FILL_OPEN + 1)}, "b1 buy 10 100; b3 sell 10 99.7 hold_bars"},
    {"stop_limit waits a bar", "", {B0, FLAT, {97, 99, 96, 98.5}, {98.2, 99, 97.8, 98.5}}, {BUY(ENTER, .stop_price = 98, .stop_limit = 97.5)}, "b1 buy 10 100; b3 sell 10 98 stop_loss"},
    {"exit_fill tests closes", "", {B0, FLAT, {100, 101, 97, 99}, {99, 99.5, 97, 97.6}}, {BUY(ENTER, .stop_price = 98, .exit_fill = WICK_FILL_CLOSE + 1)}, "b1 buy 10 100; b3 sell 10 97.6 stop_loss"},
    {"target_fill tests opens", "", {B0, FLAT, {101, 104, 100, 102}, {103.5, 104, 103, 104}}, {BUY(ENTER, .target_price = 103, .target_fill = WICK_FILL_OPEN + 1)}, "b1 buy 10 100; b3 sell 10 103.5 take_profit"},
    {"batch: loss before profit", "phases=batch", {B0, FLAT, HIGH_FIRST}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b2 sell 10 98 stop_loss"},
    {"batch, best: profit first", "phases=batch intrabar=best", {B0, FLAT, LOW_FIRST}, {BUY(ENTER, BOTH)}, "b1 buy 10 100; b2 sell 10 103 take_profit"},
};

static const row trailing[] = {
    {"follows the path", "", {B0, {100, 103, 99, 102}, {102, 102.5, 100, 101}}, {BUY(ENTER, .trail_points = 2)}, "b1 buy 10 100; b2 sell 10 101 stop_trailing"},
    {"within one bar", "", {B0, {100, 103, 99, 102}, {102, 106, 101.5, 102}}, {BUY(ENTER, .trail_points = 2)}, "b1 buy 10 100; b2 sell 10 104 stop_trailing"},
    {"after the test", "trail_update=after_test", {B0, {100, 103, 99, 102}, {102, 106, 101.5, 102}, {102, 103, 99.5, 100}}, {BUY(ENTER, .trail_points = 2)}, "b1 buy 10 100; b3 sell 10 102 stop_trailing"},
    {"on closes", "trail_update=close", {B0, {100, 103, 99, 102}, {102, 106, 101.5, 102}, {102, 103, 99.5, 100}}, {BUY(ENTER, .trail_points = 2)}, "b1 buy 10 100; b3 sell 10 100 stop_trailing"},
    {"percent of the extreme", "", {B0, {100, 110, 99.5, 110}, {110, 110, 107, 108}}, {BUY(ENTER, .trail_pct = 2)}, "b1 buy 10 100; b2 sell 10 107.8 stop_trailing"},
    {"armed later", "", {B0, {100, 104, 99.5, 104}, {104, 106, 103.5, 105.2}, {105.2, 105.3, 104, 104.5}}, {BUY(ENTER, .trail_points = 1, .trail_start = 5)}, "b1 buy 10 100; b3 sell 10 105 stop_trailing"},
    {"of a short", "", {B0, {100, 101, 97, 98}, {98, 100, 97.5, 99}}, {SELL(ENTER, .trail_points = 2)}, "b1 sell 10 100; b2 buy 10 99 stop_trailing"},
    {"gapped", "", {B0, {100, 103, 99, 102}, {99, 100, 98, 99}}, {BUY(ENTER, .trail_points = 2)}, "b1 buy 10 100; b2 sell 10 99 stop_trailing"},
    {"hard stop above it goes first", "", {B0, FLAT, {100, 100.5, 97, 98}}, {BUY(ENTER, .trail_points = 2, .stop_price = 99)}, "b1 buy 10 100; b2 sell 10 99 stop_loss"},
    {"batch: yesterday's level", "phases=batch stop_from=next_bar trail_update=after_test", {B0, FLAT, {100, 104, 99, 103}, {103, 103.5, 101.5, 102}}, {BUY(ENTER, .trail_points = 2)}, "b1 buy 10 100; b3 sell 10 102 stop_trailing"},
};

static const row groups[] = {
    {"a fill cancels the others", "", {B0, {100, 102, 98.5, 100}}, {BUY(ENTER, LIMIT(99), .group = 1), BUY(ENTER, STOP(101), .group = 1)}, "b1 buy 10 99"},
    {"other groups stay", "max_entries=none", {B0, {100, 102, 98.5, 100}}, {BUY(ENTER, LIMIT(99), .group = 1), BUY(ENTER, STOP(101), .group = 2)}, "b1 buy 10 99; b1 buy 10 101"},
    {"a fill shrinks the others", "max_entries=none", {B0, {100, 102, 98.5, 100}}, {BUY(ENTER, LIMIT(99), .amount = 4, .group = 1, .group_type = WICK_GROUP_REDUCE), BUY(ENTER, STOP(101), .group = 1, .group_type = WICK_GROUP_REDUCE)}, "b1 buy 4 99; b1 buy 6 101"},
    {"a child wakes on the path", "", {B0, {100, 101, 97, 100}}, {BUY(ENTER, LIMIT(99)), SELL(.intent = WICK_REDUCE, STOP(98), .parent = 1)}, "b1 buy 10 99; b1 sell 10 98 signal"},
    {"a child sleeps until then", "", {B0, {100, 101, 99.5, 100}, {100, 101, 97, 98}}, {SELL(ENTER, STOP(98.5)), BUY(ENTER, LIMIT(99.7), .parent = 1)}, "b2 sell 10 98.5; b2 buy 20 98.5"},
    {"a market child takes the next open", "", {B0, {100, 101, 97, 100}, {100.3, 101, 100, 100.5}}, {BUY(ENTER, LIMIT(99)), SELL(.intent = WICK_REDUCE, .parent = 1)}, "b1 buy 10 99; b2 sell 10 100.3"},
    {"a child goes with its parent", "", {B0, FLAT, {100, 101, 97, 98}}, {BUY(ENTER, LIMIT(99), .expire = 1), SELL(.intent = WICK_ENTER, STOP(98), .parent = 1)}, ""},
};

static const row sides[] = {
    {"enter turns the position", "", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, .side = -1, ENTER)}, "b1 buy 10 100; b2 sell 20 100"},
    {"net nets", "", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, .side = -1, .intent = WICK_NET, .amount = 4)}, "b1 buy 10 100; b2 sell 4 100"},
    {"net turns with the rest", "", {B0, FLAT, FLAT, FLAT}, {BUY(ENTER), AT(1, .side = -1, .intent = WICK_NET, .amount = 15), AT(2, .side = 1, .intent = WICK_REDUCE, .amount = 99)}, "b1 buy 10 100; b2 sell 15 100; b3 buy 5 100"},
    {"reduce never opens", "", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, .side = -1, .intent = WICK_REDUCE, .amount = 50)}, "b1 buy 10 100; b2 sell 10 100"},
    {"reduce of nothing", "", {B0, FLAT}, {SELL(.intent = WICK_REDUCE)}, ""},
    {"one entry", "", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, ENTER)}, "b1 buy 10 100"},
    {"two entries", "max_entries=2", {B0, FLAT, FLAT, FLAT}, {BUY(ENTER), AT(1, ENTER), AT(2, ENTER)}, "b1 buy 10 100; b2 buy 10 100"},
    {"entries of signals only", "max_entries_for=signals", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, ENTER)}, "b1 buy 10 100; b2 buy 10 100"},
    {"net knows no entries", "", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, .intent = WICK_NET)}, "b1 buy 10 100; b2 buy 10 100"},
    {"long only", "position_mode=long", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, .side = -1, ENTER)}, "b1 buy 10 100; b2 sell 10 100"},
    {"short only", "position_mode=short", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, .side = -1, ENTER)}, "b2 sell 10 100"},
    {"target", "", {B0, FLAT, FLAT}, {BUY(.size_kind = WICK_SIZE_TARGET_UNITS, .amount = 7), AT(1, .size_kind = WICK_SIZE_TARGET_UNITS, .amount = -3)}, "b1 buy 7 100; b2 sell 10 100"},
    {"target percent", "", {B0, FLAT}, {BUY(.size_kind = WICK_SIZE_TARGET_PCT, .amount = 50)}, "b1 buy 500 100"},
    {"target cash, then none", "", {B0, FLAT, FLAT}, {BUY(.size_kind = WICK_SIZE_TARGET_CASH, .amount = 2050), AT(1, .size_kind = WICK_SIZE_TARGET_CASH, .amount = 0)}, "b1 buy 20 100; b2 sell 20 100"},
    {"cash", "", {B0, {50, 51, 49, 50}}, {BUY(ENTER, .size_kind = WICK_SIZE_CASH, .amount = 2050)}, "b1 buy 20 50"},
    {"percent of equity", "", {B0, {50, 51, 49, 50}}, {BUY(ENTER, .size_kind = WICK_SIZE_PCT_EQUITY, .amount = 10)}, "b1 buy 100 50"},
    {"percent of cash", "", {B0, FLAT, FLAT}, {BUY(ENTER, .amount = 500), AT(1, .intent = WICK_NET, .size_kind = WICK_SIZE_PCT_CASH, .amount = 10)}, "b1 buy 500 100; b2 buy 50 100"},
    {"risk", "", {B0, FLAT}, {BUY(ENTER, .size_kind = WICK_SIZE_RISK_PCT, .amount = 1, .stop_points = 4)}, "b1 buy 250 100"},
    {"risk of a price", "", {B0, FLAT}, {BUY(ENTER, .size_kind = WICK_SIZE_RISK_PCT, .amount = 1, .stop_price = 98)}, "b1 buy 500 100"},
    {"default size", "size=cash size_amount=3000", {B0, FLAT}, {BUY(ENTER, .size_kind = WICK_SIZE_DEFAULT)}, "b1 buy 30 100"},
};

static const row money[] = {
    {"clamp", "", {B0, FLAT}, {BUY(ENTER, .amount = 20)}, "b1 buy 10 100", .cash = 1000},
    {"clamp keeps the fee", "fee_order=1", {B0, FLAT}, {BUY(ENTER, .amount = 20)}, "b1 buy 9 100", NULL, "99 999", .cash = 1000},
    {"clamp keeps the least fee", "fee_min=250", {B0, FLAT}, {BUY(ENTER, .amount = 20)}, "b1 buy 7 100", NULL, "50 750", .cash = 1000},
    {"clamp without fees", "shortage=clamp_no_fees fee_order=1", {B0, FLAT}, {BUY(ENTER, .amount = 20)}, "b1 buy 10 100", NULL, "-1 999", .cash = 1000},
    {"cancel", "shortage=cancel", {B0, FLAT}, {BUY(ENTER, .amount = 20)}, "", .cash = 1000},
    {"cancel keeps the closing part", "shortage=cancel", {B0, FLAT, FLAT}, {BUY(ENTER, .amount = 5), AT(1, .side = -1, ENTER, .amount = 50)}, "b1 buy 5 100; b2 sell 5 100", .cash = 1000},
    {"reject does nothing", "shortage=reject", {B0, FLAT, FLAT}, {BUY(ENTER, .amount = 5), AT(1, .side = -1, ENTER, .amount = 50)}, "b1 buy 5 100", .cash = 1000},
    {"allow", "shortage=allow", {B0, FLAT}, {BUY(ENTER, .amount = 20)}, "b1 buy 20 100", NULL, "-1000 1000", .cash = 1000},
    {"leverage", "leverage=2", {B0, FLAT, {100, 101, 99, 101}}, {BUY(ENTER, .amount = 30)}, "b1 buy 20 100", NULL, "0 1020", .cash = 1000},
    {"whole units", "", {B0, FLAT}, {BUY(ENTER, .amount = 10.7)}, "b1 buy 10 100"},
    {"fractional=on", "fractional=on", {B0, FLAT}, {BUY(ENTER, .amount = 10.7)}, "b1 buy 10.7 100"},
    {"the symbol's step", "", {B0, FLAT}, {BUY(ENTER, .amount = 10.78)}, "b1 buy 10.7 100", .step = 0.1},
    {"fractional=off", "fractional=off", {B0, FLAT}, {BUY(ENTER, .amount = 10.78)}, "b1 buy 10 100", .step = 0.1},
    {"qty_step", "qty_step=0.25", {B0, FLAT}, {BUY(ENTER, .amount = 10.78)}, "b1 buy 10.75 100"},
    {"all decimals", "fractional=on", {B0, {300, 301, 299, 300}}, {BUY(ENTER)}, "b1 buy 3.333333333 300", .cash = 1000},
    {"qty_decimals", "fractional=on qty_decimals=3", {B0, {300, 301, 299, 300}}, {BUY(ENTER)}, "b1 buy 3.333 300", .cash = 1000},
    {"short locks its notional", "", {B0, {100, 101, 97, 98}}, {SELL(ENTER)}, "b1 sell 10 100", NULL, "9000 10020", .cash = 10000},
    {"short pays into cash", "short_proceeds=free", {B0, {100, 101, 97, 98}}, {SELL(ENTER)}, "b1 sell 10 100", NULL, "11000 10020", .cash = 10000},
    {"short moves no cash", "short_proceeds=none", {B0, {100, 101, 97, 98}}, {SELL(ENTER)}, "b1 sell 10 100", NULL, "10000 10020", .cash = 10000},
    {"short with leverage", "leverage=4", {B0, {100, 101, 97, 98}}, {SELL(ENTER)}, "b1 sell 10 100", NULL, "9750 10020", .cash = 10000},
    {"end off", "", {B0, FLAT, {100, 101, 99, 100.5}}, {BUY(ENTER)}, "b1 buy 10 100", NULL, "9000 10005", .cash = 10000},
    {"end at the close", "close_at_end=close", {B0, FLAT, {100, 101, 99, 100.5}}, {BUY(ENTER)}, "b1 buy 10 100; b2 sell 10 100.5 end", NULL, "10005 10005", .cash = 10000},
    {"end after the capture", "close_at_end=after_capture end_fill=middle", {B0, FLAT, {100, 101, 98.6, 100.5}}, {BUY(ENTER)}, "b1 buy 10 100; b2 sell 10 99.8 end", NULL, "9000 10005", .cash = 10000},
    {"bankrupt", "short_proceeds=free", {B0, FLAT, {200, 201, 199, 200}, {100, 101, 99, 100}}, {SELL(ENTER, .amount = 20)}, "b1 sell 20 100; b2 buy 20 200 bankruptcy", NULL, "-1000 -1000", .cash = 1000},
    {"bankrupt goes on", "short_proceeds=free bankruptcy=continue", {B0, FLAT, {200, 201, 199, 200}, {100, 101, 99, 100}}, {SELL(ENTER, .amount = 20)}, "b1 sell 20 100", NULL, "3000 1000", .cash = 1000},
};

/* Two buys at 100 and 104, sold at 106 on bar 3 as the row says. */
#define TWO {B0, FLAT, {104, 105, 103, 104}, {106, 107, 105, 106}, {107, 108, 106, 107}}
#define TWO_BUYS BUY(ENTER), AT(1, ENTER)
static const row lots[] = {
    {"oldest first", "max_entries=none", TWO, {TWO_BUYS, AT(2, .side = -1, .intent = WICK_REDUCE)}, "b1 buy 10 100; b2 buy 10 104; b3 sell 10 106", "10 100>106 60 b2"},
    {"newest first", "max_entries=none lots=lifo", TWO, {TWO_BUYS, AT(2, .side = -1, .intent = WICK_REDUCE)}, "b1 buy 10 100; b2 buy 10 104; b3 sell 10 106", "10 104>106 20 b1"},
    {"average price", "max_entries=none lots=average", TWO, {TWO_BUYS, AT(2, .side = -1, .intent = WICK_REDUCE)}, "b1 buy 10 100; b2 buy 10 104; b3 sell 10 106", "10 102>106 40 b2"},
    {"one trade per lot", "max_entries=none", TWO, {TWO_BUYS, AT(2, .side = -1, .intent = WICK_REDUCE, .amount = 15)}, "b1 buy 10 100; b2 buy 10 104; b3 sell 15 106", "10 100>106 60 b2; 5 104>106 10 b1"},
    {"one trade per exit", "max_entries=none trade_unit=exit", TWO, {TWO_BUYS, AT(2, .side = -1, .intent = WICK_REDUCE, .amount = 20)}, "b1 buy 10 100; b2 buy 10 104; b3 sell 20 106", "20 102>106 80 b2"},
    {"one trade per position", "trade_unit=position", TWO, {BUY(ENTER), AT(2, .side = -1, .intent = WICK_REDUCE, .amount = 4), AT(3, .side = -1, .intent = WICK_REDUCE, .amount = 6)}, "b1 buy 10 100; b3 sell 4 106; b4 sell 6 107", "10 100>106.6 66 b3"},
    {"a position still open at the end", "trade_unit=position", TWO, {BUY(ENTER), AT(2, .side = -1, .intent = WICK_REDUCE, .amount = 4)}, "b1 buy 10 100; b3 sell 4 106", "4 100>106 24 b2"},
    {"net of fees", "trade_pnl=net fee_order=3", TWO, {BUY(ENTER), AT(2, .side = -1, .intent = WICK_REDUCE)}, "b1 buy 10 100; b3 sell 10 106", "10 100>106 54 b2"},
    {"fees shared by quantity", "trade_pnl=net fee_order=3", TWO, {BUY(ENTER), AT(2, .side = -1, .intent = WICK_REDUCE, .amount = 5)}, "b1 buy 10 100; b3 sell 5 106", "5 100>106 25.5 b2"},
    {"bars inclusive", "bars_in_trade=inclusive", TWO, {BUY(ENTER), AT(2, .side = -1, .intent = WICK_REDUCE)}, "b1 buy 10 100; b3 sell 10 106", "10 100>106 60 b3"},
};

/* Conventions of other libraries. */
#define SOLD(n) AT(2, .side = -1, .intent = WICK_REDUCE, .amount = n)
#define ROWS "phases=rows fill=close delay=0 "
static const row peers[] = {
    {"one fee per order", "max_entries=none fee_order=3", TWO, {TWO_BUYS, SOLD(20)}, "b1 buy 10 100; b2 buy 10 104; b3 sell 20 106", NULL, "100071 100071"},
    {"a fee per lot", "max_entries=none fee_order=3 fee_per=lot", TWO, {TWO_BUYS, SOLD(20)}, "b1 buy 10 100; b2 buy 10 104; b3 sell 20 106", NULL, "100068 100068"},
    {"a fee per lot in the queue", "phases=queue max_entries=none fee_order=3 fee_per=lot", TWO, {TWO_BUYS, SOLD(20)}, "b1 buy 10 100; b2 buy 10 104; b3 sell 20 106", NULL, "100068 100068"},
    {"exclusive", "exclusive=on", TWO, {TWO_BUYS}, "b1 buy 10 100; b2 sell 10 104; b2 buy 10 104"},
    {"ruin leaves zero", "short_proceeds=free bankruptcy=zero", {B0, FLAT, {200, 201, 199, 200}, {100, 101, 99, 100}}, {SELL(ENTER, .amount = 20)}, "b1 sell 20 100; b2 buy 20 200 bankruptcy", NULL, "0 0", .cash = 1000},
    {"queue: loss before target", "phases=queue", {B0, FLAT, {100, 104, 97, 100}}, {BUY(ENTER, .stop_price = 98, .target_price = 103)}, "b1 buy 10 100; b2 sell 10 98 stop_loss"},
    {"queue: a market entry's bracket acts at once", "phases=queue stop_from=market_only", {B0, {100, 101, 97, 99}}, {BUY(ENTER, .stop_price = 98)}, "b1 buy 10 100; b1 sell 10 98 stop_loss"},
    {"queue: a limit entry's bracket waits", "phases=queue stop_from=market_only", {B0, {100, 101, 96, 97}, {97, 98, 96.5, 97}}, {BUY(ENTER, LIMIT(99), .stop_price = 98)}, "b1 buy 10 99; b2 sell 10 97 stop_loss"},
    {"queue: a stop-limit takes the limit to come first", "phases=queue", {B0, {100, 102, 99, 100}, FLAT}, {BUY(ENTER, STOP_LIMIT(101, 100.4))}, "b2 buy 10 100"},
    {"queue: entries turn", "phases=queue", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, .side = -1, ENTER, .amount = 4)}, "b1 buy 10 100; b2 sell 14 100"},
    {"queue: entries net", "phases=queue entry_against=net", {B0, FLAT, FLAT}, {BUY(ENTER), AT(1, .side = -1, ENTER, .amount = 4)}, "b1 buy 10 100; b2 sell 4 100"},
    {"queue: size at the decision", "phases=queue", {B0, {50, 51, 49, 50}}, {BUY(ENTER, .size_kind = WICK_SIZE_PCT_CASH, .amount = 10)}, "b1 buy 100 50"},
    {"queue: size at the fill", "phases=queue size_at=fill", {B0, {50, 51, 49, 50}}, {BUY(ENTER, .size_kind = WICK_SIZE_PCT_CASH, .amount = 10)}, "b1 buy 200 50"},
    {"queue: a share of one", "phases=queue size_at=fill small_units=share", {B0, FLAT}, {BUY(ENTER, .amount = 0.5)}, "b1 buy 500 100"},
    {"queue: the spread is the entry's", "phases=queue spread=1 spread_on=entry", TWO, {BUY(ENTER), SOLD(10)}, "b1 buy 10 101; b3 sell 10 106"},
    {"queue: what is free, by cash", "phases=queue size_at=fill max_entries=none leverage=2", {B0, FLAT, {200, 201, 199, 200}}, {BUY(ENTER), AT(1, ENTER, .size_kind = WICK_SIZE_PCT_CASH, .amount = 50)}, "b1 buy 10 100; b2 buy 2 200", .cash = 1000},
    {"queue: what is free, marked", "phases=queue size_at=fill max_entries=none leverage=2 buying_power=marked", {B0, FLAT, {200, 201, 199, 200}}, {BUY(ENTER), AT(1, ENTER, .size_kind = WICK_SIZE_PCT_CASH, .amount = 50)}, "b1 buy 10 100; b2 buy 5 200", .cash = 1000},
    {"queue: the last close", "phases=queue fill=close delay=0", {B0, {102, 103, 101, 102}}, {BUY(ENTER)}, "b0 buy 10 100"},
    {"rows: this close", ROWS, {B0, FLAT}, {BUY(ENTER)}, "b0 buy 10 100"},
    {"rows: the next open", "phases=rows", {B0, {102, 103, 101, 102}}, {BUY(ENTER)}, "b1 buy 10 102"},
    {"rows: a stop in percent of the close", ROWS "slip_pct=0.5 slip_outside=on price_rounding=off stop_from=next_bar", {B0, {100, 101, 94, 99}}, {BUY(ENTER, .stop_pct = 5)}, "b0 buy 10 100.5; b1 sell 10 95 stop_loss"},
    {"rows: a stop in percent of the fill", ROWS "slip_pct=1 slip_outside=on price_rounding=off stop_from=next_bar stop_entry_price=fill stop_exit_price=stop_market", {B0, {100, 101, 94, 99}}, {BUY(ENTER, .stop_pct = 5)}, "b0 buy 10 101; b1 sell 10 94.9905 stop_loss"},
    {"rows: a price of one's own", ROWS, {B0, FLAT}, {BUY(ENTER, .fill_price = 100.5)}, "b0 buy 10 100.5"},
    {"rows: a price outside the bar", ROWS, {B0, FLAT}, {BUY(ENTER, .fill_price = 97)}, "b0 buy 10 99"},
    {"rows: largest order", ROWS "max_size=4", {B0, FLAT}, {BUY(ENTER)}, "b0 buy 4 100"},
    {"rows: least order", ROWS "min_size=11", {B0, FLAT}, {BUY(ENTER)}, ""},
    {"rows: all of it or nothing", ROWS "shortage=reject", {B0, FLAT}, {BUY(ENTER, .amount = 20)}, "", .cash = 1000},
};

/* clang-format on */
/* ---- running a row -------------------------------------------------------------------------- */

static void place(wick_run *r, const wick_cursor *at, void *arg)
{
    const row *w = *(const row *const *)arg;
    for (int i = 0; i < MOST_ORDERS; i++) {
        if (w->orders[i].at != at->bar + 1) continue;
        wick_order o = w->orders[i].o;
        o.size = sizeof o;
        if (wick_run_submit(r, &o) < 0) fail_msg("%s: %s", w->name, wick_run_refusal(r));
    }
}

static int64_t bar_of(int64_t time)
{
    return time / WICK_MS_DAY - 1000;
}

static void write_fills(const wick_ledger *l, char *to, size_t cap)
{
    to[0] = '\0';
    size_t n = 0;
    for (int64_t bar = 0; bar < MOST_BARS; bar++) {
        for (int64_t i = 0; i < wick_ledger_orders(l); i++) {
            const wick_order_rec *o = wick_ledger_order(l, i);
            if (o->filled == WICK_NO_TIME || bar_of(o->filled) != bar) continue;
            const bool own =
                o->reason != WICK_BY_SIGNAL || (o->type != WICK_MARKET && o->intent == WICK_REDUCE);
            n += (size_t)snprintf(to + n, cap - n, "%sb%lld %s %.10g %.10g%s%s", n > 0 ? "; " : "",
                                  (long long)bar, o->side > 0 ? "buy" : "sell", o->filled_qty,
                                  o->price, own ? " " : "", own ? wick_reason_name(o->reason) : "");
        }
    }
}

static void write_trades(const wick_ledger *l, char *to, size_t cap)
{
    to[0] = '\0';
    size_t n = 0;
    for (int64_t i = 0; i < wick_ledger_trades(l); i++) {
        const wick_trade_rec *t = wick_ledger_trade(l, i);
        n += (size_t)snprintf(to + n, cap - n, "%s%.10g %.10g>%.10g %.10g b%d", n > 0 ? "; " : "",
                              t->qty, t->entry_price, t->exit_price, t->pnl, t->bars);
    }
}

static void run_row(wick_ctx *ctx, const row *w)
{
    int64_t n = 0;
    while (n < MOST_BARS && w->bars[n].o > 0.0) n++;
    const bar4 *bars = w->bars;
    wick_panel *p = sim_panel(ctx, &bars, &n, NULL, 1, w->step > 0.0 ? w->step : 1.0);
    wick_ledger *l = sim_run(ctx, p, w->settings, w->cash > 0.0 ? w->cash : 100000.0, place, &w);
    char got[512];
    write_fills(l, got, sizeof got);
    if (strcmp(got, w->fills) != 0) fail_msg("%s\n  is   %s\n  want %s", w->name, got, w->fills);
    if (w->trades != NULL) {
        write_trades(l, got, sizeof got);
        if (strcmp(got, w->trades) != 0)
            fail_msg("%s\n  is   %s\n  want %s", w->name, got, w->trades);
    }
    if (w->account != NULL) {
        const wick_equity e = wick_ledger_equity(l);
        snprintf(got, sizeof got, "%.10g %.10g", e.cash[e.n - 1], e.equity[e.n - 1]);
        if (strcmp(got, w->account) != 0)
            fail_msg("%s\n  is   %s\n  want %s", w->name, got, w->account);
    }
    wick_ledger_unref(l);
    wick_panel_unref(p);
}

#define TABLE(name)                                                                                \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        wick_ctx *ctx = wick_ctx_new();                                                            \
        for (size_t i = 0; i < sizeof name / sizeof name[0]; i++) run_row(ctx, &name[i]);          \
        wick_ctx_free(ctx);                                                                        \
    }
TABLE(market)
TABLE(priced)
TABLE(costs)
TABLE(brackets)
TABLE(trailing)
TABLE(groups)
TABLE(sides)
TABLE(money)
TABLE(lots)
TABLE(peers)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_market),   cmocka_unit_test(test_priced),
        cmocka_unit_test(test_costs),    cmocka_unit_test(test_brackets),
        cmocka_unit_test(test_trailing), cmocka_unit_test(test_groups),
        cmocka_unit_test(test_sides),    cmocka_unit_test(test_money),
        cmocka_unit_test(test_lots),     cmocka_unit_test(test_peers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
