# SPDX-License-Identifier: MIT
# Shared by those who unpack binary packages (rootfs/, tests/vm/): fetching by a
# lock and writing one. A line of a lock: deb PACKAGE SUITE VERSION SHA256 BYTES FILE.
# Sourced after apt.sh.

# debs_fetch LOCK CACHE WHO: every package of the lock into CACHE, checked.
debs_fetch() {
	debs_cache=$2 debs_who=$3
	debs_absent=
	while read -r kind package suite version sum size file; do
		[ "$kind" = deb ] || continue
		if [ ! -e "$debs_cache/$file" ]; then
			debs_absent="$debs_absent $suite:$package=$version"
		elif ! deb_good "$sum" "$file"; then
			echo "$debs_who: $file does not have the locked SHA-256; remove it from $debs_cache to fetch it again" >&2
			return 1
		fi
	done < "$1"
	[ -n "$debs_absent" ] || return 0
	for suite in $(printf '%s\n' $debs_absent | cut -d : -f 1 | sort -u); do
		debs_download "$suite" $(printf '%s\n' $debs_absent | sed -n "s/^$suite://p") || return 1
	done
	while read -r kind package suite version sum size file; do
		[ "$kind" = deb ] || continue
		deb_good "$sum" "$file" || {
			echo "$debs_who: $package $version cannot be had from the archive any more: $file" >&2
			echo "$debs_who: 'make vendor-update' locks what is there now and prints what changed" >&2
			return 1
		}
	done < "$1"
}

# debs_download SUITE PACKAGE=VERSION...: all at once, as reading the index takes longest;
# one by one when that fails, so that only what is gone is missed.
debs_download() {
	debs_suite=$1; shift
	echo "$debs_who: fetching from $debs_suite: $*"
	apt_private "$debs_cache/.apt-$debs_suite-deb" "$debs_suite" deb || return 1
	(cd "$debs_cache" && apt-get $APT_OPTS download "$@") && return 0
	for package; do
		(cd "$debs_cache" && apt-get $APT_OPTS download "$package") || true
	done
}
deb_good() { [ -e "$debs_cache/$2" ] && echo "$1  $debs_cache/$2" | sha256sum --check --status; }

# debs_line PACKAGE SUITE CACHE: fetches what the archive has now, prints its line.
debs_line() {
	apt_private "$3/.apt-$2-deb" "$2" deb || return 1
	# In an empty folder: apt names no file that is there already.
	rm -rf "$3/.empty" && mkdir "$3/.empty"
	file=$(cd "$3/.empty" && apt-get $APT_OPTS download --print-uris "$1" | tail -n 1 | awk '{ print $2 }')
	(cd "$3" && apt-get $APT_OPTS download "$1") >&2 || return 1
	echo "deb $1 $2 $(dpkg-deb -f "$3/$file" Version) $(sha256sum < "$3/$file" | cut -d ' ' -f 1) $(stat -c %s "$3/$file") $file"
}

# debs_replace LOCK NEW WHAT: NEW becomes the lock; what changed is printed.
debs_replace() {
	touch "$1"
	if diff -u "$1" "$2"; then
		echo "$3 is up to date"
	else
		cat "$2" > "$1"
	fi
	rm -f "$2"
}
