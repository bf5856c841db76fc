#!/bin/sh
# Compares the C interface with the one that was published: abi.sh HEADER.h MAP BASELINE.abi [--write]
#
# The types of the interface stand in the header alone, as the library's debug information knows only Swift's. So the
# header's prototypes are made functions that do nothing, compiled with debug information, and read by abidw; abidiff
# (Debian's abigail-tools) compares that with the baseline. That the library has these functions is exports.sh's
# part, that they have these types that of Tests/CAPITests/HeaderTests.swift, which does not compile otherwise.
#
# A change that is meant is published with --write: a reader of the commit sees it in the baseline. Before 1.0 the
# interface may still change; then a change that abidiff calls incompatible needs a new soname.
# Prints each failure with what was found, and "abi: N passed, N failed".
set -u

header=$1 map=$2 baseline=$3
passed=0 failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for program in abidw abidiff; do
    if [ -z "$(command -v $program)" ]; then
        echo "abi: SKIPPED: no $program (apt-get install abigail-tools); the interface is not compared with the published one"
        echo 'abi: 0 passed, 0 failed'
        exit 0
    fi
done
if [ "$(uname -m)" != x86_64 ]; then
    echo 'abi: SKIPPED: the baseline is that of x86-64'
    echo 'abi: 0 passed, 0 failed'
    exit 0
fi

# stub HEADER OUT.so: the functions of a header, with its types and the library's symbol versions.
stub() {
    {
        echo '#include <stddef.h>'
        echo '#include <stdint.h>'
        # What the header itself declares, one line for each declaration, the prototypes with a body.
        "${CC:-cc}" -E -dD "$1" | awk -v header="$1" '
            /^# [0-9]+ "/ { split($0, part, "\""); inside = part[2] == header; next }
            inside && !/^#/ { print }' |
            tr '\n' ' ' | sed -E 's/(spectra_[a-z_]+ *\([^()]*\)) *;/\1 { __builtin_trap(); }\n/g'
    } > "$2.c"
    "${CC:-cc}" -std=c11 -g -gdwarf-4 -fdebug-prefix-map="$scratch"=. -O0 -w -shared -fPIC -fno-eliminate-unused-debug-types -o "$2" "$2.c" \
        -Wl,--version-script="$map" -Wl,-soname,libspectra_infer.so."$("$(dirname "$0")/../../scripts/interface-number.sh" "$map")"
}

# interface HEADER OUT.abi: what abidw reads of it; no paths, so that it is the same everywhere.
interface() {
    stub "$1" "$scratch/stub.so" &&
        abidw --no-corpus-path --no-comp-dir-path --no-show-locs --type-id-style hash --out-file "$2" "$scratch/stub.so"
}

# check 'what must hold' STATUS
check() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$0: failed: $1" >&2
        [ ! -s "$scratch/output" ] || head -n 30 "$scratch/output" >&2
    fi
}

interface "$header" "$scratch/now.abi" || exit 2
if [ "${4-}" = --write ]; then
    mkdir -p "$(dirname "$baseline")"
    cp "$scratch/now.abi" "$baseline"
    echo "$baseline: $(grep -c '<function-decl' "$baseline") functions"
    exit 0
fi

functions=$(grep -oE '^ +spectra_[a-z_]+;' "$map" | wc -l)
: > "$scratch/output"
check "the baseline has the $functions functions of the version script" \
    "$(test "$(grep -c '<function-decl' "$baseline")" -eq "$functions"; echo $?)"
abidiff "$baseline" "$scratch/now.abi" > "$scratch/output" 2>&1
check "the interface is the published one; if the change is meant: $0 $header $map $baseline --write" $?

# Every field that abidw finds has its place in layout.c.
sed -nE "s/.*<class-decl name='([a-z_]+)'.*/\1/p; s/.*<var-decl name='([a-z0-9_]+)'.*/ \1/p" "$scratch/now.abi" |
    awk '/^ / { print "AT(" type ", " $1 ","; next } { type = $1 }' | sort -u > "$scratch/fields"
grep -oE '^AT\([a-z_]+, [a-z0-9_]+,' "$(dirname "$0")/layout.c" | sort -u | diff "$scratch/fields" - > "$scratch/output"
check 'layout.c pins each field of each struct' "$(test -s "$scratch/fields" && test ! -s "$scratch/output"; echo $?)"

# refused 'what changed' 'sed expression': a header so changed must differ for abidiff. Else this test sees nothing.
refused() {
    sed -E "$2" "$header" > "$scratch/changed.h"
    : > "$scratch/output"
    cmp -s "$header" "$scratch/changed.h" && echo 'the expression changes nothing' > "$scratch/output"
    rm -f "$scratch/changed.abi"
    interface "$scratch/changed.h" "$scratch/changed.abi" >> "$scratch/output" 2>&1
    abidiff "$baseline" "$scratch/changed.abi" > "$scratch/difference" 2>&1
    # 4: changed, 12: changed incompatibly; 1 and 2: abidiff has not compared.
    status=$?
    check "abidiff sees $1 (exit status $status)" "$(test $((status & 4)) -eq 4 && test $((status & 3)) -eq 0 && test ! -s "$scratch/output"; echo $?)"
}
refused 'a field of another type' 's/^    double novelty;/    float novelty;/'
refused 'a field that is new' 's/^    double novelty;/&    double another;/'
refused 'a field that is gone' '/^    uint32_t spike_count;/d'
refused 'two fields that changed places' 's/^    double lower_68, upper_68;/    double upper_68, lower_68;/'
refused 'an array of another length' 's/SPECTRA_NEIGHBOR_COUNT 3$/SPECTRA_NEIGHBOR_COUNT 4/'
refused 'an argument of another type' 's/(spectra_status_name\()spectra_status/\1long/'
refused 'an argument that is new' 's/(spectra_flag_text\(uint32_t flag)/\1, int language/'
refused 'another type of result' 's/^uint32_t (spectra_version_number)/uint64_t \1/'
refused 'a number of an enumeration' 's/SPECTRA_ERROR_AXIS = 20/SPECTRA_ERROR_AXIS = 19/'
refused 'a function that is gone' '/^void spectra_options_init/d'

echo "abi: $passed passed, $failed failed"
test "$failed" -eq 0
