import { setMaxListeners } from 'node:events';
import type { AddressReport, FleetMap } from '../domain/probe-record.ts';
import type { Protocol } from '../domain/protocol.ts';
import type { Attempt, Engine } from '../engine/engine.ts';
import { performScripts, type ScriptPace } from '../engine/script.ts';
import { sumOf } from '../stats/descriptive.ts';
import { AddressClients, type CommonSettings } from './clients.ts';
import { Examination, type ProbedAddress } from './examination.ts';
import { greet } from './greeting.ts';
import { mapFleet } from './map.ts';
import { eachPaced } from './paced.ts';

/** Everything that a probe needs to know before it dials. */
export interface FleetRequest {
  readonly addresses: readonly (ProbedAddress & { readonly serverName: string | undefined })[];
  readonly protocols: readonly Protocol[];
  readonly tries: number;
  readonly mapOnly: boolean;
  readonly verifies: boolean;
  readonly common: CommonSettings;
  readonly pace: ScriptPace;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: ProbeProgress) => void;
}

/** The step that a probe is at, for whoever waits. */
export interface ProbeProgress {
  readonly step: 'reach' | 'examine' | 'map';
  readonly connections: number;
}

export interface FleetFound {
  readonly addresses: AddressReport[];
  readonly map: FleetMap | null;
}

/** Probes all addresses side by side: whether they answer, what they negotiate and resume, and which resumes the sessions of which. */
export const probeFleet = async (engine: Engine, request: FleetRequest): Promise<FleetFound> => {
  const { addresses, common, signal, pace } = request;
  // Every connection listens to it.
  if (signal !== undefined) setMaxListeners(0, signal);
  const examinations = addresses.map(
    ({ serverName, ...address }) =>
      new Examination(address, new AddressClients(engine, { ...common, ...address, serverName }), { ...request, serverName }),
  );
  const examinationAt = new Map(examinations.map((examination) => [keyOf(examination.address), examination]));
  const tell = (step: ProbeProgress['step']): void => {
    request.onProgress({ step, connections: sumOf(examinations, ({ connections }) => connections) });
  };
  const countIn =
    (step: ProbeProgress['step']) =>
    (attempt: Attempt): void => {
      const dialled = examinationAt.get(keyOf(attempt.client.settings));
      if (dialled !== undefined) dialled.connections += 1;
      tell(step);
    };
  try {
    await eachPaced(examinations, { ...pace, signal }, async (examination) => {
      await examination.reach((hello) => greet(hello, { ...common, signal }));
      tell('reach');
    });
    const reachable = examinations.filter(({ isReachable }) => isReachable);
    const scripts = reachable.map((examination) => examination.script());
    await performScripts(engine, scripts, { ...pace, signal, onSettled: countIn('examine') });
    const map = await mapFleet(engine, examinations, { ...pace, signal, tries: request.tries, onSettled: countIn('map') });
    return { addresses: examinations.map((examination) => examination.report()), map };
  } finally {
    for (const examination of examinations) examination.close();
  }
};

const keyOf = ({ address, port }: Pick<ProbedAddress, 'address' | 'port'>): string => `${address} ${String(port)}`;
