#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh CC CXX INCLUDE_DIR HEADER...: every header compiles alone, without a warning.
cc=$1 cxx=$2 include=$3
shift 3
passed=0 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

check() { # what, command...
    what=$1
    shift
    if "$@" 2>"$dir/errors"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $what"
        cat "$dir/errors"
    fi
}

for header in "$@"; do
    name=${header#"$include"/}
    # Twice: the include guard works.
    printf '#include "%s"\n#include "%s"\nint wick_unit_is_not_empty;\n' "$name" "$name" >"$dir/h.c"
    check "$name as C11" "$cc" -std=c11 -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror \
        -I "$include" -fsyntax-only "$dir/h.c"
    if [ -n "$cxx" ] && [ "${cxx%-NOTFOUND}" = "$cxx" ]; then
        cp "$dir/h.c" "$dir/h.cc"
        check "$name as C++17" "$cxx" -std=c++17 -Wall -Wextra -Wpedantic -Werror \
            -I "$include" -fsyntax-only "$dir/h.cc"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
