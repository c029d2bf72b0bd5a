import { MECHANISMS } from './kind.ts';
import { PROTOCOLS } from './protocol.ts';
import { weakKeyShape } from './weak-key.ts';
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
const ms = z.number().nonnegative();
const share = z.number().min(0).max(1);
const mechanism = z.enum(MECHANISMS);
/** Pairs of names across which sessions resume; null is no name. */
const namePairs = z.array(z.object({ from: text.nullable(), to: text.nullable() }));
const tried = { tries: whole, honoured: whole };

/** A mechanism of which no attempt was honoured; `excludes` is the largest share of honoured attempts that they leave possible. */
const neverHonoured = { mechanism, tries: whole, failed: whole, excludes: share };

/**
 * Every cause that a probe can name, with its evidence. The sentences are made in the report.
 *
 * Shares are fractions; `tries`, `honoured` and `names` (of ticket keys) are counts over all addresses of the finding; `reference` is
 * the index of the address that they are compared with, whose values are the `other` ones.
 */
const EVIDENCE = {
  unreachable: { reason: text },
  /** No protocol came to a handshake although TCP did. */
  'no-handshake': { failure: text },
  /** The plaintext dialogue does not lead to TLS; the reason is a failure. */
  'starttls-failed': { failure: text },
  /** Bytes in plaintext follow the agreement to begin TLS. */
  'starttls-injection': {},
  /** Other addresses of the fleet negotiate it. */
  'protocol-missing': { failure: text },
  /** It opened a ticket of our own session. */
  'weak-ticket-key': weakKeyShape,
  /** A session that was made without a client certificate, or with that for another name, takes the place of one. */
  'resumes-across-client-authentication': { pairs: namePairs },
  'resumes-across-certificates': { pairs: namePairs },
  /** The address of another port that the sessions are from. */
  'resumes-across-ports': { reference: whole, pairs: namePairs },
  /** Neither a ticket nor a session ID came. */
  'no-resumption': {},
  'no-ticket': {},
  'tickets-never-honoured': neverHonoured,
  'session-ids-never-honoured': neverHonoured,
  /** Groups among the addresses that resume, the number of these, and the pairs of groups that resume in one direction. */
  'keys-not-shared': { groups: whole, of: whole, oneWay: whole },
  'same-key-other-certificate': {
    reference: whole,
    /** The part of the chain that differs. */
    chain: z.enum(['leaf', 'intermediates']),
    serial: text,
    otherSerial: text,
    issuer: text,
    otherIssuer: text,
  },
  'same-key-other-authorities': { reference: whole, authorities: whole, otherAuthorities: whole, hash: text, otherHash: text },
  'same-key-declined': { reference: whole, tries: whole },
  'some-tickets-declined': { mechanism, ...tried, names: whole },
  'behind-a-balancer': { mechanism, ...tried, names: whole },
  'key-rotated': { ...tried, names: whole },
  'single-use': { mechanism },
  'parameters-differ': {
    reference: whole,
    parameter: z.enum(['cipher', 'group', 'alpn', 'extended-master-secret']),
    value: text,
    other: text,
  },
  /** The family that is worse off, and in what. */
  'family-differs': {
    family: z.enum(['IPv4', 'IPv6']),
    what: z.enum(['reachable', 'resumption', 'keys']),
    reason: text.optional(),
  },
  /** One of STAPLE_STATUSES, the number of addresses of the fleet with a good one, and whether the certificate demands one. */
  staple: { status: text, nextUpdateUnixMs: z.number().optional(), others: whole, required: z.literal(true).optional() },
  /** Name of the reason in OpenSSL. */
  'certificate-rejected': { subject: text, reason: text },
  /** Whole days that are left, negative where it has expired. */
  'certificate-expires': { subject: text, serial: text, notAfterUnixMs: z.number(), days: z.int() },
  'no-forward-secrecy': { cipher: text },
  'no-extended-master-secret': {},
  /** `TLSv1.0` or `TLSv1.1`. */
  'legacy-protocol': { version: text },
  /** As servers mean it to be on one listener, where the certificate is the same and nobody is authenticated. */
  'resumes-across-names': { pairs: namePairs },
  'prediction-missed': {
    predicted: share,
    predictedLow: share,
    predictedHigh: share,
    measured: share,
    measuredLow: share,
    measuredHigh: share,
    tries: whole,
  },
  /** The time in ms by which the same keys come later than at the address with the index `after`. */
  'rotates-later': { after: whole, lowMs: ms, highMs: ms.nullable() },
  /** The longest time in ms for which tickets of a key may be honoured after it was replaced. */
  'no-grace': { mostMs: ms },
  /** The time in ms that was exceeded. */
  'key-not-rotated': { limitMs: ms },
  'session-outlives': { limitMs: ms },
  'chain-outlives': { limitMs: ms },
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
