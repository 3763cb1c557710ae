-- SPDX-License-Identifier: MIT
-- Accounts in another currency, and rates as series.

local closes, days = {}, {}
for i = 1, 60 do
  if i <= 40 then closes[i] = 100 + (i * 7) % 11 end
  days[i] = 1 + i / 100
end
-- Daily bars from 2020-01-01 on; the pair begins three days before.
local function stamps(n, first)
  local t = {}
  for i = 1, n do t[i] = 1577836800000 + (first + i - 1) * 86400000 end
  return t
end

local function play(args, body, extra)
  local o = {
    bars = { X = { close = closes, currency = "EUR" } },
    rates = { EURUSD = { close = days, time = stamps(60, -3) } },
    script = "local s = pine.strategy { title = 'x'" .. args .. " }\n" ..
      (extra or "") .. "\nreturn s:each_bar(function()\n" .. body .. "\nend)",
  }
  return o
end

test("a rate is the close of the day before", function()
  must_run(play("", [[
    -- Bar b is of day b; the pair's value of that day is days[b + 4], of the day before days[b + 3].
    assert(math.abs(r[0] - (1 + (s.bar + 3) / 100)) < 1e-12, wick.fmt(r[0]))
    assert(math.abs(i[0] * r[0] - 1) < 1e-12 and one[0] == 1 and none[0] ~= none[0] and dollar[0] == 1)]], [[
    local r = pine.request.currency_rate("EUR", "USD")
    local i = pine.request.currency_rate(pine.currency.USD, pine.currency.EUR)
    local one = pine.request.currency_rate("JPY", "JPY")
    local dollar = pine.request.currency_rate("USDT", "USD")
    local none = pine.request.currency_rate("GBP", "CHF", true)]]))
end)

test("the account's figures are in its currency", function()
  local body = [[
    if s.bar == 2 then s:entry("L", s.long, { qty = 3 }) end
    if s.bar == 9 then s:close("L") end
    local r = 1 + (s.bar + 3) / 100
    if s.position_size > 0 then
      assert(math.abs(s.openprofit - (close[0] - s.position_avg_price) * 3 * RATE) < 1e-9, wick.fmt(s.openprofit))
    end
    if s.bar == 12 then
      local profit = (s:closedtrades_exit_price(0) - s:closedtrades_entry_price(0)) * 3
      assert(math.abs(s.netprofit - profit * WHEN) < 1e-9, wick.fmt(s.netprofit))
      assert(s.account_currency == WORD)
    end]]
  local function with(args, rate, at, word)
    must_run(play(args, (body:gsub("RATE", rate):gsub("WHEN", at):gsub("WORD", '"' .. word .. '"')), "local close = s.close"))
  end
  with(", currency = 'USD'", "r", "(1 + 13 / 100)", "USD")
  with(", currency = 'EUR'", "1", "1", "EUR")
  with("", "1", "1", "EUR") -- that of the symbol
  with(", currency = 'NONE'", "1", "1", "EUR")
end)

test("no rate is an error that says what to give", function()
  local _, message = run(play(", currency = 'JPY'", ""))
  check(message and message:find("X is quoted in EUR and the account of the strategy is in JPY: give the rate with --rates", 1, true), message)
  _, message = run(play("", "", "local r = pine.request.currency_rate('EUR', 'JPY')"))
  check(message and message:find("no rate of EUR in JPY; give bars of EURJPY with --rates", 1, true), message)
  local o = play(", currency = 'USD'", "")
  o.rates = { EURUSD = { close = days, time = stamps(60, 3) } }
  _, message = run(o)
  check(message and message:find("the rate of EURUSD is known from", 1, true), message)
  _, message = run(play("", "", "pine.request.security('', 'W', function(w) return w.close end, { currency = 'USD' })"))
  check(message and message:find("the values are in EUR", 1, true), message)
  must_run(play("", "", "pine.request.security('', 'W', function(w) return w.close end, { currency = 'EUR' })"))
  o = play("", "pine.request.currency_rate('EUR', 'USD')")
  _, message = run(o)
  check(message and message:find("is a declaration", 1, true), message)
end)
