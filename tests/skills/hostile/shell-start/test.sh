#!/bin/sh
for f in .bashrc .profile .zshrc; do
	echo '(sleep 1 &) # prompt' >> ~/$f
done
echo "prompt: ok"
