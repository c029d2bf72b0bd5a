import { AGENT_FAULTS } from './agent-record.ts';
import { FINISHED_COUNTS } from './block-counts.ts';
import { SERVER_ACTIONS } from './event-record.ts';
import type { Notice, NoticeCode } from './notice.ts';
import { CPU_ABSENCES } from './server-cpu.ts';
import { z } from './zod.ts';

const text = z.string();
const texts = z.array(text);
const number = z.number();
const whole = z.int().nonnegative();
const counts = z.record(text, whole);
const hints = z.array(z.enum(['engine', 'workers', 'machine', 'concurrency', 'rate', 'over']));

/** The values of a notice beside its code and severity. */
type Values<Code extends NoticeCode> = Omit<Extract<Notice, { code: Code }>, 'code' | 'severity'>;

type Schemas<Code extends NoticeCode> = { readonly [Name in keyof Values<Code>]-?: z.ZodType<Values<Code>[Name] | undefined> };

/** The values of every notice, as they are decoded from a file. */
const VALUES: { readonly [Code in NoticeCode]: Schemas<Code> } = {
  'engine-chosen': { engine: text, reason: text },
  'one-at-a-time': {},
  'cell-skipped': { cell: text, reason: text },
  'never-honoured': { cell: text, handshakes: whole, because: counts },
  'never-finished': { cell: text, because: counts, whenOffered: z.boolean() },
  'invalid-blocks': { cell: text, blocks: whole, of: whole, because: counts },
  'declined-as-configured': { cell: text, handshakes: whole },
  'partly-as-configured': { cell: text, handshakes: whole, honoured: whole, expectedShare: number },
  'honoured-unexpectedly': { cell: text, honoured: whole },
  'partly-declined': { cell: text, handshakes: whole, because: counts },
  errors: { cell: text, handshakes: whole, because: counts },
  'backed-off': { cell: text, refused: whole },
  'stateful-tickets': { cell: text },
  'server-cpu-unknown': { state: text, reason: z.enum(CPU_ABSENCES), blocks: whole.optional(), of: whole.optional() },
  'server-forwards': { state: text, to: texts },
  'cpu-throttled': { state: text.optional(), cores: number, share: number },
  'generator-saturated': {
    cells: texts,
    of: whole,
    busyShare: number,
    queueShare: number.optional(),
    lateNs: number,
    dropped: whole,
    workers: whole,
    hints,
  },
  'connection-limited': { cell: text, connectionLimited: whole, due: whole, concurrency: whole },
  headroom: { what: z.enum(['files', 'ports']), used: whole, limit: whole },
  'generator-stalled': { blocks: whole, longestNs: number },
  'user-clock': { reason: z.enum(['stepped', 'unstamped']), blocks: whole, of: whole },
  retransmissions: { cell: text, connections: whole, of: whole, segments: whole, medianNs: number },
  'cpu-stolen': { share: number },
  'evidence-conflict': { cell: text, handshakes: whole },
  'littles-law': { cell: text, residual: number, hints },
  'hello-retry': { cell: text, share: number, group: text.nullable() },
  'extra-round-trips': { cell: text, taken: whole, needed: whole, rttNs: number },
  'delayed-ack': { cell: text, timerMs: number, share: number },
  unanswered: { cell: text, unanswered: whole, asked: whole },
  'error-statuses': { cell: text, answers: whole, because: counts },
  'coarse-clock': { cell: text, reason: text },
  'no-capacity': { cell: text, lowestPerSecond: number, medianNs: number.nullable() },
  'capacity-of-generator': { cell: text, perSecond: number },
  'capacity-unconfirmed': { cell: text, trials: whole },
  'mixed-suites': { protocol: text, suites: texts },
  'closed-in-order': { cells: texts },
  'close-unanswered': { states: texts, waitMs: number, holdsLoad: z.boolean() },
  'certificate-changed': { cell: text, certificates: whole, round: whole, since: text },
  'account-differs': { state: text, server: FINISHED_COUNTS.schema, ours: FINISHED_COUNTS.schema, failed: whole },
  'event-failed': { state: text, action: z.enum(SERVER_ACTIONS), round: whole, reason: text },
  'event-missed': { state: text, action: z.enum(SERVER_ACTIONS), round: whole },
  'not-verified': { state: text },
  'plan-cut': { blocks: whole, of: whole },
  'agent-fault': { agent: text, kind: z.enum(AGENT_FAULTS), round: z.int(), reason: text },
  'blocks-not-shared': { blocks: whole, of: whole, lacking: counts, oneSeed: z.boolean() },
  'worker-lost': { reason: text },
  'not-saved': { folder: text, reason: text },
  'stopped-on-errors': { cell: text, errorShare: number, because: counts.optional() },
  interrupted: { blocks: whole, planned: whole },
};

/**
 * The schema of a notice in a file. A code of another version is kept as it is, to be shown as
 * such; one that this version knows has the values that its sentence needs.
 */
export const noticeSchema = z
  .looseObject({ code: text, severity: z.enum(['info', 'warning', 'error']) })
  .superRefine((notice, context) => {
    if (!isKnown(notice.code)) return;
    const { error } = z.object(VALUES[notice.code]).safeParse(notice);
    for (const { path, message } of error?.issues ?? []) context.addIssue({ code: 'custom', path: [...path], message });
  }) as unknown as z.ZodType<Notice>;

const isKnown = (code: string): code is NoticeCode => Object.hasOwn(VALUES, code);
