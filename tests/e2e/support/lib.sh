# SPDX-License-Identifier: MIT
# Shared by the end-to-end tests, which ctest starts with BUILD (the folder of wick and wick-jit)
# and SRC in the environment; by hand: `BUILD=build SRC=. sh tests/e2e/styles.sh`.
# They exit 0 (good), 1 (failed) or 77 (nothing to test with here).
set -u
SHARED=${WICK_SHARED:-$SRC/../shared}
TMP=$(mktemp -d "${TMPDIR:-/tmp}/wick-e2e.XXXXXX") || exit 1
trap 'rm -rf "$TMP"' EXIT
FAILED=0
CHECKS=0
export LC_ALL=C NO_COLOR=1

HOSTS=
for host in wick wick-jit; do
  [ -x "$BUILD/$host" ] && HOSTS="$HOSTS $host"
done
[ -n "$HOSTS" ] || { echo "skip: no host in $BUILD"; exit 77; }

good() { CHECKS=$((CHECKS + 1)); }
bad() {
  CHECKS=$((CHECKS + 1))
  FAILED=$((FAILED + 1))
  echo "FAILED: $*"
}
# skipped: true for most of a long list of alike cases where WICK_TEST_SHARE=N asks for one in N
# (scripts/test does under sanitizers, where every one takes ten times as long). Counts its calls.
TURN=0
skipped() {
  TURN=$((TURN + 1))
  [ "${WICK_TEST_SHARE:-1}" -gt 1 ] && [ $((TURN % WICK_TEST_SHARE)) -ne 0 ]
}
need_shared() {
  [ -d "$SHARED/$1" ] || { echo "skip: $SHARED/$1 is not here"; exit 77; }
}
# run NAME HOST ARGS...: stdout, stderr and exit code in $TMP/NAME.out, .err and $CODE.
run() {
  run_name=$1 run_host=$2
  shift 2
  "$BUILD/$run_host" "$@" >"$TMP/$run_name.out" 2>"$TMP/$run_name.err"
  CODE=$?
}
# expect CODE WHAT: exit code of the last run.
expect() {
  if [ "$CODE" -eq "$1" ]; then
    good
  else
    bad "$2: exit code $CODE, not $1"
    sed 's/^/  | /' "$TMP/$run_name.err" | head -n 8
  fi
}
same() {
  if cmp -s "$1" "$2"; then good; else
    bad "$3: $(basename "$1") and $(basename "$2") differ"
    diff "$1" "$2" | head -n 6
  fi
}
# says NAME PATTERN WHAT: stderr of a run matches an extended regular expression.
says() {
  if grep -Eq -- "$2" "$TMP/$1.err"; then good; else
    bad "$3: stderr does not say /$2/"
    sed 's/^/  | /' "$TMP/$1.err" | head -n 8
  fi
}
# has FILE TEXT: the file contains this text.
has() {
  if grep -Fq -- "$2" "$1"; then good; else
    bad "$(basename "$1") does not say '$2'"
    sed 's/^/  | /' "$1" | head -n 8
  fi
}
finish() {
  echo "$CHECKS checks, $FAILED failed"
  [ "$FAILED" -eq 0 ] && [ "$CHECKS" -gt 0 ]
  exit
}
