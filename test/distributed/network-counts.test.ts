import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/domain/run-record.ts';
import { median } from '../../src/stats/descriptive.ts';
import { total } from '../e2e/resumark.ts';
import { AgentsLab, whyNoAgentsLab, type LabAgent } from './agents-lab.ts';
import type { LabNginx, LoggedHandshake } from './lab-nginx.ts';

const missing = whyNoAgentsLab();

const MOST_SKEW_MS = 50;

/** nginx writes times to the ms, of which a line has two, by a clock that it reads once per turn of its loop. */
const LOG_CLOCK_MS = 5;

describe.skipIf(missing !== undefined)(`agents on machines of their own (${missing ?? 'needs redis-server and nginx'})`, () => {
  let lab: AgentsLab;
  let nginx: LabNginx;
  /** In the order in which they are taken. */
  let agents: readonly LabAgent[];

  beforeAll(async () => {
    lab = await AgentsLab.create();
    nginx = await lab.startNginx();
    agents = await Promise.all(Array.from({ length: 16 }, (_, i) => lab.startAgent({ name: `agent-${String(i + 1)}` })));
  }, 120_000);
  afterAll(() => lab.close());

  const measure = async (coordinator: string, ...args: readonly string[]): Promise<Measured> => {
    const before = (await nginx.log()).length;
    const how = ['--coordinator', coordinator, '-k', '--tls', '1.3', '--warmup', '0', ...args];
    const { record, stderr } = await lab.resumark.measure('run', nginx.target, ...how);
    return { record, stderr, log: (await nginx.log()).slice(before) };
  };

  it.each([2, 4, 16])('counts with %i agents what nginx counts, to the last handshake', async (count) => {
    const load = ['-m', 'full,ticket', '-c', String(2 * count), '-n', String(20 * count), '--rounds', '2'];
    const { record, log, stderr } = await measure(lab.url(), '--agents', String(count), ...load);
    expect(record.agents?.map(({ name }) => name)).toEqual(agents.slice(0, count).map(({ name }) => name));
    // A busy machine makes agents late; none of them may be missing.
    expect(
      record.blocks.map(({ hosts }) => hosts.length),
      stderr,
    ).toEqual([count, count, count, count]);
    const finished = record.blocks.flatMap((block) => [block.finished, block.primed.finished]);
    const addresses = agents.slice(0, count).map(({ host }) => host.address);
    const seen = log.filter(({ from }) => addresses.includes(from));
    expect(seen.filter(({ isResumed }) => isResumed)).toHaveLength(finished.reduce((sum, { resumed }) => sum + resumed, 0));
    expect(seen.filter(({ isResumed }) => !isResumed)).toHaveLength(finished.reduce((sum, { full }) => sum + full, 0));
    expect(total(record.blocks, ({ honoured }) => honoured)).toBe(2 * 20 * count);
    for (const [index, address] of addresses.entries()) {
      const made = record.blocks.map(({ hosts }) => hosts[index]?.handshakes);
      expect(made, address).toEqual([10, 10, 10, 10]);
    }
    // The machine where the run is made looks at the target, and loads nothing.
    expect(log.length - seen.length).toBeLessThanOrEqual(MOST_LOOKS);
  });

  it('splits a rate exactly over agents of 1 and of 3 workers, each from its own address', async () => {
    const small = await lab.startAgent({ name: 'small', coordinator: lab.url(1) });
    const large = await lab.startAgent({ name: 'large', coordinator: lab.url(1), workers: 3 });
    const rate = ['-m', 'full', '-r', '80/s', '-d', '2s', '--rounds', '2'];
    const { record, log } = await measure(lab.url(1), '--agents', '2', ...rate);
    const loggedOf = ({ host }: LabAgent): number => log.filter(({ from }) => from === host.address).length;
    const primed = 2;
    expect({ small: loggedOf(small), large: loggedOf(large) }).toEqual({ small: 40 + primed, large: 120 + 3 * primed });
    expect(record.blocks.map(({ hosts }) => hosts.map(({ agent, handshakes }) => [agent, handshakes]))).toEqual(
      Array.from({ length: 2 }, () => [
        ['large', 60],
        ['small', 20],
      ]),
    );
  });

  it('starts 16 agents within 50 ms of each other, as they say and as nginx saw it', async () => {
    const perSecond = 160;
    const [rounds, each] = [10, 16];
    const rate = ['-m', 'full', '-r', `${String(perSecond)}/s`, '-n', String(rounds * each), '--rounds', String(rounds)];
    const { record, log } = await measure(lab.url(), '--agents', '16', ...rate);
    expect(record.blocks).toHaveLength(rounds);
    const said = record.blocks.flatMap(({ hosts }) => hosts.map(({ startSkewNs = Number.NaN }) => startSkewNs / 1e6));
    expect(said).toHaveLength(rounds * each);
    expect(p99Of(said)).toBeLessThan(MOST_SKEW_MS);
    // Of a window's arrivals, which are equally far apart, each agent has one, in turn. A single one waits for a core now and then, here
    // and in nginx; an agent whose clock were wrong would be early or late in all windows.
    for (const [index, { name, host }] of agents.entries()) {
      const lagsMs = record.blocks.map(({ startUnixNs }) => {
        const dueMs = Number(startUnixNs) / 1e6 + (index * 1000) / perSecond;
        const first = log.find(({ from, acceptedMs }) => from === host.address && acceptedMs > dueMs - LOG_CLOCK_MS);
        return (first?.acceptedMs ?? Number.NaN) - dueMs;
      });
      expect(median(lagsMs), name).toBeLessThan(MOST_SKEW_MS);
    }
  });
});

/** Connections by which a run finds out what the target is. */
const MOST_LOOKS = 20;

const p99Of = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? Number.NaN;
};

interface Measured {
  readonly record: RunRecord;
  readonly stderr: string;
  readonly log: readonly LoggedHandshake[];
}
