import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { AgentsLab, whyNoAgentsLab } from './agents-lab.ts';
import type { LabNginx } from './lab-nginx.ts';

const missing = whyNoAgentsLab();

/** Everything that a run may be is the same with agents. */
describe.skipIf(missing !== undefined)(`work of two agents (${missing ?? 'needs redis-server and nginx'})`, () => {
  let lab: AgentsLab;
  let withTickets: LabNginx;
  let without: LabNginx;

  beforeAll(async () => {
    lab = await AgentsLab.create();
    [withTickets, without] = [await lab.startNginx(), await lab.startNginx({ port: 444, tickets: false })];
    await Promise.all(['one', 'two'].map((name) => lab.startAgent({ name })));
  });
  afterAll(() => lab.close());

  const how = (): string[] => ['--coordinator', lab.url(), '--agents', '2', '--warmup', '0'];

  const scenarioOf = async (name: string, scenario: object): Promise<string> => {
    const path = join(lab.resumark.results, `${name}.json`);
    await writeFile(path, JSON.stringify({ name, protocols: ['TLSv1.3'], tls: { insecure: true }, ...scenario }));
    return path;
  };

  const twoStates = () => ({ before: { target: withTickets.target }, after: { target: without.target } });

  it('compares two servers in interleaved pairs, to a planned look at its gate', async () => {
    const plan = { looks: [10, 12], handshakesPerBlock: 8, interleave: 'handshake' };
    const path = await scenarioOf('pairs', { states: twoStates(), modes: ['full'], load: { rate: '160/s' }, plan });
    // A count says the same on a busy machine, where times are in doubt.
    const gate = ['--threshold', 'full.honoured > 50', '--allow-partial'];
    const { code, stderr, record } = await lab.resumark.measure('run', path, ...gate, ...how());
    expect({ code, outcome: record.gates?.outcome }, JSON.stringify([stderr, record.gates])).toEqual({
      code: 0,
      outcome: 'passed',
    });
    expect([10, 12]).toContain(record.gates?.rounds);
    expect(record.interleave).toBe('handshake');
    expect([20, 24]).toContain(record.blocks.length);
    expect(record.blocks.every(({ hosts, handshakes }) => hosts.length === 2 && handshakes === 8)).toBe(true);
    expectWhole(record);
  });

  it('loads a mix', async () => {
    const load = { rate: '80/s', clients: 20, mix: { full: '25%', ticket: '75%' } };
    const states = { only: { target: withTickets.target } };
    const path = await scenarioOf('mix', { states, load, plan: { rounds: 1, duration: '1s' } });
    const { record } = await lab.resumark.measure('run', path, ...how());
    expect(record.blocks.map(({ cell, honoured }) => [cell, honoured])).toEqual([
      ['only.TLSv1.3.full', 20],
      ['only.TLSv1.3.ticket', 60],
    ]);
    expectWhole(record);
  });

  it('searches for a capacity', async () => {
    const search = ['--objective', 'p50 < 500ms', '--max-errors', '10%', '--tolerance', '50%', '-d', '300ms'];
    const target = [withTickets.target, '-k', '--tls', '1.3', '-m', 'full'];
    const { stderr, record } = await lab.resumark.measure('run', ...target, ...search, ...how());
    expect(record.capacity[0]?.foundPerSecond, stderr).toBeGreaterThan(0);
    expect(record.blocks.every(({ hosts }) => hosts.length === 2)).toBe(true);
    expectWhole(record);
  });

  it('leaves nothing in Redis that would stay, nor does a coordinator that is killed', async () => {
    const before = (await withTickets.log()).length;
    const args = ['run', withTickets.target, '-k', '--tls', '1.3', '-m', 'full', '-r', '50/s', '-d', '30s', '--rounds', '1'];
    const { child, finished } = lab.resumark.start([...args, ...how(), '--output', lab.resumark.results]);
    while ((await withTickets.logSoFar()).length < before + 20) await sleep(50);
    child.kill('SIGKILL');
    await finished;
    const keys = lab.askRedis('--scan').split('\n').filter(Boolean);
    const lives = keys.map((key) => [key, Number(lab.askRedis('ttl', key))] as const);
    // Some are gone by then: -2.
    expect(lives.filter(([, ttl]) => ttl === FOR_EVER)).toEqual([]);
    expect(lives.some(([key, ttl]) => key.includes(':run-') && ttl > 0)).toBe(true);
    expect(keys.every((key) => key.startsWith('resumark:'))).toBe(true);
  });
});

/** Of a key without an end. */
const FOR_EVER = -1;

/** A busy machine makes agents late; nothing else may be wrong. */
const expectWhole = ({ agents = [] }: RunRecord): void => {
  const kinds = agents.flatMap(({ faults }) => faults.map(({ kind }) => kind));
  expect(kinds.filter((kind) => kind !== 'late' && kind !== 'overloaded')).toEqual([]);
};
