#!/usr/bin/env bash
# make-toolchain.sh WORK TARGET: Debian's gcc for TARGET, told to use musl instead of glibc and to link
# static-PIE; and what autoconf and Meson need to use it. Where gcc itself would look for headers and libraries is
# switched off: what is installed on this machine has no part in the result.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
target "$@"
include=$sysroot/usr/include/$musl lib=$sysroot/usr/lib/$musl
mkdir -p "$toolchain"

# rcrt1.o relocates the binary itself: there is no dynamic linker to do it. musl's threads would have stacks
# of 128 KiB; GLib was not written for that. Pages of 64 KiB: some kernels for aarch64 have them.
cat >"$toolchain/gcc.specs" <<SPECS
%rename cpp_options old_cpp_options

*cpp_options:
-nostdinc -isystem $include -isystem include%s -idirafter $sysroot/usr/include -idirafter $sysroot/usr/include/$gnu %(old_cpp_options)

*cc1:
%(cc1_cpu) -nostdinc -isystem $include -isystem include%s -idirafter $sysroot/usr/include -idirafter $sysroot/usr/include/$gnu

*link_libgcc:
-L$lib -L .%s

*libgcc:
libgcc.a%s %:if-exists(libgcc_eh.a%s)

*startfile:
$lib/rcrt1.o $lib/crti.o crtbeginS.o%s

*endfile:
crtendS.o%s $lib/crtn.o

*link:
-nostdlib -static -pie --no-dynamic-linker -z text -z relro -z now -z noexecstack -z stack-size=1048576 -z max-page-size=65536

*esp_link:


*esp_options:


*esp_cpp_options:


SPECS

# Meson looks for static libraries where gcc says that it would.
cat >"$toolchain/cc" <<SH
#!/bin/sh
[ "\$*" != --print-search-dirs ] || exec echo "libraries: =$libraries$PREFIX/lib:$lib"
exec $gnu-gcc -static "\$@" -specs $toolchain/gcc.specs
SH

cat >"$toolchain/pkg-config" <<SH
#!/bin/sh
PKG_CONFIG_LIBDIR=$libraries$PREFIX/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$libraries exec pkg-config --static "\$@"
SH
chmod +x "$toolchain/cc" "$toolchain/pkg-config"

# No path of this machine goes into the binary, and no table for exceptions, which C does not have.
flags="$machine -Os -g0 -fPIE -fstack-protector-strong"
flags+=" -fno-asynchronous-unwind-tables -fno-unwind-tables -ffunction-sections -fdata-sections"
flags+=" -ffile-prefix-map=$ROOT=. -ffile-prefix-map=$work=."
wrapper=
[ -z "$qemu" ] || wrapper="exe_wrapper = '$qemu'"
printf '%s\n' "$flags" >"$toolchain/cflags"

cat >"$toolchain/cross.ini" <<INI
[binaries]
c = '$toolchain/cc'
ar = '$gnu-gcc-ar'
strip = '$gnu-strip'
pkgconfig = '$toolchain/pkg-config'
$wrapper

[built-in options]
c_args = ['${flags// /\', \'}']
c_link_args = ['-Wl,--gc-sections']
b_pie = false
default_library = 'static'
prefer_static = true
buildtype = 'plain'
wrap_mode = 'nodownload'

[host_machine]
system = 'linux'
cpu_family = '$family'
cpu = '$cpu'
endian = 'little'
INI
