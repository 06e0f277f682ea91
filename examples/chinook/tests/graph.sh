#!/bin/sh
# graph.sh sqlite|postgresql CHINOOK GRAPH_SQL: what `chinook graph` prints is what plain SQL gives on
# the same database, and what it gives on a SQLite database of the same rows.
# PostgreSQL: ORM_TEST_POSTGRESQL_URL names a server; 77 (skipped) without it.
set -eu
database=$1 chinook=$2 sql=$3
if [ "$database" = postgresql ] && [ -z "${ORM_TEST_POSTGRESQL_URL:-}" ]; then
    echo "skipped: ORM_TEST_POSTGRESQL_URL is not set"
    exit 77
fi
work=$(mktemp -d)
name=chinook_example_$$
server() { PGOPTIONS='-c client_min_messages=warning' psql -Xq -d "$ORM_TEST_POSTGRESQL_URL" -c "$1"; }
finish() {
    status=$?
    trap - EXIT
    rm -rf "$work"
    [ "$database" = sqlite ] || server "DROP DATABASE IF EXISTS $name WITH (FORCE)" || status=1
    exit "$status"
}
trap finish EXIT
trap 'exit 130' HUP INT TERM

"$chinook" load --url "sqlite:$work/shop.db"
"$chinook" graph --url "sqlite:$work/shop.db" >"$work/graph"
sqlite3 -bail "$work/shop.db" <"$sql" >"$work/plain"
[ "$(wc -l <"$work/graph")" -eq 24292 ]
cmp "$work/graph" "$work/plain"
[ "$database" = postgresql ] || exit 0

case $ORM_TEST_POSTGRESQL_URL in # the last setting of a connection string wins
    postgres*://*\?*) url="$ORM_TEST_POSTGRESQL_URL&dbname=$name" ;;
    postgres*://*) url="$ORM_TEST_POSTGRESQL_URL?dbname=$name" ;;
    *) url="$ORM_TEST_POSTGRESQL_URL dbname=$name" ;;
esac
server "CREATE DATABASE $name"
"$chinook" load --url "$url"
"$chinook" graph --url "$url" >"$work/graph.postgresql"
psql -XAtq -v ON_ERROR_STOP=1 -d "$url" -f "$sql" >"$work/plain.postgresql"
cmp "$work/graph.postgresql" "$work/plain.postgresql"
cmp "$work/graph.postgresql" "$work/graph"
"$chinook" demo --url "$url"
