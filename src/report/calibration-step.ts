import type { CalibrationStep, GatesFinding } from '../domain/calibration.ts';
import { counted, formatRoughTime } from './text/units.ts';

/** A step of a calibration as a line: what follows, and how long it takes. */
export const calibrationStep = (step: CalibrationStep): string => {
  switch (step.step) {
    case 'plan':
      return `calibrate: at most ${counted(step.pairs, 'pair')} of blocks for the noise${step.gates === 0 ? '' : `, then at most ${counted(step.gates, 'gate')} of ${pairsText(step.looks)} each`}`;
    case 'noise':
      return step.gates === 0 ? 'the noise is known' : `the noise is known; ${gatesText(step)}`;
    case 'gate':
      return `gate ${String(step.number)} of ${String(step.gates)}: ${step.outcome}`;
    case 'enough':
      return `stopped after ${counted(step.gates, 'gate')}: ${FINDING_TEXT[step.finding]}`;
  }
};

const pairsText = (looks: readonly number[]): string => {
  const [least = 0] = looks;
  const most = looks.at(-1) ?? least;
  return least === most ? counted(most, 'pair') : `${String(least)} to ${counted(most, 'pair')}`;
};

const gatesText = ({ pairMs, gates, looks }: Extract<CalibrationStep, { step: 'noise' }>): string => {
  const after = (pairs: number): string => formatRoughTime(pairMs * pairs * gates);
  const [least, most] = [after(looks[0] ?? 0), after(looks.at(-1) ?? 0)];
  const time = least === most ? most : `${least} if each is decided at its first look, ${most} at most`;
  return `measuring ${counted(gates, 'gate')} takes about ${time}; Ctrl-C ends it early, and keeps what was measured`;
};

const FINDING_TEXT: Readonly<Record<GatesFinding, string>> = {
  'too-many-alarms': 'they failed on identical states more often than promised, and more gates could not change that',
  undecidable: 'most are inconclusive on this machine, and more gates could not change that',
};
