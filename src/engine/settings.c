/* SPDX-License-Identifier: MIT */
/* The registry of engine settings: one row gives a switch its key, values, default and text. The
 * command line, configs, printed conventions and docs all read this table. Rules and the values of
 * each peer: portfolio_engine.md G4 and G6. */
#include "engine/settings.h"

#include <stdlib.h>
#include <string.h>

enum { KIND_ENUM, KIND_INT, KIND_COUNT, KIND_NUMBER };

typedef struct row {
    wick_setting_doc doc;
    size_t at;
    int kind;
    double lo, hi;
} row;

#define FIELD(f) offsetof(wick_settings, f)
#define CHOICE(k, values, def, text)                                                               \
    {                                                                                              \
        {#k, values, def, text}, FIELD(k), KIND_ENUM, 0, 0                                         \
    }
#define INTEGER(k, values, def, lo, hi, text)                                                      \
    {                                                                                              \
        {#k, values, def, text}, FIELD(k), KIND_INT, lo, hi                                        \
    }
/* A cap: zero is spelt "none". */
#define COUNT(k, text)                                                                             \
    {                                                                                              \
        {#k, "none|integer >= 1", "none", text}, FIELD(k), KIND_COUNT, 0, 1e9                      \
    }
#define NUMBER(k, values, def, lo, hi, text)                                                       \
    {                                                                                              \
        {#k, values, def, text}, FIELD(k), KIND_NUMBER, lo, hi                                     \
    }

#define FILLS "open|middle|average|close|high|low|vwap"
#define MONEY 1e15

static const row table[] = {
    CHOICE(fill, FILLS, "open",
           "price of the bar at which a market order fills; middle is low + (high - low) / 2, "
           "average (o + h + l + c) / 4, vwap (h + l + c) / 3"),
    INTEGER(delay, "integer >= 0", "1", 0, 1000000,
            "own bars of the symbol between the decision and the bar that may fill it; 0 fills at "
            "the deciding close and needs fill=close"),
    INTEGER(buy_delay, "integer >= 0", "0", 0, 1000000, "as delay, for buys; 0: delay"),
    INTEGER(sell_delay, "integer >= 0", "0", 0, 1000000, "as delay, for sells; 0: delay"),
    CHOICE(phases, "path|batch", "path",
           "path: open, intrabar path, close in the order of time. batch: first every stop against "
           "the whole bar, then all due orders together: covers, sells, buys"),
    CHOICE(intrabar, "ohlc|worst|best|close", "ohlc",
           "order of a bar's extremes. ohlc: the extreme nearer to the open first, ties low first; "
           "worst: the adverse one of the position first; best: the favourable one; close: only "
           "closes are tested"),
    CHOICE(gap_fill, "open|level", "open",
           "a stop whose level lies beyond the open fills at the open, or at its level (at the "
           "bar's extreme when the whole bar lies beyond)"),
    CHOICE(stop_from, "fill|next_bar|market_only", "fill",
           "when the bracket of an entry begins to act: at its fill, on the next own bar, or at "
           "the fill of market entries and on the next bar of priced ones"),
    CHOICE(trail_update, "path|after_test|close", "path",
           "trailing stops follow the path, or this bar's extreme after the bar was tested with "
           "the old level, or this bar's close"),
    CHOICE(limit_rule, "resting|filter|filter_timeout", "resting",
           "resting: fills on touch at the limit or better. filter: one attempt, filled at the "
           "fill price if that is no worse than the limit. filter_timeout: the same on each bar "
           "until it expires"),
    NUMBER(through_ticks, "number >= 0", "0", 0, 1e9,
           "ticks the price must go beyond a limit before it counts as filled"),
    CHOICE(shortage, "clamp|clamp_no_fees|cancel|reject|allow", "clamp",
           "an opening that cash cannot pay: smaller so that it and its fees fit; smaller without "
           "regard to fees; only the closing part is done; nothing is done; cash goes negative"),
    CHOICE(fractional, "symbol|on|off", "symbol",
           "quantities are multiples of the symbol's quantity step, any number, or whole"),
    NUMBER(qty_step, "number >= 0", "0", 0, 1e12,
           "quantity step of every symbol; 0: as fractional says"),
    INTEGER(qty_decimals, "integer -1..15", "-1", -1, 15,
            "decimals kept of a fractional quantity that cash has reduced; -1: all"),
    CHOICE(lots, "fifo|lifo|average", "fifo",
           "which lots a closing order takes: oldest, newest, or one lot at the average price"),
    CHOICE(trade_unit, "lot|exit|position", "lot",
           "one trade per closed lot or part of one, per closing order, or from flat to flat"),
    CHOICE(trade_pnl, "gross|net", "gross", "trade pnl before or after fees"),
    CHOICE(short_proceeds, "locked|free|none", "locked",
           "opening a short locks its notional divided by leverage, pays the proceeds into cash, "
           "or moves no cash"),
    NUMBER(leverage, "number > 0", "1", 1e-6, 1e6, "a position locks its notional divided by this"),
    CHOICE(position_mode, "both|long|short", "both",
           "directions that may be opened; orders in the other one only close"),
    COUNT(max_long, "symbols held long at the same time"),
    COUNT(max_short, "symbols held short at the same time"),
    COUNT(slots, "symbols held at the same time"),
    {{"max_entries", "none|integer >= 1", "1", "entries of one direction held in a symbol"},
     FIELD(max_entries),
     KIND_COUNT,
     0,
     1e9},
    CHOICE(max_entries_for, "all|signals", "all",
           "max_entries counts for every entry order or for signal columns only"),
    CHOICE(rank, "score|capped|capped_no_cover", "score",
           "entries that compete are served by descending score, then in order of submission: "
           "always; only under max_long, max_short or slots; that, unless a cover is due as well"),
    CHOICE(close_at_end, "off|close|after_capture", "off",
           "on a symbol's last bar positions stay open, are closed before the equity row is "
           "written, or after it"),
    CHOICE(end_fill, FILLS, "close", "price of the last-bar liquidation"),
    CHOICE(hold_fill, FILLS, "close", "price of time exits"),
    CHOICE(hold_clock, "own|portfolio", "own",
           "hold_bars counts the symbol's own bars or the ticks of the portfolio clock"),
    CHOICE(price_rounding, "tick|off|cents|cents_exact", "tick",
           "fill prices are rounded to the symbol's tick (half away from zero, limits never to the "
           "worse side), not at all, or market fills to cents: int(100 p + 0.5) / 100 as PyBroker "
           "does, or the cent nearest to the exact binary value as printf does"),
    CHOICE(stop_rounding, "off|cents", "off",
           "cents: the bar's prices are rounded to cents before stops are tested against and "
           "filled at them (phases=batch)"),
    CHOICE(report_rounding, "off|cents", "off",
           "money columns are rounded to two decimals before metrics are computed"),
    CHOICE(bars_in_trade, "exclusive|inclusive", "exclusive",
           "bars of a trade on the portfolio clock: exit minus entry, or one more"),
    CHOICE(excursions, "path|capture", "path",
           "mae and mfe: extremes on the path between entry and exit, or those of all bars held "
           "at a close and the exit price"),
    CHOICE(last_mark, "hold|nan", "hold",
           "a held symbol without a bar keeps its last close, or makes that equity row NA"),
    CHOICE(bankruptcy, "stop|continue", "stop",
           "equity at or below zero: everything is closed and the account stays flat, or the run "
           "goes on"),
    NUMBER(fee_pct, "number >= 0", "0", 0, 100, "fee in percent of the notional of each fill"),
    NUMBER(fee_order, "number >= 0", "0", 0, MONEY, "fee in cash of each filled order"),
    NUMBER(fee_unit, "number >= 0", "0", 0, MONEY, "fee in cash of each unit filled"),
    NUMBER(fee_min, "number >= 0", "0", 0, MONEY, "least fee of a filled order, in cash"),
    NUMBER(spread, "number >= 0", "0", 0, 100,
           "bid-ask spread in percent of the price; half of it worsens market and stop fills"),
    NUMBER(slip_ticks, "number >= 0", "0", 0, 1e9, "slippage of market and stop fills in ticks"),
    NUMBER(slip_pct, "number >= 0", "0", 0, 100,
           "slippage of market and stop fills in percent of the price"),
    CHOICE(slip_outside, "off|on", "off", "slippage may leave the bar's range"),
    CHOICE(size, "units|cash|pct_equity|pct_cash|risk_pct", "pct_equity",
           "what size_amount means for orders without a size"),
    CHOICE(close_entries_rule, "fifo|any", "fifo",
           "Pine orders: a close or exit takes the oldest lots, or those of the entry it names"),
    CHOICE(magnifier, "off|on", "off",
           "Pine orders: fills walk finer bars of the symbol where they are given (--finer)"),
    NUMBER(margin_long, "number >= 0", "0", 0, 1e6,
           "Pine orders: percent of a long position's value its equity must cover, at placement, "
           "at the fill and afterwards (margin calls); 0: never checked"),
    NUMBER(margin_short, "number >= 0", "0", 0, 1e6, "as margin_long, for shorts"),
    NUMBER(size_amount, "number >= 0", "100", 0, MONEY, "amount of the default size"),
};
enum { ROWS = sizeof table / sizeof table[0] };

/* Differences from the defaults, one list per profile. */
typedef struct pair {
    const char *key, *value;
} pair;

static const pair pybroker_common[] = {
    {"fill", "middle"},
    {"phases", "batch"},
    {"intrabar", "worst"},
    {"gap_fill", "level"},
    {"stop_from", "next_bar"},
    {"trail_update", "after_test"},
    {"limit_rule", "filter_timeout"},
    {"shortage", "clamp_no_fees"},
    {"fractional", "off"},
    {"max_entries_for", "signals"},
    {"rank", "capped"},
    {"end_fill", "middle"},
    {"hold_fill", "middle"},
    {"price_rounding", "cents"},
    {"stop_rounding", "cents"},
    {"report_rounding", "cents"},
    {"excursions", "capture"},
    {"bankruptcy", "continue"},
    {NULL, NULL},
};
static const pair pybroker1_only[] = {
    {"limit_rule", "filter"},
    {"short_proceeds", "none"},
    {"hold_clock", "portfolio"},
    {"rank", "capped_no_cover"},
    {NULL, NULL},
};
static const pair pybroker2_only[] = {
    {"qty_decimals", "9"},
    {NULL, NULL},
};

/* TradingView's broker emulator (docs/engine.md, Pine orders). */
static const pair pine_only[] = {
    {"shortage", "allow"},  {"trade_pnl", "net"},    {"bankruptcy", "continue"},
    {"slip_outside", "on"}, {"size", "units"},       {"size_amount", "1"},
    {"margin_long", "100"}, {"margin_short", "100"}, {NULL, NULL},
};

typedef struct profile {
    const char *name;
    const pair *lists[2];
} profile;
static const profile profiles[] = {
    {"wick", {NULL, NULL}},
    {"pybroker1", {pybroker_common, pybroker1_only}},
    {"pybroker2", {pybroker_common, pybroker2_only}},
    {"pine", {pine_only, NULL}},
};
enum { PROFILES = sizeof profiles / sizeof profiles[0] };

static int32_t *int_at(wick_settings *s, const row *r)
{
    return (int32_t *)(void *)((char *)s + r->at);
}

static int32_t int_of(const wick_settings *s, const row *r)
{
    return *(const int32_t *)(const void *)((const char *)s + r->at);
}

static double number_of(const wick_settings *s, const row *r)
{
    return *(const double *)(const void *)((const char *)s + r->at);
}

static const row *find(const char *key)
{
    for (int i = 0; i < ROWS; i++) {
        if (strcmp(table[i].doc.key, key) == 0) return &table[i];
    }
    return NULL;
}

/* Start and length of the k-th alternative of "a|b|c"; NULL past the end. */
static const char *choice(const char *values, int k, int *len)
{
    while (k-- > 0) {
        values = strchr(values, '|');
        if (values == NULL) return NULL;
        values++;
    }
    const char *end = strchr(values, '|');
    *len = end != NULL ? (int)(end - values) : (int)strlen(values);
    return values;
}

static bool put_choice(wick_settings *s, const row *r, const char *text)
{
    int len = 0;
    const char *c;
    for (int k = 0; (c = choice(r->doc.values, k, &len)) != NULL; k++) {
        if ((int)strlen(text) != len || memcmp(c, text, (size_t)len) != 0) continue;
        *int_at(s, r) = k;
        return true;
    }
    return false;
}

static bool put(wick_settings *s, const row *r, const char *text)
{
    if (r->kind == KIND_ENUM) return put_choice(s, r, text);
    double v;
    if (r->kind == KIND_COUNT && strcmp(text, "none") == 0) {
        v = 0.0;
    } else if (!wick_parse_double(text, (int64_t)strlen(text), &v)) {
        return false;
    }
    if (!(v >= r->lo && v <= r->hi)) return false;
    if (r->kind == KIND_NUMBER) {
        *(double *)(void *)((char *)s + r->at) = v;
        return true;
    }
    if (v != floor(v)) return false;
    *int_at(s, r) = (int32_t)v;
    return true;
}

static void put_list(wick_settings *s, const pair *list)
{
    for (; list != NULL && list->key != NULL; list++) (void)put(s, find(list->key), list->value);
}

static void put_defaults(wick_settings *s)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < ROWS; i++) (void)put(s, &table[i], table[i].doc.def);
    s->profile = profiles[0].name;
}

wick_settings *wick_settings_new(void)
{
    wick_settings *s = malloc(sizeof *s);
    if (s != NULL) put_defaults(s);
    return s;
}

wick_settings *wick_settings_copy(const wick_settings *s)
{
    wick_settings *c = malloc(sizeof *c);
    if (c != NULL) *c = *s;
    return c;
}

void wick_settings_free(wick_settings *s)
{
    free(s);
}

wick_status wick_settings_profile(wick_ctx *ctx, wick_settings *s, const char *name)
{
    const char *names[PROFILES];
    for (int i = 0; i < PROFILES; i++) {
        names[i] = profiles[i].name;
        if (strcmp(name, names[i]) != 0) continue;
        put_defaults(s);
        put_list(s, profiles[i].lists[0]);
        put_list(s, profiles[i].lists[1]);
        s->profile = names[i];
        return WICK_OK;
    }
    const char *near = wick_nearest(name, names, PROFILES);
    return wick_fail(ctx, WICK_E_ARG, "unknown profile '%s'%s%s%s; known are %s, %s, %s, %s", name,
                     near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
                     near != NULL ? "'?)" : "", names[0], names[1], names[2], names[3]);
}

static wick_status bad_value(wick_ctx *ctx, const row *r, const char *value)
{
    const char *near = NULL;
    char words[16][24];
    const char *names[16];
    if (r->kind == KIND_ENUM) {
        int n = 0, len = 0;
        const char *c;
        while (n < 16 && (c = choice(r->doc.values, n, &len)) != NULL && len < 24) {
            memcpy(words[n], c, (size_t)len);
            words[n][len] = '\0';
            names[n] = words[n];
            n++;
        }
        near = wick_nearest(value, names, n);
    }
    return wick_fail(ctx, WICK_E_ARG, "engine setting %s: '%s' is not one of its values (%s)%s%s%s",
                     r->doc.key, value, r->doc.values, near != NULL ? "; did you mean '" : "",
                     near != NULL ? near : "", near != NULL ? "'?" : "");
}

wick_status wick_settings_set(wick_ctx *ctx, wick_settings *s, const char *key, const char *value)
{
    if (strcmp(key, "profile") == 0) return wick_settings_profile(ctx, s, value);
    const row *r = find(key);
    if (r == NULL) {
        const char *names[ROWS];
        for (int i = 0; i < ROWS; i++) names[i] = table[i].doc.key;
        const char *near = wick_nearest(key, names, ROWS);
        return wick_fail(ctx, WICK_E_ARG, "unknown engine setting '%s'%s%s%s", key,
                         near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                         near != NULL ? "'?" : "");
    }
    return put(s, r, value) ? WICK_OK : bad_value(ctx, r, value);
}

int64_t wick_settings_count(void)
{
    return ROWS;
}

const wick_setting_doc *wick_settings_doc(int64_t i)
{
    return i >= 0 && i < ROWS ? &table[i].doc : NULL;
}

int wick_settings_get(const wick_settings *s, int64_t i, char out[64])
{
    out[0] = '\0';
    if (i < 0 || i >= ROWS) return 0;
    const row *r = &table[i];
    if (r->kind == KIND_ENUM) {
        int len = 0;
        const char *c = choice(r->doc.values, int_of(s, r), &len);
        if (c == NULL) return 0;
        return snprintf(out, 64, "%.*s", len, c);
    }
    if (r->kind == KIND_NUMBER) return wick_format_double(out, number_of(s, r));
    const int32_t v = int_of(s, r);
    if (r->kind == KIND_COUNT && v == 0) return snprintf(out, 64, "none");
    return snprintf(out, 64, "%d", (int)v);
}

const char *wick_settings_profile_name(const wick_settings *s)
{
    return s->profile;
}

double wick_settings_number(const wick_settings *s, const char *key)
{
    const row *r = find(key);
    if (r == NULL || r->kind == KIND_ENUM) return WICK_NA;
    return r->kind == KIND_NUMBER ? number_of(s, r) : (double)int_of(s, r);
}
