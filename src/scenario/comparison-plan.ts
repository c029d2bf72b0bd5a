import { DEFAULT_LOOKS } from '../stats/planned-looks.ts';
import { decodeScenario, isMapping, type DecodedScenario, type RawSettings } from './decode.ts';

/**
 * Makes a scenario that is to be compared: as `decodeScenario`, but what is left open becomes pairs of small blocks with planned looks, and
 * one handshake at a time.
 *
 * @throws ResumarkError SCENARIO or USAGE.
 */
export const decodeComparison = (file: unknown, flags: RawSettings, fileName: string): DecodedScenario =>
  decodeScenario(file, flags, fileName, { plan: PLAN, ...(!hasModel(file) && !hasModel(flags) && { load: LOAD }) });

/**
 * A block's median of 200 handshakes varies by less than half a percent on a quiet machine, and a pair of such blocks is still shorter than
 * what a machine drifts in.
 */
const PLAN: RawSettings = { looks: DEFAULT_LOOKS, handshakesPerBlock: 200 };

/**
 * With more in flight a state's handshakes wait for those of the other, in our queue and for a core: the pairs vary ten times as much
 * (0.4 % against 5 % of p50 on two cores), and a change of one state shows in both.
 */
const LOAD: RawSettings = { concurrency: 1 };

/** Who says how handshakes begin says how many are in flight too. */
const hasModel = (settings: unknown): boolean =>
  isMapping(settings) && isMapping(settings['load']) && ('model' in settings['load'] || 'rate' in settings['load']);
