ta.define { name = "twice", run = function(n, src, p) local o = {} for i = 1, n do o[i] = src[i] * 2 end return o end }
metrics.define { name = "m", eval = function(m, l) return #l.trades end }
local S = wick.strategy "mixed"
S.params = { n = wick.int(5, 2, 9), how = wick.choice("a", "b") }
local e = wick.stream("ema", 3)
function S.series(b, p)
  S.when.up = wick.expr("close > sma(close, n)[1]", b, p)
  return { t = ta.twice(b.close), w = b:higher("1w", "close"), o = b:symbol("SYN02").close, m = ta.macd(b.close) }
end
function S.on.up(sym, p) sym:buy { units = 1, stop_pct = 3, tag = "x" } end
function S.each_bar(sym)
  local x = e(sym.close[0]) + sym.t[2]
  local co = coroutine.wrap(function() coroutine.yield(1) end)
  co() pcall(error, {}) string.format("%5.2f %s %q", x, {}, "a"):gsub("%d", "%0")
  sym:protect { stop = 1 } sym:cancel_all() sym:target { pct = 1 }
end
function S.on_bar(ctx) ctx:rank("t", 1) ctx:close_all() end
return S
