-- SPDX-License-Identifier: MIT
-- pine.call.many(NAME): a stateful function at a place that is called several times on one bar (in a
-- loop). There is one state, however often the place is called: every call of a bar starts from what
-- the bar before left, and the last one is what stays (measured on TradingView: 86 292 of 86 292
-- values of an average in a loop; a state for every turn agrees with a third of them).
local core = ...
local raise, type, select, pairs = core.raise, type, select, core.pairs
local EPS = 1e-10
local NA = 0 / 0
local MEMORY, RING = 5000, 8192 -- as in call.lua

local M = {}

-- ---- indicators in C -----------------------------------------------------------------------
-- f(inputs..., parameters...): one stream for every set of parameters, fed with the last inputs of the
-- bars before when it is its turn.
local function streams(name, n_in, settle)
  return function()
    local past, done, bar, pending = {}, 0, -1, nil
    if core.fixed then core.fixed[past] = true end
    local known = {}
    return function(...)
      local now = core.bar()
      if now ~= bar then
        if pending then
          past[done % RING] = pending
          done = done + 1
        end
        bar = now
      end
      local x, y, z = ...
      pending = { x, n_in > 1 and y or 0, n_in > 2 and z or 0 }
      local key = ""
      for i = n_in + 1, select("#", ...) do
        key = key .. core.tostring((select(i, ...))) .. ";"
      end
      local s = known[key]
      if not s then
        local step, mark = settle(select(n_in + 1, ...))
        s = { step = step, mark = mark, fed = done > MEMORY and done - MEMORY or 0, ahead = false }
        known[key] = s
      end
      if s.ahead then s.mark(true) end
      for i = s.fed, done - 1 do
        local p = past[i % RING]
        if i >= done - MEMORY then s.step(p[1], p[2], p[3]) end
      end
      s.fed = done
      s.mark(false)
      s.ahead = true
      return s.step(pending[1], pending[2], pending[3])
    end
  end
end

-- ---- small memories ------------------------------------------------------------------------
-- step(state, arguments...): the state is a table of plain values, copied from bar to bar.
local function small(start, step)
  return function()
    local kept, now, bar = start(), {}, -1
    return function(...)
      local at = core.bar()
      if at ~= bar then
        if bar >= 0 then kept, now = now, kept end
        bar = at
      end
      for k in pairs(now) do now[k] = nil end
      for k, v in pairs(kept) do now[k] = v end
      return step(now, ...)
    end
  end
end

local function nothing() return {} end

M.crossover = small(nothing, function(s, a, b)
  if a ~= a or b ~= b then return false end
  local fires = s.was and a > b
  s.was = a <= b
  return fires == true
end)
M.crossunder = small(nothing, function(s, a, b)
  if a ~= a or b ~= b then return false end
  local fires = s.was and a < b
  s.was = a >= b
  return fires == true
end)
M.cross = small(function() return { side = 0 } end, function(s, a, b)
  if a ~= a or b ~= b then return false end
  local fires = (s.side < 0 and a > b) or (s.side > 0 and a < b)
  local d = a - b
  if d < -EPS then s.side = -1 elseif d > EPS then s.side = 1 end
  return fires
end)

local function run_of(sign)
  return small(function() return { last = NA, count = 0 } end, function(s, x, n)
    local last = s.last
    s.last = x
    if last ~= last then return false end
    s.count = (x - last) * sign > EPS and s.count + 1 or 0
    return s.count >= n
  end)
end
M.rising, M.falling = run_of(1), run_of(-1)

M.barssince = small(function() return { count = NA } end, function(s, cond)
  s.count = cond == true and 0 or s.count + 1
  return s.count
end)
M.cum = small(function() return { total = 0 } end, function(s, x)
  if x ~= x then return NA end
  s.total = s.total + x
  return s.total
end)
M.fixnan = small(function() return { last = NA } end, function(s, x)
  if x == x then s.last = x end
  return s.last
end)
M.max = small(function() return { top = NA } end, function(s, x)
  if x > s.top or s.top ~= s.top then s.top = x end
  return s.top
end)
M.min = small(function() return { low = NA } end, function(s, x)
  if x < s.low or s.low ~= s.low then s.low = x end
  return s.low
end)

function M.valuewhen()
  local past = {}
  if core.fixed then core.fixed[past] = true end
  return small(function() return { seen = 0, number = true } end, function(s, cond, x, k)
    if cond == true then
      past[s.seen % RING] = x
      s.seen = s.seen + 1
    end
    if x ~= nil then s.number = type(x) == "number" end
    k = k or 0
    if k < s.seen and k < MEMORY then return past[(s.seen - 1 - k) % RING] end
    if s.number then return NA end
    return nil
  end)()
end

-- ---- functions of the chart's bars ---------------------------------------------------------
-- They are handed no series: for the same parameters every call of a bar gives the same.
local function chart_only(name, make)
  return function()
    if core.state_stream then
      raise("pine.call.many(\"" .. name .. "\") cannot be saved; take ta." .. name .. " out of the loop")
    end
    local known = {}
    return function(...)
      local key, bar = "", core.bar()
      for i = 1, select("#", ...) do key = key .. core.tostring((select(i, ...))) .. ";" end
      local o = known[key]
      if not o then
        o = { f = make(), bar = -1 }
        known[key] = o
      end
      if o.bar ~= bar then
        o.bar = bar
        o.values = core.pack(o.f(...))
      end
      return core.unpack(o.values, 1, o.values.n)
    end
  end
end

--- M.open(calls, rules): `calls` are the functions of pine.call, `rules` says which of them are streams:
--- name -> { number of inputs, settle(mode, parameters...) }.
function M.open(calls, rules)
  for name, rule in pairs(rules) do M[name] = streams(name, rule[1], rule[2]) end
  for name in ("wpr tr atr dmi supertrend sar"):gmatch("%S+") do M[name] = chart_only(name, calls[name]) end
  -- change, mom, roc, highest, lowest and what is made of them keep one slot a bar, which every call
  -- of the bar writes anew: they are as they are.
  function M.vwma()
    local top, bottom, volume = M.sma(), M.sma(), core.bars_here().volume
    return function(x, n)
      local r = top(x * volume[0], n) / bottom(volume[0], n)
      if r - r ~= 0 then return NA end
      return r
    end
  end
  local function kc()
    local b, tr, mid, spread = core.bars_here(), calls.tr(), M.ema(), M.ema()
    return function(x, n, k, use_tr)
      local m = mid(x, n)
      local r = spread(use_tr == false and b.high[0] - b.low[0] or tr(false), n)
      return m, m + k * r, m - k * r
    end
  end
  M.kc = kc
  function M.kcw()
    local f = kc()
    return function(x, n, k, use_tr)
      local m, up, low = f(x, n, k, use_tr)
      local w = (up - low) / m
      if w - w ~= 0 then return NA end
      return w
    end
  end
  function M.mfi()
    local f, volume = streams("mfi", 2, rules.mfi[2])(), core.bars_here().volume
    return function(x, n) return f(x, volume[0], n) end
  end
  return function(name)
    local make = M[name] or calls[name]
    if not make then raise("pine.call.many: there is no pine.call." .. core.tostring(name)) end
    return make()
  end
end

return M
