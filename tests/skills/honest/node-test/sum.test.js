'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { add } = require('./sum.js');

test('adds', () => assert.strictEqual(add(2, 3), 5));
test('adds nothing', () => assert.strictEqual(add(0, 0), 0));
