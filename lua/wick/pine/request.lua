-- SPDX-License-Identifier: MIT
-- pine.request.*: expressions on another timeframe or symbol. A request is a declaration: nothing
-- that changes during the run is visible inside (pine_semantics.md 11), so it is computed before.
local core = ...
local type, setmetatable, getmetatable = type, setmetatable, getmetatable
local raise = core.raise
local NA = 0 / 0

local M, T = {}, {}

-- ---- which bars ----------------------------------------------------------------------------
local HA = "heikinashi:"

-- "BINANCE:ETHUSDT" is "ETHUSDT" here; the panel knows no exchanges.
local function plain(symbol)
  if symbol == nil then return "", false end
  if type(symbol) ~= "string" then raise("pine.request: the symbol is a text, got " .. type(symbol)) end
  local ha = symbol:sub(1, #HA) == HA
  if ha then symbol = symbol:sub(#HA + 1) end
  return symbol:match("^[^:]*:(.+)$") or symbol, ha
end

local function frame(tf)
  if tf == nil or tf == "" then return 0 end
  local ms = type(tf) == "string" and core.timeframe_ms(tf)
  if not ms then
    raise("pine.request: '" .. core.tostring(tf) .. "' is no timeframe (\"15\", \"240\", \"D\", \"W\", \"M\")")
  end
  return ms
end

-- Handle of the bars; nil when they are not there and the request forgives it.
local function bars_of(symbol, tf, forgiving, ahead)
  local name, ha = plain(symbol)
  local facts = core.facts()
  local ms = frame(tf)
  if name == facts.symbol or name == facts.ticker then name = "" end
  local b, why = core.inner(name, ms, ha, ahead)
  if b then return b end
  if forgiving then return nil end
  if why == "symbol" then
    raise("pine.request: symbol '" .. name .. "' is not loaded; give its file with --data too, or " ..
      "ignore_invalid_symbol = true for na")
  end
  raise("pine.request: timeframe '" .. core.tostring(tf) .. "' is finer than the bars, and no finer bars " ..
    "of this symbol are loaded; give them with --finer")
end

-- ---- the bars' own methods -----------------------------------------------------------------
local Walk = {}

--- h:each_bar(f): inside a request, results of f on every bar of the request.
function core.bars_methods.each_bar(b, f)
  if core.is(b) ~= "bars" then raise("each_bar: write h:each_bar(function() ... end) with a colon") end
  if type(f) ~= "function" then raise("each_bar takes a function") end
  return setmetatable({ f = f }, Walk)
end

-- ---- results -------------------------------------------------------------------------------
-- Values that are not numbers: which bar of the request is seen is a column, the value is looked up.
local Values = { __metatable = "pine.series" }
Values.__index = function(t, k)
  if type(k) ~= "number" then
    if k == "get" then return function(x, n) return x[n] end end
    raise("values of a request are read with x[k] in the bar function")
  end
  local i = t.at[k]
  if i ~= i then return nil end
  return t.list[i + 1]
end
Values.__newindex = function() raise("a series cannot be written to") end

local function numeric(list, n)
  for i = 1, n do
    local t = type(list[i])
    if t ~= "number" and t ~= "boolean" and t ~= "nil" then return false end
  end
  return true
end

local function walked(b, f, gaps, ahead)
  local lists, count = core.inner_run(b, f)
  local bars = core.bars_count(b)
  local out = {}
  if bars == 0 then
    -- Nothing has run, so how many results there are is not known yet.
    for k = 1, 16 do out[k] = core.inner_merge(b.close, gaps, ahead) end
    return core.unpack(out, 1, 16)
  end
  for k = 1, count do
    local list = lists[k]
    if numeric(list, bars) then
      out[k] = core.inner_merge(core.column(b, list, "pine.request"), gaps, ahead)
    else
      if core.fixed then core.fixed[list] = true end
      out[k] = setmetatable({ at = core.inner_merge(b, gaps, ahead), list = list }, Values)
    end
  end
  return core.unpack(out, 1, count)
end

-- Everything inside belongs to the request: a series of the chart is the same expression there.
local function as_series(b, x)
  if core.is(x) == "series" then return core.inner_rebase(b, x) end
  if type(x) == "boolean" then x = x and 1 or 0 end
  if x == nil then x = NA end
  if type(x) ~= "number" then
    raise("pine.request: the function must return series of the bars it is given, got " .. type(x))
  end
  return b.bar_index * 0 + x
end

local function expression(b, f)
  if type(f) == "string" then return core.pack(core.expr(f, b)) end
  if type(f) ~= "function" then
    raise("pine.request: the expression is a function of the requested bars: function(d) return d.close end")
  end
  return core.pack(core.inner_declare(b, f))
end

local option_names = {
  gaps = true, lookahead = true, ignore_invalid_symbol = true, currency = true,
  calc_bars_count = true, ignore_invalid_timeframe = true,
}

local function options(what, opts)
  if opts == nil then return {} end
  if type(opts) ~= "table" then raise(what .. ": options come in a table: { gaps = true }") end
  for key in core.pairs(opts) do
    if not option_names[key] then
      local near = type(key) == "string" and core.nearest(key, option_names)
      raise(what .. ": unknown option '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
  return opts
end

-- Prices are not converted on the way.
local function check_currency(what, b, wanted)
  local own = b.currency
  if wanted == nil or wanted == "NONE" or own == "" or own == wanted then return end
  raise(what .. ": the values are in " .. own .. "; leave 'currency' out and multiply those that are money by " ..
    "pine.request.currency_rate(\"" .. own .. "\", \"" .. core.tostring(wanted) .. "\")")
end

local function declare_only(what)
  if core.on_bars() then
    raise(what .. " is a declaration: make it in the file body and read what it gives with x[0]")
  end
end

local function missing()
  return core.bars_here().bar_index * NA
end

--- pine.request.security(symbol, timeframe, f [, { gaps=, lookahead=, ... }]) -> series...
function M.security(symbol, tf, f, opts)
  declare_only("pine.request.security")
  opts = options("pine.request.security", opts)
  local gaps = opts.gaps == true or opts.gaps == "gaps_on"
  local ahead = opts.lookahead == true or opts.lookahead == "lookahead_on"
  local b = bars_of(symbol, tf, opts.ignore_invalid_symbol, ahead)
  if not b then return missing() end
  check_currency("pine.request.security", b, opts.currency)
  local got = expression(b, f)
  if type(got[1]) == "table" and getmetatable(got[1]) == Walk then
    return walked(b, got[1].f, gaps, ahead)
  end
  for k = 1, got.n do got[k] = core.inner_merge(as_series(b, got[k]), gaps, ahead) end
  return core.unpack(got, 1, got.n)
end

-- ---- finer bars ----------------------------------------------------------------------------
local Slices = { __metatable = "pine.series" }
Slices.__index = function(t, k)
  if type(k) ~= "number" then
    if k == "get" then return function(x, n) return x[n] end end
    raise("arrays of a request are read with x[k] in the bar function")
  end
  local out = core.module("wick.pine.array").array.new()
  local from, to = t.first[k], t.last[k]
  if from == from and to == to then
    for i = from, to do out:push(t.list[i + 1]) end
  end
  return out
end
Slices.__newindex = Values.__newindex

local function listed(b, x)
  return (core.values(as_series(b, x)))
end

--- pine.request.security_lower_tf(symbol, timeframe, f) -> series of arrays...
function M.security_lower_tf(symbol, tf, f, opts)
  declare_only("pine.request.security_lower_tf")
  opts = options("pine.request.security_lower_tf", opts)
  local b = bars_of(symbol, tf, opts.ignore_invalid_symbol or opts.ignore_invalid_timeframe)
  if not b then
    local none = missing()
    return setmetatable({ first = none, last = none, list = {} }, Slices)
  end
  check_currency("pine.request.security_lower_tf", b, opts.currency)
  local first, last = core.inner_range(b)
  local got = expression(b, f)
  local lists, n = {}, got.n
  if type(got[1]) == "table" and getmetatable(got[1]) == Walk then
    lists, n = core.inner_run(b, got[1].f)
  else
    for k = 1, n do lists[k] = listed(b, got[k]) end
  end
  local out = {}
  for k = 1, n do
    if core.fixed then core.fixed[lists[k]] = true end
    out[k] = setmetatable({ first = first, last = last, list = lists[k] }, Slices)
  end
  return core.unpack(out, 1, n)
end

-- ---- data that is not here -----------------------------------------------------------------
local function absent()
  if core.on_bars() then return NA end
  return missing()
end
--- pine.request.currency_rate(from, to [, ignore]) -> series: units of `to` for one of `from`, the close of the day
--- before (UTC). Pairs come with --rates.
function M.currency_rate(from, to, ignore)
  declare_only("pine.request.currency_rate")
  if from == nil or to == nil or from == "" or to == "" then return missing() end
  if type(from) ~= "string" or type(to) ~= "string" then
    raise("pine.request.currency_rate takes two currencies, such as \"EUR\" and \"USD\"")
  end
  local b = core.bars_here()
  local list = core.rates(b, from, to)
  if list then return core.column(b, list, "pine.request.currency_rate") end
  if ignore then return missing() end
  raise("pine.request.currency_rate: no rate of " .. from .. " in " .. to .. "; give bars of " .. from .. to ..
    " with --rates PATH, or ignore_invalid_currency = true for na")
end
for name in ("dividends splits earnings financial economic quandl seed"):gmatch("%S+") do
  M[name] = absent
end

-- ---- pine.ticker ---------------------------------------------------------------------------
--- pine.ticker.heikinashi(symbol): for request.security.
function T.heikinashi(symbol) return HA .. (plain(symbol)) end
--- pine.request.choice(names, make): one request for each timeframe or symbol, made before the bars run; the table is
--- read with that of the bar in hand.
function M.choice(list, make)
  local made = {}
  for i = 1, #list do made[list[i]] = make(list[i]) end
  return setmetatable(made, { __index = function(_, tf)
    raise("pine.request: '" .. core.tostring(tf) .. "' is none of the timeframes and symbols named in the script")
  end })
end

function T.standard(symbol) return (plain(symbol or core.facts().symbol)) end
function T.new(_, ticker) return ticker end
function T.modify(symbol) return symbol end
function T.inherit(_, symbol) return symbol end
for name in ("renko linebreak kagi pointfigure"):gmatch("%S+") do
  T[name] = function()
    raise("pine.ticker." .. name .. ": bars of this kind are not made from time bars here; standard and " ..
      "heikinashi are")
  end
end

return { request = core.view("pine.request", M), ticker = core.view("pine.ticker", T) }
