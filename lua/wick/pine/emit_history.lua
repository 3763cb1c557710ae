-- SPDX-License-Identifier: MIT
-- History: `x[k]` of series, variables, figures of the account and expressions.
local core = ...
local lift = core.module("wick.pine.lift")
local types = core.module("wick.pine.typing")
local builtins = core.module("wick.pine.builtins")
local const, bar, series = lift.const, lift.bar, lift.series
local P = lift.p
local kinds = core.module("wick.pine.emit_expr").kinds

local M = {}
local U = {}

--- A series that keeps what a value of the bar function was; set where the value is computed.
function U:history(v, base)
  local name = self:new_local(self.tr:fresh(base or "past"), "pine.series(" ..
    self:series_args(v.t) .. ")")
  self:b(name .. ":set(" .. self:bar(v) .. ")")
  self.stateful, self.every_bar = true, true
  return name
end

--- What a value was the last time it was computed.
function U:value_before(v, base)
  local na = types.na_code(v.t, self.tr.version)
  local place = self:new_local(self.tr:fresh(base or "past"), na == "na" and self:na_name() or na)
  local code = self:bar(v)
  local before = self:temp("prev_" .. place:match("[%w_]+$"))
  self:b("local " .. before .. " = " .. place)
  self:b(place .. " = " .. code)
  self.stateful, self.every_bar = true, true
  local out = bar(before, v.t)
  out.x = v.x
  return out
end

--- An account figure on the bar before, taken over at the end of every bar.
function U:figure_before(v)
  local main = self.main
  main.figures_before = main.figures_before or {}
  local name = main.figures_before[v.figure]
  if not name then
    local na = types.na_code(v.t, self.tr.version)
    name = self.tr:fresh("prev_" .. v.figure:gsub("^strategy%.", ""):gsub("%.", "_"))
    main.home[#main.home + 1] = "local " .. name .. " = " .. (na == "na" and self:na_name() or na)
    main.epilogue[#main.epilogue + 1] = name .. " = " .. v.b
    main.figures_before[v.figure] = name
    self.chart.instance_keys[#self.chart.instance_keys + 1] = { from = main.figures_before,
      key = v.figure }
    main.every_bar = true
    self.tr:top_name(name)
  end
  local out = bar(name, v.t)
  out.x = v.x
  return out
end

function U:series_args(t, init)
  local kind = types.series_kind(t)
  local list = {}
  if kind ~= "float" then list[1] = '"' .. kind .. '"' end
  if init or t == "string" then list[#list + 1] = init or '""' end
  return table.concat(list, ", ")
end

function kinds:index(node)
  -- The history of an expression is written on every bar its statement runs, also behind a question
  -- mark or an `and` that leaves the value out (measured on TradingView); names have their own.
  if self.around and node.o.k ~= "name" and node.o.k ~= "member" then
    return self:before_statement(function() return kinds.index(self, node) end)
  end
  local k = self:some(node.i)
  if k.t == "float" then -- fractions of a bar are cut off
    if k.lit then
      k = const(("%d"):format(k.value - math.fmod(k.value, 1)), "int")
      k.lit, k.value = true, tonumber(k.d)
    else
      k = self:pure_values(builtins.func("int"), { k }, 1)
    end
  end
  if not types.number_like(k.t) then self:fail(node.i, "bars back are a number, not " ..
    types.show(k.t)) end
  local o = node.o
  local v = self:some(o)
  if k.lit and k.value and k.value < 0 then
    self:fail(node.i, "the future cannot be read: bars back must not be negative")
  end
  if v.k == "c" then return v end
  if k.lit and k.value == 0 then return v end
  if v.k == "d" and (self.cond == 0 or v.name or v.source or o.k == "name" or v.history or
    v.both) then
    if k.k == "c" then
      local code = lift.wrap(v.d, v.dp, P.atom) .. "[" .. k.d .. "]"
      local out = series(code, v.t, P.atom, function()
        local inner = v.both and self:named_both(v) or self:named(v)
        return lift.at(inner, k.d, v.t)
      end)
      out.x, out.history, out.pos = v.x, true, v.pos
      return out
    end
    -- An offset that is na reads the present bar.
    local by = self:bar(k)
    if not k.nn then by = self:alias("nz", "pine.nz") .. "(" .. by .. ")" end
    local code, p = lift.at(v.both and self:named_both(v) or self:named(v), by, v.t)
    local out = bar(code, v.t, p)
    out.x, out.eff = v.x, k.eff
    return out
  end
  local one = k.lit and k.value == 1
  if one and v.prev then
    local out = bar(v.prev, v.t)
    out.x = v.x
    return out
  end
  if one and v.figure then return self:figure_before(v) end
  local name = v.ser
  if one and not name and not self:repeated() then return self:value_before(v, o.k == "call" and
    o.f.v or nil) end
  if not name and v.figure then
    name = self:figure_history(v)
  elseif not name then
    name = self:history(v, o.k == "call" and o.f.v or nil)
  end
  local code = self:bar(k)
  local out = bar(name .. "[" .. code .. "]", v.t)
  out.x, out.eff = v.x, k.eff
  return out
end

--- A name that is a series in the body and a value in the bar function, as a series.
function U:named_both(v)
  local name = self.memo[v.d]
  if not name then
    name = self:new_local(self.tr:fresh((v.d:gsub("^pine%.", ""):gsub("[^%w_]", "_"))), v.d)
    self.memo[v.d] = name
  end
  return name
end

--- History of an account figure, written down at the begin of every bar.
function U:figure_history(v)
  local chart = self.chart
  chart.figures = chart.figures or {}
  local name = chart.figures[v.figure]
  if not name then
    name = self.tr:fresh((v.figure:gsub("^strategy%.", ""):gsub("%.", "_")))
    chart:d("local " .. name .. " = pine.series(" .. self:series_args(v.t) .. ")")
    chart.prologue[#chart.prologue + 1] = name .. ":set(" .. v.b .. ")"
    chart.figures[v.figure] = name
    chart.instance_keys[#chart.instance_keys + 1] = { from = chart.figures, key = v.figure }
    chart.every_bar = true
    self.tr:top_name(name)
  end
  return name
end

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
