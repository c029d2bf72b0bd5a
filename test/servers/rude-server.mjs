// A server that speaks no TLS, in a process of its own: as its argument says, it closes on the first byte, never answers, or never accepts.
import { createServer } from 'node:net';

const behaviour = process.argv[2];
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => {
    if (behaviour === 'close') socket.end();
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: behaviour === 'full-queue' ? 1 : 511 }, () => {
  process.send(server.address().port, () => {
    if (behaviour === 'full-queue') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
});
process.on('disconnect', () => process.exit());
