# SPDX-License-Identifier: MIT
# flags.sh BUILD: no file of the library is compiled with fused multiply-add (a*b+c rounded once
# instead of twice), which TradingView does not use: after hundreds of bars of a Wilder average one
# rounding turns a crossing. Where -march has no such instruction no number would tell.
set -u
list=$1/compile_commands.json
[ -f "$list" ] || { echo "skip: no $list"; exit 77; }
all=$(grep -c '"command": .*/src/' "$list")
[ "$all" -gt 100 ] || { echo "FAILED: only $all commands"; exit 1; }
bad=$(grep '"command": .*/src/' "$list" | grep -v -e ' -ffp-contract=off ' | wc -l)
fast=$(grep '"command": .*/src/' "$list" | grep -c -e ' -ffp-contract=fast ' -e ' -ffast-math ')
[ "$bad" -eq 0 ] && [ "$fast" -eq 0 ] && echo "$all commands" && exit 0
echo "FAILED: $bad commands without -ffp-contract=off, $fast with fast mathematics"
exit 1
