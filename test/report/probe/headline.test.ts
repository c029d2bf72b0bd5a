import { expect, it } from 'vitest';
import type { ProbeRecord } from '../../../src/domain/probe-record.ts';
import { probeHeadline } from '../../../src/report/probe/headline.ts';
import { address, fakeProbe, tls12, tls13 } from './fake-probe.ts';
import { unshared } from './examples.ts';

const mapped = address({ protocols: [tls13({ resumption: [] })] });

it('claims nothing of resumption where it was not tried', () => {
  expect(probeHeadline(fakeProbe({ addresses: [mapped] }))).toBe('TLS 1.3 answered; resumption was not tried.');
});

it('says how the addresses of a map form groups', () => {
  const record = unshared();
  const addresses = record.addresses.map((each) => (each.protocols.length === 0 ? each : mapped));
  expect(probeHeadline({ ...record, addresses })).toMatch(
    /^Resumption was mapped on 4 of 5 addresses; no handshake with 1; 3 groups of them do not resume each other's sessions; behind/u,
  );
});

it('says that it does not work where every attempt was declined', () => {
  const protocols = [tls12({ resumption: tls12().resumption.map((tried) => ({ ...tried, honoured: 0 })) })];
  expect(probeHeadline(fakeProbe({ addresses: [address({ protocols })] }))).toBe(
    'Resumption does not work: TLS 1.2 always makes a full handshake.',
  );
});

it('claims nothing of what it had not come to when it was interrupted', () => {
  const untried = tls12({ resumption: tls12().resumption.map((tried) => ({ ...tried, tries: 0, honoured: 0 })) });
  const headline = (protocols: ProbeRecord['addresses'][number]['protocols']): string =>
    probeHeadline(fakeProbe({ interrupted: true, addresses: [address({ protocols })] }));
  expect(headline([untried])).toBe('TLS 1.2 answered; resumption was not tried.');
  expect(headline([])).toBe('No handshake had ended when the probe was interrupted.');
});
