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

/** Every cause that a probe can name. Its text and evidence are made in the report. */
export const FINDING_CODES = [
  'unreachable',
  'protocol-missing',
  'no-resumption',
  'no-ticket',
  'tickets-never-honoured',
  'session-ids-never-honoured',
  'keys-not-shared',
  'same-key-other-certificate',
  'same-key-other-authorities',
  'same-key-declined',
  'some-tickets-declined',
  'behind-a-balancer',
  'key-rotated',
  'single-use',
  'parameters-differ',
  'family-differs',
  'staple',
  'certificate-expires',
  'no-forward-secrecy',
  'no-extended-master-secret',
  'legacy-protocol',
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
