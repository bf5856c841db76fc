#!/bin/bash
# Prints the object files of the C library: scripts/library-objects.sh FOLDER
#
# FOLDER is what `swift build --show-bin-path` says. SwiftPM leaves the objects of sources that are gone lying there,
# so that each source is asked for its own.
set -eu

cd "$(dirname "$0")/.."
for module in CAPI SpectraInfer CKernels CJSONMemory; do
    find Sources/$module -name '*.swift' -o -name '*.c' | sort | while read -r source; do
        object=$1/$module.build/$(basename "$source").o
        [ -f "$object" ] || { echo "$object is missing" >&2; exit 1; }
        echo "$object"
    done
done
