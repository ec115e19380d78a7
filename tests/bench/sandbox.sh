#!/bin/sh
# SPDX-License-Identifier: MIT
# A sandbox around a program that does nothing, from "ready to run a phase" to
# "reaped, group removed, result known", beside a floor, bubblewrap, crun and a
# bare start, all taking turns. ROUNDS rounds of five runs each.
set -u
# shellcheck source=tests/bench/figures.sh
. "$(dirname "$0")/figures.sh"
[ "$(id -u)" = 0 ] || { echo "# sandbox: needs root"; exit 1; }

# The base runtime with the program in it, for all of them the same tree.
mkdir -p "$tmp/runtimes/base"
cp -a "$build/../runtimes/base/root" "$tmp/runtimes/base/root"
cp "$build/bench/programs/nothing" "$build/bench/programs/forest" "$tmp/runtimes/base/root/bin/"
root=$tmp/runtimes/base/root

# crun makes control groups, which it only can where nothing but version 2 is
# mounted. Told to make none it still asks; what it says is printed.
bundle=$tmp/bundle
mkdir -p "$bundle"
jq -n --arg root "$root" '{ociVersion: "1.0.0", process: {args: ["/bin/nothing"], cwd: "/", env: ["PATH=/bin"], noNewPrivileges: true,
	user: {uid: 0, gid: 0}}, root: {path: $root, readonly: true}, hostname: "skill", mounts: [
	{destination: "/proc", type: "proc", source: "proc"},
	{destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "size=65536k", "mode=755"]},
	{destination: "/tmp", type: "tmpfs", source: "tmpfs"}],
	linux: {namespaces: [{type: "pid"}, {type: "network"}, {type: "ipc"}, {type: "uts"}, {type: "mount"}, {type: "cgroup"}]}}' > "$bundle/config.json"
crun=
if command -v crun > /dev/null; then
	if crun --cgroup-manager=disabled run --bundle "$bundle" "sv-bench-$$" > "$tmp/crun" 2>&1; then
		crun="crun crun --cgroup-manager=disabled run --bundle $bundle sv-bench-$$ ;"
	else
		echo "# crun cannot run here: $(head -1 "$tmp/crun")"
	fi
else
	echo "# crun is not installed"
fi

# shellcheck disable=SC2086
"$build/bench/sandbox" compare "$tmp/runtimes" "${ROUNDS:-60}" bare "$root/bin/nothing" ";" \
	bwrap bwrap --unshare-all --die-with-parent --ro-bind "$root" / --proc /proc --dev /dev --tmpfs /tmp /bin/nothing ";" \
	$crun > "$tmp/times" || exit 1
of() { awk -v n="$1" '$1 == n { print $2 }' "$tmp/times" > "$tmp/one"; quantile "$tmp/one" "${2:-50}"; }
for p in 50 10 99; do
	case $p in 50) what="a sandbox, all protections" ;; *) what="the same, ${p}th percentile" ;; esac
	peer_times "$what" "$(of ours $p)" ms 1.35 "floor: same namespaces and mounts" "$(of floor $p)"
	peer_times "$what" "$(of ours $p)" ms 0.45 "peer: bwrap --unshare-all" "$(of bwrap $p)"
	[ -z "$crun" ] || figure "$what" "$(of ours $p)" ms - "peer: crun, no control group" "$(of crun $p)"
	figure "$what" "$(of ours $p)" ms - "a bare fork and exec" "$(of bare $p)"
done
peer_times "the same, observed" "$(of observed)" ms 1.5 "nobody watches" "$(of ours)"
figure "of it, mounts of the workspace" "$(of ours-workspace)" ms - "floor" "$(of floor-workspace)"

"$build/bench/sandbox" forest "$tmp/runtimes" 1000 "${RUNS:-4}" > "$tmp/times" || exit 1
figure "end of 1000 processes, until known" "$(of forest)" ms 50 "-" 0

# What is left of SOAK sandboxes. Others on the machine use the kernel's objects too.
soak=${SOAK:-500}
for kind in soak soak-observed; do
	"$build/bench/sandbox" $kind "$tmp/runtimes" "$soak" "$tests/bench/held.sh" > "$tmp/held" || exit 1
	awk '/^(before|after)$/ { when = $1; next } when == "before" { n[$1] = $2 } when == "after" { print $1, n[$1], $2 }' \
		"$tmp/held" > "$tmp/soak"
	while read -r what before after; do
		case $what in
		*_*) slack=$((soak / 4)) ;;
		KiB-*) slack=24 ;;
		*) slack=0 ;;
		esac
		kept "$what after $soak sandboxes, $kind" "$before" "$after" "" "$slack"
	done < "$tmp/soak"
done
