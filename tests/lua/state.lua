-- SPDX-License-Identifier: MIT
-- Saved state of scripts: what is kept, what is refused and by which name, forks, what-ifs.

local DATA = { symbols = 2, count = 300, seed = 5 }
local CUTS = { "2018-03-09", "2018-07-20", "2018-12-03" }

local function same_run(a, b, what)
  equal(a.trades_csv, b.trades_csv, what .. ": trades")
  equal(a.orders_csv, b.orders_csv, what .. ": orders")
  equal(a.equity_csv, b.equity_csv, what .. ": equity")
  equal(a.metrics, b.metrics, what .. ": metrics")
end

-- One run, and two runs joined at each cut.
local function joined(script, options)
  local function with(more)
    local o = { script = script, bars = DATA }
    for k, v in pairs(options or {}) do o[k] = v end
    for k, v in pairs(more or {}) do o[k] = v end
    return must_run(o)
  end
  local whole = with()
  check(#whole.trades > 0, "the script must trade")
  for _, cut in ipairs(CUTS) do
    local first = with { checkpoint = cut }
    same_run(whole, first, "saving at " .. cut)
    check(first.state:bytes() == with({ checkpoint = cut }).state:bytes(), "two states of " .. cut .. " differ")
    local second = with { from_state = first.state, checkpoint = true }
    same_run(whole, second, "going on from " .. cut)
    check(with({ checkpoint = true }).state:bytes() == second.state:bytes(), "the states of the end differ: " .. cut)
  end
end

local function refused(body, ...)
  local script = 'local S = wick.strategy "x"\n' .. body .. "\nreturn S\n"
  local r, message = run { script = script, bars = DATA, checkpoint = "2018-07-20" }
  check(not r, "saving must be refused")
  for _, text in ipairs { ... } do
    check(message:find(text, 1, true), "got '" .. message .. "', want '" .. text .. "'")
  end
end

test("variables and tables of the script", function()
  joined [[
local S = wick.strategy "kept"
local bars, side, log, last = 0, "none", {}, nil
local seen = { by = {}, total = 0 }
seen.self = seen
function S.each_bar(sym, p)
  bars = bars + 1
  seen.by[sym.name] = (seen.by[sym.name] or 0) + 1
  seen.total = seen.total + 0.1
  if seen.self ~= seen then error("identity was lost") end
  if seen.by[sym.name] % 7 == 0 then
    log[#log + 1] = { bar = bars, close = sym.close[0], before = log[#log] }
    last = log[#log]
  end
  if last and last ~= log[#log] then error("the last one is another one") end
  local sum = 0
  for i = math.max(1, #log - 5), #log do sum = sum + log[i].close end
  if #log > 3 and sum / 6 > sym.close[0] and sym.position == 0 then
    side = "in " .. bars
    sym:buy { units = 1 + #log, tag = side }
  elseif sym.position > 0 and bars % 5 == 0 then
    sym:close()
  end
end
return S
]]
end)

test("metatables, closures made in the body, random numbers", function()
  joined [[
local S = wick.strategy "objects"
local Account = {}
Account.__index = Account
function Account:add(x) self.n = self.n + 1; self.sum = self.sum + x return self.sum / self.n end
local function counter()
  local n = 0
  return function() n = n + 1 return n end
end
local tick, other = counter(), counter()
local function calm(x) return x > 0.6 end
local function wild(x) return x > 0.3 end
local mood = calm
local accounts = {}
function S.each_bar(sym)
  local a = accounts[sym.name]
  if not a then
    a = setmetatable({ n = 0, sum = 0 }, Account)
    accounts[sym.name] = a
  end
  local mean = a:add(sym.close[0])
  if tick() % 40 == 0 then mood = mood == calm and wild or calm; other() end
  local x = math.random()
  if mood(x) and sym.position == 0 and sym.close[0] > mean * 0.9 then
    sym:buy { units = 1 + other() % 3 }
  elseif sym.position > 0 and x < 0.2 then
    sym:close()
  end
end
return S
]]
end)

test("streams, also those made on a bar", function()
  joined [[
local S = wick.strategy "streams"
local slow = wick.stream("ema", 20)
local fast = {}
function S.each_bar(sym)
  if sym.name ~= "SYN01" then return end
  local s = slow(sym.close[0])
  fast.f = fast.f or wick.stream("sma", { n = 5 })
  fast.rsi = fast.rsi or wick.stream("rsi", 9)
  local f, r = fast.f(sym.close[0]), fast.rsi(sym.close[0])
  if f > s and r < 60 and sym.position == 0 then sym:buy { units = 10 } end
  if f < s and sym.position > 0 then sym:close() end
end
return S
]]
end)

test("the whole portfolio, triggers, sizes", function()
  joined [[
local S = wick.strategy "portfolio"
S.params = { every = wick.int(9, 2, 50) }
local turns, book = 0, {}
function S.init(ctx, p) ctx:series("mom", function(b) return ta.roc(b.close, 20) end) end
function S.on_bar(ctx, p)
  turns = turns + 1
  if turns % p.every ~= 0 then return end
  book[#book + 1] = ctx.equity
  local best = ctx:rank("mom", 1)
  ctx:target_weights(best, 0.3 + 0.1 * (#book % 3))
end
return S
]]
  joined [[
local S = wick.strategy "triggers"
local calls = 0
function S.series(b) S.when.up = ta.cross_over(b.close, ta.sma(b.close, 10)) end
function S.on.up(sym)
  calls = calls + 1
  if sym.position > 0 then sym:close() else sym:buy { units = calls } end
end
return S
]]
  joined [[
local S = wick.strategy "sizes"
local asked = 0
function S.signals(b)
  local f, s = ta.sma(b.close, 5), ta.sma(b.close, 15)
  return { long = ta.cross_over(f, s), flat = ta.cross_under(f, s), size = function(sym)
    asked = asked + 1
    return 10 + asked
  end }
end
return S
]]
end)

test("Pine style: series, calls of a place, arrays and maps", function()
  joined [[
local s = pine.strategy { title = "kept", pyramiding = 2 }
local close = s.close
local mine, names = pine.series(0), pine.series("object")
local ema, change = pine.call.ema(), pine.call.change()
local a4, a8 = pine.call.sma(), pine.call.rsi()
local turns, crosses = pine.call.many("ema"), pine.call.many("cross")
local highest = pine.call.highest()
local past, levels = pine.array.new(), pine.map.new("float")
local entries = 0
return s:each_bar(function()
  local e = ema(close[0], 12)
  local was = mine[1]
  mine:set((was == was and was or 0) + (close[0] > e and 1 or -1))
  names:set(close[0] > e and "up" or "down")
  local mean = a4(close[0], 4 + entries % 2)
  local sum, hits = 0, 0
  for i = 1, 3 do
    sum = sum + turns(close[0] + i, 4 * i)
    if crosses(close[0], sum / i) then hits = hits + 1 end
  end
  local r = a8(close[0], 8)
  past:push(close[0])
  if past:size() > 30 then past:shift() end
  levels:put(names[0], close[0])
  local d = change(mine[0], 2)
  if d > 0 and mean < close[0] and sum / 3 - hits < close[0] + 3 and r < 80 and s.position_size == 0 then
    entries = entries + 1
    s:entry("L" .. entries, s.long, { qty = 1 + past:size() % 4, comment = "after " .. entries })
  elseif names[0] == "down" and highest(close[0], 7) > close[0] and s.position_size > 0 then
    s:close_all()
  end
end)
]]
end)

test("costs of the script", function()
  joined [[
local S = wick.strategy "costs"
local fills = 0
function S.fees(fill) fills = fills + 1 return 1 + fills * 0.01 end
function S.each_bar(sym)
  if sym.bar % 9 == 3 then sym:buy { units = 5 } elseif sym.bar % 9 == 7 and sym.position > 0 then sym:close() end
end
return S
]]
end)

local KEEPS = [[
local S = wick.strategy "keeps"
S.params = { n = wick.int(5, 2, 50) }
local n = 0
function S.each_bar(sym, p)
  n = n + 1
  if n % p.n == 0 then sym:buy { units = 1 } elseif n % 11 == 0 then sym:close() end
end
return S
]]

test("a fork leaves its state and its parent alone", function()
  local first = must_run { script = KEEPS, bars = DATA, checkpoint = "2018-07-20" }
  local before = first.state:bytes()
  local a = must_run { script = KEEPS, bars = DATA, from_state = first.state }
  local b = must_run { script = KEEPS, bars = DATA, from_state = first.state, what_if = true, params = { n = 3 } }
  local c = must_run { script = KEEPS, bars = DATA, from_state = first.state }
  same_run(a, c, "a second fork")
  check(a.equity_csv ~= b.equity_csv, "the what-if must differ")
  check(first.state:bytes() == before, "the state was changed")
  -- What came before the date is the same in both.
  local cut = #a.equity - #b.equity
  equal(cut, 0)
  equal(a.equity[100], b.equity[100])
end)

test("a state belongs to its script, parameters, settings and bars", function()
  local st = must_run { script = KEEPS, bars = DATA, checkpoint = "2018-07-20" }.state
  equal(st.strategy, "keeps")
  check(st.time:find("2018-07-20", 1, true))
  local function no(options, text)
    options.script = options.script or KEEPS
    options.bars = options.bars or DATA
    options.from_state = st
    local r, message = run(options)
    check(not r, "it must be refused: " .. text)
    check(message:find(text, 1, true), "got '" .. message .. "', want '" .. text .. "'")
  end
  no({ params = { n = 6 } }, "parameter n is 6 here and was 5 when the state was saved")
  no({ engine = { fee_pct = 0.1 } }, "engine setting fee_pct is 0.1 here and was 0")
  no({ engine = { profile = "pybroker2" } }, "engine setting")
  no({ cash = 5000 }, "cash is 5000 here and was 100000")
  no({ script = KEEPS:gsub("n %% 11", "n %% 12") }, "the text of the strategy")
  no({ script = KEEPS:gsub('"keeps"', '"other"') }, "the strategy is other here and was keeps")
  no({ bars = { symbols = 1, count = 300, seed = 5 } }, "symbols is 1 here and was 2")
  no({ bars = { symbols = 2, count = 300, seed = 6 } }, "are not those the state was made with")
  no({ bars = { symbols = 2, count = 20, seed = 5 } }, "the state was made with")
  no({ checkpoint = "2018-02-01" }, "the stop of this run is before the state's own tick")
  raises(function() run { script = KEEPS, bars = DATA, from_state = "x" } end, "state is expected")
  raises(function() run { script = KEEPS, bars = DATA, checkpoint = "someday" } end, "'someday' is no date")
  raises(function() run { script = KEEPS, bars = DATA, what_if = true } end, "what_if needs a state")
end)

test("what cannot be saved is named, with what to write instead", function()
  refused([[
local hooks = { list = {} }
function S.each_bar(sym)
  hooks.list[1] = function() return sym.bar end
end]], "each_bar^hooks.list[1] is a function made while bars were decided", "make it in the file body")
  refused([[
local co = coroutine.create(function() while true do coroutine.yield() end end)
function S.each_bar(sym) coroutine.resume(co) end]], "each_bar^co is a coroutine", "numbers and texts")
  refused([[
local co = coroutine.wrap(function() while true do coroutine.yield() end end)
function S.each_bar(sym) co() end]], "each_bar^co is a coroutine")
  refused([[
local words
function S.each_bar(sym) words = words or ("a b c"):gmatch("%a") end]],
    "each_bar^words is a function of the library that keeps a place")
  refused([[
local set = {}
function S.each_bar(sym) set[{}] = true end]], "each_bar^set", "key that nothing else names", "list")
end)
