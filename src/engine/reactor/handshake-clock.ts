import type { HandshakeSplit } from '../engine.ts';

/** A stamp that lies outside of what is possible by less than this is only as exact as the clocks are. */
const TOLERANCE_NS = 20_000;

/**
 * Keeps the times of one connection, from its ClientHello on: those of our own clock, and those of a
 * client that reads each byte at the moment of its arrival.
 *
 * That client waits from the moment a flight is sent until the answer arrives, or until it has
 * worked on what arrived before, whichever is later. What lies between arrival and our reading is our
 * own queue and part of neither.
 */
export class HandshakeClock implements HandshakeSplit {
  /** Time at which the ClientHello was sent. */
  helloNs = 0;
  waitNs = 0;
  clientNs = 0;
  queueNs = 0;
  /** Time of our own clock at which the handshake was over. */
  finishedNs = 0;
  /** False once an arrival was not stamped, or impossibly. */
  isStamped = false;

  /** Time of our own clock at which our last work was over. */
  #doneNs = 0;
  #readNs = 0;
  #sentNs = 0;
  /** Time at which the undelayed client would be where we are. */
  #virtualNs = 0;
  #waitedNs = 0;
  #workedNs = 0;

  /** Time from the ClientHello until now by our own clock, our queue included. */
  get elapsedNs(): number {
    return this.#doneNs - this.helloNs;
  }

  /** Time from the ClientHello until now, without our queue where every arrival was stamped. */
  get latencyNs(): number {
    return this.isStamped ? this.#waitedNs + this.#workedNs : this.elapsedNs;
  }

  /** Time from the end of the handshake until now, without our queue where every arrival was stamped. */
  get sinceFinishNs(): number {
    const { waitNs, clientNs } = this;
    return this.isStamped ? this.#waitedNs - waitNs + this.#workedNs - clientNs : this.#doneNs - this.finishedNs;
  }

  /** Begins anew, right before the ClientHello is sent. */
  begin(nowNs: number): void {
    this.helloNs = nowNs;
    this.#doneNs = nowNs;
    this.#sentNs = nowNs;
    this.#virtualNs = nowNs;
    this.#waitedNs = 0;
    this.#workedNs = 0;
    this.isStamped = true;
  }

  /** Notes bytes that were read. @param arrivalNs NaN where it is not known. */
  read(arrivalNs: number, readNs: number): void {
    this.#readNs = readNs;
    const isPossible = arrivalNs > this.#sentNs - TOLERANCE_NS && arrivalNs < readNs + TOLERANCE_NS;
    if (!isPossible) this.isStamped = false;
    const arrivedNs = Math.min(arrivalNs, readNs);
    if (!(arrivedNs > this.#virtualNs)) return;
    this.#waitedNs += arrivedNs - this.#virtualNs;
    this.#virtualNs = arrivedNs;
  }

  /** Notes that what was read is worked off. @param isSent whether a flight of ours goes out now. */
  worked(nowNs: number, isSent: boolean): void {
    const workNs = nowNs - this.#readNs;
    this.#workedNs += workNs;
    this.#virtualNs = isSent ? nowNs : this.#virtualNs + workNs;
    if (isSent) this.#sentNs = nowNs;
    this.#doneNs = nowNs;
  }

  /** Keeps the parts as they are at the end of the handshake: what comes later is none of it. */
  finish(): void {
    this.waitNs = this.#waitedNs;
    this.clientNs = this.#workedNs;
    this.queueNs = Math.max(0, this.elapsedNs - this.latencyNs);
    this.finishedNs = this.#doneNs;
  }
}
