#!/bin/sh
# pkg_config.sh STAGE LIBDIR SOURCES BUILD CC CXX FLAGS: builds and runs a consumer with pkg-config
# alone, against the shared and the static library, in C and in C++.
set -eu
stage=$1 libdir=$2 sources=$3 build=$4 cc=$5 cxx=$6 flags=$7

rm -rf "$build"
mkdir -p "$build/models"
export PKG_CONFIG_PATH="$stage/$libdir/pkgconfig"
export LD_LIBRARY_PATH="$stage/$libdir"
"$(pkg-config --variable=command orm)" generate --out "$build/models" "$sources/models/note.yaml"

compile="$flags -Wall -Wextra -Werror $(pkg-config --cflags orm) -I$build/models"
shared=$(pkg-config --libs orm)
# The archive by name: -lorm would prefer the shared library beside it.
static=$(pkg-config --static --libs orm | sed 's/-lorm\( \|$\)/-l:liborm.a\1/')
# shellcheck disable=SC2086
for runtime in "$shared" "$static"; do
    for source in "$build"/models/*.c; do
        "$cc" -std=c11 $compile -c "$source" -o "${source%.c}.o"
    done
    "$cc" -std=c11 $compile "$sources/main.c" "$build"/models/*.o -o "$build/in_c" $runtime
    "$build/in_c"
    "$cxx" -std=c++17 $compile "$sources/main.cc" "$build"/models/*.o -o "$build/in_cxx" $runtime
    "$build/in_cxx"
done

compile="$flags -Wall -Wextra -Werror $(pkg-config --cflags orm-uv) -I$build/models"
shared=$(pkg-config --libs orm-uv)
static=$(pkg-config --static --libs orm-uv | sed 's/-lorm\(_uv\)\?\( \|$\)/-l:liborm\1.a\2/g')
# shellcheck disable=SC2086
for runtime in "$shared" "$static"; do
    "$cc" -std=gnu11 $compile "$sources/tasks.c" "$build"/models/*.o -o "$build/tasks" $runtime
    "$build/tasks"
done
