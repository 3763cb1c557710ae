-- SPDX-License-Identifier: MIT
-- Plots: the value and its name, and how it looks as far as that is known from series and constants. A
-- colour that depends on what the script remembers is kept where the value does too; it never wakes a
-- script that could sleep.
local core = ...
local lift = core.module("wick.pine.lift")
local quote = core.module("wick.pine.emit_expr").quote
local bar = lift.bar
local ipairs = ipairs

local M = {}
local special = {}

local function slug(text)
  local name = text:lower():gsub("[^%w]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  if name == "" or name:find("^%d") then name = "input_" .. name end
  return name
end

-- ---- colours -------------------------------------------------------------------------------
-- The name of a colour that is chosen once, or the choice itself.
local function followed(self, e)
  local sym = e.k == "name" and e.sym
  if not (sym and sym.kind == "var" and #sym.assigns == 0 and not sym.mode and sym.node.k == "decl") then return nil end
  local v = self:find_value(sym)
  return (not v or v.k ~= "c") and sym.node.e or nil
end

-- Code of a colour in the body and whether it changes from bar to bar; nil when it cannot be told there.
local function declared(self, e, depth)
  if depth > 6 then return nil end
  local inner = followed(self, e)
  if inner then return declared(self, inner, depth + 1) end
  if e.k == "cond" then
    if self:probe(e.c) == "b" then return nil end
    local a, a_moves = declared(self, e.a, depth + 1)
    local b, b_moves = declared(self, e.b, depth + 1)
    if not a or not b then return nil end
    local c = self:truth(self:expr(e.c))
    if c.k == "b" then return nil end
    if c.k == "c" then return "pine.pick(" .. c.d .. ", " .. a .. ", " .. b .. ")", a_moves or b_moves end
    return "wick.iff(" .. c.d .. ", " .. a .. ", " .. b .. ")", true
  end
  if self:probe(e) ~= "c" then return nil end
  local v = self:expr(e)
  if v.k ~= "c" then return nil end
  if v.t == "na" or (e.k == "call" and e.f.builtin == "color") then return self:na_name(), false end
  if v.t == "color" then return v.d, false end
  return nil
end

-- Code of a colour in the bar function, where the value is computed anyway.
local function of_bar(self, e, depth)
  if depth > 6 then return nil end
  if e.k == "name" and followed(self, e) then
    local v = self:expr(e)
    return v.k == "b" and v.t == "color" and self:bar(v) or nil
  end
  if e.k == "cond" then
    local a, b = of_bar(self, e.a, depth + 1), of_bar(self, e.b, depth + 1)
    if not a or not b then return nil end
    local v = self:truth(self:expr(e.c))
    return self:alias("pick", "pine.pick") .. "(" .. self:bar(v) .. ", " .. a .. ", " .. b .. ")"
  end
  local code, moves = declared(self, e, depth)
  return not moves and code or nil
end

-- Nothing about a colour is worth a mistake: what cannot be written is left out.
local function safely(self, f, e)
  if not e then return nil end
  local said, code, moves = #self.tr.diags, nil, nil
  local ok = self:try(function()
    code, moves = f(self, e, 0)
    if not code or #self.tr.diags > said then error(self.tr.NOT_HERE, 0) end
  end)
  if ok then return code, moves end
  for i = #self.tr.diags, said + 1, -1 do self.tr.diags[i] = nil end
  return nil
end

-- Words that are texts already; the default is left out.
local word_names = { "style", "linestyle", "location", "size", "text", "char", "linewidth", "offset" }
local usual = { linewidth = "1", offset = "0" }

-- The table of looks as code, or nil.
local function look_of(self, list, f, colour)
  local parts = {}
  if colour then parts[1] = colour end
  for _, name in ipairs(word_names) do
    local e = f.at[name] and list[f.at[name]]
    if e and self:probe(e) == "c" then
      local code = safely(self, function(unit, x)
        local v = unit:expr(x)
        return v.k == "c" and v.t ~= "na" and v.d or nil
      end, e)
      if code and code ~= usual[name] then parts[#parts + 1] = name .. " = " .. code end
    end
  end
  return #parts > 0 and "{ " .. table.concat(parts, ", ") .. " }" or nil
end

-- ---- calls ---------------------------------------------------------------------------------
local function title_of(self, list, f)
  local e = list[f.at.title]
  local v = e and self:expr(e)
  return v and v.k == "c" and v.d or nil
end

local function plot_call(self, node, f)
  local n_values = (f.name == "plotbar" or f.name == "plotcandle") and 4 or 1
  local list = self:bind(node, f)
  local values = {}
  for i = 1, n_values do
    if not list[i] then return nil end
    values[i] = self:expr(list[i])
    if values[i].t == "bool" and f.name ~= "plot" then values[i] = self:truth(values[i]) end
    if values[i].t == "string" or values[i].t == "color" then
      self:fail(list[i], f.name .. " takes numbers, not " .. values[i].t)
      return nil
    end
  end
  local title = title_of(self, list, f)
  local colour_node = f.at.color and list[f.at.color]
  local k = lift.worst(values)
  local call = "pine." .. f.name
  if k ~= "b" and self.cond == 0 and self == self.main then
    local codes = {}
    for i = 1, n_values do codes[i] = values[i].d end
    local colour = safely(self, declared, colour_node)
    local look = look_of(self, list, f, colour and "color = " .. colour)
    self:d(call .. "(" .. table.concat(codes, ", ") .. (title and title ~= '""' and ", " .. title or "") ..
      (look and ", " .. look or "") .. ")")
    node.plotted = title and title ~= '""' and title or quote(f.name)
    return nil
  end
  if self ~= self.main then return nil end
  title = title or quote(self.want_plot or f.name)
  local colour = safely(self, declared, colour_node)
  local painted
  if not colour and self.cond == 0 then painted = safely(self, of_bar, colour_node) end
  local look = look_of(self, list, f, painted and "colors = true" or colour and "color = " .. colour)
  local name = self:new_local(self.tr:fresh(self.want_plot or "plot_" .. slug(title:sub(2, -2))),
    call .. "(" .. title .. (look and ", " .. look or "") .. ")")
  local v = bar(name .. "(" .. self:bar_list(values, n_values) .. (painted and ", " .. painted or "") .. ")", nil)
  self.effects, self.every_bar = self.effects + 1, true
  node.plotted = title
  return v
end
for _, name in ipairs { "plot", "plotshape", "plotchar", "plotarrow", "plotbar",
  "plotcandle" } do special[name] = plot_call end

special.hline = function(self, node, f)
  local list = self:bind(node, f)
  local price = list[1] and self:expr(list[1])
  local title = title_of(self, list, f)
  if price and price.k == "c" and price.t ~= "na" then
    local colour = safely(self, declared, f.at.color and list[f.at.color])
    local look = look_of(self, list, f, colour and "color = " .. colour)
    self.main:d("pine.hline(" .. price.d .. (title and ", " .. title or "") .. (look and ", " .. look or "") .. ")")
    node.plotted = title or '"hline"'
  end
  return nil
end

-- What a name of fill(a, b) was plotted as.
local function plotted(e)
  local sym = e and e.k == "name" and e.sym
  local node = sym and sym.kind == "var" and sym.node.k == "decl" and sym.node.e
  return node and node.plotted
end

-- The form with a gradient between two values.
local gradient = { name = "fill", params = {}, at = {} }
for name in ("plot1 plot2 top_value bottom_value color bottom_color title display fillgaps editable"):gmatch("%S+") do
  gradient.params[#gradient.params + 1] = { name = name, optional = #gradient.params >= 2 }
  gradient.at[name] = #gradient.params
end
gradient.at.top_color = gradient.at.color

local function is_gradient(node)
  for _, a in ipairs(node.named or {}) do
    if a.name == "top_value" or a.name == "bottom_value" or a.name == "top_color" then return true end
  end
  return #node.args > 5 and node.args[4].k ~= "str" -- a title is fourth in the other form
end

special.fill = function(self, node, f)
  if is_gradient(node) then f = gradient end
  f.at.hline1, f.at.hline2 = 1, 2
  local list = self:bind(node, f)
  local a, b = plotted(list[1]), plotted(list[2])
  if not a or not b or self ~= self.main or self.cond > 0 then return nil end
  local colour = safely(self, declared, list[f.at.color])
  self:d("pine.fill(" .. a .. ", " .. b .. (colour and ", { color = " .. colour .. " }" or "") .. ")")
  return nil
end

local function paint(self, node, f)
  local list = self:bind(node, f)
  if not list[1] or self ~= self.main or self.cond > 0 then return nil end
  local colour = safely(self, declared, list[1])
  local title = title_of(self, list, f)
  if colour then self:d("pine." .. f.name .. "(" .. colour .. (title and ", " .. title or "") .. ")") end
  return nil
end
special.bgcolor, special.barcolor = paint, paint

function M.open(unit)
  for name, f in core.pairs(special) do unit.special[name] = f end
end

return M
