#!/bin/sh
# usage.sh CHINOOK: help, exit codes, and failures that say what is wrong.
set -u
chinook=$1
unset ORM_DATABASE_URL
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect CODE PATTERN ARGUMENTS...: the exit code, and what one of both outputs must hold.
expect() {
    code=$1 pattern=$2
    shift 2
    "$chinook" "$@" >"$work/out" 2>&1 </dev/null
    got=$?
    if [ "$got" -ne "$code" ] || ! grep -q -e "$pattern" "$work/out"; then
        echo "FAILED: chinook $*: exit $got, expected $code and '$pattern'; it said:"
        cat "$work/out"
        failed=1
    fi
}

expect 0 '^Exit status:' --help
expect 0 '^Exit status:' graph -h
expect 2 'a command is missing'
expect 2 'unknown command: dump' dump
expect 2 'unknown argument: --data' graph --data x
expect 2 'unknown argument: more' load more
expect 2 'a value is missing after: --url' load --url
expect 1 'ORM_INVALID' graph --url mysql://localhost
expect 1 'ORM_' graph
expect 1 'ORM_' graph --url "sqlite:$work/no/such/folder/shop.db"
expect 1 'none.sql: No such file' load --url "sqlite:$work/a.db" --data "$work/none.sql"

# All or nothing: the tables of a load that fails are not there, and the next load finds no trace.
echo "INSERT INTO genre (genre_id, name) VALUES (1, 'a;''b'), (1, 'twice');" >"$work/bad.sql"
expect 1 'ORM_UNIQUE' load --url "sqlite:$work/b.db" --data "$work/bad.sql"
expect 1 'no such table' graph --url "sqlite:$work/b.db"
expect 0 'rows are in' load --url "sqlite:$work/b.db"
expect 1 'already exists' load --url "sqlite:$work/b.db"
ORM_DATABASE_URL=sqlite:$work/b.db
export ORM_DATABASE_URL
expect 0 '^artist 1: AC/DC$' graph
"$chinook" graph >/dev/full 2>/dev/null && { echo "FAILED: a full disk is not noticed"; failed=1; }
exit "$failed"
