# SPDX-License-Identifier: MIT
# Every name `wick list` shows has an entry that says what it is, in what unit, by which formula and
# from where, is held to something by a test or a golden file, and has an example. Every example is run
# as it is printed, on both hosts. (Those of indicators are run by reference.sh.)
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
cd "$TMP" || exit 1
ln -s "$SRC/strategies" strategies
"$BUILD/$first" data synth --out bars --symbols 3 --bars 400 --seed 3 >/dev/null 2>&1 || bad "making bars"
# Words of the tests; settings that a profile sets are held by its replays.
grep -rhoEI '[A-Za-z0-9_.]+' "$SRC/tests" --exclude=names.sh | sort -u >words
cat words >words.settings
grep -hoE '"[a-z0-9_]+"' "$SRC"/src/engine/profile/*.c | tr -d '"' >>words.settings
# Writers answer to options.
grep -rhoEI --exclude=names.sh -e '--(chart|trades-tv|trades|orders|equity|metrics|format (table|full))' "$SRC/tests" | sort -u |
  sed 's/^--chart/chart_html/; s/^--trades-tv/trades_tv/; s/^--\(trades\|orders\|equity\)$/\1_csv/; s/^--metrics$/metrics_json/
    s/^--format table/table/; s/^--format full/table_full/' >words.writers
ls "$SRC/tests/golden/ta" >goldens

# has NAME PATTERN WHAT: the entry in doc.out has such a line.
has() {
  if grep -Eq -- "$2" doc.out; then good; else bad "$1: no $3 in \`wick doc $1\`"; fi
}

# Kind, prefix of `wick doc`, lines an entry has to have.
: >examples
check_kind() { # topic prefix patterns...
  topic=$1 prefix=$2
  shift 2
  "$BUILD/$first" list "$topic" | awk 'NR > 2 { print $1 }' | sed 's/^ta\.//; s/(.*//' >"names.$topic"
  [ -s "names.$topic" ] && good || bad "wick list $topic is empty"
  while read -r name; do
    run doc "$first" doc "$prefix$name"
    expect 0 "wick doc $prefix$name"
    has "$prefix$name" "^### (ta\\.|[a-z]+\\.)?$name\$" "heading"
    for pattern; do has "$prefix$name" "$pattern" "line like /$pattern/"; done
    has "$prefix$name" '^Example: `.+`$' "example"
    sed -n 's/^Example: `\(.*\)`$/\1/p' doc.out | head -n 1 >>examples
    if [ "$topic" = ta ]; then
      grep -qx "$name.csv" goldens && good || bad "ta.$name has no golden file"
    else
      [ -f "words.$topic" ] || cp words "words.$topic"
      grep -qxF "$name" "words.$topic" && good || bad "$topic $name: no test and no golden file names it"
    fi
  done <"names.$topic"
}
check_kind ta ta. '^Formula: .{8}' '^Source: .{4}' '^Gives `[a-z0-9_]+` \((price|price squared|percent|ratio|volume|price x volume|bars|mask|1 / price|as its input)\)'
check_kind metrics '' '^Formula: .{4}' '^Source: .{4}' '\((count|cash|percent|ratio|bars|time|days); (higher|lower|neither)'
check_kind objectives '' '^Formula: .{4}' '^Source: .{4}' '\((higher|lower) is better\)'
check_kind samplers sampler. '^Source: .{4}' '^Several objectives: '
check_kind pruners pruner. '^Source: .{4}'
check_kind models model. '^Formula: ' '^Source: .{4}' '^Predicts '
check_kind scalers scaler. '^Formula: ' '^Source: .{4}'
check_kind labels label. '^Source: .{4}' "^[a-z' ]+: .{20}"
check_kind weights weights. '^Formula: ' '^Source: .{4}' '^Needs '
check_kind covariances covariance. '^Formula: ' '^Source: .{4}'
check_kind sheets '' 'Source: .{4}'
check_kind settings '' '^Values: `.+`\. Default'
check_kind profiles '' 'Checked against: .{4}'
check_kind costs '' 'Source: .{4}' '(Fee|Slippage) of a fill: '
check_kind writers writer. '^[A-Za-z].{10}'

# What the page for users of other libraries calls an indicator is one.
grep -oE '`ta\.[a-z0-9_]+' "$SRC/docs/coming-from-talib.md" | sed 's/`ta\.//' | sort -u >called
[ "$(wc -l <called)" -gt 90 ] && good || bad "docs/coming-from-talib.md names few indicators"
while read -r name; do
  case $name in cdl_ | define) continue ;; esac
  grep -qx "$name" names.ta && good || bad "docs/coming-from-talib.md: there is no ta.$name"
done <called

# Commands, as they stand.
grep '^wick ' examples | sort -u >commands
[ "$(wc -l <commands)" -gt 250 ] && good || bad "only $(wc -l <commands) commands among the examples"
for host in $HOSTS; do
  while read -r line; do
    skipped && continue
    rm -rf runs
    # shellcheck disable=SC2016
    sh -c 'host=$1; wick() { "$host" "$@"; }; eval "$2"' x "$BUILD/$host" "$line" >command.out 2>command.err
    CODE=$?
    if [ "$CODE" -eq 0 ]; then good; else
      bad "$host: $line: exit code $CODE"
      grep -m 2 -E 'error|hint' command.err | sed 's/^/  | /'
    fi
  done <commands
done

# Lines of Lua: models, scalers and weights in a test of their own each.
{
  cat <<'LUA'
local a, b, y, t, s = {}, {}, {}, {}, {}
for i = 1, 300 do
  a[i], b[i] = math.random() * 2 - 1, math.random() * 2 - 1
  y[i] = math.random() < 1 / (1 + math.exp(-4 * a[i])) and 1 or 0
  t[i], s[i] = math.floor((i - 1) / 3), ({ "X", "Y", "Z" })[(i - 1) % 3 + 1]
end
local x = ml.matrix { columns = { b = b, a = a }, time = t, symbol = s }
local labels = ml.labels { x = x, y = y }
local rows = {}
for i = 1, 200 do rows[i] = { math.random() - 0.5, math.random() - 0.4, math.random() - 0.5 } end
LUA
  grep '^local head = ' examples | sort -u | awk '{ print "test(\"model " NR "\", function() " $0 " equal(#head:predict(x), 300) end)" }'
  grep '^local w = ' examples | sort -u | awk '{ print "test(\"weights " NR "\", function() " $0 " equal(#w, 3) end)" }'
  grep '^local c = ' examples | sort -u | awk '{ print "test(\"covariance " NR "\", function() " $0 " equal(#c, 3) end)" }'
} >lines.lua
for host in $HOSTS; do
  run lines "$host" test lines.lua
  expect 0 "$host: examples of models, scalers, weights and covariances"
  [ "$CODE" -eq 0 ] || sed 's/^/  | /' lines.out | grep -v ' ok' | head -n 12
done

# Labels: rows of a strategy with each.
grep '^function S.label' examples | sort -u >labels
mkdir pipelines
ln -s "$SRC/pipelines/lua" pipelines/lua
cat >pipelines/rows.lua <<'LUA'
local job = require "job"
local P = wick.pipeline "rows"
P.doc = "Counts the labelled rows of a strategy."
P.example = "wick pipeline rows --strategy label1.lua --data bars --from 2018-02-01 --to 2019-06-30"
P.options = job.pick("strategy data config portfolio from to warmup params params_file")
function P.run(cfg, run)
  local bars = job.bars(run, cfg, cfg.portfolio, cfg.from, cfg.to)
  for _, name in ipairs(cfg.strategy) do
    local strategy = job.strategy(run, cfg, name)
    local _, labels = strategy:dataset { bars = bars, params = strategy:values(job.given_params(run, cfg)),
      from = run:time(cfg.from), to = run:time(cfg.to, true) }
    if #labels:y() < 30 then error("only " .. #labels:y() .. " rows") end
  end
  return {}
end
return P
LUA
for host in $HOSTS; do
  n=0
  while read -r line; do
    n=$((n + 1))
    cat >label$n.lua <<LUA
local S = wick.strategy "label$n"
function S.signals(b)
  return { long = b.close:gt(ta.sma(b.close, 3)), hold = 3 }
end
function S.features(b) return { r = ta.rsi(b.close, 14), m = ta.roc(b.close, 5) } end
$line
return S
LUA
    rm -rf runs
    run label "$host" pipeline pipelines/rows.lua --strategy label$n.lua --data bars \
      --portfolio SYN01,SYN02,SYN03 --from 2018-02-01 --to 2019-06-30 --quiet
    expect 0 "$host: $line"
  done <labels
done
[ "$(wc -l <labels)" -eq "$(wc -l <names.labels)" ] && good || bad "labels and their examples differ in number"
finish
