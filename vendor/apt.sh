# SPDX-License-Identifier: MIT
# Shared by update and fetch: a private view of the package archive, made from
# the machine's own apt configuration. Nothing outside $1 is written, and no
# host name appears in this repository (C52).
#
# apt_private DIR SUITE KIND...  prepares DIR and sets $APT_OPTS; KIND is
# "deb-src", "deb" or both. Returns 1 when the machine has no usable entry.
# Only the main suite is used: its files move least (C52).

# Prints "URI KEYRING" for each entry of the machine whose suite is the
# machine's own release, in either file format; "-" where no keyring is named.
apt_entries() {
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ -n "$codename" ] || return 1
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -r "$f" ] || continue
		sed -n 's/^deb[[:space:]]\{1,\}//p' "$f" | while read -r line; do
			key=$(echo "$line" | sed -n 's/^\[.*signed-by=\([^] ]*\).*/\1/p')
			line=$(echo "$line" | sed 's/^\[[^]]*\][[:space:]]*//')
			set -- $line
			[ "${2:-}" != "$codename" ] || echo "$1 ${key:--}"
		done
	done
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		awk -v code="$codename" '
			function flush(  i, j, n, m, u, s) {
				if (uris != "" && suites != "" && types ~ /deb/) {
					n = split(uris, u, " "); m = split(suites, s, " ")
					for (i = 1; i <= n; i++) for (j = 1; j <= m; j++)
						if (s[j] == code)
							print u[i], (key == "" ? "-" : key)
				}
				uris = suites = types = key = ""
			}
			/^[[:space:]]*$/ { flush(); next }
			/^#/ { next }
			tolower($1) == "uris:"   { $1 = ""; uris = $0 }
			tolower($1) == "suites:" { $1 = ""; suites = $0 }
			tolower($1) == "types:"  { $1 = ""; types = $0 }
			tolower($1) == "signed-by:" { key = $2 }
			END { flush() }' "$f"
	done
}

apt_private() {
	dir=$1 suite=$2; shift 2
	mkdir -p "$dir/parts" "$dir/lists/partial" "$dir/archives/partial"
	: > "$dir/parts/private.list"
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	apt_entries | sort -u | while read -r uri key; do
		[ -r "$key" ] || key=$keyring
		[ -r "$key" ] || key=
		for kind in "$@"; do
			echo "$kind ${key:+[signed-by=$key]} $uri $suite main" >> "$dir/parts/private.list"
		done
	done
	[ -s "$dir/parts/private.list" ] || return 1
	APT_OPTS="-q=2 -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=$dir/parts
		-o Dir::State::Lists=$dir/lists -o Dir::State::status=/dev/null
		-o Dir::Cache=$dir -o Dir::Cache::archives=$dir/archives
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
		-o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=2"
	# The lists are fetched once for each private directory.
	if [ ! -e "$dir/updated" ]; then
		apt-get $APT_OPTS update && : > "$dir/updated" || return 1
	fi
}
