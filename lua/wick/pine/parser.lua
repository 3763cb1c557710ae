-- SPDX-License-Identifier: MIT
-- Pine tokens to a tree. Nodes are tables with `k` (kind), `line`, `col`; statements also carry the
-- comments before them (`lead`) and on their line (`trail`). A mistake is recorded and parsing goes
-- on behind the statement, so that one pass finds all of them.
local core = ...
local expressions = core.module("wick.pine.parser_expr")
local hints = core.module("wick.pine.hints")
local error, type, pcall, sub = error, type, pcall, string.sub

local M = {}

local assign_ops = { [":="] = true, ["+="] = true, ["-="] = true, ["*="] = true, ["/="] = true,
  ["%="] = true }
local qualifiers = { const = true, input = true, simple = true, series = true }
M.qualifiers = qualifiers
local MAX_DEPTH = 150

--- M.parse(tokens, fail) -> { list of statements }, comments left over at the end
function M.parse(t, report)
  local kind, value, line, col = t.kind, t.value, t.line, t.col
  local p = { t = t, at = 1, depth = 0 }
  local start = 1 -- of the statement in hand

  -- Where a character was wrong already, the rest of the statement may make no sense.
  local function fail(at_line, at_col, message)
    for l = line[start], at_line do
      if t.bad_lines[l] then return end
    end
    report(at_line, at_col, message)
  end
  local comments, next_comment = t.comments, 1
  local stop = {}

  function p.fail_at(i, message)
    fail(line[i], col[i], message)
    error(stop, 0)
  end

  function p.shown(i)
    local k = kind[i]
    if k == "newline" then return "the end of the line" end
    if k == "indent" then return "a deeper indented line" end
    if k == "dedent" then return "the end of the block" end
    if k == "eof" then return "the end of the file" end
    if k == "string" then return "the text \"" .. sub(value[i], 1, 20) .. "\"" end
    return "'" .. value[i] .. "'"
  end

  function p.unexpected(wanted)
    local i = p.at
    local at = i
    -- The end of a line is reported where the line stands.
    if kind[i] == "newline" and i > 1 then at = i - 1 end
    local word = kind[i] == "keyword" and value[i]
    if word == "else" then
      p.fail_at(at, "this 'else' has no 'if' above it that is indented alike")
    end
    if value[i] == "=" and kind[i] == "op" and p.in_condition then
      p.fail_at(at, "'=' declares a variable; equal is '=='")
    end
    p.fail_at(at, wanted .. " is expected, found " .. p.shown(i) .. p.opened(i))
  end

  -- Behind which line a bracket is open, when that is another one.
  function p.opened(i)
    local depth = 0
    for j = i - 1, start, -1 do
      local v = kind[j] == "op" and value[j]
      if v == ")" or v == "]" then
        depth = depth + 1
      elseif v == "(" or v == "[" then
        if depth == 0 then
          return line[j] ~= line[i] and
            "; the '" .. v .. "' of line " .. line[j] .. " is not closed" or ""
        end
        depth = depth - 1
      end
    end
    return ""
  end

  function p.deeper()
    p.depth = p.depth + 1
    if p.depth > MAX_DEPTH then
      p.fail_at(p.at, "this is nested more than " .. MAX_DEPTH ..
        " levels deep; give a part of it a name")
    end
  end

  local function take(v)
    local i = p.at
    if value[i] == v and (kind[i] == "op" or kind[i] == "keyword") then
      p.at = i + 1
      return true
    end
  end
  p.take = take
  function p.need(v, what)
    if not take(v) then p.unexpected(what or ("'" .. v .. "'")) end
  end
  function p.need_name(what)
    local i = p.at
    if kind[i] ~= "name" then p.unexpected(what) end
    p.at = i + 1
    return value[i]
  end

  -- ---- comments ------------------------------------------------------------------------------
  local function lead(at_line, list)
    while next_comment <= #comments and comments[next_comment].line < at_line do
      list = list or {}
      list[#list + 1] = comments[next_comment].text
      next_comment = next_comment + 1
    end
    return list
  end

  -- Comments within a statement that has just ended.
  local function trail(node)
    local last = line[p.at > 1 and p.at - 1 or 1]
    while next_comment <= #comments and comments[next_comment].line <= last do
      local c = comments[next_comment]
      if c.line == last and not node.trail then
        node.trail = c.text
      else
        node.lead = node.lead or {}
        node.lead[#node.lead + 1] = c.text
      end
      next_comment = next_comment + 1
    end
  end

  -- ---- types ---------------------------------------------------------------------------------
  -- Position behind a type and its text, or nil: never fails, so that it can look ahead.
  local function type_at(i)
    if kind[i] ~= "name" then return nil end
    local name = value[i]
    i = i + 1
    while value[i] == "." and kind[i] == "op" and kind[i + 1] == "name" do
      name = name .. "." .. value[i + 1]
      i = i + 2
    end
    if value[i] == "<" and kind[i] == "op" and (name == "array" or name == "map" or
      name == "matrix") then
      local args = {}
      repeat
        local after, arg = type_at(i + 1)
        if not after then return nil end
        args[#args + 1] = arg
        i = after
      until value[i] ~= "," or kind[i] ~= "op"
      if value[i] ~= ">" then return nil end
      i = i + 1
      name = name .. "<" .. table.concat(args, ",") .. ">"
    end
    while value[i] == "[" and kind[i] == "op" and value[i + 1] == "]" and kind[i + 1] == "op" do
      name = "array<" .. name .. ">"
      i = i + 2
    end
    return i, name
  end
  p.type_at = type_at

  -- ---- blocks --------------------------------------------------------------------------------
  local statement

  -- Names that a statement with a mistake would have declared: no second mistake where they are
  -- read.
  local function give_up(from)
    local i = from
    if value[i] == "[" then
      while kind[i + 1] == "name" do
        t.broken[value[i + 1]] = true
        i = i + 2
      end
    end
    while i < from + 8 and (kind[i] == "name" or kind[i] == "keyword") do
      local after = kind[i + 1] == "op" and value[i + 1]
      if after == "=" or after == "(" then t.broken[value[i]] = true end
      i = i + 1
    end
  end

  local function sync(from)
    -- Out of the blocks of the statement again.
    local inside = 0
    for i = from or p.at, p.at - 1 do
      if kind[i] == "indent" then inside = inside + 1 end
      if kind[i] == "dedent" then inside = inside - 1 end
    end
    while inside > 0 and kind[p.at] ~= "eof" do
      if kind[p.at] == "indent" then inside = inside + 1 end
      if kind[p.at] == "dedent" then inside = inside - 1 end
      p.at = p.at + 1
      if inside == 0 then return end
    end
    -- Behind the line of the mistake, and behind a block that hangs on it.
    while kind[p.at] ~= "newline" and kind[p.at] ~= "eof" and
      kind[p.at] ~= "dedent" do p.at = p.at + 1 end
    if kind[p.at] == "newline" then p.at = p.at + 1 end
    if kind[p.at] == "indent" then
      local depth = 0
      repeat
        if kind[p.at] == "indent" then depth = depth + 1 end
        if kind[p.at] == "dedent" then depth = depth - 1 end
        p.at = p.at + 1
      until depth == 0 or kind[p.at] == "eof"
    end
  end

  -- Statements of a line, separated by commas, and the end of that line.
  local function statement_line(list)
    local from = p.at
    repeat
      start = p.at
      local hint = kind[start] == "name" and hints.words[value[start]]
      if hint and (kind[start + 1] ~= "op" or value[start + 1] == "-") then
        fail(line[start], col[start], "'" .. value[start] .. "' is no word of Pine; " .. hint)
        return sync(from)
      end
      local ok, node = pcall(statement)
      if not ok then
        if node ~= stop then error(node, 0) end
        p.depth = p.depth - (p.depth - p.block_depth)
        p.in_condition = nil
        give_up(from)
        return sync(from)
      end
      list[#list + 1] = node
      if node.block then return end
    until not take(",")
    if kind[p.at] == "newline" then
      p.at = p.at + 1
    elseif kind[p.at] ~= "dedent" and kind[p.at] ~= "eof" then
      local _, bad = pcall(p.unexpected, "the end of the statement")
      if bad ~= stop then error(bad, 0) end
      sync()
    end
    if kind[p.at] == "indent" then
      fail(line[p.at], col[p.at],
        "this line is indented, but no block begins here; a line that goes on " ..
        "from the one above is indented by a number of spaces that is no multiple of four")
      sync()
    end
  end

  local function block_lines(list)
    local outer = p.block_depth
    p.block_depth = p.depth
    while kind[p.at] ~= "dedent" and kind[p.at] ~= "eof" do statement_line(list) end
    p.block_depth = outer
  end

  --- A block behind a header: indented lines, or the rest of the line.
  function p.block(node)
    local list = {}
    if kind[p.at] == "newline" then
      trail(node)
      if kind[p.at + 1] ~= "indent" then
        p.fail_at(p.at - 1, "a block is expected on the following lines, indented by four spaces")
      end
      p.at = p.at + 2
      p.deeper()
      block_lines(list)
      p.depth = p.depth - 1
      if kind[p.at] == "dedent" then p.at = p.at + 1 end
      node.block = true
    else
      repeat list[#list + 1] = statement() until not take(",")
      if list[#list].block then
        node.block = true
      elseif kind[p.at] == "newline" and not p.in_line then
        trail(list[#list])
        p.at = p.at + 1
        node.block = true
      end
    end
    return list
  end

  local expr = expressions.open(p)

  -- ---- declarations --------------------------------------------------------------------------
  local function parameters()
    local list = {}
    p.need("(")
    if take(")") then return list end
    repeat
      local one = { line = line[p.at], col = col[p.at] }
      if kind[p.at] == "name" and qualifiers[value[p.at]] and kind[p.at + 1] == "name" then
        one.qual = value[p.at]
        p.at = p.at + 1
      end
      local after, of = type_at(p.at)
      if after and kind[after] == "name" then
        one.type = of
        p.at = after
      end
      one.name = p.need_name("the name of a parameter")
      if take("=") then one.default = expr() end
      list[#list + 1] = one
    until not take(",")
    p.need(")")
    return list
  end

  local function func(node)
    node.k = "func"
    node.name = p.need_name("the name of a function")
    node.params = parameters()
    p.need("=>", "'=>'")
    node.body = p.block(node)
    return node
  end

  -- `name ( ... ) =>` : a definition, not a call.
  local function is_function(i)
    if kind[i] ~= "name" or value[i + 1] ~= "(" or kind[i + 1] ~= "op" then return false end
    local depth = 0
    i = i + 1
    while true do
      local k = kind[i]
      if k == "op" then
        local v = value[i]
        if v == "(" or v == "[" then
          depth = depth + 1
        elseif v == ")" or v == "]" then
          depth = depth - 1
          if depth == 0 then return value[i + 1] == "=>" and kind[i + 1] == "op" end
        elseif v == "=>" then
          return false
        end
      elseif k == "newline" or k == "eof" then
        return false
      end
      i = i + 1
    end
  end

  local function fields_of(node, one_field)
    if kind[p.at] ~= "newline" or kind[p.at + 1] ~= "indent" then
      p.fail_at(p.at, "the fields are expected on the following lines, indented by four spaces")
    end
    trail(node)
    p.at = p.at + 2
    node.fields = {}
    while kind[p.at] ~= "dedent" and kind[p.at] ~= "eof" do
      local f = { line = line[p.at], col = col[p.at] }
      f.lead = lead(f.line)
      one_field(f)
      node.fields[#node.fields + 1] = f
      if kind[p.at] ~= "newline" then p.unexpected("the end of the line") end
      trail(f)
      p.at = p.at + 1
    end
    if kind[p.at] == "dedent" then p.at = p.at + 1 end
    node.block = true
    return node
  end

  local function type_decl(node)
    node.k = "type"
    node.name = p.need_name("the name of the type")
    return fields_of(node, function(f)
      if value[p.at] == "varip" then
        f.varip = true
        p.at = p.at + 1
      end
      local after, of = type_at(p.at)
      if not after or kind[after] ~= "name" then p.unexpected("a type and the name of a field") end
      f.type, f.name = of, value[after]
      p.at = after + 1
      if take("=") then f.default = expr() end
    end)
  end

  local function enum_decl(node)
    node.k = "enum"
    node.name = p.need_name("the name of the enum")
    return fields_of(node, function(f)
      f.name = p.need_name("the name of a member")
      if take("=") then
        if kind[p.at] ~= "string" then p.unexpected("the title, a text,") end
        f.title = value[p.at]
        p.at = p.at + 1
      end
    end)
  end

  local function import(node)
    node.k = "import"
    node.user = p.need_name("user/library/version")
    p.need("/")
    node.lib = p.need_name("the name of the library")
    p.need("/")
    if kind[p.at] ~= "number" then p.unexpected("the version of the library") end
    node.version = value[p.at]
    p.at = p.at + 1
    node.alias = node.lib
    if value[p.at] == "as" and kind[p.at] == "name" then
      p.at = p.at + 1
      node.alias = p.need_name("the alias")
    end
    return node
  end

  local function tuple_decl(node)
    local i = p.at + 1
    local names = {}
    while kind[i] == "name" and (value[i + 1] == "," or value[i + 1] == "]") do
      names[#names + 1] = { name = value[i], line = line[i], col = col[i] }
      i = i + 2
      if value[i - 1] == "]" then
        if value[i] ~= "=" or kind[i] ~= "op" then return nil end
        p.at = i + 1
        node.k, node.names = "tdecl", names
        node.e = expr()
        return node
      end
    end
  end

  local function declaration(node)
    local i = p.at
    local mode
    if kind[i] == "keyword" and (value[i] == "var" or value[i] == "varip") then
      mode = value[i]
      i = i + 1
    end
    local qual
    if kind[i] == "name" and qualifiers[value[i]] and kind[i + 1] == "name" then
      qual = value[i]
      i = i + 1
    end
    local of
    local after, text = type_at(i)
    if after and kind[after] == "name" then
      of, i = text, after
    end
    if kind[i] == "name" and value[i + 1] == "=" and kind[i + 1] == "op" then
      node.k, node.mode, node.qual, node.type, node.name = "decl", mode, qual, of, value[i]
      node.name_col, node.name_line = col[i], line[i]
      p.at = i + 2
      node.e = expr()
      return node
    end
    if mode or qual then
      p.at = i
      p.unexpected("a name and '='")
    end
    if of and (kind[i + 1] == "newline") then
      p.at = i + 1
      p.unexpected("'=' and a value")
    end
  end

  local words = { method = func, type = type_decl, enum = enum_decl }

  local function simple(node)
    local i = p.at
    local k, v = kind[i], value[i]
    if k == "keyword" then
      if v == "import" then
        p.at = i + 1
        return import(node)
      elseif v == "export" then
        p.at = i + 1
        node.export = true
        v, k = value[i + 1], kind[i + 1]
        i = i + 1
      elseif v == "break" or v == "continue" then
        p.at = i + 1
        node.k = v
        return node
      end
    end
    if k == "name" then
      if words[v] and kind[i + 1] == "name" and (v ~= "method" or is_function(i + 1)) and
        (v == "method" or kind[i + 2] == "newline") then
        p.at = i + 1
        node.method = v == "method" or nil
        return words[v](node)
      end
      if is_function(i) then return func(node) end
    end
    if k == "op" and v == "[" then
      local made = tuple_decl(node)
      if made then return made end
    end
    local made = declaration(node)
    if made then return made end
    if node.export then p.unexpected("a function, a type or an enum") end
    local e = expr()
    local op = value[p.at]
    if kind[p.at] == "op" and assign_ops[op] then
      if e.k ~= "name" and e.k ~= "member" then
        p.fail_at(p.at, "only a variable or a field can stand left of '" .. op .. "'")
      end
      p.at = p.at + 1
      node.k, node.op, node.target = "assign", op, e
      node.e = expr()
      return node
    end
    if kind[p.at] == "op" and op == "=" then
      p.fail_at(p.at, e.k == "member" and "a field is set with ':='" or
        "only a name can stand left of '='")
    end
    node.k, node.e = "expr", e
    return node
  end

  function statement()
    local i = p.at
    local node = { line = line[i], col = col[i], lead = lead(line[i]) }
    if kind[i] == "newline" then p.unexpected("a statement") end
    simple(node)
    if node.e and node.e.block then
      node.block = true
      if not node.trail then node.trail, node.e.trail = node.e.trail, nil end
    elseif not node.block then
      trail(node)
    end
    local j = p.at - 1
    while j > i and (kind[j] == "dedent" or kind[j] == "newline") do j = j - 1 end
    node.last = line[j]
    return node
  end

  local list = {}
  p.block_depth = 0
  while kind[p.at] ~= "eof" do
    if kind[p.at] == "dedent" or kind[p.at] == "newline" then
      p.at = p.at + 1
    elseif kind[p.at] == "indent" then
      fail(line[p.at], col[p.at], "this line is indented, but no block begins here")
      sync()
    else
      statement_line(list)
    end
  end
  return list, lead(math.huge, {})
end

return M
