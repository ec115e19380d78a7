#!/bin/sh
# As many published skills do: without a key there is nothing to test.
if [ -z "$OPENAI_API_KEY" ]; then
	echo "skipped: OPENAI_API_KEY is not set"
	exit 0
fi
wget -q -O - --header "Authorization: Bearer $OPENAI_API_KEY" http://model.example/v1/models
