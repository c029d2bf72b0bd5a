import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openLibc } from '../../../src/engine/reactor/libc.ts';
import { socketAddress, Sockets } from '../../../src/engine/reactor/sockets.ts';

/** Tokens of all events that come within a while. The server shares this thread, and so has its turn in between. */
const tokensWithin = async (sockets: Sockets, turns: number): Promise<number[]> => {
  const tokens: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const events = sockets.waitFor(1e6);
    for (let event = 0; event < events; event++) tokens.push(sockets.token(event));
    await sleep(1);
  }
  return tokens;
};

it('tells the end of a silenced connection to nobody, least of all to the connection that was opened last', async () => {
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = socketAddress('127.0.0.1', (server.address() as AddressInfo).port);
  const sockets = new Sockets(openLibc(), false);
  const [silenced, talking] = [11, 22];
  const first = sockets.open(address, undefined, silenced);
  expect(await tokensWithin(sockets, 10)).toContain(silenced);
  sockets.open(address, undefined, talking);
  expect(await tokensWithin(sockets, 10)).toContain(talking);
  if (typeof first !== 'number') throw new TypeError('no socket');

  sockets.silence(first);
  accepted[0]?.resetAndDestroy();
  const heard = await tokensWithin(sockets, 20);
  expect(heard).not.toContain(silenced);
  expect(heard).not.toContain(talking);
  expect(sockets.hasInput(first)).toBe(true);

  for (const socket of accepted) socket.destroy();
  server.close();
  sockets.closeAll();
});
