import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Failure } from '../../domain/failure.ts';
import { beginsAsTls } from '../../tls/starttls/dialogue.ts';
import { dialForTls } from './dial.ts';
import type { RelayFailure, RelaySetup, RelayPorts } from './relay-messages.ts';

/**
 * The thread of the relays. An engine dials and speaks TLS at once, in a loop that holds its thread: so each server has a relay here that
 * asks it for TLS first, and carries what the engine says from then on.
 */

const { servers, starttls, timeoutMs, failures } = workerData as RelaySetup;

const relayTo = async (server: number): Promise<number> => {
  const relay = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    void carry(client, server);
  });
  relay.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });
  await once(relay, 'listening');
  return (relay.address() as AddressInfo).port;
};

const carry = async (client: Socket, index: number): Promise<void> => {
  const server = servers[index];
  if (server === undefined) return;
  client.on('error', () => undefined);
  const fail = (failure: Failure): void => {
    failures.postMessage({ server: index, failure } satisfies RelayFailure);
    client.resetAndDestroy();
  };
  const dialled = await dialForTls({ ...server, starttls, timeoutMs });
  if (dialled.state === 'failed') {
    fail(dialled.failure);
    return;
  }
  const { socket } = dialled;
  socket.once('data', (first) => {
    if (beginsAsTls(first)) return;
    fail({ kind: 'starttls', detail: 'injected' });
    socket.destroy();
  });
  join(client, socket);
  join(socket, client);
};

/** Carries bytes, the end of them, and a reset. */
const join = (from: Socket, to: Socket): void => {
  from.pipe(to);
  from.on('error', () => to.resetAndDestroy());
};

const ports = await Promise.all(servers.map((_, server) => relayTo(server)));
parentPort?.postMessage(ports satisfies RelayPorts);
