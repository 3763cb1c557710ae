/* SPDX-License-Identifier: MIT */
/* What scripts may call and define. tests/lua checks that every name a script can reach is here. */
#include "cli/doc.h"

#define DECLARE "Declarations"
#define SERIES "Series"
#define SIGNALS "Signals style"
#define HOOKS "Hooks"
#define CTX "The portfolio: ctx"
#define SYM "A symbol while deciding: sym"
#define PINE "Pine style"
#define MORE "Metrics of your own"

const cli_lua_doc cli_lua_docs[] = {
    {"wick.strategy", "wick.strategy(name)", DECLARE,
     "A new strategy; define hooks on it and return it from the file."},
    {"wick.int", "wick.int(default, low, high [, step])", DECLARE, "A whole-number parameter."},
    {"wick.num", "wick.num(default, low, high [, step])", DECLARE, "A real-number parameter."},
    {"wick.bool", "wick.bool(default)", DECLARE, "A parameter that is true or false."},
    {"wick.choice", "wick.choice(first, ...)", DECLARE,
     "A parameter that is one of these words; the first is the default."},
    {"S.params", "S.params = { name = wick.int(20, 5, 120), ... }", DECLARE,
     "Parameters, declared once: default, check of --param, and search space."},
    {"wick.stream", "wick.stream(name, ...)", DECLARE,
     "Streaming form of an indicator: call the result once with each value; it returns the same "
     "numbers as the series."},
    {"wick.expr", "wick.expr(text, b, p)", SERIES,
     "A series from text such as \"close > highest(high, n)[1]\". Names are sources, indicators and "
     "fields of p."},
    {"wick.iff", "wick.iff(mask, a, b)", SERIES, "a where the mask is 1, else b."},
    {"wick.nz", "wick.nz(x [, y])", SERIES, "x, or y (default 0) where x is not available."},
    {"wick.na", "wick.na", SERIES, "The missing value."},
    {"x:lag", "x:lag(k), in a declaration also x[k]", SERIES,
     "The value k bars ago. Inside a bar function x[k] is a number."},
    {"x:gt", "x:gt(y); also ge lt le eq ne, and wick.gt(x, y) ...", SERIES,
     "Comparison as a mask: 1 or 0; 0 where a side is not available."},
    {"x:both", "x:both(y, ...)", SERIES, "1 where all masks are 1. wick.both(x, y, ...) is the same."},
    {"x:either", "x:either(y, ...)", SERIES, "1 where any mask is 1."},
    {"x:negate", "x:negate()", SERIES, "1 where the mask is 0."},
    {"b:symbol", "b:symbol(\"SPY\").close", SERIES,
     "A series of another symbol, aligned by close time."},
    {"b:higher", "b:higher(\"1w\", \"ema(close, 10)\")", SERIES,
     "An expression on completed bars of a higher timeframe."},
    {"S.signals", "function S.signals(b, p) return { long = mask, ... } end", SIGNALS,
     "Whole columns, once per symbol. Keys: long short flat exit_long exit_short (masks); stop target "
     "(levels); stop_points target_points trail (distances); stop_pct target_pct trail_pct; hold; "
     "limit entry_stop expire; score; size = { units= | cash= | pct_equity= | pct_cash= | "
     "risk_pct= } or a function (sym, p) -> units."},
    {"S.series", "function S.series(b, p) S.when.name = mask; return { atr = series } end", HOOKS,
     "Named series for bar functions and masks that wake S.on.name."},
    {"S.when", "S.when.name = mask", HOOKS, "Wakes S.on.name on the bars where the mask is 1."},
    {"S.on", "function S.on.name(sym, p) end", HOOKS, "Called on the bars of the mask S.when.name."},
    {"S.init", "function S.init(ctx, p) end", HOOKS, "Once, before the first bar."},
    {"S.before_bar", "function S.before_bar(ctx, p) end", HOOKS,
     "Every tick, before the symbols are asked."},
    {"S.each_bar", "function S.each_bar(sym, p) end", HOOKS, "Every symbol with a bar at this tick."},
    {"S.on_bar", "function S.on_bar(ctx, p) end", HOOKS, "Every tick, after the symbols."},
    {"ctx:series", "ctx:series(name, function(b) return series end)", CTX,
     "Declares a named series for every symbol; in S.init only."},
    {"ctx:rank", "ctx:rank(series, n)", CTX,
     "The n symbols with the highest value now, ties by name; absent and NA ones are left out."},
    {"ctx:target_weights", "ctx:target_weights(list, w or {w, ...})", CTX,
     "Orders the differences to these fractions of equity; what is held and not listed is closed."},
    {"ctx:close_all", "ctx:close_all()", CTX, "Closes everything that is held."},
    {"ctx:sym", "ctx:sym(name)", CTX, "One symbol by name."},
    {"ctx.bar", "ctx.bar, ctx.time, ctx.equity, ctx.cash, ctx.symbols, ctx.all, ctx.open_count", CTX,
     "Ticks since trading began (from 0), stamp in ms, account, symbols with a bar now, every symbol, "
     "symbols held."},
    {"sym.position",
     "sym.name open high low close volume bar time position avg_price open_pnl bars_held pending lots",
     SYM, "What is known of the symbol now; prices and named series are indexed: sym.close[0]."},
    {"sym:buy", "sym:buy { pct_equity = 10, stop_points = 2 * sym.atr[0] }", SYM,
     "Enters long; a short position is closed first. Returns the order id, or nil and the reason. "
     "Fields: a size key (units cash pct_equity pct_cash risk_pct), limit, stop, on_close, delay, "
     "expire, score, tag, oco, after, and bracket keys stop_loss target stop_points target_points "
     "trail stop_pct target_pct trail_pct hold."},
    {"sym:sell", "sym:sell { ... }", SYM, "Enters short; a long position is closed first."},
    {"sym:order", "sym:order { side = \"buy\", ... }", SYM, "A plain signed order."},
    {"sym:close", "sym:close([fraction [, tag]])", SYM, "Closes what is held, or a fraction of it."},
    {"sym:target", "sym:target { pct= | units= | cash= }", SYM, "Orders the difference to a target."},
    {"sym:protect", "sym:protect { stop=, target=, trail= }", SYM,
     "Moves the levels of what is held."},
    {"sym:cancel", "sym:cancel(id or tag)", SYM, "Withdraws resting orders."},
    {"sym:cancel_all", "sym:cancel_all()", SYM, "Withdraws all resting orders of the symbol."},
    {"pine.strategy", "pine.strategy { title = \"...\", pyramiding = 0 }", PINE,
     "A strategy in Pine style; the file runs once for every symbol."},
    {"pine.input.int", "pine.input.int(name, default [, { min=, max=, step= }])", PINE,
     "A whole-number parameter. pine.input.float, .bool and .string alike."},
    {"s:each_bar", "return s:each_bar(function() ... end)", PINE, "The function of every bar."},
    {"s:entry", "s:entry(id, direction [, { qty=, limit=, stop=, comment= }])", PINE,
     "Enters in s.long or s.short."},
    {"s:exit",
     "s:exit(id, from_entry, { profit=, loss=, limit=, stop=, trail_points=, trail_offset=, qty= })",
     PINE, "Protects an entry."},
    {"s:order", "s:order(id, direction [, { ... }])", PINE, "A plain signed order."},
    {"s:close", "s:close(id [, comment])", PINE, "Closes what an entry opened."},
    {"s:close_all", "s:close_all()", PINE, "Closes everything."},
    {"s:cancel", "s:cancel(id)", PINE, "Withdraws an order. s:cancel_all() withdraws all."},
    {"metrics.define",
     "metrics.define { name=, title=, better=\"higher\", eval = function(m, ledger) end }", MORE,
     "Adds a metric: m holds every canonical metric by name, ledger.trades and ledger.equity are "
     "lists."},
    {NULL, NULL, NULL, NULL},
};
