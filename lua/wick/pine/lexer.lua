-- SPDX-License-Identifier: MIT
-- Pine source to tokens. Tokens are kept in parallel lists (kind, value, line, column): a script of
-- a megabyte has some hundred thousand of them. Indentation becomes `indent` and `dedent`, the end
-- of
-- a statement's line `newline`; comments are kept aside by line, for the emitter to put them back.
local core = ...
local hints = core.module("wick.pine.hints")
local ipairs = ipairs
local find, sub, byte, match = string.find, string.sub, string.byte, string.match

local M = {}

local keywords = {}
for w in ("if else for while switch var varip and or not true false break continue import export"):gmatch("%a+") do
  keywords[w] = true
end
M.keywords = keywords
local blocks = { ["if"] = true, ["else"] = true, ["for"] = true, ["while"] = true, ["switch"] = true }

local two, one = {}, {}
for op in ("=> == != <= >= += -= *= /= %= :="):gmatch("%S+") do two[op] = true end
for op in ("+ - * / % = < > ? : ( ) [ ] , ."):gmatch("%S+") do one[op] = true end

-- A line that begins with one of these, or follows a line that ends with one, goes on.
local begins, ends = {}, {}
for w in ("? : and or * / % == != <= >= < > , ) ] . = += -= *= /= %= :="):gmatch("%S+") do begins[w] = true end
for w in ("? : and or not + - * / % == != <= >= < > , ( [ . = += -= *= /= %= :="):gmatch("%S+") do ends[w] = true end

local escapes = { n = "\n", t = "\t", r = "\r" }

local function unescape(text)
  return (text:gsub("\\(.)", function(c) return escapes[c] or c end))
end

-- Width of leading blanks; a tab is four columns.
local function width(text)
  if not find(text, "\t", 1, true) then return #text end
  local n = 0
  for i = 1, #text do n = byte(text, i) == 9 and n - n % 4 + 4 or n + 1 end
  return n
end

-- Signs of other languages stand for the word they mean, so that the rest of the line is read.
local meant = { ["&&"] = "and", ["||"] = "or", ["!"] = "not", ["–"] = "-", ["—"] = "-", ["−"] = "-",
  ["×"] = "*", ["÷"] = "/", ["≥"] = ">=", ["≤"] = "<=", ["≠"] = "!=" }

-- One reading of the text; `closed` are lines before which all brackets count as closed.
local function read(text, report, closed)
  local bad_lines = {}
  local function fail(line, col, message)
    bad_lines[line] = true
    report(line, col, message)
  end
  if sub(text, 1, 3) == "\239\187\191" then text = sub(text, 4) end
  if find(text, "\r", 1, true) then text = text:gsub("\r\n?", "\n") end
  -- Blanks that word processors leave behind.
  if find(text, "\194\160", 1, true) then text = text:gsub("\194\160", " ") end
  local kind, value, line, col, n = {}, {}, {}, {}, 0
  local comments = {}
  local at, row, start, size = 1, 1, 1, #text
  local stack, top = { 0 }, 1
  local depth, fresh = 0, true
  local opened -- line of the bracket that all others are in
  local last_line, version = 0, nil
  local opens = false -- the statement in hand has a word that a block follows

  local function push(k, v, c)
    n = n + 1
    kind[n], value[n], line[n], col[n] = k, v, row, c
  end

  local function comment(from)
    local stop = find(text, "\n", from, true) or size + 1
    local body = sub(text, from, stop - 1)
    comments[#comments + 1] = { line = row, text = body, own = fresh and depth == 0 or
      find(sub(text, start, from - 1), "^[ \t]*$") ~= nil }
    local v = match(body, "^//%s*@version%s*=%s*(%d+)")
    if v and not version then version = v + 0 end
    return stop
  end

  -- First token of a line that is no continuation: closes the statement, moves the indentation.
  local function begin_line(indent, c)
    if n > 0 and kind[n] ~= "newline" and kind[n] ~= "indent" and kind[n] ~= "dedent" then
      n = n + 1
      kind[n], value[n], line[n], col[n] = "newline", "newline", last_line, 0
    end
    opens = false
    if indent > stack[top] then
      top = top + 1
      stack[top] = indent
      push("indent", "indent", c)
    else
      while indent < stack[top] do
        top = top - 1
        push("dedent", "dedent", c)
      end
      if indent ~= stack[top] then
        fail(row, c, "the indentation matches no block above; blocks are indented by four spaces or a tab")
      end
    end
  end

  local function continues(at_word)
    if n == 0 then return false end
    local indent = width(match(text, "^[ \t]*", start))
    local word = match(text, "^[%a_][%w_]*", at_word)
    local sign = not word and (sub(text, at_word, at_word + 1))
    local head = word or (two[sign] and sign) or sub(text, at_word, at_word)
    local last = value[n]
    local k = kind[n]
    if (k == "op" or k == "keyword") and ends[last] then return true end
    if begins[head] then return true end
    if indent > 0 and indent % 4 ~= 0 then return last ~= "=>" end
    -- A sign may begin a statement only as a value; indented deeper than the block it goes on,
    -- but for the first line of a block (`else if x` / `-1`).
    if (head == "+" or head == "-") and indent > stack[top] and last ~= "=>" and
      not opens then return true end
    return false
  end

  while true do
    -- blanks
    local _, e = find(text, "^[ \t]+", at)
    if e then at = e + 1 end
    if at > size then break end
    local c = byte(text, at)
    if c == 10 then -- newline
      at, row, fresh = at + 1, row + 1, true
      start = at
    elseif c == 47 and byte(text, at + 1) == 47 then -- comment
      at = comment(at)
    else
      local here = at - start + 1
      if fresh then
        fresh = false
        if closed[row] then depth = 0 end
        if depth == 0 and not continues(at) then begin_line(width(sub(text, start, at - 1)),
          here) end
      end
      last_line = row
      local _, stop = find(text, "^[%a_][%w_]*", at)
      if stop then
        local word = sub(text, at, stop)
        push(keywords[word] and "keyword" or "name", word, here)
        if blocks[word] then opens = true end
        at = stop + 1
      elseif (c >= 48 and c <= 57) or (c == 46 and find(text, "^%d", at + 1)) then
        _, stop = find(text, "^%d*%.?%d*", at)
        local _, ex = find(text, "^[eE][+-]?%d+", stop + 1)
        stop = ex or stop
        local body = sub(text, at, stop)
        push("number", body, here)
        if find(text, "^[%a_]", stop + 1) then
          fail(row, here, "malformed number '" .. match(text, "^[%w_%.]+", at) .. "'")
          _, stop = find(text, "^[%w_%.]+", at)
        end
        at = stop + 1
      elseif c == 34 or c == 39 then -- string
        local quote = sub(text, at, at)
        if sub(text, at, at + 2) == quote:rep(3) then
          local close = find(text, quote:rep(3), at + 3, true)
          if not close then
            fail(row, here, "this text has no closing quotes")
            close = size
          end
          local body = sub(text, at + 3, close - 1)
          push("string", unescape(body), here)
          for p in body:gmatch("()\n") do
            row = row + 1
            start = at + 3 + p
          end
          at = close + 3
        else
          local p = at + 1
          while true do
            local q = find(text, "[\\\n" .. quote .. "]", p)
            local b = q and byte(text, q)
            if not q or b == 10 then
              fail(row, here, "this text has no closing quote")
              q = (q or size + 1)
              push("string", sub(text, at + 1, q - 1), here)
              at = q
              break
            elseif b == 92 then
              p = q + 2
            else
              local body = sub(text, at + 1, q - 1)
              push("string", find(body, "\\", 1, true) and unescape(body) or body, here)
              at = q + 1
              break
            end
          end
        end
      elseif c == 35 then -- colour
        _, stop = find(text, "^%x+", at + 1)
        stop = stop or at
        local digits = stop - at
        if digits ~= 6 and digits ~= 8 then
          fail(row, here, "a colour is written #RRGGBB or #RRGGBBTT")
        end
        push("color", sub(text, at, stop), here)
        at = stop + 1
      else
        local op = sub(text, at, at + 1)
        if not two[op] then op = sub(text, at, at) end
        if (op == "+" or op == "-") and find(text, "^[+][+][ \t]*[\n;]", at) or
          find(text, "^[-][-][ \t]*[\n;]", at) then
          fail(row, here, "'" .. op .. op .. "' is not known; write x " .. op .. "= 1")
          at = at + 2
        elseif two[op] or one[op] then
          push("op", op, here)
          if op == "(" or op == "[" then
            depth = depth + 1
            if depth == 1 then opened = row end
          elseif op == ")" or op == "]" then
            if depth > 0 then depth = depth - 1 end
          end
          at = at + #op
        else
          local ch = match(text, "^[%z\1-\127\194-\244][\128-\191]*", at) or op
          local pair = sub(text, at, at + 1)
          if meant[pair] then ch = pair end
          if ch == "“" or ch == "”" or ch == "‘" or ch == "’" then
            -- The text between curly quotes, to the next of them.
            fail(row, here, "texts stand between straight quotes, \" or ', not " .. ch)
            local body = match(text, "^[^\n“”‘’\"]*", at + #ch)
            local close = at + #ch + #body
            push("string", body, here)
            at = close + #(match(text, "^\226\128[\152\153\156\157]", close) or
              match(text, '^"', close) or "")
          else
            local hint = hints.characters[ch] or hints.characters[sub(ch, 1, 1)]
            fail(row, here, "the character '" .. (ch:gsub("%c", "?")) .. "' has no meaning here" ..
              (hint and "; " .. hint or ""))
            local word = meant[ch]
            if word then push(keywords[word] and "keyword" or "op", word, here) end
            at = at + #ch
          end
        end
      end
    end
  end
  if n > 0 and kind[n] ~= "newline" then
    push("newline", "newline", at - start + 1)
    line[n] = last_line
  end
  while top > 1 do
    top = top - 1
    push("dedent", "dedent", 1)
  end
  push("eof", "end of file", at - start + 1)
  return { kind = kind, value = value, line = line, col = col, n = n, comments = comments,
    version = version, bad_lines = bad_lines, broken = {} }, depth > 0 and opened, text
end

-- The next line behind a bracket that is never closed which begins like a statement, or nil.
local function next_statement(text, from)
  local row = 0
  for line in (text .. "\n"):gmatch("(.-)\n") do
    row = row + 1
    if row > from and find(line, "^[%a_%[]") and not find(line, "^and%s") and
      not find(line, "^or%s") then
      return row
    end
  end
end

--- M.lex(text, fail) -> tokens. `fail(line, col, message)` records an error; lexing goes on.
function M.lex(text, fail)
  local closed, tokens, open, plain = {}, nil, nil, nil
  for _ = 1, #text < 100000 and 20 or 3 do
    local found = {}
    tokens, open, plain = read(text, function(...) found[#found + 1] = { ... } end, closed)
    -- A bracket that is never closed must not swallow the rest: its statement ends before the next.
    local row = open and next_statement(plain, open)
    if not row or closed[row] then
      for _, f in ipairs(found) do fail(f[1], f[2], f[3]) end
      return tokens
    end
    closed[row] = true
  end
  return tokens
end

return M
