import type { Outcome } from '../../engine/engine.ts';
import { LatencyHistogram, type EncodedHistogram } from '../../stats/histogram.ts';

/** What came of the requests behind honoured handshakes, as plain data that crosses threads. */
export interface FirstByteReport {
  readonly firstByteNs: EncodedHistogram;
  readonly firstByteAfterHandshakeNs: EncodedHistogram;
  readonly unanswered: number;
}

/** Times the first bytes of answers to requests. */
export class FirstByteTally {
  readonly #firstByteNs = new LatencyHistogram();
  readonly #firstByteAfterHandshakeNs = new LatencyHistogram();
  #unanswered = 0;

  record({ firstByteNs, handshakeNs }: Outcome): void {
    if (firstByteNs === 0) {
      this.#unanswered += 1;
      return;
    }
    this.#firstByteNs.record(firstByteNs);
    this.#firstByteAfterHandshakeNs.record(Math.max(0, firstByteNs - handshakeNs));
  }

  report(): FirstByteReport | undefined {
    if (this.#firstByteNs.count === 0 && this.#unanswered === 0) return undefined;
    return {
      firstByteNs: this.#firstByteNs.encode(),
      firstByteAfterHandshakeNs: this.#firstByteAfterHandshakeNs.encode(),
      unanswered: this.#unanswered,
    };
  }
}
