import type { Duplex } from 'node:stream';
import { meterOfPid } from '../../cpu/meter.ts';
import { ResumarkError } from '../../domain/error.ts';
import type { CertificatePair, KeyType } from '../certificate.ts';
import type { OpenTarget } from '../open-target.ts';
import { OwnProcess } from '../own-process.ts';
import type { ServerCounts } from '../server-counts.ts';
import type { ServerOptions, ServerRequest, ServerResponse } from './server-messages.ts';

export interface ReferenceServerSettings extends Partial<Pick<ServerOptions, 'delayMs' | 'workMs' | 'port' | 'ticketKeys'>> {
  readonly keyType: KeyType;
  readonly resumption: ServerOptions['resumption'];
  /** One that servers of a fleet have in common; a new one unless it is given. */
  readonly certificate?: CertificatePair;
  /** Leads to the session cache that the server shares with others. It is the server's then, and closed here. */
  readonly sharedCache?: Duplex | undefined;
}

/** A running reference server. */
export interface ReferenceServer {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  /** PEM; self-signed, so it is its own CA. */
  readonly certificate: string;
  /** Counts what the server itself has seen so far. */
  readonly counts: () => Promise<ServerCounts>;
  readonly close: () => Promise<void>;
}

/** Starts a reference server that clients verify by its own certificate. */
export const openReferenceServer = async (settings: ReferenceServerSettings): Promise<OpenTarget> => {
  const { address, port, certificate, pid, counts, close } = await startReferenceServer(settings);
  const cpu = meterOfPid(pid);
  return { address, port, serverName: 'localhost', verify: true, ca: certificate, cpu, fleet: undefined, counts, close };
};

/**
 * Starts a reference server in a process of its own and waits until it listens.
 *
 * @throws ResumarkError USAGE when the port is taken or forbidden.
 */
export const startReferenceServer = async (settings: ReferenceServerSettings): Promise<ReferenceServer> => {
  const certificate = settings.certificate ?? (await newCertificate(settings.keyType));
  const { sharedCache } = settings;
  const server = new OwnProcess<ServerRequest, ServerResponse>(
    'reference/server-process',
    sharedCache === undefined ? [] : [sharedCache],
  );
  sharedCache?.destroy();
  const options: ServerOptions = {
    certificate,
    resumption: settings.resumption,
    delayMs: settings.delayMs ?? 0,
    workMs: settings.workMs ?? 0,
    port: settings.port ?? 0,
    ticketKeys: settings.ticketKeys,
    sharesCache: sharedCache !== undefined,
  };
  const answer = await server.ask({ type: 'listen', options });
  if (answer.type === 'failed') {
    await server.close();
    throw new ResumarkError(
      'USAGE',
      `the reference server cannot listen on port ${String(options.port)}: ${answer.code}.`,
      'Choose another port, or 0 for any free one.',
    );
  }
  if (answer.type !== 'listening') throw new TypeError(`the server answered ${answer.type}`);
  return {
    address: answer.address,
    port: answer.port,
    pid: server.pid,
    certificate: certificate.certificate,
    counts: async () => countsOf(await server.ask({ type: 'count' })),
    close: () => server.close(),
  };
};

/** Makes a certificate; loaded here, since a run against external targets needs no certificate library. */
export const newCertificate = async (keyType: KeyType): Promise<CertificatePair> => {
  const { makeCertificate } = await import('../certificate.ts');
  return makeCertificate(keyType);
};

const countsOf = (response: ServerResponse): ServerCounts => {
  if (response.type !== 'counts') throw new TypeError(`the server answered ${response.type}`);
  return response.counts;
};
