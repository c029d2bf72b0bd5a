// A server that speaks no TLS, in a process of its own: it closes on the first byte, or never answers, as its argument says.
import { createServer } from 'node:net';

const closes = process.argv[2] === 'close';
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', () => {
    if (closes) socket.end();
  });
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
