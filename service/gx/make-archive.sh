#!/bin/sh
# make-archive.sh BIN_DIR LICENCE_DIR VERSION OUT_DIR
#
# Packs BIN_DIR/ARCHITECTURE/dbus-virtual-battery and the texts in LICENCE_DIR for GX devices:
#   OUT_DIR/venus-data-dbus-virtual-battery-VERSION.tar.gz  for a USB stick or SD card, or for SSH
#   OUT_DIR/dbus-virtual-battery-install.tar.gz             for SetupHelper, which wants one folder and this name
# The same input makes the same bytes; SOURCE_DATE_EPOCH, by default the last commit, dates them.
set -eu
if [ $# -ne 4 ]; then
  echo 'usage: make-archive.sh BIN_DIR LICENCE_DIR VERSION OUT_DIR' >&2
  exit 2
fi
bin=$1 licences=$2 version=$3 out=$4
here=$(dirname "$(readlink -f "$0")")
top=$here/../..
epoch=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
payload=$work/payload

# pack ARCHIVE FOLDER: the names of entries that it reads
pack() {
  LC_ALL=C sort >"$work/entries"
  tar --create --file="$work/tar" --directory="$2" --no-recursion --files-from="$work/entries" --format=gnu \
    --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX'
  gzip -9 --no-name <"$work/tar" >"$1"
}

mkdir -p "$payload/service/log" "$payload/licences" "$out"
for script in install.sh uninstall.sh boot.sh rc-local.sh others.sh dbus-virtual-battery service/run service/log/run; do
  install -m 755 "$here/$script" "$payload/$script"
done
for program in "$bin"/*/dbus-virtual-battery; do
  install -D -m 755 "$program" "$payload/bin/$(basename "$(dirname "$program")")/dbus-virtual-battery"
done
install -m 644 "$top/data/dbus-virtual-battery.ini" "$payload/"
cp -r "$licences/." "$payload/licences"
install -m 644 "$top/LICENSE" "$payload/licences/dbus-virtual-battery"
(cd "$payload" && find -- * -type f | LC_ALL=C sort | xargs -d '\n' sha256sum >"$work/manifest")
mv "$work/manifest" "$payload/"

# Folders that are on the device already keep their modes: only those are named that tar is asked for by name.
usb=$work/usb
mkdir -p "$usb/apps/dbus-virtual-battery" "$usb/rc"
cp -r "$payload" "$usb/apps/dbus-virtual-battery/incoming"
install -m 755 "$here"/rc/*.sh "$usb/rc"
(cd "$usb" && echo apps/dbus-virtual-battery && find apps -type f && find rc) | pack "$out/venus-data-dbus-virtual-battery-$version.tar.gz" "$usb"

package=$work/setup-helper/dbus-virtual-battery
mkdir -p "$package"
mv "$payload" "$package/payload"
install -m 755 "$here/setup-helper/setup" "$package"
echo "v$version" >"$package/version"
echo v2.90 >"$package/firstCompatibleVersion"
touch "$package/GUI_V1_NOT_REQUIRED"
(cd "$work/setup-helper" && find dbus-virtual-battery) | pack "$out/dbus-virtual-battery-install.tar.gz" "$work/setup-helper"
