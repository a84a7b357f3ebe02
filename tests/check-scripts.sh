#!/bin/sh
# check-scripts.sh SOURCE_ROOT: what runs on a GX device is understood by the shell that it has there, and by shellcheck.
set -eu
cd "$1/service/gx"
scripts=$(grep -rlE '^#!/bin/sh' . | grep -v make-archive.sh)
failed=0
for script in $scripts; do
  busybox sh -n "$script" || failed=1
done
# shellcheck disable=SC2086 # a list
shellcheck --shell=dash $scripts make-archive.sh || failed=1
shellcheck --shell=bash setup-helper/setup || failed=1
exit $failed
