import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeStaple } from '../../src/tls/ocsp/staple.ts';
import { OcspAuthority } from '../servers/ocsp-authority.ts';
import { findProgram } from '../servers/require-program.ts';

const program = findProgram('openssl', 'openssl');

const DAY_MS = 86_400_000;

describe.skipIf(program === undefined)(
  `an OCSP response of ${program === undefined ? 'openssl, which is not installed' : 'openssl'}`,
  () => {
    let folder: string;
    let authority: OcspAuthority;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'resumark-ocsp-'));
      authority = new OcspAuthority(folder, program ?? '');
      await authority.make();
    });
    afterAll(async () => {
      await rm(folder, { recursive: true });
    });

    it.each([
      ['good', 'good', 'ca', []],
      ['good, by the hash SHA-256', 'good', 'ca', ['-sha256']],
      ['good, signed by whom the issuer delegated it to', 'good', 'delegated', []],
      ['revoked', 'revoked', 'ca', []],
      ['unknown', 'unlisted', 'ca', []],
    ])('is %s', async (status, certificate, signer, more) => {
      const [staple, chain] = [await authority.respond(certificate, signer, more), await authority.chain(certificate)];
      const report = judgeStaple({ staple, chain, nowUnixMs: Date.now() });
      expect(report.status).toBe(status.replace(/,.*/u, ''));
      expect(Math.abs((report.nextUpdateUnixMs ?? 0) - (report.thisUpdateUnixMs ?? 0) - DAY_MS)).toBeLessThan(2000);
    });

    it('is not signed where a certificate of the authority without that usage signed it', async () => {
      const [staple, chain] = [await authority.respond('good', 'usurper'), await authority.chain('good')];
      expect(judgeStaple({ staple, chain, nowUnixMs: Date.now() }).status).toBe('bad-signature');
    });

    it('is stale a day later, but a revocation stays one', async () => {
      const nowUnixMs = Date.now() + 2 * DAY_MS;
      const judge = async (name: string): Promise<string> =>
        judgeStaple({ staple: await authority.respond(name, 'ca'), chain: await authority.chain(name), nowUnixMs }).status;
      expect(await judge('good')).toBe('stale');
      expect(await judge('revoked')).toBe('revoked');
    });

    it('is about another certificate', async () => {
      const [staple, chain] = [await authority.respond('good', 'ca'), await authority.chain('unlisted')];
      expect(judgeStaple({ staple, chain, nowUnixMs: Date.now() }).status).toBe('other-certificate');
    });
  },
);
