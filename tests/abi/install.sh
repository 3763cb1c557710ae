#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh BUILD_DIR CC GENERATOR: an installed wick is found by find_package, by its static twin and by
# pkg-config, and a small program builds and runs with each.
build=$1 cc=$2 generator=$3
passed=0 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

result() { # what, code
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1"
        tail -n 20 "$dir/log"
    fi
}

cmake --install "$build" --prefix "$dir/usr" >"$dir/log" 2>&1
result "cmake --install" $?
[ -f "$dir/usr/include/wick.h" ] && [ -f "$dir/usr/include/wick/base.h" ]
result "headers installed" $?

mkdir "$dir/user"
cat >"$dir/user/main.c" <<'C'
#include <stdio.h>
#include <string.h>
#include <wick/base.h>

int main(void)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, 0.1);
    printf("%s %s\n", wick_version(), text);
    return strcmp(text, "0.1") != 0;
}
C
cat >"$dir/user/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.22)
project(user LANGUAGES C)
find_package(wick 0.1 REQUIRED)
foreach(kind IN ITEMS wick wick_static)
    add_executable(with_${kind} main.c)
    target_link_libraries(with_${kind} PRIVATE wick::${kind})
endforeach()
CMAKE
cmake -G "$generator" -S "$dir/user" -B "$dir/user/build" -DCMAKE_C_COMPILER="$cc" \
    -DCMAKE_PREFIX_PATH="$dir/usr" >"$dir/log" 2>&1 &&
    cmake --build "$dir/user/build" >>"$dir/log" 2>&1
result "find_package(wick)" $?
"$dir/user/build/with_wick" >"$dir/log" 2>&1
result "a program with wick::wick" $?
"$dir/user/build/with_wick_static" >"$dir/log" 2>&1
result "a program with wick::wick_static" $?

pc=$(find "$dir/usr" -name wick.pc)
pc_dir=$(dirname "$pc")
export PKG_CONFIG_PATH="$pc_dir"
# The prefix in the file is the configured one; this install went elsewhere.
flags=$(pkg-config --define-variable=prefix="$dir/usr" --cflags --libs wick 2>"$dir/log")
# shellcheck disable=SC2086
"$cc" "$dir/user/main.c" -o "$dir/user/with_pc" $flags >>"$dir/log" 2>&1
result "pkg-config --cflags --libs ($flags)" $?
lib_dir=$(dirname "$pc_dir")
LD_LIBRARY_PATH="$lib_dir" "$dir/user/with_pc" >"$dir/log" 2>&1
result "a program by pkg-config" $?
# shellcheck disable=SC2046
"$cc" "$dir/user/main.c" -o "$dir/user/with_a" -I"$dir/usr/include" "$lib_dir/libwick.a" \
    $(pkg-config --define-variable=prefix="$dir/usr" --static --libs-only-l wick | sed 's/-lwick//') \
    >"$dir/log" 2>&1 && "$dir/user/with_a" >>"$dir/log" 2>&1
result "a static program by pkg-config --static" $?
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
