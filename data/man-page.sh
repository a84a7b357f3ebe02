#!/bin/sh
# Makes one man page: man-page.sh LOWDOWN SECTION VERSION MARKDOWN…
set -eu
lowdown=$1 section=$2 version=$3
shift 3
cat "$@" | "$lowdown" -s -Tman --parse-no-intraemph --out-no-smarty -M section="$section" -M title=dbus-virtual-battery \
  -M source="dbus-virtual-battery $version"
