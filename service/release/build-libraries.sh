#!/usr/bin/env bash
# build-libraries.sh WORK TARGET: everything of libraries.txt as static libraries, once.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
target "$@"
[ ! -f "$libraries/complete" ] || exit 0
rm -rf "$libraries" "$folder/build"
mkdir -p "$libraries$PREFIX" "$folder/build"
jobs=$(nproc)
flags=$(cat "$toolchain/cflags")

# Sources as they were unpacked: files that autoconf would make anew are as good as they are.
make_() { make -j "$jobs" AUTOCONF=: AUTOMAKE=: ACLOCAL=: AUTOHEADER=: MAKEINFO=: DESTDIR="$libraries" "$@"; }

# configured LIBRARY MAKE_TARGETS [CONFIGURE_OPTIONS…]
configured() {
  local library=$1 targets=$2
  shift 2
  mkdir -p "$folder/build/$library"
  cd "$folder/build/$library"
  "$work/source/$library/configure" --host="$musl" --build=x86_64-pc-linux-gnu --prefix=$PREFIX --libdir=$PREFIX/lib \
    --disable-shared --enable-static CC="$toolchain/cc" AR="$gnu-gcc-ar" RANLIB="$gnu-gcc-ranlib" CFLAGS="$flags" \
    PKG_CONFIG="$toolchain/pkg-config" "$@"
  # shellcheck disable=SC2086
  make_ $targets
}

zlib() {
  # Its configure is not autoconf's.
  cp -a "$work/source/zlib" "$folder/build/zlib"
  cd "$folder/build/zlib"
  CC="$toolchain/cc" AR="$gnu-gcc-ar" RANLIB="$gnu-gcc-ranlib" CFLAGS="$flags" ./configure --static --prefix=$PREFIX
  make_ libz.a
  make_ install
}

libffi() {
  configured libffi install --disable-docs --disable-multi-os-directory
}

pcre2() {
  configured pcre2 'install-libLTLIBRARIES install-pkgconfigDATA install-includeHEADERS install-nodist_includeHEADERS' \
    --enable-unicode --disable-jit --disable-pcre2grep-libz --disable-pcre2grep-libbz2
}

libmicrohttpd() {
  configured libmicrohttpd install --disable-https --disable-doc --disable-examples --disable-curl --disable-bauth \
    --disable-dauth --disable-postprocessor --disable-httpupgrade --disable-experimental
}

# with_meson LIBRARY ARCHIVES [OPTIONS…]: without the tools that belong to it.
with_meson() {
  local library=$1 archives=$2
  shift 2
  meson setup "$folder/build/$library" "$work/source/$library" --cross-file "$toolchain/cross.ini" --prefix=$PREFIX \
    --libdir=lib "$@"
  # shellcheck disable=SC2086
  ninja -C "$folder/build/$library" $archives
  DESTDIR=$libraries meson install -C "$folder/build/$library" --no-rebuild --tags devel
}

# /var: else the system bus would be looked for in /static/var/run.
glib2.0() {
  with_meson glib2.0 \
    'glib/libglib-2.0.a gobject/libgobject-2.0.a gmodule/libgmodule-2.0.a gthread/libgthread-2.0.a gio/libgio-2.0.a' \
    --sysconfdir=/etc --localstatedir=/var -Dtests=false -Dinstalled_tests=false -Dlibmount=disabled \
    -Dselinux=disabled -Dxattr=false -Dnls=disabled -Dlibelf=disabled -Dman=false -Dgtk_doc=false -Dsysprof=disabled \
    -Doss_fuzz=disabled -Dglib_debug=disabled -Dbsymbolic_functions=false
}

json-glib() {
  with_meson json-glib json-glib/libjson-glib-1.0.a -Dintrospection=disabled -Ddocumentation=disabled -Dman=false -Dtests=false -Dconformance=false \
    -Dinstalled_tests=false -Dnls=disabled
}

# The end of the log tells what went wrong.
log=
trap '[ $? -eq 0 ] || tail -n 40 "$log" >&2' EXIT
mkdir -p "$folder/log"
for library in zlib libffi pcre2 libmicrohttpd glib2.0 json-glib; do
  printf '%s: %s\n' "$2" "$library"
  log=$folder/log/$library.log
  ("$library") >"$log" 2>&1
done
touch "$libraries/complete"
