import { PROTOCOLS } from './protocol.ts';
import { z } from './zod.ts';

/**
 * Expectations that `probe --expect` knows.
 *
 * - `ticket`: each address resumes by ticket in TLS 1.2, at every attempt.
 * - `psk`: the same in TLS 1.3, whether its tickets are stateful or not.
 * - `session-id`: the same by session ID in TLS 1.2.
 * - `shared-keys`: all addresses of a name resume each other's sessions; it takes two at least.
 * - `forward-secrecy`: every protocol that an address negotiates has it.
 * - `ocsp`: every protocol that an address negotiates has a good staple.
 * - `no-legacy`: TLS 1.0 and 1.1 are refused.
 */
export const EXPECTATIONS = ['ticket', 'psk', 'session-id', 'shared-keys', 'forward-secrecy', 'ocsp', 'no-legacy'] as const;

export type Expectation = (typeof EXPECTATIONS)[number];

const whole = z.int().nonnegative();

/** The reasons why an expectation does not hold, with the values that the sentence needs. */
const reasonSchema = z.discriminatedUnion('reason', [
  /** No handshake came about, for this failure. */
  z.object({ reason: z.literal('no-handshake'), failure: z.string() }),
  /** The protocol that it takes is not negotiated. */
  z.object({ reason: z.literal('protocol-missing'), protocol: z.enum(PROTOCOLS) }),
  /** Nothing came that could be offered, or it was not tried. */
  z.object({ reason: z.literal('not-tried'), protocol: z.enum(PROTOCOLS).nullable() }),
  z.object({ reason: z.literal('declined'), protocol: z.enum(PROTOCOLS), tries: whole, honoured: whole }),
  /** No other address was probed that serves the name. */
  z.object({ reason: z.literal('one-address') }),
  /** It is outside of the largest group of addresses that resume each other's sessions. */
  z.object({ reason: z.literal('other-group'), groups: whole, largest: whole, of: whole }),
  z.object({ reason: z.literal('no-forward-secrecy'), protocol: z.enum(PROTOCOLS), cipher: z.string() }),
  z.object({ reason: z.literal('staple'), protocol: z.enum(PROTOCOLS), status: z.string() }),
  z.object({ reason: z.literal('legacy'), version: z.enum(['TLSv1.0', 'TLSv1.1']), answer: z.enum(['accepted', 'no-answer']) }),
]);

export type UnmetReason = Readonly<z.infer<typeof reasonSchema>>;

/** The result of one expectation: that it holds everywhere, or one address at which it does not. */
export const expectationResultSchema = z.discriminatedUnion('holds', [
  z.object({ expectation: z.enum(EXPECTATIONS), holds: z.literal(true), addresses: whole }),
  z.object({
    expectation: z.enum(EXPECTATIONS),
    holds: z.literal(false),
    /** Index in the record's `addresses`; null where no address was probed at all. */
    address: whole.nullable(),
    why: reasonSchema,
  }),
]);

export type ExpectationResult = Readonly<z.infer<typeof expectationResultSchema>>;
