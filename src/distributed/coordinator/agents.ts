import { ResumarkError } from '../../domain/error.ts';
import type { EngineChoice } from '../../engine/open.ts';
import type { LoadGenerator } from '../../load/load-generator.ts';
import type { LoadSource } from '../../load/load-source.ts';
import { machineLimitFlaw } from '../../scenario/machine-limits.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { hostId } from '../host-id.ts';
import { AgentFleet } from './agent-fleet.ts';
import { AgentPool, type Member } from './agent-pool.ts';
import type { PoolOptions } from './options.ts';

/** Agents on other machines, as what runs load with: one run after the other, with the same agents. */
export class Agents implements LoadSource {
  readonly #pool: AgentPool;

  private constructor(pool: AgentPool) {
    this.#pool = pool;
  }

  /** @throws ResumarkError USAGE when there are too few agents in time, or Redis cannot be used. */
  static async gather(options: PoolOptions): Promise<Agents> {
    return new Agents(await AgentPool.assemble(options));
  }

  check(scenario: Scenario): Promise<void> {
    refuseOwnSettings(scenario);
    this.#refuseOwnServers(scenario);
    this.#excludeTooSmall(scenario);
    return Promise.resolve();
  }

  start(engine: EngineChoice, { workers }: Scenario): Promise<LoadGenerator> {
    return Promise.resolve(new AgentFleet(this.#pool, { engine, workers }));
  }

  /** Lets the agents go. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  /** Servers that a run starts listen on loopback. */
  #refuseOwnServers({ states }: Scenario): void {
    const own = Object.entries(states).find(([, { kind }]) => kind !== 'target')?.[0];
    const elsewhere = this.#pool.present.find(({ hello }) => hello.host !== hostId());
    if (own === undefined || elsewhere === undefined) return;
    throw new ResumarkError(
      'USAGE',
      `state ${own} starts its server on this machine's loopback, which agent ${elsewhere.hello.name} on another machine cannot reach.`,
      'Start the server by itself, on an address that all agents reach, and name it as target: host:port.',
    );
  }

  /** Each agent's part grows when another one is left out. */
  #excludeTooSmall(scenario: Scenario): void {
    for (let flaw = this.#flaw(scenario); flaw !== undefined; flaw = this.#flaw(scenario)) {
      this.#pool.exclude(flaw.member, flaw.reason);
      if (this.#pool.present.length > 0) continue;
      throw new ResumarkError('USAGE', `agent ${flaw.member.hello.name} ${flaw.reason}.`, flaw.hint);
    }
  }

  #flaw(scenario: Scenario): { readonly member: Member; readonly reason: string; readonly hint: string } | undefined {
    const { load, connection, workers } = scenario;
    const members = this.#pool.present;
    const workersOf = ({ hello }: Member): number => workers ?? hello.workers;
    const all = members.reduce((sum, member) => sum + workersOf(member), 0);
    for (const member of members) {
      const { sources, limits } = member.hello;
      const concurrency = Math.ceil((load.concurrency * workersOf(member)) / all);
      const part = { ...scenario, load: { ...load, concurrency }, connection: { ...connection, source: [...sources] } };
      const flaw = machineLimitFlaw(sources.length === 0 ? { ...part, connection } : part, {
        files: limits.files,
        ports: limits.ports,
      });
      if (flaw !== undefined)
        return { member, reason: `cannot carry its part: ${flaw.message.replace(/\.$/u, '')}`, hint: flaw.hint };
    }
    return undefined;
  }
}

/** Settings that are each machine's own, or that write or load a file there on another machine's word. */
const refuseOwnSettings = ({ connection, libssl, tls }: Scenario): void => {
  const [setting, instead] =
    connection.source !== undefined
      ? ['--source', 'Give each agent its own: resumark agent --source ADDRESS.']
      : libssl !== undefined
        ? ['--libssl', 'Agents use the libssl of their Node.']
        : tls.keylog !== undefined
          ? ['--keylog', 'Secrets stay on the machine that made them: run there without agents to look into a capture.']
          : [];
  if (setting !== undefined) throw new ResumarkError('USAGE', `${setting} cannot be used with agents.`, instead);
};
