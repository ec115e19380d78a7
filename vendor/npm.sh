# SPDX-License-Identifier: MIT
# Packages of the npm registry, through the npm client and whatever registry the
# machine has configured; no host name is written here (C52). A line of a lock:
# npm PACKAGE - VERSION SHA256 BYTES FILE. Nothing of a package runs.

# npm_get PACKAGE VERSION CACHE: its tarball into CACHE; prints the file's name.
npm_get() {
	command -v npm > /dev/null || {
		echo "npm is not installed: vendor/deps runtimes says how, or put the file into $3" >&2
		return 1
	}
	(cd "$3" && npm pack --silent --ignore-scripts "$1@$2" 2> /dev/null | tail -n 1)
}

# npm_fetch LOCK CACHE WHO: every npm package of the lock into CACHE, checked.
npm_fetch() {
	while read -r kind package suite version sum size file; do
		[ "$kind" = npm ] || continue
		if [ -e "$2/$file" ] && ! npm_good "$sum" "$2/$file"; then
			echo "$3: $file does not have the locked SHA-256; remove it from $2 to fetch it again" >&2
			return 1
		fi
		if ! npm_good "$sum" "$2/$file"; then
			echo "$3: fetching $package $version (npm)"
			npm_get "$package" "$version" "$2" > /dev/null || true
		fi
		npm_good "$sum" "$2/$file" || {
			echo "$3: $package $version cannot be had from the npm registry: $file" >&2
			return 1
		}
	done < "$1"
}
npm_good() { [ -e "$2" ] && echo "$1  $2" | sha256sum --check --status; }

# npm_line PACKAGE VERSION CACHE: fetches it and prints its line.
npm_line() {
	file=$(npm_get "$1" "$2" "$3") && [ -n "$file" ] && [ -e "$3/$file" ] || return 1
	echo "npm $1 - $2 $(sha256sum < "$3/$file" | cut -d ' ' -f 1) $(stat -c %s "$3/$file") $file"
}
