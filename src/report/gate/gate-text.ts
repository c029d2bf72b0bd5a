import type { GateDecision, GateResult } from '../../domain/gate.ts';
import { counted, formatShare, formatValue } from '../text/units.ts';
import { caveatText } from '../text/caveat.ts';

/** A gate's result as a line: what became of it, what it is and where, and why. */
export const gateLine = (result: GateResult): string =>
  `${result.outcome.padEnd(12)} ${gateName(result)}: ${gateSentence(result)}`;

/** The gate and the cell in which it was judged. */
export const gateName = ({ gate, cell }: GateResult): string => (cell === '' ? gate : `${gate} [${cell}]`);

/** The value, its bounds and the limit; or why it was not judged. */
export const gateSentence = (result: GateResult): string => {
  const { value, caveat, operator, limit, cleared } = result;
  const parts = [
    ...(value === null ? unboundedText(result) : [`${shown(result, value)}${boundsText(result)}`]),
    `limit ${operator} ${shown(result, limit)}`,
    ...(caveat === null ? whyText(result) : [`not judged: ${caveatText(caveat)}`]),
    ...(cleared === 0 ? [] : [`an alarm of ${counted(cleared, 'attempt')} before was not confirmed`]),
  ];
  return parts.join('; ');
};

/** A quantile has no value where it lies among connections that failed: these count as slower than any. */
const unboundedText = ({ caveat, samples }: GateResult): string[] =>
  caveat === null && samples > 0 ? ['beyond any value, as too many connections failed'] : [];

/** All gates in one sentence. */
export const decisionSentence = ({ outcome, results, alpha, rounds, attempts }: GateDecision): string => {
  const of = (wanted: GateResult['outcome']): number => results.filter((result) => result.outcome === wanted).length;
  const counts = (['failed', 'inconclusive', 'passed'] as const)
    .filter((wanted) => of(wanted) > 0)
    .map((wanted) => `${String(of(wanted))} ${wanted}`);
  const tried = attempts > 1 ? `, the last of ${String(attempts)} runs` : '';
  return `Gates ${outcome}: ${counts.join(', ')} of ${counted(results.length, 'check')} over ${counted(rounds, 'round')}${tried}; a build that meets them all fails in at most ${formatShare(alpha)} of runs.`;
};

/** What keeps an undecided gate undecided. */
const whyText = (result: GateResult): string[] => {
  if (result.outcome !== 'inconclusive') return [];
  const { operator, low, high, limit } = result;
  const isBeyond = operator.startsWith('<') ? low !== null && low > limit : high !== null && high < limit;
  return [
    isBeyond ? 'it misses the limit, but not surely enough among so many gates' : 'the bounds neither meet nor miss the limit',
  ];
};

const boundsText = (result: GateResult): string => {
  const { low, high } = result;
  if (low !== null && low === high) return '';
  if (low === null && high === null) return ', without bounds';
  return `, surely ${low === null ? '?' : shown(result, low)} to ${high === null ? '?' : shown(result, high)}`;
};

const shown = ({ unit }: GateResult, value: number): string => {
  switch (unit) {
    case 'points':
      return signed(value * 100, 'points');
    case 'change':
      return signed((value - 1) * 100, '%');
    case 'multiple':
      return `${value.toFixed(3)} x`;
    case 'ns':
    case 's':
    case 'per-second':
    case 'share':
    case 'bytes':
    case 'count':
    case 'ratio':
      return formatValue(value, unit);
  }
};

const signed = (value: number, unit: string): string => {
  const text = Math.abs(value).toFixed(1);
  return `${Number(text) === 0 ? '' : value < 0 ? '-' : '+'}${text} ${unit}`;
};
