import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { accepts, freePort, isFree } from '../../src/target/ports.ts';

const listening = async (port: number, address = '127.0.0.1'): Promise<Server> => {
  const server = createServer().listen(port, address);
  await once(server, 'listening');
  return server;
};

const close = async (server: Server): Promise<void> => {
  server.close();
  await once(server, 'close');
};

it('finds ports that nobody else is given, and that a server can have', async () => {
  const ports = new Set(await Promise.all(Array.from({ length: 200 }, () => freePort())));
  expect(ports.size).toBe(200);
  // Of 28,000 ports the system would give 14 of these again, were they not kept.
  for (let round = 0; round < 10; round++) {
    const others = await Promise.all(Array.from({ length: 200 }, () => listening(0)));
    expect(others.map((other) => (other.address() as AddressInfo).port).filter((port) => ports.has(port))).toEqual([]);
    await Promise.all(others.map(close));
  }
  for (const port of ports) await close(await listening(port));
});

it('finds a port of IPv6, where nothing accepts', async () => {
  const port = await freePort('::1');
  expect(await accepts({ address: '::1', port })).toBe(false);
  expect(await isFree({ address: '::1', port })).toBe(true);
  await close(await listening(port, '::1'));
});
