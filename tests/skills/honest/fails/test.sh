#!/bin/sh
echo "want a, got b"
exit 1
