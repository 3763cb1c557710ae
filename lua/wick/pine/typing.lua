-- SPDX-License-Identifier: MIT
-- Types of Pine values as texts ("float", "array<float>", the Lua name of a user type); tuples are
-- lists
-- of them. "?" is a type nobody could tell, which is accepted everywhere.
local M = {}

local numeric = { int = true, float = true }

function M.numeric(t) return numeric[t] == true end
function M.number_like(t) return numeric[t] or t == "na" or t == "?" or t == nil end

--- Is na of this type NaN (else it is nil or false)?
function M.nan(t) return numeric[t] or t == "na" or t == "?" or t == nil end

--- Code of na of a type; version 5 and before know a bool that is na. A text that is na is the empty
--- text (measured on TradingView).
function M.na_code(t, version)
  if t == "string" then return '""' end
  if t == "bool" then return version >= 6 and "false" or "nil" end
  return M.nan(t) and "na" or "nil"
end

--- The type two branches agree on.
function M.join(a, b)
  if a == b or b == nil then return a end
  if a == nil or a == "na" or a == "?" then return b end
  if b == "na" or b == "?" then return a end
  if type(a) == "table" and type(b) == "table" then
    local out = {}
    for i = 1, #a do out[i] = M.join(a[i], b[i]) end
    return out
  end
  if numeric[a] and numeric[b] then return "float" end
  return a
end

--- Element type of array<T> or matrix<T>, value and key type of map<K,V>.
function M.element(t)
  if type(t) ~= "string" then return "?" end
  return t:match("^array<(.*)>$") or t:match("^matrix<(.*)>$") or "?"
end

function M.entry(t)
  if type(t) == "string" then
    local k, v = t:match("^map<([^,]*),(.*)>$")
    if k then return k, v end
  end
  return "?", "?"
end

--- "array", "map", "matrix", "line" ...: the namespace whose functions are methods of the type.
function M.space(t)
  if type(t) ~= "string" then return nil end
  local base = t:match("^(%a+)<")
  if base then return base end
  if t == "line" or t == "label" or t == "box" or t == "table" or t == "linefill" or
    t == "polyline" or
    t == "chart.point" then
    return t
  end
end

local scalars = { int = true, float = true, bool = true, string = true, color = true }
--- Can a declared series hold it?
function M.column(t) return numeric[t] or t == "bool" or t == "na" end
function M.scalar(t) return scalars[t] == true end

--- Text of a type for messages.
function M.show(t)
  if type(t) == "table" then
    local list = {}
    for i = 1, #t do list[i] = M.show(t[i]) end
    return "[" .. table.concat(list, ", ") .. "]"
  end
  return t or "void"
end

--- The same with its article.
function M.a(t)
  local text = M.show(t)
  return (text:find("^[aeiou]") and "an " or "a ") .. text
end

--- What pine.series() and pine.map.new() want to know about a type.
function M.series_kind(t)
  if t == "bool" then return "bool" end
  return M.nan(t) and "float" or "object"
end

return M
