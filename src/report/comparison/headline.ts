import type { ComparedSaving, Comparison, ComparisonRow } from '../../domain/comparison.ts';
import type { Mode } from '../../domain/mode.ts';
import { protocolLabel, type Protocol } from '../../domain/protocol.ts';
import { formatChange, formatPercent, formatShare } from '../text/units.ts';

const NAMES: Readonly<Record<Mode, { readonly many: string; readonly one: string }>> = {
  full: { many: 'Full handshakes', one: 'a full handshake' },
  ticket: { many: 'Session tickets', one: 'a ticket' },
  'session-id': { many: 'Session IDs', one: 'a session ID' },
  'early-data': { many: 'Early data', one: 'early data' },
};

/** Resumed shares below and above which a mode counts as off and on. */
const OFF = 0.01;
const ON = 0.5;

/**
 * The result for a reader in a hurry: what was switched on or off, the full handshakes, and what a
 * resumed one saves.
 */
export const headlineOf = ({ rows, savings }: Comparison): string => {
  const switches = switched(rows);
  const costs = [fullText(rows), switches.length > 0 ? savingText(rows, savings) : changesText(rows)].filter(
    (text) => text !== '',
  );
  return [...switches, costs.length === 0 ? '' : `${costs.join('; ')}.`].filter((text) => text !== '').join(' ');
};

/** `Session tickets are now on (0% to 100% resumed).`, once per mode. */
const switched = (rows: readonly ComparisonRow[]): string[] =>
  (['ticket', 'session-id', 'early-data'] as const).flatMap((mode) => {
    const shares = rows.filter((row) => row.mode === mode && row.metric === 'resumed');
    const on = shares.filter((row) => (row.before ?? 1) < OFF && (row.after ?? 0) > ON);
    const off = shares.filter((row) => (row.before ?? 0) > ON && (row.after ?? 1) < OFF);
    const changed = on.length > 0 ? on : off;
    const [first] = changed;
    if (first === undefined) return [];
    const where =
      changed.length < shares.length ? ` on ${changed.map(({ protocol }) => protocolLabel(protocol)).join(' and ')}` : '';
    const verb = mode === 'early-data' ? 'is' : 'are';
    return [
      `${NAMES[mode].many} ${verb} now ${on.length > 0 ? 'on' : 'off'}${where} (${formatShare(first.before ?? undefined)} to ${formatShare(first.after ?? undefined)} resumed).`,
    ];
  });

const fullText = (rows: readonly ComparisonRow[]): string => {
  const full = rows.filter((row) => row.mode === 'full' && row.role === 'primary');
  if (full.length === 0) return '';
  if (full.every(({ verdict }) => verdict === 'equivalent')) return 'Full handshakes unchanged';
  const changed = full.filter(({ verdict }) => verdict === 'improved' || verdict === 'regressed');
  if (changed.length === 0) return 'Full handshakes: no change beyond the noise';
  return `Full handshakes: ${changed.map((row) => changeText(row, full)).join(', ')}`;
};

/** The change of each resumption mode, where none was switched on or off. */
const changesText = (rows: readonly ComparisonRow[]): string => {
  const resumed = rows.filter((row) => row.mode !== 'full' && row.role === 'primary' && row.metric !== 'resumed');
  if (resumed.length === 0) return '';
  if (resumed.every(({ verdict }) => verdict === 'equivalent')) return 'resumed handshakes unchanged';
  const changed = resumed.filter(({ verdict }) => verdict === 'improved' || verdict === 'regressed');
  if (changed.length === 0) return 'resumed handshakes: no change beyond the noise';
  return `resumed: ${changed.map((row) => `${row.mode} ${changeText(row, resumed)}`).join(', ')}`;
};

/** `p50 -41% on TLS 1.2`. */
const changeText = (row: ComparisonRow, among: readonly ComparisonRow[]): string => {
  const several = new Set(among.map(({ protocol }) => protocol)).size > 1;
  const change = row.ratio === null ? '' : formatChange(row.ratio - 1);
  return `${spoken(row)} ${change}${several ? ` on ${protocolLabel(row.protocol)}` : ''}`;
};

/**
 * `a ticket saves 41% of p50 and 74% of server CPU`: of the mode that was switched on, by protocol.
 */
const savingText = (rows: readonly ComparisonRow[], savings: readonly ComparedSaving[]): string => {
  const modes = [...new Set(rows.filter((row) => row.metric === 'resumed' && (row.after ?? 0) > ON).map(({ mode }) => mode))];
  const mode = modes.includes('ticket') ? 'ticket' : modes[0];
  if (mode === undefined) return '';
  const saved = savings.filter((saving) => saving.mode === mode);
  const texts = saved.map(({ protocol, change }) => {
    const parts = [partText(change['p50'], 'p50'), partText(change['cpu.server'], 'server CPU')].filter((text) => text !== '');
    return parts.length === 0 ? '' : `${parts.join(' and ')}${onProtocol(protocol, saved.length)}`;
  });
  const known = texts.filter((text) => text !== '');
  return known.length === 0 ? '' : `${NAMES[mode].one} saves ${known.join(', ')}`;
};

const partText = (change: number | undefined, of: string): string =>
  change === undefined || change >= 0 ? '' : `${formatPercent(-change)} of ${of}`;

const onProtocol = (protocol: Protocol, among: number): string => (among > 1 ? ` on ${protocolLabel(protocol)}` : '');

const spoken = ({ metric, per }: ComparisonRow): string => {
  const name = metric === 'cpu.server' ? 'server CPU' : metric;
  return per === null ? name : `${name} / ${per} ${name}`;
};
