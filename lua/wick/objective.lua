-- SPDX-License-Identifier: MIT
-- Objectives: files that say how good a result is. What it returns is added to `wick`.
local core = ...
local type, setmetatable = type, setmetatable
local raise = core.raise

local wick = {}

local fields = { name = true, title = true, better = true, score = true, constraints = true }

core.objective_meta.__metatable = "objective"
core.objective_meta.__newindex = function()
  raise("an objective is complete when it is made; write its fields inside wick.objective { ... }")
end
core.reject_meta.__metatable = "reject"

--- wick.objective { name=, better="higher"|"lower", score=function(m, ledger, p) [, title=] [, constraints=] }:
--- how good a result is. `score` returns a number, or wick.reject(reason).
function wick.objective(d)
  if type(d) ~= "table" then raise("wick.objective takes a table, got " .. type(d)) end
  for key in core.pairs(d) do
    if not fields[key] then
      local near = type(key) == "string" and core.nearest(key, fields)
      raise("wick.objective: unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
  if type(d.name) ~= "string" or d.name == "" then
    raise("wick.objective: 'name' must be a text")
  end
  if d.better ~= "higher" and d.better ~= "lower" then
    raise("wick.objective: 'better' is \"higher\" or \"lower\"")
  end
  if type(d.score) ~= "function" then
    raise("wick.objective: 'score' must be a function(m, ledger, p)")
  end
  local limits, names = {}, {}
  if d.constraints ~= nil then
    if type(d.constraints) ~= "table" then
      raise("wick.objective: 'constraints' is a table of functions, each at most 0 when all is well")
    end
    for key, f in core.pairs(d.constraints) do
      if type(key) ~= "string" or type(f) ~= "function" then
        raise("wick.objective: constraints are written name = function(m, ledger, p)")
      end
      names[#names + 1] = key
      limits[#limits + 1] = f
    end
  end
  return setmetatable({ name = d.name, title = d.title, better = d.better, score = d.score,
    limit_names = names, limits = limits }, core.objective_meta)
end

--- wick.reject(reason [, by]): what `score` returns for a result that must not win. `by` (at least
--- 0, default 1) tells a sampler how far off it was.
function wick.reject(reason, by)
  if type(reason) ~= "string" or reason == "" then
    raise("wick.reject: say why: wick.reject \"fewer than 30 trades\"")
  end
  if by == nil then by = 1 end
  if type(by) ~= "number" or not (by >= 0) then
    raise("wick.reject: the second argument says how far off the result was, a number from 0 up")
  end
  return setmetatable({ reason = reason, by = by }, core.reject_meta)
end

return wick
