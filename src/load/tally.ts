import { failureKey, type Failure } from '../domain/failure.ts';
import type { DeclineReason } from '../domain/judgement.ts';
import type { Mechanism } from '../domain/kind.ts';
import type { Negotiated, Outcome } from '../engine/engine.ts';
import { LatencyHistogram, type EncodedHistogram } from '../stats/histogram.ts';

/** What one worker counted in one window, as plain data that crosses threads. */
export interface TallyReport {
  readonly honoured: number;
  readonly declined: Readonly<Partial<Record<DeclineReason, number>>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly mechanisms: Readonly<Partial<Record<Mechanism, number>>>;
  readonly helloRetries: number;
  readonly tapped: number;
  readonly sessionsGiven: number;
  readonly handshakeNs: EncodedHistogram;
  readonly connectNs: EncodedHistogram;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Of the first honoured handshake. */
  readonly negotiated: Negotiated | undefined;
}

/** Counts the outcomes of one window. Only honoured handshakes enter the histograms. */
export class Tally {
  readonly #handshakeNs = new LatencyHistogram();
  readonly #connectNs = new LatencyHistogram();
  readonly #declined: Partial<Record<DeclineReason, number>> = {};
  readonly #errors: Record<string, number> = {};
  readonly #mechanisms: Partial<Record<Mechanism, number>> = {};
  #honoured = 0;
  #helloRetries = 0;
  #tapped = 0;
  #sessionsGiven = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #negotiated: Negotiated | undefined;

  honoured(outcome: Outcome): void {
    this.#finished(outcome);
    this.#honoured += 1;
    this.#handshakeNs.record(outcome.handshakeNs);
    this.#connectNs.record(outcome.connectNs);
    const { offered } = outcome.evidence;
    if (offered !== undefined) this.#mechanisms[offered] = (this.#mechanisms[offered] ?? 0) + 1;
    // Read where the hellos are: an engine may keep what was negotiated of those handshakes alone.
    if (outcome.evidence.hello !== undefined) this.#negotiated ??= outcome.negotiated();
  }

  declined(outcome: Outcome, reason: DeclineReason): void {
    this.#finished(outcome);
    this.#declined[reason] = (this.#declined[reason] ?? 0) + 1;
  }

  failed(failure: Failure): void {
    const key = failureKey(failure);
    this.#errors[key] = (this.#errors[key] ?? 0) + 1;
  }

  report(): TallyReport {
    return {
      honoured: this.#honoured,
      declined: this.#declined,
      errors: this.#errors,
      mechanisms: this.#mechanisms,
      helloRetries: this.#helloRetries,
      tapped: this.#tapped,
      sessionsGiven: this.#sessionsGiven,
      handshakeNs: this.#handshakeNs.encode(),
      connectNs: this.#connectNs.encode(),
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      negotiated: this.#negotiated,
    };
  }

  #finished(outcome: Outcome): void {
    const { hello } = outcome.evidence;
    if (hello !== undefined) this.#tapped += 1;
    if (hello?.helloRetry === true) this.#helloRetries += 1;
    this.#sessionsGiven += outcome.sessionsGiven;
    this.#bytesIn += outcome.bytesIn;
    this.#bytesOut += outcome.bytesOut;
  }
}
