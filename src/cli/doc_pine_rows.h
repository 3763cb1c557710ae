/* SPDX-License-Identifier: MIT */
/* Rows of cli_lua_docs for the runtime of Pine (included by doc_lua.c alone); docs/porting-pine.md
 * tells the whole. */
{"pine.na", "pine.nz pine.fixnan pine.bool pine.int pine.float pine.string",
 "pine.na(x) pine.nz(x [, d]) pine.fixnan(series) pine.bool(x) pine.int(x) pine.float(x) "
 "pine.string(x)",
 RUNTIME, "na is NaN for numbers and nil for everything else. Numbers and series alike."},
{"pine.eq", "pine.ne pine.lt pine.le pine.gt pine.ge",
 "pine.eq(a, b) pine.ne pine.lt pine.le pine.gt pine.ge", RUNTIME,
 "Comparisons within 1e-10, as Pine compares floats; false with na. With a series a mask."},
{"pine.series", "x:set x:get", "pine.series([start]) pine.series(\"bool\" | \"object\" [, start])",
 RUNTIME,
 "A series the script writes: x:set(v) in the bar function, x[k] reads it. A bar on which nothing "
 "is set repeats the last value."},
{"pine.call", "pine.call.many", "local ema = pine.call.ema() ... ema(x, 14)", RUNTIME,
 "One object for every place a stateful ta function is called from in the bar function; "
 "pine.call.many(\"ema\") is one for a place in a loop: every call of a bar starts from the bar "
 "before."},
{"pine.pick", "pine.step pine.mod",
 "pine.pick(c, a, b) pine.step(from, to [, by]) pine.mod(a, b)",
 RUNTIME,
 "Control flow of Pine: a choice between values that may be nil or false; the step of a loop that "
 "counts down when its end is below its start; the remainder with the sign of the first number."},
{"pine.request.security",
 "pine.request.choice pine.request.currency_rate pine.request.security_lower_tf "
 "pine.ticker.heikinashi",
 "pine.request.security(symbol, timeframe, function(d) return d.close end [, { gaps=, lookahead=, "
 "ignore_invalid_symbol= }])",
 RUNTIME, "Series of another timeframe or symbol, seen when their bars have closed."},
{"pine.time", "pine.time_close pine.timestamp pine.year pine.timeframe.change",
 "pine.time([timeframe [, session [, timezone]]]) pine.timestamp([zone,] y, m, d [, h, min, s])",
 RUNTIME, "Times in ms; na outside the session. A series in the file body, a number on a bar."},
{"pine.timeframe", "pine.syminfo pine.barstate pine.session pine.dayofweek pine.chart",
 "pine.timeframe.period pine.syminfo.mintick pine.barstate.islast pine.session.isfirstbar", RUNTIME,
 "What is known of the symbol in hand."},
{"pine.input.bool", "pine.input.string pine.input.source pine.input.time pine.input.color "
                    "pine.input.enum",
 "pine.input.source(name, default [, options]) pine.input.time pine.input.color pine.input.enum "
 "pine.input.session pine.input.timeframe pine.input.symbol",
 RUNTIME, "Inputs that are no numbers; all but colours become parameters."},
{"pine.math",
 "pine.math.round pine.math.round_to_mintick pine.math.avg pine.math.pow pine.math.sum "
 "pine.math.random",
 "pine.math.round(x [, precision]) pine.math.avg(...) ...", RUNTIME,
 "Pine's math with its rounding rules; numbers and series."},
{"pine.str",
 "pine.str.tostring pine.str.format pine.str.format_time pine.str.match pine.str.split "
 "pine.str.substring pine.str.pos pine.str.replace",
 "pine.str.tostring(x [, format]) pine.str.format(pattern, ...) pine.str.match(s, regex) ...",
 RUNTIME, "Texts; positions count characters from 0."},
{"pine.color", "pine.color.new pine.color.rgb pine.color.hex pine.color.from_gradient",
 "pine.color.rgb(r, g, b [, transparency]) pine.color.new(colour, transparency) "
 "pine.color.hex(\"#RRGGBB\") pine.color.from_gradient(...)",
 RUNTIME, "A colour is one number."},
{"pine.array", "", "pine.array.new([size [, value]]) pine.array.from(...)", RUNTIME,
 "Arrays with Pine's functions as methods; indices from 0, below zero from the end."},
{"pine.map", "pine.map.new", "pine.map.new([kind of values])", RUNTIME,
 "Maps that keep the order of their keys."},
{"pine.matrix", "pine.matrix.new", "pine.matrix.new([kind,] rows, columns [, value])", RUNTIME,
 "Matrices with the linear algebra; eigenvalues largest first."},
{"pine.type", "", "pine.type(name, { { \"field\", default }, ... })", RUNTIME,
 "A user type: T.new(...), T.new { field = value }, T.copy(x); methods are functions put into T."},
{"pine.enum", "", "pine.enum(name, { { \"member\", \"title\" }, ... })", RUNTIME,
 "An enumeration; members compare with ==."},
{"pine.plot", "pine.fill pine.line pine.label pine.box pine.table pine.alert pine.log",
 "pine.plot(series, title) local p = pine.plot(title) ... p(value)", RUNTIME,
 "Plots become columns of --plots F.csv; drawings keep what is stored in them."},
