-- SPDX-License-Identifier: MIT
-- Regular expressions for str.match: alternation, groups, classes, greedy, lazy and possessive
-- repetition, anchors, backreferences. A backtracking matcher over compiled closures; the steps of
-- one match are counted, so that no pattern can run away.
local core = ...
local type, tonumber, setmetatable = type, tonumber, setmetatable
local raise = core.raise
local STEPS, DEPTH = 200000, 4000

-- ---- sets of bytes -------------------------------------------------------------------------
local function set_of(pattern)
  local s = {}
  for b = 0, 255 do
    if string.char(b):find(pattern) then s[b] = true end
  end
  return s
end

local digit, word, space = set_of "%d", set_of "[%w_]", set_of "[ \t\n\r\f\v]"
local function negate(s)
  local out = {}
  for b = 0, 255 do
    if not s[b] then out[b] = true end
  end
  return out
end

local posix = {
  Alpha = set_of "%a", Digit = digit, Alnum = set_of "%w", Upper = set_of "%u", Lower = set_of "%l",
  Punct = set_of "%p", Space = space, XDigit = set_of "%x", L = set_of "%a", Lu = set_of "%u",
  Ll = set_of "%l", N = digit, Nd = digit, P = set_of "%p",
}
local classes = { d = digit, D = negate(digit), w = word, W = negate(word), s = space, S = negate(space) }
local escapes = { n = 10, r = 13, t = 9, f = 12, v = 11, a = 7, e = 27, ["0"] = 0 }

-- ---- parsing -------------------------------------------------------------------------------
local P = {}
P.__index = P

local function fail(p, why)
  raise("str.match: the pattern \"" .. p.text .. "\" " .. why .. " (at character " .. core.fmt(p.at) .. ")")
end

function P:peek() return self.text:sub(self.at, self.at) end
function P:take()
  local c = self:peek()
  self.at = self.at + 1
  return c
end
function P:eat(c)
  if self.text:sub(self.at, self.at + #c - 1) ~= c then return false end
  self.at = self.at + #c
  return true
end

-- After a backslash: a set or a byte.
function P:escape()
  local c = self:take()
  if c == "" then fail(self, "ends in a backslash") end
  if classes[c] then return classes[c] end
  if c == "p" or c == "P" then
    local name = self.text:match("^{(%a+)}", self.at)
    if name then self.at = self.at + #name + 2 else name = self:take() end
    local s = posix[name] or posix[name:gsub("^Is", "")]
    if not s then fail(self, "names an unknown class \\" .. c .. "{" .. name .. "}") end
    return c == "P" and negate(s) or s
  end
  if c == "x" then
    local hex = self.text:match("^%x%x", self.at)
    if not hex then fail(self, "has \\x without two hexadecimal digits") end
    self.at = self.at + 2
    return tonumber(hex, 16)
  end
  if c == "u" then
    local hex = self.text:match("^00%x%x", self.at)
    if not hex then fail(self, "has a \\u beyond plain text") end
    self.at = self.at + 4
    return tonumber(hex, 16)
  end
  return escapes[c] or c:byte()
end

function P:bracket()
  local out, negated, first = {}, self:eat "^", true
  while true do
    local c = self:take()
    if c == "" then fail(self, "has a [ that is never closed") end
    if c == "]" and not first then break end
    first = false
    local lo = c == "\\" and self:escape() or c == "[" and self:peek() ~= ":" and self:bracket() or c:byte()
    if type(lo) == "table" then
      for b in next, lo do out[b] = true end
    elseif self:peek() == "-" and self.text:sub(self.at + 1, self.at + 1) ~= "]" and self.at < #self.text then
      self.at = self.at + 1
      local h = self:take()
      local hi = h == "\\" and self:escape() or h:byte()
      if type(hi) ~= "number" or hi < lo then fail(self, "has a range that goes backwards") end
      for b = lo, hi do out[b] = true end
    else
      out[lo] = true
    end
  end
  return negated and negate(out) or out
end

local function fold(set)
  local out = {}
  for b in next, set do
    out[b] = true
    out[string.char(b):lower():byte()] = true
    out[string.char(b):upper():byte()] = true
  end
  return out
end

function P:atom()
  local c = self:take()
  if c == "(" then return self:group() end
  if c == "[" then return { "set", self.fold and fold(self:bracket()) or self:bracket() } end
  if c == "." then return { "any", self.dotall } end
  if c == "^" then return { self.lines and "line_start" or "start" } end
  if c == "$" then return { self.lines and "line_end" or "stop" } end
  if c == "\\" then
    local n = self.text:match("^[1-9]", self.at)
    if n then
      self.at = self.at + 1
      return { "back", tonumber(n) }
    end
    if self:eat "b" then return { "edge", true } end
    if self:eat "B" then return { "edge", false } end
    if self:eat "A" then return { "start" } end
    if self:eat "z" or self:eat "Z" then return { "stop" } end
    if self:eat "Q" then
      local text = self.text:match("^(.-)\\E", self.at) or self.text:sub(self.at)
      self.at = self.at + #text + 2
      local list = { "seq" }
      for i = 1, #text do list[i + 1] = { "set", { [text:byte(i)] = true } } end
      return list
    end
    local e = self:escape()
    if type(e) == "number" then e = { [e] = true } end
    return { "set", self.fold and fold(e) or e }
  end
  if c == "*" or c == "+" or c == "?" then fail(self, "repeats nothing with '" .. c .. "'") end
  local s = { [c:byte()] = true }
  return { "set", self.fold and fold(s) or s }
end

function P:group()
  local index
  local before = self.fold
  if self:eat "?" then
    if self:eat "=" or self:eat "!" or self:eat "<=" or self:eat "<!" then
      fail(self, "looks around with (?= (?! (?<= or (?<!, which is not supported; match the whole and cut")
    end
    local name = self.text:match("^<(%a%w*)>", self.at)
    local flags = self.text:match("^([imsx]+)[:)]", self.at)
    if name then
      self.at = self.at + #name + 2
      self.groups = self.groups + 1
      index = self.groups
    elseif flags then
      self.at = self.at + #flags
      if flags:find("i", 1, true) then self.fold = true end
      if flags:find("m", 1, true) then self.lines = true end
      if flags:find("s", 1, true) then self.dotall = true end
      if self:eat ")" then return { "seq" } end
      self:eat ":"
    elseif not self:eat ":" then
      fail(self, "has an unknown kind of group")
    end
  else
    self.groups = self.groups + 1
    index = self.groups
  end
  self.depth = self.depth + 1
  if self.depth > 100 then fail(self, "is nested too deeply") end
  local body = self:alternatives()
  self.depth = self.depth - 1
  if not self:eat ")" then fail(self, "has a ( that is never closed") end
  self.fold = before
  if index then return { "group", index, body } end
  return body
end

function P:repetition()
  local c = self:peek()
  local lo, hi
  if c == "*" then lo, hi = 0, 1 / 0
  elseif c == "+" then lo, hi = 1, 1 / 0
  elseif c == "?" then lo, hi = 0, 1
  elseif c == "{" then
    local a, comma, b = self.text:match("^{(%d+)(,?)(%d*)}", self.at)
    if not a then return nil end
    lo = tonumber(a)
    hi = b ~= "" and tonumber(b) or comma ~= "" and 1 / 0 or lo
    if lo > 1000 or (hi ~= 1 / 0 and (hi > 1000 or hi < lo)) then fail(self, "repeats too often or backwards") end
    self.at = self.at + #self.text:match("^{.-}", self.at) - 1
  else
    return nil
  end
  self.at = self.at + 1
  local mode = self:eat "?" and "lazy" or self:eat "+" and "possessive" or "greedy"
  return lo, hi, mode
end

function P:sequence()
  local list = { "seq" }
  while self.at <= #self.text and self:peek() ~= "|" and self:peek() ~= ")" do
    local x = self:atom()
    local lo, hi, mode = self:repetition()
    while lo do
      x = { "repeat", x, lo, hi, mode }
      lo, hi, mode = self:repetition()
    end
    list[#list + 1] = x
  end
  return list
end

function P:alternatives()
  local list = { "alt", self:sequence() }
  while self:eat "|" do list[#list + 1] = self:sequence() end
  return #list == 2 and list[2] or list
end

-- ---- matching ------------------------------------------------------------------------------
-- A node becomes m(state, at, next) -> end of the match or nil; `next` is what follows.
local compile

local function count(s)
  s.steps = s.steps + 1
  if s.steps > STEPS then
    raise("str.match: the pattern \"" .. s.pattern .. "\" takes too long on this text")
  end
end

local function single(test)
  return function(s, at, go)
    count(s)
    local b = s.text:byte(at)
    if b and test(b) then return go(s, at + 1) end
    return nil
  end
end

local makers = {}
function makers.set(x)
  local set = x[2]
  return single(function(b) return set[b] end)
end
function makers.any(x)
  if x[2] then return single(function() return true end) end
  return single(function(b) return b ~= 10 end)
end
local function test(f)
  return function(s, at, go)
    if f(s.text, at) then return go(s, at) end
    return nil
  end
end
function makers.start() return test(function(_, at) return at == 1 end) end
function makers.stop() return test(function(t, at) return at == #t + 1 end) end
function makers.line_start() return test(function(t, at) return at == 1 or t:byte(at - 1) == 10 end) end
function makers.line_end() return test(function(t, at) return at == #t + 1 or t:byte(at) == 10 end) end
function makers.edge(x)
  return test(function(t, at)
    local before, after = word[t:byte(at - 1) or -1], word[t:byte(at) or -1]
    if at == 1 then before = nil end
    return ((before ~= nil) ~= (after ~= nil)) == x[2]
  end)
end
function makers.back(x)
  return function(s, at, go)
    local from, to = s.from[x[2]], s.to[x[2]]
    if not from or not to then return nil end
    local part = s.text:sub(from, to - 1)
    if s.text:sub(at, at + #part - 1) ~= part then return nil end
    return go(s, at + #part)
  end
end
function makers.group(x)
  local index, body = x[2], compile(x[3])
  return function(s, at, go)
    local from, to = s.from[index], s.to[index]
    local r = body(s, at, function(t, stop)
      local f, e = t.from[index], t.to[index]
      t.from[index], t.to[index] = at, stop
      local done = go(t, stop)
      if not done then t.from[index], t.to[index] = f, e end
      return done
    end)
    if not r then s.from[index], s.to[index] = from, to end
    return r
  end
end
function makers.seq(x)
  local parts = {}
  for i = 2, #x do parts[i - 1] = compile(x[i]) end
  local function from(i)
    if i > #parts then return function(s, at, go) return go(s, at) end end
    local m, rest = parts[i], from(i + 1)
    if i == #parts then return m end
    return function(s, at, go)
      return m(s, at, function(t, stop) return rest(t, stop, go) end)
    end
  end
  return from(1)
end
function makers.alt(x)
  local parts = {}
  for i = 2, #x do parts[i - 1] = compile(x[i]) end
  return function(s, at, go)
    for i = 1, #parts do
      local r = parts[i](s, at, go)
      if r then return r end
    end
    return nil
  end
end

local function identity(_, at) return at end

makers["repeat"] = function(x)
  local m, lo, hi, mode = compile(x[2]), x[3], x[4], x[5]
  local function turn(s, at, n, go)
    count(s)
    s.depth = s.depth + 1
    if s.depth > DEPTH then raise("str.match: the text is too long for the pattern \"" .. s.pattern .. "\"") end
    local function again()
      if n >= hi then return nil end
      return m(s, at, function(t, stop)
        if stop == at and n >= lo then return nil end -- an empty turn would go on forever
        return turn(t, stop, n + 1, go)
      end)
    end
    local r
    if n < lo then r = again()
    elseif mode == "lazy" then r = go(s, at) or again()
    else r = again() or go(s, at) end
    s.depth = s.depth - 1
    return r
  end
  if mode == "possessive" then
    return function(s, at, go)
      local n = 0
      while n < hi do
        local stop = m(s, at, identity)
        if not stop or stop == at then break end
        at, n = stop, n + 1
      end
      if n < lo then return nil end
      return go(s, at)
    end
  end
  return function(s, at, go) return turn(s, at, 0, go) end
end

compile = function(x) return makers[x[1]](x) end

-- ---- the door ------------------------------------------------------------------------------
local cache, kept = {}, 0

--- First and last byte of the leftmost match, or nil.
return function(text, pattern)
  local m = cache[pattern]
  if not m then
    local p = setmetatable({ text = pattern, at = 1, groups = 0, depth = 0 }, P)
    local tree = p:alternatives()
    if p.at <= #pattern then fail(p, "closes a ) that was never opened") end
    m = compile(tree)
    if kept >= 200 then cache, kept = {}, 0 end
    cache[pattern] = m
    kept = kept + 1
  end
  local s = { text = text, pattern = pattern, steps = 0, depth = 0 }
  for from = 1, #text + 1 do
    s.from, s.to, s.depth = {}, {}, 0
    local stop = m(s, from, identity)
    if stop then return from, stop - 1 end
  end
  return nil
end
