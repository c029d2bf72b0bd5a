// A relay to the port in its first argument that lets one connection through each so many ms (its second argument), whatever the machine is
// busy with otherwise: a server of one thread whose time of service is known, and so its capacity.
import { connect, createServer } from 'node:net';

const [port, serviceMs] = process.argv.slice(2).map(Number);
let freeAtMs = 0;

const server = createServer({ pauseOnConnect: true, noDelay: true }, (client) => {
  freeAtMs = Math.max(performance.now(), freeAtMs) + serviceMs;
  client.on('error', () => client.destroy());
  setTimeout(() => letThrough(client), freeAtMs - performance.now());
});

const letThrough = (client) => {
  if (client.destroyed) return;
  const target = connect({ port, host: '127.0.0.1', noDelay: true });
  target.on('error', () => client.destroy());
  client.on('close', () => target.destroy());
  target.on('close', () => client.destroy());
  client.pipe(target);
  target.pipe(client);
};

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
