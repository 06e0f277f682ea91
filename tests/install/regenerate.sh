#!/bin/sh
# regenerate.sh STAGE SOURCES BUILD OPTIONS...: one build after a change of a YAML file compiles whoever
# includes the header that changed, and a build after no change does nothing.
set -eu
stage=$1 sources=$2 build=$3
shift 3

rm -rf "$build"
mkdir -p "$build"
cp -r "$sources" "$build/source"
build_all() { cmake --build "$build/out" >"$build/log" 2>&1 || { cat "$build/log"; exit 1; }; }
fail() { echo "regenerate: $1"; cat "$build/log"; exit 1; }

cmake -G Ninja -S "$build/source" -B "$build/out" "-DCMAKE_PREFIX_PATH=$stage" "$@" >"$build/log"
build_all
build_all
before=$(stat -c %Y.%y "$build/out/CMakeFiles/consumer_c.dir/main.c.o")

build_all
grep -q 'no work to do' "$build/log" || fail "a build after no change did something"

# A column more changes the header, and with it main.c's object.
sleep 0.01
sed -i 's/^\( *\)- { name: title,.*/&\n\1- { name: added_later, type: integer, nullable: true }/' \
    "$build/source/models/note.yaml"
grep -q added_later "$build/source/models/note.yaml" || fail "the model was not changed"
build_all
grep -rq added_later "$build/out/consumer_models_models" || fail "the models were not generated again"
after=$(stat -c %Y.%y "$build/out/CMakeFiles/consumer_c.dir/main.c.o")
[ "$before" != "$after" ] || fail "main.c was not compiled again"

# A fault in the YAML fails the build and says where.
echo "  - nonsense" >>"$build/source/models/note.yaml"
if cmake --build "$build/out" >"$build/log" 2>&1; then
    fail "a faulty model did not fail the build"
fi
grep -q 'note\.yaml:[0-9]*:[0-9]*: error: ' "$build/log" || fail "the fault has no place"
