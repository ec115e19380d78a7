'use strict';

/** Sum of any number of finite numbers; anything else is an error. */
function add(...values) {
  return values.reduce((total, value) => total + finite(value), 0);
}

/** Product of any number of finite numbers. */
function multiply(...values) {
  return values.reduce((product, value) => product * finite(value), 1);
}

function finite(value) {
  if (!Number.isFinite(value)) throw new TypeError(`not a number: ${value}`);
  return value;
}

module.exports = { add, multiply };
