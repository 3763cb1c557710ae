-- SPDX-License-Identifier: MIT
-- Studies for pipelines and tests: search over anything a function can score. What this file returns
-- is added to `wick`.
local core = ...
local type, pcall, error, setmetatable, rawget = type, pcall, error, setmetatable, rawget
local raise = core.raise

local wick = {}

local function near(word, known)
  local n = type(word) == "string" and core.nearest(word, known)
  return n and "; did you mean '" .. n .. "'?" or ""
end

local function check_fields(what, t, known)
  if type(t) ~= "table" then raise(what .. " takes a table, got " .. type(t)) end
  for key in core.pairs(t) do
    if not known[key] then
      raise(what .. ": unknown field '" .. core.tostring(key) .. "'" .. near(key, known))
    end
  end
end

--- wick.pruned: `error(wick.pruned)` or `return wick.pruned` ends a trial that goes nowhere.
wick.pruned = setmetatable({}, { __metatable = "pruned",
  __newindex = function() raise("wick.pruned cannot be changed") end })
local pruned = wick.pruned

-- ---- a trial --------------------------------------------------------------------------------

local T = {}

local function suggest(self, name, spec)
  if type(name) ~= "string" then raise("trial: a parameter has a name") end
  return self.box:suggest(self.number, name, spec)
end

local range_fields = { step = true, log = true }

local function ranged(kind)
  return function(self, name, low, high, o)
    if type(low) ~= "number" or type(high) ~= "number" then
      raise("trial:" .. kind .. "(name, low, high): '" .. core.tostring(name) .. "' needs two numbers")
    end
    if o ~= nil then check_fields("trial:" .. kind, o, range_fields) end
    return suggest(self, name, { kind = kind, low = low, high = high, step = o and o.step, log = o and o.log })
  end
end

T.int = ranged("int")
T.num = ranged("num")

function T.choice(self, name, list)
  if type(list) ~= "table" or #list == 0 then raise("trial:choice(name, list): a list of choices is expected") end
  return suggest(self, name, { kind = "choice", choices = list })
end

function T.bool(self, name)
  return suggest(self, name, { kind = "choice", choices = { false, true } })
end

function T.report(self, value, step)
  self.prune = self.box:report(self.number, step, value)
end

function T.should_prune(self) return self.prune end

function T.constrain(self, name, value) self.box:constrain(self.number, name, value) end

function T.attr(self, key, value)
  if value ~= nil then return self.box:attr(self.number, key, core.json(value)) end
  local text = self.box:attr(self.number, key)
  return text and core.unjson(text)
end

local trial_meta = {
  __metatable = "trial",
  __index = function(_, key)
    if T[key] then return T[key] end
    raise("a trial has no '" .. core.tostring(key) .. "'" .. near(key, T))
  end,
}

local function new_trial(study, number)
  return setmetatable({ box = rawget(study, "box"), number = number, prune = false }, trial_meta)
end

-- ---- a study --------------------------------------------------------------------------------

local S = {}

function S.ask(self) return new_trial(self, (self.box:ask())) end

local function state_of(o)
  local word = o and o.state or "complete"
  if word ~= "complete" and word ~= "pruned" and word ~= "fail" then
    raise("study:tell: state is complete, pruned or fail")
  end
  return word
end

local tell_fields = { state = true }

function S.tell(self, t, values, o)
  if o ~= nil then check_fields("study:tell", o, tell_fields) end
  local number = t
  if type(t) == "table" then number = t.number end
  self.box:tell(number, state_of(o), values)
end

local function tell_result(self, t, good, v)
  if v == pruned then
    self:tell(t, nil, { state = "pruned" })
  elseif good then
    if type(v) ~= "number" and type(v) ~= "table" then
      self:tell(t, nil, { state = "fail" })
    else
      self:tell(t, v)
    end
  else
    self:tell(t, nil, { state = "fail" })
  end
end

local optimize_fields = { n_trials = true, timeout = true, terminator = true, catch = true, callback = true,
  callbacks = true }

local function check_optimize(f, o)
  check_fields("study:optimize", o, optimize_fields)
  if type(f) ~= "function" then raise("study:optimize: a function(trial) is expected") end
  local limits = { o.n_trials, o.timeout, o.terminator }
  if next(limits) == nil then raise("study:optimize: n_trials is missing (or timeout, or terminator)") end
  if o.n_trials ~= nil and (type(o.n_trials) ~= "number" or o.n_trials < 0) then
    raise("study:optimize: n_trials is a number from 0 up")
  end
  if o.timeout ~= nil and not (type(o.timeout) == "number" and o.timeout > 0) then
    raise("study:optimize: timeout is a number of seconds above 0")
  end
  local list = o.callbacks or {}
  if type(list) ~= "table" then raise("study:optimize: callbacks is a list of functions") end
  for _, g in ipairs(list) do
    if type(g) ~= "function" then raise("study:optimize: callbacks is a list of functions") end
  end
  if o.callback ~= nil and type(o.callback) ~= "function" then
    raise("study:optimize: callback is a function(study, trial)")
  end
end

--- study:optimize(f, { n_trials =, timeout =, terminator =, catch =, callback =, callbacks = }): asks, calls f(trial),
--- tells; ends early when a grid has no cell left.
function S.optimize(self, f, o)
  check_optimize(f, o)
  local box, done = self.box, 0
  local started = box:now()
  local ender = o.terminator and box:terminator(o.terminator)
  self.over, self.why = false, ""
  while not self.over and (not o.n_trials or done < o.n_trials) do
    if o.timeout and box:now() - started >= o.timeout then break end
    if box:exhausted() then break end
    local t = self:ask()
    local good, v = pcall(f, t)
    tell_result(self, t, good, v)
    if not good and v ~= pruned and not o.catch then error(v, 0) end
    done = done + 1
    local told = (o.callback or o.callbacks) and box:trial(t.number)
    if o.callback then o.callback(self, told) end
    for _, g in ipairs(o.callbacks or {}) do g(self, told) end
    if ender then
      local why = ender:check()
      if why then
        self.why = why
        break
      end
    end
  end
  return self
end

function S.stop(self) self.over = true end

--- study:enqueue { x = 1 }: tried before anything else; -> its number, nothing when it was there already.
function S.enqueue(self, params, again) return self.box:enqueue(params, again) end

local add_fields = { params = true, space = true, value = true, values = true, state = true }
local space_fields = { kind = true, low = true, high = true, log = true, step = true, choices = true }

--- study:add { params = { n = 5 }, space = { n = { kind = "int", low = 1, high = 9 } }, value = 0.5 [, state =] }: a
--- trial from elsewhere, which samplers use like their own; -> its number.
function S.add(self, o)
  check_fields("study:add", o, add_fields)
  if type(o.params) ~= "table" or type(o.space) ~= "table" then
    raise("study:add: params and space are tables by the names of parameters")
  end
  local rows = {}
  for name, value in core.pairs(o.params) do
    local spec = o.space[name]
    if type(spec) ~= "table" then
      raise("study:add: space has no '" .. core.tostring(name) .. "'" .. near(name, o.space))
    end
    check_fields("study:add: space." .. name, spec, space_fields)
    rows[#rows + 1] = { name = name, value = value, kind = spec.kind, low = spec.low, high = spec.high,
      log = spec.log, step = spec.step, choices = spec.choices }
  end
  return self.box:add(rows, state_of(o), o.values or o.value)
end

--- study:copy(other): the finished trials of another study, with all they carry; -> how many.
function S.copy(self, other)
  local box = type(other) == "table" and rawget(other, "box")
  if not box then raise("study:copy: a study is expected") end
  return self.box:copy(box)
end

function S.exhausted(self) return self.box:exhausted() end

function S.best(self)
  local n = self.box:best()
  return n and self.box:trial(n)
end

function S.best_trials(self)
  local list = {}
  for i, n in ipairs(self.box:front()) do list[i] = self.box:trial(n) end
  return list
end

function S.trials(self) return self.box:trials() end
function S.trial(self, number) return self.box:trial(number) end
function S.count(self) return self.box:count() end
function S.sampler(self) return self.box:sampler() end
function S.hypervolume(self, ref) return self.box:hypervolume(ref) end

local importance_fields = { method = true, objective = true }

function S.importance(self, o)
  if o ~= nil then check_fields("study:importance", o, importance_fields) end
  return self.box:importance(o and o.method, o and o.objective and o.objective - 1)
end

function S.attr(self, key, value)
  if value ~= nil then return self.box:attr(nil, key, core.json(value)) end
  local text = self.box:attr(nil, key)
  return text and core.unjson(text)
end

local study_meta = {
  __metatable = "study",
  __index = function(_, key)
    if S[key] then return S[key] end
    raise("a study has no '" .. core.tostring(key) .. "'" .. near(key, S))
  end,
}

local study_fields = {
  name = true, storage = true, direction = true, directions = true, sampler = true, pruner = true, seed = true,
  profile = true, budget = true, heartbeat = true, retries = true,
}

--- wick.study { direction = "maximize" [, directions =, name =, storage =, sampler =, pruner =, seed =,
--- profile = "optuna4", budget =, heartbeat =, retries =] } -> study:
--- a search over whatever a function scores; in pipelines and tests.
function wick.study(o)
  core.pipelines_only("wick.study")
  o = o or {}
  check_fields("wick.study", o, study_fields)
  if o.direction and o.directions then raise("wick.study: direction or directions, not both") end
  local box = core.study { better = o.direction, directions = o.directions, name = o.name, storage = o.storage,
    sampler = o.sampler, pruner = o.pruner, seed = o.seed, profile = o.profile, budget = o.budget,
    heartbeat = o.heartbeat, retries = o.retries }
  return setmetatable({ box = box, over = false, why = "", name = box:name() }, study_meta)
end

return wick
