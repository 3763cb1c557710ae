-- SPDX-License-Identifier: MIT
-- Plots, alerts and logs. A plot is a column with a title; it is computed only when the run writes
-- plots. In the body the values are a series; `pine.plot("title")` gives a function for values of the
-- bar function.
local core = ...
local type, getmetatable = type, getmetatable
local raise = core.raise
local NA = 0 / 0

local M = {}

local function nothing() end

local function title_of(name, title, opts)
  if type(title) == "table" and getmetatable(title) == nil then title, opts = nil, title end
  if title == nil and type(opts) == "table" then title = opts.title end
  return type(title) == "string" and title ~= "" and title or name
end

local function number(v)
  if v == true then return 1 elseif v == false then return 0 end
  if type(v) == "number" then return v + 0 end -- no zero below zero: minus an int 0 differs on the VMs
  return NA
end

-- `name`: the kind; `several`: how many series come first (plotcandle has four).
local function recorder(name, several)
  local suffixes = several == 4 and { " open", " high", " low", " close" } or { "" }
  M[name] = function(first, ...)
    if core.on_bars() then
      raise("pine." .. name .. " is a declaration: local p = pine." .. name .. "(\"title\") in the file body, " ..
        "p(value) in the bar function")
    end
    local handle = { kind = name }
    if type(first) == "string" then
      if not core.plots_wanted() then return nothing end
      local columns = {}
      for i = 1, #suffixes do
        columns[i] = core.own_series()
        core.add_plot(first .. suffixes[i], columns[i])
      end
      if several == 4 then
        return function(a, b, c, d)
          columns[1]:set(number(a))
          columns[2]:set(number(b))
          columns[3]:set(number(c))
          columns[4]:set(number(d))
        end
      end
      local column = columns[1]
      return function(v) column:set(number(v)) end
    end
    if not core.plots_wanted() then return handle end
    local args = { first, ... }
    local title = title_of(name, args[several + 1], args[several + 2])
    for i = 1, several do
      local x = args[i]
      if core.is(x) ~= "series" then x = core.bars_here().bar_index * 0 + number(x) end
      core.add_plot(title .. (suffixes[i] or ""), x)
    end
    return handle
  end
end
for name in ("plot plotshape plotchar plotarrow"):gmatch("%S+") do recorder(name, 1) end
recorder("plotbar", 4)
recorder("plotcandle", 4)

-- Looks of the chart: nothing to record.
local function look() return nothing end
M.bgcolor, M.barcolor, M.fill = look, look, look

local styles = {
  plot = [[style_line style_linebr style_stepline style_stepline_diamond style_steplinebr style_histogram
    style_cross style_area style_areabr style_columns style_circles linestyle_solid linestyle_dashed
    linestyle_dotted]],
  hline = "style_solid style_dashed style_dotted",
  alert = "freq_all freq_once_per_bar freq_once_per_bar_close",
}
local function with_styles(name, call)
  local t = {}
  for word in styles[name]:gmatch("%S+") do t[word] = word end
  M[name] = core.view("pine." .. name, t, function(_, ...) return call(...) end)
end

local plot = M.plot
with_styles("plot", plot)
with_styles("hline", function() return { kind = "hline" } end)

-- ---- alerts --------------------------------------------------------------------------------
local function count(kind)
  local n = core.pine_state.alerts or {}
  core.pine_state.alerts = n
  n[kind] = (n[kind] or 0) + 1
end
with_styles("alert", function() count "alert" end)
function M.alertcondition() count "alertcondition" end

-- ---- logs ----------------------------------------------------------------------------------
local log = {}
for level in ("info warning error"):gmatch("%S+") do
  log[level] = function(message, ...)
    local str = core.module("wick.pine.str").str
    local text = str.tostring(message)
    if select("#", ...) > 0 then text = str.format(message, ...) end
    if core.on_bars() then
      text = "[" .. str.format_time(core.present_time(), "yyyy-MM-dd HH:mm", "UTC") .. "] " .. text
    end
    core.print(level .. ": " .. (text or "NaN"))
  end
end
M.log = core.view("pine.log", log)

M.runtime = core.view("pine.runtime", {
  --- Ends the run.
  error = function(message) raise("runtime.error: " .. core.tostring(message)) end,
})

return M
