import { hostFaults } from '../analysis/agents/faults.ts';
import type { AgentFault, AgentRecord } from '../domain/agent-record.ts';
import type { Notice } from '../domain/notice.ts';
import type { BlockRecord } from '../domain/run-record.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { PlannedWindow } from '../scenario/plan.ts';

/** The agents of a run, and what was found wrong with each: each kind of fault once. */
export class AgentRoll {
  readonly #generator: Pick<LoadGenerator, 'agents'>;
  readonly #faults = new Map<string, readonly AgentFault[]>();
  /** Measured blocks that every agent did its part of. */
  #whole = 0;

  constructor(generator: Pick<LoadGenerator, 'agents'>) {
    this.#generator = generator;
  }

  /** `undefined` where this machine loads. */
  get records(): AgentRecord[] | undefined {
    return this.#generator.agents?.map(({ facts }) => ({ ...facts, faults: [...this.#faultsOf(facts.name)] }));
  }

  get hasFaults(): boolean {
    return this.#faults.size > 0;
  }

  /** Looks who was lost in a window, and what its blocks show. Warm-up shows how code is compiled, not how an agent loads. */
  note({ round, position }: Pick<PlannedWindow, 'round' | 'position'>, blocks: readonly BlockRecord[]): void {
    for (const { facts, absence } of this.#generator.agents ?? [])
      if (absence !== undefined) this.#add(facts.name, { ...absence, round, position });
    if (round < 0) return;
    for (const block of blocks) {
      const faults = hostFaults(block);
      if (block.valid && faults.length === 0) this.#whole += 1;
      for (const { agent, kind, reason } of faults) this.#add(agent, { kind, reason, round, position });
    }
  }

  /** @param of planned blocks. */
  notices(of: number): Notice[] {
    return this.hasFaults ? [{ code: 'plan-cut', severity: 'error', blocks: this.#whole, of }] : [];
  }

  #faultsOf(name: string): readonly AgentFault[] {
    return this.#faults.get(name) ?? [];
  }

  #add(name: string, fault: AgentFault): void {
    const known = this.#faultsOf(name);
    if (!known.some(({ kind }) => kind === fault.kind)) this.#faults.set(name, [...known, fault]);
  }
}
