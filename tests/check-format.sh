#!/bin/sh
# Fails where a C file is not as clang-format 14 with the tree's .clang-format would leave it.
set -eu
cd "$1"
format=$(command -v clang-format-14 || command -v clang-format)
find src tests -name '*.[ch]' -print0 | xargs -0 "$format" --dry-run -Werror
