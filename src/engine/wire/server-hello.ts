import {
  ALPN,
  COOKIE,
  EC_POINT_FORMATS,
  EXTENDED_MASTER_SECRET,
  HELLO_RETRY_RANDOM,
  KEY_SHARE,
  PRE_SHARED_KEY,
  RENEGOTIATION_INFO,
  SERVER_NAME,
  SESSION_TICKET,
  SUPPORTED_VERSIONS,
  TLS_1_3,
} from '../../tls/numbers.ts';
import { fault } from './fault.ts';
import type { Reader } from './reader.ts';

/** Extensions that may be answered at all, each at most once. */
const PLACES: readonly number[] = [
  SUPPORTED_VERSIONS,
  KEY_SHARE,
  PRE_SHARED_KEY,
  EXTENDED_MASTER_SECRET,
  RENEGOTIATION_INFO,
  EC_POINT_FORMATS,
  SESSION_TICKET,
  SERVER_NAME,
  ALPN,
  COOKIE,
];

/** A part of the message that is being read. */
export interface Part {
  at: number;
  length: number;
}

/**
 * Reads a ServerHello or HelloRetryRequest. Strict where the evidence of `tls/hello.ts` is forgiving, and independent of it: the two
 * readings must agree.
 */
export class ServerHello {
  version = 0;
  isRetry = false;
  /** Offset of the 32 bytes of the server's random. */
  randomAt = 0;
  readonly sessionId: Part = { at: 0, length: 0 };
  suite = 0;
  /** -1 without a key share. */
  group = -1;
  readonly keyShare: Part = { at: 0, length: 0 };
  readonly cookie: Part = { at: 0, length: 0 };
  readonly alpn: Part = { at: 0, length: 0 };
  /** The index of the accepted pre-shared key, -1 without one. */
  psk = -1;
  hasTicket = false;
  hasExtendedMasterSecret = false;

  read(reader: Reader): void {
    this.#reset();
    this.version = reader.u16();
    this.randomAt = reader.skip(32);
    this.isRetry = isRetryRandom(reader.bytes, this.randomAt);
    this.sessionId.length = reader.u8();
    if (this.sessionId.length > 32) throw fault('decode_error');
    this.sessionId.at = reader.skip(this.sessionId.length);
    this.suite = reader.u16();
    // No compression was offered.
    if (reader.u8() !== 0) throw fault('illegal_parameter');
    // Before extensions there were none (RFC 5246, section 7.4.1.3).
    if (reader.left > 0) this.#readExtensions(reader);
    reader.finish();
  }

  #readExtensions(reader: Reader): void {
    const message = reader.enter(reader.u16());
    let seen = 0;
    while (reader.left > 0) {
      const type = reader.u16();
      const bit = 1 << PLACES.indexOf(type);
      if ((seen & bit) !== 0) throw fault('illegal_parameter');
      seen |= bit;
      const extensions = reader.enter(reader.u16());
      this.#readExtension(reader, type);
      reader.leave(extensions);
    }
    reader.leave(message);
  }

  #readExtension(reader: Reader, type: number): void {
    switch (type) {
      case SUPPORTED_VERSIONS:
        this.version = reader.u16();
        return;
      case KEY_SHARE:
        this.#readKeyShare(reader);
        return;
      case PRE_SHARED_KEY:
        this.psk = reader.u16();
        return;
      case COOKIE:
        readVector16(reader, this.cookie);
        return;
      case ALPN:
        readProtocol(reader, this.alpn);
        return;
      case SESSION_TICKET:
        this.hasTicket = true;
        return;
      case EXTENDED_MASTER_SECRET:
        this.hasExtendedMasterSecret = true;
        return;
      case SERVER_NAME:
        return;
      case EC_POINT_FORMATS:
      case RENEGOTIATION_INFO:
        reader.skip(reader.left);
        return;
      default:
        throw fault('unsupported_extension');
    }
  }

  #readKeyShare(reader: Reader): void {
    this.group = reader.u16();
    // A HelloRetryRequest names a group and brings no key.
    if (!this.isRetry) readVector16(reader, this.keyShare);
  }

  #reset(): void {
    this.group = -1;
    this.psk = -1;
    this.cookie.length = 0;
    this.keyShare.length = 0;
    this.alpn.length = 0;
    this.hasTicket = false;
    this.hasExtendedMasterSecret = false;
  }

  /** Extensions that a TLS 1.3 server answers elsewhere or not at all. */
  get hasExtensionsOf12(): boolean {
    return this.hasTicket || this.hasExtendedMasterSecret || this.alpn.length > 0;
  }

  get isTls13(): boolean {
    return this.version === TLS_1_3;
  }
}

/** ALPN's answer: a list of exactly one name (RFC 7301, section 3.1). */
export const readProtocol = (reader: Reader, part: Part): void => {
  const list = reader.enter(reader.u16());
  part.length = reader.u8();
  part.at = reader.skip(part.length);
  reader.leave(list);
};

const readVector16 = (reader: Reader, part: Part): void => {
  part.length = reader.u16();
  part.at = reader.skip(part.length);
};

const isRetryRandom = (bytes: Uint8Array, at: number): boolean => {
  for (let i = 0; i < HELLO_RETRY_RANDOM.length; i++) if (bytes[at + i] !== HELLO_RETRY_RANDOM[i]) return false;
  return true;
};
