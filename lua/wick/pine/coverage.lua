-- SPDX-License-Identifier: MIT
-- The coverage table of docs/porting-pine.md, made from what the translator knows (`wick pine
-- --coverage`).
local core = ...
local builtins = core.module("wick.pine.builtins")
local ipairs = ipairs

local M = {}


local function wrapped(names)
  return "`" .. table.concat(names, " ") .. "`"
end

--- M.text() -> Markdown
function M.text()
  local order, groups, seen = {}, {}, {}
  for _, name in ipairs(builtins.names) do
    -- A name may be a function and a variable: ta.tr, time, strategy.closedtrades.
    local f = not seen[name] and builtins.func(name)
    local v = not f and builtins.var(name)
    seen[name] = true
    local space = name:match("^(.*)%.[^%.]+$") or "language"
    if builtins.known(space) and not builtins.spaces[space] then space = space:match("^(.*)%.") or
      "language" end
    local g = groups[space]
    if not g then
      g = { functions = {}, values = {}, refused = {} }
      groups[space] = g
      order[#order + 1] = space
    end
    local short = name:match("[^%.]+$")
    if (f or v).class == "x" then
      g.refused[#g.refused + 1] = short
    elseif f then
      g.functions[#g.functions + 1] = short
    else
      g.values[#g.values + 1] = short
    end
  end
  core.sort(order, function(a, b) return a < b end)
  local out = { "| namespace | functions | variables and constants | refused |",
    "| --- | --- | --- | --- |" }
  local n_f, n_v, n_x = 0, 0, 0
  for _, space in ipairs(order) do
    local g = groups[space]
    n_f, n_v, n_x = n_f + #g.functions, n_v + #g.values, n_x + #g.refused
    core.sort(g.functions, function(a, b) return a < b end)
    core.sort(g.values, function(a, b) return a < b end)
    local f = #g.functions > 0 and wrapped(g.functions) or ""
    local v = #g.values > 12 and #g.values .. " of them" or #g.values > 0 and wrapped(g.values) or
      ""
    local x = #g.refused > 0 and wrapped(g.refused) or ""
    out[#out + 1] = "| " .. space .. " | " .. f .. " | " .. v .. " | " .. x .. " |"
  end
  out[#out + 1] = "| **sum** | " .. n_f .. " | " .. n_v .. " | " .. n_x .. " |"
  return table.concat(out, "\n") .. "\n"
end

return M
