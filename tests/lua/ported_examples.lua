-- SPDX-License-Identifier: MIT
-- Strategies of backtesting.py, vectorbt and PyBroker, and their ports in examples/scripts: the trades
-- and the account the libraries made on examples/bars (tests/golden/engine/make_ports.py,
-- make_pybroker_ports.py).
local function bars_of(symbol)
  local b = { open = {}, high = {}, low = {}, close = {}, volume = {}, time = {} }
  for line in read("examples/bars/" .. symbol .. ".csv"):gmatch "[^\n]+" do
    local y, m, d, o, h, l, c, v = line:match "^(%d+)-(%d+)-(%d+),([%d.]+),([%d.]+),([%d.]+),([%d.]+),([%d.]+)"
    if y then
      local i = #b.close + 1
      b.open[i], b.high[i], b.low[i], b.close[i] = tonumber(o), tonumber(h), tonumber(l), tonumber(c)
      b.volume[i] = tonumber(v)
      -- Days since 1970 of the civil calendar.
      y, m, d = tonumber(y), tonumber(m), tonumber(d)
      if m <= 2 then y, m = y - 1, m + 12 end
      local days = 365 * y + math.floor(y / 4) - math.floor(y / 100) + math.floor(y / 400)
        + math.floor((153 * (m - 3) + 2) / 5) + d - 719469
      b.time[i] = days * 86400000
    end
  end
  return b
end

-- `cents`: the library's list shows money and prices rounded to cents, half up or down by its own rule.
local function close_to(got, want, what, cents)
  local far = cents and 0.005000001 or 1e-9 * math.max(math.abs(got), math.abs(want), 1)
  if math.abs(got - want) > far then
    error(what .. ": got " .. wick.fmt(got) .. ", want " .. wick.fmt(want), 0)
  end
end

local function in_order(list)
  table.sort(list, function(a, b)
    for _, k in ipairs { 2, 3, 1, 4 } do
      if math.abs(a[k] - b[k]) > 1e-9 * math.abs(a[k]) then return a[k] < b[k] end
    end
    return false
  end)
  return list
end

local FIELDS = { "size", "entry bar", "exit bar", "entry price", "exit price", "pnl" }

local function hold_to(port)
  test(port.name, function()
    local bars = {}
    for _, symbol in ipairs(port.symbols) do bars[symbol] = bars_of(symbol) end
    local r = must_run { file = "examples/scripts/" .. port.name .. ".lua", bars = bars,
      cash = port.cash or 10000 }
    local mine = {}
    for i, t in ipairs(r.trades) do
      local sign = t.side == "long" and 1 or -1
      mine[i] = { sign * t.units, t.entry_bar, t.exit_bar, t.entry_price, t.exit_price, t.pnl }
    end
    equal(#mine, #port.trades, "trades")
    check(#mine >= 5)
    mine = in_order(mine)
    for i, want in ipairs(in_order(port.trades)) do
      for k, name in ipairs(FIELDS) do close_to(mine[i][k], want[k], "trade " .. i .. ", " .. name, port.cents) end
    end
    for i, want in ipairs(port.equity) do
      local bar = i == #port.equity and #r.equity or (i - 1) * 20 + 1
      close_to(r.equity[bar], want, "equity at bar " .. bar - 1, port.cents)
    end
  end)
end

for _, file in ipairs { "ports", "pybroker_ports" } do
  for _, port in ipairs(json(read("tests/golden/engine/" .. file .. ".json"))) do hold_to(port) end
end
