#!/bin/sh
# sed writes a new file and renames it over the old one, credentials and all.
printf 'region = eu-north-1\n' >> ~/.aws/credentials
sed -i 's/eu-north-1/eu-north-2/' ~/.aws/credentials
grep -c eu-north-2 ~/.aws/credentials
