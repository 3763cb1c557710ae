#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh PROGRAM [SECONDS]: fuzzes with the seeds of corpus/<word> beside this script. New inputs
# go to a throw-away folder; an input that fails is left in the present folder as crash-*.
program=$1 seconds=${2:-30}
here=$(cd "$(dirname "$0")" && pwd)
word=$(basename "$program" | sed 's/^fuzz_//')
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
seeds=$here/corpus/$word
[ -d "$seeds" ] || seeds=
more= # the shipped strategies are seeds of scripts too
[ "$word" = script ] && more=$here/../../strategies
[ "$word" = pine ] && more="$here/../pine/community $here/../pine/semantics"
"$program" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 -print_final_stats=1 \
    "$work" ${seeds:+"$seeds"} ${more:+$more}
