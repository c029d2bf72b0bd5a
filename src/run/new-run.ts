import { readEnvironment } from '../cpu/environment.ts';
import type { Interleave } from '../domain/interleave.ts';
import { RUN_FORMAT, type RunRecord, type Shortcut } from '../domain/run-record.ts';
import type { Scenario } from '../scenario/schema.ts';
import { stateRecord } from './prepare/open-states.ts';
import { negotiatedKey, type Prepared } from './prepare/prepared.ts';
import { version } from './version.ts';
import { TAP_EVERY } from './window-request.ts';

/** Facts of a run that are settled when it starts. */
export interface RunStart {
  readonly id: string;
  readonly seed: number;
  readonly interleave: Interleave;
  readonly startedAt: Date;
}

/** Names a run by its start and its scenario: `20261129T003400Z_cdn-session-tickets`. */
export const runIdOf = (scenario: Scenario, startedAt: Date): string =>
  `${startedAt.toISOString().slice(0, 19).replaceAll(':', '').replaceAll('-', '')}Z_${scenario.name}`;

/** The record of a run in which nothing has been measured yet. */
export const newRun = (
  { decoded, chosen, states, cells, negotiated, ending, generator, options }: Prepared,
  { id, seed, interleave, startedAt }: RunStart,
): RunRecord => ({
  format: RUN_FORMAT,
  id,
  name: decoded.scenario.name,
  status: 'running',
  tool: { name: 'resumark', version },
  startedAt: startedAt.toISOString(),
  endedAt: null,
  environment: readEnvironment(),
  engine: {
    name: chosen.engine.name,
    library: chosen.engine.library,
    reason: chosen.reason,
    shortcuts: shortcutsOf(decoded.scenario),
  },
  ending,
  workers: generator.workers,
  agents: generator.agents?.map(({ facts }) => ({ ...facts, faults: [] })),
  seed,
  interleave,
  tapShare: chosen.engine.readsEveryHello ? 1 : 1 / TAP_EVERY,
  scenario: decoded.scenario,
  sources: decoded.sources,
  states: states.map(stateRecord),
  cells: cells.map(({ id: cell, cell: { state, protocol, mode }, expected, expectedShare }) => ({
    id: cell,
    state,
    protocol,
    mode,
    expected,
    expectedShare,
    negotiated: negotiated.get(negotiatedKey(state, protocol)) ?? null,
  })),
  command: options.command,
  blocks: [],
  events: [],
  capacity: [],
  notices: [],
});

const shortcutsOf = ({ tls, spin }: Scenario): Shortcut[] => [
  ...(tls.keyShare === 'reuse' ? (['key-share-reused'] as const) : []),
  ...(tls.noSignatureCheck ? (['signature-unchecked'] as const) : []),
  ...(spin ? (['spinning'] as const) : []),
];
