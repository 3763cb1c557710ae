-- SPDX-License-Identifier: MIT
-- docs/scripting.md and the scripts' world name the same things.
local text = read "docs/scripting.md"
if not text then
  test("docs", function() print "skip: run from the source folder" end)
  return
end

local function documented(name)
  return text:find("%f[%w_]" .. name:gsub("%.", "%%.") .. "%f[^%w_]") ~= nil
end

test("every name of wick is documented", function()
  local missing = {}
  -- `wick` is a view; its names come through the error of a wrong one, so the list is asked here.
  for _, name in ipairs(names_of "wick") do
    if not documented("wick." .. name) and not documented(name) then missing[#missing + 1] = name end
  end
  equal(missing, {})
end)

test("every documented wick.NAME and ta.NAME exists", function()
  local have = {}
  for _, name in ipairs(names_of "wick") do have[name] = true end
  local missing = {}
  for name in text:gmatch("%f[%w_]wick%.([%a_]+)") do
    if not have[name] and name ~= "lua" then missing[#missing + 1] = "wick." .. name end
  end
  for name in text:gmatch("%f[%w_]ta%.([%l_]+)%f[^%w_]") do
    local ok = pcall(function() return ta[name] end)
    -- An example may define its own.
    if not ok and not text:find('ta%.define { name = "' .. name .. '"') then missing[#missing + 1] = "ta." .. name end
  end
  equal(missing, {})
end)

for _, what in ipairs { "sym", "ctx", "pine", "orders", "signals", "bars" } do
  test("every field of " .. what .. " is documented", function()
    local missing = {}
    for _, name in ipairs(names_of(what)) do
      if not documented(name) then missing[#missing + 1] = name end
    end
    equal(missing, {})
  end)
end

test("every name on the pages of indicators exists", function()
  local pages, missing, seen = read "docs/indicators.md" .. read "docs/coming-from-talib.md", {}, 0
  for name, after in pages:gmatch("`ta%.([%l%d_]+)(.)") do
    seen = seen + 1
    if after ~= "." and not pcall(function() return ta[name] end) then missing[#missing + 1] = "ta." .. name end
  end
  equal(missing, {})
  equal(seen > 100, true)
end)
