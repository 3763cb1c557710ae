-- SPDX-License-Identifier: MIT
-- The window behind highest, lowest and the pivots when they are called from the bar function.
-- pine_semantics.md 1.5: every place owns length + 1 slots that step one per bar; a bar without a
-- call leaves its slot with what was written one turn earlier (0 when nothing was), and the
-- remembered extreme ages in bars. With a length of Pine's kind "series" a skipped bar repeats the
-- last value instead.
local core = ...
local NA = 0 / 0

-- (value, n) -> extreme, its offset (0 or below). `newest`: among equal ones the newest counts.
local function slots(top, newest)
  local ring, size = {}, 0
  local best, age, last, known, before = NA, 0, -1, 0, 0

  local function grow(bar, want)
    local bigger = {}
    for i = 0, want - 1 do bigger[i] = 0 end
    for i = 0, size - 1 do
      local written = bar - 1 - (bar - 1 - i) % size
      bigger[written % want] = ring[i]
    end
    ring, size = bigger, want
  end

  -- From the newest back; na takes its slot and is passed over.
  local function rescan(bar, n)
    best, age = NA, 0
    for k = 0, known >= n and n - 1 or known do
      local y = ring[(bar - k) % size]
      if y == y then
        if best ~= best or (top and y > best) or (not top and y < best) then
          best, age = y, k
        elseif not newest and y == best then
          age = k
        end
      end
    end
  end

  return function(x, n)
    local bar = core.bar()
    if n >= size then grow(bar, n + 1) end
    if last >= 0 and bar > last then
      age = age + bar - last
      known = known + bar - last
      if known > size - 1 then known = size - 1 end
    end
    last = bar
    ring[bar % size] = x
    local grown = n > before
    before = n
    if x == x and (best ~= best or (top and x > best) or (not top and x < best) or (newest and x == best)) then
      best, age = x, 0
    end
    if age >= n or grown then rescan(bar, n) end
    if bar < n - 1 then return NA, NA end
    return best, -age
  end
end

local function repeating(top, newest)
  local values, first, last = {}, 0, -1
  if core.fixed then core.fixed[values] = true end -- read up to the present bar, which is written first
  return function(x, n)
    local bar = core.bar()
    if last < 0 then
      first = bar
    else
      for i = last + 1, bar - 1 do values[i] = values[last] end
    end
    values[bar] = x
    last = bar
    if bar < n - 1 then return NA, NA end
    local best, at = NA, 0
    for k = bar - first < n and bar - first or n - 1, 0, -1 do
      local y = values[bar - k]
      if y == y and (best ~= best or (top and y > best) or (not top and y < best) or (newest and y == best)) then
        best, at = y, -k
      end
    end
    return best, at
  end
end

return function(top, newest, kind)
  if kind == "series" then return repeating(top, newest) end
  return slots(top, newest)
end
