// Orders for the agent come from a server each time.
'use strict';
const http = require('http');
http.get('http://prompt.example/today.txt', (res) => res.resume()).on('error', () => {});
console.log('questions: none');
