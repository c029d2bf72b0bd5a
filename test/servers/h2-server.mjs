// An HTTPS server that speaks HTTP/2 with those who offer it, and HTTP/1.1 with the others.
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

const [cert, key, port] = process.argv.slice(2);
const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key), allowHTTP1: true }, (_, response) => {
  response.end('ok');
});
// A client that resets is how a load generator ends its connections.
server.on('sessionError', () => undefined).on('clientError', () => undefined);
server.listen(Number(port), '127.0.0.1');
