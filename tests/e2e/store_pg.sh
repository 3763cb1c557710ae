# SPDX-License-Identifier: MIT
# Studies in a real PostgreSQL server of our own: the unit tests of the store with it, then workers
# that are killed while the server is restarted.
. "$SRC/tests/store/pg.sh"
"$WICK" --version | grep -q '^ *pg *yes' || {
    echo "SKIP: built without PostgreSQL (Debian package libpq-dev)"
    exit 77
}
pg_start || exit 77
trap 'pg_stop' EXIT
WICK_TEST_PG=$PG_URL "$BUILD/tests/unit_store_store" || exit 1
WICK_TEST_PG=$PG_URL "$BUILD/tests/unit_store_interrupted" || exit 1
out=$("$WICK" study list "$PG_URL") || exit 1
[ -z "$(echo "$out" | sed 1,2d)" ] || {
    echo "studies were left behind: $out"
    exit 1
}
# A password is not shown.
err=$("$WICK" study list "postgresql://wick:secret@/none?host=$pg_dir" 2>&1) && exit 1
case $err in
*secret* | *"does not exist"*secret*)
    echo "the password is shown: $err"
    exit 1
    ;;
*"does not exist"*) ;;
*)
    echo "no good error: $err"
    exit 1
    ;;
esac
pg_stop
trap - EXIT
sh "$SRC/tests/store/faults.sh" 4 60 1 2
