#!/bin/bash
# Builds libspectra_infer.so, which needs nothing but the C library where it runs.
#
#     scripts/build-library.sh DIRECTORY
#
# The Swift sources are compiled as Embedded Swift, so that no Swift runtime is linked (docs/decisions/0001).
# Each function is a section of its own, so that the linker drops what nothing calls: Swift's hashing, say,
# which would ask for a newer C library. The kernels are compiled with -O3: a raw spectrum takes 1.5 % less than
# with -O2, and the file 70 KB more. The objects are linked with a version script: exactly the functions of
# the header are exported. json-c is linked in and hidden, and its allocations are renamed to those of
# Sources/CJSONMemory. For a profiler, SPECTRA_STRIP=--strip-debug keeps the names of the functions.
set -eu

cd "$(dirname "$0")/.."
target=${1:?usage: $0 DIRECTORY}
scratch=.build/embedded
interface=$(scripts/interface-number.sh)
jsonc=$(pkg-config --variable=libdir json-c)/libjson-c.a

mkdir -p "$target"
log=$target/build.log
swift build -c release --product SpectraInferC --scratch-path $scratch \
    -Xswiftc -enable-experimental-feature -Xswiftc Embedded -Xswiftc -wmo \
    -Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -fno-math-errno -Xcc -ffunction-sections -Xcc -O3 \
    >"$log" 2>&1 || { cat "$log"; exit 1; }
objects=$(scripts/library-objects.sh "$(swift build -c release --scratch-path $scratch --show-bin-path)")

objcopy --redefine-sym malloc=spectra_json_malloc --redefine-sym calloc=spectra_json_calloc \
    --redefine-sym realloc=spectra_json_realloc --redefine-sym strdup=spectra_json_strdup \
    --redefine-sym free=spectra_json_free "$jsonc" "$target/libjson-c-renamed.a"
# The C compiler links: there is no Swift library to find. -Bsymbolic binds calls inside the library to itself.
cc -shared -o "$target/libspectra_infer.so.full" \
    $objects \
    "$target/libjson-c-renamed.a" -lm \
    -Wl,--version-script=packaging/spectra_infer.map -Wl,-soname,libspectra_infer.so."$interface" \
    -Wl,--exclude-libs,ALL -Wl,-Bsymbolic -Wl,--gc-sections \
    -Wl,-z,defs -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
strip ${SPECTRA_STRIP:---strip-unneeded} -o "$target/libspectra_infer.so.$interface" "$target/libspectra_infer.so.full"
rm -f "$target/libspectra_infer.so.full" "$target/libjson-c-renamed.a"
ln -sf libspectra_infer.so."$interface" "$target/libspectra_infer.so"
echo "$target/libspectra_infer.so: $(($(stat -Lc %s "$target/libspectra_infer.so") / 1024)) KiB"
