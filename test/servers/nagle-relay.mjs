// A relay to the port in its argument that is careless as some servers are: what the server says goes out in two writes, with Nagle's
// algorithm on. The second waits until the first is acknowledged, and the client delays its acknowledgement.
import { connect, createServer } from 'node:net';

const port = Number(process.argv[2]);

const server = createServer({ noDelay: false }, (client) => {
  const target = connect({ port, host: '127.0.0.1', noDelay: true });
  client.on('data', (bytes) => target.write(bytes));
  target.on('data', (bytes) => {
    const half = Math.ceil(bytes.length / 2);
    client.write(bytes.subarray(0, half));
    client.write(bytes.subarray(half));
  });
  for (const [one, other] of [
    [client, target],
    [target, client],
  ]) {
    one.on('close', () => other.destroy());
    one.on('error', () => other.destroy());
  }
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
