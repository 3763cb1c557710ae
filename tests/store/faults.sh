#!/bin/sh
# SPDX-License-Identifier: MIT
# faults.sh WORKERS TRIALS KILL_EVERY RESTARTS: workers share a study of our own PostgreSQL server. One
# of them is killed every so many seconds and replaced; the server is restarted in between, once as an
# administrator does and then as if it had crashed. In the end every trial is accounted for: what a
# worker was told is stored is stored, numbers have neither gaps nor duplicates, nothing stays running,
# and each trial that lost its worker was run again.
workers=${1:-4} trials=${2:-60} every=${3:-1} restarts=${4:-1}
client=${BUILD:-build}/tests/store_client
here=$(dirname "$0")
. "$here/pg.sh"
pg_start || exit 77
dir=$(mktemp -d)
failed=0
trap 'kill -9 $(jobs -p) 2>/dev/null; pg_stop; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

bad() {
    echo "FAILED: $*"
    failed=$((failed + 1))
}

launch() { # slot
    runs=$((runs + 1))
    "$client" until "$PG_URL" faults "$trials" 0.5 -1 100 >"$dir/told.$runs" 2>"$dir/err.$runs" &
    eval "pid_$1=$!"
}

runs=0 slot=0 kills=0 round=0
while [ $slot -lt "$workers" ]; do
    launch $slot
    slot=$((slot + 1))
done
slot=0
while :; do
    sleep "$every"
    done_now=$("$client" dump "$PG_URL" faults 2>/dev/null | grep -c -E ' (COMPLETE|PRUNED)')
    [ "$done_now" -lt "$trials" ] || break
    round=$((round + 1))
    [ $round -lt 300 ] || break
    eval "pid=\$pid_$slot"
    kill -9 "$pid" 2>/dev/null && kills=$((kills + 1))
    wait "$pid" 2>/dev/null
    launch $slot
    slot=$(((slot + 1) % workers))
    # The restarts fall into the first half of the work.
    if [ "$restarts" -gt 0 ] && [ "$done_now" -ge $((trials / 5)) ]; then
        mode=fast
        [ $((restarts % 2)) -eq 1 ] || mode=immediate
        pg_restart $mode || bad "the server did not come back"
        restarts=$((restarts - 1))
    fi
done
slot=0
while [ $slot -lt "$workers" ]; do
    eval "pid=\$pid_$slot"
    wait "$pid" || bad "a worker ended with an error: $(cat "$dir"/err.* | head -n 3)"
    slot=$((slot + 1))
done
# Trials that lost their workers last: one more worker waits for them, and runs them again.
sleep 1.5
"$client" run "$PG_URL" faults 1 0.5 -1 0 >/dev/null 2>"$dir/last" || bad "$(cat "$dir/last")"
while "$client" dump "$PG_URL" faults | grep -q -E ' (WAITING|RUNNING)'; do
    sleep 0.3
    "$client" run "$PG_URL" faults 1 0.5 -1 0 >/dev/null 2>"$dir/last" || break
done

# Loading fails when numbers have gaps or duplicates.
"$client" dump "$PG_URL" faults >"$dir/dump" || bad "the study does not load"
cat "$dir"/told.* | sed -n 's/^told \([0-9]* [A-Z]*\)$/\1/p' | sort >"$dir/told"
cut -d ' ' -f 1,2 "$dir/dump" | sort >"$dir/stored"
lost=$(comm -23 "$dir/told" "$dir/stored" | wc -l)
[ "$lost" -eq 0 ] || bad "$lost finished trials are not stored as they were told: $(comm -23 "$dir/told" "$dir/stored" | head -n 3)"
twice=$(cut -d ' ' -f 1 "$dir/told" | uniq -d | wc -l)
[ "$twice" -eq 0 ] || bad "$twice trials were told twice"
open=$(grep -c -E ' (WAITING|RUNNING)' "$dir/dump")
[ "$open" -eq 0 ] || bad "$open trials were left behind"
[ "$kills" -gt 0 ] || bad "no worker was killed"
sql="SELECT count(*) FROM (SELECT number FROM trials GROUP BY study_id, number HAVING count(*) > 1) d"
twice=$("$pg_bin/psql" -h "$pg_dir" -U wick -At -c "$sql" postgres)
[ "$twice" = 0 ] || bad "duplicate numbers: $twice"
echo "$(wc -l <"$dir/dump") trials, $(wc -l <"$dir/told") told by $runs workers, $kills killed:" \
    "$(cut -d ' ' -f 2 "$dir/stored" | sort | uniq -c | tr -s ' \n' ' ')"
[ $failed -eq 0 ]
