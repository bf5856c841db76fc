#!/bin/bash
# Times the matrix products of training with OpenBLAS and with Sources/CKernels (build/bench, as training.sh).
set -eu

cd "$(dirname "$0")/.."
. benchmarks/environment.sh benchmarks/training/requirements.txt
# The compiler that comes with Swift, and its flags for release.
clang -O2 -fPIC -shared -o $directory/libkernels.so -ISources/CKernels/include Sources/CKernels/*.c -lm
$venv/bin/python benchmarks/products/run.py --library $directory/libkernels.so
