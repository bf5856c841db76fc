#!/bin/sh
# What the shared library exports, needs and is: exports.sh LIBRARY.so HEADER.h MAP
# Prints each failure with what was found, and "exports: N passed, N failed".
set -u

library=$1 header=$2 map=$3
passed=0 failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# check 'what must hold' 'what was found (nothing where it holds)'
check() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: failed: %s:\n%s\n' "$0" "$1" "$2" >&2
    fi
}

# The functions that the header declares: what is left of it without comments and macros.
"${CC:-cc}" -E -P "$header" | grep -oE '\bspectra_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u > "$scratch/header"
sed -n 's/^ *\(spectra_[a-z0-9_]*\);.*/\1/p' "$map" | sort > "$scratch/map"
nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort > "$scratch/library"
nm -D --defined-only "$library" | awk '$2 != "A" && $2 != "T" { print }' > "$scratch/data"
check 'the header declares functions' "$(test -s "$scratch/header" || echo none)"
check 'the version script lists the functions of the header, each once' "$(diff "$scratch/header" "$scratch/map")"
check 'the library exports the functions of the header and nothing else' "$(diff "$scratch/header" "$scratch/library")"
check 'every export is code' "$(cat "$scratch/data")"
check 'every export has the version SPECTRA_INFER_0' \
    "$(nm -D --defined-only --with-symbol-versions "$library" | awk '$2 == "T" && $3 !~ /@@SPECTRA_INFER_0$/')"

# What it takes from others. Weak symbols are the C runtime's own.
nm -D --undefined-only --with-symbol-versions "$library" > "$scratch/undefined"
check 'undefined symbols come from the C library' "$(awk '$1 == "U" && $2 !~ /@GLIBC_[0-9.]+$/' "$scratch/undefined")"
check 'weak undefined symbols are those of the C runtime' \
    "$(awk '$1 != "U" { sub(/@.*/, "", $2); print $2 }' "$scratch/undefined" |
        grep -vxE '_ITM_(de)?registerTMCloneTable|__gmon_start__|__cxa_finalize')"
check 'it runs with glibc 2.33' \
    "$(grep -oE 'GLIBC_[0-9.]+' "$scratch/undefined" | sort -Vu | awk -F'[_.]' '$3 > 33 || $2 > 2')"
# (json-c, which is inside, names abort, getenv and stderr for what does not happen here.)
check 'it does not end the process, start threads or processes, or touch signals, locale and environment' \
    "$(awk '{ sub(/@.*/, "", $2); print $2 }' "$scratch/undefined" |
        grep -xE 'exit|_exit|atexit|__cxa_atexit|__cxa_thread_atexit_impl|raise|kill|system|v?fork|clone|posix_spawn.*|exec.*|pthread_.*|signal|sig[a-z]*|setlocale|setenv|putenv|unsetenv|clearenv|srand|umask|f?chdir|fe[a-z]*except|fesetround|fesetenv|prctl|setrlimit|mtrace|mallopt|__register_atfork|dlopen|dup[23]?|socket|connect')"
check 'there is no Swift runtime in it, nor one that looks for its backtracer' "$(strings "$library" | grep -E 'SWIFT_BACKTRACE|swift-backtrace|^_?swift_(retain|release|allocObject|once)')"

readelf -dW "$library" > "$scratch/dynamic"
check 'it needs libc and libm only' \
    "$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$scratch/dynamic" | grep -vxE 'libc\.so\.6|libm\.so\.6|ld-linux-x86-64\.so\.2|ld-linux-aarch64\.so\.1')"
interface=$("$(dirname "$0")/../../scripts/interface-number.sh" "$map")
check "its soname is libspectra_infer.so.$interface" \
    "$(grep -q "(SONAME).*\[libspectra_infer\.so\.$interface\]" "$scratch/dynamic" || grep SONAME "$scratch/dynamic" || echo 'no soname')"
check 'it has no search path of its own' "$(grep -E '\((RPATH|RUNPATH)\)' "$scratch/dynamic")"
check 'it has no text relocations' "$(grep -E 'TEXTREL' "$scratch/dynamic")"

readelf -lW "$library" > "$scratch/segments"
check 'its stack is not executable' \
    "$(grep -q 'GNU_STACK.* RW ' "$scratch/segments" || grep GNU_STACK "$scratch/segments" || echo 'no GNU_STACK')"
check 'no segment is writable and executable' "$(grep -E '^ *LOAD.* RWE ' "$scratch/segments")"
check 'its relocations become read-only' "$(grep -q GNU_RELRO "$scratch/segments" || echo 'no GNU_RELRO')"

# frame_dummy and __do_global_dtors_aux of crtbeginS.o: one pointer each.
readelf -SW "$library" | sed 's/^ *\[ *[0-9]*\] *//' > "$scratch/sections"
for section in .init_array .fini_array; do
    check "$section holds nothing but the C runtime's entry" \
        "$(awk -v name="$section" '$1 == name && $5 != "000008"' "$scratch/sections")"
done
check 'it has no other constructors' "$(awk '$1 ~ /^\.(ctors|dtors|preinit_array)/' "$scratch/sections")"
# A library opened late with static thread-local storage lives on what glibc keeps spare, about 1.6 kB for all.
tls=$(awk '$1 == "TLS" { print $6 }' "$scratch/segments")
tls=$((${tls:-0}))
check 'its thread-local storage is 64 bytes at most' "$(test $tls -le 64 || echo "$tls bytes")"

# What one function takes of the stack; stack.c measures how deep they go together.
objdump -d --no-show-raw-insn "$library" | grep -oE 'sub +\$0x[0-9a-f]+,%rsp' | grep -oE '0x[0-9a-f]+' > "$scratch/frames"
frame=0
while read -r bytes; do [ $((bytes)) -le $frame ] || frame=$((bytes)); done < "$scratch/frames"
check 'no function takes more than 16 kB of stack' "$(test $frame -le 16384 || echo "$frame bytes")"

cp "$library" "$scratch/stripped.so"
strip "$scratch/stripped.so"
size=$(wc -c < "$scratch/stripped.so")
check 'stripped it is smaller than 1 MB' "$(test "$size" -le 1000000 || echo "$size bytes")"
if strings "$library" | grep -qE '^/(work|home|root|tmp)/'; then
    echo "exports: note: paths of the machine that built it are in the library: $(strings "$library" | grep -E '^/(work|home|root|tmp)/' | head -1)"
fi
echo "exports: note: $size bytes stripped, $(awk '$1 == ".data" || $1 == ".bss" { print $1, $5 }' "$scratch/sections" | while read -r name bytes; do printf '%s %d bytes, ' "$name" "0x$bytes"; done)thread-local $tls bytes, largest frame $frame bytes$(grep -q STATIC_TLS "$scratch/dynamic" && echo ' (static)'), needs $(grep -oE 'GLIBC_[0-9.]+' "$scratch/undefined" | sort -Vu | tail -1)"
echo "exports: $passed passed, $failed failed"
test "$failed" -eq 0
