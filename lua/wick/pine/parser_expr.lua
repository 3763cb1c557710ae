-- SPDX-License-Identifier: MIT
-- Expressions of Pine, and the structures that are expressions too: if, switch, for, while.
local M = {}

-- Binding strength of binary operators, `?:` being the weakest.
local strength = {
  ["or"] = 1, ["and"] = 2, ["=="] = 3, ["!="] = 3, ["<"] = 4, [">"] = 4, ["<="] = 4, [">="] = 4,
  ["+"] = 5, ["-"] = 5, ["*"] = 6, ["/"] = 6, ["%"] = 6,
}
M.strength = strength

--- M.open(p) -> expr(): the reader of expressions of parser p.
function M.open(p)
  local t = p.t
  local kind, value, line, col = t.kind, t.value, t.line, t.col
  local expr, unary
  local take, need = p.take, p.need

  local function node(k, i)
    return { k = k, line = line[i], col = col[i] }
  end

  -- Inside brackets a block cannot end a line, so `if` and `switch` have none there.
  local function arguments(n)
    n.args, n.named = {}, nil
    if take(")") then return n end
    repeat
      local i = p.at
      if value[i] == ")" and kind[i] == "op" then break end -- a comma before the bracket is harmless
      if kind[i] == "name" and value[i + 1] == "=" and kind[i + 1] == "op" then
        p.at = i + 2
        n.named = n.named or {}
        n.named[#n.named + 1] = { name = value[i], e = expr(), line = line[i], col = col[i] }
      else
        if n.named then p.fail_at(i, "arguments by position come before arguments by name") end
        n.args[#n.args + 1] = expr()
      end
    until not take(",")
    need(")", "',' or ')'")
    return n
  end

  -- `<float>` of array.new<float>(...): type arguments, or nil for a comparison.
  local function type_arguments(i)
    local args = {}
    repeat
      local after, text = p.type_at(i + 1)
      if not after then return nil end
      args[#args + 1] = text
      i = after
    until value[i] ~= "," or kind[i] ~= "op"
    if value[i] == ">" and value[i + 1] == "(" and kind[i + 1] == "op" then
      p.at = i + 1
      return args
    end
  end

  local function postfix(e)
    while kind[p.at] == "op" do
      local i = p.at
      local v = value[i]
      if v == "." then
        p.at = i + 1
        local m = node("member", i + 1)
        m.o = e
        local k = kind[i + 1]
        if k ~= "name" and k ~= "keyword" then p.unexpected("a name behind '.'") end
        m.v = value[i + 1]
        p.at = i + 2
        e = m
        if value[p.at] == "<" and kind[p.at] == "op" and m.v == "new" then
          local args = type_arguments(p.at)
          if args then m.targs = args end
        end
      elseif v == "(" then
        local c = node("call", i)
        c.line, c.col = e.line, e.col
        c.f, c.targs = e, e.targs
        p.at = i + 1
        p.deeper()
        e = arguments(c)
        p.depth = p.depth - 1
      elseif v == "[" then
        local x = node("index", i)
        x.o = e
        p.at = i + 1
        p.deeper()
        x.i = expr()
        p.depth = p.depth - 1
        need("]")
        e = x
      else
        break
      end
    end
    return e
  end

  -- What stands behind `if` and `while`: an '=' in it was meant to compare.
  local function condition()
    local outer = p.in_condition
    p.in_condition = true
    local c = expr()
    if value[p.at] == "=" and kind[p.at] == "op" then p.unexpected("a block") end
    p.in_condition = outer
    return c
  end

  local function if_expr(i)
    local n = node("if", i)
    n.c = condition()
    n.body = p.block(n)
    if value[p.at] == "else" and kind[p.at] == "keyword" then
      local j = p.at
      p.at = j + 1
      if value[p.at] == "if" and kind[p.at] == "keyword" then
        p.at = p.at + 1
        n.chain = if_expr(j + 1)
      else
        local e = node("else", j)
        n.els = p.block(e)
        n.els_trail = e.trail
      end
    end
    n.block = true
    return n
  end

  local function switch_expr(i)
    local n = node("switch", i)
    if kind[p.at] ~= "newline" then n.on = expr() end
    if kind[p.at] ~= "newline" or kind[p.at + 1] ~= "indent" then
      p.fail_at(p.at, "the cases of the switch are expected on the following lines, indented")
    end
    p.at = p.at + 2
    n.cases = {}
    while kind[p.at] ~= "dedent" and kind[p.at] ~= "eof" do
      local c = node("case", p.at)
      if not take("=>") then
        c.c = expr()
        need("=>")
      end
      c.body = p.block(c)
      if not c.block and kind[p.at] == "newline" then p.at = p.at + 1 end
      n.cases[#n.cases + 1] = c
    end
    if kind[p.at] == "dedent" then p.at = p.at + 1 end
    n.block = true
    return n
  end

  local function for_expr(i)
    local n = node("for", i)
    if take("[") then
      n.k = "forin"
      n.key = p.need_name("the name of the index")
      need(",")
      n.var = p.need_name("the name of the value")
      need("]")
    else
      n.var = p.need_name("the name of the counter")
    end
    n.var_line, n.var_col = line[p.at - 1], col[p.at - 1]
    local word = value[p.at]
    if n.k == "forin" or (word == "in" and kind[p.at] == "name") then
      if word ~= "in" then p.unexpected("'in'") end
      p.at = p.at + 1
      n.k = "forin"
      n.o = expr()
    else
      need("=", "'=' or 'in'")
      n.from = expr()
      if value[p.at] ~= "to" then p.unexpected("'to'") end
      p.at = p.at + 1
      n.to = expr()
      if value[p.at] == "by" and kind[p.at] == "name" then
        p.at = p.at + 1
        n.by = expr()
      end
    end
    n.body = p.block(n)
    n.block = true
    return n
  end

  local structures = { ["if"] = if_expr, ["switch"] = switch_expr, ["for"] = for_expr,
    ["while"] = function(i)
      local n = node("while", i)
      n.c = condition()
      n.body = p.block(n)
      n.block = true
      return n
    end }

  local function primary()
    local i = p.at
    local k, v = kind[i], value[i]
    if k == "name" then
      local n = node("name", i)
      n.v = v
      p.at = i + 1
      if value[i + 1] == "<" and (v == "array" or v == "map" or
        v == "matrix") then p.unexpected(v .. ".new") end
      return postfix(n)
    elseif k == "number" then
      local n = node("num", i)
      n.v = v
      n.int = not v:find("[%.eE]")
      p.at = i + 1
      return n
    elseif k == "string" or k == "color" then
      local n = node(k == "string" and "str" or "color", i)
      n.v = v
      p.at = i + 1
      return postfix(n)
    elseif k == "op" and v == "(" then
      p.at = i + 1
      p.deeper()
      local e = expr()
      p.depth = p.depth - 1
      need(")")
      if e.k == "bin" or e.k == "cond" or e.k == "un" then e.paren = true end
      return postfix(e)
    elseif k == "op" and v == "[" then
      local n = node("tuple", i)
      n.items = {}
      p.at = i + 1
      p.deeper()
      repeat n.items[#n.items + 1] = expr() until not take(",")
      p.depth = p.depth - 1
      need("]")
      return n
    elseif k == "keyword" then
      if v == "true" or v == "false" then
        local n = node("bool", i)
        n.v = v == "true"
        p.at = i + 1
        return n
      elseif structures[v] then
        p.at = i + 1
        p.deeper()
        local n = structures[v](i)
        p.depth = p.depth - 1
        return n
      end
    end
    p.unexpected("a value")
  end

  function unary()
    local i = p.at
    local v = value[i]
    if (kind[i] == "op" and (v == "-" or v == "+")) or (kind[i] == "keyword" and v == "not") then
      p.at = i + 1
      p.deeper()
      local n = node("un", i)
      n.op = v
      n.a = unary()
      p.depth = p.depth - 1
      if n.a.k == "num" and v == "-" and not n.a.neg then
        n.a.v, n.a.neg = "-" .. n.a.v, true
        n.a.line, n.a.col = n.line, n.col
        return n.a
      end
      return n
    end
    return primary()
  end

  local function binary(limit)
    local a = unary()
    while true do
      local i = p.at
      local k = kind[i]
      local s = (k == "op" or k == "keyword") and strength[value[i]]
      if not s or s <= limit or a.block then return a end
      p.at = i + 1
      local n = node("bin", i)
      n.op, n.a = value[i], a
      n.b = binary(s)
      a = n
    end
  end

  function expr()
    local c = binary(0)
    local i = p.at
    if value[i] == "?" and kind[i] == "op" then
      p.at = i + 1
      p.deeper()
      local n = node("cond", i)
      n.c = c
      n.a = expr()
      need(":", "':' of the condition")
      n.b = expr()
      p.depth = p.depth - 1
      return n
    end
    return c
  end

  return expr
end

return M
