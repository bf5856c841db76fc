#!/bin/bash
# Builds the fuzz targets into build/fuzz: model and predict (the C library), readers (spectrum
# files), database (its two tables).
#
#     fuzz/build.sh [model|predict|readers|database]...      all of them where none is named
#
# libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer are those of the Swift toolchain's clang. The library is
# compiled as it is shipped, as Embedded Swift, but with both sanitizers and the coverage of libFuzzer; what is
# shipped (scripts/build-library.sh) is not touched.
set -eu

cd "$(dirname "$0")/.."
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(model predict readers database)
out=build/fuzz
mkdir -p $out
clang=$(dirname "$(readlink -f "$(command -v swiftc)")")/clang
sanitize=-fsanitize=address,undefined,float-cast-overflow
instrument=(-Xswiftc -sanitize=address -Xswiftc -sanitize-coverage=edge,inline-8bit-counters,pc-table -Xcc -fsanitize-coverage=inline-8bit-counters,pc-table
    -Xcc $sanitize -Xcc -fno-sanitize-recover=all)
cflags="-std=gnu11 -O2 -g -Wall -Wextra -Werror -fno-omit-frame-pointer -fno-sanitize-recover=all $sanitize -I include -I Tests/c"

# quietly LOG COMMAND...: shows the output of what failed.
quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 || { tail -n 40 "$log"; exit 1; }
}

# objects FOLDER MODULE...: the objects of the modules, without those of sources that are gone.
objects() {
    local folder=$1 module object
    shift
    for module in "$@"; do
        find "$folder/$module.build" -name '*.o'
    done | while read -r object; do
        [ -z "$(find Sources fuzz "$(dirname "$folder")"/../checkouts -name "$(basename "$object" .o)" -print -quit)" ] || echo "$object"
    done
}

library() {
    [ -z "${library_built-}" ] || return 0
    library_built=1
    local scratch=.build/fuzz-library jsonc names
    quietly $out/library.log swift build -c release --target CAPI --scratch-path $scratch \
        -Xswiftc -enable-experimental-feature -Xswiftc Embedded -Xswiftc -wmo -Xcc -fno-math-errno "${instrument[@]}"
    library_objects=$(objects "$(swift build -c release --scratch-path $scratch --show-bin-path)" CAPI SpectraInfer CKernels CJSONMemory)
    # json-c with the allocations of the library, as it is shipped.
    jsonc=$(pkg-config --variable=libdir json-c)/libjson-c.a
    names=$(printf -- '--redefine-sym %s=spectra_json_%s ' malloc malloc calloc calloc realloc realloc strdup strdup free free)
    # shellcheck disable=SC2086
    objcopy $names "$jsonc" $out/libjson-c-renamed.a
}

for target in "${targets[@]}"; do
    case $target in
        model | predict)
            library
            # Without the counters of libFuzzer: it is the library's code that is to be reached.
            for source in fuzz/"$target".c fuzz/harness.c Tests/c/seal.c; do
                # shellcheck disable=SC2086
                $clang $cflags -DFUZZING -DFUZZ_MODELS="\"$PWD/fuzz/seeds/model\"" -c -o $out/"$(basename "$source" .c)".o "$source"
            done
            # shellcheck disable=SC2086
            $clang $sanitize,fuzzer -fuse-ld=lld -o $out/"$target" $out/"$target".o $out/harness.o $out/seal.o $library_objects $out/libjson-c-renamed.a -lm
            ;;
        readers | database)
            scratch=.build/fuzz-readers
            [ -n "${readers_built-}" ] || quietly $out/readers.log \
                swift build -c release --target FuzzReaders --scratch-path $scratch "${instrument[@]}"
            readers_built=1
            # shellcheck disable=SC2086
            $clang $cflags -DENTRY=spectra_fuzz_"$target" -c -o $out/entry-"$target".o fuzz/entry.c
            # shellcheck disable=SC2086
            [ "$target" = database ] || $clang $cflags -c -o $out/archive.o fuzz/archive.c
            mutator=$([ "$target" = database ] || echo $out/archive.o)
            # shellcheck disable=SC2046,SC2086
            quietly $out/"$target"-link.log swiftc -use-ld=lld -sanitize=address,fuzzer -o $out/"$target" $out/entry-"$target".o $mutator \
                $(objects "$(swift build -c release --scratch-path $scratch --show-bin-path)" \
                    FuzzReaders SpectraIO SpectraInfer SwiftCSV CKernels CJSONMemory) -ljson-c -lz -lm
            ;;
        *) echo "usage: $0 [model|predict|readers|database]..." >&2; exit 2 ;;
    esac
done
