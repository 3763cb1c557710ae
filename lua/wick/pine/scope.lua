-- SPDX-License-Identifier: MIT
-- Names of a Pine tree: who declares, reads, assigns and looks back at what. Every name node gets
-- `sym` (a symbol of the script) or `builtin` (the full name of something built in); unknown names
-- are reported with the nearest known one, once each.
local core = ...
local builtins, hints = core.module("wick.pine.builtins"), core.module("wick.pine.hints")
local pairs, ipairs = core.pairs, ipairs

local M = {}

local type_words = {}
for w in ("int float bool string color line label box table linefill polyline array map matrix"):gmatch("%a+") do
  type_words[w] = true
end
M.type_words = type_words

--- M.resolve(list, env): env = { version, fail(line, col, text), import(node) -> module or nil,
-- module }
--- Fills module.scope (names of the file) and returns it.
function M.resolve(list, env)
  local version, fail, module = env.version, env.fail, env.module
  local scope = { vars = {} }
  local unit = { main = true, module = module }
  local control, seen, tick = {}, {}, 0
  local in_args -- inside a series argument: the parameters there want to be series
  local declaring -- the name that the statement in hand declares
  local in_value = false -- does somebody take the value of the block in hand?
  module.scope, module.unit, module.funcs, module.types, module.imports = scope, unit, {}, {}, {}
  module.wanted, module.names, module.symbols, module.n_globals = {}, {}, {}, 0
  local expr, block

  local function lookup(name)
    local at = scope
    while at do
      local sym = at.vars[name]
      if sym then return sym end
      at = at.up
    end
  end

  local function declare(name, kind, node)
    local sym = { name = name, kind = kind, node = node, unit = unit, module = module, assigns = {},
      tick = tick }
    scope.vars[name] = sym
    module.names[name] = true
    module.symbols[#module.symbols + 1] = sym
    if unit.main then module.n_globals = module.n_globals + 1 end
    return sym
  end

  local function inner(f)
    scope = { vars = {}, up = scope }
    f()
    scope = scope.up
  end

  local function unknown(node, name, member_of)
    if seen[name] then return end
    seen[name] = true
    local pool = {}
    if member_of then
      for _, n in ipairs(builtins.names) do
        if n:sub(1, #member_of + 1) == member_of .. "." then pool[n] = true end
      end
      local near = core.nearest(name, pool)
      fail(node.line, node.col, "'" .. name .. "' does not exist" ..
        (near and "; did you mean '" .. near .. "'?" or
        " (namespace '" .. member_of .. "')"))
      return
    end
    if env.broken[name] then return end
    fail(node.line, node.col, "unknown name '" .. name .. "'" ..
      hints.unknown(name, scope, list, declaring, node.line))
  end

  local function read(node, sym)
    tick = tick + 1
    node.sym = sym
    if sym.unit ~= unit and (sym.kind == "var" or sym.kind == "param" or sym.kind == "loop") then
      sym.captured = true
    end
    sym.reads = (sym.reads or 0) + 1
    sym.last_read = tick
    if not sym.first_read and sym.assigning ~= true then sym.first_read = tick end
    if in_args and sym.kind == "param" then sym.wants_series = true end
  end

  -- The dotted name of a chain of members from a plain name, or nil.
  local function dotted(node)
    if node.k == "name" then return node.v, node end
    if node.k == "member" then
      local left, root = dotted(node.o)
      if left then return left .. "." .. node.v, root end
    end
  end

  -- An argument that is a series for a stateful function: the parameters in it want to be series.
  local function series_arg(e)
    local outer = in_args
    in_args = true
    expr(e)
    in_args = outer
  end

  local function set_builtin(node, name)
    node.builtin = name
    if builtins.func(name) and builtins.func(name).class == "t" then unit.stateful = true end
  end

  local function name_node(node, called)
    local sym = lookup(node.v)
    if sym then return read(node, sym) end
    local name = not called and builtins.bare(node.v, version) or builtins.modern(node.v, version) or node.v
    local since = hints.since(node.v, version)
    if since then fail(node.line, node.col, since) end
    if builtins.known(name) then return set_builtin(node, name) end
    if since then return end
    if builtins.spaces[node.v] or type_words[node.v] then
      node.builtin = node.v
      return
    end
    unknown(node, node.v)
  end

  -- `a.b.c`, as a value or as the function of a call with n arguments.
  local function member(node, n_args)
    local full, root = dotted(node)
    if full then
      local sym = lookup(root.v)
      if sym and sym.kind == "import" then
        local mod = sym.import
        if node.o == root then
          local got = mod and mod.scope.vars[node.v]
          if mod and not (got and got.node and got.node.export) then
            local pool = {}
            for n2, x in pairs(mod.scope.vars) do
              if x.node and x.node.export then pool[n2] = true end
            end
            local near = core.nearest(node.v, pool)
            fail(node.line, node.col, "library '" .. root.v .. "' exports no '" .. node.v .. "'" ..
              (near and "; did you mean '" .. near .. "'?" or ""))
          end
          node.sym = got
          node.unknown = not got
          return
        end
        return member(node.o)
      end
      local now = builtins.modern(full, version)
      if now and (n_args or not builtins.var(full)) then full = now end
      if builtins.known(full) then
        local f = builtins.func(full)
        local fits = true
        if sym and f and n_args then
          local needed = 0
          for _, p in ipairs(f.params) do
            if not p.optional then needed = needed + 1 end
          end
          fits = f.params[1] == nil or n_args >= needed
        elseif sym and not n_args then
          -- size.small beside a variable `size`: its type decides.
          fits, node.shadowed = false, full
        end
        if fits then return set_builtin(node, full) end
      end
      if not sym then
        local space = full:match("^(.*)%.[^%.]+$")
        if builtins.spaces[space] or (type_words[space]) then
          node.unknown = true
          return unknown(node, full, space)
        end
      end
    end
    if node.o.k == "member" then member(node.o) else expr(node.o) end
  end

  local function arguments(node)
    local f = node.f
    local fb = f.builtin and builtins.func(f.builtin)
    local def = f.sym and f.sym.kind == "func" and f.sym.defs[#f.sym.defs]
    if fb and fb.name:find("^request%.") then unit.requests = true end
    local function one(i, name, e)
      local wants = fb and fb.class == "t"
      if def then
        local p = name and def.by_name[name] or def.params[i]
        wants = p and p.sym and (p.sym.hist or p.sym.wants_series)
      end
      if wants then series_arg(e) else expr(e) end
    end
    for i, e in ipairs(node.args) do one(i, nil, e) end
    for _, a in ipairs(node.named or {}) do one(nil, a.name, a.e) end
  end

  local function func(node)
    local sym = scope.vars[node.name]
    if not sym or sym.kind ~= "func" then
      sym = declare(node.name, "func", node)
      sym.defs = {}
    end
    local def = { node = node, name = node.name, params = node.params, by_name = {},
      module = module, scope = nil }
    local outer, outer_control, outer_args, outer_value = unit, control, in_args, in_value
    unit, control, in_args, in_value = { func = def, module = module }, {}, nil, true
    def.unit = unit
    inner(function()
      for _, p in ipairs(node.params) do
        if p.default then expr(p.default) end
        p.sym = declare(p.name, "param", p)
        def.by_name[p.name] = p
      end
      block(node.body, true)
    end)
    def.requests = unit.requests
    unit, control, in_args, in_value = outer, outer_control, outer_args, outer_value
    sym.defs[#sym.defs + 1] = def
    node.def = def
    node.sym = sym
    module.funcs[#module.funcs + 1] = def
    if node.method then
      module.methods = module.methods or {}
      local list = module.methods[node.name] or {}
      module.methods[node.name] = list
      list[#list + 1] = def
    end
  end

  local kinds = {}
  kinds.num = function() end
  kinds.str, kinds.color, kinds.bool = kinds.num, kinds.num, kinds.num
  function kinds.name(node) name_node(node) end
  kinds.member = function(node) member(node) end
  kinds.index = function(node)
    local o = node.o
    expr(o)
    if o.sym then
      local sym = o.sym
      if sym.in_assign then sym.self_history = true end
      local k = node.i.k == "num" and node.i.int and node.i.v + 0
      if k then
        if sym.hist ~= "any" then sym.hist = math.max(sym.hist or 0, k) end
      else
        sym.hist = "any"
      end
    elseif o.k ~= "name" then
      series_arg(o)
    end
    expr(node.i)
  end
  kinds.un = function(node) expr(node.a) end
  kinds.bin = function(node)
    -- Chains of operators lean to the left and may be long: walked without recursion.
    local list = {}
    while node.k == "bin" do
      list[#list + 1] = node.b
      node = node.a
    end
    expr(node)
    for i = #list, 1, -1 do expr(list[i]) end
  end
  kinds.cond = function(node)
    expr(node.c)
    expr(node.a)
    expr(node.b)
  end
  kinds.tuple = function(node)
    for _, e in ipairs(node.items) do expr(e) end
  end
  -- These are said once for the script, not here and there.
  local global_only = {}
  for name in ([[plot plotshape plotchar plotarrow plotbar plotcandle hline fill bgcolor barcolor
    alertcondition indicator strategy library]]):gmatch("%S+") do
    global_only[name] = true
  end

  kinds.call = function(node)
    local f = node.f
    local n = #node.args + #(node.named or {})
    if f.k == "member" then
      member(f, n)
    elseif f.k == "name" then
      local sym = lookup(f.v)
      -- A variable may have the name of a function that is built in.
      if sym and sym.kind ~= "func" and not (sym.kind == "import") and
        builtins.func(builtins.modern(f.v, version) or f.v) then
        set_builtin(f, builtins.modern(f.v, version) or f.v)
      else
        name_node(f, true)
      end
    else
      expr(f)
    end
    -- Functions whose value is taken somewhere; methods are known by name only here.
    if not node.alone then
      if f.sym and f.sym.kind == "func" then f.sym.wanted = true end
      if f.k == "member" then module.wanted[f.v] = true end
    end
    if f.builtin and global_only[f.builtin] and (#control > 0 or not unit.main) then
      fail(f.line, f.col, "'" .. f.v .. "' stands in a block or function; it belongs to the " ..
        "outermost level, with the condition in its value: " .. f.v .. "(condition ? x : na)")
    end
    local value = in_value
    in_value = true
    arguments(node)
    in_value = value
  end
  kinds["if"] = function(node)
    expr(node.c)
    control[#control + 1] = node
    inner(function() block(node.body) end)
    if node.chain then expr(node.chain) end
    if node.els then inner(function() block(node.els) end) end
    control[#control] = nil
  end
  kinds.switch = function(node)
    if node.on then expr(node.on) end
    control[#control + 1] = node
    for _, c in ipairs(node.cases) do
      if c.c then expr(c.c) end
      inner(function() block(c.body) end)
    end
    control[#control] = nil
  end
  kinds["for"] = function(node)
    expr(node.from)
    expr(node.to)
    if node.by then expr(node.by) end
    control[#control + 1] = node
    inner(function()
      node.sym = declare(node.var, "loop", node)
      block(node.body)
    end)
    control[#control] = nil
  end
  kinds.forin = function(node)
    expr(node.o)
    control[#control + 1] = node
    inner(function()
      node.sym = declare(node.var, "loop", node)
      if node.key then node.key_sym = declare(node.key, "loop", node) end
      block(node.body)
    end)
    control[#control] = nil
  end
  kinds["while"] = function(node)
    control[#control + 1] = node
    expr(node.c)
    inner(function() block(node.body) end)
    control[#control] = nil
  end

  -- ---- statements --------------------------------------------------------------------------
  kinds.expr = function(node)
    -- A call as a statement: nobody wants what it gives.
    if node.e.k == "call" and not in_value then node.e.alone = true end
    expr(node.e)
  end
  kinds["break"] = function(node)
    for i = #control, 1, -1 do
      local k = control[i].k
      if k == "for" or k == "forin" or k == "while" then
        if node.k == "continue" then control[i].continues = true end
        return
      end
    end
    fail(node.line, node.col, "'" .. node.k .. "' stands outside of a loop")
  end
  kinds["continue"] = kinds["break"]
  kinds.decl = function(node)
    local outer = declaring
    declaring = node.name
    expr(node.e)
    declaring = outer
    local old = scope.vars[node.name]
    if old and (old.kind == "var" or old.kind == "param") then
      fail(node.name_line, node.name_col, "'" .. node.name ..
        "' is declared already; assign with ':='")
    end
    node.sym = declare(node.name, "var", node)
    node.sym.mode = node.mode
    node.sym.depth = #control
  end
  kinds.tdecl = function(node)
    expr(node.e)
    for _, n in ipairs(node.names) do
      n.sym = declare(n.name, "var", node)
      n.sym.depth = #control
    end
  end
  kinds.assign = function(node)
    local t = node.target
    if t.k == "name" then
      local sym = lookup(t.v)
      if not sym or (sym.kind ~= "var" and sym.kind ~= "loop" and sym.kind ~= "param") then
        if sym then
          fail(t.line, t.col, "'" .. t.v .. "' is no variable")
        elseif builtins.known(t.v) then
          fail(t.line, t.col, "'" .. t.v ..
            "' is built in; declare a variable of your own with '='")
        elseif not env.broken[t.v] and not seen[t.v] then
          seen[t.v] = true
          fail(t.line, t.col, "unknown name '" .. t.v .. "'" ..
            (node.op == ":=" and "; a new variable is declared with '='" or ""))
        end
        expr(node.e)
        return
      end
      t.sym = sym
      if sym.unit ~= unit then
        fail(t.line, t.col, "a function cannot assign '" .. t.v ..
          "', which is declared outside of it")
      end
      local within = sym.first_read
      sym.in_assign = true
      expr(node.e)
      sym.in_assign = nil
      -- Reads inside its own assignment do not count.
      if not within then sym.first_read = nil end
      tick = tick + 1
      local chain = {}
      for i = sym.depth and sym.depth + 1 or 1, #control do chain[#chain + 1] = control[i] end
      sym.assigns[#sym.assigns + 1] = { node = node, tick = tick, chain = chain }
    else
      expr(t)
      expr(node.e)
    end
  end
  kinds.func = func
  local function types_of(node)
    for _, f in ipairs(node.fields) do
      if f.default then expr(f.default) end
    end
    local sym = declare(node.name, node.k, node)
    node.sym = sym
    sym.of = { name = node.name, node = node, kind = node.k, module = module, fields = node.fields,
      at = {} }
    for i, f in ipairs(node.fields) do sym.of.at[f.name] = i end
    module.types[#module.types + 1] = sym.of
  end
  kinds.type = types_of
  kinds.enum = types_of
  kinds.import = function(node)
    local sym = declare(node.alias, "import", node)
    sym.import = env.import(node)
    module.imports[#module.imports + 1] = sym
  end

  function expr(node)
    tick = tick + 1
    node.tick = tick
    return kinds[node.k](node)
  end
  function block(nodes)
    local value = in_value
    for i, node in ipairs(nodes) do
      in_value = value and i == #nodes
      if node.k ~= "expr" then in_value = true end
      expr(node)
    end
    in_value = value
  end
  block(list)
  return module
end

return M
