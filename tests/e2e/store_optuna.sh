# SPDX-License-Identifier: MIT
# wick and the real Optuna on the same studies: what one writes the other reads and continues, six
# writers at once leave neither gaps nor duplicates, and the dashboard shows it all. Needs Optuna: in
# the environments WICK_OPTUNA names (paths of Python programs, any number), else in python3;
# `scripts/optuna-env` makes them.
"$WICK" --version | grep -q '^ *sqlite *yes' || {
    echo "SKIP: built without SQLite (Debian package libsqlite3-dev)"
    exit 77
}
client=$BUILD/tests/store_client
here=$SRC/tests/store
pythons=${WICK_OPTUNA:-$(ls "$HOME"/.cache/wick/optuna*/bin/python 2>/dev/null)}
[ -n "$pythons" ] || pythons=python3
found=
for python in $pythons; do
    PYTHONPATH=$here "$python" -c 'import optuna' 2>/dev/null && found="$found $python"
done
[ -n "$found" ] || {
    echo "SKIP: no Optuna (scripts/optuna-env makes an environment with it)"
    exit 77
}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
export PYTHONDONTWRITEBYTECODE=1

same() { # python, url, study, what
    "$client" dump "$2" "$3" >"$dir/ours" && "$1" "$here/dump.py" "$2" "$3" >"$dir/theirs"
    if [ -s "$dir/ours" ] && cmp -s "$dir/ours" "$dir/theirs"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $4 ($("$1" -c 'import optuna; print(optuna.__version__)'), $2)"
        diff "$dir/ours" "$dir/theirs" | head -n 4
    fi
}

n=0
for python in $found; do
    for kind in sqlite:///$dir/$n.db journal:$dir/$n.log; do
        "$client" run "$kind" ours 25
        same "$python" "$kind" ours "ours is read"
        "$python" "$here/peer.py" run "$kind" ours 10
        "$client" run "$kind" ours 10
        same "$python" "$kind" ours "continued by both"
        "$python" "$here/peer.py" rich "$kind"
        same "$python" "$kind" hyper "Hyperband, enqueued, failed, odd reports"
        same "$python" "$kind" two "two objectives, constraints"
        n=$((n + 1))
    done
    url=sqlite:///$dir/six$n.db
    "$client" run "$url" six 1
    for i in 1 2 3; do
        "$client" run "$url" six 20 &
        "$python" "$here/peer.py" run "$url" six 6 &
    done
    wait
    same "$python" "$url" six "six writers"
    out=$("$python" "$here/peer.py" check "$url" six)
    case $out in
    "79 "*RUNNING* | "79 "*WAITING*) failed=$((failed + 1)) && echo "FAILED: left behind: $out" ;;
    "79 "*) passed=$((passed + 1)) ;;
    *) failed=$((failed + 1)) && echo "FAILED: six writers: $out" ;;
    esac
    if "$python" -c 'import optuna_dashboard' 2>/dev/null; then
        "$python" "$here/dashboard.py" "sqlite:///$dir/0.db" ours && passed=$((passed + 1)) || {
            failed=$((failed + 1))
            echo "FAILED: dashboard"
        }
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
