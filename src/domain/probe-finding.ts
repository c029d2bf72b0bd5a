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

const whole = z.int().nonnegative();

/**
 * Every cause that a probe can name, with the names of its evidence. The sentences are made in the
 * report. Shares are fractions; `tries`, `honoured` and `names` are counts over all its addresses;
 * `reference` is the index of the address that it is compared with.
 */
export const FINDING_CODES = [
  /** `reason`. */
  'unreachable',
  /** No protocol came to a handshake although TCP did: `failure`. */
  'no-handshake',
  /** Other addresses of the fleet negotiate it: `failure`. */
  'protocol-missing',
  /** Neither a ticket nor a session ID came. */
  'no-resumption',
  'no-ticket',
  /** `mechanism`, `tries`, `failed`, `excludes`: the largest share of honoured tries that is left. */
  'tickets-never-honoured',
  /** As for tickets. */
  'session-ids-never-honoured',
  /** `groups`, `of`: addresses that resume; `oneWay`: pairs of groups that resume in one direction. */
  'keys-not-shared',
  /** `reference`, `serial`, `otherSerial`, `issuer`, `otherIssuer`, `chain`: `leaf` or `intermediates`. */
  'same-key-other-certificate',
  /** `reference`, `authorities`, `otherAuthorities`, `hash`, `otherHash`. */
  'same-key-other-authorities',
  /** `reference`, `tries`. */
  'same-key-declined',
  /** `mechanism`, `tries`, `honoured`, `names`. */
  'some-tickets-declined',
  /** `mechanism`, `tries`, `honoured`, `names`. */
  'behind-a-balancer',
  /** `names`, `tries`, `honoured`. */
  'key-rotated',
  /** `mechanism`. */
  'single-use',
  /** `parameter`: `cipher`, `group`, `alpn` or `extended-master-secret`; `value`, `other`, `reference`. */
  'parameters-differ',
  /** `family`: `IPv4` or `IPv6`, the one that is worse off; `what`: `reachable`, `resumption` or `keys`; `reason`. */
  'family-differs',
  /** `status`, `nextUpdateUnixMs` where it is stale, `others`: addresses of the fleet with a good one. */
  'staple',
  /** `subject`, `serial`, `notAfterUnixMs`, `days`: whole days that are left, negative where it has expired. */
  'certificate-expires',
  /** `cipher`. */
  'no-forward-secrecy',
  'no-extended-master-secret',
  /** `version`. */
  'legacy-protocol',
  /** `predicted`, `predictedLow`, `predictedHigh`, `measured`, `measuredLow`, `measuredHigh`, `tries`. */
  'prediction-missed',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

export const probeFindingSchema = z.object({
  code: z.enum(FINDING_CODES),
  weight: z.enum(FINDING_WEIGHTS),
  /** Indexes in `addresses` that it is about; all of them where it is empty. */
  addresses: z.array(whole),
  protocol: z.enum(PROTOCOLS).nullable(),
  /** Values that the sentence needs, by name: counts, serials, hashes, names. */
  evidence: z.record(z.string(), z.union([z.string(), z.number()])),
});

export type ProbeFinding = Readonly<z.infer<typeof probeFindingSchema>>;
