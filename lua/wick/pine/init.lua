-- SPDX-License-Identifier: MIT
-- Pine style: inputs as plain numbers; the strategy object and its orders are in orders.lua.
local core = ...
local type = type
local raise = core.raise

local pine = { input = {} }

-- ---- inputs --------------------------------------------------------------------------------
local input_fields = { min = true, max = true, minval = true, maxval = true, step = true, title = true, options = true }

local function declare(name, spec, opts)
  if type(name) ~= "string" or name == "" then raise("pine.input: the name comes first") end
  if core.inputs[name] then raise("pine.input: '" .. name .. "' is declared twice") end
  spec.title = opts and opts.title
  core.inputs[name] = spec
  local v = core.param(name)
  if v ~= nil then return v end
  if spec.kind == "choice" then return spec.choices[1] end
  return spec.def
end

local function check_opts(opts)
  for key in core.pairs(opts or {}) do
    if not input_fields[key] then
      local near = type(key) == "string" and core.nearest(key, input_fields)
      raise("pine.input: unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
  return opts or {}
end

local function number_input(kind, make, name, def, opts)
  opts = check_opts(opts)
  if type(def) ~= "number" then raise("pine.input." .. kind .. ": the default must be a number") end
  local lo, hi = opts.min or opts.minval, opts.max or opts.maxval
  -- Without limits a tuner gets a decade around the default.
  if lo == nil then lo = def > 0 and (kind == "int" and math.max(1, math.floor(def / 10)) or def / 10) or def * 10 end
  if hi == nil then hi = def > 0 and def * 10 or (kind == "int" and math.max(0, math.ceil(def / 10)) or def / 10) end
  return declare(name, make(def, math.min(lo, hi), math.max(lo, hi), opts.step), opts)
end

local wick = core.module("wick")
--- pine.input.int(name, default [, { min=, max=, step=, title= }]): a whole number.
function pine.input.int(name, def, opts) return number_input("int", wick.int, name, def, opts) end
--- pine.input.float(name, default [, { min=, max=, step=, title= }]): a real number.
function pine.input.float(name, def, opts) return number_input("float", wick.num, name, def, opts) end
--- pine.input.bool(name, default): true or false.
function pine.input.bool(name, def, opts) return declare(name, wick.bool(def), check_opts(opts)) end
--- pine.input.string(name, default, { options = {...} }): one of some texts.
function pine.input.string(name, def, opts)
  opts = check_opts(opts)
  local list = { def }
  for _, o in ipairs(opts.options or {}) do
    if o ~= def then list[#list + 1] = o end
  end
  return declare(name, wick.choice(core.unpack(list)), opts)
end
pine.input = core.freeze("pine.input", pine.input)

local orders = core.module("wick.pine.orders")
pine.strategy = orders.strategy

return pine
