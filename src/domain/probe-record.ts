import { cacheCapacitySchema } from './cache-capacity.ts';
import { MECHANISMS } from './kind.ts';
import { expectationResultSchema } from './probe-expectation.ts';
import { probeFindingSchema } from './probe-finding.ts';
import { PROTOCOLS } from './protocol.ts';
import { watchSchema } from './watch-report.ts';
import { STARTTLS_PROTOCOLS } from './starttls.ts';
import { weakKeyShape } from './weak-key.ts';
import { z } from './zod.ts';

/** Format version of a probe's JSON, raised when the meaning of a field changes. */
export const PROBE_FORMAT = 1;

const whole = z.int().nonnegative();
const share = z.number().min(0).max(1);

/** Attempts of one kind, counted by what the hellos prove. */
const triesSchema = z.object({
  /** Attempts that offered a session and ended with a finished handshake. */
  tries: whole,
  honoured: whole,
  /** Attempts that failed, by the name under which a failure is counted. */
  failed: z.record(z.string(), whole).default({}),
  /** Exact bounds of the share of honoured attempts with a confidence of 95% (Clopper and Pearson); null without tries. */
  low: share.nullable(),
  high: share.nullable(),
});

export type Tries = Readonly<z.infer<typeof triesSchema>>;

/**
 * The makes of ticket that are known by their layout, each with those that share it; `opaque` is none of them. `rustls` is any 16-byte
 * name before an AEAD's nonce (Go before 1.21, s2n-tls before its versions), `go` any ticket that begins at random.
 */
export const TICKET_FAMILIES = [
  'rfc5077',
  'gnutls',
  'wolfssl',
  's2n',
  'mbedtls',
  'rustls',
  'jsse',
  'nss',
  'botan',
  'go',
  'stateful',
  'opaque',
] as const;

export type TicketFamily = (typeof TICKET_FAMILIES)[number];

const ticketsSchema = z.object({
  /** Tickets of one full handshake. */
  count: whole,
  /** Lengths of all tickets that were seen, each once, the shortest first. */
  bytes: z.array(whole),
  /** Short hash of the first ticket; null where none came. The ticket itself is never recorded. */
  hash: z.string().nullable(),
  /** Lifetime that the server stated, in s; null where it stated none. */
  lifetimeS: whole.nullable(),
  /** `with-handshake` came before the end of the handshake or in the same flight, `after-request` only after our first request. */
  arrival: z.enum(['with-handshake', 'after-handshake', 'after-request']).nullable(),
  family: z.enum(TICKET_FAMILIES).nullable(),
  /** Length of the key's name at the head of a ticket, 0 where it has none. */
  nameBytes: whole,
  /** Short hashes of the key names that were seen, each once, in the order in which they came: a name identifies a secret and is never shown. */
  keyNames: z.array(z.string()),
  /**
   * The key of each ticket in the order in which they came, as an index in `keyNames`: names that
   * take turns belong to several servers, a name that is gone for good was rotated away.
   */
  keyNameOrder: z.array(whole),
  /** Rotations between the oldest and the newest key that was seen, where keys are numbered (Java); null elsewhere. */
  keyRotations: whole.nullable(),
});

export type TicketReport = Readonly<z.infer<typeof ticketsSchema>>;

const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  sha256: z.string(),
  keyType: z.string(),
  bytes: whole,
  notBeforeUnixMs: z.number(),
  notAfterUnixMs: z.number(),
});

/** Judgements of a stapled OCSP response (RFC 6960, section 3.2). Its signature is checked where the issuer was sent. */
export const STAPLE_STATUSES = [
  'good',
  'revoked',
  'unknown',
  'stale',
  'not-yet-valid',
  'other-certificate',
  'bad-signature',
  'unreadable',
  'missing',
] as const;

const stapleSchema = z.object({
  status: z.enum(STAPLE_STATUSES),
  /** True where the leaf demands a staple (RFC 7633, "must staple"). */
  required: z.boolean(),
  thisUpdateUnixMs: z.number().nullable(),
  nextUpdateUnixMs: z.number().nullable(),
});

export type StapleReport = Readonly<z.infer<typeof stapleSchema>>;

const resumptionSchema = z.object({
  mechanism: z.enum(MECHANISMS),
  ...triesSchema.shape,
  /** Outcome of offering a session that had already been resumed once; null where none had. */
  reused: z.enum(['honoured', 'declined']).nullable(),
  /** True where a resumption brought a new ticket; null where none was honoured. */
  renews: z.boolean().nullable(),
  /** TLS bytes in both directions of a full handshake and of a resumed one, medians; null where there was none. */
  bytesFull: whole.nullable(),
  bytesResumed: whole.nullable(),
});

export type ResumptionReport = Readonly<z.infer<typeof resumptionSchema>>;

/** Weak keys that were tried on tickets of our own, and the one that opened a ticket. */
const weakKeySchema = z.object({ keys: whole, found: z.object(weakKeyShape).nullable() });

export type WeakKeyReport = Readonly<z.infer<typeof weakKeySchema>>;

/** What one address negotiates in one protocol. */
const protocolSchema = z.object({
  protocol: z.enum(PROTOCOLS),
  state: z.literal('negotiated'),
  cipher: z.string(),
  /** Empty where the handshake had no named group. */
  group: z.string(),
  forwardSecrecy: z.boolean(),
  alpn: z.string(),
  /** `ok`, or the name of the reason why the chain and the name of the certificate are not trusted; null where that was not checked. */
  verification: z.string().nullable(),
  /** The leaf first, as sent. */
  chain: z.array(certificateSchema),
  staple: stapleSchema,
  sessionIdBytes: whole,
  /** Short hash of the session ID of a full handshake; null where it is empty, and in TLS 1.3, where it is only our own. */
  sessionIdHash: z.string().nullable(),
  extendedMasterSecret: z.boolean(),
  helloRetry: z.boolean(),
  /** Null where the server asks for no client certificate, else a short hash of the authorities that it names, and their number. */
  clientCertificate: z.object({ authorities: whole, authoritiesHash: z.string() }).nullable(),
  tickets: ticketsSchema,
  /** Largest early data that a ticket allows, and whether such data was accepted; null in TLS 1.2 and where none is offered. */
  earlyData: z.object({ maxBytes: whole, accepted: z.boolean().nullable() }).nullable(),
  resumption: z.array(resumptionSchema),
  /** Null where none were tried, or no ticket came to try them on. */
  weakKey: weakKeySchema.nullable().default(null),
});

export type ProtocolReport = Readonly<z.infer<typeof protocolSchema>>;

const failedProtocolSchema = z.object({
  protocol: z.enum(PROTOCOLS),
  state: z.literal('failed'),
  /** The name under which the failure is counted: `alert:protocol_version`. */
  failure: z.string(),
});

/** The answers to a ClientHello of our own that no handshake follows. */
export const HELLO_ANSWERS = ['accepted', 'refused', 'no-answer'] as const;

export type HelloAnswerKind = (typeof HELLO_ANSWERS)[number];

const addressSchema = z.object({
  /** Index in `targets`. */
  target: whole,
  address: z.string(),
  port: whole,
  /** Null where a TCP connection came about. */
  unreachable: z.string().nullable(),
  protocols: z.array(z.discriminatedUnion('state', [protocolSchema, failedProtocolSchema])),
  legacy: z.object({ 'TLSv1.0': z.enum(HELLO_ANSWERS), 'TLSv1.1': z.enum(HELLO_ANSWERS) }).nullable(),
  /** Answer to a ClientHello that offers the group X25519MLKEM768 alone; null where it was not tried. */
  postQuantum: z.enum(HELLO_ANSWERS).nullable(),
  /** TCP connections that were made to it. */
  connections: whole,
});

export type AddressReport = Readonly<z.infer<typeof addressSchema>>;

const pairSchema = z.object({
  /** Indexes in `addresses`: the session is from one and was offered to the other. */
  from: whole,
  to: whole,
  protocol: z.enum(PROTOCOLS),
  ...triesSchema.shape,
});

export type PairReport = Readonly<z.infer<typeof pairSchema>>;

/** The map of a fleet: which addresses resume the sessions of which. */
const mapSchema = z.object({
  /** The protocol and mechanism that pairs were tried with; null where no address resumes at all. */
  protocol: z.enum(PROTOCOLS).nullable(),
  mechanism: z.enum(MECHANISMS).nullable(),
  /** `names` gathers addresses by the names of their ticket keys and tries only boundaries, `pairs` tries every pair. */
  method: z.enum(['names', 'pairs']),
  /** Groups of addresses that resume each other's sessions; each address that resumes is in one. */
  groups: z.array(z.object({ addresses: z.array(whole), keyNames: z.array(z.string()) })),
  pairs: z.array(pairSchema),
  /** Share of sessions that resume behind a round robin over all addresses that answer, with bounds from those of the pairs. */
  predicted: z.object({ share, low: share, high: share }).nullable(),
  /** The same measured: sessions of a name that is balanced, offered to the name again. */
  balanced: z.object({ target: z.string(), protocol: z.enum(PROTOCOLS), ...triesSchema.shape }).nullable(),
});

export type FleetMap = Readonly<z.infer<typeof mapSchema>>;

const nameSchema = z.object({
  address: whole,
  /** The SNI; null where none was sent. */
  name: z.string().nullable(),
  protocol: z.enum(PROTOCOLS),
  /** Null where the handshake finished; a server that demands a client certificate ends it. */
  failure: z.string().nullable(),
  certificateSha256: z.string().nullable(),
  asksForCertificate: z.boolean(),
});

export type NameReport = Readonly<z.infer<typeof nameSchema>>;

const namedPlace = z.object({ address: whole, name: z.string().nullable() });

/** Sessions that were made under one name and offered under another. */
const crossNamesSchema = z.object({
  /** What each address shows to a client that asks for each name. */
  names: z.array(nameSchema),
  /** Also those of a name to itself at the same address: where these are declined, the others say nothing. */
  offers: z.array(z.object({ protocol: z.enum(PROTOCOLS), from: namedPlace, to: namedPlace, ...triesSchema.shape })),
});

export type CrossNames = Readonly<z.infer<typeof crossNamesSchema>>;

/** A connection explained message by message; no line holds a secret. */
const explainedSchema = z.object({
  address: whole,
  protocol: z.enum(PROTOCOLS),
  /** Mechanism of the session that was offered, null in a full handshake. */
  offered: z.enum(MECHANISMS).nullable(),
  lines: z.array(z.string()),
});

export type ExplainedConnection = Readonly<z.infer<typeof explainedSchema>>;

export const probeRecordSchema = z.object({
  format: z.literal(PROBE_FORMAT),
  version: z.string(),
  engine: z.string(),
  startedUnixMs: z.number(),
  durationMs: z.number(),
  /** True where it was ended before all was tried. */
  interrupted: z.boolean(),
  /** Attempts of each kind of resumption at each address. */
  tries: whole,
  /** The protocol in which TLS was asked for; null where it began at once. */
  starttls: z.enum(STARTTLS_PROTOCOLS).nullable().default(null),
  targets: z.array(z.object({ name: z.string(), serverName: z.string().nullable() })),
  addresses: z.array(addressSchema),
  map: mapSchema.nullable(),
  /** Null where it was not asked for. */
  crossNames: crossNamesSchema.nullable().default(null),
  /** The most important first. */
  findings: z.array(probeFindingSchema),
  /** The result of each expectation of --expect. */
  expectations: z.array(expectationResultSchema).default([]),
  connections: whole,
  /** With --explain: one connection of each kind to the first address that answers. */
  explained: z.array(explainedSchema).default([]),
  /** With --cache-capacity. */
  cacheCapacity: cacheCapacitySchema.nullable().default(null),
  /** With --watch. */
  watch: watchSchema.nullable().default(null),
});

export type ProbeRecord = Readonly<z.infer<typeof probeRecordSchema>>;
