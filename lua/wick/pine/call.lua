-- SPDX-License-Identifier: MIT
-- pine.call.NAME(): one object for every place a stateful function is called from. What a skipped
-- bar means differs from function to function (pine_semantics.md 1.5):
--   machines that count the values they are given (averages, sums, rsi ...) are streams in C;
--   functions that look back (change, roc, percentrank ...) read a history by bars in which a
--   skipped bar repeats the last value;
--   highest and lowest step one slot per bar and keep what a skipped bar left in its slot.
local core = ...
local type, setmetatable, rawset = type, setmetatable, rawset
local floor, abs = math.floor, math.abs
local raise, stepper = core.raise, core.stepper
local EPS = 1e-10
local NA = 0 / 0

local M = {}
local extremes = core.module "wick.pine.extremes"

-- Lengths are cut to whole numbers before they are checked: 1.5 is 1, 0.5 is an error.
local function whole(name, n, least)
  if type(n) ~= "number" or n ~= n then raise("pine.call." .. name .. ": the length is na") end
  n = n >= 0 and floor(n) or -floor(-n)
  if n < least then
    raise("pine.call." .. name .. ": the length must be at least " .. core.fmt(least) .. ", got " .. core.fmt(n))
  end
  return n
end

-- ---- streams -------------------------------------------------------------------------------
-- Most parameters never change. When one does (Pine takes series lengths for windows), a new stream
-- is fed what the old one has seen: a window as far back as it reaches, a recurrence all there is.
local MEMORY = 5000
-- Rings are longer than what is read of them, so that a run inside a bar (calc_on_order_fills) writes
-- where nobody looks and only their place has to be put back.
local RING = 8192
local function ring()
  local t = {}
  if core.fixed then core.fixed[t] = true end
  return t
end
local NEED = {} -- a parameter without a default

local turns = {} -- name -> { inputs, settle }: those that are streams, for pine.call.many

local function settle(name, inputs, defaults, a, b, c, d, make)
  local p = { a, b, c, d }
  for i = 1, #defaults do
    local v = p[i]
    if v == nil then v = defaults[i] end
    if v == NEED then
      raise("pine.call." .. name .. ": argument " .. core.fmt(inputs + i) .. " is missing")
    end
    if v == true then v = 1 elseif v == false then v = 0 end
    p[i] = v
  end
  return (make or stepper)(name, core.unpack(p, 1, #defaults))
end

local function in_turns(name, inputs, defaults)
  turns[name] = { inputs, function(a, b, c, d)
    return settle(name, inputs, defaults, a, b, c, d, core.marked_stream)
  end }
end

-- The first of the remembered values a window of n values has to be fed again. Empty values take no
-- slot in it; twice its length holds the windows inside windows too.
local function first_needed(values, seen, n)
  local oldest = seen > MEMORY and seen - MEMORY or 0
  if type(n) ~= "number" then return oldest end
  local at, need = seen, 2 * n + 8
  while at > oldest and need > 0 do
    at = at - 1
    local x = values[at % RING]
    if x == x then need = need - 1 end
  end
  return at
end

-- f(x, parameters...)
local function stream(name, defaults, recurs)
  in_turns(name, 1, defaults)
  M[name] = function()
    local a, b, c, d, step
    local past, seen = ring(), 0
    return function(x, p, q, r, s)
      if step == nil or p ~= a or q ~= b or r ~= c or s ~= d then
        a, b, c, d = p, q, r, s
        step = settle(name, 1, defaults, p, q, r, s)
        for i = first_needed(past, seen, not recurs and p), seen - 1 do step(past[i % RING]) end
      end
      past[seen % RING] = x
      seen = seen + 1
      return step(x)
    end
  end
end

for name in ("sum sma wma hma median mode rci cog dev cci cmo"):gmatch("%S+") do
  stream(name, { NEED })
end
for name in ("ema rma rsi"):gmatch("%S+") do stream(name, { NEED }, true) end
stream("variance", { NEED, true })
stream("stdev", { NEED, true })
stream("linreg", { NEED, 0 })
stream("alma", { NEED, 0.85, 6, false })
stream("percentile_linear_interpolation", { NEED, NEED })
stream("percentile_nearest_rank", { NEED, NEED })
stream("bb", { NEED, NEED })
stream("bbw", { NEED, NEED })
stream("macd", { NEED, NEED, NEED }, true)
stream("tsi", { NEED, NEED }, true)

in_turns("correlation", 2, { NEED })
in_turns("mfi", 2, { NEED })

-- f(x, y, n)
local function pair(name)
  return function()
    local n, step
    local xs, ys, seen = ring(), ring(), 0
    return function(x, y, len)
      if len ~= n then
        n = len
        step = settle(name, 2, { NEED }, len)
        for i = first_needed(xs, seen, len), seen - 1 do step(xs[i % RING], ys[i % RING]) end
      end
      xs[seen % RING], ys[seen % RING] = x, y
      seen = seen + 1
      return step(x, y)
    end
  end
end
M.correlation = pair("correlation")
local flow = pair("mfi")

-- ---- crosses, counters, memories -----------------------------------------------------------
function M.crossover()
  local was = false
  return function(a, b)
    if a ~= a or b ~= b then return false end
    local fires = was and a > b
    was = a <= b
    return fires
  end
end

function M.crossunder()
  local was = false
  return function(a, b)
    if a ~= a or b ~= b then return false end
    local fires = was and a < b
    was = a >= b
    return fires
  end
end

function M.cross()
  local side = 0
  return function(a, b)
    if a ~= a or b ~= b then return false end
    local fires = (side < 0 and a > b) or (side > 0 and a < b)
    local d = a - b
    if d < -EPS then side = -1 elseif d > EPS then side = 1 end
    return fires
  end
end

local function run_of(name, sign)
  M[name] = function()
    local last, count = NA, 0
    return function(x, n)
      if last ~= last then
        last = x
        return false
      end
      if (x - last) * sign > EPS then count = count + 1 else count = 0 end
      last = x
      return count >= whole(name, n, 1)
    end
  end
end
run_of("rising", 1)
run_of("falling", -1)

function M.barssince()
  local count = NA
  return function(cond)
    if cond == true then count = 0 else count = count + 1 end
    return count
  end
end

--- Any kind of value; before there are enough occurrences a number is NaN and anything else nil.
function M.valuewhen()
  local past, seen, number = ring(), 0, true
  return function(cond, x, k)
    if cond == true then
      past[seen % RING] = x
      seen = seen + 1
    end
    if x ~= nil then number = type(x) == "number" end
    k = whole("valuewhen", k or 0, 0)
    if k < seen and k < MEMORY then return past[(seen - 1 - k) % RING] end
    if number then return NA end
    return nil
  end
end

function M.cum()
  local total = 0
  return function(x)
    if x ~= x then return NA end
    total = total + x
    return total
  end
end

function M.fixnan()
  local last = NA
  return function(x)
    if x == x then last = x end
    return last
  end
end

function M.max()
  local top = NA
  return function(x)
    if x > top or top ~= top then top = x end
    return top
  end
end

function M.min()
  local bottom = NA
  return function(x)
    if x < bottom or bottom ~= bottom then bottom = x end
    return bottom
  end
end

-- ---- looking back --------------------------------------------------------------------------
-- History by bars of the values one place was given; a bar without a call repeats the last one.
local function history()
  local values, last, first = ring(), -1, 0
  local H = {}
  function H.push(x)
    local bar = core.bar()
    if last < 0 then
      first = bar
    else
      local old = values[last % RING]
      for i = bar - last > MEMORY and bar - MEMORY or last + 1, bar - 1 do values[i % RING] = old end
    end
    values[bar % RING] = x
    last = bar
  end
  function H.at(k)
    if last - k < first or k >= MEMORY then return nil end
    return values[(last - k) % RING]
  end
  return H
end

--- Booleans too: then it tells whether the value changed.
function M.change()
  local h = history()
  return function(x, n)
    h.push(x)
    local old = h.at(whole("change", n or 1, 1))
    if type(x) == "boolean" then return old ~= nil and x ~= old end
    if old == nil then return NA end
    return x - old
  end
end

function M.mom()
  local h = history()
  return function(x, n)
    h.push(x)
    return x - (h.at(whole("mom", n, 1)) or NA)
  end
end

function M.roc()
  local h = history()
  return function(x, n)
    h.push(x)
    local old = h.at(whole("roc", n, 1)) or NA
    local r = 100 * (x - old) / old
    if r - r ~= 0 then return NA end
    return r
  end
end

function M.swma()
  local h = history()
  return function(x)
    h.push(x)
    return (x + 2 * (h.at(1) or NA) + 2 * (h.at(2) or NA) + (h.at(3) or NA)) / 6
  end
end

function M.percentrank()
  local h = history()
  return function(x, n)
    h.push(x)
    n = whole("percentrank", n, 1)
    if x ~= x or core.bar() < n then return NA end
    local count = 0
    for k = 1, n do
      local y = h.at(k)
      if y and y - x <= EPS then count = count + 1 end
    end
    return 100 * count / n
  end
end

-- ---- extremes ------------------------------------------------------------------------------
-- pine.call.highest("series") is for a length that changes from bar to bar in Pine's type system:
-- there a skipped bar repeats the last value instead of leaving a stale slot.
for name, top in core.pairs { highest = true, lowest = false } do
  M[name] = function(kind)
    local value = extremes(top, false, kind)
    return function(x, n) return (value(x, whole(name, n, 1))) end
  end
  M[name .. "bars"] = function(kind)
    local value = extremes(top, false, kind)
    return function(x, n)
      local _, at = value(x, whole(name .. "bars", n, 1))
      return at
    end
  end
end

local function pivot(name, top)
  M[name] = function(kind)
    local value = extremes(top, true, kind)
    return function(x, left, right)
      left, right = whole(name, left, 0), whole(name, right, 0)
      if x ~= x then return NA end
      local v, at = value(x, left + right + 1)
      if at == -right then return v end
      return NA
    end
  end
end
pivot("pivothigh", true)
pivot("pivotlow", false)

function M.range()
  local high, low = M.highest(), M.lowest()
  return function(x, n)
    if x ~= x then return NA end
    return high(x, n) - low(x, n)
  end
end

function M.stoch()
  local high, low = M.highest(), M.lowest()
  return function(x, h, l, n)
    if x ~= x or h ~= h or l ~= l then return NA end
    local bottom = low(l, n)
    local r = 100 * (x - bottom) / (high(h, n) - bottom)
    if r - r ~= 0 then return NA end
    return r
  end
end

-- ---- functions of the chart's bars ---------------------------------------------------------
local function bars_based(name, make)
  M[name] = function() return make(core.bars_here()) end
end

bars_based("wpr", function(b)
  local stoch_high, stoch_low = M.highest(), M.lowest()
  local high, low, close = b.high, b.low, b.close
  return function(n)
    local top = stoch_high(high[0], n)
    local r = 100 * (close[0] - top) / (top - stoch_low(low[0], n))
    if r - r ~= 0 then return NA end
    return r
  end
end)

-- The previous close is the chart's own, not that of the last call.
local function true_range(b)
  local high, low, close = b.high, b.low, b.close
  return function(first)
    local h, l, c = high[0], low[0], close[1]
    local r = h - l
    if c ~= c then return first and r or NA end
    local up, down = abs(h - c), abs(l - c)
    if up > r then r = up end
    if down > r then r = down end
    return r
  end
end

bars_based("tr", function(b)
  local tr = true_range(b)
  return function(handle_na) return tr(handle_na == true) end
end)

local function new_atr(b)
  local tr, rma = true_range(b), M.rma()
  return function(n) return rma(tr(true), n) end
end
bars_based("atr", new_atr)

bars_based("kc", function(b)
  local tr, high, low = true_range(b), b.high, b.low
  local mid, spread = M.ema(), M.ema()
  return function(x, n, k, use_tr)
    local m = mid(x, n)
    local r
    if use_tr == false then r = spread(high[0] - low[0], n) else r = spread(tr(false), n) end
    return m, m + k * r, m - k * r
  end
end)

bars_based("kcw", function()
  local kc = M.kc()
  return function(x, n, k, use_tr)
    local m, up, low = kc(x, n, k, use_tr)
    local w = (up - low) / m
    if w - w ~= 0 then return NA end
    return w
  end
end)

bars_based("vwma", function(b)
  local top, bottom, volume = M.sma(), M.sma(), b.volume
  return function(x, n)
    local v = volume[0]
    local r = top(x * v, n) / bottom(v, n)
    if r - r ~= 0 then return NA end
    return r
  end
end)

-- The ports after those that are given are the chart's.
bars_based("mfi", function(b)
  local step, volume = flow(), b.volume
  return function(x, len) return step(x, volume[0], len) end
end)

bars_based("vwap", function(b)
  local mult, step
  local volume, day = b.volume, b.new_day
  return function(x, anchor, k)
    if step == nil or k ~= mult then
      mult = k
      step = stepper("vwap", k or 1)
    end
    if anchor == nil then anchor = day[0] == 1 end
    return step(x, anchor and 1 or 0, volume[0])
  end
end)

bars_based("dmi", function(b)
  local high, low, tr = b.high, b.low, true_range(b)
  local h1, l1 = NA, NA
  local a, p, m, x = M.rma(), M.rma(), M.rma(), M.rma()
  return function(n, smooth)
    local up, down = high[0] - h1, l1 - low[0]
    h1, l1 = high[0], low[0]
    local plus, minus = 0, 0
    if up ~= up or down ~= down then plus, minus = NA, NA
    elseif up - down > EPS and up > EPS then plus = up
    elseif down - up > EPS and down > EPS then minus = down end
    local range = a(tr(false), n)
    plus, minus = 100 * p(plus, n) / range, 100 * m(minus, n) / range
    if plus - plus ~= 0 or minus - minus ~= 0 then return NA, NA, NA end
    local sum = plus + minus
    return plus, minus, 100 * x(abs(plus - minus) / (sum ~= 0 and sum or 1), smooth)
  end
end)

bars_based("supertrend", function(b)
  local hl2, close, atr = b.hl2, b.close, new_atr(b)
  local lower1, upper1, close1, dir1, line1 = NA, NA, NA, NA, NA
  return function(factor, n)
    local range = atr(n)
    if core.bar() == 0 then return 0, 1 end
    if range ~= range then return NA, dir1 == dir1 and dir1 or 1 end
    local c, up, low = close[0], hl2[0] + factor * range, hl2[0] - factor * range
    local dir = 1
    if dir1 == dir1 then
      if not (low > lower1 or close1 < lower1) then low = lower1 end
      if not (up < upper1 or close1 > upper1) then up = upper1 end
      if line1 == upper1 then
        dir = c > up and -1 or 1
      else
        dir = c < low and 1 or -1
      end
    end
    lower1, upper1, close1, dir1 = low, up, c, dir
    line1 = dir == 1 and up or low
    return line1, dir
  end
end)

--- na for good once a bar was skipped: its recurrence reads the calls, not the chart.
bars_based("sar", function(b)
  local high, low, close = b.high, b.low, b.close
  local step, at
  return function(start, inc, top)
    local bar = core.bar()
    if at == nil and bar == 0 then
      step = stepper("sar", start or 0.02, inc or 0.02, top or 0.2)
    elseif at ~= bar - 1 then
      step = nil
    end
    at = bar
    if step == nil then return NA end
    return step(high[0], low[0], close[0])
  end
end)

bars_based("pivot_point_levels", function(b)
  local open, high, low, close = b.open, b.high, b.low, b.close
  local kinds = { traditional = 0, fibonacci = 1, woodie = 2, classic = 3, dm = 4, camarilla = 5 }
  local kind, step
  local array = core.module("wick.pine.array").array
  return function(name, anchor, developing)
    if step == nil then
      kind = kinds[name:lower()]
      if kind == nil then raise("pine.call.pivot_point_levels: there is no type '" .. name .. "'") end
      step = stepper("pivot_point_levels", kind, developing and 1 or 0)
    end
    return array.from(step(anchor and 1 or 0, open[0], high[0], low[0], close[0]))
  end
end)

-- Variables of Pine: the same value wherever they are read.
for name in ("obv accdist pvt nvi pvi wad iii wvad"):gmatch("%S+") do
  M[name] = function()
    local x = core.ta[name]()
    return function() return x[0] end
  end
end

-- The two percentiles keep one window of all they are given, calls of one bar included.
turns.percentile_linear_interpolation, turns.percentile_nearest_rank = nil, nil

local many = core.module("wick.pine.turns").open(M, turns)

--- pine.call.many("ema"): an object for a place that is called several times on one bar: every call
--- starts from what the bar before left.
function M.many(name) return many(name) end

return { call = core.view("pine.call", M) }
