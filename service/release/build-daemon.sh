#!/usr/bin/env bash
# build-daemon.sh WORK TARGET: the daemon, as `meson install` would lay it out in WORK/TARGET/install, and the
# binary alone in WORK/bin/TARGET. Always from the beginning: the same sources give the same bytes.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
target "$@"
rm -rf "$folder/daemon" "$folder/install" "${work:?}/bin/$2"
quietly "$folder/log/setup.log" meson setup "$folder/daemon" "$ROOT" --cross-file "$toolchain/cross.ini" --prefix=/usr \
  --sysconfdir=/etc --localstatedir=/var -Dtests=false -Dc_link_args="-Wl,--gc-sections -Wl,-Map=$folder/daemon/link.map"
quietly "$folder/log/daemon.log" ninja -C "$folder/daemon"
DESTDIR=$folder/install quietly "$folder/log/install.log" meson install -C "$folder/daemon" --no-rebuild
binary=$folder/install/usr/sbin/$NAME
"$gnu-strip" --strip-all --remove-section=.comment --remove-section=.note "$binary"
install -D "$binary" "$work/bin/$2/$NAME"
