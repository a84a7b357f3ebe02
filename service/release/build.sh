#!/usr/bin/env bash
# build.sh WORK DIST: everything that a release consists of, from a clean clone. The compilers and the libraries are
# made once and stay in WORK.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
work=$(realpath -m "$1") dist=$(realpath -m "$2")
cd "$ROOT"
version=$(meson introspect --projectinfo meson.build | /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')

"$RELEASE/fetch-sources.sh" "$work"
for target in $TARGETS; do
  say "building for $target"
  "$RELEASE/make-sysroot.sh" "$work" "$target"
  "$RELEASE/make-toolchain.sh" "$work" "$target"
  "$RELEASE/build-libraries.sh" "$work" "$target"
  "$RELEASE/build-daemon.sh" "$work" "$target"
done

say 'packing'
rm -rf "$dist"
mkdir -p "$dist"
"$RELEASE/make-licences.sh" "$work"
compilers=()
for target in $TARGETS; do
  target "$work" "$target"
  compilers+=("$target=$gnu-gcc")
  "$RELEASE/make-deb.sh" "$work" "$target" "$version" "$dist"
done
"$RELEASE/make-sbom.py" "$work" "$version" "$dist/$NAME-$version.spdx.json" "${compilers[@]}"
"$RELEASE/make-sources.sh" "$work" "$version" "$dist"
# GX devices are ARM.
rm -rf "$work/gx"
mkdir "$work/gx"
cp -r "$work/bin/armhf" "$work/bin/aarch64" "$work/gx/"
"$ROOT/service/gx/make-archive.sh" "$work/gx" "$work/licences" "$version" "$dist"
(cd "$dist" && sha256sum -- * >SHA256SUMS)

say "$dist"
(cd "$work/bin" && stat -c '%9s bytes  %n' ./*/"$NAME" && sha256sum ./*/"$NAME")
(cd "$dist" && stat -c '%9s bytes  %n' -- * && cat SHA256SUMS)
