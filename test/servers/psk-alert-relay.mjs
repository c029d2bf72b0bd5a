// Relays to a TLS server, but answers a ClientHello that offers a pre-shared key by a fatal internal_error. Argument: the server's port.
import { connect, createServer } from 'node:net';

const upstream = Number(process.argv[2]);
const INTERNAL_ERROR = Buffer.from('15030300020250', 'hex');
const PRE_SHARED_KEY = 41;

/** Walks over the hello's session ID, suites and compression methods to its extensions. */
const offersPsk = (hello) => {
  let at = 5 + 4 + 2 + 32;
  at += 1 + hello[at];
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello[at];
  const end = at + 2 + hello.readUInt16BE(at);
  for (at += 2; at < end; at += 4 + hello.readUInt16BE(at + 2)) if (hello.readUInt16BE(at) === PRE_SHARED_KEY) return true;
  return false;
};

const server = createServer((client) => {
  client.on('error', () => undefined);
  let hello = Buffer.alloc(0);
  const gather = (bytes) => {
    hello = Buffer.concat([hello, bytes]);
    if (hello.length < 5 || hello.length < 5 + hello.readUInt16BE(3)) return;
    client.off('data', gather);
    if (offersPsk(hello)) {
      client.end(INTERNAL_ERROR);
      return;
    }
    const onward = connect(upstream, '127.0.0.1');
    onward.on('error', () => client.destroy());
    client.on('close', () => onward.destroy());
    onward.write(hello);
    client.pipe(onward).pipe(client);
  };
  client.on('data', gather);
});
server.listen(0, '127.0.0.1', () => process.send?.(server.address().port));
process.on('disconnect', () => process.exit());
