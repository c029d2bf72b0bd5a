import type { Faults, Moment } from '../../../scenario/fault-fields.ts';
import { seededRandom, type Random } from '../../../stats/random.ts';
import { alertNumber } from '../../../tls/alert.ts';

/** A fault that strikes one connection. */
export type Fault =
  | { readonly kind: 'stall'; readonly ns: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'half-close' }
  | { readonly kind: 'alert'; readonly description: number };

/** The bites in which a connection is read. */
export interface SlowReading {
  /** Most bytes of one. */
  readonly bite: number;
  readonly pauseNs: number;
}

/** The faults of one connection. */
export interface Misfortune {
  readonly at: Readonly<Partial<Record<Moment, Fault>>>;
  readonly slowReading: SlowReading | undefined;
}

/** Of a connection that nothing strikes; all share it. */
export const NO_MISFORTUNE: Misfortune = { at: {}, slowReading: undefined };

interface Chance {
  readonly share: number;
}

/** Draws the faults of one connection after the other. */
export class FaultSource {
  readonly #faults: Faults;
  readonly #random: Random;
  /** Faults of a moment, those that end a connection first. */
  readonly #possible: readonly (Chance & { readonly at: Moment; readonly fault: Fault })[];

  constructor(faults: Faults) {
    this.#faults = faults;
    this.#random = seededRandom(faults.seed);
    const { reset, alert, halfClose, stall } = faults;
    this.#possible = [
      reset === undefined ? [] : [{ ...reset, fault: { kind: 'reset' as const } }],
      alert === undefined ? [] : [{ ...alert, fault: { kind: 'alert' as const, description: alertNumber(alert.description) } }],
      halfClose === undefined ? [] : [{ ...halfClose, fault: { kind: 'half-close' as const } }],
      stall === undefined ? [] : [{ ...stall, fault: { kind: 'stall' as const, ns: stall.time * 1e6 } }],
    ].flat();
  }

  /** Time by which the next handshake is delayed beyond the fixed delay. */
  jitterNs(): number {
    const { jitter } = this.#faults;
    return jitter === 0 ? 0 : this.#random() * jitter * 1e6;
  }

  /** Draws what strikes the next connection. */
  draw(): Misfortune {
    const { slowReader } = this.#faults;
    if (this.#possible.length === 0 && slowReader === undefined) return NO_MISFORTUNE;
    const at: Partial<Record<Moment, Fault>> = {};
    for (const possible of this.#possible) if (this.#strikes(possible)) at[possible.at] ??= possible.fault;
    const isSlow = slowReader !== undefined && this.#strikes(slowReader);
    if (!isSlow && Object.keys(at).length === 0) return NO_MISFORTUNE;
    return { at, slowReading: isSlow ? { bite: slowReader.bite, pauseNs: slowReader.pause * 1e6 } : undefined };
  }

  givesStrangeTicket(): boolean {
    const { strangeTickets } = this.#faults;
    return strangeTickets > 0 && this.#random() < strangeTickets;
  }

  #strikes({ share }: Chance): boolean {
    return this.#random() < share;
  }
}
