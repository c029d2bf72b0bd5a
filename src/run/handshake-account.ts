import type { FinishedCounts } from '../domain/block-counts.ts';
import { sumOf } from '../stats/descriptive.ts';
import type { BlockRecord } from '../domain/run-record.ts';
import type { Attempt, Outcome } from '../engine/engine.ts';
import type { Endpoint } from '../target/endpoints.ts';
import type { OpenState } from './prepare/open-states.ts';

/** Handshakes with a server as this side has them, whatever they were for. */
interface OwnCounts extends FinishedCounts {
  /** Connections that failed: the server may have finished their handshake all the same. */
  readonly failed: number;
}

const NONE: OwnCounts = { full: 0, resumed: 0, failed: 0 };

/**
 * Keeps account of every handshake that reaches the server of a state: those of the preparation, of priming and of discarded windows
 * too. The server's own account must come to the same.
 */
export class HandshakeAccount {
  readonly #states: readonly OpenState[];
  readonly #counts = new Map<string, OwnCounts>();

  constructor(states: readonly OpenState[]) {
    this.#states = states;
  }

  /** Counts one handshake of the preparation. */
  readonly note = ({ client: { settings }, sendsRequest }: Attempt, { failure, evidence }: Outcome): void => {
    const state = this.#states.find((one) => isOf(one, settings));
    if (state === undefined || (state.countsRequests && !sendsRequest)) return;
    const isFinished = failure === undefined;
    this.#add(state.label, {
      full: isFinished && !evidence.resumed ? 1 : 0,
      resumed: isFinished && evidence.resumed ? 1 : 0,
      failed: isFinished ? 0 : 1,
    });
  };

  /** Counts everything in a block of a state, and what primed it. */
  add(label: string, { finished, errors, firstByte, primed }: BlockRecord): void {
    const failures = [...Object.values(errors), ...Object.values(primed.errors), firstByte?.unanswered ?? 0];
    this.#add(label, {
      full: finished.full + primed.finished.full,
      resumed: finished.resumed + primed.finished.resumed,
      failed: sumOf(failures, (count) => count),
    });
  }

  of(label: string): OwnCounts {
    return this.#counts.get(label) ?? NONE;
  }

  #add(label: string, { full, resumed, failed }: OwnCounts): void {
    const before = this.of(label);
    this.#counts.set(label, {
      full: before.full + full,
      resumed: before.resumed + resumed,
      failed: before.failed + failed,
    });
  }
}

/** True for the address of a state, and for those of the nodes behind it, which the preparation dials too. */
const isOf = (state: OpenState, dialled: Endpoint): boolean =>
  [state, ...(state.fleet?.nodes ?? [])].some(({ address, port }) => address === dialled.address && port === dialled.port);
