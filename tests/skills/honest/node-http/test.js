'use strict';
const http = require('http');
const server = http.createServer((req, res) => res.end('up'));
server.listen(0, '127.0.0.1', () => {
	http.get({ host: '127.0.0.1', port: server.address().port }, (res) => {
		res.on('data', (d) => {
			if (String(d) !== 'up') process.exit(1);
			console.log('server: up');
		});
		res.on('end', () => server.close());
	});
});
