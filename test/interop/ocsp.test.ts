import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeStaple } from '../../src/tls/ocsp/staple.ts';
import { findProgram } from '../servers/require-program.ts';

const program = findProgram('openssl', 'openssl');

const DAY_MS = 86_400_000;

/** An authority with two certificates, of which one is revoked, and responders: its own key, one that it delegated, one that it did not. */
class Authority {
  readonly #folder: string;
  readonly #program: string;

  constructor(folder: string, program: string) {
    this.#folder = folder;
    this.#program = program;
  }

  async make(): Promise<void> {
    await this.#openssl(
      ...['req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/O=Ünïcode/CN=authority'],
    );
    await this.#issue('good', 'basicConstraints=CA:FALSE');
    await this.#issue('revoked', 'basicConstraints=CA:FALSE');
    await this.#issue('unlisted', 'basicConstraints=CA:FALSE');
    await this.#issue('delegated', 'extendedKeyUsage=OCSPSigning');
    await this.#issue('usurper', 'extendedKeyUsage=serverAuth');
    const index = await Promise.all([this.#line('good', 'V', ''), this.#line('revoked', 'R', utcTime(Date.now() - DAY_MS))]);
    await writeFile(join(this.#folder, 'index.txt'), index.join(''));
  }

  /** The DER of a response, made as a responder makes it. */
  async respond(certificate: string, signer: string, more: readonly string[] = []): Promise<Buffer> {
    await this.#openssl(
      ...['ocsp', '-issuer', 'ca.pem', ...more, '-cert', `${certificate}.pem`, '-reqout', 'request.der', '-no_nonce'],
    );
    await this.#openssl(
      ...['ocsp', '-index', 'index.txt', '-CA', 'ca.pem', '-rsigner', `${signer}.pem`, '-rkey', `${signer}.key`],
      ...['-reqin', 'request.der', '-respout', 'response.der', '-ndays', '1'],
    );
    return readFile(join(this.#folder, 'response.der'));
  }

  async chain(certificate: string): Promise<readonly Buffer[]> {
    return [await this.#der(certificate), await this.#der('ca')];
  }

  async #issue(name: string, extension: string): Promise<void> {
    await writeFile(join(this.#folder, 'extensions.cnf'), `${extension}\n`);
    await this.#openssl(...['req', '-new', ...NEW_KEY, '-keyout', `${name}.key`, '-out', 'request.pem', '-subj', `/CN=${name}`]);
    await this.#openssl(
      ...['x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ...['-days', '30', '-extfile', 'extensions.cnf', '-out', `${name}.pem`],
    );
  }

  async #line(name: string, state: string, revoked: string): Promise<string> {
    const { serialNumber } = new X509Certificate(await this.#der(name));
    return `${[state, utcTime(Date.now() + 30 * DAY_MS), revoked, serialNumber, 'unknown', `/CN=${name}`].join('\t')}\n`;
  }

  async #der(name: string): Promise<Buffer> {
    return new X509Certificate(await readFile(join(this.#folder, `${name}.pem`))).raw;
  }

  async #openssl(...args: readonly string[]): Promise<void> {
    await promisify(execFile)(this.#program, args, { cwd: this.#folder });
  }
}

const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes', '-utf8'];

const utcTime = (ms: number): string => `${new Date(ms).toISOString().slice(2, 19).replaceAll(/\D/gu, '')}Z`;

describe.skipIf(program === undefined)(
  `an OCSP response of ${program === undefined ? 'openssl, which is not installed' : 'openssl'}`,
  () => {
    let folder: string;
    let authority: Authority;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'resumark-ocsp-'));
      authority = new Authority(folder, program ?? '');
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
