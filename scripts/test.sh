#!/bin/bash
# Runs the tests and ends with one line that counts them.
#
#     scripts/test.sh [swift|c|python|simulation]...      all of them where none is named
#
# Everything runs even where something failed before; the exit status tells whether all passed. Whole logs are
# in build/logs.
set -u

cd "$(dirname "$0")/.."
mkdir -p build/logs
passed=0 failed=0
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(swift c python simulation)

# count PASSED FAILED: adds to the sums; a part that counts nothing has failed.
count() {
    if [ "$1" -eq 0 ] && [ "$2" -eq 0 ]; then
        echo "no test was run" >&2
        failed=$((failed + 1))
    fi
    passed=$((passed + $1))
    failed=$((failed + $2))
}

# number 'passed|failed' FILE: the last number before one of these words in FILE, or 0.
number() {
    local found
    found=$(grep -oE "[0-9]+ ($1)" "$2" | tail -n 1 | grep -oE '^[0-9]+')
    echo "${found:-0}"
}

run_swift() {
    local log=build/logs/swift.log
    swift build -c release --build-tests --explicit-target-dependency-import-check error >"$log" 2>&1 &&
        swift test -c release --skip-build >>"$log" 2>&1
    local status=$?
    # Suites that passed, and whatever did not.
    grep -E '^✔ Suite|^✘|error:|warning: [^'"'"']|Fatal|Test run with' "$log"
    local total issues
    total=$(number 'tests? in [0-9]+ suites? (passed|failed)' "$log")
    # A line each for the tests that failed; the line of the whole run begins like them.
    issues=$(grep -E '^✘ Test .* failed after' "$log" | grep -cv '^✘ Test run with')
    [ $status -eq 0 ] || [ "$issues" -gt 0 ] || issues=1
    count $((total > issues ? total - issues : 0)) "$issues"
}

run_c() {
    local log=build/logs/c.log
    Tests/c/run.sh build/lib data/models 2>&1 | tee "$log"
    local status=${PIPESTATUS[0]} bad
    bad=$(number failed "$log")
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    count "$(number passed "$log")" "$bad"
}

# run_pytest PART FOLDER: installs the Python package in FOLDER with what its tests need, and runs them.
run_pytest() {
    local log=build/logs/$1.log venv=build/venv
    { [ -x $venv/bin/python ] || "${PYTHON:-python3}" -m venv $venv; } >"$log" 2>&1 &&
        $venv/bin/python -m pip install --quiet --upgrade --force-reinstall --no-deps "./$2" >>"$log" 2>&1 &&
        $venv/bin/python -m pip install --quiet "./$2[test]" >>"$log" 2>&1 || {
        tail -n 20 "$log"
        count 0 1
        return
    }
    $venv/bin/python -m pytest -q "$2/tests" 2>&1 | tee -a "$log" | tail -n 15
    local status=${PIPESTATUS[0]} bad
    bad=$(number 'failed|errors?' "$log")
    [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    count "$(number passed "$log")" "$bad"
}

for part in "${parts[@]}"; do
    echo "== $part"
    case $part in
        swift) run_swift ;;
        c) run_c ;;
        python) run_pytest python examples/python ;;
        simulation) run_pytest simulation simulation ;;
        *) echo "usage: $0 [swift|c|python|simulation]..." >&2; exit 2 ;;
    esac
done
echo
if [ "$failed" -gt 0 ]; then
    echo "what failed, once more (whole logs: build/logs):"
    for part in "${parts[@]}"; do
        grep -E '^✘ |error: |^(FAILED|ERROR) |failed: |not ok' "build/logs/$part.log" | cut -c 1-300 | tail -n 30
    done
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
