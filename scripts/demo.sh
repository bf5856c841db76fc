#!/bin/sh
# The demo: a raw alpha-quartz spectrum, counts on a background with Poisson noise, is made of a site of the
# database; the C example predicts its six properties with a model that has not learned from alpha-quartz, and
# shows them beside the simulated values.
set -eu

cd "$(dirname "$0")/.."
mkdir -p build/demo
.build/release/spectra synthesize data --site mp-7000/O3 --counts 20000 --seed 7 \
    --out build/demo/quartz.csv --properties build/demo/quartz-simulated.csv
cc -std=c99 -O2 -Wall -Wextra -Iinclude examples/c/demo.c examples/c/columns.c \
    -Lbuild/lib -lspectra_infer -Wl,-rpath,"$PWD/build/lib" -o build/demo/demo
echo "A raw spectrum of alpha-quartz (mp-7000/O3): 1024 channels, 20,000 counts at the edge and of background."
echo "The model has not learned from alpha-quartz. Predicted through the C library, beside the simulated values:"
echo
build/demo/demo data/models/edge.json build/demo/quartz.csv build/demo/quartz-simulated.csv
