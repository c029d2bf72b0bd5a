import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { seededRandom, type Random } from '../../stats/random.ts';
import { endWithParent } from '../end-with-parent.ts';
import { DelayLine } from './delay-line.ts';
import type { WayRequest, WayResponse } from './way-messages.ts';

/**
 * A way to a server where no network of one's own can be had: a relay that holds bytes back. The TCP
 * connect to it is fast, and nothing is lost on it.
 */

const open = async (request: WayRequest): Promise<WayResponse> => {
  const random = seededRandom(request.seed);
  const relay = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const server = connect({ ...request.server, host: request.server.address, noDelay: true, allowHalfOpen: true });
    carry(client, server, { ...request, random });
    carry(server, client, { ...request, random });
  });
  relay.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(relay, 'listening');
  const { address, port } = relay.address() as AddressInfo;
  return { type: 'open', address, port };
};

/** What arrives at the other side: bytes, the end of the stream, or a reset. */
type Piece = Buffer | 'end' | 'reset';

const carry = (from: Socket, to: Socket, { settings, random }: WayRequest & { readonly random: Random }): void => {
  const line = new DelayLine<Piece>(settings, random);
  const hold = (piece: Piece): void => {
    const isIdle = line.nextDueMs === Number.POSITIVE_INFINITY;
    line.add(piece, performance.now());
    if (isIdle) deliver();
  };
  // A timer of a busy process fires early: it counts from the moment at which its loop last looked at the clock.
  const deliver = (): void => {
    for (const piece of line.takeDue(performance.now())) pass(piece, to);
    const leftMs = line.nextDueMs - performance.now();
    if (Number.isFinite(leftMs)) setTimeout(deliver, Math.max(0, leftMs));
  };
  from.on('data', hold);
  from.on('end', () => {
    hold('end');
  });
  from.on('error', () => {
    hold('reset');
  });
};

const pass = (piece: Piece, to: Socket): void => {
  if (piece === 'end') to.end();
  else if (piece === 'reset') to.resetAndDestroy();
  else to.write(piece);
};

process.on('message', (request: WayRequest) => {
  void open(request).then((response) => process.send?.(response));
});
endWithParent();
