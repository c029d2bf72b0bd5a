import { metricNamed } from '../../analysis/metrics/catalogue.ts';
import type { Unit } from '../../analysis/metrics/metric.ts';
import type { ChangeVerdict, Comparison, ComparisonRow } from '../../domain/comparison.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { caveatText } from '../text/caveat.ts';
import { formatChange, formatPercent, formatShare, formatValue } from '../text/units.ts';

/** The change of a row: `-23%`. Empty where there is none. */
export const changeText = ({ ratio }: ComparisonRow): string => (ratio === null ? '' : formatChange(ratio - 1));

/** The confidence interval of a change, empty where it has none. */
export const intervalText = ({ ratioLow, ratioHigh }: ComparisonRow): string =>
  ratioLow === null || ratioHigh === null ? '' : `${formatChange(ratioLow - 1)} to ${formatChange(ratioHigh - 1)}`;

/** The name and unit of what a row compares: a metric, or its ratio to the same metric of another mode. */
export const rowQuantity = ({ metric: id, per }: ComparisonRow): { readonly name: string; readonly unit: Unit } => {
  const { label, unit } = metricNamed(id);
  return per === null ? { name: id === 'resumed' ? id : label, unit } : { name: `${label} / ${per} ${label}`, unit: 'ratio' };
};

/** A row as one plain sentence. */
export const rowSentence = (row: ComparisonRow, comparison: Comparison): string => {
  const { name, unit } = rowQuantity(row);
  const subject = `${protocolLabel(row.protocol)} ${row.mode} ${row.metric === 'resumed' ? 'resumed share' : name}`;
  const values = `${formatValue(row.before ?? undefined, unit)} to ${formatValue(row.after ?? undefined, unit)}`;
  const interval = intervalText(row);
  const change = [
    `${comparison.design === 'paired' ? 'paired change' : 'change'} ${changeText(row)}`,
    ...(interval === '' ? [] : [`${formatShare(row.confidence)} confidence interval ${interval}`]),
  ].join(', ');
  const reason = reasonText(row);
  return `${subject} ${VERB[row.verdict]}: ${values}${row.ratio === null ? '' : ` (${change})`}${reason === '' ? '' : `; ${reason}`}.`;
};

/** The reason why a row is inconclusive; empty where it is not. */
export const reasonText = (row: ComparisonRow): string => {
  if (row.caveat !== null) return caveatText(row.caveat);
  if (row.verdict !== 'inconclusive') return '';
  if (row.ratio === null) return 'too few handshakes finished to tell the shares apart';
  return `${openText(row)}${row.detectable === null ? '' : `; a change of ${formatPercent(row.detectable)} would have been detected`}`;
};

/** The question that the interval leaves open. */
const openText = ({ ratioLow, ratioHigh, minEffect }: ComparisonRow): string => {
  const least = formatShare(minEffect);
  if (ratioLow === null || ratioHigh === null) return 'there are too few pairs for a confidence interval';
  if (ratioLow <= 1 && ratioHigh >= 1) return `it may be no change, or one above the ${least} that count`;
  const isBeyond = ratioLow > 1 + minEffect || ratioHigh < 1 / (1 + minEffect);
  return isBeyond
    ? 'it is significant on its own, but not among all judged metrics'
    : `it is a change, but perhaps one below the ${least} that count`;
};

const VERB: Readonly<Record<ChangeVerdict, string>> = {
  improved: 'improved',
  regressed: 'regressed',
  equivalent: 'is unchanged',
  inconclusive: 'is inconclusive',
};

/** The verdict on the comparison as a whole. */
export const verdictSentence = (comparison: Comparison): string => {
  const primary = comparison.rows.filter(({ role }) => role === 'primary');
  const those = (verdict: ChangeVerdict): number => primary.filter((row) => row.verdict === verdict).length;
  const parts = (['regressed', 'improved', 'equivalent', 'inconclusive'] as const)
    .filter((verdict) => those(verdict) > 0)
    .map((verdict) => `${String(those(verdict))} ${verdict}`);
  return `${VERDICT_TEXT[comparison.verdict]} (${parts.join(', ')} of ${String(primary.length)} judged metrics; false alarms in at most ${formatShare(comparison.alpha)} of comparisons)`;
};

const VERDICT_TEXT: Readonly<Record<ChangeVerdict, string>> = {
  improved: 'Improved, with no regression',
  regressed: 'Regressed',
  equivalent: 'No relevant change',
  inconclusive: 'Inconclusive',
};
