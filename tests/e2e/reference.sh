# SPDX-License-Identifier: MIT
# docs/reference is what the registries say.
. "$(dirname "$0")/support/lib.sh"
for host in $HOSTS; do
  run x "$host" doc --check "$SRC/docs/reference"
  expect 0 "$host doc --check"
  mkdir -p "$TMP/$host"
  run x "$host" doc --all "$TMP/$host"
  expect 0 "$host doc --all"
  for page in README ta metrics settings lua; do
    same "$SRC/docs/reference/$page.md" "$TMP/$host/$page.md" "page $page"
  done
  echo "stale" >>"$TMP/$host/ta.md"
  run x "$host" doc --check "$TMP/$host"
  expect 2 "a stale page"
  says x 'ta.md: out of date' "a stale page"
done
finish
