# SPDX-License-Identifier: MIT
# Studies written by Optuna 4.9 and 5.0, read and continued without Optuna.
client=$BUILD/tests/store_client
golden=$SRC/tests/golden/store
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

expect() { # what, condition's exit code
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
    fi
}

for version in 4 5; do
    for kind in db log; do
        file=$dir/optuna$version.$kind
        cp "$golden/optuna$version.$kind" "$file"
        studies="hyper two"
        url=journal:$file
        if [ $kind = db ]; then
            "$WICK" --version | grep -q '^ *sqlite *yes' || continue
            url=sqlite:///$file
            studies="hyper two legacy"
        fi
        for study in $studies; do
            echo "# $study"
            "$client" dump "$url" "$study"
        done >"$dir/read" 2>&1
        diff "$dir/read" "$golden/optuna$version.$kind.txt" | head -n 4
        cmp -s "$dir/read" "$golden/optuna$version.$kind.txt"
        expect "$file is read as Optuna reads it" $?
        # The enqueued trial 30 comes first; two more follow the 32 there are.
        "$client" run "$url" hyper 3 2>"$dir/err"
        "$client" dump "$url" hyper >"$dir/read"
        [ "$(wc -l <"$dir/read")" -eq 34 ] && ! grep -q -E ' (WAITING|RUNNING)' "$dir/read"
        expect "$file is continued" $?
        "$WICK" study export "$url" hyper >"$dir/a.json" && "$WICK" study export "$url" hyper |
            cmp -s - "$dir/a.json"
        expect "$file is exported, twice the same" $?
        [ "$("$WICK" study trials "$url" hyper --format csv | wc -l)" -eq 35 ]
        expect "$file: trials as CSV" $?
    done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
