import { probe } from '../../src/run/studies/probe.ts';
import type { ProbeFinding } from '../../src/domain/probe-finding.ts';
import type { AddressReport, ProbeRecord, ProtocolReport } from '../../src/domain/probe-record.ts';
import type { Protocol } from '../../src/domain/protocol.ts';
import { decodeProbe, type RawSettings } from '../../src/scenario/decode.ts';

interface Listening {
  readonly port: number;
  readonly address?: string;
}

/** Probes servers on loopback, without verifying their certificates. */
export const probeServers = (servers: readonly Listening[], settings: RawSettings = {}): Promise<ProbeRecord> =>
  probe(
    servers.map(({ port, address = '127.0.0.1' }) => `${address.includes(':') ? `[${address}]` : address}:${String(port)}`),
    decodeProbe({ tls: { insecure: true }, seed: 1, ...settings }),
  );

/** What a finding says, and of which addresses; information is left out. */
export const faultsIn = ({ findings }: ProbeRecord): string[] =>
  findings.filter(({ weight }) => weight !== 'information').map(sentenceOf);

const sentenceOf = ({ code, addresses, protocol }: ProbeFinding): string =>
  [code, addresses.join(','), protocol ?? ''].filter((part) => part !== '').join(' ');

/** The report of an address in a protocol that it speaks. */
export const spoken = (report: AddressReport | undefined, protocol: Protocol): ProtocolReport => {
  const found = report?.protocols.find((each) => each.protocol === protocol);
  if (found?.state !== 'negotiated') throw new Error(`${protocol} was not negotiated`);
  return found;
};

/** Honoured of tries, by mechanism: `psk 10/10`. */
export const resumptions = (report: AddressReport | undefined, protocol: Protocol): string[] =>
  spoken(report, protocol).resumption.map(
    ({ mechanism, honoured, tries }) => `${mechanism} ${String(honoured)}/${String(tries)}`,
  );
