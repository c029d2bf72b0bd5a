import { describe, expect, it } from 'vitest';
import { acrossNamesFindings } from '../../../src/analysis/probe/findings/across-names.ts';
import type { CrossNames, NameReport } from '../../../src/domain/probe-record.ts';

interface Shown {
  readonly certificate: string;
  readonly asks?: boolean;
}

const name = (address: number, sni: string | null, { certificate, asks = false }: Shown): NameReport => ({
  address,
  name: sni,
  protocol: 'TLSv1.3',
  failure: null,
  certificateSha256: certificate,
  asksForCertificate: asks,
});

type Place = readonly [address: number, name: string | null];

const offer = (from: Place, to: Place, honoured = 2): CrossNames['offers'][number] => ({
  protocol: 'TLSv1.3',
  from: { address: from[0], name: from[1] },
  to: { address: to[0], name: to[1] },
  tries: 2,
  honoured,
  failed: {},
  low: null,
  high: null,
});

const graded = (crossNames: CrossNames): string[] =>
  acrossNamesFindings(crossNames).map(
    ({ weight, code, addresses, evidence }) =>
      `${weight} ${code} ${addresses.join(',')} ${'pairs' in evidence ? evidence.pairs.map(({ from, to }) => `${from ?? '-'}>${to ?? '-'}`).join(' ') : ''}`,
  );

describe('sessions that resume under another name', () => {
  it.each<[string, Shown, Shown, string]>([
    ['with the same certificate are information', { certificate: '1' }, { certificate: '1' }, 'information resumes-across-names'],
    ['with another certificate are a problem', { certificate: '1' }, { certificate: '2' }, 'problem resumes-across-certificates'],
    [
      'that asks for a client certificate are a problem',
      { certificate: '1' },
      { certificate: '1', asks: true },
      'problem resumes-across-client-authentication',
    ],
    [
      'that asked for a client certificate, and has another certificate, are the graver problem',
      { certificate: '1', asks: true },
      { certificate: '2' },
      'problem resumes-across-client-authentication',
    ],
  ])('%s', (_, a, b, expected) => {
    const names = [name(0, 'a', a), name(0, 'b', b)];
    expect(graded({ names, offers: [offer([0, 'a'], [0, 'b'])] })).toEqual([`${expected} 0 a>b`]);
    expect(graded({ names, offers: [offer([0, 'a'], [0, 'b'], 0)] })).toEqual([]);
  });

  it('are not those that resume under their own', () => {
    const names = [name(0, 'a', { certificate: '1', asks: true })];
    expect(graded({ names, offers: [offer([0, 'a'], [0, 'a'])] })).toEqual([]);
  });

  it('are one finding for all addresses that are alike, and another for one that is not', () => {
    const names = [0, 1, 2].flatMap((at) => [name(at, 'a', { certificate: '1' }), name(at, null, { certificate: '1' })]);
    const both = [0, 1].flatMap((at) => [offer([at, 'a'], [at, null]), offer([at, null], [at, 'a'])]);
    expect(graded({ names, offers: [...both, offer([2, 'a'], [2, null])] })).toEqual([
      'information resumes-across-names 0,1 a>- ->a',
      'information resumes-across-names 2 a>-',
    ]);
  });

  it('are a problem at another port, under the same name too', () => {
    const names = [name(0, 'a', { certificate: '1' }), name(1, 'a', { certificate: '1' })];
    expect(graded({ names, offers: [offer([0, 'a'], [1, 'a'])] })).toEqual(['problem resumes-across-ports 1 a>a']);
  });
});
