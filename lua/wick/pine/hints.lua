-- SPDX-License-Identifier: MIT
-- What to write instead: habits of other languages and of older versions of Pine.
local core = ...
local builtins = core.module("wick.pine.builtins")
local ipairs, pairs = ipairs, core.pairs

local M = {}

--- Characters of other languages and of word processors.
M.characters = {
  ["&"] = "'and' is written as a word", ["|"] = "'or' is written as a word",
  ["!"] = "'not' is written as a word", [";"] = "a statement ends with its line",
  ["{"] = "a block is indented by four spaces, without braces",
  ["}"] = "a block is indented by four spaces, without braces",
  ["^"] = "powers are math.pow(x, y)", ["–"] = "minus is '-'", ["—"] = "minus is '-'",
  ["−"] = "minus is '-'", ["×"] = "times is '*'", ["÷"] = "divided by is '/'",
  ["≥"] = "at least is '>='", ["≤"] = "at most is '<='", ["≠"] = "unequal is '!='",
}

--- First words of statements that Pine does not have.
M.words = {
  elif = "write 'else if'", ["elseif"] = "write 'else if'", elsif = "write 'else if'",
  ["return"] = "a function gives the value of its last line; 'return' is left out",
  def = "a function is written name(x) => ...",
  ["function"] = "a function is written name(x) => ...",
  fn = "a function is written name(x) => ...", func = "a function is written name(x) => ...",
  let = "a variable is declared with name = value",
  ["local"] = "a variable is declared with name = value",
  ["then"] = "'then' is left out", ["end"] = "a block ends with its indentation",
  case = "a case is written value => ...", default = "the last case is written => ...",
}

local gone = { -- name -> first version without it, what is written since
  study = { 5, "indicator" }, iff = { 5, "condition ? a : b" }, offset = { 5, "source[offset]" },
}

--- What is written in place of a name that this version no longer has; nil when there is none.
function M.since(name, version)
  local g = gone[name]
  if g and version >= g[1] then
    return "'" .. name .. "' is gone since version " .. g[1] .. "; write " .. g[2]
  end
end

local parameters = {
  transp = "the transparency is a part of the colour: color.new(color, transp)",
  type = "every type has a function of its own: input.int, input.float, input.bool ...",
  when = "write the call under an if", resolution = "it is 'timeframe' now",
  long = "it is 'direction' now",
}
--- The same for parameters.
function M.parameter(name) return parameters[name] end

-- Every name the file declares, and the first line of each.
local function collect(list, at)
  for _, node in ipairs(list) do
    if type(node) == "table" then
      local name = (node.k == "decl" or node.k == "func" or node.k == "type" or
        node.k == "enum") and node.name
      if name and not at[name] then at[name] = node.name_line or node.line end
      if node.k == "tdecl" then
        for _, n in ipairs(node.names) do at[n.name] = at[n.name] or n.line end
      end
      local e = node.e
      for _, part in ipairs { node, type(e) == "table" and e or {} } do
        while part do
          if part.body then collect(part.body, at) end
          if part.els then collect(part.els, at) end
          for _, c in ipairs(part.cases or {}) do collect(c.body, at) end
          part = part.chain
        end
      end
    end
  end
  return at
end

--- The end of the message about an unknown name. `scope` is where it stands, `list` the whole file,
--- `of` the name that the statement itself declares.
function M.unknown(name, scope, list, of, line)
  if name == of then
    return "; declare it first (" .. name .. " = 0.0) and assign with ':='"
  end
  local at = collect(list, {})[name]
  if at and at > line then return "; it is declared later, on line " .. at end
  if at then
    return "; that of line " .. at .. " lives in its block only: declare it above the block"
  end
  local pool = { ["true"] = true, ["false"] = true }
  while scope do
    for n in pairs(scope.vars) do pool[n] = true end
    scope = scope.up
  end
  for _, n in ipairs(builtins.names) do
    if not n:find(".", 1, true) then pool[n] = true end
  end
  for n in pairs(builtins.spaces) do
    if not n:find(".", 1, true) then pool[n] = true end
  end
  if pool[name:lower()] then return "; did you mean '" .. name:lower() .. "'?" end
  if #name > 2 then -- the forgotten namespace
    for _, space in ipairs { "ta.", "math.", "str.", "request.", "color.", "input." } do
      if builtins.known(space .. name) then return "; did you mean '" .. space .. name .. "'?" end
    end
  end
  local near = core.nearest(name, pool)
  return near and "; did you mean '" .. near .. "'?" or ""
end

return M
