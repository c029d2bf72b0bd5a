import { setMaxListeners } from 'node:events';
import type { CacheCapacity } from '../domain/cache-capacity.ts';
import type { AddressReport, CrossNames, ExplainedConnection, FleetMap } from '../domain/probe-record.ts';
import type { ProbeEvent } from '../domain/probe-event.ts';
import type { WatchReport } from '../domain/watch-report.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { StartTls } from '../domain/starttls.ts';
import type { Engine } from '../engine/engine.ts';
import { performScripts, type ScriptOptions, type ScriptPace } from '../engine/script.ts';
import { seededRandom } from '../stats/random.ts';
import { tryCrossNames, type NamedAddress } from './cross-names.ts';
import { fillCaches } from './cache-filling.ts';
import { AddressClients, type CommonSettings } from './clients.ts';
import { ConnectionCounts } from './connection-counts.ts';
import { Examination, type ProbedAddress } from './examination.ts';
import { explainFirst } from './explanation.ts';
import { greet } from './greeting.ts';
import { mapFleet } from './map.ts';
import { eachPaced } from './paced.ts';
import { watchFleet, type WatchSpan } from './watch.ts';

/** An address to dial, and what a client says there. */
export interface DialledAddress {
  readonly address: string;
  readonly port: number;
  readonly serverName: string | undefined;
  /** Data that a client sends where that is wanted; `undefined` where none may be sent. */
  readonly request: string | undefined;
}

/** Everything that a probe needs to know before it dials. */
export interface FleetRequest {
  readonly addresses: readonly (DialledAddress & Pick<ProbedAddress, 'target'>)[];
  readonly protocols: readonly Protocol[];
  readonly tries: number;
  readonly mapOnly: boolean;
  /** Tell one connection of each kind message by message. */
  readonly explains: boolean;
  /** Names across which sessions are offered. */
  readonly crossNames: readonly string[];
  /** The protocol in which TLS must be asked for; the engine asks by itself. */
  readonly starttls: StartTls | undefined;
  readonly verifies: boolean;
  readonly triesWeakKeys: boolean;
  readonly common: CommonSettings;
  readonly pace: ScriptPace;
  readonly seed: number;
  /** A name behind which the addresses are balanced, to check the prediction at. */
  readonly balanced: (DialledAddress & { readonly target: string }) | undefined;
  /** Most sessions to find the capacity of each cache with. */
  readonly cacheCapacity?: number | undefined;
  /** How to watch the addresses afterwards. */
  readonly watch: WatchSpan | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: ProbeEvent) => void;
  readonly onProgress: (progress: ProbeProgress) => void;
}

/** The step that a probe is at, for whoever waits. */
export interface ProbeProgress {
  readonly step: 'reach' | 'examine' | 'map' | 'names' | 'watch' | 'fill';
  readonly connections: number;
}

export interface FleetFound {
  readonly addresses: AddressReport[];
  readonly map: FleetMap | null;
  readonly crossNames: CrossNames | null;
  readonly explained: ExplainedConnection[];
  readonly cacheCapacity: CacheCapacity | null;
  readonly watch: WatchReport | null;
  readonly connections: number;
}

/** Probes all addresses side by side: whether they answer, what they negotiate and resume, and which resumes the sessions of which. */
export const probeFleet = async (engine: Engine, request: FleetRequest): Promise<FleetFound> => {
  const { common, signal, pace, starttls } = request;
  // Every connection listens to it.
  if (signal !== undefined) setMaxListeners(0, signal);
  const counts = new ConnectionCounts();
  const random = seededRandom(request.seed);
  const clientsOf = (dialled: DialledAddress): AddressClients => new AddressClients(engine, { ...common, ...dialled });
  const examinations = request.addresses.map((each) => new Examination(each, clientsOf(each), { ...request, counts, random }));
  const balanced = request.balanced && { target: request.balanced.target, clients: clientsOf(request.balanced) };
  const options = (step: ProbeProgress['step']): ScriptOptions => ({
    ...pace,
    signal,
    onSettled: ({ client }) => {
      counts.add(client.settings);
      request.onProgress({ step, connections: counts.total });
    },
  });
  try {
    await eachPaced(examinations, { ...pace, signal }, async (examination) => {
      await examination.reach((greeting) => greet(greeting, { ...common, starttls, signal }));
      request.onProgress({ step: 'reach', connections: counts.total });
    });
    const scripts = examinations.filter(({ isReachable }) => isReachable).map((examination) => examination.script());
    await performScripts(engine, scripts, options('examine'));
    const map = await mapFleet(engine, examinations, { ...request, ...options('map'), balanced, random });
    const named = request.addresses.map((dialled, index) =>
      namedAddress(dialled, { index, report: examinations[index]?.report(), clientsOf }),
    );
    const crossNames =
      request.crossNames.length === 0
        ? null
        : await tryCrossNames(engine, named, { names: request.crossNames, ...options('names') });
    const watch =
      request.watch === undefined
        ? null
        : await watchFleet(engine, examinations, { ...request.watch, ...options('watch'), onEvent: request.onEvent });
    // After the watch: it pushes out all sessions that are older.
    const cacheCapacity =
      request.cacheCapacity === undefined
        ? null
        : await fillCaches(engine, examinations, { limit: request.cacheCapacity, ...options('fill'), onEvent: request.onEvent });
    return {
      addresses: examinations.map((examination) => examination.report()),
      map,
      crossNames,
      explained: request.explains ? explainFirst(examinations) : [],
      cacheCapacity,
      watch,
      connections: counts.total,
    };
  } finally {
    for (const examination of examinations) examination.close();
    balanced?.clients.close();
  }
};

interface Surroundings {
  readonly index: number;
  readonly report: AddressReport | undefined;
  readonly clientsOf: (dialled: DialledAddress) => AddressClients;
}

/** An address at which names are tried, in the protocols that it speaks. */
const namedAddress = (dialled: DialledAddress, { index, report, clientsOf }: Surroundings): NamedAddress => ({
  index,
  port: dialled.port,
  protocols: (report?.protocols ?? []).flatMap((each) => (each.state === 'negotiated' ? [each.protocol] : [])),
  clientsOf: (serverName) => clientsOf({ ...dialled, serverName }),
});
