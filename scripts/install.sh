#!/bin/sh
# Installs the built library, its header, its models and what pkg-config and CMake need to find them.
#
#     scripts/install.sh PREFIX [DESTDIR]
#
# PREFIX is where the files will live, DESTDIR a directory to put in front of it while packaging. No file says
# where it was installed, so the tree may be moved. The version is the header's: nothing else states it.
# SPECTRA_LIBRARY and SPECTRA_MODELS, where set, name another library file and directory of models. They and
# DESTDIR may be relative to the directory of the caller.
set -eu

if [ $# -lt 1 ] || [ $# -gt 2 ]; then
    echo "usage: $0 PREFIX [DESTDIR]" >&2
    exit 2
fi
case $1 in
    /*) prefix=${1%/} ;;
    *) echo "$0: PREFIX must be an absolute path, not '$1'" >&2; exit 2 ;;
esac
# absolute PATH: what it is from everywhere. Nothing stays nothing.
absolute() {
    case $1 in
        '' | /*) printf '%s\n' "$1" ;;
        *) printf '%s\n' "$PWD/$1" ;;
    esac
}
destination=$(absolute "${2-}")$prefix
built=$(absolute "${SPECTRA_LIBRARY-}")
models=$(absolute "${SPECTRA_MODELS-}")

cd "$(dirname "$0")/.."
header=include/spectra_infer.h

# The value of a SPECTRA_VERSION_* macro.
version() {
    sed -n "s/^#define SPECTRA_VERSION_$1 \([0-9][0-9]*\)\$/\1/p" $header
}
major=$(version MAJOR)
minor=$(version MINOR)
version=$major.$minor.$(version PATCH)
interface=$(scripts/interface-number.sh)

built=${built:-build/lib/libspectra_infer.so}
models=${models:-data/models}
for file in "$built" "$models"/*.json; do
    if [ ! -f "$file" ]; then
        echo "$0: $file is missing; run 'make' first" >&2
        exit 1
    fi
done

# Fills a template: fill TEMPLATE FILE
fill() {
    sed -e "s|@VERSION@|$version|g" -e "s|@MAJOR@|$major|g" -e "s|@MINOR@|$minor|g" \
        -e "s|@INTERFACE@|$interface|g" "$1" > "$2"
    chmod 644 "$2"
}

lib=$destination/lib
share=$destination/share
install -d "$lib/pkgconfig" "$lib/cmake/spectra_infer" "$destination/include" \
    "$share/spectra_infer/models" "$share/doc/spectra_infer"

install -m 755 "$built" "$lib/libspectra_infer.so.$version"
ln -sf libspectra_infer.so.$version "$lib/libspectra_infer.so.$interface"
ln -sf libspectra_infer.so.$interface "$lib/libspectra_infer.so"

install -m 644 $header "$destination/include/"
install -m 644 "$models"/*.json "$share/spectra_infer/models/"
fill packaging/spectra_infer.pc.in "$lib/pkgconfig/spectra_infer.pc"
for name in spectra_inferConfig spectra_inferConfigVersion; do
    fill packaging/$name.cmake.in "$lib/cmake/spectra_infer/$name.cmake"
done
install -m 644 LICENSE packaging/json-c.LICENSE "$share/doc/spectra_infer/"

echo "libspectra_infer $version is in $destination"
