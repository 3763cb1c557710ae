-- SPDX-License-Identifier: MIT
-- Pipelines: whole jobs in Lua. Their options, and the `run` object that P.run gets.
local core = ...
local type, rawset, rawget, setmetatable = type, rawset, rawget, setmetatable
local raise = core.raise

local function text_of(x) return core.tostring(x) end

local function near(word, names)
  local n = type(word) == "string" and core.nearest(word, names)
  return n and "; did you mean '" .. n .. "'?" or ""
end

function core.sorted_keys(t)
  local keys = {}
  for k in core.pairs(t) do keys[#keys + 1] = k end
  return keys
end

-- ---- declaring ------------------------------------------------------------------------------

local fields = { name = true, doc = true, options = true, run = true, example = true, in_place = true }
core.pipeline_fields = fields

core.pipeline_meta.__metatable = "pipeline"
core.pipeline_meta.__newindex = function(P, key, value)
  if not fields[key] then raise("a pipeline has no field '" .. text_of(key) .. "'" .. near(key, fields)) end
  rawset(P, key, value)
end

local function new(name)
  if type(name) ~= "string" or not name:match("^[%a][%w_]*$") then
    raise("wick.pipeline: a plain name is expected: wick.pipeline \"tune_strategy\"")
  end
  return setmetatable({ name = name }, core.pipeline_meta)
end

local kinds = {
  text = "TEXT", int = "N", number = "X", flag = false, date = "DATE", choice = "WORD", list = "A,B",
  pairs = "K=V",
}
local option_fields = {
  type = true, default = true, required = true, choices = true, low = true, high = true, doc = true,
}
-- What every pipeline understands.
local common = {
  help = { type = "flag", doc = "this text" },
  quiet = { type = "flag", doc = "no progress on stderr" },
  run_root = { type = "text", default = "runs", doc = "folder of run folders (of the run itself where a pipeline works in place)" },
  run_id = { type = "text", doc = "name of the run folder; default: the pipeline's name and a hash of its options" },
  fresh = { type = "flag", doc = "do finished stages again" },
  promote = { type = "flag", doc = "copy what the run declared into --configs when it ends with 0" },
  configs = { type = "text", default = "configs", doc = "folder --promote copies to" },
  seed = { type = "int", default = 1, low = 0, high = 9007199254740992, doc = "of everything random" },
  jobs = { type = "int", low = 1, high = 1024, doc = "threads, default: all cores; results do not depend on it" },
  strict = { type = "flag", doc = "enforce script budgets in all code (turns the compiler of wick-jit off)" },
}

local take

local function check_option(P, name, o)
  local what = P.name .. ": option '" .. name .. "'"
  if type(o) ~= "table" then raise(what .. " must be a table like { type = \"int\", default = 10 }") end
  for key in core.pairs(o) do
    if not option_fields[key] then raise(what .. " has no field '" .. text_of(key) .. "'" .. near(key, option_fields)) end
  end
  if not name:match("^[%a][%w_]*$") then raise(what .. ": plain names only (the command line writes - for _)") end
  if common[name] then raise(what .. ": every pipeline has --" .. name:gsub("_", "-") .. " already") end
  if kinds[o.type] == nil then raise(what .. ": type is " .. text_of(o.type) .. near(o.type, kinds) ..
    " (text, int, number, flag, date, choice, list or pairs)") end
  if o.type == "choice" and type(o.choices) ~= "table" then raise(what .. ": choices are missing") end
  if o.default ~= nil then take(what, o, o.default) end
end

function core.pipeline_check(P)
  local options = rawget(P, "options")
  if options == nil then
    options = {}
    rawset(P, "options", options)
  end
  if type(options) ~= "table" then raise(P.name .. ": P.options must be a table") end
  for name, o in core.pairs(options) do check_option(P, text_of(name), o) end
end

-- ---- values ---------------------------------------------------------------------------------

local function number(what, o, v)
  if type(v) ~= "number" or v ~= v then raise(what .. ": a number is expected, got '" .. text_of(v) .. "'") end
  if o.type == "int" and v % 1 ~= 0 then raise(what .. ": a whole number is expected, got " .. core.fmt(v)) end
  if (o.low and v < o.low) or (o.high and v > o.high) then
    raise(what .. ": " .. core.fmt(v) .. " is outside " .. (o.low and core.fmt(o.low) or "-inf") .. " to " ..
      (o.high and core.fmt(o.high) or "inf"))
  end
  return v
end

local function one_of(what, o, v)
  local set = {}
  for _, c in ipairs(o.choices) do set[c] = true end
  if not set[v] then
    raise(what .. ": '" .. text_of(v) .. "' is none of " .. table.concat(o.choices, ", ") .. near(v, set))
  end
  return v
end

-- A value as the options' JSON has it, checked.
function take(what, o, v)
  if o.type == "flag" then
    if type(v) ~= "boolean" then raise(what .. ": true or false is expected") end
    return v
  elseif o.type == "int" or o.type == "number" then
    return number(what, o, v)
  elseif o.type == "list" then
    if type(v) ~= "table" then raise(what .. ": a list is expected") end
    local list = {}
    for i, x in ipairs(v) do
      if type(x) ~= "string" then raise(what .. ": a list of texts is expected") end
      list[i] = o.choices and one_of(what, o, x) or x
    end
    return core.list(list)
  elseif o.type == "pairs" then
    if type(v) ~= "table" then raise(what .. ": a table of values is expected") end
    local t = {}
    for k, x in core.pairs(v) do t[k] = x end
    return t
  end
  if type(v) ~= "string" then raise(what .. ": a text is expected, got " .. type(v)) end
  if o.type == "date" and not core.parse_date(v) then
    raise(what .. ": '" .. v .. "' is no date (2024-03-01)")
  end
  if o.type == "choice" then return one_of(what, o, v) end
  return v
end

local function scalar(word)
  if word == "true" then return true end
  if word == "false" then return false end
  local x = word:match("^[%d.+-]") and tonumber(word)
  if x then return x end
  return word
end

-- Words of the command line as a value.
local function read_words(what, o, words)
  if o.type == "list" then
    local list = {}
    for _, w in ipairs(words) do
      for part in w:gmatch("[^,]+") do list[#list + 1] = part end
    end
    return list
  elseif o.type == "pairs" then
    local t = {}
    for _, w in ipairs(words) do
      local k, v = w:match("^([^=]+)=(.*)$")
      if not k then raise(what .. ": '" .. w .. "' is not key=value") end
      t[k] = scalar(v)
    end
    return t
  elseif o.type == "int" or o.type == "number" then
    return tonumber(words[1]) or raise(what .. ": a number is expected, got '" .. words[1] .. "'")
  end
  return words[1]
end

local function is_option(word) return word:sub(1, 2) == "--" or word == "-h" or word == "-q" end

local function dashed(name) return "--" .. (name:gsub("_", "-")) end

local function find(P, word)
  local name = word == "-h" and "help" or word == "-q" and "quiet" or word:sub(3):gsub("-", "_")
  local o = P.options[name] or common[name]
  if o then return name, o end
  local names = {}
  for k in core.pairs(P.options) do names[k:gsub("_", "-")] = true end
  for k in core.pairs(common) do names[k:gsub("_", "-")] = true end
  local guess = core.nearest(word:gsub("^%-+", ""), names)
  raise("pipeline " .. P.name .. ": unknown option " .. word .. (guess and "; did you mean --" .. guess .. "?"
    or "\nhint: --help lists the options"))
end

-- Words -> { name = value } as JSON would have it.
local function read_argv(P, argv)
  local given, i = {}, 1
  while i <= #argv do
    local word = argv[i]
    if not is_option(word) then
      raise("pipeline " .. P.name .. ": unexpected word '" .. word .. "'; options are written --name value")
    end
    local head, value = word:match("^(%-%-[^=]+)=(.*)$")
    local name, o = find(P, head or word)
    local what = dashed(name)
    i = i + 1
    if o.type == "flag" then
      if value then raise(what .. " takes no value") end
      given[name] = true
    else
      local words = {}
      if value then words[1] = value end
      local many = o.type == "list" or o.type == "pairs"
      while not value and i <= #argv and not is_option(argv[i]) and (many or #words == 0) do
        words[#words + 1] = argv[i]
        i = i + 1
      end
      if #words == 0 then raise(what .. " needs a value: " .. what .. " " .. kinds[o.type]) end
      local v = read_words(what, o, words)
      if given[name] ~= nil then
        if not many then raise(what .. " is given twice") end
        for k, x in core.pairs(v) do
          if o.type == "list" then given[name][#given[name] + 1] = x else given[name][k] = x end
        end
      else
        given[name] = v
      end
    end
  end
  return given
end

local function settle(P, given, lenient)
  local cfg, rest = {}, {}
  for name, v in core.pairs(given) do
    local o = P.options[name]
    if o then
      cfg[name] = take(dashed(name), o, v)
    elseif common[name] then
      rest[name] = take(dashed(name), common[name], v)
    else
      raise("pipeline " .. P.name .. " has no option '" .. text_of(name) .. "'" .. near(name, P.options))
    end
  end
  for name, o in core.pairs(P.options) do
    if cfg[name] == nil then
      if o.default ~= nil then
        cfg[name] = take(dashed(name), o, o.default)
      elseif o.type == "flag" then
        cfg[name] = false
      elseif o.required and not lenient then
        raise("pipeline " .. P.name .. ": " .. dashed(name) .. " is missing" ..
          (o.doc and "\nhint: " .. dashed(name) .. " " .. kinds[o.type] .. ": " .. o.doc or ""))
      end
    end
  end
  setmetatable(cfg, {
    __metatable = "options",
    __index = function(_, key)
      if P.options[key] == nil then raise("cfg has no option '" .. text_of(key) .. "'" .. near(key, P.options)) end
    end,
    __newindex = function(_, key) raise("cfg is what the user asked for; '" .. text_of(key) .. "' cannot be set") end,
  })
  return cfg, rest
end

-- ---- help -----------------------------------------------------------------------------------

local function show_default(o)
  local v = o.default
  if o.required then return "needed" end
  if v == nil then return nil end
  if type(v) == "number" then return "default " .. core.fmt(v) end
  if type(v) == "table" then return #v > 0 and "default " .. table.concat(v, ",") or nil end
  if v == "" or v == false then return nil end
  return "default " .. text_of(v)
end

local function option_lines(out, options)
  for name, o in core.pairs(options) do
    local left = dashed(name) .. (kinds[o.type] and " " .. kinds[o.type] or "")
    local right = {}
    if o.doc then right[#right + 1] = o.doc end
    if o.choices then right[#right + 1] = table.concat(o.choices, "|") end
    local d = show_default(o)
    if d then right[#right + 1] = d end
    local gap = #left < 26 and string.rep(" ", 26 - #left) or "\n" .. string.rep(" ", 28)
    out[#out + 1] = "  " .. left .. gap .. table.concat(right, "; ")
  end
end

local function help(P)
  local out = { "usage: wick pipeline " .. P.name .. " [options]", "" }
  if rawget(P, "doc") then
    out[#out + 1] = P.doc
    out[#out + 1] = ""
  end
  if next(P.options) ~= nil then
    out[#out + 1] = "options of this pipeline:"
    option_lines(out, P.options)
    out[#out + 1] = ""
  end
  out[#out + 1] = "options of every pipeline:"
  option_lines(out, common)
  if rawget(P, "example") then
    out[#out + 1] = ""
    out[#out + 1] = "example:"
    out[#out + 1] = "  " .. P.example
  end
  return table.concat(out, "\n") .. "\n"
end
core.pipeline_help = help

function core.pipeline_parse(P, argv)
  local given = read_argv(P, argv)
  local cfg, rest = settle(P, given, given.help)
  if rawget(P, "in_place") and not rest.run_root and not given.help then
    raise("pipeline " .. P.name .. ": --run-root is missing" ..
      "\nhint: --run-root DIR: the folder it reads from and writes into")
  end
  if rest.help then rest.help_text = help(P) end
  return cfg, rest
end

function core.pipeline_given(P, given) return settle(P, given) end

-- ---- the run object -------------------------------------------------------------------------

local R = {}

local function need_text(what, x)
  if type(x) ~= "string" then raise(what .. ": a text is expected, got " .. type(x)) end
  return x
end

--- run:stage(name, inputs, f) -> value: what f returns, or what it returned before under the same
--- inputs.
function R.stage(_, name, inputs, f)
  need_text("run:stage", name)
  if type(inputs) ~= "table" then raise("run:stage '" .. name .. "': inputs must be a table, got " .. type(inputs)) end
  if type(f) ~= "function" then raise("run:stage '" .. name .. "': a function is expected, got " .. type(f)) end
  local value = core.work_stage(name, core.json_key(inputs, "stage '" .. name .. "'"))
  if value then
    core.work_say("stage " .. name .. ": unchanged")
  else
    core.work_say("stage " .. name)
    local result = f()
    value = core.json(result, 0, "the value of stage '" .. name .. "'")
    core.work_stage_end(value)
  end
  return core.unjson(value, "stage " .. name)
end

--- run:write_text(name, text)
function R.write_text(_, name, text)
  core.work_write(need_text("run:write_text", name), need_text("run:write_text", text))
end

--- run:write_json(name, value [, { indent = 2 }]): canonical JSON and a newline.
function R.write_json(_, name, value, options)
  need_text("run:write_json", name)
  core.work_write(name, core.json(value, options and options.indent or 0, name) .. "\n")
end

local function csv_cell(what, v)
  local t = type(v)
  if v == nil then return "" end
  if t == "number" then
    if v ~= v then return "" end
    return core.fmt(v)
  end
  if t == "boolean" then return v and "true" or "false" end
  if t ~= "string" then raise(what .. ": a cell holds a " .. t) end
  if v:find("[\",\n\r]") then return '"' .. v:gsub('"', '""') .. '"' end
  return v
end

--- run:csv(header, rows) -> text: rows are lists, or records by the names of the header.
function R.csv(_, header, rows)
  local out, line = {}, {}
  for i, h in ipairs(header) do line[i] = csv_cell("csv", h) end
  out[1] = table.concat(line, ",")
  for r, row in ipairs(rows) do
    for i, h in ipairs(header) do
      local v = row[i]
      if v == nil then v = row[h] end
      line[i] = csv_cell("csv: row " .. r .. ", " .. h, v)
    end
    out[#out + 1] = table.concat(line, ",")
  end
  return table.concat(out, "\n") .. "\n"
end

--- run:write_csv(name, header, rows)
function R.write_csv(run, name, header, rows)
  core.work_write(need_text("run:write_csv", name), R.csv(run, header, rows))
end

--- run:log(format, ...): a line of run.log, shown as it comes.
function R.log(_, format, ...)
  core.work_log(core.format(need_text("run:log", format), ...))
end

--- run:show(text): to standard output.
function R.show(_, text) core.work_show(need_text("run:show", text)) end

-- ---- reading ---------------------------------------------------------------------------------

-- Names of the run's own files are shown without its folder: the log is the same wherever it lies.
local function local_name(path)
  local dir = (core.work_facts()) .. "/"
  if path:sub(1, #dir) == dir then return path:sub(#dir + 1) end
  return path
end

local seals = {}

local function check_seal(path)
  for i = 1, #seals do
    if local_name(path):find(seals[i].pattern) then
      raise(local_name(path) .. " is sealed: " .. seals[i].why)
    end
  end
end

--- run:seal(pattern, why): reading a file whose name matches is an error from here on.
function R.seal(_, pattern, why)
  seals[#seals + 1] = { pattern = need_text("run:seal", pattern), why = need_text("run:seal", why) }
  core.work_log("seals " .. pattern)
end

--- run:unseal(pattern)
function R.unseal(_, pattern)
  for i = #seals, 1, -1 do
    if seals[i].pattern == pattern then table.remove(seals, i) end
  end
  core.work_log("unseals " .. pattern)
end

--- run:read_text(path) -> text, sha256: the file becomes an input of the run.
function R.read_text(_, path)
  check_seal(need_text("run:read_text", path))
  return core.work_read(path)
end

--- run:read_state(path) -> state: a saved state (of `wick run --save-state`, or written by
--- run:write_state), which becomes an input of the run.
function R.read_state(_, path)
  check_seal(need_text("run:read_state", path))
  return core.state_parse((core.work_read(path)), path)
end

--- run:write_state(name, state): the state of a backtest's checkpoint as a file.
function R.write_state(run, name, state)
  if core.is(state) ~= "state" then raise("run:write_state: a state is expected, got " .. type(state)) end
  run:write_text(need_text("run:write_state", name), state:bytes())
end

--- run:read_json(path) -> value, sha256
function R.read_json(_, path)
  local text, hash = core.work_read(need_text("run:read_json", path))
  return core.unjson(text, path), hash
end

--- run:exists(path)
function R.exists(_, path) return core.work_exists(need_text("run:exists", path)) end

-- ---- tables ---------------------------------------------------------------------------------

local endings = { ".parquet", ".wkt", ".csv", ".csv.gz", ".csv.zst" }

--- run:find_table(stem) -> path or nil: the file of a table, .parquet (where DuckDB is there), .wkt
--- or .csv, in that order.
function R.find_table(_, stem)
  need_text("run:find_table", stem)
  for i = 1, #endings do
    local path = stem .. endings[i]
    if core.work_exists(path) and (endings[i] ~= ".parquet" or core.has_parquet()) then return path end
  end
end

--- run:read_table(path [, { columns =, types = }]) -> table, sha256: the file becomes an input of the
--- run, and its name a line of the log.
function R.read_table(_, path, options)
  need_text("run:read_table", path)
  check_seal(path)
  core.work_log("reads " .. local_name(path))
  return core.work_read_table(path, options)
end

--- run:write_table(name, table): by the ending of the name.
function R.write_table(_, name, t) core.work_write_table(need_text("run:write_table", name), t) end

--- run:peek_json(path) -> value or nil: what the run folder remembers of earlier runs. It is no input:
--- results must not depend on it.
function R.peek_json(_, path)
  local text = core.work_peek(need_text("run:peek_json", path))
  return text and core.unjson(text, path)
end

--- run:folder(name): inside a stage: what is written into this folder appears as a whole when the
--- stage ends.
function R.folder(_, name) core.work_folder(need_text("run:folder", name)) end

--- run:promote(artefact, name): the artefact may go into the configuration under this name.
function R.promote(_, artefact, name)
  core.work_promote(need_text("run:promote", artefact), need_text("run:promote", name))
  core.work_log("promotes " .. artefact .. " as " .. name)
end

core.run_methods = R

local facts = { dir = 1, id = 2, jobs = 3, seed = 4 }
--- What `run` has, methods and facts.
function core.run_names()
  local names = {}
  for k in core.pairs(R) do names[k] = true end
  for k in core.pairs(facts) do names[k] = true end
  return names
end

local run_meta = {
  __metatable = "run",
  __index = function(_, key)
    local f = R[key]
    if f then return f end
    if facts[key] then return (core.pack(core.work_facts()))[facts[key]] end
    raise("run has no '" .. text_of(key) .. "'" .. near(key, core.run_names()))
  end,
  __newindex = function() raise("run belongs to wick and cannot be changed") end,
}

function core.pipeline_run(P, cfg)
  seals = {}
  local result = P.run(cfg, setmetatable({}, run_meta))
  if result == nil then return 0 end
  if type(result) ~= "table" then raise("P.run returns nothing or a table like { exit = 3 }, got " .. type(result)) end
  local code = result.exit
  if code == nil then return 0 end
  if type(code) ~= "number" or code % 1 ~= 0 or code < 0 or code > 125 or code == 1 or code == 2 then
    raise("P.run: exit must be 0 or 3 to 125 (1 is a defect of wick, 2 the user's mistake)")
  end
  return code
end

return new
