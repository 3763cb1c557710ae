-- SPDX-License-Identifier: MIT
-- The FFI region as LuaJIT reads it: every struct has the size the C compiler gave it, every
-- function is in the program. On Lua 5.4 there is no FFI and nothing to compare.
if vm ~= "luajit" then
  test("no FFI on this VM", function() check(rawget(_G, "ffi") == nil) end)
  return
end

local report = abi_report()

test("the region was parsed", function()
  check(report.structs > 1 and report.functions > 20, "structs " .. report.structs .. ", functions " .. report.functions)
end)

test("every function resolves", function() equal(report.missing, {}) end)
test("every struct has the same size", function() equal(report.different, {}) end)
test("the host's own structs have the same size", function() equal(report.own, {}) end)
