#!/bin/sh
# make-venus-root.sh ARCHITECTURE FOLDER: a root file system in which what installs on Venus OS can be tested.
#
# busybox, daemontools and the bus of Debian (amd64, armhf, arm64), unpacked but not installed, and around them what the
# installer meets on a GX device. The packages of the machine that runs this are left alone. For amd64 the libraries of
# the dynamic build are there, too.
set -eu
if [ $# -ne 2 ]; then
  echo 'usage: make-venus-root.sh ARCHITECTURE FOLDER' >&2
  exit 2
fi
architecture=$1
root=$2
here=$(dirname "$(readlink -f "$0")")
suite=bookworm
packages='busybox-static bash tar daemontools dbus-daemon dbus-bin'
[ "$architecture" != amd64 ] || packages="$packages libglib2.0-0 libmicrohttpd12 libjson-glib-1.0-0"

rm -rf "$root" "$root.apt"
mkdir -p "$root" "$root.apt/lists/partial" "$root.apt/archives/partial"
state=$(readlink -f "$root.apt")
# shellcheck disable=SC2016 # apt's own variable
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | sort -u | head -n 1)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keyring] $mirror $suite main" >"$state/sources.list"
: >"$state/status"
cat >"$state/apt.conf" <<END
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Install-Recommends "0";
APT::Sandbox::User "root";
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::Lists "$state/lists";
Dir::State::status "$state/status";
Dir::State::extended_states "$state/extended";
Dir::Cache::archives "$state/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Debug::NoLocking "1";
END
export APT_CONFIG="$state/apt.conf"
apt-get -qq update
# shellcheck disable=SC2086 # a list
apt-get -qq -y --download-only install $packages >/dev/null
for package in "$state"/archives/*.deb; do
  dpkg-deb --extract "$package" "$root"
done
rm -rf "$state"

cd "$root"
# Debian's busybox has an svc of its own, not for daemontools, and its shell would take that.
# That shell starts the rest of busybox as /proc/self/exe, which in an emulator is the emulator.
LC_ALL=C sed -i 's/\x00svc\x00svok\x00/\x00svb\x00svoj\x00/; s,/proc/self/exe\x00,/bin/busybox\x00\x00\x00,' bin/busybox
# The links of busybox, named by the machine's own: the architecture's cannot be run here.
for applet in $(busybox --list-full); do
  mkdir -p "$(dirname "$applet")"
  [ -e "$applet" ] || [ -L "$applet" ] || ln -s /bin/busybox "$applet"
done
mkdir -p proc sys dev run tmp media data service opt/victronenergy/service/localsettings etc/init.d
rm -rf var/log var/run
ln -s /data/log var/log
ln -s /run var/run
echo 'root:x:0:0:root:/:/bin/sh' >etc/passwd
echo 'root:x:0:' >etc/group
echo v3.60 >opt/victronenergy/version
printf '#!/bin/sh\nexec sleep 100000\n' >opt/victronenergy/service/localsettings/run
chmod 755 opt/victronenergy/service/localsettings/run
install -m 755 "$here"/venus/init.d/* etc/init.d
install -m 755 "$here/venus/svrescan" usr/bin
install -m 644 "$here/venus/system.conf" usr/share/dbus-1
