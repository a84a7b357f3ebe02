#!/usr/bin/env bash
# make-sources.sh WORK VERSION DIST: one tar of everything that the binaries are made of; in its unpacked folder
# `./dev release` makes them again.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
work=$(realpath -m "$1") version=$2 dist=$3
top=$NAME-$version
tree=$work/tree/$top
rm -rf "$work/tree"
mkdir -p "$tree/build-release"
cd "$ROOT"
if [ -e .git ]; then
  git ls-files -z
else
  find . -path './build*' -prune -o -path ./dist -prune -o -type f -print0
fi | tar -c --null --files-from=- | tar -x -C "$tree"
cp -r "$work/sources" "$tree/build-release/sources"
tar -c --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$SOURCE_DATE_EPOCH" \
  -C "$work/tree" "$top" >"$dist/$top-sources.tar"
rm -rf "$work/tree"
