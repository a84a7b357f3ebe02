#!/usr/bin/env bash
# make-sysroot.sh WORK TARGET: musl and the headers of the kernel, from Debian's packages for TARGET.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=service/release/apt.sh
. "$RELEASE/apt.sh"
target "$@"
[ ! -f "$sysroot/packages.txt" ] || exit 0
state=$folder/apt
private_apt "$state" "$debian" deb bookworm
(cd "$state/archives" && apt-get -qq download musl-dev linux-libc-dev)
rm -rf "$sysroot"
mkdir -p "$sysroot"
for package in "$state"/archives/*.deb; do
  dpkg-deb -x "$package" "$sysroot"
done
for package in "$state"/archives/*.deb; do
  # shellcheck disable=SC2016 # dpkg's own variables
  dpkg-deb -W --showformat='${Package} ${Version}\n' "$package"
done >"$sysroot/packages.txt"
