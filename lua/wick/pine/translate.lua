-- SPDX-License-Identifier: MIT
-- `wick pine`: Pine text to Lua text. Called by the host with the path, the text and what is
-- wanted;
-- gives the Lua text (or nil) and the findings, one a line.
local core = ...
local lexer, parser = core.module("wick.pine.lexer"), core.module("wick.pine.parser")
local scope = core.module("wick.pine.scope")
local ipairs, pairs = ipairs, core.pairs

local M = {}

local function read_module(text, label, file, state)
  local module = { label = label, file = file }
  local function fail(line, col, message)
    state.diags[#state.diags + 1] = { line = line, col = col, text = message, file = file }
  end
  local tokens = lexer.lex(text, fail)
  local version = tokens.version or 1
  local old = "a variable must not stand in its own declaration (x = 0.0, then x := nz(x[1]) + 1), security " ..
    "does not look ahead unless told to (lookahead = barmerge.lookahead_on), and true is no number"
  if tokens.version == nil then
    fail(1, 1, "the script does not say its version, which TradingView reads as version 1; when it is written in a " ..
      "later one, add that as its first line (//@version=6); else change what version 3 changed: " .. old)
  elseif version < 3 then
    fail(1, 1, "version " .. version .. " is not translated; change what version 3 changed and write //@version=3: " ..
      old)
  elseif version > 6 then
    fail(1, 1, "version " .. version .. " is not known; 3 to 6 are")
  end
  module.version = math.max(3, version)
  module.list, module.tail = parser.parse(tokens, fail)
  module.n_tokens = tokens.n
  scope.resolve(module.list, { version = module.version, fail = fail, module = module,
    broken = tokens.broken,
    import = function(node)
    local key = node.user .. "/" .. node.lib .. "/" .. node.version
    if state.libraries[key] then return state.libraries[key] end
    if state.loading[key] then
      fail(node.line, node.col, "library " .. key .. " imports itself")
      return nil
    end
    local body, path = state.read(node.user, node.lib, node.version)
    if not body then
      fail(node.line, node.col, "library " .. key .. " is not here; put it beside the script as " ..
        node.lib ..
        ".pine or " .. node.user .. "/" .. node.lib .. ".pine, or name its folder with --lib")
      return nil
    end
    state.loading[key] = true
    local lib = read_module(body, key, path, state)
    state.loading[key] = nil
    state.libraries[key] = lib
    state.modules[#state.modules + 1] = lib
    return lib
  end })
  return module
end

local function sorted(diags)
  local list = {}
  for i, d in ipairs(diags) do
    d.at = i
    list[i] = d
  end
  core.sort(list, function(a, b)
    if a.file ~= b.file then return a.file < b.file end
    if a.line ~= b.line then return a.line < b.line end
    if a.col ~= b.col then return a.col < b.col end
    return a.at < b.at
  end)
  local out, last = {}, nil
  for _, d in ipairs(list) do
    local text = d.file .. ":" .. d.line .. ":" .. d.col .. ": error: " .. d.text
    if text ~= last then out[#out + 1] = text end
    last = text
  end
  return out
end

--- M.run(path, text, read) -> Lua text or nil, findings (a list of lines), line of Lua -> line of Pine
--- `read(user, library, version)` gives the text and path of a library.
function M.run(path, text, read)
  local state = { diags = {}, libraries = {}, loading = {}, modules = {}, read = read or
    function() end }
  local main = read_module(text, path, path, state)
  table.insert(state.modules, main)
  if #state.diags > 0 and main.version < 3 then return nil, sorted(state.diags) end
  local name = path:match("[^/\\]+$")
  local title = name:gsub("%.pine$", "")
  local emit = core.module("wick.pine.emit")
  local head = "-- Made from " .. name .. " (Pine v" .. main.version .. ") by wick pine."
  local broken = #state.diags > 0
  local made, diags, tr, map
  local ok, err = pcall(function()
    made, diags, tr, map = emit.emit(main, state.modules, { version = main.version, head = head,
      tail = main.tail, title = title })
  end)
  if not ok then
    -- After mistakes of the text itself the rest may make no sense; without them it is ours.
    if not broken then error(err, 0) end
    return nil, sorted(state.diags)
  end
  for _, d in ipairs(diags) do state.diags[#state.diags + 1] = d end
  if tr.declared == nil and #state.diags == 0 then
    state.diags[1] = { line = 1, col = 1, file = path,
      text = "the script is neither a strategy nor an indicator: strategy(...) or indicator(...) is missing" }
  end
  if #state.diags > 0 then return nil, sorted(state.diags) end
  return made, {}, map
end

return M
