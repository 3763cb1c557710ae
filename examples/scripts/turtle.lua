-- The first system of the Turtles (Curtis Faith, The Original Turtle Trading Rules, 2003): a stop
-- order at the highest high of 20 days, a unit more for every half N in favour up to four, all of
-- them out two N below the last one or at the low of ten days. N is the average true range.
--
-- Written with events: stop orders are placed anew at every close, for the bar to come.

local S = wick.strategy "turtle"

S.params = {
  entry = wick.int(20, 10, 60),
  exit  = wick.int(10, 5, 30),
  atr   = wick.int(20, 10, 40),
  risk  = wick.num(1, 0.25, 2),   -- percent of equity that one N of one unit is worth
  units = wick.int(4, 1, 8),
}

S.engine = { max_entries = 8 }

function S.init(ctx, p)
  ctx:series("top", function(b) return ta.highest(b.high, p.entry) end)
  ctx:series("bottom", function(b) return ta.lowest(b.low, p.exit) end)
  ctx:series("n", function(b) return ta.atr(b, p.atr) end)
end

-- What each symbol held at the last close, to know the price of a unit that has been added since.
local before = {}

local function price_of_newest(sym)
  local was = before[sym.name]
  if not was or sym.bars_held <= was.held then return sym.avg_price end -- a new position
  if sym.position == was.units then return was.newest end
  return (sym.avg_price * sym.position - was.cost) / (sym.position - was.units)
end

-- A unit moves equity by `risk` percent for every N; its stop is two N away.
local function unit_at(sym, p, price)
  local n = sym.n[0]
  sym:buy { units = sym:units { risk_pct = p.risk, stop_points = n }, stop = price, stop_points = 2 * n, tag = "unit" }
end

function S.each_bar(sym, p)
  local n, top, bottom = sym.n[0], sym.top[0], sym.bottom[0]
  if not (n > 0 and top > 0) then return end -- not yet known
  sym:cancel("unit")
  if sym.position == 0 then
    before[sym.name] = nil
    unit_at(sym, p, top + sym.tick_size)
    return
  end
  local newest = price_of_newest(sym)
  before[sym.name] = { units = sym.position, cost = sym.avg_price * sym.position, newest = newest,
    held = sym.bars_held }
  sym:protect { stop = math.max(newest - 2 * n, bottom - sym.tick_size) }
  if sym.lots < p.units then unit_at(sym, p, newest + n / 2) end
end

return S
