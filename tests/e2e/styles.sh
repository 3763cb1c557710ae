# SPDX-License-Identifier: MIT
# One rule in three styles, on both hosts, with one and two threads: the same bytes everywhere.
# The Pine style fills by TradingView's rules, which sort and round otherwise: it has its own reference.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 6 --bars 900 --seed 7
expect 0 "making bars"

reference=
pine=
for host in $HOSTS; do
  for style in ma_crossover ma_crossover_events ma_crossover_pine; do
    for jobs in 1 2; do
      id=$host.$style.$jobs
      run "$id" "$host" run "$SRC/strategies/$style.lua" --data "$TMP/bars" --param fast=7 slow=21 \
        --engine fee_pct=0.05 --jobs $jobs --trades "$TMP/$id.trades" --equity "$TMP/$id.equity" \
        --metrics "$TMP/$id.metrics"
      expect 0 "$id"
      if [ "$style" = ma_crossover_pine ]; then
        pine=${pine:-$id}
        for what in trades equity metrics; do
          same "$TMP/$pine.$what" "$TMP/$id.$what" "$what of $pine and $id"
        done
        continue
      fi
      reference=${reference:-$id}
      for what in trades equity metrics; do
        same "$TMP/$reference.$what" "$TMP/$id.$what" "$what of $reference and $id"
      done
    done
  done
done
rows=$(wc -l <"$TMP/$reference.trades")
if [ "$rows" -gt 20 ]; then good; else bad "only $rows lines of trades: nothing was compared"; fi
finish
