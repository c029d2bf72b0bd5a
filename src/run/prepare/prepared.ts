import type { GateDecision } from '../../domain/gate.ts';
import type { Protocol } from '../../domain/protocol.ts';
import type { RunSummary } from '../../analysis/summary/run-summary.ts';
import type { Ending } from '../../domain/run-record.ts';
import type { Engine, Negotiated } from '../../engine/engine.ts';
import type { LoadGenerator } from '../../load/load-generator.ts';
import type { LoadSource } from '../../load/load-source.ts';
import type { DecodedScenario } from '../../scenario/decode.ts';
import type { Expansion } from '../../scenario/expand.ts';
import type { RunStore } from '../files/run-folder.ts';
import type { HandshakeAccount } from '../handshake-account.ts';
import type { RunEvent } from '../progress/event.ts';
import type { ChosenEngine } from './choose-engine.ts';
import type { OpenState } from './open-states.ts';
import type { PreparedCell } from './prepare-cells.ts';
import type { ServerEvent } from './server-events.ts';

/** Options of a run, beside its scenario. */
export interface RunOptions {
  /** Called as things happen; it must not throw. */
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the run: the window is closed, what was measured is kept, and the run's status says `interrupted`. */
  readonly signal?: AbortSignal;
  /** Asked after the planned interim looks: true ends the run early, since what was measured decides. */
  readonly isDecided?: (summary: RunSummary) => boolean;
  /** Judges the run when it has ended: the decision becomes part of its record, and of what is rendered of it. */
  readonly judge?: (summary: RunSummary) => GateDecision;
  /** The command line that asks for the run, to be kept in its record. */
  readonly command?: readonly string[];
  /** Makes the store that the run is written to after each round, by the run's ID; without it nothing is written. */
  readonly store?: (runId: string) => Promise<RunStore>;
  /** The machines that load; worker threads of this process when not given. */
  readonly loadFrom?: LoadSource;
}

/** Everything that is ready when measuring begins. */
export interface Prepared {
  readonly decoded: DecodedScenario;
  readonly expansion: Expansion;
  readonly states: readonly OpenState[];
  readonly cells: readonly PreparedCell[];
  readonly chosen: Pick<ChosenEngine, 'reason' | 'obstacles'> & {
    readonly engine: Pick<Engine, 'name' | 'library' | 'tellsTurns' | 'readsEveryHello'>;
  };
  /** Results of the preflight, by `negotiatedKey`. */
  readonly negotiated: ReadonlyMap<string, Negotiated>;
  readonly ending: Ending;
  /** Handshakes so far, by state. */
  readonly account: HandshakeAccount;
  /** What will be done to the servers of states in the middle of windows. */
  readonly events: readonly ServerEvent[];
  /** In which the cells have been opened. */
  readonly generator: LoadGenerator;
  readonly options: RunOptions;
}

export const negotiatedKey = (state: string, protocol: Protocol): string => `${state} ${protocol}`;
