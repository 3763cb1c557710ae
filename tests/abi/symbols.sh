#!/bin/sh
# SPDX-License-Identifier: MIT
# symbols.sh NM LIBRARY INCLUDE_DIR: the shared library shows wick_* and nothing else, and every
# function the headers declare is in it.
nm=$1 library=$2 include=$3
passed=0 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

"$nm" -D --defined-only "$library" | awk '{print $NF}' | sed 's/@.*//' | sort -u >"$dir/shown"
if [ ! -s "$dir/shown" ]; then
    echo "FAILED: $library shows no symbols"
    failed=$((failed + 1))
fi
foreign=$(grep -v '^wick_' "$dir/shown")
if [ -z "$foreign" ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    echo "FAILED: foreign symbols:" $foreign
fi

# Declarations: WICK_API ... name(, and those of the FFI region, which carry no macro. Comments out
# first. A room whose source folder is not there has no functions yet.
root=$include/..
for header in "$include"/wick/*.h; do
    room=$(basename "$header" .h)
    [ "$room" = ffi ] && room=engine
    [ -d "$root/src/$room" ] || continue
    sed -e 's|//.*||' "$header" | awk '
        { text = text $0 " " }
        END {
            while ((i = index(text, "/*")) > 0) {
                rest = substr(text, i + 2)
                text = substr(text, 1, i - 1) " " substr(rest, index(rest, "*/") + 2)
            }
            n = split(text, part, /[;{}]/)
            for (k = 1; k <= n; k++)
                if (part[k] !~ /typedef|static|#define|return|=/ &&
                    match(part[k], /wick_[a-z0-9_]+\(/))
                    print substr(part[k], RSTART, RLENGTH - 1)
        }' | sort -u >"$dir/declared"
    missing=$(comm -23 "$dir/declared" "$dir/shown")
    if [ -z "$missing" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $(basename "$header") declares but the library lacks:" $missing
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
