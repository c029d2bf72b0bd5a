import { MECHANISMS } from './kind.ts';
import { PROTOCOLS } from './protocol.ts';
import { z } from './zod.ts';

/**
 * Weights of a finding.
 *
 * - `problem`: sessions are lost, or the server does something that it must not do.
 * - `warning`: it works, at a price or for now.
 * - `information`: a fact that explains the others.
 */
export const FINDING_WEIGHTS = ['problem', 'warning', 'information'] as const;

export type FindingWeight = (typeof FINDING_WEIGHTS)[number];

const text = z.string();
const whole = z.int().nonnegative();
const share = z.number().min(0).max(1);

/** Attempts to resume, and those that the server honoured. */
const tried = { tries: whole, honoured: whole };

/** Every cause that a probe can name, with the values that its sentence needs. The text is made in the report. */
const EVIDENCE = {
  /** The failure is a system's error code or `timeout`. */
  unreachable: { failure: text },
  /** The failure is a name under which failures are counted; the number is of addresses that do negotiate the protocol. */
  'protocol-missing': { failure: text, negotiatedBy: whole },
  /** No mechanism resumes; the number is of attempts, 0 where the server handed out nothing to offer. */
  'no-resumption': { tries: whole },
  /** Full handshakes after which no ticket came, although the client asked for one. */
  'no-ticket': { handshakes: whole },
  /** None was honoured: `high` is the bound on the share that `tries` attempts leave possible. */
  'tickets-never-honoured': { mechanism: z.enum(MECHANISMS), tries: whole, high: share },
  'session-ids-never-honoured': { tries: whole, high: share },
  /** The addresses of the finding are outside the largest group. */
  'keys-not-shared': { groups: whole, largest: whole, basis: z.enum(['names', 'pairs']) },
  /** Pairs whose tickets are under one key name, and that decline each other's sessions. */
  'same-key-other-certificate': {
    keyName: text,
    serial: text,
    issuer: text,
    otherSerial: text,
    otherIssuer: text,
    ...tried,
  },
  'same-key-other-authorities': { keyName: text, authoritiesHash: text, otherAuthoritiesHash: text, ...tried },
  'same-key-declined': { keyName: text, ...tried },
  /** Attempts at the address that made the session, some declined. */
  'some-tickets-declined': { mechanism: z.enum(MECHANISMS), ...tried, low: share, high: share },
  /** Key names that alternate at one address. */
  'behind-a-balancer': { keyNames: whole, ...tried },
  /** Key names that followed each other at one address, and the time in which they were seen. */
  'key-rotated': { keyNames: whole, withinS: z.number().nonnegative() },
  'single-use': { mechanism: z.enum(MECHANISMS) },
  /** A value that both ends of a pair must agree on: `cipher`, `group`, `ALPN`, `hash`, `extended master secret`. */
  'parameters-differ': { parameter: text, value: text, otherValue: text },
  /** Attempts across the two address families; within each, sessions resume. */
  'family-differs': tried,
  /** The status is one of STAPLE_STATUSES. */
  staple: { status: text, thisUpdateUnixMs: z.number().optional(), nextUpdateUnixMs: z.number().optional() },
  /** Days left, negative once it has expired. */
  'certificate-expires': { subject: text, notAfterUnixMs: z.number(), daysLeft: z.int() },
  'no-forward-secrecy': { cipher: text },
  'no-extended-master-secret': {},
  /** `TLSv1.0`, `TLSv1.1`. */
  'legacy-protocol': { version: text },
  /** The share that the map predicts, and the one that was measured, with their bounds. */
  'prediction-missed': { predicted: share, low: share, high: share, ...tried, measuredLow: share, measuredHigh: share },
} as const satisfies Record<string, z.core.$ZodShape>;

export type FindingCode = keyof typeof EVIDENCE;

/** Every cause that a probe can name. */
export const FINDING_CODES = Object.keys(EVIDENCE) as readonly FindingCode[];

/** The values of each finding, by its code. */
export type Evidence<Code extends FindingCode> = Readonly<z.infer<z.ZodObject<(typeof EVIDENCE)[Code]>>>;

const subject = {
  weight: z.enum(FINDING_WEIGHTS),
  /** Indexes in `addresses` that it is about; all of them where it is empty. */
  addresses: z.array(whole),
  protocol: z.enum(PROTOCOLS).nullable(),
};

/** A finding with one code. */
export type FindingOf<Code extends FindingCode> = Readonly<z.infer<z.ZodObject<typeof subject>>> & {
  readonly code: Code;
  readonly evidence: Evidence<Code>;
};

export type ProbeFinding = { readonly [Code in FindingCode]: FindingOf<Code> }[FindingCode];

const variants = Object.entries(EVIDENCE).map(([code, values]) =>
  z.object({ code: z.literal(code), ...subject, evidence: z.object(values) }),
);

type Variant = (typeof variants)[number];

/** A list that is made by a loop has lost its types: they are those of {@link EVIDENCE}. */
export const probeFindingSchema = z.discriminatedUnion(
  'code',
  variants as [Variant, ...Variant[]],
) as unknown as z.ZodType<ProbeFinding>;
