#!/bin/bash
# Says which functions take the time of one call, by perf (Debian: linux-perf).
#
#     benchmarks/profile.sh raw [CHANNELS]      a raw spectrum with a shipped model
#     benchmarks/profile.sh features [BATCH]    160-256-256-6 from features
#     benchmarks/profile.sh shipped [BATCH]     a shipped model from features
#
# Builds a library that keeps the names of its functions (build/bench/lib). What is inlined counts for its caller.
set -eu

cd "$(dirname "$0")/.."
. benchmarks/environment.sh benchmarks/inference/requirements.txt
SPECTRA_STRIP=--strip-debug scripts/build-library.sh $directory/lib
${CC:-cc} -std=gnu11 -O3 -fPIC -shared -o $directory/libprofile.so benchmarks/inference/native/*.c -Iinclude \
    -L$directory/lib -lspectra_infer -Wl,-rpath,"$PWD/$directory/lib" -pthread -ldl
perf record --quiet --output=$directory/perf.data \
    $venv/bin/python benchmarks/inference/loop.py $directory/libprofile.so $directory/inference "$@"
perf report --input=$directory/perf.data --stdio --no-children --sort=symbol --dso=libspectra_infer.so.0,libc.so.6,libm.so.6 \
    --percentage=relative 2>/dev/null | grep -E '^ +[0-9]' | swift demangle --simplified | sed 's/[- ]*$//' | cut -c 1-150 | head -n 30
