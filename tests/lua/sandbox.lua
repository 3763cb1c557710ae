-- SPDX-License-Identifier: MIT
-- Ways out of a Lua sandbox that are known from elsewhere. Each must raise or give nothing.

local function body(text) return text .. '\nlocal S = wick.strategy "x" function S.each_bar() end return S' end

-- Every expression must evaluate to nil or raise.
local nothing = {
  "os", "io", "debug", "package", "ffi", "jit", "bit", "loadstring", "dofile", "loadfile", "setfenv",
  "getfenv", "newproxy", "collectgarbage", "module", "utf8", "unpack", "arg",
  "_G.os", "_G.io", "_G['debug']", "string.dump", "('x').dump", "math.randomsee", "coroutine.running",
  "coroutine.close", "table.getn", "rawget(_G, 'os')", "rawget(_G, 'debug')", "rawget(string, 'dump')",
  "require 'os'", "require 'ffi'", "require 'debug'", "require 'wick.ffi'", "require 'wick.test'", "require 'jit'",
  "require '/etc/passwd'", "require '..secret'", "require 'a/../../b'",
  "getmetatable('').__index", "getmetatable(_G).__index", "getmetatable(math).__index",
  "getmetatable(ta).__index", "getmetatable(wick).__index", "getmetatable(wick.strategy 'x').__index",
  "load(string.char(27) .. 'Lua')", "load('\\27LJ\\2')", "load('return os')()", "load('return debug', 'x', 'bt')()",
  "load('return ffi', 'x', 't', {})()", "load(function() return 'x' end)",
  "setmetatable({}, { __gc = function() end })", "setmetatable({}, { __mode = 'k' })",
  "setmetatable(_G, nil)", "setmetatable(wick, {})", "setmetatable('', {})", "rawset(_G, 'x', 1)",
  "rawset(wick, 'x', 1)", "rawset(ta, 'x', 1)", "next(wick)", "next(ta)", "string.format('%p', {})",
}
for _, expression in ipairs(nothing) do
  test("nothing: " .. expression, function()
    local message, code
    local printed = captured(function()
      local r
      r, message, code = run { script = body(
        "local ok, x = pcall(function() return " .. expression .. " end)\n" ..
        "if ok and x ~= nil then print('got', type(x)) end"), bars = { symbols = 1, count = 2 } }
    end)
    equal(printed, "")
    check(message == nil, message)
  end)
end

-- Whole programs that must not get anywhere.
local attacks = {
  -- the string metatable is shared with the host: its methods must stay what they are
  [[local mt = getmetatable("") if type(mt) == "table" then mt.__index = { upper = function() return "evil" end } end
    string.upper = function() return "evil" end
    if ("a"):upper() == "evil" then print("changed") end]],
  -- the error value of a budget or an engine error is no handle on anything
  [[local ok, e = pcall(function() return wick.expr("close", 1, 2) end)
    if type(e) == "userdata" then print("userdata") end]],
  -- a coroutine has the same globals
  [[local ok, x = coroutine.resume(coroutine.create(function() return os end)) if ok and x then print("os") end]],
  -- xpcall handlers see no debug library
  [[xpcall(function() error("x") end, function() if rawget(_G, "debug") then print("debug") end end)]],
  -- loaded text gets the sandbox, not the host's globals
  [[local f = load("return _G") if f()._G ~= _G then print("other globals") end]],
  -- tostring gives no addresses
  [[if tostring({}):find("%x%x%x%x") or tostring(print):find("%x%x%x%x") then print(tostring({})) end]],
  -- functions of the library tables belong to this run alone
  [[math.floor = nil table.insert = nil]],
}
for i, text in ipairs(attacks) do
  test("attack " .. i, function()
    local printed = captured(function() must_run { script = body(text), bars = { symbols = 1, count = 2 } } end)
    equal(printed, "")
    -- and the next run is whole
    must_run { script = body "assert(math.floor(1.5) == 1 and ('a'):upper() == 'A') table.insert({}, 1)", bars = { symbols = 1, count = 2 } }
  end)
end

test("handles changed by hand reach nothing else", function()
  for _, statement in ipairs { "rawset(x, 'sid', 1e300)", "rawset(x, 'sid', -5)", "rawset(x, 'sid', 'a')",
    "rawset(x, 'sid', 0/0)", "rawset(sym, 'id', 99)", "rawset(sym, 'id', -1)", "rawset(sym, 'id', 0.5)",
    "rawset(sym, 'id', {})", "sym.id = 99", "x.sid = 1e9", "sym.run = 3 sym.id = 1e8" } do
    captured(run, { bars = { symbols = 2, count = 5 }, script = [[
      local S = wick.strategy "x"
      function S.each_bar(sym)
        local x = sym.close
        pcall(function() ]] .. statement .. [[ end)
        pcall(function() return x[0] end)
        pcall(function() return x[1000000] end)
        pcall(function() return sym.position, sym.bar, sym.time end)
        pcall(function() sym:buy { units = 1 } end)
        pcall(function() sym:close() end)
      end
      return S]] })
  end
  must_run { script = body "", bars = { symbols = 1, count = 2 } }
end)

test("what pointers exist cannot be read out of a handle", function()
  local printed = captured(must_run, { bars = { symbols = 1, count = 3 }, script = [[
    local S = wick.strategy "x"
    local function walk(t, depth)
      for k, v in next, t do
        local kind = type(v)
        if kind == "userdata" or kind == "cdata" or kind == "lightuserdata" then print(k, kind) end
        if kind == "table" and depth < 3 then walk(v, depth + 1) end
      end
    end
    function S.each_bar(sym) walk(sym, 0) walk(sym.close, 0) end
    function S.on_bar(ctx) walk(ctx, 0) end
    return S]] })
  equal(printed, "")
end)

test("required files see the sandbox and run once", function()
  local message = select(2, run { script = body "local m = require 'support.helper' assert(m.answer == 42 and require 'support.helper' == m)",
    file = "tests/lua/inline.lua" })
  check(message == nil, message)
  local _, circle = run { script = body "require 'support.circle'", file = "tests/lua/inline.lua" }
  check(circle:find("requires itself in a circle", 1, true), circle)
end)

-- In a bar hook of wick-jit the process would end (compiled code cannot fail to allocate), so there
-- the file body has to do; tests/e2e has the rest.
test("memory stays within its cap", function()
  local bomb = "local s = 'x' while true do s = s .. s end"
  -- A small cap: filling 512 MiB may take longer than the half second of a file body.
  local _, message, code = run { bars = { symbols = 1, count = 5 }, script = body(bomb), memory = 64 }
  check(message:find("more than its 64 MiB of memory", 1, true), message)
  equal(code, "budget")
  if vm == "lua" then
    _, message, code = run { bars = { symbols = 1, count = 5 }, script =
      'local S = wick.strategy "x"\nfunction S.each_bar()\n' .. bomb .. "\nend return S" }
    check(message:find("script.lua:3: the script wants more than its 512 MiB of memory", 1, true), message)
    equal(code, "budget")
  end
  must_run { script = body "", bars = { symbols = 1, count = 2 } }
end)

test("recursion through every door that calls back", function()
  for _, text in ipairs {
    "local function f() return 1 + f() end f()",
    "local f f = function(s) return (s:gsub('.', f)) end f('ab')",
    "local t = setmetatable({}, { __tostring = function(t) return tostring(t) end }) tostring(t)",
    "local t = setmetatable({}, { __index = function(t, k) return t[k .. 'x'] end }) local x = t.a",
    "local function f() return coroutine.wrap(f)() end f()",
    "local function f() return pcall(f) end f() local function g() local ok, e = pcall(g) error(e) end g()",
    "local function f(a, b) table.sort({ 3, 2, 1 }, f) return a < b end f(1, 2)",
    "local function f() xpcall(f, f) end f() error('end')",
    "local t = {} t[1] = t local function f(x) return f(x[1]) + 1 end f(t)",
    "local s = 'return ' .. ('('):rep(300) .. '1' .. (')'):rep(300) assert(load(s))",
  } do
    local r, message = run { script = body(text), bars = { symbols = 1, count = 2 } }
    check(r == nil, "it ran: " .. text)
    check(#message > 0)
  end
end)
