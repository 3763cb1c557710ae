#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh SOURCE_DIR: scripts/install-deps on machines that are made up of small stand-ins for
# dpkg-query, id, sudo and apt-get.
source=$1
passed=0 failed=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/bin"
for tool in sh mktemp rm tail env cat echo grep; do
    ln -s "$(command -v $tool)" "$dir/bin/$tool"
done

tool() { # name, body
    printf '#!/bin/sh\n%s\n' "$2" >"$dir/bin/$1"
    chmod +x "$dir/bin/$1"
}

expect() { # what, exit code, text in the output, level
    out=$(PATH="$dir/bin" sh "$source/scripts/install-deps" "$4" 2>&1)
    code=$?
    if [ $code -eq "$2" ] && echo "$out" | grep -q -- "$3"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $1: exit $code: $out"
    fi
}

# Nothing missing.
tool dpkg-query 'echo "install ok installed"'
tool id 'echo 1000'
expect "all there" 0 '^$' test
# A user without rights is told the line.
tool dpkg-query 'for last; do :; done; [ "$last" = libcjson-dev ] || echo "install ok installed"'
expect "no rights" 2 'sudo apt-get install -y --no-install-recommends libcjson-dev$' test
tool sudo 'exit 1'
expect "sudo wants a password" 2 'sudo apt-get install' build
# Removed but configured is missing too.
tool dpkg-query 'echo "deinstall ok config-files"'
expect "config files only" 2 'libluajit-5.1-dev' build
# Root installs; old package lists are fetched on failure.
tool id 'echo 0'
tool apt-get "echo \"\$@\" >>$dir/calls; [ \"\$1\" = update ] && : >$dir/fresh; [ -e $dir/fresh ]"
expect "root" 0 'installing:' full
grep -q '^update' "$dir/calls" && [ "$(grep -c '^install.*clang' "$dir/calls")" -eq 2 ] || {
    failed=$((failed + 1))
    echo "FAILED: apt-get calls:"
    cat "$dir/calls"
}
tool apt-get 'echo E: no network; exit 100'
expect "no network" 2 'apt-get update && apt-get install' test
expect "unknown level" 2 'usage' everything
# Not Debian: the configuration decides.
rm "$dir/bin/dpkg-query"
expect "no dpkg" 0 'no dpkg' test
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
