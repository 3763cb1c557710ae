-- SPDX-License-Identifier: MIT
-- wick-jit only: reads of series and account values as FFI loads and leaf calls, so that the run
-- loop, the engine's step and the script's hooks compile into one trace. Everything here behaves as
-- its C form in src/lua does; what it cannot decide quickly it hands to that form.
--
-- `ffi`, pointers and cdata stay in the upvalues of this file. A script that changes a handle's
-- number reaches another series of its own run at most: every number is checked here.
local core = ...
local ffi = require "ffi"
local type, next, select, tonumber = type, next, select, tonumber
local rawget, rawequal = rawget, rawequal
local getmetatable, setmetatable = getmetatable, setmetatable

ffi.cdef(core.embedded "wick.ffi_cdef")
ffi.cdef [[
typedef struct { const double *v; int32_t sym; int32_t node; } wk_slot;
typedef struct {
    const wk_slot *slots;
    const wick_cursor *cur;
    double n, base;
    int32_t phase, n_symbols;
    volatile int stop;
    int32_t n_bars, n_own, gated;
    void *host;
    void (*roll)(void *host, int32_t sym, double bar);
    double (*clock_part)(const void *zone, double t, int what);
    double (*period_part)(const void *period, double t, int close);
    double (*zone_to_utc)(const void *zone, double wall);
} wk_shared;
double wick_pow(double x, double y);
double log10(double x);
]]
local C = ffi.C
local sh = ffi.cast("wk_shared *", core.shared)
local DECIDE, INNER, OWN = 3, 6, -1
local NA = 0 / 0

local M = { ffi = ffi, C = C, shared = sh }

-- ---- series --------------------------------------------------------------------------------
local series_meta = core.series_meta
local series_slow = series_meta.__index
local methods = core.series_methods

-- Present value (k = 0) or an older one; anything unusual goes to C, which explains it.
series_meta.__index = function(t, k)
  if type(k) == "number" then
    local phase = sh.phase
    if k >= 0 and k < 1e9 and k % 1 == 0 and (phase == DECIDE or phase == INNER) then
      local i = (rawget(t, "sid") or -1) - sh.base
      if i >= 0 and i < sh.n then
        local s = sh.slots[i]
        local v = s.v
        if v ~= nil and s.sym < sh.n_bars and (phase == DECIDE or s.sym == sh.cur.symbol) then
          local at = sh.cur.bar_of[s.sym] - k
          if at >= 0 then return v[at] end
          return NA
        end
      end
    end
  elseif type(k) == "string" then
    local m = methods[k]
    if m ~= nil then return m end
  end
  return series_slow(t, k)
end

-- x:set(v) of a series that the script writes. The column is writable: C allocated it for this.
local set_slow = methods.set
local doubles = ffi.typeof "double *"
function methods.set(t, x)
  if type(x) == "boolean" then x = x and 1 or 0 end
  if x == nil then x = NA end
  local phase = sh.phase
  if type(x) == "number" and type(t) == "table" and (phase == DECIDE or phase == INNER)
    and getmetatable(t) == "series" then
    local i = (rawget(t, "sid") or -1) - sh.base
    if i >= 0 and i < sh.n then
      local s = sh.slots[i]
      if s.node == OWN and s.sym < sh.n_bars then
        local bar = sh.cur.bar_of[s.sym]
        if bar >= 0 then
          ffi.cast(doubles, s.v)[bar] = x
          return
        end
      end
    end
  end
  return set_slow(t, x)
end

-- ---- account -------------------------------------------------------------------------------
local run -- the run in hand, set by wick.loop

local sym_get = {
  bar = function(s) return sh.cur.bar_of[s] end,
  position = function(s) return C.wick_run_position(run, s) end,
  avg_price = function(s) return C.wick_run_avg_price(run, s) end,
  open_pnl = function(s) return C.wick_run_open_pnl(run, s) end,
  bars_held = function(s) return tonumber(C.wick_run_bars_held(run, s)) end,
  pending = function(s) return C.wick_run_pending(run, s) end,
  lots = function(s) return C.wick_run_lots(run, s) end,
  liquidation_price = function(s) return C.wick_run_liquidation(run, s) end,
  long_units = function(s) return C.wick_run_side_units(run, s, 1) end,
  short_units = function(s) return C.wick_run_side_units(run, s, -1) end,
}
local pine_get = {
  bar = sym_get.bar,
  bars_held = sym_get.bars_held,
  pending = sym_get.pending,
  cash = function() return sh.cur.cash end,
}
-- strategy.NAME by its number in wick_pine_what; texts take the C form.
for name, what in core.pairs(core.pine_values) do
  if name == "position_size" then
    pine_get[name] = sym_get.position
  elseif name ~= "position_entry_name" then
    pine_get[name] = function(s) return C.wick_pine_value(run, s, what) end
  end
end
-- The loop walks idle bars without the engine, which is told before its figures are read.
local function caught_up()
  local cur = sh.cur
  if cur.ahead ~= 0 then C.wick_run_catch_up(run) end
  return cur
end

local ctx_get = {
  equity = function() return caught_up().equity end,
  cash = function() return sh.cur.cash end,
  time = function() return tonumber(caught_up().time) end,
  open_count = function() return C.wick_run_open_symbols(run) end,
}

local function fast_symbol(meta, getters, methods)
  local slow = meta.__index
  meta.__index = function(t, key)
    local get = getters[key]
    if get and sh.phase == DECIDE then
      local s = rawget(t, "id")
      if type(s) == "number" and s >= 0 and s < sh.n_symbols and rawget(t, "run") == sh.base then
        return get(s)
      end
    end
    local m = methods[key]
    if type(m) == "function" then return m end
    return slow(t, key)
  end
end
fast_symbol(core.sym_meta, sym_get, core.sym_methods)
fast_symbol(core.pine_meta, pine_get, core.pine_methods)

local ctx_slow = core.ctx_meta.__index
core.ctx_meta.__index = function(t, key)
  local get = ctx_get[key]
  if get and sh.phase == DECIDE then return get() end
  return ctx_slow(t, key)
end

-- ---- orders --------------------------------------------------------------------------------
-- The plain case, named numbers, is written straight into one request; texts, missing values and
-- mistakes go to the C form, which knows what to say.
local request = ffi.new("wick_order")
local request_size = ffi.sizeof("wick_order")
local size_kinds = core.size_kinds
local members = {
  limit = "limit", stop = "stop", score = "score",
  stop_loss = "stop_price", stop_points = "stop_points", stop_pct = "stop_pct",
  target = "target_price", target_points = "target_points", target_pct = "target_pct",
  trail = "trail_points", trail_pct = "trail_pct", trail_start = "trail_start",
  price = "fill_price",
}
local MARKET, LIMIT, STOP, STOP_LIMIT = 0, 1, 2, 3

local function symbol_of(t)
  if type(t) ~= "table" or sh.phase ~= DECIDE or rawget(t, "run") ~= sh.base then return end
  local s = rawget(t, "id")
  if type(s) == "number" and s >= 0 and s < sh.n_symbols then return s end
end

local function take(key, v)
  if type(v) ~= "number" or v - v ~= 0 then return false end
  local kind = size_kinds[key]
  if kind then
    if request.size_kind ~= 0 or v < 0 then return false end
    request.size_kind, request.amount = kind, v
    return true
  end
  local member = members[key]
  if not member then return false end
  request[member] = v
  return true
end

-- Whether every field was a number of the plain kind. Written out up to four fields: a loop of one
-- or two turns would become a trace of its own, and tear that of the run.
local function fill_request(fields)
  local key, v = next(fields)
  if key ~= nil then
    if not take(key, v) then return false end
    key, v = next(fields, key)
    if key ~= nil then
      if not take(key, v) then return false end
      key, v = next(fields, key)
      if key ~= nil then
        if not take(key, v) then return false end
        key, v = next(fields, key)
        if key ~= nil and (not take(key, v) or next(fields, key) ~= nil) then return false end
      end
    end
  end
  if request.limit ~= 0 then
    request.type = request.stop ~= 0 and STOP_LIMIT or LIMIT
  else
    request.type = request.stop ~= 0 and STOP or MARKET
  end
  return true
end

local function refusal(other)
  local why = ffi.string(C.wick_run_refusal(run))
  return nil, why ~= "" and why or other
end

local function fast_order(slow, side)
  return function(t, fields)
    local s = symbol_of(t)
    if s == nil or sh.gated ~= 0 or fields ~= nil and type(fields) ~= "table" then
      return slow(t, fields)
    end
    ffi.fill(request, request_size)
    request.size, request.symbol, request.side = request_size, s, side
    if fields ~= nil and not fill_request(fields) then return slow(t, fields) end
    local id = C.wick_run_submit(run, request)
    if id > 0 then return id end
    -- A malformed request has left no trace: the C form meets it again and says what is wrong.
    if id < 0 then return slow(t, fields) end
    return refusal("refused")
  end
end
core.sym_methods.buy = fast_order(core.sym_methods.buy, 1)
core.sym_methods.sell = fast_order(core.sym_methods.sell, -1)

-- sym:close() arrives as a call of the series `sym.close`.
local call_slow = series_meta.__call
series_meta.__call = function(x, t, ...)
  local s = symbol_of(t)
  if s == nil or select("#", ...) > 0 or not rawequal(rawget(t, "close"), x) then
    return call_slow(x, t, ...)
  end
  local id = C.wick_run_close(run, s, 1, 0)
  if id > 0 then return id end
  return refusal("nothing is held")
end

-- ---- the run -------------------------------------------------------------------------------
--- Binds the run behind a light userdata; returns what the loop needs.
function M.bind(pointer)
  run = ffi.cast("wick_run *", pointer)
  M.pine_bind(run)
  local cur = ffi.cast("wick_cursor *", sh.cur)
  return run, C, sh, cur, ffi.cast("int32_t *", cur.bar_of)
end

core.ffi_now = M
M.pine_bind = core.module "wick.ffi_pine"
core.ffi_now = nil

-- ---- streams -------------------------------------------------------------------------------
-- One or two inputs and one output are the common cases; others use the C form.
function M.stream(slow, anchor, pointer, n_in, n_out)
  if n_in ~= 1 or n_out ~= 1 then return slow end
  local s = ffi.cast("wick_stream *", pointer)
  local buf = ffi.new("double[2]")
  return function(x)
    if type(x) ~= "number" or not anchor then return slow(x) end
    buf[0] = x
    C.wick_stream_step(s, buf, buf + 1)
    return buf[1]
  end
end

-- For wick's own modules: numbers go in unchecked.
local function new_stepper(anchor, pointer, n_in, n_out)
  local s = ffi.cast("wick_stream *", pointer)
  local x, y = ffi.new("double[8]"), ffi.new("double[12]")
  local step = C.wick_stream_step
  if n_in == 1 and n_out == 1 then
    return function(a)
      if not anchor then return NA end
      x[0] = a
      step(s, x, y)
      return y[0]
    end
  elseif n_out == 1 then
    return function(a, b, c, d)
      if not anchor then return NA end
      x[0], x[1], x[2], x[3] = a, b or 0, c or 0, d or 0
      step(s, x, y)
      return y[0]
    end
  elseif n_out <= 3 then
    return function(a, b, c, d, e)
      if not anchor then return NA end
      x[0], x[1], x[2], x[3], x[4] = a, b or 0, c or 0, d or 0, e or 0
      step(s, x, y)
      if n_out == 2 then return y[0], y[1] end
      return y[0], y[1], y[2]
    end
  end
  return function(a, b, c, d, e)
    if not anchor then return NA end
    x[0], x[1], x[2], x[3], x[4] = a, b or 0, c or 0, d or 0, e or 0
    step(s, x, y)
    local out = {}
    for i = 1, n_out do out[i] = y[i - 1] end
    return core.unpack(out, 1, n_out)
  end
end

function core.stepper(...)
  local _, anchor, pointer, n_in, n_out = core.stream(...)
  local f = new_stepper(anchor, pointer, n_in, n_out)
  if core.state_stream then core.state_stream("stepper", f, anchor, ...) end
  return f
end

-- ---- where the bars stand --------------------------------------------------------------------
local bar_slow, present_slow, on_bars_slow = core.bar, core.present, core.on_bars

function core.bar()
  local phase = sh.phase
  if (phase == DECIDE or phase == INNER) and sh.cur.symbol >= 0 then
    return sh.cur.bar_of[sh.cur.symbol]
  end
  return bar_slow()
end

function core.present(what)
  local phase = sh.phase
  if (phase == DECIDE or phase == INNER) and sh.cur.symbol >= 0 then return sh.cur.symbol end
  return present_slow(what)
end

function core.on_bars()
  local phase = sh.phase
  return phase == DECIDE or phase == INNER
end

function core.pow(x, y) return C.wick_pow(x, y) end
function core.log10(x) return C.log10(x) end

-- ---- the clock -------------------------------------------------------------------------------
function core.clock_part(zone, t, part) return sh.clock_part(zone, t, part) end
function core.period_part(period, t, close) return sh.period_part(period, t, close and 1 or 0) end
function core.zone_to_utc(zone, wall) return sh.zone_to_utc(zone, wall) end

-- ---- the ABI test ----------------------------------------------------------------------------
--- What the region declares against what the program holds.
function M.report()
  local text = core.embedded("wick.ffi_cdef"):gsub("/%*.-%*/", "")
  local out = { structs = 0, functions = 0, missing = {}, different = {}, own = {} }
  for name in text:gmatch("}%s*([%w_]+);") do
    out.structs = out.structs + 1
    local have, want = ffi.sizeof(name), tonumber(C.wick_abi_sizeof(name))
    if have ~= want then
      out.different[#out.different + 1] = name .. " is " .. have .. " here, " .. want .. " in C"
    end
  end
  for name in text:gsub("{.-}", ""):gmatch("([%w_]+)%s*%(") do
    out.functions = out.functions + 1
    if not pcall(function() return C[name] end) then out.missing[#out.missing + 1] = name end
  end
  for name, size in core.pairs(core.sizes) do
    if ffi.sizeof(name) ~= size then out.own[#out.own + 1] = name end
  end
  return out
end

return M
