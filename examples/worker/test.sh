#!/bin/sh
# test.sh ORM WORKER JOBS_YAML: the steps of the README, tried on SQLite.
set -eu
orm=$1 worker=$2 jobs=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export ORM_DATABASE_URL="sqlite:$folder/app.db"

"$orm" schema --dialect sqlite models.yaml "$jobs" | sqlite3 "$folder/app.db"
sqlite3 "$folder/app.db" "insert into sales (country, day, total) values
    ('Norway', '2024-05-01', '20.50'), ('Chile', '2024-05-02', '7.25'), ('Norway', '2024-05-03', '9.50')"

"$worker" order "Sales of May"
"$worker" show | grep -q "to come"
"$worker" drain 2>"$folder/log"
grep -q "job 1 (report) attempt 1: done" "$folder/log"
"$worker" show | grep -q "Norway *2 *30.00"

# A worker that runs takes what comes, and ends when it is told to.
"$worker" run 2>"$folder/log" &
running=$!
"$worker" order "Sales again"
i=0
until "$worker" show | grep -q "2 done"; do
    i=$((i + 1))
    test $i -lt 600 || { cat "$folder/log"; exit 1; }
    sleep 0.1
done
kill -TERM $running
wait $running
"$worker" show
