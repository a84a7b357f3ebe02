#!/usr/bin/env bash
# make-licences.sh WORK: into WORK/licences what goes with a binary that holds other people's libraries: the
# texts, and how to build it with changed ones.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
work=$(realpath -m "$1")
licences=$work/licences
rm -rf "$licences"
mkdir -p "$licences"
cp "$ROOT/LICENSE" "$licences/LICENSE"
cp "$RELEASE/REBUILD.md" "$work/sources/versions.txt" "$licences/"
while read -r package _; do
  mkdir "$licences/$package"
  find "$work/source/$package" -maxdepth 1 -type f \( -name 'COPYING*' -o -name 'LICEN[CS]E*' -o -name 'COPYRIGHT*' \) \
    -exec cp -t "$licences/$package" {} +
  [ ! -f "$work/source/$package/LICENSES/LGPL-2.1-or-later.txt" ] ||
    cp "$work/source/$package/LICENSES/LGPL-2.1-or-later.txt" "$licences/$package/"
  [ -n "$(ls "$licences/$package")" ] || die "no licence found for $package"
done <"$work/sources/versions.txt"
# libgcc: GPL-3 with the exception for what gcc compiles.
mkdir "$licences/gcc"
cp /usr/share/doc/gcc-12-base/copyright "$licences/gcc/"
chmod -R u=rwX,go=rX "$licences"
