// A TLS server that leaves a close_notify without an answer. Arguments: the PEM files of its certificate and its key.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const [certificate, key] = process.argv.slice(2, 4).map((path) => readFileSync(path));
const server = createServer({ cert: certificate, key, allowHalfOpen: true }, (socket) => {
  socket.resume();
  socket.on('error', () => undefined);
});
server.on('tlsClientError', () => undefined);
server.listen(Number(process.argv[4]), '127.0.0.1');
