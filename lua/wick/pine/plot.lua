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
  return type(title) == "string" and title ~= "" and title or name, opts
end

local function number(v)
  if v == true then return 1 elseif v == false then return 0 end
  if type(v) == "number" then return v + 0 end -- no zero below zero: minus an int 0 differs on the VMs
  return NA
end

-- ---- looks ---------------------------------------------------------------------------------
-- How a plot looks is recorded beside its column: a colour that stays is a word of it, one that changes
-- from bar to bar a column.
local look_names = {
  color = true, colors = true, style = true, linewidth = true, linestyle = true, location = true, size = true,
  text = true, char = true, offset = true, title = true,
}

local function check_look(what, opts)
  if opts == nil then return {} end
  if type(opts) ~= "table" then raise("pine." .. what .. ": looks come in a table: { color = pine.color.red }") end
  for key in core.pairs(opts) do
    if not look_names[key] then
      local near = type(key) == "string" and core.nearest(key, look_names)
      raise("pine." .. what .. ": unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
  return opts
end

-- A series of colours, nil for one that stays.
local function colour_series(opts)
  local c = opts.color
  return core.is(c) == "series" and c or nil
end

-- Words of a look: lines of key=value for the files that draw.
local function words(kind, opts)
  local out = { "kind=" .. kind }
  for _, key in ipairs { "style", "linewidth", "linestyle", "location", "size", "text", "char", "offset" } do
    local v = opts[key]
    if type(v) == "number" and v == v then v = core.fmt(v) end
    if type(v) == "string" and v ~= "" then out[#out + 1] = key .. "=" .. v:gsub("[%c]", " ") end
  end
  if type(opts.color) == "number" and opts.color == opts.color then out[#out + 1] = "color=" .. core.fmt(opts.color) end
  return table.concat(out, "\n")
end

local function constant(x)
  return core.bars_here().bar_index * 0 + x
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
      local opts = check_look(name, (...))
      if not core.plots_wanted() then return nothing end
      local columns, colours = {}, opts.colors and core.own_series() or colour_series(opts)
      for i = 1, #suffixes do
        columns[i] = core.own_series()
        core.add_plot(first .. suffixes[i], columns[i], words(name, opts), colours)
      end
      local function paint(c) colours:set(number(c)) end
      if several == 4 then
        return function(a, b, c, d, colour)
          columns[1]:set(number(a))
          columns[2]:set(number(b))
          columns[3]:set(number(c))
          columns[4]:set(number(d))
          if opts.colors then paint(colour) end
        end
      end
      local column = columns[1]
      if opts.colors then
        return function(v, colour)
          column:set(number(v))
          paint(colour)
        end
      end
      return function(v) column:set(number(v)) end
    end
    local args = { first, ... }
    local title, opts = title_of(name, args[several + 1], args[several + 2])
    opts = check_look(name, type(opts) == "table" and opts or nil)
    if not core.plots_wanted() then
      core.plot_unused(colour_series(opts))
      return handle
    end
    for i = 1, several do
      local x = args[i]
      if core.is(x) ~= "series" then x = constant(number(x)) end
      core.add_plot(title .. (suffixes[i] or ""), x, words(name, opts), colour_series(opts))
    end
    return handle
  end
end
for name in ("plot plotshape plotchar plotarrow"):gmatch("%S+") do recorder(name, 1) end
recorder("plotbar", 4)
recorder("plotcandle", 4)

-- pine.bgcolor(colours [, title]): the column is one of colours.
local function painter(name, word)
  M[name] = function(colours, title)
    if core.on_bars() then raise("pine." .. name .. " is a declaration: its colours are a series of the file body") end
    local is_series = core.is(colours) == "series"
    if not core.plots_wanted() then
      core.plot_unused(is_series and colours or nil)
      return nothing
    end
    if not is_series then colours = constant(number(colours)) end
    core.add_plot(type(title) == "string" and title ~= "" and title or word, colours, "kind=" .. name, colours)
    return nothing
  end
end
painter("bgcolor", "Background")
painter("barcolor", "Bars")

--- pine.fill("Upper", "Lower" [, { color = }]): between two plots, by their titles.
function M.fill(a, b, opts)
  opts = check_look("fill", type(opts) == "table" and opts or nil)
  if core.on_bars() or type(a) ~= "string" or type(b) ~= "string" then return nothing end
  if not core.plots_wanted() then
    core.plot_unused(colour_series(opts))
    return nothing
  end
  core.add_look("kind=fill\nfrom=" .. a:gsub("[%c]", " ") .. "\nto=" .. b:gsub("[%c]", " ") .. "\n" ..
    (words("fill", opts):gsub("^kind=fill\n?", "")), colour_series(opts))
  return nothing
end

local function hline(price, title, opts)
  if type(title) == "table" then title, opts = nil, title end
  opts = check_look("hline", type(opts) == "table" and opts or nil)
  if not core.on_bars() and core.plots_wanted() and type(price) == "number" and price == price then
    core.add_look("price=" .. core.fmt(price) .. "\n" .. "title=" ..
      (type(title) == "string" and title or "hline"):gsub("[%c]", " ") .. "\n" .. words("hline", opts))
  end
  return { kind = "hline" }
end

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
with_styles("hline", hline)

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
