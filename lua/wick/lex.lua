-- SPDX-License-Identifier: MIT
-- Tokens of a Lua file for `wick check`: { kind, value, line } with kinds name, keyword, number,
-- string, op, eof. Syntax is judged by the VM itself; this only has to read what the VM accepts.
local M = {}

local keywords = {}
for w in ("and break do else elseif end false for function goto if in local nil not or repeat return then true until while"):gmatch("%a+") do
  keywords[w] = true
end

-- Longest first.
local operators = { "...", "<<", ">>", "//", "==", "~=", "<=", ">=", "::", ".." }

local function long_bracket(text, at)
  local eq = text:match("^%[(=*)%[", at)
  if not eq then return nil end
  local _, stop = text:find("]" .. eq .. "]", at, true)
  return (stop or #text) + 1
end

local function count_lines(text, from, to)
  local n = 0
  for _ in text:sub(from, to - 1):gmatch("\n") do n = n + 1 end
  return n
end

local function quoted(text, at)
  local quote = text:sub(at, at)
  local i = at + 1
  while i <= #text do
    local c = text:sub(i, i)
    if c == "\\" then
      i = i + 2
    elseif c == quote or c == "\n" then
      return i + 1
    else
      i = i + 1
    end
  end
  return i
end

local function number(text, at)
  local hex = text:match("^0[xX][%x%.]*[pP]?[%+%-]?%d*%a*", at)
  if hex and text:match("^0[xX][%x%.]*[pP][%+%-]", at) then return hex end
  local plain = text:match("^0[xX][%x%.]+[pPuUlLiI]*%d*", at)
  if plain then return plain end
  local body = text:match("^%d*%.?%d*", at)
  local exponent = text:match("^[eE][%+%-]?%d+", at + #body) or ""
  return body .. exponent .. (text:match("^[uUlLiI]+", at + #body + #exponent) or "")
end

local function operator(text, at)
  for _, op in ipairs(operators) do
    if text:sub(at, at + #op - 1) == op then return op end
  end
  return text:sub(at, at)
end

function M.tokens(text)
  local out, at, line = {}, 1, 1
  local function add(kind, value, stop)
    out[#out + 1] = { kind = kind, value = value, line = line }
    line = line + count_lines(text, at, stop)
    at = stop
  end
  if text:sub(1, 3) == "\239\187\191" then at = 4 end
  if text:sub(at, at) == "#" then at = text:find("\n", at, true) or #text + 1 end
  while at <= #text do
    local c = text:sub(at, at)
    if c:match("%s") then
      if c == "\n" then line = line + 1 end
      at = at + 1
    elseif text:sub(at, at + 1) == "--" then
      local stop = long_bracket(text, at + 2) or text:find("\n", at, true) or #text + 1
      line = line + count_lines(text, at, stop)
      at = stop
    elseif c:match("[%a_]") then
      local word = text:match("^[%w_]+", at)
      add(keywords[word] and "keyword" or "name", word, at + #word)
    elseif c:match("%d") or text:match("^%.%d", at) then
      local n = number(text, at)
      add("number", n, at + #n)
    elseif c == '"' or c == "'" then
      local stop = quoted(text, at)
      add("string", text:sub(at + 1, stop - 2), stop)
    elseif c == "[" and long_bracket(text, at) then
      local stop = long_bracket(text, at)
      add("string", text:sub(at, stop - 1), stop)
    else
      local op = operator(text, at)
      add("op", op, at + #op)
    end
  end
  out[#out + 1] = { kind = "eof", value = "<eof>", line = line }
  return out
end

return M
