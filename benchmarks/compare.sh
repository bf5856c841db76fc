#!/bin/bash
# Times one call of two builds of the library side by side: what a change gains, where a machine is never quiet.
#
#     benchmarks/compare.sh OLD NEW raw [CHANNELS]        a raw spectrum with a shipped model
#     benchmarks/compare.sh OLD NEW features [BATCH]      160-256-256-6 from features
#     benchmarks/compare.sh OLD NEW shipped [BATCH]       a shipped model from features
#
# OLD and NEW are folders with libspectra_infer.so.0, such as copies of build/lib.
set -eu

if [ $# -lt 3 ]; then
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
old=$(realpath "$1") new=$(realpath "$2")
shift 2
cd "$(dirname "$0")/.."
for folder in "$old" "$new"; do
    [ -e "$folder/libspectra_infer.so.0" ] || { echo "$folder has no libspectra_infer.so.0; copy build/lib" >&2; exit 2; }
done
. benchmarks/environment.sh benchmarks/inference/requirements.txt
# Without a path to either: LD_LIBRARY_PATH names it.
${CC:-cc} -std=gnu11 -O3 -fPIC -shared -o $directory/libcompare.so benchmarks/inference/native/*.c -Iinclude \
    "$new/libspectra_infer.so.0" -pthread -ldl
$venv/bin/python benchmarks/inference/compare.py $directory/libcompare.so $directory/inference "$old" "$new" "$@"
