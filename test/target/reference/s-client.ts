import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../../../src/target/endpoints.ts';

/** `openssl s_client`, a client that is none of ours. */
export class SClient {
  readonly #program: string;
  readonly #folder: Promise<string> = mkdtemp(join(tmpdir(), 'resumark-s-client-'));

  constructor(program: string) {
    this.#program = program;
  }

  /** A file of its folder, such as one for a session. */
  async path(name: string): Promise<string> {
    return join(await this.#folder, name);
  }

  /** Connects, sends a line, waits for the answer and the end. @returns all that it says. */
  async run(server: Endpoint & { readonly certificate: string }, ...args: string[]): Promise<string> {
    const ca = await this.path('ca.pem');
    await writeFile(ca, server.certificate);
    const address = `${server.address}:${String(server.port)}`;
    const all = ['s_client', '-connect', address, '-CAfile', ca, '-ign_eof', ...args];
    return new Promise((resolve) => {
      // It fails where the server does, which its output tells.
      const child = execFile(this.#program, all, { timeout: 20_000 }, (_error, stdout, stderr) => {
        resolve(stdout + stderr);
      });
      child.stdin?.on('error', () => undefined);
      child.stdin?.write('hello\n');
    });
  }

  async close(): Promise<void> {
    await rm(await this.#folder, { recursive: true });
  }
}

/** How often a text says something. */
export const countOf = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
