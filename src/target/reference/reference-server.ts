import type { Duplex } from 'node:stream';
import { SuccessiveMeter } from '../../cpu/successive-meter.ts';
import { DEFAULT_KNOBS, type ServerKnobs } from '../../scenario/server-knobs.ts';
import type { KeyType } from '../certificate.ts';
import type { OpenTarget } from '../open-target.ts';
import { processControls } from '../process-controls.ts';
import { renewals } from '../renewals.ts';
import type { ServerControls } from '../server-controls.ts';
import type { ServerCounts } from '../server-counts.ts';
import type { Host, ServerOptions } from './server-messages.ts';
import { ServerProcesses } from './server-processes.ts';

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
  /** True where it will be given other certificates while it serves: then an authority issues them. */
  readonly isRenewed?: boolean;
}

/** The certificates of a server by name, and what clients are to trust. */
export interface ServerIdentity extends Pick<ServerOptions, 'hosts'> {
  /** PEM. */
  readonly ca: string;
  /** Others for the same names, the same for every server that is renewed so many times; trusted where an authority issues them. */
  readonly renewed: (times: number) => Promise<ServerOptions['hosts']>;
}

/** A running reference server. */
export interface ReferenceServer {
  readonly address: string;
  readonly port: number;
  /** Of its process, which is another one after a stop. */
  readonly pid: number;
  /** The library that serves, with its version. */
  readonly library: string;
  /** PEM of the authorities to trust: the certificate itself where it is self-signed. */
  readonly certificate: string;
  /** Counts what the server itself has seen so far. */
  readonly counts: () => Promise<ServerCounts>;
  /** Takes another ticket key from now on, keeping as many previous ones as its settings say. */
  readonly rotate: () => Promise<void>;
  /** Shows other certificates from now on; sessions stay as they are. */
  readonly renew: () => Promise<void>;
  /** Ends its process, and with it its sessions. */
  readonly stop: () => Promise<void>;
  /** Starts it again on its port. Keys that it was given it has again, others are new. */
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts a reference server that clients verify by its own certificate. Its name says which library serves. */
export const openReferenceServer = async (settings: ReferenceServerSettings): Promise<OpenTarget & { readonly name: string }> => {
  const server = await startReferenceServer(settings);
  const meter = new SuccessiveMeter(server.pid);
  return {
    name: `reference server on ${server.library}`,
    address: server.address,
    port: server.port,
    serverName: 'localhost',
    verify: true,
    ca: server.certificate,
    cpu: meter,
    fleet: undefined,
    counts: server.counts,
    controls: [controlsOf(server, meter, settings)],
    close: server.close,
  };
};

const controlsOf = (
  server: ReferenceServer,
  meter: SuccessiveMeter,
  { isRenewed = false, sharedCache, resumption }: ReferenceServerSettings,
): ServerControls => ({
  ...(resumption.includes('tickets') && { rotate: server.rotate }),
  ...(isRenewed && { renew: server.renew }),
  // The way to a shared cache belongs to the process that ends.
  ...(sharedCache === undefined && processControls(server, meter)),
});

/**
 * Starts a reference server in a process of its own and waits until it listens.
 *
 * @throws ResumarkError USAGE when the port is taken or forbidden, or a setting is not to be had here.
 */
export const startReferenceServer = async (settings: ReferenceServerSettings): Promise<ReferenceServer> => {
  const { sharedCache, isRenewed = false } = settings;
  const knobs = { ...DEFAULT_KNOBS, ...settings.knobs };
  const identity = settings.identity ?? (await newIdentity(settings.keyType, knobs, isRenewed));
  const options: ServerOptions = {
    hosts: identity.hosts,
    knobs,
    resumption: settings.resumption,
    delayMs: settings.delayMs ?? 0,
    workMs: settings.workMs ?? 0,
    port: settings.port ?? 0,
    ticketKeys: settings.ticketKeys,
    rotations: 0,
    rotationStartMs: settings.rotationStartMs,
    // A callback of libssl would have to wait for the process of the cache, and all other connections with it.
    onNodeTls: settings.onNodeTls ?? sharedCache !== undefined,
    sharesCache: sharedCache !== undefined,
  };
  const server = await ServerProcesses.start(options, sharedCache);
  let times = 0;
  return {
    ...server.listening,
    get pid() {
      return server.pid;
    },
    certificate: identity.ca,
    counts: () => server.counts(),
    rotate: () => server.rotate(),
    renew: async () => server.renew(await identity.renewed(++times)),
    stop: () => server.stopCounting(),
    start: () => server.startAgain(),
    close: () => server.stop(),
  };
};

/**
 * Makes certificates for localhost and for the other names of a server.
 *
 * @param isRenewed whether an authority issues them, so that others of the same one are trusted.
 */
export const newIdentity = async (
  keyType: KeyType,
  { chainLength, names = [], ocsp }: Pick<ServerKnobs, 'chainLength' | 'names' | 'ocsp'>,
  isRenewed = false,
): Promise<ServerIdentity> => {
  // Loaded here: a run against external targets needs no certificate library.
  const { certificateMaker } = await import('../certificate.ts');
  const maker = await certificateMaker(keyType, { intermediates: chainLength, isSelfSigned: !isRenewed, stapling: ocsp });
  const make = async (name: string): Promise<Host> => ({ name, ...(await maker.make(name)) });
  const makeAll = async (): Promise<ServerOptions['hosts']> => [await make('localhost'), ...(await Promise.all(names.map(make)))];
  const hosts = await makeAll();
  return { hosts, ca: maker.trusted(), renewed: renewals(hosts, makeAll) };
};
