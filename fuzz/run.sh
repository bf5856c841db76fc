#!/bin/bash
# Runs the fuzz targets for a time each, from the inputs that are kept: FUZZ_SECONDS=60 fuzz/run.sh [TARGET]...
#
# What is new goes to build/fuzz/corpus, what ends a target to build/fuzz/findings; the exit status tells whether
# there was any. The last line counts the runs. Environment:
#
#     FUZZ_SECONDS  time for each target, default 60
#     FUZZ_SEED     seed of libFuzzer's random numbers, default 1
set -u

cd "$(dirname "$0")/.."
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(model predict readers database)
fuzz/build.sh "${targets[@]}" || exit 1
declare -A longest=([model]=12000 [predict]=2048 [readers]=4096 [database]=2048)
runs=0 findings=0
for target in "${targets[@]}"; do
    work=build/fuzz/corpus/$target log=build/fuzz/$target.log
    mkdir -p "$work" build/fuzz/findings
    dictionary=
    [ ! -f fuzz/"$target".dict ] || dictionary=-dict=fuzz/$target.dict
    build/fuzz/"$target" -seed="${FUZZ_SEED:-1}" -max_total_time="${FUZZ_SECONDS:-60}" -max_len="${longest[$target]}" -timeout=20 \
        -rss_limit_mb=2500 -print_final_stats=1 $dictionary -artifact_prefix=build/fuzz/findings/"$target"- \
        "$work" $(ls -d fuzz/{seeds,corpus,findings}/"$target" 2>/dev/null) >"$log" 2>&1
    status=$?
    done_runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    coverage=$(grep -oE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -n 1)
    runs=$((runs + ${done_runs:-0}))
    echo "$target: ${done_runs:-0} runs, ${coverage:-no coverage}"
    # libFuzzer ends with 72 where somebody interrupted it.
    if [ $status -ne 0 ] && [ $status -ne 72 ]; then
        findings=$((findings + 1))
        grep -E 'broken promise|Fatal error|ERROR: |SUMMARY: |Test unit written' "$log"
        tail -n 5 "$log"
    fi
done
echo "fuzz: $runs runs, $findings findings"
[ $findings -eq 0 ]
