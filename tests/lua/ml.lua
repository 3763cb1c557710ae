-- SPDX-License-Identifier: MIT
-- ml in scripts: matrices, folds, search, bundles, scores.
local N = 600

local function planted()
  local a, b, y, t, s = {}, {}, {}, {}, {}
  for i = 1, N do
    a[i] = math.random() * 2 - 1
    b[i] = math.random() * 2 - 1
    y[i] = math.random() < 1 / (1 + math.exp(-4 * a[i])) and 1 or 0
    t[i] = math.floor((i - 1) / 3)
    s[i] = ({ "X", "Y", "Z" })[(i - 1) % 3 + 1]
  end
  local x = ml.matrix { columns = { b = b, a = a }, time = t, symbol = s }
  return x, ml.labels { x = x, y = y }, a
end

test("matrices", function()
  local x, _, a = planted()
  equal(#x, N)
  equal(x:names(), { "a", "b" })
  equal(x:column("a")[7], a[7])
  equal(x:column("a")[N + 1], nil)
  equal(x:symbols()[2], "Y")
  equal(#x:pick { 1, 5, 9 }, 3)
  equal(x:select({ "b" }):names(), { "b" })
  equal(x:with("c", x:column("a")):column("c")[3], a[3])
  local r = x:cross("a", "rank")
  near(r[1] + r[2] + r[3], 1.5)
  local m = x:cross("a", "mean")
  near(m[1], (a[1] + a[2] + a[3]) / 3, 1e-9)
  raises(function() x:column("aa") end, "no column 'aa'; did you mean 'a'?")
  raises(function() x:pick { 0 } end, "rows are whole numbers from 1")
  raises(function() ml.matrix { columns = { a = { 1, 2 }, b = { 1 } } } end, "'b' has 1 values, 'a' has 2")
  raises(function() ml.matrix { column = {} } end, "did you mean 'columns'?")
  raises(function() x.rows = 1 end, "cannot be changed")
end)

test("folds are purged and cover every row", function()
  local x, labels = planted()
  local folds = ml.folds { x = x, labels = labels, k = 4, embargo = 2 }
  equal(#folds, 4)
  local seen = 0
  for i = 1, #folds do
    local train, test_rows = folds:train(i), folds:test(i)
    seen = seen + #test_rows
    local inside = {}
    for k = 1, #test_rows do inside[test_rows[k]] = true end
    for k = 1, #train do check(not inside[train[k]]) end
  end
  equal(seen, N)
  raises(function() folds:train(5) end, "there are folds 1 to 4")
  raises(function() ml.folds { x = x, labels = labels, kind = "shuffled" } end, "purged, time_series or cpcv")
end)

test("fits, scores, bundles", function()
  local x, labels = planted()
  local y = labels:y()
  local b = ml.fit { x = x, labels = labels, model = "logistic", scaler = "standard", calibration = "platt", info = { k = 1 } }
  local p = b:predict(x)
  equal(#p, N)
  check(ml.score_classes(y, p).auc > 0.85)
  check(b:scores().auc > 0.85)
  equal(b:info().k, 1)
  equal(b:digest(), ml.fit({ x = x, labels = labels, model = "logistic", scaler = "standard", calibration = "platt", info = { k = 1 } }):digest())
  check(b:permute({ x = x, labels = labels }).a.mean > 10 * math.abs(b:permute({ x = x, labels = labels }).b.mean))
  raises(function() ml.fit { x = x, labels = labels, model = "logistc" } end, "did you mean 'logistic'")
  raises(function() ml.fit { x = x, labels = labels, model = "logistic", params = { c = 1 } } end, "'C'")
  raises(function() ml.fit { x = x:pick { 1, 2, 3 }, labels = labels:pick { 1, 2, 3 }, model = "logistic" } end, "30")
end)

test("a regression head", function()
  local x, _, a = planted()
  local y = {}
  for i = 1, N do y[i] = 2 * a[i] + 0.1 * (math.random() - 0.5) end
  local b = ml.fit { x = x, y = y, model = "ridge", params = { alpha = 0.1 } }
  check(ml.score_reals(y, b:predict(x)).r2 > 0.99)
  check(ml.correlate(y, b:predict(x), "ranks") > 0.99)
end)

test("search gives the same trials again", function()
  local x, labels = planted()
  local folds = ml.folds { x = x, labels = labels, k = 3 }
  local function go(threads)
    return ml.search { x = x, labels = labels, folds = folds, model = "logistic", scaler = "standard", trials = 6, batch = 3,
      metric = "auc", seed = 3, threads = threads }
  end
  local one, two = go(1), go(2)
  equal(#one.trials, 6)
  for i = 1, 6 do equal(one.trials[i].value, two.trials[i].value) end
  equal(one.best.number, two.best.number)
  check(one.best.value > 0.85)
  raises(function() ml.search { x = x, labels = labels, folds = folds, model = "logistic", metric = "auk" } end, "metric is one of")
end)

test("strategies have no models of their own", function()
  local r, message = run { script = [[
local S = wick.strategy "x"
function S.signals(b) ml.vector { 1 } return { long = b.close:gt(1) } end
return S]] }
  check(r == nil and message:find("belongs into a pipeline", 1, true), message)
end)
