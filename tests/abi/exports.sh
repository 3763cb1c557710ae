#!/bin/sh
# SPDX-License-Identifier: MIT
# exports.sh NM WICK_JIT SOURCE_DIR: every function of the FFI region can be found by name in the
# program wick-jit, and nothing of the library that has no public name.
nm=$1 program=$2 source=$3
passed=0 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
"$nm" -D --defined-only "$program" | awk '{print $NF}' | sort -u >"$dir/shown"
sed -n '/WICK_FFI_BEGIN/,/WICK_FFI_END/p' "$source/include/wick/ffi.h" |
    sed -e 's|/\*.*\*/||' | grep -v typedef | grep -oE '\bwick_[a-z0-9_]+ *\(' | tr -d ' (' |
    sort -u >"$dir/declared"
if [ ! -s "$dir/declared" ]; then
    echo "FAILED: no function found between the marks of ffi.h"
    failed=1
fi
while read -r name; do
    if grep -qx "$name" "$dir/shown"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $name is not exported"
    fi
done <"$dir/declared"
if grep -q '^wk_' "$dir/shown"; then
    failed=$((failed + 1))
    echo "FAILED: internal names are exported:" $(grep '^wk_' "$dir/shown")
else
    passed=$((passed + 1))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
