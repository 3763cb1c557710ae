-- SPDX-License-Identifier: MIT
-- What Pine v6 has built in: functions with their parameters in order, their result and how they
-- behave; variables and constants with their type. The coverage table of docs/porting-pine.md is
-- made
-- from this file. One entry a line:
--   function: name(parameters) result class      a `?` behind a parameter: may be left out
--   classes: p pure, of numbers and of series; v pure, of values; t stateful (ta.NAME of series,
--   pine.call.NAME of values); e has an effect; s made by the translator itself; x not supported
--   results: f i b s c v(void) or a type; @ rules are in calls.lua
local core = ...
local M = {}

local sources = {}
for _, name in ipairs { "ta", "core", "collections", "strategy", "drawing" } do
  sources[#sources + 1] = "wick.pine.builtins_" .. name
end

local short = { f = "float", i = "int", b = "bool", s = "string", c = "color", v = "void" }

-- The texts are cut into lines at once and read entry by entry when a script names them.
local functions, variables, names, spaces = {}, {}, {}, {}
for _, module in ipairs(sources) do
  local text = core.module(module)
  for name, rest in text.functions:gmatch("([%w_%.]+)(%b()[^\n]*)\n") do
    functions[name] = rest
    names[#names + 1] = name
  end
  for name, rest in text.variables:gmatch("([%w_%.]+)( [^\n]+)\n") do
    variables[name] = rest
    names[#names + 1] = name
  end
end
for _, name in ipairs(names) do
  local space = name:match("^(.*)%.[^%.]+$")
  while space do
    spaces[space] = true
    space = space:match("^(.*)%.[^%.]+$")
  end
end
M.names, M.spaces = names, spaces

--- M.func(name) -> { name, params = { {name, optional} }, result, class } or nil
function M.func(name)
  local f = functions[name]
  if type(f) ~= "string" then return f end
  local params, result, class = f:match("^%((.-)%) (%S+) (%a)")
  local list, at = {}, {}
  for p, optional in params:gmatch("([%w_]+)(%??)") do
    list[#list + 1] = { name = p, optional = optional == "?" }
    at[p] = #list
  end
  f = { name = name, params = list, at = at, result = short[result] or result, class = class,
    many = params:find("...", 1, true) ~= nil }
  functions[name] = f
  return f
end

--- M.var(name) -> { name, type, class } or nil. Classes: d series of the symbol, p a name of `pine`
--- that is a series in the body and a value in the bar function, c a constant, z always na, t a ta call without
--- arguments, b a figure of the bar function.
function M.var(name)
  local v = variables[name]
  if type(v) ~= "string" then return v end
  local of, class, code = v:match("^ (%S+) (%a)%s*(.*)$")
  v = { name = name, type = short[of] or of, class = class, code = code ~= "" and code or nil }
  variables[name] = v
  return v
end

--- Is it the name of a function or variable?
function M.known(name) return functions[name] ~= nil or variables[name] ~= nil end

-- ---- older versions ------------------------------------------------------------------------
local renamed = {
  study = "indicator", security = "request.security", tostring = "str.tostring",
    tonumber = "str.tonumber",
  heikinashi = "ticker.heikinashi", renko = "ticker.renko", kagi = "ticker.kagi",
    linebreak = "ticker.linebreak",
  pointfigure = "ticker.pointfigure", tickerid = "ticker.new", resolution = "timeframe.period",
  period = "timeframe.period", interval = "timeframe.multiplier",
    isintraday = "timeframe.isintraday",
  isdaily = "timeframe.isdaily", isweekly = "timeframe.isweekly", ismonthly = "timeframe.ismonthly",
  n = "bar_index", financial = "request.financial", quandl = "request.quandl",
    splits = "request.splits",
  max = "math.max", min = "math.min", ["avg"] = "math.avg", dividends = "request.dividends",
    earnings = "request.earnings", sum = "math.sum", rising = "ta.rising",
  ["strategy.risk.max_position_size"] = "strategy.risk.max_position_size",
  ["input.integer"] = "input.int", ["input.resolution"] = "input.timeframe",
  ["barmerge.gaps_on"] = "barmerge.gaps_on", ["str.repeat_"] = "str.repeat",
}
local colors = {}
for c in ("aqua black blue fuchsia gray green lime maroon navy olive orange purple red silver teal white yellow"):gmatch("%a+") do
  colors[c] = "color." .. c
end
local styles = { line = true, stepline = true, histogram = true, area = true, columns = true, circles = true,
  linebr = true, areabr = true }

-- Values of version 3, whose names are functions or namespaces now.
local bare = { cross = "plot.style_cross", ticker = "syminfo.ticker", tickerid = "syminfo.tickerid" }
for word in ("integer float bool string source resolution symbol session"):gmatch("%a+") do
  bare[word] = "input." .. word
end
for word in ("solid dotted dashed"):gmatch("%a+") do bare[word] = "hline.style_" .. word end
for word in ("sunday monday tuesday wednesday thursday friday saturday"):gmatch("%a+") do
  bare[word] = "dayofweek." .. word
end

--- What a bare name of version 3 stands for as a value; nil when it is no such name.
function M.bare(name, version) return version < 4 and bare[name] or nil end

--- The name of today for a name of version 4 or before; nil when it is none.
function M.modern(name, version)
  if version >= 5 then return nil end
  if version < 4 and name == "color" then return "color.new" end
  local now = renamed[name]
  if now then return now end
  for _, space in ipairs { "ta.", "math.", "request.", "str." } do
    if M.known(space .. name) then return space .. name end
  end
  if version < 4 then
    if colors[name] then return colors[name] end
    if styles[name] then return "plot.style_" .. name end
  end
end

return M
