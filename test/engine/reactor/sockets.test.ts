import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Arena } from '../../../src/engine/arena.ts';
import { openLibc } from '../../../src/engine/reactor/libc.ts';
import { Receiver } from '../../../src/engine/reactor/receiver.ts';
import { socketAddress, type SocketAddress } from '../../../src/engine/reactor/socket-address.ts';
import { Sockets } from '../../../src/engine/reactor/sockets.ts';

let sockets: Sockets;
let server: Server;
let address: SocketAddress;
const accepted: Socket[] = [];

beforeEach(async () => {
  const libc = openLibc();
  const arena = new Arena();
  const receiver = new Receiver({ libc, arena, input: arena.allocate(1024) });
  sockets = new Sockets({ libc, arena, receiver, spin: false });
  accepted.length = 0;
  server = createServer((socket) => accepted.push(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = socketAddress('127.0.0.1', (server.address() as AddressInfo).port);
});

afterEach(() => {
  for (const socket of accepted) socket.destroy();
  server.close();
  sockets.closeAll();
});

const open = (to = address): number => {
  const fd = sockets.open(to, undefined);
  if (typeof fd !== 'number') throw new TypeError(`no socket: ${fd.kind}`);
  return fd;
};

/** Tokens of all events that come within a while. The server shares this thread, and so has its turn in between. */
const tokensWithin = async (turns: number): Promise<number[]> => {
  const tokens: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const events = sockets.waitFor(0);
    for (let event = 0; event < events; event++) tokens.push(sockets.token(event));
    await sleep(1);
  }
  return tokens;
};

it('says of a connection that it is made, or why it is refused', () => {
  expect(sockets.connection(open())).toBe('made');
  server.close();
  const refused = sockets.open(address, undefined);
  expect(typeof refused === 'number' ? sockets.connection(refused) : refused).toMatchObject({ kind: 'refused' });
});

it('says of a connection that nobody answers that it is pending, and does not take it for writable', async () => {
  // This thread accepts nothing before its next turn: one more than the backlog has room for gets no answer.
  const full = createServer((socket) => accepted.push(socket)).listen({ port: 0, host: '127.0.0.1', backlog: 1 });
  await once(full, 'listening');
  const to = socketAddress('127.0.0.1', (full.address() as AddressInfo).port);
  const pending = Array.from({ length: 5 }, () => open(to)).find((fd) => sockets.connection(fd) === 'pending');
  expect(pending).toBeDefined();
  expect(sockets.watchInputAndOutput(pending ?? -1, 5)).toBeUndefined();
  expect(await tokensWithin(5)).toEqual([]);
  full.close();
});

it('reports a socket once per watch, and one that is not watched never', async () => {
  const [talking, silent] = [open(), open()];
  sockets.watchInput(talking, 11);
  sockets.watchInput(silent, 22);
  await sleep(20);
  for (const socket of accepted) socket.write('x');
  expect((await tokensWithin(10)).toSorted((a, b) => a - b)).toEqual([11, 22]);
  for (const socket of accepted) socket.write('y');
  expect(await tokensWithin(10)).toEqual([]);

  sockets.watchInput(talking, 33);
  for (const socket of accepted) socket.resetAndDestroy();
  expect(await tokensWithin(20)).toEqual([33]);
  expect(sockets.hasInput(silent)).toBe(true);
});

it('uses a socket again that was reset, under a new token', async () => {
  const first = open();
  sockets.watchInput(first, 11);
  sockets.close(first);
  const second = open();
  expect(second).toBe(first);
  sockets.watchInputAndOutput(second, 22);
  expect(await tokensWithin(3)).toContain(22);
});

it.each([
  ['fe80::1', 0],
  ['fe80::1%2', 2],
  // Linux gives its loopback the first number.
  ['fe80::1%lo', 1],
])('keeps the zone of the address %s', (text, index) => {
  const { bytes } = socketAddress(text, 443).memory;
  expect(bytes.readUInt32LE(24)).toBe(index);
  expect(bytes.subarray(8, 24).toString('hex')).toBe('fe800000000000000000000000000001');
});

it('names a zone that is no interface', () => {
  expect(() => socketAddress('fe80::1%nowhere0', 443)).toThrow('fe80::1%nowhere0 is no network interface');
});
