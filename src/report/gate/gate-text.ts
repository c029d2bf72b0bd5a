import type { GateDecision, GateResult } from '../../domain/gate.ts';
import { caveatText } from '../text/caveat.ts';
import { counted, formatExactChange, formatPoints, formatShare, formatValue } from '../text/units.ts';

/** A gate's result as a line: outcome, gate, cell and reason. */
export const gateLine = (result: GateResult): string =>
  `${result.outcome.padEnd(12)} ${gateName(result)}: ${gateSentence(result)}`;

/** A gate and the cell in which it was judged. */
export const gateName = ({ gate, cell }: GateResult): string => (cell === '' ? gate : `${gate} [${cell}]`);

/** The value, its confidence interval and the limit; or the reason why it was not judged. */
export const gateSentence = (result: GateResult): string => {
  const { value, caveat, operator, limit, cleared } = result;
  const parts = [
    ...(value === null ? unboundedText(result) : [`${shown(result, value)}${boundsText(result)}`]),
    `limit ${operator} ${shown(result, limit)}`,
    ...(caveat === null ? whyText(result) : [`not judged: ${caveatText(caveat)}`]),
    ...(cleared === 0 ? [] : [`it had failed in ${counted(cleared, 'earlier attempt')}, which this one did not confirm`]),
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
  return `Gates ${outcome}: ${counts.join(', ')} of ${counted(results.length, 'check')} over ${counted(rounds, 'round')}${tried}; a build that meets all gates fails in at most ${formatShare(alpha)} of runs.`;
};

/** The reason why a gate that was judged is inconclusive. */
const whyText = (result: GateResult): string[] => {
  if (result.outcome !== 'inconclusive') return [];
  const { operator, low, high, limit } = result;
  const isBeyond = operator.startsWith('<') ? low !== null && low > limit : high !== null && high < limit;
  return [
    isBeyond ? 'it misses the limit, but not significantly among so many gates' : 'the limit is inside the confidence interval',
  ];
};

const boundsText = (result: GateResult): string => {
  const { low, high } = result;
  if (low !== null && low === high) return '';
  if (low === null)
    return high === null ? ', without a confidence interval' : `, confidence bound at most ${shown(result, high)}`;
  return high === null
    ? `, confidence bound at least ${shown(result, low)}`
    : `, confidence interval ${shown(result, low)} to ${shown(result, high)}`;
};

const shown = ({ unit }: GateResult, value: number): string => {
  switch (unit) {
    case 'points':
      return formatPoints(value);
    case 'change':
      return formatExactChange(value - 1);
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
