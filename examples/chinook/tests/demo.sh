#!/bin/sh
# demo.sh CHINOOK: the demo makes its point, in 80 columns, with colour for people only.
set -u
chinook=$1
unset NO_COLOR ORM_DATABASE_URL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() { echo "FAILED: $*"; failed=1; }
escape=$(printf '\033')

(cd "$work" && "$chinook" demo) >"$work/out" 2>"$work/err" || fail "exit status $?"
[ -s "$work/err" ] && fail "standard error: $(cat "$work/err")"
grep -q '^N1 artist.albums is loaded row by row' "$work/out" || fail "artist.albums is not reported"
grep -q '^N1 album.tracks is loaded row by row' "$work/out" || fail "album.tracks is not reported"

# The lines that are named are those of the loop and of the list.
line() { grep -n "$1" "$(dirname "$0")/../naive.c" | cut -d: -f1; }
grep -q "call in loop *naive.c:$(line load_albums) " "$work/out" || fail "wrong line of the loop"
grep -q "list made at *naive.c:$(line artist_select) .*275 rows" "$work/out" ||
    fail "wrong line of the list"
grep -q "lists made at *naive.c:$(line load_albums) .*347 rows in 204 lists" "$work/out" ||
    fail "wrong line or number of the inner lists"
grep -q "write at *naive.c:$(line artist_select) " "$work/out" || fail "wrong line to change"
grep -q '^N1 artist.albums .* 275 statements' "$work/out" || fail "wrong number of outer loads"
grep -q '^N1 album.tracks .* 347 statements' "$work/out" || fail "wrong number of inner loads"

grep -Eq '^ +statements +623 +3$' "$work/out" || fail "wrong numbers of statements"
grep -Eq '^ +playing time, minutes +22,979 +22,979$' "$work/out" || fail "wrong results"
[ "$(LC_ALL=C.UTF-8 wc -L <"$work/out")" -le 80 ] || fail "lines above 80 columns"
grep -q "$escape" "$work/out" && fail "colour outside a terminal"

# A container may have no pseudo-terminals.
script -qec true /dev/null </dev/null >/dev/null 2>&1 || exit "$failed"
TERM=xterm script -qec "'$chinook' demo" /dev/null </dev/null >"$work/color"
grep -q "$escape" "$work/color" || fail "no colour on a terminal"
NO_COLOR=1 TERM=xterm script -qec "'$chinook' demo" /dev/null </dev/null >"$work/plain"
grep -q "$escape" "$work/plain" && fail "colour despite NO_COLOR"
[ "$(ls "$work")" = "color
err
out
plain" ] || fail "the demo leaves files behind"
exit "$failed"
