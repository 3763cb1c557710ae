-- SPDX-License-Identifier: MIT
-- wick-jit only: the step loop of one run. Loaded once for every script, because a trace is tied to
-- the functions it was recorded with.
local M, pointer, slow_step = ...
local run, C, sh, cur, bar_of = M.bind(pointer)
local type, error = type, error
local NA = 0 / 0

local function units(x)
  if x == nil then return NA end
  if type(x) ~= "number" then
    error("size must return a number of units (or nil for none), got " .. type(x), 0)
  end
  return x
end

local function make()
  return function(before, each, after, on, size, pine, syms, ctx, p, rebalance)
    -- A run whose costs are Lua functions is stepped by the interpreter: see src/lua/costs.c.
    local step = slow_step or C.wick_run_step
    local only = syms[1] -- bars are walked here when there is one symbol
    while true do
      local ahead = cur.ahead
      if ahead < cur.free then -- a bar that needs nothing from the engine: see wick_cursor
        local bar = bar_of[0] + 1
        bar_of[0] = bar
        cur.bar = bar
        cur.ahead = ahead + 1
        each(only, p)
        if sh.stop ~= 0 then return 0 end
      else
        local s = step(run)
        if sh.stop ~= 0 then return 0 end
        if s == 1 then
          if each then
            each(syms[cur.symbol + 1], p)
          else
            if sh.n_own ~= 0 then sh.roll(sh.host, cur.symbol, cur.bar) end
            pine[cur.symbol + 1]()
          end
        elseif s == 3 then
          after(ctx, p)
        elseif s == 4 then
          on[cur.symbol + 1][cur.trigger + 1](syms[cur.symbol + 1], p)
        elseif s == 2 then
          before(ctx, p)
        elseif s == 7 then
          rebalance(ctx, p)
        elseif s == 5 then
          C.wick_run_answer(run, units(size[cur.symbol + 1](syms[cur.symbol + 1], p)))
        else
          return s
        end
      end
    end
  end
end

-- A trace is tied to a closure until three of its kind have been made, then to the code alone.
make()
make()
return make()
