import { cellId, type Cell } from '../domain/cell.ts';
import type { Interleave } from '../domain/interleave.ts';
import { RUN_FORMAT, type RunRecord, type Shortcut } from '../domain/run-record.ts';
import { expectation } from '../scenario/expectation.ts';
import type { Scenario } from '../scenario/schema.ts';
import { describeEnvironment } from './environment.ts';
import { stateRecord } from './prepare/open-states.ts';
import { TAP_EVERY } from './window-request.ts';
import { negotiatedKey, type Prepared } from './prepare/prepared.ts';
import { version } from './version.ts';

/** The record of a run in which nothing has been measured yet. */
export const newRun = (
  { decoded, chosen, states, negotiated, fleet }: Prepared,
  {
    cells,
    seed,
    interleave,
    startedAt,
  }: { readonly cells: readonly Cell[]; readonly seed: number; readonly interleave: Interleave; readonly startedAt: Date },
): RunRecord => ({
  format: RUN_FORMAT,
  id: `${startedAt.toISOString().slice(0, 19).replaceAll(':', '').replaceAll('-', '')}Z_${decoded.scenario.name}`,
  name: decoded.scenario.name,
  status: 'running',
  tool: { name: 'resumark', version },
  startedAt: startedAt.toISOString(),
  endedAt: null,
  environment: describeEnvironment(),
  engine: {
    name: chosen.engine.name,
    library: chosen.engine.library,
    reason: chosen.reason,
    shortcuts: shortcutsOf(decoded.scenario),
  },
  workers: fleet.size,
  seed,
  interleave,
  tapShare: chosen.engine.readsEveryHello ? 1 : 1 / TAP_EVERY,
  scenario: decoded.scenario,
  sources: decoded.sources,
  states: states.map(stateRecord),
  cells: cells.map((cell) => ({
    id: cellId(cell),
    ...cell,
    expected: expectation(decoded.scenario, cell),
    negotiated: negotiated.get(negotiatedKey(cell.state, cell.protocol)) ?? null,
  })),
  blocks: [],
  capacity: [],
  notices: [],
});

const shortcutsOf = ({ tls, spin }: Scenario): Shortcut[] => [
  ...(tls.keyShare === 'reuse' ? (['key-share-reused'] as const) : []),
  ...(tls.noSignatureCheck ? (['signature-unchecked'] as const) : []),
  ...(spin ? (['spinning'] as const) : []),
];
