import type { ProbeProgress } from '../probe/fleet.ts';
import { counted } from '../report/text/units.ts';
import type { Terminal } from './terminal.ts';

const CLEAR_LINE = '\r\u001B[K';

/** Time between two showings. */
const EVERY_MS = 100;

const STEPS: Readonly<Record<ProbeProgress['step'], string>> = {
  reach: 'reaching',
  examine: 'examining',
  map: 'mapping',
  names: 'trying names',
};

/** Shows the progress of a probe: a line on a terminal that is rewritten, and nothing elsewhere. */
export class ProbeProgressLine {
  readonly #terminal: Terminal;
  readonly #isQuiet: boolean;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(terminal: Terminal, isQuiet: boolean) {
    this.#terminal = terminal;
    this.#isQuiet = isQuiet || !terminal.isLive;
  }

  readonly show = ({ step, connections }: ProbeProgress): void => {
    const nowMs = performance.now();
    if (this.#isQuiet || nowMs - this.#lastMs < EVERY_MS) return;
    this.#lastMs = nowMs;
    this.#isShown = true;
    this.#terminal.err(`${CLEAR_LINE}${STEPS[step]}, ${counted(connections, 'connection')}`);
  };

  clear(): void {
    if (this.#isShown) this.#terminal.err(CLEAR_LINE);
    this.#isShown = false;
  }
}
