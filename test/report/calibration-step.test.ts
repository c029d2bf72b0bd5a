import { expect, it } from 'vitest';
import type { CalibrationStep } from '../../src/domain/calibration.ts';
import { calibrationStep } from '../../src/report/calibration-step.ts';

const looks = [12, 24, 48];

it.each<[CalibrationStep, string]>([
  [
    { step: 'plan', pairs: 96, gates: 20, looks },
    'calibrate: at most 96 pairs of blocks for the noise, then at most 20 gates of 12 to 48 pairs each',
  ],
  [{ step: 'plan', pairs: 96, gates: 0, looks }, 'calibrate: at most 96 pairs of blocks for the noise'],
  [
    { step: 'noise', pairMs: 1000, gates: 20, looks },
    'the noise is known; measuring 20 gates takes about 4 min if each is decided at its first look, 16 min at most; Ctrl-C ends it early, and keeps what was measured',
  ],
  [
    { step: 'noise', pairMs: 1000, gates: 1, looks: [10] },
    'the noise is known; measuring 1 gate takes about 10 s; Ctrl-C ends it early, and keeps what was measured',
  ],
  [{ step: 'noise', pairMs: 1000, gates: 0, looks }, 'the noise is known'],
  [{ step: 'gate', number: 2, gates: 20, outcome: 'passed' }, 'gate 2 of 20: passed'],
  [
    { step: 'enough', gates: 6, finding: 'undecidable' },
    'stopped after 6 gates: most are inconclusive on this machine, and more gates could not change that',
  ],
])('%j is %s', (step, text) => {
  expect(calibrationStep(step)).toBe(text);
});
