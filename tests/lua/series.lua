-- SPDX-License-Identifier: MIT
-- Series handles against plain Lua over the same values. The scripts check themselves while they
-- run: a wrong value raises and the run fails.

-- Rebuilds every column from `[0]` reads and compares at the end of each bar.
local function checked(declare, check, bars)
  return must_run {
    bars = bars or { symbols = 2, count = 120, seed = 3 },
    script = [[
      local S = wick.strategy "checked"
      local hist = {}
      local function same(a, b) return a == b or (a ~= a and b ~= b) end
      local function want(got, value, what)
        if not same(got, value) then
          error(what .. ": got " .. wick.fmt(got) .. ", want " .. wick.fmt(value), 2)
        end
      end
      function S.series(b, p)
        ]] .. declare .. [[
      end
      function S.each_bar(sym, p)
        local h = hist[sym.name]
        if not h then h = { open = {}, high = {}, low = {}, close = {}, volume = {} } hist[sym.name] = h end
        local i = sym.bar + 1
        for _, f in ipairs { "open", "high", "low", "close", "volume" } do h[f][i] = sym[f][0] end
        local o, hi, lo, c = h.open, h.high, h.low, h.close
        ]] .. check .. [[
      end
      return S]],
  }
end

test("arithmetic of series and numbers", function()
  checked([[return {
      mid = (b.high + b.low) / 2, d = b.close - b.open, neg = -b.close, scaled = 2 * b.close + 1,
      r = b.close / b.open, m = b.close % 7, p = b.close ^ 2, back = 10 - b.close, inv = 1 / b.close }]],
    [[want(sym.mid[0], (hi[i] + lo[i]) / 2, "mid")
      want(sym.d[0], c[i] - o[i], "d")
      want(sym.neg[0], -c[i], "neg")
      want(sym.scaled[0], 2 * c[i] + 1, "scaled")
      want(sym.r[0], c[i] / o[i], "r")
      want(sym.p[0], c[i] * c[i], "p")
      want(sym.back[0], 10 - c[i], "back")
      want(sym.inv[0], 1 / c[i], "inv")]])
end)

test("comparisons, masks and choices", function()
  checked([[
      local up = b.close:gt(b.open)
      local big = wick.gt(b.high - b.low, 1)
      return { up = up, big = big, ge = b.close:ge(b.open), ne = b.close:ne(b.open), eq = b.close:eq(b.close),
        both = up:both(big), either = wick.either(up, big), no = up:negate(),
        pick = wick.iff(up, b.high, b.low), top = wick.max(b.open, b.close), low3 = wick.min(b.open, b.close, 50),
        size = (b.close - b.open):abs(), sign = (b.close - b.open):sign(), nz = b.close:lag(1):nz(-1),
        na = b.close[1]:isna() }]],
    [[local function bit(x) return x and 1 or 0 end
      local up, big = c[i] > o[i], hi[i] - lo[i] > 1
      want(sym.up[0], bit(up), "up")
      want(sym.big[0], bit(big), "big")
      want(sym.ge[0], bit(c[i] >= o[i]), "ge")
      want(sym.ne[0], bit(c[i] ~= o[i]), "ne")
      want(sym.eq[0], 1, "eq")
      want(sym.both[0], bit(up and big), "both")
      want(sym.either[0], bit(up or big), "either")
      want(sym.no[0], bit(not up), "no")
      want(sym.pick[0], up and hi[i] or lo[i], "pick")
      want(sym.top[0], math.max(o[i], c[i]), "top")
      want(sym.low3[0], math.min(o[i], c[i], 50), "low3")
      want(sym.size[0], math.abs(c[i] - o[i]), "size")
      want(sym.nz[0], c[i - 1] or -1, "nz")
      want(sym.na[0], i == 1 and 1 or 0, "na")]])
end)

test("history: x[k] is k bars ago, NA before the first", function()
  checked([[return { two = b.close[2], lag = b.close:lag(2), nested = b.close[1]:lag(2) }]],
    [[for k = 0, 12 do
        local back = c[i - k]
        if back then want(sym.close[k], back, "close[k]")
        else want(sym.close[k], wick.na, "before the start") end
      end
      want(sym.two[0], c[i - 2] or wick.na, "two")
      want(sym.lag[1], c[i - 3] or wick.na, "lag[1]")
      want(sym.nested[0], c[i - 3] or wick.na, "nested")]])
end)

test("reads of one symbol from another's hook see this tick", function()
  must_run { bars = { symbols = 3, count = 60, seed = 9, ragged = 1 }, script = [[
    local S = wick.strategy "cross_reads"
    local seen = {}
    function S.before_bar(ctx)
      for _, s in ipairs(ctx.all) do seen[s.name] = s.bar >= 0 and s.close[0] or nil end
    end
    function S.each_bar(sym) end
    function S.on_bar(ctx)
      for _, s in ipairs(ctx.all) do
        if seen[s.name] then
          assert(s.close[0] == seen[s.name], "close differs within one tick")
          assert(s.close[0] == s.close[s.bar - s.bar])
        end
      end
    end
    return S]] }
end)

test("streams give the column's values", function()
  checked([[return { e = ta.ema(b.close, 5), s = ta.sma(b.close, 4) }]],
    [[h.e = h.e or wick.stream("ema", 5)
      h.s = h.s or wick.stream("sma", { n = 4 })
      want(h.e(c[i]), sym.e[0], "ema")
      want(h.s(c[i]), sym.s[0], "sma")]])
end)

test("text expressions make the same series", function()
  checked([[local mine = b.close - b.open
      return { a = wick.expr("close - open", b), mine = mine,
        c = wick.expr("mine > 0 and close > k", b, { mine = mine, k = 3 }),
        h = wick.expr("highest(high, n)[1]", b, { n = 5 }), g = ta.highest(b.high, 5)[1] }]],
    [[want(sym.a[0], sym.mine[0], "expr")
      want(sym.c[0], (sym.mine[0] > 0 and c[i] > 3) and 1 or 0, "names")
      want(sym.h[0], sym.g[0], "indicator")]])
end)

test("indicators by position, by name, with several outputs", function()
  checked([[local line, signal, hist = ta.macd(b.close, 5, 9, 4)
      local all = ta.macd { b.close, fast = 5, slow = 9, signal = 4 }
      return { line = line, signal = signal, hist = hist, again = all, third = all.hist,
        a = ta.sma(b.close, 4), b = ta.sma { b.close, n = 4 }, top = ta.highest(6), top2 = ta.highest(b.high, 6),
        atr = ta.atr(b, 5), atr2 = ta.atr(5) }]],
    [[want(sym.hist[0], sym.line[0] - sym.signal[0], "hist")
      want(sym.again[0], sym.line[0], "table form")
      want(sym.third[0], sym.hist[0], "output by name")
      want(sym.a[0], sym.b[0], "named")
      want(sym.top[0], sym.top2[0], "default source")
      want(sym.atr[0], sym.atr2[0], "without b")]])
end)

test("another symbol and a higher timeframe", function()
  checked([[return { other = b:symbol("SYN02").close, self2 = b:symbol("SYN01").close,
        week = b:higher("1w", "close") }]],
    [[if sym.name == "SYN01" then want(sym.self2[0], c[i], "own symbol") end
      if sym.name == "SYN02" then want(sym.other[0], c[i], "own symbol 2") end
      assert(sym.week[0] ~= sym.week[0] or sym.week[0] > 0)]])
end)

test("functions of bars of another symbol and of a higher timeframe", function()
  for tf, twice in pairs { ["1w"] = "2w", ["3d"] = "6d", ["1mo"] = "1mo" } do
    checked(([[
      local function both(w) return ta.ema(w.close, 4) + ta.heikin_ashi(w).close end
      local line, signal, hist = b:higher("TF", function(w) return ta.macd(w.close, 3, 5, 2) end)
      return { a = b:higher("TF", "ema(close, 4)"), b = b:higher("TF", function(w) return ta.ema(w.close, 4) end),
        sum = b:higher("TF", both), ha = b:higher("TF", function(w) return ta.heikin_ashi(w).close end),
        line = line, signal = signal, hist = hist, line2 = b:higher("TF", "ema(close, 3) - ema(close, 5)"),
        slow = b:higher("TF", function(w) return w:higher("TWO", function(m) return m.close end) end),
        slow2 = b:higher("TWO", "close") }]]):gsub("TF", tf):gsub("TWO", twice),
      [[want(sym.b[0], sym.a[0], "a function and a text")
      want(sym.sum[0], sym.a[0] + sym.ha[0], "two series of the higher bars")
      want(sym.line[0], sym.line2[0], "the first of three")
      want(sym.hist[0], sym.line[0] - sym.signal[0], "all of three")
      assert(sym.slow[0] ~= sym.slow[0] or sym.slow2[0] == sym.slow2[0], "inside not before outside")]],
      { symbols = 2, count = 300, seed = 4 })
  end
end)

test("everything of another symbol", function()
  -- What SYN02 says of itself is what SYN01 sees of it: the stamps are the same here.
  checked([[
      local own = { atr = ta.atr(b, 5), up = ta.supertrend(b, 2, 5), st = ta.stoch(b.close, b.high, b.low, 6) }
      local o = b:symbol("SYN02")
      local value, way = ta.supertrend(o, 2, 5)
      local one, two = b:symbol("SYN02", function(x) return ta.atr(x, 5), x.close end)
      return { own = own.atr, mine = own.up, st = own.st, atr = ta.atr(o, 5), named = ta.supertrend(o, 2, 5).direction,
        value = value, way = way, text = b:symbol("SYN02", "atr(5)"), fn = one, close = two, close2 = o.close,
        week = o:higher("1w", "atr(2)"), week2 = o:higher("1w", function(w) return ta.atr(w, 2) end),
        week3 = b:higher("1w", "atr(2)") }]],
    [[want(sym.text[0], sym.atr[0], "text")
      want(sym.fn[0], sym.atr[0], "function")
      want(sym.close[0], sym.close2[0], "second result")
      want(sym.named[0], sym.way[0], "output by name")
      want(sym.week[0], sym.week2[0], "week")
      if sym.name == "SYN02" then
        want(sym.atr[0], sym.own[0], "atr") want(sym.value[0], sym.mine[0], "supertrend")
        want(sym.week[0], sym.week3[0], "its own week")
      end]], { symbols = 2, count = 200, seed = 9 })
end)

test("indicators in Lua over other bars", function()
  must_run { bars = { symbols = 2, count = 90, seed = 2 }, script = [[
    ta.define { name = "steps", inputs = { "src" }, run = function(n, x)
      local out = {}
      for i = 1, n do out[i] = i end
      return out
    end }
    local S = wick.strategy "over"
    function S.series(b)
      return { n = b:higher("1w", function(w) return ta.steps(w.close) end), i = b:higher("1w", "bar_index"),
        o = b:symbol("SYN02", function(o) return ta.steps(o.close) end) }
    end
    function S.each_bar(sym)
      assert(sym.n[0] == sym.i[0] + 1 or sym.n[0] ~= sym.n[0])
      assert(sym.o[0] == sym.bar + 1)
    end
    return S]] }
end)

test("indicators written in Lua", function()
  must_run { bars = { symbols = 2, count = 60 }, script = [[
    ta.define { name = "twice", inputs = { "src" }, params = { k = wick.num(2, 0, 10) },
      run = function(n, src, p)
        local out = {}
        for i = 1, n do out[i] = src[i] * p.k end
        return out
      end }
    local S = wick.strategy "own"
    function S.series(b) return { a = ta.twice(b.close), c = ta.twice(b.close, 3), d = ta.twice { b.close, k = 4 } } end
    function S.each_bar(sym)
      assert(sym.a[0] == 2 * sym.close[0] and sym.c[0] == 3 * sym.close[0] and sym.d[0] == 4 * sym.close[0])
    end
    return S]] }
end)

test("functions of plain numbers", function()
  must_run { bars = { symbols = 1, count = 3 }, script = [[
    local S = wick.strategy "numbers"
    function S.each_bar()
      assert(wick.max(1, 3, 2) == 3 and wick.min(2, 1) == 1 and wick.abs(-2) == 2)
      assert(wick.gt(2, 1) == true and wick.lt(2, 1) == false and wick.both(true, 1) == true)
      assert(wick.nz(wick.na, 4) == 4 and wick.nz(5, 4) == 5 and wick.isna(wick.na))
      assert(wick.iff(true, 1, 2) == 1 and wick.iff(0, 1, 2) == 2)
      assert(wick.pow(2, 10) == 1024 and wick.round(-2.5) == -3 and wick.sign(-7) == -1)
      assert(wick.fmt(0.1) == "0.1" and wick.fmt(1 / 3, 2) == "0.33")
      local d = wick.date(1709294400000)
      assert(d.year == 2024 and d.month == 3 and d.day == 1 and d.hour == 12 and d.weekday == 6)
    end
    return S]] }
end)

-- The prefix law: a declared series on the first k bars equals the first k values on all of them.
test("declared series do not look ahead", function()
  local function values(count)
    local lines = {}
    local out = must_run { bars = { symbols = 1, count = 90, seed = 8 }, script = [[
      local S = wick.strategy "prefix"
      local n = 0
      function S.series(b)
        return { a = ta.ema(b.close, 7), b = ta.atr(b, 5), c = ta.highest(b.high, 9)[2],
          d = b:higher("1w", "sma(close, 2)"), e = wick.expr("rsi(close, 5) > 50", b) }
      end
      function S.each_bar(sym)
        n = n + 1
        if n > ]] .. count .. [[ then return end
        print(wick.fmt(sym.a[0]), wick.fmt(sym.b[0]), wick.fmt(sym.c[0]), wick.fmt(sym.d[0]), wick.fmt(sym.e[0]))
      end
      return S]] }
    return out
  end
  local whole = captured(values, 90)
  local part = captured(values, 40)
  check(#part > 100 and whole:sub(1, #part) == part, "the first values changed")
end)
