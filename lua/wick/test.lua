-- SPDX-License-Identifier: MIT
-- `wick test FILE`: unit tests in Lua, or a small program whose comments state what it does.
local core = ...
local report, passed, failed

local function line(text) report[#report + 1] = text end

-- ---- what test files may call --------------------------------------------------------------
local api = {}

local function show(x, depth)
  if type(x) == "number" then return core.fmt(x) end
  if type(x) == "string" then return string.format("%q", x) end
  if type(x) == "table" and not core.is(x) then
    if (depth or 0) > 2 then return "{...}" end
    local parts = {}
    for k, v in core.pairs(x) do
      parts[#parts + 1] = (type(k) == "number" and "" or core.tostring(k) .. " = ") .. show(v, (depth or 0) + 1)
      if #parts > 20 then parts[#parts + 1] = "..." break end
    end
    return "{ " .. table.concat(parts, ", ") .. " }"
  end
  return core.tostring(x)
end

-- Equal values; NA equals NA; tables by content.
local function same(a, b)
  if type(a) ~= type(b) then return false end
  if a ~= a and b ~= b then return true end
  if type(a) ~= "table" or core.is(a) or core.is(b) then return a == b end
  for k, v in next, a do if not same(v, b[k]) then return false end end
  for k in next, b do if a[k] == nil then return false end end
  return true
end

--- check(condition [, message])
function api.check(ok, message)
  if not ok then core.raise(message or "check failed") end
  return ok
end

--- equal(got, want [, what]): the same value, NA equal to NA, tables by content.
function api.equal(got, want, what)
  if not same(got, want) then
    core.raise((what and what .. ": " or "") .. "got " .. show(got) .. ", want " .. show(want))
  end
end

--- near(got, want [, tolerance]): relative to the larger one, default 1e-12.
function api.near(got, want, tolerance)
  if got ~= got and want ~= want then return end
  local scale = math.max(math.abs(got), math.abs(want), 1e-300)
  if not (math.abs(got - want) <= (tolerance or 1e-12) * scale) then
    core.raise("got " .. show(got) .. ", want " .. show(want))
  end
end

--- raises(function, text): the function must raise a message that contains the text.
function api.raises(f, text)
  local ok, err = pcall(f)
  if ok then core.raise("nothing was raised; want an error with '" .. text .. "'") end
  err = core.tostring(err)
  if not err:find(text, 1, true) then core.raise("raised '" .. err .. "'; want '" .. text .. "'") end
  return err
end

--- run { script = text | file = path, bars =, params =, engine =, cash =, trade_from =, checkpoint =,
--- from_state =, what_if = } -> results, or nil, message, code. With a checkpoint (a day, or true for
--- the end) the results have a `state`.
function api.run(options) return core.test_run(options) end

--- must_run: run that raises the message instead of returning it.
function api.must_run(options)
  local r, message = core.test_run(options)
  if not r then core.raise(message) end
  return r
end

--- test(name, function)
function api.test(name, f)
  local printed, ok, err = core.captured(f)
  if ok then
    passed = passed + 1
  else
    failed = failed + 1
    line("FAIL " .. name)
    line("  " .. core.tostring(err))
    if printed ~= "" then line("  printed: " .. printed) end
  end
end

api.captured = core.captured
--- read(path): the text of a file, nil when there is none.
api.read = core.read
--- json(text): the value of a JSON text.
function api.json(text) return core.unjson(text) end
--- check_script(text): report, errors, warnings of `wick check`.
function api.check_script(text)
  return core.module "wick.check" ("script.lua", text)
end

--- names_of(what): what `wick`, `sym`, `ctx`, `pine`, `bars`, `orders` and `signals` hold.
function api.names_of(what)
  local from = what == "wick" and core.wick_names() or what == "sym" and core.sym_methods
    or what == "ctx" and core.ctx_methods or what == "pine" and core.pine_methods
    or what == "bars" and core.bars_methods or what == "orders" and core.order_names()
    or what == "signals" and core.signal_names()
  if what == "pine" then core.module "wick.pine" end
  local list = {}
  for name in core.pairs(from) do list[#list + 1] = name end
  return list
end

if core.luajit then
  --- abi_report(): the FFI region against the program (wick-jit).
  function api.abi_report() return core.module("wick.ffi").report() end
end

-- ---- unit files ----------------------------------------------------------------------------
local function unit_file(path, text)
  local env = core.env()
  for name, f in next, api do rawset(env, name, f) end
  rawset(env, "vm", core.luajit and "luajit" or "lua")
  local chunk, err = core.compile(text, path)
  if not chunk then
    failed = failed + 1
    line("FAIL " .. path)
    line("  " .. err)
    return
  end
  local printed, ok, message = core.captured(chunk)
  if not ok then
    failed = failed + 1
    line("FAIL " .. path)
    line("  " .. core.tostring(message))
  elseif passed + failed == 0 then
    failed = failed + 1
    line("FAIL " .. path)
    line("  the file has no test(name, function)")
  end
  if printed ~= "" then line("  printed: " .. printed) end
end

-- ---- programs ------------------------------------------------------------------------------
-- `-- error: text`    the run must fail with this text in its message
-- `-- prints: text`   the next line printed must be this (any number of them, in order)
-- `-- trades: n`      so many trades
-- `-- on: lua|luajit` only on this VM
-- `-- data: symbols=2 count=300 seed=1 ragged=1`, `-- param: k=v`, `-- engine: k=v`, `-- cash: n`
local keys = { error = 1, prints = 1, trades = 1, on = 1, data = 1, param = 1, engine = 1, cash = 1 }

local function read_claims(text)
  local claims, found = {}, false
  for key, value in text:gmatch("%-%-%s?(%l+):%s*([^\n]*)") do
    if keys[key] then
      value = value:gsub("%s+$", "")
      claims[key] = claims[key] or {}
      claims[key][#claims[key] + 1] = value
      if key == "error" or key == "prints" or key == "trades" then found = true end
    end
  end
  return found and claims
end

local function read_pairs(list, as_number)
  local out = {}
  for _, l in ipairs(list or {}) do
    for k, v in l:gmatch("([%w_]+)=(%S+)") do out[k] = as_number and tonumber(v) or v end
  end
  return out
end

local function fail_program(path, text)
  failed = failed + 1
  line("FAIL " .. path)
  line("  " .. text)
end

local function judge(path, claims, printed, result, message)
  if claims.error then
    if result then return fail_program(path, "it ran; want an error with '" .. claims.error[1] .. "'") end
    for _, want in ipairs(claims.error) do
      if not message:find(want, 1, true) then
        return fail_program(path, "failed with '" .. message .. "'; want '" .. want .. "'")
      end
    end
  elseif not result then
    return fail_program(path, message)
  end
  if claims.prints then
    local want = table.concat(claims.prints, "\n") .. "\n"
    if printed ~= want then return fail_program(path, "printed '" .. printed .. "'; want '" .. want .. "'") end
  end
  if claims.trades and #result.trades ~= tonumber(claims.trades[1]) then
    return fail_program(path, #result.trades .. " trades; want " .. claims.trades[1])
  end
  passed = passed + 1
end

local function program(path, text, claims)
  if claims.on and claims.on[1] ~= (core.luajit and "luajit" or "lua") then
    passed = passed + 1
    return
  end
  local printed, ok, result, message = core.captured(core.test_run, {
    script = text, file = path, bars = read_pairs(claims.data, true),
    params = read_pairs(claims.param), engine = read_pairs(claims.engine),
    cash = claims.cash and tonumber(claims.cash[1]),
  })
  if not ok then return fail_program(path, core.tostring(result)) end
  judge(path, claims, printed, result, message)
end

return function(path, text)
  report, passed, failed = {}, 0, 0
  local claims = not text:find("%f[%w]test%s*%(") and read_claims(text)
  core.env()
  if claims then program(path, text, claims) else unit_file(path, text) end
  line(path .. ": " .. passed .. " passed, " .. failed .. " failed")
  return table.concat(report, "\n") .. "\n", passed, failed
end
