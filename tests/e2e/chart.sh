# SPDX-License-Identifier: MIT
# The page of --chart: the same bytes on both hosts, bars and trades and what was plotted in it, texts that
# cannot end the script they stand in; where there is a node, it draws.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 2 --bars 400 --seed 5 --timeframe 15m
expect 0 "making bars"
cat >"$TMP/look.pine" <<'PINE'
//@version=6
strategy("</script><b>look</b>", overlay = true)
f = ta.ema(close, 5)
g = ta.sma(close, 20)
up = f > g
p1 = plot(f, "Fast", color = up ? color.green : color.red, linewidth = 2)
p2 = plot(g, "</script>", color = color.orange)
fill(p1, p2, color = up ? color.new(color.green, 80) : na)
plot(ta.rsi(close, 14), "RSI", style = plot.style_histogram)
plotshape(ta.crossover(f, g), "In", style = shape.triangleup, location = location.belowbar, text = "in")
plotchar(ta.crossunder(f, g), "Out", char = "x")
plotcandle(open, high, low, close, "HA", color = color.blue)
bgcolor(up ? color.new(color.lime, 90) : na)
barcolor(close > open ? color.white : color.black)
hline(50, "Mid", color = color.gray)
if ta.crossover(f, g)
    strategy.entry("L", strategy.long)
if ta.crossunder(f, g)
    strategy.entry("S", strategy.short)
PINE
for host in $HOSTS; do
  run "look.$host" "$host" run "$TMP/look.pine" --data "$TMP/bars" --chart "$TMP/look.$host.html"
  expect 0 "a chart on $host"
  [ -f "$TMP/look.one" ] || cp "$TMP/look.$host.html" "$TMP/look.one"
  same "$TMP/look.one" "$TMP/look.$host.html" "the chart on $host"
done
count() { grep -o -- "$1" "$TMP/look.one" | wc -l; }
[ "$(count '</script>')" -eq 1 ] && good || bad "a text ends the script"
[ "$(count '"title":"Fast"')" -eq 2 ] && good || bad "not a plot a symbol"
[ "$(count 'kind=bgcolor')" -eq 2 ] && good || bad "no background"
[ "$(count '"trades":\[\[')" -eq 2 ] && good || bad "no trades"
run own "$first" run "$SRC/strategies/donchian_breakout.lua" --data "$TMP/bars" --chart "$TMP/own.html"
expect 0 "a chart of another style"
run days "$first" data synth --out "$TMP/days" --symbols 1 --bars 60 --seed 5
run daily "$first" run "$SRC/strategies/donchian_breakout.lua" --data "$TMP/days" --chart "$TMP/daily.html"
expect 0 "a chart of daily bars"
if command -v node >/dev/null 2>&1; then
  for page in look.one own.html daily.html; do
    if node "$SRC/tests/e2e/support/chart.js" "$TMP/$page" >"$TMP/$page.log" 2>&1; then good; else
      bad "$page does not draw: $(head -3 "$TMP/$page.log")"
    fi
  done
  # Stamps of daily bars are dates.
  grep -Eq 'read: [0-9-]{10} [0-9]{2}:[0-9]{2} +O ' "$TMP/look.one.log" && good || bad "no clock beside intraday bars"
  grep -Eq 'read: [0-9-]{10} +O ' "$TMP/daily.html.log" && good || bad "a clock beside daily bars"
fi
finish
