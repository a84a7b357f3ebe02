#!/usr/bin/env bash
# fetch-sources.sh WORK: the sources of libraries.txt through apt, into WORK/sources, unpacked in WORK/source.
# WORK/sources/versions.txt says what was taken. What is there already stays as it is.
set -euo pipefail
# shellcheck source=service/release/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=service/release/apt.sh
. "$RELEASE/apt.sh"
work=$(realpath -m "$1")
sources=$work/sources
mkdir -p "$sources"

# versions PACKAGE: newest first.
versions() {
  apt-cache showsrc --only-source "$1" | sed -n 's/^Version: //p' | sort -uVr
}

# fetch PACKAGE: the newest version that the mirror has all of. Its name goes to standard output.
fetch() {
  local version
  for version in $(versions "$1"); do
    (cd "$sources" && apt-get -qq source --only-source --download-only "$1=$version" >&2) && {
      printf '%s\n' "$version"
      return
    }
    printf 'NOTE: the mirror lacks a part of %s %s\n' "$1" "$version" >&2
  done
  # Debian's changes to it are not to be had: the upstream archive alone, whose hash apt has checked.
  version=$(versions "$1" | head -n 1)
  [ -n "$version" ] || die "no source of $1"
  compgen -G "$sources/$1_${version%-*}.orig.tar.*" >/dev/null || die "nothing of the source of $1 $version can be had"
  printf 'NOTE: %s %s without the changes of Debian\n' "$1" "$version" >&2
  printf '%s\n' "$version"
}

# unpack PACKAGE VERSION
unpack() {
  local base=$1_${2#*:} tree=$work/source.new/$1
  mkdir -p "$work/source.new"
  if [ -f "$sources/$base.dsc" ]; then
    dpkg-source --no-check --no-copy -x "$sources/$base.dsc" "$tree" >/dev/null
  else
    mkdir -p "$tree"
    tar -xf "$sources/${base%-*}".orig.tar.* -C "$tree" --strip-components 1
  fi
}

if [ ! -f "$sources/versions.txt" ]; then
  say 'fetching the sources of the libraries'
  known=''
  while read -r package suites _; do
    if [ "$suites" != "$known" ]; then
      # shellcheck disable=SC2086
      private_apt "$work/apt/${suites//,/+}" amd64 deb-src ${suites//,/ }
      known=$suites
    fi
    version=$(fetch "$package" "$suites")
    printf '%s %s\n' "$package" "$version" | tee -a "$sources/versions.new"
  done < <(grep -v '^#' "$RELEASE/libraries.txt")
  mv "$sources/versions.new" "$sources/versions.txt"
fi
if [ ! -d "$work/source" ]; then
  rm -rf "$work/source.new"
  while read -r package version; do
    unpack "$package" "$version"
  done <"$sources/versions.txt"
  # On paper it wants a newer Meson; it builds with Debian 12's.
  sed -i "s/meson_version: *'>= 1\.[0-9.]*'/meson_version: '>= 1.0'/" "$work/source.new/json-glib/meson.build"
  mv "$work/source.new" "$work/source"
fi
