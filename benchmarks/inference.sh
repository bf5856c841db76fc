#!/bin/bash
# Times inference beside ONNX Runtime, OpenVINO and NumPy, which are installed into a virtual environment.
#
#     benchmarks/inference.sh [--quick] [--only TABLE,TABLE] [--resume] [--patience SECONDS] [--write FILE.md]
#
# Needs build/lib/libspectra_infer.so (make library). Everything is written below build/bench/inference: every
# single time in NAME.csv, the tables in tables.md.
set -eu

cd "$(dirname "$0")/.."
. benchmarks/environment.sh benchmarks/inference/requirements.txt
libraries=$PWD/build/lib
${CC:-cc} -std=gnu11 -O3 -Wall -Wextra -fPIC -shared -o $directory/libbench.so benchmarks/inference/native/*.c -Iinclude \
    -L"$libraries" -lspectra_infer -Wl,-rpath,"$libraries" -pthread -ldl
export SPECTRA_INFER_LIBRARY=$libraries/libspectra_infer.so
PYTHONPATH=$PYTHONPATH:examples/python/src exec $venv/bin/python benchmarks/inference/run.py --native $directory/libbench.so \
    --library "$SPECTRA_INFER_LIBRARY" --directory $directory/inference "$@"
