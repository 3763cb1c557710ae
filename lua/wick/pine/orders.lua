-- SPDX-License-Identifier: MIT
-- Pine style: the strategy object. Its orders and account values are methods and fields made in C
-- (src/lua/pine_calls.c) and, on wick-jit, in lua/wick/ffi_pine.lua; here are the declaration and
-- the bar function.
local core = ...
local type, rawset, rawget, next = type, rawset, rawget, next
local raise = core.raise
local m = core.pine_methods

-- ---- strategy() ----------------------------------------------------------------------------
-- Fields of pine.strategy that are engine settings. Pine counts pyramiding as extra entries, wick
-- as entries; 0 and 1 both mean one.
local settings = {
  pyramiding = function(v) return "max_entries", v < 1 and 1 or v end,
  slippage = function(v) return "slip_ticks", v end,
  margin_long = function(v) return "margin_long", v end,
  margin_short = function(v) return "margin_short", v end,
  backtest_fill_limits_assumption = function(v) return "through_ticks", v end,
  default_qty_value = function(v) return "size_amount", v end,
}
local choices = {
  default_qty_type = { fixed = "units", percent_of_equity = "pct_equity", cash = "cash" },
  commission_type = { percent = "fee_pct", cash_per_contract = "fee_unit", cash_per_order = "fee_order" },
  close_entries_rule = { FIFO = "fifo", ANY = "any" },
}
-- Fields that say how a chart looks, or what history cannot show.
local silent = {}
for name in ("shorttitle overlay format precision scale behind_chart explicit_plot_zorder " ..
  "max_bars_back max_lines_count max_labels_count max_boxes_count max_polylines_count " ..
  "calc_bars_count calc_on_every_tick dynamic_requests risk_free_rate " ..
  "fill_orders_on_standard_ohlc timeframe timeframe_gaps"):gmatch("%S+") do
  silent[name] = true
end
local known = {
  title = true, initial_capital = true, currency = true, process_orders_on_close = true,
  use_bar_magnifier = true,
  calc_on_order_fills = true, commission_value = true, engine = true,
}
for key in next, settings do known[key] = true end
for key in next, choices do known[key] = true end
for key in next, silent do known[key] = true end

local function choice(args, key, default)
  local v = args[key]
  if v == nil then v = default end
  if v == nil then return nil end
  local to = choices[key][v]
  if to then return to end
  local names = {}
  for name in core.pairs(choices[key]) do names[#names + 1] = '"' .. name .. '"' end
  raise("pine.strategy: " .. key .. " is one of " .. table.concat(names, ", "))
end

local function engine_of(args)
  local engine = { profile = "pine" }
  for key, make in core.pairs(settings) do
    local v = args[key]
    if v ~= nil then
      if type(v) ~= "number" then raise("pine.strategy: " .. key .. " is a number, got " .. type(v)) end
      local name, value = make(v)
      engine[name] = value
    end
  end
  engine.size = choice(args, "default_qty_type")
  engine.close_entries_rule = choice(args, "close_entries_rule")
  if args.commission_value then engine[choice(args, "commission_type", "percent")] = args.commission_value end
  if args.use_bar_magnifier then engine.magnifier = "on" end
  if args.calc_on_order_fills then engine.calc_on_order_fills = "on" end
  if args.process_orders_on_close then engine.delay, engine.fill = 0, "close" end
  for key, v in core.pairs(args.engine or {}) do engine[key] = v end
  return engine
end

--- pine.strategy { title=, pyramiding=, ... } -> s
local function strategy(args)
  if type(args) == "string" then args = { title = args } end
  if type(args) ~= "table" then raise("pine.strategy takes a table: pine.strategy { title = \"MA\" }") end
  for key in core.pairs(args) do
    if not known[key] then
      local near = type(key) == "string" and core.nearest(key, known)
      raise("pine.strategy: unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
  core.pine_state.most = {
    line = args.max_lines_count, label = args.max_labels_count, box = args.max_boxes_count,
    polyline = args.max_polylines_count,
  }
  local s = core.new_pine()
  rawset(s, "name", args.title or "pine")
  rawset(s, "engine", engine_of(args))
  rawset(s, "initial_cash", args.initial_capital or 1000000)
  local currency = args.currency
  if currency ~= nil and type(currency) ~= "string" then
    raise("pine.strategy: currency is a text (\"EUR\"), got " .. type(currency))
  end
  local own = core.facts().currency
  rawset(s, "currency", currency)
  rawset(s, "account_currency", currency and currency ~= "NONE" and currency or own ~= "" and own or "USD")
  rawset(s, "is_pine", true)
  rawset(s, "long", "long")
  rawset(s, "short", "short")
  return s
end

-- ---- orders --------------------------------------------------------------------------------
-- `s.close` is the closing price too, as in Pine, so the method is what calling that series does.
local call_series = core.series_meta.__call
-- No call into C on the way: traces of wick-jit would end there.
core.series_meta.__call = function(x, s, a, b)
  if type(s) == "table" and rawget(s, "is_pine") and rawequal(x, rawget(s, "close")) then
    return core.pine_close(s, a, b)
  end
  return call_series(x, s, a, b)
end

--- s:features { name = series, ... }: what a model filter sees at an entry.
function m.features(s, t)
  if type(t) ~= "table" or core.is(t) then raise("s:features: a table of named series is expected") end
  rawset(s, "feature_table", t)
end

-- ---- the bar function ----------------------------------------------------------------------
local wake_fields = { when = true, when_flat = true, when_long = true, when_short = true, on_fill = true, varip = true }

-- Names of variables that runs of the script inside a bar leave as they are (calc_on_order_fills).
local function varip_of(names)
  if type(names) ~= "table" or core.is(names) then raise("each_bar: varip is a list of names: { \"count\" }") end
  for _, name in ipairs(names) do
    if type(name) ~= "string" then raise("each_bar: varip is a list of names, got a " .. type(name)) end
  end
  return names
end

--- s:each_bar(function() ... end [, { when = mask, varip = names, ... }]) -> s: the function of every
--- bar, or of the bars on which a mask is 1; end the file with `return` of it.
function m.each_bar(s, f, wake)
  if type(f) ~= "function" then raise("each_bar takes a function") end
  if rawget(s, "each") then raise("each_bar is given twice") end
  if wake ~= nil then
    if type(wake) ~= "table" then raise("each_bar: the second value is a table: { when = mask }") end
    for key in core.pairs(wake) do
      if not wake_fields[key] then
        local near = type(key) == "string" and core.nearest(key, wake_fields)
        raise("each_bar: unknown field '" .. core.tostring(key) .. "'" ..
          (near and "; did you mean '" .. near .. "'?" or ""))
      end
    end
    local masks
    for key, v in core.pairs(wake) do
      if key == "varip" then
        rawset(s, "varip", varip_of(v))
      else
        masks = masks or {}
        masks[key] = v
      end
    end
    if masks or next(wake) == nil then rawset(s, "wake", masks or wake) end
  end
  rawset(s, "each", f)
  return s
end

return { strategy = strategy }
