import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const DAY_MS = 86_400_000;

/** An authority with two certificates, of which one is revoked, and responders: its own key, one that it delegated, one that it did not. */
export class OcspAuthority {
  readonly folder: string;
  readonly #program: string;

  constructor(folder: string, program: string) {
    this.folder = folder;
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
    await writeFile(join(this.folder, 'index.txt'), index.join(''));
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
    return readFile(join(this.folder, 'response.der'));
  }

  async chain(certificate: string): Promise<readonly Buffer[]> {
    return [await this.#der(certificate), await this.#der('ca')];
  }

  async #issue(name: string, extension: string): Promise<void> {
    await writeFile(join(this.folder, 'extensions.cnf'), `${extension}\n`);
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
    return new X509Certificate(await readFile(join(this.folder, `${name}.pem`))).raw;
  }

  async #openssl(...args: readonly string[]): Promise<void> {
    await promisify(execFile)(this.#program, args, { cwd: this.folder });
  }
}

const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes', '-utf8'];

const utcTime = (ms: number): string => `${new Date(ms).toISOString().slice(2, 19).replaceAll(/\D/gu, '')}Z`;
