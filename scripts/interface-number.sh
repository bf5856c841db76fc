#!/bin/sh
# The number of the C interface, which is in the soname: interface-number.sh [MAP]
#
# The map of the exported symbols states it, packaging/spectra_infer.map where none is named.
set -eu

sed -n 's/^SPECTRA_INFER_\([0-9][0-9]*\) {$/\1/p' "${1:-$(dirname "$0")/../packaging/spectra_infer.map}"
