// A relay to the port in its first argument that breaks off every n-th connection, n being its second argument, at the first byte of the
// client: the ClientHello is never answered.
import { connect, createServer } from 'node:net';

const [port, every] = process.argv.slice(2).map(Number);
let connections = 0;

const server = createServer({ noDelay: true }, (client) => {
  connections += 1;
  client.on('error', () => client.destroy());
  if (connections % every === 0) client.once('data', () => client.end());
  else relay(client);
});

const relay = (client) => {
  const target = connect({ port, host: '127.0.0.1', noDelay: true });
  target.on('error', () => client.destroy());
  client.on('close', () => target.destroy());
  target.on('close', () => client.destroy());
  client.pipe(target);
  target.pipe(client);
};

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
