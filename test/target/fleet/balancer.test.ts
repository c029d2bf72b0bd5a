import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { nodeOfSource } from '../../../src/domain/node-of-source.ts';
import type { Balance } from '../../../src/scenario/fleet-schema.ts';
import { startBalancer, type Balancer } from '../../../src/target/fleet/balancer.ts';

interface Node {
  readonly server: Server;
  readonly port: number;
  /** Those that it has accepted. */
  readonly accepted: Socket[];
}

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const startNode = async (serve: (socket: Socket) => void): Promise<Node> => {
  const accepted: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    for (const socket of accepted) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  });
  return { server, port: (server.address() as AddressInfo).port, accepted };
};

const balanced = async (
  count: number,
  balance: Balance,
  serve: (socket: Socket) => void = () => undefined,
): Promise<{ readonly nodes: readonly Node[]; readonly balancer: Balancer }> => {
  const nodes = await Promise.all(Array.from({ length: count }, () => startNode(serve)));
  const endpoints = nodes.map(({ port }) => ({ address: '127.0.0.1', port }));
  const balancer = await startBalancer({ port: 0, nodes: endpoints, balance });
  closing.push(() => balancer.close());
  return { nodes, balancer };
};

const dial = async ({ port }: Balancer, localAddress?: string): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...(localAddress !== undefined && { localAddress }) });
  await once(socket, 'connect');
  // Those that are still held at the end are reset with their node.
  return socket.on('error', () => undefined);
};

/** Connects, and ends when the node has ended too: it has then accepted. */
const visit = async (balancer: Balancer, localAddress?: string): Promise<void> => {
  const socket = await dial(balancer, localAddress);
  socket.resume().end();
  await once(socket, 'close');
};

const echoEnd = (socket: Socket): void => {
  socket.resume().once('end', () => socket.end());
};

/** Everything that the other side sends until it ends, without ending this side. */
const sentBy = async (socket: Socket): Promise<string> => {
  let sent = '';
  socket.on('data', (bytes: Buffer) => (sent += bytes.toString()));
  await once(socket, 'end');
  return sent;
};

const counts = (nodes: readonly Node[]): number[] => nodes.map(({ accepted }) => accepted.length);

it('deals connections to its nodes in turn, exactly', async () => {
  const { nodes, balancer } = await balanced(4, 'round-robin', echoEnd);
  await Promise.all(Array.from({ length: 102 }, () => visit(balancer)));
  expect(counts(nodes)).toEqual([26, 26, 25, 25]);
});

it('deals connections to the node that has the fewest', async () => {
  const { nodes, balancer } = await balanced(2, 'least-connections', (socket) => socket.write('.'));
  const held: Socket[] = [];
  for (let i = 0; i < 4; i++) {
    const socket = await dial(balancer);
    await once(socket, 'data');
    held.push(socket);
  }
  expect(counts(nodes)).toEqual([2, 2]);
  // The second node is left with none; the balancer knows of it when the other side has heard.
  for (const at of [1, 3]) held[at]?.resetAndDestroy();
  await Promise.all(nodes[1]?.accepted.map((socket) => new Promise((resolve) => socket.once('close', resolve))) ?? []);
  for (let i = 0; i < 2; i++) await once(await dial(balancer), 'data');
  expect(counts(nodes)).toEqual([2, 4]);
});

it('passes over a node that refuses connections, and resets where all do', async () => {
  const { nodes, balancer } = await balanced(3, 'round-robin', echoEnd);
  const [first, second, third] = nodes;
  first?.server.close();
  for (let i = 0; i < 6; i++) await visit(balancer);
  // What was for the first goes to the second.
  expect(counts(nodes)).toEqual([0, 4, 2]);
  second?.server.close();
  third?.server.close();
  const socket = connect({ port: balancer.port, host: '127.0.0.1' });
  const reset = new Promise((resolve) => socket.once('error', resolve));
  expect([await reset]).toMatchObject([{ code: 'ECONNRESET' }]);
});

it('deals all connections of a source to one node', async () => {
  const { nodes, balancer } = await balanced(4, 'source', echoEnd);
  const expected = [0, 0, 0, 0];
  for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.9']) {
    for (let i = 0; i < 5; i++) await visit(balancer, address);
    expected[nodeOfSource(address, 4)] = (expected[nodeOfSource(address, 4)] ?? 0) + 5;
  }
  expect(counts(nodes)).toEqual(expected);
});

it('passes a half-close on: the other side can still answer', async () => {
  const { balancer } = await balanced(1, 'round-robin', (socket) => {
    void sentBy(socket).then((sent) => socket.end(`got ${sent}`));
  });
  const socket = await dial(balancer);
  socket.end('everything');
  expect(await sentBy(socket)).toBe('got everything');
});

it('passes a reset on as a reset, either way', async () => {
  const { nodes, balancer } = await balanced(1, 'round-robin', (socket) => socket.write('.'));
  const resetByClient = await dial(balancer);
  await once(resetByClient, 'data');
  const atNode = nodes[0]?.accepted[0];
  const errorAtNode = new Promise((resolve) => atNode?.once('error', resolve));
  resetByClient.resetAndDestroy();
  expect(await errorAtNode).toMatchObject({ code: 'ECONNRESET' });

  const resetByNode = await dial(balancer);
  await once(resetByNode, 'data');
  const errorAtClient = new Promise((resolve) => resetByNode.once('error', resolve));
  nodes[0]?.accepted[1]?.resetAndDestroy();
  expect(await errorAtClient).toMatchObject({ code: 'ECONNRESET' });
});

it('resets a connection whose node does not listen', async () => {
  const { nodes, balancer } = await balanced(1, 'round-robin');
  nodes[0]?.server.close();
  const socket = connect(balancer.port, '127.0.0.1');
  await expect(once(socket, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
});

it('holds a sender back whose node does not read, and loses nothing', async () => {
  const { nodes, balancer } = await balanced(1, 'round-robin', (socket) => socket.pause());
  const socket = await dial(balancer);
  const sent = Buffer.alloc(64e6, 'resumark');
  const chunk = 1e6;
  let at = 0;
  // Until the way is full: then a chunk is not taken within a time in which all of it would have been.
  const isTaken = (): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve(false);
      }, 500);
      socket.write(sent.subarray(at, (at += chunk)), () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  while (at < sent.length && (await isTaken()));
  expect(at).toBeLessThan(sent.length);
  socket.end(sent.subarray(at));
  const received = nodes[0]?.accepted[0];
  expect(received && (await buffer(received)).equals(sent)).toBe(true);
});

it('says which port is taken', async () => {
  const { balancer } = await balanced(1, 'round-robin');
  await expect(startBalancer({ port: balancer.port, nodes: [], balance: 'source' })).rejects.toThrow(
    `the balancer cannot listen on port ${String(balancer.port)}: EADDRINUSE`,
  );
});
