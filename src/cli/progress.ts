import type { RunEvent } from '../run/progress/event.ts';
import { noticeText } from '../report/text/notice.ts';
import { leftText, positionText, progressText } from './progress-text.ts';
import { Remaining } from './remaining.ts';
import type { Terminal } from './terminal.ts';

const CLEAR_LINE = '\r\u001B[K';

/** Interval of the plain lines that replace a rewritten line where there is no terminal. */
const PLAIN_EVERY_MS = 5000;

/**
 * Shows the progress of a run on stderr: one line that is rewritten on a terminal, a plain line now
 * and then elsewhere.
 */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #remaining = new Remaining(performance.now());
  #lastPlainMs = Number.NEGATIVE_INFINITY;
  #isShown = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  readonly onEvent = (event: RunEvent): void => {
    switch (event.type) {
      case 'started':
        this.#line(startText(event));
        return;
      case 'window-started':
        this.#remaining.begin(performance.now());
        return;
      case 'progress':
        this.#show([positionText(event.at), progressText(event), this.#leftText(event)].join('  ').trimEnd());
        return;
      case 'notice':
        this.#line(noticeText(event.notice));
        return;
      case 'window-ended':
        this.#remaining.end(event.at, performance.now());
        return;
      case 'ended':
        this.clear();
        return;
    }
  };

  clear(): void {
    if (this.#isShown) this.#terminal.err(CLEAR_LINE);
    this.#isShown = false;
  }

  #show(text: string): void {
    if (this.#terminal.isLive) {
      this.#terminal.err(`${CLEAR_LINE}${text.slice(0, this.#terminal.columns || 120)}`);
      this.#isShown = true;
      return;
    }
    if (performance.now() - this.#lastPlainMs < PLAIN_EVERY_MS) return;
    this.#lastPlainMs = performance.now();
    this.#terminal.err(`${text}\n`);
  }

  #line(text: string): void {
    this.clear();
    this.#terminal.err(`${text}\n`);
  }

  #leftText({ at, phase, elapsedMs, asked, progress, recent }: Extract<RunEvent, { type: 'progress' }>): string {
    const behind = asked === undefined ? 0 : Math.max(0, asked.due - progress.begun);
    const behindMs = behind === 0 || !recent.ratePerSecond ? 0 : (behind / recent.ratePerSecond) * 1000;
    const open = { doneMs: phase.name === 'window' ? elapsedMs : 0, behindMs };
    return leftText(this.#remaining.leftMs(at, open, performance.now()));
  }
}

const startText = ({ run, folder }: Extract<RunEvent, { type: 'started' }>): string =>
  [
    `${run.name}: ${String(run.cells.length)} ${run.cells.length === 1 ? 'cell' : 'cells'}, engine ${run.engine.name} (${run.engine.library}), `,
    `${String(run.workers)} ${run.workers === 1 ? 'worker' : 'workers'}, seed ${String(run.seed)}`,
    folder === undefined ? '' : `, writing to ${folder}`,
  ].join('');
