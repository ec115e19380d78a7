#!/bin/sh
# Opens every file of the home, as search tools do. What it finds it counts.
n=$(grep -rlw TODO-LATER "$HOME" 2> /dev/null | wc -l)
echo "tasks: $n"
