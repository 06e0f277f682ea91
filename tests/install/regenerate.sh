#!/bin/sh
# regenerate.sh STAGE SOURCES BUILD OPTIONS...: one build after a change of a YAML file, or of one it
# includes, compiles whoever includes the header that changed, and a build after no change does
# nothing; with Ninja and with make, in folders with spaces in their names.
set -eu
stage=$1 sources=$2 build=$3
shift 3

build_all() { cmake --build "$out" >"$log" 2>&1 || { cat "$log"; exit 1; }; }
fail() { echo "regenerate ($generator): $1"; cat "$log"; exit 1; }
time_of_main() { stat -c %Y.%y "$out/CMakeFiles/consumer_c.dir/main.c.o"; }

# make compares whole clock ticks, and a file written in the same one is not newer.
change() { sleep 0.05; sed -i "$1" "$2"; grep -q "$3" "$2" || fail "$2 was not changed"; }

expect_generated() {
    build_all
    grep -rq "$1" "$out/consumer_models_models" || fail "the models were not generated again"
    [ "$before" != "$(time_of_main)" ] || fail "main.c was not compiled again"
    before=$(time_of_main)
}

rm -rf "$build"
for generator in Ninja 'Unix Makefiles'; do
    folder="$build/with $generator" out="$build/with $generator/build dir" log="$build/log"
    models="$folder/a source/models"
    mkdir -p "$folder"
    cp -r "$sources" "$folder/a source"
    printf 'prefix: part\nmodels:\n  - name: piece\n    columns:\n%s\n' \
        '      - { name: id, type: bigint, primary_key: true }' >"$models/one part.yaml"
    printf 'include: [one part.yaml]\n' | cat - "$models/note.yaml" >"$models/new"
    mv "$models/new" "$models/note.yaml"

    cmake -G "$generator" -S "$folder/a source" -B "$out" "-DCMAKE_PREFIX_PATH=$stage" "$@" >"$log"
    build_all
    build_all
    build_all
    if grep -Eq 'Building|Generating the models' "$log"; then
        fail "a build after no change did something"
    fi
    before=$(time_of_main)

    change 's/^\( *\)- { name: title,.*/&\n\1- { name: added_later, type: integer, nullable: true }/' \
        "$models/note.yaml" added_later
    expect_generated added_later
    change '$a\      - { name: added_inside, type: text }' "$models/one part.yaml" added_inside
    build_all
    grep -rq added_inside "$out/consumer_models_models" || fail "an included file was not tracked"

    # A fault in the YAML fails the build and says where.
    change '$a\  - nonsense' "$models/note.yaml" nonsense
    if cmake --build "$out" >"$log" 2>&1; then
        fail "a faulty model did not fail the build"
    fi
    grep -q 'note\.yaml:[0-9]*:[0-9]*: error: ' "$log" || fail "the fault has no place"
done

# The package's command is the target machine's; nobody may run it here.
generator=cross
if PATH=/usr/bin:/bin cmake -G Ninja -S "$folder/a source" -B "$build/cross" \
    "-DCMAKE_PREFIX_PATH=$stage" -DCMAKE_SYSTEM_NAME=Linux "$@" >"$log" 2>&1; then
    fail "cross-compiling took the package's own command"
fi
grep -q 'no orm command that runs' "$log" || fail "the error is another one"
