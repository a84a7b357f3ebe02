#!/bin/sh
# machine.sh ROOT DATA MEDIA: the first process of a machine with ROOT, read-only, as its root file system. Has to run in
# namespaces of its own: user, mount, pid, network.
#
# DATA is copied to a file system in RAM, and back when the machine is told to go off with SIGTERM: through a 32-bit qemu
# readdir() fails on some others. DATA_SIZE limits it. MEDIA is where sticks are. QEMU, if set, is the emulator that
# ROOT's programs need, and QEMU_MACHINE the magic of its machine in their ELF headers; only this machine sees it.
set -eu
root=$1
data=$2
media=$3

if [ -n "${QEMU:-}" ]; then
  mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
  zero='\x00\x00\x00\x00\x00\x00\x00\x00'
  ones='\xff\xff\xff\xff\xff\xff\xff'
  magic="\\x7fELF\\x0${QEMU_CLASS}\\x01\\x01\\x00$zero\\x02\\x00\\x${QEMU_MACHINE}\\x00"
  mask="$ones\\x00$ones\\xff\\xfe\\xff\\xff\\xff"
  printf '%s' ":qemu:M::$magic:$mask:$QEMU:FP" >/proc/sys/fs/binfmt_misc/register
fi

mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o "mode=755,size=${DATA_SIZE:-100m}" data "$root/data"
cp -a "$data/." "$root/data"
mount --bind "$media" "$root/media"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs tmp "$root/tmp"
mount -t tmpfs -o mode=755 dev "$root/dev"
for node in null zero urandom; do
  : >"$root/dev/$node"
  mount --bind /dev/$node "$root/dev/$node"
done

off() {
  kill -TERM -1 || true
  sleep 1
  kill -KILL -1 || true
  rm -rf "$data"
  cp -a "$root/data" "$data"
  exit 0
}
trap off TERM

cd /
chroot "$root" /etc/init.d/rc &
# As init does: takes care of what others have left behind.
while :; do
  sleep 1000 &
  wait $! || true
done
