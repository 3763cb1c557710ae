# SPDX-License-Identifier: MIT
# The coverage table of docs/porting-pine.md is what the translator says of itself.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run table "$first" pine --coverage
expect 0 "the table"
sed -n '/<!-- coverage -->/,/<!-- \/coverage -->/p' "$SRC/docs/porting-pine.md" | sed '1d;$d' >"$TMP/page.md"
same "$TMP/page.md" "$TMP/table.out" "docs/porting-pine.md (wick pine --coverage writes it afresh)"
finish
