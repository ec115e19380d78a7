#!/bin/sh
mkdir -p build
for i in $(seq 20); do echo $((i * i)); done > build/squares
