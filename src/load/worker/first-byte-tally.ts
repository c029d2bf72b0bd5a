import type { Outcome } from '../../engine/engine.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../stats/histogram.ts';

/** What came of the requests behind honoured handshakes, as plain data that crosses threads. */
export interface AnswersReport {
  readonly firstByteNs: EncodedHistogram;
  readonly behindNs: EncodedHistogram;
  readonly unanswered: number;
}

/** Times the answers to requests. */
export class Answers {
  readonly #firstByteNs = new LatencyHistogram();
  readonly #behindNs = new LatencyHistogram();
  #unanswered = 0;

  record({ firstByteNs, handshakeNs }: Outcome): void {
    if (firstByteNs === 0) {
      this.#unanswered += 1;
      return;
    }
    this.#firstByteNs.record(firstByteNs);
    this.#behindNs.record(Math.max(0, firstByteNs - handshakeNs));
  }

  report(): AnswersReport | undefined {
    if (this.#firstByteNs.count === 0 && this.#unanswered === 0) return undefined;
    return { firstByteNs: this.#firstByteNs.encode(), behindNs: this.#behindNs.encode(), unanswered: this.#unanswered };
  }
}
