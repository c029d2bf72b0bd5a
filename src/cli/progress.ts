import type { RunEvent } from '../run/progress/event.ts';
import { eventText } from '../report/text/events.ts';
import { counted } from '../report/text/units.ts';
import { noticeText } from '../report/text/notice.ts';
import { fittedLine, leftText, planText, positionText, progressTexts } from './progress-text.ts';
import { Remaining } from './remaining.ts';
import type { Terminal } from './terminal.ts';

const CLEAR_LINE = '\r\u001B[K';

/** Interval of the plain lines that replace a rewritten line where there is no terminal. */
const PLAIN_EVERY_MS = 5000;

/** Width where a terminal does not tell its own. */
const USUAL_COLUMNS = 80;

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
        this.#show([positionText(event.at), this.#leftText(event), ...progressTexts(event)]);
        return;
      case 'server-event':
        this.#line(eventText(event.event));
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

  #show(parts: readonly string[]): void {
    if (this.#terminal.isLive) {
      this.#terminal.err(`${CLEAR_LINE}${fittedLine(parts, this.#terminal.errColumns || USUAL_COLUMNS)}`);
      this.#isShown = true;
      return;
    }
    if (performance.now() - this.#lastPlainMs < PLAIN_EVERY_MS) return;
    this.#lastPlainMs = performance.now();
    this.#terminal.err(`${fittedLine(parts, Number.POSITIVE_INFINITY)}\n`);
  }

  #line(text: string): void {
    this.clear();
    this.#terminal.err(`${text}\n`);
  }

  #leftText({ at, phase, elapsedMs, asked, progress, recent }: Extract<RunEvent, { type: 'progress' }>): string {
    const behind = asked === undefined ? 0 : Math.max(0, asked.due - progress.begun);
    const behindMs = behind === 0 || !recent.ratePerSecond ? 0 : (behind / recent.ratePerSecond) * 1000;
    const open = { doneMs: phase.name === 'window' ? elapsedMs : 0, behindMs };
    return leftText(this.#remaining.left(at, open, performance.now()));
  }
}

const startText = ({ run, folder, plan }: Extract<RunEvent, { type: 'started' }>): string =>
  [
    `${run.name}: ${planText(plan, run.cells.length)}`,
    `engine ${run.engine.name} (${run.engine.library}), ${counted(run.workers, 'worker')}, seed ${String(run.seed)}${folder === undefined ? '' : `, writing to ${folder}`}`,
  ].join('\n');
