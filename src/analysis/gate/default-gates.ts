import type { Gate } from '../../domain/gate.ts';
import { offersSession, type Mode } from '../../domain/mode.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { CompareSettings } from '../../scenario/compare-schema.ts';
import { COMPARED } from '../metrics/catalogue.ts';
import { parseGate } from './parse.ts';
import { baselineState } from './subjects.ts';

/** A share that falls by less than one in a hundred is the same: single handshakes are lost for many reasons. */
const LEAST_FALL = '1%';

/**
 * What is gated where no gate is written: that nothing got worse. Of every mode the metrics that make a comparison's verdict may not be
 * worse by the minimum effect, and no handshake may stop to be resumed.
 */
export const defaultGates = (run: RunRecord, { minEffect }: CompareSettings): Gate[] => {
  const before = baselineState(run.cells);
  // What the state before is not meant to offer cannot get worse.
  const offered = run.cells.filter(({ state, expected }) => state === (before ?? state) && expected === 'honoured');
  const modes = [...new Set(offered.map(({ mode }) => mode))];
  const hasServerCpu =
    run.blocks.some(({ server }) => server.cpuAbsence === null) && run.states.every(({ cpuSource }) => cpuSource !== null);
  const metrics = COMPARED.filter(({ comparison, id }) => comparison === 'primary' && (id !== 'cpu.server' || hasServerCpu));
  return modes
    .flatMap((mode) => [
      ...resumedGates(mode),
      ...metrics.map(({ id }) => `${mode}.${id} regresses < ${String(Number((minEffect * 100).toFixed(4)))}%`),
    ])
    .map(parseGate);
};

const resumedGates = (mode: Mode): string[] => (offersSession(mode) ? [`${mode}.resumed regresses < ${LEAST_FALL}`] : []);
