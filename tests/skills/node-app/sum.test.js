'use strict';

const assert = require('assert');
const { add, multiply } = require('./sum');

assert.strictEqual(add(), 0);
assert.strictEqual(add(2, 3, 5), 10);
assert.strictEqual(multiply(), 1);
assert.strictEqual(multiply(2, 3, 7), 42);
assert.throws(() => add(1, '2'), TypeError);
console.log('5 assertions held');
