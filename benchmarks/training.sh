#!/bin/bash
# Times training beside scikit-learn and JAX, which are installed into a virtual environment of their own.
#
#     benchmarks/training.sh [--repetitions N] [--epochs N] [--patience SECONDS]
#
# Everything is written below build/bench; the single times are in build/bench/training.csv.
set -eu

cd "$(dirname "$0")/.."
. benchmarks/environment.sh benchmarks/training/requirements.txt
touch benchmarks/Package.swift # or a new file of the package above would go unnoticed
build=(swift build -c release --package-path benchmarks --scratch-path $directory/swift)
"${build[@]}" >$directory/build.log 2>&1 || { cat $directory/build.log; exit 1; }
$venv/bin/python benchmarks/training/run.py --worker "$("${build[@]}" --show-bin-path)/TrainingWorker" \
    --directory $directory/problem --csv $directory/training.csv "$@"
