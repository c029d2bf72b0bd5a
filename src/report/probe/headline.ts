import type { AddressReport, FleetMap, ProbeRecord, ProtocolReport, ResumptionReport } from '../../domain/probe-record.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { oneLine } from '../safe-text.ts';
import { failureText } from '../text/failure.ts';
import { counted, formatShare, grouped } from '../text/units.ts';
import { negotiatedOf } from './address-class.ts';
import { MECHANISM_TEXT } from './finding-text.ts';
import { ratioText } from './tries-text.ts';

/** The result for a reader in a hurry: `Resumption works on 3 of 5 addresses; no handshake with 1; ...`. */
export const probeHeadline = (record: ProbeRecord): string => {
  const [first, ...others] = record.addresses;
  if (first === undefined) return 'No address was probed.';
  return oneLine(others.length === 0 ? addressSentence(first, record) : fleetSentence(record));
};

/**
 * `works`: in every protocol at least one mechanism resumed each time that it was tried; `partly`: in some protocol, or at times;
 * `mapped`: no address was offered its own sessions, as they were wanted for the map alone; `untried`: the probe was interrupted before.
 */
type Resumption = 'works' | 'partly' | 'never' | 'mapped' | 'untried' | 'no-handshake';

const resumptionOf = (report: AddressReport, { interrupted }: Pick<ProbeRecord, 'interrupted'>): Resumption => {
  const protocols = negotiatedOf(report);
  if (protocols.length === 0) return 'no-handshake';
  const tried = protocols.flatMap(({ resumption }) => resumption);
  if (tried.length === 0) return 'mapped';
  if (interrupted && tried.every(({ tries }) => tries === 0)) return 'untried';
  const best = protocols.map(({ resumption }) => bestOf(resumption));
  if (best.every((one) => one !== undefined && one.honoured === one.tries)) return 'works';
  return best.every((one) => one === undefined) ? 'never' : 'partly';
};

/** The mechanism of a protocol that resumed most reliably; `undefined` where none did. */
const bestOf = (resumption: readonly ResumptionReport[]): ResumptionReport | undefined => {
  const working = resumption.filter(({ honoured }) => honoured > 0);
  return working.find(({ honoured, tries }) => honoured === tries) ?? working[0];
};

const addressSentence = (report: AddressReport, record: ProbeRecord): string => {
  if (report.unreachable !== null) return `The address cannot be reached: ${failureText(report.unreachable)}.`;
  if (report.protocols.length === 0) return 'No handshake had ended when the probe was interrupted.';
  const protocols = negotiatedOf(report);
  switch (resumptionOf(report, record)) {
    case 'works':
      return `Resumption works: ${protocols.map(protocolText).join(', ')}.`;
    case 'partly':
      return `Resumption works in part: ${protocols.map(protocolText).join(', ')}.`;
    case 'never':
      return `Resumption does not work: ${protocols.map(({ protocol }) => protocolLabel(protocol)).join(' and ')} always ${protocols.length === 1 ? 'makes' : 'make'} a full handshake.`;
    case 'mapped':
    case 'untried':
      return `${protocols.map(({ protocol }) => protocolLabel(protocol)).join(' and ')} answered; resumption was not tried.`;
    case 'no-handshake':
      return 'No handshake came about in any protocol.';
  }
};

/** `TLS 1.2 by session ID and ticket`; `TLS 1.3 by PSK in 5 of 8 attempts`; `TLS 1.3 not`. */
const protocolText = ({ protocol, resumption }: ProtocolReport): string => {
  const working = resumption.filter(({ honoured }) => honoured > 0);
  if (working.length === 0) return `${protocolLabel(protocol)} not`;
  return `${protocolLabel(protocol)} by ${working.map(mechanismText).join(' and ')}`;
};

const mechanismText = (tried: ResumptionReport): string =>
  `${MECHANISM_TEXT[tried.mechanism]}${tried.honoured === tried.tries ? '' : ` in ${ratioText(tried)} attempts`}`;

const fleetSentence = (record: ProbeRecord): string => {
  const { addresses, map } = record;
  const states = addresses.map((report) => resumptionOf(report, record));
  const numberOf = (wanted: Resumption): number => states.filter((state) => state === wanted).length;
  const [lead, ...others] = KINDS.map((kind) => ({ ...kind, count: numberOf(kind.state) })).filter(({ count }) => count > 0);
  if (lead === undefined) return `No handshake came about at any of ${grouped(addresses.length)} addresses.`;
  const parts = [
    lead.count === addresses.length
      ? `Resumption ${lead.verb} on all ${grouped(lead.count)} addresses`
      : `Resumption ${lead.verb} on ${grouped(lead.count)} of ${grouped(addresses.length)} addresses`,
    ...others.map(({ adverb, count }) => `${adverb} on ${grouped(count)}`),
    ...(numberOf('no-handshake') === 0 ? [] : [`no handshake with ${grouped(numberOf('no-handshake'))}`]),
    ...(map === null ? [] : mapTexts(map, numberOf('partly') === 0)),
  ];
  return `${parts.join('; ')}.`;
};

const KINDS = [
  { state: 'works', verb: 'works', adverb: '' },
  { state: 'partly', verb: 'works in part', adverb: 'in part' },
  { state: 'never', verb: 'does not work', adverb: 'not at all' },
  { state: 'mapped', verb: 'was mapped', adverb: 'only mapped' },
  { state: 'untried', verb: 'was not tried', adverb: 'not tried' },
] as const;

const mapTexts = ({ groups, predicted }: FleetMap, isReliable: boolean): string[] => [
  ...groupTexts(groups, isReliable),
  ...(predicted === null || groups.length < 2
    ? []
    : [`behind a round robin ${formatShare(predicted.share)} of the sessions would resume`]),
];

const groupTexts = (groups: FleetMap['groups'], isReliable: boolean): string[] => {
  const [only] = groups;
  if (groups.length > 1) return [`${counted(groups.length, 'group')} of them do not resume each other's sessions`];
  return isReliable && only !== undefined && only.addresses.length > 1 ? ["they resume each other's sessions"] : [];
};
