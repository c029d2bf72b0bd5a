import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BlockRecord, RunRecord } from '../../src/domain/run-record.ts';
import { accountVerdict, unsettledOf } from '../../src/analysis/server-account.ts';
import { findProgram } from '../servers/require-program.ts';
import { exitCodeDue, Resumark, total } from './resumark.ts';

let resumark: Resumark;
beforeAll(async () => {
  resumark = await Resumark.create();
});
afterAll(() => resumark.close());

/** Virtual clients of a stream with a session each: those in flight, and those that are idle. */
const IN_FLIGHT = 4;
const CLIENTS = IN_FLIGHT + 32;

/** What was negotiated is looked at once a second: so slow that both certificates are seen. */
const SLOW = { rate: '400/s' };

let files = 0;

const write = async (name: string, text: string): Promise<string> => {
  const path = join(resumark.results, `${String(files++)}-${name}`);
  await writeFile(path, text);
  return path;
};

/** Runs one window of full handshakes and tickets in one stream. JSON is YAML. */
const measured = async (
  states: object,
  events: readonly object[],
  handshakes = 1200,
  load: object = { concurrency: IN_FLIGHT },
) =>
  resumark.measure(
    'run',
    await write(
      'events.yaml',
      JSON.stringify({
        states,
        events,
        protocols: ['TLSv1.3'],
        load: { ...load, mix: { full: '10%', ticket: '90%' } },
        plan: { handshakesPerBlock: handshakes, warmup: 0 },
      }),
    ),
  );

const blockOf = (record: RunRecord, mode: string, state?: string): BlockRecord => {
  const cell = record.cells.find((one) => one.mode === mode && (state === undefined || one.state === state));
  const block = record.blocks.find((one) => one.cell === cell?.id);
  if (block === undefined) throw new Error(`no block of ${mode}`);
  return block;
};

const refusedIn = ({ declined }: BlockRecord): number => declined.refused ?? 0;

const accountsOf = (record: RunRecord): (string | undefined)[] =>
  record.states.map(({ label, account }) =>
    account?.state === 'read' ? accountVerdict(account, unsettledOf(record, label)) : account?.reason,
  );

describe('an event in the middle of a window of a reference server', () => {
  const serverState = (server: object): object => ({ edge: { server } });
  const rotation = { after: 400, do: 'rotate' };

  it('rotate: each client is refused once, up to those in flight', async () => {
    const { record, code } = await measured(serverState({}), [rotation]);
    expect(code).toBe(exitCodeDue(record));
    expect(record.events).toMatchObject([{ state: 'edge', action: 'rotate', node: null, round: 0, failure: null }]);
    const refused = refusedIn(blockOf(record, 'ticket'));
    expect(refused).toBeGreaterThanOrEqual(CLIENTS - IN_FLIGHT);
    expect(refused).toBeLessThanOrEqual(CLIENTS + IN_FLIGHT);
    expect(accountsOf(record)).toEqual(['agrees']);
  });

  it('rotate, with the previous key kept: nobody is refused', async () => {
    const { record } = await measured(serverState({ ticketRotation: { keep: 1 } }), [rotation]);
    expect(record.events).toHaveLength(1);
    expect(refusedIn(blockOf(record, 'ticket'))).toBe(0);
  });

  it('rotate, of a fleet with shared keys: the nodes have the same key again', async () => {
    const { record } = await measured(serverState({ nodes: 3, ticketKeys: 'shared' }), [rotation]);
    const refused = refusedIn(blockOf(record, 'ticket'));
    expect(refused).toBeGreaterThanOrEqual(CLIENTS - IN_FLIGHT);
    // The nodes rotate one a moment after the other.
    expect(refused).toBeLessThanOrEqual(CLIENTS + 3 * IN_FLIGHT);
  });

  it('renew: clients are shown another certificate, which they trust, and keep their sessions', async () => {
    const { record, stderr } = await measured(
      serverState({ names: ['a.test'], chainLength: 1 }),
      [{ after: 600, do: 'renew' }],
      1400,
      SLOW,
    );
    expect(blockOf(record, 'full').certificates).toHaveLength(2);
    expect(refusedIn(blockOf(record, 'ticket'))).toBe(0);
    expect(total(record.blocks, ({ handshakes }) => handshakes)).toBe(1400);
    // It is no surprise.
    expect(record.notices.map(({ code }) => code)).not.toContain('certificate-changed');
    expect(stderr).toMatch(/^renew of edge at \d+\.\d s, which took /mu);
  });

  it('restart: the sessions are gone with the process, and its CPU time and its account go on', async () => {
    const { record } = await measured(serverState({}), [{ after: 400, do: 'restart' }]);
    const ticket = blockOf(record, 'ticket');
    expect(refusedIn(ticket)).toBeGreaterThanOrEqual(CLIENTS - IN_FLIGHT);
    expect(refusedIn(ticket)).toBeLessThanOrEqual(CLIENTS + IN_FLIGHT);
    expect(ticket.cpuServerWindowNs ?? ticket.cpuServerNs).toBeGreaterThan(0);
    expect(accountsOf(record)).toEqual([expect.stringMatching(/^(agrees|explained)$/u)]);
  });

  it('stop and start of a node: the others serve, and nothing is refused but what was in flight', async () => {
    const { record, code } = await measured(serverState({ nodes: 3, ticketKeys: 'shared' }), [
      { after: 300, do: 'stop', node: 2 },
      { after: 600, do: 'start', node: 2 },
    ]);
    expect(code).toBe(exitCodeDue(record));
    expect(record.events.map(({ action, node }) => [action, node])).toEqual([
      ['stop', 2],
      ['start', 2],
    ]);
    expect(refusedIn(blockOf(record, 'ticket'))).toBe(0);
    expect(total(record.blocks, ({ errors }) => Object.values(errors).reduce((sum, n) => sum + n, 0))).toBeLessThanOrEqual(
      IN_FLIGHT,
    );
  });

  it('that comes too late is said', async () => {
    const { record, stderr } = await measured(serverState({}), [{ after: 5000, do: 'rotate' }], 200);
    expect(record.events).toEqual([]);
    expect(record.notices).toContainEqual({
      code: 'event-missed',
      severity: 'warning',
      state: 'edge',
      action: 'rotate',
      round: 0,
    });
    expect(stderr).toContain('the event rotate of edge did not happen in round 1: the window was over before.');
  });

  it('that it cannot do is refused before anything is measured', async () => {
    const path = await write('cannot.yaml', 'states: { edge: { server: {} } }\nevents: [{ at: 1s, do: reload }]\n');
    const { code, stderr } = await resumark.run('run', path);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /the event reload is not to be had of edge \(reference server on .*\)\.\s+It can: rotate, stop, start, restart\./u,
      ) as string,
    });
  });
});

const nginx = findProgram('nginx', 'nginx-light libnginx-mod-stream');

describe.skipIf(nginx === undefined)(
  'an event in the middle of a window of nginx (Debian: nginx-light libnginx-mod-stream)',
  () => {
    it.each(['renew', 'reload', 'restart'])('%s: every session is lost, and nginx counted the same', async (action) => {
      const states = { edge: { command: { program: 'nginx', resumption: 'tickets' } } };
      const { record, code } = await measured(states, [{ after: 600, do: action }], 1600, SLOW);
      expect({ code, status: record.status }).toEqual({ code: exitCodeDue(record), status: 'complete' });
      expect(record.events).toMatchObject([{ action, failure: null }]);
      const ticket = blockOf(record, 'ticket');
      expect(refusedIn(ticket)).toBeGreaterThanOrEqual(CLIENTS - IN_FLIGHT);
      // While old workers and new ones take turns, tickets of one are refused by the other; later they are taken again.
      expect(ticket.honoured).toBeGreaterThan(ticket.handshakes / 2);
      expect(blockOf(record, 'full').certificates).toHaveLength(action === 'renew' ? 2 : 1);
      expect(accountsOf(record)).toEqual([expect.stringMatching(/^(agrees|explained)$/u)]);
      expect(ticket.server.cpuAbsence).toBeNull();
    });

    it('with its ticket key in a file: a reload loses nothing, and a certificate or another key all sessions', async () => {
      const keyFile = { command: { program: 'nginx', resumption: 'tickets', ticketKeys: 'shared' } };
      const { record } = await measured({ reload: keyFile, renew: keyFile, rotate: keyFile }, [
        { after: 400, do: 'reload', state: 'reload' },
        { after: 400, do: 'renew', state: 'renew' },
        { after: 400, do: 'rotate', state: 'rotate' },
      ]);
      expect(refusedIn(blockOf(record, 'ticket', 'reload'))).toBe(0);
      // nginx makes the certificate part of what a session is for.
      for (const state of ['renew', 'rotate'])
        expect(refusedIn(blockOf(record, 'ticket', state))).toBeGreaterThanOrEqual(CLIENTS - IN_FLIGHT);
      expect(accountsOf(record)).toEqual(['agrees', 'agrees', 'agrees']);
    });

    const OWN = {
      program: 'nginx',
      args: ['-p', '{{folder}}', '-c', 'nginx.conf'],
      reloadSignal: 'SIGHUP',
      resumption: 'tickets',
    };
    const configuration = (tickets: string): string => `
daemon off;
pid {{folder}}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
  server {
    listen {{address}}:{{port}} ssl;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    ssl_protocols TLSv1.3;
    ssl_session_tickets ${tickets};
  }
}
`;

    it('reload, with another configuration in the place of the old one', async () => {
      const on = await write('on.conf', configuration('on'));
      const off = await write('off.conf', configuration('off'));
      const states = { edge: { command: { ...OWN, files: { 'nginx.conf': on } } } };
      const { record } = await measured(states, [{ after: 300, do: 'reload', files: { 'nginx.conf': off } }], 3000);
      const ticket = blockOf(record, 'ticket');
      // Without tickets nobody can come back.
      expect(ticket.honoured).toBeGreaterThan(200);
      expect(ticket.honoured).toBeLessThan(ticket.handshakes / 2);
    });
  },
);

const haproxy = findProgram('haproxy', 'haproxy');

it.skipIf(haproxy === undefined)('renew, of HAProxy by its runtime API (Debian: haproxy)', async () => {
  const states = { edge: { command: { program: 'haproxy', resumption: 'tickets' } } };
  const { record } = await measured(
    states,
    [
      { after: 600, do: 'renew' },
      { after: 1200, do: 'restart' },
    ],
    1600,
    SLOW,
  );
  expect(record.events.map(({ failure }) => failure)).toEqual([null, null]);
  expect(blockOf(record, 'full').certificates).toHaveLength(2);
  expect(accountsOf(record)).toEqual([expect.stringMatching(/^(agrees|explained)$/u)]);
});
