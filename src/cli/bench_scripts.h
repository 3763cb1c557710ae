/* SPDX-License-Identifier: MIT */
/* The strategies that `wick bench` times. Text of its own, so that the figures mean the same
 * wherever the program is installed. */
#ifndef WICK_CLI_BENCH_SCRIPTS_H
#define WICK_CLI_BENCH_SCRIPTS_H

#define CROSS_PARAMS                                                                               \
    "local S = wick.strategy 'cross'\n"                                                            \
    "S.params = { fast = wick.int(10, 1, 1000), slow = wick.int(30, 1, 2000) }\n"

static const char cross_signals[] =
    CROSS_PARAMS "function S.signals(b, p)\n"
                 "  local f, g = ta.sma(b.close, p.fast), ta.sma(b.close, p.slow)\n"
                 "  return { long = ta.cross_over(f, g), flat = ta.cross_under(f, g),\n"
                 "           size = { pct_equity = 100 } }\n"
                 "end\n"
                 "return S\n";

static const char cross_triggers[] =
    CROSS_PARAMS "function S.series(b, p)\n"
                 "  local f, g = ta.sma(b.close, p.fast), ta.sma(b.close, p.slow)\n"
                 "  S.when.over, S.when.under = ta.cross_over(f, g), ta.cross_under(f, g)\n"
                 "end\n"
                 "function S.on.over(sym) sym:buy { pct_equity = 100 } end\n"
                 "function S.on.under(sym) sym:close() end\n"
                 "return S\n";

/* Reads four values on every bar. */
static const char cross_events[] =
    CROSS_PARAMS "function S.init(ctx, p)\n"
                 "  ctx:series('f', function(b) return ta.sma(b.close, p.fast) end)\n"
                 "  ctx:series('g', function(b) return ta.sma(b.close, p.slow) end)\n"
                 "end\n"
                 "function S.each_bar(sym)\n"
                 "  local f, g = sym.f, sym.g\n"
                 "  local f0, g0, f1, g1 = f[0], g[0], f[1], g[1]\n"
                 "  if f0 > g0 and f1 <= g1 then sym:buy { pct_equity = 100 }\n"
                 "  elseif f0 < g0 and f1 >= g1 then sym:close() end\n"
                 "end\n"
                 "return S\n";

#define BREAKOUT_PARAMS                                                                            \
    "local S = wick.strategy 'breakout'\n"                                                         \
    "S.params = { n = wick.int(20, 5, 120), k = wick.num(3, 1, 9) }\n"

static const char breakout_signals[] =
    BREAKOUT_PARAMS "function S.signals(b, p)\n"
                    "  return { long = b.close:gt(ta.highest(b.high, p.n)[1]),\n"
                    "           flat = b.close:lt(ta.lowest(b.low, p.n)[1]),\n"
                    "           trail = p.k * ta.atr(b, 14), size = { pct_equity = 5 } }\n"
                    "end\n"
                    "return S\n";

static const char breakout_events[] = BREAKOUT_PARAMS
    "function S.init(ctx, p)\n"
    "  ctx:series('top', function(b) return ta.highest(b.high, p.n)[1] end)\n"
    "  ctx:series('bottom', function(b) return ta.lowest(b.low, p.n)[1] end)\n"
    "  ctx:series('atr', function(b) return ta.atr(b, 14) end)\n"
    "end\n"
    "function S.each_bar(sym, p)\n"
    "  local close = sym.close[0]\n"
    "  if sym.position == 0 then\n"
    "    if close > sym.top[0] then sym:buy { pct_equity = 5, trail = p.k * sym.atr[0] } end\n"
    "  elseif close < sym.bottom[0] then sym:close() end\n"
    "end\n"
    "return S\n";

#endif
