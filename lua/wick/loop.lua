-- SPDX-License-Identifier: MIT
-- wick-jit only: the step loop of one run. Loaded once for every script, because a trace is tied to
-- the functions it was recorded with.
local M, pointer, slow_step, refill = ...
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

-- What follows a step is recorded as one trace from loop to loop. Idle bars are walked in one of two loops
-- that look alike, because a loop's trace holds one course through the script: scripts decide differently
-- when something is held, and a course that is not the trace's own costs several times as much.
local function make()
  return function(before, each, after, on, size, pine, syms, ctx, p, rebalance)
    -- A run whose costs are Lua functions is stepped by the interpreter: see src/lua/costs.c.
    local step = slow_step or C.wick_run_step
    local only = syms[1] -- bars are walked here when there is one symbol
    while true do
      local s = step(run)
      if sh.stop ~= 0 then return 0 end
      if s == 1 then
        if each then
          each(syms[cur.symbol + 1], p)
          if cur.free > 0 then
            if cur.position ~= 0 then
              while cur.ahead < cur.free do -- see wick_cursor
                local bar = bar_of[0] + 1
                bar_of[0] = bar
                cur.bar = bar
                cur.ahead = cur.ahead + 1
                each(only, p)
                if sh.stop ~= 0 then return 0 end
              end
            else
              while cur.ahead < cur.free do
                local bar = bar_of[0] + 1
                bar_of[0] = bar
                cur.bar = bar
                cur.ahead = cur.ahead + 1
                each(only, p)
                if sh.stop ~= 0 then return 0 end
              end
            end
          end
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
      elseif s == 9 then
        refill(cur.symbol, pine[cur.symbol + 1]) -- calc_on_order_fills
      elseif s == 5 then
        C.wick_run_answer(run, units(size[cur.symbol + 1](syms[cur.symbol + 1], p)))
      else
        return s
      end
    end
  end
end

-- A trace is tied to a closure until three of its kind have been made, then to the code alone.
make()
make()
return make()
