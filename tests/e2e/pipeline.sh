# SPDX-License-Identifier: MIT
# `wick pipeline`: options, stages, resume, manifest, rerun, promote; the same bytes on both hosts.
. "$(dirname "$0")/support/lib.sh"
cd "$TMP" || exit 1
cat >job.lua <<'LUA'
local P = wick.pipeline "job"
P.options = {
  n = { type = "int", default = 3, low = 1, high = 100 },
  who = { type = "text", required = true, doc = "a name" },
  days = { type = "list", default = {} },
  how = { type = "choice", choices = { "fast", "slow" }, default = "fast" },
  fail = { type = "flag", doc = "raise in the second stage" },
}
function P.run(cfg, run)
  local config, hash = run:read_json("in.json")
  local a = run:stage("one", { n = cfg.n, input = hash }, function()
    run:log("one of %d", cfg.n)
    local t = wick.list()
    for i = 1, cfg.n do t[i] = { i = i, third = i / 3, none = wick.na } end
    run:write_json("deep/one.json", t)
    run:write_csv("one.csv", { "i", "third", "none" }, t)
    return { count = #t, empty = wick.list() }
  end)
  local b = run:stage("two", { a = a, k = config.k }, function()
    if cfg.fail then error("two fails") end
    run:write_text("two.txt", cfg.who .. " " .. wick.fmt(a.count * config.k) .. "\n")
    return { total = a.count * config.k }
  end)
  run:promote("two.txt", "sub/two.txt")
  return { exit = b.total > 50 and 3 or 0 }
end
return P
LUA
echo '{"k": 2.5}' >in.json
for host in $HOSTS; do
  run chk "$host" check job.lua "$SRC"/pipelines/*.lua
  expect 0 "$host: check of good pipelines"
  sed 's/cfg\.who/cfg.whom/; s/run:log/run:logg/' job.lua >wrong.lua
  run chk "$host" check wrong.lua
  expect 2 "$host: check of a pipeline with mistakes"
  has chk.out "wrong.lua:12: error: run has no 'logg'; did you mean 'log'?"
  has chk.out "error: cfg has no option 'whom'; did you mean 'who'?"
  run a "$host" pipeline job.lua --who me --n 5 --days a,b c --run-root "r-$host" --run-id x
  expect 0 "$host: a run"
  run b "$host" pipeline job.lua --who me --n 5 --days a,b c --run-root "r-$host" --run-id x
  expect 0 "$host: again"
  says b 'stage one: unchanged' "$host: again"
  says b 'stage two: unchanged' "$host: again"
done
for f in manifest.json run.log deep/one.json one.csv two.txt stages/one.json stages/two.json; do
  [ -x "$BUILD/wick" ] && [ -x "$BUILD/wick-jit" ] && same "r-wick/x/$f" "r-wick-jit/x/$f" "both hosts: $f"
done
H=$(echo $HOSTS | cut -d' ' -f1)
printf 'i,third,none\n1,0.3333333333333333,\n' >want
run c "$H" pipeline job.lua --who me --n 1
expect 0 "one row"
same want runs/job-*/one.csv "CSV"
grep -q '^\[{"i":1,"none":null,"third":0.3333333333333333}\]$' runs/job-*/deep/one.json && good || bad "canonical JSON"

# A failed stage keeps the finished one; a touched artefact or input is noticed.
run d "$H" pipeline job.lua --who me --n 7 --fail --run-id d
expect 2 "a raising stage"
says d 'job.lua:20: two fails' "a raising stage"
[ ! -e runs/d/manifest.json ] && good || bad "a manifest of an unfinished run"
run d "$H" pipeline rerun runs/d
expect 2 "rerun of an unfinished run"
says d 'not finished' "rerun of an unfinished run"
run d "$H" pipeline job.lua --who me --n 7 --run-id d
says d 'stage one: unchanged' "after the failure"
echo x >>runs/d/one.csv
run d "$H" pipeline job.lua --who me --n 7 --run-id d
grep -q 'stage one: unchanged' d.err && bad "a changed artefact went unnoticed" || good
echo '{"k": 3}' >in.json
run d "$H" pipeline job.lua --who me --n 7 --run-id d
grep -q 'unchanged' d.err && bad "a changed input went unnoticed" || good
echo '{"k": 2.5}' >in.json

# Rerun and promote.
run e "$H" pipeline rerun "r-$H/x"
expect 0 "rerun"
grep -q '4 inputs and artefacts the same, 0 different' e.out && good || bad "rerun: $(cat e.out)"
run e "$H" pipeline promote "r-$H/x" --configs cfg
expect 0 "promote"
same cfg/sub/two.txt "r-$H/x/two.txt" "promoted file"
grep -q '^cfg/sub/two.txt sha256 [0-9a-f]* replaces nothing from ' cfg/promoted.log && good || bad "promoted.log"
run e "$H" pipeline job.lua --who me --n 60 --run-id big --promote --configs cfg2
expect 3 "the pipeline's own exit code"
[ ! -e cfg2 ] && good || bad "a run that ended with 3 was promoted"
run e "$H" pipeline promote runs/big --configs cfg2
expect 2 "promote of a rejected run"
run e "$H" pipeline promote runs/big --configs cfg2 --force
expect 0 "promote --force"
echo y >>"r-$H/x/two.txt"
run e "$H" pipeline promote "r-$H/x" --configs cfg
says e 'is not the file its manifest describes' "promote of a changed file"
echo '{"k": 4}' >in.json
run e "$H" pipeline rerun "r-$H/x"
expect 2 "rerun with another input"
grep -q '^inputs in.json: differs' e.out && good || bad "rerun does not name the input"

# What kill -9 leaves behind: a record that was never finished, half a temporary file.
echo '{"k": 2.5}' >in.json
run f "$H" pipeline job.lua --who me --n 9 --run-id f
cp runs/f/manifest.json want
rm runs/f/manifest.json runs/f/stages/two.json
echo '{"stage": "on' >runs/f/stages/one.json
echo half >runs/f/.two.txt.1.0.tmp
run f "$H" pipeline job.lua --who me --n 9 --run-id f
expect 0 "after a kill"
same want runs/f/manifest.json "after a kill"
[ ! -e runs/f/.two.txt.1.0.tmp ] && good || bad "a half-written file stays"

# Mistakes.
run g "$H" pipeline job.lua --whoo me
expect 2 "unknown option"
says g 'unknown option --whoo; did you mean --who\?' "unknown option"
run g "$H" pipeline job.lua
says g '--who is missing' "missing option"
run g "$H" pipeline job.lua --who me --n 500
says g '500 is outside 1 to 100' "out of range"
run g "$H" pipeline job.lua --who me --how fats
says g "did you mean 'fast'" "choice"
run g "$H" pipeline job.lua --who me --who you
says g '--who is given twice' "twice"
run g "$H" pipeline job.lua --who me --run-id ../x
expect 2 "a run id with dots"
run g "$H" pipeline jbo
says g "there is no pipeline 'jbo'" "unknown name"
run g "$H" run job.lua --data x
says g 'this is a pipeline, not a strategy' "wick run of a pipeline"
run g "$H" pipeline "$SRC/strategies/ma_crossover.lua"
says g 'this is a strategy, not a pipeline' "a strategy as pipeline"
try() { # body, pattern
  printf 'local P = wick.pipeline "t"\nfunction P.run(cfg, run) %s end\nreturn P\n' "$1" >t.lua
  run t "$H" pipeline t.lua --fresh
  expect 2 "$1"
  says t "$2" "$1"
}
try 'run:write_text("../x", "y")' "without '..'"
try 'run:write_text("/x", "y")' "a relative path is expected"
try 'run:write_text("manifest.json", "y")' 'has this file itself'
try 'run:write_text("a", "y") run:write_text("a", "y")' 'already written'
try 'run:stage("a", {}, function() run:stage("b", {}, function() end) end)' "inside stage 'a'"
try 'run:stage("a", {}, function() end) run:stage("a", {}, function() end)' 'there twice'
try 'run:stage("a", {}, function() run:read_text("in.json") end)' 'read inputs before the stage'
try 'run:stage("a", { print }, function() end)' 'a function cannot be written as JSON'
try 'run:write_json("a", { 1, x = 2 })' 'named values or a list, not both'
try 'local t = {} t.t = t run:write_json("a", t)' 'nested too deeply'
try 'run:wirte_text("a", "b")' "did you mean 'write_text'"
try 'run:promote("a", "b")' "wrote no artefact 'a'"
try 'return { exit = 2 }' 'exit must be 0 or 3 to 125'
try 'os.exit(1)' "unknown global 'os'"
finish
