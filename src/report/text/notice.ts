import { MOST_BUSY } from '../../analysis/summary/saturation.ts';
import { DECLINE_TEXT, type DeclineReason } from '../../domain/judgement.ts';
import { FAILURE_TEXT, type FailureKind } from '../../domain/failure.ts';
import type { GeneratorMend, Notice } from '../../domain/notice.ts';
import { counted, formatDuration, formatRate, formatShare, grouped } from './units.ts';
import { oneLine } from '../safe-text.ts';

/** A notice as a line: its severity and {@link noticeSentence}. */
export const noticeText = (notice: Notice): string => `${notice.severity}: ${noticeSentence(notice)}`;

/** A notice as a sentence or two: the thing, the value, and the hint where there is one. */
export const noticeSentence = (notice: Notice): string => oneLine(sentence(notice));

const sentence = (notice: Notice): string => {
  switch (notice.code) {
    case 'engine-chosen':
      return `engine ${notice.engine} performs the handshakes: ${notice.reason}.`;
    case 'cell-skipped':
      return `${notice.cell} is skipped: ${notice.reason}.`;
    case 'never-honoured':
      return `${notice.cell} was asked for and never happened: ${finished(notice.handshakes)}, none honoured${because(notice.because, '; ', declineText)}.${hintOf(notice.because)}`;
    case 'never-finished':
      return `${notice.cell} never finished a handshake${because(notice.because, ': ', failureText)}. Try the target alone first: openssl s_client -connect host:port.`;
    case 'declined-as-configured':
      return `${notice.cell} is declined as the server is configured: ${finished(notice.handshakes)}, none honoured.`;
    case 'honoured-unexpectedly':
      return `${notice.cell} was honoured ${counted(notice.honoured, 'time')} although the configuration says that the server does not offer it. Correct the state's resumption, or find out who answers there.`;
    case 'partly-declined':
      return `${notice.cell} was not always honoured: of ${finished(notice.handshakes)}${because(notice.because, ', ', declineText)}. Its latency is of the honoured ones only; its CPU holds the others too.`;
    case 'errors':
      return `${notice.cell} had connections without a finished handshake, beside ${finished(notice.handshakes)}${because(notice.because, ': ', failureText)}.`;
    case 'invalid-blocks':
      return `${notice.cell}: ${counted(notice.blocks, 'block')} of ${grouped(notice.of)} left out of the result${because(notice.because, ': ', (reason) => reason)}.`;
    case 'stateful-tickets':
      return `${notice.cell} is resumed by stateful tickets: the server keeps the state in a cache and the ticket is only its key, so it works only on servers that share that cache.`;
    case 'server-cpu-unknown':
      return `the server CPU of ${notice.state} is unknown: ${notice.reason}. Run where the server runs, as its user or root, to have it.`;
    case 'generator-saturated':
      return `the generator was the bottleneck in ${String(notice.cells.length)} of ${String(notice.of)} cells: ${bottleneckText(notice)}, so latency holds its own queueing and the rate is its own. ${mendText(notice.hints)} CPU per handshake stays true.`;
    case 'connection-limited':
      return `${notice.cell}: ${grouped(notice.connectionLimited)} of ${counted(notice.due, 'start')} waited because ${grouped(notice.concurrency)} handshakes were in flight, which is part of their response time. Where clients would not wait for each other, raise --concurrency.`;
    case 'headroom':
      return notice.what === 'files'
        ? `the connections took ${grouped(notice.used)} of ${grouped(notice.limit)} file descriptors. Raise the limit with ulimit -n before the load is raised.`
        : `the connections took ${grouped(notice.used)} of ${grouped(notice.limit)} local ports, those of ended connections included. Add local addresses with --source, or widen net.ipv4.ip_local_port_range, before the load is raised.`;
    case 'cpu-stolen':
      return `the host took up to ${formatShare(notice.share)} of this machine's CPU time for other guests in a block: latency holds it too. Measure on a host of your own, or at a quieter time.`;
    case 'evidence-conflict':
      return `${notice.cell}: in ${counted(notice.handshakes, 'handshake')} the TLS library and the plaintext hellos contradict each other; do not trust this run.`;
    case 'littles-law':
      return `${notice.cell}: the connections account for all but ${formatShare(Math.abs(notice.residual))} of the virtual clients' time; above 5 % the generator itself takes the rest. ${mendText(notice.hints)}`;
    case 'extra-round-trips':
      return `${notice.cell} took ${counted(notice.taken, 'round trip')} of ${formatDuration(notice.rttNs)} where the protocol needs ${grouped(notice.needed)}. ${extraTripMend(notice.helloRetryShare)}`;
    case 'delayed-ack':
      return `${notice.cell}: ${formatShare(notice.share)} of the handshakes took about ${grouped(notice.timerMs)} ms longer than the way and the others: the mark of Nagle's algorithm on the server against delayed acknowledgements. Set TCP_NODELAY on the server's sockets before the handshake, or send each flight in one write.`;
    case 'unanswered':
      return `${notice.cell}: ${grouped(notice.unanswered)} of ${counted(notice.asked, 'request')} had no answer; the handshakes count, and the first bytes are those of the others.`;
    case 'coarse-clock':
      return `${notice.cell}: the clock seems too coarse for handshakes so short (tinybench: ${notice.reason}), so their mean and its margin say little. Read the CPU time, or measure on another machine.`;
    case 'no-capacity':
      return `${notice.cell} kept the objective at no rate, not even at ${formatRate(notice.lowestPerSecond)}. Ask for less with --objective or --max-errors, or look at a single handshake with --load sequential.`;
    case 'capacity-of-generator':
      return `${notice.cell}: the target bears at least ${formatRate(notice.perSecond)}; above it this generator was the bottleneck. Raise --workers where cores are free, or run on another machine.`;
    case 'capacity-unconfirmed':
      return `${notice.cell}: the ${counted(notice.probes, 'probe')} contradict each other or did not come to an end, so the capacity is not confirmed: the target or the machine was disturbed. Measure again, with longer probes (--duration) or a wider --tolerance.`;
    case 'mixed-suites':
      return `${notice.protocol} was measured with different cipher suites (${notice.suites.join(', ')}): compare CPU only at equal suites. Set --ciphers to one that all states offer.`;
    case 'not-verified':
      return `the certificate of ${notice.state} was not verified, which a real client pays for. Give its authority with --cacert instead of --insecure.`;
    case 'stopped-on-errors':
      return `the run was stopped in ${notice.cell}: ${formatShare(notice.errorShare)} of its connections failed.`;
    case 'worker-lost':
      return `the run is partial: ${notice.reason} What was measured until then is kept.`;
    case 'not-saved':
      return `the run folder ${notice.folder} cannot be written: ${notice.reason}. It holds only what was saved before. Make room, or name another folder with --output.`;
    case 'interrupted':
      return `the run was interrupted after ${String(notice.blocks)} of ${String(notice.planned)} blocks; what was measured is kept.`;
    default:
      return unknownNotice(notice);
  }
};

const extraTripMend = (helloRetryShare: number): string =>
  helloRetryShare > 0.5
    ? 'The server asks for another key share each time (HelloRetryRequest): put the group that it wants first with --groups.'
    : 'Look for a certificate chain that is longer than the first congestion window (about 14 KB), or for something between here and the server that ends TCP.';

/** A record of a newer version may hold a code that this one has no words for. */
const unknownNotice = (notice: never): string => `a notice of another version of resumark: ${JSON.stringify(notice)}.`;

/** What to do about the commonest reason of a mode that never happened. */
const hintOf = (reasons: Readonly<Record<string, number>>): string => {
  const [commonest = ''] = byCount(reasons).map(([reason]) => reason);
  return Object.hasOwn(MEND, commonest) ? ` ${MEND[commonest as DeclineReason]}` : '';
};

const MEND: Readonly<Record<DeclineReason, string>> = {
  'no-session': 'Turn on session tickets or a session cache on the server, or leave the mode out with --mode.',
  refused:
    'Turn on session tickets or a session cache on the server, and share ticket keys where several answer; or leave the mode out with --mode.',
  expired: "Raise the session's lifetime on the server, or make the blocks shorter.",
  'version-changed': 'Leave the protocol out with --tls, or turn it on on the server.',
  'resumed-unasked': 'No session was offered: what answers is no plain TLS server.',
  'other-mechanism': 'Leave the mode out with --mode; the server resumes in another way.',
  'early-data-rejected': 'Turn on early data on the server, or leave the mode out with --mode.',
  'evidence-conflict': 'Something between here and the server changes the hellos, or this is a bug.',
};

const finished = (handshakes: number): string => counted(handshakes, 'finished handshake');

const bottleneckText = ({ busyShare, lateNs, workers, dropped }: Extract<Notice, { code: 'generator-saturated' }>): string => {
  const who = workers === 1 ? 'its worker' : `the busiest of its ${String(workers)} workers`;
  const late = lateNs === 0 ? '' : `, starts were late by ${formatDuration(lateNs)} (p99)`;
  const left =
    dropped === 0 ? '' : `, and ${counted(dropped, 'handshake')} that fell due ${dropped === 1 ? 'was' : 'were'} never started`;
  return `${who} was at work ${busyShare > MOST_BUSY ? '' : 'only '}${formatShare(busyShare)} of its time${late}${left}`;
};

const HINTS: Readonly<Record<GeneratorMend, string>> = {
  engine: 'let the engine be chosen (--engine auto)',
  workers: 'raise --workers where cores are free',
  machine: 'end what else runs on this machine, or take one with more free cores',
  concurrency: 'lower --concurrency',
  rate: 'lower --rate',
  over: 'raise --over',
};

const mendText = (hints: readonly GeneratorMend[]): string => {
  const text = hints.map((hint) => HINTS[hint]).join(', or ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};

/** `; 3,200 times the server refused the session, 1 time ...`, the commonest first; nothing where no reason is known. */
const because = (reasons: Readonly<Record<string, number>>, lead: string, textOf: (reason: string) => string): string => {
  const told = byCount(reasons).map(([reason, times]) => `${counted(times, 'time')} ${textOf(reason)}`);
  return told.length === 0 ? '' : `${lead}${told.join(', ')}`;
};

const byCount = (reasons: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(reasons).toSorted(([, a], [, b]) => b - a);

const declineText = (reason: string): string =>
  Object.hasOwn(DECLINE_TEXT, reason) ? DECLINE_TEXT[reason as DeclineReason] : reason;

/** @param key as `failureKey` makes it: `alert:handshake_failure`. */
const failureText = (key: string): string => {
  const [kind = '', ...detail] = key.split(':');
  const text = Object.hasOwn(FAILURE_TEXT, kind) ? FAILURE_TEXT[kind as FailureKind] : kind;
  return detail.length === 0 ? text : `${text} (${detail.join(':')})`;
};
