# SPDX-License-Identifier: MIT
# Random runs of the real libraries over market bars, made here and now, against their profiles.
# WICK_PEERS is a virtual environment that holds them (tests/golden/engine/make_*.py say which).
. "$(dirname "$0")/support/lib.sh"
export NUMBA_DISABLE_JIT=1 # compiling vectorbt takes longer than these runs do without it
need_shared data/daily
PYTHON=${WICK_PEERS:-/tmp/venv-peers}/bin/python

# one MODULE MAKER RUNS: recorded runs of a library, replayed on both hosts.
one() {
  "$PYTHON" -c "import $1" >"$TMP/import" 2>&1 || { echo "skip: no $1 in $PYTHON"; return; }
  "$PYTHON" "$SRC/tests/golden/engine/$2.py" "$BUILD/wick" "$3" "$SHARED"/data/daily/[A-J]*.csv \
    >"$TMP/$1.json" 2>"$TMP/made" || { bad "$2.py"; tail -n 3 "$TMP/made"; return; }
  sed "s#^local FILES = .*#local FILES = { \"$TMP/$1.json\" }#" \
    "$SRC/tests/lua/peer_replays.lua" >"$TMP/$1.lua"
  for host in $HOSTS; do
    run replays "$host" test "$TMP/$1.lua"
    expect 0 "$1 on market bars, $host"
    [ "$CODE" -eq 0 ] || head -n 12 "$TMP/replays.out"
  done
}
# freqtrade over an exchange's hours, with a test of its own.
freqtrade() {
  "$PYTHON" -c "import freqtrade" >"$TMP/import" 2>&1 || { echo "skip: no freqtrade in $PYTHON"; return; }
  "$PYTHON" "$SRC/tests/golden/engine/make_freqtrade.py" "$BUILD/wick" 8 \
    "$SHARED"/data/intraday/BTCUSDT-MTF_1h.csv.gz "$SHARED"/data/intraday/ETHUSDT-MTF_1h.csv.gz \
    >"$TMP/freqtrade.json" 2>"$TMP/made" || { bad "make_freqtrade.py"; tail -n 3 "$TMP/made"; return; }
  sed "s#^local FILE = .*#local FILE = \"$TMP/freqtrade.json\"#" \
    "$SRC/tests/lua/freqtrade_replays.lua" >"$TMP/freqtrade.lua"
  for host in $HOSTS; do
    run replays "$host" test "$TMP/freqtrade.lua"
    expect 0 "freqtrade on market bars, $host"
    [ "$CODE" -eq 0 ] || head -n 12 "$TMP/replays.out"
  done
}
[ -x "$PYTHON" ] || { echo "skip: no $PYTHON"; exit 77; }
one backtesting make_backtesting_py 54
one vectorbt make_vectorbt 24
freqtrade
finish
