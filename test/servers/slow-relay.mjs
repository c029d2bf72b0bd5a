// A relay that holds everything back on its way, in each direction, by the time that its second argument says in ms; its first is the port
// to relay to. The TCP connect alone it cannot hold back: that is the kernel's.
import { connect, createServer } from 'node:net';
import { holdBack } from './hold-back.mjs';

const [port, delayMs] = process.argv.slice(2).map(Number);

const relay = (from, to) => {
  const later = holdBack(delayMs);
  from.on('data', (bytes) => later(() => to.destroyed || to.write(bytes)));
  from.on('end', () => later(() => to.destroyed || to.end()));
  from.on('error', () => to.destroy());
};

const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  const target = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  relay(client, target);
  relay(target, client);
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
