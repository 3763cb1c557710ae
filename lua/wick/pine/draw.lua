-- SPDX-License-Identifier: MIT
-- Drawings: handles that keep what is stored in them. They are shown nowhere and change no trade;
-- scripts may read back what they wrote, and the oldest go when there are too many, as in Pine.
local core = ...
local type, setmetatable, getmetatable, select = type, setmetatable, getmetatable, select
local raise = core.raise
local NA = 0 / 0

local M = {}

-- ---- the living ----------------------------------------------------------------------------
local function living(kind)
  local all = core.pine_state.drawings
  if not all then
    all = {}
    core.pine_state.drawings = all
  end
  local list = all[kind]
  if not list then
    list = { first = 1, last = 0, most = (core.pine_state.most or {})[kind] or 50 }
    all[kind] = list
  end
  return list
end

local function add(kind, x)
  local list = living(kind)
  list.last = list.last + 1
  list[list.last] = x
  x.place_ = list.last
  list.count = (list.count or 0) + 1
  while list.count > list.most do
    local old = list[list.first]
    if old then
      list[list.first] = nil
      old.place_ = nil
      list.count = list.count - 1
    end
    list.first = list.first + 1
  end
  return x
end

local function remove(kind, x)
  if x == nil or not x.place_ then return end
  local list = living(kind)
  list[x.place_] = nil
  x.place_ = nil
  list.count = list.count - 1
end

local function alive(kind)
  local list, a = living(kind), core.module("wick.pine.array").array.new()
  for i = list.first, list.last do
    if list[i] then a:push(list[i]) end
  end
  return a
end

-- ---- a kind of drawing ---------------------------------------------------------------------
local function is_point(x) return getmetatable(x) == "pine.point" end

-- `fields`: names that set_ and get_ know, in words; `make` fills a new one from the arguments of new.
local function kind_of(kind, fields, make, more)
  local methods = {}
  local meta = { __index = methods, __metatable = "pine." .. kind }
  for field in fields:gmatch("%S+") do
    methods["set_" .. field] = function(x, v) if x ~= nil then x[field] = v end end
    methods["get_" .. field] = function(x)
      local v = x ~= nil and x[field]
      if v == nil or v == false then return NA end
      return v
    end
  end
  function methods.delete(x) remove(kind, x) end
  function methods.copy(x)
    if x == nil then return nil end
    local y = {}
    for k, v in next, x do y[k] = v end
    y.place_ = nil
    return add(kind, setmetatable(y, meta))
  end
  for name, f in next, more or {} do methods[name] = f end
  local names = {}
  for name, f in next, methods do names[name] = f end
  function names.new(...)
    local x = setmetatable({}, meta)
    local n = select("#", ...)
    local args = { ... }
    local options = args[n]
    if type(options) == "table" and getmetatable(options) == nil then
      args[n] = nil
      for k, v in next, options do x[k] = v end
    end
    make(x, args)
    return add(kind, x)
  end
  local live = {}
  setmetatable(names, {
    __index = function(_, key)
      if key == "all" then return alive(kind) end
      -- Styles are texts: their own name.
      if type(key) == "string" and key:match("^style_") then return key end
      local near = type(key) == "string" and core.nearest(key, names)
      raise("pine." .. kind .. "." .. core.tostring(key) .. " does not exist" ..
        (near and "; did you mean pine." .. kind .. "." .. near .. "?" or ""))
    end,
  })
  M[kind] = setmetatable(live, {
    __index = names, __metatable = "pine." .. kind,
    __newindex = function() raise("pine." .. kind .. " belongs to wick and cannot be changed") end,
  })
  return methods
end

-- ---- points --------------------------------------------------------------------------------
local point_meta = { __metatable = "pine.point" }
local function new_point(time, index, price)
  local p = { time = 0, index = 0, price = 0 } -- room for the fields: cmake/compile_lua.c
  p.time, p.index, p.price = time, index, price
  return setmetatable(p, point_meta)
end
point_meta.__index = { copy = function(p) return new_point(p.time, p.index, p.price) end }
M.point = core.view("pine.chart.point", {
  new = new_point,
  from_index = function(index, price) return new_point(NA, index, price) end,
  from_time = function(time, price) return new_point(time, NA, price) end,
  now = function(price)
    local b = core.bars_here()
    return new_point(b.time[0], core.bar(), price == nil and b.close[0] or price)
  end,
  copy = function(p) return p:copy() end,
})

local function x_of(p, xloc) return xloc == "bar_time" and p.time or p.index end

-- ---- line ----------------------------------------------------------------------------------
-- Every argument of `new` may come by its name instead of its place.
kind_of("line", "x1 y1 x2 y2 xloc extend color style width", function(x, a)
  local from, to = a[1] or x.first_point, a[2] or x.second_point
  if is_point(from) then
    local xloc = a[3] or x.xloc
    x.x1, x.y1, x.first_point = x_of(from, xloc), from.price, nil
    x.x2, x.y2, x.second_point = x_of(to, xloc), to.price, nil
    x.xloc, x.extend, x.color, x.style, x.width = a[3] or x.xloc, a[4] or x.extend, a[5] or x.color, a[6] or x.style, a[7] or x.width
  else
    x.x1, x.y1, x.x2, x.y2 = a[1] or x.x1, a[2] or x.y1, a[3] or x.x2, a[4] or x.y2
    x.xloc, x.extend, x.color, x.style, x.width = a[5] or x.xloc, a[6] or x.extend, a[7] or x.color, a[8] or x.style, a[9] or x.width
  end
end, {
  set_xy1 = function(l, x, y) if l ~= nil then l.x1, l.y1 = x, y end end,
  set_xy2 = function(l, x, y) if l ~= nil then l.x2, l.y2 = x, y end end,
  set_first_point = function(l, p) if l ~= nil then l.x1, l.y1 = x_of(p, l.xloc), p.price end end,
  set_second_point = function(l, p) if l ~= nil then l.x2, l.y2 = x_of(p, l.xloc), p.price end end,
  --- The price of the line at a bar, as if it went on forever.
  get_price = function(l, x)
    if l == nil or l.xloc == "bar_time" then return NA end
    if l.x1 == l.x2 then return l.y1 end
    return l.y1 + (l.y2 - l.y1) * (x - l.x1) / (l.x2 - l.x1)
  end,
})

-- ---- label ---------------------------------------------------------------------------------
kind_of("label", "x y text xloc yloc color style textcolor size textalign tooltip text_font_family text_formatting", function(x, a)
  local rest, point = 3, a[1] or x.point
  if is_point(point) then
    x.x, x.y, x.point = x_of(point, a[3] or x.xloc), point.price, nil
    rest = 2
  else
    x.x, x.y = a[1] or x.x, a[2] or x.y
  end
  x.text, x.xloc = a[rest] or x.text or "", a[rest + 1] or x.xloc
  x.yloc, x.color, x.style = a[rest + 2] or x.yloc, a[rest + 3] or x.color, a[rest + 4] or x.style
  x.textcolor, x.size = a[rest + 5] or x.textcolor, a[rest + 6] or x.size
end, {
  set_xy = function(l, x, y) if l ~= nil then l.x, l.y = x, y end end,
  set_point = function(l, p) if l ~= nil then l.x, l.y = x_of(p, l.xloc), p.price end end,
})

-- ---- box -----------------------------------------------------------------------------------
kind_of("box", [[left top right bottom xloc extend bgcolor border_color border_width border_style text text_size
  text_color text_halign text_valign text_wrap text_font_family text_formatting]], function(x, a)
  local rest, from, to = 5, a[1] or x.top_left, a[2] or x.bottom_right
  if is_point(from) then
    local xloc = a[7] or x.xloc
    x.left, x.top, x.top_left = x_of(from, xloc), from.price, nil
    x.right, x.bottom, x.bottom_right = x_of(to, xloc), to.price, nil
    rest = 3
  else
    x.left, x.top = a[1] or x.left, a[2] or x.top
    x.right, x.bottom = a[3] or x.right, a[4] or x.bottom
  end
  x.border_color, x.border_width = a[rest] or x.border_color, a[rest + 1] or x.border_width
  x.border_style, x.extend = a[rest + 2] or x.border_style, a[rest + 3] or x.extend
  x.xloc, x.bgcolor = a[rest + 4] or x.xloc, a[rest + 5] or x.bgcolor
end, {
  set_lefttop = function(b, x, y) if b ~= nil then b.left, b.top = x, y end end,
  set_rightbottom = function(b, x, y) if b ~= nil then b.right, b.bottom = x, y end end,
  set_top_left_point = function(b, p) if b ~= nil then b.left, b.top = x_of(p, b.xloc), p.price end end,
  set_bottom_right_point = function(b, p) if b ~= nil then b.right, b.bottom = x_of(p, b.xloc), p.price end end,
})

-- ---- table ---------------------------------------------------------------------------------
local cell_fields = [[text width height text_color text_halign text_valign text_size bgcolor tooltip
  text_font_family text_formatting]]
local cells = {
  cell = function(t, column, row, text, options)
    if t == nil then return end
    if type(text) == "table" then text, options = text.text, text end
    local c = { text = text }
    if type(options) == "table" then
      for k, v in next, options do c[k] = v end
    end
    t.cells = t.cells or {}
    t.cells[column .. "," .. row] = c
  end,
  clear = function(t) if t ~= nil then t.cells = {} end end,
  merge_cells = function() end,
}
for field in cell_fields:gmatch("%S+") do
  cells["cell_set_" .. field] = function(t, column, row, v)
    if t == nil then return end
    t.cells = t.cells or {}
    local key = column .. "," .. row
    t.cells[key] = t.cells[key] or {}
    t.cells[key][field] = v
  end
end
kind_of("table", "position bgcolor frame_color frame_width border_color border_width", function(x, a)
  x.position, x.columns, x.rows = a[1] or x.position, a[2] or x.columns, a[3] or x.rows
  x.bgcolor = a[4] or x.bgcolor
end, cells)

-- ---- polyline and linefill -----------------------------------------------------------------
kind_of("polyline", "", function(x, a) x.points = a[1] or x.points end)
kind_of("linefill", "color", function(x, a)
  x.line1, x.line2, x.color = a[1] or x.line1, a[2] or x.line2, a[3] or x.color
end, {
  get_line1 = function(f) return f and f.line1 end,
  get_line2 = function(f) return f and f.line2 end,
})

return M
