#!/bin/sh
# SPDX-License-Identifier: MIT
# Certificates and lists through our code and through openssl; and src/check uses
# nothing of libc that reaches outside. Argument: build folder.
set -u
suite=peer
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

# ---- check/ has no files, no network, no clock, no environment ----------------------------
# Every undefined symbol of its objects that no other object of ours or of the vendored
# libraries defines comes from libc. These may.
allowed='memcpy|memcmp|memmove|memset|memchr|strlen|strcmp|strncmp|strchr|strpbrk|snprintf|vsnprintf|qsort|bsearch|malloc|calloc|realloc|free|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_'
# Rules and records that check/ shares with who made what it checks.
shared=$(for f in manifest observation behaviour codec; do echo "$build/src/proc/$f.o"; done)
if command -v nm > /dev/null && [ -d "$build/src/check" ]; then
	nm -u "$build"/src/check/*.o | awk 'NF == 2 { print $2 }' | sort -u > "$tmp/wanted"
	nm --defined-only "$build"/src/check/*.o "$build"/src/base/*.o $shared |
		awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' | sort -u > "$tmp/ours"
	others=$(comm -23 "$tmp/wanted" "$tmp/ours" | grep -vxE "$allowed" | grep -vE '^(br_|yaml_|secp256k1_|ini_parse_string$)')
	is "src/check: nothing of libc but memory and text" "$others" ""
	# What of base/ it uses has to be as clean, one object after the other.
	: > "$tmp/seen"
	cp "$tmp/wanted" "$tmp/todo"
	while [ -s "$tmp/todo" ]; do
		: > "$tmp/next"
		for o in "$build"/src/base/*.o $shared; do
			grep -qxF "$o" "$tmp/seen" && continue
			nm --defined-only "$o" | awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' | grep -qxFf "$tmp/todo" || continue
			echo "$o" >> "$tmp/seen"
			nm -u "$o" | awk 'NF == 2 { print $2 }' >> "$tmp/next"
		done
		sort -u "$tmp/next" > "$tmp/todo"
	done
	# shellcheck disable=SC2046
	reached=$(nm -u $(cat "$tmp/seen") | awk 'NF == 2 { print $2 }' | sort -u |
		grep -xE 'open|openat|open64|creat|read|write|pread|pwrite|recv|send|recvmsg|sendmsg|socket|connect|accept|bind|listen|getaddrinfo|time|gettimeofday|clock_gettime|getenv|secure_getenv|environ|getrandom|fopen|fread|fwrite|printf|puts|system|execve|fork|popen|dlopen|ioctl|syscall' | tr '\n' ' ')
	is "what it reaches outside itself: the same, but for a clock beside the dates" "$reached" "clock_gettime "
	is "src/check asks neither" "$(grep -cE '^(clock_(wall_ms|mono_us)|p256_generate)$' "$tmp/wanted")" 0
else
	skip "src/check without libc's files" "no nm or no objects"
fi

# ---- certificates and lists ------------------------------------------------------------------
mkdir "$tmp/x"
if [ -x "$build/peer-x509" ]; then
	python3 "$tests/peer/x509.py" "$build/peer-x509" "$tmp/x" "$tests/peer/x509.table"
else
	skip "x509" "peer-x509 is not built"
fi
