import type { AddressReport, ProbeRecord, ProtocolReport } from '../../domain/probe-record.ts';
import { protocolLabel, type Protocol } from '../../domain/protocol.ts';
import type { Column, Table } from '../table.ts';
import { failureText } from '../text/failure.ts';
import { ABSENT } from '../text/units.ts';
import { addressList, addressName } from './address-text.ts';
import { PROTOCOL_ROWS, severalText, type ProtocolRow } from './protocol-rows.ts';

/** Addresses that are alike in all that is shown of them, but for their keys and for bytes that depend on chance. */
export interface AddressClass {
  /** `10.0.0.1:443 and 14 others (alike)`. */
  readonly title: string;
  readonly addresses: readonly number[];
  /** A column per protocol that was negotiated; without rows where none was. */
  readonly table: Table;
  /** The protocols that failed, and the answers to hellos that no handshake follows. */
  readonly lines: readonly string[];
}

/** The addresses of a record, those that are alike as one, in the order of the first of each. */
export const addressClasses = (record: ProbeRecord): AddressClass[] => {
  const texts = record.addresses.map(likeness);
  return [...new Set(texts)].map((text) => {
    const indexes = texts.flatMap((other, index) => (other === text ? [index] : []));
    const reports = indexes.flatMap((index) => record.addresses[index] ?? []);
    return {
      title: titleOf(record, indexes),
      addresses: indexes,
      table: classTable(reports),
      lines: [...new Set(reports.flatMap(linesOf))],
    };
  });
};

/** A text that is the same for addresses that are alike. */
const likeness = (report: AddressReport): string => {
  const shared = PROTOCOL_ROWS.filter(({ isOwn }) => isOwn !== true);
  const rows = negotiatedOf(report).map((one) => [one.protocol, ...shared.map(({ text }) => text(one))]);
  return JSON.stringify([rows, linesOf(report)]);
};

const titleOf = (record: ProbeRecord, indexes: readonly number[]): string => {
  const [first = 0] = indexes;
  if (indexes.length === 1) return addressName(record, first);
  return `${addressList(record, indexes)} (alike)`;
};

/** The protocols of an address that were negotiated. */
export const negotiatedOf = ({ protocols }: AddressReport): ProtocolReport[] =>
  protocols.flatMap((report) => (report.state === 'negotiated' ? [report] : []));

const classTable = (reports: readonly AddressReport[]): Table => {
  const all = reports.flatMap(negotiatedOf);
  const protocols = [...new Set(all.map(({ protocol }) => protocol))];
  return {
    columns: [column(''), ...protocols.map((protocol) => column(protocolLabel(protocol)))],
    rows: PROTOCOL_ROWS.map((row) => [row.label, ...protocols.map((protocol) => cellText(row, all, protocol))]).filter(
      ([, ...texts]) => texts.some((text) => text !== ABSENT),
    ),
  };
};

const column = (head: string): Column => ({ head, align: 'left', reading: '', yields: 0 });

const cellText = ({ text }: ProtocolRow, reports: readonly ProtocolReport[], protocol: Protocol): string =>
  severalText(reports.filter((report) => report.protocol === protocol).map(text));

const linesOf = ({ unreachable, protocols, legacy, postQuantum }: AddressReport): string[] => [
  ...(unreachable === null ? [] : [`not reachable: ${failureText(unreachable)}`]),
  ...(unreachable === null && protocols.length === 0 ? ['no handshake had ended'] : []),
  ...protocols.flatMap((report) =>
    report.state === 'failed' ? [`${protocolLabel(report.protocol)} failed: ${failureText(report.failure)}`] : [],
  ),
  ...(legacy === null && postQuantum === null ? [] : [helloTexts({ legacy, postQuantum }).join(', ')]),
];

/** Answers to a ClientHello that offers nothing else. */
const helloTexts = ({ legacy, postQuantum }: Pick<AddressReport, 'legacy' | 'postQuantum'>): string[] => [
  ...(legacy === null ? [] : [`TLS 1.0 ${ANSWER_TEXT[legacy['TLSv1.0']]}`, `TLS 1.1 ${ANSWER_TEXT[legacy['TLSv1.1']]}`]),
  ...(postQuantum === null ? [] : [`X25519MLKEM768 (post-quantum) ${ANSWER_TEXT[postQuantum]}`]),
];

const ANSWER_TEXT = { accepted: 'accepted', refused: 'refused', 'no-answer': 'not answered' } as const;
