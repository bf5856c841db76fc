#!/bin/bash
# The long form of the tests that look for what is rare: scripts/soak.sh [MINUTES]
#
# `make soak`, or `make soak MINUTES=240` over night. The time, 30 minutes where nothing is said, is shared among the
# parts; those that do their work once take as long as it takes. Logs are in build/logs/soak. The last lines say what
# ran, for how long, how much, and whether it held; docs/testing.md keeps the records.
set -u

cd "$(dirname "$0")/.."
minutes=${1:-30}
case $minutes in '' | *[!0-9]*) echo "usage: $0 [MINUTES]" >&2; exit 2 ;; esac
minutes=$((10#$minutes))  # 010 is ten minutes, and 08 a number
begin=$(date +%s)
end=$((begin + minutes * 60))
logs=build/logs/soak
work=build/soak
library=build/lib/libspectra_infer.so
models=data/models
rm -rf "$logs" "$work"
mkdir -p "$logs" "$work"
clang=$(dirname "$(command -v swiftc)")/clang
runtime=$(dirname "$clang")/../lib/swift/linux
commit=$(git describe --always --dirty 2>/dev/null)
failed=0
summary=()

left() { echo $((end - $(date +%s))); }

# part NAME 'pattern of what it counted' COMMAND...: runs it, and keeps a line for the summary.
part() {
    local name=$1 pattern=$2 log=$logs/$1.log start took status counted verdict=held
    shift 2
    start=$(date +%s)
    [ ! -t 1 ] || printf '%s %-22s ...' "$(date +%H:%M:%S)" "$name"
    "$@" >"$log" 2>&1
    status=$?
    took=$(($(date +%s) - start))
    counted=$(grep -oE "$pattern" "$log" | tail -n 1)
    if [ $status -ne 0 ] || grep -q 'WARNING: ThreadSanitizer' "$log"; then
        verdict="FAILED (exit status $status, $log)"
        failed=$((failed + 1))
    fi
    summary+=("$(printf '%-22s %6d s   %-50s %s' "$name" $took "${counted:-nothing counted}" "$verdict")")
    [ ! -t 1 ] || printf '\r'
    printf '%s %-22s %6d s   %s\n' "$(date +%H:%M:%S)" "$name" $took "$verdict"
}

# repeat SECONDS COMMAND...: again and again until the time is over, once at least; counts.
repeat() {
    local until=$(($(date +%s) + $1)) times=0
    shift
    while :; do
        "$@" || return 1
        times=$((times + 1))
        [ "$(date +%s)" -lt $until ] || break
    done
    echo "repeated $times times"
}

flags=(-std=gnu11 -O1 -g -fno-builtin-malloc -frounding-math -pthread -I include)
for name in race endure memory stack golden; do
    ${CC:-cc} "${flags[@]}" -o $work/$name Tests/c/$name.c Tests/c/support.c -L build/lib -lspectra_infer \
        -Wl,-rpath,"$PWD/build/lib" -lm || exit 2
done
${CC:-cc} "${flags[@]}" -o $work/hygiene Tests/c/hygiene.c Tests/c/support.c -ldl -lm || exit 2
scripts/build-sanitized.sh thread build/thread || exit 2
"$clang" -std=gnu11 -O1 -g -fsanitize=thread -pthread -I include -o $work/race-watched Tests/c/race.c Tests/c/support.c \
    -L build/thread -lspectra_infer -Wl,-rpath,"$PWD/build/thread" -L "$runtime" -ldispatch -lBlocksRuntime \
    -Wl,-rpath,"$runtime" -lm || exit 2
echo "soak of $minutes minutes, $(nproc) processors, $commit"

# Those that do their work once.
part refused-memory 'memory: [0-9]+ passed, [0-9]+ failed' env SPECTRA_TEST_FULL=1 $work/memory $models data
for tool in helgrind drd; do
    if command -v valgrind >/dev/null; then
        part $tool 'race: [0-9]+ passed, [0-9]+ failed' env SPECTRA_TEST_VALGRIND=1 \
            valgrind -q --tool=$tool --error-exitcode=99 $work/race $models data 1
    else
        summary+=("$tool SKIPPED: no valgrind")
    fi
done
part golden 'golden: [0-9]+ passed, [0-9]+ failed' $work/golden Tests/Fixtures/golden-models
part stack 'the deepest call needs [0-9]+ bytes' $work/stack $models data

[ ! -x fuzz/build.sh ] || part fuzz-build 'nothing' fuzz/build.sh

# The others share what is left; the fuzz targets, of which there are four at most, take half of it.
share=$(left)
[ "$share" -gt 60 ] || share=60
targets=4
if [ -x fuzz/run.sh ]; then
    FUZZ_SECONDS=$((share / 2 / targets)) part fuzz 'fuzz: [0-9]+ runs, [0-9]+ findings' fuzz/run.sh
    share=$((share / 2))
else
    summary+=('fuzz SKIPPED: no fuzz/run.sh')
fi
part threads-sanitizer 'repeated [0-9]+ times' repeat $((share * 3 / 10)) $work/race-watched $models data 3
part threads 'repeated [0-9]+ times' repeat $((share * 2 / 10)) $work/race $models data 50
part open-and-close 'repeated [0-9]+ times' repeat $((share * 2 / 10)) $work/hygiene "$PWD/$library" $models data
rest=$(left)
[ "$rest" -gt 10 ] || rest=10
part endurance '[0-9]+ calls, [0-9]+ models loaded' $work/endure $models data "$rest"

echo
echo "soak: $(date -u +%Y-%m-%d), $((($(date +%s) - begin + 30) / 60)) minutes, $commit"
printf '%s\n' "${summary[@]}"
echo "soak: ${#summary[@]} parts, $failed failed"
[ $failed -eq 0 ]
