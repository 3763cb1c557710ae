-- SPDX-License-Identifier: MIT
-- Pine style: inputs as plain numbers; the strategy object and its orders are in orders.lua.
local core = ...
local rawset, next, setmetatable = rawset, next, setmetatable

local pine = {}

local orders = core.module("wick.pine.orders")
pine.strategy = orders.strategy

-- ---- the rest of the language, read when it is first named -----------------------------------
local parts = core.module "wick.pine.names"

--- Every name of `pine`, for messages and wick check.
function core.pine_names()
  local names = {}
  for name in next, pine do names[name] = true end
  for name in next, parts do names[name] = true end
  return names
end

return setmetatable(pine, {
  __index = function(t, key)
    local part = parts[key]
    if part == nil then return nil end
    local module = core.module("wick.pine." .. part)
    local live = core.pine_numbers and core.pine_numbers[key]
    if live then return live() end -- of the symbol in hand: never kept
    local v = module[key]
    rawset(t, key, v)
    return v
  end,
})
