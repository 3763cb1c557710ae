-- SPDX-License-Identifier: MIT
-- `wick check FILE`: what can be said of a script before it runs. Syntax that only one VM accepts,
-- unknown names with the nearest known one, keys of signals and orders, then a run of the body.
local core = ...
local lex = core.module "wick.lex"

-- ---- what is known -------------------------------------------------------------------------
local function set(words)
  local t = {}
  for w in words:gmatch("%S+") do t[w] = true end
  return t
end

local signal_keys = core.signal_names()
local size_keys = set "units cash pct_equity pct_cash risk_pct"
local order_keys = core.order_names()
local call_keys = {
  buy = order_keys, sell = order_keys, order = order_keys, units = order_keys,
  target = set "pct units cash tag", protect = set "stop target trail ticket",
}
local strategy_fields = core.strategy_fields

local function pine_names()
  core.module "wick.pine"
  return core.pine_names()
end

local function members(env)
  local ta = core.ta_names()
  ta.define = true
  local function keys(t)
    local out = {}
    for k in next, t do out[k] = true end
    return out
  end
  local metrics = keys(core.stats)
  metrics.define = true
  return {
    math = keys(env.math), string = keys(env.string), table = keys(env.table),
    coroutine = keys(env.coroutine), ta = ta, metrics = metrics,
    pine = pine_names(), wick = core.wick_names(),
  }
end

-- ---- findings ------------------------------------------------------------------------------
local C = {}
C.__index = C

function C:say(kind, line, text)
  local key = line .. text
  if self.said[key] then return end
  self.said[key] = true
  self.list[#self.list + 1] = { line = line, kind = kind, text = text, n = #self.list }
end

function C:error(line, text) self:say("error", line, text) end
function C:warn(line, text) self:say("warning", line, text) end

local function hint(word, known)
  local near = core.nearest(word, known)
  return near and "; did you mean '" .. near .. "'?" or ""
end

-- ---- tokens of one VM only -----------------------------------------------------------------
local bit_ops = { ["&"] = true, ["|"] = true, ["<<"] = true, [">>"] = true }

function C:portability()
  local t = self.tokens
  for i = 1, #t do
    local k, v, line = t[i].kind, t[i].value, t[i].line
    if k == "op" and v == "//" then
      self:error(line, "'//' is refused by wick-jit; write math.floor(a / b)")
    elseif k == "op" and (bit_ops[v] or v == "~") then
      self:error(line, "the bitwise operator '" .. v .. "' is refused by wick-jit")
    elseif k == "op" and v == "^" then
      self:warn(line, "'^' gives other last digits on the two VMs; write x * x or wick.pow(x, y)")
    elseif k == "number" and v:find("[lLuUiI]$") and not v:find("^0[xX]%x*[^lLuUiI]$") and v:find("[lLuU][lL]$") then
      self:error(line, "the number suffix of '" .. v .. "' is refused by wick")
    elseif k == "keyword" and v == "local" and t[i + 1].kind == "name" and t[i + 2].value == "<"
      and (t[i + 3].value == "const" or t[i + 3].value == "close") then
      self:error(line, "'<" .. t[i + 3].value .. ">' is refused by wick-jit")
    elseif k == "name" and v == "next" and t[i + 1].value == "(" and t[i - 1] and t[i - 1].value ~= "." then
      self:warn(line, "next() goes in an order of the VM's own; pairs() is sorted in scripts")
    end
  end
end

-- ---- names ---------------------------------------------------------------------------------
-- A recursive descent over the grammar that follows scopes and nothing else; the VM has accepted
-- the file already, so every rule may assume well-formed text.
function C:peek(ahead) return self.tokens[self.at + (ahead or 0)] end
function C:is(value) local t = self:peek() return t.value == value and t.kind ~= "string" end
function C:take() local t = self:peek() self.at = self.at + 1 return t end
function C:skip(value) if self:is(value) then return self:take() end end
function C:expect(value)
  if not self:is(value) then error({ parse = true, line = self:peek().line, want = value }, 0) end
  return self:take()
end

function C:open() self.scope = { up = self.scope, names = {} } end
function C:close() self.scope = self.scope.up end
function C:declare(name, what) self.scope.names[name] = what or true end
function C:find(name)
  local s = self.scope
  while s do
    if s.names[name] then return s.names[name] end
    s = s.up
  end
end

function C:global(token)
  local name = token.value
  if self.env_names[name] then return end
  local why = self.absent[name]
  self:error(token.line, "unknown global '" .. name .. "'" .. (why and " (" .. why .. ")" or hint(name, self.env_names)))
end

function C:member(lib, token)
  local known = self.members[lib]
  if not known or self:find(lib) then return end
  local word = token.value
  if known[word] or (lib == "ta" and (known[(word:gsub("_", ""))] or self.defined[word])) then return end
  self:error(token.line, lib .. "." .. word .. " does not exist" ..
    (core.nearest(word, known) and "; did you mean " .. lib .. "." .. core.nearest(word, known) .. "?" or ""))
end

function C:block(...)
  local stops = { ... }
  while self:peek().kind ~= "eof" do
    for _, s in ipairs(stops) do
      if self:is(s) then return end
    end
    self:statement()
  end
end

-- `kinds`: what the parameters are, in their order, where the hook's name does not say it.
function C:body(first, hook, kinds)
  local n = 0
  self:open()
  if first then self:declare(first) end
  self:expect "("
  while not self:is ")" do
    local t = self:take()
    if t.kind == "name" then
      n = n + 1
      self:declare(t.value, kinds and kinds[n] or hook and t.value == "p" and "params" or true)
    end
    self:skip ","
  end
  self:expect ")"
  local outer = self.hook
  self.hook = hook or outer
  self.depth = self.depth + (hook and 0 or 1)
  self:block "end"
  self.depth = self.depth - (hook and 0 or 1)
  self.hook = outer
  self:expect "end"
  self:close()
end

-- Keys of a table constructor against a known set; nil set: only walk it.
function C:constructor(keys, what)
  self:expect "{"
  local seen = {}
  while not self:is "}" do
    if self:is "[" then
      self:take()
      self:expr()
      self:expect "]"
      self:expect "="
      self:expr()
    elseif self:peek().kind == "name" and self:peek(1).value == "=" and self:peek(1).kind == "op" then
      local key = self:take()
      seen[#seen + 1] = key
      self:take()
      if keys and not keys[key.value] then
        self:error(key.line, what .. ": unknown key '" .. key.value .. "'" .. hint(key.value, keys))
      end
      if keys == signal_keys and key.value == "size" and self:is "{" then
        self:constructor(size_keys, "size")
      else
        self:expr()
      end
    else
      self:expr()
    end
    if not (self:skip "," or self:skip ";") then break end
  end
  self:expect "}"
  return seen
end

function C:args(method)
  local keys = method and call_keys[method]
  local t = self:peek()
  if t.kind == "string" then
    self:take()
  elseif self:is "{" then
    self:constructor(keys, method)
  else
    self:expect "("
    while not self:is ")" do
      if keys and self:is "{" then self:constructor(keys, method) else self:expr() end
      if not self:skip "," then break end
    end
    self:expect ")"
  end
end

function C:param_field(token)
  if self.params and not self.params[token.value] then
    self:error(token.line, "p has no parameter '" .. token.value .. "'" .. hint(token.value, self.params))
  end
end

-- cfg.NAME and run:NAME of a pipeline. Options are known once the body has run.
function C:job_field(what, token)
  if what == "run" and not self.run_names[token.value] then
    self:error(token.line, "run has no '" .. token.value .. "'" .. hint(token.value, self.run_names))
  elseif what == "options" then
    if self:is "=" then
      self:error(token.line, "cfg is what the user asked for; '" .. token.value .. "' cannot be set")
    end
    self.asked[#self.asked + 1] = token
  end
end

-- Suffixes after a name or a parenthesis; returns true when it ends in a call.
function C:suffixes(base)
  local call, path = false, base
  while true do
    if self:is "." then
      self:take()
      local field = self:take()
      if path and path == base and base then
        local what = self:find(base)
        if what == "params" then self:param_field(field)
        elseif what == "run" or what == "options" then self:job_field(what, field)
        else self:member(base, field) end
      end
      path, call = nil, false
    elseif self:is "[" then
      self:take()
      self:expr()
      self:expect "]"
      path, call = nil, false
    elseif self:is ":" then
      self:take()
      local method = self:take()
      if path and self:find(path) == "run" then self:job_field("run", method) end
      self:args(method.value)
      path, call = nil, true
    elseif self:is "(" or self:is "{" or self:peek().kind == "string" then
      self:args()
      path, call = nil, true
    else
      return call
    end
  end
end

function C:primary()
  local t = self:peek()
  if t.kind == "name" then
    self:take()
    if not self:find(t.value) then self:global(t) end
    return self:suffixes(t.value)
  end
  self:expect "("
  self:expr()
  self:expect ")"
  return self:suffixes()
end

local binary = set "+ - * / % ^ .. < > <= >= == ~= and or // & | ~ << >>"

function C:simple()
  local t = self:peek()
  if t.kind == "number" or t.kind == "string" then
    self:take()
  elseif t.value == "nil" or t.value == "true" or t.value == "false" or t.value == "..." then
    self:take()
  elseif t.value == "{" then
    self:constructor()
  elseif t.value == "function" then
    self:take()
    self:body()
  else
    self:primary()
  end
end

function C:expr()
  while self:is "not" or self:is "-" or self:is "#" or self:is "~" do self:take() end
  self:simple()
  local t = self:peek()
  if t.kind ~= "string" and t.kind ~= "name" and binary[t.value] then
    self:take()
    self:expr()
  end
end

function C:expr_list()
  repeat self:expr() until not self:skip ","
end

local statements = {}

statements["if"] = function(self)
  repeat
    self:take()
    self:expr()
    self:expect "then"
    self:open()
    self:block("elseif", "else", "end")
    self:close()
  until not self:is "elseif"
  if self:skip "else" then
    self:open()
    self:block "end"
    self:close()
  end
  self:expect "end"
end

statements["while"] = function(self)
  self:take()
  self:expr()
  statements["do"](self)
end

statements["do"] = function(self)
  self:expect "do"
  self:open()
  self:block "end"
  self:close()
  self:expect "end"
end

statements["for"] = function(self)
  self:take()
  local names = {}
  repeat names[#names + 1] = self:take().value until not self:skip ","
  self:take()
  self:expr_list()
  self:expect "do"
  self:open()
  for _, n in ipairs(names) do self:declare(n) end
  self:block "end"
  self:close()
  self:expect "end"
end

statements["repeat"] = function(self)
  self:take()
  self:open()
  self:block "until"
  self:expect "until"
  self:expr()
  self:close()
end

-- `function S.signals(b, p)`: the hook decides what its `return` and its `p` mean.
statements["function"] = function(self)
  self:take()
  local name = self:take()
  if not self:find(name.value) then
    if self:is "." or self:is ":" then self:global(name)
    else self:error(name.line, "global '" .. name.value .. "' assigned; write 'local function " .. name.value .. "'") end
  end
  local hook, method, first, kinds = nil, nil, true, nil
  while self:is "." or self:is ":" do
    method = self:take().value == ":"
    local field = self:take()
    if first and self:find(name.value) == "strategy" then
      hook = field.value
      if not strategy_fields[hook] then
        self:error(field.line, "a strategy has no hook '" .. hook .. "'" .. hint(hook, strategy_fields))
      end
    elseif first and self:find(name.value) == "pipeline" then
      if not core.pipeline_fields[field.value] then
        self:error(field.line, "a pipeline has no field '" .. field.value .. "'" .. hint(field.value, core.pipeline_fields))
      end
      if field.value == "run" then kinds = { "options", "run" } end
    end
    first = false
  end
  self:body(method and "self", hook, kinds)
end

-- Right side of `local S = wick.strategy "x"`, `local P = wick.pipeline "x"`.
function C:names_made()
  local what = self:is "wick" and self:peek(1).value == "." and self:peek(2).value
  return (what == "strategy" or what == "pipeline") and what
end

statements["local"] = function(self)
  self:take()
  if self:skip "function" then
    self:declare(self:take().value)
    self:body()
    return
  end
  local names = {}
  repeat
    names[#names + 1] = self:take().value
    if self:is "<" then self.at = self.at + 3 end
  until not self:skip ","
  local what = true
  if self:skip "=" then
    what = self:names_made() or what
    self:expr_list()
  end
  for _, n in ipairs(names) do self:declare(n, what) end
end

statements["return"] = function(self)
  self:take()
  if self:is "end" or self:is "else" or self:is "elseif" or self:is "until" or self:peek().kind == "eof" or self:skip ";" then
    return
  end
  if self.hook == "signals" and self.depth == 0 and self:is "{" then
    self:constructor(signal_keys, "signals")
  else
    self:expr_list()
  end
end

-- S.params = { n = ..., } tells what `p` has.
function C:params_assignment()
  local t = self:peek()
  if t.kind ~= "name" or self:find(t.value) ~= "strategy" then return false end
  if self:peek(1).value ~= "." or self:peek(3).value ~= "=" then return false end
  local field = self:peek(2)
  if not strategy_fields[field.value] then
    self:error(field.line, "a strategy has no field '" .. field.value .. "'" .. hint(field.value, strategy_fields))
  end
  if field.value ~= "params" or self:peek(4).value ~= "{" then return false end
  self.at = self.at + 4
  self.params = {}
  for _, key in ipairs(self:constructor()) do self.params[key.value] = true end
  return true
end

function C:statement()
  local t = self:peek()
  if t.kind == "keyword" and statements[t.value] then return statements[t.value](self) end
  if self:skip ";" or self:skip "break" then return end
  if self:skip "goto" then self:take() return end
  if self:skip "::" then self:take() self:expect "::" return end
  if self:params_assignment() then return end
  local targets = {}
  repeat
    targets[#targets + 1] = self:peek()
    local start = self.at
    if self:peek().kind == "name" and (self:peek(1).value == "=" or self:peek(1).value == ",") and self:peek(1).kind == "op" then
      local name = self:take()
      if not self:find(name.value) then
        self:error(name.line, "global '" .. name.value .. "' assigned; write 'local " .. name.value .. "'")
      end
    else
      self:primary()
    end
    if self.at == start then error({ parse = true, line = t.line, want = "a statement" }, 0) end
  until not self:skip ","
  if self:skip "=" then self:expr_list() end
end

-- ---- the whole ----------------------------------------------------------------------------
local function find_defined(tokens)
  local out = {}
  for i = 1, #tokens - 6 do
    if tokens[i].value == "ta" and tokens[i + 2].value == "define" then
      for k = i + 3, math.min(i + 40, #tokens - 2) do
        if tokens[k].value == "name" and tokens[k + 1].value == "=" then out[tokens[k + 2].value] = true break end
      end
    end
  end
  return out
end

-- Where the body fails and how; else what the pipeline's options are.
local function body_error(path, text)
  local message, options = core.try_load(path, text)
  if not message then return nil, options end
  local head = message:match("^[^\n]*")
  local line, rest = head:match("^[^\n]-:(%d+): (.*)$")
  return tonumber(line) or 1, rest or head
end

local function analyse(c, path, text)
  c:portability()
  local portable = #c.list == 0
  local chunk, err = core.compile(text:gsub("^#[^\n]*", ""), path)
  if not chunk then
    local line, rest = err:match(":(%d+): (.*)$")
    -- What the other VM would accept has been named above in better words.
    local known = false
    for _, f in ipairs(c.list) do known = known or (f.kind == "error" and f.line == tonumber(line)) end
    if portable or not known then
      c:error(tonumber(line) or 1, rest or err)
      return
    end
  end
  c:open()
  local ok, e = pcall(c.block, c)
  if not ok and not (type(e) == "table" and e.parse) then error(e, 0) end
  if not ok then c:warn(e.line, "names below this line were not followed") end
  local errors = 0
  for _, f in ipairs(c.list) do if f.kind == "error" then errors = errors + 1 end end
  local line, found = body_error(path, text)
  if line then
    -- What stopped the body has often been named above in better words.
    if errors == 0 then c:error(line, found) end
    return
  end
  for _, token in ipairs(found and c.asked or {}) do
    if found[token.value] == nil then
      c:error(token.line, "cfg has no option '" .. token.value .. "'" .. hint(token.value, found))
    end
  end
end

return function(path, text)
  local env = core.env()
  local names = {}
  for k in next, env do names[k] = true end
  local c = setmetatable({
    tokens = lex.tokens(text), at = 1, list = {}, said = {}, depth = 0, env_names = names,
    members = members(env), absent = core.absent(), asked = {}, run_names = core.run_names(),
  }, C)
  c.defined = find_defined(c.tokens)
  analyse(c, path, text)
  core.sort(c.list, function(a, b)
    if a.line ~= b.line then return a.line < b.line end
    return a.n < b.n
  end)
  local out, errors, warnings = {}, 0, 0
  for _, f in ipairs(c.list) do
    out[#out + 1] = path .. ":" .. f.line .. ": " .. f.kind .. ": " .. f.text
    if f.kind == "error" then errors = errors + 1 else warnings = warnings + 1 end
  end
  return #out > 0 and table.concat(out, "\n") .. "\n" or "", errors, warnings
end
