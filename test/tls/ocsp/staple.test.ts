import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/stats/random.ts';
import { certificateMaker, type Issuance, type KeyType, type StapledCertificate } from '../../../src/target/certificate.ts';
import { readOcspResponse } from '../../../src/tls/ocsp/response.ts';
import { judgeStaple } from '../../../src/tls/ocsp/staple.ts';

const make = async (keyType: KeyType, issuance: Issuance): Promise<readonly StapledCertificate[]> => {
  const { make } = await certificateMaker(keyType, issuance);
  return [await make('a.test'), await make('b.test')];
};

const chainOf = ({ certificate }: StapledCertificate): readonly Buffer[] =>
  [...certificate.matchAll(/-----BEGIN[^]+?END CERTIFICATE-----/gu)].map(([pem]) => new X509Certificate(pem).raw);

const stapleOf = ({ ocspResponse = '' }: StapledCertificate): Buffer => Buffer.from(ocspResponse, 'base64');

const HOUR_MS = 3_600_000;

const SHAPES: readonly (readonly [KeyType, Issuance])[] = [
  ['ecdsa-p256', { intermediates: 0, isSelfSigned: true, stapling: 'good' }],
  ['ecdsa-p256', { intermediates: 1, isSelfSigned: false, stapling: 'good' }],
  ['ecdsa-p384', { intermediates: 1, isSelfSigned: false, stapling: 'good' }],
  ['ed25519', { intermediates: 2, isSelfSigned: false, stapling: 'good' }],
  ['rsa-2048', { intermediates: 1, isSelfSigned: false, stapling: 'good' }],
];

const INTERMEDIATE: Issuance = { intermediates: 1, isSelfSigned: false, stapling: 'good' };

describe('judgeStaple', () => {
  it.each(SHAPES)('finds a good response good: %s, %j', async (keyType, issuance) => {
    const [one] = await make(keyType, issuance);
    if (one === undefined) throw new Error('nothing was made');
    const report = judgeStaple({ staple: stapleOf(one), chain: chainOf(one), nowUnixMs: Date.now() });
    expect(report.status).toBe('good');
    expect(report.nextUpdateUnixMs).toBeGreaterThan(Date.now());
    expect(report.thisUpdateUnixMs).toBeLessThan(Date.now());
  });

  it('finds the response for a neighbour', async () => {
    const [one, other] = await make('ecdsa-p256', INTERMEDIATE);
    if (one === undefined || other === undefined) throw new Error('nothing was made');
    const report = judgeStaple({ staple: stapleOf(other), chain: chainOf(one), nowUnixMs: Date.now() });
    expect(report).toMatchObject({ status: 'other-certificate', thisUpdateUnixMs: expect.any(Number) as unknown });
  });

  it('finds the response of another authority of the same name', async () => {
    const [one] = await make('ecdsa-p256', INTERMEDIATE);
    const [stranger] = await make('ecdsa-p256', INTERMEDIATE);
    if (one === undefined || stranger === undefined) throw new Error('nothing was made');
    // With the stranger's chain but our leaf, the issuer was not sent: only its name and the serial number can be compared.
    const chain = [...chainOf(one).slice(0, 1), ...chainOf(stranger).slice(1)];
    expect(judgeStaple({ staple: stapleOf(one), chain, nowUnixMs: Date.now() }).status).toBe('good');
    expect(judgeStaple({ staple: stapleOf(stranger), chain: chainOf(one), nowUnixMs: Date.now() }).status).toBe(
      'other-certificate',
    );
  });

  it('takes the times into account', async () => {
    const [one] = await make('ecdsa-p256', INTERMEDIATE);
    if (one === undefined) throw new Error('nothing was made');
    const [staple, chain] = [stapleOf(one), chainOf(one)];
    const at = (nowUnixMs: number): string => judgeStaple({ staple, chain, nowUnixMs }).status;
    const { thisUpdateUnixMs, nextUpdateUnixMs } = judgeStaple({ staple, chain, nowUnixMs: Date.now() });
    expect(at((nextUpdateUnixMs ?? 0) + 1)).toBe('stale');
    expect(at(nextUpdateUnixMs ?? 0)).toBe('good');
    expect(at((thisUpdateUnixMs ?? 0) - 60_000)).toBe('good');
    expect(at((thisUpdateUnixMs ?? 0) - HOUR_MS)).toBe('not-yet-valid');
  });

  it('finds a stale response that the laboratory staples', async () => {
    const [one] = await make('ecdsa-p256', { ...INTERMEDIATE, stapling: 'stale' });
    if (one === undefined) throw new Error('nothing was made');
    expect(judgeStaple({ staple: stapleOf(one), chain: chainOf(one), nowUnixMs: Date.now() }).status).toBe('stale');
  });

  it('finds nothing and rubbish', async () => {
    const [one] = await make('ecdsa-p256', INTERMEDIATE);
    if (one === undefined) throw new Error('nothing was made');
    const chain = chainOf(one);
    const statusOf = (staple: Buffer | null): string => judgeStaple({ staple, chain, nowUnixMs: Date.now() }).status;
    expect(statusOf(null)).toBe('missing');
    expect(statusOf(Buffer.alloc(0))).toBe('unreadable');
    expect(statusOf(Buffer.from('no DER'))).toBe('unreadable');
    // tryLater, without an answer (RFC 6960, section 4.2.1).
    expect(statusOf(Buffer.from('30030a0103', 'hex'))).toBe('unreadable');
    expect(judgeStaple({ staple: stapleOf(one), chain: [Buffer.from('no DER')], nowUnixMs: 0 }).status).toBe('unreadable');
    expect(judgeStaple({ staple: stapleOf(one), chain: [], nowUnixMs: 0 }).status).toBe('missing');
  });

  it('holds whatever a server staples, and never finds a changed statement good', async () => {
    const [one] = await make('ecdsa-p256', INTERMEDIATE);
    if (one === undefined) throw new Error('nothing was made');
    const [staple, chain, random] = [stapleOf(one), chainOf(one), seededRandom(22)];
    const { signed = Buffer.alloc(0) } = readOcspResponse(staple) ?? {};
    const start = staple.indexOf(signed);
    const nowUnixMs = Date.now();
    for (let i = 0; i < 300; i++) {
      const changed = Buffer.from(staple);
      const at = Math.floor(random() * changed.length);
      changed[at] = (changed[at] ?? 0) ^ (1 + Math.floor(random() * 255));
      const cut = i % 3 === 0 ? changed.subarray(0, at) : changed;
      const { status } = judgeStaple({ staple: cut, chain, nowUnixMs });
      if (at >= start && at < start + signed.length) expect(`${String(at)} ${status}`).not.toBe(`${String(at)} good`);
    }
  });

  it('holds whatever a server sends as its chain', async () => {
    const [one] = await make('ecdsa-p256', INTERMEDIATE);
    if (one === undefined) throw new Error('nothing was made');
    const [leaf = Buffer.alloc(0), ...rest] = chainOf(one);
    const random = seededRandom(23);
    for (let i = 0; i < 150; i++) {
      const changed = Buffer.from(leaf);
      changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
      expect(judgeStaple({ staple: stapleOf(one), chain: [changed, ...rest], nowUnixMs: 0 })).toHaveProperty('status');
      expect(judgeStaple({ staple: stapleOf(one), chain: [leaf, changed], nowUnixMs: 0 })).toHaveProperty('status');
    }
  });
});
