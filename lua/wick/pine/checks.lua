-- SPDX-License-Identifier: MIT
-- Types that do not fit, found before the run. What nobody could tell the type of ("?") fits
-- everywhere.
local core = ...
local types = core.module("wick.pine.typing")
local type, ipairs = type, ipairs

local M = {}

-- Types that are never numbers.
local function no_number(t)
  return t == "string" or t == "color" or type(t) == "table" or types.space(t) ~= nil
end

--- Does a value of type `got` fit where `want` is declared? Numbers among each other do.
local function fits(want, got)
  if got == want or got == nil or got == "?" or got == "na" or want == "?" then return true end
  if types.numeric(want) then return not no_number(got) and got ~= "bool" end
  if want == "bool" then return types.numeric(got) end
  if want == "string" or want == "color" then return got ~= "bool" and not types.numeric(got) and
    types.space(got) == nil and type(got) ~= "table" and not (types.scalar(got)) end
  return not types.scalar(got)
end

--- A declared or assigned variable.
function M.assigned(self, decl, name, want, v)
  local node = { line = decl.name_line, col = decl.name_col }
  local got = v.t
  if want == "bool" and got == "na" and self.tr.version >= 6 and v.lit_na then
    self:fail(node, "'" .. name ..
      "' is a bool, which cannot be na in version 6; use true or false")
  elseif not fits(want, got) or
    (want == "bool" and self.tr.version >= 6 and types.numeric(got)) then
    self:fail(node, "'" .. name .. "' is declared " .. types.show(want) .. " but gets " ..
      types.a(got))
  elseif want == "int" and got == "float" and v.lit and v.value % 1 ~= 0 then
    self:fail(node, "'" .. name .. "' is declared int but gets " .. v.d .. "; declare it float")
  end
end

-- Functions of the namespaces ta and math that take something else than numbers.
local others = { ["ta.pivot_point_levels"] = true, ["ta.valuewhen"] = true,
  ["ta.change"] = true }

--- Arguments of functions of numbers.
function M.numbers(self, node, f, values, list)
  if others[f.name] or not (f.name:find("^ta%.") or f.name:find("^math%.")) then return end
  for i = 1, #values do
    local v = values[i]
    if v and no_number(v.t) then
      local p = f.params[i]
      self:fail(list and list[i] or node, f.name .. ": " ..
        (p and "'" .. p.name .. "' is" or "the arguments are") ..
        (p and " a number" or " numbers") .. ", not " .. types.a(v.t))
    end
  end
end

--- The collection that a function of arrays, maps or matrices is called with.
function M.collection(self, node, f, v)
  local space = f.name:match("^(%a+)%.")
  if (space == "array" or space == "map" or space == "matrix") and v and f.params[1] and
    f.params[1].name:find("^id") and f.name ~= "array.from" and
    (types.scalar(v.t) or (types.space(v.t) or space) ~= space) then
    self:fail(node, f.name .. ": '" .. f.params[1].name .. "' is " .. types.a(space) .. ", not " ..
      types.a(v.t))
  end
end

--- a < b and the like.
function M.compared(self, node, op, a, b)
  if not node or op == "==" or op == "!=" then return end
  for _, v in ipairs { a, b } do
    if no_number(v.t) or v.t == "bool" and self.tr.version >= 5 then
      self:fail(node, "'" .. op .. "' compares numbers, not " .. types.show(v.t) .. "s")
      return
    end
  end
end

--- What is given to a variable that has a type already.
function M.given(self, node, name, want, v)
  local got = v.t
  if want == "string" and (types.numeric(got) or got == "bool") or
    (types.numeric(want) or want == "bool") and no_number(got) then
    self:fail(node, "'" .. name .. "' holds " .. types.a(want) .. " and is given " .. types.a(got))
  end
end

return M
