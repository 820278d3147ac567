// A Node HTTP server that sends one file, as little as a server can do: what the route server is compared with.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file = '', port] = process.argv.slice(2);
const bytes = readFileSync(file);
createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/yaml', 'content-length': bytes.length });
  response.end(bytes);
}).listen(Number(port), '127.0.0.1');
