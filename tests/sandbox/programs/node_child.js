// SPDX-License-Identifier: MIT
// The other half of node.test.js: answers what it is sent.
process.on('message', (n) => process.send(n + 1));
