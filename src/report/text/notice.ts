import { MOST_BUSY } from '../../analysis/summary/saturation.ts';
import { MOST_RESIDUAL } from '../../analysis/judging-rules.ts';
import { DECLINE_TEXT, type DeclineReason } from '../../domain/judgement.ts';
import type { GeneratorHint, Notice } from '../../domain/notice.ts';
import { CPU_ABSENCE_TEXT, type CpuAbsence } from '../../domain/server-cpu.ts';
import { countsText } from './accounts.ts';
import { failureText } from './failure.ts';
import { counted, formatDuration, formatRate, formatShare, grouped } from './units.ts';
import { oneLine } from '../safe-text.ts';

/** A notice as a line: its severity and {@link noticeSentence}. */
export const noticeText = (notice: Notice): string => `${notice.severity}: ${noticeSentence(notice)}`;

/** A notice as a sentence or two: the subject, the value, and the hint where there is one. */
export const noticeSentence = (notice: Notice): string => oneLine(sentence(notice));

const sentence = (notice: Notice): string => {
  switch (notice.code) {
    case 'engine-chosen':
      return `engine ${notice.engine} performs the handshakes: ${notice.reason}.`;
    case 'one-at-a-time':
      return 'one handshake was in flight at a time, because the run was judged: with more, they wait for each other, and a verdict would be on that queue. Set --concurrency to judge another load.';
    case 'cell-skipped':
      return `${notice.cell} is skipped: ${notice.reason}.`;
    case 'never-honoured':
      return `${notice.cell} was requested but never honoured: ${finished(notice.handshakes)}${because(notice.because, '; ', declineText)}.${hintOf(notice.because)}`;
    case 'never-finished':
      return notice.whenOffered
        ? `${notice.cell} never finished a handshake: the server breaks off those in which a session is offered${because(notice.because, ': ', failureText)}. Full ones succeed. ${DECLINE_HINTS['session-broken-off']}`
        : `${notice.cell} never finished a handshake${because(notice.because, ': ', failureText)}. Try the target alone first: openssl s_client -connect host:port.`;
    case 'declined-as-configured':
      return `${notice.cell} was never honoured in ${finished(notice.handshakes)}, as expected from the state's configuration.`;
    case 'partly-as-configured':
      return `${notice.cell} was honoured in ${formatShare(notice.honoured / notice.handshakes)} of ${finished(notice.handshakes)}, as expected from the state's configuration (${formatShare(notice.expectedShare)}): a session is accepted where it was made and by the nodes that share its key or cache, and declined by the others. Its latency covers the honoured ones only; its CPU time includes the others.`;
    case 'honoured-unexpectedly':
      return `${notice.cell} was honoured ${counted(notice.honoured, 'time')} although the state's configuration says that the server does not offer it. Correct resumption in the scenario, or check which server answers.`;
    case 'partly-declined':
      return `${notice.cell} was not always honoured: of ${finished(notice.handshakes)}${because(notice.because, ', ', declineText)}. Its latency covers the honoured ones only; its CPU time includes the others.`;
    case 'errors':
      return `${notice.cell} had connections without a finished handshake, in addition to ${finished(notice.handshakes)}${because(notice.because, ': ', failureText)}.`;
    case 'invalid-blocks':
      return `${notice.cell}: ${grouped(notice.blocks)} of ${counted(notice.of, 'block')} left out of the result${because(notice.because, ': ', (reason) => reason)}.`;
    case 'backed-off':
      return `${notice.cell}: ${counted(notice.refused, 'connection')} could not be made because the target refused or was unreachable. After each the generator waited 1 to 100 ms before it used that place again, longer while this went on; the rate includes these waits.`;
    case 'stateful-tickets':
      return `${notice.cell} is resumed by stateful tickets: the ticket is only a key into a cache on the server, so only servers that share this cache can resume it.`;
    case 'server-cpu-unknown':
      return `the server CPU of ${notice.state} is unknown${inBlocks(notice)}: ${cpuAbsenceText(notice.reason)}.`;
    case 'server-forwards':
      return `the server of ${notice.state} opened a connection to ${notice.to.join(' or ')} for each one that it accepted: its CPU is without that of the servers there. If it only forwards, measure these as targets of their own.`;
    case 'cpu-throttled':
      return `${notice.state === undefined ? 'this generator' : `the server of ${notice.state}`} may use ${String(notice.cores)} cores (cgroup) and had to wait for CPU time in up to ${formatShare(notice.share)} of the limit's periods: latency has these waits in it. Raise the limit, or lower the load.`;
    case 'generator-saturated':
      return `the generator was the bottleneck in ${String(notice.cells.length)} of ${String(notice.of)} cells: ${bottleneckText(notice)}, so ${notice.queueShare === undefined ? 'latencies include its own queueing and ' : ''}the rate is its limit, not the server's. ${hintsText(notice.hints)} ${notice.queueShare === undefined ? 'CPU time per handshake stays valid.' : "Latencies are by the kernel's clock, without that queue: they are true, but of a server that was not busy."}`;
    case 'connection-limited':
      return `${notice.cell}: ${grouped(notice.connectionLimited)} of ${counted(notice.due, 'start')} waited because ${grouped(notice.concurrency)} handshakes were already in flight; the wait is part of their response time. Unless real clients would wait as well, raise --concurrency.`;
    case 'headroom':
      return notice.what === 'files'
        ? `the connections used ${grouped(notice.used)} of ${grouped(notice.limit)} file descriptors. Raise the limit with ulimit -n before you raise the load.`
        : `the connections used ${grouped(notice.used)} of ${grouped(notice.limit)} local ports, including those of closed connections. Add local addresses with --source, or widen net.ipv4.ip_local_port_range, before you raise the load.`;
    case 'generator-stalled':
      return `this generator itself stood still for up to ${formatDuration(notice.longestNs)} in ${counted(notice.blocks, 'block')}, stopped by a signal or with the whole machine suspended: what the clocks showed meanwhile is not the server's, and these blocks are left out.`;
    case 'user-clock':
      return notice.reason === 'stepped'
        ? `the system's clock was set anew in ${grouped(notice.blocks)} of ${counted(notice.of, 'block')}: from then on their latencies are by the clock of this process and include its own queueing. Measure again, without other programs that set the clock.`
        : `the kernel did not stamp what arrived in ${grouped(notice.blocks)} of ${counted(notice.of, 'block')} (SO_TIMESTAMPNS), as some containers do not: their latencies are by the clock of this process and include its own queueing.`;
    case 'retransmissions':
      return `${notice.cell}: ${grouped(notice.connections)} of ${counted(notice.of, 'connection')} lost segments on their way to the server, which were sent again (${grouped(notice.segments)} in all); half of these connections took ${formatDuration(notice.medianNs)} or more. Look for packet loss, or for a full listen queue on the server.`;
    case 'cpu-stolen':
      return `up to ${formatShare(notice.share)} of this machine's CPU time in a block was stolen (the hypervisor gave it to other guests), and latencies include the wait. Measure on a dedicated host, or at a quieter time.`;
    case 'evidence-conflict':
      return `${notice.cell}: in ${counted(notice.handshakes, 'handshake')} the TLS library and the plaintext hellos contradict each other. Do not trust this run.`;
    case 'littles-law':
      return `${notice.cell}: ${formatShare(Math.abs(notice.residual))} of the virtual clients' time is not accounted for by their connections (Little's law); above ${formatShare(MOST_RESIDUAL)} the generator itself takes it. ${hintsText(notice.hints)}`;
    case 'hello-retry':
      return `${notice.cell}: the server asked for another key share (HelloRetryRequest) in ${formatShare(notice.share)} of the handshakes, which costs a round trip, and CPU time on both sides. List ${notice.group ?? 'its preferred group'} first in --groups.`;
    case 'extra-round-trips':
      return `${notice.cell} took ${counted(notice.taken, 'round trip')} of ${formatDuration(notice.rttNs)} where the protocol needs ${grouped(notice.needed)}. Look for a certificate chain larger than the initial congestion window (about 14 kB), or for a proxy on the path that terminates TCP.`;
    case 'delayed-ack':
      return `${notice.cell}: ${formatShare(notice.share)} of the handshakes took about ${grouped(notice.timerMs)} ms longer than the others: Nagle's algorithm on the server waiting for a delayed acknowledgement. Set TCP_NODELAY on the server's sockets before the handshake, or send each flight in one write.`;
    case 'unanswered':
      return `${notice.cell}: ${grouped(notice.unanswered)} of ${counted(notice.asked, 'request')} got no response. Their handshakes count, but the time to first byte covers the other requests only.`;
    case 'error-statuses':
      return `${notice.cell}: of ${counted(notice.answers, 'response')} to --request some had an HTTP status of 400 or above${because(notice.because, ': ', (status) => status)}. Their handshakes count, but their time to first byte is that of an error. Request what the server has, such as --request /health, or name the site with --servername.`;
    case 'coarse-clock':
      return `${notice.cell}: the clock is too coarse for handshakes this short (tinybench: ${notice.reason}), so the mean and its margin are unreliable. Read the CPU time, or measure on another machine.`;
    case 'no-capacity':
      if (notice.medianNs !== null)
        return `${notice.cell} did not meet the objective at any rate, not even at ${formatRate(notice.lowestPerSecond)}, although half of its responses took at most ${formatDuration(notice.medianNs)} there: the target or this machine is too noisy for a limit on the tail. Measure again when it is quiet, or set --objective on a lower quantile.`;
      return `${notice.cell} did not meet the objective at any rate, not even at ${formatRate(notice.lowestPerSecond)}. Relax --objective or --max-errors, or measure single handshakes with --load sequential.`;
    case 'capacity-of-generator':
      return `${notice.cell}: the target sustains at least ${formatRate(notice.perSecond)}; above that rate this generator was the bottleneck. Raise --workers if cores are free, or use another machine.`;
    case 'capacity-unconfirmed':
      return `${notice.cell}: the ${counted(notice.trials, 'trial')} contradict each other or did not converge, so the capacity is not confirmed: the target or this machine was disturbed. Measure again, with longer trials (--duration) or a wider --tolerance.`;
    case 'mixed-suites':
      return `${notice.protocol} was measured with different cipher suites (${notice.suites.join(', ')}): CPU time is comparable only with the same suite. Set --ciphers to one that all states offer.`;
    case 'closed-in-order':
      return `connections end with close_notify, as those of browsers do: the server forgets a session of ${notice.cells.join(', ')} whose connection is reset.`;
    case 'close-unanswered':
      return `the server of ${notice.states.join(' and ')} never answers close_notify, so each connection stays open for ${grouped(notice.waitMs)} ms after its end${notice.holdsLoad ? ": the rate includes this wait, which is the client's own; latency does not" : '. That is in no measured time, but takes local ports and file descriptors'}. Leave --close out unless your clients wait as well.`;
    case 'certificate-changed':
      return `${notice.cell} was shown ${String(notice.certificates)} different certificates: another than the first since round ${String(notice.round + 1)}, at ${notice.since}. Handshakes with different certificates are different work. If it was renewed, measure again; if several servers answer, measure each by its address.`;
    case 'account-differs':
      return `the server of ${notice.state} counted ${countsText(notice.server)} handshakes, but this run ${countsText(notice.ours)}${notice.failed === 0 ? '' : ` and ${counted(notice.failed, 'failed connection')}`}. Look for other clients of that server, or for a fault of its log; if there is none, do not trust this run.`;
    case 'event-failed':
      return `the event ${notice.action} of ${notice.state} failed in round ${String(notice.round + 1)}: ${notice.reason} What follows it in that round shows the server without it.`;
    case 'event-missed':
      return `the event ${notice.action} of ${notice.state} did not happen in round ${String(notice.round + 1)}: the window was over before. Let it happen earlier, or measure longer.`;
    case 'not-verified':
      return `the certificate of ${notice.state} was not verified, although real clients pay for verification. Pass its CA with --cacert instead of --insecure.`;
    case 'stopped-on-errors':
      return `the run was stopped in ${notice.cell}: ${formatShare(notice.errorShare)} of its connections failed${because(notice.because ?? {}, ': ', failureText)}.`;
    case 'plan-cut':
      return `the run is partial: of ${counted(notice.of, 'planned block')} ${grouped(notice.blocks)} ${notice.blocks === 1 ? 'is' : 'are'} whole.`;
    case 'agent-fault':
      return faultText(notice);
    case 'blocks-not-shared':
      return notSharedText(notice);
    case 'worker-lost':
      return `the run is partial: ${notice.reason} Everything measured before is kept.`;
    case 'not-saved':
      return `the run folder ${notice.folder} cannot be written: ${notice.reason}. It holds only what was saved before. Free some space, or choose another folder with --output.`;
    case 'interrupted':
      return `the run was interrupted after ${String(notice.blocks)} of ${String(notice.planned)} blocks; everything measured is kept.`;
    default:
      return unknownNotice(notice);
  }
};

/** The text for a code that a newer version has recorded. */
const unknownNotice = (notice: never): string => `a notice from another version of resumark: ${JSON.stringify(notice)}.`;

/** The hint for the commonest reason of a mode that was never honoured. */
const hintOf = (reasons: Readonly<Record<string, number>>): string => {
  const [commonest = ''] = byCount(reasons).map(([reason]) => reason);
  return Object.hasOwn(DECLINE_HINTS, commonest) ? ` ${DECLINE_HINTS[commonest as DeclineReason]}` : '';
};

const DECLINE_HINTS: Readonly<Record<DeclineReason, string>> = {
  'no-session':
    'Enable session tickets or a session cache on the server, or leave the mode out of --mode. If the server gives tickets only with its first response, have one sent with --request.',
  'session-broken-off':
    'Look for the reason in the log of the server. With client certificates OpenSSL needs a session ID context (SSL_CTX_set_session_id_context).',
  'ticket-lifetime-zero': 'Set a session lifetime on the server, or leave the mode out of --mode.',
  'ticket-late': 'Raise connection.ticketTimeout in the scenario.',
  'ticket-too-long':
    'Make the tickets of the server shorter. Engines openssl and node offer up to 61 kB, wire up to what one record holds.',
  refused:
    'Enable session tickets or a session cache on the server, and share the ticket keys if there are several servers; or leave the mode out of --mode.',
  expired: 'Raise the session lifetime on the server, or use shorter blocks.',
  'version-changed': 'Enable the protocol version on the server, or leave it out of --tls.',
  'resumed-unasked': 'No session was offered, so this is not an ordinary TLS server.',
  'other-mechanism': 'Leave the mode out of --mode: the server resumes in another way.',
  'early-data-rejected': 'Enable early data on the server, or leave the mode out of --mode.',
  'evidence-conflict': 'A middlebox on the path changes the hellos, or this is a bug.',
};

const finished = (handshakes: number): string => counted(handshakes, 'finished handshake');

const bottleneckText = ({
  busyShare,
  queueShare,
  lateNs,
  workers,
  dropped,
}: Extract<Notice, { code: 'generator-saturated' }>): string => {
  if (queueShare !== undefined && dropped === 0 && lateNs === 0)
    return `what had arrived waited for it for up to ${formatShare(queueShare)} of a handshake's time`;
  const who = workers === 1 ? 'its worker' : `the busiest of its ${String(workers)} workers`;
  const late = lateNs === 0 ? '' : `, starts were ${formatDuration(lateNs)} late (p99)`;
  const left =
    dropped === 0 ? '' : `, and ${counted(dropped, 'handshake')} that fell due ${dropped === 1 ? 'was' : 'were'} never started`;
  return `${who} was busy ${busyShare > MOST_BUSY ? '' : 'only '}${formatShare(busyShare)} of the time${late}${left}`;
};

const HINTS: Readonly<Record<GeneratorHint, string>> = {
  engine: 'use --engine auto',
  workers: 'raise --workers if cores are free',
  machine: 'stop other programs on this machine, or use one with more free cores',
  concurrency: 'lower --concurrency',
  rate: 'lower --rate',
  over: 'raise --over',
};

const hintsText = (hints: readonly GeneratorHint[]): string => {
  const text = hints.map((hint) => HINTS[hint]).join(', or ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
};

/**
 * `; 3,200 times the server refused the session, 1 time ...`, the commonest first; empty where no
 * reason is known.
 */
const because = (reasons: Readonly<Record<string, number>>, lead: string, textOf: (reason: string) => string): string => {
  const texts = byCount(reasons).map(([reason, times]) => `${counted(times, 'time')} ${textOf(reason)}`);
  return texts.length === 0 ? '' : `${lead}${texts.join(', ')}`;
};

type NoticeOf<Code extends Notice['code']> = Extract<Notice, { code: Code }>;

const faultText = ({ agent, reason, round }: NoticeOf<'agent-fault'>): string =>
  `in ${round < 0 ? 'the warm-up' : `round ${String(round + 1)}`}, ${agent} ${reason}.`;

const notSharedText = ({ blocks, of, lacking, oneSeed }: NoticeOf<'blocks-not-shared'>): string => {
  const lacks = byCount(lacking).map(([run, count]) => `${run} lacks ${grouped(count)}`);
  const hint = oneSeed ? '' : ' Give every machine the same --seed: it decides the order of the windows.';
  return `${grouped(blocks)} of ${counted(of, 'block')} were measured by every machine and merged; the others are left out (${lacks.join(', ')}).${hint}`;
};

const byCount = (reasons: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(reasons).toSorted(([, a], [, b]) => b - a);

const inBlocks = ({ blocks, of }: { readonly blocks?: number; readonly of?: number }): string =>
  blocks === undefined || of === undefined ? '' : ` (in ${String(blocks)} of ${counted(of, 'block')})`;

const cpuAbsenceText = (reason: string): string =>
  Object.hasOwn(CPU_ABSENCE_TEXT, reason) ? CPU_ABSENCE_TEXT[reason as CpuAbsence] : reason;

const declineText = (reason: string): string =>
  Object.hasOwn(DECLINE_TEXT, reason) ? DECLINE_TEXT[reason as DeclineReason] : failureText(reason);
