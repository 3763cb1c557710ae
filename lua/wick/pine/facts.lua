-- SPDX-License-Identifier: MIT
-- pine.timeframe, syminfo, barstate, session, chart: what is known of the symbol in hand. Inside a
-- request that is the request's. In the body what changes from bar to bar is a series.
local core = ...
local type, setmetatable, rawget = type, setmetatable, rawget
local floor = math.floor
local raise, ops = core.raise, core.ops
local NA = 0 / 0
local MINUTE, DAY = 60000, 86400000

local M = {}

-- ---- facts, read once per symbol -----------------------------------------------------------
local function facts()
  local list = core.pine_state.facts
  if not list then
    list = {}
    core.pine_state.facts = list
  end
  local at = core.present()
  local f = list[at]
  if not f then
    f = core.facts()
    list[at] = f
  end
  return f
end

-- The exchange's zone, for the clock.
function M.zone_name() return facts().timezone end

-- Namespace whose names are computed when read; `calls` are its functions.
local function computed(name, fields, calls, call)
  local known = {}
  for k in next, fields do known[k] = true end
  for k in next, calls do known[k] = true end
  return setmetatable({}, {
    __metatable = name,
    __newindex = function() raise(name .. " belongs to wick and cannot be changed") end,
    __call = call,
    __index = function(_, key)
      local get = fields[key]
      if get then return get(facts()) end
      local f = calls[key]
      if f ~= nil then return f end
      local near = type(key) == "string" and core.nearest(key, known)
      raise(name .. "." .. core.tostring(key) .. " does not exist" ..
        (near and "; did you mean " .. name .. "." .. near .. "?" or ""))
    end,
  })
end

-- ---- timeframe -----------------------------------------------------------------------------
-- Pine's text of a timeframe: minutes as a plain number, "D", "W", "M", "30S".
local function period_text(ms)
  if ms < 0 then return core.fmt(-ms) .. "M" end
  if ms % (7 * DAY) == 0 and ms > 0 then return core.fmt(ms / (7 * DAY)) .. "W" end
  if ms % DAY == 0 and ms > 0 then return core.fmt(ms / DAY) .. "D" end
  if ms % MINUTE == 0 then return core.fmt(ms / MINUTE) end
  return core.fmt(ms / 1000) .. "S"
end

local function multiplier(ms)
  if ms < 0 then return -ms end
  if ms % (7 * DAY) == 0 and ms > 0 then return ms / (7 * DAY) end
  if ms % DAY == 0 and ms > 0 then return ms / DAY end
  if ms % MINUTE == 0 then return ms / MINUTE end
  return ms / 1000
end

local timeframe = {}
function timeframe.period(f) return period_text(f.timeframe) end
function timeframe.main_period(f) return period_text(f.chart_timeframe) end
function timeframe.multiplier(f) return multiplier(f.timeframe) end
function timeframe.isintraday(f) return f.timeframe >= 0 and f.timeframe < DAY end
function timeframe.isminutes(f) return f.timeframe >= MINUTE and f.timeframe < DAY end
function timeframe.isseconds(f) return f.timeframe > 0 and f.timeframe < MINUTE end
function timeframe.isticks() return false end
function timeframe.isdaily(f) return f.timeframe >= DAY and f.timeframe % (7 * DAY) ~= 0 end
function timeframe.isweekly(f) return f.timeframe > 0 and f.timeframe % (7 * DAY) == 0 end
function timeframe.ismonthly(f) return f.timeframe < 0 end
function timeframe.isdwm(f) return f.timeframe < 0 or f.timeframe >= DAY end

local function frame(what, tf)
  if tf == nil or tf == "" then return facts().timeframe end
  local ms = type(tf) == "string" and core.timeframe_ms(tf)
  if not ms then raise(what .. ": '" .. core.tostring(tf) .. "' is no timeframe (\"15\", \"D\", \"W\")") end
  return ms
end

-- A month counts as Pine counts it: a twelfth of 365.2425 days.
local MONTH = 2628003

local frame_calls = {}
function frame_calls.in_seconds(tf)
  local ms = frame("pine.timeframe.in_seconds", tf)
  if ms < 0 then return -ms * MONTH end
  return ms / 1000
end

function frame_calls.from_seconds(n)
  if type(n) ~= "number" or n ~= n then raise("pine.timeframe.from_seconds: a number is expected") end
  if n < 60 then return core.fmt(n) .. "S" end
  if n < 86400 then return core.fmt(math.ceil(n / 60)) end
  if n < 604800 then return core.fmt(math.ceil(n / 86400)) .. "D" end
  if n < MONTH then return core.fmt(math.ceil(n / 604800)) .. "W" end
  return core.fmt(math.ceil(n / MONTH)) .. "M"
end

--- pine.timeframe.change(tf): the first bar of each period of tf. The first bar of the feed has nothing
--- before it and is none: bands anchored to it begin a period later (vwap-bands probe).
function frame_calls.change(tf)
  frame("pine.timeframe.change", tf)
  local open = core.module("wick.pine.clock").time
  if not core.on_bars() then
    local t = open(tf)
    return ops.ne(t, t:lag(1))
  end
  if core.bar() == 0 then return false end
  return open(tf) ~= open(tf, 1)
end
M.timeframe = computed("pine.timeframe", timeframe, frame_calls)

-- ---- syminfo -------------------------------------------------------------------------------
local types = { fund = "fund", stock = "stock", crypto = "crypto", forex = "forex", futures = "futures", index = "index" }

-- The least scale on which the tick is whole.
local function pricescale(tick)
  local scale = 1
  while scale < 1e10 and math.abs(tick * scale - floor(tick * scale + 0.5)) > 1e-9 * scale * tick do
    scale = scale * 10
  end
  return scale
end

local syminfo = {}
function syminfo.mintick(f) return f.tick end
function syminfo.pointvalue(f) return f.point_value end
function syminfo.pricescale(f) return pricescale(f.tick) end
function syminfo.minmove(f) return floor(f.tick * pricescale(f.tick) + 0.5) end
function syminfo.mincontract(f) return f.qty_step end
function syminfo.ticker(f) return f.ticker ~= "" and f.ticker or f.symbol end
function syminfo.tickerid(f) return f.symbol end
syminfo.main_tickerid = syminfo.tickerid
function syminfo.root(f) return (f.symbol:match("^[%a]+")) or f.symbol end
function syminfo.description(f) return f.ticker ~= "" and f.ticker or f.symbol end
function syminfo.type(f) return types[f.kind] or f.kind end
function syminfo.currency(f) return f.currency end
function syminfo.basecurrency(f)
  local quote = f.currency
  local n = #f.symbol - #quote
  if f.kind ~= "stock" and quote ~= "" and n > 0 and f.symbol:sub(n + 1) == quote then
    return (f.symbol:sub(1, n):gsub("[%W_]+$", ""))
  end
  return ""
end
function syminfo.timezone(f) return f.timezone end
function syminfo.session(f) return f.session end
local function text_field(value) return function() return value end end
for name in ("prefix country industry sector isin current_contract recommendations_date"):gmatch("%S+") do
  syminfo[name] = text_field ""
end
syminfo.volumetype = text_field "base"
for name in ([[employees shareholders shares_outstanding_float shares_outstanding_total
  target_price_average target_price_high target_price_low target_price_median target_price_date
  target_price_estimates recommendations_buy recommendations_buy_strong recommendations_hold
  recommendations_sell recommendations_sell_strong recommendations_total expiration_date]]):gmatch("%S+") do
  syminfo[name] = text_field(NA)
end
M.syminfo = computed("pine.syminfo", syminfo, {
  prefix = function(symbol) return symbol:match("^([^:]*):") or "" end,
  ticker = function(symbol) return symbol:match("^[^:]*:(.+)$") or symbol end,
})

-- ---- barstate ------------------------------------------------------------------------------
local function on_bar(index)
  return function(f)
    if core.on_bars() then return core.bar() == index(f) end
    return ops.eq(core.bars_here().bar_index, index(f))
  end
end

local function constant(value)
  return function()
    if core.on_bars() then return value end
    return ops.eq(core.bars_here().bar_index * 0, value and 0 or 1)
  end
end

local function last_index(f) return f.bars - 1 end
M.barstate = computed("pine.barstate", {
  isfirst = on_bar(function() return 0 end),
  islast = on_bar(last_index),
  islastconfirmedhistory = on_bar(last_index),
  isnew = constant(true), isconfirmed = constant(true), ishistory = constant(true),
  isrealtime = constant(false),
}, {})

-- ---- session -------------------------------------------------------------------------------
local function first_bar()
  local day = core.bars_here().new_day
  if core.on_bars() then return day[0] == 1 end
  return day
end

-- The bar whose close is the close of its day.
local function last_bar()
  local b = core.bars_here()
  local close = core.module("wick.pine.clock").time_close("D")
  if core.on_bars() then return b.time_close[0] >= close end
  return ops.ge(b.time_close, close)
end

local function market(f)
  local open = core.module("wick.pine.clock").time("", f.session)
  if core.on_bars() then return open == open end
  return ops.negate(ops.isna(open))
end

M.session = computed("pine.session", {
  isfirstbar = first_bar, isfirstbar_regular = first_bar,
  islastbar = last_bar, islastbar_regular = last_bar,
  ismarket = market, ispremarket = constant(false), ispostmarket = constant(false),
}, { regular = "regular", extended = "extended" })

-- ---- chart ---------------------------------------------------------------------------------
local point = core.module("wick.pine.draw").point
M.chart = computed("pine.chart", {
  is_standard = text_field(true), is_heikinashi = text_field(false), is_kagi = text_field(false),
  is_linebreak = text_field(false), is_pnf = text_field(false), is_range = text_field(false),
  is_renko = text_field(false), bg_color = text_field(0xFFFFFF), fg_color = text_field(0),
  left_visible_bar_time = function(f) return f.first end,
  right_visible_bar_time = function(f) return f.last end,
}, { point = point })

-- ---- numbers -------------------------------------------------------------------------------
-- Plain fields of `pine` would belong to the first run that names them, so these are functions'
-- results put there afresh: see wick.pine.
core.pine_numbers = {
  last_bar_index = function() return facts().bars - 1 end,
  last_bar_time = function() return facts().last end,
  timenow = function() return facts().last_close end,
}

return M
