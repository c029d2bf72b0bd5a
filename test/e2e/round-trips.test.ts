import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { summarize, type CellSummary } from '../../src/analysis/summary/cell-summary.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { startReferenceServer } from '../../src/target/reference/reference-server.ts';
import { startNginxHttp } from '../servers/nginx-http.ts';
import { findProgram } from '../servers/require-program.ts';
import type { ServerProgram } from '../servers/server-program.ts';
import { SLOW_PATH, startSlowPath, whyNoSlowPath, type SlowPath } from '../servers/slow-path.ts';
import { startNagleRelay, startSlowRelay, type Relay } from '../servers/relays.ts';
import { BIN, Resumark } from './resumark.ts';

const nginxProgram = findProgram('nginx', 'nginx-light');
const noSlowPath = whyNoSlowPath();

/** One way. */
const DELAY_MS = 20;
const RTT_MS = 2 * DELAY_MS;

/** Round trips until our side has finished, until the first byte of an answer, and until a ticket behind the handshake. */
const TRUTH = {
  'TLSv1.2 full': { handshake: 2, firstByte: 3, ticket: undefined },
  'TLSv1.2 session-id': { handshake: 1, firstByte: 2, ticket: undefined },
  'TLSv1.2 ticket': { handshake: 1, firstByte: 2, ticket: undefined },
  'TLSv1.3 full': { handshake: 1, firstByte: 2, ticket: 1 },
  'TLSv1.3 ticket': { handshake: 1, firstByte: 2, ticket: 1 },
  'TLSv1.3 early-data': { handshake: 1, firstByte: 1, ticket: undefined },
} as const;

const CELLS = Object.keys(TRUTH) as (keyof typeof TRUTH)[];

const ARGS = ['--servername', 'localhost', '--request', 'http', '-n', '20', '-c', '4', '--rounds', '1', '--warmup', '0'];

const cellOf = (record: RunRecord, name: string): CellSummary => {
  const cell = summarize(record).find(({ protocol, mode }) => `${protocol} ${mode}` === name);
  if (cell === undefined) throw new Error(`no cell ${name}`);
  return cell;
};

/** Whole round trips in a time, which must be whole ones and a little work. Timers may be early by a fraction of a ms. */
const tripsIn = (ns: number | undefined): number => {
  const trips = (ns ?? Number.NaN) / 1e6 / RTT_MS + 0.05;
  expect(trips - Math.floor(trips)).toBeLessThan(0.5);
  return Math.floor(trips);
};

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

describe.skipIf(nginxProgram === undefined)(
  'nginx behind a relay that holds bytes back for 20 ms each way (Debian: nginx-light)',
  () => {
    let nginx: ServerProgram;
    let relay: Relay;
    let record: RunRecord;

    beforeAll(async () => {
      nginx = await startNginxHttp(nginxProgram ?? '');
      relay = await startSlowRelay(nginx.port, DELAY_MS);
      const modes = 'full,session-id,ticket,early-data';
      const target = `127.0.0.1:${String(relay.port)}`;
      ({ record } = await resumark.measure('run', target, '--cacert', nginx.certificatePath, '-m', modes, ...ARGS));
    });
    afterAll(async () => {
      await relay.close();
      await nginx.close();
    });

    it.each(CELLS)('%s takes the round trips of the standards, its answer and its ticket too', (name) => {
      const { handshake, firstByte, ticket } = TRUTH[name];
      const cell = cellOf(record, name);
      expect(cell.honoured).toBe(20);
      expect(tripsIn(cell.handshakeNs.minNs)).toBe(handshake);
      expect(cell.firstByteNs.count).toBe(20);
      expect(tripsIn(cell.firstByteNs.minNs)).toBe(firstByte);
      // A client that is put to sleep behind its Finished sees its ticket sooner: the least of them says nothing.
      if (ticket !== undefined) expect(tripsIn(cell.ticketNs.quantileNs(0.5))).toBe(ticket);
    });

    it('gives two tickets after a full TLS 1.3 handshake and one after a resumed one, as nginx does', () => {
      expect(cellOf(record, 'TLSv1.3 full')).toMatchObject({ ticketsPerHandshake: 2, ticketLifetimeS: 300 });
      expect(cellOf(record, 'TLSv1.3 ticket')).toMatchObject({ ticketsPerHandshake: 1, ticketLifetimeS: 300 });
      expect(cellOf(record, 'TLSv1.3 full').ticketBytes).toBeGreaterThan(150);
    });

    it('counts no round trips on a way whose TCP connect is fast', () => {
      for (const { roundTrips } of summarize(record)) expect(roundTrips?.taken).toBeUndefined();
    });
  },
);

describe.skipIf(nginxProgram === undefined || noSlowPath !== undefined)(
  `nginx on a way of 20 ms in each direction, TCP connect and all (${noSlowPath ?? 'needs a tun device'})`,
  () => {
    let path: SlowPath;
    let nginx: ServerProgram;
    let record: RunRecord;
    let table = '';

    beforeAll(async () => {
      path = await startSlowPath(DELAY_MS);
      const { wrapper } = path;
      const port = 7443;
      const isReady = (): Promise<boolean> => insideAccepts(wrapper, port);
      nginx = await startNginxHttp(nginxProgram ?? '', { address: SLOW_PATH.server, port, wrapper, isReady });
      const target = `${SLOW_PATH.dial}:${String(port)}`;
      const modes = 'full,session-id,ticket,early-data';
      const args = ['run', target, '--cacert', nginx.certificatePath, '-m', modes, ...ARGS, '-o', resumark.results];
      const stdout = await inside(wrapper, [process.execPath, BIN, ...args, '--format', 'json', '-q']);
      record = JSON.parse(stdout) as RunRecord;
      table = (await resumark.run('report', `${resumark.results}/${record.id}`)).stdout;
    });
    afterAll(async () => {
      await nginx.close();
      await path.close();
    });

    it.each(CELLS)('%s: counts its round trips by the clock', (name) => {
      const cell = cellOf(record, name);
      expect((cell.roundTrips?.rttNs ?? 0) / 1e6).toBeGreaterThan(RTT_MS * 0.95);
      expect((cell.roundTrips?.rttNs ?? 0) / 1e6).toBeLessThan(RTT_MS * 1.2);
      expect(cell.roundTrips?.taken).toBe(TRUTH[name].handshake);
      expect((cell.roundTrips?.remainderNs ?? 0) / 1e6).toBeLessThan(RTT_MS / 2);
    });

    it('says it in words: a request as early data takes no round trip more', () => {
      expect(table).toMatch(/^TLS 1\.2 full: p50 \S+ ms = 2 round trips of \S+ ms \+ .*; first byte \S+ ms, 1 round trip more/mu);
      expect(table).toMatch(/^TLS 1\.2 ticket: p50 \S+ ms = 1 round trip of /mu);
      expect(table).toMatch(/^TLS 1\.3 full: p50 \S+ ms = 1 round trip of .*1 round trip more; ticket 1 round trip later$/mu);
      expect(table).toMatch(/^TLS 1\.3 early-data: p50 \S+ ms = 1 round trip of .*, 0 round trips more/mu);
    });
  },
);

describe('a server that is careless with its writes', () => {
  it('shows the plateau of delayed acknowledgements where it waits for one, and a plain server shows none', async () => {
    const server = await startReferenceServer({ keyType: 'ecdsa-p256', resumption: [] });
    const careless = await startNagleRelay(server.port);
    try {
      const args = ['-k', '--servername', 'localhost', '--tls', '1.2', '-m', 'full', '-n', '60', '-c', '1', '--rounds', '1'];
      const codesOf = async (port: number): Promise<string[]> => {
        const { record } = await resumark.measure('run', `127.0.0.1:${String(port)}`, ...args);
        return record.notices.map(({ code }) => code);
      };
      expect(await codesOf(careless.port)).toContain('delayed-ack');
      expect(await codesOf(server.port)).not.toContain('delayed-ack');
    } finally {
      await careless.close();
      await server.close();
    }
  });
});

const inside = async (wrapper: readonly string[], command: readonly string[]): Promise<string> => {
  const [program = '', ...args] = [...wrapper, ...command];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  await once(child, 'close');
  return stdout;
};

/** Dials inside, since nothing inside can be dialled from here. */
const insideAccepts = async (wrapper: SlowPath['wrapper'], port: number): Promise<boolean> => {
  const script = `require('node:net').connect(${String(port)}, '${SLOW_PATH.server}')
    .on('connect', () => { console.log('accepted'); process.exit(); }).on('error', () => undefined);`;
  return (await inside(wrapper, [process.execPath, '-e', script])) !== '';
};
