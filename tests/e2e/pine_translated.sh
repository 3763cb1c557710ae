# SPDX-License-Identifier: MIT
# The Pine sources of tests/pine, translated, against the lists of trades TradingView exported for them:
# `wick pine verify` says excellent on both hosts. pine_probes.sh holds verify to the lists' own grader.
. "$(dirname "$0")/support/lib.sh"
need_shared pine/probes
pine=$SHARED/pine
bars=$(ls "$pine"/data/*.csv | head -n 1)

for file in "$SRC"/tests/pine/*.pine; do
  [ -f "$file" ] || continue
  base=$(basename "$file")
  probe=$pine/probes/${base%.*}
  [ -f "$probe/tv_trades.csv" ] || continue
  from=$(sed -n 's/^Feed start: \([0-9-]*\) \([0-9:]*\) UTC.*/\1T\2/p' "$probe/spec.md")
  for host in $HOSTS; do
    run "$base.$host" "$host" pine verify "$file" "$probe/tv_trades.csv" --data "$bars" \
      --symbol-info "$pine/data/symbol_info.json" --from "$from" --format json
    expect 0 "$base on $host"
  done
done
finish
