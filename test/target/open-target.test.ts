import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openTarget, type OpenTarget } from '../../src/target/open-target.ts';

const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((closed) => server.close(closed))));
});

const listenOn = async (address: string): Promise<number> => {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, address, listening));
  return (server.address() as AddressInfo).port;
};

const opened = (target: string, addresses: readonly string[]): Promise<OpenTarget> =>
  openTarget({ target, authorized: false, serverName: undefined, verify: false, ca: undefined }, () =>
    Promise.resolve(addresses),
  );

describe('a name with several addresses', () => {
  it.each([
    ['an IPv6 address at which nobody listens first', ['::1', '127.0.0.1'], '127.0.0.1'],
    ['a dead address first', ['127.0.0.3', '127.0.0.2'], '127.0.0.2'],
    ['the server at its first address', ['127.0.0.2', '127.0.0.3'], '127.0.0.2'],
  ])('and %s is taken where the server answers', async (_, addresses, answering) => {
    const port = await listenOn(answering);
    const target = await opened(`multi.test:${String(port)}`, addresses);
    expect(target).toMatchObject({ address: answering, port, serverName: 'multi.test' });
  });

  it('that answers nowhere is refused with the reason of each address', async () => {
    const port = await listenOn('127.0.0.9');
    await expect(opened(`multi.test:${String(port)}`, ['127.0.0.2', '127.0.0.3'])).rejects.toThrow(
      /accepts a connection at none of its addresses: 127\.0\.0\.2 \(ECONNREFUSED\), 127\.0\.0\.3 \(ECONNREFUSED\)\./u,
    );
  });

  it('one of which is public is not dialled at any of them', async () => {
    const port = await listenOn('127.0.0.2');
    await expect(opened(`multi.test:${String(port)}`, ['127.0.0.2', '192.0.2.1'])).rejects.toThrow(
      /public address 192\.0\.2\.1/u,
    );
  });
});

it('takes a single address without trying it: the first handshake says what is wrong with it', async () => {
  expect(await opened('one.test:1', ['127.0.0.2'])).toMatchObject({ address: '127.0.0.2', port: 1 });
});
