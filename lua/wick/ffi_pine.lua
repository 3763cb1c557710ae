-- SPDX-License-Identifier: MIT
-- wick-jit only: Pine orders and trades as leaf calls, so that a bar function that trades stays one
-- compiled trace. The first call of each shape (the call, its id, which fields are given) goes
-- through the C form, which checks names and types and explains what is wrong; calls of a shape that
-- passed write their numbers into one struct and make one call of the engine.
local core = ...
local M = core.ffi_now
local ffi, C, sh = M.ffi, M.C, M.shared
local type, rawget, rawequal = type, rawget, rawequal
local DECIDE = 3
local NA = 0 / 0

local o = ffi.new("wick_pine_order")
local run
local tags, seen, ids -- of the run in hand
local n_ids = 0
local m = core.pine_methods
local slow = {}
for _, name in ipairs { "entry", "order", "exit", "close_all", "cancel", "cancel_all" } do slow[name] = m[name] end
slow.close = core.pine_close

local function new_tag(text)
  local t = C.wick_run_tag(run, text)
  tags[text] = t
  return t
end

-- 0 for a text that is not given; nil when it is no text at all.
local function text(v)
  if v == nil or v == "" then return 0 end
  if type(v) ~= "string" then return nil end
  return tags[v] or new_tag(v)
end

local function ours(s)
  return sh.phase == DECIDE and type(s) == "table" and rawget(s, "run") == sh.base
end

-- Scripts that make up ids as they go are checked by the shape of the call alone.
local function shape(kind, id, mask)
  local n = ids[id]
  if n == nil then
    n_ids = n_ids < 64 and n_ids + 1 or 64
    n = n_ids
    ids[id] = n
  end
  return (n * 8 + kind) * 1048576 + mask
end

-- Puts a number field into the struct; its bit in the mask, or nil when it is no number.
local none = {}

local function entry_fields(a)
  local mask = 0
  local qty, limit, stop = a.qty, a.limit, a.stop
  if qty == nil then o.qty = NA elseif type(qty) == "number" then o.qty = qty; mask = 1 else return nil end
  if limit == nil then o.limit = NA elseif type(limit) == "number" then o.limit = limit; mask = mask + 2 else return nil end
  if stop == nil then o.stop = NA elseif type(stop) == "number" then o.stop = stop; mask = mask + 4 else return nil end
  local comment, oca, kind = a.comment, a.oca_name, a.oca_type
  local c, n = text(comment), text(oca)
  if not c or not n then return nil end
  o.comment, o.oca, o.qty_kind = c, n, 0
  if comment ~= nil then mask = mask + 8 end
  if oca ~= nil then mask = mask + 16 end
  if kind == nil then o.oca_type = 0
  elseif kind == "cancel" then o.oca_type = 1; mask = mask + 32
  elseif kind == "reduce" then o.oca_type = 2; mask = mask + 32
  elseif kind == "none" then o.oca_type = 0; mask = mask + 32
  else return nil end
  if a.units ~= nil or a.cash ~= nil or a.pct_equity ~= nil or a.pct_cash ~= nil then return nil end
  return mask
end

local function place(call, kind, name)
  local c_form = slow[name]
  return function(s, id, side, a)
    if not ours(s) or sh.gated ~= 0 or type(id) ~= "string" or id == "" then return c_form(s, id, side, a) end
    if a ~= nil and type(a) ~= "table" then return c_form(s, id, side, a) end
    local mask = entry_fields(a or none)
    local long = side == "long"
    if not mask or not (long or side == "short") then return c_form(s, id, side, a) end
    local key = shape(kind, id, mask)
    if not seen[key] then
      c_form(s, id, side, a)
      seen[key] = true
      return
    end
    o.symbol, o.id, o.side = s.id, tags[id] or new_tag(id), long and 1 or -1
    if call(run, o) < 0 then return c_form(s, id, side, a) end
  end
end
m.entry = place(C.wick_pine_entry, 1, "entry")
m.order = place(C.wick_pine_raw, 2, "order")

local function exit_numbers(a)
  local mask = 0
  local v = a.qty
  if v == nil then o.qty = NA elseif type(v) == "number" then o.qty = v; mask = 1 else return nil end
  v = a.qty_percent
  if v == nil then o.qty_percent = NA elseif type(v) == "number" then o.qty_percent = v; mask = mask + 2 else return nil end
  v = a.limit
  if v == nil then o.limit = NA elseif type(v) == "number" then o.limit = v; mask = mask + 4 else return nil end
  v = a.stop
  if v == nil then o.stop = NA elseif type(v) == "number" then o.stop = v; mask = mask + 8 else return nil end
  v = a.profit
  if v == nil then o.profit = NA elseif type(v) == "number" then o.profit = v; mask = mask + 16 else return nil end
  v = a.loss
  if v == nil then o.loss = NA elseif type(v) == "number" then o.loss = v; mask = mask + 32 else return nil end
  v = a.trail_price
  if v == nil then o.trail_price = NA elseif type(v) == "number" then o.trail_price = v; mask = mask + 64 else return nil end
  v = a.trail_points
  if v == nil then o.trail_points = NA elseif type(v) == "number" then o.trail_points = v; mask = mask + 128 else return nil end
  v = a.trail_offset
  if v == nil then o.trail_offset = NA elseif type(v) == "number" then o.trail_offset = v; mask = mask + 256 else return nil end
  return mask
end

local function exit_texts(a, mask)
  local comment, profit, loss, trailing, oca = a.comment, a.comment_profit, a.comment_loss, a.comment_trailing, a.oca_name
  local c, p, l, t, n = text(comment), text(profit), text(loss), text(trailing), text(oca)
  if not (c and p and l and t and n) then return nil end
  o.comment, o.comment_profit, o.comment_loss, o.comment_trailing, o.oca = c, p, l, t, n
  o.oca_type = 0
  if comment ~= nil then mask = mask + 512 end
  if profit ~= nil then mask = mask + 1024 end
  if loss ~= nil then mask = mask + 2048 end
  if trailing ~= nil then mask = mask + 4096 end
  if oca ~= nil then mask = mask + 8192 end
  return mask
end

function m.exit(s, id, from, a)
  local c_form = slow.exit
  if not ours(s) or type(id) ~= "string" or id == "" then return c_form(s, id, from, a) end
  local named, entry = a, from
  if type(from) == "table" then named, entry = from, from.from_entry end
  if named == nil then named = none end
  if type(named) ~= "table" then return c_form(s, id, from, a) end
  local e = text(entry)
  local mask = exit_numbers(named)
  if mask then mask = exit_texts(named, mask) end
  if not mask or not e then return c_form(s, id, from, a) end
  if e ~= 0 then mask = mask + 16384 end
  local key = shape(3, id, mask)
  if not seen[key] then
    c_form(s, id, from, a)
    seen[key] = true
    return
  end
  o.symbol, o.id, o.from = s.id, tags[id] or new_tag(id), e
  if C.wick_pine_exit(run, o) < 0 then return c_form(s, id, from, a) end
end

local function close_fields(a)
  if type(a) == "string" then
    o.qty, o.qty_percent, o.immediately, o.comment = NA, NA, 0, text(a)
    return 64
  end
  if type(a) ~= "table" then return nil end
  local mask = 0
  local v = a.qty
  if v == nil then o.qty = NA elseif type(v) == "number" then o.qty = v; mask = 1 else return nil end
  v = a.qty_percent
  if v == nil then o.qty_percent = NA elseif type(v) == "number" then o.qty_percent = v; mask = mask + 2 else return nil end
  v = a.comment
  local c = text(v)
  if not c then return nil end
  o.comment = c
  if v ~= nil then mask = mask + 4 end
  v = a.immediately
  if v == nil then o.immediately = 0 else o.immediately = v and 1 or 0; mask = mask + 8 end
  return mask
end

local function close(s, id, a)
  local c_form = slow.close
  if not ours(s) or type(id) ~= "string" or id == "" then return c_form(s, id, a) end
  local mask = close_fields(a == nil and none or a)
  if not mask then return c_form(s, id, a) end
  local key = shape(4, id, mask)
  if not seen[key] then
    c_form(s, id, a)
    seen[key] = true
    return
  end
  o.symbol, o.id = s.id, tags[id] or new_tag(id)
  if C.wick_pine_close(run, o) < 0 then return c_form(s, id, a) end
end
core.pine_close = close

function m.close_all(s, a)
  local c_form = slow.close_all
  if not ours(s) then return c_form(s, a) end
  local mask = close_fields(a == nil and none or a)
  if not mask then return c_form(s, a) end
  local key = shape(5, "", mask)
  if not seen[key] then
    c_form(s, a)
    seen[key] = true
    return
  end
  o.symbol, o.id = s.id, 0
  if C.wick_pine_close(run, o) < 0 then return c_form(s, a) end
end

function m.cancel(s, id)
  if not ours(s) or type(id) ~= "string" or id == "" then return slow.cancel(s, id) end
  C.wick_pine_cancel(run, s.id, tags[id] or new_tag(id))
end

function m.cancel_all(s)
  if not ours(s) then return slow.cancel_all(s) end
  C.wick_pine_cancel_all(run, s.id)
end

-- ---- trades --------------------------------------------------------------------------------
local is_text = { entry_id = true, exit_id = true, entry_comment = true, exit_comment = true }

for open = 0, 1 do
  for i, field in ipairs(core.pine_trade_fields) do
    local name = (open == 1 and "opentrades_" or "closedtrades_") .. field
    local c_form = m[name]
    if c_form and not is_text[field] then
      m[name] = function(s, at)
        if not ours(s) or type(at) ~= "number" then return c_form(s, at) end
        return C.wick_pine_trade(run, s.id, open, i - 1, at)
      end
    end
  end
end

-- Called at the start of every run.
return function(r)
  run = r
  tags, seen, ids, n_ids = {}, {}, {}, 0
end
