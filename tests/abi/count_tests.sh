#!/bin/sh
# SPDX-License-Identifier: MIT
# count_tests.sh SOURCE_DIR: scripts/count-tests adds up what a log of ctest says.
source=$1
passed=0 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

test_of() { # name, verdict, output...
    name=$1 verdict=$2
    shift 2
    printf '1/9 Testing: %s\n1/9 Test: %s\nOutput:\n----------\n' "$name" "$name"
    for line in "$@"; do printf '%s\n' "$line"; done
    printf '<end of output>\nTest time =   0.00 sec\n----------\n%s\n"%s" end time: now\n' \
        "$verdict" "$name"
}

expect() { # total, exit code
    out=$(sh "$source/scripts/count-tests" "$dir/log")
    code=$?
    if [ "$(echo "$out" | tail -n 1)" = "$1" ] && [ $code -eq "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: expected '$1' ($2), got ($code):"
        echo "$out"
    fi
}

test_of plain 'Test Passed.' hello >"$dir/log"
expect "1 passed, 0 failed" 0
test_of plain 'Test Failed.' hello >"$dir/log"
expect "0 passed, 1 failed" 1
test_of cm 'Test Passed.' '[  PASSED  ] 7 test(s).' >"$dir/log"
expect "7 passed, 0 failed" 0
test_of cm 'Test Failed.' '[  PASSED  ] 5 test(s).' '[  FAILED  ] 2 test(s), listed below:' \
    '[  FAILED  ] one' >"$dir/log"
expect "5 passed, 2 failed" 1
test_of cm 'Test Passed.' '[  PASSED  ] 5 test(s).' '[  SKIPPED ] 2 test(s), listed below:' >"$dir/log"
expect "5 passed, 0 failed" 0
test_of own 'Test Passed.' '3 passed, 0 failed' >"$dir/log"
expect "3 passed, 0 failed" 0
test_of own 'Test Failed.' '3 passed, 4 failed' >"$dir/log"
expect "3 passed, 4 failed" 1
# Only the last line of that form counts: what a test prints of another run is no result.
test_of own 'Test Passed.' '9 passed, 9 failed' '3 passed, 0 failed' >"$dir/log"
expect "3 passed, 0 failed" 0
# A crash after good cases, and a good exit after bad ones.
test_of cm 'Test Failed.' '[  PASSED  ] 7 test(s).' 'AddressSanitizer: leak' >"$dir/log"
expect "7 passed, 1 failed" 1
test_of own 'Test Passed.' '3 passed, 1 failed' >"$dir/log"
expect "3 passed, 1 failed" 1
{
    test_of a 'Test Passed.' '[  PASSED  ] 7 test(s).'
    test_of b 'Test Failed.' 'no word'
    test_of c 'Test Passed.' '2 passed, 0 failed' 'skip: no shared data'
} >"$dir/log"
expect "9 passed, 1 failed" 1
printf '1/1 Testing: never\n1/1 Test: never\n' >"$dir/log"
expect "0 passed, 1 failed" 1
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
