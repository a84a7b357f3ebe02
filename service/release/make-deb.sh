#!/usr/bin/env bash
# make-deb.sh WORK TARGET VERSION DIST: what `meson install` lays out, as a package that depends on nothing.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
target "$1" "$2"
version=$3 dist=$4
tree=$folder/deb
document=$tree/usr/share/doc/$NAME
rm -rf "$tree"
cp -a "$folder/install" "$tree"
mkdir -p "$tree/DEBIAN" "$document"
install -m 755 -t "$tree/DEBIAN" "$RELEASE"/deb/{postinst,prerm,postrm}
cp -r "$work/licences" "$document/"
cp "$ROOT/LICENSE" "$document/copyright"
printf '\nThe libraries that are linked in, their licences, and how to build it with changed ones: licences/.\n' \
  >>"$document/copyright"
gzip -9n <"$ROOT/CHANGELOG.md" >"$document/changelog.gz"
find "$tree/usr/share/man" -type f -exec gzip -9n {} +
[ ! -e "$tree/etc" ] || die 'what lies in /etc has to be named in conffiles'
cat >"$tree/DEBIAN/control" <<CONTROL
Package: $NAME
Version: $version
Architecture: $debian
Maintainer: dbus-virtual-battery contributors <noreply@invalid>
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f 1)
Recommends: dbus, procps
Section: net
Priority: optional
Description: battery for Venus OS, fed over HTTP
 Takes the values of a battery as JSON over HTTP, from Node-RED, curl or a
 script, checks them, and publishes them on the D-Bus as Victron's Venus OS
 expects a battery. When the source falls silent it steps down to a safe state.
CONTROL
chmod -R u=rwX,go=rX "$tree"
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
chmod 644 "$tree/DEBIAN/md5sums"
find "$tree" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$tree" "$dist/${NAME}_${version}_$debian.deb" >/dev/null
