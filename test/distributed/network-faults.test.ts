import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AgentFaultKind } from '../../src/domain/agent-record.ts';
import type { RunRecord } from '../../src/domain/run-record.ts';
import type { Finished } from '../e2e/resumark.ts';
import { AgentsLab, whyNoAgentsLab, type LabAgent, type LabAgentOptions } from './agents-lab.ts';
import type { LabNginx } from './lab-nginx.ts';

const missing = whyNoAgentsLab();

/** An agent that is cut off stops by itself within this time. */
const MOST_STOPPING_MS = 5000;

/** From the cut until the run goes on without the agent or is over, beside what was planned. */
const MOST_NOTICING_MS = 15_000;

describe.skipIf(missing !== undefined)(`a network that fails (${missing ?? 'needs redis-server and nginx'})`, () => {
  let lab: AgentsLab;
  let nginx: LabNginx;
  let database = 0;

  beforeAll(async () => {
    lab = await AgentsLab.create();
    nginx = await lab.startNginx();
  });
  afterAll(() => lab.close());

  const agents: LabAgent[] = [];
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.close()));
  });

  /** Starts two agents that no other test uses. */
  const startTwo = async (second: Partial<LabAgentOptions> = {}): Promise<readonly [LabAgent, LabAgent]> => {
    const coordinator = lab.url(++database);
    const [one, two] = await Promise.all([
      lab.startAgent({ name: 'one', coordinator }),
      lab.startAgent({ name: 'two', coordinator, ...second }),
    ]);
    agents.push(one, two);
    return [one, two];
  };

  const argsOf = (...load: readonly string[]): string[] => {
    const how = ['--coordinator', lab.url(database), '--agents', '2', '-k', '--tls', '1.3', '-m', 'full', '--warmup', '0'];
    return ['run', nginx.target, ...how, ...load, '--output', lab.resumark.results, '--format', 'json'];
  };

  it('goes on without an agent that Redis cannot be reached from, which stops loading and comes back later', async () => {
    const [one, two] = await startTwo();
    const startMs = Date.now();
    const plannedMs = 6000;
    const { finished } = lab.resumark.start(argsOf('-r', '100/s', '-d', '6s', '--rounds', '1'));
    await until(async () => (await nginx.logSoFar()).filter(({ from }) => from === two.host.address).length > 20);
    two.host.cut(lab.redisHost);
    const cutMs = Date.now();
    const { record, stderr } = recordOf(await finished);
    expect(Date.now() - startMs).toBeLessThan(plannedMs + MOST_NOTICING_MS + START_MS);
    expect(faultsOf(record), stderr).toEqual({ one: [], two: ['lost'] });
    expect(stderr).toContain('error: the run is partial: of 1 planned block 0 are whole.');
    expect(stderr).toContain('error: in round 1, two gave no sign of life any more.');
    const log = await nginx.log();
    const lastOf = ({ host }: LabAgent): number =>
      Math.max(...log.filter(({ from }) => from === host.address).map(({ acceptedMs }) => acceptedMs));
    expect(lastOf(two)).toBeLessThan(cutMs + MOST_STOPPING_MS);
    expect(lastOf(one)).toBeGreaterThan(lastOf(two));
    expect(await two.output()).toContain('Redis does not answer; it is tried again');

    // It comes back by itself, for a run after that one.
    two.host.rejoin(lab.redisHost);
    const next = await lab.resumark.start(argsOf('-c', '2', '-n', '20', '--rounds', '1')).finished;
    expect(
      (JSON.parse(next.stdout) as RunRecord).blocks[0]?.hosts.map(({ handshakes }) => handshakes),
      next.stderr,
    ).toEqual([10, 10]);
  });

  it('names an agent that is cut off from the target in a window, and goes on with what others reach', async () => {
    const [, two] = await startTwo();
    const load = ['-r', '40/s', '-d', '6s', '--rounds', '3', '--timeout', '300ms', '--stop-at-errors', '10%'];
    const before = (await nginx.log()).length;
    const { finished } = lab.resumark.start(argsOf(...load));
    await until(async () => (await nginx.logSoFar()).length > before + 30);
    lab.targetHost.cut(two.host);
    const { record, stderr } = recordOf(await finished);
    lab.targetHost.rejoin(two.host);
    expect(faultsOf(record), stderr).toEqual({ one: [], two: ['unreachable'] });
    const done = record.blocks.map(({ hosts }) => hosts.find(({ agent }) => agent === 'one')?.handshakes);
    expect(done).toEqual([40, 40, 40]);
    expect(record.agents?.find(({ name }) => name === 'two')?.faults[0]).toMatchObject({ round: 0 });
  });

  it('leaves out an agent with too few ports, and says so', async () => {
    const [one, two] = await startTwo({ prepare: 'echo 50000 50019 > /proc/sys/net/ipv4/ip_local_port_range' });
    const before = (await nginx.log()).length;
    const { record, stderr } = recordOf(await lab.resumark.start(argsOf('-c', '64', '-n', '200', '--rounds', '1')).finished);
    expect(faultsOf(record), stderr).toEqual({ one: [], two: ['mismatched'] });
    const seen = (await nginx.log()).slice(before);
    expect(seen.filter(({ from }) => from === two.host.address)).toEqual([]);
    expect(seen.filter(({ from }) => from === one.host.address).length).toBeGreaterThanOrEqual(200);
    expect(record.blocks[0]?.handshakes).toBe(200);
  });

  it('ends before anything is sent when an agent may not load the target', async () => {
    const [, two] = await startTwo({ args: ['--allow', '10.9.9.0/24'] });
    const before = (await nginx.log()).filter(isFromAgent).length;
    const { code, stdout, stderr } = await lab.resumark.start(argsOf('-c', '2', '-n', '20', '--rounds', '1')).finished;
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`agent two may not load ${lab.targetHost.address}: its --allow permits 10.9.9.0/24.`);
    expect((await nginx.log()).filter(isFromAgent).length).toBe(before);
    expect(await two.output()).not.toMatch(/Error/u);
  });

  it('says that agents cannot reach servers on the loopback of the machine of the run', async () => {
    await startTwo();
    const how = ['--coordinator', lab.url(database), '--agents', '2', '--output', lab.resumark.results];
    const { code, stderr } = await lab.resumark.run('run', 'scenarios/smoke.yaml', ...how);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /state \S+ starts its server on this machine's loopback, which agent one on another machine cannot reach/u,
    );
  });

  const isFromAgent = ({ from }: { readonly from: string }): boolean => agents.some(({ host }) => host.address === from);
});

/** For a node that starts on a busy machine. */
const START_MS = 10_000;

const POLL_MS = 50;

const MOST_WAITING_MS = 30_000;

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const startMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startMs > MOST_WAITING_MS) throw new Error('it does not come');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

/** Of a run that is partial. */
const recordOf = ({ code, stdout, stderr }: Finished): { readonly record: RunRecord; readonly stderr: string } => {
  expect(code, stderr).toBe(5);
  const record = JSON.parse(stdout) as RunRecord;
  expect(record.status).toBe('partial');
  return { record, stderr };
};

/** Late agents and overloaded ones are what a busy machine makes of them. */
const OF_THE_MACHINE: readonly AgentFaultKind[] = ['late', 'overloaded'];

const faultsOf = ({ agents = [] }: RunRecord): Readonly<Record<string, readonly AgentFaultKind[]>> =>
  Object.fromEntries(
    agents.map(({ name, faults }) => [name, faults.map(({ kind }) => kind).filter((kind) => !OF_THE_MACHINE.includes(kind))]),
  );
