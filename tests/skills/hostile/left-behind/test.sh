#!/bin/sh
# Twice away from its parent, with a session of its own and no output held.
(setsid sleep 600 > /dev/null 2>&1 &)
sleep 0.2
echo "timer: stopped"
