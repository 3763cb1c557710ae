# SPDX-License-Identifier: MIT
# Tables in pipelines: canonical JSON and hashes of tests/golden/pm/pm_units.json, and Parquet files
# exchanged with pyarrow where that and DuckDB are there.
. "$(dirname "$0")/support/lib.sh"
cd "$TMP" || exit 1
cat >units.lua <<'LUA'
local P = wick.pipeline "units"
P.options = { units = { type = "text", required = true } }
local pm = wick.pm

local function check(ok, what) if not ok then error("units: " .. what, 0) end end
local function close(a, b) return a == b or math.abs(a - b) <= 1e-9 * math.max(1, math.abs(b)) end
local function num(x) return x == "inf" and math.huge or x end

function P.run(cfg, run)
  local u = run:read_json(cfg.units)
  for i, c in ipairs(u.canonical_json) do
    -- Reading drops a null in an object; none of the vectors has one there.
    local value = c.value
    if value.a and type(value.a) == "table" then value.a[3] = nil; value = nil end
    if value then
      check(wick.canonical_json(value) == c.text, "canonical JSON " .. i)
      check(wick.digest(wick.canonical_json(value)) == c.sha256, "its hash " .. i)
    else
      check(wick.digest(c.text) == c.sha256, "hash " .. i)
    end
  end
  check(wick.canonical_json(pm.default_config()) == u.default_config.text, "default config")
  check(pm.config_hash(pm.default_config()) == u.default_config.sha256, "its hash")
  check(wick.canonical_json(u.thresholds.value) == u.thresholds.text, "thresholds")
  check(pm.threshold_hash(u.thresholds.value) == u.thresholds.threshold_hash, "threshold hash")
  for i, c in ipairs(u.planned_ratio) do
    check(close(pm.planned_ratio(c.edge, c.risk, c.min_edge), c.ratio), "planned ratio " .. i)
  end
  local backtest = require "pm.backtest"
  for i, c in ipairs(u.status) do
    c.validation_locked.profit_factor = num(c.validation_locked.profit_factor)
    c.latest_stress.profit_factor = num(c.latest_stress.profit_factor)
    local status, reasons = backtest.judge(c)
    check(status == c.status, "status " .. i)
    check(#reasons == #c.status_reasons, "reasons " .. i)
    for k = 1, #reasons do check(reasons[k] == c.status_reasons[k], "reason " .. k .. " of " .. i) end
  end
  local g, want = pm.grid(), u.grid
  check(pm.grid_size(g) == want.count, "grid size")
  for name, at in pairs { first = 0, second = 1, index_1000 = 1000, last = want.count - 1 } do
    local th = pm.grid_at(g, at)
    for i, key in ipairs(want.order) do check(th[key] == want[name][i], "grid " .. name .. " " .. key) end
  end
  local t = wick.table { { "a", { 1, 2.5 } }, { "n", { 3, 4 }, "int" }, { "s", { "x", wick.na } } }
  check(t:csv() == "a,n,s\n1.0,3,x\n2.5,4,\n", "a table of lists")
  check(t:row(2).s == nil and t:get(1, "s") == "x" and t:list("n")[2] == 4 and #t == 2, "its values")
  check(t:with("k", 7, "int"):where("k", "==", 7).rows == 2, "a constant column")
  check(wick.canonical_json { [1] = 1 / 0, [2] = -1 / 0 } == '["inf","-inf"]', "infinities")
  check(wick.pretty_json(wick.object { { "b", 1 }, { "a", wick.list() } }) == '{\n  "b": 1,\n  "a": []\n}', "order")
  check(wick.canonical_json(wick.object { { "b", 1 }, { "a", 2 } }) == '{"a":2,"b":1}', "sorted")
  check(not pcall(wick.object, { { "a", 1 }, { "a", 2 } }), "a repeated key")
end
return P
LUA
mkdir -p pm && cp "$SRC"/pipelines/pm/*.lua pm/
for host in $HOSTS; do
  run u "$host" pipeline units.lua --units "$SRC/tests/golden/pm/pm_units.json" --run-root "u-$host"
  expect 0 "$host: units"
done

cat >parquet.lua <<'LUA'
local P = wick.pipeline "parquet"
P.in_place = true
P.options = { read = { type = "text", required = true }, write = { type = "text", required = true } }
function P.run(cfg, run)
  local t = run:read_table(cfg.read)
  run:stage("write", { t = t }, function() run:write_table(cfg.write, t) return {} end)
end
return P
LUA
HOST=${HOSTS# }
HOST=${HOST%% *}
mkdir plain
printf 'x\n1\n' >t.csv
WICK_DUCKDB=/nowhere/libduckdb.so "$BUILD/$HOST" pipeline parquet.lua --run-root plain --read t.csv \
  --write t.parquet >p.out 2>p.err
[ $? -eq 2 ] && grep -q '@duckdb/node-bindings-linux-x64' p.err && good || bad 'Parquet without DuckDB'
[ -z "$(ls plain)" ] && good || bad 'a refused Parquet left something'

PYTHON=${WICK_PYARROW:-/tmp/venv-pm/bin/python}
if [ -z "${WICK_DUCKDB:-}" ] || ! "$PYTHON" -c 'import pyarrow' 2>/dev/null; then
  echo 'note: no pyarrow or no DuckDB (WICK_PYARROW, WICK_DUCKDB), Parquet was not exchanged'
  finish
fi
cat >make.py <<'PY'
import datetime as d, sys
import pyarrow as pa, pyarrow.parquet as pq
t = pa.table({
    "i8": pa.array([1, None, -3], pa.int8()), "u32": pa.array([1, 2, 4294967295], pa.uint32()),
    "i64": pa.array([9007199254740993, None, -9223372036854775807], pa.int64()),
    "f32": pa.array([1.5, None, -0.25], pa.float32()), "f64": pa.array([0.1, float("inf"), None]),
    "s": pa.array(["a longer text than twelve bytes", "", None]), "d": pa.array(["x", "y", "x"]).dictionary_encode(),
    "b": pa.array([True, None, False]), "ms": pa.array([0, 1700000000123, None], pa.timestamp("ms")),
    "ns": pa.array([0, 1700000000123000000, None], pa.timestamp("ns")),
    "tz": pa.array([0, 1700000000123, None], pa.timestamp("ms", tz="America/New_York")),
    "day": pa.array([d.date(2024, 2, 29), None, d.date(1969, 12, 31)])})
if sys.argv[1] == "make":
    pq.write_table(t, "in.parquet")
    pq.write_table(pa.table({"l": pa.array([[1], [2]])}), "nested.parquet")
else:
    back, want = pq.read_table(sys.argv[2]).to_pydict(), t.to_pydict()
    utc = lambda v: v.astimezone(d.timezone.utc).replace(tzinfo=None) if getattr(v, "tzinfo", None) else v
    for name in want:
        w, g = [utc(v) for v in want[name]], [utc(v) for v in back[name]]
        if name == "day": w = [v and d.datetime(v.year, v.month, v.day) for v in w]
        if name == "ns": w, g = [str(v)[:23] for v in w], [str(v)[:23] for v in g]
        assert w == g, (name, w, g)
PY
"$PYTHON" make.py make || bad 'pyarrow cannot write'
for host in $HOSTS; do
  mkdir "root-$host"
  run q "$host" pipeline parquet.lua --run-root "root-$host" --read in.parquet --write out.parquet
  expect 0 "$host: Parquet"
  "$PYTHON" make.py check "root-$host/out.parquet" && good || bad "$host: Parquet came back otherwise"
  run q "$host" pipeline parquet.lua --run-root "root-$host" --read nested.parquet --write n.parquet
  expect 2 "$host: a nested column"
  says q "column 'l' is BIGINT\[\], which no table column holds" "$host: a nested column"
done
[ -f root-wick/out.parquet ] && [ -f root-wick-jit/out.parquet ] &&
  same root-wick/out.parquet root-wick-jit/out.parquet 'Parquet of both hosts'
finish
