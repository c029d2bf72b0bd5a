import type { Duplex } from 'node:stream';
import { meterOfPid } from '../../cpu/meter.ts';
import { ResumarkError } from '../../domain/error.ts';
import { DEFAULT_KNOBS, type ServerKnobs } from '../../scenario/server-knobs.ts';
import type { KeyType } from '../certificate.ts';
import type { OpenTarget } from '../open-target.ts';
import { OwnProcess } from '../own-process.ts';
import { cannotListen } from '../ports.ts';
import type { ServerCounts } from '../server-counts.ts';
import type { Host, ServerOptions, ServerRequest, ServerResponse } from './server-messages.ts';

export interface ReferenceServerSettings extends Partial<
  Pick<ServerOptions, 'delayMs' | 'workMs' | 'port' | 'ticketKeys' | 'rotationStartMs' | 'onNodeTls'>
> {
  readonly keyType: KeyType;
  readonly resumption: ServerOptions['resumption'];
  readonly knobs?: Partial<ServerKnobs>;
  /** One that servers of a fleet have in common; a new one unless it is given. */
  readonly identity?: ServerIdentity;
  /** Leads to the session cache that the server shares with others. It is the server's then, and closed here. */
  readonly sharedCache?: Duplex | undefined;
}

/** The certificates of a server by name, and what clients are to trust. */
export interface ServerIdentity extends Pick<ServerOptions, 'hosts'> {
  /** PEM. */
  readonly ca: string;
}

/** A running reference server. */
export interface ReferenceServer {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  /** The library that serves, with its version. */
  readonly library: string;
  /** PEM of the authorities to trust: the certificate itself where it is self-signed. */
  readonly certificate: string;
  /** Counts what the server itself has seen so far. */
  readonly counts: () => Promise<ServerCounts>;
  /** Takes another ticket key from now on, keeping as many previous ones as its settings say. */
  readonly rotate: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts a reference server that clients verify by its own certificate. Its name says which library serves. */
export const openReferenceServer = async (settings: ReferenceServerSettings): Promise<OpenTarget & { readonly name: string }> => {
  const { library, certificate, pid, ...server } = await startReferenceServer(settings);
  return {
    name: `reference server on ${library}`,
    address: server.address,
    port: server.port,
    serverName: 'localhost',
    verify: true,
    ca: certificate,
    cpu: meterOfPid(pid),
    fleet: undefined,
    counts: server.counts,
    controls: [{ rotate: server.rotate }],
    close: server.close,
  };
};

/**
 * Starts a reference server in a process of its own and waits until it listens.
 *
 * @throws ResumarkError USAGE when the port is taken or forbidden, or a setting is not to be had here.
 */
export const startReferenceServer = async (settings: ReferenceServerSettings): Promise<ReferenceServer> => {
  const knobs = { ...DEFAULT_KNOBS, ...settings.knobs };
  const { hosts, ca } = settings.identity ?? (await newIdentity(settings.keyType, knobs));
  const { sharedCache } = settings;
  const server = new OwnProcess<ServerRequest, ServerResponse>(
    'reference/server-process',
    sharedCache === undefined ? [] : [sharedCache],
  );
  sharedCache?.destroy();
  const options: ServerOptions = {
    hosts,
    knobs,
    resumption: settings.resumption,
    delayMs: settings.delayMs ?? 0,
    workMs: settings.workMs ?? 0,
    port: settings.port ?? 0,
    ticketKeys: settings.ticketKeys,
    rotationStartMs: settings.rotationStartMs,
    // A callback of libssl would have to wait for the process of the cache, and all other connections with it.
    onNodeTls: settings.onNodeTls ?? sharedCache !== undefined,
    sharesCache: sharedCache !== undefined,
  };
  const answer = await server.ask({ type: 'listen', options });
  if (answer.type !== 'listening') {
    await server.close();
    throw failureOf(answer, options);
  }
  return {
    address: answer.address,
    port: answer.port,
    pid: server.pid,
    library: answer.library,
    certificate: ca,
    counts: async () => countsOf(await server.ask({ type: 'count' })),
    rotate: async () => {
      await server.ask({ type: 'rotate' });
    },
    close: () => server.close(),
  };
};

/** Makes certificates for localhost and for the other names of a server. */
export const newIdentity = async (
  keyType: KeyType,
  { chainLength, names = [] }: Pick<ServerKnobs, 'chainLength' | 'names'>,
): Promise<ServerIdentity> => {
  // Loaded here: a run against external targets needs no certificate library.
  const { certificateMaker } = await import('../certificate.ts');
  const maker = await certificateMaker(keyType, chainLength);
  const make = async (name: string): Promise<Host> => ({ name, ...(await maker.make(name)) });
  const first = await make('localhost');
  const others = await Promise.all(names.map(make));
  return { hosts: [first, ...others], ca: maker.trusted() };
};

const failureOf = (answer: ServerResponse, { port }: ServerOptions): Error => {
  switch (answer.type) {
    case 'unreachable':
      return cannotListen('reference server', port, answer.code);
    case 'refused':
      return new ResumarkError('USAGE', `the reference server cannot be started: ${answer.message}`);
    case 'listening':
    case 'counts':
    case 'rotated':
      return new TypeError(`the server answered ${answer.type}`);
  }
};

const countsOf = (response: ServerResponse): ServerCounts => {
  if (response.type !== 'counts') throw new TypeError(`the server answered ${response.type}`);
  return response.counts;
};
