#!/bin/bash
# Times the matrix products of training with OpenBLAS and with Sources/CKernels (build/bench, as training.sh).
set -eu

cd "$(dirname "$0")/.."
directory=build/bench
venv=$directory/venv
mkdir -p $directory
[ -x $venv/bin/python ] || "${PYTHON:-python3}" -m venv $venv
$venv/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/training/requirements.txt
# The compiler that comes with Swift, and its flags for release.
clang -O2 -fPIC -shared -o $directory/libckernels.so -ISources/CKernels/include Sources/CKernels/*.c -lm
$venv/bin/python benchmarks/products/run.py --library $directory/libckernels.so
