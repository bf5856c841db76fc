#!/bin/bash
# The whole evaluation: cross-validations of three alignments divided by group and by spectrum, baselines on the
# same folds, a model of each alignment that has not seen the materials the paper examines, errors under worse
# measurements and with fewer materials; then the page with the figures.
#
#     scripts/report.sh [FOLDER]      build/report where none is named
#
# SEEDS (5) is the number of seeds, JOBS (2) that of the processes that fit baselines, DATA (data) the database.
# What is finished is not done again: after a change of data or program, begin with an empty FOLDER.
set -euo pipefail

cd "$(dirname "$0")/.."
out=${1:-build/report}
seeds=${SEEDS:-5}
jobs=${JOBS:-2}
data=${DATA:-data}
spectra=.build/release/spectra
venv=build/venv
mkdir -p "$out"

say() { printf '== %s\n' "$*"; }

say "the Python package"
[ -x $venv/bin/python ] || "${PYTHON:-python3}" -m venv $venv
$venv/bin/python -m pip install --quiet --upgrade --force-reinstall --no-deps ./examples/python
$venv/bin/python -m pip install --quiet './examples/python[report,baselines]'
python=$venv/bin/python

# Errors alone are compared: no ensembles for the intervals, five times as fast.
for split in group spectrum; do
    for alignment in absolute threshold edge; do
        say "cross-validation, $alignment alignment, by $split"
        $spectra cross-validate "$data" --alignment $alignment --split $split --no-augment \
            --calibration-members 0 --seeds "$seeds" --out "$out/$alignment-$split"
    done
done

# The models that are shipped learn from simulated measurements too, and these say whether the intervals hold.
for alignment in absolute edge; do
    say "cross-validation, $alignment alignment, augmented training, by group"
    $spectra cross-validate "$data" --alignment $alignment --split group --augment \
        --seeds "$seeds" --out "$out/$alignment-group-augmented"
done

for study in absolute-group threshold-group edge-group absolute-spectrum; do
    say "baselines, $study"
    $python -m spectra_infer.report.baselines "$out/$study" --jobs "$jobs"
done

[ -s "$out/absolute-group/baseline_inputs.csv" ] || {
    say "baselines with changed inputs, absolute-group"
    $python -m spectra_infer.report.baselines "$out/absolute-group" --jobs "$jobs" --inputs
}

# Spectra A and B of the paper's Figure 3, as far as the database has them.
held_out=()
for material in mp-555823 mp-557076; do
    if cut -d, -f2 "$data/sites.csv" | grep -qx $material; then held_out+=(--hold-out $material); fi
done
for alignment in absolute threshold edge; do
    say "a model, $alignment alignment"
    $spectra train "$data" --alignment $alignment --no-augment ${held_out[@]+"${held_out[@]}"} \
        --out "$out/$alignment.json"
    $spectra evaluate "$out/$alignment.json" "$data" --report "$out/model-$alignment"
done

for alignment in absolute edge; do
    say "worse measurements, $alignment alignment"
    $spectra robustness "$data" --alignment $alignment --seeds "$seeds" --out "$out/robustness-$alignment"
done

for alignment in absolute edge; do
    say "fewer materials, $alignment alignment"
    $spectra learning-curve "$data" --alignment $alignment --no-augment --seeds "$seeds" \
        --out "$out/learning-curve-$alignment"
done

say "figures"
$python -m spectra_infer.report "$out"
