import type { ProbeRecord } from '../../domain/probe-record.ts';
import { protocolLabel } from '../../domain/protocol.ts';
import { addressName } from './address-text.ts';
import { MECHANISM_TEXT } from './finding-text.ts';

/** A connection that is explained message by message. */
export interface ExplainedSection {
  /** `10.0.0.1:443, TLS 1.3, a session offered by PSK`. */
  readonly title: string;
  readonly lines: readonly string[];
}

/** The connections that `--explain` asks for; none without it. */
export const explainedSections = (record: ProbeRecord): ExplainedSection[] =>
  record.explained.map(({ address, protocol, offered, lines }) => ({
    title: [
      addressName(record, address),
      protocolLabel(protocol),
      offered === null ? 'no session offered' : `a session offered by ${MECHANISM_TEXT[offered]}`,
    ].join(', '),
    lines,
  }));
