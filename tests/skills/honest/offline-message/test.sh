#!/bin/sh
[ "$(sh fetch.sh api.status.example)" = "no answer from api.status.example" ] && echo "message: ok"
