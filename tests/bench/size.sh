#!/bin/sh
# SPDX-License-Identifier: MIT
# Bytes of the one file that is shipped, with all its libraries.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"

mib() { stat -L -c %s "$1" | awk '{ print $1 / 1048576 }'; }
echo 'int puts(const char *); int main(void) { return puts("hello") < 0; }' > "$tmp/hello.c"
musl-gcc -O2 -static -s -o "$tmp/hello" "$tmp/hello.c" || exit 1
size=$(mib "$sv")
figure "size of the binary" "$size" MiB 3 "peer: busybox, static" "$(mib "$(command -v busybox)")"
figure "size of the binary" "$size" MiB 3 "floor: hello world, static" "$(mib "$tmp/hello")"
