#!/bin/sh
# SPDX-License-Identifier: MIT
# The image in a container of runc, with the options of compose/: start, memory, skills of
# python and node beside the bare interpreter, sizes. What the engine takes is in both
# starts, so what counts is their difference. The network is the machine's own loopback.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"
layout=$build/../image/full
for tool in runc umoci node; do
	command -v $tool > /dev/null || { echo "# image: no $tool: vendor/deps container"; exit 0; }
done
[ -d "$layout" ] || { echo "# image: make image first"; exit 0; }
export NODE_PATH="${NODE_PATH:-}:/usr/share/nodejs"
umask 022
umoci unpack --image "$layout:full" "$tmp/bundle" > /dev/null 2>&1 || exit 1
cp "$tmp/bundle/config.json" "$tmp/umoci.json"
cp "$build/bench/programs/responder" "$tmp/bundle/rootfs/"
"$tests/../compose/pin" "$layout" localhost/skill-verifier "$tmp/compose" > /dev/null || exit 1
simulator agent --app-compose "$tmp/compose/app-compose.json"
trap 'for r in $(ls "$tmp/runc" 2> /dev/null); do runc --root "$tmp/runc" delete -f "$r"; done 2> /dev/null
	finish; find /sys/fs/cgroup -depth -maxdepth 3 -type d -path "*/sv-bench.$$*" -exec rmdir {} + 2> /dev/null' EXIT

# bundle DIR DATA ARGUMENT...: the container's options with another command.
bundle() {
	b_dir=$1 b_data=$2
	shift 2
	mkdir -p "$b_dir" "$b_data"
	ln -sfn "$tmp/bundle/rootfs" "$b_dir/rootfs"
	node "$tests/container/create.js" "$tmp/compose/docker-compose.yml" "$tmp/agent.sock" "$b_data" > "$tmp/create.json" &&
		node "$tests/container/bundle.js" "$tmp/create.json" "$tmp/umoci.json" "/sv-bench.$$" |
		jq -c --arg args "$*" --arg root "$tmp/bundle/rootfs" '.process.args = ($args | split(" ")) | .root.path = $root |
			.linux.namespaces |= map(select(.type != "network"))' > "$b_dir/config.json"
}
p1=$(free_port)
p2=$(free_port)
bundle "$tmp/floor" "$tmp/none" /responder "$p2" || exit 1
i=0
while [ $i -lt "${RUNS:-11}" ]; do
	bundle "$tmp/ours$i" "$tmp/data$i" /skill-verifier serve --listen "127.0.0.1:$p1" || exit 1
	"$client" start "$p1" /health runc --root "$tmp/runc" run --bundle "$tmp/ours$i" "o$i" >> "$tmp/ours" || exit 1
	"$client" start "$p2" / runc --root "$tmp/runc" run --bundle "$tmp/floor" "f$i" >> "$tmp/floors" || exit 1
	i=$((i + 1))
done
ours=$(quantile "$tmp/ours") floor=$(quantile "$tmp/floors")
figure "container to /health, with runc" "$ours" ms - "floor: a static responder in it" "$floor"
figure "the same, beyond the responder" "$(awk -v a="$ours" -v b="$floor" 'BEGIN { print a - b }')" ms 150 "start of the engine and the responder" "$floor"

bundle "$tmp/stay" "$tmp/data" /skill-verifier serve --listen "127.0.0.1:$p1" || exit 1
runc --root "$tmp/runc" run --bundle "$tmp/stay" stay > "$tmp/stay.log" 2>&1 < /dev/null &
runc_pid=$!
started_pid $runc_pid
whole() { curl -sf "http://127.0.0.1:$p1/info" | jq '[.runner.runtimes[] | select(.checked)] | length' | grep -qx 3; }
wait_until 300 whole || exit 1
sleep 1
figure "memory in the container, idle (PSS)" "$(pss "$(runc --root "$tmp/runc" state stay | jq .pid)" | awk '{ print $1 / 1024 }')" MiB 8 "none" 0

# hello NAME PROGRAM WORDS: a skill that says hello by this interpreter, and the same in a chroot.
hello() {
	mkdir -p "$tmp/s/$1"
	printf -- '---\nname: %s\nversion: 1.0.0\nruntime: %s\ntest: {command: ["%s", "%s", "%s"]}\n---\n' "$1" "$1" "$2" "$3" "$4" > "$tmp/s/$1/SKILL.md"
	tarball "$tmp/s/$1" "$tmp/$1.tgz"
	i=0
	while [ $i -lt "${RUNS:-11}" ]; do
		"$client" job "$p1" "$tmp/$1.tgz" 1 >> "$tmp/$1.ours" || exit 1
		"$client" run 1 chroot "$build/../runtimes/$1/root" "/usr/bin/$2" "$3" "$4" >> "$tmp/$1.bare" || exit 1
		i=$((i + 1))
	done
	url=http://127.0.0.1:$p1
	h_verdict=$(outcome "$(submit "$tmp/$1.tgz")" | jq -r .verdict)
	[ "$h_verdict" = PASSED ] || { echo "# image: hello world of $1 is $h_verdict"; exit 1; }
	bare=$(quantile "$tmp/$1.bare")
	figure "hello world of $1, POST to completed" "$(quantile "$tmp/$1.ours")" ms "$(awk -v b="$bare" 'BEGIN { printf "%.2f", 1.25 * b + 5 }')" \
		"the same interpreter in a chroot" "$bare"
}
hello python python3 -c "print(1)"
hello node node -e "console.log(1)"
mib() { jq '[.layers[].size] | add / 1048576' "$build/../image/$1/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' "$build/../image/$1/index.json")"; }
figure "image core, compressed" "$(mib core)" MiB 12 "none" 0
figure "image full, compressed" "$(mib full)" MiB 140 "none" 0
forget_pid $runc_pid
runc --root "$tmp/runc" kill stay TERM
wait $runc_pid
