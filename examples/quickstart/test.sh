#!/bin/sh
# test.sh ORM QUICKSTART: the README's steps with these two programs; on PostgreSQL too when
# ORM_TEST_POSTGRESQL_URL names a server.
set -eu
orm=$1 quickstart=$2
models=$(dirname "$0")/models.yaml
work=$(mktemp -d)
schema=quickstart_$$
finish() {
    status=$?
    trap - EXIT
    rm -rf "$work"
    [ -z "${server:-}" ] || psql -Xqc "DROP SCHEMA $schema CASCADE" "$server" 2>/dev/null || status=1
    exit "$status"
}
trap finish EXIT
trap 'exit 130' HUP INT TERM

run() {
    "$quickstart" Grace Compilers >/dev/null
    "$quickstart" Ada "The first" "Notes on the engine" "Bernoulli numbers" "Flight" >"$work/out"
    printf '%s\n' "Ada" "  Flight" "  Bernoulli numbers" "  Notes on the engine" \
        "Grace" "  Compilers" >"$work/expected"
    diff "$work/expected" "$work/out"
}

"$orm" check "$models"
"$orm" schema --dialect sqlite "$models" | sqlite3 "$work/app.db"
export ORM_DATABASE_URL="sqlite:$work/app.db"
run
if ORM_DATABASE_URL=sqlite:$work/empty.db "$quickstart" 2>"$work/error"; then
    echo "FAILED: a missing table is not noticed"
    exit 1
fi
grep -q 'no such table: users' "$work/error"

[ -n "${ORM_TEST_POSTGRESQL_URL:-}" ] || exit 0
server=$ORM_TEST_POSTGRESQL_URL
psql -Xqc "CREATE SCHEMA $schema" "$server"
export PGOPTIONS="-c search_path=$schema"
"$orm" schema --dialect postgresql "$models" | psql -Xq -v ON_ERROR_STOP=1 "$server"
export ORM_DATABASE_URL="$server"
run
