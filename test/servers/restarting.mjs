// A TLS server that goes away after so many handshakes, and comes back on the same port so many ms
// later, or never. Arguments: the PEM files of its certificate and its key, the handshakes, the ms.
// Asked by any message, it tells its parent what it has counted.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const [cert, key] = process.argv.slice(2, 4).map((path) => readFileSync(path));
const [most, awayMs] = process.argv.slice(4).map(Number);
const open = new Set();
let handshakes = 0;

const server = createServer({ cert, key }, (socket) => {
  socket.resume();
  socket.on('error', () => undefined);
  handshakes += 1;
  if (handshakes === most) goAway();
});
server.on('connection', (socket) => {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
});
server.on('tlsClientError', () => undefined);

const goAway = () => {
  const { port } = server.address();
  server.close();
  for (const socket of open) socket.resetAndDestroy();
  if (Number.isFinite(awayMs)) setTimeout(() => server.listen(port, '127.0.0.1'), awayMs);
};

process.on('message', () => process.send({ handshakes }));
process.on('disconnect', () => process.exit());
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => process.send({ port: server.address().port }));
