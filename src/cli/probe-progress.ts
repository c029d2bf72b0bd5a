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
  watch: 'watching',
  fill: 'filling caches',
};

/** Shows the progress of a probe: a line on a terminal that is rewritten, and nothing elsewhere. */
export class ProbeProgressLine {
  readonly #terminal: Terminal;
  readonly #isSilent: boolean;
  readonly #isQuiet: boolean;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(terminal: Terminal, isQuiet: boolean) {
    this.#terminal = terminal;
    this.#isSilent = isQuiet;
    this.#isQuiet = isQuiet || !terminal.isLive;
  }

  readonly show = ({ step, connections }: ProbeProgress): void => {
    const nowMs = performance.now();
    if (this.#isQuiet || nowMs - this.#lastMs < EVERY_MS) return;
    this.#lastMs = nowMs;
    this.#isShown = true;
    this.#terminal.err(`${CLEAR_LINE}${STEPS[step]}, ${counted(connections, 'connection')}`);
  };

  /** Prints a line that stays, on a terminal and elsewhere. */
  readonly note = (line: string): void => {
    if (this.#isSilent) return;
    this.clear();
    this.#terminal.err(`${line}\n`);
  };

  clear(): void {
    if (this.#isShown) this.#terminal.err(CLEAR_LINE);
    this.#isShown = false;
  }
}
