#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms_bad.sh SOURCE_DIR: the check of rooms finds each kind of wrong door. A small house is built,
# one door is broken at a time.
source=$1
passed=0 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

house() {
    rm -rf "$dir/house"
    mkdir -p "$dir/house/docs" "$dir/house/src/base" "$dir/house/src/data" "$dir/house/src/engine" \
        "$dir/house/src/lua" "$dir/house/include/wick" "$dir/house/examples"
    cp "$source/docs/rooms.md" "$dir/house/docs/"
    cd "$dir/house" || exit 1
    for room in base data ta metrics engine report; do
        echo '#include <stdint.h>' >include/wick/$room.h
    done
    echo '#include "wick/base.h"' >include/wick.h
    echo '#include "wick/base.h"' >src/base/base_int.h
    echo '#include "base/base_int.h"' >src/base/num.c
    echo '#include "wick/data.h"' >src/data/bars.c
    echo '#include "wick/engine.h"' >src/engine/run.c
    echo '#include "wick.h"' >src/lua/vm.c
    echo '#include "wick.h"' >examples/embed.c
}

expect() { # good|bad, what, text the report must hold
    out=$(sh "$source/.ci/rooms" "$dir/house" 2>&1)
    code=$?
    if { [ "$1" = good ] && [ $code -eq 0 ]; } ||
        { [ "$1" = bad ] && [ $code -eq 1 ] && echo "$out" | grep -q "$3"; }; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $2 (exit $code)"
        echo "$out"
    fi
}

house
expect good "a house in order"
house && echo '#include "wick/ta.h"' >>src/engine/run.c
expect bad "engine includes ta" 'src/engine/run.c:2: engine does not see ta'
house && echo '#include "wick/data.h"' >>src/base/num.c
expect bad "base includes data" 'base does not see data'
house && echo '#include "base/base_int.h"' >>src/data/bars.c
expect bad "a private header of another room" 'private to base'
house && echo '#include "../base/base_int.h"' >>src/data/bars.c
expect bad "the same by a relative path" 'private to base'
house && echo '#include "wick.h"' >>src/data/bars.c
expect bad "the umbrella in a low room" 'does not see all rooms'
house && echo '  #  include <cjson/cJSON.h>' >>src/data/bars.c
expect bad "a library outside its place" 'for src/base/json.c only'
house && echo '#include <lua.h>' >>src/engine/run.c
expect bad "Lua outside its room" 'for src/lua only'
house && echo '#include "nowhere.h"' >>src/data/bars.c
expect bad "a header that is not there" 'is not there'
house && mkdir src/attic && echo '#include "wick/base.h"' >src/attic/a.c
expect bad "a folder that is no room" 'is no room'
house && echo '#include "base/base_int.h"' >>examples/embed.c
expect bad "an example with a private header" 'private to base'
house && echo '#include "wick/ta.h"' >>include/wick/data.h
expect bad "a public header with a wrong door" 'data does not see ta'
house && echo 'int x;' >include/wick/extra.h
expect bad "a public header nobody named" 'does not name'
for f in src/data/bars.c src/engine/run.c; do
  [ "$f" = src/data/bars.c ] && house
  echo 'WICK_WIDE static void twice(int64_t n)' >>"$f"
done
expect bad "clones of one name in two files" 'clones called twice stand in src/data/bars.c too'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
