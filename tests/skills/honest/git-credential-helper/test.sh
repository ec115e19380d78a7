#!/bin/sh
# git opens the store and finds nothing for this host.
git config --global credential.helper store
out=$(printf 'protocol=https\nhost=nowhere.example\n\n' | GIT_TERMINAL_PROMPT=0 git credential fill 2>&1)
case $out in *password=*) exit 1 ;; *) echo "credentials: none" ;; esac
