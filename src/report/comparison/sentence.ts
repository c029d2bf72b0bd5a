import { metricNamed } from '../../analysis/metrics/catalogue.ts';
import type { ChangeVerdict, Comparison, ComparisonRow } from '../../domain/comparison.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { caveatText } from '../text/caveat.ts';
import { formatValue } from '../text/units.ts';

/** `+18 %`, one digit below 10 %: a change of a metric. */
export const percentChange = (ratio: number): string => {
  const change = (ratio - 1) * 100;
  const digits = Math.abs(change) < 9.95 ? 1 : 0;
  const text = Math.abs(change).toFixed(digits);
  return Number(text) === 0 ? '0 %' : `${change < 0 ? '-' : '+'}${text} %`;
};

/** The interval of a change, empty where it has none. */
export const intervalText = ({ ratioLow, ratioHigh }: ComparisonRow): string =>
  ratioLow === null || ratioHigh === null ? '' : `${percentChange(ratioLow)} to ${percentChange(ratioHigh)}`;

/** What a row says, in one plain sentence. */
export const rowSentence = (row: ComparisonRow): string => {
  const { label, unit } = metricNamed(row.metric);
  const what = `${protocolLabel(row.protocol)} ${row.mode} ${row.metric === 'resumed' ? 'resumed share' : label}`;
  const values = `${formatValue(row.before ?? undefined, unit)} to ${formatValue(row.after ?? undefined, unit)}`;
  const interval = intervalText(row);
  const change = row.ratio === null ? '' : ` (${percentChange(row.ratio)}${interval === '' ? '' : `, surely ${interval}`})`;
  const reason = reasonText(row);
  return `${what} ${VERB[row.verdict]}: ${values}${change}${reason === '' ? '' : `; ${reason}`}.`;
};

/** Why a row is inconclusive; empty where it is not. */
export const reasonText = (row: ComparisonRow): string => {
  if (row.caveat !== null) return caveatText(row.caveat);
  if (row.verdict !== 'inconclusive') return '';
  if (row.ratio === null) return 'too few handshakes were finished to tell the shares apart';
  return `${openText(row)}${row.detectable === null ? '' : `; ${shareText(row.detectable)} would have shown`}`;
};

/** What the interval leaves open. */
const openText = ({ ratioLow, ratioHigh, minEffect }: ComparisonRow): string => {
  const least = shareText(minEffect);
  if (ratioLow === null || ratioHigh === null) return 'there are too few pairs for bounds';
  if (ratioLow <= 1 && ratioHigh >= 1) return `it may be nothing, or more than the ${least} that count`;
  const isBeyond = ratioLow > 1 + minEffect || ratioHigh < 1 / (1 + minEffect);
  return isBeyond
    ? 'sure on its own, but not beside the other metrics'
    : `it is a change, but not surely more than the ${least} that count`;
};

const shareText = (share: number): string => percentChange(1 + share).replace('+', '');

const VERB: Readonly<Record<ChangeVerdict, string>> = {
  improved: 'improved',
  regressed: 'got worse',
  equivalent: 'is unchanged',
  inconclusive: 'is undecided',
};

/** What the comparison as a whole comes to. */
export const verdictSentence = (comparison: Comparison): string => {
  const primary = comparison.rows.filter(({ role }) => role === 'primary');
  const those = (verdict: ChangeVerdict): number => primary.filter((row) => row.verdict === verdict).length;
  const parts = (['regressed', 'improved', 'equivalent', 'inconclusive'] as const)
    .filter((verdict) => those(verdict) > 0)
    .map((verdict) => `${String(those(verdict))} ${verdict}`);
  return `${VERDICT_TEXT[comparison.verdict]} (${parts.join(', ')} of ${String(primary.length)} judged metrics; false alarms in at most ${String(comparison.alpha * 100)} % of comparisons)`;
};

const VERDICT_TEXT: Readonly<Record<ChangeVerdict, string>> = {
  improved: 'Improved, and nothing got worse',
  regressed: 'Regressed',
  equivalent: 'No change that counts',
  inconclusive: 'Inconclusive',
};
