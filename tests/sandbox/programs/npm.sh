# SPDX-License-Identifier: MIT
# npm without network.
# Runtime: host
# Needs: npm node
set -eu
cd /tmp
npm --version > version
grep -q '^[0-9]' version
npm init -y > /dev/null
npm pkg set scripts.test='node -e "console.log(process.env.npm_package_name)"' > /dev/null
test "$(npm test --silent)" = tmp
npm install --offline left-pad > /dev/null 2> err && exit 1
grep -q -i 'notcached\|cache' err
echo ok
