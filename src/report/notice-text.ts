import { DECLINE_TEXT, type DeclineReason } from '../domain/judgement.ts';
import { FAILURE_TEXT, type FailureKind } from '../domain/failure.ts';
import type { Notice } from '../domain/notice.ts';
import { formatShare, grouped } from './format.ts';
import { oneLine } from './safe-text.ts';

/** A notice as a sentence: the thing, the value, and the mend where there is one. */
export const noticeText = (notice: Notice): string => oneLine(`${notice.severity}: ${sentence(notice)}`);

const sentence = (notice: Notice): string => {
  switch (notice.code) {
    case 'engine-chosen':
      return `engine ${notice.engine} performs the handshakes: ${notice.reason}.`;
    case 'cell-skipped':
      return `${notice.cell} is skipped: ${notice.reason}.`;
    case 'never-honoured':
      return `${notice.cell} was asked for and never happened: ${counted(notice.handshakes)}, none honoured; ${because(notice.because)}.`;
    case 'declined-as-configured':
      return `${notice.cell} is declined as the server is configured: ${counted(notice.handshakes)}, none honoured.`;
    case 'honoured-unexpectedly':
      return `${notice.cell} was honoured ${grouped(notice.honoured)} times although the configuration says that the server does not offer it.`;
    case 'partly-declined':
      return `${notice.cell} was not always honoured: of ${counted(notice.handshakes)}, ${because(notice.because)}.`;
    case 'errors':
      return `${notice.cell} had connections without a finished handshake, beside ${counted(notice.handshakes)}: ${because(notice.because)}.`;
    case 'stateful-tickets':
      return `${notice.cell} is resumed by stateful tickets: the server keeps the state in a cache and the ticket is only its key.`;
    case 'server-cpu-unknown':
      return `the server CPU of ${notice.state} is unknown: ${notice.reason}.`;
    case 'generator-saturated':
      return `the generator was the bottleneck in ${String(notice.cells.length)} of ${String(notice.of)} cells: it used up to ${formatShare(notice.cpuShare)} of its ${workersText(notice.workers)}, so latency holds its own queueing and the rate is its own. Lower --concurrency, or raise --workers where cores are free. CPU per handshake stays true.`;
    case 'evidence-conflict':
      return `${notice.cell}: in ${grouped(notice.handshakes)} handshakes the TLS library and the plaintext hellos contradict each other; do not trust this run.`;
    case 'littles-law':
      return `${notice.cell}: the connections account for all but ${formatShare(Math.abs(notice.residual))} of the virtual clients' time; above 5 % the generator itself takes the rest.`;
    case 'mixed-suites':
      return `${notice.protocol} was measured with different cipher suites (${notice.suites.join(', ')}): compare CPU only at equal suites.`;
    case 'not-verified':
      return `the certificate of ${notice.state} was not verified, which a real client pays for.`;
    case 'stopped-on-errors':
      return `the run was stopped in ${notice.cell}: ${formatShare(notice.errorShare)} of its connections failed.`;
    case 'interrupted':
      return `the run was interrupted after ${String(notice.blocks)} of ${String(notice.planned)} blocks; what was measured is kept.`;
  }
};

const counted = (handshakes: number): string =>
  `${grouped(handshakes)} finished ${handshakes === 1 ? 'handshake' : 'handshakes'}`;

const workersText = (workers: number): string => (workers === 1 ? 'worker thread' : `${String(workers)} worker threads`);

const because = (reasons: Readonly<Record<string, number>>): string =>
  Object.entries(reasons)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, times]) => `${grouped(times)} times ${reasonText(reason)}`)
    .join(', ');

/** A decline reason, or a failure's key such as `alert:handshake_failure`. */
const reasonText = (reason: string): string => {
  if (Object.hasOwn(DECLINE_TEXT, reason)) return DECLINE_TEXT[reason as DeclineReason];
  const [kind = '', ...detail] = reason.split(':');
  const text = Object.hasOwn(FAILURE_TEXT, kind) ? FAILURE_TEXT[kind as FailureKind] : kind;
  return detail.length === 0 ? text : `${text} (${detail.join(':')})`;
};
