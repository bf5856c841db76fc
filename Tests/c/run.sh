#!/bin/sh
# Compiles and runs the C tests: Tests/c/run.sh LIBDIR MODEL_DIR
#
# LIBDIR holds libspectra_infer.so, MODEL_DIR the models edge.json, threshold.json and absolute.json. The last
# line is "C: N passed, N failed"; the exit status is 0 when none failed. Environment:
#
#     CC                         the C compiler, default cc
#     SPECTRA_TEST_FULL=1        refuse every allocation in turn, not a sample
#     SPECTRA_TEST_NO_VALGRIND=1 leave out the runs under valgrind
#     SPECTRA_TEST_NO_SANITIZER=1 leave out the run under ThreadSanitizer, which builds the library once more
set -u

if [ $# -ne 2 ]; then
    echo "usage: $0 LIBDIR MODEL_DIR" >&2
    exit 2
fi
libraries=$(cd "$1" && pwd) || exit 2
models=$(cd "$2" && pwd) || exit 2
tests=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$tests/../.." && pwd)
data=$root/data
library=$libraries/libspectra_infer.so
CC=${CC:-cc}
export CC
unset LD_LIBRARY_PATH LD_PRELOAD LC_ALL 2> /dev/null
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

if [ ! -f "$library" ]; then
    echo "$0: $library is missing" >&2
    exit 2
fi

# check 'what must hold' COMMAND...: its output is shown where it fails.
check() {
    what=$1
    shift
    if "$@" > "$scratch/output" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "run.sh: failed: $what" >&2
        tail -n 20 "$scratch/output" >&2
    fi
}

# program NAME COMMAND...: runs a test program, shows what it says, and adds "NAME: N passed, N failed".
program() {
    name=$1
    shift
    "$@" > "$scratch/output"
    status=$?
    cat "$scratch/output"
    counts=$(sed -n "s/^$name: \([0-9]*\) passed, \([0-9]*\) failed\$/\1 \2/p" "$scratch/output" | tail -n 1)
    if [ -z "$counts" ]; then
        echo "run.sh: $name did not finish (exit status $status)" >&2
        counts='0 1'
    elif [ $status -ne 0 ] && [ "${counts#* }" = 0 ]; then
        echo "run.sh: $name ended with exit status $status" >&2
        counts="${counts% *} 1"
    fi
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
}

# ---------------------------------------------------------------- the header

clang=/opt/swift/usr/bin/clang
[ -x $clang ] || clang=$(command -v clang || true)
strict='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'
for standard in c99 c11 c17; do
    for compiler in "$CC" gcc $clang; do
        if [ -z "$(command -v "$compiler")" ]; then continue; fi
        check "the header is $standard for $compiler" "$compiler" -std=$standard $strict -I "$root/include" "$tests/layout.c"
    done
done
for compiler in g++ ${clang:+$clang++}; do
    if [ -z "$(command -v "$compiler")" ]; then continue; fi
    check "the header is C++17 for $compiler" "$compiler" -std=c++17 $strict -I "$root/include" -x c++ "$tests/layout.c"
done
[ -n "$clang" ] || echo 'run.sh: SKIPPED: no clang'
# The program in the header's comment is the one that people copy.
sed -n '/^ \*     #include <spectra_infer.h>/,/^ \*     }$/s/^ \*     //p' "$root/include/spectra_infer.h" > "$scratch/comment.c"
check "the header's example compiles" "$CC" -std=c99 -Wall -Wpedantic -Werror -fsyntax-only -I "$root/include" "$scratch/comment.c"

# ---------------------------------------------------------------- the library

program exports sh "$tests/exports.sh" "$library" "$root/include/spectra_infer.h" "$root/packaging/spectra_infer.map"
program abi "$tests/abi.sh" "$root/include/spectra_infer.h" "$root/packaging/spectra_infer.map" "$root/packaging/abi/libspectra_infer-0-x86_64.abi"

ln -s "$library" "$scratch/libspectra_infer.so"
soname=$(readelf -dW "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[ -n "$soname" ] && [ ! -e "$scratch/$soname" ] && ln -s "$library" "$scratch/$soname"
flags="-std=gnu11 -O1 -g -Wall -Wextra -Werror -fno-builtin-malloc -frounding-math -pthread -I $root/include"
for name in contract numbers steps damage hostile unusual threads memory quiet kernels quartz; do
    check "$name compiles" "$CC" $flags -o "$scratch/$name" "$tests/$name.c" "$tests/support.c" "$tests/seal.c" -L "$scratch" -lspectra_infer \
        -Wl,-rpath,"$scratch" -lm
done
fuzz=$root/fuzz
for name in model predict; do
    check "replay_$name compiles" "$CC" $flags -I "$tests" -DFUZZ_MODELS="\"$fuzz/seeds/model\"" -o "$scratch/replay_$name" "$tests/replay.c" \
        "$fuzz/$name.c" "$fuzz/harness.c" "$tests/support.c" "$tests/seal.c" -L "$scratch" -lspectra_infer -Wl,-rpath,"$scratch" -lm
done
check 'hygiene compiles' "$CC" $flags -o "$scratch/hygiene" "$tests/hygiene.c" "$tests/support.c" -ldl -lm

# A locale that writes 0,5: the machine's, or one made here.
locale_path=
comma=$(locale -a 2> /dev/null | grep -iE '^(de|fr|es|it|nl|ru)_.*utf-?8$' | head -n 1)
if [ -z "$comma" ] && localedef -i de_DE -f UTF-8 "$scratch/de_DE.UTF-8" > /dev/null 2>&1; then
    comma=de_DE.UTF-8
    locale_path=LOCPATH=$scratch # for hygiene alone: with it the C library's newlocale() leaks a few bytes
fi

program contract "$scratch/contract" "$models" "$data"
program numbers "$scratch/numbers" "$models" "$data"
program steps "$scratch/steps" "$models" "$data"
program threads "$scratch/threads" "$models" "$data"
program kernels "$scratch/kernels" "$models" "$data"
for name in race stack golden endure; do
    check "$name compiles" "$CC" $flags -o "$scratch/$name" "$tests/$name.c" "$tests/support.c" -L "$scratch" -lspectra_infer \
        -Wl,-rpath,"$scratch" -lm
done
program race "$scratch/race" "$models" "$data" 12
golden=$root/Tests/Fixtures/golden-models
program stack "$scratch/stack" "$models" "$data" "$golden/edge-5.json" "$golden/edge-160.json"
program golden "$scratch/golden" "$golden"
for kernel in baseline avx2 avx512; do # the best one is above
    program threads env SPECTRA_KERNEL=$kernel "$scratch/threads" "$models" "$data"
    program golden env SPECTRA_KERNEL=$kernel "$scratch/golden" "$golden"
done
program endure "$scratch/endure" "$models" "$data" 2
program memory "$scratch/memory" "$models" "$data"
program quiet "$scratch/quiet" "$models" "$data"
program hygiene env $locale_path "$scratch/hygiene" "$library" "$models" "$data" ${comma:+"$comma"}
program damage "$scratch/damage" "$models/edge.json"
for model in "$models/edge.json" "$golden/edge-160.json" "$golden/format2-edge-5.json" "$golden/format3-edge-5.json"; do # the last three: of formats 1, 2 and 3
    program hostile "$scratch/hostile" "$model" "$data"
done
program unusual "$scratch/unusual" "$models" "$data" "$root/docs/hostile-numbers.md"

# What the fuzz targets keep (docs/fuzzing.md); the seeds are made anew, to be those of seeds.py.
for name in model predict; do
    program replay_$name "$scratch/replay_$name" replay_$name "$fuzz/seeds/$name" "$fuzz/corpus/$name" $(ls -d "$fuzz/findings/$name" 2> /dev/null)
done
if command -v python3 > /dev/null; then
    check 'fuzz/seeds is what fuzz/seeds.py writes' sh -c 'python3 "$1/seeds.py" "$2" && diff -r "$1/seeds" "$2"' sh "$fuzz" "$scratch/seeds"
else
    echo 'run.sh: SKIPPED: fuzz/seeds.py, as there is no python3'
fi

# With an empty environment, and no Swift where the loader looks.
program hygiene env -i PATH=/usr/bin:/bin LD_LIBRARY_PATH="$scratch" "$scratch/hygiene" libspectra_infer.so "$models" "$data"
# On a computer without Swift: the folder of the toolchain is empty for this process. And with the toolchain, where
# Swift's runtime, which is not in the library, would set up its signal handlers.
toolchain=$(command -v swiftc > /dev/null && dirname "$(dirname "$(dirname "$(readlink -f "$(command -v swiftc)")")")")
case $toolchain in '' | / | /usr | /usr/local) hidden= ;; *) hidden=$toolchain ;; esac
if [ -n "$hidden" ] && unshare -rm mount -t tmpfs none "$hidden" 2> /dev/null; then
    program hygiene unshare -rm sh -c 'mount -t tmpfs none "$1" && shift && ! command -v swiftc > /dev/null && exec "$@"' \
        sh "$hidden" "$scratch/hygiene" "$library" "$models" "$data"
else
    echo 'run.sh: SKIPPED: no toolchain of Swift that could be hidden'
fi
program hygiene env SWIFT_BACKTRACE=enable=yes,color=no "$scratch/hygiene" "$library" "$models" "$data"

# ---------------------------------------------------------------- hosts with a runtime of their own

if [ -n "$toolchain" ]; then
    cp -L "$library" "$scratch/copy.so"
    check 'a Swift program links the library through its module map' swiftc -O -parse-as-library -swift-version 6 -I "$root/include" \
        -L "$scratch" -lspectra_infer -Xlinker -rpath -Xlinker "$scratch" -o "$scratch/host" "$root/Tests/host-swift/Host.swift"
    program host "$scratch/host" "$library" "$scratch/copy.so" "$models/edge.json"
else
    echo 'run.sh: SKIPPED: the Swift program that uses the library, as there is no swiftc'
fi
if pkg-config --exists python3-embed 2> /dev/null; then
    # shellcheck disable=SC2046 # the options are meant to be split
    check 'embed compiles' "$CC" $flags $(pkg-config --cflags python3-embed) -o "$scratch/embed" "$tests/embed.c" "$tests/support.c" \
        -L "$scratch" -lspectra_infer -Wl,-rpath,"$scratch" $(pkg-config --libs python3-embed) -lm
    program embed "$scratch/embed" "$library" "$models" "$data"
else
    echo 'run.sh: SKIPPED: the C program that embeds Python (apt-get install python3-dev)'
fi

# ---------------------------------------------------------------- ThreadSanitizer

if [ -n "${SPECTRA_TEST_NO_SANITIZER-}" ] || [ -z "$clang" ] || [ -z "$toolchain" ]; then
    echo 'run.sh: SKIPPED: ThreadSanitizer, for which the library is built once more by Swift'
else
    runtime=$(dirname "$clang")/../lib/swift/linux
    watched=$root/build/thread
    check 'the library is built for ThreadSanitizer' "$root/scripts/build-sanitized.sh" thread "$watched"
    check 'race compiles for ThreadSanitizer' "$clang" -std=gnu11 -O1 -g -fsanitize=thread -pthread -I "$root/include" \
        -o "$scratch/race-watched" "$tests/race.c" "$tests/support.c" -L "$watched" -lspectra_infer -Wl,-rpath,"$watched" \
        -L "$runtime" -ldispatch -lBlocksRuntime -Wl,-rpath,"$runtime" -lm
    program race "$scratch/race-watched" "$models" "$data" 2
    # Two threads in one workspace: had ThreadSanitizer nothing to say of this, the line above would mean nothing.
    check 'ThreadSanitizer sees a race inside of the library' \
        env TSAN_OPTIONS=halt_on_error=1 sh -c '"$@" --plant 2>&1 | grep -q "WARNING: ThreadSanitizer: data race"' \
        sh "$scratch/race-watched" "$models" "$data"
fi

# ---------------------------------------------------------------- valgrind

if [ -n "${SPECTRA_TEST_NO_VALGRIND-}" ]; then
    echo 'run.sh: SKIPPED: valgrind, as SPECTRA_TEST_NO_VALGRIND says'
elif command -v valgrind > /dev/null; then
    SPECTRA_TEST_VALGRIND=1
    export SPECTRA_TEST_VALGRIND
    watch="valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible"
    program contract $watch "$scratch/contract" "$models" "$data"
    program numbers $watch "$scratch/numbers" "$models" "$data"
    program steps $watch "$scratch/steps" "$models" "$data"
    program threads $watch "$scratch/threads" "$models" "$data"
    program golden $watch "$scratch/golden" "$golden"
    program damage $watch "$scratch/damage" "$models/edge.json"
    program hostile $watch "$scratch/hostile" "$models/edge.json" "$data"
    program unusual $watch "$scratch/unusual" "$models" "$data" "$root/docs/hostile-numbers.md"
    for name in model predict; do
        program replay_$name $watch "$scratch/replay_$name" replay_$name "$fuzz/seeds/$name" "$fuzz/corpus/$name" $(ls -d "$fuzz/findings/$name" 2> /dev/null)
    done
    unset SPECTRA_TEST_VALGRIND
    # That SPECTRA_KERNEL acts is seen by the number of instructions; valgrind knows AVX2 at most.
    instructions() {
        SPECTRA_KERNEL=$1 valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null \
            "$scratch/kernels" "$models" "$data" --as-it-is 2>&1 | sed -n 's/.*I *refs: *//p' | tr -d ,
    }
    if grep -qw avx2 /proc/cpuinfo; then
        check 'SPECTRA_KERNEL chooses the kernel' test "$(instructions baseline)" -gt "$(instructions avx2)"
    fi
else
    echo 'run.sh: SKIPPED: valgrind is not installed (apt-get install valgrind)'
fi

# ---------------------------------------------------------------- installation and examples

same_file() { cmp "$1" "$2"; }
"$scratch/quartz" "$data" > "$scratch/quartz.txt"
"$scratch/quartz" "$data" --values > "$scratch/quartz.csv"
check 'examples/c/quartz.txt is what quartz.c makes' same_file "$scratch/quartz.txt" "$root/examples/c/quartz.txt"
check 'examples/c/quartz.csv is what quartz.c makes' same_file "$scratch/quartz.csv" "$root/examples/c/quartz.csv"

version=$(sed -n 's/^#define SPECTRA_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\)$/\2/p' "$root/include/spectra_infer.h" | paste -sd.)
check 'install.sh installs' env SPECTRA_LIBRARY="$library" SPECTRA_MODELS="$models" "$root/scripts/install.sh" /opt/spectra "$scratch/first"
mkdir "$scratch/moved" && mv "$scratch/first/opt/spectra" "$scratch/moved/there"  # the tree may be moved
prefix=$scratch/moved/there
interface=$("$root/scripts/interface-number.sh")
for file in lib/libspectra_infer.so lib/libspectra_infer.so.$interface lib/libspectra_infer.so.$version include/spectra_infer.h \
    lib/pkgconfig/spectra_infer.pc lib/cmake/spectra_infer/spectra_inferConfig.cmake lib/cmake/spectra_infer/spectra_inferConfigVersion.cmake \
    share/spectra_infer/models/edge.json; do
    check "$file is installed" test -f "$prefix/$file"
done
check 'nothing is left to fill in' sh -c '! grep -rE "@[A-Z]+@" "$1/lib/pkgconfig" "$1/lib/cmake"' sh "$prefix"
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
check 'pkg-config knows the version' test "$(pkg-config --modversion spectra_infer)" = "$version"

cp -R "$root/examples/c" "$scratch/examples"
check 'the examples build with cc and pkg-config' make -s -C "$scratch/examples" CFLAGS='-O2 -Wall -Wextra -Wpedantic -Werror'
examples=$scratch/examples

# says 'what must hold' EXIT_STATUS 'pattern' COMMAND...: of what the command prints on both streams
says() {
    what=$1 wanted=$2 pattern=$3
    shift 3
    "$@" > "$scratch/said" 2>&1
    status=$?
    check "$what" sh -c 'cat "$1"; echo "exit status $2"; test "$2" -eq "$3" && grep -qE -- "$4" "$1"' \
        sh "$scratch/said" "$status" "$wanted" "$pattern"
}
cd "$examples" || exit 2
says 'predict prints the bond length' 0 '^bond_length +[0-9.]+ ± [0-9.]+ +angstrom +\([0-9.e-]+ from the noise\)$' ./predict "$models/edge.json" quartz.txt
says 'predict runs where the loader finds no Swift' 0 '^bond_length ' env -i PATH=/usr/bin:/bin ./predict "$models/edge.json" quartz.txt
says 'predict prints the background' 0 '^background  E\^-r with r = ' ./predict "$models/edge.json" quartz.txt
says 'predict prints references' 0 '^nearest +[a-z]+-[0-9]+/O[0-9]+ \(' ./predict "$models/edge.json" quartz.txt
says 'predict takes a threshold' 0 '^excitation_energy ' ./predict "$models/threshold.json" quartz.txt 542.8411
says 'predict takes an offset' 0 '^excitation_energy ' ./predict "$models/absolute.json" quartz.txt 0
says 'predict says what a model lacks' 1 '^SPECTRA_ERROR_ALIGNMENT: .+\.$' ./predict "$models/threshold.json" quartz.txt
says 'predict says that there is no model' 1 '^SPECTRA_ERROR_FILE: .+\.$' ./predict nowhere.json quartz.txt
says 'predict says that this is no model' 1 '^SPECTRA_ERROR_MODEL_' ./predict quartz.txt quartz.txt
says 'predict says that there is no spectrum' 2 'nowhere.txt: No such file' ./predict "$models/edge.json" nowhere.txt
says 'predict says that this is no spectrum' 2 'README.md:[0-9]+: expected an energy and a count' ./predict "$models/edge.json" README.md
says 'predict explains itself' 2 '^usage: ' ./predict
: > empty.txt
says 'an empty spectrum is refused' 1 '^SPECTRA_ERROR_' ./predict "$models/edge.json" empty.txt
./predict "$models/edge.json" quartz.txt > expected
for separator in , ';' '\t' ' , '; do
    sed "s/^\([0-9.]*\) /\1$separator/" quartz.txt > separated.txt
    check "predict reads columns parted by '$separator'" sh -c './predict "$1" separated.txt | cmp - expected' sh "$models/edge.json"
done
sed 's/$/\r/' quartz.txt > separated.txt
check 'predict reads lines that end in CR LF' sh -c './predict "$1" separated.txt | cmp - expected' sh "$models/edge.json"
for model in edge threshold absolute; do
    energy=$([ $model = threshold ] && echo 542.8411 || echo 0)
    says "demo compares with the $model model" 0 '^[0-6] of 6 simulated values lie in the 95 % interval, [0-6] of 6 within one' \
        ./demo "$models/$model.json" quartz.txt quartz.csv "$energy"
done
says 'map predicts an image' 0 '^1024 pixels: 0 without a prediction' ./map "$models/edge.json" quartz.txt
says 'map says what a model lacks' 1 'pixels from 0: .+' ./map "$models/threshold.json" quartz.txt
# At 2,000 a second for 0.1 s every frame fits into the ring, however slow the machine: none may be dropped.
says 'live predicts every frame' 0 '^200 frames at 2000 a second: 200 predicted, 0 dropped, 0 without' \
    ./live "$models/edge.json" quartz.txt 2000 200
# Ten million frames a second fill the ring: the camera must not wait, and what was dropped is counted.
./live "$models/edge.json" quartz.txt 1e7 20000 > frames.txt
check 'live counts what it drops' awk '/^20000 frames/ { exit !($7 + $9 == 20000 && $9 > 0 && $7 > 0) }' frames.txt
says 'live predicts what it did not drop' 0 '^bond_length +mean +1\.6' cat frames.txt
says 'live says what a model lacks' 1 'this model needs the threshold' ./live "$models/threshold.json" quartz.txt 2000 20
says 'live explains itself' 2 '^usage: ' ./live "$models/edge.json" quartz.txt 0
if command -v cmake > /dev/null; then
    says 'cmake finds the package' 0 '' cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix"
    says 'cmake builds the examples' 0 '' cmake --build build
    says 'an example built by cmake runs' 0 '^bond_length ' build/predict "$models/edge.json" quartz.txt
    for other in 99.0 0.0; do
        mkdir "other-$other"
        sed "s/find_package(spectra_infer 0.1/find_package(spectra_infer $other/" CMakeLists.txt > "other-$other/CMakeLists.txt"
        says "cmake refuses version $version for a program that asks for $other" 1 'compatible' \
            cmake -S "other-$other" -B "other-$other/build" -DCMAKE_PREFIX_PATH="$prefix"
    done
else
    echo 'run.sh: SKIPPED: cmake is not installed'
fi
cd "$tests" || exit 2

echo "C: $passed passed, $failed failed"
test "$failed" -eq 0
