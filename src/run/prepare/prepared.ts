import type { Protocol } from '../../domain/protocol.ts';
import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import type { Negotiated } from '../../engine/engine.ts';
import type { Fleet } from '../../load/thread-fleet.ts';
import type { DecodedScenario } from '../../scenario/decode.ts';
import type { ChosenEngine } from './choose-engine.ts';
import type { RunEvent } from '../progress/event.ts';
import type { OpenState } from './open-states.ts';
import type { RunStore } from '../files/run-folder.ts';

export interface ExecuteOptions {
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the run: the window is closed, what was measured is kept, and the run's status says `interrupted`. */
  readonly signal?: AbortSignal;
  /** Asked after the planned looks but the last: whether what was measured decides, so that the run may end early. */
  readonly isDecided?: (summary: RunSummary) => boolean;
  /** Where the run is written after each round, made by its ID; without it nothing is written. */
  readonly store?: (runId: string) => Promise<RunStore>;
}

/** Everything that is ready when measuring begins. */
export interface Prepared {
  readonly decoded: DecodedScenario;
  readonly chosen: ChosenEngine;
  readonly states: readonly OpenState[];
  /** What the preflight negotiated, by `negotiatedKey`. */
  readonly negotiated: ReadonlyMap<string, Negotiated>;
  readonly fleet: Fleet;
  readonly options: ExecuteOptions;
}

export const negotiatedKey = (state: string, protocol: Protocol): string => `${state} ${protocol}`;
