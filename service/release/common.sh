# shellcheck shell=bash
# Sourced by the scripts beside it: the three targets, and where their parts lie in the work folder.
# shellcheck disable=SC2034  # who sources it uses the names
RELEASE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$RELEASE/../.." && pwd)
NAME=dbus-virtual-battery
TARGETS='armhf aarch64 x86_64'

# Nothing lies at /static, neither here nor on the device: what the libraries would look for below their
# prefix is not there, and where they were built does not show.
PREFIX=/static

# The last change dates what is packed, and nothing else of this machine shows in it.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
  if [ -e "$ROOT/.git" ]; then
    SOURCE_DATE_EPOCH=$(git -C "$ROOT" log -1 --format=%ct)
  else
    SOURCE_DATE_EPOCH=$(stat -c %Y "$ROOT/meson.build")
  fi
fi
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

say() { printf '\n==> %s\n' "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# target WORK TARGET: sets what distinguishes TARGET. armhf is ARMv7-A with VFPv3-D16, as in the first device
# that runs Venus OS (Cortex-A8): no hardware divide, no NEON.
target() {
  work=$(realpath -m "$1")
  case $2 in
  armhf) debian=armhf gnu=arm-linux-gnueabihf musl=arm-linux-musleabihf family=arm cpu=armv7-a qemu=qemu-arm-static
    machine='-march=armv7-a+fp -mfloat-abi=hard -mthumb' ;;
  aarch64) debian=arm64 gnu=aarch64-linux-gnu musl=aarch64-linux-musl family=aarch64 cpu=armv8-a qemu=qemu-aarch64-static
    machine='-march=armv8-a' ;;
  x86_64) debian=amd64 gnu=x86_64-linux-gnu musl=x86_64-linux-musl family=x86_64 cpu=x86-64 qemu=
    machine='-march=x86-64' ;;
  *) die "no such target: $2 (one of: $TARGETS)" ;;
  esac
  folder=$work/$2
  sysroot=$folder/sysroot
  toolchain=$folder/toolchain
  libraries=$folder/libraries
}

# quietly LOG COMMAND…: its output goes to LOG, the end of which is shown where it fails.
quietly() {
  local log=$1
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    die "failed: $* (all of it: $log)"
  }
}
