import { cellLabel } from '../domain/cell.ts';
import type { BlockPosition, RunEvent } from '../run/event.ts';
import { noticeText } from '../report/notice-text.ts';
import { formatRate, formatShare } from '../report/format.ts';
import type { Terminal } from './terminal.ts';

const CLEAR_LINE = '\r\u001B[K';

/** One plain line in so many ms where no line can be rewritten. */
const PLAIN_EVERY_MS = 5000;

/** Tells a person on stderr how a run goes: one line that is rewritten on a terminal, a plain line now and then elsewhere. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #startMs = performance.now();
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
      case 'block-started':
        this.#show(`${positionText(event.at)}  priming`);
        return;
      case 'progress':
        this.#show(`${positionText(event.at)}  ${countsText(event)}  ${this.#remainingText(event.at)}`);
        return;
      case 'notice':
        this.#line(noticeText(event.notice));
        return;
      case 'block-ended':
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

  /** Blocks take about equally long, so the time that the ended ones took tells the rest. */
  #remainingText(at: BlockPosition): string {
    if (at.index === 0) return '';
    const seconds = ((performance.now() - this.#startMs) / 1000 / at.index) * (at.blocks - at.index);
    return `about ${String(Math.ceil(seconds))} s left`;
  }
}

const startText = ({ run, folder }: Extract<RunEvent, { type: 'started' }>): string =>
  [
    `${run.name}: ${String(run.cells.length)} cells, engine ${run.engine.name} (${run.engine.library}), `,
    `${String(run.workers)} ${run.workers === 1 ? 'worker' : 'workers'}, seed ${String(run.seed)}`,
    folder === undefined ? '' : `, into ${folder}`,
  ].join('');

const positionText = ({ cells, round, rounds }: BlockPosition): string =>
  `${round < 0 ? 'warm-up' : `round ${String(round + 1)}/${String(rounds)}`}  ${cells.map(cellLabel).join(' + ')}`;

const countsText = ({ progress, elapsedMs }: Extract<RunEvent, { type: 'progress' }>): string => {
  const parts = [formatRate(elapsedMs > 0 ? (progress.finished / elapsedMs) * 1000 : undefined)];
  if (progress.finished > 0) parts.push(`${formatShare(progress.honoured / progress.finished)} honoured`);
  if (progress.errors > 0) parts.push(`${String(progress.errors)} errors`);
  return parts.join('  ');
};
