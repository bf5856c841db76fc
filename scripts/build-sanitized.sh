#!/bin/bash
# Builds libspectra_infer.so watched by a sanitizer, for the tests alone.
#
#     scripts/build-sanitized.sh thread|address DIRECTORY
#
# The sources and settings are those of build-library.sh, Embedded Swift as well; the compilers add the watch over
# every access to memory. Programs that link the library must be linked with Swift's clang and -fsanitize too.
set -eu
unset CC CXX # the C of the library must be compiled by Swift's clang here

cd "$(dirname "$0")/.."
kind=${1:?usage: $0 thread|address DIRECTORY}
target=${2:?usage: $0 thread|address DIRECTORY}
scratch=.build/$kind
clang=$(dirname "$(command -v swiftc)")/clang

mkdir -p "$target"
log=$target/build.log
# (The product itself is not linked: an executable of the tests brings the sanitizer along.)
swift build -c release --target CAPI --sanitize "$kind" --scratch-path "$scratch" \
    -Xswiftc -enable-experimental-feature -Xswiftc Embedded -Xswiftc -wmo \
    -Xcc -fno-math-errno -Xcc -fno-omit-frame-pointer >"$log" 2>&1 || { cat "$log"; exit 1; }
objects=$(scripts/library-objects.sh "$(swift build -c release --scratch-path "$scratch" --show-bin-path)")
# json-c takes the library's memory, as it is shipped; its own code is Debian's, and is not watched.
objcopy --redefine-sym malloc=spectra_json_malloc --redefine-sym calloc=spectra_json_calloc \
    --redefine-sym realloc=spectra_json_realloc --redefine-sym strdup=spectra_json_strdup \
    --redefine-sym free=spectra_json_free "$(pkg-config --variable=libdir json-c)/libjson-c.a" "$target/libjson-c-renamed.a"
"$clang" -shared -fsanitize="$kind" -o "$target/libspectra_infer.so" \
    $objects "$target/libjson-c-renamed.a" -lm
nm -D "$target/libspectra_infer.so" | grep -qE "__[at]san_" || { echo "$target/libspectra_infer.so is not watched" >&2; exit 1; }
