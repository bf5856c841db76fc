#!/bin/bash
# Writes the smallest set of inputs that reach what all inputs reach: fuzz/minimize.sh TARGET FOLDER...
#
# Takes the seeds, the inputs that are kept (fuzz/corpus/TARGET) and those of the FOLDERs, and puts what is needed
# beside the seeds into fuzz/corpus/TARGET. Files above 8192 bytes are left out, as they are many and tell little.
set -eu

cd "$(dirname "$0")/.."
target=${1:?usage: $0 TARGET FOLDER...}
shift
all=$(mktemp -d)
trap 'rm -rf "$all"' EXIT
mkdir -p "$all"/{from,to} fuzz/corpus/"$target"
for folder in fuzz/corpus/"$target" "$@"; do
    find "$folder" -type f -size -8193c -exec cp {} "$all"/from \; 2>/dev/null || true # one that a running fuzzer has replaced
done
cp fuzz/seeds/"$target"/* "$all"/to
build/fuzz/"$target" -merge=1 -use_counters=0 "$all"/to "$all"/from >build/fuzz/merge.log 2>&1 || { tail -n 20 build/fuzz/merge.log; exit 1; }
for seed in fuzz/seeds/"$target"/*; do rm -f "$all/to/$(basename "$seed")"; done
rm -f fuzz/corpus/"$target"/*
cp "$all"/to/* fuzz/corpus/"$target"
ls fuzz/corpus/"$target" | wc -l
du -sb fuzz/corpus/"$target"
