#!/bin/sh
# Installs the Debian packages named that are not there yet; does nothing where all are.
#
#     scripts/install-packages.sh PACKAGE...
set -eu

missing=
for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

run=
[ "$(id -u)" = 0 ] || run=sudo
echo "installing$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the list is meant to be split
if ! $run apt-get install -y -qq $missing >/dev/null 2>&1; then
    $run apt-get update -qq
    $run apt-get install -y -qq $missing >/dev/null
fi
