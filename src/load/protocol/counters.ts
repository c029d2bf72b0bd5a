import { LIVE_LATENCY_WORDS, LiveLatency } from './live-latency.ts';

/** Slots of the memory that a worker shares with its fleet: no message is sent inside the window. */
const FINISHED = 0;
const HONOURED = 1;
const ERRORS = 2;
const IN_FLIGHT = 3;
const CONTROL = 4;
const BEGUN = 5;
const RESTED = 6;
/**
 * Failures of connections that were refused again, and for how long the target has refused all of
 * them.
 */
const REFUSED_AGAIN = 7;
const REFUSED = 8;
const SLOTS = 9;

/** A slot holds 2^31: six hours of this many ns. */
const TIME_UNIT_NS = 10_000;

/** `drain` starts no more handshakes, `cancel` also drops those in flight. */
export type Control = 'run' | 'drain' | 'cancel';

export const CONTROLS = ['run', 'drain', 'cancel'] as const satisfies readonly Control[];

/** One worker's counters. Single writer per slot; the other side only reads. */
export class Counters {
  readonly #slots: Int32Array;
  /** Handshake times of this window so far, coarsely. */
  readonly latency: LiveLatency;

  constructor(buffer = new SharedArrayBuffer((SLOTS + LIVE_LATENCY_WORDS) * Int32Array.BYTES_PER_ELEMENT)) {
    this.#slots = new Int32Array(buffer, 0, SLOTS);
    this.latency = new LiveLatency(new Int32Array(buffer, SLOTS * Int32Array.BYTES_PER_ELEMENT, LIVE_LATENCY_WORDS));
  }

  get buffer(): SharedArrayBuffer {
    return this.#slots.buffer as SharedArrayBuffer;
  }

  get finished(): number {
    return Atomics.load(this.#slots, FINISHED);
  }

  get honoured(): number {
    return Atomics.load(this.#slots, HONOURED);
  }

  get errors(): number {
    return Atomics.load(this.#slots, ERRORS);
  }

  get inFlight(): number {
    return Atomics.load(this.#slots, IN_FLIGHT);
  }

  /** Measured starts. */
  get begun(): number {
    return Atomics.load(this.#slots, BEGUN);
  }

  get restedNs(): number {
    return Atomics.load(this.#slots, RESTED) * TIME_UNIT_NS;
  }

  /** Errors that are not the first of a time in which the target refuses connections. */
  get refusedAgain(): number {
    return Atomics.load(this.#slots, REFUSED_AGAIN);
  }

  /** Time for which the target has refused every connection; 0 when it answers. */
  get refusedNs(): number {
    return Atomics.load(this.#slots, REFUSED) * TIME_UNIT_NS;
  }

  get control(): Control {
    return CONTROLS[Atomics.load(this.#slots, CONTROL)] ?? 'cancel';
  }

  set control(control: Control) {
    Atomics.store(this.#slots, CONTROL, CONTROLS.indexOf(control));
  }

  countStart(): void {
    Atomics.add(this.#slots, IN_FLIGHT, 1);
  }

  countBegun(): void {
    Atomics.add(this.#slots, BEGUN, 1);
  }

  /** @param ns all the rest so far. */
  tellRest(ns: number): void {
    Atomics.store(this.#slots, RESTED, Math.floor(ns / TIME_UNIT_NS));
  }

  /** @param refusedNs time for which the target has refused every connection by now. */
  tellRefusal(refusal: 'first' | 'again' | 'over', refusedNs: number): void {
    if (refusal === 'again') Atomics.add(this.#slots, REFUSED_AGAIN, 1);
    Atomics.store(this.#slots, REFUSED, Math.ceil(refusedNs / TIME_UNIT_NS));
  }

  countFinished(isHonoured: boolean): void {
    Atomics.sub(this.#slots, IN_FLIGHT, 1);
    Atomics.add(this.#slots, FINISHED, 1);
    if (isHonoured) Atomics.add(this.#slots, HONOURED, 1);
  }

  countError(): void {
    Atomics.sub(this.#slots, IN_FLIGHT, 1);
    Atomics.add(this.#slots, ERRORS, 1);
  }

  /** Starts a block. The control stays: an interrupt between two blocks must not be lost. */
  reset(): void {
    for (const slot of [FINISHED, HONOURED, ERRORS, IN_FLIGHT, BEGUN, RESTED, REFUSED_AGAIN, REFUSED])
      Atomics.store(this.#slots, slot, 0);
    this.latency.reset();
  }
}
