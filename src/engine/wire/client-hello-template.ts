import { isIP } from 'node:net';
import {
  ALPN,
  COOKIE,
  EC_POINT_FORMATS,
  EXTENDED_MASTER_SECRET,
  KEY_SHARE,
  PSK_KEY_EXCHANGE_MODES,
  SERVER_NAME,
  SIGNATURE_ALGORITHMS,
  SUPPORTED_GROUPS,
  SUPPORTED_VERSIONS,
  TLS_1_3,
} from '../../tls/numbers.ts';
import type { GroupShape } from './crypto/key-exchange.ts';
import { SCHEMES } from './crypto/signature.ts';
import type { Suite } from './suites.ts';
import { MOST_TEXT_BYTES } from './record.ts';

/** Settings that a ClientHello is made of. */
export interface ClientHelloSettings {
  readonly isTls13: boolean;
  readonly suites: readonly Suite[];
  readonly groups: readonly GroupShape[];
  readonly serverName: string | undefined;
  readonly alpn: readonly string[];
}

/**
 * The part of a ClientHello that is the same in every handshake of a client: from the cipher suites to the last extension of fixed
 * length. What differs is patched in; what is of changing length (ticket, pre-shared key) follows.
 */
export interface ClientHelloTemplate {
  readonly bytes: Uint8Array;
  /** Offset of the length of all extensions. */
  readonly extensionsAt: number;
  /** Offset of our public key; -1 in TLS 1.2, whose hello has none. */
  readonly shareAt: number;
  readonly group: GroupShape;
}

/** Signals that a server may show its renegotiation_info (RFC 5746), as libssl does in TLS 1.2. */
const RENEGOTIATION_SCSV = 0x00ff;

const UNCOMPRESSED = 0;
const PSK_DHE_KE = 1;

/** Makes the template for a key share of one group; the cookie is that of a HelloRetryRequest. Extensions stand in libssl's order. */
export const makeClientHelloTemplate = (
  { isTls13, suites, groups, serverName, alpn }: ClientHelloSettings,
  group: GroupShape,
  cookie: Uint8Array | undefined,
): ClientHelloTemplate => {
  const ids = [...suites.map(({ id }) => id), ...(isTls13 ? [] : [RENEGOTIATION_SCSV])];
  const head = [...vector16(ids.flatMap(u16)), 1, 0];
  const schemes = vector16(SCHEMES.flatMap(({ id }) => u16(id)));
  const extensions = [
    ...(serverName === undefined || isIP(serverName) !== 0 ? [] : extension(SERVER_NAME, nameList(serverName))),
    ...(isTls13 ? [] : extension(EC_POINT_FORMATS, [1, UNCOMPRESSED])),
    ...extension(SUPPORTED_GROUPS, vector16(groups.flatMap(({ id }) => u16(id)))),
    ...(alpn.length === 0 ? [] : extension(ALPN, vector16(alpn.flatMap((name) => vector8([...Buffer.from(name)]))))),
    ...(isTls13 ? [] : extension(EXTENDED_MASTER_SECRET, [])),
    ...extension(SIGNATURE_ALGORITHMS, schemes),
    ...(isTls13 ? extensionsOf13(group, cookie) : []),
  ];
  const bytes = Uint8Array.from([...head, 0, 0, ...extensions]);
  return { bytes, extensionsAt: head.length, shareAt: isTls13 ? bytes.length - group.publicBytes : -1, group };
};

/** The key share stands last, so that its place is known. */
const extensionsOf13 = (group: GroupShape, cookie: Uint8Array | undefined): number[] => [
  ...extension(SUPPORTED_VERSIONS, vector8(u16(TLS_1_3))),
  ...extension(PSK_KEY_EXCHANGE_MODES, vector8([PSK_DHE_KE])),
  ...(cookie === undefined ? [] : extension(COOKIE, vector16([...cookie]))),
  ...extension(KEY_SHARE, vector16([...u16(group.id), ...vector16(new Array<number>(group.publicBytes).fill(0))])),
];

const nameList = (name: string): number[] => vector16([0, ...vector16([...Buffer.from(name, 'latin1')])]);

const u16 = (value: number): number[] => [value >> 8, value & 0xff];

const vector8 = (bytes: readonly number[]): number[] => [bytes.length, ...bytes];

const vector16 = (bytes: readonly number[]): number[] => [...u16(bytes.length), ...bytes];

const extension = (type: number, body: readonly number[]): number[] => [...u16(type), ...vector16(body)];

/** Message header, version, random and the longest session ID, with its length: all that stands before the template. */
const HEAD_BYTES = 4 + 2 + 32 + 1 + 32;

/** The extensions after it in their longest form: early data; a pre-shared key beside its identity, with a binder of SHA-384. */
const TAIL_BYTES = 4 + 8 + 4 + 3 + 48;

/** The longest ticket that fits with all the rest of a hello into one record. */
export const mostTicketBytes = ({ bytes }: ClientHelloTemplate): number =>
  MOST_TEXT_BYTES - HEAD_BYTES - bytes.length - TAIL_BYTES;
