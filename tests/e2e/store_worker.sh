# SPDX-License-Identifier: MIT
# wick tune and workers on one study; a worker that is killed; files that are others.
"$WICK" --version | grep -q '^ *sqlite *yes' || {
    echo "SKIP: built without SQLite (Debian package libsqlite3-dev)"
    exit 77
}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
passed=0 failed=0

expect() { # what, exit code wanted, text in the output, command...
    what=$1 want=$2 text=$3
    shift 3
    out=$("$@" 2>&1)
    code=$?
    if [ $code -eq "$want" ] && echo "$out" | grep -q -- "$text"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what: exit $code: $out"
    fi
}

count() { # of complete trials
    "$WICK" study trials sqlite:///s.db --state complete --format csv | sed 1d | wc -l
}

"$WICK" data synth --out bars --symbols 2 --quiet || exit 1
cp "$SRC/strategies/donchian_breakout.lua" s.lua
expect "no storage" 2 'no such file' "$WICK" worker --study sqlite:///s.db
expect "no --study" 2 'study is missing' "$WICK" worker
expect "tune" 0 best "$WICK" tune s.lua --data bars --trials 16 --study sqlite:///s.db
expect "done already" 0 '0 trials run here' "$WICK" worker --study sqlite:///s.db
expect "a worker" 0 'trials run here' "$WICK" worker --study sqlite:///s.db --trials 32
[ "$(count)" -ge 32 ] && passed=$((passed + 1)) || {
    failed=$((failed + 1))
    echo "FAILED: the worker stopped at $(count)"
}
# Two at once, one of them killed; the third one runs its trial again.
"$WICK" worker --study sqlite:///s.db --trials 100000 --heartbeat 0.4 --jobs 1 --quiet &
victim=$!
sleep 0.7
kill -9 $victim
wait $victim 2>/dev/null
sleep 2.2
had=$(count)
expect "two more" 0 'trials run here' "$WICK" worker --study sqlite:///s.db --heartbeat 0.4 \
    --trials $((had + 20))
left=$("$WICK" study trials sqlite:///s.db --state running --format csv | sed 1d | wc -l)
[ "$left" -eq 0 ] && passed=$((passed + 1)) || {
    failed=$((failed + 1))
    echo "FAILED: $left trials are still running"
}
# Workers need no folder of their own; the report is that of wick tune.
expect "the report" 0 best "$WICK" tune s.lua --data bars --trials 16 --study sqlite:///s.db
# Other files, other bars.
echo '-- another line' >>s.lua
expect "another strategy" 2 's.lua is not the one' "$WICK" worker --study sqlite:///s.db
cp "$SRC/strategies/donchian_breakout.lua" s.lua
"$WICK" data synth --out other --symbols 3 --quiet
expect "other bars" 2 'the data is not the one' "$WICK" worker --study sqlite:///s.db --data other
mv bars elsewhere
expect "bars elsewhere" 0 'trials run here' "$WICK" worker --study sqlite:///s.db --data elsewhere
"$BUILD/tests/store_client" run sqlite:///t.db plain 1
expect "no job" 2 'does not say what it is a search for' "$WICK" worker --study sqlite:///t.db
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
