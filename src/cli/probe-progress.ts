import type { ProbeProgress } from '../probe/fleet.ts';
import type { ProbePlan } from '../run/studies/probe.ts';
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
  watch: 'watching',
  fill: 'filling caches',
};

/** Says how much a probe is about to do, and shows on a terminal how far it is. */
export class ProbeProgressLine {
  readonly #terminal: Terminal;
  readonly #isQuiet: boolean;
  #lastMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(terminal: Terminal, isQuiet: boolean) {
    this.#terminal = terminal;
    this.#isQuiet = isQuiet;
  }

  readonly start = ({ addresses, connections, perSecond }: ProbePlan): void => {
    if (this.#isQuiet) return;
    const each = addresses === 1 ? 'to it' : 'to each';
    const most = `at most ${counted(connections, 'connection')} ${each} and ${counted(Math.round(perSecond), 'connection')} a second`;
    this.#terminal.err(`probing ${counted(addresses, 'address', 'addresses')}, ${most}\n`);
  };

  readonly show = ({ step, connections }: ProbeProgress): void => {
    const nowMs = performance.now();
    if (this.#isQuiet || !this.#terminal.isLive || nowMs - this.#lastMs < EVERY_MS) return;
    this.#lastMs = nowMs;
    this.#isShown = true;
    this.#terminal.err(`${CLEAR_LINE}${STEPS[step]}, ${counted(connections, 'connection')}`);
  };

  /** Prints a line that stays, on a terminal and elsewhere. */
  readonly note = (line: string): void => {
    if (this.#isQuiet) return;
    this.clear();
    this.#terminal.err(`${line}\n`);
  };

  clear(): void {
    if (this.#isShown) this.#terminal.err(CLEAR_LINE);
    this.#isShown = false;
  }
}
