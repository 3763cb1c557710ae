-- SPDX-License-Identifier: MIT
-- The chain of S.allocate: alpha -> risk -> what to hold -> optimiser -> sizer. Each link is a name,
-- a number or a function of the strategy; numbers of many bars stay in C. Returns new(spec), which
-- gives the function called on every rebalance.
local core = ...
local raise, fmt, pairs = core.raise, core.fmt, core.pairs
local type, abs, max = type, math.abs, math.max
local NA = 0 / 0

local NONE, KEEP, ENTER, EXIT = 0, 1, 2, 3 -- WICK_ROTATE_* of wick/alloc.h
local parameters, needs_history = core.alloc_names()

local kinds = {
  alpha = { "string", "function" }, short_alpha = { "string", "function" },
  top = { "number" }, bottom = { "number" }, worst = { "number" }, keep = { "boolean" },
  risk = { "function" },
  optimiser = { "string", "function" }, window = { "number" }, covariance = { "string" },
  mean = { "string" }, risk_budget = { "string" }, lo = { "number" }, hi = { "number" },
  budget = { "number" }, gross = { "number" }, groups = { "table", "function" },
  group_caps = { "table", "number" }, vol_target = { "number" }, bars_per_year = { "number" },
  sizer = { "string", "function" }, cash_buffer = { "number" },
}
for name in pairs(parameters) do kinds[name] = { "number" } end

local choices = {
  sizer = { weights = true, long_only = true, long_short = true },
  mean = { history = true, alpha = true },
  risk_budget = { equal = true, alpha = true },
  optimiser = needs_history,
}

local function sign(x) return x > 0 and 1 or x < 0 and -1 or 0 end
local function given(x) return x == x end

-- ---- reading the table ---------------------------------------------------------------------

local function hint(word, known)
  local near = type(word) == "string" and core.nearest(word, known)
  return near and "; did you mean '" .. near .. "'?" or ""
end

local function check_kinds(spec)
  if type(spec) ~= "table" then
    raise("S.allocate must be a table, or a function of the parameters that returns one; got " ..
      type(spec))
  end
  for key, value in pairs(spec) do
    local want, ok = kinds[key], false
    if not want then
      raise("S.allocate: unknown field '" .. core.tostring(key) .. "'" .. hint(key, kinds))
    end
    for i = 1, #want do ok = ok or type(value) == want[i] end
    if not ok then
      raise("S.allocate: '" .. key .. "' must be a " .. table.concat(want, " or a ") .. ", got " ..
        type(value))
    end
    local known = choices[key]
    if known and type(value) == "string" and known[value] == nil then
      raise("S.allocate: there is no " .. key .. " '" .. value .. "'" .. hint(value, known))
    end
  end
end

local function above_zero(spec, ...)
  for _, key in ipairs { ... } do
    local v = spec[key]
    if v ~= nil and not (v > 0) then
      raise("S.allocate: '" .. key .. "' must be above 0, got " .. fmt(v))
    end
  end
end

local function whole(spec, key, least, def)
  local v = spec[key]
  if v == nil then return def end
  if v % 1 ~= 0 or v < least then
    raise("S.allocate: '" .. key .. "' must be a whole number of at least " .. fmt(least) ..
      ", got " .. fmt(v))
  end
  return v
end

local function check(spec)
  check_kinds(spec)
  above_zero(spec, "vol_target", "gross", "hi", "budget", "bars_per_year")
  local c = { top = whole(spec, "top", 0, 0), bottom = whole(spec, "bottom", 0, 0) }
  c.worst = whole(spec, "worst", 1, 0)
  c.places = c.top + c.bottom
  if c.worst > 0 and c.worst < max(c.top, c.bottom) then
    raise("S.allocate: 'worst' must be at least the number of places, " .. fmt(max(c.top, c.bottom)))
  end
  if spec.keep and (spec.optimiser or c.places == 0) then
    raise("S.allocate: 'keep' gives every entry one of top + bottom equal places: it needs them, " ..
      "and takes no optimiser")
  end
  if (spec.groups == nil) ~= (spec.group_caps == nil) then
    raise("S.allocate: 'groups' and 'group_caps' belong together")
  end
  if spec.cash_buffer and not (spec.cash_buffer >= 0 and spec.cash_buffer < 1) then
    raise("S.allocate: 'cash_buffer' is a share of equity, 0 to 1")
  end
  c.optimiser = spec.optimiser or "equal"
  c.window = (needs_history[c.optimiser] or spec.vol_target) and whole(spec, "window", 2, 120) or 0
  -- Whether what has no positive alpha may be held at all.
  c.all = c.optimiser == "fixed" or spec.mean == "alpha" or (spec.lo or 0) < 0 or
    type(c.optimiser) == "function"
  return c
end

-- ---- alpha ---------------------------------------------------------------------------------

--- Numbers of a table symbol = number, in the order of `syms`; `missing` where there is none.
local function by_name(what, got, ctx, syms, missing)
  local out, seen = {}, 0
  if type(got) ~= "table" then
    raise("S.allocate." .. what .. " must return a table of symbol = number, got " .. type(got))
  end
  for i = 1, #syms do
    local v = got[syms[i].name]
    if v ~= nil then seen = seen + 1 end
    if v ~= nil and type(v) ~= "number" then
      raise("S.allocate." .. what .. ": " .. syms[i].name .. " must be a number, got " .. type(v))
    end
    out[i] = v or missing
  end
  for name in pairs(got) do
    seen = seen - 1
    if seen < 0 and type(name) == "string" then ctx:sym(name) end -- raises for what is not loaded
  end
  return out
end

local function to_table(values, syms)
  local out = {}
  for i = 1, #syms do
    if given(values[i]) then out[syms[i].name] = values[i] end
  end
  return out
end

--- Scores of all symbols, NaN where there is none.
local function scores_of(what, source, ctx, p, all)
  if type(source) == "function" then return by_name(what, source(ctx, p), ctx, all, NA) end
  local out = {}
  for i = 1, #all do
    local x = NA
    if all[i].bar >= 0 then
      x = 1
      if source then
        local series = all[i][source]
        if core.is(series) ~= "series" then
          raise("S.allocate." .. what .. ": symbols have no series '" .. source ..
            "'; declare it with ctx:series in S.init or in S.series")
        end
        x = series[0]
      end
    end
    out[i] = x
  end
  return out
end

-- ---- what to hold --------------------------------------------------------------------------

--- Places by rank: side and act of every symbol (wick_rotate).
local function rotate(c, spec, ctx, p, all, score, present)
  local held, pending, against = {}, {}, nil
  for i = 1, #all do
    held[i] = sign(all[i].position)
    -- An entry that still waits has the side of the target that asked for it.
    pending[i] = held[i] == 0 and all[i].pending > 0 and sign(core.alloc_target(i - 1)) or 0
  end
  if c.bottom > 0 then
    against = {}
    if spec.short_alpha then
      against = scores_of("short_alpha", spec.short_alpha, ctx, p, all)
    else
      for i = 1, #all do against[i] = -score[i] end
    end
  end
  local side, act =
    core.alloc_rotate(score, against, held, pending, present, c.top, c.bottom, c.worst)
  return side, act, against
end

local function everything(c, spec, score)
  local side, act = {}, {}
  for i = 1, #score do
    side[i] = 1
    act[i] = given(score[i]) and (c.all or score[i] > 0) and ENTER or NONE
  end
  return side, act
end

--- What the optimiser is asked about, and what stays as it is.
local function lists(c, spec, all, present, score, against, side, act)
  local hold = { ids = {}, names = {}, syms = {}, sides = {}, scores = {} }
  local stay = {}
  for i = 1, #all do
    local wanted = act[i] == ENTER or (act[i] == KEEP and not spec.keep)
    if wanted and present[i] == 1 then
      local k = #hold.ids + 1
      hold.ids[k], hold.names[k], hold.syms[k], hold.sides[k] = i - 1, all[i].name, all[i], side[i]
      hold.scores[k] = side[i] < 0 and against[i] or score[i]
    elseif wanted or act[i] == KEEP or (present[i] == 0 and all[i].position ~= 0) or
      (c.places > 0 and act[i] == NONE and all[i].position == 0 and all[i].pending > 0) then
      stay[#stay + 1] = i - 1
    end
  end
  return hold, stay
end

-- ---- weights -------------------------------------------------------------------------------

local function group_lists(spec, hold)
  local index, caps, of = {}, {}, {}
  for k = 1, #hold.ids do
    local g
    if type(spec.groups) == "function" then
      g = spec.groups(hold.syms[k])
    else
      g = spec.groups[hold.names[k]]
    end
    if g ~= nil and not index[g] then
      caps[#caps + 1] = type(spec.group_caps) == "number" and spec.group_caps or
        spec.group_caps[g] or 0
      index[g] = #caps
    end
    of[k] = g ~= nil and index[g] - 1 or -1
  end
  return of, caps
end

local function options(c, spec, hold)
  local o = {}
  for key, value in pairs(spec) do
    if type(value) == "string" or type(value) == "number" then o[key] = value end
  end
  o.optimiser, o.window = c.optimiser, c.window
  if spec.groups and hold then o.group, o.group_cap = group_lists(spec, hold) end
  return o
end

--- Signed weights of what is to be held; nil when nothing is ready yet.
local function optimise(c, spec, ctx, p, hold)
  if spec.keep then
    local w = {}
    for k = 1, #hold.ids do w[k] = hold.sides[k] * (spec.budget or 1) / c.places end
    return w
  end
  local o, scores = options(c, spec, hold), hold.scores
  if type(c.optimiser) == "function" then
    local got = c.optimiser(ctx, p, to_table(hold.scores, hold.syms))
    if got == nil then return nil end
    local w = by_name("optimiser", got, ctx, hold.syms, 0)
    if not spec.vol_target then return w end
    local total = 0
    scores = {}
    for k = 1, #w do
      if not given(w[k]) then raise("S.allocate.optimiser: " .. hold.names[k] .. " is not a number") end
      hold.sides[k], scores[k] = w[k] < 0 and -1 or 1, abs(w[k])
      total = total + scores[k]
    end
    o.optimiser, o.budget = "score", total
    if not (total > 0) then return w end
  elseif c.optimiser == "risk_parity" and spec.risk_budget ~= "alpha" then
    scores = {}
    for k = 1, #hold.ids do scores[k] = 1 end
  end
  return (core.alloc_solve(hold.ids, hold.sides, scores, o))
end

--- Units by position in `ids` where the sizer is more than weight times equity.
local function units_of(c, spec, ctx, p, all, ids, weights)
  if not spec.sizer or spec.sizer == "weights" then return nil end
  local units, at, known, syms = {}, {}, {}, {}
  for k = 1, #ids do
    units[k] = NA
    if given(weights[k]) then
      at[#at + 1], known[#known + 1], syms[#syms + 1] = k, weights[k], all[ids[k] + 1]
    end
  end
  local got
  if type(spec.sizer) == "function" then
    got = by_name("sizer", spec.sizer(ctx, p, to_table(known, syms)), ctx, syms, 0)
  else
    local list = {}
    for i = 1, #at do list[i] = ids[at[i]] end
    got = core.alloc_units(spec.sizer, known, list, options(c, spec))
  end
  for i = 1, #at do units[at[i]] = got[i] end
  return units
end

-- ---- the chain -----------------------------------------------------------------------------

return function(spec)
  local c = check(spec)
  return function(ctx, p)
    local all, present = ctx.all, core.alloc_present()
    local score, any = scores_of("alpha", spec.alpha, ctx, p, all), false
    for i = 1, #all do any = any or given(score[i]) end
    if not any then return end -- still warming up: nothing is decided
    if spec.risk then
      score = by_name("risk", spec.risk(ctx, p, to_table(score, all)), ctx, all, NA)
    end
    local side, act, against
    if c.places > 0 then
      side, act, against = rotate(c, spec, ctx, p, all, score, present)
    else
      side, act = everything(c, spec, score)
    end
    local hold, stay = lists(c, spec, all, present, score, against, side, act)
    local w = {}
    if #hold.ids > 0 then
      w = optimise(c, spec, ctx, p, hold)
      if not w then return end
    end
    local ids, weights, scores = hold.ids, w, hold.scores
    for i = 1, #all do
      -- What leaves competes too where a profile serves all sells by score.
      if act[i] == EXIT then
        local k = #ids + 1
        ids[k], weights[k], scores[k] = i - 1, 0, side[i] < 0 and score[i] or against and against[i] or 0
      end
    end
    for k = 1, #stay do ids[#ids + 1], weights[#weights + 1], scores[#ids] = stay[k], NA, 0 end
    core.alloc_targets(ids, weights, units_of(c, spec, ctx, p, all, ids, weights), scores)
  end
end
