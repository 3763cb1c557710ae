-- SPDX-License-Identifier: MIT
-- pine.input.*: parameters with their ranges, as numbers, texts and series.
local core = ...
local type, ipairs, tonumber = type, ipairs, tonumber
local raise = core.raise
local wick = core.module("wick")

local M = {}

local fields = {
  min = true, max = true, minval = true, maxval = true, step = true, title = true, options = true,
  tooltip = true, inline = true, group = true, confirm = true, display = true, active = true,
}

local function declare(name, spec, opts)
  if type(name) ~= "string" or name == "" then raise("pine.input: the name comes first") end
  if core.inputs[name] then raise("pine.input: '" .. name .. "' is declared twice") end
  spec.title = opts.title
  core.inputs[name] = spec
  local v = core.param(name)
  if v ~= nil then return v end
  if spec.kind == "choice" then return spec.choices[1] end
  return spec.def
end

local function check_opts(opts)
  if opts == nil then return {} end
  if type(opts) ~= "table" then
    raise("pine.input: what follows the default comes in a table: { minval = 1, title = \"...\" }")
  end
  for key in core.pairs(opts) do
    if not fields[key] then
      local near = type(key) == "string" and core.nearest(key, fields)
      raise("pine.input: unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
  return opts
end

-- The default first, then the other options.
local function choices(def, options, text)
  local list = { text(def) }
  for _, o in ipairs(options) do
    local word = text(o)
    if word ~= list[1] then list[#list + 1] = word end
  end
  return wick.choice(core.unpack(list))
end

local function one_of(kind, name, def, opts)
  local word = declare(name, choices(def, opts.options, core.fmt), opts)
  return tonumber(word)
end

local function number_input(kind, make, name, def, opts)
  opts = check_opts(opts)
  if type(def) ~= "number" then raise("pine.input." .. kind .. ": the default must be a number") end
  if opts.options then return one_of(kind, name, def, opts) end
  local lo, hi = opts.min or opts.minval, opts.max or opts.maxval
  local whole = kind == "int"
  -- Without limits a tuner gets a decade around the default, or around zero.
  if def == 0 and lo == nil and hi == nil then lo, hi = -10, 10 end
  if def == 0 and hi == nil then hi = lo + 10 end
  if lo == nil then
    lo = def > 0 and (whole and math.max(1, math.floor(def / 10)) or def / 10) or def * 10
    if hi and lo > hi then lo = hi end
  end
  if hi == nil then
    hi = def > 0 and def * 10 or (whole and math.max(0, math.ceil(def / 10)) or def / 10)
    if hi < lo then hi = lo end
    if hi < def then hi = def end
  end
  return declare(name, make(def, math.min(lo, hi), math.max(lo, hi), opts.step), opts)
end

--- pine.input.int(name, default [, { minval=, maxval=, step=, options=, title= }]): a whole number.
function M.int(name, def, opts) return number_input("int", wick.int, name, def, opts) end
--- pine.input.float(name, default [, { minval=, maxval=, step=, options=, title= }]): a real number.
function M.float(name, def, opts) return number_input("float", wick.num, name, def, opts) end
M.price = M.float

--- pine.input.bool(name, default): true or false.
function M.bool(name, def, opts) return declare(name, wick.bool(def), check_opts(opts)) end

local function same(x) return x end

local function text_input(kind)
  return function(name, def, opts)
    opts = check_opts(opts)
    if type(def) ~= "string" then raise("pine.input." .. kind .. ": the default must be a text") end
    if opts.options then return declare(name, choices(def, opts.options, same), opts) end
    return declare(name, wick.text(def), opts)
  end
end

--- pine.input.string(name, default [, { options = {...} }]): one of some texts, or any text.
M.string = text_input "string"
M.text_area = text_input "text_area"
M.session = text_input "session"
M.timeframe = text_input "timeframe"
M.symbol = text_input "symbol"

--- pine.input.time(name, default): a time in ms.
function M.time(name, def, opts)
  if type(def) ~= "number" then raise("pine.input.time: the default must be a number (ms)") end
  return declare(name, wick.num(def, math.min(def, -8.64e15), math.max(def, 8.64e15)), check_opts(opts))
end

--- pine.input.color(name, default): the default; colours are no parameters.
function M.color(name, def, opts)
  check_opts(opts)
  if type(name) ~= "string" or name == "" then raise("pine.input: the name comes first") end
  return def
end

-- ---- series --------------------------------------------------------------------------------
local sources = { "open", "high", "low", "close", "hl2", "hlc3", "ohlc4", "hlcc4", "volume" }
local is_source = {}
for _, name in ipairs(sources) do is_source[name] = true end

--- pine.input.source(name, default): a price series chosen by name.
function M.source(name, def, opts)
  opts = check_opts(opts)
  local word = def
  if core.is(def) == "series" then word = core.tostring(def) end
  if not is_source[word] then
    if core.is(def) == "series" then return def end -- another series of the script: no choice
    raise("pine.input.source: the default is one of open high low close hl2 hlc3 ohlc4 hlcc4 volume")
  end
  word = declare(name, choices(word, sources, same), opts)
  return core.bars_here()[word]
end

-- ---- enumerations --------------------------------------------------------------------------
--- pine.input.enum(name, member [, { options = {...} }]): a member of an enumeration, by its name.
function M.enum(name, def, opts)
  opts = check_opts(opts)
  local enum = type(def) == "table" and def.enum
  if not enum then raise("pine.input.enum: the default is a member of an enumeration (pine.enum)") end
  local word = declare(name, choices(def, opts.options or enum.members, function(m) return m.name end), opts)
  return enum.by_name[word]
end

-- ---- pine.input(name, default) -------------------------------------------------------------
local function any(_, name, def, opts)
  local kind = type(def)
  if kind == "number" then
    -- As in Pine, a whole default makes a whole parameter.
    return (def % 1 == 0 and M.int or M.float)(name, def, opts)
  elseif kind == "boolean" then
    return M.bool(name, def, opts)
  elseif kind == "string" then
    return M.string(name, def, opts)
  elseif core.is(def) == "series" then
    return M.source(name, def, opts)
  end
  raise("pine.input: the default is a number, a text, true, false or a series, got " .. kind)
end

return { input = core.view("pine.input", M, any) }
