-- SPDX-License-Identifier: MIT
-- Pine style: one strategy object per symbol, orders by id, inputs as plain numbers.
local core = ...
local type, rawset, rawget, next = type, rawset, rawget, next
local raise, orders = core.raise, core.orders

local pine = { input = {} }

-- ---- inputs --------------------------------------------------------------------------------
local input_fields = { min = true, max = true, minval = true, maxval = true, step = true, title = true, options = true }

local function declare(name, spec, opts)
  if type(name) ~= "string" or name == "" then raise("pine.input: the name comes first") end
  if core.inputs[name] then raise("pine.input: '" .. name .. "' is declared twice") end
  spec.title = opts and opts.title
  core.inputs[name] = spec
  local v = core.param(name)
  if v ~= nil then return v end
  if spec.kind == "choice" then return spec.choices[1] end
  return spec.def
end

local function check_opts(opts)
  for key in core.pairs(opts or {}) do
    if not input_fields[key] then
      local near = type(key) == "string" and core.nearest(key, input_fields)
      raise("pine.input: unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
  return opts or {}
end

local function number_input(kind, make, name, def, opts)
  opts = check_opts(opts)
  if type(def) ~= "number" then raise("pine.input." .. kind .. ": the default must be a number") end
  local lo, hi = opts.min or opts.minval, opts.max or opts.maxval
  -- Without limits a tuner gets a decade around the default.
  if lo == nil then lo = def > 0 and (kind == "int" and math.max(1, math.floor(def / 10)) or def / 10) or def * 10 end
  if hi == nil then hi = def > 0 and def * 10 or (kind == "int" and math.max(0, math.ceil(def / 10)) or def / 10) end
  return declare(name, make(def, math.min(lo, hi), math.max(lo, hi), opts.step), opts)
end

local wick = core.module("wick")
--- pine.input.int(name, default [, { min=, max=, step=, title= }]): a whole number.
function pine.input.int(name, def, opts) return number_input("int", wick.int, name, def, opts) end
--- pine.input.float(name, default [, { min=, max=, step=, title= }]): a real number.
function pine.input.float(name, def, opts) return number_input("float", wick.num, name, def, opts) end
--- pine.input.bool(name, default): true or false.
function pine.input.bool(name, def, opts) return declare(name, wick.bool(def), check_opts(opts)) end
--- pine.input.string(name, default, { options = {...} }): one of some texts.
function pine.input.string(name, def, opts)
  opts = check_opts(opts)
  local list = { def }
  for _, o in ipairs(opts.options or {}) do
    if o ~= def then list[#list + 1] = o end
  end
  return declare(name, wick.choice(core.unpack(list)), opts)
end
pine.input = core.freeze("pine.input", pine.input)

-- ---- the strategy object -------------------------------------------------------------------
-- Fields of pine.strategy and the engine settings they mean. Pine counts pyramiding as extra
-- entries, wick as entries.
local settings = {
  pyramiding = function(v) return "max_entries", v < 1 and 1 or v end,
  process_orders_on_close = function(v) if v then return "fill", "close" end end,
  slippage = function(v) return "slip_ticks", v end,
  commission_value = function() end,
  commission_type = function() end,
}
local strategy_fields = {
  title = true, initial_capital = true, default_qty_type = true, default_qty_value = true,
  engine = true,
}
for key in next, settings do strategy_fields[key] = true end

local qty_types = { fixed = "units", percent_of_equity = "pct_equity", cash = "cash" }

local function commission(engine, args)
  local kind, value = args.commission_type or "percent", args.commission_value
  if value == nil then return end
  local key = kind == "percent" and "fee_pct" or kind == "cash_per_contract" and "fee_unit" or
    kind == "cash_per_order" and "fee_order"
  if not key then raise("pine.strategy: unknown commission_type '" .. core.tostring(kind) .. "'") end
  engine[key] = value
end

--- pine.strategy { title=, pyramiding=, ... } -> s
function pine.strategy(args)
  if type(args) == "string" then args = { title = args } end
  if type(args) ~= "table" then raise("pine.strategy takes a table: pine.strategy { title = \"MA\" }") end
  local engine = {}
  for key, v in core.pairs(args.engine or {}) do engine[key] = v end
  for key, v in core.pairs(args) do
    if not strategy_fields[key] then
      local near = type(key) == "string" and core.nearest(key, strategy_fields)
      raise("pine.strategy: unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
    if settings[key] then
      local k, value = settings[key](v)
      if k then engine[k] = value end
    end
  end
  if args.process_orders_on_close then engine.delay = 0 end
  commission(engine, args)
  local s = core.new_pine()
  rawset(s, "name", args.title or "pine")
  rawset(s, "engine", engine)
  rawset(s, "initial_cash", args.initial_capital)
  rawset(s, "long", "long")
  rawset(s, "short", "short")
  if args.default_qty_value then
    local key = qty_types[args.default_qty_type or "fixed"]
    if not key then
      raise("pine.strategy: default_qty_type is \"fixed\", \"percent_of_equity\" or \"cash\"")
    end
    rawset(s, "default_size", { key, args.default_qty_value })
  end
  return s
end

-- ---- orders --------------------------------------------------------------------------------
-- Calls of one bar are collected and placed when the bar function returns, because strategy.exit
-- may come after the entry it belongs to and has to travel with it as a bracket.
local m = core.pine_methods

local function queue(s, kind, id, args)
  if core.phase() ~= "decide" then raise("orders are placed inside each_bar") end
  local q = rawget(s, "queue")
  local n = q.n + 1
  q.n = n
  q[n] = { kind = kind, id = id, args = args }
end

local entry_fields = {
  qty = true, limit = true, stop = true, comment = true, oca = true, units = true, cash = true,
  pct_equity = true, pct_cash = true, risk_pct = true, stop_loss = true, target = true,
  stop_points = true, target_points = true, trail = true, expire = true, score = true,
}
local exit_fields = {
  profit = true, loss = true, limit = true, stop = true, trail_points = true, trail_offset = true,
  qty = true, comment = true,
}

local function check(call, args, known)
  if args == nil then return {} end
  if type(args) ~= "table" then raise(call .. ": named fields come in a table, got " .. type(args)) end
  for key, v in core.pairs(args) do
    if not known[key] then
      local near = type(key) == "string" and core.nearest(key, known)
      raise(call .. ": unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
    if key ~= "comment" and key ~= "oca" and type(v) ~= "number" then
      raise(call .. ": '" .. key .. "' must be a number, got " .. type(v))
    end
  end
  return args
end

local function check_id(call, id)
  if type(id) ~= "string" or id == "" then raise(call .. ": an id (text) comes first") end
end

local function check_side(call, side)
  if side ~= "long" and side ~= "short" then raise(call .. ": the direction is s.long or s.short") end
end

--- s:entry(id, direction [, { qty=, limit=, stop=, comment= }])
function m.entry(s, id, side, args)
  check_id("entry", id)
  check_side("entry", side)
  args = check("entry", args, entry_fields)
  queue(s, side, id, args)
end

--- s:order(id, direction [, { qty=, limit=, stop= }]): no pyramiding rule, no reversal.
function m.order(s, id, side, args)
  check_id("order", id)
  check_side("order", side)
  args = check("order", args, entry_fields)
  queue(s, side == "long" and "buy" or "sell", id, args)
end

--- s:exit(id [, from_entry], { profit=, loss=, limit=, stop=, trail_points=, trail_offset=, qty= })
function m.exit(s, id, from, args)
  check_id("exit", id)
  if type(from) == "table" then from, args = nil, from end
  queue(s, "exit", id, { from = from, levels = check("exit", args, exit_fields) })
end

--- s:close(id [, comment]): closes what is held. `s.close` is the closing price too, as in Pine, so
--- the method is what calling that series does.
local function close(s, id, comment)
  check_id("close", id)
  queue(s, "close", id, comment)
end

local call_series = core.series_meta.__call
core.series_meta.__call = function(x, s, ...)
  if core.is(s) == "pine" and rawequal(x, s.close) then return close(s, ...) end
  return call_series(x, s, ...)
end

--- s:close_all()
function m.close_all(s) queue(s, "close", nil) end
--- s:cancel(id)
function m.cancel(s, id)
  check_id("cancel", id)
  queue(s, "cancel", id)
end
--- s:cancel_all()
function m.cancel_all(s) queue(s, "cancel_all") end

-- Exit levels as bracket fields of the entry (distances in ticks, as Pine has them).
local function bracket(s, o, levels)
  local tick = s.tick_size
  o.stop_loss = levels.stop
  o.target = levels.limit
  if levels.loss then o.stop_points = levels.loss * tick end
  if levels.profit then o.target_points = levels.profit * tick end
  if levels.trail_offset then
    o.trail = levels.trail_offset * tick
    if levels.trail_points then o.trail_start = levels.trail_points * tick end
  elseif levels.trail_points then
    o.trail = levels.trail_points * tick
  end
end

local function protect(s, levels)
  local side = s.position_size > 0 and 1 or -1
  local from, tick = s.position_avg_price, s.tick_size
  local stop, target = levels.stop, levels.limit
  if levels.loss and not stop then stop = from - side * levels.loss * tick end
  if levels.profit and not target then target = from + side * levels.profit * tick end
  local trail = (levels.trail_offset or levels.trail_points)
  s:protect { stop = stop, target = target, trail = trail and trail * tick }
end

local sizes = { "units", "cash", "pct_equity", "pct_cash", "risk_pct" }

local function order_of(s, call, exits)
  local a, o = call.args, {}
  for _, key in ipairs(sizes) do o[key] = a[key] end
  if a.qty then
    o.units = a.qty
  elseif next(o) == nil and rawget(s, "default_size") then
    local d = rawget(s, "default_size")
    o[d[1]] = d[2]
  end
  o.limit, o.stop, o.tag, o.oco = a.limit, a.stop, call.id, a.oca
  o.stop_loss, o.target, o.stop_points = a.stop_loss, a.target, a.stop_points
  o.target_points, o.trail, o.expire, o.score = a.target_points, a.trail, a.expire, a.score
  local e = exits[call.id] or exits[1]
  if e then bracket(s, o, e.levels) end
  return o
end

local function flush(s, q)
  local exits, entered = {}, false
  for i = 1, q.n do
    local c = q[i]
    if c.kind == "exit" then exits[c.args.from or 1] = c.args end
    if c.kind == "long" or c.kind == "short" then entered = true end
  end
  for i = 1, q.n do
    local c = q[i]
    q[i] = nil
    local kind = c.kind
    if kind == "long" or kind == "short" then
      -- The same id again replaces the resting order.
      if s.pending > 0 then orders.cancel(s, c.id) end
      orders[kind == "long" and "buy" or "sell"](s, order_of(s, c, exits))
    elseif kind == "buy" or kind == "sell" then
      local o = order_of(s, c, {})
      o.side = kind
      orders.order(s, o)
    elseif kind == "exit" then
      if s.position_size ~= 0 then
        protect(s, c.args.levels)
      elseif not entered and s.pending > 0 then
        rawset(s, "waiting", c.args.levels) -- for the entry that rests
      end
    elseif kind == "close" then
      if s.position_size ~= 0 then orders.close(s, 1, c.args or c.id or "close_all") end
    elseif kind == "cancel" then
      orders.cancel(s, c.id)
    else
      orders.cancel_all(s)
    end
  end
  q.n = 0
end

--- s:each_bar(function() ... end) -> s: the function of every bar; end the file with `return` of it.
function m.each_bar(s, f)
  if type(f) ~= "function" then raise("each_bar takes a function") end
  if rawget(s, "each") then raise("each_bar is given twice") end
  local q = { n = 0 }
  rawset(s, "queue", q)
  rawset(s, "each", function()
    local waiting = rawget(s, "waiting")
    if waiting and s.position_size ~= 0 then
      protect(s, waiting)
      rawset(s, "waiting", nil)
    end
    f()
    if q.n > 0 then flush(s, q) end
  end)
  return s
end

return pine
