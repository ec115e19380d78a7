# say CITY DEGREES: one line for people.
say() { printf '%s: %s degrees, light wind\n' "$1" "$2"; }
