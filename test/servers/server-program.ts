import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, type CertificatePair, type KeyType } from '../../src/target/certificate.ts';
import { freePort, untilListening } from './free-port.ts';

/** Where a server is to be, and what it finds there: `certificate.pem`, `key.pem`, and `both.pem` in one. */
export interface Place {
  readonly folder: string;
  readonly port: number;
}

export interface ServerProgramOptions {
  readonly program: string;
  readonly args: (place: Place) => readonly string[];
  /** Text files to write beside the certificate, by name. */
  readonly files?: (place: Place) => Readonly<Record<string, string>>;
  /** What is to be made of the certificate before the start, by programs of the server's kind. */
  readonly prepare?: (place: Place) => Promise<void>;
  readonly certificate?: KeyType | CertificatePair;
  readonly environment?: (place: Place) => Readonly<Record<string, string>>;
}

export interface ServerProgram extends Place {
  readonly pid: number;
  readonly certificate: string;
  /** Everything that the program has printed, on both streams. */
  output(): Promise<string>;
  /** Settles when the program ends by itself. */
  readonly exited: Promise<unknown>;
  close(): Promise<void>;
}

/** Handshakes that a server has counted by itself, or that were counted of its own prints. */
export interface ServerWord {
  readonly full: number;
  readonly resumed: number;
}

/**
 * Starts a server program on a free port of loopback with a certificate made on the spot, and waits until it listens. It prints into a
 * file and not into a pipe: some drop a line rather than wait for a reader.
 */
export const startServerProgram = async (options: ServerProgramOptions): Promise<ServerProgram> => {
  const place: Place = { folder: await mkdtemp(join(tmpdir(), 'resumark-server-')), port: await freePort() };
  const certificate = await writeFiles(place, options);
  await options.prepare?.(place);
  const printed = join(place.folder, 'printed');
  const file = await open(printed, 'w');
  const child = spawn(options.program, options.args(place), {
    cwd: place.folder,
    env: { ...process.env, ...options.environment?.(place) },
    // Its input stays open: some servers end with it.
    stdio: ['pipe', file.fd, file.fd],
  });
  const exited = once(child, 'exit');
  const atStart = exited.then(async () => {
    throw new Error(`${options.program} ended at its start: ${await readFile(printed, 'utf8')}`);
  });
  await Promise.race([untilListening(place.port), atStart]);
  atStart.catch(() => undefined);
  return {
    ...place,
    pid: child.pid ?? 0,
    certificate,
    output: () => readFile(printed, 'utf8'),
    exited,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
      await file.close();
      await rm(place.folder, { recursive: true });
    },
  };
};

const writeFiles = async (place: Place, options: ServerProgramOptions): Promise<string> => {
  const { certificate: wanted = 'ecdsa-p256' } = options;
  const { certificate, key } = typeof wanted === 'string' ? await makeCertificate(wanted) : wanted;
  const files = { 'certificate.pem': certificate, 'key.pem': key, 'both.pem': certificate + key, ...options.files?.(place) };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(place.folder, name), text)));
  return certificate;
};
