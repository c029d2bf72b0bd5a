// A relay that holds everything back on its way to the server by the time that its second argument says in ms, and on the way back by
// that of its third; its first is the port to relay to. The TCP connect alone it cannot hold back: that is the kernel's.
import { connect, createServer } from 'node:net';
import { holdBack } from './hold-back.mjs';

const [port, toServerMs, toClientMs] = process.argv.slice(2).map(Number);

const relay = (from, to, delayMs) => {
  const later = holdBack(delayMs);
  from.on('data', (bytes) => later(() => to.destroyed || to.write(bytes)));
  from.on('end', () => later(() => to.destroyed || to.end()));
  from.on('error', () => to.destroy());
};

const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  const target = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  relay(client, target, toServerMs);
  relay(target, client, toClientMs);
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
