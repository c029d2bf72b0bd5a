import { DEFAULT_LOOKS } from '../stats/planned-looks.ts';
import { decodeScenario, isMapping, type DecodedScenario, type RawSettings } from './decode.ts';

/**
 * Decodes a scenario for a comparison: like `decodeScenario`, but by default with pairs of small
 * blocks, interim looks and one handshake at a time.
 *
 * @throws ResumarkError SCENARIO or USAGE.
 */
export const decodeComparison = (file: unknown, flags: RawSettings, fileName: string): DecodedScenario =>
  decodeScenario(file, flags, fileName, { plan: PLAN, ...(!hasModel(file) && !hasModel(flags) && { load: LOAD }) });

/**
 * On a quiet machine pairs of blocks of 100 vary by no more than pairs of 200, since what varies is mostly the machine, and take half
 * of the time; pairs of 50 vary twice as much (docs/compare.md has the figures).
 */
const PLAN: RawSettings = { looks: DEFAULT_LOOKS, handshakesPerBlock: 100 };

/**
 * With more in flight the handshakes of one state wait for those of the other, in our queue and for
 * a core: with four, pairs vary several times as much (12% instead of 2% of p50 on two cores), and a
 * change of one state shows in both.
 */
const LOAD: RawSettings = { concurrency: 1 };

/** True where the user has chosen the load, and with it how many are in flight. */
const hasModel = (settings: unknown): boolean =>
  isMapping(settings) && isMapping(settings['load']) && ('model' in settings['load'] || 'rate' in settings['load']);
