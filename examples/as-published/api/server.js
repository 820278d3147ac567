// Counts visits in Redis, whose protocol is simple enough to do without a library.
const { createServer } = require('node:http');
const { connect } = require('node:net');

/** Sends a command, and gives back the number that it answers with. */
function redis(command) {
  return new Promise((resolve, reject) => {
    const socket = connect(6379, process.env.REDIS_HOST, () => socket.write(`${command}\r\n`));
    socket.on('error', reject);
    socket.on('data', (answer) => {
      socket.end();
      resolve(Number(String(answer).slice(1)));
    });
  });
}

const server = createServer(async (request, response) => {
  try {
    if (request.url === '/healthz') response.end('ok\n');
    else if (request.url === '/visits' && request.method === 'POST')
      response.end(JSON.stringify({ visits: await redis('INCR visits') }));
    else response.writeHead(404).end();
  } catch (error) {
    response.writeHead(503).end(`${error.message}\n`);
  }
});
// On all addresses, as if this machine were its own.
server.listen(process.env.PORT);
process.on('SIGTERM', () => server.close());
