-- SPDX-License-Identifier: MIT
-- Calls with a form of their own in Lua: declaration of the script, inputs, orders, plots, old
-- names.
local core = ...
local lift, types = core.module("wick.pine.lift"), core.module("wick.pine.typing")
local builtins = core.module("wick.pine.builtins")
local expressions = core.module("wick.pine.emit_expr")
local const, bar, series = lift.const, lift.bar, lift.series
local quote = expressions.quote
local P = lift.p
local ipairs = ipairs

local M = {}
local special = {}
local U = { special = special }

U.refused = {
  ["ticker.renko"] = "Renko bars are not made here; use time bars, or feed Renko bars as data",
  ["ticker.kagi"] = "Kagi charts are not made here; use time bars",
  ["ticker.linebreak"] = "line break charts are not made here; use time bars",
  ["ticker.pointfigure"] = "point and figure charts are not made here; use time bars",
  ["request.seed"] = "request.seed reads TradingView's servers; load the values as another symbol and use request.security",
}

local function fields(parts)
  return #parts > 0 and "{ " .. table.concat(parts, ", ") .. " }" or nil
end

-- ---- the script ----------------------------------------------------------------------------
local strategy_fields = {
  "title", "overlay", "pyramiding", "calc_on_order_fills", "calc_on_every_tick", "max_bars_back",
  "backtest_fill_limits_assumption", "default_qty_type", "default_qty_value", "initial_capital",
    "currency", "slippage",
  "commission_type", "commission_value", "process_orders_on_close", "close_entries_rule",
    "margin_long",
  "margin_short", "max_lines_count", "max_labels_count", "max_boxes_count", "max_polylines_count",
  "risk_free_rate", "use_bar_magnifier", "fill_orders_on_standard_ohlc",
}
local silent = { max_bars_back = true, overlay = true }

-- Arguments of version 4 and before that version 5 renamed or dropped.
local function declaration(self, node, f)
  if self.tr.declared then
    self:fail(node, "the script is declared twice")
    return nil
  end
  self.tr.declared = f.name
  local list, given, parts = self:bind(node, f), {}, {}
  local refills, on_close
  for i = 1, list.n do
    local e = list[i]
    if e then
      local v = self:expr(e)
      if v.k ~= "c" then
        self:fail(e, f.name .. ": '" .. f.params[i].name .. "' must be a constant")
      end
      given[f.params[i].name] = v.d or "nil"
      if f.name == "indicator" and f.params[i].name == "timeframe" and v.d ~= '""' then
        self:fail(e, "indicator: a timeframe of its own is not supported; request what is shown with " ..
          "request.security(syminfo.tickerid, timeframe, ...), or give bars of it (--timeframe)")
      end
      if f.params[i].name == "calc_on_order_fills" and v.lit and v.value then refills = true end
      if f.params[i].name == "dynamic_requests" and v.lit then self.tr.dynamic = v.value end
      if f.params[i].name == "process_orders_on_close" and v.lit and v.value then on_close = true end
    end
  end
  -- Pine itself ignores it beside process_orders_on_close.
  self.tr.refills = refills and not on_close
  if not self.tr.refills then given.calc_on_order_fills = nil end
  if f.name == "indicator" then
    for _, name in ipairs { "title", "max_lines_count", "max_labels_count", "max_boxes_count",
      "max_polylines_count" } do
      if given[name] then parts[#parts + 1] = name .. " = " .. given[name] end
    end
  else
    -- Versions differ in what they assume.
    local version = self.tr.version
    if version < 6 then
      given.margin_long = given.margin_long or "0"
      given.margin_short = given.margin_short or "0"
    end
    if version < 5 then given.initial_capital = given.initial_capital or "100000" end
    for _, name in ipairs(strategy_fields) do
      local code = given[name]
      if code and not silent[name] and code ~= "na" then parts[#parts + 1] = name .. " = " ..
        code end
    end
  end
  self.tr.declaration = "local " .. self.tr.strategy .. " = pine.strategy { " ..
    table.concat(parts, ", ") .. " }"
  -- What the file says of itself stands at its head.
  self.tr.head = self.pending
  self.pending, self.pending_trail = nil, nil
  return nil
end
special.strategy, special.indicator = declaration, declaration
special.library = function(self, node)
  self.tr.declared = "library"
  if not self.tr.in_library then
    self:fail(node, "a library is not run by itself; import it into a strategy or an indicator")
  end
end

-- ---- inputs --------------------------------------------------------------------------------
local input_fields = { "title", "minval", "maxval", "step", "options", "group" }
local result_types = { int = "int", float = "float", bool = "bool", string = "string",
  color = "color", price = "float",
  source = "float", session = "string", symbol = "string", text_area = "string", time = "int",
    timeframe = "string" }

local function slug(text)
  local name = text:lower():gsub("[^%w]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  if name == "" or name:find("^%d") then name = "input_" .. name end
  return name
end

local function input_of(self, node, f, kind)
  -- input.int and input.float have a second form, with options in third place.
  if (kind == "int" or kind == "float") and node.args[3] and node.args[3].k == "tuple" then
    f = builtins.func("input.string")
  end
  local list, given = self:bind(node, f), {}
  for i = 1, list.n do
    local e, p = list[i], f.params[i].name
    if e then
      if p == "options" and e.k == "tuple" then
        local codes = {}
        for j, item in ipairs(e.items) do codes[j] = (self:expr(item)).d or "nil" end
        given.options = "{ " .. table.concat(codes, ", ") .. " }"
      elseif p == "defval" or p == "title" or p == "minval" or p == "maxval" or p == "step" or
        p == "group" or p == "type" then
        local v = self:expr(e)
        if v.k == "b" or (v.k == "d" and not v.source and p ~= "defval") then
          self:fail(e, "an input's " .. p .. " must be a constant")
          v = const("na", "?")
        end
        given[p], given["v_" .. p] = v.d, v
      end
    end
  end
  local def = given.v_defval or const("na", "?")
  if not kind then
    local old = given.v_type and given.v_type.constant
    kind = old and ({ ["input.integer"] = "int", ["input.resolution"] = "timeframe" })[old] or
      old and old:match("[^%.]+$")
    if not kind then
      kind = (def.k == "d") and "source" or result_types[def.t] and def.t or
        (types.numeric(def.t) and def.t) or "string"
      if def.t and tostring(def.t):find("^enum:") then kind = "enum" end
      -- input(1, step = 0.1) of version 4 is a real number.
      local fine = given.v_step or const("na", "na")
      for _, v in ipairs { fine, given.v_minval or fine, given.v_maxval or fine } do
        if kind == "int" and v.t == "float" then kind = "float" end
      end
    end
  end
  local code = given.defval or "na"
  if kind == "source" then code = def.source and quote(def.source) or code end
  local want = self.want_input
  local title = given.v_title and given.v_title.text
  local name = want or slug(title or kind)
  name = self.tr:input_name(name)
  local parts = {}
  for _, key in ipairs(input_fields) do
    if given[key] and given[key] ~= "na" and not (key == "title" and given.v_title.text == name) and
      given[key] ~= '""' then
      parts[#parts + 1] = key .. " = " .. given[key]
    end
  end
  local options = fields(parts)
  local call = "pine.input." .. kind .. "(" .. quote(name) .. ", " .. code ..
    (options and ", " .. options or "") .. ")"
  local t = kind == "enum" and def.t or result_types[kind] or "string"
  local v
  if kind == "source" then
    v = series(call, "float")
    v.hint = name
  else
    v = const(call, t)
    v.x, v.nn = t == "int", true
    v.pos = given.v_minval and given.v_minval.pos
    v.fallback = name
  end
  if not want then
    -- An input in the middle of an expression gets a line of its own.
    local chart = self.main
    local made = chart:new_local(self.tr:fresh(name), call)
    v.d = made
    if v.k == "c" then
      v.b = made
    else
      v.name = made
    end
  end
  return v
end
for _, kind in ipairs { "int", "float", "bool", "string", "color", "price", "source", "session",
  "symbol", "text_area",
  "time", "timeframe", "enum" } do
  special["input." .. kind] = function(self, node, f) return input_of(self, node, f, kind) end
end
special.input = function(self, node, f)
  if self.tr.version < 5 then
    f = { name = "input", params = {}, at = {} }
    for i, p in ipairs { "defval", "title", "type", "minval", "maxval", "confirm", "step",
      "options", "tooltip", "inline", "group" } do
      f.params[i], f.at[p] = { name = p, optional = i > 1 }, i
    end
  end
  return input_of(self, node, f, nil)
end

-- ---- orders --------------------------------------------------------------------------------
local old_orders = {
  ["strategy.entry"] = "id long qty limit stop oca_name oca_type comment when alert_message",
  ["strategy.order"] = "id long qty limit stop oca_name oca_type comment when alert_message",
  ["strategy.exit"] = "id from_entry qty qty_percent profit limit loss stop trail_price trail_points trail_offset oca_name comment when alert_message",
  ["strategy.close"] = "id when comment qty qty_percent alert_message",
  ["strategy.close_all"] = "when comment alert_message",
}
-- In version 5 an absolute level silences the relative one of the same call.
local absolute = { profit = "limit", loss = "stop", trail_points = "trail_price" }

local function order_params(self, f)
  local old = self.tr.version < 5 and old_orders[f.name]
  if not old then return f end
  local g = { name = f.name, params = {}, at = {} }
  for p in old:gmatch("%S+") do
    g.params[#g.params + 1] = { name = p, optional = #g.params >= ((f.name:find("entry") or
      f.name:find("order")) and 2 or 1) or f.name:find("_all") ~= nil }
    g.at[p] = #g.params
  end
  if g.at.long then g.at.direction = g.at.long end
  return g
end

local function direction(self, v)
  local s = self.tr.strategy
  if v.t == "bool" then
    if v.lit then return s .. (v.value and ".long" or ".short") end
    return self:in_bar(v, P["and"]) .. " and " .. s .. ".long or " .. s .. ".short"
  end
  return (self:bar(v))
end

local positional = { ["strategy.entry"] = 2, ["strategy.order"] = 2, ["strategy.exit"] = 1,
  ["strategy.close"] = 1,
  ["strategy.close_all"] = 0, ["strategy.cancel"] = 1, ["strategy.cancel_all"] = 0 }

local function order_call(self, node, f)
  self.effects = self.effects + 1
  self.tr.orders = true
  local name = f.name
  f = order_params(self, f)
  local list = self:bind(node, f)
  local values = {}
  for i = 1, list.n do
    if list[i] then values[f.params[i].name] = self:expr(list[i]) end
  end
  local parts, args = {}, {}
  for i, p in ipairs(f.params) do
    local v = values[p.name]
    if i <= positional[name] and p.name ~= "when" then
      if p.name == "direction" or p.name == "long" then
        args[#args + 1] = v and direction(self, v) or "nil"
      else
        args[#args + 1] = v and self:in_bar(v, 0) or "nil"
      end
    elseif v and p.name ~= "when" and v.t ~= "na" and not (v.lit and v.value == false) then
      local over = self.tr.version < 6 and absolute[p.name]
      if not (over and values[over] and values[over].t ~= "na") then
        parts[#parts + 1] = p.name .. " = " .. (self:bar(v))
      end
    end
  end
  local short = name:match("[^%.]+$")
  local table_code = fields(parts)
  if table_code then args[#args + 1] = table_code end
  local code = self.tr.strategy .. ":" .. short .. "(" .. table.concat(args, ", ") .. ")"
  local v = bar(code, nil)
  v.eff = true
  local when = values.when and self:truth(values.when)
  if when and not (when.lit and when.value) then v.when = when end
  return v
end
for name in core.pairs(positional) do special[name] = order_call end

for _, rule in ipairs { "allow_entry_in", "max_cons_loss_days", "max_drawdown",
  "max_intraday_filled_orders",
  "max_intraday_loss", "max_position_size" } do
  special["strategy.risk." .. rule] = function(self, node, f)
    local list, codes, k = self:bind(node, f), {}, "c"
    for i = 1, #f.params do
      if list[i] and f.params[i].name ~= "alert_message" then
        local v = self:expr(list[i])
        k = lift.join({ k = k }, v)
        codes[#codes + 1] = v.constant == "strategy.long" and '"long"' or
          v.constant == "strategy.short" and '"short"' or
          (v.k == "c" and v.d or (self:bar(v)))
      end
    end
    local code = self.tr.strategy .. ":risk_" .. rule .. "(" .. table.concat(codes, ", ") .. ")"
    self.tr.orders = true
    local v = bar(code, nil)
    v.eff = true
    -- The same rule on every bar matters on bars with orders only.
    v.standing = k == "c" and self.cond == 0 and #self.loops == 0 and self == self.main
    if not v.standing then self.effects = self.effects + 1 end
    return v
  end
end

-- Figures of trades: strategy.closedtrades.profit(i) is s:closedtrades_profit(i).
local function figure_call(self, node, f)
  local list = self:bind(node, f)
  local codes = {}
  for i = 1, list.n do
    if list[i] then codes[i] = (self:bar(self:expr(list[i]))) end
  end
  local tail = f.name:match("^strategy%.(.*)$"):gsub("%.", "_")
  local code = self.tr.strategy .. ":" .. tail .. "(" .. table.concat(codes, ", ") .. ")"
  local v = bar(f.result == "string" and lift.or_empty(code) or code, f.result)
  v.x = f.result == "int" or tail:find("size$") ~= nil or tail:find("price$") ~= nil
  return v
end
for _, name in ipairs(builtins.names) do
  if name:find("^strategy%.%a+trades%.") and
    builtins.func(name) then special[name] = figure_call end
end
special["strategy.default_entry_qty"] = figure_call

-- ---- currencies ------------------------------------------------------------------------------
-- Rates are columns, made before the bars run.
special["request.currency_rate"] = function(self, node, f)
  local list, codes = self:bind(node, f), {}
  for i = 1, 3 do
    local v = list[i] and self:expr(list[i])
    if v and v.k ~= "c" then
      self:fail(list[i], "request.currency_rate: the currencies must be known before the run (a constant or an " ..
        "input), they cannot change from bar to bar")
    elseif v then
      codes[i] = v.t == "na" and "nil" or v.d
    end
  end
  local v = series("pine.request.currency_rate(" .. (codes[1] or "nil") .. ", " .. (codes[2] or "nil") ..
    (codes[3] and ", " .. codes[3] or "") .. ")", "float")
  v.hint = "rate"
  return v
end

-- The value times the rate of the day before.
local function converted(op)
  return function(self, node, f)
    local list = self:bind(node, f)
    if not list[1] then return const("na", "float") end
    local function at(e)
      e.line, e.col = node.line, node.col
      return e
    end
    local rate = at { k = "call", f = at { k = "member", builtin = "request.currency_rate" }, named = {}, args = {
      at { k = "member", builtin = "syminfo.currency" },
      at { k = "member", builtin = "strategy.account_currency" } } }
    return self:expr(at { k = "bin", op = op, a = list[1], b = rate })
  end
end
special["strategy.convert_to_account"] = converted("*")
special["strategy.convert_to_symbol"] = converted("/")

local function nothing() return nil end
special.max_bars_back = nothing

special.alertcondition = function(self, node, f)
  local list = self:bind(node, f)
  if not list[1] then return nil end
  local v = self:truth(self:expr(list[1]))
  local title = list[2] and self:expr(list[2])
  local tail = title and title.k == "c" and ", " .. title.d or ""
  if v.k ~= "b" and self.cond == 0 and self == self.main then
    self:d("pine.alertcondition(" .. v.d .. tail .. ")")
    return nil
  end
  self.effects = self.effects + 1
  return bar(self:alias("alertcondition", "pine.alertcondition") .. "(" .. self:bar(v) .. tail ..
    ")", nil)
end

-- `line(na)`: na with a type.
for _, t in ipairs { "color", "line", "label", "box", "table", "linefill" } do
  special[t] = function(self, node, f)
    local list = self:bind(node, f)
    local v = list[1] and self:as_type(self:expr(list[1]), t) or const("na", "?")
    if v.t ~= t and v.t ~= "?" then self:fail(node, t .. "() takes na or a " .. t .. ", not " .. types.show(v.t)) end
    return v
  end
end

-- ---- old names -----------------------------------------------------------------------------
special.iff = function(self, node, f)
  local list = self:bind(node, f)
  if not (list[1] and list[2] and list[3]) then return const("na", "?") end
  local c, a, b = self:truth(self:expr(list[1])), self:expr(list[2]), self:expr(list[3])
  local t = types.join(a.t, b.t)
  a, b = self:as_type(a, t), self:as_type(b, t)
  local k = lift.worst { c, a, b }
  if k == "c" or (k == "d" and types.column(t)) then
    local v = series("wick.iff(" .. c.d .. ", " .. self:column_code(a) .. ", " ..
      self:column_code(b) .. ")", t)
    if k == "c" then v = const("pine.pick(" .. c.d .. ", " .. a.d .. ", " .. b.d .. ")", t) end
    v.hint = "choice"
    return v
  end
  local v = bar(self:alias("pick", "pine.pick") .. "(" .. self:bar(c) .. ", " .. self:bar(a) ..
    ", " .. self:bar(b) .. ")", t)
  v.eff = c.eff or a.eff or b.eff
  return v
end

special.offset = function(self, node, f)
  local list = self:bind(node, f)
  if not (list[1] and list[2]) then return const("na", "?") end
  return self:expr { k = "index", o = list[1], i = list[2], line = node.line, col = node.col }
end

-- timestamp(year = 2024, month = 1, day = 1): its arguments by place.
local date_parts = { "year", "month", "day", "hour", "minute", "second" }
special.timestamp = function(self, node, f)
  if not node.named then return self:pure_call(node, f) end
  local given, args = {}, {}
  for _, a in ipairs(node.named) do given[a.name] = a.e end
  local first = node.args[1] and self:type_only(node.args[1]) == "string" and 1 or 0
  args[1] = given.dateString or given.timezone or (first == 1 and node.args[1] or nil)
  local known, last = { dateString = true, timezone = true }, 0
  for i, part in ipairs(date_parts) do
    known[part] = true
    given[part] = node.args[first + i] or given[part]
    if given[part] then last = i end
  end
  for _, a in ipairs(node.named) do
    if not known[a.name] then
      self:fail(a, "timestamp has no parameter '" .. a.name .. "'" .. self:near(a.name, known))
    end
  end
  for i = 1, last do
    args[#args + 1] = given[date_parts[i]] or
      { k = "num", v = i <= 3 and "1" or "0", int = true, line = node.line, col = node.col }
  end
  return self:pure_call({ k = "call", f = node.f, args = args, line = node.line, col = node.col }, f)
end

-- What comes from TradingView's own data: na where the script allows for it, else it would pass for
-- a figure.
for _, name in ipairs { "dividends", "splits", "earnings", "financial", "economic", "quandl" } do
  special["request." .. name] = function(self, node, f)
    local allows = false
    for _, a in ipairs(node.named or {}) do
      if a.name == "ignore_invalid_symbol" and not (a.e.k == "bool" and not a.e.v) then allows = true end
    end
    local last = node.args[f.at.ignore_invalid_symbol]
    if last and not (last.k == "bool" and not last.v) then allows = true end
    if not allows then
      self:fail(node, "request." .. name ..
        ": wick has no such data; with ignore_invalid_symbol = true it is na")
    end
    return self:value_call(node, f)
  end
end

special["request.security"] = function(self, node, f) return self:security(node, f, false) end
special["request.security_lower_tf"] = function(self, node, f) return self:security(node, f,
  true) end

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
